//! The Net Promoter Score through the contract, against published intervals.

use lojal_proto::v1;
use lojal_tests::say::{answer, close, respond};
use lojal_tests::{Clients, Server, at};

/// Half of the last digit that the golden values show.
const SHOWN: f64 = 0.006;

/// Promoters, passives and detractors; the NPS, and the ends of the adjusted Wald interval (Rocks 2016).
const GOLDEN: [([usize; 3], f64, f64, f64); 4] = [
    ([40, 30, 30], 10.0, -6.272, 25.689),
    ([5, 3, 2], 30.0, -19.05, 65.20),
    ([10, 0, 0], 100.0, 47.50, 100.0),
    ([500, 300, 200], 30.0, 25.08, 34.74),
];

/// Scores that make so many promoters, passives and detractors, over all scores there are.
fn scores([promoters, passives, detractors]: [usize; 3]) -> impl Iterator<Item = i32> {
    let each = |from: i32, to: i32, count| (from..=to).cycle().take(count);
    each(9, 10, promoters).chain(each(7, 8, passives)).chain(each(0, 6, detractors))
}

/// An answer of nobody in particular.
fn scored(id: &str, time: &str, score: i32) -> v1::SurveyResponse {
    v1::SurveyResponse { time: Some(at(time)), ..answer(id, "", v1::SurveyMetric::Unspecified, score) }
}

