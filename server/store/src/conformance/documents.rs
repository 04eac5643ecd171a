//! Cases about documents.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use lojal_domain::{WorkspaceName, limits};

use super::Harness;
use super::records::*;
use crate::{Document, StoreError};

fn document(collection: &str, key: &str, content: &str) -> Document {
    Document { collection: collection.to_owned(), key: key.to_owned(), content: content.as_bytes().to_vec() }
}

pub async fn s40_documents_are_kept(harness: &dyn Harness) {
    let store = harness.open().await;
    store.put_document(&workspace(), document("models", "m1", "one")).await.unwrap();
    store.put_document(&workspace(), document("models", "m1", "two")).await.unwrap();
    let large = "x".repeat(limits::DOCUMENT_BYTES + 1);
    let refused = store.put_document(&workspace(), document("models", "m2", &large)).await;
    assert!(matches!(refused, Err(StoreError::LimitExceeded { .. })));
    let store = reopened(harness, store).await;
    let kept = store.documents(&workspace(), "models").await.unwrap();
    assert_eq!(kept, [document("models", "m1", "two")]);
    let elsewhere = WorkspaceName::new("elsewhere").unwrap();
    assert_eq!(store.documents(&elsewhere, "models").await.unwrap(), []);
}

pub async fn s41_documents_are_listed_by_key(harness: &dyn Harness) {
    let store = harness.open().await;
    for key in ["b", "a", "c"] {
        store.put_document(&workspace(), document("models", key, key)).await.unwrap();
    }
    store.put_document(&workspace(), document("schemes", "z", "z")).await.unwrap();
    let listed = store.documents(&workspace(), "models").await.unwrap();
    assert_eq!(listed.iter().map(|document| document.key.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
