//! Backups: what they hold, at which moment, and what is said of files that are not what was written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use lojal_domain::{CustomerId, EventTime, WorkspaceName};
use lojal_store::{Backup, Store, StoreError};
use lojal_store_sled::{BackupError, SledStore, restore, verify};
use lojal_store_trials::numbered;

const BATCHES: u32 = 40;
const MADE_AT: EventTime = EventTime::from_micros(1_234_567);

async fn append(store: &SledStore, numbers: std::ops::Range<u32>) {
    for number in numbers {
        numbered::append(store, number).await.unwrap();
        numbered::put_document(store, number).await.unwrap();
    }
}

fn bytes_of(backup: Backup) -> Vec<u8> {
    backup.flat_map(Result::unwrap).collect()
}

fn file_of(directory: &Path, bytes: &[u8]) -> PathBuf {
    let file = directory.join("backup");
    std::fs::write(&file, bytes).unwrap();
    file
}

/// Restores and reads everything: these batches must be there, and of the others no part.
async fn assert_holds(bytes: &[u8], batches: &BTreeSet<u32>, sent: u32) -> BTreeSet<u32> {
    let directory = tempfile::tempdir().unwrap();
    let file = file_of(directory.path(), bytes);
    let data = directory.path().join("data");
    restore(&file, &data).unwrap();
    let store = SledStore::open(&data).unwrap();
    let there = numbered::check(&store, batches, sent).await.unwrap_or_else(|wrong| panic!("{wrong}"));
    numbered::check_documents(&store, batches).await.unwrap_or_else(|wrong| panic!("{wrong}"));
    numbered::complete(&store, &there, sent).await.unwrap_or_else(|wrong| panic!("{wrong}"));
    store.close().await;
    there
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_has_everything_acknowledged_before_it_and_only_whole_batches() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::open(directory.path()).unwrap());
    let (writing, acknowledged) = (store.clone(), Arc::new(AtomicU32::new(0)));
    let counted = acknowledged.clone();
    let writer = tokio::spawn(async move {
        for number in 0..BATCHES {
            numbered::append(&*writing, number).await.unwrap();
            numbered::put_document(&*writing, number).await.unwrap();
            counted.store(number + 1, Ordering::SeqCst);
        }
    });
    let mut backups = Vec::new();
    while !writer.is_finished() {
        let before = acknowledged.load(Ordering::SeqCst);
        let backup = store.backup(MADE_AT).await.unwrap();
        let after = acknowledged.load(Ordering::SeqCst);
        // Read to the end only now: what is written meanwhile is not in it.
        backups.push((before, after, tokio::task::spawn_blocking(|| bytes_of(backup)).await.unwrap()));
    }
    writer.await.unwrap();
    assert!(backups.len() > 3, "{}", backups.len());
    let some = backups.len() / 4 + 1;
    for (before, after, bytes) in backups.iter().step_by(some) {
        let there = assert_holds(bytes, &(0..*before).collect(), BATCHES).await;
        // One more may have been on its way.
        assert!(there.len() as u32 <= after + 1, "{} of {after}", there.len());
    }
    store.close().await;
}

#[tokio::test]
async fn a_log_that_is_written_anew_meanwhile_is_read_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    append(&store, 0..BATCHES).await;
    let mut backup = store.backup(MADE_AT).await.unwrap();
    let unread = store.backup(MADE_AT).await.unwrap();
    let mut bytes = backup.next().unwrap().unwrap();
    let erased = CustomerId::new("b0-c0").unwrap();
    store.erase(&numbered::workspace(0), &erased, EventTime::from_micros(1)).await.unwrap();
    store.delete_workspace(&WorkspaceName::new("second").unwrap()).await.unwrap();
    store.compact().await.unwrap();
    append(&store, BATCHES..BATCHES + 5).await;
    store.close().await;
    drop(store);
    // Its files have no names any more, and whoever has them open reads them.
    bytes.extend(bytes_of(backup));
    let all = (0..BATCHES).collect();
    assert_eq!(assert_holds(&bytes, &all, BATCHES + 5).await, all);
    assert_eq!(bytes_of(unread), bytes, "the same moment");
    SledStore::open(directory.path()).unwrap().close().await;
}

