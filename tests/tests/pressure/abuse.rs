//! Callers who give up, and callers who do not read: neither keeps the server from others, nor its memory.
//!
//! `ladder attack` does all of it at once and for longer.

use std::time::{Duration, Instant};

use bytes::Bytes;
use lojal_proto::v1;
use lojal_tests::abuse::Shop;
use lojal_tests::{Clients, Server, abuse, cdnow, failure, raw, until};
use prost::Message as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

/// Enough that looking at all of them takes a while.
const CUSTOMERS: u64 = 200_000;
/// A server with nothing to do uses no more of this long than [`NOTHING`].
const A_WHILE: Duration = Duration::from_millis(200);
const NOTHING: Duration = Duration::from_millis(30);

async fn loaded() -> (Server, Clients, Shop) {
    let server = Server::start();
    let clients = server.clients().await;
    let shop = Shop::of(CUSTOMERS);
    shop.load(&clients).await;
    // So that what is measured later is made.
    let customer_id = "customer-00000007".to_owned();
    let segment = v1::GetCustomerSegmentRequest { customer_id: customer_id.clone(), ..Default::default() };
    clients.segmentation.clone().get_customer_segment(segment).await.unwrap();
    let predict = v1::PredictCustomerRequest { customer_id, ..Default::default() };
    clients.clv.clone().predict_customer(predict).await.unwrap();
    (server, clients, shop)
}

/// Waits until a server does nothing, and returns how long that took.
fn idle(server: &Server) -> Duration {
    let begun = Instant::now();
    until("the server to have nothing to do", Duration::from_secs(30), || {
        let (before, from) = (server.processor_time()?, Instant::now());
        while from.elapsed() < A_WHILE {
            std::thread::sleep(Duration::from_millis(10));
        }
        (server.processor_time()? - before <= NOTHING).then_some(())
    });
    begun.elapsed() - A_WHILE
}

