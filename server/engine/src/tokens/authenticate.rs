//! Whose token is it?

use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, TokenData, Validation, decode, decode_header};
use lojal_domain::{EventTime, limits};
use serde_json::{Map, Value};

use crate::tokens::token::Token;
use crate::tokens::token_keys::TokenKeys;
use crate::tokens::verified::{Verified, VerifiedTokens};
use crate::tokens::{InForce, Tokens};

const MICROS_PER_SECOND: i64 = 1_000_000;
/// The last instant that a claim is taken to mean: later ones, which some write for "never", are written as this.
const LATEST_SECONDS: f64 = 253_402_207_200.0;
/// What a token's header may call it: RFC 7519 has the first, RFC 9068 the second. Tokens for other things, such as those that end a
/// session, are called otherwise and may have the same claims.
const TYPES: [&str; 2] = ["jwt", "at+jwt"];
/// Bytes of `sub`, as OpenID Connect Core 1.0 has it in section 2.
const SUBJECT_BYTES: usize = 255;
const REQUIRED: [&str; 4] = ["exp", "iss", "aud", "sub"];

/// Why a token lets nobody in. What its claims say is told only of tokens that the provider has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenProblem {
    /// It has more than [`limits::TOKEN_BYTES`].
    TooLong,
    /// It is no signed JSON Web Token.
    Malformed,
    /// Its header says that it is something else.
    OtherType,
    /// It is signed by an algorithm that is not taken, or not with the key it names.
    Algorithm,
    /// The key it is signed with is not among those that are known.
    UnknownKey,
    /// It is not signed with that key.
    Signature,
    /// It lacks a claim, or that claim is something else than it should be.
    Claim(&'static str),
    /// It is by somebody else.
    Issuer,
    /// It is for somebody else.
    Audience,
    /// It is not in force any more.
    Expired {
        /// Since when.
        since: EventTime,
    },
    /// It is not in force yet.
    NotYet {
        /// From when on it is.
        from: EventTime,
    },
}

impl Tokens {
    /// What a token lets its caller do: verified at its first use, and remembered until it ends.
    ///
    /// # Errors
    /// [`TokenProblem`] for one that lets nobody in.
    pub fn authenticate(&self, text: &str) -> Result<Arc<Token>, TokenProblem> {
        if text.len() > limits::TOKEN_BYTES {
            return Err(TokenProblem::TooLong);
        }
        let now = self.clock.now();
        let in_force: Arc<InForce> = self.in_force.read().clone();
        let hash = VerifiedTokens::hash(text);
        if let Some(known) = in_force.verified.get(&hash) {
            return self.in_time(&known, now);
        }
        let verified = Arc::new(self.verify(&in_force.keys, text)?);
        let token = self.in_time(&verified, now)?;
        in_force.verified.keep(hash, verified, now);
        Ok(token)
    }

    fn in_time(&self, verified: &Verified, now: EventTime) -> Result<Arc<Token>, TokenProblem> {
        let leeway = i64::from(self.rules.leeway_seconds) * MICROS_PER_SECOND;
        if verified.ends.micros().saturating_add(leeway) <= now.micros() {
            return Err(TokenProblem::Expired { since: verified.ends });
        }
        match verified.begins {
            Some(from) if from.micros().saturating_sub(leeway) > now.micros() => {
                Err(TokenProblem::NotYet { from })
            }
            _ => Ok(verified.token.clone()),
        }
    }

    /// Checks everything but the time, which is another one at each call.
    fn verify(&self, keys: &TokenKeys, text: &str) -> Result<Verified, TokenProblem> {
        let header = decode_header(text).map_err(|error| header_problem(error.kind()))?;
        let typ = header.typ.as_deref().map(str::to_ascii_lowercase);
        let typ = typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
        if typ.is_some_and(|typ| !TYPES.contains(&typ)) {
            return Err(TokenProblem::OtherType);
        }
        let mut named = keys.named(header.kid.as_deref()).peekable();
        if named.peek().is_none() {
            return Err(TokenProblem::UnknownKey);
        }
        let mut fitting = named.filter(|key| key.is_for(header.alg));
        let key = fitting.next().ok_or(TokenProblem::Algorithm)?;
        if header.kid.is_none() && fitting.next().is_some() {
            // It could be either, and one that says which is easily had.
            return Err(TokenProblem::UnknownKey);
        }
        let validation = self.validation(header.alg);
        let decoded: TokenData<Map<String, Value>> =
            decode(text, &key.key, &validation).map_err(|error| problem(error.kind()))?;
        let claims = decoded.claims;
        // A list of issuers is no issuer.
        if claims.get("iss").and_then(Value::as_str) != Some(&self.rules.issuer) {
            return Err(TokenProblem::Issuer);
        }
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        if subject.is_empty() || subject.len() > SUBJECT_BYTES {
            return Err(TokenProblem::Claim("sub"));
        }
        let token = Token::of(subject, self.rules.scopes(&claims), self.rules.workspaces(&claims));
        let begins = match claims.get("nbf") {
            None => None,
            Some(nbf) => Some(instant(nbf).ok_or(TokenProblem::Claim("nbf"))?),
        };
        let ends = claims.get("exp").and_then(instant).ok_or(TokenProblem::Claim("exp"))?;
        Ok(Verified { token: Arc::new(token), begins, ends })
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&REQUIRED);
        validation.set_issuer(&[&self.rules.issuer]);
        validation.set_audience(&[&self.rules.audience]);
        // By our own clock, at each call.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation
    }
}

/// An instant as RFC 7519 writes it: seconds since 1970, with or without a fraction.
fn instant(seconds: &Value) -> Option<EventTime> {
    let seconds = seconds.as_f64().filter(|seconds| *seconds >= 0.0)?;
    Some(EventTime::from_micros((seconds.min(LATEST_SECONDS) * MICROS_PER_SECOND as f64) as i64))
}

/// Why a header cannot be read: one with an algorithm that is not known, such as `none`, is one all the same.
fn header_problem(error: &ErrorKind) -> TokenProblem {
    match error {
        ErrorKind::Json(problem) if problem.is_data() => TokenProblem::Algorithm,
        _ => TokenProblem::Malformed,
    }
}

fn problem(error: &ErrorKind) -> TokenProblem {
    match error {
        ErrorKind::InvalidSignature => TokenProblem::Signature,
        ErrorKind::InvalidIssuer => TokenProblem::Issuer,
        ErrorKind::InvalidAudience => TokenProblem::Audience,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm | ErrorKind::InvalidKeyFormat => {
            TokenProblem::Algorithm
        }
        ErrorKind::MissingRequiredClaim(claim) | ErrorKind::InvalidClaimFormat(claim) => {
            let named = REQUIRED.into_iter().find(|required| required == claim);
            named.map_or(TokenProblem::Malformed, TokenProblem::Claim)
        }
        _ => TokenProblem::Malformed,
    }
}
