//! What questions read: histories in memory.
//!
//! | file | idea |
//! |---|---|
//! | `book` | a workspace's histories, and what readers may see of them |
//! | `partition` | which customers are in which part |
//! | `index` | customers by their ids |
//! | `rooms` | index and parts, there as soon as there is a customer |
//! | `unowned` | what is no customer's |
//! | `shard` | the histories of one part |
//! | `fact_column`, `places` | facts of one kind, side by side as a question walks them, and where those of each customer are |
//! | `view` | what of a customer's facts a cut lets see |

#[expect(clippy::module_inception, reason = "the folder is named after its main file")]
pub(crate) mod book;
pub(crate) mod fact_column;
pub(crate) mod index;
pub(crate) mod partition;
pub(crate) mod places;
mod rooms;
pub(crate) mod shard;
mod unowned;
pub(crate) mod view;
