//! MBG/NBD by maximum a posteriori: what a workspace predicts with where the data alone determine no model.
//!
//! To the log-likelihood (the file `likelihood`) come four weak beliefs about shops in general, the time in weeks:
//!
//! ```text
//! ln r ~ N(ln 0.8, 1)    ln alpha ~ N(ln 10, 1.5)    logit(a/(a+b)) ~ N(-1.2, 1.2)    ln(a+b) ~ N(ln 3, 1)        (1)
//! ```
//!
//! The second number is a standard deviation. Customers buy about every twelve weeks while they are customers, and a quarter
//! leave after a purchase; both may be off by a factor of five or more either way. So without data the model is what shops in
//! general are like, every day of silence and every purchase moves it, and with many data it is the maximum of the
//! likelihood. The maximum is taken over the four coordinates of (1), which is the same point in whatever way they are
//! written; no parameter runs to the end of its range.
//!
//! Belief about alpha is about weeks, so in another unit its mean is moved by the logarithm of the ratio: the model is the
//! same in every unit of time.
//!
//! Standard errors are those of the penalised Hessian: what the beliefs say and the data do not is counted as known.

use std::ops::ControlFlow;

use super::likelihood::Likelihood;
use crate::clv::fitting::optimize::{Bounds, Evaluation, Found};
use crate::clv::fitting::outcome::{
    Estimation, FEW_REPEAT_BUYERS, FitError, FitProgress, FitWarning, PurchaseFit,
};
use crate::clv::fitting::purchase_model::{calibrate, leave_out_outliers};
use crate::clv::fitting::search::{Sample, Search, Starts, mean_rate};
use crate::clv::forecasting::lifetime_value::DAYS_PER_YEAR;
use crate::clv::histories::patterns::PatternTable;
use crate::clv::{CustomerHistory, MbgNbd, PurchaseModel, PurchaseModelKind, TimeUnit};

/// A mean and a standard deviation.
type Belief = (f64, f64);

/// Of ln r: most shops have customers who differ a lot, and few have customers who are all alike.
const LN_R: Belief = (-0.223_143_551_314_209_75, 1.0);
/// Of ln alpha in weeks.
const LN_ALPHA_WEEKS: Belief = (std::f64::consts::LN_10, 1.5);
/// Of the logit of the mean chance to leave after a purchase.
const LOGIT_DROPOUT: Belief = (-1.2, 1.2);
/// Of ln(a+b): how much customers differ in that.
const LN_A_PLUS_B: Belief = (1.098_612_288_668_109_8, 1.0);

/// Range of r, a, b and of alpha in weeks: more than six standard deviations to either side of every belief.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// Starting values of r, a, b beside those of (1): nearly nobody leaves, and nearly everybody does.
const STARTS: [[f64; 3]; 3] = [[0.8, 0.02, 3.0], [0.8, 3.0, 1.0], [0.3, 0.8, 2.5]];

/// The logarithm of (1) but for a constant, with derivatives in the logarithms of r, alpha, a, b.
fn ln_belief([r, alpha, a, b]: &[f64; 4], unit_days: f64) -> Evaluation<4> {
    let mut sum = Evaluation::default();
    // In logarithms, since a and b may differ by twelve orders of magnitude.
    let share = 1.0 / (1.0 + (b - a).exp());
    let both = a.max(*b) + (-(a - b).abs()).exp().ln_1p();
    let alike = share * (1.0 - share);
    let weeks = (TimeUnit::Week.days() / unit_days).ln();
    let mut add = |(mean, deviation): Belief, at: f64, slope: [f64; 4], curvature: f64| {
        let off = (at - mean) / deviation;
        sum.value -= 0.5 * off * off;
        for i in 0..4 {
            sum.gradient[i] -= off / deviation * slope[i];
            for j in 0..4 {
                // The only belief that is curved in the logarithms is that about a + b.
                let bent = match (i.min(j), i.max(j)) {
                    (2, 2) | (3, 3) => curvature,
                    (2, 3) => -curvature,
                    _ => 0.0,
                };
                sum.hessian[i][j] -= (slope[i] * slope[j] / deviation + off * bent) / deviation;
            }
        }
    };
    add(LN_R, *r, [1.0, 0.0, 0.0, 0.0], 0.0);
    add((LN_ALPHA_WEEKS.0 + weeks, LN_ALPHA_WEEKS.1), *alpha, [0.0, 1.0, 0.0, 0.0], 0.0);
    add(LOGIT_DROPOUT, a - b, [0.0, 0.0, 1.0, -1.0], 0.0);
    add(LN_A_PLUS_B, both, [0.0, 0.0, share, 1.0 - share], alike);
    sum
}

/// The logarithms of r, alpha, a, b that (1) takes for the likeliest.
fn likeliest(unit_days: f64) -> [f64; 4] {
    let ln_alpha = LN_ALPHA_WEEKS.0 + (TimeUnit::Week.days() / unit_days).ln();
    let (leave, stay) = (-(-LOGIT_DROPOUT.0).exp().ln_1p(), -LOGIT_DROPOUT.0.exp().ln_1p());
    [LN_R.0, ln_alpha, LN_A_PLUS_B.0 + leave, LN_A_PLUS_B.0 + stay]
}

