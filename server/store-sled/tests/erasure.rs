//! Erasure that is cut short: the process dies while the log is written anew. Afterwards the customer is there as a
//! whole, or gone as a whole, and everybody else is as they were.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test that cannot go on has failed the test"
)]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use lojal_domain::{
    Amount, Currency, CustomerId, EventTime, MICROS_PER_DAY, Money, Record, Transaction, TransactionColumns,
    TransactionId, TransactionIdentity, WorkspaceName,
};
use lojal_store::{Batch, ColumnBatch, Cut, OnReject, Store, StoreError};
use lojal_store_sled::SledStore;
use lojal_store_trials::image::Image;

const BATCHES: i64 = 60;
const HER: &str = "gertrude";

async fn write(store: &SledStore) {
    for number in 0..BATCHES {
        let bought = |who: &str, id: String| {
            let money = Money { amount: Amount::from_micros(1), currency: Currency::parse("EUR").unwrap() };
            Record::Transaction(Transaction {
                customer: CustomerId::new(who).unwrap(),
                identity: TransactionIdentity::Given(TransactionId::new(id).unwrap()),
                time: EventTime::from_micros(number * MICROS_PER_DAY),
                money,
                converted: None,
                discount: None,
            })
        };
        let mut records: Vec<Record> =
            (0..100).map(|other| bought(&format!("c{other}"), format!("o{number}-{other}"))).collect();
        records.insert(number as usize, bought(HER, format!("order-of-{HER}-{number}")));
        let recorded_at = EventTime::from_micros(number);
        let batch = Batch { records, recorded_at, on_reject: OnReject::Abort, reporting: None };
        store.append(&WorkspaceName::default(), batch).await.unwrap();
    }
}

/// How many purchases a customer has.
async fn bought(store: &SledStore, who: &str) -> usize {
    let mut count = 0;
    let mut visit = |history: &lojal_domain::History<'_>| count = history.transactions.len();
    let (who, all) = (CustomerId::new(who).unwrap(), Cut::as_of(EventTime::MAX));
    store.history(&WorkspaceName::default(), &who, all, &mut visit).await.unwrap();
    count
}

async fn erase(store: &SledStore) -> Result<u64, StoreError> {
    let erased =
        store.erase(&WorkspaceName::default(), &CustomerId::new(HER).unwrap(), EventTime::MIN).await?;
    Ok(erased.counts.transactions())
}

