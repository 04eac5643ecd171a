//! BG/BB: opportunities that are used or not.
//!
//! | file | idea |
//! |---|---|
//! | `model` | all equations |
//! | `race` | use against leaving |
//! | `fit` | likelihood, starts, bounds, warnings |

pub(crate) mod fit;
pub(crate) mod model;
mod race;
