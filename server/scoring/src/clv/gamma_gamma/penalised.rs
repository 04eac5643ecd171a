//! What purchases are worth by maximum a posteriori: what a workspace predicts with by itself, from the first purchase on.
//!
//! The likelihood (the file `fit`) with the beliefs of `beliefs` added, so that there is a model whatever the number of repeat buyers,
//! and none more or less makes another of it. [`fit_gamma_gamma`](super::fit::fit_gamma_gamma) is the maximum of the likelihood alone.

use super::beliefs::Beliefs;
use super::fit::{GammaGammaFit, report, sample, search, without_outliers};
use crate::clv::fitting::optimize::{Optimum, covariance};
use crate::clv::fitting::outcome::{FitError, FitProgress, FitWarning, Termination};
use crate::clv::fitting::search::Sample;
use crate::clv::histories::patterns::ValueTable;
use crate::clv::{GammaGamma, PurchaseSummary};
use std::ops::ControlFlow;

/// Fits what purchases are worth by maximum a posteriori to customers with up to so many repeat purchases: the others are left out of
/// the purchase model as machines. Where nobody bought twice for money it is what the beliefs say of the mean of all purchases.
/// `progress` may stop the fit at any iteration.
///
/// # Errors
///
/// [`FitError::NothingPaid`] where no purchase brought in money, [`FitError::NotConverged`], [`FitError::Cancelled`].
pub fn fit_value(
    summaries: &[PurchaseSummary],
    most_repeat_purchases: u32,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<GammaGammaFit, FitError> {
    let kept = || summaries.iter().filter(|summary| summary.frequency <= most_repeat_purchases);
    let table = ValueTable::from_summaries(kept());
    let (clean, left_out) = without_outliers(&table);
    let highest = match left_out {
        Some(FitWarning::ValueOutliersLeftOut { mean_value_at_least, .. }) => mean_value_at_least,
        _ => f64::INFINITY,
    };
    let mean = mean_purchase(kept().filter(|one| one.mean_repeat_value.is_none_or(|mean| mean < highest)));
    let (mean, purchases) = mean.ok_or(FitError::NothingPaid)?;
    let beliefs = Beliefs::new(mean, purchases);
    let table = clean.as_ref().unwrap_or(&table);
    if table.customers() == 0 {
        return Ok(believed(&beliefs, table));
    }
    let customers = table.customers() as f64;
    let best = search(
        table,
        &[beliefs.likeliest()],
        &|of: &ValueTable| penalised(of, beliefs, customers),
        progress,
    )?;
    let mut fit = report(table, &best, left_out);
    if !fit.is_identified_with_beliefs() {
        return Ok(believed(&beliefs, table));
    }
    fit.log_likelihood -= beliefs.at(&best.at).value;
    fit.prior_share = Some(share(&beliefs, &best, customers));
    Ok(fit)
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
fn mean_purchase<'s>(summaries: impl Iterator<Item = &'s PurchaseSummary>) -> Option<(f64, f64)> {
    let (mut paid, mut purchases, mut repeat_paid, mut repeats) = (0.0, 0.0, 0.0, 0.0);
    for one in summaries {
        let x = f64::from(one.frequency);
        paid += one.net_spend_micros as f64 / 1e6;
        purchases += x + 1.0;
        repeat_paid += x * one.mean_repeat_value.unwrap_or(0.0);
        repeats += x;
    }
    let (paid, purchases) = if paid > 0.0 { (paid, purchases) } else { (repeat_paid, repeats) };
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
    }
}

impl GammaGammaFit {
    /// Whether customers have a mean value by it. With beliefs nothing else needs to be known of the parameters.
    fn is_identified_with_beliefs(&self) -> bool {
        !self.warnings.iter().any(|warning| matches!(warning, FitWarning::PopulationMeanUndefined { .. }))
    }
}
