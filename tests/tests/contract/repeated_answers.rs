//! Customers who answer more than once, through the contract: they are one customer each, and may count once.

use lojal_proto::v1;
use lojal_tests::say::{answer, close, respond};
use lojal_tests::{Clients, Server, at};
use v1::SurveyMetric as Metric;

/// Twelve customers of three quarterly answers each: the panel of `server/scoring/tests/golden/clusters.py`.
async fn panel(clients: &Clients) {
    let first = [10, 9, 10, 3, 8, 9, 2, 10, 7, 5, 9, 8];
    let given = |who: usize, turn: usize| {
        let score = (first[who] + (who + turn) as i32 % 3 - 1).clamp(0, 10);
        let time = Some(at(&format!("2026-{:02}-15T12:00:00Z", 3 * turn + 2)));
        v1::SurveyResponse {
            time,
            ..answer(&format!("{who}-{turn}"), &format!("c{who}"), Metric::Nps, score)
        }
    };
    respond(clients, (0..12).flat_map(|who| (0..3).map(move |turn| given(who, turn))).collect()).await;
}

fn as_of() -> Option<prost_types::Timestamp> {
    Some(at("2026-10-01T00:00:00Z"))
}

/// Expected values by statsmodels.
#[tokio::test]
async fn golden_standard_error_by_customer() {
    let server = Server::start();
    let clients = server.clients().await;
    panel(&clients).await;
    let request = v1::GetNpsRequest { as_of: as_of(), ..Default::default() };
    let found = clients.nps.clone().get_nps(request.clone()).await.unwrap().into_inner();
    let nps = found.nps.unwrap();
    close(nps.value, 19.444_444_444_444_446, 1e-9);
    close(nps.standard_error, 23.375_983_147_308_58, 1e-9);
    close(nps.ci_low, -27.008_101_442_433_418, 1e-9);
    close(nps.ci_high, 57.797_952_434_081_41, 1e-9);
    close(nps.design_effect, 2.685_413_178_370_924_3, 1e-9);
    close(found.effective_n, 13.405_758_298_184_49, 1e-9);
    assert_eq!((found.customers, nps.n, &*nps.method), (12, 36, "adjusted_wald, clustered_by_customer"));
    assert_eq!(found.provenance.unwrap().definition, "nps@2");
    // Each of them once.
    let latest = v1::CountedAnswers::LatestPerCustomer.into();
    let request = v1::GetNpsRequest { counted: latest, ..request };
    let found = clients.nps.clone().get_nps(request).await.unwrap().into_inner();
    let nps = found.nps.unwrap();
    assert_eq!((found.customers, nps.n, nps.design_effect, found.effective_n), (12, 12, None, None));
    assert_eq!(found.score_counts, [0, 0, 0, 1, 1, 0, 1, 2, 3, 2, 2]);
    assert_eq!(nps.method, "adjusted_wald");
}

#[tokio::test]
async fn windows_that_share_customers_are_told_of() {
    let server = Server::start();
    let clients = server.clients().await;
    panel(&clients).await;
    let request = v1::CompareNpsRequest {
        window: "2026-Q2".to_owned(),
        baseline_window: "2026-Q1".to_owned(),
        as_of: as_of(),
        ..Default::default()
    };
    let told = async |paired| {
        let request = v1::CompareNpsRequest { paired, ..request.clone() };
        let found = clients.nps.clone().compare_nps(request).await.unwrap().into_inner();
        let codes = found.provenance.unwrap().warning_codes;
        let shared = codes.contains(&v1::WarningCode::CustomersShared.into());
        (shared, found.comparisons[0].difference.clone().unwrap().method)
    };
    assert_eq!(told(false).await, (true, "adjusted_wald".to_owned()));
    assert_eq!(told(true).await, (false, "paired_t".to_owned()));
}

#[tokio::test]
async fn satisfaction_counts_customers() {
    let server = Server::start();
    let clients = server.clients().await;
    let rated = |who: usize, turn: usize| {
        let (id, score) = (format!("{who}-{turn}"), [5, 4, 2][(who + turn / 3) % 3]);
        let time = Some(at(&format!("2026-03-{:02}T12:00:00Z", turn + 1)));
        v1::SurveyResponse { time, ..answer(&id, &format!("c{who}"), Metric::Csat, score) }
    };
    respond(&clients, (0..20).flat_map(|who| (0..4).map(move |turn| rated(who, turn))).collect()).await;
    let get = async |counted: v1::CountedAnswers| {
        let answers = Some(v1::ScoreFilter { counted: counted.into(), ..Default::default() });
        let request = v1::GetCsatRequest { answers, ..Default::default() };
        clients.surveys.clone().get_csat(request).await.unwrap().into_inner()
    };
    let all = get(v1::CountedAnswers::All).await;
    let whole = all.whole.unwrap();
    assert_eq!((whole.customers, whole.mean.as_ref().unwrap().n), (20, 80));
    let (csat, mean) = (all.csat.unwrap(), whole.mean.unwrap());
    assert_eq!(
        (&*csat.method, &*mean.method),
        ("wilson, clustered_by_customer", "student_t, clustered_by_customer")
    );
    assert!(csat.design_effect > Some(1.5) && mean.design_effect > Some(1.5), "{csat:?} {mean:?}");
    let latest = get(v1::CountedAnswers::LatestPerCustomer).await;
    assert_eq!(latest.csat.map(|csat| (csat.n, csat.design_effect)), Some((20, None)));
}