/// Waits until a server has given back what it does not hold any more, which takes some seconds.
fn holds_at_most(server: &Server, megabytes: u64) {
    idle(server);
    until("memory to be given back", Duration::from_secs(40), || {
        (server.resident_megabytes()? <= megabytes).then_some(())
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_ends_when_its_callers_give_up() {
    let _alone = crate::MACHINE.write().await;
    let (server, clients, _) = loaded().await;
    let theirs = server.clients().await;
    idle(&server);
    abuse::give_up_segments(&theirs, 250, Duration::from_millis(300)).await;
    let begun = Instant::now();
    clients.workspace().await;
    assert!(begun.elapsed() < Duration::from_millis(500), "a call waited {:?}", begun.elapsed());
    // Before, each of the 250 was worked on to its end: tens of seconds.
    let took = idle(&server);
    assert!(took < Duration::from_secs(2), "the server went on for {took:?} with what nobody waits for");
    let threads = server.threads().unwrap();
    // Before, one for each of them.
    assert!(threads < 100, "{threads} threads");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_through_everybody_holds_up_no_other_call() {
    let _alone = crate::MACHINE.write().await;
    let (server, clients, _) = loaded().await;
    let theirs = server.clients().await;
    let looking = tokio::spawn(async move {
        for _ in 0..5 {
            abuse::give_up_customers(&theirs, 8, Duration::from_millis(400)).await;
        }
    });
    let mut slowest = Duration::ZERO;
    while !looking.is_finished() {
        let begun = Instant::now();
        clients.workspace().await;
        slowest = slowest.max(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    looking.await.unwrap();
    // Before, every thread that serves was busy with looking, for as long as that took.
    assert!(slowest < Duration::from_millis(200), "a call waited {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_at_the_deadline_of_its_caller() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let mut request = tonic::Request::new(tokio_stream::pending::<v1::ImportRequest>());
    request.set_timeout(Duration::from_millis(300));
    let begun = Instant::now();
    let ended = match clients.ingest.clone().import(request).await {
        Ok(answers) => answers.into_inner().message().await.map(|_| ()),
        Err(status) => Err(status),
    };
    assert!(matches!(ended.unwrap_err().code(), Code::DeadlineExceeded | Code::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_nobody_reads_hold_little() {
    let _alone = crate::MACHINE.write().await;
    let (server, _, shop) = loaded().await;
    idle(&server);
    let before = server.resident_megabytes().unwrap();
    let theirs = server.clients().await;
    let open = abuse::unread_predictions(&theirs, 12).await;
    // Before, each held everybody's prediction: more than a gigabyte together.
    holds_at_most(&server, before + 100);
    drop(open);
    idle(&server);
    let used = server.processor_time().unwrap();
    let imports = abuse::unread_imports(&theirs, 4, shop);
    // Their chunks are taken in for as long as the other end has room for answers.
    until("the imports to be taken in", Duration::from_secs(60), || {
        let held = server.resident_megabytes()?.saturating_sub(before);
        assert!(held < 250, "{held} MB for imports");
        (server.processor_time()? - used > Duration::from_secs(2)).then_some(())
    });
    drop(imports);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_follows_what_has_arrived() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start();
    let clients = server.clients().await;
    clients.workspace().await;
    let before = server.resident_megabytes().unwrap();
    let reserved_before = server.reserved_megabytes().unwrap();
    let open = abuse::announce(&clients.channel, 200).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    clients.workspace().await;
    // Reserving is not touching, so what is resident would hardly show it; what is reserved does.
    let reserved = server.reserved_megabytes().unwrap().saturating_sub(reserved_before);
    let held = server.resident_megabytes().unwrap().saturating_sub(before);
    assert!(held < 50 && reserved < 1_000, "{held} MB resident, {reserved} MB reserved for what never came");
    drop(open);
    // Sixteen megabytes of rows of two bytes: millions of them, hundreds of bytes each.
    let request: Bytes = [0x0a, 0x00].repeat(5_000_000).into();
    let refused = raw::call(&clients.channel, "/lojal.v1.IngestService/RecordTransactions", request).await;
    let told = failure(&refused.unwrap_err());
    assert_eq!((told.code, &*told.reason), (Code::ResourceExhausted, "LIMIT_EXCEEDED"), "{told:?}");
    let held = server.resident_megabytes().unwrap().saturating_sub(before);
    assert!(held < 100, "{held} MB for rows of nothing");
    // What fits is still judged row by row.
    let rows = v1::RecordTransactionsRequest {
        transactions: vec![v1::Transaction::default(); 10_001],
        ..Default::default()
    };
    let rows: Bytes = rows.encode_to_vec().into();
    let refused = raw::call(&clients.channel, "/lojal.v1.IngestService/RecordTransactions", rows).await;
    let told = failure(&refused.unwrap_err());
    assert_eq!(told.metadata.get("limit").map(String::as_str), Some("rows_per_request"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_streams_count_until_they_end() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start_with(&[("LOJAL__SERVER__CALLS", "3")]);
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        // Letting go of the sender ends what is sent, without which the connection would go on waiting for more of it.
        let (send, chunks) = tokio::sync::mpsc::channel(1);
        open.push((clients.ingest.clone().import(ReceiverStream::new(chunks)).await.unwrap(), send));
    }
    let refused = clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await.unwrap_err();
    let told = failure(&refused);
    assert_eq!((told.code, &*told.reason), (Code::ResourceExhausted, "OVERLOADED"), "{told:?}");
    // Whoever asks how it is doing is told.
    let mut health = clients.health.clone();
    let asked = tonic_health::pb::HealthCheckRequest::default();
    assert!(health.check(asked).await.is_ok());
    drop(open);
    let begun = Instant::now();
    while clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "there is no room after the streams have ended");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_leave_room_for_other_calls() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start_with(&[("LOJAL__SERVER__STREAMS_PER_CONNECTION", "2")]);
    let clients = server.clients().await;
    let first = clients.ingest.clone().import(tokio_stream::pending()).await.unwrap();
    let second = clients.ingest.clone().import(tokio_stream::pending()).await.unwrap();
    let refused = clients.ingest.clone().import(tokio_stream::pending()).await.unwrap_err();
    let told = failure(&refused);
    assert_eq!((told.code, &*told.reason), (Code::ResourceExhausted, "OVERLOADED"), "{told:?}");
    clients.workspace().await;
    server.clients().await.ingest.import(tokio_stream::pending()).await.unwrap();
    drop((first, second));
}

/// An order is found stretch by stretch, so that nobody's prediction is kept: put together it is that of everybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_whole_across_its_stretches() {
    let _alone = crate::MACHINE.write().await;
    const FIRST: i32 = 30_000;
    let (_server, clients, _) = loaded().await;
    let ask = |order: v1::PredictionOrder, limit| v1::PredictCustomersRequest {
        order: order.into(),
        limit,
        without_intervals: true,
        ..Default::default()
    };
    let mut all = clients.predictions(ask(v1::PredictionOrder::Unspecified, None)).await.unwrap();
    assert_eq!(all.len(), CUSTOMERS as usize);
    let clv = |one: &v1::Prediction| one.clv.as_ref().unwrap().value();
    let alive = |one: &v1::Prediction| one.alive_probability.as_ref().unwrap().value();
    let id = |one: &v1::Prediction| one.customer_id.clone();
    all.sort_by(|a, b| clv(b).total_cmp(&clv(a)).then_with(|| id(a).cmp(&id(b))));
    let first = clients.predictions(ask(v1::PredictionOrder::Clv, Some(FIRST))).await.unwrap();
    assert!(first.iter().map(id).eq(all.iter().take(FIRST as usize).map(id)));
    all.sort_by(|a, b| alive(a).total_cmp(&alive(b)).then_with(|| id(a).cmp(&id(b))));
    let first = clients.predictions(ask(v1::PredictionOrder::AliveProbability, Some(FIRST))).await.unwrap();
    assert!(first.iter().map(id).eq(all.iter().take(FIRST as usize).map(id)));
}
