//! The BG/NBD model: buy till you leave, with a chance to leave after every repeat purchase.
//!
//! Assumptions (Fader, Hardie and Lee, "Counting your customers the easy way: an alternative to the Pareto/NBD
//! model", *Marketing Science* 24(2), 2005, section 3):
//!
//! 1. while alive, a customer buys in a Poisson process of rate `lambda`;
//! 2. `lambda` varies between customers as Gamma(r, alpha);
//! 3. after each repeat purchase they leave for good with probability `p`;
//! 4. `p` varies between customers as Beta(a, b);
//! 5. `lambda` and `p` are independent.
//!
//! | paper | field | unit | range |
//! |---|---|---|---|
//! | r | `r` | none | > 0 |
//! | alpha | `alpha` | the model's unit of time | > 0 |
//! | a, b | `a`, `b` | none | > 0 |
//!
//! Failure region: a customer without repeat purchases had no chance to leave, so the model says they are alive with
//! probability 1 however long they have been silent. Use [`crate::clv::MbgNbd`] where that matters.

use super::family::Family;
use crate::clv::TimeUnit;
use serde::{Deserialize, Serialize};

/// Parameters of the BG/NBD model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BgNbd {
    /// Shape of the gamma distribution of purchase rates: the smaller, the more customers differ.
    pub r: f64,
    /// Rate parameter of that distribution, in units of time; the mean purchase rate is `r / alpha`.
    pub alpha: f64,
    /// First parameter of the beta distribution of dropout; the mean chance to leave is `a / (a + b)`.
    pub a: f64,
    /// Second parameter of the beta distribution of dropout.
    pub b: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

impl BgNbd {
    pub(crate) const FIRST_CHANCES: u32 = 0;

    pub(crate) const fn family(&self) -> Family {
        Family { r: self.r, alpha: self.alpha, a: self.a, b: self.b, first_chances: Self::FIRST_CHANCES }
    }
}
