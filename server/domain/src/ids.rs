//! Ids: flat, chosen by the caller, compared byte by byte.

use std::fmt;

use thiserror::Error;

use crate::limits;

/// Why a text is not an id. The sentence is complete once the field's name stands before it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IdError {
    /// There is none.
    #[error("is empty; give 1 to {max} bytes")]
    Empty {
        /// Longest allowed.
        max: usize,
    },
    /// Over the limit.
    #[error("has {actual} bytes; at most {max} are allowed")]
    TooLong {
        /// Length given.
        actual: usize,
        /// Longest allowed.
        max: usize,
    },
    /// Control characters make logs and terminals lie.
    #[error("contains a control character; only printable text is allowed")]
    ControlCharacter,
    /// Characters outside the set of a name.
    #[error("is {0:?}; allowed are {1}")]
    Characters(String, &'static str),
    /// The server has that name for itself.
    #[error("is {0:?}, which is the server's own; choose another name")]
    Reserved(String),
}

pub(crate) fn check(text: &str, max: usize) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty { max });
    }
    if text.len() > max {
        return Err(IdError::TooLong { actual: text.len(), max });
    }
    // ASCII control bytes and DEL; the byte loop is what makes bulk loading cheap. C1 controls start with 0xC2.
    let bytes = text.as_bytes();
    if bytes.iter().any(|&byte| byte < 0x20 || byte == 0x7f) {
        return Err(IdError::ControlCharacter);
    }
    if bytes.contains(&0xc2) && text.chars().any(char::is_control) {
        return Err(IdError::ControlCharacter);
    }
    Ok(())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 128 bytes of UTF-8 without control characters.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is, or says what is wrong with it.
            ///
            /// # Errors
            /// [`IdError`] when empty, over 128 bytes, or with control characters.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check(&text, limits::ID_BYTES)?;
                Ok(Self(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Names a customer.
    CustomerId
);
id!(
    /// Names a transaction.
    TransactionId
);
id!(
    /// Names a refund.
    RefundId
);
id!(
    /// Names a survey answer, and the invitation it answers.
    ResponseId
);
id!(
    /// Names an interaction.
    InteractionId
);
id!(
    /// Names a cost.
    CostId
);

/// Names a workspace: a tenant, brand or market whose data is kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkspaceName(String);

impl WorkspaceName {
    /// The workspace of callers that name none.
    pub const DEFAULT: &'static str = "default";

    /// Where the server keeps what belongs to no tenant.
    const SERVER: &'static str = "_server";

    /// Takes 1 to 64 of `a-z 0-9 _ -`, but for the server's own name.
    ///
    /// # Errors
    /// [`IdError`] when empty, too long, with other characters, or the server's own.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let name = Self::stored(text)?;
        if name.is_server() { Err(IdError::Reserved(name.0)) } else { Ok(name) }
    }

    /// The server's own: what no caller can name, list or delete, such as the place of API keys.
    #[must_use]
    pub fn server() -> Self {
        Self(Self::SERVER.to_owned())
    }

    /// Whether it is the server's own.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.0 == Self::SERVER
    }

    /// As [`Self::new`], and the server's own too: what a store has written down.
    ///
    /// # Errors
    /// [`IdError`] when empty, too long, or with other characters.
    pub fn stored(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        check(&text, limits::WORKSPACE_BYTES)?;
        if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-') {
            return Err(IdError::Characters(text, "a-z, 0-9, \"_\" and \"-\""));
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for WorkspaceName {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl fmt::Display for WorkspaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names a fact about a customer, such as `market`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeName(String);

impl AttributeName {
    /// Takes 1 to 64 of `a-z 0-9 _`, starting with a letter.
    ///
    /// # Errors
    /// [`IdError`] when empty, too long, or with other characters.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        check(&text, limits::ATTRIBUTE_NAME_BYTES)?;
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        if !starts_well || !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            return Err(IdError::Characters(text, "a-z, 0-9 and \"_\", starting with a letter"));
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_byte_exact_and_bounded() {
        assert_eq!(CustomerId::new(" C42 ").unwrap().as_str(), " C42 ");
        assert_eq!(CustomerId::new("x".repeat(128)).unwrap().as_str().len(), 128);
        assert_eq!(CustomerId::new(""), Err(IdError::Empty { max: 128 }));
        assert_eq!(CustomerId::new("x".repeat(129)), Err(IdError::TooLong { actual: 129, max: 128 }));
        assert_eq!(CustomerId::new("a\nb"), Err(IdError::ControlCharacter));
        assert_eq!(CustomerId::new("a\u{85}b"), Err(IdError::ControlCharacter));
        assert!(CustomerId::new("Čedomir ©").is_ok());
    }

    #[test]
    fn names_have_a_small_alphabet() {
        assert!(WorkspaceName::new("brand-1_hr").is_ok());
        assert!(WorkspaceName::new("Brand").is_err());
        assert!(WorkspaceName::new("_server").is_err() && WorkspaceName::stored("Brand").is_err());
        assert_eq!(WorkspaceName::stored("_server").unwrap(), WorkspaceName::server());
        assert!(AttributeName::new("market").is_ok());
        assert!(AttributeName::new("1market").is_err());
        assert!(AttributeName::new("").is_err());
    }
}
