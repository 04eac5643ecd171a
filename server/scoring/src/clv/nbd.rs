//! The NBD model: customers who buy at their own rate and never leave.
//!
//! Assumptions (Ehrenberg, "The pattern of consumer purchases", *Applied Statistics* 8(1), 1959):
//!
//! 1. a customer buys in a Poisson process of rate `lambda`, for ever;
//! 2. `lambda` varies between customers as Gamma(r, alpha).
//!
//! ```text
//! L(x, T)      = (r)_x alpha^r (alpha+T)^-(r+x)                                                             (1)
//! E[Y(t)]      = (r+x)/(alpha+T) t                                                                          (2)
//! P(Y(t) = n)  = (r+x)_n/n! (t/(alpha+T+t))^n ((alpha+T)/(alpha+T+t))^(r+x)                                 (3)
//! P(no purchase for t) = ((alpha+T)/(alpha+T+t))^(r+x)                                                      (4)
//! DERT         = (r+x)/(alpha+T) / rate                                                                     (5)
//! ```
//!
//! `(z)_n` is the rising factorial; t_x says nothing, since nobody leaves.
//!
//! | paper | field | unit | range |
//! |---|---|---|---|
//! | r | `r` | none | > 0 |
//! | alpha | `alpha` | the model's unit of time | > 0 |
//!
//! It is the yardstick: what a model with dropout gains over it is what dropout explains. References for (1) to (4):
//! Schmittlein, Bemmaor and Morrison, "Why does the NBD model work?", *Marketing Science* 4(3), 1985; Morrison and
//! Schmittlein, "Generalizing the NBD model for customer purchases", *Journal of Business & Economic Statistics* 6(2), 1988.
//!
//! Failure region: customers do leave, so long forecasts are too high (on CDNOW by more than half), and [`Nbd`] says
//! of a customer who has been silent for years that he is alive.

use super::TimeUnit;
use super::answers::{Answers, Observed};
use super::family_fit::say_the_rest;
use super::fit_outcome::{FitError, FitWarning, Parameter};
use super::negative_binomial::NegativeBinomial;
use super::optimize::{Bounds, Evaluation, Found, Optimum};
use super::parallel;
use super::patterns::{Group, PatternTable};
use super::search::{Progress, Search, mean_age, mean_rate};
use crate::special::Rising;
use serde::{Deserialize, Serialize};

/// Parameters of the NBD model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Nbd {
    /// Shape of the gamma distribution of purchase rates: the smaller, the more customers differ.
    pub r: f64,
    /// Rate parameter of that distribution, in units of time; the mean purchase rate is `r / alpha`.
    pub alpha: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

impl Nbd {
    /// Shape of the rate's distribution for this customer.
    fn rho(&self, of: &Observed) -> f64 {
        self.r + f64::from(of.x)
    }

    /// The horizon in units of the rate parameter for this customer.
    fn share(&self, of: &Observed, horizon: f64) -> f64 {
        horizon / (self.alpha + of.age)
    }
}

impl Answers for Nbd {
    /// The logarithm of (1).
    fn log_likelihood(&self, of: &Observed) -> f64 {
        Rising::ln(self.r, of.x)
            - f64::from(of.x) * self.alpha.ln()
            - self.rho(of) * (of.age / self.alpha).ln_1p()
    }

    fn p_alive(&self, _: &Observed) -> f64 {
        1.0
    }

    fn p_alive_after(&self, _: &Observed, _: f64) -> f64 {
        1.0
    }

    /// (2).
    fn expected_if_alive(&self, of: &Observed, horizons: &dyn Fn(usize) -> f64, expected: &mut [f64]) {
        for (i, slot) in expected.iter_mut().enumerate() {
            *slot = self.rho(of) * self.share(of, horizons(i));
        }
    }

    /// (3).
    fn purchase_probabilities(&self, of: &Observed, horizon: f64, out: &mut [f64]) {
        for (slot, p) in out.iter_mut().zip(NegativeBinomial::new(self.rho(of), self.share(of, horizon))) {
            *slot = p;
        }
    }

    /// One minus (4).
    fn p_purchase_if_alive(&self, of: &Observed, horizon: f64) -> f64 {
        -(-self.rho(of) * self.share(of, horizon).ln_1p()).exp_m1()
    }

    /// (4) solved for t.
    fn wait_quantile(&self, of: &Observed, q: f64) -> f64 {
        (self.alpha + of.age) * (-(-q).ln_1p() / self.rho(of)).exp_m1()
    }

    /// (5).
    fn discounted_if_alive(&self, of: &Observed, rate: f64) -> f64 {
        self.rho(of) / (self.alpha + of.age) / rate
    }
}

/// The log-likelihood of a table of patterns, of which only x and T count:
///
/// ```text
/// l = sum n [ ln (r)_x - x ln alpha - (r+x) ln(1 + T/alpha) ]
/// ```
pub(crate) struct NbdLikelihood<'a> {
    pub(crate) table: &'a PatternTable,
    /// Days in the model's unit of time.
    pub(crate) unit_days: f64,
}

