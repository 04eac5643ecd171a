//! Too much at once.

use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use lojal_tests::say::{purchase, record};
use lojal_tests::{at, cdnow};
use tonic::Code;

use super::{Checks, Expected, expected};

const LIMIT: Expected = expected(Code::ResourceExhausted, ErrorReason::LimitExceeded, "");

fn rows(count: usize) -> Vec<v1::Transaction> {
    (0..count).map(|index| purchase("c1", &format!("t{index}"), "2026-03-01T12:00:00Z", "1")).collect()
}

#[tokio::test]
async fn more_rows_than_a_request_takes() {
    let mut checks = Checks::start().await;
    let request = v1::RecordTransactionsRequest { transactions: rows(10_001), skip_invalid: false };
    for skip_invalid in [false, true] {
        let request = v1::RecordTransactionsRequest { skip_invalid, ..request.clone() };
        let answer = checks.clients.ingest.clone().record_transactions(request).await;
        let found = checks.not_recorded("10,001 rows", answer, LIMIT, 0).await.unwrap();
        assert_eq!(found.metadata["limit"], "rows_per_request");
        assert_eq!(found.metadata["maximum"], "10000");
    }
    let (acknowledged, ended) = checks.clients.import(vec![cdnow::chunk(1, rows(10_001))]).await;
    assert!(acknowledged.is_empty());
    checks.not_recorded("a chunk of 10,001 rows", ended, LIMIT, 0).await;
    let transactions = rows(10_000);
    let taken = record(&checks.clients, transactions).await;
    assert_eq!(taken.recorded, 10_000);
    checks.done();
}

/// More than 16 MiB in fewer than 10,000 rows.
fn a_large_message() -> Vec<v1::SurveyResponse> {
    let row = |index| v1::SurveyResponse {
        response_id: format!("a{index}"),
        time: Some(at("2026-03-01T12:00:00Z")),
        score: Some(7),
        comment: "x".repeat(2_000),
        ..Default::default()
    };
    (0..8_500).map(row).collect()
}

#[tokio::test]
async fn more_bytes_than_a_message_has() {
    let mut checks = Checks::start().await;
    let request =
        v1::RecordSurveyResponsesRequest { survey_responses: a_large_message(), skip_invalid: false };
    let answer = checks.clients.ingest.clone().record_survey_responses(request).await;
    if let Some(found) = checks.not_recorded("17 MB", answer, LIMIT, 0).await {
        let told = (found.metadata.get("limit").cloned(), found.metadata.get("maximum").cloned());
        let wanted = (Some("message".to_owned()), Some("16777216".to_owned()));
        checks.check(told == wanted, || format!("metadata {:?}", found.metadata));
    }
    let rows = v1::import_request::Rows::SurveyResponses(v1::SurveyResponseRows { rows: a_large_message() });
    let chunk = v1::ImportRequest { sequence: 1, rows: Some(rows), ..Default::default() };
    let (acknowledged, ended) = checks.clients.import(vec![chunk]).await;
    assert!(acknowledged.is_empty());
    checks.not_recorded("a chunk of 17 MB", ended, LIMIT, 0).await;
    // The connection still serves.
    assert_eq!(checks.clients.workspace().await.survey_responses, 0);
    checks.done();
}

#[tokio::test]
async fn more_groups_than_an_answer_has() {
    let mut checks = Checks::start().await;
    let survey = |index: usize| v1::SurveyResponse {
        response_id: format!("a{index}"),
        time: Some(at("2026-03-01T12:00:00Z")),
        score: Some(7),
        channel: format!("channel-{index}"),
        ..Default::default()
    };
    for rows in (0..10_001).map(survey).collect::<Vec<_>>().chunks(10_000) {
        let request =
            v1::RecordSurveyResponsesRequest { survey_responses: rows.to_vec(), skip_invalid: false };
        checks.clients.ingest.clone().record_survey_responses(request).await.unwrap();
    }
    let request = v1::GetNpsRequest { group_by: "channel".to_owned(), ..Default::default() };
    let answer = checks.clients.nps.clone().get_nps(request).await;
    let found = checks.refused("10,001 groups", answer, LIMIT).unwrap();
    assert_eq!(found.metadata["limit"], "answer_rows");
    checks.done();
}

