//! `lojal doctor` and `lojal compact`, as people and programs meet them.

use std::path::Path;
use std::time::Duration;

use futures::StreamExt as _;
use lojal_proto::v1;
use lojal_tests::everything::{answers, assert_same, load_everything};
use lojal_tests::{Clients, Ran, Server, at, command, money, run};
use prost::Message as _;

const AT_MOST: Duration = Duration::from_secs(60);
/// Writes of one row, each a block of its own.
const TINY_WRITES: usize = 3_000;

fn on(what: &str, data: &Path, more: &[&str]) -> Ran {
    let mut arguments = vec![what, "--data-dir", data.to_str().unwrap()];
    arguments.extend(more);
    run(&mut command(&arguments), AT_MOST)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_says_what_it_found_and_ends_with_it() {
    let mut server = Server::start();
    load_everything(&server.clients().await).await;
    let data = server.data_dir();
    let in_use = on("doctor", &data, &[]);
    assert_eq!(in_use.code, Some(2), "{in_use:?}");
    assert!(in_use.err.starts_with("error: ") && in_use.err.contains("in use"), "{in_use:?}");
    assert!(server.stop().status.success());

    let well = on("doctor", &data, &[]).succeeded();
    assert!(well.lines().all(|line| !line.starts_with("damage")) && well.ends_with("healthy\n"), "{well}");
    assert!(well.contains("6,920 transactions"), "{well}");
    let json: serde_json::Value =
        serde_json::from_str(&on("doctor", &data, &["--json"]).succeeded()).unwrap();
    assert_eq!(json["healthy"], true, "{json}");
    assert_eq!(json["workspaces"][0]["transactions"], 6_920, "{json}");
    assert!(json["log"]["blocks"].as_u64().unwrap() > 0, "{json}");

    // Half of the log is gone.
    let db = std::fs::read(data.join("log-1/db")).unwrap();
    std::fs::write(data.join("log-1/db"), &db[..db.len() / 2]).unwrap();
    let damaged = on("doctor", &data, &[]);
    assert_eq!(damaged.code, Some(1), "{damaged:?}");
    assert!(damaged.out.contains("lojal restore") && damaged.out.ends_with("damaged\n"), "{damaged:?}");
    assert!(damaged.err.is_empty(), "{damaged:?}");
    let json = on("doctor", &data, &["--json"]);
    assert_eq!(json.code, Some(1), "{json:?}");
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["healthy"], false, "{json}");
    assert_eq!(std::fs::read(data.join("log-1/db")).unwrap(), db[..db.len() / 2], "the doctor changed it");
}

#[test]
fn what_is_no_data_directory_is_told_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let told = on("doctor", &missing, &[]);
    assert_eq!(told.code, Some(2), "{told:?}");
    let told = on("doctor", directory.path(), &[]);
    assert_eq!(told.code, Some(2), "{told:?}");
    for path in [&missing, directory.path()] {
        let told = on("compact", path, &[]);
        assert_eq!(told.code, Some(1), "{told:?}");
        assert!(told.err.contains("--data-dir"), "{told:?}");
    }
    assert_eq!(run(&mut command(&["doctor"]), AT_MOST).code, Some(2));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

/// Histories, timelines, and what was known at revisions on the way.
async fn told(clients: &Clients, instants: &[prost_types::Timestamp]) -> Vec<(&'static str, Vec<u8>)> {
    let mut told = answers(clients).await;
    for known_at in instants.iter().map(|instant| Some(*instant)) {
        for customer in ["0001", "tiny-3"] {
            let customer_id = customer.to_owned();
            let request =
                v1::GetTimelineRequest { customer_id, known_at, page_size: 1_000, ..Default::default() };
            // Before they were known there are none.
            let timeline = match clients.customers.clone().get_timeline(request).await {
                Ok(timeline) => timeline.into_inner().encode_to_vec(),
                Err(status) => status.message().as_bytes().to_vec(),
            };
            told.push(("GetTimeline", timeline));
        }
        let as_of = Some(at("1998-07-01T00:00:00Z"));
        let request = v1::SummarizeSegmentsRequest { as_of, known_at, ..Default::default() };
        let summary = clients.segmentation.clone().summarize_segments(request).await.unwrap().into_inner();
        told.push(("SummarizeSegments", summary.encode_to_vec()));
    }
    told
}

async fn now(clients: &Clients) -> prost_types::Timestamp {
    let request = v1::GetServerInfoRequest {};
    clients.admin.clone().get_server_info(request).await.unwrap().into_inner().now.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_many_tiny_writes_shrinks_and_no_answer_changes() {
    let mut server = Server::start();
    let clients = server.clients().await;
    load_everything(&clients).await;
    let mut instants = vec![now(&clients).await];
    for half in 0..2 {
        let writes = (0..TINY_WRITES / 2).map(|number| {
            let mut ingest = clients.ingest.clone();
            let purchase = v1::Transaction {
                customer_id: format!("tiny-{}", number % 50),
                transaction_id: format!("tiny-{half}-{number}"),
                time: Some(at(&format!("1997-{:02}-03T10:00:00Z", 1 + number % 12))),
                amount: Some(money("1.25", "USD")),
                occurrence: 0,
                ..Default::default()
            };
            let request = v1::RecordTransactionsRequest { transactions: vec![purchase], skip_invalid: false };
            async move { ingest.record_transactions(request).await.unwrap() }
        });
        futures::stream::iter(writes).buffer_unordered(64).for_each(async |_| ()).await;
        instants.push(now(&clients).await);
    }
    let before = told(&clients, &instants).await;
    drop(clients);
    assert!(server.stop().status.success());
    let data = server.data_dir();
    let blocks = || {
        let report = on("doctor", &data, &["--json"]).succeeded();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        (report["log"]["blocks"].as_u64().unwrap(), report["log"]["file_bytes"].as_u64().unwrap())
    };
    let (many, large) = blocks();
    let words = on("compact", &data, &[]).succeeded();
    assert!(words.contains(" took ") && words.contains(" takes "), "{words}");
    let (few, small) = blocks();
    assert!(many > TINY_WRITES as u64 && few < 300, "{many} blocks became {few}");
    assert!(small < large, "{large} bytes became {small}");
    server.start_again();
    assert_same(&before, &told(&server.clients().await, &instants).await, "after compaction");
    server.restart();
    assert_same(&before, &told(&server.clients().await, &instants).await, "after it was opened again");
}
