//! The MBG/NBD model: the BG/NBD model in which the first purchase is a chance to leave as well.
//!
//! Assumptions 1, 2, 4 and 5 are those of [`crate::clv::BgNbd`]; the third becomes
//!
//! 3. after each purchase, the first one included, they leave for good with probability `p`.
//!
//! So a one-time buyer may be gone, and the longer they have been silent the more likely it is. Symbols, units and
//! ranges are those of the BG/NBD model; the estimates of one model mean nothing in the other.
//!
//! References: Batislam, Denizel and Filiztekin, "Empirical validation and comparison of models for customer base
//! analysis", *International Journal of Research in Marketing* 24(3), 2007; Hoppe and Wagner, "Customer base analysis: the
//! case for a central variant of the betageometric/NBD model", *Marketing Journal of Research and Management* 3(2),
//! 2007.
//!
//! Failure region: with hardly any repeat buyers, "slow" and "gone" cannot be told apart and the fit warns.

use super::family::Family;
use crate::clv::TimeUnit;
use serde::{Deserialize, Serialize};

/// Parameters of the MBG/NBD model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MbgNbd {
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

impl MbgNbd {
    pub(crate) const FIRST_CHANCES: u32 = 1;

    pub(crate) const fn family(&self) -> Family {
        Family { r: self.r, alpha: self.alpha, a: self.a, b: self.b, first_chances: Self::FIRST_CHANCES }
    }
}
