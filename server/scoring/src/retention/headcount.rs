//! Customers at the start and at the end of a period.
//!
//! | symbol | field | meaning |
//! |---|---|---|
//! | S | `start` | active at the start |
//! | E | `end` | active at the end |
//! | N | `new` | first bought in the period, and active at its end |
//! | L | `lost` | active at the start and not at the end |
//! | Q | `reactivated` | active at the end, neither at the start nor new |
//!
//! ```text
//! E = S - L + N + Q                                                                                         (1)
//! headcount retention (E - N)/S = set retention (S - L)/S + reactivation Q/S                                (2)
//! ```
//!
//! The first rate of (2) is the textbook's "customer retention rate". It counts those who came back among those who
//! stayed, so together with the churn L/S it can come to more than 1; set retention and churn never do.

use serde::{Deserialize, Serialize};

/// Customers at two instants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headcount {
    /// S: active at the start.
    pub start: u64,
    /// N: first bought in the period, and active at its end.
    pub new: u64,
    /// L: active at the start and not at the end.
    pub lost: u64,
    /// Q: active at the end, neither at the start nor new.
    pub reactivated: u64,
}

impl Headcount {
    /// E, by (1).
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.retained() + self.new + self.reactivated
    }

    /// `S - L`: active at the start and at the end.
    #[must_use]
    pub const fn retained(&self) -> u64 {
        self.start.saturating_sub(self.lost)
    }

    /// The textbook's rate `(E - N)/S`; above 1 when more came back than left. `None` if nobody was there.
    #[must_use]
    pub fn headcount_retention(&self) -> Option<f64> {
        self.of_start(self.end() - self.new)
    }

    /// `(S - L)/S`, in [0, 1]. `None` if nobody was there.
    #[must_use]
    pub fn set_retention(&self) -> Option<f64> {
        self.of_start(self.retained())
    }

    /// `L/S`, in [0, 1]. `None` if nobody was there.
    #[must_use]
    pub fn churn(&self) -> Option<f64> {
        self.of_start(self.lost)
    }

    /// `Q/S`; above 1 when more came back than were there. `None` if nobody was there.
    #[must_use]
    pub fn reactivation(&self) -> Option<f64> {
        self.of_start(self.reactivated)
    }

    fn of_start(&self, count: u64) -> Option<f64> {
        (self.start > 0).then(|| count as f64 / self.start as f64)
    }

    /// Adds other customers.
    pub const fn add(&mut self, other: &Self) {
        self.start += other.start;
        self.new += other.new;
        self.lost += other.lost;
        self.reactivated += other.reactivated;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() - expected).abs() < 1e-15, "{found:?} is not {expected}");
    }

    #[test]
    fn golden() {
        let count = Headcount { start: 100, new: 20, lost: 10, reactivated: 5 };
        assert_eq!(count.end(), 115);
        close(count.headcount_retention(), 0.95);
        close(count.churn(), 0.10);
        close(count.set_retention(), 0.90);
        close(count.reactivation(), 0.05);
    }

    #[test]
    fn textbook_retention_and_churn_come_to_more_than_all() {
        let count = Headcount { start: 100, new: 20, lost: 10, reactivated: 5 };
        close(count.headcount_retention().zip(count.churn()).map(|(stay, leave)| stay + leave), 1.05);
        close(count.set_retention().zip(count.churn()).map(|(stay, leave)| stay + leave), 1.0);
    }

    #[test]
    fn nobody_has_no_rate() {
        let count = Headcount { new: 3, ..Headcount::default() };
        assert_eq!(count.headcount_retention(), None);
        assert_eq!(count.churn(), None);
        assert_eq!(count.end(), 3);
    }

    proptest! {
        #[test]
        fn rates_reconcile(start in 1_u64..1_000, lost in 0_u64..1_000, new in 0_u64..1_000, reactivated in 0_u64..1_000) {
            let count = Headcount { start, new, lost: lost.min(start), reactivated };
            let sum = count.set_retention().unwrap() + count.reactivation().unwrap();
            prop_assert!((count.headcount_retention().unwrap() - sum).abs() < 1e-12);
            prop_assert!((count.set_retention().unwrap() + count.churn().unwrap() - 1.0).abs() < 1e-12);
        }
    }
}
