//! The doctor: what it says of directories that are well, torn and damaged, and that it changes none of them.

use std::path::Path;

use lojal_domain::{CustomerId, EventTime};
use lojal_store::{Store, StoreError};
use lojal_store_sled::{Report, Severity, SledStore, examine};
use lojal_store_trials::image::Image;
use lojal_store_trials::numbered;

const BATCHES: u32 = 20;

async fn written(directory: &Path) {
    let store = SledStore::open(directory).unwrap();
    for number in 0..BATCHES {
        numbered::append(&store, number).await.unwrap();
        numbered::put_document(&store, number).await.unwrap();
    }
    store.close().await;
}

/// What the doctor says. Nothing may be other than before.
fn examined(directory: &Path) -> Report {
    let before = Image::of(directory, &Image::default());
    let scratch = tempfile::tempdir().unwrap();
    let report = examine(directory, scratch.path()).unwrap();
    assert_eq!(before, Image::of(directory, &Image::default()), "the doctor changed something");
    report
}

fn said(report: &Report, severity: Severity) -> String {
    let found = report.findings.iter().filter(|finding| finding.severity == severity);
    found.map(|finding| format!("{}\n", finding.what)).collect()
}

#[tokio::test]
async fn a_directory_that_is_well() {
    let directory = tempfile::tempdir().unwrap();
    written(directory.path()).await;
    let report = examined(directory.path());
    assert!(report.is_healthy(), "{report:#?}");
    assert_eq!(said(&report, Severity::Note), "");
    assert_eq!(report.log.documents, u64::from(BATCHES));
    assert!(report.log.blocks > u64::from(BATCHES) && report.log.torn_blocks == 0, "{report:#?}");
    let names: Vec<&str> = report.workspaces.iter().map(|workspace| &*workspace.name).collect();
    assert_eq!(names, ["default", "second"]);

    // After somebody was erased and blocks were merged it is well too, and has what the store says.
    let store = SledStore::open(directory.path()).unwrap();
    let erased = CustomerId::new("b0-c0").unwrap();
    store.erase(&numbered::workspace(0), &erased, EventTime::from_micros(1)).await.unwrap();
    store.compact().await.unwrap();
    let status = store.status(&numbered::workspace(0)).await.unwrap();
    store.close().await;
    drop(store);
    let report = examined(directory.path());
    assert!(report.is_healthy(), "{report:#?}");
    let counts = report.workspaces[0].counts;
    assert_eq!(
        (counts.customers, counts.records.transactions(), counts.revision),
        (status.customers, status.counts.transactions(), status.revision)
    );
}

#[tokio::test]
async fn a_directory_in_use_or_of_somebody_else() {
    let directory = tempfile::tempdir().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    assert!(matches!(examine(directory.path(), scratch.path()), Err(StoreError::InUse)));
    store.close().await;
    let other = tempfile::tempdir().unwrap();
    assert!(matches!(examine(other.path(), scratch.path()), Err(StoreError::NotEmpty)));
    std::fs::write(other.path().join("letter"), "to a friend").unwrap();
    assert!(matches!(examine(other.path(), scratch.path()), Err(StoreError::NotEmpty)));
    let missing = examine(&other.path().join("missing"), scratch.path());
    assert!(matches!(missing, Err(StoreError::Io { .. })), "{missing:?}");
}

#[tokio::test]
async fn leftovers_are_noted() {
    let directory = tempfile::tempdir().unwrap();
    written(directory.path()).await;
    std::fs::create_dir(directory.path().join("log-2")).unwrap();
    std::fs::remove_file(directory.path().join("END")).unwrap();
    let report = examined(directory.path());
    assert!(report.is_healthy(), "{report:#?}");
    let notes = said(&report, Severity::Note);
    assert!(notes.contains("log-2") && notes.contains("END"), "{notes}");
}

#[tokio::test]
async fn damage_is_told_with_where_it_is() {
    let whole = tempfile::tempdir().unwrap();
    written(whole.path()).await;
    let image = Image::of(whole.path(), &Image::default());
    let db = &image.files()[Path::new("log-1/db")];
    let text = b"b11-";
    let inside = db.windows(text.len()).position(|window| window == text).unwrap();
    type Damage<'a> = Box<dyn Fn(&Path) + 'a>;
    let damages: [(&str, Damage<'_>); 4] = [
        ("LOJAL", Box::new(|path| std::fs::write(path.join("LOJAL"), "format 2\n").unwrap())),
        ("missing", Box::new(|path| std::fs::remove_dir_all(path.join("log-1")).unwrap())),
        (
            "block",
            Box::new(|path| {
                let mut bytes = db.to_vec();
                bytes[inside] ^= 4;
                std::fs::write(path.join("log-1/db"), bytes).unwrap();
            }),
        ),
        ("block", Box::new(|path| std::fs::write(path.join("log-1/db"), &db[..db.len() / 2]).unwrap())),
    ];
    for (words, damage) in damages {
        let directory = tempfile::tempdir().unwrap();
        image.write(directory.path());
        damage(directory.path());
        let report = examined(directory.path());
        assert!(!report.is_healthy(), "{words}");
        let told = said(&report, Severity::Damage);
        assert!(told.contains(words), "{words}: {told}");
        let advised = report.findings.iter().filter(|finding| finding.severity == Severity::Damage);
        assert!(advised.into_iter().all(|finding| finding.advice.contains("lojal restore")), "{report:#?}");
    }
}
