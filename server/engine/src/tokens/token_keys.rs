//! An identity provider's public keys: a JSON Web Key Set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)), as providers publish it.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use serde_json::Value;
use thiserror::Error;

/// Bytes of the moduli of RSA keys: 2048 to 8192 bits. Shorter ones are broken by whoever has the means.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];
/// Members of a key that only its owner should know: exponents and factors of private keys, and keys that are secrets whole.
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why what was given is no set of keys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenKeysProblem {
    /// It has another form.
    #[error(
        "is no JSON Web Key Set, which is an object with a list \"keys\"; save what the provider's jwks_uri answers"
    )]
    NoSet,
    /// Whoever reads it could make tokens.
    #[error(
        "holds the secret part of key number {number}, by which whoever reads it can make tokens; save the public keys that the provider's jwks_uri answers, and have that key replaced"
    )]
    Secret {
        /// From 1 on.
        number: usize,
    },
    /// No token could be verified by it.
    #[error(
        "holds no key that signatures can be checked with: RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519, whose use, if it is told, is \"sig\""
    )]
    NoKey,
}

/// An identity provider's public keys, as far as tokens can be verified with them.
#[derive(Debug)]
pub struct TokenKeys(Vec<TokenKey>);

#[derive(Debug)]
pub(super) struct TokenKey {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    pub(super) key: DecodingKey,
}

impl TokenKeys {
    /// The keys of a set. Those for something else than signatures, and those of kinds that are not known here, are passed over, as
    /// RFC 7517 asks for in section 5.
    ///
    /// # Errors
    /// [`TokenKeysProblem`].
    pub fn parse(json: &[u8]) -> Result<Self, TokenKeysProblem> {
        let set: Value = serde_json::from_slice(json).map_err(|_| TokenKeysProblem::NoSet)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(TokenKeysProblem::NoSet)?;
        if let Some(place) = keys.iter().position(|key| SECRET.iter().any(|member| key.get(member).is_some()))
        {
            return Err(TokenKeysProblem::Secret { number: place + 1 });
        }
        let known: Vec<_> = keys.iter().filter_map(read).collect();
        if known.is_empty() { Err(TokenKeysProblem::NoKey) } else { Ok(Self(known)) }
    }

    /// The keys that a token may be signed with: those of the id it names, or all if it names none.
    pub(super) fn named(&self, id: Option<&str>) -> impl Iterator<Item = &TokenKey> {
        self.0.iter().filter(move |key| id.is_none() || key.id.as_deref() == id)
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

impl TokenKey {
    /// Whether signatures by an algorithm are made with it.
    pub(super) fn is_for(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }
}

/// A key, if it is for signatures that can be checked here.
fn read(key: &Value) -> Option<TokenKey> {
    let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
    let common = &jwk.common;
    let is_for_signatures =
        common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
    if !is_for_signatures {
        return None;
    }
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    let bytes = key.try_get_as_bytes().map_or(0, <[u8]>::len);
    let possible: &[Algorithm] = match (&jwk.algorithm, key.kind()) {
        (AlgorithmParameters::RSA(_), DecodingKeyKind::RsaModulusExponent { n, .. })
            if RSA_BYTES.contains(&n.iter().skip_while(|byte| **byte == 0).count()) =>
        {
            &RSA
        }
        // Both coordinates of a point, after a byte that says that there are two.
        (AlgorithmParameters::EllipticCurve(key), _) if key.curve == EllipticCurve::P256 && bytes == 65 => {
            &[Algorithm::ES256]
        }
        (AlgorithmParameters::EllipticCurve(key), _) if key.curve == EllipticCurve::P384 && bytes == 97 => {
            &[Algorithm::ES384]
        }
        (AlgorithmParameters::OctetKeyPair(key), _) if key.curve == EllipticCurve::Ed25519 && bytes == 32 => {
            &[Algorithm::EdDSA]
        }
        _ => return None,
    };
    // A key that names its algorithm is for no other.
    let algorithms: Vec<_> = match common.key_algorithm {
        None => possible.to_vec(),
        Some(named) => {
            let named = Algorithm::try_from(named).ok()?;
            possible.iter().copied().filter(|algorithm| *algorithm == named).collect()
        }
    };
    (!algorithms.is_empty()).then(|| TokenKey { id: common.key_id.clone(), algorithms, key })
}
