//! What a workspace has of its own: a currency, a time zone, a name for people. Kept in the store as a small JSON
//! document, and in memory once read.
//!
//! Whatever is kept in memory about a workspace is true for an **epoch**. Changing settings or rates, erasing and
//! deleting start the next one: what was read or computed before is forgotten, and what is still being computed from it
//! is not kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lojal_domain::{Currency, EventTime, WorkspaceName, Zone};
use lojal_store::{Document, WorkspaceStatus};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::workspaces::deletions::Deletions;
use crate::workspaces::rates::Rates;
use crate::{Caller, Engine, EngineError};

/// The collection and key of the document.
const COLLECTION: &str = "settings";
const KEY: &str = "workspace";
/// Version of the document.
const FORMAT: u32 = 1;
/// Workspaces whose settings are kept in memory; they can be read again.
const KEPT: usize = 4_096;

/// What a workspace has of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkspaceSettings {
    /// When it got settings.
    pub created: EventTime,
    /// Its name for people, or empty.
    pub display_name: String,
    /// Currency of answers; none to let the first transaction decide.
    pub currency: Option<Currency>,
    /// Where days are cut; none for the server's zone.
    pub zone: Option<Zone>,
    /// When its default model is fitted again.
    pub refit: RefitPolicy,
}

/// When a workspace fits its default model again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefitPolicy {
    /// At so many more transactions, as a ratio of those it was fitted to.
    pub growth_ratio: f64,
    /// When its data end more than so many days ago.
    pub max_age_days: i32,
    /// Never, once there is one.
    pub never: bool,
}

impl Default for RefitPolicy {
    fn default() -> Self {
        Self { growth_ratio: 0.1, max_age_days: 30, never: false }
    }
}

/// The document.
#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    created_at_micros: i64,
    display_name: String,
    reporting_currency_code: Option<String>,
    time_zone: Option<String>,
    #[serde(default)]
    refit: RefitPolicy,
}

/// What is kept in memory about workspaces, and who may change it.
#[derive(Default)]
pub(crate) struct WorkspaceCache {
    epoch: AtomicU64,
    pub(crate) deletions: Deletions,
    settings: Mutex<HashMap<WorkspaceName, Option<Arc<WorkspaceSettings>>>>,
    pub(crate) rates: Mutex<HashMap<(WorkspaceName, Currency), Arc<Rates>>>,
    /// Writes of records share it. Whoever changes what they are judged by has it alone: a workspace must not get
    /// another currency between the look at it and the write.
    pub(crate) settling: tokio::sync::RwLock<()>,
}

fn damaged(workspace: &WorkspaceName, what: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(format!("settings of workspace {workspace}: {what}"))
}

fn read(workspace: &WorkspaceName, document: &Document) -> Result<WorkspaceSettings, EngineError> {
    let stored: Stored =
        serde_json::from_slice(&document.content).map_err(|error| damaged(workspace, error))?;
    if stored.format != FORMAT {
        return Err(damaged(workspace, format_args!("format {}", stored.format)));
    }
    let currency = stored.reporting_currency_code.map(|code| Currency::parse(&code)).transpose();
    let zone = stored.time_zone.map(|name| Zone::named(&name)).transpose();
    Ok(WorkspaceSettings {
        created: EventTime::from_micros(stored.created_at_micros),
        display_name: stored.display_name,
        currency: currency.map_err(|error| damaged(workspace, error))?,
        zone: zone.map_err(|error| damaged(workspace, error))?,
        refit: stored.refit,
    })
}

impl Engine {
    /// What is kept in memory is true for this epoch.
    pub(crate) fn epoch(&self) -> u64 {
        self.workspace_cache.epoch.load(Ordering::Acquire)
    }

    /// Forgets what is kept in memory about a workspace, after it was changed in the store.
    pub(crate) fn forget(&self, workspace: &WorkspaceName) {
        self.workspace_cache.epoch.fetch_add(1, Ordering::AcqRel);
        self.workspace_cache.settings.lock().remove(workspace);
        self.workspace_cache.rates.lock().retain(|(held, _), _| held != workspace);
        self.populations.forget(workspace);
        self.judges.forget(workspace);
        self.standards.forget(workspace);
        self.glances.forget(workspace);
        self.expectations.forget(workspace);
        self.alive_errors.forget(workspace);
        self.models.forget(workspace);
    }

