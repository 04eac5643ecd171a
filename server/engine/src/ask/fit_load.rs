//! How much fitting there is: what waits for its turn, what is at work, and what was done.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use lojal_domain::Clock;

use crate::Engine;

/// How much is fitted, or computed at that size, in this process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FitLoad {
    /// Fits that wait for their turn.
    pub waiting: u64,
    /// Fits at work.
    pub at_work: u64,
    /// Fits that ended, those that nobody waited for any more included.
    pub ended: u64,
    /// Seconds that those took, without their waiting.
    pub seconds: f64,
}

/// Counts fits.
#[derive(Default)]
pub(crate) struct FitCounts {
    waiting: AtomicU64,
    at_work: AtomicU64,
    ended: AtomicU64,
    micros: AtomicI64,
}

impl FitCounts {
    /// Somebody wants one, until what is handed back is dropped.
    pub(crate) fn wait(self: &Arc<Self>) -> Fitting {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Fitting { counts: self.clone(), begun: None }
    }
}

/// A fit, waiting or at work.
pub(crate) struct Fitting {
    counts: Arc<FitCounts>,
    /// When its turn came, and by which clock.
    begun: Option<(i64, Arc<dyn Clock>)>,
}

impl Fitting {
    /// Its turn has come.
    pub(crate) fn begin(&mut self, clock: &Arc<dyn Clock>) {
        if self.begun.is_none() {
            self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
            self.counts.at_work.fetch_add(1, Ordering::Relaxed);
            self.begun = Some((clock.now().micros(), clock.clone()));
        }
    }
}

impl Drop for Fitting {
    fn drop(&mut self) {
        let counts = &self.counts;
        let Some((begun, clock)) = &self.begun else {
            counts.waiting.fetch_sub(1, Ordering::Relaxed);
            return;
        };
        counts.at_work.fetch_sub(1, Ordering::Relaxed);
        counts.ended.fetch_add(1, Ordering::Relaxed);
        // A clock that was set back took nothing.
        counts.micros.fetch_add((clock.now().micros() - begun).max(0), Ordering::Relaxed);
    }
}

impl Engine {
    /// How much is fitted now, and was so far.
    #[must_use]
    pub fn fit_load(&self) -> FitLoad {
        let counts = &self.fit_counts;
        FitLoad {
            waiting: counts.waiting.load(Ordering::Relaxed),
            at_work: counts.at_work.load(Ordering::Relaxed),
            ended: counts.ended.load(Ordering::Relaxed),
            seconds: counts.micros.load(Ordering::Relaxed) as f64 / 1e6,
        }
    }
}

#[cfg(test)]
mod tests {
    use lojal_domain::{EventTime, FixedClock};

    use super::*;

    #[test]
    fn fits_are_counted_from_their_turn_to_their_end() {
        let counts = Arc::new(FitCounts::default());
        let fixed = Arc::new(FixedClock::new(EventTime::from_micros(0)));
        let clock: Arc<dyn Clock> = fixed.clone();
        let now =
            || [&counts.waiting, &counts.at_work, &counts.ended].map(|count| count.load(Ordering::Relaxed));
        let (mut first, second) = (counts.wait(), counts.wait());
        assert_eq!(now(), [2, 0, 0]);
        first.begin(&clock);
        assert_eq!(now(), [1, 1, 0]);
        drop(second);
        assert_eq!(now(), [0, 1, 0]);
        fixed.set(EventTime::from_micros(2_500_000));
        drop(first);
        assert_eq!(now(), [0, 0, 1]);
        assert_eq!(counts.micros.load(Ordering::Relaxed), 2_500_000);
    }
}
