//! ClvService: what a customer will be worth, and whether they are still there.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `questions`, `summaries` | requests, checked |
//! | `models`, `learner`, `pace`, `predictions`, `backtests` | answers |

mod backtests;
mod learner;
mod models;
mod pace;
mod predictions;
pub(crate) mod questions;
mod service;
mod summaries;

#[cfg(test)]
mod tests;
