//! How often intervals hold the truth, over many random worlds.

mod clv;
mod retention;
mod surveys;
