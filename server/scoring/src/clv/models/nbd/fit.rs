//! Maximum likelihood for the NBD model.

use super::likelihood::NbdLikelihood;
use crate::clv::fitting::optimize::{Bounds, Found, Optimum};
use crate::clv::fitting::outcome::{FitError, FitWarning, Parameter};
use crate::clv::fitting::search::{Progress, Sample, Starts, mean_age, mean_rate};
use crate::clv::histories::patterns::PatternTable;
use crate::clv::models::bg::fit::say_the_rest;

/// Range of r: beyond it the likelihood differs from that at infinity by less than a millionth a customer.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// `alpha` within these factors of the mean age, wide enough for r at either end of its range.
const ALPHA_RANGE: (f64, f64) = (1e-7, 1e10);

/// Starting values of r; alpha follows from the mean purchase rate. The likelihood has one maximum, so the second
/// start only helps where the first meets rounding.
const STARTS: [f64; 2] = [0.5, 4.0];

/// r and alpha at the maximum. At `r = 10^6`, the end of its range, all customers buy at the same rate and only `r / alpha`
/// has a meaning; r is held then.
pub(crate) fn fit(table: &PatternTable, unit_days: f64, progress: Progress<'_>) -> Result<Found, FitError> {
    Ok(Found::new(&optimum(table, unit_days, progress)?, table.customers() as f64))
}

pub(crate) fn optimum(
    table: &PatternTable,
    unit_days: f64,
    progress: Progress<'_>,
) -> Result<Optimum<2>, FitError> {
    let (age, rate) = (mean_age(table, unit_days), mean_rate(table, unit_days));
    let starts = Starts {
        at: STARTS.map(|r| [r, r / rate].map(f64::ln)).to_vec(),
        bounds: Bounds {
            low: [RANGE.0, ALPHA_RANGE.0 * age].map(f64::ln),
            high: [RANGE.1, ALPHA_RANGE.1 * age].map(f64::ln),
        },
    };
    // No coarser table first: a pass over all patterns costs a few additions each.
    let likelihood = NbdLikelihood { table, unit_days };
    starts.best(&Sample::new(table.customers(), |at| likelihood.evaluate(at)), progress)
}

/// Recognises a solution at infinity, and parameters the data do not speak about.
pub(crate) fn judge(found: &Found, errors: &[Option<f64>], warnings: &mut Vec<FitWarning>) {
    let alike = (found.held[0] || found.held[1]) && found.at[0].exp() > RANGE.1.sqrt();
    if alike {
        warnings.push(FitWarning::HomogeneousRates);
    }
    say_the_rest(&[Parameter::R, Parameter::Alpha], &[alike, alike], found, errors, warnings);
}
