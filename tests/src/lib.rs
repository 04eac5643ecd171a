//! What the tests of a running server share: the real binary on a directory of its own, typed clients, the CDNOW data,
//! and failures taken apart.
//!
//! Nothing here waits by sleeping a fixed time: everything that has to happen is polled for, up to a deadline.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed, and should say so at the place"
)]

pub mod abuse;
pub mod calls;
pub mod cdnow;
mod clients;
pub mod databases;
pub mod everything;
pub mod examples;
pub mod exposition;
mod failure;
pub mod fuzz;
pub mod grpc_store;
pub mod http2;
mod import;
pub mod keys;
pub mod kill;
pub mod mcp;
pub mod pages;
pub mod raw;
pub mod say;
mod server;
pub mod tokens;
mod tools;

use std::time::{Duration, Instant};

pub use clients::{Clients, Connection, InWorkspace};
pub use failure::{Failure, failure};
pub use import::{import, paid, timeline};
pub use server::{Server, Stopped, binary, command, first_line};
pub use tools::{Ran, optional_tool, repository, run, tool};

/// The limit of a list that is to hold everybody.
pub const EVERYBODY: i32 = i32::MAX;

/// The instant of an RFC 3339 text.
#[must_use]
pub fn at(text: &str) -> prost_types::Timestamp {
    let instant: jiff::Timestamp = text.parse().expect("an RFC 3339 instant");
    prost_types::Timestamp { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() }
}

/// The checksum in files of Lojal's.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// An amount of money.
#[must_use]
pub fn money(amount: &str, currency: &str) -> lojal_proto::v1::Money {
    lojal_proto::v1::Money { amount: amount.to_owned(), currency_code: currency.to_owned() }
}

/// Asks again and again until there is an answer, for at most this long.
///
/// # Panics
/// When the time is over, with `what` was waited for.
pub fn until<T>(what: &str, at_most: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < at_most, "waited {at_most:?} in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
