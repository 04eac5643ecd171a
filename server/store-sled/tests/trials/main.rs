//! What a store has to stand, in one process. What sets points for a whole process to fail at is beside this folder, each in a
//! binary of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test that cannot go on has failed the test"
)]

mod backup;
mod damage;
mod doctor;
mod model;
mod opening;
