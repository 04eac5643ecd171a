//! What the engine answers, asked over the reference store.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests, and a long form prints a table"
)]

mod basis;
mod common;
mod covariates;
mod currencies;
mod facts;
mod growing;
mod learner;
mod lists;
mod loyalty;
mod made_up;
mod models;
mod moments;
mod nps;
mod retention;
mod segments;
mod shops;
mod surveys;
mod voids;
mod warnings;
mod workspaces;
