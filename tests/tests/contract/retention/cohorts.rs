//! Customers who began together.

use lojal_proto::v1;
use lojal_tests::say::{attributes, buy, on, printed, value};
use lojal_tests::{Clients, Server, money};

#[tokio::test]
async fn new_is_whoever_never_bought_before_and_not_before_the_window() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("old", "2025-01-15", "1"), ("old", "2026-02-15", "1"), ("new", "2026-02-20", "1")]).await;
    let request =
        v1::GetCohortsRequest { as_of: on("2026-06-01"), window: "2026".to_owned(), ..Default::default() };
    let found = clients.retention.clone().get_cohorts(request).await.unwrap().into_inner();
    assert!(found.rows.iter().all(|row| row.cohort == "2026-02" && row.customers == 1), "{:?}", found.rows);
    let request =
        v1::GetLifecycleRequest { as_of: on("2026-06-01"), window: "2026".to_owned(), ..Default::default() };
    let found = clients.retention.clone().get_lifecycle(request).await.unwrap().into_inner();
    let february = found.rows.iter().find(|row| row.period.as_ref().unwrap().label == "2026-02").unwrap();
    assert_eq!((february.new_customers, february.resurrected_customers), (1, 1));
    let request = v1::GetRevenueRetentionRequest {
        as_of: on("2026-06-01"),
        window: "2026-02".to_owned(),
        ..Default::default()
    };
    let whole =
        clients.retention.clone().get_revenue_retention(request).await.unwrap().into_inner().whole.unwrap();
    assert_eq!((whole.new_customers, whole.reactivated_customers), (1, 1));
}

/// A cohort of January: a buys in every month to April, b in January and March, c only in January; d starts in March.
pub(crate) async fn cohorts(clients: &Clients) {
    let rows = [
        ("a", "2026-01-05", "10"),
        ("a", "2026-02-05", "10"),
        ("a", "2026-03-05", "10"),
        ("a", "2026-04-05", "10"),
        ("b", "2026-01-31", "20"),
        ("b", "2026-03-01", "20"),
        ("c", "2026-01-15", "30"),
        ("d", "2026-03-10", "40"),
    ];
    buy(clients, rows).await;
}

async fn table(clients: &Clients, request: v1::GetCohortsRequest) -> v1::GetCohortsResponse {
    let request = v1::GetCohortsRequest { as_of: request.as_of.or(on("2026-04-20")), ..request };
    clients.retention.clone().get_cohorts(request).await.unwrap().into_inner()
}

/// Retained of mature, by age, of one cohort.
fn cells(found: &v1::GetCohortsResponse, cohort: &str) -> Vec<(i64, i64)> {
    let rows = found.rows.iter().filter(|row| row.cohort == cohort);
    rows.map(|row| (row.retained_customers, row.mature_customers)).collect()
}

#[tokio::test]
async fn cohorts_by_mode() {
    let server = Server::start();
    let clients = server.clients().await;
    cohorts(&clients).await;
    for (mode, expected) in [
        (v1::CohortMode::On, [(3, 3), (1, 3), (2, 3), (0, 0)]),
        (v1::CohortMode::OnOrAfter, [(3, 3), (2, 3), (2, 3), (0, 0)]),
        (v1::CohortMode::OnOrBefore, [(3, 3), (1, 3), (2, 3), (0, 0)]),
        (v1::CohortMode::Streak, [(3, 3), (1, 3), (1, 3), (0, 0)]),
    ] {
        let found = table(&clients, v1::GetCohortsRequest { mode: mode.into(), ..Default::default() }).await;
        assert_eq!(cells(&found, "2026-01"), expected, "{mode:?}");
        // With the previous age as reference; nobody knows yet of the last.
        let of = found.rows.iter().filter(|row| row.cohort == "2026-01");
        let ratios: Vec<Option<f64>> = of.map(|row| row.ratio_to_previous).collect();
        let kept = expected.map(|(retained, _)| retained as f64);
        assert_eq!(ratios, [None, Some(kept[1] / kept[0]), Some(kept[2] / kept[1]), None], "{mode:?}");
    }
    let brackets = vec![
        v1::CohortBracket { first_age: 1, last_age: 2 },
        v1::CohortBracket { first_age: 0, last_age: 0 },
    ];
    let mode = v1::CohortMode::Bracket.into();
    let found = table(&clients, v1::GetCohortsRequest { mode, brackets, ..Default::default() }).await;
    assert_eq!(cells(&found, "2026-01"), [(2, 3), (3, 3)]);
}

