//! MBG/CNBD-k by maximum a posteriori: what a workspace predicts with where the data alone determine no model.
//!
//! To the log-likelihood (the files `bg::likelihood` and `cnbd::likelihood`) come five weak beliefs about shops in general, the
//! time in weeks:
//!
//! ```text
//! ln r ~ N(ln 0.8, 1)    ln(k alpha) ~ N(ln 10, 1.5)    ln((k alpha/r) (b/a)) ~ N(ln 41.5, 1.2)    ln(a+b) ~ N(ln 3, 1)      (1)
//! P(k) = 2^-k                                                                                                          (2)
//! ```
//!
//! The second number is a standard deviation. Customers buy about every twelve weeks, `k alpha/r`, while they are customers;
//! `b/a` purchases come after the first before they leave, so that they stay for 42 weeks; both may be off by a factor of five or
//! more either way. So without data the model is what shops in general are like, every day of silence and every purchase moves it,
//! and with many data it is the maximum of the likelihood. The maximum is taken over the four coordinates of (1), which is the
//! same point in whatever way they are written; no parameter runs to the end of its range. Predictions are the mean over the
//! posterior, of which the maximum is but the highest point: `posterior`.
//!
//! How often customers buy and how long they stay are believed to have nothing to do with each other, as in Pareto/NBD
//! (Schmittlein, Morrison and Colombo, "Counting your customers", *Management Science* 33(1), 1987, assumption 5). A belief about
//! the chance to leave after a purchase would say that whoever buys every week stays for a month, and whoever buys once a year
//! for four years; of a shop of thirteen weeks whose customers come every three, it is then said before they have had the time to
//! leave that nearly all of them will within the year.
//!
//! Most shops have customers who buy at random, k = 1, and that model is MBG/NBD. But where the history is shorter than the
//! time between purchases, customers who buy regularly look like customers who do not come back: of a shop of fourteen weeks
//! whose customers come every eighteen weeks, k = 3, MBG/NBD expects half of what comes. (2) is the belief that keeps
//! a handful of repeat purchases from deciding that.
//!
//! Belief about alpha is about weeks, so in another unit its mean is moved by the logarithm of the ratio: the model is the
//! same in every unit of time.
//!
//! Standard errors are those of the penalised Hessian: what the beliefs say and the data do not is counted as known, and so is k.

use std::ops::ControlFlow;

use super::optimize::Found;
use super::outcome::{Estimation, FEW_REPEAT_BUYERS, FitError, FitProgress, FitWarning, PurchaseFit};
use super::purchase_model::{calibrate, leave_out_outliers};
use super::search::Progress;
use crate::clv::histories::patterns::PatternTable;
use crate::clv::models::cnbd::fit::likeliest_k;
use crate::clv::parameters::DAYS_PER_YEAR;
use crate::clv::{CustomerHistory, MAX_K, PurchaseModel, PurchaseModelKind, TimeUnit};

use beliefs::{Setting, belief_covariance, ln_belief};
use density::{sample, search};
use posterior::{Posterior, Top, ln_posterior};

mod beliefs;
mod density;
mod posterior;
mod proposal;

pub use posterior::PosteriorNode;

/// What is known of the customers of a shop in general, corrected by its own.
#[derive(Debug, Clone, PartialEq)]
pub struct PenalisedFit {
    /// The highest point of the posterior.
    pub mode: PurchaseFit,
    /// All of it, as models whose weights sum to 1. Empty where no curvature tells where to look.
    pub posterior: Vec<PosteriorNode>,
}

