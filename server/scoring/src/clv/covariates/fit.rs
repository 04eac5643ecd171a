//! Maximum likelihood with covariates: customers are split by their values, each part has a table and exact derivatives in its
//! own four logarithms, and the linear map of `model` carries them over to all parameters.
//!
//! ```text
//! l(theta) = sum over strata l_k(J_k theta),   gradient = sum J_k' g_k,   Hessian = sum J_k' H_k J_k
//! ```
//!
//! The search starts from the fit without covariates and coefficients of 0, so the likelihood can only rise.

use super::design::{CovariateProblem, Design, Reference, Strata, most_frequent};
use super::model::{CovariateFit, LikelihoodRatioTest, SHARED, Shape, effects, mapped};
use crate::clv::fitting::newton::{self, LAST_DIGITS, Local, Peak, Ranges};
use crate::clv::fitting::optimize::{Bounds, Evaluation, Found};
use crate::clv::fitting::outcome::{
    CalibrationHistogram, Estimation, FitError, FitProgress, FitWarning, PurchaseFit,
};
use crate::clv::fitting::purchase_model::calibrate;
use crate::clv::fitting::search::Progress;
use crate::clv::histories::patterns::PatternTable;
use crate::clv::models::bg::likelihood::Likelihood;
use crate::clv::models::pareto::likelihood::ParetoLikelihood;
use crate::clv::models::{bg, pareto};
use crate::clv::{PurchaseModel, PurchaseModelKind, TimeUnit, fit_purchase_model};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Range of coefficients: an attribute that multiplies a rate by more than 22,000 separates those who buy from those who do
/// not, and its coefficient would go to infinity.
const COEFFICIENTS: f64 = 10.0;

/// A standard error of a coefficient above this: the effect may as well be ten times as large.
const LARGEST_ERROR: f64 = 2.3;

/// Why there is no fit with covariates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CovariateError {
    /// The model takes none.
    #[error("the {} model takes no covariates; choose {} or {}, or leave covariates out",
        .0.name(), PurchaseModelKind::BgNbd.name(), PurchaseModelKind::ParetoNbd.name())]
    Kind(PurchaseModelKind),
    /// An attribute can be none.
    #[error("attribute {name:?} {problem}")]
    Attribute {
        /// Its position.
        index: usize,
        /// Its name.
        name: String,
        /// Why.
        problem: CovariateProblem,
    },
    /// There is no fit at all.
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// Fits a purchase model whose parameters depend on attributes of the customers, given by their values in the order of `names`.
/// The purchase model that is returned is that of customers with the reference values.
///
/// # Errors
///
/// [`CovariateError::Kind`]; [`CovariateError::Attribute`] for an attribute that is the same for everybody, has too many values, or
/// follows from the others; [`CovariateError::Fit`] as [`fit_purchase_model`].
pub fn fit_with_covariates(
    kind: PurchaseModelKind,
    names: &[String],
    strata: &Strata,
    unit: TimeUnit,
    progress: Progress<'_>,
) -> Result<(PurchaseFit, CovariateFit), CovariateError> {
    fit_against(&most_frequent, kind, names, strata, unit, progress)
}

pub(crate) fn fit_against(
    reference: Reference<'_>,
    kind: PurchaseModelKind,
    names: &[String],
    strata: &Strata,
    unit: TimeUnit,
    progress: Progress<'_>,
) -> Result<(PurchaseFit, CovariateFit), CovariateError> {
    let effects = effects(kind).ok_or(CovariateError::Kind(kind))?;
    let pooled = PatternTable::from_summaries(strata.values().flatten());
    let without = fit_purchase_model(kind, &pooled, unit, progress)?;
    let most = without.most_repeat_purchases();
    let attribute = |(index, problem): (usize, _)| {
        let name = names.get(index).cloned().unwrap_or_default();
        CovariateError::Attribute { index, name, problem }
    };
    let design = Design::new(names, strata, most, reference).map_err(attribute)?;
    let shape = Shape::new(effects, &design.covariates);
    let kept = if most == u32::MAX { pooled } else { pooled.up_to(most) };
    let (ranges, free) = ranges(kind, &kept, unit, &design, &shape);
    let mut start: Vec<f64> = without.model.parameters().iter().map(|p| p.ln()).collect();
    start.resize(shape.parameters(), 0.0);
    let likelihood = StrataLikelihood::new(kind, &design, &shape, unit);
    let customers = likelihood.customers;
    let hear = |iteration, _: &[f64], value: f64| {
        progress(FitProgress { start: 1, starts: 1, iteration, log_likelihood: value * customers })
    };
    let peak = match newton::maximize(|theta| likelihood.evaluate(theta), &start, &ranges, LAST_DIGITS, hear)
    {
        ControlFlow::Break(()) => return Err(FitError::Cancelled.into()),
        ControlFlow::Continue(peak) => peak,
    };
    if !peak.termination.converged() {
        return Err(FitError::NotConverged { starts: 1 }.into());
    }
    Ok(Report { kind, unit, without, design, shape, kept, free }.of(&peak))
}

