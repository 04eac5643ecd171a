//! From several starts to the best maximum of a likelihood.
//!
//! With many patterns the starts are compared on a smaller copy of the data, and only the best goes on to all of them. Should
//! that not end at a maximum, all starts go to all data. A start that comes to a maximum another one found is not followed to
//! its end.

use super::newton::LAST_DIGITS;
use super::optimize::{Bounds, Evaluation, Optimum, maximize};
use super::outcome::{FitError, FitProgress};
use crate::clv::histories::patterns::{Group, PatternTable};
use std::ops::ControlFlow;

/// On a smaller copy of the data a search ends where the next step is expected to gain no more than this, a customer: the
/// maximum of the copy is as far from that of all data.
const ROUGH: f64 = 1e-4;

/// A mean log-likelihood with its derivatives, of logarithms of parameters.
type MeanLogLikelihood<'t, const N: usize> = dyn Fn(&[f64; N]) -> Evaluation<N> + 't;

/// The likelihood of so many customers, to be evaluated many times.
pub(crate) struct Sample<'t, const N: usize> {
    customers: u64,
    mean: Box<MeanLogLikelihood<'t, N>>,
}

impl<'t, const N: usize> Sample<'t, N> {
    pub(crate) fn new(customers: u64, mean: impl Fn(&[f64; N]) -> Evaluation<N> + 't) -> Self {
        Self { customers, mean: Box::new(mean) }
    }

    /// What the search maximises, at one place.
    pub(crate) fn at(&self, ln_parameters: &[f64; N]) -> Evaluation<N> {
        (self.mean)(ln_parameters)
    }
}

/// Hears of every iteration and may stop the search.
pub(crate) type Progress<'p> = &'p mut dyn FnMut(FitProgress) -> ControlFlow<()>;

/// Where to look from, and how far.
pub(crate) struct Starts<const N: usize> {
    /// Logarithms of parameters.
    pub(crate) at: Vec<[f64; N]>,
    pub(crate) bounds: Bounds<N>,
}

impl<const N: usize> Starts<N> {
    fn number(&self) -> u32 {
        self.at.len() as u32
    }

    /// The best of the maxima that the starts lead to.
    pub(crate) fn best(&self, of: &Sample<'_, N>, progress: Progress<'_>) -> Result<Optimum<N>, FitError> {
        self.best_within(of, LAST_DIGITS, progress)
    }

    /// The same, with the starts compared on `rough`, which is like `of` and smaller.
    pub(crate) fn best_by_way_of(
        &self,
        rough: &Sample<'_, N>,
        of: &Sample<'_, N>,
        progress: Progress<'_>,
    ) -> Result<Optimum<N>, FitError> {
        let near = self.best_within(rough, ROUGH, progress)?;
        let found = self.from(of, near.at, self.number() + 1, progress)?;
        if found.termination.converged() { Ok(found) } else { self.best(of, progress) }
    }

    fn best_within(
        &self,
        of: &Sample<'_, N>,
        decrement: f64,
        progress: Progress<'_>,
    ) -> Result<Optimum<N>, FitError> {
        let mut best: Option<Optimum<N>> = None;
        for (number, at) in (1..).zip(&self.at) {
            let Some(found) = self.walk(of, *at, number, (decrement, best.as_ref()), progress)? else {
                continue;
            };
            let better = best.is_none_or(|b| found.evaluation.value > b.evaluation.value);
            if found.termination.converged() && better {
                best = Some(found);
            }
        }
        best.ok_or(FitError::NotConverged { starts: self.number() })
    }

    /// All maxima that the starts lead to, each once, the best one first; at least one.
    fn maxima(
        &self,
        of: &Sample<'_, N>,
        decrement: f64,
        progress: Progress<'_>,
    ) -> Result<Vec<Optimum<N>>, FitError> {
        let mut found = Vec::with_capacity(self.at.len());
        for (number, at) in (1..).zip(&self.at) {
            found.extend(self.walk(of, *at, number, (decrement, None), progress)?);
        }
        let found = distinct(found);
        if found.is_empty() { Err(FitError::NotConverged { starts: self.number() }) } else { Ok(found) }
    }

