//! What a sum over customers may come to.
//!
//! Three things keep it from what is expected: each customer does something else (`scatter`), the parameters are not known well
//! (the interval of the expectation), and the model is off for all customers together (`past`). With `M` the expectation, `V` the
//! variance of the first, and `s^2` the sum of the variances of the logarithm of the other two,
//!
//! ```text
//! Var = V + M^2 (e^(s^2) - 1)                                                                                  (1)
//! ```
//!
//! the variance of a sum whose expectation is itself log-normal around `M`.
//!
//! **Purchases** are negative binomial with that mean and variance: whole numbers, 0 as often as it should be where 0.3 are
//! expected, Poisson where nothing but chance is uncertain, and for large numbers a gamma distribution, which for the 10 to 30 % that
//! totals are uncertain by differs from a log-normal one by less than anybody knows either. Normal ranges would begin below 0.
//!
//! **Spend** is 0 where there is no purchase, which is as probable as that distribution says, and otherwise log-normal with the mean and
//! variance that are left: values have long tails above.

use super::range::{Ends, OutcomeRange, OutcomeRanges};
use super::scatter::Scatter;
use crate::clv::judging::tails::Tails;
use crate::statistics::beta_prime::beta_prime_below;
use crate::statistics::normal;

/// What a sum over customers is expected to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedTotal {
    /// The expectation, not negative.
    pub mean: f64,
    /// Standard error of the expectation's logarithm: how well parameters are known. 0 where that is not known.
    pub log_error: f64,
}

impl ExpectedTotal {
    /// (1), given the variance that is each customer's own and that of the logarithm of what the model is off by.
    fn variance(&self, own: f64, off: f64) -> f64 {
        let shared = self.log_error * self.log_error + off;
        own + self.mean * self.mean * shared.exp_m1()
    }
}

/// Variances are above the mean by at least this share of it: a Poisson distribution is none of this family, but its limit.
const LEAST_EXCESS: f64 = 1e-9;
/// A negative binomial distribution beyond this number of purchases is none of a shop's.
const MOST: f64 = 1e15;
/// A sum below this is nothing: its square, which the shape of what may come is computed from, would be 0.
const NOTHING: f64 = 1e-100;
/// Least squared coefficient of variation of a log-normal distribution; below it rounding decides.
const LEAST_VARIATION: f64 = 1e-12;

/// A negative binomial distribution by its mean and variance.
#[derive(Debug, Clone, Copy)]
struct Counts {
    mean: f64,
    shape: f64,
}

impl Counts {
    /// `None` where the mean or the variance is no number.
    fn new(mean: f64, variance: f64) -> Option<Self> {
        // Less than 0 stays so, and is refused below.
        let mean = if mean < NOTHING { mean.min(0.0) } else { mean };
        let excess = (variance - mean).max(LEAST_EXCESS * mean);
        let shape = if mean > 0.0 { mean * mean / excess } else { 1.0 };
        (mean >= 0.0 && shape > 0.0 && shape.is_finite()).then_some(Self { mean, shape })
    }

    /// P(at most k) = I_(shape / (shape + mean))(shape, k + 1).
    fn up_to(&self, k: f64) -> Option<f64> {
        if self.mean > 0.0 {
            beta_prime_below(self.shape / self.mean, self.shape, k + 1.0)
        } else {
            Some(1.0)
        }
    }

    /// The smallest number with at least `q` up to it.
    fn quantile(&self, q: f64) -> Option<f64> {
        if self.up_to(0.0)? >= q {
            return Some(0.0);
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.up_to(high)? < q {
            (low, high) = (high, 2.0 * high);
            if high > MOST {
                return None;
            }
        }
        while high - low > 1.0 {
            let middle = (0.5 * (low + high)).floor();
            if self.up_to(middle)? < q {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
    }

    fn range(&self) -> Option<OutcomeRange> {
        let up_to = |figure: f64, ends: Ends| match ends {
            Ends::Included => self.up_to(figure),
            Ends::Excluded => self.up_to(figure - 1.0),
        };
        OutcomeRange::of(&Tails::default(), |q| self.quantile(q), up_to)
    }
}

/// The ranges of the purchases and of the spend of customers, given how they scatter or an even part of them does, and the
/// variance of the logarithm of what this model is off by for all of them together (see [`crate::clv::shared_variance`] and, of a group,
/// [`crate::clv::variance_of_groups`]).
#[must_use]
pub fn total_ranges(
    scatter: &Scatter,
    purchases: &ExpectedTotal,
    spend: Option<&ExpectedTotal>,
    off: f64,
) -> OutcomeRanges {
    let variance = purchases.variance(scatter.variance_of_purchases(purchases.mean), off);
    let Some(counts) = Counts::new(purchases.mean, variance) else { return OutcomeRanges::default() };
    let of_spend = |spend: &ExpectedTotal| {
        let variance = spend.variance(scatter.variance_of_spend(spend.mean)?, off);
        amount(spend.mean, variance, counts.up_to(0.0)?)
    };
    OutcomeRanges { purchases: counts.range(), spend: spend.and_then(of_spend) }
}

/// The range of an amount that is 0 with probability `none` and otherwise log-normal, by its mean and variance.
fn amount(mean: f64, variance: f64, none: f64) -> Option<OutcomeRange> {
    let some = 1.0 - none;
    if mean < NOTHING || some <= 0.0 {
        return Some(OutcomeRange { probability_80: 1.0, probability_95: 1.0, ..OutcomeRange::default() });
    }
    let variation = ((1.0 + variance / (mean * mean)) * some - 1.0).max(LEAST_VARIATION);
    let error = variation.ln_1p().sqrt();
    let median = mean / some * (-0.5 * error * error).exp();
    let quantile = |q: f64| {
        let within = (q - none) / some;
        Some(if within <= 0.0 { 0.0 } else { median * (error * normal::quantile(within)).exp() })
    };
    let below = |figure: f64, _| {
        Some(none + if figure > 0.0 { some * normal::below((figure / median).ln() / error) } else { 0.0 })
    };
    OutcomeRange::of(&Tails::default(), quantile, below)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "whole numbers, and what no rounding touches")]
mod tests;
