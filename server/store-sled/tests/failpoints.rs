//! Things go wrong at every point between a request and its answer: the process dies, the disk fails, the committer
//! panics, time passes. Whatever was acknowledged must be there afterwards, each batch whole or not at all.
//!
//! A process that dies cannot check anything, and points are set for a whole process, so every case runs in a child:
//! this test again, told by its environment what to do. What the child was promised stands in a file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test that cannot go on has failed the test"
)]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lojal_store::{Store, StoreError};
use lojal_store_sled::SledStore;
use lojal_store_trials::numbered;

/// Batches written before anything goes wrong.
const QUIET: u32 = 2;
/// Batches that are sent at most.
const SENT: u32 = 24;
/// Writers at once, so that commits hold several batches.
const WRITERS: usize = 3;
/// Nothing that is waited for takes longer, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// The process is gone.
    Abort,
    /// An I/O error, once: the disk is well again right after it.
    Error,
    /// The thread that writes panics.
    Panic,
    /// It takes a while, every time.
    Delay,
}

const ACTIONS: [Action; 4] = [Action::Abort, Action::Error, Action::Panic, Action::Delay];

/// Sets a point to act when it is reached for the `hit`th time from now on, from 0.
fn arm(point: &str, action: Action, hit: u32) {
    let set = match action {
        Action::Abort => {
            let hits = AtomicU32::new(0);
            fail::cfg_callback(point, move || {
                if hits.fetch_add(1, Ordering::Relaxed) == hit {
                    std::process::abort();
                }
            })
        }
        Action::Error => fail::cfg(point, &format!("{hit}*off->1*return")),
        Action::Panic => fail::cfg(point, &format!("{hit}*off->1*panic")),
        Action::Delay => fail::cfg(point, "sleep(3)"),
    };
    set.unwrap();
}

/// What was sent and what was acknowledged, in a file that outlives the process.
struct Promises(Mutex<File>);

impl Promises {
    fn note(&self, what: &str, number: u32) {
        writeln!(self.0.lock().unwrap(), "{what} {number}").unwrap();
    }

    fn read(path: &Path, what: &str) -> BTreeSet<u32> {
        let text = std::fs::read_to_string(path).unwrap();
        let numbers = text.lines().filter_map(|line| line.strip_prefix(what)?.trim().parse().ok());
        numbers.collect()
    }
}

#[test]
#[ignore = "the process that the other tests start and break"]
fn child() {
    let Ok(directory) = std::env::var("TRIAL_DIRECTORY") else { return };
    let point = std::env::var("TRIAL_POINT").unwrap();
    let hit = std::env::var("TRIAL_HIT").unwrap().parse().unwrap();
    let action = std::env::var("TRIAL_ACTION").unwrap();
    let action = *ACTIONS.iter().find(|known| format!("{known:?}") == action).unwrap();
    let opening = std::env::var("TRIAL_OPENING").is_ok();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let directory = Path::new(&directory);
    if opening {
        arm(&point, action, hit);
        let refused = SledStore::open(&directory.join("data")).err();
        assert!(matches!(refused, Some(StoreError::Io { .. })), "{refused:?}");
        return;
    }
    let promises = File::options().append(true).create(true).open(directory.join("promises")).unwrap();
    let promises = Arc::new(Promises(Mutex::new(promises)));
    runtime.block_on(write(&directory.join("data"), &point, action, hit, &promises));
}

async fn write(directory: &Path, point: &str, action: Action, hit: u32, promises: &Arc<Promises>) {
    let store = Arc::new(SledStore::open(directory).unwrap());
    for number in 0..QUIET {
        promises.note("sent", number);
        numbered::append(&*store, number).await.unwrap();
        promises.note("acknowledged", number);
        // In a commit of its own.
        numbered::put_document(&*store, number).await.unwrap();
        promises.note("document", number);
    }
    arm(point, action, hit);
    let next = Arc::new(AtomicU32::new(QUIET));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (store, next, promises) = (store.clone(), next.clone(), promises.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= SENT {
                        return None;
                    }
                    promises.note("sent", number);
                    let answer = tokio::time::timeout(PATIENCE, numbered::append(&*store, number)).await;
                    match answer.expect("an answer in time") {
                        Ok(()) => promises.note("acknowledged", number),
                        Err(error) => return Some(error),
                    }
                    let answer =
                        tokio::time::timeout(PATIENCE, numbered::put_document(&*store, number)).await;
                    match answer.expect("an answer in time") {
                        Ok(()) => promises.note("document", number),
                        Err(error) => return Some(error),
                    }
                }
            })
        })
        .collect();
    let mut failures = Vec::new();
    for writer in writers {
        failures.extend(writer.await.unwrap());
    }
    fail::remove(point);
    let acknowledged = Promises::read(&directory.with_file_name("promises"), "acknowledged");
    let writable = store.status(&numbered::workspace(0)).await.unwrap().writable;
    match action {
        Action::Abort => panic!("{point} was not reached {hit} times"),
        Action::Error | Action::Panic => {
            assert!(!failures.is_empty(), "{point} was not reached {hit} times");
            assert!(
                failures.iter().all(|error| matches!(error, StoreError::ReadOnly(_))),
                "a store that cannot write is read-only, not {failures:?}"
            );
            assert!(!writable, "the status says that writes are taken");
            // The disk is well again, and still nobody knows what it kept.
            let again = tokio::time::timeout(PATIENCE, numbered::append(&*store, SENT)).await;
            let again = again.expect("an answer rather than silence");
            assert!(matches!(again, Err(StoreError::ReadOnly(_))), "{again:?}");
        }
        Action::Delay => assert!(failures.is_empty() && writable, "{failures:?}"),
    }
    // Reading goes on, and shows what was acknowledged.
    let present =
        numbered::check(&*store, &acknowledged, SENT).await.unwrap_or_else(|wrong| panic!("{wrong}"));
    if action != Action::Panic {
        assert_eq!(present, acknowledged, "what failed is not visible");
    }
    tokio::time::timeout(PATIENCE, store.close()).await.expect("a store that closes");
}

