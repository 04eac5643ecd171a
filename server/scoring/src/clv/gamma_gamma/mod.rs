//! Gamma-Gamma: what a purchase is worth.
//!
//! | file | idea |
//! |---|---|
//! | `model` | all equations |
//! | `fit` | likelihood, starts, bounds, warnings |

pub(super) mod fit;
pub(super) mod model;
