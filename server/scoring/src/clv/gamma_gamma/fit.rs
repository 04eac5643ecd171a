//! Maximum likelihood for the Gamma-Gamma model.
//!
//! ```text
//! l = sum n [ ln G(px+q) - ln G(px) - ln G(q) + q ln(gamma/S) + px ln(xm/S) - ln m ],   S = gamma + x m
//! ```
//! (note 025, eq. 1a). All Gamma functions depend on x alone, so a row costs one logarithm and one division.

use super::frequency::FrequencyFit;
use crate::clv::GammaGamma;
use crate::clv::fitting::optimize::{Bounds, Evaluation, Optimum, covariance, standard_errors};
use crate::clv::fitting::outcome::Termination;
use crate::clv::fitting::outcome::{FitError, FitProgress, FitWarning, Parameter};
use crate::clv::fitting::parallel;
use crate::clv::fitting::search::{Sample, Starts};
use crate::clv::histories::patterns::{Group, PatternTable, ValueTable};
use crate::statistics::special::{digamma, ln_gamma, ln_gamma_ratio, trigamma};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Fewer repeat buyers than this cannot say how customers differ.
const MIN_CUSTOMERS: u64 = 10;

/// `q` is kept above this, since a population mean exists only above 1.
const LOWEST_Q: f64 = 1.01;

/// Range of p, and upper end of q: at `10^6` customers are alike to a part in a thousand.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// `gamma` within this factor of the mean value; its ratio to q has to stay free at either end of q's range.
const GAMMA_FACTOR: f64 = 1e9;

/// With more rows than this the starts are compared on a part of them.
const THIN_ABOVE: usize = 8192;

/// Nobody's purchases are worth this many times those of the next repeat buyer, unless by a typing error: at q = 2 one shop in
/// ten thousand has such a pair at its top, at q = 1, the end of the range, one in a hundred. Purchases are so much more alike
/// in number than in value that there a factor of five is enough.
const OUTLIER_FACTOR: f64 = 100.0;

/// From this correlation of number and value on, it is said: where both vary as much as their mean, which is usual, the total of
/// all CLV is off by that share. On CDNOW, where the model is taken to hold, it is 0.11.
const MATERIAL_CORRELATION: f64 = 0.2;

/// And only if chance would hardly have made it: Fisher's z beyond that of 1 %.
const SIGNIFICANT: f64 = 2.576;

/// Starting values of p and q; gamma follows from the mean value.
const STARTS: [(f64, f64); 3] = [(5.0, 3.5), (1.0, 2.0), (20.0, 10.0)];

/// The estimate and what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GammaGammaFit {
    /// The model at the maximum.
    pub model: GammaGamma,
    /// Its log-likelihood, in the literature's convention (values in units of currency).
    pub log_likelihood: f64,
    /// Standard errors of p, q, gamma (delta method); `None` for a parameter that is held or not identified.
    pub standard_errors: [Option<f64>; 3],
    /// Covariance of the logarithms of p, q, gamma; zero for what has no standard error.
    pub covariance_of_log_params: [[f64; 3]; 3],
    /// Iterations from the best start.
    pub iterations: u32,
    /// Why the search ended.
    pub termination: Termination,
    /// What to know before trusting the estimate.
    pub warnings: Vec<FitWarning>,
    /// Repeat buyers it rests on.
    pub customers: u64,
    /// Repeat buyers left out because their purchases were worth nothing.
    pub customers_without_value: u64,
    /// Pearson's correlation of the repeat buyers' numbers of purchases and mean values, which the model takes for 0; `None`
    /// where either does not vary, and for fits of before that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency_correlation: Option<f64>,
    /// How much of what is known of the mean over customers is beliefs about shops in general; `None` for the maximum of the
    /// likelihood, which has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_share: Option<f64>,
    /// How well it is known how values go with frequency; `None` where the model takes them as independent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_frequency: Option<FrequencyFit>,
}

impl GammaGammaFit {
    /// Whether the data determine the model, and customers have a mean value by it.
    #[must_use]
    pub fn is_identified(&self) -> bool {
        !self.warnings.iter().any(|warning| {
            matches!(
                warning,
                FitWarning::WeaklyIdentified { .. }
                    | FitWarning::ParameterAtBound { .. }
                    | FitWarning::PopulationMeanUndefined { .. }
            )
        })
    }
}

