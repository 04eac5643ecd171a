//! Which tokens are taken, and what their claims mean here.

use lojal_domain::WorkspaceName;
use serde_json::{Map, Value};

use crate::keys::api_key::KeyScope;

/// What a claim has instead of names of workspaces where all are meant.
const ALL_WORKSPACES: &str = "*";

/// Which tokens are taken, and what their claims mean here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRules {
    /// Who issues them: the claim `iss`, byte by byte.
    pub issuer: String,
    /// For whom they are: `aud` is this, or a list with it.
    pub audience: String,
    /// The claim with scopes: its name, or a JSON pointer such as `/realm_access/roles` where it is inside another.
    pub scopes_claim: String,
    /// What stands before a scope of ours, such as `lojal.` in `lojal.read`. Other words of the claim are for other services.
    pub scope_prefix: String,
    /// The claim with workspaces, named as that with scopes.
    pub workspaces_claim: String,
    /// Seconds by which clocks may differ.
    pub leeway_seconds: u32,
}

impl TokenRules {
    /// The scopes that claims give, in their order.
    pub(super) fn scopes(&self, claims: &Map<String, Value>) -> Vec<KeyScope> {
        let words = words(claims, &self.scopes_claim);
        let has = |scope: &KeyScope| {
            words.iter().any(|word| word.strip_prefix(&*self.scope_prefix) == Some(scope.as_str()))
        };
        KeyScope::ALL.into_iter().filter(has).collect()
    }

    /// The workspaces that claims give; none for all of them. What is no name is no workspace's.
    pub(super) fn workspaces(&self, claims: &Map<String, Value>) -> Option<Vec<WorkspaceName>> {
        let words = words(claims, &self.workspaces_claim);
        if words.contains(&ALL_WORKSPACES) {
            return None;
        }
        Some(words.into_iter().filter_map(|word| WorkspaceName::new(word).ok()).collect())
    }
}

/// The words of a claim: those of a text with blanks between them, as OAuth writes scopes (RFC 6749, section 3.3), or those of
/// a list. A claim that is not there has none, and neither has one that is something else.
fn words<'c>(claims: &'c Map<String, Value>, claim: &str) -> Vec<&'c str> {
    match found(claims, claim) {
        Some(Value::String(text)) => text.split_ascii_whitespace().collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn found<'c>(claims: &'c Map<String, Value>, claim: &str) -> Option<&'c Value> {
    let Some(path) = claim.strip_prefix('/') else { return claims.get(claim) };
    // A pointer as RFC 6901 has it.
    let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = claims.get(&*first.replace("~1", "/").replace("~0", "~"))?;
    rest.map_or(Some(value), |rest| value.pointer(&format!("/{rest}")))
}
