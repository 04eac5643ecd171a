//! Maximum likelihood for the purchase models.
//!
//! Newton's method from several fixed starts; on a large table they are compared on a coarser copy of it, and only
//! the best goes on to the full table. What is reported beside the parameters is what decides whether to trust
//! them: standard errors, why the search ended, a histogram of actual against expected purchases, and warnings for
//! solutions at infinity ("nobody ever leaves"), which have a likelihood but no standard error.

use super::fit_outcome::{CalibrationHistogram, FitError, FitProgress, FitWarning, Parameter, PurchaseFit};
use super::likelihood::Likelihood;
use super::optimize::{Bounds, Optimum, covariance, maximize};
use super::patterns::PatternTable;
use super::{CustomerHistory, PurchaseModel, PurchaseModelKind, TimeUnit};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Fewer customers than this say nothing about four parameters.
pub const MIN_CUSTOMERS: u64 = 10;

/// Fewer repeat buyers than this make the estimate a guess, which is said.
const FEW_REPEAT_BUYERS: u64 = 50;

/// Range of r, a and b: beyond it the likelihood differs from that at infinity by less than a millionth a customer.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// `alpha` within these factors of the mean age, wide enough for r at either end of its range.
const ALPHA_RANGE: (f64, f64) = (1e-7, 1e10);

/// A mean chance to leave below this is none, above one minus this it is certain.
const EXTREME_DROPOUT: f64 = 1e-3;

/// A standard error of a logarithm above this: the parameter may as well be ten times as large.
const LARGEST_LOG_ERROR: f64 = 2.3;

/// With more patterns than this the starts are compared on a coarser table.
const COARSEN_ABOVE: usize = 8192;

/// Days of the coarser table are rounded to this share of the longest age.
const COARSE_STEPS: u32 = 48;

/// Nobody buys this many times as often as the next most frequent buyer ...
const OUTLIER_FACTOR: u32 = 5;

/// ... who has at least this many repeat purchases ...
const OUTLIER_FROM: u32 = 10;

/// ... unless he is a machine or a till; at most this share of the customers are taken for one.
const OUTLIER_SHARE: f64 = 1e-3;

/// Starting values of r, a, b; alpha follows from the mean purchase rate.
const STARTS: [[f64; 3]; 4] = [[0.3, 0.8, 2.5], [1.0, 0.5, 5.0], [4.0, 0.1, 4.0], [0.8, 2.0, 3.0]];