/// Where parameters are looked for, and the number of coefficients that are looked for at all: how readily customers leave of
/// whom none came back cannot be told from how rarely they buy, so it is taken to be that of the reference.
fn ranges(
    kind: PurchaseModelKind,
    table: &PatternTable,
    unit: TimeUnit,
    design: &Design,
    shape: &Shape,
) -> (Ranges, u32) {
    let Bounds { low, high } = match kind {
        PurchaseModelKind::ParetoNbd => pareto::fit::search(table, unit.days()).starts.bounds,
        _ => bg::fit::search(table, unit.days()).starts.bounds,
    };
    let mut ranges = Ranges { low: low.to_vec(), high: high.to_vec() };
    ranges.low.resize(shape.parameters(), -COEFFICIENTS);
    ranges.high.resize(shape.parameters(), COEFFICIENTS);
    let mut free = (shape.parameters() - SHARED) as u32;
    for silent in &design.silent {
        for (place, effect) in shape.places(silent.covariate, silent.level) {
            if !effect.without_repeats {
                (ranges.low[place], ranges.high[place]) = (0.0, 0.0);
                free -= 1;
            }
        }
    }
    (ranges, free)
}

/// The likelihood of one table under either kind of model.
enum Prepared<'t> {
    Family(Likelihood<'t>),
    Pareto(ParetoLikelihood),
}

impl Prepared<'_> {
    fn evaluate(&self, ln_parameters: &[f64; SHARED]) -> Evaluation<SHARED> {
        match self {
            Self::Family(likelihood) => likelihood.evaluate(ln_parameters),
            Self::Pareto(likelihood) => likelihood.evaluate(ln_parameters),
        }
    }
}

struct Part<'t> {
    likelihood: Prepared<'t>,
    customers: f64,
    map: Vec<(usize, [f64; SHARED])>,
}

/// The likelihood of all strata.
pub(crate) struct StrataLikelihood<'t> {
    parts: Vec<Part<'t>>,
    parameters: usize,
    customers: f64,
}

impl<'t> StrataLikelihood<'t> {
    pub(crate) fn new(kind: PurchaseModelKind, design: &'t Design, shape: &Shape, unit: TimeUnit) -> Self {
        let unit_days = unit.days();
        let prepared = |table: &'t PatternTable| match kind {
            PurchaseModelKind::ParetoNbd => Prepared::Pareto(ParetoLikelihood::new(table, unit_days)),
            _ => Prepared::Family(Likelihood { table, unit_days, first_chances: 0 }),
        };
        let part = |stratum: &'t super::design::Stratum| Part {
            likelihood: prepared(&stratum.table),
            customers: stratum.table.customers() as f64,
            map: shape.map(&stratum.levels),
        };
        let parts: Vec<Part<'t>> = design.strata.par_iter().map(part).collect();
        let customers = parts.iter().map(|part| part.customers).sum();
        Self { parts, parameters: shape.parameters(), customers }
    }

    /// Mean log-likelihood a customer with derivatives in theta; strata are added in their order, whoever computed them.
    pub(crate) fn evaluate(&self, theta: &[f64]) -> Local {
        let each: Vec<Evaluation<SHARED>> =
            self.parts.par_iter().map(|part| part.likelihood.evaluate(&mapped(&part.map, theta))).collect();
        let mut sum = Local::zero(self.parameters);
        for (part, of) in self.parts.iter().zip(&each) {
            part.add_to(&mut sum, of);
        }
        sum.scale(1.0 / self.customers);
        sum
    }
}

impl Part<'_> {
    fn add_to(&self, sum: &mut Local, of: &Evaluation<SHARED>) {
        let n = self.customers;
        sum.value += n * of.value;
        for (i, left) in &self.map {
            sum.gradient[*i] += n * dot(left, &of.gradient);
            let row: [f64; SHARED] =
                std::array::from_fn(|j| (0..SHARED).map(|k| left[k] * of.hessian[k][j]).sum());
            for (j, right) in &self.map {
                sum.hessian[(*i, *j)] += n * dot(&row, right);
            }
        }
    }
}

fn dot(left: &[f64; SHARED], right: &[f64; SHARED]) -> f64 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

/// All that the report of a search rests on.
struct Report {
    kind: PurchaseModelKind,
    unit: TimeUnit,
    /// The fit without covariates.
    without: PurchaseFit,
    design: Design,
    shape: Shape,
    kept: PatternTable,
    /// Coefficients that were looked for.
    free: u32,
}

