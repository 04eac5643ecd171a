//! What was acknowledged stays: restarts, full disks, interrupted imports, backups, and directories of every format there was.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on has failed the test"
)]

mod backup;
mod disk;
mod fsync;
mod keys;
mod maintenance;
mod restarts;
mod streams;
mod upgrade;
