//! A copy of everything, to be kept elsewhere.

use lojal_store::Backup;

use crate::{Engine, EngineError};

impl Engine {
    /// All workspaces as they are now, as the bytes of a file. Reading it blocks.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn backup(&self) -> Result<Backup, EngineError> {
        Ok(self.store.backup(self.clock.now()).await?)
    }
}
