//! MBG/CNBD-k by maximum a posteriori: what a workspace predicts with where the data alone determine no model.
//!
//! To the log-likelihood (the files `bg::likelihood` and `cnbd::likelihood`) come five weak beliefs about shops in general, the
//! time in weeks:
//!
//! ```text
//! ln r ~ N(ln 0.8, 1)    ln(k alpha) ~ N(ln 10, 1.5)    logit(a/(a+b)) ~ N(-1.2, 1.2)    ln(a+b) ~ N(ln 3, 1)        (1)
//! P(k) = 2^-k                                                                                                    (2)
//! ```
//!
//! The second number is a standard deviation. Customers buy about every twelve weeks while they are customers, and a quarter
//! leave after a purchase; both may be off by a factor of five or more either way. So without data the model is what shops in
//! general are like, every day of silence and every purchase moves it, and with many data it is the maximum of the
//! likelihood. The maximum is taken over the four coordinates of (1), which is the same point in whatever way they are
//! written; no parameter runs to the end of its range.
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

use super::optimize::{Bounds, Evaluation, Found, Optimum};
use super::outcome::{Estimation, FEW_REPEAT_BUYERS, FitError, FitProgress, FitWarning, PurchaseFit};
use super::purchase_model::{calibrate, leave_out_outliers};
use super::search::{Progress, Sample, Search, Starts, mean_rate};
use crate::clv::histories::patterns::PatternTable;
use crate::clv::models::bg::likelihood::Likelihood;
use crate::clv::models::cnbd::fit::likeliest_k;
use crate::clv::models::cnbd::likelihood::CnbdLikelihood;
use crate::clv::parameters::DAYS_PER_YEAR;
use crate::clv::{CustomerHistory, MAX_K, MbgNbd, PurchaseModel, PurchaseModelKind, TimeUnit};

/// A mean and a standard deviation.
type Belief = (f64, f64);

/// Of ln r: most shops have customers who differ a lot, and few have customers who are all alike.
const LN_R: Belief = (-0.223_143_551_314_209_75, 1.0);
/// Of ln(k alpha) in weeks: events come k times as often as purchases.
const LN_ALPHA_WEEKS: Belief = (std::f64::consts::LN_10, 1.5);
/// Of the logit of the mean chance to leave after a purchase.
const LOGIT_DROPOUT: Belief = (-1.2, 1.2);
/// Of ln(a+b): how much customers differ in that.
const LN_A_PLUS_B: Belief = (1.098_612_288_668_109_8, 1.0);

/// Range of r, a, b and of alpha in weeks: more than six standard deviations to either side of every belief.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// Starting values of r, a, b beside those of (1): nearly nobody leaves, and nearly everybody does.
const STARTS: [[f64; 3]; 3] = [[0.8, 0.02, 3.0], [0.8, 3.0, 1.0], [0.3, 0.8, 2.5]];

/// What the search over the four parameters holds.
#[derive(Clone, Copy)]
struct Setting {
    unit_days: f64,
    k: u32,
}

impl Setting {
    /// ln alpha that (1) takes for the likeliest.
    fn ln_alpha(self) -> f64 {
        LN_ALPHA_WEEKS.0 + (TimeUnit::Week.days() / self.unit_days).ln() - f64::from(self.k).ln()
    }
}

/// The logarithm of (1) but for a constant, with derivatives in the logarithms of r, alpha, a, b.
fn ln_belief([r, alpha, a, b]: &[f64; 4], setting: Setting) -> Evaluation<4> {
    let mut sum = Evaluation::default();
    // In logarithms, since a and b may differ by twelve orders of magnitude.
    let share = 1.0 / (1.0 + (b - a).exp());
    let both = a.max(*b) + (-(a - b).abs()).exp().ln_1p();
    let alike = share * (1.0 - share);
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
    add((setting.ln_alpha(), LN_ALPHA_WEEKS.1), *alpha, [0.0, 1.0, 0.0, 0.0], 0.0);
    add(LOGIT_DROPOUT, a - b, [0.0, 0.0, 1.0, -1.0], 0.0);
    add(LN_A_PLUS_B, both, [0.0, 0.0, share, 1.0 - share], alike);
    sum
}

