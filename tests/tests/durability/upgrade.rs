//! Data directories of every format there was open, answer as they did, and go on.
//!
//! A format that is released never changes again: its fixture stays as it is. One for a new format is made by
//! `cargo test -p lojal-tests --test durability -- --ignored write_fixture`, which overwrites both files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::{Clients, Server, at, cdnow, command, money, repository, run};
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

const AT_MOST: Duration = Duration::from_secs(60);
/// The newest format.
const FORMAT: &str = "v2";
/// Customers of the sample whose timelines are compared, beside those with something of everything.
const SOME: usize = 40;

fn fixture(name: &str) -> PathBuf {
    repository().join("tests/fixtures/data").join(name)
}

/// One of every kind of record, dated, in a workspace.
async fn record(clients: &Clients, of: &str, currency: &str) {
    let (mut ingest, mut customers) = (clients.ingest.clone(), clients.customers.clone());
    let purchase = |number: i32, amount: &str, currency: &str| v1::Transaction {
        customer_id: format!("{of}-ann"),
        transaction_id: format!("{of}-t{number}"),
        time: Some(at(&format!("1998-02-{number:02}T10:00:00.5Z"))),
        amount: Some(money(amount, currency)),
        occurrence: 0,
        ..Default::default()
    };
    let nth = |occurrence: i32| v1::Transaction {
        customer_id: format!("{of}-bob"),
        transaction_id: String::new(),
        time: Some(at("1998-02-03T00:00:00Z")),
        amount: Some(money("7", currency)),
        occurrence,
        ..Default::default()
    };
    let transactions = vec![
        purchase(1, "12.345678", currency),
        purchase(2, "100", currency),
        purchase(3, "50", "GBP"),
        nth(1),
        nth(2),
    ];
    let request = v1::RecordTransactionsRequest { transactions, skip_invalid: false };
    ingest.record_transactions(request).await.unwrap();
    let refund = |number: i32, amount: &str, currency: &str| v1::Refund {
        refund_id: format!("{of}-r{number}"),
        transaction_id: format!("{of}-t{number}"),
        time: Some(at("1998-03-01T00:00:00Z")),
        amount: Some(money(amount, currency)),
    };
    let refunds = vec![refund(1, "2.5", currency), refund(3, "10", "GBP")];
    ingest.record_refunds(v1::RecordRefundsRequest { refunds, skip_invalid: false }).await.unwrap();
    let void = v1::TransactionVoid {
        transaction_id: format!("{of}-t2"),
        reason: "a test".to_owned(),
        time: Some(at("1998-03-02T00:00:00Z")),
    };
    let request = v1::VoidTransactionsRequest { voids: vec![void], skip_invalid: false };
    ingest.void_transactions(request).await.unwrap();
    let answer = |number: i32, customer: &str| v1::SurveyResponse {
        response_id: format!("{of}-a{number}"),
        customer_id: customer.to_owned(),
        time: Some(at("1998-03-03T08:00:00Z")),
        score: Some(number),
        comment: "says this, čšž".to_owned(),
        ..Default::default()
    };
    let survey_responses = vec![answer(9, &format!("{of}-ann")), answer(3, "")];
    let request = v1::RecordSurveyResponsesRequest { survey_responses, skip_invalid: false };
    ingest.record_survey_responses(request).await.unwrap();
    let upsert = |market: &str, from: Option<&str>| v1::CustomerUpsert {
        customer_id: format!("{of}-ann"),
        attributes: [("market".to_owned(), market.to_owned())].into(),
        effective_time: from.map(at),
        ..Default::default()
    };
    let upserts = vec![upsert("hr", None), upsert("si", Some("1998-03-04T00:00:00Z"))];
    let request = v1::UpsertCustomersRequest { customers: upserts, skip_invalid: false };
    customers.upsert_customers(request).await.unwrap();
    record_contacts_and_costs(clients, of, currency).await;
}

