//! How sure a model is.
//!
//! | file | idea |
//! |---|---|
//! | `intervals` | by the delta method or from replicates |
//! | `directions` | along which directions parameters are uncertain |
//! | `scale` | on which scale an answer is about normal |
//! | `bootstrap` | replicates |
//! | `simulate` | customers who behave as a model says |

pub(super) mod bootstrap;
pub(super) mod directions;
pub(super) mod intervals;
pub(super) mod scale;
pub(super) mod simulate;
