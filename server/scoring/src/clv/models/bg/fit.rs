//! Maximum likelihood for the BG/NBD and the MBG/NBD model.

use super::likelihood::Likelihood;
use crate::clv::fitting::optimize::{Bounds, Found};
use crate::clv::fitting::outcome::{FitError, FitWarning, Parameter};
use crate::clv::fitting::search::{Progress, Sample, Search, Starts, mean_age, mean_rate};
use crate::clv::histories::patterns::PatternTable;

/// Range of r, a and b: beyond it the likelihood differs from that at infinity by less than a millionth a customer.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// `alpha` within these factors of the mean age, wide enough for r at either end of its range.
const ALPHA_RANGE: (f64, f64) = (1e-7, 1e10);

/// A mean chance to leave below this is none, above one minus this it is certain.
const EXTREME_DROPOUT: f64 = 1e-3;

/// Starting values of r, a, b; alpha follows from the mean purchase rate.
const STARTS: [[f64; 3]; 4] = [[0.3, 0.8, 2.5], [1.0, 0.5, 5.0], [4.0, 0.1, 4.0], [0.8, 2.0, 3.0]];

/// r, alpha, a, b at the maximum, for the model with so many chances to leave before the first repeat purchase.
pub(crate) fn fit(
    first_chances: u32,
    table: &PatternTable,
    unit_days: f64,
    progress: Progress<'_>,
) -> Result<Found, FitError> {
    let search = search(table, unit_days);
    let found = search.run(
        table,
        &|table| {
            let likelihood = Likelihood { table, unit_days, first_chances };
            Sample::new(table.customers(), move |at| likelihood.evaluate(at))
        },
        progress,
    )?;
    Ok(Found::new(&found, table.customers() as f64))
}

/// Where r, alpha, a, b are looked for.
pub(crate) fn search(table: &PatternTable, unit_days: f64) -> Search<4> {
    let (age, rate) = (mean_age(table, unit_days), mean_rate(table, unit_days));
    let (low, high) = (RANGE.0.ln(), RANGE.1.ln());
    Search {
        starts: Starts {
            at: STARTS.map(|[r, a, b]| [r, r / rate, a, b].map(f64::ln)).to_vec(),
            bounds: Bounds {
                low: [low, (ALPHA_RANGE.0 * age).ln(), low, low],
                high: [high, (ALPHA_RANGE.1 * age).ln(), high, high],
            },
        },
        coarsen_above: 8192,
        coarse_steps: 48,
    }
}

/// Recognises solutions at infinity, and parameters the data do not speak about.
pub(crate) fn judge(found: &Found, errors: &[Option<f64>], warnings: &mut Vec<FitWarning>) {
    let (at, held) = (|i: usize| found.at[i].exp(), &found.held);
    let (r, a, b) = (at(0), at(2), at(3));
    let dropout = a / (a + b);
    let large = RANGE.1.sqrt();
    let rates = (held[0] || held[1]) && r > large;
    let extreme = !(EXTREME_DROPOUT..=1.0 - EXTREME_DROPOUT).contains(&dropout);
    let alike = !extreme && (held[2] || held[3]) && a + b > large;
    if dropout < EXTREME_DROPOUT {
        warnings.push(FitWarning::NoDropout);
    }
    if dropout > 1.0 - EXTREME_DROPOUT {
        warnings.push(FitWarning::CertainDropout);
    }
    let all_or_nothing = !extreme && (held[2] || held[3]) && a + b < EXTREME_DROPOUT;
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
    let names = [Parameter::R, Parameter::Alpha, Parameter::A, Parameter::B];
    say_the_rest(&names, &[rates, rates, dropout_said, dropout_said], found, errors, warnings);
}

/// What is held or hardly known and not explained yet.
pub(crate) fn say_the_rest(
    names: &[Parameter],
    explained: &[bool],
    found: &Found,
    errors: &[Option<f64>],
    warnings: &mut Vec<FitWarning>,
) {
    for (i, &parameter) in names.iter().enumerate().filter(|(i, _)| !explained[*i]) {
        if found.held[i] {
            warnings.push(FitWarning::ParameterAtBound { parameter });
        } else if errors[i].is_none() {
            warnings.push(FitWarning::WeaklyIdentified { parameter });
        }
    }
}