#[tokio::test]
async fn a_log_that_was_rewritten_and_reopened_is_backed_up_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    append(&store, 0..BATCHES).await;
    store.compact().await.unwrap();
    store.close().await;
    drop(store);
    let store = SledStore::open(directory.path()).unwrap();
    let once = bytes_of(store.backup(MADE_AT).await.unwrap());
    let all = (0..BATCHES).collect();
    assert_holds(&once, &all, BATCHES).await;
    // A backup of what was restored is the same file.
    let again = tempfile::tempdir().unwrap();
    let contents = verify(&file_of(again.path(), &once)).unwrap();
    assert_eq!((contents.made_at, contents.bytes), (MADE_AT, once.len() as u64));
    restore(&again.path().join("backup"), &again.path().join("data")).unwrap();
    let restored = SledStore::open(&again.path().join("data")).unwrap();
    assert_eq!(bytes_of(restored.backup(MADE_AT).await.unwrap()), once);
    // An empty store has a backup too.
    let empty = SledStore::open(&again.path().join("empty")).unwrap();
    let bytes = bytes_of(empty.backup(MADE_AT).await.unwrap());
    assert_holds(&bytes, &BTreeSet::new(), 0).await;
    for store in [store, restored, empty] {
        store.close().await;
    }
}

#[tokio::test]
async fn the_directory_stays_taken_while_a_backup_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    append(&store, 0..3).await;
    let backup = store.backup(MADE_AT).await.unwrap();
    store.close().await;
    drop(store);
    assert!(matches!(SledStore::open(directory.path()), Err(StoreError::InUse)));
    drop(backup);
    SledStore::open(directory.path()).unwrap().close().await;
}

async fn whole() -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    append(&store, 0..12).await;
    let bytes = bytes_of(store.backup(MADE_AT).await.unwrap());
    store.close().await;
    bytes
}

/// What a restore says; it must leave nothing behind.
fn refused(bytes: &[u8]) -> BackupError {
    let directory = tempfile::tempdir().unwrap();
    let file = file_of(directory.path(), bytes);
    let data = directory.path().join("data");
    let refused = restore(&file, &data).unwrap_err();
    assert!(!data.exists(), "{refused}");
    std::fs::create_dir(&data).unwrap();
    restore(&file, &data).unwrap_err();
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "{refused}");
    refused
}

#[tokio::test]
async fn a_file_that_is_cut_short_is_told_at_every_length() {
    let whole = whole().await;
    for length in (8..whole.len()).step_by(97).chain(whole.len() - 50..whole.len()) {
        let refused = refused(&whole[..length]);
        assert!(matches!(refused, BackupError::CutShort(_)), "{length}: {refused}");
    }
}

#[tokio::test]
async fn a_flipped_bit_anywhere_is_told() {
    let whole = whole().await;
    for at in (0..whole.len()).step_by(61).chain(0..60).chain(whole.len() - 60..whole.len()) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        let refused = refused(&bytes);
        let told = match at {
            0..8 => matches!(refused, BackupError::NotABackup),
            // A length that is not what it was may lead beyond the end.
            _ => matches!(refused, BackupError::Damaged(_) | BackupError::CutShort(_)),
        };
        assert!(told, "byte {at}: {refused}");
    }
    let more = [&whole[..], b"x"].concat();
    assert!(matches!(refused(&more), BackupError::Damaged(_)));
}

/// A header with other numbers and a checksum that is right.
fn with_header(whole: &[u8], at: usize, value: u32) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    let checksum = crc32fast::hash(&bytes[..32]).to_le_bytes();
    bytes[32..36].copy_from_slice(&checksum);
    bytes
}

#[tokio::test]
async fn other_files_and_other_versions_are_told_apart() {
    let whole = whole().await;
    assert!(matches!(refused(&with_header(&whole, 8, 2)), BackupError::Newer { found: 2, known: 1 }));
    assert!(matches!(refused(&with_header(&whole, 12, 3)), BackupError::OtherData { found: 3, .. }));
    assert!(matches!(refused(&with_header(&whole, 16, 1)), BackupError::Damaged(_)));
    for other in [&b"customer_id,date,amount\n"[..], &[0; 100], b"PK\x03\x04"] {
        assert!(matches!(refused(other), BackupError::NotABackup));
    }
    assert!(matches!(refused(b""), BackupError::CutShort(0)));
    let directory = tempfile::tempdir().unwrap();
    let missing = restore(&directory.path().join("missing"), &directory.path().join("data"));
    assert!(matches!(missing, Err(BackupError::Io { .. })));
}

#[tokio::test]
async fn nothing_is_restored_over_anything() {
    let directory = tempfile::tempdir().unwrap();
    let file = file_of(directory.path(), &whole().await);
    let data = directory.path().join("data");
    restore(&file, &data).unwrap();
    let written = |data: &Path| std::fs::read(data.join("LOJAL")).unwrap();
    let before = written(&data);
    assert!(matches!(restore(&file, &data), Err(BackupError::NotEmpty)));
    assert_eq!(written(&data), before);
    // What a restore that was killed leaves is no directory of Lojal's.
    std::fs::remove_file(data.join("LOJAL")).unwrap();
    assert!(matches!(SledStore::open(&data), Err(StoreError::NotEmpty)));
}
