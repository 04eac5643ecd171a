//! Gamma-Gamma: what a purchase is worth.
//!
//! | file | idea |
//! |---|---|
//! | `model` | all equations |
//! | `fit` | likelihood, starts, bounds, warnings |
//! | `beliefs` | what is believed of shops in general |
//! | `penalised` | maximum a posteriori: from the first purchase on |

mod beliefs;
pub(super) mod fit;
pub(super) mod model;
pub(super) mod penalised;
