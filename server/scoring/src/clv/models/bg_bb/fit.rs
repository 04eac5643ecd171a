//! Maximum likelihood for the BG/BB model.
//!
//! The likelihood of a customer is a sum over when they may have left, and over not having left:
//!
//! ```text
//! ln L = ln (alpha)_x + ln sum_k e^(a_k)                                                                    (1)
//! left after m = t_x .. n-1:  a = ln (beta)_(m-x) - ln (alpha+beta)_m + ln (delta)_m - ln (gamma+delta)_(m+1) + ln gamma
//! not left:                   a = ln (beta)_(n-x) - ln (alpha+beta)_n + ln (delta)_n - ln (gamma+delta)_n
//! gradient = sum_k w_k a_k',  Hessian = sum_k w_k (a_k'' + a_k' a_k'^T) - gradient gradient^T,  w_k = e^(a_k) / sum    (2)
//! ```
//!
//! All rising factorials are tables over whole numbers, so a term costs one exponential.

use super::model::{BgBb, OpportunityHistory};
use crate::clv::fitting::optimize::{Bounds, Evaluation, Optimum, covariance, standard_errors};
use crate::clv::fitting::outcome::Termination;
use crate::clv::fitting::outcome::check_enough;
use crate::clv::fitting::outcome::{Estimation, FEW_REPEAT_BUYERS};
use crate::clv::fitting::parallel;
use crate::clv::fitting::search::{Sample, Starts};
use crate::clv::histories::anniversaries::Dated;
use crate::clv::histories::opportunities::OpportunityTable;
use crate::clv::histories::patterns::PatternTable;
use crate::clv::{
    CalibrationHistogram, FitError, FitProgress, FitWarning, Parameter, PurchaseFit, PurchaseModel, TimeUnit,
};
use crate::statistics::special::Rising;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The log-likelihood of one table.
pub(crate) struct BgBbLikelihood<'a> {
    pub(crate) table: &'a OpportunityTable,
}

/// Rising factorials by their length, for one set of parameters.
struct Tables {
    alpha: Vec<Rising>,
    beta: Vec<Rising>,
    uses: Vec<Rising>,
    delta: Vec<Rising>,
    drops: Vec<Rising>,
    /// `ln gamma` and `1 / gamma`.
    gamma: (f64, f64),
}

impl Tables {
    fn new([alpha, beta, gamma, delta]: [f64; 4], longest: u32) -> Self {
        let table = |z: f64| (0..=longest + 1).map(|n| Rising::new(z, n)).collect();
        Self {
            alpha: table(alpha),
            beta: table(beta),
            uses: table(alpha + beta),
            delta: table(delta),
            drops: table(gamma + delta),
            gamma: (gamma.ln(), 1.0 / gamma),
        }
    }
}

/// One `a_k` of (1) with its derivatives. The only mixed ones are those of alpha and beta, and of gamma and delta.
struct Term {
    value: f64,
    gradient: [f64; 4],
    /// Second derivatives: alpha alpha = alpha beta, beta beta, gamma gamma, gamma delta, delta delta.
    second: [f64; 5],
}

impl Term {
    /// Silent through `m`, then left if `left`.
    fn new(tables: &Tables, x: usize, m: usize, left: bool) -> Self {
        let (beta, uses, delta) = (tables.beta[m - x], tables.uses[m], tables.delta[m]);
        let drops = tables.drops[m + usize::from(left)];
        let (ln_gamma, inverse) = if left { tables.gamma } else { (0.0, 0.0) };
        Self {
            value: beta.ln - uses.ln + delta.ln - drops.ln + ln_gamma,
            gradient: [
                -uses.first,
                beta.first - uses.first,
                inverse - drops.first,
                delta.first - drops.first,
            ],
            second: [
                -uses.second,
                beta.second - uses.second,
                -inverse * inverse - drops.second,
                -drops.second,
                delta.second - drops.second,
            ],
        }
    }

    fn hessian(&self) -> [[f64; 4]; 4] {
        let [aa, bb, gg, gd, dd] = self.second;
        [[aa, aa, 0.0, 0.0], [aa, bb, 0.0, 0.0], [0.0, 0.0, gg, gd], [0.0, 0.0, gd, dd]]
    }
}

