//! How far imports are that name their source.

use lojal_domain::WorkspaceName;
use lojal_store::Document;

use crate::{Engine, EngineError};

const COLLECTION: &str = "imports";

impl Engine {
    /// How many rows of a source are recorded, as its importer told; 0 for one never heard of.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn import_position(&self, workspace: &WorkspaceName, source: &str) -> Result<u64, EngineError> {
        let known = self.store.documents(workspace, COLLECTION).await?;
        let of_source = known.into_iter().find(|document| document.key == source);
        let position =
            of_source.and_then(|document| document.content.try_into().ok()).map(u64::from_be_bytes);
        Ok(position.unwrap_or(0))
    }

    /// Remembers how many rows of a source are recorded.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn remember_import(
        &self,
        workspace: &WorkspaceName,
        source: &str,
        position: u64,
    ) -> Result<(), EngineError> {
        let content = position.to_be_bytes().to_vec();
        let document = Document { collection: COLLECTION.to_owned(), key: source.to_owned(), content };
        Ok(self.store.put_document(workspace, document).await?)
    }
}
