//! By what a caller was let in: a key of the server's own, or a token of its identity provider.

use std::fmt;
use std::sync::Arc;

use lojal_domain::WorkspaceName;

use crate::Quota;
use crate::keys::api_key::{ApiKey, KeyScope};
use crate::tokens::token::Token;

/// By what a caller was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// An API key.
    Key(Arc<ApiKey>),
    /// A token.
    Token(Arc<Token>),
}

impl Principal {
    /// Whether they have a scope.
    #[must_use]
    pub fn may(&self, scope: KeyScope) -> bool {
        match self {
            Self::Key(key) => key.may(scope),
            Self::Token(token) => token.scopes.contains(&scope),
        }
    }

    /// Whether they may use a workspace.
    #[must_use]
    pub fn may_see(&self, workspace: &WorkspaceName) -> bool {
        match self {
            Self::Key(key) => key.may_see(workspace),
            Self::Token(token) => token.workspaces.as_ref().is_none_or(|all| all.contains(workspace)),
        }
    }

    /// Whether they may use every workspace there is.
    #[must_use]
    pub fn may_see_all(&self) -> bool {
        match self {
            Self::Key(key) => key.workspaces.is_empty(),
            Self::Token(token) => token.workspaces.is_none(),
        }
    }

    /// What they may use; without limits, that of each key counts. Tokens have none of their own.
    pub(crate) fn quota(&self) -> Quota {
        match self {
            Self::Key(key) => key.quota,
            Self::Token(_) => Quota::default(),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "API key \"{}\" ({})", key.name, key.id),
            Self::Token(token) => write!(f, "the token of \"{}\"", token.shown),
        }
    }
}