impl BgBbLikelihood<'_> {
    /// Mean log-likelihood a customer, with derivatives in the logarithms of alpha, beta, gamma, delta.
    pub(crate) fn evaluate(&self, ln_parameters: &[f64; 4]) -> Evaluation<4> {
        let parameters = ln_parameters.map(f64::exp);
        let tables = Tables::new(parameters, self.table.most_opportunities());
        let rows = &self.table.rows;
        let pieces: Vec<_> = parallel::pieces(&(0..rows.len())).map(|piece| vec![piece]).collect();
        parallel::mean(&pieces, self.table.customers(), &parameters, |piece| {
            let mut sum = Evaluation::default();
            for (history, weight) in &rows[piece.clone()] {
                let mut one = Self::of_customer(&tables, history);
                one.scale(*weight);
                sum.add(&one);
            }
            sum
        })
    }

    /// (1) and (2) for one customer.
    fn of_customer(tables: &Tables, of: &OpportunityHistory) -> Evaluation<4> {
        let (x, last, n) = (of.used as usize, of.last_used as usize, of.opportunities as usize);
        let alive = Term::new(tables, x, n, false);
        // The first of the terms of leaving is the largest of them.
        let top =
            if n > last { alive.value.max(Term::new(tables, x, last, true).value) } else { alive.value };
        let mut total = 0.0;
        let mut sum = Evaluation::<4>::default();
        let mut add = |term: &Term| {
            let weight = (term.value - top).exp();
            total += weight;
            for (i, row) in term.hessian().iter().enumerate() {
                sum.gradient[i] += weight * term.gradient[i];
                for (j, second) in row.iter().enumerate() {
                    sum.hessian[i][j] += weight * (second + term.gradient[i] * term.gradient[j]);
                }
            }
        };
        add(&alive);
        for m in last..n {
            add(&Term::new(tables, x, m, true));
        }
        sum.scale(1.0 / total);
        for i in 0..4 {
            for j in 0..4 {
                sum.hessian[i][j] -= sum.gradient[i] * sum.gradient[j];
            }
        }
        let alpha = tables.alpha[x];
        sum.value = alpha.ln + top + total.ln();
        sum.gradient[0] += alpha.first;
        sum.hessian[0][0] += alpha.second;
        sum
    }
}

/// What to know before trusting a BG/BB estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BgBbWarning {
    /// Nobody seems ever to leave: gamma and delta have no meaning of their own.
    NoDropout,
    /// Everybody seems to leave at the first opportunity.
    CertainDropout,
    /// All seem to have the same chance to leave: gamma and delta only have a ratio.
    HomogeneousDropout,
    /// A share `gamma / (gamma + delta)` seems to leave at once and the others never.
    AllOrNothingDropout,
    /// Customers seem to use every opportunity until they leave, or none at all.
    CertainUse,
    /// All seem to use opportunities with the same probability: alpha and beta only have a ratio.
    HomogeneousUse,
    /// A share `alpha / (alpha + beta)` seems to use every opportunity and the others none.
    AllOrNothingUse,
    /// A parameter is held at the end of its range.
    ParameterAtBound {
        /// Its place among alpha, beta, gamma, delta.
        index: u8,
    },
    /// The data hardly say anything about a parameter; expectations may still be good.
    WeaklyIdentified {
        /// Its place among alpha, beta, gamma, delta.
        index: u8,
    },
    /// The estimate rests on few customers who used an opportunity.
    FewRepeatBuyers {
        /// How many.
        customers: u64,
    },
}

/// The estimate and what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BgBbFit {
    /// The model at the maximum.
    pub model: BgBb,
    /// Its log-likelihood, without combinatorial constants.
    pub log_likelihood: f64,
    /// Standard errors of alpha, beta, gamma, delta (delta method); `None` for a parameter that is held or not identified.
    pub standard_errors: [Option<f64>; 4],
    /// Covariance of their logarithms; zero for what has no standard error.
    pub covariance_of_log_params: [[f64; 4]; 4],
    /// Iterations of the search that found it.
    pub iterations: u32,
    /// Why the search ended.
    pub termination: Termination,
    /// What to know before trusting the estimate.
    pub warnings: Vec<BgBbWarning>,
    /// Customers it rests on.
    pub customers: u64,
    /// Distinct patterns among them.
    pub patterns: u64,
    /// Customers among them who used an opportunity.
    pub repeat_customers: u64,
    /// How well the model reproduces the data it was fitted to. With fewer than seven opportunities the last bins are
    /// empty and the degrees of freedom fewer.
    pub calibration: CalibrationHistogram,
}

/// Range of the parameters: beyond it the likelihood differs from that at infinity by less than a millionth a customer.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// Starting values.
const STARTS: [[f64; 4]; 4] =
    [[1.0, 1.0, 0.5, 3.0], [0.5, 1.0, 1.0, 10.0], [3.0, 3.0, 0.2, 2.0], [1.0, 4.0, 1.0, 2.0]];

/// A mean chance below this is none, above one minus this it is certain.
const EXTREME: f64 = 1e-3;

