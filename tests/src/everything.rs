//! One of everything that can be recorded, and every answer to it: what restarts, backups and upgrades must not change.

use lojal_proto::v1;
use prost::Message as _;

use crate::{Clients, EVERYBODY, at, cdnow, money};

/// Every answer as it went over the wire.
pub async fn answers(clients: &Clients) -> Vec<(&'static str, Vec<u8>)> {
    let mut clients = clients.clone();
    let mut all = Vec::new();
    for as_of in [at("1997-10-01T00:00:00Z"), at(cdnow::END)] {
        let as_of = Some(as_of);
        let request = v1::SummarizeSegmentsRequest { as_of, ..Default::default() };
        let summary = clients.segmentation.summarize_segments(request).await.unwrap().into_inner();
        all.push(("SummarizeSegments", summary.encode_to_vec()));
        let request = v1::GetRfmSchemeRequest { as_of, ..Default::default() };
        let scheme = clients.segmentation.get_rfm_scheme(request).await.unwrap().into_inner();
        all.push(("GetRfmScheme", scheme.encode_to_vec()));
        let request =
            v1::GetNpsRequest { as_of, group_by: "market".to_owned(), interval: 3, ..Default::default() };
        let nps = clients.nps.get_nps(request).await.unwrap().into_inner();
        all.push(("GetNps", nps.encode_to_vec()));
        let request = v1::PredictCustomersRequest { as_of, limit: Some(EVERYBODY), ..Default::default() };
        let mut stream = clients.clv.predict_customers(request).await.unwrap().into_inner();
        while let Some(message) = stream.message().await.unwrap() {
            all.push(("PredictCustomers", message.encode_to_vec()));
        }
        for customer in ["0001", "0157"] {
            let request =
                v1::GetTimelineRequest { customer_id: customer.to_owned(), as_of, ..Default::default() };
            let timeline = clients.customers.get_timeline(request).await.unwrap().into_inner();
            all.push(("GetTimeline", timeline.encode_to_vec()));
        }
        for customer in clients.all_customers(as_of).await {
            all.push(("ListCustomers", customer.encode_to_vec()));
        }
    }
    let models = clients.clv.list_models(v1::ListModelsRequest::default()).await.unwrap().into_inner();
    for model in &models.models {
        let request = v1::GetModelRequest { model_id: model.model_id.clone() };
        let model = clients.clv.get_model(request).await.unwrap();
        all.push(("GetModel", format!("{:#?}", model.get_ref()).into_bytes()));
        all.push(("GetModel", model.into_inner().encode_to_vec()));
    }
    all.push(("ListModels", models.encode_to_vec()));
    all.push(("GetServerInfo", clients.workspace().await.encode_to_vec()));
    all
}

fn survey(id: i32, customer: &str, score: i32) -> v1::SurveyResponse {
    v1::SurveyResponse {
        response_id: format!("a{id}"),
        customer_id: customer.to_owned(),
        time: Some(at(&format!("1997-{:02}-15T08:00:00Z", 1 + id % 9))),
        score: Some(score),
        comment: "says this".to_owned(),
        ..Default::default()
    }
}

/// One of everything that can be recorded.
pub async fn load_everything(clients: &Clients) {
    cdnow::load(clients).await;
    let mut clients = clients.clone();
    let upsert = |customer: &str, market: &str| v1::CustomerUpsert {
        customer_id: customer.to_owned(),
        attributes: [("market".to_owned(), market.to_owned())].into(),
        effective_time: None,
        ..Default::default()
    };
    let customers = vec![upsert("0001", "hr"), upsert("0002", "si"), upsert("0003", "hr")];
    let request = v1::UpsertCustomersRequest { customers, skip_invalid: false };
    clients.customers.upsert_customers(request).await.unwrap();
    let customers = ["0001", "0002", "0003", "0004", ""].into_iter().cycle();
    let survey_responses =
        (0..40).zip(customers).map(|(id, customer)| survey(id, customer, id % 11)).collect();
    let request = v1::RecordSurveyResponsesRequest { survey_responses, skip_invalid: false };
    clients.ingest.record_survey_responses(request).await.unwrap();
    let purchase = v1::Transaction {
        customer_id: "0001".to_owned(),
        transaction_id: "with-an-id".to_owned(),
        time: Some(at("1997-08-03T10:00:00Z")),
        amount: Some(money("12.345678", "USD")),
        occurrence: 0,
        ..Default::default()
    };
    let request = v1::RecordTransactionsRequest { transactions: vec![purchase], skip_invalid: false };
    clients.ingest.record_transactions(request).await.unwrap();
    let refund = v1::Refund {
        refund_id: "r1".to_owned(),
        transaction_id: "with-an-id".to_owned(),
        time: Some(at("1997-08-04T10:00:00Z")),
        amount: Some(money("2.5", "USD")),
    };
    let request = v1::RecordRefundsRequest { refunds: vec![refund], skip_invalid: false };
    clients.ingest.record_refunds(request).await.unwrap();
    let fit = |kind: v1::ModelKind, end: &str| v1::FitModelRequest {
        kind: kind.into(),
        calibration_end: end.to_owned(),
        ..Default::default()
    };
    clients.fit(fit(v1::ModelKind::MbgNbd, "1998-06-30")).await.unwrap();
    clients.fit(fit(v1::ModelKind::BgNbd, "1997-09-30")).await.unwrap();
}

/// Fails when answers are not the same, with the first that differs.
///
/// # Panics
/// Then.
pub fn assert_same(before: &[(&'static str, Vec<u8>)], after: &[(&'static str, Vec<u8>)], when: &str) {
    assert_eq!(before.len(), after.len(), "{when}");
    for (index, (before, after)) in before.iter().zip(after).enumerate() {
        if before != after {
            // Text shows where; the rest only that.
            let [before_text, after_text] = [before, after].map(|(_, bytes)| String::from_utf8_lossy(bytes));
            let lines = before_text.lines().zip(after_text.lines()).find(|(before, after)| before != after);
            panic!("answer {index}, {}, differs {when}: {lines:?}", before.0);
        }
    }
}