#[tokio::test]
async fn a_month_that_is_not_over_divides_nothing() {
    let server = Server::start();
    let clients = server.clients().await;
    cohorts(&clients).await;
    let found = table(&clients, v1::GetCohortsRequest::default()).await;
    let april = found.rows.iter().find(|row| row.cohort == "2026-01" && row.age == 3).unwrap();
    assert_eq!((april.active_customers, april.mature_customers, april.complete), (1, 0, false));
    assert_eq!(april.retention_rate.as_ref().unwrap().value, None);
    let march = found.rows.iter().find(|row| row.cohort == "2026-01" && row.age == 2).unwrap();
    assert!(march.complete);
    printed(value(&march.retention_rate), 2.0 / 3.0, 4);
    assert!(found.rows.iter().all(|row| row.cohort != "2026-02"), "nobody began in February");
    // Means: at age 1 January has 1 of 3, March 0 of 0, so the simple mean is of one cohort.
    let mean = |age: i32| found.means.iter().find(|mean| mean.age == age).unwrap();
    assert_eq!(
        (mean(0).mature_customers, mean(0).cohorts, mean(1).mature_customers, mean(1).cohorts),
        (4, 2, 3, 1)
    );
    let later =
        table(&clients, v1::GetCohortsRequest { as_of: on("2026-05-01"), ..Default::default() }).await;
    let mean = later.means.iter().find(|mean| mean.age == 1).unwrap();
    // 1 of 3 and 0 of 1: by customers 1/4, by cohorts 1/6.
    printed(value(&mean.weighted_mean_rate), 0.25, 4);
    printed(value(&mean.simple_mean_rate), 1.0 / 6.0, 4);
}

#[tokio::test]
async fn cohort_revenue_is_net_and_adds_up() {
    let server = Server::start();
    let clients = server.clients().await;
    cohorts(&clients).await;
    buy(&clients, [("e", "2026-01-20", "100")]).await;
    let refund = |id: &str, transaction: &str, amount: &str| v1::Refund {
        refund_id: id.to_owned(),
        transaction_id: transaction.to_owned(),
        time: on("2026-03-20"),
        amount: Some(money(amount, "EUR")),
    };
    // c gets 5 of their 30 back; e gets everything back, so they never bought.
    let refunds = vec![refund("r1", "c-2026-01-15-6", "5"), refund("r2", "e-2026-01-20-0", "100")];
    let request = v1::RecordRefundsRequest { refunds, skip_invalid: false };
    clients.ingest.clone().record_refunds(request).await.unwrap();
    let found =
        table(&clients, v1::GetCohortsRequest { window: "2026-01".to_owned(), ..Default::default() }).await;
    let rows = &found.rows;
    assert!(rows.iter().all(|row| row.customers == 3));
    let revenue: Vec<String> = rows.iter().map(|row| row.revenue.clone().unwrap().amount).collect();
    assert_eq!(revenue, ["55.00", "10.00", "30.00", "0.00"]);
    let orders: Vec<i64> = rows.iter().map(|row| row.orders).collect();
    assert_eq!(orders, [3, 1, 2, 0]);
    let to_date: Vec<Option<f64>> = rows.iter().map(|row| row.cumulative_revenue_per_customer).collect();
    assert_eq!(to_date, [Some(55.0 / 3.0), Some(65.0 / 3.0), Some(95.0 / 3.0), None]);
}

