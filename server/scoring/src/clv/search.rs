//! From several starts to the best maximum of a table's likelihood.
//!
//! On a large table the starts are compared on a coarser copy of it, whose days are rounded, and only the best goes on to
//! the full table. Should that not end at a maximum, all starts go to the full table.

use super::fit_outcome::{FitError, FitProgress};
use super::optimize::{Bounds, Evaluation, Optimum, maximize};
use super::patterns::{Group, PatternTable};
use std::ops::ControlFlow;

/// A likelihood of one table, to be evaluated many times at logarithms of parameters.
pub(crate) type Likelihood<'t, const N: usize> = Box<dyn Fn(&[f64; N]) -> Evaluation<N> + 't>;

/// Hears of every iteration and may stop the search.
pub(crate) type Progress<'p> = &'p mut dyn FnMut(FitProgress) -> ControlFlow<()>;

/// Where to look.
pub(crate) struct Search<const N: usize> {
    /// Logarithms of parameters to start from.
    pub(crate) starts: Vec<[f64; N]>,
    pub(crate) bounds: Bounds<N>,
    /// With more patterns than this the starts are compared on a coarser table ...
    pub(crate) coarsen_above: usize,
    /// ... whose days are rounded to this share of the longest age.
    pub(crate) coarse_steps: u32,
}

impl<const N: usize> Search<N> {
    pub(crate) fn run(
        &self,
        table: &PatternTable,
        likelihood: &dyn for<'t> Fn(&'t PatternTable) -> Likelihood<'t, N>,
        progress: Progress<'_>,
    ) -> Result<Optimum<N>, FitError> {
        if table.patterns() <= self.coarsen_above {
            return self.best_of_starts(table, likelihood, progress);
        }
        let step = table.longest_age_days().div_ceil(self.coarse_steps).max(1);
        let rough = self.best_of_starts(&table.coarsened(step), likelihood, progress)?;
        let last = self.starts.len() as u32 + 1;
        let fine = self.from(&likelihood(table), table.customers(), rough.at, last, progress)?;
        if fine.termination.converged() { Ok(fine) } else { self.best_of_starts(table, likelihood, progress) }
    }

    fn best_of_starts(
        &self,
        table: &PatternTable,
        likelihood: &dyn for<'t> Fn(&'t PatternTable) -> Likelihood<'t, N>,
        progress: Progress<'_>,
    ) -> Result<Optimum<N>, FitError> {
        let prepared = likelihood(table);
        let mut best: Option<Optimum<N>> = None;
        for (number, start) in (1..).zip(&self.starts) {
            let found = self.from(&prepared, table.customers(), *start, number, progress)?;
            let better = best.is_none_or(|b| found.evaluation.value > b.evaluation.value);
            if found.termination.converged() && better {
                best = Some(found);
            }
        }
        best.ok_or(FitError::NotConverged { starts: self.starts.len() as u32 })
    }

    fn from(
        &self,
        likelihood: &Likelihood<'_, N>,
        customers: u64,
        at: [f64; N],
        start: u32,
        progress: Progress<'_>,
    ) -> Result<Optimum<N>, FitError> {
        let starts = self.starts.len() as u32;
        let hear = |iteration, value: f64| {
            let log_likelihood = value * customers as f64;
            progress(FitProgress { start, starts, iteration, log_likelihood })
        };
        match maximize(likelihood, at, &self.bounds, hear) {
            ControlFlow::Continue(found) => Ok(found),
            ControlFlow::Break(()) => Err(FitError::Cancelled),
        }
    }
}

/// Mean age of a table's customers in units of so many days.
pub(crate) fn mean_age(table: &PatternTable, unit_days: f64) -> f64 {
    let total: f64 = table.age_days.iter().zip(&table.weights).map(|(&age, n)| f64::from(age) * n).sum();
    total / table.customers() as f64 / unit_days
}

/// Repeat purchases a customer and unit of time.
pub(crate) fn mean_rate(table: &PatternTable, unit_days: f64) -> f64 {
    let customers = |group: &Group| table.weights[group.rows.clone()].iter().sum::<f64>();
    let repeats: f64 = table.groups.iter().map(|of| f64::from(of.repeat_purchases) * customers(of)).sum();
    repeats / (mean_age(table, unit_days) * table.customers() as f64)
}
