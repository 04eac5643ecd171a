//! Imports under bad luck: many at once, clients that vanish, and chunks of different kinds that need each other.

use std::time::Duration;

use arrow_ipc::reader::StreamReader;
use futures::future::join_all;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_tests::abuse::Shop;
use lojal_tests::http2::{Came, Connection};
use lojal_tests::{Clients, Server, at, cdnow, failure, money, until};
use prost::Message as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio_stream::wrappers::ReceiverStream;

/// Clients that import the same file at once.
const CLIENTS: usize = 10;
/// Clients that vanish, one after the other.
const VANISHING: u64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_imports_of_the_same_file_at_once_record_it_once() {
    let server = Server::start();
    // Each cuts the file into chunks of its own, so that they meet in the middle of them.
    let imports = (0..CLIENTS).map(|index| {
        let chunks = cdnow::chunks(100 + 37 * index);
        async {
            let (answers, ended) = server.clients().await.import(chunks).await;
            ended.unwrap();
            let results: Vec<_> = answers.into_iter().map(|answer| answer.result.unwrap()).collect();
            let sum = |of: fn(&v1::WriteResult) -> i32| results.iter().map(of).sum::<i32>() as usize;
            (sum(|result| result.recorded), sum(|result| result.duplicates))
        }
    });
    let counts = join_all(imports).await;
    let recorded: usize = counts.iter().map(|(recorded, _)| recorded).sum();
    assert_eq!(recorded, cdnow::TRANSACTIONS, "recorded by all together: {counts:?}");
    for (recorded, duplicates) in &counts {
        assert_eq!(
            recorded + duplicates,
            cdnow::TRANSACTIONS,
            "every client is told of every row: {counts:?}"
        );
    }
    let clients = server.clients().await;
    let customers = clients.all_customers(None).await;
    let transactions: i64 = customers.iter().map(|one| one.transaction_count).sum();
    let days: i64 = customers.iter().map(|one| one.purchase_day_count).sum();
    assert_eq!(
        (customers.len(), transactions as usize, days),
        (cdnow::CUSTOMERS, cdnow::TRANSACTIONS, cdnow::PURCHASE_DAYS)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_vanishes_leaves_whole_chunks_and_nothing_that_waits() {
    const ROWS: usize = 250;
    let mut server = Server::start();
    let chunks = cdnow::chunks(ROWS);
    let mut acknowledged = 0;
    for seed in 0..VANISHING {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (send, stream) = tokio::sync::mpsc::channel(chunks.len());
        let first = random.random_range(0..chunks.len() - 5);
        for (sequence, chunk) in (1..).zip(&chunks[first..first + random.random_range(1..=5)]) {
            send.send(v1::ImportRequest { sequence, ..chunk.clone() }).await.unwrap();
        }
        // A connection of its own, which ends with the client: no end of the stream is ever sent.
        let clients = server.clients().await;
        let mut answers =
            clients.ingest.clone().import(ReceiverStream::new(stream)).await.unwrap().into_inner();
        for _ in 0..random.random_range(0..2) {
            acknowledged += answers.message().await.unwrap().unwrap().result.unwrap().recorded;
        }
        drop((answers, clients, send));
        let found = server.clients().await.workspace().await.transactions;
        assert!(found >= i64::from(acknowledged), "seed {seed}: {found} of {acknowledged} acknowledged");
        let last = cdnow::TRANSACTIONS % ROWS;
        assert!(
            matches!(found as usize % ROWS, 0) || found as usize % ROWS == last,
            "seed {seed}: {found}, part of a chunk"
        );
    }
    let loaded = cdnow::load(&server.clients().await).await;
    assert_eq!((loaded.recorded + loaded.duplicates) as usize, cdnow::TRANSACTIONS);
    assert!(loaded.duplicates >= acknowledged, "{loaded:?} of {acknowledged} acknowledged");
    assert_eq!(server.clients().await.workspace().await.transactions as usize, cdnow::TRANSACTIONS);
    assert!(server.stop().status.success(), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chunk_may_need_the_one_before_it() {
    let server = Server::start();
    let time = Some(at("2025-01-01T00:00:00Z"));
    let mut chunks = Vec::new();
    for number in 0..200 {
        let sold = v1::Transaction {
            customer_id: format!("c{number}"),
            transaction_id: format!("t{number}"),
            time,
            amount: Some(money("10", "USD")),
            occurrence: 0,
            ..Default::default()
        };
        let given_back = v1::Refund {
            refund_id: format!("r{number}"),
            transaction_id: format!("t{number}"),
            time,
            amount: Some(money("10", "USD")),
        };
        chunks.push(Rows::Transactions(v1::TransactionRows { rows: vec![sold] }));
        chunks.push(Rows::Refunds(v1::RefundRows { rows: vec![given_back] }));
    }
    let chunks: Vec<_> = (1..)
        .zip(chunks)
        .map(|(sequence, rows)| v1::ImportRequest { sequence, rows: Some(rows), ..Default::default() })
        .collect();
    let count = chunks.len();
    let clients = server.clients().await;
    let (answers, ended) = clients.import(chunks).await;
    ended.unwrap();
    assert_eq!(answers.len(), count);
    let told = clients.workspace().await;
    assert_eq!((told.transactions, told.refunds), (200, 200));
}

/// The first transactions of a workspace decide its currency, and wait for others that do, in other workspaces too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_chunk_of_a_workspace_is_not_overtaken() {
    const WORKSPACES: usize = 100;
    let server = Server::start();
    let clients = server.clients().await;
    let time = Some(at("2025-01-01T00:00:00Z"));
    let (customer_id, transaction_id) = ("ann".to_owned(), "t1".to_owned());
    let (amount, occurrence) = (Some(money("10", "USD")), 0);
    let sold = v1::Transaction {
        customer_id,
        transaction_id: transaction_id.clone(),
        time,
        amount,
        occurrence,
        ..Default::default()
    };
    let (refund_id, amount) = ("r1".to_owned(), Some(money("10", "USD")));
    let given_back = v1::Refund { refund_id, transaction_id: transaction_id.clone(), time, amount };
    let taken_back = v1::TransactionVoid { transaction_id, ..Default::default() };
    let refunds = Rows::Refunds(v1::RefundRows { rows: vec![given_back] });
    let voids = Rows::Voids(v1::VoidRows { rows: vec![taken_back] });
    let imports = (0..WORKSPACES).map(|index| {
        let first = match index % 2 {
            0 => Rows::Transactions(v1::TransactionRows { rows: vec![sold.clone()] }),
            _ => Rows::Columns(columns_of(std::slice::from_ref(&sold))),
        };
        let chunks = (1..).zip([first, refunds.clone(), voids.clone()]);
        let chunks = chunks.map(|(sequence, rows)| v1::ImportRequest {
            sequence,
            rows: Some(rows),
            ..Default::default()
        });
        let workspace = clients.in_workspace(&format!("w{index}"));
        async move { workspace.import(chunks.collect()).await.1 }
    });
    for (index, ended) in join_all(imports).await.into_iter().enumerate() {
        assert_eq!(ended.map_err(|status| failure(&status)), Ok(()), "workspace {index}");
    }
}

/// The chunks before a hole are recorded and answered, those after it are not; sent again from the hole on, they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_on_after_a_hole_from_where_it_was() {
    let server = Server::start();
    let clients = server.clients().await;
    let chunks = cdnow::chunks(500);
    for hole in [1, 5, chunks.len() - 2] {
        let workspace = clients.in_workspace(&format!("hole-{hole}"));
        let mut holed = chunks.clone();
        holed.remove(hole);
        let (answers, ended) = workspace.import(holed).await;
        let failure = lojal_tests::failure(&ended.expect_err("a hole"));
        assert_eq!(failure.reason, "SEQUENCE_GAP", "{failure:?}");
        assert_eq!(answers.len(), hole, "every chunk before the hole is answered");
        assert_eq!(workspace.workspace().await.transactions, 500 * hole as i64);
        let rest = (1..)
            .zip(&chunks[hole..])
            .map(|(sequence, chunk)| v1::ImportRequest { sequence, ..chunk.clone() });
        workspace.import(rest.collect()).await.1.unwrap();
        assert_eq!(workspace.workspace().await.transactions as usize, cdnow::TRANSACTIONS);
    }
}

/// Rows as columns. They are of one currency.
fn columns_of(rows: &[v1::Transaction]) -> v1::TransactionColumns {
    let micros = |time: &prost_types::Timestamp| time.seconds * 1_000_000 + i64::from(time.nanos) / 1_000;
    let amount = |money: &v1::Money| {
        let (whole, decimals) = money.amount.split_once('.').unwrap_or((&money.amount, ""));
        format!("{whole}{decimals:0<6}").parse::<i64>().unwrap()
    };
    v1::TransactionColumns {
        customer_ids: rows.iter().map(|row| format!("{}\n", row.customer_id)).collect(),
        times: rows.iter().map(|row| micros(row.time.as_ref().unwrap())).collect(),
        amounts: rows.iter().map(|row| amount(row.amount.as_ref().unwrap())).collect(),
        currency_code: rows[0].amount.as_ref().unwrap().currency_code.clone(),
        transaction_ids: rows.iter().map(|row| format!("{}\n", row.transaction_id)).collect(),
        occurrences: rows.iter().map(|row| row.occurrence).collect(),
        ..Default::default()
    }
}

/// The sample, every third purchase with an id.
fn sample() -> Vec<v1::Transaction> {
    let mut rows = cdnow::rows();
    for (index, row) in rows.iter_mut().enumerate().filter(|(index, _)| index % 3 == 0) {
        (row.transaction_id, row.occurrence) = (format!("t{index}"), 0);
    }
    rows
}

fn in_columns(rows: &[v1::Transaction], rows_each: usize) -> Vec<v1::ImportRequest> {
    let chunk = |(rows, sequence)| v1::ImportRequest {
        sequence,
        rows: Some(Rows::Columns(columns_of(rows))),
        ..Default::default()
    };
    rows.chunks(rows_each).zip(1..).map(chunk).collect()
}

#[tokio::test]
async fn columns_and_rows_are_duplicates_of_each_other() {
    let server = Server::start();
    let rows = sample();
    let messages: Vec<_> =
        rows.chunks(1_000).zip(1..).map(|(rows, sequence)| cdnow::chunk(sequence, rows.to_vec())).collect();
    let columns = in_columns(&rows, 3_000);
    let counts = async |clients: &Clients, chunks: &[v1::ImportRequest]| {
        let (answers, ended) = clients.import(chunks.to_vec()).await;
        ended.unwrap();
        let results = || answers.iter().map(|answer| answer.result.as_ref().unwrap());
        (results().map(|result| result.recorded).sum(), results().map(|result| result.duplicates).sum())
    };
    let all = cdnow::TRANSACTIONS as i32;
    let mut shown = Vec::new();
    for (workspace, first, second) in [("rows", &messages, &columns), ("columns", &columns, &messages)] {
        let clients = server.clients().await.in_workspace(workspace);
        assert_eq!(counts(&clients, first).await, (all, 0), "{workspace} first");
        assert_eq!(counts(&clients, second).await, (0, all), "{workspace} first");
        let mut customers = clients.all_customers(None).await;
        assert_eq!(customers.len(), cdnow::CUSTOMERS);
        customers.sort_by(|one, other| one.customer_id.cmp(&other.customer_id));
        shown.push(customers);
    }
    assert_eq!(shown[0], shown[1]);
}

#[tokio::test]
async fn an_import_that_broke_off_is_remembered_until_it_is_done() {
    let mut server = Server::start();
    let position = async |clients: &Clients, source_id: &str| {
        let request = v1::GetImportPositionRequest { source_id: source_id.to_owned() };
        clients.ingest.clone().get_import_position(request).await.map(|answer| answer.into_inner().position)
    };
    let clients = server.clients().await;
    assert_eq!(position(&clients, "log").await.unwrap(), 0);
    let mut chunks = in_columns(&sample(), 1_000);
    for (chunk, before) in chunks.iter_mut().zip((0..).step_by(1_000)) {
        (chunk.source_id, chunk.source_position) = ("log".to_owned(), before);
    }
    let mut broken = chunks[..4].to_vec();
    broken[3].sequence = 9;
    let (answers, ended) = clients.import(broken).await;
    assert_eq!((answers.len(), ended.is_err()), (3, true));
    // As told with the third chunk.
    assert_eq!(position(&clients, "log").await.unwrap(), 2_000);
    assert_eq!(position(&clients, "another").await.unwrap(), 0);
    assert_eq!(position(&clients.in_workspace("another"), "log").await.unwrap(), 0);
    server.kill();
    server.start_again();
    let clients = server.clients().await;
    assert_eq!(position(&clients, "log").await.unwrap(), 2_000);
    let rest: Vec<_> = chunks[2..]
        .iter()
        .zip(1..)
        .map(|(chunk, sequence)| v1::ImportRequest { sequence, ..chunk.clone() })
        .collect();
    let (answers, ended) = clients.import(rest).await;
    ended.unwrap();
    assert_eq!(answers[0].result.as_ref().unwrap().duplicates, 1_000);
    assert_eq!(position(&clients, "log").await.unwrap(), 0, "loaded whole");
    assert_eq!(clients.workspace().await.transactions, cdnow::TRANSACTIONS as i64);
    // What cannot be remembered is refused, with the rows.
    for (source_id, source_position, field) in [
        ("x".repeat(129), 0, "source_id"),
        ("a\nb".to_owned(), 0, "source_id"),
        ("log".to_owned(), -1, "source_position"),
    ] {
        let chunk = v1::ImportRequest { source_id: source_id.clone(), source_position, ..chunks[0].clone() };
        let refused = failure(&clients.import(vec![chunk]).await.1.unwrap_err());
        assert_eq!((refused.reason.as_str(), refused.fields[0].0.as_str()), ("INVALID_FIELD", field));
        if field == "source_id" {
            let refused = failure(&position(&clients, &source_id).await.unwrap_err());
            assert_eq!((refused.reason.as_str(), refused.fields[0].0.as_str()), ("INVALID_FIELD", field));
        }
    }
    assert_eq!(failure(&position(&clients, "").await.unwrap_err()).fields[0].0, "source_id");
}

#[tokio::test]
async fn an_import_that_was_given_up_is_not_done() {
    const TIMES: usize = 20;
    let server = Server::start_with(&[("LOJAL__LOG__LEVEL", "info,lojal::calls=debug")]);
    let mut raw = Connection::open(server.authority()).await;
    let source = |number: usize| format!("log {number}");
    for number in 0..TIMES {
        let import = raw.call("/lojal.v1.IngestService/Import");
        let chunk = &in_columns(&sample(), 10)[number];
        let chunk = v1::ImportRequest {
            sequence: 1,
            source_id: source(number),
            source_position: 10,
            ..chunk.clone()
        };
        raw.message(import, &chunk.encode_to_vec(), false);
        raw.flush().await;
        assert!(matches!(raw.next().await, Came::Answer(id, _) if id == import));
        raw.give_up(import);
        raw.flush().await;
    }
    until("the ends of all calls", Duration::from_secs(30), || {
        let ends = server.log().lines().filter(|line| line.contains("close")).count();
        (ends >= TIMES).then_some(())
    });
    let ingest = server.clients().await.ingest;
    for number in 0..TIMES {
        let request = v1::GetImportPositionRequest { source_id: source(number) };
        assert_eq!(ingest.clone().get_import_position(request).await.unwrap().into_inner().position, 10);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_goes_on_over_a_server_that_was_killed() {
    use lojal_proto::v1::export_request::Table;
    let mut server = Server::start();
    let clients = server.clients().await;
    Shop::of(20_000).load(&clients).await;
    let table = Some(Table::Transactions(v1::ExportTransactions::default()));
    let mut request = v1::ExportRequest { table, columns: vec!["*".to_owned()], ..Default::default() };
    let mut stream = clients.export.clone().export(request.clone()).await.unwrap().into_inner();
    let first = stream.message().await.unwrap().unwrap();
    server.kill();
    server.start_again();
    let clients = server.clients().await;
    request.resume_token = first.resume_token;
    let mut bytes = first.arrow;
    let mut stream = clients.export.clone().export(request).await.unwrap().into_inner();
    let mut told = 0;
    while let Some(message) = stream.message().await.unwrap() {
        bytes.extend(message.arrow);
        told = message.rows_so_far;
    }
    let rows: usize =
        StreamReader::try_new(&*bytes, None).unwrap().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!((rows, told), (30_000, 30_000));
}