/// The logarithms of r, alpha, a, b that (1) takes for the likeliest.
fn likeliest(setting: Setting) -> [f64; 4] {
    let (leave, stay) = (-(-LOGIT_DROPOUT.0).exp().ln_1p(), -LOGIT_DROPOUT.0.exp().ln_1p());
    [LN_R.0, setting.ln_alpha(), LN_A_PLUS_B.0 + leave, LN_A_PLUS_B.0 + stay]
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
) -> Result<PurchaseFit, FitError> {
    if table.customers() == 0 {
        return Err(FitError::TooFewCustomers { customers: 0, needed: 1 });
    }
    let mut warnings = Vec::new();
    let without_outliers = leave_out_outliers(table, &mut warnings);
    let kept = without_outliers.as_ref().unwrap_or(table);
    let (k, best) = best_of_all(kept, unit, progress)?;
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
    Ok(PurchaseFit {
        model,
        log_likelihood: found.log_likelihood,
        standard_errors: found.standard_errors(),
        estimation: Estimation::MaximumAPosteriori {
            prior_share: prior_share(&best.at, &covariance, &model),
        },
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

/// The likeliest k and parameters.
fn best_of_all(
    table: &PatternTable,
    unit: TimeUnit,
    progress: Progress<'_>,
) -> Result<(u32, Optimum<4>), FitError> {
    let customers = table.customers() as f64;
    // Where nobody came back nothing tells how regularly customers do.
    let most = if table.regularity.gaps() == 0 { 1 } else { MAX_K };
    let (k, fits) = likeliest_k(most, |k, _| {
        let setting = Setting { unit_days: unit.days(), k };
        let found = search(table, setting).run(table, &|table| sample(table, setting), progress)?;
        let ln_belief_in_k = -f64::from(k) * std::f64::consts::LN_2;
        let value =
            found.evaluation.value * customers + table.regularity.ln_constant(k, unit) + ln_belief_in_k;
        Ok((found, value))
    })?;
    Ok((k, fits[k as usize - 1].0))
}

/// The mean a customer of log-likelihood and belief.
fn sample(table: &PatternTable, setting: Setting) -> Sample<'_, 4> {
    let Setting { unit_days, k } = setting;
    let first_chances = MbgNbd::FIRST_CHANCES;
    let random = Likelihood { table, unit_days, first_chances };
    let regular = CnbdLikelihood { table, unit_days, first_chances, k };
    let customers = table.customers();
    Sample::new(customers, move |at| {
        let mut sum = ln_belief(at, setting);
        sum.scale(1.0 / customers as f64);
        sum.add(&if k == 1 { random.evaluate(at) } else { regular.evaluate(at) });
        sum
    })
}

fn search(table: &PatternTable, setting: Setting) -> Search<4> {
    let likeliest = likeliest(setting);
    let (rate, ln_k) = (mean_rate(table, setting.unit_days), f64::from(setting.k).ln());
    // Nobody came back, or nobody had the time to: what shops in general are like is all there is to begin with.
    let ln_alpha =
        |r: f64| if rate > 0.0 && rate.is_finite() { (r / rate).ln() - ln_k } else { likeliest[1] };
    let others = STARTS.map(|[r, a, b]| [r.ln(), ln_alpha(r), a.ln(), b.ln()]);
    let weeks = (TimeUnit::Week.days() / setting.unit_days).ln();
    let (low, high) = (RANGE.0.ln(), RANGE.1.ln());
    Search {
        starts: Starts {
            at: std::iter::once(likeliest).chain(others).collect(),
            bounds: Bounds {
                low: [low, low + weeks - ln_k, low, low],
                high: [high, high + weeks - ln_k, high, high],
            },
        },
        coarsen_above: 8192,
        coarse_steps: 48,
    }
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