impl Report {
    fn of(self, peak: &Peak) -> (PurchaseFit, CovariateFit) {
        let customers = self.kept.customers() as f64;
        let covariance = newton::covariance(&peak.local.hessian, &peak.held, customers);
        let block =
            |matrix: &Vec<Vec<f64>>| matrix[..SHARED].iter().map(|row| row[..SHARED].to_vec()).collect();
        let shared = Found {
            at: peak.at[..SHARED].to_vec(),
            held: peak.held[..SHARED].to_vec(),
            covariance: covariance.as_ref().map(block),
            log_likelihood: peak.local.value * customers,
            iterations: peak.iterations,
            termination: peak.termination,
        };
        let covariates = self.coefficients(peak, covariance.as_ref(), shared.log_likelihood);
        let standard_errors = shared.standard_errors();
        let mut warnings = self.kept_warnings();
        match self.kind {
            PurchaseModelKind::ParetoNbd => pareto::fit::judge(&shared, &standard_errors, &mut warnings),
            _ => bg::fit::judge(&shared, &standard_errors, &mut warnings),
        }
        self.judge(peak, &covariates, &mut warnings);
        let parameters: Vec<f64> = shared.at.iter().map(|p| p.exp()).collect();
        let model = PurchaseModel::new(self.kind, parameters, self.unit);
        let fit = PurchaseFit {
            model,
            estimation: Estimation::MaximumLikelihood,
            log_likelihood: shared.log_likelihood,
            standard_errors,
            covariance_of_log_params: shared.covariance.unwrap_or_else(|| vec![vec![0.0; SHARED]; SHARED]),
            iterations: shared.iterations,
            termination: shared.termination,
            warnings,
            customers: self.kept.customers(),
            patterns: self.design.strata.iter().map(|stratum| stratum.table.patterns() as u64).sum(),
            repeat_customers: self.kept.repeat_customers(),
            calibration: self.calibration(&covariates, &model),
        };
        (fit, covariates)
    }

    fn coefficients(&self, peak: &Peak, covariance: Option<&Vec<Vec<f64>>>, reached: f64) -> CovariateFit {
        let n = self.shape.parameters();
        let mut fit = CovariateFit::unfitted(self.design.covariates.clone(), &self.shape);
        for (i, coefficient) in (SHARED..).zip(&mut fit.coefficients) {
            coefficient.value = peak.at[i];
            let error = covariance.map(|matrix| matrix[i][i].sqrt());
            coefficient.standard_error = error.filter(|error| !peak.held[i] && *error < LARGEST_ERROR);
        }
        fit.covariance = covariance.cloned().unwrap_or_else(|| vec![vec![0.0; n]; n]);
        fit.test = LikelihoodRatioTest::new(self.without.log_likelihood, reached, self.free);
        fit
    }

    /// What was said of the customers, and not of parameters.
    fn kept_warnings(&self) -> Vec<FitWarning> {
        let of_customers = |warning: &&FitWarning| {
            matches!(warning, FitWarning::OutliersLeftOut { .. } | FitWarning::FewRepeatBuyers { .. })
        };
        self.without.warnings.iter().filter(of_customers).cloned().collect()
    }

    /// Recognises effects that the data do not speak about.
    fn judge(&self, peak: &Peak, fit: &CovariateFit, warnings: &mut Vec<FitWarning>) {
        let mut said = vec![false; self.shape.parameters()];
        for silent in &self.design.silent {
            let covariate = &self.design.covariates[silent.covariate];
            warnings.push(FitWarning::NobodyCameBack {
                attribute: covariate.name.clone(),
                value: covariate.others[usize::from(silent.level) - 1].clone(),
                customers: silent.customers,
            });
            for (place, _) in self.shape.places(silent.covariate, silent.level) {
                said[place] = true;
            }
        }
        for (i, coefficient) in (SHARED..).zip(&fit.coefficients).filter(|(i, _)| !said[*i]) {
            let name = coefficient.name.clone();
            if peak.held[i] {
                warnings.push(FitWarning::CoefficientAtBound { coefficient: name });
            } else if coefficient.standard_error.is_none() {
                warnings.push(FitWarning::CoefficientUnknown { coefficient: name });
            }
        }
    }

    fn calibration(&self, covariates: &CovariateFit, reference: &PurchaseModel) -> CalibrationHistogram {
        let each: Vec<CalibrationHistogram> = self
            .design
            .strata
            .par_iter()
            .map(|stratum| calibrate(&covariates.model(reference, &stratum.levels), &stratum.table))
            .collect();
        let total = |bins: fn(&CalibrationHistogram) -> &[f64; 8]| {
            std::array::from_fn(|bin| each.iter().map(|of| bins(of)[bin]).sum())
        };
        // Of as many bins as there are, so many parameters may leave none.
        let degrees_of_freedom = 7_u32.saturating_sub(self.shape.parameters() as u32);
        CalibrationHistogram::new(total(|of| &of.actual), total(|of| &of.expected), degrees_of_freedom)
    }
}

#[cfg(test)]
mod tests;
