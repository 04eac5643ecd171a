//! Workspaces without records are deleted in a moment, whatever others hold, and cut short in the middle they are there or gone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test that cannot go on has failed the test"
)]

use std::path::Path;
use std::process::Command;

use lojal_domain::{Amount, Currency, EventTime, TransactionColumns, WorkspaceName};
use lojal_store::{ColumnBatch, Document, OnReject, Store};
use lojal_store_sled::{SledStore, examine};
use lojal_store_trials::image::Image;

fn named(number: u32) -> WorkspaceName {
    WorkspaceName::new(format!("shop-number-{number}")).unwrap()
}

fn settings(of: u32) -> Document {
    Document { collection: "settings".into(), key: String::new(), content: of.to_string().into_bytes() }
}

async fn settings_of(store: &SledStore, number: u32) -> Vec<Document> {
    store.documents(&named(number), "settings").await.unwrap()
}

/// A store in which somebody else bought something.
async fn open(directory: &Path) -> SledStore {
    let store = SledStore::open(directory).unwrap();
    let mut columns = TransactionColumns::empty(Currency::parse("EUR").unwrap());
    columns.push("c1", EventTime::from_micros(1), Amount::from_micros(1), "first", 0);
    let batch = ColumnBatch {
        columns,
        recorded_at: EventTime::from_micros(2),
        on_reject: OnReject::Abort,
        reporting: None,
    };
    store.append_transactions(&WorkspaceName::default(), batch).await.unwrap();
    store
}

fn names_on_disk(directory: &Path) -> usize {
    let image = Image::of(directory, &Image::default());
    (100..400).filter(|number| image.has(format!("shop-number-{number}").as_bytes())).count()
}

#[tokio::test]
async fn the_log_of_others_stays_where_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await;
    for number in 100..104 {
        store.put_document(&named(number), settings(number)).await.unwrap();
    }
    assert!(store.delete_workspace(&named(101)).await.unwrap());
    assert!(!store.delete_workspace(&named(101)).await.unwrap());
    assert!(directory.path().join("log-1").exists(), "nothing was written anew");
    assert_eq!(settings_of(&store, 101).await, []);
    // Who comes by the same name, or gets the next number, finds nothing of it.
    store.put_document(&named(104), settings(104)).await.unwrap();
    assert!(store.delete_workspace(&named(104)).await.unwrap());
    store.put_document(&named(105), Document { collection: "other".into(), ..settings(105) }).await.unwrap();
    store.put_document(&named(101), Document { collection: "other".into(), ..settings(7) }).await.unwrap();
    store.close().await;
    drop(store);
    let scratch = tempfile::tempdir().unwrap();
    let report = examine(directory.path(), scratch.path()).unwrap();
    assert!(report.is_healthy(), "{report:?}");

    let store = SledStore::open(directory.path()).unwrap();
    let left = [WorkspaceName::default(), named(100), named(101), named(102), named(103), named(105)];
    let found = store.workspaces().await.unwrap();
    assert_eq!(found, left);
    assert_eq!(settings_of(&store, 101).await, []);
    assert_eq!(settings_of(&store, 105).await, []);
    assert_eq!(settings_of(&store, 103).await, [settings(103)]);
    assert_eq!(store.status(&WorkspaceName::default()).await.unwrap().revision, 1);
    store.compact().await.unwrap();
    assert_eq!(store.workspaces().await.unwrap(), found);
    store.close().await;
}

#[tokio::test]
async fn the_names_of_many_leave_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await;
    for number in 100..400 {
        store.put_document(&named(number), settings(number)).await.unwrap();
    }
    for number in 100..399 {
        assert!(store.delete_workspace(&named(number)).await.unwrap());
    }
    assert!(directory.path().join("log-2").exists(), "after the 256th it was written anew");
    assert!(names_on_disk(directory.path()) <= 44, "{}", names_on_disk(directory.path()));
    store.compact().await.unwrap();
    assert_eq!(names_on_disk(directory.path()), 1);
    assert_eq!(store.workspaces().await.unwrap(), [WorkspaceName::default(), named(399)]);
    store.close().await;
}

#[tokio::test]
#[ignore = "the process that the test below starts and breaks"]
async fn child_that_dies_between() {
    let Ok(directory) = std::env::var("TRIAL_DIRECTORY") else { return };
    let store = open(Path::new(&directory)).await;
    store.put_document(&named(100), settings(100)).await.unwrap();
    fail::cfg_callback(std::env::var("TRIAL_POINT").unwrap(), || std::process::abort()).unwrap();
    let deleted = store.delete_workspace(&named(100)).await;
    panic!("the process should have died; it says {deleted:?}");
}

#[tokio::test]
async fn cut_short_it_is_there_or_gone() {
    use std::os::unix::process::ExitStatusExt as _;
    for point in ["log::between_forgetting", "log::before_flush", "log::before_fsync", "log::after_fsync"] {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child_that_dies_between", "--ignored", "--nocapture"]);
        command.env("TRIAL_DIRECTORY", directory.path()).env("TRIAL_POINT", point);
        let ended = command.output().unwrap();
        // SIGABRT.
        assert_eq!(ended.status.signal(), Some(6), "{}", String::from_utf8_lossy(&ended.stderr));

        let store = SledStore::open(directory.path()).unwrap();
        let is_there = store.workspaces().await.unwrap().contains(&named(100));
        assert!(!is_there || point != "log::after_fsync", "it was durable");
        let wanted = if is_there { vec![settings(100)] } else { Vec::new() };
        assert_eq!(settings_of(&store, 100).await, wanted, "{point}");
        store.delete_workspace(&named(100)).await.unwrap();
        assert!(!store.workspaces().await.unwrap().contains(&named(100)), "{point}");
        store
            .put_document(&named(100), Document { collection: "other".into(), ..settings(1) })
            .await
            .unwrap();
        assert_eq!(settings_of(&store, 100).await, [], "{point}");
        store.close().await;
    }
}