async fn record_contacts_and_costs(clients: &Clients, of: &str, currency: &str) {
    let mut ingest = clients.ingest.clone();
    let contact = v1::Interaction {
        interaction_id: format!("{of}-i1"),
        customer_id: format!("{of}-ann"),
        time: Some(at("1998-03-03T09:00:00Z")),
        ..Default::default()
    };
    let request = v1::RecordInteractionsRequest { interactions: vec![contact], skip_invalid: false };
    ingest.record_interactions(request).await.unwrap();
    let cost = |id: &str, customer: &str, currency: &str| v1::Cost {
        cost_id: format!("{of}-{id}"),
        customer_id: customer.to_owned(),
        time: Some(at("1998-03-03T10:00:00Z")),
        end_time: Some(at("1998-04-01T00:00:00Z")),
        amount: Some(money("3", currency)),
        ..Default::default()
    };
    let costs = vec![cost("c1", &format!("{of}-ann"), "GBP"), cost("c2", "", currency)];
    ingest.record_costs(v1::RecordCostsRequest { costs, skip_invalid: false }).await.unwrap();
}

/// Settings with a rate for pounds.
async fn settle(clients: &Clients, workspace: &str, currency: &str) {
    let mut workspaces = clients.workspaces.clone();
    let request = v1::CreateWorkspaceRequest {
        workspace: workspace.to_owned(),
        display_name: format!("The {workspace}"),
        reporting_currency_code: currency.to_owned(),
        time_zone: "Europe/Zagreb".to_owned(),
    };
    workspaces.create_workspace(request).await.unwrap();
    let rate = v1::ExchangeRate {
        currency_code: "GBP".to_owned(),
        date: "1998-01-01".to_owned(),
        rate: "1.6543".to_owned(),
    };
    let request = v1::SetExchangeRatesRequest { workspace: workspace.to_owned(), rates: vec![rate] };
    workspaces.set_exchange_rates(request).await.unwrap();
}

/// A message in the canonical JSON mapping of protobuf. It depends on what is sent, not on the Rust type of the day:
/// a field that becomes optional reads the same.
fn in_json(name: &str, message: &impl prost::Message) -> Value {
    let pool = lojal_proto::descriptors().unwrap();
    let descriptor = pool.get_message_by_name(&format!("lojal.v1.{name}")).unwrap();
    let message = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).unwrap();
    serde_json::to_value(message).unwrap()
}

