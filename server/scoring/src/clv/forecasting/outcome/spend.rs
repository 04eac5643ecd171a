//! How much one customer spends: so many purchases, each worth what Gamma-Gamma says, none of it discounted.
//!
//! Each of a customer's purchases is worth Gamma(p, nu), and `nu ~ Gamma(q, gamma)` between customers (Fader and Hardie, note 025,
//! 2013, eqs. 1 to 3), where gamma may be that of customers who buy as often ([`GammaGamma::for_next_purchase`]). After x purchases of
//! mean m it is `nu ~ Gamma(q', g)` with `q' = q + p x` and `g = gamma + x m`, so `n` more are worth
//!
//! ```text
//! S | n ~ Gamma(p n, nu),   S / g is beta prime with p n and q'                                                 (1)
//! P(S <= s) = P(0) + sum_n P(n) P(S <= s | n)                                                                   (2)
//! ```
//!
//! with P(n) the distribution of purchases. What one of them is worth is uncertain for all of them together, since they are one
//! customer's. Moments of (1), given the first two of n:
//!
//! ```text
//! E[S]   = E[n] p g / (q' - 1)                                             q' > 1
//! E[S^2] = (p^2 E[n^2] + p E[n]) g^2 / ((q' - 1) (q' - 2))                 q' > 2                               (3)
//! ```

use super::counts::PurchaseCounts;
use super::range::{OutcomeRange, OutcomeRanges};
use crate::clv::judging::tails::Tails;
use crate::clv::{GammaGamma, Known};
use crate::statistics::beta_prime::beta_prime_below;

/// Probabilities of a number of purchases below this change no quantile.
const NEGLIGIBLE: f64 = 1e-10;
/// Numbers of purchases that differ by less than a hundredth are taken together, as their mean: that spreads what they are worth, and
/// no quantile by a ten thousandth.
const ALIKE: f64 = 1.01;
/// A quantile is told to this share of itself.
const PRECISION: f64 = 1e-7;
/// What is below a quantile is told to this.
const CLOSE: f64 = 1e-10;
/// Steps that are enough for it: one in four halves the bracket.
const MOST_STEPS: u32 = 120;
/// Doublings that bracket a quantile, 2^200 times what a purchase is worth either way.
const MOST_DOUBLINGS: u32 = 200;
/// Where q' is 2 or less, squares have no mean, and just above it one without end. Such a customer counts as having this q' and the
/// same mean: the variance of what their purchases are worth is then four times its square.
const LEAST_Q: f64 = 2.25;

/// What is known of the worth of a customer's purchases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::clv) struct Worth {
    p: f64,
    /// q'.
    q: f64,
    /// g, in units of currency.
    g: f64,
}

impl Worth {
    /// After what they have bought; a negative mean counts as 0. `None` where that is no number.
    pub(in crate::clv) fn of(value: &GammaGamma, known: &Known) -> Option<Self> {
        let x = f64::from(known.history.repeat_purchases);
        let spent = if x > 0.0 { x * known.mean_value.unwrap_or(0.0).max(0.0) } else { 0.0 };
        let value = value.for_next_purchase(&known.history);
        let worth = Self { p: value.p, q: value.q + value.p * x, g: value.gamma + spent };
        let valid = [worth.p, worth.q, worth.g].iter().all(|part| *part > 0.0 && part.is_finite());
        valid.then_some(worth)
    }

    /// (3): mean and variance of the spend, given the mean of the purchases and of their square. `None` where there is no mean.
    pub(super) fn moments(&self, purchases: f64, squared: f64) -> Option<(f64, f64)> {
        let Self { p, q, g } = *self;
        if q <= 1.0 {
            return None;
        }
        let mean = purchases * p * g / (q - 1.0);
        let (q, g) = if q < LEAST_Q { (LEAST_Q, g * (LEAST_Q - 1.0) / (q - 1.0)) } else { (q, g) };
        let square = (p * p * squared + p * purchases) * g * g / ((q - 1.0) * (q - 2.0));
        let variance = (square - mean * mean).max(0.0);
        (mean.is_finite() && variance.is_finite()).then_some((mean, variance))
    }
}

/// (2) with the numbers of purchases that matter.
struct Spend {
    worth: Worth,
    /// P(0).
    none: f64,
    /// Numbers above 0 with their probabilities, ascending.
    some: Vec<(f64, f64)>,
}

