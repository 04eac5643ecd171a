//! The loyalty score: what customers say joined with what they do, as one number that sums exactly to its explanation.
//!
//! With components k of which a customer i has the values s_ik in [0, 1], weights w_k, W_i the sum of the weights of those known of i, and
//! m_k the mean of the component over everybody of whom it is known:
//!
//! ```text
//! score_i        = 100 sum over known k of w_k s_ik / W_i                                                                  (1)
//! base_i         = 100 sum over known k of w_k m_k / W_i                                                                   (2)
//! contribution_ik = 100 w_k (s_ik - m_k) / W_i                                                                             (3)
//! coverage_i     = W_i / sum over all k of w_k                                                                             (4)
//! ```
//!
//! so that (1) = (2) + the sum of (3), whatever is known. A missing component contributes nothing. Attitude X and behaviour O are (1) over
//! the components of one side.
//!
//! | symbol | name | range |
//! |---|---|---|
//! | s_ik | value of a component | 0 to 1 |
//! | X, O | attitude, behaviour | 0 to 100 |
//!
//! Sources: Dick and Basu, "Customer Loyalty: Toward an Integrated Conceptual Framework", *Journal of the Academy of Marketing Science*
//! 22(2), 1994 (the four places); Hayes, *Measuring Customer Satisfaction and Loyalty*, 2008 (attitude and behaviour apart).
//!
//! Where it fails: East, Gendall, Hammond and Lomax, *Australasian Marketing Journal* 13(2), 2005, found that joined measures often predict worse
//! than the right one of them alone. Values are relative to the shop's other customers where they are ranks.

mod component;
mod percentiles;
mod person;
mod scored;
mod standard;
mod validation;

pub use component::{COMPONENTS, Component, Cut, LoyaltyModel, ModelProblem, Side};
pub use percentiles::Percentiles;
pub use person::{AnswerSum, Metric, Person};
pub use scored::{Place, Points, Scored};
pub use standard::Standard;
pub use validation::{AttitudeEffect, Case, Predictor, Validated, Validation, validate};

#[cfg(test)]
mod tests;
