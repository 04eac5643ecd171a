//! Documents larger than the store takes: cut into parts, with the first place saying how many there are.
//!
//! The parts are put first and the document that names them last, so that a stop in between leaves nothing half-written that
//! anybody reads; the next document under that key writes over what is left.

use std::collections::HashMap;

use lojal_domain::{WorkspaceName, limits};
use lojal_store::Document;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::{Engine, EngineError};

/// What stands in the place of a document that was cut.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentParts {
    parts: usize,
    /// Checksum of the whole, so that parts of two documents are never joined.
    xxh3: u64,
}

fn collection_of_parts(collection: &str) -> String {
    format!("{collection}-parts")
}

impl Engine {
    /// Puts a document of any size.
    pub(crate) async fn put_large_document(
        &self,
        workspace: &WorkspaceName,
        document: Document,
    ) -> Result<(), EngineError> {
        let Document { collection, key, content } = document;
        if content.len() <= limits::DOCUMENT_BYTES {
            let document = Document { collection, key, content };
            return Ok(self.store.put_document(workspace, document).await?);
        }
        let parts = content.chunks(limits::DOCUMENT_BYTES);
        let named = DocumentParts { parts: parts.len(), xxh3: xxh3_64(&content) };
        for (i, part) in parts.enumerate() {
            let part = Document {
                collection: collection_of_parts(&collection),
                key: format!("{key}.{i:06}"),
                content: part.to_vec(),
            };
            self.store.put_document(workspace, part).await?;
        }
        let content = serde_json::to_vec(&named).map_err(|error| EngineError::Internal(error.to_string()))?;
        Ok(self.store.put_document(workspace, Document { collection, key, content }).await?)
    }

    /// All documents of a collection by key, those that were cut joined again.
    pub(crate) async fn large_documents(
        &self,
        workspace: &WorkspaceName,
        collection: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, EngineError> {
        let documents = self.store.documents(workspace, collection).await?;
        let cut = |document: &Document| serde_json::from_slice::<DocumentParts>(&document.content).ok();
        let mut parts = HashMap::new();
        if documents.iter().any(|document| cut(document).is_some()) {
            let of_parts = self.store.documents(workspace, &collection_of_parts(collection)).await?;
            parts.extend(of_parts.into_iter().map(|part| (part.key, part.content)));
        }
        let joined = documents.into_iter().map(|document| match cut(&document) {
            None => Ok((document.key, document.content)),
            Some(named) => join(document.key, &named, &parts),
        });
        joined.collect()
    }
}

fn join(
    key: String,
    named: &DocumentParts,
    parts: &HashMap<String, Vec<u8>>,
) -> Result<(String, Vec<u8>), EngineError> {
    let mut content = Vec::new();
    for i in 0..named.parts {
        let part = parts.get(&format!("{key}.{i:06}"));
        content.extend_from_slice(part.map_or(&[][..], Vec::as_slice));
    }
    if xxh3_64(&content) == named.xxh3 {
        Ok((key, content))
    } else {
        Err(EngineError::Internal(format!("the parts of document {key} do not belong together")))
    }
}
