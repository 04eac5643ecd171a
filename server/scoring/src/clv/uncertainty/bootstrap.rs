//! The parametric bootstrap: a model is fitted again and again to customers simulated from it.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::simulate::simulate;
use crate::clv::fitting::outcome::FitError;
use crate::clv::histories::patterns::{PatternTable, ValueTable};
use crate::clv::{GammaGamma, Pair, PurchaseModel, Regularity, fit_gamma_gamma, fit_purchase_model};

/// Fits to so many simulated populations with the ages of the customers of `table`. Replicates that cannot be fitted (a
/// simulated population may hold no repeat buyer) are left out. The same seed gives the same replicates on any number of
/// threads. `progress` hears how many are done, and may stop.
///
/// # Errors
///
/// [`FitError::Cancelled`] when stopped; [`FitError::NotConverged`] when fewer than half could be fitted.
pub fn bootstrap(
    model: &PurchaseModel,
    value: Option<&GammaGamma>,
    table: &PatternTable,
    replicates: usize,
    seed: u64,
    progress: &(dyn Fn(usize) -> ControlFlow<()> + Sync),
) -> Result<Vec<Pair>, FitError> {
    let ages: Vec<u32> =
        table.rows().flat_map(|(_, _, age, n)| std::iter::repeat_n(age, n as usize)).collect();
    let done = AtomicUsize::new(0);
    let made: Vec<Result<Option<Pair>, FitError>> = (0..replicates as u64)
        .into_par_iter()
        .map(|replicate| {
            if progress(done.fetch_add(1, Ordering::Relaxed)).is_break() {
                return Err(FitError::Cancelled);
            }
            Ok(one(model, value, &ages, seed, replicate))
        })
        .collect();
    let made: Result<Vec<Option<Pair>>, FitError> = made.into_iter().collect();
    let pairs: Vec<Pair> = made?.into_iter().flatten().collect();
    if 2 * pairs.len() < replicates {
        return Err(FitError::NotConverged { starts: replicates as u32 });
    }
    Ok(pairs)
}

fn one(
    model: &PurchaseModel,
    value: Option<&GammaGamma>,
    ages: &[u32],
    seed: u64,
    replicate: u64,
) -> Option<Pair> {
    let mut go_on = |_| ControlFlow::Continue(());
    let customers = simulate(model, value, ages, seed, replicate);
    let summaries = || customers.iter().map(|customer| &customer.summary);
    let regularity = Regularity::from_gaps(customers.iter().map(|customer| customer.gaps));
    let table = PatternTable::from_summaries(summaries()).with_regularity(regularity);
    let purchases = fit_purchase_model(model.kind(), &table, model.unit(), &mut go_on).ok()?.model;
    if purchases.regularity() != model.regularity() {
        // Another k is another model, whose parameters do not compare.
        return None;
    }
    let value = match value {
        Some(_) => Some(fit_gamma_gamma(&ValueTable::from_summaries(summaries()), &mut go_on).ok()?.model),
        None => None,
    };
    Some(Pair { purchases, value })
}