    /// Where the search from one place ends, at a maximum or not. `number` is the place's among the starts.
    pub(crate) fn from(
        &self,
        of: &Sample<'_, N>,
        at: [f64; N],
        number: u32,
        progress: Progress<'_>,
    ) -> Result<Optimum<N>, FitError> {
        let found = self.walk(of, at, number, (LAST_DIGITS, None), progress)?;
        found.ok_or(FitError::NotConverged { starts: self.number() })
    }

    /// `None` if it came near the maximum that is known already: it would end there.
    fn walk(
        &self,
        of: &Sample<'_, N>,
        at: [f64; N],
        number: u32,
        (decrement, known): (f64, Option<&Optimum<N>>),
        progress: Progress<'_>,
    ) -> Result<Option<Optimum<N>>, FitError> {
        let hear = |iteration, at: &[f64], value: f64| {
            let log_likelihood = value * of.customers as f64;
            let progress =
                progress(FitProgress { start: number, starts: self.number(), iteration, log_likelihood });
            if progress.is_break() {
                ControlFlow::Break(Err(FitError::Cancelled))
            } else if known.is_some_and(|known| known.attracts(at, value)) {
                ControlFlow::Break(Ok(None))
            } else {
                ControlFlow::Continue(())
            }
        };
        match maximize(&of.mean, at, &self.bounds, decrement, hear) {
            ControlFlow::Continue(found) => Ok(Some(found)),
            ControlFlow::Break(end) => end,
        }
    }
}

/// The maxima among the ends of several searches, each once, the best one first.
fn distinct<const N: usize>(mut found: Vec<Optimum<N>>) -> Vec<Optimum<N>> {
    /// Maxima that are nearer to each other than this in every logarithm are one.
    const APART: f64 = 0.1;
    found.retain(|one| one.termination.converged());
    found.sort_by(|one, other| other.evaluation.value.total_cmp(&one.evaluation.value));
    let mut apart: Vec<Optimum<N>> = Vec::with_capacity(found.len());
    for one in found {
        let near = |known: &Optimum<N>| known.at.iter().zip(one.at).all(|(a, b)| (a - b).abs() < APART);
        if !apart.iter().any(near) {
            apart.push(one);
        }
    }
    apart
}

/// How a table of patterns is searched.
pub(crate) struct Search<const N: usize> {
    pub(crate) starts: Starts<N>,
    /// With more patterns than this the starts are compared on a coarser table ...
    pub(crate) coarsen_above: usize,
    /// ... whose days are rounded to this share of the longest age.
    pub(crate) coarse_steps: u32,
}

impl<const N: usize> Search<N> {
    pub(crate) fn run(
        &self,
        table: &PatternTable,
        likelihood: &dyn for<'t> Fn(&'t PatternTable) -> Sample<'t, N>,
        progress: Progress<'_>,
    ) -> Result<Optimum<N>, FitError> {
        match self.coarse(table) {
            None => self.starts.best(&likelihood(table), progress),
            Some(coarse) => self.starts.best_by_way_of(&likelihood(&coarse), &likelihood(table), progress),
        }
    }

    /// All maxima that the starts lead to, each once, the best one first; at least one.
    pub(crate) fn maxima(
        &self,
        table: &PatternTable,
        likelihood: &dyn for<'t> Fn(&'t PatternTable) -> Sample<'t, N>,
        progress: Progress<'_>,
    ) -> Result<Vec<Optimum<N>>, FitError> {
        let of = likelihood(table);
        if let Some(coarse) = self.coarse(table) {
            let mut found = Vec::new();
            for near in self.starts.maxima(&likelihood(&coarse), ROUGH, progress)? {
                found.push(self.starts.from(&of, near.at, self.starts.number() + 1, progress)?);
            }
            let found = distinct(found);
            if !found.is_empty() {
                return Ok(found);
            }
        }
        self.starts.maxima(&of, LAST_DIGITS, progress)
    }

    /// A smaller copy of a large table.
    fn coarse(&self, table: &PatternTable) -> Option<PatternTable> {
        let step = table.longest_age_days().div_ceil(self.coarse_steps).max(1);
        (table.patterns() > self.coarsen_above).then(|| table.coarsened(step))
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
