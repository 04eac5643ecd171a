//! Tokens of an identity provider: JSON Web Tokens ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)), signed with its private keys
//! and checked with its public ones, as [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725) has it checked.
//!
//! Beside [`ApiKeys`](crate::ApiKeys), which the server makes itself: whoever has a provider has callers known by it, and takes them
//! back there. Nothing is kept of tokens, and nobody is asked about one.

pub(crate) mod authenticate;
pub(crate) mod principal;
pub(crate) mod ring_verifier;
pub(crate) mod rules;
pub(crate) mod token;
pub(crate) mod token_keys;
mod verified;

use std::sync::Arc;

use lojal_domain::Clock;
use parking_lot::RwLock;

use crate::tokens::ring_verifier::use_ring;
use crate::tokens::rules::TokenRules;
use crate::tokens::token_keys::TokenKeys;
use crate::tokens::verified::VerifiedTokens;

/// By which tokens callers are let in.
pub struct Tokens {
    rules: TokenRules,
    clock: Arc<dyn Clock>,
    in_force: RwLock<Arc<InForce>>,
}

/// Keys, and what was verified by them: nothing of it outlives its key.
struct InForce {
    keys: TokenKeys,
    verified: VerifiedTokens,
}

impl InForce {
    fn of(keys: TokenKeys) -> Arc<Self> {
        Arc::new(Self { keys, verified: VerifiedTokens::default() })
    }
}

impl Tokens {
    /// Tokens by these rules, signed with one of these keys.
    #[must_use]
    pub fn new(rules: TokenRules, keys: TokenKeys, clock: Arc<dyn Clock>) -> Self {
        use_ring();
        Self { rules, clock, in_force: RwLock::new(InForce::of(keys)) }
    }

    /// What tokens must say.
    #[must_use]
    pub fn rules(&self) -> &TokenRules {
        &self.rules
    }

    /// From now on these are the keys, and no others: tokens signed with one that is not among them are refused at once.
    pub fn take_keys(&self, keys: TokenKeys) {
        *self.in_force.write() = InForce::of(keys);
    }
}

#[cfg(test)]
mod tests;
