//! What is kept of keys: a document each, in the workspace that is the server's own.
//!
//! A document's name is a slot and not the key's id, since documents are replaced and never removed: the slot of a key that
//! was revoked goes to another one when all are taken, so that making and revoking without end takes no room without end.

use std::sync::Arc;

use lojal_domain::{EventTime, WorkspaceName};
use lojal_store::{Document, Store};
use serde::{Deserialize, Serialize};

use crate::keys::api_key::{ApiKey, KeyScope};
use crate::keys::key_text::hexadecimal;
use crate::{EngineError, Quota};

const COLLECTION: &str = "api_keys";
/// Version of the documents.
const FORMAT: u32 = 1;

/// A key as it is kept.
#[derive(Clone)]
pub(super) struct KeptKey {
    pub(super) slot: usize,
    pub(super) hash: [u8; 32],
    pub(super) key: Arc<ApiKey>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    id: String,
    sha256: String,
    name: String,
    scopes: Vec<KeyScope>,
    workspaces: Vec<String>,
    created_at_micros: i64,
    expires_at_micros: Option<i64>,
    revoked_at_micros: Option<i64>,
    #[serde(default)]
    quota: Quota,
}

fn damaged(what: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(format!("API keys: {what}"))
}

pub(super) async fn read_all(store: &dyn Store) -> Result<Vec<KeptKey>, EngineError> {
    let documents = store.documents(&WorkspaceName::server(), COLLECTION).await?;
    documents.iter().map(read).collect()
}

fn read(document: &Document) -> Result<KeptKey, EngineError> {
    let stored: Stored = serde_json::from_slice(&document.content).map_err(damaged)?;
    if stored.format != FORMAT {
        return Err(damaged(format_args!("format {}", stored.format)));
    }
    let digits = |place: usize| stored.sha256.get(2 * place..2 * place + 2);
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().enumerate() {
        let read = digits(place).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        *byte = read.ok_or_else(|| damaged("a hash is malformed"))?;
    }
    let workspaces: Result<_, _> = stored.workspaces.into_iter().map(WorkspaceName::new).collect();
    let key = ApiKey {
        id: stored.id,
        name: stored.name,
        scopes: stored.scopes,
        workspaces: workspaces.map_err(damaged)?,
        created: EventTime::from_micros(stored.created_at_micros),
        expires: stored.expires_at_micros.map(EventTime::from_micros),
        revoked: stored.revoked_at_micros.map(EventTime::from_micros),
        quota: stored.quota,
    };
    Ok(KeptKey { slot: document.key.parse().map_err(damaged)?, hash, key: Arc::new(key) })
}

impl KeptKey {
    pub(super) fn document(&self) -> Result<Document, EngineError> {
        let key = &*self.key;
        let stored = Stored {
            format: FORMAT,
            id: key.id.clone(),
            sha256: hexadecimal(&self.hash),
            name: key.name.clone(),
            scopes: key.scopes.clone(),
            workspaces: key.workspaces.iter().map(|name| name.as_str().to_owned()).collect(),
            created_at_micros: key.created.micros(),
            expires_at_micros: key.expires.map(EventTime::micros),
            revoked_at_micros: key.revoked.map(EventTime::micros),
            quota: key.quota,
        };
        let content = serde_json::to_vec(&stored).map_err(damaged)?;
        Ok(Document { collection: COLLECTION.to_owned(), key: format!("{:04}", self.slot), content })
    }
}
