//! An answer waits for the disk: seen from outside, as the system calls of the real server.
//!
//! Nothing else here could tell. A killed process leaves its writes to the kernel, and the power cuts of the store's own
//! tests take the points around the call for the call.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::{Server, at, money};
use rustix::process::{Pid, Signal, kill_process};

const WRITES: usize = 20;

/// Watches the syncs of a process; none where that is not possible.
fn watch(pid: Pid, into: &std::path::Path) -> Option<Child> {
    let mut command = Command::new("strace");
    command.args(["-f", "-e", "trace=fsync,fdatasync", "-p", &pid.as_raw_nonzero().to_string(), "-o"]);
    let mut strace = command.arg(into).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().ok()?;
    let said = BufReader::new(strace.stderr.take()?);
    let (attached, line) = mpsc::channel();
    std::thread::spawn(move || said.lines().map_while(Result::ok).for_each(|line| drop(attached.send(line))));
    let first = line.recv_timeout(Duration::from_secs(30)).unwrap_or_default();
    if first.contains("attached") {
        return Some(strace);
    }
    eprintln!("SKIPPED, AND NOTHING PROVED: strace cannot watch a process here: {first}");
    let _ = strace.kill();
    let _ = strace.wait();
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_waits_for_the_disk() {
    let server = Server::start();
    let mut clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let seen = directory.path().join("seen");
    let Some(mut strace) = watch(server.pid(), &seen) else {
        eprintln!("SKIPPED, AND NOTHING PROVED: this needs strace and the right to use it");
        return;
    };
    for number in 0..WRITES {
        let sold = v1::Transaction {
            customer_id: "ann".to_owned(),
            transaction_id: format!("t{number}"),
            time: Some(at("2025-05-05T05:05:05Z")),
            amount: Some(money("1", "USD")),
            occurrence: 0,
            ..Default::default()
        };
        let request = v1::RecordTransactionsRequest { transactions: vec![sold], skip_invalid: false };
        clients.ingest.record_transactions(request).await.unwrap();
    }
    // Interrupted, it lets go of the server and writes down what it saw.
    kill_process(Pid::from_child(&strace), Signal::INT).unwrap();
    strace.wait().unwrap();
    let seen = std::fs::read_to_string(seen).unwrap();
    let synced =
        seen.lines().filter(|line| line.contains("sync") && line.trim_end().ends_with("= 0")).count();
    assert!(synced >= WRITES, "{synced} syncs for {WRITES} answers:\n{seen}");
}
