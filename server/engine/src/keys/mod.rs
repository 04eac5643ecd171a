//! API keys: who may do what, in which workspaces, and until when.
//!
//! Apart from [`Engine`](crate::Engine), since who may ask is decided before anything is asked, and `lojal key` has no questions.

pub(crate) mod api_key;
pub(crate) mod authenticate;
pub(crate) mod create_api_key;
mod kept;
mod key_text;
pub(crate) mod list_api_keys;
pub(crate) mod revoke_api_key;

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{Clock, Entropy};
use lojal_store::Store;
use parking_lot::RwLock;

use crate::EngineError;
use crate::keys::kept::KeptKey;

/// The keys of a server. All of them are in memory, so that looking at a key costs a call nearly nothing.
pub struct ApiKeys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// By their ids.
    kept: RwLock<HashMap<String, KeptKey>>,
    /// Whoever makes or revokes one does so alone.
    changing: tokio::sync::Mutex<()>,
}

impl ApiKeys {
    /// The keys that a store has.
    ///
    /// # Errors
    /// [`EngineError::Store`], and [`EngineError::Internal`] for keys that cannot be read: a server must not open because
    /// its keys are damaged.
    pub async fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, EngineError> {
        let kept = kept::read_all(&*store).await?;
        let kept = kept.into_iter().map(|kept| (kept.key.id.clone(), kept)).collect();
        Ok(Self { store, clock, entropy, kept: RwLock::new(kept), changing: tokio::sync::Mutex::default() })
    }

    /// Whether calls need a key: from the first one on, also when all are revoked or have expired. A server must not open
    /// because somebody closed it further.
    #[must_use]
    pub fn are_needed(&self) -> bool {
        !self.kept.read().is_empty()
    }

    /// Keeps a key, in place of the one that was in its slot.
    async fn keep(&self, kept: KeptKey) -> Result<(), EngineError> {
        self.store.put_document(&lojal_domain::WorkspaceName::server(), kept.document()?).await?;
        let mut all = self.kept.write();
        all.retain(|_, other| other.slot != kept.slot);
        all.insert(kept.key.id.clone(), kept);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
