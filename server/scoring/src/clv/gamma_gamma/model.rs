//! The Gamma-Gamma model: what a customer's purchases are worth on average.
//!
//! Assumptions (Fader and Hardie, "The Gamma-Gamma model of monetary value", note 025, 2013):
//!
//! 1. a customer's purchases vary at random around their own mean as Gamma(p, nu);
//! 2. `nu` varies between customers as Gamma(q, gamma), so their mean `p / nu` does too;
//! 3. how much they spend has nothing to do with how often they buy.
//!
//! | paper | code | unit | range |
//! |---|---|---|---|
//! | p | `p` | none | > 0 |
//! | q | `q` | none | > 1, or the population has no mean |
//! | gamma | `gamma` | currency | > 0 |
//! | x | `purchases` | purchases the mean is over | |
//! | m | `mean_value` | currency | > 0 |
//!
//! Failure region: where `q` is near 1 the mean over customers hangs on the few largest; at `q <= 1` it does not
//! exist, and many packages then return a negative number. Here it is `None`, and the fit stays above 1.

use crate::statistics::special::{ln_gamma, ln_gamma_ratio};
use serde::{Deserialize, Serialize};

/// Parameters of the Gamma-Gamma model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GammaGamma {
    /// Shape of one customer's purchase values: the larger, the more alike they are.
    pub p: f64,
    /// Shape of the distribution over customers: the larger, the more alike they are.
    pub q: f64,
    /// IntervalScale of the distribution over customers, in units of currency (`v` in some papers).
    pub gamma: f64,
}

impl GammaGamma {
    /// Expected value of a purchase of a customer whose `purchases` purchases averaged `mean_value` (eq. 5):
    ///
    /// ```text
    /// E[M] = p (gamma + x m) / (p x + q - 1)
    /// ```
    ///
    /// in units of currency: their own mean, drawn towards the population's, the more so the fewer their purchases.
    /// With 0 purchases it is the population's mean. `None` if that expectation does not exist (`p x + q <= 1`) or the
    /// mean is not a number; a negative mean (refunds beyond the purchases) counts as 0.
    #[must_use]
    pub fn expected_value(&self, purchases: u32, mean_value: f64) -> Option<f64> {
        let x = f64::from(purchases);
        let spent = if purchases == 0 { 0.0 } else { x * mean_value.max(0.0) };
        let weight = self.p * x + self.q - 1.0;
        let expected = self.p * (self.gamma + spent) / weight;
        let known = purchases == 0 || !mean_value.is_nan();
        (known && weight > 0.0 && expected.is_finite()).then_some(expected)
    }

    /// Mean value of a purchase over all customers, `p gamma / (q - 1)`; `None` if `q <= 1`.
    #[must_use]
    pub fn population_mean(&self) -> Option<f64> {
        self.expected_value(0, 0.0)
    }

    /// Logarithm of the density of a customer's mean value (eq. 1a); `None` without purchases or value.
    #[must_use]
    pub fn log_likelihood(&self, purchases: u32, mean_value: f64) -> Option<f64> {
        if purchases == 0 || !(mean_value > 0.0 && mean_value.is_finite()) {
            return None;
        }
        let x = f64::from(purchases);
        let px = self.p * x;
        let spent = x * mean_value;
        let total = self.gamma + spent;
        Some(
            ln_gamma_ratio(px, self.q) - ln_gamma(self.q) - self.q * (spent / self.gamma).ln_1p()
                + px * (spent / total).ln()
                - mean_value.ln(),
        )
    }
}
