//! Tokens whose signatures were checked already: a token comes with each of a caller's calls for an hour, and checking its
//! signature takes longer than the rest of letting a call in.

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::EventTime;
use parking_lot::RwLock;
use sha2::{Digest as _, Sha256};

use crate::tokens::token::Token;

/// Tokens remembered. Beyond these, those that are over are forgotten, and else all.
const KEPT: usize = 10_000;

/// A token that was verified, and when it may be used.
pub(super) struct Verified {
    pub(super) token: Arc<Token>,
    /// From when on; none for always.
    pub(super) begins: Option<EventTime>,
    /// From when on no more.
    pub(super) ends: EventTime,
}

/// By the SHA-256 of their texts, so that what is remembered lets nobody in.
#[derive(Default)]
pub(super) struct VerifiedTokens(RwLock<HashMap<[u8; 32], Arc<Verified>>>);

impl VerifiedTokens {
    pub(super) fn hash(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }

    pub(super) fn get(&self, hash: &[u8; 32]) -> Option<Arc<Verified>> {
        self.0.read().get(hash).cloned()
    }

    pub(super) fn keep(&self, hash: [u8; 32], verified: Arc<Verified>, now: EventTime) {
        let mut kept = self.0.write();
        if kept.len() >= KEPT {
            kept.retain(|_, verified| verified.ends > now);
        }
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(hash, verified);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.read().len()
    }
}

#[cfg(test)]
pub(super) const MOST: usize = KEPT;