async fn nps(clients: &Clients, request: v1::GetNpsRequest) -> v1::GetNpsResponse {
    clients.nps.clone().get_nps(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn golden_counts() {
    let server = Server::start();
    let clients = server.clients().await;
    for (counts, value, low, high) in GOLDEN {
        let [promoters, passives, detractors] = counts.map(|count| count as i64);
        let clients = clients.in_workspace(&format!("w-{promoters}"));
        let answers = scores(counts).enumerate();
        let answers =
            answers.map(|(index, score)| scored(&format!("a{index}"), "2026-03-01T12:00:00Z", score));
        respond(&clients, answers.collect()).await;
        let found = nps(&clients, v1::GetNpsRequest::default()).await;
        assert_eq!((found.promoters, found.passives, found.detractors), (promoters, passives, detractors));
        let estimate = found.nps.unwrap();
        close(estimate.value, value, SHOWN);
        close(estimate.ci_low, low, SHOWN);
        close(estimate.ci_high, high, SHOWN);
        assert_eq!((estimate.n, &*estimate.method), (promoters + passives + detractors, "adjusted_wald"));
        assert_eq!(found.score_counts.len(), 11);
        assert_eq!(found.score_counts.iter().sum::<i64>(), estimate.n);
        let wider = v1::GetNpsRequest { confidence: Some(0.99), ..Default::default() };
        let wider = nps(&clients, wider).await.nps.unwrap();
        assert!(wider.ci_low < estimate.ci_low && wider.ci_high >= estimate.ci_high);
    }
}

#[tokio::test]
async fn standard_error_of_the_first_golden_counts() {
    let server = Server::start();
    let clients = server.clients().await;
    let answers = scores([40, 30, 30]).enumerate();
    let answers = answers.map(|(index, score)| scored(&format!("a{index}"), "2026-03-01T12:00:00Z", score));
    respond(&clients, answers.collect()).await;
    let estimate = nps(&clients, v1::GetNpsRequest::default()).await.nps.unwrap();
    // 100 sqrt((p + d - s^2) / n), that of the estimate itself and not of the adjusted one.
    close(estimate.standard_error, 8.3066, SHOWN);
}

#[tokio::test]
async fn groups_add_up_to_the_whole() {
    let server = Server::start();
    let clients = server.clients().await;
    let upsert = |customer: &str, market: &str| v1::CustomerUpsert {
        customer_id: customer.to_owned(),
        attributes: [("market".to_owned(), market.to_owned())].into(),
        effective_time: None,
        ..Default::default()
    };
    let customers = vec![upsert("c1", "hr"), upsert("c2", "si")];
    let request = v1::UpsertCustomersRequest { customers, skip_invalid: false };
    clients.customers.clone().upsert_customers(request).await.unwrap();
    // Customer, channel, score; the last two have no market, and the last nobody to belong to.
    let asked = [
        ("c1", "email", 10),
        ("c1", "in_app", 0),
        ("c2", "email", 9),
        ("c2", "email", 9),
        ("c3", "", 7),
        ("", "email", 3),
    ];
    let rows = asked.iter().enumerate().map(|(index, (customer, channel, score))| v1::SurveyResponse {
        customer_id: (*customer).to_owned(),
        channel: (*channel).to_owned(),
        ..scored(&format!("a{index}"), "2026-03-01T12:00:00Z", *score)
    });
    respond(&clients, rows.collect()).await;
    let by = async |group: &str| {
        let request = v1::GetNpsRequest { group_by: group.to_owned(), ..Default::default() };
        let found = nps(&clients, request).await;
        assert_eq!(found.nps.as_ref().unwrap().n, 6);
        let rows = found.rows.into_iter().map(|row| {
            let estimate = row.nps.unwrap();
            (row.group, estimate.value.unwrap(), estimate.n)
        });
        rows.collect::<Vec<_>>()
    };
    let row = |group: &str, value: f64, n: i64| (group.to_owned(), value, n);
    assert_eq!(by("market").await, [row("", -50.0, 2), row("hr", 0.0, 2), row("si", 100.0, 2)]);
    assert_eq!(by("channel").await, [row("", 0.0, 1), row("email", 50.0, 4), row("in_app", -100.0, 1)]);
    assert_eq!(by("survey_id").await.len(), 1);
}

#[tokio::test]
async fn months_without_an_answer_are_listed() {
    let server = Server::start();
    let clients = server.clients().await;
    let times = [
        "2026-01-01T00:00:00Z",
        "2026-01-31T23:59:59.999999Z",
        "2026-02-01T00:00:00Z",
        "2026-04-15T08:00:00Z",
    ];
    let rows = times.iter().zip([10, 0, 9, 7]).enumerate();
    let rows = rows.map(|(index, (time, score))| scored(&format!("a{index}"), time, score));
    respond(&clients, rows.collect()).await;
    let request = v1::GetNpsRequest {
        interval: v1::CalendarInterval::Month.into(),
        as_of: Some(at("2026-06-01T00:00:00Z")),
        ..Default::default()
    };
    let found = nps(&clients, request).await;
    let series: Vec<(String, Option<f64>, i64)> = found
        .rows
        .into_iter()
        .map(|row| {
            let estimate = row.nps.unwrap();
            (row.period.unwrap().label, estimate.value, estimate.n)
        })
        .collect();
    let month = |label: &str, value, n| (label.to_owned(), value, n);
    let expected = [
        month("2026-01", Some(0.0), 2),
        month("2026-02", Some(100.0), 1),
        // Nobody answered: no NPS, which is not an NPS of 0.
        month("2026-03", None, 0),
        month("2026-04", Some(0.0), 1),
    ];
    assert_eq!(series, expected);

    let request = v1::GetNpsRequest { window: "2026-01".to_owned(), ..Default::default() };
    assert_eq!(nps(&clients, request).await.nps.unwrap().n, 2, "windows are half-open");
}

#[tokio::test]
async fn kinds_are_never_mixed() {
    let server = Server::start();
    let clients = server.clients().await;
    let mut about_a_visit = scored("a2", "2026-03-02T12:00:00Z", 0);
    about_a_visit.kind = v1::SurveyKind::Transactional.into();
    respond(&clients, vec![scored("a1", "2026-03-01T12:00:00Z", 10)]).await;
    assert_eq!(nps(&clients, v1::GetNpsRequest::default()).await.nps.unwrap().n, 1);
    respond(&clients, vec![about_a_visit]).await;
    let both = nps(&clients, v1::GetNpsRequest::default()).await;
    let kinds: Vec<(v1::SurveyKind, Option<f64>)> =
        both.by_kind.iter().map(|row| (row.kind(), row.nps.as_ref().unwrap().value)).collect();
    assert_eq!(
        kinds,
        [(v1::SurveyKind::Relationship, Some(100.0)), (v1::SurveyKind::Transactional, Some(-100.0))]
    );
    assert_eq!((both.kind(), both.nps.unwrap().value), (v1::SurveyKind::Relationship, Some(100.0)));
    for (kind, value) in [(v1::SurveyKind::Relationship, 100.0), (v1::SurveyKind::Transactional, -100.0)] {
        let request = v1::GetNpsRequest { kind: kind.into(), ..Default::default() };
        let estimate = nps(&clients, request).await.nps.unwrap();
        assert_eq!((estimate.value, estimate.n), (Some(value), 1), "{kind:?}");
    }
    // A window in which only one was asked needs no choice.
    let request = v1::GetNpsRequest { window: "2026-03-01/2026-03-02".to_owned(), ..Default::default() };
    assert_eq!(nps(&clients, request).await.nps.unwrap().value, Some(100.0));
}