/// Spread over customers, so that no partition of the store sees more groups than an answer can have.
#[tokio::test]
async fn a_hundred_thousand_groups() {
    const CUSTOMERS: usize = 100_000;
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    let time = Some(at("2026-03-01T12:00:00Z"));
    for first in (0..CUSTOMERS).step_by(10_000) {
        let ids = || (first..first + 10_000).map(|number| format!("c{number}"));
        let customers = ids().map(|customer_id| v1::CustomerUpsert {
            attributes: [("zip".to_owned(), customer_id.clone())].into(),
            customer_id,
            ..Default::default()
        });
        let request = v1::UpsertCustomersRequest { customers: customers.collect(), skip_invalid: false };
        clients.customers.clone().upsert_customers(request).await.unwrap();
        let answers = ids().map(|customer_id| v1::SurveyResponse {
            response_id: customer_id.clone(),
            customer_id,
            time,
            score: Some(7),
            ..Default::default()
        });
        let request =
            v1::RecordSurveyResponsesRequest { survey_responses: answers.collect(), skip_invalid: false };
        clients.ingest.clone().record_survey_responses(request).await.unwrap();
        let transactions = ids().map(|customer_id| v1::Transaction {
            customer_id,
            time,
            amount: Some(lojal_tests::money("1", "EUR")),
            ..Default::default()
        });
        let request =
            v1::RecordTransactionsRequest { transactions: transactions.collect(), skip_invalid: false };
        clients.ingest.clone().record_transactions(request).await.unwrap();
    }
    macro_rules! check {
        ($service:ident, $rpc:ident, $request:ident $(, $field:ident: $value:expr)*) => {
            let request = v1::$request { group_by: "zip".to_owned(), $($field: $value,)* ..Default::default() };
            let answer = clients.$service.clone().$rpc(request).await.map(drop);
            let found = checks.refused(stringify!($rpc), answer, LIMIT);
            let limit = found.and_then(|found| found.metadata.get("limit").cloned());
            checks.check(limit.as_deref() == Some("answer_rows"), || format!("{}: {limit:?}", stringify!($rpc)));
        };
    }
    check!(nps, get_nps, GetNpsRequest);
    check!(nps, compare_nps, CompareNpsRequest);
    check!(surveys, get_response_rate, GetResponseRateRequest);
    check!(surveys, get_scores, GetScoresRequest, metric: v1::SurveyMetric::Nps.into());
    check!(retention, get_retention, GetRetentionRequest);
    check!(retention, get_cohorts, GetCohortsRequest);
    check!(retention, get_survival, GetSurvivalRequest);
    check!(retention, get_lifecycle, GetLifecycleRequest);
    check!(retention, get_revenue_retention, GetRevenueRetentionRequest);
    check!(retention, get_revenue_concentration, GetRevenueConcentrationRequest);
    check!(retention, get_purchase_stats, GetPurchaseStatsRequest);
    check!(retention, suggest_activity_window, SuggestActivityWindowRequest);
    checks.done();
}

#[tokio::test]
async fn limits_are_told() {
    let checks = Checks::start().await;
    let info = checks.clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await.unwrap();
    let told: Vec<(String, i64)> =
        info.into_inner().limits.into_iter().map(|limit| (limit.name, limit.maximum)).collect();
    for (name, maximum) in [
        ("id", 128),
        ("workspace", 64),
        ("rows_per_request", 10_000),
        ("message", 16 * 1024 * 1024),
        ("page_size", 1_000),
        ("comment", 2_000),
        ("attribute_name", 64),
        ("attribute_value", 256),
        ("attributes_per_customer", 64),
        ("occurrence", 1_000_000),
        ("answer_rows", 10_000),
        ("horizon", 18_263),
        ("amount", 999_999_999_999),
    ] {
        assert!(told.contains(&(name.to_owned(), maximum)), "{name} {maximum}: {told:?}");
    }
    assert!(told.iter().any(|(name, _)| name == "attributes"));
}
