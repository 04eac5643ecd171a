//! What is counted of the revenue of a group: of two periods compared, and of each pair of periods of a series.

use std::collections::BTreeMap;

use lojal_domain::{EventTime, Span, Zone};
use lojal_scoring::retention::{BLOCKS, ResampledCustomer, RevenueChange, Source};
use serde::{Deserialize, Serialize};

use crate::ask::grid::Series;
use crate::ask::periods::{Period, Periods};
use crate::ask::tally::Tally;

/// What a period is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevenueComparison {
    /// The period of the same length right before.
    Previous,
    /// The same period a year earlier.
    YearEarlier,
}

/// Revenue of a group, and what its customers of the prior period spent.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct RevenueTally {
    pub(crate) change: RevenueChange,
    pub(crate) base: Vec<ResampledCustomer>,
}

impl Tally for RevenueTally {
    fn merge(&mut self, other: Self) {
        self.change.merge(&other.change);
        self.base.extend(other.base);
    }
}

/// What a customer spent in two periods that are compared, in millionths of the currency.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) prior: i64,
    pub(crate) now: i64,
}

impl Spent {
    /// Whether it counts: who got everything back in both spent nothing.
    pub(crate) const fn is_some(self) -> bool {
        self.prior > 0 || self.now > 0
    }
}

impl RevenueTally {
    /// Counts a customer who spent something in either period.
    pub(crate) fn add(&mut self, number: u32, spent: Spent, is_new: bool, source: impl FnOnce() -> Source) {
        if spent.prior > 0 {
            self.change.add_base(spent.prior, spent.now);
            let (prior_micros, now_micros) = (spent.prior, spent.now);
            self.base.push(ResampledCustomer { number, prior_micros, now_micros });
        } else if is_new {
            self.change.add_new(spent.now, source());
        } else {
            self.change.add_reactivated(spent.now);
        }
    }

    /// Draws of a bootstrap.
    pub(crate) fn draws(&self, replicates: usize) -> usize {
        self.base.len().min(BLOCKS) * replicates
    }
}

/// Revenue of a group over the whole window, and in each period of a series.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct RevenueCell {
    pub(crate) whole: RevenueTally,
    pub(crate) periods: Series<RevenueTally>,
}

impl Tally for RevenueCell {
    fn merge(&mut self, other: Self) {
        self.whole.merge(other.whole);
        self.periods.merge(other.periods);
    }
}

/// The periods of a series, each with the one it is compared with, in the order of time. None of either kind overlap.
pub(crate) struct ComparedPeriods {
    pub(crate) pairs: Vec<ComparedPeriod>,
}

/// A period and the one it is compared with.
#[derive(Clone, Debug)]
pub(crate) struct ComparedPeriod {
    pub(crate) prior: Period,
    pub(crate) current: Period,
}

impl ComparedPeriods {
    /// Those of a window, cut off where it is.
    pub(crate) fn new(periods: &Periods, span: Span, comparison: RevenueComparison, zone: &Zone) -> Self {
        let pair = |(at, current)| {
            let prior = match comparison {
                RevenueComparison::Previous => periods.before_cut(at, span, zone),
                RevenueComparison::YearEarlier => periods.year_before_cut(at, span, zone),
            };
            ComparedPeriod { prior, current }
        };
        Self { pairs: (0..).zip(periods.series(span)).map(pair).collect() }
    }

    /// What was spent in which of them by a customer who made these purchases.
    pub(crate) fn spent(&self, purchases: impl Iterator<Item = (EventTime, i64)>) -> BTreeMap<usize, Spent> {
        let mut spent: BTreeMap<usize, Spent> = BTreeMap::new();
        for (time, micros) in purchases {
            if let Some(at) = self.find(time, |pair| pair.current.span) {
                let sum = &mut spent.entry(at).or_default().now;
                *sum = sum.saturating_add(micros);
            }
            if let Some(at) = self.find(time, |pair| pair.prior.span) {
                let sum = &mut spent.entry(at).or_default().prior;
                *sum = sum.saturating_add(micros);
            }
        }
        spent
    }

    fn find(&self, time: EventTime, span: impl Fn(&ComparedPeriod) -> Span) -> Option<usize> {
        let at = self.pairs.partition_point(|pair| span(pair).start <= time).checked_sub(1)?;
        span(&self.pairs[at]).contains(time).then_some(at)
    }
}
