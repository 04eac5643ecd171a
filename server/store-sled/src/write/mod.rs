//! Writing: from a request to an answer that is true after any crash.
//!
//! | file | idea |
//! |---|---|
//! | `request` | what is asked for, and where the answer goes |
//! | `committer` | the one thread that writes |
//! | `ledger`, `keys`, `sums` | what it knows of a workspace: which keys are taken there, and how much of what can be used up |
//! | `judge`, `bulk` | what becomes of a batch by [`lojal_store::rules`]: row by row, or in columns |
//! | `syncer` | the thread that waits for the disk, then publishes and answers |
//! | `health`, `measures` | whether anything can be written, and how quickly |

pub(crate) mod bulk;
pub(crate) mod committer;
pub(crate) mod health;
pub(crate) mod judge;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod measures;
pub(crate) mod request;
pub(crate) mod sums;
pub(crate) mod syncer;
