//! Recency, frequency and monetary value: the oldest scoring of customers, made exact.
//!
//! [`Cutpoints`] learns twelve integer thresholds from the customers who bought within a window; after that a
//! customer is scored by a dozen integer comparisons, and [`segment`] names the cell of the grid they are in.
//!
//! | symbol | name | unit |
//! |---|---|---|
//! | R | `recency` | days since the last purchase; few is good |
//! | F | `frequency` | purchases within the window |
//! | M | `monetary` | net spend within the window, micros of one currency |
//!
//! Sources: Hughes, *Strategic Database Marketing*, 1994 (quintiles); Miglautsch, "Thoughts on RFM scoring",
//! *Journal of Database Marketing* 8(1), 2000 (fixed thresholds).
//!
//! Where it fails: scores are relative to the population, so a shop whose customers all do worse keeps
//! the same share of "Champions"; and scores are ranks, they do not say what a customer is worth.

mod cutpoints;
mod movement;
mod segment;

pub use cutpoints::{CutpointBasis, Cutpoints, MIN_PURCHASERS_FOR_QUINTILES, RfmScores, RfmValues};
pub use movement::Movement;
pub use segment::{SecondAxis, Segment, segment};