    /// A workspace's settings; none when it has none of its own.
    pub(crate) async fn settings_of(
        &self,
        workspace: &WorkspaceName,
    ) -> Result<Option<Arc<WorkspaceSettings>>, EngineError> {
        if let Some(settings) = self.workspace_cache.settings.lock().get(workspace) {
            return Ok(settings.clone());
        }
        let epoch = self.epoch();
        let documents = self.store.documents(workspace, COLLECTION).await?;
        let document = documents.iter().find(|document| document.key == KEY);
        let settings = document.map(|document| read(workspace, document)).transpose()?.map(Arc::new);
        let mut kept = self.workspace_cache.settings.lock();
        if self.epoch() == epoch {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(workspace.clone(), settings.clone());
        }
        Ok(settings)
    }

    /// Keeps settings. Only under [`WorkspaceCache::settling`].
    pub(crate) async fn put_settings(
        &self,
        workspace: &WorkspaceName,
        settings: &WorkspaceSettings,
    ) -> Result<(), EngineError> {
        let stored = Stored {
            format: FORMAT,
            created_at_micros: settings.created.micros(),
            display_name: settings.display_name.clone(),
            reporting_currency_code: settings.currency.map(|currency| currency.code().to_owned()),
            time_zone: settings.zone.as_ref().map(|zone| zone.name().to_owned()),
            refit: settings.refit,
        };
        let content =
            serde_json::to_vec(&stored).map_err(|error| EngineError::Internal(error.to_string()))?;
        let document = Document { collection: COLLECTION.to_owned(), key: KEY.to_owned(), content };
        let put = self.store.put_document(workspace, document).await;
        self.forget(workspace);
        Ok(put?)
    }

    /// The zone in which a workspace cuts days.
    pub(crate) fn zone_of(&self, settings: Option<&WorkspaceSettings>) -> Zone {
        settings.and_then(|settings| settings.zone.clone()).unwrap_or_else(|| self.settings.zone.clone())
    }

    /// The workspace's currency, once its settings or a transaction have decided it.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn decided_currency(&self, workspace: &WorkspaceName) -> Result<Option<Currency>, EngineError> {
        let settings = self.settings_of(workspace).await?;
        let own = settings.and_then(|settings| settings.currency);
        Ok(own.or(self.store.status(workspace).await?.currency))
    }

    /// A workspace's settings and status, if there is one of that name. The default one is always there.
    pub(crate) async fn look_up(
        &self,
        workspace: &WorkspaceName,
    ) -> Result<(Option<Arc<WorkspaceSettings>>, WorkspaceStatus), EngineError> {
        let (settings, status) = (self.settings_of(workspace).await?, self.store.status(workspace).await?);
        let exists =
            settings.is_some() || status.revision > 0 || workspace.as_str() == WorkspaceName::DEFAULT;
        if exists { Ok((settings, status)) } else { Err(self.no_workspace(workspace).await) }
    }

    /// What whoever names a workspace that is not there is told: which name is the nearest of those they may see.
    pub(crate) async fn no_workspace(&self, workspace: &WorkspaceName) -> EngineError {
        let caller = Caller::current();
        let known = self.store.workspaces().await.unwrap_or_default();
        // That one is there before anything is recorded.
        let known = known.into_iter().chain([WorkspaceName::default()]);
        let near = known.filter(|known| !known.is_server() && caller.may_see(known));
        let near = near.filter_map(|known| {
            let differs = strsim::osa_distance(known.as_str(), workspace.as_str());
            // A letter or two, and more of a long name.
            (differs <= 1 + workspace.as_str().len() / 6).then_some((differs, known))
        });
        let nearest = near.min().map(|(_, known)| known);
        EngineError::WorkspaceNotFound { workspace: workspace.clone(), nearest }
    }
}
