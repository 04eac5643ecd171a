//! Disks that are full, cannot be written, or hold something else.
//!
//! A full disk is a real one: a tmpfs of a few megabytes, mounted in a namespace of its own, in which this test runs
//! again. Where the machine allows no such namespace the tests say so and prove nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::{Clients, Server, at, cdnow, failure, money, run};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;

/// Names the directory in which the inner test finds its file system.
const INSIDE: &str = "TRIAL_FILE_SYSTEM";
/// Size of the file system, and of the file that takes most of it up until it is removed.
const SYSTEM_MEGABYTES: usize = 32;
const BALLAST_MEGABYTES: usize = 26;
/// Rows of a chunk and chunks of the import: several times what fits beside the ballast, and less than fits without.
const ROWS: usize = 500;
const CHUNKS: usize = 90;
/// Writing stops when less is free, in the test of that.
const LEAST_FREE_BYTES: u64 = 6 << 20;
const AT_MOST: Duration = Duration::from_secs(120);

/// Runs one of the ignored tests below in a namespace where a small file system is mounted; false where that cannot be.
fn run_inside(test: &str) -> bool {
    let possible =
        run(Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]), AT_MOST);
    if possible.code != Some(0) {
        eprintln!("SKIPPED, AND NOTHING PROVED: no file system can be mounted here: {}", possible.err);
        return false;
    }
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new("unshare");
    let script = format!("mount -t tmpfs -o size={SYSTEM_MEGABYTES}m none \"${INSIDE}\" && exec \"$@\"");
    command.args(["-rm", "sh", "-c", &script, "sh"]);
    command.arg(std::env::current_exe().unwrap());
    let test = format!("{}::{test}", module_path!().split_once("::").map_or("", |(_, module)| module));
    command.args(["--exact", &test, "--ignored", "--nocapture"]).env(INSIDE, directory.path());
    let ran = run(&mut command, AT_MOST);
    let passed = ran.code == Some(0) && ran.out.contains("1 passed");
    assert!(passed, "{:?}\n{}\n{}", ran.code, ran.out, ran.err);
    true
}

fn file_system() -> Option<PathBuf> {
    std::env::var_os(INSIDE).map(PathBuf::from)
}

/// A chunk of transactions with ids as long as they may be.
fn chunk(sequence: usize) -> v1::ImportRequest {
    let row = |index: usize| v1::Transaction {
        customer_id: format!("c{}", index % 50),
        transaction_id: format!("{:0>128}", format!("t{sequence}-{index}")),
        time: Some(at("2025-05-05T05:05:05Z")),
        amount: Some(money("1", "USD")),
        occurrence: 0,
        ..Default::default()
    };
    cdnow::chunk(sequence as i64, (0..ROWS).map(row).collect())
}

async fn assert_reads_go_on(clients: &Clients, transactions: usize) {
    assert_eq!(
        clients.workspace().await.transactions,
        transactions as i64,
        "what is visible is what was acknowledged"
    );
    let request = v1::GetTimelineRequest { customer_id: "c7".to_owned(), page_size: 5, ..Default::default() };
    let timeline = clients.customers.clone().get_timeline(request).await.unwrap().into_inner();
    assert_eq!(timeline.events.len(), 5);
    assert_eq!(clients.all_customers(None).await.len(), 50);
    // The model is fitted for it now, and there is nowhere to store it.
    let request = v1::PredictCustomerRequest { customer_id: "c7".to_owned(), ..Default::default() };
    let predicted = clients.clv.clone().predict_customer(request).await.unwrap().into_inner();
    assert!(predicted.prediction.unwrap().expected_purchases.unwrap().value.is_some());
}

