//! What was acknowledged stays, whatever happens to the process, and the process ends when it is told to.

use std::time::{Duration, Instant};

use lojal_proto::v1;
use lojal_tests::everything::{answers, assert_same, load_everything};
use lojal_tests::http2::Connection;
use lojal_tests::{Clients, Server, cdnow, failure, until};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;

/// Seconds a stopping server gives to calls under way, in the tests that need it to run out.
const DRAIN_SECONDS: u64 = 2;
/// What a stop may take beyond that on a busy machine.
const SLACK: Duration = Duration::from_secs(4);

// With threads to spare, so that clients hear that the server says goodbye while the test waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_changes_no_byte_of_any_answer() {
    let mut server = Server::start();
    let clients = server.clients().await;
    load_everything(&clients).await;
    let before = answers(&clients).await;
    assert_same(&before, &answers(&clients).await, "when asked twice");
    drop(clients);
    server.restart();
    assert_same(&before, &answers(&server.clients().await).await, "after a restart");
    server.kill();
    server.start_again();
    assert_same(&before, &answers(&server.clients().await).await, "after a kill");
}

/// Kills a server after so many acknowledged chunks and a little more, and returns what was acknowledged.
async fn import_and_kill(
    server: &mut Server,
    chunks: &[v1::ImportRequest],
    after: usize,
    more: Duration,
) -> usize {
    let clients = server.clients().await;
    let mut ingest = clients.ingest.clone();
    let stream = tokio_stream::iter(chunks.to_vec());
    let mut answers = ingest.import(stream).await.unwrap().into_inner();
    let mut acknowledged = 0;
    while acknowledged < after {
        let answer = answers.message().await.unwrap().expect("more chunks to be acknowledged");
        acknowledged += 1;
        assert_eq!(answer.sequence, acknowledged as i64);
    }
    tokio::time::sleep(more).await;
    server.kill();
    // What arrived before the kill was acknowledged as well.
    while let Ok(Some(_)) = answers.message().await {
        acknowledged += 1;
    }
    acknowledged
}

/// Whether chunks are there: sending them again records nothing.
async fn send_again(clients: &Clients, chunks: &[v1::ImportRequest]) -> Vec<(i32, i32)> {
    let numbered =
        chunks.iter().zip(1..).map(|(chunk, sequence)| v1::ImportRequest { sequence, ..chunk.clone() });
    let (answers, ended) = clients.import(numbered.collect()).await;
    ended.unwrap();
    let results = answers.into_iter().map(|answer| answer.result.unwrap());
    results.map(|result| (result.recorded, result.duplicates)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    for seed in 0..10 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let rows = random.random_range(20..=400);
        let chunks = cdnow::chunks(rows);
        let after = random.random_range(0..chunks.len());
        let more = Duration::from_micros(random.random_range(0..5_000));
        let mut server = Server::start();
        let acknowledged = import_and_kill(&mut server, &chunks, after, more).await;
        let case = format!("seed {seed}: chunks of {rows}, killed after {acknowledged} of {}", chunks.len());

        server.start_again();
        let clients = server.clients().await;
        let recovered = clients.workspace().await.transactions;
        let promised: usize = chunks[..acknowledged].iter().map(size).sum();
        assert!(recovered >= promised as i64, "{case}: {recovered} rows are left of {promised}");
        for (index, (recorded, _)) in
            send_again(&clients, &chunks[..acknowledged]).await.into_iter().enumerate()
        {
            assert_eq!(recorded, 0, "{case}: chunk {} was acknowledged and lost", index + 1);
        }
        // The rest is there by whole chunks or not at all.
        let rest = send_again(&clients, &chunks[acknowledged..]).await;
        for (chunk, (recorded, duplicates)) in chunks[acknowledged..].iter().zip(rest) {
            assert_eq!((recorded + duplicates) as usize, size(chunk), "{case}");
            assert!(recorded == 0 || duplicates == 0, "{case}: half of chunk {} was there", chunk.sequence);
        }
        assert_eq!(clients.workspace().await.transactions, cdnow::TRANSACTIONS as i64, "{case}");
        assert_eq!(cdnow::load(&clients).await, cdnow::Loaded { recorded: 0, duplicates: 6_919 }, "{case}");
        let customers = clients.all_customers(None).await;
        let counted: i64 = customers.iter().map(|one| one.transaction_count).sum();
        assert_eq!((customers.len(), counted), (cdnow::CUSTOMERS, cdnow::TRANSACTIONS as i64), "{case}");
    }
}