/// Covariance of the logarithms of r, alpha, a, b by (1) alone, where the mean chance to leave is `dropout`.
fn belief_covariance(dropout: f64) -> [[f64; 4]; 4] {
    let (of_logit, of_sum) = (LOGIT_DROPOUT.1.powi(2), LN_A_PLUS_B.1.powi(2));
    let (to_a, to_b) = (1.0 - dropout, -dropout);
    let mut covariance = [[0.0; 4]; 4];
    covariance[0][0] = LN_R.1.powi(2);
    covariance[1][1] = LN_ALPHA_WEEKS.1.powi(2);
    covariance[2][2] = of_sum + to_a * to_a * of_logit;
    covariance[3][3] = of_sum + to_b * to_b * of_logit;
    covariance[2][3] = of_sum + to_a * to_b * of_logit;
    covariance[3][2] = covariance[2][3];
    covariance
}

/// Fits MBG/NBD by maximum a posteriori, from the first customer on. `progress` hears of every iteration and may stop the fit.
///
/// # Errors
///
/// [`FitError::TooFewCustomers`] without a customer, [`FitError::NotConverged`], [`FitError::Cancelled`].
pub fn fit_penalised(
    table: &PatternTable,
    unit: TimeUnit,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<PurchaseFit, FitError> {
    if table.customers() == 0 {
        return Err(FitError::TooFewCustomers { customers: 0, needed: 1 });
    }
    let mut warnings = Vec::new();
    let without_outliers = leave_out_outliers(table, &mut warnings);
    let kept = without_outliers.as_ref().unwrap_or(table);
    let unit_days = unit.days();
    let best = search(kept, unit_days).run(kept, &|table| sample(table, unit_days), progress)?;
    let customers = kept.customers() as f64;
    let mut found = Found::new(&best, customers);
    found.log_likelihood -= ln_belief(&best.at, unit_days).value;
    if kept.repeat_customers() < FEW_REPEAT_BUYERS {
        warnings.push(FitWarning::FewRepeatBuyers { customers: kept.repeat_customers() });
    }
    let model = PurchaseModel::new(PurchaseModelKind::MbgNbd, best.at.map(f64::exp), unit);
    let covariance = found.covariance.clone().unwrap_or_else(|| vec![vec![0.0; 4]; 4]);
    Ok(PurchaseFit {
        model,
        log_likelihood: found.log_likelihood,
        standard_errors: found.standard_errors(),
        estimation: Estimation::MaximumAPosteriori { prior_share: prior_share(&best.at, &covariance, unit) },
        covariance_of_log_params: covariance,
        iterations: found.iterations,
        termination: found.termination,
        warnings,
        customers: kept.customers(),
        patterns: kept.patterns() as u64,
        repeat_customers: kept.repeat_customers(),
        calibration: calibrate(&model, kept),
    })
}

/// The mean a customer of log-likelihood and belief.
fn sample(table: &PatternTable, unit_days: f64) -> Sample<'_, 4> {
    let likelihood = Likelihood { table, unit_days, first_chances: MbgNbd::FIRST_CHANCES };
    let customers = table.customers();
    Sample::new(customers, move |at| {
        let mut sum = ln_belief(at, unit_days);
        sum.scale(1.0 / customers as f64);
        sum.add(&likelihood.evaluate(at));
        sum
    })
}

fn search(table: &PatternTable, unit_days: f64) -> Search<4> {
    let likeliest = likeliest(unit_days);
    let rate = mean_rate(table, unit_days);
    // Nobody came back, or nobody had the time to: what shops in general are like is all there is to begin with.
    let ln_alpha = |r: f64| if rate > 0.0 && rate.is_finite() { (r / rate).ln() } else { likeliest[1] };
    let others = STARTS.map(|[r, a, b]| [r.ln(), ln_alpha(r), a.ln(), b.ln()]);
    let weeks = (TimeUnit::Week.days() / unit_days).ln();
    let (low, high) = (RANGE.0.ln(), RANGE.1.ln());
    Search {
        starts: Starts {
            at: std::iter::once(likeliest).chain(others).collect(),
            bounds: Bounds { low: [low, low + weeks, low, low], high: [high, high + weeks, high, high] },
        },
        coarsen_above: 8192,
        coarse_steps: 48,
    }
}

/// How much of what is known about a new customer's purchases within a year is belief: the variance of their logarithm by the
/// fit over that by (1) alone, both by the slopes at the maximum. 1 without any data, near 0 with many.
fn prior_share(at: &[f64; 4], covariance: &[Vec<f64>], unit: TimeUnit) -> f64 {
    /// Of the difference quotient, in logarithms; its error is of the order of the square.
    const STEP: f64 = 1e-4;
    let ln_expected = |at: [f64; 4]| {
        let model = PurchaseModel::new(PurchaseModelKind::MbgNbd, at.map(f64::exp), unit);
        model.expected_purchases(&CustomerHistory::NEW, DAYS_PER_YEAR).ln()
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
