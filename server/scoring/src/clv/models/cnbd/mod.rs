//! BG/CNBD-k and MBG/CNBD-k: customers leave after a purchase and buy more regularly than at random.
//!
//! | file | idea |
//! |---|---|
//! | `model` | all equations |
//! | `stages` | how far a customer is between two purchases |
//! | `ahead` | purchases and waits ahead |
//! | `roots` | the roots of unity by which expectations are taken |
//! | `fit` | k and the parameters |
//! | `likelihood` | of a table, with derivatives |

mod ahead;
pub(crate) mod fit;
pub(crate) mod likelihood;
pub(crate) mod model;
mod roots;
mod stages;

/// The most regular k that is looked for: at k = 12 a customer's next purchase is known to within a third of its time.
pub const MAX_K: u32 = 12;
