//! New, returning, resurrected, dormant: what became of customers from one period to the next.
//!
//! | in this period | in the one before | ever before that | is |
//! |---|---|---|---|
//! | bought | | never bought before | new |
//! | bought | bought | | returning |
//! | bought | did not | bought | resurrected |
//! | did not | bought | | dormant |
//!
//! ```text
//! quick ratio = (new + resurrected) / dormant
//! ```
//!
//! These are the rules of PostHog's lifecycle insight. "Ever" is the whole history, not the part within a window. Whoever
//! stays dormant is counted only once, in the period after their last.

use serde::{Deserialize, Serialize};

/// Customers by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleCounts {
    /// Bought for the first time.
    pub new: u64,
    /// Bought in the period before too.
    pub returning: u64,
    /// Bought before, but not in the period before.
    pub resurrected: u64,
    /// Bought in the period before, and not in this.
    pub dormant: u64,
}

impl LifecycleCounts {
    /// Customers who bought.
    #[must_use]
    pub const fn active(&self) -> u64 {
        self.new + self.returning + self.resurrected
    }

    /// `(new + resurrected) / dormant`: above 1 the base grows. `None` if nobody went dormant.
    #[must_use]
    pub fn quick_ratio(&self) -> Option<f64> {
        (self.dormant > 0).then(|| (self.new + self.resurrected) as f64 / self.dormant as f64)
    }
}

/// Counts by period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleTally {
    first: usize,
    periods: Vec<LifecycleCounts>,
}

impl LifecycleTally {
    /// Nobody yet, over so many periods from the first one to be counted; history before that still tells who is new.
    #[must_use]
    pub fn new(first: usize, periods: usize) -> Self {
        Self { first, periods: vec![LifecycleCounts::default(); periods] }
    }

    /// Adds a customer by the periods in which they bought, ascending; repeats count once. Periods are numbered from 0,
    /// and are all there are from their first purchase on.
    pub fn add(&mut self, bought_in: impl IntoIterator<Item = usize>) {
        let mut last: Option<usize> = None;
        for period in bought_in {
            if last == Some(period) {
                continue;
            }
            if let Some(last) = last
                && last + 1 != period
            {
                self.count(last + 1, |counts| counts.dormant += 1);
            }
            self.count(period, |counts| match last {
                None => counts.new += 1,
                Some(last) if last + 1 == period => counts.returning += 1,
                Some(_) => counts.resurrected += 1,
            });
            last = Some(period);
        }
        if let Some(last) = last {
            self.count(last + 1, |counts| counts.dormant += 1);
        }
    }

    fn count(&mut self, period: usize, add: impl Fn(&mut LifecycleCounts)) {
        if let Some(counts) = period.checked_sub(self.first).and_then(|at| self.periods.get_mut(at)) {
            add(counts);
        }
    }

    /// Adds other customers, counted over the same periods.
    pub fn merge(&mut self, other: &Self) {
        for (sum, part) in self.periods.iter_mut().zip(&other.periods) {
            sum.new += part.new;
            sum.returning += part.returning;
            sum.resurrected += part.resurrected;
            sum.dormant += part.dormant;
        }
    }

    /// The counts of each period.
    #[must_use]
    pub fn periods(&self) -> &[LifecycleCounts] {
        &self.periods
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(new: u64, returning: u64, resurrected: u64, dormant: u64) -> LifecycleCounts {
        LifecycleCounts { new, returning, resurrected, dormant }
    }

    #[test]
    fn posthogs_rules() {
        let mut tally = LifecycleTally::new(0, 5);
        tally.add([0, 0, 1, 3]);
        tally.add([1]);
        assert_eq!(
            tally.periods(),
            [
                counts(1, 0, 0, 0),
                counts(1, 1, 0, 0),
                counts(0, 0, 0, 2),
                counts(0, 0, 1, 0),
                counts(0, 0, 0, 1)
            ]
        );
        let mut later = LifecycleTally::new(3, 1);
        later.add([0, 3]);
        later.add([1]);
        assert_eq!(
            later.periods(),
            [counts(0, 0, 1, 0)],
            "new is whoever never bought before, not before the window"
        );
        assert_eq!(tally.periods()[3].quick_ratio(), None);
        assert_eq!(tally.periods()[2].quick_ratio(), Some(0.0));
    }

    proptest! {
        #[test]
        fn active_now_is_active_before_less_dormant_and_more(
            mut customers in prop::collection::vec(prop::collection::vec(0_usize..12, 0..12), 0..20)
        ) {
            let mut tally = LifecycleTally::new(0, 12);
            for customer in &mut customers {
                customer.sort_unstable();
                tally.add(customer.iter().copied());
            }
            let bought = |period: usize| customers.iter().filter(|customer| customer.contains(&period)).count() as u64;
            let mut before = 0;
            for (period, counts) in tally.periods().iter().enumerate() {
                prop_assert_eq!(counts.active(), bought(period));
                prop_assert_eq!(before, counts.returning + counts.dormant);
                before = counts.active();
            }
        }
    }
}