/// Fits a purchase model. `progress` hears of every iteration and may stop the fit.
///
/// # Errors
///
/// [`FitError`] with fewer than [`MIN_CUSTOMERS`] customers, without a repeat buyer, without convergence, or if
/// stopped.
pub fn fit_purchase_model(
    kind: PurchaseModelKind,
    table: &PatternTable,
    unit: TimeUnit,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<PurchaseFit, FitError> {
    let (customers, needed) = (table.customers(), MIN_CUSTOMERS);
    if customers < needed {
        return Err(FitError::TooFewCustomers { customers, needed });
    }
    if table.repeat_customers() == 0 {
        return Err(FitError::NoRepeatBuyers);
    }
    let mut warnings = Vec::new();
    let without_outliers = leave_out_outliers(table, &mut warnings);
    let kept = without_outliers.as_ref().unwrap_or(table);
    let best = Search { kind, unit, bounds: bounds(kept, unit) }.run(kept, progress)?;
    Ok(report(kind, kept, unit, &best, warnings))
}

/// A customer with 5,000 purchases among two thousand ordinary ones is a bot, and one such row would decide r and alpha.
fn leave_out_outliers(table: &PatternTable, warnings: &mut Vec<FitWarning>) -> Option<PatternTable> {
    let mut above = 0.0;
    for pair in table.groups.windows(2).rev() {
        above += table.weights[pair[1].rows.clone()].iter().sum::<f64>();
        if above > OUTLIER_SHARE * table.customers() as f64 {
            return None;
        }
        let (ordinary, suspect) = (pair[0].repeat_purchases, pair[1].repeat_purchases);
        if suspect > ordinary.max(OUTLIER_FROM).saturating_mul(OUTLIER_FACTOR) && ordinary > 0 {
            warnings.push(FitWarning::OutliersLeftOut {
                customers: above as u64,
                repeat_purchases_at_least: suspect,
            });
            return Some(table.up_to(ordinary));
        }
    }
    None
}

fn mean_age(table: &PatternTable, unit: TimeUnit) -> f64 {
    let total: f64 = table.rows().map(|(_, _, age, n)| f64::from(age) * n).sum();
    total / table.customers() as f64 / unit.days()
}

fn bounds(table: &PatternTable, unit: TimeUnit) -> Bounds<4> {
    let age = mean_age(table, unit);
    let (low, high) = (RANGE.0.ln(), RANGE.1.ln());
    Bounds {
        low: [low, (ALPHA_RANGE.0 * age).ln(), low, low],
        high: [high, (ALPHA_RANGE.1 * age).ln(), high, high],
    }
}

/// What stays the same over all starts.
struct Search {
    kind: PurchaseModelKind,
    unit: TimeUnit,
    bounds: Bounds<4>,
}

impl Search {
    fn run(
        &self,
        table: &PatternTable,
        progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
    ) -> Result<Optimum<4>, FitError> {
        if table.patterns() <= COARSEN_ABOVE {
            return self.best_of_starts(table, progress);
        }
        let step = table.longest_age_days().div_ceil(COARSE_STEPS).max(1);
        let rough = self.best_of_starts(&table.coarsened(step), progress)?;
        let fine = self.from(table, rough.at, STARTS.len() as u32 + 1, progress)?;
        if fine.termination.converged() { Ok(fine) } else { self.best_of_starts(table, progress) }
    }

    fn best_of_starts(
        &self,
        table: &PatternTable,
        progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
    ) -> Result<Optimum<4>, FitError> {
        let repeats: f64 = table.rows().map(|(x, _, _, n)| f64::from(x) * n).sum();
        let rate = repeats / (mean_age(table, self.unit) * table.customers() as f64);
        let mut best: Option<Optimum<4>> = None;
        for (start, [r, a, b]) in (1..).zip(STARTS) {
            let found = self.from(table, [r.ln(), (r / rate).ln(), a.ln(), b.ln()], start, progress)?;
            if found.termination.converged()
                && best.is_none_or(|b| found.evaluation.value > b.evaluation.value)
            {
                best = Some(found);
            }
        }
        best.ok_or(FitError::NotConverged { starts: STARTS.len() as u32 })
    }

    fn from(
        &self,
        table: &PatternTable,
        at: [f64; 4],
        start: u32,
        progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
    ) -> Result<Optimum<4>, FitError> {
        let likelihood =
            Likelihood { table, unit_days: self.unit.days(), first_chances: self.kind.first_chances() };
        let customers = table.customers() as f64;
        let hear = |iteration, value: f64| {
            let log_likelihood = value * customers;
            progress(FitProgress { start, starts: STARTS.len() as u32, iteration, log_likelihood })
        };
        match maximize(|at| likelihood.evaluate(at), at, &self.bounds, hear) {
            ControlFlow::Continue(found) => Ok(found),
            ControlFlow::Break(()) => Err(FitError::Cancelled),
        }
    }
}

/// Delta method: the standard error of a parameter is the parameter times that of its logarithm.
pub(crate) fn standard_errors<const N: usize>(
    best: &Optimum<N>,
    covariance: Option<&[[f64; N]; N]>,
) -> [Option<f64>; N] {
    std::array::from_fn(|i| {
        let error = covariance?[i][i].sqrt();
        (!best.held[i] && error < LARGEST_LOG_ERROR).then(|| best.at[i].exp() * error)
    })
}

fn report(
    kind: PurchaseModelKind,
    table: &PatternTable,
    unit: TimeUnit,
    best: &Optimum<4>,
    mut warnings: Vec<FitWarning>,
) -> PurchaseFit {
    let model = PurchaseModel::new(kind, best.at.map(f64::exp), unit);
    let covariance = covariance(best, table.customers() as f64);
    let standard_errors = standard_errors(best, covariance.as_ref());
    if table.repeat_customers() < FEW_REPEAT_BUYERS {
        warnings.push(FitWarning::FewRepeatBuyers { customers: table.repeat_customers() });
    }
    judge(best, &standard_errors, &mut warnings);
    PurchaseFit {
        model,
        log_likelihood: best.evaluation.value * table.customers() as f64,
        standard_errors: standard_errors.to_vec(),
        covariance_of_log_params: covariance.unwrap_or_default().map(Vec::from).to_vec(),
        iterations: best.iterations,
        termination: best.termination,
        warnings,
        customers: table.customers(),
        patterns: table.patterns() as u64,
        repeat_customers: table.repeat_customers(),
        calibration: calibrate(&model, table),
    }
}

/// Recognises solutions at infinity, and parameters the data do not speak about.
fn judge(best: &Optimum<4>, errors: &[Option<f64>; 4], warnings: &mut Vec<FitWarning>) {
    let [r, _, a, b] = best.at.map(f64::exp);
    let dropout = a / (a + b);
    let large = RANGE.1.sqrt();
    let rates = (best.held[0] || best.held[1]) && r > large;
    let extreme = !(EXTREME_DROPOUT..=1.0 - EXTREME_DROPOUT).contains(&dropout);
    let alike = !extreme && (best.held[2] || best.held[3]) && a + b > large;
    if dropout < EXTREME_DROPOUT {
        warnings.push(FitWarning::NoDropout);
    }
    if dropout > 1.0 - EXTREME_DROPOUT {
        warnings.push(FitWarning::CertainDropout);
    }
    let all_or_nothing = !extreme && (best.held[2] || best.held[3]) && a + b < EXTREME_DROPOUT;
    if all_or_nothing {
        warnings.push(FitWarning::AllOrNothingDropout);
    }
    if alike {
        warnings.push(FitWarning::HomogeneousDropout);
    }
    if rates {
        warnings.push(FitWarning::HomogeneousRates);
    }
    let dropout_said = extreme || alike || all_or_nothing;
    let explained = [rates, rates, dropout_said, dropout_said];
    for (i, parameter) in [Parameter::R, Parameter::Alpha, Parameter::A, Parameter::B].into_iter().enumerate()
    {
        if explained[i] {
            continue;
        }
        if best.held[i] {
            warnings.push(FitWarning::ParameterAtBound { parameter });
        } else if errors[i].is_none() {
            warnings.push(FitWarning::WeaklyIdentified { parameter });
        }
    }
}

fn calibrate(model: &PurchaseModel, table: &PatternTable) -> CalibrationHistogram {
    let mut actual = [0.0; 8];
    let mut ages: BTreeMap<u32, f64> = BTreeMap::new();
    for (x, _, age, n) in table.rows() {
        actual[x.min(7) as usize] += n;
        *ages.entry(age).or_default() += n;
    }
    let mut expected = [0.0; 8];
    for (age, n) in ages {
        let mut distribution = [0.0; 7];
        model.purchase_probabilities(&CustomerHistory::NEW, f64::from(age), &mut distribution);
        for (bin, p) in expected.iter_mut().zip(distribution) {
            *bin += n * p;
        }
        expected[7] += n * (1.0 - distribution.iter().sum::<f64>()).max(0.0);
    }
    let chi_square = actual
        .iter()
        .zip(&expected)
        .filter(|&(_, &e)| e > f64::MIN_POSITIVE)
        .map(|(a, e)| (a - e) * (a - e) / e)
        .sum();
    CalibrationHistogram {
        actual,
        expected,
        chi_square,
        degrees_of_freedom: 7 - model.parameters().len() as u32,
    }
}
