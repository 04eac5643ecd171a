//! What purchases are worth by maximum a posteriori: what a workspace predicts with by itself, from the first purchase on.
//!
//! The likelihood (the file `fit`) with the beliefs of `beliefs` added, so that there is a model whatever the number of repeat buyers,
//! and none more or less makes another of it. [`fit_gamma_gamma`](super::fit::fit_gamma_gamma) is the maximum of the likelihood alone.

use super::beliefs::Beliefs;
use super::fit::{GammaGammaFit, report, sample, search, without_outliers};
use super::frequency::{Found, Valued, by_frequency};
use super::model::ByFrequency;
use crate::clv::fitting::optimize::{Optimum, covariance};
use crate::clv::fitting::outcome::{FitError, FitProgress, FitWarning, Termination};
use crate::clv::fitting::search::Sample;
use crate::clv::histories::patterns::ValueTable;
use crate::clv::{GammaGamma, PurchaseSummary};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Frequency that goes with value is in the model where it is there more probably than not, and need not be warned of.
const LIKELY: f64 = 0.5;

/// Fits what purchases are worth by maximum a posteriori to customers with up to so many repeat purchases: the others are left out of
/// the purchase model as machines. How it goes with how often customers buy comes first (the file `frequency`), then p, q and gamma
/// given that. Where nobody bought twice for money it is what the beliefs say of the mean of all purchases.
/// `progress` may stop the fit at any iteration.
///
/// # Errors
///
/// [`FitError::NothingPaid`] where no purchase brought in money, [`FitError::Cancelled`].
pub fn fit_value<'s>(
    summaries: impl IntoIterator<Item = &'s PurchaseSummary> + Clone,
    most_repeat_purchases: u32,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<GammaGammaFit, FitError> {
    let bought_so_often = |one: &&PurchaseSummary| one.frequency <= most_repeat_purchases;
    let kept = || summaries.clone().into_iter().filter(bought_so_often);
    let (mut valued, worthless) = valued(kept());
    let table = ValueTable::from_sorted(&values(&valued)).with_worthless(worthless);
    let (clean, left_out) = without_outliers(&table);
    let highest = match left_out {
        Some(FitWarning::ValueOutliersLeftOut { mean_value_at_least, .. }) => mean_value_at_least,
        _ => f64::INFINITY,
    };
    valued.retain(|one| one.m < highest);
    let table = clean.as_ref().unwrap_or(&table);
    let ordinary = kept().filter(|one| one.mean_repeat_value.is_none_or(|mean| mean < highest));
    let (mean, purchases) = mean_purchase(ordinary, table).ok_or(FitError::NothingPaid)?;
    let beliefs = Beliefs::new(mean, purchases);
    if table.customers() == 0 {
        return Ok(believed(&beliefs, table));
    }
    let found = by_frequency(&valued);
    let level = found.as_ref().map(|found| at_one_frequency(&found.by_frequency, &valued));
    let level = level.as_ref().unwrap_or(table);
    let customers = table.customers() as f64;
    let sought =
        search(level, &[beliefs.likeliest()], &|of: &ValueTable| penalised(of, beliefs, customers), progress);
    let best = match sought {
        Ok(best) => best,
        Err(FitError::Cancelled) => return Err(FitError::Cancelled),
        // A workspace is not without values because its own have no maximum that can be told.
        Err(_) => return Ok(believed(&beliefs, table)),
    };
    let mut fit = report(table, &best, left_out);
    if !fit.is_identified_with_beliefs() {
        return Ok(believed(&beliefs, table));
    }
    fit.log_likelihood -= beliefs.at(&best.at).value;
    fit.prior_share = Some(share(&beliefs, &best, customers));
    if let Some(found) = found {
        fit.take_frequency(found);
    }
    Ok(fit)
}

/// Repeat buyers whose purchases were worth something, in the order of what is known of them and not of the summaries, and how many
/// others there are.
fn valued<'s>(summaries: impl Iterator<Item = &'s PurchaseSummary>) -> (Vec<Valued>, u64) {
    let (mut valued, mut worthless) = (Vec::new(), 0);
    for one in summaries {
        match one.mean_repeat_value {
            Some(m) if m > 0.0 && m.is_finite() && one.frequency > 0 => {
                valued.push(Valued { x: one.frequency, t_x: one.recency_days, m });
            }
            Some(_) => worthless += 1,
            None => {}
        }
    }
    // Positive floats are in the order of their bits.
    valued.par_sort_unstable_by_key(|one| (one.x, one.t_x, one.m.to_bits()));
    (valued, worthless)
}

