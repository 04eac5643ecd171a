//! Let a workspace be different.

use lojal_domain::{Currency, WorkspaceName, Zone};

use crate::{Engine, EngineError, RefitPolicy, WorkspaceSettings, WorkspaceView};

/// Let a workspace be different. What is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UpdateWorkspace {
    /// Its name for people.
    pub display_name: Option<String>,
    /// Its reporting currency.
    pub currency: Option<Currency>,
    /// Where days are cut.
    pub zone: Option<Zone>,
    /// When its default model is fitted again.
    pub refit: Option<RefitPolicy>,
}

impl Engine {
    /// Changes settings. A workspace without any gets them.
    ///
    /// # Errors
    /// [`EngineError::WorkspaceNotFound`]; [`EngineError::WorkspaceNotEmpty`] for another reporting currency once
    /// something is recorded.
    pub async fn update_workspace(
        &self,
        workspace: &WorkspaceName,
        update: UpdateWorkspace,
    ) -> Result<WorkspaceView, EngineError> {
        let _alone = self.workspace_cache.settling.write().await;
        let (held, status) = self.look_up(workspace).await?;
        let mut settings = held.as_deref().cloned().unwrap_or_else(|| WorkspaceSettings {
            created: self.clock.now(),
            display_name: String::new(),
            currency: None,
            zone: None,
            refit: RefitPolicy::default(),
        });
        let decided = settings.currency.or(status.currency);
        if let Some(wanted) = update.currency.filter(|wanted| decided != Some(*wanted)) {
            if status.revision > 0 {
                return Err(EngineError::WorkspaceNotEmpty { workspace: workspace.clone(), wanted });
            }
            settings.currency = Some(wanted);
        }
        settings.display_name = update.display_name.unwrap_or(settings.display_name);
        settings.zone = update.zone.or(settings.zone);
        settings.refit = update.refit.unwrap_or(settings.refit);
        if held.as_deref() != Some(&settings) {
            self.put_settings(workspace, &settings).await?;
        }
        self.get_workspace(workspace).await
    }
}
