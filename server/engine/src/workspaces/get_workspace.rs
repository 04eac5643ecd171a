//! What is this workspace?

use lojal_domain::{Currency, EventTime, WorkspaceName, Zone};
use lojal_store::WorkspaceStatus;

use crate::{Engine, EngineError, RefitPolicy, WorkspaceSettings};

/// A workspace with its settings and size.
#[derive(Clone, Debug)]
pub struct WorkspaceView {
    /// Its name.
    pub name: WorkspaceName,
    /// Its name for people, or empty.
    pub display_name: String,
    /// Its reporting currency; none until a transaction decides it.
    pub currency: Option<Currency>,
    /// Where days are cut.
    pub zone: Zone,
    /// When it got settings of its own; none if it never did.
    pub created: Option<EventTime>,
    /// When its default model is fitted again.
    pub refit: RefitPolicy,
    /// Its size.
    pub status: WorkspaceStatus,
}

impl Engine {
    /// One workspace.
    ///
    /// # Errors
    /// [`EngineError::WorkspaceNotFound`].
    pub async fn get_workspace(&self, workspace: &WorkspaceName) -> Result<WorkspaceView, EngineError> {
        let (settings, status) = self.look_up(workspace).await?;
        Ok(self.workspace_view(workspace.clone(), settings.as_deref(), status))
    }

    pub(crate) fn workspace_view(
        &self,
        name: WorkspaceName,
        settings: Option<&WorkspaceSettings>,
        status: WorkspaceStatus,
    ) -> WorkspaceView {
        WorkspaceView {
            name,
            display_name: settings.map(|settings| settings.display_name.clone()).unwrap_or_default(),
            currency: settings.and_then(|settings| settings.currency).or(status.currency),
            zone: self.zone_of(settings),
            created: settings.map(|settings| settings.created),
            refit: settings.map(|settings| settings.refit).unwrap_or_default(),
            status,
        }
    }
}
