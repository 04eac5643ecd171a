//! Who is calling?

use std::sync::Arc;

use lojal_domain::EventTime;
use subtle::ConstantTimeEq as _;

use crate::keys::ApiKeys;
use crate::keys::api_key::ApiKey;
use crate::keys::key_text;

/// How a key is sent, as RFC 6750 has it.
const SCHEME: &str = "Bearer ";

/// Why a caller is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// There is no key.
    Missing,
    /// What there is is no key.
    Malformed,
    /// No key is that one, or it was revoked.
    Invalid {
        /// Its id.
        id: String,
    },
    /// It is not in force any more.
    Expired {
        /// Its id.
        id: String,
        /// Since when.
        since: EventTime,
    },
}

/// What a call has for `Bearer` in its `authorization`; none for anything else.
#[must_use]
pub fn bearer(authorization: &[u8]) -> Option<&str> {
    let (scheme, given) = std::str::from_utf8(authorization).ok()?.split_at_checked(SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| given.trim())
}

impl ApiKeys {
    /// The key that a call carries in its `authorization`.
    ///
    /// # Errors
    /// [`KeyProblem`] for whoever is not let in.
    pub fn authenticate(&self, authorization: Option<&[u8]>) -> Result<Arc<ApiKey>, KeyProblem> {
        let given = authorization.ok_or(KeyProblem::Missing)?;
        let (text, id) = bearer(given)
            .and_then(|text| Some((text, key_text::id_of(text)?)))
            .ok_or(KeyProblem::Malformed)?;
        let kept = self.kept.read();
        let same = kept.get(id).filter(|kept| {
            // As long for a hash that differs early as for one that differs late.
            bool::from(kept.hash.ct_eq(&key_text::hash(text)))
        });
        let key = same.map(|kept| &kept.key).filter(|key| key.revoked.is_none());
        let key = key.ok_or_else(|| KeyProblem::Invalid { id: id.to_owned() })?;
        match key.expires.filter(|expires| *expires <= self.clock.now()) {
            Some(since) => Err(KeyProblem::Expired { id: key.id.clone(), since }),
            None => Ok(key.clone()),
        }
    }
}
