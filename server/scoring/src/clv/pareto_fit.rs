//! Maximum likelihood for the Pareto/NBD model: where to start, how far to go, and the search.
//!
//! Newton's method from several fixed starts on a coarse copy of the table, whose days are rounded so far that it is
//! small whatever the table was; only the best goes on to the full table. If that should not end at a maximum, all
//! starts go to the full table.

use super::fit_outcome::FitError;
use super::optimize::{Bounds, Optimum, maximize};
use super::pareto_likelihood::ParetoLikelihood;
use super::patterns::PatternTable;
use std::ops::ControlFlow;

/// Range of r and s: beyond it the likelihood differs from that at infinity by less than a millionth a customer.
const SHAPES: (f64, f64) = (1e-6, 1e6);

/// alpha and beta within these factors of the mean age, wide enough for the shapes at either end of their range.
const SCALES: (f64, f64) = (1e-7, 1e10);

/// Days of the coarse table are rounded to this share of the longest age.
const COARSE_STEPS: u32 = 16;

/// Starting values of r, s and beta over the mean age; alpha follows from the mean purchase rate.
const STARTS: [[f64; 3]; 4] = [[0.5, 0.6, 0.4], [1.0, 0.3, 1.0], [2.0, 1.0, 2.0], [0.3, 1.0, 0.1]];

fn mean_age(table: &PatternTable, unit_days: f64) -> f64 {
    let total: f64 = table.rows().map(|(_, _, age, n)| f64::from(age) * n).sum();
    total / table.customers() as f64 / unit_days
}

fn bounds(age: f64) -> Bounds<4> {
    let (low, high) = (SHAPES.0.ln(), SHAPES.1.ln());
    let (near, far) = ((SCALES.0 * age).ln(), (SCALES.1 * age).ln());
    Bounds { low: [low, near, low, near], high: [high, far, high, far] }
}

/// The maximum of the likelihood of a table with repeat buyers. `progress` hears of every iteration and may stop the search.
#[allow(dead_code, reason = "used with the model's place in PurchaseModel")]
pub(crate) fn fit_pareto_nbd(
    table: &PatternTable,
    unit_days: f64,
    progress: &mut dyn FnMut(u32, f64) -> ControlFlow<()>,
) -> Result<Optimum<4>, FitError> {
    let step = table.longest_age_days().div_ceil(COARSE_STEPS).max(1);
    let rough = best_of_starts(&table.coarsened(step), unit_days, progress)?;
    let fine = from(
        &ParetoLikelihood::new(table, unit_days),
        rough.at,
        &bounds(mean_age(table, unit_days)),
        progress,
    )?;
    if fine.termination.converged() { Ok(fine) } else { best_of_starts(table, unit_days, progress) }
}

fn best_of_starts(
    table: &PatternTable,
    unit_days: f64,
    progress: &mut dyn FnMut(u32, f64) -> ControlFlow<()>,
) -> Result<Optimum<4>, FitError> {
    let age = mean_age(table, unit_days);
    let repeats: f64 = table.rows().map(|(x, _, _, n)| f64::from(x) * n).sum();
    let rate = repeats / (age * table.customers() as f64);
    let likelihood = ParetoLikelihood::new(table, unit_days);
    let mut best: Option<Optimum<4>> = None;
    for [r, s, beta] in STARTS {
        let start = [r, r / rate, s, beta * age].map(f64::ln);
        let found = from(&likelihood, start, &bounds(age), progress)?;
        if found.termination.converged() && best.is_none_or(|b| found.evaluation.value > b.evaluation.value) {
            best = Some(found);
        }
    }
    best.ok_or(FitError::NotConverged { starts: STARTS.len() as u32 })
}

fn from(
    likelihood: &ParetoLikelihood,
    start: [f64; 4],
    bounds: &Bounds<4>,
    progress: &mut dyn FnMut(u32, f64) -> ControlFlow<()>,
) -> Result<Optimum<4>, FitError> {
    match maximize(|at| likelihood.evaluate(at), start, bounds, progress) {
        ControlFlow::Continue(found) => Ok(found),
        ControlFlow::Break(()) => Err(FitError::Cancelled),
    }
}
