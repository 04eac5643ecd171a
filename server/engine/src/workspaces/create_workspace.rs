//! Let there be a workspace.

use lojal_domain::{Currency, WorkspaceName, Zone};

use crate::{Engine, EngineError, RefitPolicy, WorkspaceSettings, WorkspaceView};

/// Let there be a workspace.
#[derive(Clone, Debug)]
pub struct CreateWorkspace {
    /// Its name for people, or empty.
    pub display_name: String,
    /// Its reporting currency; none to let the first transaction decide.
    pub currency: Option<Currency>,
    /// Where days are cut; none for the server's zone.
    pub zone: Option<Zone>,
}

impl Engine {
    /// Makes a workspace with settings of its own. Making the same again changes nothing.
    ///
    /// # Errors
    /// [`EngineError::WorkspaceExists`] when it is there with other settings.
    pub async fn create_workspace(
        &self,
        workspace: &WorkspaceName,
        CreateWorkspace { display_name, currency, zone }: CreateWorkspace,
    ) -> Result<WorkspaceView, EngineError> {
        let _alone = self.workspace_cache.settling.write().await;
        let status = self.store.status(workspace).await?;
        let refit = RefitPolicy::default();
        let wanted = WorkspaceSettings { created: self.clock.now(), display_name, currency, zone, refit };
        match self.settings_of(workspace).await? {
            Some(held)
                if *held
                    == (WorkspaceSettings { created: held.created, refit: held.refit, ..wanted.clone() }) => {
            }
            None if status.revision == 0 => self.put_settings(workspace, &wanted).await?,
            _ => return Err(EngineError::WorkspaceExists(workspace.clone())),
        }
        self.get_workspace(workspace).await
    }
}
