//! The options of tokens, and whether they make sense together.

use std::path::{Path, PathBuf};

use lojal_engine::TokenRules;
use serde::{Deserialize, Serialize};

/// The most that clocks may differ: an hour's token should not be good for two.
const LEEWAY_SECONDS: u32 = 300;

/// By which tokens of an identity provider callers are let in; none without an issuer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jwt {
    issuer: String,
    audience: String,
    jwks: PathBuf,
    scopes_claim: String,
    scope_prefix: String,
    workspaces_claim: String,
    leeway_seconds: u32,
}

impl Jwt {
    /// Where the provider's keys are, and what its tokens must say; none where no tokens are taken.
    ///
    /// # Errors
    /// For options that need others, with what to give.
    pub(crate) fn rules(&self) -> anyhow::Result<Option<(&Path, TokenRules)>> {
        let Self { issuer, audience, jwks, scopes_claim, scope_prefix, workspaces_claim, leeway_seconds } =
            self;
        let given = [!issuer.is_empty(), !audience.is_empty(), !jwks.as_os_str().is_empty()];
        if given == [false; 3] {
            return Ok(None);
        }
        anyhow::ensure!(
            given == [true; 3],
            "auth.jwt.issuer, auth.jwt.audience and auth.jwt.jwks go together; give all three, or none to take no tokens"
        );
        for (name, claim) in [("scopes_claim", scopes_claim), ("workspaces_claim", workspaces_claim)] {
            anyhow::ensure!(
                !claim.is_empty() && claim != "/",
                "auth.jwt.{name} is {claim:?}; write the name of a claim, or a JSON pointer such as \"/realm_access/roles\""
            );
        }
        anyhow::ensure!(
            !scope_prefix.is_empty() && !scope_prefix.contains(char::is_whitespace),
            "auth.jwt.scope_prefix is {scope_prefix:?}; write something without blanks that scopes of other services do not begin with, such as \"lojal.\", or their admin would be this server's"
        );
        anyhow::ensure!(
            *leeway_seconds <= LEEWAY_SECONDS,
            "auth.jwt.leeway_seconds is {leeway_seconds}; allow at most {LEEWAY_SECONDS}, and set the clocks right"
        );
        let rules = TokenRules {
            issuer: issuer.clone(),
            audience: audience.clone(),
            scopes_claim: scopes_claim.clone(),
            scope_prefix: scope_prefix.clone(),
            workspaces_claim: workspaces_claim.clone(),
            leeway_seconds: *leeway_seconds,
        };
        Ok(Some((jwks, rules)))
    }
}
