//! Imports under bad luck: many at once, clients that vanish, and chunks of different kinds that need each other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test that cannot go on has failed the test"
)]

use futures::future::join_all;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_tests::{Server, at, cdnow, money};
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
