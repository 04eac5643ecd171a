//! NBD: customers never leave.
//!
//! | file | idea |
//! |---|---|
//! | `model` | all equations |
//! | `fit` | starts, bounds, warnings |
//! | `likelihood` | of a table, with derivatives; a factor of that of BG/NBD and CNBD-k |

pub(super) mod fit;
pub(super) mod likelihood;
pub(super) mod model;
