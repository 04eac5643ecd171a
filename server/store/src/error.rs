//! What can go wrong in a store.

use thiserror::Error;

/// Why a store could not do what it was asked. Messages are for the log; what callers see is said in `lojal-rpc`.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Nothing can be written any more. What is in memory is still read; what only the disk has may be refused, too.
    #[error("the store is read-only: {0}")]
    ReadOnly(String),
    /// Stored data is damaged.
    #[error("stored data is damaged: {0}")]
    Corrupted(String),
    /// Another process holds the directory.
    #[error("the data directory is in use by another lojal; stop that one or choose another --data-dir")]
    InUse,
    /// The directory holds a format this version does not know.
    #[error(
        "the data directory has format {found}, and this version reads format {known}; use the version that wrote it"
    )]
    UnknownFormat {
        /// What the directory says.
        found: String,
        /// What this version reads.
        known: u32,
    },
    /// The directory is not one of Lojal's.
    #[error("the data directory holds other files; give an empty one, or one that lojal made")]
    NotEmpty,
    /// More is waiting to be written than is allowed.
    #[error("too many writes are waiting; try again shortly")]
    Overloaded,
    /// Over a bound of the store.
    #[error("{what} is over the limit of {maximum}")]
    LimitExceeded {
        /// What is too large.
        what: &'static str,
        /// The most that is taken.
        maximum: u64,
    },
    /// The backend cannot do it at all.
    #[error("this store has no {0}")]
    Unsupported(&'static str),
    /// Close was called.
    #[error("the store is closed")]
    Closed,
    /// The disk or the operating system failed.
    #[error("{context}: {source}")]
    Io {
        /// What was being done.
        context: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}
