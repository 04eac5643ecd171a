//! NBD: customers never leave.
//!
//! | file | idea |
//! |---|---|
//! | `model` | all equations |
//! | `fit` | starts, bounds, warnings |
//! | `likelihood` | of a table, with derivatives; a factor of that of BG/NBD and CNBD-k |

pub(crate) mod fit;
pub(crate) mod likelihood;
pub(crate) mod model;