fn values(valued: &[Valued]) -> Vec<(u32, f64)> {
    valued.iter().map(|one| (one.x, one.m)).collect()
}

/// What repeat buyers would spend if all bought equally often: what they spend over a scale, as gamma is one.
fn at_one_frequency(by_frequency: &ByFrequency, valued: &[Valued]) -> ValueTable {
    let of = |one: &Valued| (one.x, one.m / by_frequency.factor(f64::from(one.x), f64::from(one.t_x)));
    let values: Vec<(u32, f64)> = valued.par_iter().map(of).collect();
    ValueTable::from_sorted(&values)
}

/// The mean likelihood of a table with the beliefs of all of so many customers.
fn penalised(table: &ValueTable, beliefs: Beliefs, customers: f64) -> Sample<'_, 3> {
    let alone = sample(table);
    Sample::new(table.customers(), move |at| {
        let mut sum = beliefs.at(at);
        sum.scale(1.0 / customers);
        sum.add(&alone.at(at));
        sum
    })
}

fn share(beliefs: &Beliefs, best: &Optimum<3>, customers: f64) -> f64 {
    covariance(best, customers).map_or(1.0, |known| beliefs.share(best.at[1].exp(), &known))
}

/// What all purchases are worth in the mean, and how many there are; those of summaries that know of no first ones, of the repeat purchases. `None` where
/// nothing was paid.
fn mean_purchase<'s>(
    summaries: impl Iterator<Item = &'s PurchaseSummary>,
    repeats: &ValueTable,
) -> Option<(f64, f64)> {
    // Sums of whole numbers do not hang on the order of customers.
    let (mut paid, mut purchases) = (0_i128, 0_u64);
    for one in summaries {
        paid += i128::from(one.net_spend_micros);
        purchases += u64::from(one.frequency) + 1;
    }
    let (paid, purchases) = if paid > 0 { (paid as f64 / 1e6, purchases as f64) } else { repeats.paid() };
    let mean = paid / purchases;
    (mean > 0.0 && mean.is_finite()).then_some((mean, purchases))
}

/// The beliefs alone.
fn believed(beliefs: &Beliefs, table: &ValueTable) -> GammaGammaFit {
    let model @ GammaGamma { p, q, gamma, .. } = beliefs.likeliest();
    let covariance_of_log_params = beliefs.covariance();
    let parameters = [p, q, gamma].into_iter().enumerate();
    let mut errors = parameters.map(|(i, at)| Some(at * covariance_of_log_params[i][i].sqrt()));
    GammaGammaFit {
        model,
        log_likelihood: 0.0,
        standard_errors: std::array::from_fn(|_| errors.next().flatten()),
        covariance_of_log_params,
        iterations: 0,
        termination: Termination::NotFitted,
        warnings: Vec::new(),
        customers: 0,
        customers_without_value: table.customers_without_value(),
        frequency_correlation: None,
        prior_share: Some(1.0),
        by_frequency: None,
    }
}

impl GammaGammaFit {
    /// Whether customers have a mean value by it. With beliefs nothing else needs to be known of the parameters.
    fn is_identified_with_beliefs(&self) -> bool {
        !self.warnings.iter().any(|warning| matches!(warning, FitWarning::PopulationMeanUndefined { .. }))
    }

    /// Notes how scale goes with frequency, given which the rest was fitted.
    fn take_frequency(&mut self, found: Found) {
        let Found { by_frequency, known, ln_factors } = found;
        self.model.by_frequency = Some(by_frequency);
        self.by_frequency = Some(known);
        // The density of what they spend is that of what it would be at one frequency, over the factor.
        self.log_likelihood -= ln_factors;
        let is_told = |of: &FitWarning| matches!(of, FitWarning::ValueGoesWithFrequency { .. });
        self.warnings.retain(|warning| known.probability < LIKELY || !is_told(warning));
    }
}
