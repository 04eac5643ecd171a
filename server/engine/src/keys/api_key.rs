//! What is known of a key, and what it may be used for.

use std::fmt;

use lojal_domain::{EventTime, WorkspaceName};
use serde::{Deserialize, Serialize};

use crate::Quota;

/// What a key may be used for. None includes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyScope {
    /// Write down what happened.
    Ingest,
    /// Ask about customers in numbers, and about one who is named.
    Read,
    /// See who customers are.
    Personal,
    /// Change settings.
    Manage,
    /// Erase customers and delete workspaces.
    Erase,
    /// Run the server: backups and keys.
    Admin,
}

impl KeyScope {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Ingest, Self::Read, Self::Personal, Self::Manage, Self::Erase, Self::Admin];

    /// Its name on a command line, such as `read`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Personal => "personal",
            Self::Manage => "manage",
            Self::Erase => "erase",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of a key. The key itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The part of the key that is no secret: 16 of `0-9 a-f`.
    pub id: String,
    /// What it is for, in words of whoever made it.
    pub name: String,
    /// What it may be used for, in their order.
    pub scopes: Vec<KeyScope>,
    /// The workspaces it may be used for; all when empty.
    pub workspaces: Vec<WorkspaceName>,
    /// When it was made.
    pub created: EventTime,
    /// From when on it is refused; none for never.
    pub expires: Option<EventTime>,
    /// When it was revoked; none when it was not.
    pub revoked: Option<EventTime>,
    /// What may be used with it in a second, at once and in a day; without limits of its own, that of each key counts.
    pub quota: Quota,
}

impl ApiKey {
    /// Whether it has a scope.
    #[must_use]
    pub fn may(&self, scope: KeyScope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether it may be used for a workspace.
    #[must_use]
    pub fn may_see(&self, workspace: &WorkspaceName) -> bool {
        self.workspaces.is_empty() || self.workspaces.contains(workspace)
    }
}
