//! Writing: from a request to an answer that is true after any crash.
//!
//! | file | idea |
//! |---|---|
//! | `request` | what is asked for, and where the answer goes |
//! | `committer` | the one thread that writes |
//! | `ledger`, `keys` | what it knows of a workspace, and which keys are taken there |
//! | `judge`, `bulk` | what becomes of a batch: row by row, or in columns |
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
pub(crate) mod syncer;
