//! What the engine answers, asked over the store that servers have.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests, and a long form prints a table"
)]

mod anniversaries;
mod basis;
mod beside_purchases;
mod comments_over_time;
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
mod own_pace;
mod pace;
mod predictions;
mod retention;
mod segments;
mod segments_over_time;
mod series;
mod shops;
mod surveys;
mod transitions;
mod values;
mod voids;
mod warnings;
mod workspaces;
