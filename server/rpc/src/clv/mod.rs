//! ClvService: what a customer will be worth, and whether they are still there.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `questions`, `summaries` | requests, checked |
//! | `models`, `learner`, `pace`, `range_correction`, `predictions`, `backtests` | answers |

mod backtests;
mod learner;
mod models;
mod pace;
mod predictions;
pub(crate) mod questions;
mod range_correction;
mod service;
mod summaries;

#[cfg(test)]
mod tests;
