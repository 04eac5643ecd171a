//! What is known of a token, and what it may be used for.

use lojal_domain::WorkspaceName;

use crate::keys::api_key::KeyScope;

/// Bytes of a subject as it is shown.
const SHOWN_BYTES: usize = 128;

/// What is known of a token that was verified. The token itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whose it is, in the provider's words: the claim `sub`.
    pub subject: String,
    /// The subject as logs and refusals show it: visible ASCII, at most 128 bytes, what is none as `\u{..}`.
    pub shown: String,
    /// What it may be used for, in their order.
    pub scopes: Vec<KeyScope>,
    /// The workspaces it may be used for, which may be none; unset for all of them.
    pub workspaces: Option<Vec<WorkspaceName>>,
}

impl Token {
    /// A token of a subject.
    ///
    /// Without all workspaces it is no administrator's: what that scope is for is about all of them.
    pub(super) fn of(
        subject: &str,
        mut scopes: Vec<KeyScope>,
        workspaces: Option<Vec<WorkspaceName>>,
    ) -> Self {
        if workspaces.is_some() {
            scopes.retain(|scope| *scope != KeyScope::Admin);
        }
        Self { subject: subject.to_owned(), shown: shown(subject), scopes, workspaces }
    }
}

fn shown(subject: &str) -> String {
    let mut shown = String::new();
    for character in subject.chars() {
        // As it is, if it cannot be taken for something else where it stands between quotes.
        let is_plain = character.is_ascii_graphic() && !matches!(character, '"' | '\\');
        let told = if is_plain { character.to_string() } else { character.escape_unicode().to_string() };
        if shown.len() + told.len() > SHOWN_BYTES {
            break;
        }
        shown.push_str(&told);
    }
    shown
}
