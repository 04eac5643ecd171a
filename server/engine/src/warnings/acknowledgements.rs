//! Warnings that somebody has taken care of: small documents, each of some customers, so that erasing one rewrites what was said of them.

use std::collections::HashMap;

use lojal_domain::{CustomerId, EventTime, MICROS_PER_DAY, WorkspaceName};
use lojal_store::Document;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::warnings::names::WarningId;
use crate::{Engine, EngineError};

const COLLECTION: &str = "acknowledgements";
/// Version of the documents.
const FORMAT: u32 = 1;
/// No warning holds for so long, so what is older is forgotten.
const KEPT_MICROS: i64 = 400 * MICROS_PER_DAY;

/// That somebody has taken care of a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// When.
    pub time: EventTime,
    /// What they noted, or empty.
    pub note: String,
}

/// As it is kept: hashes, so that nobody's name stands there.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    warning: u64,
    customer: u64,
    micros: i64,
    note: String,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    kept: Vec<Kept>,
}

fn hash_of(customer: &str) -> u64 {
    xxh3_64(customer.as_bytes())
}

/// The document that a customer's are in.
fn key_of(customer: &str) -> String {
    format!("{:02x}", hash_of(customer) as u8)
}

fn damaged(workspace: &WorkspaceName, what: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(format!("acknowledgements of workspace {workspace}: {what}"))
}

fn read(workspace: &WorkspaceName, content: &[u8]) -> Result<Vec<Kept>, EngineError> {
    let stored: Stored = serde_json::from_slice(content).map_err(|error| damaged(workspace, error))?;
    if stored.format == FORMAT {
        Ok(stored.kept)
    } else {
        Err(damaged(workspace, format!("format {} is not known", stored.format)))
    }
}

impl Engine {
    /// Those made before an instant, by the hash of their warning's name.
    pub(super) async fn acknowledged(
        &self,
        workspace: &WorkspaceName,
        before: EventTime,
    ) -> Result<HashMap<u64, Acknowledgement>, EngineError> {
        let mut all = HashMap::new();
        for (_, content) in self.large_documents(workspace, COLLECTION).await? {
            for kept in read(workspace, &content)?.into_iter().filter(|kept| kept.micros < before.micros()) {
                let time = EventTime::from_micros(kept.micros);
                all.insert(kept.warning, Acknowledgement { time, note: kept.note });
            }
        }
        Ok(all)
    }

    /// Keeps one; false, with the first, where there is one already.
    pub(super) async fn acknowledge(
        &self,
        workspace: &WorkspaceName,
        id: &WarningId,
        note: String,
    ) -> Result<(Acknowledgement, bool), EngineError> {
        let _alone = self.standards.acknowledging.lock().await;
        let (now, mut kept) = (self.clock.now(), self.kept_of(workspace, &id.customer).await?);
        if let Some(first) = kept.iter().find(|kept| kept.warning == id.hash()) {
            let first =
                Acknowledgement { time: EventTime::from_micros(first.micros), note: first.note.clone() };
            return Ok((first, false));
        }
        kept.retain(|kept| now.micros() - kept.micros < KEPT_MICROS);
        kept.push(Kept {
            warning: id.hash(),
            customer: hash_of(&id.customer),
            micros: now.micros(),
            note: note.clone(),
        });
        self.keep(workspace, &id.customer, kept).await?;
        Ok((Acknowledgement { time: now, note }, true))
    }

    /// Forgets what was said of a customer's warnings.
    pub(crate) async fn forget_acknowledgements(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
    ) -> Result<(), EngineError> {
        let _alone = self.standards.acknowledging.lock().await;
        let customer = customer.as_str();
        let mut kept = self.kept_of(workspace, customer).await?;
        let before = kept.len();
        kept.retain(|kept| kept.customer != hash_of(customer));
        if kept.len() < before { self.keep(workspace, customer, kept).await } else { Ok(()) }
    }

    async fn kept_of(&self, workspace: &WorkspaceName, customer: &str) -> Result<Vec<Kept>, EngineError> {
        let documents = self.large_documents(workspace, COLLECTION).await?;
        let own = documents.iter().find(|(key, _)| *key == key_of(customer));
        own.map_or_else(|| Ok(Vec::new()), |(_, content)| read(workspace, content))
    }

    async fn keep(
        &self,
        workspace: &WorkspaceName,
        customer: &str,
        kept: Vec<Kept>,
    ) -> Result<(), EngineError> {
        let content = serde_json::to_vec(&Stored { format: FORMAT, kept })
            .map_err(|error| damaged(workspace, error))?;
        let document = Document { collection: COLLECTION.to_owned(), key: key_of(customer), content };
        self.put_large_document(workspace, document).await
    }
}