/// For one day `T`: `ln(1 + T/alpha)`, `1/(alpha + T)` and `1/alpha - 1/(alpha + T)`.
#[derive(Clone, Copy)]
struct DayTerms {
    ln_ratio: f64,
    inverse: f64,
    lost: f64,
}

impl NbdLikelihood<'_> {
    /// Mean log-likelihood a customer, with derivatives in the logarithms of r and alpha.
    pub(crate) fn evaluate(&self, ln_parameters: &[f64; 2]) -> Evaluation<2> {
        let [r, alpha] = ln_parameters.map(f64::exp);
        let days = self.day_terms(alpha);
        let pieces = self.table.pieces();
        let mut total = parallel::sum(pieces.len(), |piece| {
            let mut sum = Evaluation::default();
            for group in &pieces[piece] {
                sum.add(&self.of_group(group, [r, alpha], &days));
            }
            sum
        });
        total.scale(1.0 / self.table.customers() as f64);
        total.in_logarithms(&[r, alpha])
    }

    fn day_terms(&self, alpha: f64) -> Vec<DayTerms> {
        (0..=self.table.longest_age_days())
            .map(|day| {
                let t = f64::from(day) / self.unit_days;
                let inverse = 1.0 / (alpha + t);
                DayTerms { ln_ratio: (t / alpha).ln_1p(), inverse, lost: t * inverse / alpha }
            })
            .collect()
    }

    /// Value, gradient and Hessian of the customers with one x, in the parameters themselves.
    fn of_group(&self, group: &Group, [r, alpha]: [f64; 2], days: &[DayTerms]) -> Evaluation<2> {
        let x = f64::from(group.repeat_purchases);
        let rho = r + x;
        let rate = Rising::new(r, group.repeat_purchases);
        let (mut n, mut ln_ratio, mut inverse, mut inverse_squared, mut lost) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (&age, &weight) in
            self.table.age_days[group.rows.clone()].iter().zip(&self.table.weights[group.rows.clone()])
        {
            let day = days[age as usize];
            n += weight;
            ln_ratio += weight * day.ln_ratio;
            inverse += weight * day.inverse;
            inverse_squared += weight * day.inverse * day.inverse;
            lost += weight * day.lost;
        }
        Evaluation {
            value: n * (rate.ln - x * alpha.ln()) - rho * ln_ratio,
            gradient: [n * rate.first - ln_ratio, r * lost - x * inverse],
            hessian: [[n * rate.second, lost], [lost, -n * r / (alpha * alpha) + rho * inverse_squared]],
        }
    }
}

/// Range of r: beyond it the likelihood differs from that at infinity by less than a millionth a customer.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// `alpha` within these factors of the mean age, wide enough for r at either end of its range.
const ALPHA_RANGE: (f64, f64) = (1e-7, 1e10);

/// Starting values of r; alpha follows from the mean purchase rate. The likelihood has one maximum, so the second
/// start only helps where the first meets rounding.
const STARTS: [f64; 2] = [0.5, 4.0];

/// r and alpha at the maximum. At `r = 10^6`, the end of its range, all customers buy at the same rate and only `r / alpha`
/// has a meaning; r is held then.
pub(crate) fn fit(table: &PatternTable, unit_days: f64, progress: Progress<'_>) -> Result<Found, FitError> {
    Ok(Found::new(&optimum(table, unit_days, progress)?, table.customers() as f64))
}

pub(crate) fn optimum(
    table: &PatternTable,
    unit_days: f64,
    progress: Progress<'_>,
) -> Result<Optimum<2>, FitError> {
    let (age, rate) = (mean_age(table, unit_days), mean_rate(table, unit_days));
    let search = Search {
        starts: STARTS.map(|r| [r.ln(), (r / rate).ln()]).to_vec(),
        bounds: Bounds {
            low: [RANGE.0.ln(), (ALPHA_RANGE.0 * age).ln()],
            high: [RANGE.1.ln(), (ALPHA_RANGE.1 * age).ln()],
        },
        // The likelihood has one maximum, and a pass over all patterns costs a few additions each.
        coarsen_above: usize::MAX,
        coarse_steps: 1,
    };
    search.run(
        table,
        &|table| {
            let likelihood = NbdLikelihood { table, unit_days };
            Box::new(move |at| likelihood.evaluate(at))
        },
        progress,
    )
}

/// Recognises a solution at infinity, and parameters the data do not speak about.
pub(crate) fn judge(found: &Found, errors: &[Option<f64>], warnings: &mut Vec<FitWarning>) {
    let alike = (found.held[0] || found.held[1]) && found.at[0].exp() > RANGE.1.sqrt();
    if alike {
        warnings.push(FitWarning::HomogeneousRates);
    }
    say_the_rest(&[Parameter::R, Parameter::Alpha], &[alike, alike], found, errors, warnings);
}

#[cfg(test)]
mod tests;
