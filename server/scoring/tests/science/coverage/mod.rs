//! How often intervals hold the truth, over many random worlds.

mod clv;
mod repeated_answers;
mod retention;
mod surveys;
