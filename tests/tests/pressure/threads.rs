//! What looks at everybody does so beside the threads that serve: with a single one of these, whoever asks for little is answered
//! meanwhile, whatever call it is.

use std::cell::Cell;
use std::time::{Duration, Instant};

use lojal_tests::abuse::{NOBODY, Shop};
use lojal_tests::calls::{Call, calls};
use lojal_tests::{Clients, EVERYBODY, Server};
use prost::Message as _;
use prost_reflect::{DynamicMessage, Kind, Value};

/// Enough that looking at all of them takes longer than anybody should wait.
const CUSTOMERS: u64 = 100_000;
/// A call is given up after that.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Nobody waits longer beside it, on any machine.
const AT_MOST: Duration = Duration::from_millis(400);
/// Nor for longer than such a part of what the heaviest call takes, which is less where machines are quick.
const PART: u32 = 3;
/// What the heaviest call takes at least: with less, nothing would show that others waited for it.
const HEAVIEST: Duration = Duration::from_millis(50);
/// They write, take away, or wait for what happens.
const LEFT_OUT: [&str; 12] = [
    "Record",
    "Void",
    "Import",
    "Upsert",
    "Erase",
    "Create",
    "Update",
    "Delete",
    "Set",
    "Revoke",
    "Acknowledge",
    "Watch",
];

/// Everybody, or whom of them a filter lets through, which is nobody.
fn requests(call: &Call) -> Vec<Vec<u8>> {
    let mut whole = DynamicMessage::new(call.method.input());
    if let Some(limit) = call.method.input().get_field_by_name("limit")
        && limit.kind() == Kind::Int32
    {
        whole.set_field(&limit, Value::I32(EVERYBODY));
    }
    let mut requests = vec![whole.encode_to_vec()];
    if call.method.input().get_field_by_name("filter").is_some() {
        whole.set_field_by_name("filter", Value::String(NOBODY.to_owned()));
        requests.push(whole.encode_to_vec());
    }
    requests
}

/// Asks until the first of the answer, or for as long as patience lasts; how long that was, and the longest that a small question
/// beside it took.
async fn ask(call: &Call, request: Vec<u8>, theirs: &Clients, ours: &Clients) -> (Duration, Duration) {
    let is_over = Cell::new(false);
    let asked = async {
        let begun = Instant::now();
        let answer = call.begin(&theirs.channel, None, "default", request.into());
        let _ = tokio::time::timeout(PATIENCE, answer).await;
        is_over.set(true);
        begun.elapsed()
    };
    let small = async {
        let mut slowest = Duration::ZERO;
        while !is_over.get() {
            let begun = Instant::now();
            ours.workspace().await;
            slowest = slowest.max(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        slowest
    };
    tokio::join!(asked, small)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_looks_at_everybody_where_calls_are_served() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start_with(&[("TOKIO_WORKER_THREADS", "1")]);
    let (ours, theirs) = (server.clients().await, server.clients().await);
    Shop::of(CUSTOMERS).load(&ours).await;
    let mut asked = Vec::new();
    for call in calls() {
        if LEFT_OUT.iter().any(|word| call.method.name().starts_with(word)) {
            continue;
        }
        for request in requests(&call) {
            let (took, waited) = ask(&call, request, &theirs, &ours).await;
            asked.push((took, waited, call.path.clone()));
        }
    }
    let heaviest = asked.iter().map(|(took, ..)| *took).max().unwrap_or_default();
    assert!(heaviest > HEAVIEST, "no call took long enough to hold up others: {asked:?}");
    let at_most = AT_MOST.min(heaviest / PART);
    let problems: Vec<String> = asked
        .iter()
        .filter(|(_, waited, _)| *waited > at_most)
        .map(|(took, waited, path)| format!("{path}: took {took:.0?}, and others waited {waited:.0?}"))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}
