//! What keys and workspaces may use: calls a second, heavy calls at once, rows a day.

use futures::future::join_all;
use futures::stream;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_tests::say::purchase;
use lojal_tests::{Clients, Failure, Server, failure};
use tonic::{Code, Status};

fn purchases(from: u32, count: u32) -> v1::RecordTransactionsRequest {
    let one = |n: u32| purchase(&format!("c{n}"), &format!("t{n}"), "2026-03-01", "5.00");
    v1::RecordTransactionsRequest {
        transactions: (from..from + count).map(one).collect(),
        ..Default::default()
    }
}

fn is_quota(status: &Status, limit: &str, maximum: u32) -> Failure {
    let failure = failure(status);
    assert_eq!((failure.code, &*failure.reason), (Code::ResourceExhausted, "QUOTA_REACHED"), "{failure:?}");
    assert_eq!(failure.metadata["limit"], limit);
    assert_eq!(failure.metadata["maximum"], maximum.to_string());
    assert!(failure.retry_after.is_some_and(|after| !after.is_zero()), "{failure:?}");
    failure
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_makes_so_many_calls_a_second() {
    let server = Server::start();
    let clients = server.clients().await;
    let make = |name: &str, calls_per_second| v1::CreateApiKeyRequest {
        name: name.to_owned(),
        scopes: vec![v1::Scope::Admin.into(), v1::Scope::Read.into()],
        quota: Some(v1::Quota { calls_per_second, ..Default::default() }),
        ..Default::default()
    };
    let owner = clients.admin.clone().create_api_key(make("owner", 0)).await.unwrap().into_inner();
    let owner = clients.with_key(&owner.secret);
    let slow = owner.admin.clone().create_api_key(make("slow", 1)).await.unwrap().into_inner();
    let kept = slow.api_key.unwrap();
    assert_eq!(kept.quota, Some(v1::Quota { calls_per_second: 1, ..Default::default() }));
    let ask = async |clients: &Clients| {
        let mut admin = clients.admin.clone();
        admin.get_server_info(v1::GetServerInfoRequest {}).await
    };
    let slow = clients.with_key(&slow.secret);
    // However slow the machine, not each of these comes in a second of its own.
    let answers = join_all((0..100).map(|_| ask(&slow))).await;
    assert!(answers.iter().any(Result::is_ok));
    let refused: Vec<&Status> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    let last = refused.last().expect("a call too many");
    let failure = is_quota(last, "calls_per_second", 1);
    assert!(failure.message.contains("API key \"slow\""), "{}", failure.message);
    for answer in join_all((0..100).map(|_| ask(&owner))).await {
        answer.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_takes_so_many_rows_a_day() {
    let server = Server::start_with(&[
        ("LOJAL__QUOTAS__EACH_WORKSPACE__ROWS_PER_DAY", "10"),
        ("LOJAL__QUOTAS__WORKSPACES__LARGE__ROWS_PER_DAY", "1000"),
    ]);
    let clients = server.clients().await;
    let record = async |clients: &Clients, rows| clients.ingest.clone().record_transactions(rows).await;
    let status = record(&clients, purchases(0, 11)).await.unwrap_err();
    let failure = is_quota(&status, "rows_per_day", 10);
    assert!(
        failure.message.contains("workspace \"default\" may record 10 rows a day"),
        "{}",
        failure.message
    );
    // What was refused was not used.
    record(&clients, purchases(0, 8)).await.unwrap();
    // An import ends there, and what was answered before stays.
    let chunk = |(sequence, batch): (i64, v1::RecordTransactionsRequest)| {
        let rows = v1::TransactionRows { rows: batch.transactions };
        v1::ImportRequest { sequence, rows: Some(Rows::Transactions(rows)), ..Default::default() }
    };
    let chunks = [(1, purchases(8, 2)), (2, purchases(10, 1))].map(chunk);
    let mut answers = clients.ingest.clone().import(stream::iter(chunks)).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    is_quota(&answers.message().await.unwrap_err(), "rows_per_day", 10);
    assert_eq!(clients.workspace().await.transactions, 10);
    for (workspace, rows) in [("other", 10), ("large", 1_000)] {
        record(&clients.in_workspace(workspace), purchases(0, rows)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_has_so_many_heavy_calls_under_way() {
    let server = Server::start_with(&[("LOJAL__QUOTAS__EACH_WORKSPACE__HEAVY_CALLS", "1")]);
    let clients = server.clients().await;
    for batch in 0..4 {
        clients.ingest.clone().record_transactions(purchases(batch * 500, 500)).await.unwrap();
    }
    let ask = async |workspace: &str, day: usize| {
        let as_of = lojal_tests::say::on(&format!("2026-04-{:02}", 1 + day % 30));
        let request = v1::SummarizeSegmentsRequest { as_of, ..Default::default() };
        clients.in_workspace(workspace).segmentation.clone().summarize_segments(request).await
    };
    let answers = join_all((0..200).map(|day| ask("default", day))).await;
    assert!(answers.iter().any(Result::is_ok));
    let refused = answers.iter().find_map(|answer| answer.as_ref().err()).expect("one too many");
    is_quota(refused, "heavy_calls", 1);
    // Once they have ended there is room, and calls about one customer were never counted.
    ask("default", 0).await.unwrap();
    let one = |n: usize| v1::GetCustomerRequest { customer_id: format!("c{n}"), ..Default::default() };
    let customers = clients.customers.clone();
    for answer in join_all((0..200).map(|n| {
        let mut customers = customers.clone();
        async move { customers.get_customer(one(n)).await }
    }))
    .await
    {
        answer.unwrap();
    }
}

/// Purchases in columns, as `lojal import` and the SDKs load them.
async fn import_columns(clients: &Clients, numbers: std::ops::Range<u32>) -> Result<i32, Status> {
    let mut columns = v1::TransactionColumns { currency_code: "EUR".to_owned(), ..Default::default() };
    for number in numbers {
        columns.customer_ids.push_str(&format!("c{number}\n"));
        columns.transaction_ids.push_str(&format!("t{number}\n"));
        columns.times.push(1_772_323_200_000_000);
        columns.amounts.push(5_000_000);
    }
    let chunk = v1::ImportRequest { sequence: 1, rows: Some(Rows::Columns(columns)), ..Default::default() };
    let mut answers = clients.ingest.clone().import(stream::iter([chunk])).await?.into_inner();
    let mut recorded = 0;
    while let Some(answer) = answers.message().await? {
        recorded += answer.result.map_or(0, |result| result.recorded);
    }
    Ok(recorded)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_in_columns_are_rows() {
    // The first columns of a workspace and those that follow take ways of their own.
    let server = Server::start_with(&[("LOJAL__QUOTAS__EACH_WORKSPACE__ROWS_PER_DAY", "10")]);
    let clients = server.clients().await;
    assert_eq!(import_columns(&clients, 0..4).await.unwrap(), 4);
    assert_eq!(import_columns(&clients, 4..8).await.unwrap(), 4);
    is_quota(&import_columns(&clients, 8..12).await.unwrap_err(), "rows_per_day", 10);
    assert_eq!(import_columns(&clients, 8..10).await.unwrap(), 2);
    is_quota(&import_columns(&clients, 10..11).await.unwrap_err(), "rows_per_day", 10);
    assert_eq!(clients.workspace().await.transactions, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_memory_left_answers_about_single_customers() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let mut server = Server::start_on(&data, &[]);
    server.clients().await.ingest.record_transactions(purchases(0, 10)).await.unwrap();
    assert!(server.stop().status.success());
    // Any process has taken as much.
    let server = Server::start_on(&data, &[("LOJAL__SERVER__MEMORY_BYTES", "1")]);
    let mut clients = server.clients().await;
    let is_refused = |status: &Status| {
        let failure = failure(status);
        assert_eq!((failure.code, &*failure.reason), (Code::ResourceExhausted, "OVERLOADED"), "{failure:?}");
        assert_eq!((&*failure.metadata["limit"], &*failure.metadata["maximum"]), ("memory_bytes", "1"));
        assert!(failure.retry_after.is_some_and(|after| !after.is_zero()), "{failure:?}");
        assert!(failure.message.contains("server.memory_bytes"), "{}", failure.message);
    };
    is_refused(&clients.ingest.record_transactions(purchases(10, 1)).await.unwrap_err());
    let summary = clients.segmentation.summarize_segments(v1::SummarizeSegmentsRequest::default()).await;
    is_refused(&summary.unwrap_err());
    let chunk = v1::ImportRequest {
        sequence: 1,
        rows: Some(Rows::Transactions(v1::TransactionRows { rows: purchases(10, 1).transactions })),
        ..Default::default()
    };
    let refused = match clients.ingest.import(stream::iter([chunk])).await {
        Ok(answers) => answers.into_inner().message().await.map(|_| ()),
        Err(status) => Err(status),
    };
    is_refused(&refused.unwrap_err());
    is_refused(&import_columns(&clients, 10..11).await.unwrap_err());
    let customer_id = "c3".to_owned();
    let asked = v1::GetCustomerRequest { customer_id: customer_id.clone(), ..Default::default() };
    clients.customers.get_customer(asked).await.unwrap();
    let erased = v1::EraseCustomerRequest { customer_id };
    clients.customers.erase_customer(erased).await.unwrap();
    let workspace = clients.workspace().await;
    assert_eq!((workspace.customers, workspace.transactions), (9, 9));
}
