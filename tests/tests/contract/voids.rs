//! Taking back, asking what was known, handing over and forgetting, through the contract.

use lojal_proto::v1;
use lojal_proto::v1::timeline_event::Event;
use lojal_tests::say::{attributes, buy, purchase, record};
use lojal_tests::{Clients, Server, at, failure, money};
use prost_types::Timestamp;

/// A purchase on a day in March, in euros.
fn in_march(customer: &str, id: &str, day: u32, euros: &str) -> v1::Transaction {
    purchase(customer, id, &format!("2026-03-{day:02}"), euros)
}

fn void(id: &str, day: Option<u32>) -> v1::TransactionVoid {
    let time = day.map(|day| at(&format!("2026-03-{day:02}T12:00:00Z")));
    v1::TransactionVoid { transaction_id: id.to_owned(), time, reason: "test".to_owned() }
}

async fn take_back(clients: &Clients, voids: Vec<v1::TransactionVoid>) -> v1::WriteResult {
    let request = v1::VoidTransactionsRequest { voids, skip_invalid: false };
    clients.ingest.clone().void_transactions(request).await.unwrap().into_inner().result.unwrap()
}

/// Net spend of a customer as of a day in March; none when not found.
async fn net(clients: &Clients, who: &str, day: u32, known_at: Option<Timestamp>) -> Option<String> {
    let as_of = Some(at(&format!("2026-03-{day:02}T00:00:00Z")));
    let request = v1::GetCustomerRequest { customer_id: who.to_owned(), as_of, known_at };
    match clients.customers.clone().get_customer(request).await {
        Ok(answer) => Some(answer.into_inner().customer.unwrap().net_spend.unwrap().amount),
        Err(status) => {
            assert_eq!(failure(&status).reason, "CUSTOMER_NOT_FOUND");
            None
        }
    }
}

async fn now(clients: &Clients) -> Timestamp {
    let info = clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await;
    info.unwrap().into_inner().now.unwrap()
}

async fn timeline(clients: &Clients, who: &str) -> Vec<v1::TimelineEvent> {
    let request = v1::GetTimelineRequest { customer_id: who.to_owned(), ..Default::default() };
    clients.customers.clone().get_timeline(request).await.unwrap().into_inner().events
}

async fn export(clients: &Clients, who: &str) -> (v1::Customer, Vec<v1::TimelineEvent>) {
    let request = v1::ExportCustomerRequest { customer_id: who.to_owned() };
    let mut messages = clients.customers.clone().export_customer(request).await.unwrap().into_inner();
    let first = messages.message().await.unwrap().unwrap();
    assert!(first.events.is_empty() && first.provenance.is_some());
    let mut events = Vec::new();
    while let Some(message) = messages.message().await.unwrap() {
        assert!(message.customer.is_none() && !message.events.is_empty());
        events.extend(message.events);
    }
    (first.customer.unwrap(), events)
}

#[tokio::test]
async fn a_void_leaves_no_trace_in_answers() {
    let mut server = Server::start();
    let clients = server.clients().await;
    let log =
        vec![in_march("ann", "t1", 1, "100"), in_march("ann", "t2", 2, "7"), in_march("bob", "t3", 3, "5")];
    record(&clients, log.clone()).await;
    let request = v1::RecordRefundsRequest {
        refunds: vec![v1::Refund {
            refund_id: "r1".to_owned(),
            transaction_id: "t1".to_owned(),
            time: Some(at("2026-03-03T12:00:00Z")),
            amount: Some(money("40", "EUR")),
        }],
        skip_invalid: false,
    };
    clients.ingest.clone().record_refunds(request).await.unwrap();
    let before = now(&clients).await;
    let voided = take_back(&clients, vec![void("t1", Some(5)), void("t3", None)]).await;
    assert_eq!((voided.recorded, voided.revision), (2, 3));
    let again = take_back(&clients, vec![void("t1", Some(5)), void("t3", None)]).await;
    assert_eq!((again.duplicates, again.revision), (2, 3));
    for _ in 0..2 {
        let clients = server.clients().await;
        assert_eq!(net(&clients, "ann", 5, None).await.as_deref(), Some("67.00"));
        assert_eq!(net(&clients, "ann", 6, None).await.as_deref(), Some("7.00"));
        for day in [4, 5, 30] {
            assert_eq!(net(&clients, "bob", day, None).await, None);
        }
        // What was known before the void knows of none.
        assert_eq!(net(&clients, "ann", 6, Some(before)).await.as_deref(), Some("67.00"));
        assert_eq!(net(&clients, "bob", 4, Some(before)).await.as_deref(), Some("5.00"));
        // The timeline has it all, and when it was recorded.
        let events = timeline(&clients, "bob").await;
        let Some(Event::Void(last)) = &events[0].event else { panic!("{events:?}") };
        assert_eq!((last.transaction_id.as_str(), last.never_happened), ("t3", true));
        assert_eq!((events.len(), events[0].time), (2, Some(at("2026-03-03T12:00:00Z"))));
        assert_eq!(timeline(&clients, "ann").await.len(), 4);
        // Loading the log again brings nothing back.
        assert_eq!(record(&clients, log.clone()).await.duplicates, 3);
        let space = clients.workspace().await;
        assert_eq!((space.transactions, space.voids, space.revision), (3, 2, 3));
        server.restart();
    }
}

