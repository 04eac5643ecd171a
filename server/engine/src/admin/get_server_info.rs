//! How is the server, and how large is the workspace?

use lojal_domain::{Currency, EventTime, WorkspaceName, Zone};
use lojal_store::WorkspaceStatus;

use crate::{Engine, EngineError};

/// State of the server and a workspace.
#[derive(Clone, Debug)]
pub struct ServerInfo {
    /// When the server started.
    pub started: EventTime,
    /// Now.
    pub now: EventTime,
    /// The workspace.
    pub status: WorkspaceStatus,
    /// Its reporting currency.
    pub currency: Currency,
    /// Its time zone.
    pub zone: Zone,
    /// What an unset `as_of` means right now.
    pub default_as_of: EventTime,
}

impl Engine {
    /// State of the server and a workspace.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn get_server_info(&self, workspace: &WorkspaceName) -> Result<ServerInfo, EngineError> {
        let status = self.store.status(workspace).await?;
        let settings = self.settings_of(workspace).await?;
        let zone = self.zone_of(settings.as_deref());
        let own_currency = settings.and_then(|settings| settings.currency);
        Ok(ServerInfo {
            started: self.started,
            now: self.clock.now(),
            currency: own_currency.or(status.currency).unwrap_or(self.settings.currency),
            default_as_of: self.default_as_of(status.last_event, &zone).0,
            zone,
            status,
        })
    }
}
