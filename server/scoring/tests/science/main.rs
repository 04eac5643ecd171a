//! The science from outside, against published numbers, holdouts, random worlds, and the coverage of its intervals.

#![allow(clippy::unwrap_used, clippy::float_cmp, clippy::print_stdout, reason = "tests")]

#[allow(dead_code, reason = "the tests inside the crate use it too")]
mod cdnow;
mod coverage;
mod golden;
mod holdout;
mod outcomes;
mod random;
mod repeated_answers;
mod robust;
mod values;
mod values_by_frequency;