/// Fits MBG/CNBD-k by maximum a posteriori, k included, from the first customer on; k = 1 is MBG/NBD. Without the regularity of
/// the table no other k is tried. `progress` hears of every iteration and may stop the fit.
///
/// # Errors
///
/// [`FitError::TooFewCustomers`] without a customer, [`FitError::NotConverged`], [`FitError::Cancelled`].
pub fn fit_penalised(
    table: &PatternTable,
    unit: TimeUnit,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<PenalisedFit, FitError> {
    if table.customers() == 0 {
        return Err(FitError::TooFewCustomers { customers: 0, needed: 1 });
    }
    let mut warnings = Vec::new();
    let without_outliers = leave_out_outliers(table, &mut warnings);
    let kept = without_outliers.as_ref().unwrap_or(table);
    let tops = tops(kept, unit, progress)?;
    let Top { k, optimum: best } = tops[0];
    let setting = Setting { unit_days: unit.days(), k };
    let customers = kept.customers() as f64;
    let mut found = Found::new(&best, customers);
    found.log_likelihood += kept.regularity.ln_constant(k, unit) - ln_belief(&best.at, setting).value;
    if kept.repeat_customers() < FEW_REPEAT_BUYERS {
        warnings.push(FitWarning::FewRepeatBuyers { customers: kept.repeat_customers() });
    }
    let kind = if k > 1 { PurchaseModelKind::MbgCnbd } else { PurchaseModelKind::MbgNbd };
    let model = PurchaseModel::new(kind, best.at.map(f64::exp), unit).with_regularity(k);
    let covariance = found.covariance.clone().unwrap_or_else(|| vec![vec![0.0; 4]; 4]);
    let starts = tops.len() as u32;
    let (iteration, log_likelihood) = (found.iterations, found.log_likelihood);
    let mut wanted =
        || progress(FitProgress { start: starts, starts, iteration, log_likelihood }).is_continue();
    let posterior = Posterior { table: kept, unit, tops: &tops }.nodes(&mut wanted)?;
    let mode = PurchaseFit {
        model,
        log_likelihood: found.log_likelihood,
        standard_errors: found.standard_errors(),
        estimation: Estimation::MaximumAPosteriori {
            // Where no curvature tells what the data say, nothing but the belief is sure.
            prior_share: found.covariance.as_ref().map_or(1.0, |known| prior_share(&best.at, known, &model)),
        },
        covariance_of_log_params: covariance,
        iterations: found.iterations,
        termination: found.termination,
        warnings,
        customers: kept.customers(),
        patterns: kept.patterns() as u64,
        repeat_customers: kept.repeat_customers(),
        calibration: calibrate(&model, kept),
    };
    Ok(PenalisedFit { mode, posterior })
}

/// The maxima for every k that may be the likeliest, the best of all first.
fn tops(table: &PatternTable, unit: TimeUnit, progress: Progress<'_>) -> Result<Vec<Top>, FitError> {
    // Where nobody came back nothing tells how regularly customers do.
    let most = if table.regularity.gaps() == 0 { 1 } else { MAX_K };
    let mut tops = Vec::new();
    let (likeliest, _) = likeliest_k(most, |k, _| {
        let setting = Setting { unit_days: unit.days(), k };
        let found = search(table, setting).maxima(table, &|table| sample(table, setting), progress)?;
        tops.extend(found.iter().map(|&optimum| Top { k, optimum }));
        Ok((found[0], ln_posterior(table, unit, k, found[0].evaluation.value)))
    })?;
    // Those of one k stay as they are, the highest first.
    tops.sort_by_key(|top| (top.k != likeliest, top.k));
    Ok(tops)
}

/// How much of what is known about a new customer's purchases within a year is belief: the variance of their logarithm by the
/// fit over that by (1) alone, both by the slopes at the maximum. 1 without any data, near 0 with many.
fn prior_share(at: &[f64; 4], covariance: &[Vec<f64>], model: &PurchaseModel) -> f64 {
    /// Of the difference quotient, in logarithms; its error is of the order of the square.
    const STEP: f64 = 1e-4;
    let ln_expected = |at: [f64; 4]| {
        let moved = PurchaseModel::new(model.kind(), at.map(f64::exp), model.unit());
        let moved = moved.with_regularity(model.regularity().unwrap_or(1));
        moved.expected_purchases(&CustomerHistory::NEW, DAYS_PER_YEAR).ln()
    };
    let slopes: [f64; 4] = std::array::from_fn(|i| {
        let moved = |by: f64| std::array::from_fn(|j| if i == j { at[j] + by } else { at[j] });
        (ln_expected(moved(STEP)) - ln_expected(moved(-STEP))) / (2.0 * STEP)
    });
    let believed = belief_covariance(1.0 / (1.0 + (at[3] - at[2]).exp()));
    let variance = |of: &dyn Fn(usize, usize) -> f64| -> f64 {
        (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).map(|(i, j)| slopes[i] * slopes[j] * of(i, j)).sum()
    };
    let share = variance(&|i, j| covariance[i][j]) / variance(&|i, j| believed[i][j]);
    if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests;
