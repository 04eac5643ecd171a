//! Let there be a key.

use std::collections::HashSet;
use std::sync::Arc;

use lojal_domain::{EventTime, WorkspaceName, limits};

use crate::keys::api_key::{ApiKey, KeyScope};
use crate::keys::kept::KeptKey;
use crate::keys::{ApiKeys, key_text};
use crate::{EngineError, Quota};

/// Let there be a key.
#[derive(Clone, Debug)]
pub struct CreateApiKey {
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<KeyScope>,
    /// The workspaces it may be used for; all when empty.
    pub workspaces: Vec<WorkspaceName>,
    /// From when on it is refused; none for never.
    pub expires: Option<EventTime>,
    /// What may be used with it; without limits, that of each key counts.
    pub quota: Quota,
}

impl ApiKeys {
    /// Makes a key: its text, which nobody can ask for again, and what is kept of it.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`], [`EngineError::TooManyApiKeys`].
    pub async fn create(&self, command: CreateApiKey) -> Result<(String, Arc<ApiKey>), EngineError> {
        let now = self.clock.now();
        check(&command, now)?;
        let CreateApiKey { name, mut scopes, mut workspaces, expires, quota } = command;
        scopes.sort_unstable();
        scopes.dedup();
        workspaces.sort_unstable();
        workspaces.dedup();
        let _alone = self.changing.lock().await;
        let slot = self.free_slot().ok_or(EngineError::TooManyApiKeys)?;
        let (id, text) = key_text::make(&*self.entropy)
            .map_err(|error| EngineError::Internal(format!("making an API key: {error}")))?;
        let key =
            Arc::new(ApiKey { id, name, scopes, workspaces, created: now, expires, revoked: None, quota });
        self.keep(KeptKey { slot, hash: key_text::hash(&text), key: key.clone() }).await?;
        Ok((text, key))
    }

    /// A slot that no key has, else that of the key that was revoked first.
    fn free_slot(&self) -> Option<usize> {
        let kept = self.kept.read();
        let taken: HashSet<usize> = kept.values().map(|kept| kept.slot).collect();
        (0..limits::API_KEYS).find(|slot| !taken.contains(slot)).or_else(|| {
            let revoked = kept.values().filter_map(|kept| Some((kept.key.revoked?, kept.slot)));
            revoked.min().map(|(_, slot)| slot)
        })
    }
}

fn check(command: &CreateApiKey, now: EventTime) -> Result<(), EngineError> {
    let (name, maximum) = (&command.name, limits::DISPLAY_NAME_BYTES);
    if name.trim().is_empty() || name.len() > maximum {
        let problem = format!("has {} bytes; say in 1 to {maximum} what the key is for", name.len());
        return Err(EngineError::field("name", problem));
    }
    if name.chars().any(char::is_control) {
        let problem = "contains a control character; only printable text is allowed";
        return Err(EngineError::field("name", problem));
    }
    if command.scopes.is_empty() {
        return Err(EngineError::field("scopes", "is empty; name what the key may be used for"));
    }
    let (named, maximum) = (command.workspaces.len(), limits::API_KEY_WORKSPACES);
    if named > maximum {
        let problem = format!("has {named} names; at most {maximum} are allowed, or none for all workspaces");
        return Err(EngineError::field("workspaces", problem));
    }
    if named > 0 && command.scopes.contains(&KeyScope::Admin) {
        let problem =
            "must be empty for a key with SCOPE_ADMIN, which is about all workspaces; make two keys";
        return Err(EngineError::field("workspaces", problem));
    }
    if let Some(expires) = command.expires.filter(|expires| *expires <= now) {
        let problem = format!("is {expires}, which is past; give a later instant, or none");
        return Err(EngineError::field("expire_time", problem));
    }
    Ok(())
}
