//! Gamma-Gamma: what a purchase is worth.
//!
//! | file | idea |
//! |---|---|
//! | `model` | all equations |
//! | `fit` | likelihood, starts, bounds, warnings |
//! | `beliefs` | what is believed of shops in general |
//! | `frequency` | whether customers who buy often spend more or less a purchase |
//! | `penalised` | maximum a posteriori: from the first purchase on |

mod beliefs;
pub(super) mod fit;
pub(super) mod frequency;
pub(super) mod model;
pub(super) mod penalised;