#[tokio::test]
async fn voids_come_in_imports_too() {
    use v1::import_request::Rows;
    let server = Server::start();
    let clients = server.clients().await;
    let rows = vec![in_march("ann", "t1", 1, "100"), in_march("ann", "t2", 2, "7")];
    let chunk = |sequence, rows| v1::ImportRequest { sequence, rows: Some(rows), ..Default::default() };
    let chunks = vec![
        chunk(1, Rows::Transactions(v1::TransactionRows { rows })),
        chunk(2, Rows::Voids(v1::VoidRows { rows: vec![void("t1", None)] })),
        chunk(3, Rows::Voids(v1::VoidRows { rows: vec![void("t9", None)] })),
    ];
    let (acknowledged, ended) = clients.import(chunks).await;
    assert_eq!(acknowledged.len(), 2);
    let found = failure(&ended.unwrap_err());
    assert_eq!(
        (found.reason.as_str(), found.fields[0].0.as_str()),
        ("TRANSACTION_NOT_FOUND", "voids.rows[0].transaction_id")
    );
    assert_eq!(net(&clients, "ann", 30, None).await.as_deref(), Some("7.00"));
}

#[tokio::test]
async fn every_question_answers_as_it_did() {
    let server = Server::start();
    let clients = server.clients().await;
    let buyers = |from: u32, to: u32| {
        let each = (from..to).flat_map(|who| {
            (0..1 + who % 4).map(move |nth| {
                in_march(&format!("c{who}"), &format!("t{who}-{nth}"), 1 + (who * 7 + nth * 3) % 27, "10")
            })
        });
        each.collect::<Vec<_>>()
    };
    record(&clients, buyers(0, 40)).await;
    let as_of = Some(at("2026-03-30T00:00:00Z"));
    let ask = async |known_at: Option<Timestamp>| {
        let request = v1::SummarizeSegmentsRequest { as_of, known_at, ..Default::default() };
        let summary = clients.segmentation.clone().summarize_segments(request).await.unwrap().into_inner();
        let provenance = summary.provenance.clone().unwrap();
        assert_eq!(provenance.known_at, known_at);
        let plain = v1::SummarizeSegmentsResponse { provenance: None, ..summary };
        let request = v1::PredictCustomersRequest { as_of, known_at, ..Default::default() };
        let predictions = clients.predictions(request).await.unwrap();
        (plain, predictions, provenance.revision)
    };
    let before = ask(None).await;
    let then = now(&clients).await;
    record(&clients, buyers(40, 80)).await;
    take_back(&clients, vec![void("t3-0", None), void("t7-1", Some(28))]).await;
    assert_ne!(ask(None).await.0, before.0);
    let again = ask(Some(then)).await;
    assert_eq!(again.2, before.2);
    assert_eq!(again.0, before.0);
    assert_eq!(again.1.len(), before.1.len());
    for (again, before) in again.1.iter().zip(&before.1) {
        assert_eq!(
            (&again.customer_id, again.frequency, again.age_days),
            (&before.customer_id, before.frequency, before.age_days)
        );
    }
}