/// Fits the Gamma-Gamma model to the repeat buyers' mean values, but for those that are absurdly far from all others: one such
/// row would decide q and gamma, and with them what everybody's purchases are worth. `progress` may stop the fit at any iteration.
///
/// # Errors
///
/// [`FitError`] with fewer than ten repeat buyers, without convergence, or if stopped.
pub fn fit_gamma_gamma(
    table: &ValueTable,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<GammaGammaFit, FitError> {
    let (clean, left_out) = without_outliers(table);
    let table = clean.as_ref().unwrap_or(table);
    if table.customers() < MIN_CUSTOMERS {
        return Err(FitError::TooFewRepeatBuyers { customers: table.customers(), needed: MIN_CUSTOMERS });
    }
    let best = search(table, &[], &sample, progress)?;
    Ok(report(table, &best, left_out))
}

/// The table without those who are absurdly far from all others, where there are any, and what to say of them.
pub(super) fn without_outliers(table: &ValueTable) -> (Option<ValueTable>, Option<FitWarning>) {
    let found = table.without_far_values(OUTLIER_FACTOR, PatternTable::OUTLIER_SHARE);
    found.map_or((None, None), |(kept, customers, mean_value_at_least)| {
        (Some(kept), Some(FitWarning::ValueOutliersLeftOut { customers, mean_value_at_least }))
    })
}

/// The best maximum of what `likelihood` makes of a table, from the usual starts and others.
pub(super) fn search(
    table: &ValueTable,
    others: &[GammaGamma],
    likelihood: &dyn for<'t> Fn(&'t ValueTable) -> Sample<'t, 3>,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<Optimum<3>, FitError> {
    let customers = table.customers() as f64;
    let mean = table.mean_values.iter().zip(&table.weights).map(|(m, n)| m * n).sum::<f64>() / customers;
    let usual = STARTS.map(|(p, q)| [p, q, mean * (q - 1.0) / p]);
    let others = others.iter().map(|model| [model.p, model.q, model.gamma]);
    let starts = Starts {
        at: usual.into_iter().chain(others).map(|start| start.map(f64::ln)).collect(),
        bounds: Bounds {
            low: [RANGE.0, LOWEST_Q, mean / GAMMA_FACTOR].map(f64::ln),
            high: [RANGE.1, RANGE.1, mean * GAMMA_FACTOR].map(f64::ln),
        },
    };
    let rows = table.weights.len();
    if rows > THIN_ABOVE {
        let thinned = table.thinned(rows / THIN_ABOVE + 1);
        starts.best_by_way_of(&likelihood(&thinned), &likelihood(table), progress)
    } else {
        starts.best(&likelihood(table), progress)
    }
}

pub(super) fn report(table: &ValueTable, best: &Optimum<3>, left_out: Option<FitWarning>) -> GammaGammaFit {
    let [p, q, gamma] = best.at.map(f64::exp);
    let covariance = covariance(best, table.customers() as f64);
    let standard_errors = standard_errors(best, table.customers() as f64);
    let mut warnings = Vec::from_iter(left_out);
    if best.held[1] && q < 2.0 * LOWEST_Q {
        warnings.push(FitWarning::PopulationMeanUndefined { q });
    } else if best.held[1] {
        warnings.push(FitWarning::HomogeneousValues);
    }
    for (i, parameter) in [Parameter::P, Parameter::Q, Parameter::Gamma].into_iter().enumerate() {
        if best.held[i] && i != 1 {
            warnings.push(FitWarning::ParameterAtBound { parameter });
        } else if !best.held[i] && standard_errors[i].is_none() {
            warnings.push(FitWarning::WeaklyIdentified { parameter });
        }
    }
    if table.customers_without_value() > 0 {
        warnings
            .push(FitWarning::CustomersWithoutValueLeftOut { customers: table.customers_without_value() });
    }
    let frequency_correlation = table.correlation();
    if let Some(correlation) = frequency_correlation.filter(|r| is_material(*r, table.customers())) {
        let customers = table.customers();
        warnings.push(FitWarning::ValueGoesWithFrequency { correlation, customers });
    }
    GammaGammaFit {
        model: GammaGamma::new(p, q, gamma),
        log_likelihood: best.evaluation.value * table.customers() as f64,
        standard_errors,
        covariance_of_log_params: covariance.unwrap_or_default(),
        iterations: best.iterations,
        termination: best.termination,
        warnings,
        customers: table.customers(),
        customers_without_value: table.customers_without_value(),
        frequency_correlation,
        prior_share: None,
        by_frequency: None,
    }
}

