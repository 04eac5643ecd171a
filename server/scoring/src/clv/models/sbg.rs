//! The shifted-beta-geometric model: how long customers with a contract keep renewing it.
//!
//! Assumptions (Fader and Hardie, "How to project customer retention", *Journal of Interactive Marketing* 21(1), 2007):
//!
//! 1. at the end of each period a customer leaves for good with the same chance `theta`;
//! 2. `theta` varies between customers as Beta(alpha, beta).
//!
//! | paper | field | unit | range |
//! |---|---|---|---|
//! | alpha, beta | `alpha`, `beta` | none | > 0 |
//! | t | period | the contract's period, a whole number | >= 1 |
//! | d | discount rate | a period, e.g. 0.1 | >= 0 |
//!
//! ```text
//! S(t)    = (beta)_t / (alpha+beta)_t                                                                       (1)
//! P(T=t)  = S(t-1) - S(t) = S(t-1) alpha/(alpha+beta+t-1)                                                   (2)
//! r(t)    = S(t)/S(t-1) = (beta+t-1)/(alpha+beta+t-1)                                                       (3)
//! DEL(d)  = sum_{t>=0} S(t)/(1+d)^t = 2F1(1, beta; alpha+beta; 1/(1+d))                                     (4)
//! DERL(d) = sum_{t>=n} S(t)/S(n-1)/(1+d)^(t-n) = r(n) 2F1(1, beta+n; alpha+beta+n; 1/(1+d))                 (5)
//! 2F1(1, b; a+b; 1/(1+d)) = (1+d) E[1/(d+theta)],  theta ~ Beta(a, b)                                       (6)
//! ```
//!
//! (1) to (3) are the paper's; (4) and (5) are those of Fader and Hardie, "Customer-base valuation in a contractual setting:
//! the perils of ignoring heterogeneity", *Marketing Science* 29(1), 2010. Retention rises with t although nobody changes:
//! those likely to leave have left. The mean (6) has positive terms only and no singularity at d = 0, where it is
//! `(a+b-1)/(a-1)` if `a > 1` and infinite otherwise.
//!
//! Failure region: retention that falls with time cannot be (the fit ends with equal customers and says so), nor can
//! a customer leave in the middle of a period. One period tells nothing about how customers differ.

use crate::clv::ParameterError;
use crate::clv::fitting::optimize::{Bounds, Evaluation, Optimum, covariance, standard_errors};
use crate::clv::fitting::outcome::Termination;
use crate::clv::fitting::search::{Sample, Starts};
use crate::clv::uncertainty::directions::directions;
use crate::clv::uncertainty::intervals::{by_slopes, moved};
use crate::clv::{ConfidenceInterval, IntervalScale};
use crate::statistics::numerics::mixing::{chances, ln_survival, settle};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Parameters of the sBG model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sbg {
    /// First parameter of the beta distribution of churn; the mean chance to leave in the first period is
    /// `alpha / (alpha + beta)`.
    pub alpha: f64,
    /// Second parameter of that distribution.
    pub beta: f64,
}