#[test]
fn a_full_disk_loses_nothing_and_tells() {
    run_inside("full_disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs in a file system of its own, started by the test above"]
async fn full_disk() {
    let Some(small) = file_system() else { return };
    let ballast = small.join("ballast");
    std::fs::write(&ballast, vec![1; BALLAST_MEGABYTES << 20]).unwrap();
    let mut server = Server::start_in(&small, &[]);
    let clients = server.clients().await;
    let (answers, ended) = clients.import((1..=CHUNKS).map(chunk).collect()).await;
    let refused = failure(&ended.expect_err("a full disk"));
    assert_eq!((refused.code, &*refused.reason), (Code::Unavailable, "STORE_READ_ONLY"), "{refused:?}");
    let acknowledged = answers.len();
    assert!((1..CHUNKS).contains(&acknowledged), "{acknowledged} chunks fit");
    assert_reads_go_on(&clients, acknowledged * ROWS).await;
    let info = clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await.unwrap().into_inner();
    assert!(!info.writable, "{info:?}");

    // Space comes back, and the server goes on refusing: it does not know what the disk kept.
    std::fs::remove_file(&ballast).unwrap();
    let again =
        clients.import(vec![chunk(1)]).await.1.expect_err("a store that is read-only until it is restarted");
    assert_eq!(failure(&again).reason, "STORE_READ_ONLY", "{again:?}");
    drop(clients);
    assert!(server.stop().status.success(), "{}", server.log());

    // A restart with space: everything acknowledged is there, the rest by whole chunks, and the import completes.
    server.start_again();
    let clients = server.clients().await;
    let found = clients.workspace().await.transactions as usize;
    assert!(
        found >= acknowledged * ROWS && found.is_multiple_of(ROWS),
        "{found} rows of {acknowledged} chunks"
    );
    let (answers, ended) = clients.import((1..=CHUNKS).map(chunk).collect()).await;
    ended.unwrap();
    for (index, answer) in answers.iter().enumerate() {
        let result = answer.result.as_ref().unwrap();
        let wanted = if index * ROWS < found { (0, ROWS as i32) } else { (ROWS as i32, 0) };
        assert_eq!(
            (result.recorded, result.duplicates),
            wanted,
            "chunk {} of {acknowledged} acknowledged",
            index + 1
        );
    }
    assert_reads_go_on(&clients, CHUNKS * ROWS).await;
}

#[test]
fn writing_stops_before_the_disk_is_full_and_goes_on_when_there_is_room() {
    run_inside("nearly_full_disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs in a file system of its own, started by the test above"]
async fn nearly_full_disk() {
    let Some(small) = file_system() else { return };
    let ballast = small.join("ballast");
    std::fs::write(&ballast, vec![1; (BALLAST_MEGABYTES - 8) << 20]).unwrap();
    let least = LEAST_FREE_BYTES.to_string();
    let server = Server::start_in(&small, &[("LOJAL__STORE__FREE_BYTES_MIN", &least)]);
    let clients = server.clients().await;
    let (answers, ended) = clients.import((1..=CHUNKS).map(chunk).collect()).await;
    let refused = failure(&ended.expect_err("a nearly full disk"));
    assert_eq!((refused.code, &*refused.reason), (Code::Unavailable, "STORE_READ_ONLY"), "{refused:?}");
    assert!(refused.message.contains("safe"), "{refused:?}");
    let found = rustix::fs::statvfs(&small).unwrap();
    let free = found.f_bavail * found.f_frsize;
    assert!((LEAST_FREE_BYTES / 2..LEAST_FREE_BYTES).contains(&free), "{free} bytes are free");
    assert!((1..CHUNKS).contains(&answers.len()), "{} chunks fit", answers.len());
    let writable = async || {
        let info = clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await;
        info.unwrap().into_inner().writable
    };
    let health = async |wanted: ServingStatus| {
        let service = "lojal.v1.IngestService".to_owned();
        let begun = std::time::Instant::now();
        loop {
            let request = HealthCheckRequest { service: service.clone() };
            let told = clients.health.clone().check(request).await.unwrap().into_inner().status();
            if told == wanted {
                return;
            }
            assert!(begun.elapsed() < AT_MOST, "health says {told:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(!writable().await);
    health(ServingStatus::NotServing).await;
    assert_reads_go_on(&clients, answers.len() * ROWS).await;
    // A backup is what one wants to have now, on another disk.
    let elsewhere = tempfile::tempdir_in("/").or_else(|_| tempfile::tempdir()).unwrap();
    let file = elsewhere.path().join("backup");
    let mut command = lojal_tests::command(&["backup", "--server", server.url()]);
    _ = run(command.arg(&file), AT_MOST).succeeded();

    // Room again: nobody has to restart anything.
    std::fs::remove_file(&ballast).unwrap();
    assert!(writable().await);
    health(ServingStatus::Serving).await;
    let (answers, ended) = clients.import((1..=CHUNKS).map(chunk).collect()).await;
    ended.unwrap();
    assert_eq!(answers.len(), CHUNKS);
    assert_reads_go_on(&clients, CHUNKS * ROWS).await;
}

#[test]
fn a_server_that_is_killed_on_a_full_disk_loses_nothing() {
    run_inside("killed_on_full_disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs in a file system of its own, started by the test above"]
async fn killed_on_full_disk() {
    let Some(small) = file_system() else { return };
    let ballast = small.join("ballast");
    std::fs::write(&ballast, vec![1; BALLAST_MEGABYTES << 20]).unwrap();
    let mut server = Server::start_in(&small, &[]);
    let clients = server.clients().await;
    let (answers, ended) = clients.import((1..=CHUNKS).map(chunk).collect()).await;
    assert_eq!(failure(&ended.expect_err("a full disk")).reason, "STORE_READ_ONLY");
    server.kill();
    // A start that finds no space may fail, in words and in time, and must break nothing.
    let mut start = lojal_tests::command(&["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    let mut start = start.arg(server.data_dir()).spawn().unwrap();
    let begun = std::time::Instant::now();
    while start.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let _ = start.kill();
    start.wait().unwrap();
    std::fs::remove_file(&ballast).unwrap();
    server.start_again();
    let clients = server.clients().await;
    let found = clients.workspace().await.transactions as usize;
    assert!(
        found >= answers.len() * ROWS && found.is_multiple_of(ROWS),
        "{found} rows of {} chunks",
        answers.len()
    );
    assert!(clients.import((1..=CHUNKS).map(chunk).collect()).await.1.is_ok());
    assert_reads_go_on(&clients, CHUNKS * ROWS).await;
}

/// Starts a server that must refuse, and returns what it says.
fn started_in_vain(data: &Path) -> String {
    let mut command = lojal_tests::command(&["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    let ran = run(command.arg(data), Duration::from_secs(30));
    assert!(ran.code.is_some_and(|code| code != 0), "{ran:?}");
    assert!(!ran.err.contains("panicked"), "{ran:?}");
    ran.err
}

#[test]
fn a_directory_that_cannot_be_written_is_refused_in_words() {
    run_inside("read_only_disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs in a file system of its own, started by the test above"]
async fn read_only_disk() {
    let Some(small) = file_system() else { return };
    let mut server = Server::start_in(&small, &[]);
    server.clients().await.import(vec![chunk(1)]).await.1.unwrap();
    server.stop();
    let remount = |how: &str| {
        let ran = run(Command::new("mount").args(["-o", how]).arg(&small), AT_MOST);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    };
    remount("remount,ro");
    let said = started_in_vain(&server.data_dir());
    assert!(said.to_lowercase().contains("read-only"), "{said}");
    remount("remount,rw");
    server.start_again();
    assert_eq!(server.clients().await.workspace().await.transactions, ROWS as i64);
}

#[test]
fn a_file_that_is_no_database_is_refused_in_words() {
    for content in [&b"a letter to a friend\n"[..], &[0x5a; 1 << 20]] {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("db"), content).unwrap();
        let said = started_in_vain(directory.path());
        assert!(said.contains("data directory"), "{said}");
        let after = std::fs::read(directory.path().join("db")).unwrap();
        assert!(after == content, "a file that is not ours was changed: {said}");
    }
}