/// Whether a correlation over so many customers is large enough to matter and to be no accident.
fn is_material(correlation: f64, customers: u64) -> bool {
    correlation.abs() >= MATERIAL_CORRELATION
        && correlation.atanh().abs() * (customers as f64 - 3.0).max(0.0).sqrt() > SIGNIFICANT
}

pub(super) fn sample(table: &ValueTable) -> Sample<'_, 3> {
    Sample::new(table.customers(), |at| evaluate(table, at))
}

/// Mean log-likelihood a customer, with derivatives in the logarithms of p, q, gamma.
fn evaluate(table: &ValueTable, ln_parameters: &[f64; 3]) -> Evaluation<3> {
    let parameters = ln_parameters.map(f64::exp);
    parallel::mean(&table.pieces(), table.customers(), &parameters, |group| {
        of_group(table, group, parameters)
    })
}

/// One group of equal x, in the parameters themselves.
fn of_group(table: &ValueTable, group: &Group, [p, q, gamma]: [f64; 3]) -> Evaluation<3> {
    let x = f64::from(group.repeat_purchases);
    let px = p * x;
    let (mut n, mut ln_value, mut ln_spent, mut ln_kept) = (0.0, 0.0, 0.0, 0.0);
    let (mut spent_share, mut inverse, mut inverse_squared) = (0.0, 0.0, 0.0);
    for (&m, &weight) in table.mean_values[group.rows.clone()].iter().zip(&table.weights[group.rows.clone()])
    {
        let spent = x * m;
        let total = 1.0 / (gamma + spent);
        n += weight;
        ln_value += weight * m.ln();
        // ln(xm/S) and ln(gamma/S), each from the ratio that is not near 1 by cancellation.
        let kept = -(spent / gamma).ln_1p();
        ln_kept += weight * kept;
        ln_spent += weight * ((spent / gamma).ln() + kept);
        spent_share += weight * spent * total;
        inverse += weight * total;
        inverse_squared += weight * total * total;
    }
    let (psi_all, psi_p, psi_q) = (digamma(px + q), digamma(px), digamma(q));
    let (tri_all, tri_p, tri_q) = (trigamma(px + q), trigamma(px), trigamma(q));
    // -ln B(px, q) from the smaller of the two: ln G of a q of a million, where customers are alike, leaves no digits for the rest.
    let (small, large) = (px.min(q), px.max(q));
    let gamma_gamma = -n * q / (gamma * gamma) + (px + q) * inverse_squared;
    Evaluation {
        value: n * (ln_gamma_ratio(large, small) - ln_gamma(small)) + q * ln_kept + px * ln_spent - ln_value,
        gradient: [
            x * (n * (psi_all - psi_p) + ln_spent),
            n * (psi_all - psi_q) + ln_kept,
            // q/gamma - (px+q)/S = (q spent/S - px gamma/S) / gamma.
            q * spent_share / gamma - px * inverse,
        ],
        hessian: [
            [n * x * x * (tri_all - tri_p), n * x * tri_all, -x * inverse],
            [n * x * tri_all, n * (tri_all - tri_q), spent_share / gamma],
            [-x * inverse, spent_share / gamma, gamma_gamma],
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::is_material;

    #[test]
    fn a_correlation_matters_when_it_is_large_and_no_accident() {
        // atanh(0.3) = 0.3095: times sqrt(21) it is 1.42, times sqrt(97) it is 3.05, and 1 % is beyond 2.58.
        assert!(!is_material(0.3, 24));
        assert!(is_material(0.3, 100) && is_material(-0.3, 100));
        assert!(!is_material(0.19, 1_000_000));
        assert!(!is_material(0.99, 3) && is_material(1.0, 10));
    }
}