fn run_child(directory: &Path, point: &str, action: Action, hit: u32, opening: bool) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--ignored", "--nocapture"]);
    command.env("TRIAL_DIRECTORY", directory).env("TRIAL_POINT", point);
    command.env("TRIAL_ACTION", format!("{action:?}")).env("TRIAL_HIT", hit.to_string());
    if opening {
        command.env("TRIAL_OPENING", "1");
    }
    command.output().unwrap()
}

/// The child ended as the action has it: killed by its own hand, or with all of its own checks passed.
fn assert_ended(ended: &Output, action: Action) {
    use std::os::unix::process::ExitStatusExt as _;
    /// SIGABRT.
    const ABORTED: i32 = 6;
    let text = format!(
        "{}\n{}\n{}",
        ended.status,
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
    match action {
        Action::Abort => assert_eq!(ended.status.signal(), Some(ABORTED), "{text}"),
        _ => assert!(ended.status.success(), "{text}"),
    }
}

/// One case: the child writes until something goes wrong, and this process opens what it left.
async fn trial(point: &str, action: Action) {
    // Early, where a commit has just begun, and later, in the middle of several.
    let hits: &[u32] = if action == Action::Delay { &[0] } else { &[0, 5] };
    for &hit in hits {
        let directory = tempfile::tempdir().unwrap();
        assert_ended(&run_child(directory.path(), point, action, hit, false), action);
        let promises = directory.path().join("promises");
        let acknowledged = Promises::read(&promises, "acknowledged");
        let sent = Promises::read(&promises, "sent").last().map_or(0, |last| last + 1);
        assert!(acknowledged.len() >= QUIET as usize);
        let case = format!("{action:?} at {point}, hit {hit}");
        let store = SledStore::open(&directory.path().join("data")).unwrap();
        let present = numbered::check(&store, &acknowledged, sent).await;
        let present = present.unwrap_or_else(|wrong| panic!("{case}: {wrong}"));
        let documents = numbered::check_documents(&store, &Promises::read(&promises, "document")).await;
        documents.unwrap_or_else(|wrong| panic!("{case}: {wrong}"));
        if let Err(wrong) = numbered::complete(&store, &present, sent).await {
            panic!("{case}, and then everything again: {wrong}");
        }
        store.close().await;
    }
}

/// One case of a first opening: it fails or dies half-way, and the next one finds a directory it can use.
async fn trial_of_opening(point: &str, action: Action) {
    let directory = tempfile::tempdir().unwrap();
    assert_ended(&run_child(directory.path(), point, action, 0, true), action);
    let store = SledStore::open(&directory.path().join("data")).unwrap();
    if let Err(wrong) = numbered::complete(&store, &BTreeSet::new(), QUIET).await {
        panic!("{action:?} at {point}: {wrong}");
    }
    store.close().await;
}

macro_rules! trials {
    ($trial:ident: $($name:ident: $point:literal $action:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $trial($point, Action::$action).await;
            }
        )*
    };
}

trials! { trial:
    abort_before_put: "log::before_put" Abort;
    abort_after_put: "log::after_put" Abort;
    abort_before_flush: "log::before_flush" Abort;
    abort_after_flush: "log::after_flush" Abort;
    abort_before_fsync: "log::before_fsync" Abort;
    abort_after_fsync: "log::after_fsync" Abort;
    abort_before_publish: "commit::before_publish" Abort;
    abort_before_answer: "commit::before_answer" Abort;
    abort_after_answer: "commit::after_answer" Abort;
    error_before_put: "log::before_put" Error;
    error_after_put: "log::after_put" Error;
    error_before_flush: "log::before_flush" Error;
    error_after_flush: "log::after_flush" Error;
    error_before_fsync: "log::before_fsync" Error;
    error_after_fsync: "log::after_fsync" Error;
    panic_before_put: "log::before_put" Panic;
    panic_after_put: "log::after_put" Panic;
    panic_before_flush: "log::before_flush" Panic;
    panic_after_flush: "log::after_flush" Panic;
    panic_before_fsync: "log::before_fsync" Panic;
    panic_after_fsync: "log::after_fsync" Panic;
    panic_before_publish: "commit::before_publish" Panic;
    panic_before_answer: "commit::before_answer" Panic;
    panic_after_answer: "commit::after_answer" Panic;
    delay_before_put: "log::before_put" Delay;
    delay_after_put: "log::after_put" Delay;
    delay_before_flush: "log::before_flush" Delay;
    delay_after_flush: "log::after_flush" Delay;
    delay_before_fsync: "log::before_fsync" Delay;
    delay_after_fsync: "log::after_fsync" Delay;
    delay_before_publish: "commit::before_publish" Delay;
    delay_before_answer: "commit::before_answer" Delay;
    delay_after_answer: "commit::after_answer" Delay;
}

trials! { trial_of_opening:
    abort_opening_before_flush: "log::before_flush" Abort;
    abort_opening_after_flush: "log::after_flush" Abort;
    abort_opening_before_fsync: "log::before_fsync" Abort;
    abort_opening_after_fsync: "log::after_fsync" Abort;
    error_opening_before_flush: "log::before_flush" Error;
    error_opening_after_flush: "log::after_flush" Error;
    error_opening_before_fsync: "log::before_fsync" Error;
    error_opening_after_fsync: "log::after_fsync" Error;
}
