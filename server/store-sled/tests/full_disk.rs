//! A log that cannot grow any more. Writing ends, and everything that was acknowledged can still be read.
//!
//! The limit is one of the process on the size of its files, so every case runs in a child: this test again, told by its
//! environment where to write. sled then fails as on a full disk, wherever it happens to be. It makes its tree fit with
//! every look-up, so a look-up can fail too, for about one in eight lengths of the log; so there are many cases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test that cannot go on has failed the test"
)]

use std::path::Path;
use std::process::Command;

use lojal_domain::{
    Amount, Currency, CustomerId, EventTime, Money, Record, Transaction, TransactionId, TransactionIdentity,
    WorkspaceName,
};
use lojal_store::{Batch, Cut, OnReject, Store, StoreError};
use lojal_store_sled::SledStore;

/// Tells the child where to write.
const DIRECTORY: &str = "TRIAL_DIRECTORY";
/// Limits of the size of a file, in what the shell counts in: blocks of 512 bytes, or of 1,024.
const LIMITS: std::ops::Range<usize> = 700..1_100;
const LIMIT_STEP: usize = 17;
/// Rows of a batch. With ids this long a batch is a block.
const ROWS: usize = 25;
const BATCHES_MAX: usize = 5_000;

#[test]
fn what_was_acknowledged_can_be_read_once_the_log_cannot_grow() {
    let mut failed = Vec::new();
    for limit in LIMITS.step_by(LIMIT_STEP) {
        let directory = tempfile::tempdir().unwrap();
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh"]).arg(std::env::current_exe().unwrap());
        command.args(["--exact", "written_until_it_fails", "--ignored", "--nocapture"]);
        let ran = command.env(DIRECTORY, directory.path().join("data")).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        if !ran.status.success() || !out.contains("1 passed") {
            failed.push(format!("limit {limit}\n{out}\n{err}"));
        }
    }
    assert!(failed.is_empty(), "{} limits failed:\n{}", failed.len(), failed.join("\n"));
}

fn batch(number: usize) -> Batch {
    let time = EventTime::from_micros(number as i64);
    let row = |row: usize| {
        Record::Transaction(Transaction {
            customer: customer(number),
            identity: TransactionIdentity::Given(
                TransactionId::new(format!("{:0>128}", format!("{number}-{row}"))).unwrap(),
            ),
            time,
            money: Money { amount: Amount::from_micros(1), currency: Currency::parse("EUR").unwrap() },
            converted: None,
            discount: None,
        })
    };
    let records = (0..ROWS).map(row).collect();
    Batch { records, recorded_at: time, on_reject: OnReject::Abort, reporting: None }
}

fn customer(number: usize) -> CustomerId {
    CustomerId::new(format!("c{number}")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs in a child of the test above"]
async fn written_until_it_fails() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let store = SledStore::open(Path::new(&directory)).unwrap();
    let workspace = WorkspaceName::new("w").unwrap();
    let mut acknowledged = 0;
    loop {
        assert!(acknowledged < BATCHES_MAX, "nothing limits the log");
        match store.append(&workspace, batch(acknowledged)).await {
            Ok(_) => acknowledged += 1,
            Err(StoreError::ReadOnly(_)) => break,
            Err(other) => panic!("{other}"),
        }
    }
    // Twice, so that what is looked up once does not help.
    for number in (0..acknowledged).rev().chain(0..acknowledged) {
        let cut = Cut::as_of(EventTime::MAX);
        let told = store.timeline(&workspace, &customer(number), cut, None, 100).await;
        let told = told.unwrap_or_else(|error| panic!("batch {number} of {acknowledged}: {error}"));
        assert_eq!(told.len(), ROWS, "batch {number} of {acknowledged}");
    }
    let backup = store.backup(EventTime::from_micros(0)).await.unwrap();
    for chunk in backup {
        chunk.unwrap_or_else(|error| panic!("a backup of {acknowledged} batches: {error}"));
    }
}