fn size(chunk: &v1::ImportRequest) -> usize {
    match &chunk.rows {
        Some(v1::import_request::Rows::Transactions(transactions)) => transactions.rows.len(),
        other => panic!("not transactions: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_while_starting_starts_again() {
    let mut server = Server::start();
    cdnow::load(&server.clients().await).await;
    for seed in 0..5 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        server.kill();
        let after = Duration::from_micros(random.random_range(0..40_000));
        server.kill_while_starting(after);
        server.start_again();
        let workspace = server.clients().await.workspace().await;
        assert_eq!(workspace.transactions, cdnow::TRANSACTIONS as i64, "seed {seed}, killed after {after:?}");
    }
}

#[test]
fn a_server_told_to_stop_as_soon_as_it_is_ready_stops_in_order() {
    for round in 0..10 {
        let mut server = Server::start();
        let stopped = server.stop();
        assert!(stopped.status.success(), "round {round}: {}", stopped.status);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_clients_do_not_keep_a_server_that_stops() {
    let mut server = Server::start_with(&[("LOJAL__SERVER__DRAIN_SECONDS", &DRAIN_SECONDS.to_string())]);
    let clients = server.clients().await;
    clients.workspace().await;
    // One that connected and never said a word, nor ever closes.
    let silent = std::net::TcpStream::connect(server.authority()).unwrap();
    let stopped = server.stop();
    assert!(stopped.status.success(), "{}: {}", stopped.status, server.log());
    assert!(stopped.took < Duration::from_secs(DRAIN_SECONDS) + SLACK, "{stopped:?}");
    drop((clients, silent));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_import_does_not_keep_a_server_that_stops_and_health_tells_first() {
    let mut server = Server::start_with(&[("LOJAL__SERVER__DRAIN_SECONDS", &DRAIN_SECONDS.to_string())]);
    let mut clients = server.clients().await;
    let (send, chunks) = tokio::sync::mpsc::channel(1);
    let first = cdnow::chunks(1_000).swap_remove(0);
    send.send(first).await.unwrap();
    let mut answers = clients.ingest.import(ReceiverStream::new(chunks)).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().sequence, 1);

    let request = HealthCheckRequest { service: "lojal.v1.IngestService".to_owned() };
    let mut health = clients.health.watch(request).await.unwrap().into_inner();
    assert_eq!(health.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let asked = Instant::now();
    server.terminate();
    assert_eq!(health.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert!(asked.elapsed() < Duration::from_secs(DRAIN_SECONDS), "health tells before the drain is over");
    assert_eq!(health.message().await.unwrap(), None, "there is no more to tell");
    // The stream is told that it may go on elsewhere, or here after a while, rather than torn.
    let told = failure(&answers.message().await.expect_err("an end of the stream"));
    assert_eq!((told.code, &*told.reason), (Code::Unavailable, "SHUTTING_DOWN"), "{told:?}");
    assert!(told.retry_after.is_some(), "{told:?}");
    let status = tokio::task::block_in_place(|| server.wait());
    assert!(status.success(), "{status}: {}", server.log());
    assert!(asked.elapsed() < Duration::from_secs(DRAIN_SECONDS) + SLACK, "{:?}", asked.elapsed());
    drop(send);

    server.start_again();
    assert_eq!(server.clients().await.workspace().await.transactions, 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_knows_every_service() {
    let server = Server::start();
    let mut clients = server.clients().await;
    for name in ["Ingest", "Customer", "Segmentation", "Clv", "Nps", "Loyalty", "Admin"] {
        let request = HealthCheckRequest { service: format!("lojal.v1.{name}Service") };
        let answer = clients.health.check(request).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{name}");
    }
    let whole = clients.health.check(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(whole.status(), ServingStatus::Serving);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_under_way_is_answered_before_the_server_stops() {
    let mut server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let request = v1::FitModelRequest { calibration_end: "1998-06-30".to_owned(), ..Default::default() };
    let mut events = clients.clv.clone().fit_model(request).await.unwrap().into_inner();
    assert!(events.message().await.unwrap().is_some());
    server.terminate();
    let mut last = None;
    while let Some(event) = events.message().await.unwrap() {
        last = event.event;
    }
    assert!(matches!(last, Some(v1::fit_model_response::Event::Model(_))), "{last:?}");
    assert!(tokio::task::block_in_place(|| server.wait()).success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_watches_health_keeps_no_server() {
    let mut server = Server::start_with(&[("LOJAL__SERVER__DRAIN_SECONDS", "60")]);
    let mut clients = server.clients().await;
    let request = HealthCheckRequest { service: "lojal.v1.UnknownService".to_owned() };
    let mut health = clients.health.watch(request).await.unwrap().into_inner();
    assert_eq!(health.message().await.unwrap().unwrap().status(), ServingStatus::ServiceUnknown);
    let asked = Instant::now();
    server.terminate();
    assert!(tokio::task::block_in_place(|| server.wait()).success());
    assert!(asked.elapsed() < SLACK, "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_ends_what_is_under_way() {
    let mut server = Server::start_with(&[("LOJAL__SERVER__DRAIN_SECONDS", "60")]);
    // A call whose message never comes.
    let mut held = Connection::open(server.authority()).await;
    held.call("/lojal.v1.NpsService/GetNps");
    held.flush().await;
    let clients = server.clients().await;
    clients.workspace().await;
    let asked = Instant::now();
    server.terminate();
    until("the server to say that it stops", SLACK, || server.log().contains("stopping").then_some(()));
    server.terminate();
    assert!(tokio::task::block_in_place(|| server.wait()).success());
    assert!(asked.elapsed() < 2 * SLACK, "{:?}: {}", asked.elapsed(), server.log());
    assert!(server.log().contains("once more"), "{}", server.log());
}
