//! A damaged byte anywhere, and a log that ends early. More flips: `ladder damage`.

use std::path::Path;
use std::sync::Arc;

use lojal_store::Store;
use lojal_store_sled::SledStore;
use lojal_store_trials::damage::{self, Outcome, Promise};
use lojal_store_trials::image::Image;
use lojal_store_trials::numbered;
use lojal_store_trials::power::Open;

const BATCHES: u32 = 30;
const FLIPS: usize = 120;
const CUTS: usize = 40;

fn open() -> Arc<Open> {
    Arc::new(|directory: &Path| SledStore::open(directory).map(|store| Arc::new(store) as Arc<dyn Store>))
}

/// A directory with batches in it, each in a commit of its own: closed in order, or as a kill leaves it.
async fn written(closed: bool) -> Image {
    let directory = tempfile::tempdir().unwrap();
    let first = SledStore::open(directory.path()).unwrap();
    for number in 0..BATCHES / 2 {
        numbered::append(&first, number).await.unwrap();
    }
    first.close().await;
    drop(first);
    // Opened again, so that there is a snapshot to damage.
    let store = SledStore::open(directory.path()).unwrap();
    for number in BATCHES / 2..BATCHES {
        numbered::append(&store, number).await.unwrap();
    }
    if !closed {
        return Image::of(directory.path(), &Image::default());
    }
    store.close().await;
    drop(store);
    Image::of(directory.path(), &Image::default())
}

#[track_caller]
fn assert_nothing_wrong(outcome: &Outcome) {
    assert!(
        outcome.wrong.is_empty(),
        "{} are wrong:\n{}\n{outcome:?}",
        outcome.wrong.len(),
        outcome.wrong.join("\n")
    );
}

/// Every batch.
fn all() -> Promise {
    Promise::Batches((0..BATCHES).collect(), BATCHES)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_is_told_or_leaves_the_first_batches_as_they_were() {
    let outcome = damage::flip(&open(), &written(true).await, &Promise::FirstOnes(BATCHES), 1, FLIPS).await;
    assert_nothing_wrong(&outcome);
    assert!(!outcome.refused.is_empty(), "no flip was noticed: {outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_ends_early_has_no_holes() {
    let outcome = damage::cut(&open(), &written(false).await, &Promise::FirstOnes(BATCHES), 2, CUTS).await;
    assert_nothing_wrong(&outcome);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_a_closed_directory_is_told_or_changes_nothing() {
    assert_nothing_wrong(&damage::flip(&open(), &written(true).await, &all(), 1, FLIPS).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_after_a_kill_is_told_or_changes_nothing() {
    assert_nothing_wrong(&damage::flip(&open(), &written(false).await, &all(), 3, FLIPS).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_a_closed_directory_that_ends_early_is_told() {
    assert_nothing_wrong(&damage::cut(&open(), &written(true).await, &all(), 2, CUTS).await);
}
