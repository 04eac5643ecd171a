//! How sure a model is.
//!
//! | file | idea |
//! |---|---|
//! | `intervals` | by the delta method or from replicates |
//! | `bootstrap` | replicates |
//! | `simulate` | customers who behave as a model says |

pub(super) mod bootstrap;
pub(super) mod intervals;
pub(super) mod simulate;