/// What is stored, a value a line: nothing that is computed, which may change for good reasons.
async fn told(clients: &Clients) -> Vec<Value> {
    let mut lines = Vec::new();
    for workspace in ["default", "euro"] {
        let clients = clients.in_workspace(workspace);
        let (mut workspaces, mut customers, mut clv) =
            (clients.workspaces.clone(), clients.customers.clone(), clients.clv.clone());
        let size = v1::WorkspaceInfo { default_as_of: None, ..clients.workspace().await };
        lines.push(in_json("WorkspaceInfo", &size));
        let request = v1::GetWorkspaceRequest { workspace: workspace.to_owned() };
        let answer = workspaces.get_workspace(request).await.unwrap().into_inner();
        lines.push(in_json("GetWorkspaceResponse", &answer));
        let request = v1::ListExchangeRatesRequest { workspace: workspace.to_owned(), ..Default::default() };
        let answer = workspaces.list_exchange_rates(request).await.unwrap().into_inner();
        lines.push(in_json("ListExchangeRatesResponse", &answer));
        let answer = clv.list_models(v1::ListModelsRequest::default()).await.unwrap().into_inner();
        lines.push(in_json("ListModelsResponse", &answer));
        let all = clients.all_customers(Some(at("1999-01-01T00:00:00Z"))).await;
        let ids: Vec<String> = all.iter().map(|customer| customer.customer_id.clone()).collect();
        lines.push(json!({ "customers": ids }));
        for customer in ids.iter().take(SOME).chain(ids.iter().filter(|id| id.contains('-'))) {
            let request = v1::GetTimelineRequest {
                customer_id: customer.clone(),
                as_of: Some(at("1999-01-01T00:00:00Z")),
                page_size: 1_000,
                ..Default::default()
            };
            let timeline = customers.get_timeline(request).await.unwrap().into_inner();
            lines
                .push(json!({ "customer": customer, "timeline": in_json("GetTimelineResponse", &timeline) }));
        }
    }
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "writes the fixture of the newest format"]
async fn write_fixture() {
    let mut server = Server::start();
    let clients = server.clients().await;
    settle(&clients, "default", "USD").await;
    settle(&clients, "euro", "EUR").await;
    cdnow::load(&clients).await;
    record(&clients, "old", "USD").await;
    record(&clients.in_workspace("euro"), "old", "EUR").await;
    let fit = v1::FitModelRequest {
        kind: v1::ModelKind::BgNbd.into(),
        calibration_end: "1997-09-30".to_owned(),
        ..Default::default()
    };
    clients.fit(fit).await.unwrap();
    let request = v1::EraseCustomerRequest { customer_id: "0002".to_owned() };
    clients.customers.clone().erase_customer(request).await.unwrap();
    drop(clients);
    assert!(server.stop().status.success());
    let data = server.data_dir();
    let mut compact = command(&["compact", "--data-dir"]);
    _ = run(compact.arg(&data), AT_MOST).succeeded();
    // So much for the compacted part.
    server.start_again();
    let clients = server.clients().await;
    record(&clients, "new", "USD").await;
    record(&clients.in_workspace("euro"), "new", "EUR").await;
    let lines = told(&clients).await;
    drop(clients);
    assert!(server.stop().status.success());
    std::fs::create_dir_all(fixture("")).unwrap();
    let file = std::fs::File::create(fixture(&format!("{FORMAT}.tar.zst"))).unwrap();
    let mut tar = tar::Builder::new(zstd::Encoder::new(file, 19).unwrap());
    tar.mode(tar::HeaderMode::Deterministic);
    tar.append_dir_all("data", data).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(fixture(&format!("{FORMAT}.expected.jsonl")), text).unwrap();
}

fn unpack(format: &str, into: &Path) -> PathBuf {
    let file = std::fs::File::open(fixture(&format!("{format}.tar.zst"))).expect("a fixture");
    tar::Archive::new(zstd::Decoder::new(file).unwrap()).unpack(into).unwrap();
    into.join("data")
}

/// Whether all that was expected is told, in its order. A later version may tell more: messages grow by fields.
fn still_told(told: &Value, expected: &Value) -> bool {
    match (told, expected) {
        (Value::Object(told), Value::Object(expected)) => expected
            .iter()
            .all(|(name, expected)| told.get(name).is_some_and(|told| still_told(told, expected))),
        (Value::Array(told), Value::Array(expected)) => {
            told.len() == expected.len()
                && told.iter().zip(expected).all(|(told, expected)| still_told(told, expected))
        }
        (told, expected) => told == expected,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_of_format_2_opens_answers_and_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let data = unpack("v2", place.path());
    let mut doctor = command(&["doctor", "--data-dir"]);
    _ = run(doctor.arg(&data), AT_MOST).succeeded();
    let expected = std::fs::read_to_string(fixture("v2.expected.jsonl")).unwrap();
    let mut server = Server::start_on(&data, &[]);
    let clients = server.clients().await;
    let now = told(&clients).await;
    assert_eq!(now.len(), expected.lines().count());
    for (told, expected) in now.iter().zip(expected.lines()) {
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert!(still_told(told, &expected), "not told any more: {expected}\nbut: {told}");
    }
    // What is there is known again, and what is new is recorded.
    let loaded = cdnow::load(&clients).await;
    assert!(loaded.recorded > 0 && loaded.recorded < 20, "only who was erased comes again: {loaded:?}");
    record(&clients, "old", "USD").await;
    record(&clients, "newer", "USD").await;
    let grown = told(&clients).await;
    assert!(grown.iter().any(|line| line["customer"] == "newer-ann") && grown != now);
    drop(clients);
    server.restart();
    assert_eq!(told(&server.clients().await).await, grown, "after it was opened again");
}