#[tokio::test]
async fn rolling_ages_count_from_each_customers_own_start() {
    let server = Server::start();
    let clients = server.clients().await;
    // 29 days after their first purchase is still their first month, although it is another month of the calendar.
    buy(&clients, [("a", "2026-01-31", "1"), ("a", "2026-03-01", "1"), ("a", "2026-03-02", "1")]).await;
    let ages = async |alignment: v1::CohortAlignment| {
        let request = v1::GetCohortsRequest { alignment: alignment.into(), ..Default::default() };
        cells(&table(&clients, request).await, "2026-01")
    };
    assert_eq!(ages(v1::CohortAlignment::Rolling).await, [(1, 1), (1, 1), (0, 0)]);
    assert_eq!(ages(v1::CohortAlignment::Calendar).await, [(1, 1), (0, 1), (1, 1), (0, 0)]);
}

#[tokio::test]
async fn months_are_those_of_the_workspace() {
    let server = Server::start();
    let clients = server.clients().await.in_workspace("zagreb");
    let request = v1::CreateWorkspaceRequest { time_zone: "Europe/Zagreb".to_owned(), ..Default::default() };
    clients.workspaces.clone().create_workspace(request).await.unwrap();
    buy(&clients, [("a", "2026-01-31T22:59:59Z", "1"), ("b", "2026-01-31T23:00:00Z", "1")]).await;
    let found = table(&clients, v1::GetCohortsRequest::default()).await;
    let mut cohorts: Vec<&str> = found.rows.iter().map(|row| &*row.cohort).collect();
    cohorts.dedup();
    assert_eq!(cohorts, ["2026-01", "2026-02"]);
}

#[tokio::test]
async fn cohorts_by_attribute_and_what_they_say() {
    let server = Server::start();
    let clients = server.clients().await;
    cohorts(&clients).await;
    attributes(
        &clients,
        [("a", "x"), ("b", "x"), ("c", "y")].map(|(who, value)| (who.to_owned(), "channel", value)),
    )
    .await;
    let answer = |id: &str, who: &str, day: &str, score| v1::SurveyResponse {
        response_id: id.to_owned(),
        customer_id: who.to_owned(),
        time: on(day),
        score: Some(score),
        ..Default::default()
    };
    let survey_responses = vec![
        answer("1", "a", "2026-02-10", 10),
        answer("2", "b", "2026-02-11", 0),
        answer("3", "a", "2026-03-10", 9),
        // Before they were a customer.
        answer("4", "d", "2026-01-01", 0),
    ];
    let request = v1::RecordSurveyResponsesRequest { survey_responses, skip_invalid: false };
    clients.ingest.clone().record_survey_responses(request).await.unwrap();
    let cohort_attribute = "channel".to_owned();
    let found = table(&clients, v1::GetCohortsRequest { cohort_attribute, ..Default::default() }).await;
    let mut names: Vec<(&str, i64)> = found.rows.iter().map(|row| (&*row.cohort, row.customers)).collect();
    names.dedup();
    assert_eq!(names, [("", 1), ("x", 2), ("y", 1)]);
    // What they had said when they first bought, or what they have said by now.
    for (facts_as_of, expected) in [
        (v1::FactsAsOf::Unspecified, &[("", 3), ("detractor", 1)][..]),
        (v1::FactsAsOf::Start, &[("", 3), ("detractor", 1)]),
        (v1::FactsAsOf::End, &[("", 1), ("detractor", 2), ("promoter", 1)]),
    ] {
        let cohort_attribute = "nps_category".to_owned();
        let facts_as_of = facts_as_of.into();
        let request = v1::GetCohortsRequest { cohort_attribute, facts_as_of, ..Default::default() };
        let by_fact = table(&clients, request).await;
        let mut names: Vec<(&str, i64)> =
            by_fact.rows.iter().map(|row| (&*row.cohort, row.customers)).collect();
        names.dedup();
        assert_eq!(names, expected);
    }
    let nps: Vec<Option<f64>> = found
        .rows
        .iter()
        .filter(|row| row.cohort == "x")
        .map(|row| row.nps.as_ref().unwrap().value)
        .collect();
    assert_eq!(nps, [None, Some(0.0), Some(100.0), None]);
    assert!(
        found.rows.iter().filter(|row| row.cohort.is_empty()).all(|row| row.nps.as_ref().unwrap().n == 0)
    );
}
