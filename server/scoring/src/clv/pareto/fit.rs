//! Maximum likelihood for the Pareto/NBD model: where to start, how far to go, and the search.
//!
//! Newton's method from several fixed starts on a coarse copy of the table, whose days are rounded so far that it is
//! small whatever the table was; only the best goes on to the full table. If that should not end at a maximum, all
//! starts go to the full table.

use super::likelihood::ParetoLikelihood;
use crate::clv::bg::fit::say_the_rest;
use crate::clv::fitting::optimize::{Bounds, Found, Optimum};
use crate::clv::fitting::outcome::{FitError, FitWarning, Parameter};
use crate::clv::fitting::search::{Progress, Sample, Search, Starts, mean_age, mean_rate};
use crate::clv::histories::patterns::PatternTable;

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

/// r, alpha, s, beta at the maximum.
pub(crate) fn fit(table: &PatternTable, unit_days: f64, progress: Progress<'_>) -> Result<Found, FitError> {
    Ok(Found::new(&optimum(table, unit_days, progress)?, table.customers() as f64))
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
