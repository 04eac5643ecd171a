//! The Gamma-Gamma model: what a customer's purchases are worth on average.
//!
//! Assumptions (Fader and Hardie, "The Gamma-Gamma model of monetary value", note 025, 2013):
//!
//! 1. a customer's purchases vary at random around their own mean as Gamma(p, nu);
//! 2. `nu` varies between customers as Gamma(q, gamma), so their mean `p / nu` does too;
//! 3. how much they spend has nothing to do with how often they buy. With [`ByFrequency`] it may: gamma is then that of customers
//!    who buy as often, and all else stays as it is.
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

use crate::clv::CustomerHistory;
use crate::statistics::special::{ln_gamma, ln_gamma_ratio};
use serde::{Deserialize, Serialize};

/// Of the usual gap, what passes at least before a next purchase. In simulated shops new customers are then told what their purchases are
/// worth to 2 % (at 0 to 8 %, without any regard to frequency to 15 %).
const LEAST_WAIT: f64 = 0.25;

/// Parameters of the Gamma-Gamma model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GammaGamma {
    /// Shape of one customer's purchase values: the larger, the more alike they are.
    pub p: f64,
    /// Shape of the distribution over customers: the larger, the more alike they are.
    pub q: f64,
    /// IntervalScale of the distribution over customers, in units of currency (`v` in some papers).
    pub gamma: f64,
    /// How gamma goes with how often customers buy; `None` where it does not, as in the literature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_frequency: Option<ByFrequency>,
}

/// How the scale of what customers spend goes with how often they buy:
///
/// ```text
/// gamma_i = gamma exp(b (z - center)),   z = ln((x + 1) / (t / gap + 1))                                          (2)
/// ```
///
/// after x repeat purchases in t days up to the last of them. z is the number of purchases over that of somebody who buys at the
/// usual gap, with one such purchase counted to both, so it is a number without a unit, known of everybody, and near 0 of who has
/// just come. Nothing of what follows is in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ByFrequency {
    /// Who buys e times as often spends `e^b` times as much a purchase.
    pub b: f64,
    /// Days between purchases of the repeat buyers, in the mean over purchases.
    pub gap_days: f64,
    /// z of the repeat buyers, in the mean: gamma is theirs.
    pub center: f64,
}

impl ByFrequency {
    /// z of (2) after so many repeat purchases in so many days up to the last of them.
    pub(super) fn z(gap_days: f64, purchases: f64, days: f64) -> f64 {
        ((purchases + 1.0) / (days / gap_days + 1.0)).ln()
    }

    /// What (2) multiplies gamma by.
    pub(super) fn factor(&self, purchases: f64, days: f64) -> f64 {
        (self.b * (Self::z(self.gap_days, purchases, days) - self.center)).exp()
    }
}

impl GammaGamma {
    /// The model of the literature, in which frequency and value are independent.
    #[must_use]
    pub const fn new(p: f64, q: f64, gamma: f64) -> Self {
        Self { p, q, gamma, by_frequency: None }
    }

    /// What it says of whoever has bought so often and buys once more: with that purchase there are `x + 1` of them in T days. What a
    /// purchase is worth is asked of those who make it, and who buys rarely makes few. So nobody is beyond the repeat buyers that (2)
    /// was fitted to, one-time buyers and new customers included. Nobody comes back at once: a quarter of the usual gap is the least that
    /// is taken to have passed by then. (2) at no time at all would make of whoever has just come the most frequent buyer.
    #[must_use]
    pub fn for_next_purchase(&self, history: &CustomerHistory) -> Self {
        let Some(by_frequency) = self.by_frequency else { return *self };
        let purchases = f64::from(history.repeat_purchases) + 1.0;
        let days = history.age_days.max(LEAST_WAIT * by_frequency.gap_days);
        Self::new(self.p, self.q, self.gamma * by_frequency.factor(purchases, days))
    }

    /// Expected value of the next purchase of a customer whose repeat purchases averaged `mean_value`: [`Self::expected_value`] of
    /// [`Self::for_next_purchase`].
    #[must_use]
    pub fn expected_next(&self, history: &CustomerHistory, mean_value: f64) -> Option<f64> {
        self.for_next_purchase(history).expected_value(history.repeat_purchases, mean_value)
    }

    /// Expected value of a purchase of a customer whose `purchases` purchases averaged `mean_value` (eq. 5), where frequency and
    /// value are independent:
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