/// Parameters of a chance that add up to less than this make it 0 or 1 for all but one customer in a hundred.
const ALL_OR_NOTHING: f64 = 1e-2;

/// Fits the BG/BB model; `unit` is the time from one opportunity to the next. `progress` hears of every iteration and may
/// stop the fit.
///
/// # Errors
///
/// [`FitError`] with fewer than [`crate::clv::MIN_CUSTOMERS`] customers, if nobody used an opportunity, without convergence, or
/// if stopped.
pub fn fit_bg_bb(
    table: &OpportunityTable,
    unit: TimeUnit,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<BgBbFit, FitError> {
    match check_enough(table.customers(), table.repeat_customers()) {
        // Whoever bought on two days of one year used no opportunity of years.
        Err(FitError::NoRepeatBuyers) if table.most_opportunities() == 0 => {
            return Err(FitError::NoOpportunity { unit: name(unit) });
        }
        Err(FitError::NoRepeatBuyers) => return Err(FitError::NoUse { unit: name(unit) }),
        enough => enough?,
    }
    let starts = Starts {
        at: STARTS.map(|start| start.map(f64::ln)).to_vec(),
        bounds: Bounds { low: [RANGE.0.ln(); 4], high: [RANGE.1.ln(); 4] },
    };
    let likelihood = BgBbLikelihood { table };
    let best = starts.best(&Sample::new(table.customers(), |at| likelihood.evaluate(at)), progress)?;
    Ok(report(table, unit, &best))
}

const fn name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Day => "day",
        TimeUnit::Week => "week",
        TimeUnit::Month => "month",
        TimeUnit::Year => "year",
    }
}