impl Sbg {
    /// Whether the parameters are positive and finite; to be asked once about a model that was read from outside.
    ///
    /// # Errors
    ///
    /// Names the first parameter that is not.
    pub fn check(&self) -> Result<(), ParameterError> {
        for (name, value) in [("alpha", self.alpha), ("beta", self.beta)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(ParameterError { name, value });
            }
        }
        Ok(())
    }

    /// (1): share of the customers still there after `periods`.
    #[must_use]
    pub fn survival(&self, periods: u32) -> f64 {
        self.survival_from(0, periods)
    }

    /// Probability that a customer who is there after `periods` is still there `ahead` periods later.
    #[must_use]
    pub fn survival_from(&self, periods: u32, ahead: u32) -> f64 {
        ln_survival(self.alpha, self.beta + f64::from(periods), f64::from(ahead)).exp()
    }

    /// (3): share of those there at the beginning of a period, the first being 1, who renew at its end. `None` for period 0.
    #[must_use]
    pub fn retention_rate(&self, period: u32) -> Option<f64> {
        let survived = f64::from(period.checked_sub(1)?);
        Some((self.beta + survived) / (self.alpha + self.beta + survived))
    }

    /// One minus the retention rate, without its cancellation. `None` for period 0.
    #[must_use]
    pub fn churn_rate(&self, period: u32) -> Option<f64> {
        let survived = f64::from(period.checked_sub(1)?);
        Some(self.alpha / (self.alpha + self.beta + survived))
    }

    /// (2): probability that a new customer leaves at the end of just this period. `None` for period 0.
    #[must_use]
    pub fn p_leave_in(&self, period: u32) -> Option<f64> {
        Some(self.survival(period.checked_sub(1)?) * self.churn_rate(period)?)
    }

    /// Of `customers` who are there after `periods`, how many are expected to be there 1, 2, ... periods later; fills
    /// `expected`.
    pub fn project(&self, customers: f64, periods: u32, expected: &mut [f64]) {
        let mut left = customers;
        for (ahead, slot) in (1_u32..).zip(expected) {
            left *= self.retention_rate(periods.saturating_add(ahead)).unwrap_or(1.0);
            *slot = left;
        }
    }

    /// (4): discounted expected lifetime of a new customer in periods, the one they have paid for included, at the rate
    /// `d` a period. `None` for a negative rate or none at all, and where it is infinite: `d = 0` and `alpha <= 1`.
    #[must_use]
    pub fn discounted_lifetime(&self, d: f64) -> Option<f64> {
        Self::discounted(self.alpha, self.beta, d)
    }

    /// (5): discounted expected residual lifetime of a customer at the end of their period `period`, the first being 1,
    /// just before they renew or not; the period they may renew for is not discounted. `None` as for
    /// [`Sbg::discounted_lifetime`] and for period 0.
    #[must_use]
    pub fn discounted_residual_lifetime(&self, period: u32, d: f64) -> Option<f64> {
        let renews = self.retention_rate(period)?;
        Some(renews * Self::discounted(self.alpha, self.beta + f64::from(period), d)?)
    }

    /// (6) times 1 + d.
    fn discounted(a: f64, b: f64, d: f64) -> Option<f64> {
        if !(d >= 0.0 && d.is_finite()) || (d <= 0.0 && a <= 1.0) {
            return None;
        }
        if d <= 0.0 {
            return Some((a + b - 1.0) / (a - 1.0));
        }
        let mean = settle(|step| chances(a, b, step).iter().map(|c| c.weight * (1.0 + d) / (d + c.p)).sum());
        mean.is_finite().then_some(mean)
    }
}

/// How many customers were there in each period and how many of them stayed.
///
/// Cohorts of different ages add up: what counts in a period is who was seen through it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SurvivorTable {
    /// Customers at the beginning of period 1, 2, ...
    at_risk: Vec<u64>,
    /// Of these, customers at its end.
    stayed: Vec<u64>,
    customers: u64,
}

/// Why there is no survivor table, or no estimate from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SurvivorError {
    /// No counts, or one.
    #[error(
        "the survivor table has {counts} counts; give the customers at the start and at the end of at least two periods"
    )]
    TooFewPeriods {
        /// Counts given.
        counts: usize,
    },
    /// Nobody to begin with.
    #[error("the survivor table starts with 0 customers; start it in the period in which they signed")]
    Nobody,
    /// A count above the one before.
    #[error(
        "the survivor table grows from {before} to {after} customers in period {period}; leave customers who joined later to a table of their own"
    )]
    Grows {
        /// The period, the first being 1.
        period: usize,
        /// Customers at its beginning.
        before: u64,
        /// Customers at its end.
        after: u64,
    },
    /// Nobody left in any period.
    #[error(
        "all {customers} customers stayed in every period, so there is no churn to fit; wait until some have left"
    )]
    NobodyLeft {
        /// How many there are.
        customers: u64,
    },
    /// Everybody left in the first period.
    #[error(
        "all {customers} customers left in the first period, so there is nobody whose retention could be projected; count shorter periods"
    )]
    EverybodyLeftAtOnce {
        /// How many there were.
        customers: u64,
    },
    /// No start led to a maximum.
    #[error("the retention model did not converge from any of {starts} starts; check the counts")]
    NotConverged {
        /// How many were tried.
        starts: u32,
    },
}

impl SurvivorTable {
    /// From the customers of one cohort at the end of period 0 (all of them), 1, 2, ...
    ///
    /// # Errors
    ///
    /// [`SurvivorError`] for a table that is empty, grows, or starts with nobody.
    pub fn from_survivors(survivors: &[u64]) -> Result<Self, SurvivorError> {
        let mut table = Self::default();
        table.add(survivors)?;
        Ok(table)
    }