impl Spend {
    fn new(counts: &PurchaseCounts, worth: Worth) -> Self {
        let none = counts.probabilities().first().copied().unwrap_or(1.0);
        let mut some: Vec<(f64, f64)> = Vec::new();
        let mut from = 0.0;
        for (n, &probability) in counts.probabilities().iter().enumerate().skip(1) {
            let n = n as f64;
            if probability < NEGLIGIBLE {
                continue;
            }
            match some.last_mut().filter(|_| n < from * ALIKE) {
                Some((mean, sum)) => {
                    *mean += (n - *mean) * probability / (*sum + probability);
                    *sum += probability;
                }
                None => {
                    from = n;
                    some.push((n, probability));
                }
            }
        }
        Self { worth, none, some }
    }

    /// P(S <= s).
    fn below(&self, s: f64) -> Option<f64> {
        let mut below = self.none;
        for (n, probability) in &self.some {
            let all_within = beta_prime_below(s / self.worth.g, self.worth.p * n, self.worth.q)?;
            below += probability * all_within;
            // More purchases are worth more.
            if all_within < NEGLIGIBLE {
                break;
            }
        }
        Some(below)
    }

    /// The logarithms around the place where (2) reaches `q`, with what is missing at each; `None` where it is not reached.
    fn bracket(&self, gap: impl Fn(f64) -> Option<f64>) -> Option<[(f64, f64); 2]> {
        let Worth { p, q, g } = self.worth;
        let start = (p * g / q).ln();
        let mut at = (start, gap(start)?);
        let direction = if at.1 < 0.0 { 1.0 } else { -1.0 };
        for _ in 0..MOST_DOUBLINGS {
            let next = at.0 + direction * std::f64::consts::LN_2;
            let next = (next, gap(next)?);
            if (next.1 < 0.0) != (at.1 < 0.0) {
                return Some(if direction > 0.0 { [at, next] } else { [next, at] });
            }
            at = next;
        }
        None
    }

    /// Where (2) reaches `q`, by false position (Illinois; Dowell and Jarratt, *BIT* 11, 1971) with halvings in between. `None` where
    /// it is not reached.
    fn quantile(&self, q: f64) -> Option<f64> {
        if self.none >= q {
            return Some(0.0);
        }
        let gap = |ln: f64| Some(self.below(ln.exp())? - q);
        let [(mut low, mut at_low), (mut high, mut at_high)] = self.bracket(gap)?;
        for turn in 0..MOST_STEPS {
            if high - low <= PRECISION {
                break;
            }
            let between = low + (high - low) * at_low / (at_low - at_high);
            let halve = turn % 4 == 3 || !(low < between && between < high);
            let next = if halve { 0.5 * (low + high) } else { between };
            let at_next = gap(next)?;
            if at_next.abs() <= CLOSE {
                return Some(next.exp());
            }
            if at_next < 0.0 {
                (low, at_low) = (next, at_next);
                at_high *= 0.5;
            } else {
                (high, at_high) = (next, at_next);
                at_low *= 0.5;
            }
        }
        Some(high.exp())
    }
}

/// The range of a customer's spend: that many purchases, worth what Gamma-Gamma says after what they have bought already.
fn spend_range(
    counts: &PurchaseCounts,
    value: &GammaGamma,
    known: &Known,
    tails: &Tails,
) -> Option<OutcomeRange> {
    let spend = Spend::new(counts, Worth::of(value, known)?);
    // No amount but 0 has a probability of its own.
    OutcomeRange::of(tails, |q| spend.quantile(q), |figure, _| spend.below(figure))
}

/// What may come of one customer, given the distribution of their purchases and what is known of them. Parameters count as known: of
/// a single customer chance is by far the larger part. An end of the spend is 0 where a purchase is not as probable as that. Ranges reach out to
/// such tails.
#[must_use]
pub fn customer_ranges(
    counts: &PurchaseCounts,
    value: Option<&GammaGamma>,
    known: &Known,
    tails: &Tails,
) -> OutcomeRanges {
    OutcomeRanges {
        purchases: counts.range(tails),
        spend: value.and_then(|value| spend_range(counts, value, known, tails)),
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "whole numbers, and what no rounding touches")]
mod tests;
