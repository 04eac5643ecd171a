//! The conformance suite, and what only this backend has.

use std::sync::Arc;

use async_trait::async_trait;
use lojal_store::conformance::Harness;
use lojal_store::{Store, StoreError};

use super::SledStore;

struct Sled(tempfile::TempDir);

#[async_trait]
impl Harness for Sled {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> Arc<dyn Store> {
        let directory = self.0.path().join("data");
        Arc::new(tokio::task::spawn_blocking(move || SledStore::open(&directory)).await.unwrap().unwrap())
    }
}

lojal_store::store_conformance!(Sled);

#[tokio::test]
async fn a_directory_in_use_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let held = SledStore::open(directory.path()).unwrap();
    let refused = SledStore::open(directory.path());
    assert!(matches!(refused, Err(StoreError::InUse)));
    held.close().await;
}
