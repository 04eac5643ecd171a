//! Trials that a durable store has to stand: what is written into it, how it is broken, and what must be left.
//!
//! Everything here goes through the [`Store`](lojal_store::Store) trait, so it knows nothing of how a store keeps what
//! it is given. The tests of a backend, and the long forms on the command line, choose what to break and how often.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test code that tests of other crates call: what cannot be set up has failed"
)]

pub mod damage;
pub mod image;
pub mod model;
pub mod numbered;
pub mod power;
