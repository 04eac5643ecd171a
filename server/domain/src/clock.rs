//! Time as an argument: whoever needs "now" is handed a clock.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::EventTime;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> EventTime;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> EventTime {
        EventTime::from_micros(jiff::Timestamp::now().as_microsecond())
    }
}

/// A clock that stands still until it is set. For tests.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// Stands at `now`.
    #[must_use]
    pub fn new(now: EventTime) -> Self {
        Self(AtomicI64::new(now.micros()))
    }

    /// Moves to `now`.
    pub fn set(&self, now: EventTime) {
        self.0.store(now.micros(), Ordering::Release);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> EventTime {
        EventTime::from_micros(self.0.load(Ordering::Acquire))
    }
}
