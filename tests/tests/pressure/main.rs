//! What takes all there is: many callers at once, callers who give up or do not read, kills under load.
//!
//! In a binary of its own, and one test after the other, because time, memory and threads of a server are measured here, and
//! whatever ran beside it would count too. `kill` measures nothing, but leaves nothing for others.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on has failed the test"
)]

mod abuse;
mod ahead;
mod connections;
mod fuzz;
mod kill;
mod load;
mod resets;
mod threads;

use tokio::sync::RwLock;

/// Held for writing by a test that nothing may run beside, for reading by those that may run beside each other.
static MACHINE: RwLock<()> = RwLock::const_new(());
