//! The contract, subject by subject: published numbers, mistakes of other systems, and what cannot be asked or taken.

#![allow(
    clippy::excessive_precision,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on has failed the test"
)]

mod at_hand;
mod bad_input;
mod basis;
mod bursts;
mod cdnow;
mod choice;
mod conformance;
mod costs;
mod covariates;
mod empty;
mod export;
mod export_metrics;
mod forecast_ranges;
mod forecasts;
mod golden;
mod keys;
mod listing;
mod loyalty;
mod mistakes;
mod money;
mod nps;
mod own_engine;
mod quotas;
mod repeated_answers;
mod retention;
mod summaries;
mod surveys;
mod token_table;
mod tokens;
mod unknown_workspace;
mod voids;
mod warnings;
mod workspaces;