    /// Adds another cohort, which may have been seen for more periods or fewer.
    ///
    /// # Errors
    ///
    /// As [`SurvivorTable::from_survivors`]; the table is then as before.
    pub fn add(&mut self, survivors: &[u64]) -> Result<(), SurvivorError> {
        let (Some(&customers), true) = (survivors.first(), survivors.len() > 1) else {
            return Err(SurvivorError::TooFewPeriods { counts: survivors.len() });
        };
        if customers == 0 {
            return Err(SurvivorError::Nobody);
        }
        let grows = (1..).zip(survivors.windows(2)).find(|(_, pair)| pair[1] > pair[0]);
        if let Some((period, pair)) = grows {
            return Err(SurvivorError::Grows { period, before: pair[0], after: pair[1] });
        }
        let periods = (survivors.len() - 1).max(self.at_risk.len());
        self.at_risk.resize(periods, 0);
        self.stayed.resize(periods, 0);
        for (i, pair) in survivors.windows(2).enumerate() {
            self.at_risk[i] = self.at_risk[i].saturating_add(pair[0]);
            self.stayed[i] = self.stayed[i].saturating_add(pair[1]);
        }
        self.customers = self.customers.saturating_add(customers);
        Ok(())
    }

    /// Customers at the beginning.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// Customers who left in a period that was seen.
    #[must_use]
    pub fn leavers(&self) -> u64 {
        self.at_risk.iter().zip(&self.stayed).map(|(at_risk, stayed)| at_risk - stayed).sum()
    }

    /// Periods of the longest cohort.
    #[must_use]
    pub const fn periods(&self) -> usize {
        self.at_risk.len()
    }

    /// Mean log-likelihood a customer, with derivatives in the logarithms of alpha and beta. The factors of (1) and (2) are
    /// gathered by period:
    ///
    /// ```text
    /// l = leavers ln alpha + sum_t stayed(t) ln(beta+t-1) - sum_t at_risk(t) ln(alpha+beta+t-1)            (7)
    /// ```
    fn evaluate(&self, ln_parameters: &[f64; 2]) -> Evaluation<2> {
        let [alpha, beta] = ln_parameters.map(f64::exp);
        let leavers = self.leavers() as f64;
        let mut sum = Evaluation {
            value: leavers * alpha.ln(),
            gradient: [leavers / alpha, 0.0],
            hessian: [[-leavers / (alpha * alpha), 0.0], [0.0, 0.0]],
        };
        for (i, (&at_risk, &stayed)) in self.at_risk.iter().zip(&self.stayed).enumerate() {
            let (at_risk, stayed, survived) = (at_risk as f64, stayed as f64, i as f64);
            let (one, all) = (beta + survived, alpha + beta + survived);
            // Both logarithms at once: for large parameters their difference keeps all digits.
            sum.value += -stayed * (alpha / one).ln_1p() - (at_risk - stayed) * all.ln();
            sum.gradient[0] -= at_risk / all;
            sum.gradient[1] += stayed / one - at_risk / all;
            let (first, second) = (at_risk / (all * all), stayed / (one * one));
            sum.hessian[0][0] += first;
            sum.hessian[0][1] += first;
            sum.hessian[1][0] += first;
            sum.hessian[1][1] += first - second;
        }
        sum.scale(1.0 / self.customers as f64);
        sum.in_logarithms(&[alpha, beta])
    }
}

/// What to know before trusting a retention model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SbgWarning {
    /// All customers seem to have the same chance to leave: only `alpha / (alpha + beta)` has a meaning. It is also what
    /// retention that falls with time leads to.
    HomogeneousChurn,
    /// A share `alpha / (alpha + beta)` seems to leave in the first period and the others never.
    AllOrNothingChurn,
    /// A parameter is held at the end of its range.
    AtBound,
    /// The table hardly says anything about a parameter; a projection over a few periods may still be good.
    WeaklyIdentified,
}

