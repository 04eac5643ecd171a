//! Tokens of an identity provider, and whose lets nobody in.

use lojal_domain::limits;
use lojal_engine::{TokenProblem, TokenRules};
use lojal_proto::v1::ErrorReason;
use tonic::{Code, Status};

use crate::error::Refusal;

/// The refusal of a call whose token lets nobody in.
#[must_use]
pub fn token_refused(problem: &TokenProblem, rules: &TokenRules) -> Status {
    let (reason, message) = sentence(problem, rules);
    let refusal = Refusal::new(Code::Unauthenticated, reason, message);
    let refusal = match problem {
        TokenProblem::Expired { since } => refusal.with("expire_time", since),
        TokenProblem::NotYet { from } => refusal.with("start_time", from),
        _ => refusal,
    };
    refusal.into_status()
}

fn sentence(problem: &TokenProblem, rules: &TokenRules) -> (ErrorReason, String) {
    let malformed = |message: &str| (ErrorReason::TokenMalformed, message.to_owned());
    let invalid = |message: String| (ErrorReason::TokenInvalid, message);
    match problem {
        TokenProblem::TooLong => (
            ErrorReason::TokenMalformed,
            format!(
                "this call has a token of more than {} bytes; have the identity provider put less into it, such as no list of groups",
                limits::TOKEN_BYTES
            ),
        ),
        TokenProblem::Malformed => malformed(
            "what this call has for authorization is no signed JSON Web Token; send `Bearer` and the access token as the identity provider gave it",
        ),
        TokenProblem::OtherType => malformed(
            "this call has a token for something else, by the typ in its header; send an access token, whose typ is JWT or at+jwt",
        ),
        TokenProblem::Algorithm => invalid(
            "the algorithm in the token's header is not taken, or its key is for another one; have the identity provider sign with RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA".to_owned(),
        ),
        TokenProblem::UnknownKey => invalid(
            "the token is signed with a key that this server does not know, or does not say with which; get another token, and if that is refused, too, have whoever runs the server renew its file of keys".to_owned(),
        ),
        TokenProblem::Signature => invalid(
            "the token's signature is not by its key; send the token as the identity provider gave it".to_owned(),
        ),
        TokenProblem::Claim(claim) => invalid(format!(
            "the token has no claim {claim}, or one of another kind than RFC 7519 says; have the identity provider put it in"
        )),
        TokenProblem::Issuer => {
            invalid(format!("the token is by another issuer than \"{}\"; get one from there", rules.issuer))
        }
        TokenProblem::Audience => {
            invalid(format!("the token is for another audience than \"{}\"; get one for that", rules.audience))
        }
        TokenProblem::Expired { since } => {
            (ErrorReason::TokenExpired, format!("the token expired at {since}; get another one"))
        }
        TokenProblem::NotYet { from } => (
            ErrorReason::TokenNotYetValid,
            format!(
                "the token is valid from {from} on; use it then, or correct the clock of the identity provider or of the server"
            ),
        ),
    }
}
