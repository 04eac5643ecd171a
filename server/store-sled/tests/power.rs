//! Hundreds of power cuts. More of them: `cargo run --release -p lojal-tests --bin ladder -- power`.
//!
//! One test only: the points that look at the directory are those of the whole process.

use std::path::Path;
use std::sync::Arc;

use lojal_store::Store;
use lojal_store_sled::SledStore;
use lojal_store_trials::power;

const IMAGES: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_image_of_a_power_cut_holds_what_was_acknowledged() {
    let open = |directory: &Path| SledStore::open(directory).map(|store| Arc::new(store) as Arc<dyn Store>);
    let done = power::run(Arc::new(open), 1, IMAGES, 2, |_| ()).await;
    assert_eq!(done.images, IMAGES);
    assert!(done.first_openings > 0 && done.acknowledged > 0, "{done:?}");
}