/// The estimate and what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SbgFit {
    /// The model at the maximum.
    pub model: Sbg,
    /// Its log-likelihood, without combinatorial constants.
    pub log_likelihood: f64,
    /// Standard errors of alpha and beta (delta method); `None` for a parameter that is held or not identified.
    pub standard_errors: [Option<f64>; 2],
    /// Covariance of their logarithms; zero for what has no standard error.
    pub covariance_of_log_params: [[f64; 2]; 2],
    /// Iterations of the search that found it.
    pub iterations: u32,
    /// Why the search ended.
    pub termination: Termination,
    /// What to know before trusting the estimate.
    pub warnings: Vec<SbgWarning>,
    /// Customers it rests on.
    pub customers: u64,
    /// Those among them who left.
    pub leavers: u64,
    /// Periods of the longest cohort.
    pub periods: usize,
}

impl SbgFit {
    /// The interval of 95 % of an answer of the model, by the delta method.
    ///
    /// `None` where the answer is at the end of its range or not finite, or so uncertain that an interval would say nothing.
    pub fn interval(&self, scale: IntervalScale, answer: impl Fn(&Sbg) -> f64) -> Option<ConfidenceInterval> {
        let columns = directions(&self.covariance_of_log_params.map(Vec::from))?;
        let moved = |column: &Vec<f64>| {
            let at = moved(&[self.model.alpha, self.model.beta], column);
            answer(&Sbg { alpha: at[0], beta: at[1] })
        };
        let others: Vec<f64> = columns.iter().map(moved).collect();
        by_slopes(scale, answer(&self.model), &others)
    }
}

/// Range of the parameters: beyond it the likelihood differs from that at infinity by less than a millionth a customer.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// Starting values of alpha + beta; their ratio follows from the churn of the first period.
const STARTS: [f64; 3] = [1.0, 10.0, 0.1];

/// The churn of the first period is taken into this range for a start.
const FIRST_CHURN: (f64, f64) = (0.01, 0.99);

/// Fits the model by maximum likelihood.
///
/// # Errors
///
/// [`SurvivorError`] with fewer than two periods, if nobody left, or if everybody left at once.
pub fn fit_sbg(table: &SurvivorTable) -> Result<SbgFit, SurvivorError> {
    if table.periods() < 2 {
        let counts = if table.customers == 0 { 0 } else { table.periods() + 1 };
        return Err(SurvivorError::TooFewPeriods { counts });
    }
    let customers = table.customers;
    if table.leavers() == 0 {
        return Err(SurvivorError::NobodyLeft { customers });
    }
    if table.stayed[0] == 0 {
        return Err(SurvivorError::EverybodyLeftAtOnce { customers });
    }
    let churn = 1.0 - table.stayed[0] as f64 / table.at_risk[0] as f64;
    let churn = churn.clamp(FIRST_CHURN.0, FIRST_CHURN.1);
    let starts = Starts {
        at: STARTS.map(|total| [total * churn, total * (1.0 - churn)].map(f64::ln)).to_vec(),
        bounds: Bounds { low: [RANGE.0.ln(); 2], high: [RANGE.1.ln(); 2] },
    };
    let sample = Sample::new(customers, |at| table.evaluate(at));
    let best = starts
        .best(&sample, &mut |_| ControlFlow::Continue(()))
        .map_err(|_| SurvivorError::NotConverged { starts: STARTS.len() as u32 })?;
    Ok(report(table, &best))
}

fn report(table: &SurvivorTable, best: &Optimum<2>) -> SbgFit {
    let [alpha, beta] = best.at.map(f64::exp);
    let customers = table.customers as f64;
    let covariance = covariance(best, customers);
    let standard_errors = standard_errors(best, customers);
    let mut warnings = Vec::new();
    if best.held.contains(&true) {
        let total = alpha + beta;
        warnings.push(if total > RANGE.1.sqrt() {
            SbgWarning::HomogeneousChurn
        } else if total < RANGE.0.sqrt() {
            SbgWarning::AllOrNothingChurn
        } else {
            SbgWarning::AtBound
        });
    } else if standard_errors.contains(&None) {
        warnings.push(SbgWarning::WeaklyIdentified);
    }
    SbgFit {
        model: Sbg { alpha, beta },
        log_likelihood: best.evaluation.value * customers,
        standard_errors,
        covariance_of_log_params: covariance.unwrap_or_default(),
        iterations: best.iterations,
        termination: best.termination,
        warnings,
        customers: table.customers,
        leavers: table.leavers(),
        periods: table.periods(),
    }
}

#[cfg(test)]
mod tests;