/// The same from a table of patterns whose days are opportunities of as many units ([`crate::clv::summarize_opportunities`]), as
/// the fit of any purchase model.
pub(crate) fn fit(
    table: &PatternTable,
    unit: TimeUnit,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<PurchaseFit, FitError> {
    let opportunities = |days: u32| (f64::from(days) / unit.days()).round() as u32;
    let rows = table.rows().map(|(used, recency, age, n)| {
        let (last_used, opportunities) = (opportunities(recency), opportunities(age));
        (OpportunityHistory { used, last_used, opportunities }, n as u64)
    });
    let table = OpportunityTable::from_weighted(rows).map_err(|error| FitError::Data(error.to_string()))?;
    let fit = fit_bg_bb(&table, unit, progress)?;
    Ok(as_of_any_model(PurchaseModel::BgBb(fit.model), fit))
}

/// The same of purchases that come on anniversaries, whatever the unit of the other models.
pub(crate) fn fit_dated(
    table: &PatternTable,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<PurchaseFit, FitError> {
    let Dated { unit, table, .. } = table.dated.as_ref().ok_or(FitError::NoAnniversaries)?;
    let fit = fit_bg_bb(table, *unit, progress)?;
    Ok(as_of_any_model(PurchaseModel::BgBbDated(fit.model), fit))
}

fn as_of_any_model(model: PurchaseModel, fit: BgBbFit) -> PurchaseFit {
    PurchaseFit {
        model,
        estimation: Estimation::MaximumLikelihood,
        log_likelihood: fit.log_likelihood,
        standard_errors: fit.standard_errors.to_vec(),
        covariance_of_log_params: fit.covariance_of_log_params.map(Vec::from).to_vec(),
        iterations: fit.iterations,
        termination: fit.termination,
        warnings: fit.warnings.into_iter().map(FitWarning::from).collect(),
        customers: fit.customers,
        patterns: fit.patterns,
        repeat_customers: fit.repeat_customers,
        calibration: fit.calibration,
    }
}

impl From<BgBbWarning> for FitWarning {
    fn from(warning: BgBbWarning) -> Self {
        let parameter = |index: u8| match index {
            0 => Parameter::Alpha,
            1 => Parameter::Beta,
            2 => Parameter::Gamma,
            _ => Parameter::Delta,
        };
        match warning {
            BgBbWarning::NoDropout => Self::NoDropout,
            BgBbWarning::CertainDropout => Self::CertainDropout,
            BgBbWarning::HomogeneousDropout => Self::HomogeneousDropout,
            BgBbWarning::AllOrNothingDropout => Self::AllOrNothingDropout,
            BgBbWarning::CertainUse => Self::CertainUse,
            BgBbWarning::HomogeneousUse => Self::HomogeneousUse,
            BgBbWarning::AllOrNothingUse => Self::AllOrNothingUse,
            BgBbWarning::ParameterAtBound { index } => Self::ParameterAtBound { parameter: parameter(index) },
            BgBbWarning::WeaklyIdentified { index } => Self::WeaklyIdentified { parameter: parameter(index) },
            BgBbWarning::FewRepeatBuyers { customers } => Self::FewRepeatBuyers { customers },
        }
    }
}

fn report(table: &OpportunityTable, unit: TimeUnit, best: &Optimum<4>) -> BgBbFit {
    let [alpha, beta, gamma, delta] = best.at.map(f64::exp);
    let model = BgBb { alpha, beta, gamma, delta, unit };
    let covariance = covariance(best, table.customers() as f64);
    let standard_errors = standard_errors(best, table.customers() as f64);
    BgBbFit {
        model,
        log_likelihood: best.evaluation.value * table.customers() as f64,
        standard_errors,
        covariance_of_log_params: covariance.unwrap_or_default(),
        iterations: best.iterations,
        termination: best.termination,
        warnings: judge(table, &model, best, &standard_errors),
        customers: table.customers(),
        patterns: table.patterns() as u64,
        repeat_customers: table.repeat_customers(),
        calibration: calibrate(&model, table),
    }
}

/// Where a beta distribution went if it went to the end of its range: all alike, all or nothing, never or always.
#[derive(PartialEq)]
enum Limit {
    None,
    Never,
    Always,
    Alike,
    AllOrNothing,
}

fn limit([first, second]: [f64; 2], loose: bool) -> Limit {
    let (mean, large) = (first / (first + second), RANGE.1.sqrt());
    if mean < EXTREME {
        Limit::Never
    } else if mean > 1.0 - EXTREME {
        Limit::Always
    } else if loose && first + second > large {
        Limit::Alike
    } else if loose && first + second < ALL_OR_NOTHING {
        Limit::AllOrNothing
    } else {
        Limit::None
    }
}

/// Recognises solutions at infinity, and parameters the data do not speak about.
fn judge(
    table: &OpportunityTable,
    model: &BgBb,
    best: &Optimum<4>,
    errors: &[Option<f64>; 4],
) -> Vec<BgBbWarning> {
    let mut warnings = Vec::new();
    if table.repeat_customers() < FEW_REPEAT_BUYERS {
        warnings.push(BgBbWarning::FewRepeatBuyers { customers: table.repeat_customers() });
    }
    let loose = |i: usize| best.held[i] || errors[i].is_none();
    let uses = limit([model.alpha, model.beta], loose(0) || loose(1));
    let drops = limit([model.gamma, model.delta], loose(2) || loose(3));
    warnings.extend(match uses {
        Limit::None => None,
        Limit::Never | Limit::Always => Some(BgBbWarning::CertainUse),
        Limit::Alike => Some(BgBbWarning::HomogeneousUse),
        Limit::AllOrNothing => Some(BgBbWarning::AllOrNothingUse),
    });
    warnings.extend(match drops {
        Limit::None => None,
        Limit::Never => Some(BgBbWarning::NoDropout),
        Limit::Always => Some(BgBbWarning::CertainDropout),
        Limit::Alike => Some(BgBbWarning::HomogeneousDropout),
        Limit::AllOrNothing => Some(BgBbWarning::AllOrNothingDropout),
    });
    for (index, error) in (0_u8..).zip(errors) {
        let place = usize::from(index);
        if (if place < 2 { &uses } else { &drops }) != &Limit::None {
            continue;
        }
        if best.held[place] {
            warnings.push(BgBbWarning::ParameterAtBound { index });
        } else if error.is_none() {
            warnings.push(BgBbWarning::WeaklyIdentified { index });
        }
    }
    warnings
}

fn calibrate(model: &BgBb, table: &OpportunityTable) -> CalibrationHistogram {
    /// Parameters estimated, and the total that is given.
    const SPENT: u32 = 5;
    let mut actual = [0.0; 8];
    let mut lengths: BTreeMap<u32, f64> = BTreeMap::new();
    for (history, n) in &table.rows {
        actual[history.used.min(7) as usize] += n;
        *lengths.entry(history.opportunities).or_default() += n;
    }
    let mut expected = [0.0; 8];
    for (opportunities, n) in lengths {
        let mut distribution = [0.0; 7];
        model.use_probabilities(&OpportunityHistory::default(), opportunities, &mut distribution);
        for (bin, p) in expected.iter_mut().zip(distribution) {
            *bin += n * p;
        }
        if opportunities > 6 {
            expected[7] += n * (1.0 - distribution.iter().sum::<f64>()).max(0.0);
        }
    }
    let bins = 8.min(table.most_opportunities() + 1);
    CalibrationHistogram::new(actual, expected, bins.saturating_sub(SPENT))
}

#[cfg(test)]
mod tests;
