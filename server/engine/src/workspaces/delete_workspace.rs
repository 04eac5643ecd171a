//! Let there be no such workspace.

use lojal_domain::WorkspaceName;

use crate::{Engine, EngineError};

impl Engine {
    /// Deletes a workspace with all that is in it.
    ///
    /// # Errors
    /// [`EngineError::WorkspaceNotFound`].
    pub async fn delete_workspace(&self, workspace: &WorkspaceName) -> Result<(), EngineError> {
        // A fit on its way would put its model into the place where the workspace was.
        let _no_fit = self.models.fitting.lock().await;
        let _alone = self.workspace_cache.settling.write().await;
        let _told = self.workspace_cache.deletions.begin(workspace);
        let deleted = self.store.delete_workspace(workspace).await;
        self.forget(workspace);
        if deleted? { Ok(()) } else { Err(self.no_workspace(workspace).await) }
    }
}
