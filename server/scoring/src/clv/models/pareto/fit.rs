//! Maximum likelihood for the Pareto/NBD model: where to start, how far to go, and the search.
//!
//! Newton's method from several fixed starts on a coarse copy of the table, whose days are rounded so far that it is
//! small whatever the table was; only the best goes on to the full table. If that should not end at a maximum, all
//! starts go to the full table.

use super::likelihood::ParetoLikelihood;
use crate::clv::fitting::optimize::{Bounds, Found, Optimum};
use crate::clv::fitting::outcome::Termination;
use crate::clv::fitting::outcome::{FitError, FitWarning, Parameter};
use crate::clv::fitting::search::{Progress, Sample, Search, Starts, mean_age, mean_rate};
use crate::clv::histories::patterns::PatternTable;
use crate::clv::models::bg::fit::say_the_rest;
use crate::clv::models::nbd;

/// Range of r and s: beyond it the likelihood differs from that at infinity by less than a millionth a customer.
const SHAPES: (f64, f64) = (1e-6, 1e6);

/// alpha and beta within these factors of the mean age, wide enough for the shapes at either end of their range.
const SCALES: (f64, f64) = (1e-7, 1e10);

/// Days of the coarse table are rounded to this share of the longest age.
const COARSE_STEPS: u32 = 16;

/// Starting values of r, s and beta over the mean age; alpha follows from the mean purchase rate.
const STARTS: [[f64; 3]; 4] = [[0.5, 0.6, 0.4], [1.0, 0.3, 1.0], [2.0, 1.0, 2.0], [0.3, 1.0, 0.1]];

/// Fewer chances in a thousand to have left by the mean age are none; in the same time nobody stays above the rest.
const EXTREME_DROPOUT: f64 = 1e-3;

/// A log-likelihood a customer within this of the NBD's is the NBD's: what the ends of the ranges are good for.
const NO_BETTER: f64 = 1e-6;

/// r, alpha, s, beta at the maximum.
///
/// Where nobody leaves, the likelihood rises towards `s / beta = 0`, where r and alpha are those of the NBD, but so slowly that
/// the search ends anywhere on a ridge on which nothing has a standard error. There the NBD is fitted instead.
pub(crate) fn fit(table: &PatternTable, unit_days: f64, progress: Progress<'_>) -> Result<Found, FitError> {
    let best = optimum(table, unit_days, progress)?;
    let customers = table.customers() as f64;
    let found = Found::new(&best, customers);
    let rate = |shape: usize| (best.at[shape] - best.at[shape + 1]).exp();
    let on_a_ridge = found.standard_errors()[..2].iter().any(Option::is_none)
        || found.standard_errors()[2..].iter().all(Option::is_none);
    if !on_a_ridge || rate(2) >= EXTREME_DROPOUT * rate(0) {
        return Ok(found);
    }
    let without = nbd::fit::optimum(table, unit_days, progress)?;
    if best.evaluation.value > without.evaluation.value + NO_BETTER {
        return Ok(found);
    }
    Ok(without_dropout(&found, &Found::new(&without, customers), search(table, unit_days).starts.bounds))
}

/// The NBD, as a Pareto/NBD in which nobody leaves.
fn without_dropout(found: &Found, nbd: &Found, bounds: Bounds<4>) -> Found {
    let covariance = nbd.covariance.as_ref().map(|of_two| {
        let entry = |i: usize, j: usize| if i < 2 && j < 2 { of_two[i][j] } else { 0.0 };
        (0..4).map(|i| (0..4).map(|j| entry(i, j)).collect()).collect()
    });
    Found {
        at: vec![nbd.at[0], nbd.at[1], bounds.low[2], bounds.high[3]],
        held: vec![nbd.held[0], nbd.held[1], true, true],
        covariance,
        log_likelihood: nbd.log_likelihood,
        iterations: found.iterations + nbd.iterations,
        termination: Termination::ConvergedAtBound,
    }
}

pub(crate) fn optimum(
    table: &PatternTable,
    unit_days: f64,
    progress: Progress<'_>,
) -> Result<Optimum<4>, FitError> {
    search(table, unit_days).run(
        table,
        &|table| {
            let likelihood = ParetoLikelihood::new(table, unit_days);
            Sample::new(table.customers(), move |at| likelihood.evaluate(at))
        },
        progress,
    )
}

/// Where r, alpha, s, beta are looked for.
pub(crate) fn search(table: &PatternTable, unit_days: f64) -> Search<4> {
    let (age, rate) = (mean_age(table, unit_days), mean_rate(table, unit_days));
    let (low, high) = (SHAPES.0.ln(), SHAPES.1.ln());
    let (near, far) = ((SCALES.0 * age).ln(), (SCALES.1 * age).ln());
    Search {
        starts: Starts {
            at: STARTS.map(|[r, s, beta]| [r, r / rate, s, beta * age].map(f64::ln)).to_vec(),
            bounds: Bounds { low: [low, near, low, near], high: [high, far, high, far] },
        },
        // Even a small table costs more than its coarse copy, which finds the way as well.
        coarsen_above: 0,
        coarse_steps: COARSE_STEPS,
    }
}

/// Recognises solutions at infinity, and parameters the data do not speak about.
pub(crate) fn judge(found: &Found, errors: &[Option<f64>], warnings: &mut Vec<FitWarning>) {
    let (at, held) = (|i: usize| found.at[i].exp(), &found.held);
    let large = SHAPES.1.sqrt();
    // The mean rate at which customers leave, against the rate at which they buy.
    let (buying, leaving) = (at(0) / at(1), at(2) / at(3));
    let none = leaving < EXTREME_DROPOUT * buying && (held[2] || held[3] || errors[2].is_none());
    let alike = !none && (held[2] || held[3]) && at(2) > large;
    let rates = (held[0] || held[1]) && at(0) > large;
    if none {
        warnings.push(FitWarning::NoDropout);
    }
    if alike {
        warnings.push(FitWarning::HomogeneousDropout);
    }
    if rates {
        warnings.push(FitWarning::HomogeneousRates);
    }
    let names = [Parameter::R, Parameter::Alpha, Parameter::S, Parameter::Beta];
    say_the_rest(&names, &[rates, rates, none || alike, none || alike], found, errors, warnings);
}
