//! Random lives of a store beside its model. More of them: `cargo run --release -p lojal-tests --bin ladder -- model`.

use std::sync::Arc;

use lojal_store_sled::SledStore;
use lojal_store_trials::model;

/// Operations of a life. The model searches lists from their start, so that many lives are quicker than a long one.
const OPERATIONS: u32 = 400;
/// Lives that begin with an empty directory, in each of two tests that run at the same time.
const LIVES: u64 = 4;

async fn live(seeds: std::ops::Range<u64>) {
    let mut done = model::Done::default();
    for seed in seeds {
        let directory = tempfile::tempdir().unwrap();
        let open = async || Arc::new(SledStore::open(directory.path()).unwrap());
        let compact = async |store: &SledStore| store.compact().await.unwrap();
        done += model::live(open, compact, seed, OPERATIONS).await;
    }
    // A run that does none of these proves nothing about them.
    assert!(done.recorded > 0 && done.duplicates > 0 && done.rejected > 0 && done.reopened > 0, "{done:?}");
    assert!(done.in_columns > 0 && done.erased > 0 && done.compacted > 0, "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_answers_as_its_model_does() {
    live(0..LIVES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_answers_as_its_model_does_in_other_lives() {
    live(LIVES..2 * LIVES).await;
}
