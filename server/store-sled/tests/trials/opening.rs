//! Openings that were interrupted, and directories that are not what they should be.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use lojal_store::{Store, StoreError};
use lojal_store_sled::SledStore;
use lojal_store_trials::numbered;

const BATCHES: u32 = 5;

async fn written(directory: &Path) {
    let store = SledStore::open(directory).unwrap();
    for number in 0..BATCHES {
        numbered::append(&store, number).await.unwrap();
    }
    store.close().await;
}

async fn assert_all_there(directory: &Path) {
    let store = SledStore::open(directory).unwrap();
    let all: BTreeSet<u32> = (0..BATCHES).collect();
    numbered::check(&store, &all, BATCHES).await.unwrap_or_else(|wrong| panic!("{wrong}"));
    store.close().await;
}

#[tokio::test]
async fn a_snapshot_that_was_being_written_is_no_damage() {
    // Killed right after the file was made, in the middle of it, and before it got its name.
    for content in [&b""[..], b"half of a snapshot", &[0; 4_096]] {
        let directory = tempfile::tempdir().unwrap();
        written(directory.path()).await;
        std::fs::write(directory.path().join("log-1/snap.7FFFFFFFFFFFFFFF.generating"), content).unwrap();
        assert_all_there(directory.path()).await;
    }
}

#[tokio::test]
async fn a_configuration_that_is_not_whole_is_no_damage() {
    let whole = tempfile::tempdir().unwrap();
    written(whole.path()).await;
    let conf = std::fs::read(whole.path().join("log-1/conf")).unwrap();
    // One that is whole stays: a file of the same name would be another.
    let file = |path: &Path| std::fs::metadata(path.join("log-1/conf")).unwrap().ino();
    let before = file(whole.path());
    assert_all_there(whole.path()).await;
    assert_eq!(file(whole.path()), before);
    // Killed in a first opening, with nothing but it there.
    for length in 0..=conf.len() {
        let directory = tempfile::tempdir().unwrap();
        SledStore::open(directory.path()).unwrap().close().await;
        std::fs::remove_dir_all(directory.path().join("log-1")).unwrap();
        std::fs::create_dir(directory.path().join("log-1")).unwrap();
        std::fs::write(directory.path().join("log-1/conf"), &conf[..length]).unwrap();
        written(directory.path()).await;
        assert_all_there(directory.path()).await;
    }
    // As a power cut leaves it beside a log: nobody synced it.
    for damaged in [Vec::new(), vec![0; conf.len()], conf[..conf.len() - 4].to_vec()] {
        std::fs::write(whole.path().join("log-1/conf"), damaged).unwrap();
        assert_all_there(whole.path()).await;
        assert_eq!(std::fs::read(whole.path().join("log-1/conf")).unwrap(), conf);
    }
}

#[tokio::test]
async fn what_is_in_use_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    written(directory.path()).await;
    let store = SledStore::open(directory.path()).unwrap();
    let being_written = directory.path().join("log-1/snap.7FFFFFFFFFFFFFFF.generating");
    std::fs::write(&being_written, b"").unwrap();
    assert!(matches!(SledStore::open(directory.path()), Err(StoreError::InUse)));
    assert!(being_written.exists(), "a file of somebody who is writing it was taken away");
    store.close().await;
}
