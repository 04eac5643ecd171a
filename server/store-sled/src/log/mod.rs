//! What is on the disk: blocks in sled, and the files beside them.
//!
//! | file | idea |
//! |---|---|
//! | `directory` | which files there are, who holds them, and which log counts |
//! | `log` | blocks and documents, made durable |
//! | `appender` | batches, cut into blocks at its end |
//! | `block` | how a block is laid out |
//! | `event` | what happened, with customers by number |
//! | `row`, `columns` | how that is written into a block: one by one, or transactions side by side |
//! | `row_codes` | numbers that stand for kinds |
//! | `codec` | numbers and texts in bytes |
//! | `sled_debris` | what sled leaves behind when it is killed while it opens |

pub(crate) mod appender;
pub(crate) mod block;
pub(crate) mod codec;
pub(crate) mod columns;
pub(crate) mod directory;
pub(crate) mod event;
#[expect(clippy::module_inception, reason = "the folder is named after its main file")]
pub(crate) mod log;
pub(crate) mod row;
pub(crate) mod row_codes;
pub(crate) mod sled_debris;