fn is_on_disk(directory: &Path, bytes: &[u8]) -> bool {
    Image::of(directory, &Image::default()).has(bytes)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

#[test]
#[ignore = "the process that the other tests start and break"]
fn child() {
    let Ok(directory) = std::env::var("TRIAL_DIRECTORY") else { return };
    let point = std::env::var("TRIAL_POINT").unwrap();
    let hit: u32 = std::env::var("TRIAL_HIT").unwrap().parse().unwrap();
    runtime().block_on(async {
        let store = SledStore::open(Path::new(&directory)).unwrap();
        write(&store).await;
        let hits = AtomicU32::new(0);
        fail::cfg_callback(point, move || {
            if hits.fetch_add(1, Ordering::Relaxed) == hit {
                std::process::abort();
            }
        })
        .unwrap();
        let erased = erase(&store).await;
        panic!("the process should have died; it says {erased:?}");
    });
}

fn die_at(point: &str, hit: u32) -> tempfile::TempDir {
    use std::os::unix::process::ExitStatusExt as _;
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--ignored", "--nocapture"]).env("TRIAL_DIRECTORY", directory.path());
    let ended = command.env("TRIAL_POINT", point).env("TRIAL_HIT", hit.to_string()).output().unwrap();
    // SIGABRT.
    assert_eq!(ended.status.signal(), Some(6), "{}", String::from_utf8_lossy(&ended.stderr));
    directory
}

async fn assert_others_are_as_they_were(store: &SledStore) {
    for other in ["c0", "c50", "c99"] {
        assert_eq!(bought(store, other).await, BATCHES as usize, "{other}");
    }
}

#[test]
fn before_the_new_log_counts_nothing_is_erased() {
    let points =
        [("log::before_put", 1), ("log::before_put", 3), ("log::before_flush", 0), ("log::before_fsync", 1)];
    for (point, hit) in points.into_iter().chain([("rewrite::before_rename", 0)]) {
        let directory = die_at(point, hit);
        runtime().block_on(async {
            let store = SledStore::open(directory.path()).unwrap();
            assert_eq!(bought(&store, HER).await, BATCHES as usize, "{point}, hit {hit}");
            assert_others_are_as_they_were(&store).await;
            // Asked again, it is done, and what the first attempt left is gone too.
            assert_eq!(erase(&store).await.unwrap(), BATCHES as u64);
            store.close().await;
        });
        assert!(!is_on_disk(directory.path(), HER.as_bytes()), "{point}, hit {hit}");
    }
}

#[test]
fn once_the_new_log_counts_all_is_erased() {
    let directory = die_at("rewrite::after_rename", 0);
    runtime().block_on(async {
        let store = SledStore::open(directory.path()).unwrap();
        assert_eq!(bought(&store, HER).await, 0);
        assert_others_are_as_they_were(&store).await;
        assert_eq!(erase(&store).await.unwrap(), 0, "there is nothing left to erase");
        store.close().await;
    });
    assert!(!is_on_disk(directory.path(), HER.as_bytes()));
}

/// Runs one of the tests that are left out of the others, with a directory.
fn passes_in_a_process(child: &str, directory: &Path) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", child, "--ignored", "--nocapture"]);
    let ended = command.env("TRIAL_DIRECTORY", directory).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
#[ignore = "the process that the test below starts: points are set for a whole process"]
fn child_with_a_disk_that_fails() {
    let Ok(directory) = std::env::var("TRIAL_DIRECTORY") else { return };
    runtime().block_on(async {
        let store = SledStore::open(Path::new(&directory)).unwrap();
        write(&store).await;
        fail::cfg("rewrite::before_rename", "1*return").unwrap();
        let refused = erase(&store).await;
        assert!(matches!(refused, Err(StoreError::ReadOnly(_))), "{refused:?}");
        // The log is as it was, so everything goes on.
        assert_eq!(bought(&store, HER).await, BATCHES as usize);
        store.append_transactions(&WorkspaceName::default(), columns()).await.unwrap();
        assert!(store.status(&WorkspaceName::default()).await.unwrap().writable);
        assert_eq!(erase(&store).await.unwrap(), BATCHES as u64);
        store.close().await;
    });
}

/// Stops whoever comes to a point, once, until `meanwhile` is done, and hands back what came of it.
async fn while_stopped_at<T>(point: &str, meanwhile: impl Future<Output = T>) -> T {
    let (there, at_the_point) = std::sync::mpsc::channel();
    let (go_on, told) = std::sync::mpsc::channel::<()>();
    let told = std::sync::Mutex::new(told);
    fail::cfg_callback(point, move || {
        there.send(()).unwrap();
        told.lock().unwrap().recv().unwrap();
    })
    .unwrap();
    tokio::task::spawn_blocking(move || at_the_point.recv().unwrap()).await.unwrap();
    let done = meanwhile.await;
    go_on.send(()).unwrap();
    done
}

/// What a timeline has of the customer.
async fn look(store: &SledStore) -> Result<usize, StoreError> {
    let (workspace, her) = (WorkspaceName::default(), CustomerId::new(HER).unwrap());
    let found = store.timeline(&workspace, &her, Cut::as_of(EventTime::MAX), None, 10).await?;
    Ok(found.len())
}

#[test]
#[ignore = "the process that the test below starts: points are set for a whole process"]
fn child_that_looks_while_somebody_is_erased() {
    let Ok(directory) = std::env::var("TRIAL_DIRECTORY") else { return };
    runtime().block_on(async {
        let store = SledStore::open(Path::new(&directory)).unwrap();
        write(&store).await;
        // The moment in which readers got the log without them: the writer waits in it.
        let looking = while_stopped_at("rewrite::published", look(&store));
        let (found, erased) = tokio::join!(looking, erase(&store));
        assert_eq!(erased.unwrap(), BATCHES as u64);
        assert_eq!(found.unwrap(), 0, "nothing is found of somebody who is in no log");
        store.close().await;
    });
}

#[test]
#[ignore = "the process that the test below starts: points are set for a whole process"]
fn child_that_found_somebody_who_is_erased() {
    let Ok(directory) = std::env::var("TRIAL_DIRECTORY") else { return };
    runtime().block_on(async {
        let store = SledStore::open(Path::new(&directory)).unwrap();
        write(&store).await;
        let erasing = while_stopped_at("timeline::found", erase(&store));
        let (erased, found) = tokio::join!(erasing, look(&store));
        assert_eq!(erased.unwrap(), BATCHES as u64);
        assert_eq!(found.unwrap(), 10, "they were there when it was asked");
        store.close().await;
    });
}

#[test]
fn whoever_looks_while_somebody_is_erased_is_not_told_of_damage() {
    let directory = tempfile::tempdir().unwrap();
    passes_in_a_process("child_that_found_somebody_who_is_erased", directory.path());
    let directory = tempfile::tempdir().unwrap();
    passes_in_a_process("child_that_looks_while_somebody_is_erased", directory.path());
}

#[test]
fn an_erasure_for_which_there_is_no_room_leaves_everything_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    passes_in_a_process("child_with_a_disk_that_fails", directory.path());
    assert!(!is_on_disk(directory.path(), HER.as_bytes()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_while_the_log_is_written_anew_is_recorded_after_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = std::sync::Arc::new(SledStore::open(directory.path()).unwrap());
    write(&store).await;
    let erasing = tokio::spawn({
        let store = store.clone();
        async move { erase(&store).await }
    });
    let again = tokio::spawn({
        let store = store.clone();
        async move { write(&store).await }
    });
    assert_eq!(erasing.await.unwrap().unwrap(), BATCHES as u64);
    again.await.unwrap();
    assert_others_are_as_they_were(&store).await;
    let there = bought(&store, HER).await;
    assert!(there <= BATCHES as usize, "{there} are there after they were erased and recorded again");
    store.close().await;
}

/// The same purchases of her as [`write`] has, in columns.
fn columns() -> ColumnBatch {
    let mut columns = TransactionColumns::empty(Currency::parse("EUR").unwrap());
    for number in 0..BATCHES {
        let time = EventTime::from_micros(number * MICROS_PER_DAY);
        columns.push(HER, time, Amount::from_micros(1), &format!("order-of-{HER}-{number}"), 0);
    }
    let recorded_at = EventTime::from_micros(BATCHES);
    ColumnBatch { columns, recorded_at, on_reject: OnReject::Abort, reporting: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_waited_for_an_erasure_is_recorded_under_the_right_customer() {
    let workspace = WorkspaceName::default();
    let directory = tempfile::tempdir().unwrap();
    let store = std::sync::Arc::new(SledStore::open(directory.path()).unwrap());
    write(&store).await;
    for round in 0..20 {
        // The batch is looked up while she is there, and written when she is gone.
        let (erased, written) = tokio::join!(erase(&store), store.append_transactions(&workspace, columns()));
        let (erased, written) = (erased.unwrap(), written.unwrap());
        let there = if written.recorded > 0 { BATCHES as u64 } else { 0 };
        assert_eq!(erased, BATCHES as u64, "round {round}");
        assert_eq!(bought(&store, HER).await as u64, there, "round {round}: {written:?}");
        store.append_transactions(&workspace, columns()).await.unwrap();
    }
    // The same when the whole workspace goes.
    let (deleted, written) =
        tokio::join!(store.delete_workspace(&workspace), store.append_transactions(&workspace, columns()));
    assert!(deleted.unwrap());
    let there = if written.unwrap().recorded > 0 { BATCHES as usize } else { 0 };
    assert_eq!(bought(&store, HER).await, there);
    store.close().await;
}