#[tokio::test]
async fn a_customer_is_handed_over_and_forgotten() {
    let server = Server::start();
    let clients = server.clients().await;
    let many: Vec<_> = (0..2_300).map(|i| in_march("ann", &format!("t{i}"), 1 + i % 28, "1")).collect();
    record(&clients, many.clone()).await;
    record(&clients, vec![in_march("bob", "b1", 1, "1")]).await;
    let customers = vec![v1::CustomerUpsert {
        customer_id: "ann".to_owned(),
        attributes: [("market".to_owned(), "hr".to_owned())].into(),
        effective_time: None,
        ..Default::default()
    }];
    let request = v1::UpsertCustomersRequest { customers, skip_invalid: false };
    clients.customers.clone().upsert_customers(request).await.unwrap();
    take_back(&clients, vec![void("t5", None)]).await;
    let (profile, events) = export(&clients, "ann").await;
    assert_eq!((profile.transaction_count, profile.attributes["market"].as_str()), (2_299, "hr"));
    assert_eq!(events.len(), 2_302);
    assert!(events.iter().all(|event| event.recorded_time.is_some() && event.event.is_some()));

    let erase = async || {
        let request = v1::EraseCustomerRequest { customer_id: "ann".to_owned() };
        clients.customers.clone().erase_customer(request).await.unwrap().into_inner().receipt.unwrap()
    };
    let before = now(&clients).await;
    let receipt = erase().await;
    assert_eq!((receipt.transactions, receipt.voids, receipt.attribute_records), (2_300, 1, 1));
    assert_eq!((receipt.revision, receipt.receipt_id.as_str()), (5, "erasure-default-5"));
    assert_eq!(net(&clients, "ann", 30, None).await, None);
    assert_eq!(net(&clients, "ann", 30, Some(before)).await, None);
    assert_eq!(net(&clients, "bob", 30, Some(before)).await.as_deref(), Some("1.00"));
    let again = erase().await;
    assert_eq!((again.transactions, again.revision, again.receipt_id.as_str()), (0, 5, ""));
    let space = clients.workspace().await;
    assert_eq!((space.customers, space.transactions, space.voids), (1, 1, 0));
    // Keys are free: the same log is news.
    assert_eq!(record(&clients, many).await.recorded, 2_300);
}

#[tokio::test]
async fn a_timeline_by_kind_and_customers_by_spend() {
    let server = Server::start();
    let clients = server.clients().await;
    let rows = [("ann", "2026-03-01", "5"), ("bob", "2026-03-02", "50"), ("ann", "2026-03-03", "7")];
    buy(&clients, rows).await;
    attributes(&clients, [("ann".to_owned(), "market", "hr")]).await;
    let request = v1::GetTimelineRequest {
        customer_id: "ann".to_owned(),
        kinds: vec![v1::TimelineKind::Transaction.into()],
        order: v1::TimelineOrder::Oldest.into(),
        ..Default::default()
    };
    let found = clients.customers.clone().get_timeline(request).await.unwrap().into_inner();
    let amounts: Vec<&str> = found
        .events
        .iter()
        .map(|event| match &event.event {
            Some(v1::timeline_event::Event::Transaction(bought)) => &*bought.amount.as_ref().unwrap().amount,
            other => panic!("no purchase: {other:?}"),
        })
        .collect();
    assert_eq!(amounts, ["5.00", "7.00"]);
    let listed = async |order: v1::CustomerOrder| -> Vec<String> {
        let request = v1::ListCustomersRequest { order: order.into(), ..Default::default() };
        let found = clients.customers.clone().list_customers(request).await.unwrap().into_inner();
        found.customers.into_iter().map(|customer| customer.customer_id).collect()
    };
    assert_eq!(listed(v1::CustomerOrder::Recorded).await, ["ann", "bob"]);
    assert_eq!(listed(v1::CustomerOrder::NetSpend).await, ["bob", "ann"]);
    assert_eq!(listed(v1::CustomerOrder::LastTransaction).await, ["ann", "bob"]);
}
