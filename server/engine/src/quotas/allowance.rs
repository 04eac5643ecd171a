//! What one key or workspace has used of its quota.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota as Rate, RateLimiter};
use lojal_domain::{EventTime, MICROS_PER_DAY};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::quotas::quota::Quota;
use crate::quotas::reached::{QuotaReached, QuotaUse};

/// Whoever waits for a heavy call to end looks again after this.
const HEAVY_RETRY: Duration = Duration::from_secs(1);

/// Time since some moment, which never goes back, as a machine's clock may.
#[derive(Clone)]
pub(super) struct Elapsed(pub(super) Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock for Elapsed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        (self.0)().into()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Elapsed, NoOpMiddleware<Nanos>>;

/// What is left of a quota.
pub(super) struct Allowance {
    whose: String,
    quota: Quota,
    elapsed: Elapsed,
    calls: Option<Limiter>,
    heavy: Option<Arc<Semaphore>>,
    /// Of which day, and how many.
    rows: Mutex<(i64, u64)>,
}

fn day(now: EventTime) -> i64 {
    now.micros().div_euclid(MICROS_PER_DAY)
}

impl Allowance {
    pub(super) fn new(whose: String, quota: Quota, elapsed: Elapsed) -> Self {
        let calls = NonZeroU32::new(quota.calls_per_second)
            .map(|calls| RateLimiter::direct_with_clock(Rate::per_second(calls), elapsed.clone()));
        let heavy = (quota.heavy_calls > 0).then(|| Arc::new(Semaphore::new(quota.heavy_calls as usize)));
        Self { whose, quota, elapsed, calls, heavy, rows: Mutex::new((0, 0)) }
    }

    pub(super) fn take_call(&self) -> Result<(), QuotaReached> {
        let Some(calls) = &self.calls else { return Ok(()) };
        calls.check().map_err(|until| {
            let wait = until.wait_time_from(self.elapsed.now());
            self.reached(QuotaUse::Calls, self.quota.calls_per_second.into(), wait)
        })
    }

    pub(super) fn take_heavy(&self) -> Result<Option<OwnedSemaphorePermit>, QuotaReached> {
        let Some(heavy) = &self.heavy else { return Ok(None) };
        let taken = heavy.clone().try_acquire_owned();
        let refused = |_| self.reached(QuotaUse::HeavyCalls, self.quota.heavy_calls.into(), HEAVY_RETRY);
        taken.map(Some).map_err(refused)
    }

    pub(super) fn take_rows(&self, rows: u64, now: EventTime) -> Result<(), QuotaReached> {
        let most = self.quota.rows_per_day;
        if most == 0 {
            return Ok(());
        }
        let mut used = self.rows.lock();
        if used.0 != day(now) {
            *used = (day(now), 0);
        }
        let with_these = used.1.saturating_add(rows);
        if with_these > most {
            let left = MICROS_PER_DAY - now.micros().rem_euclid(MICROS_PER_DAY);
            return Err(self.reached(QuotaUse::Rows, most, Duration::from_micros(left.unsigned_abs())));
        }
        used.1 = with_these;
        Ok(())
    }

    pub(super) fn give_back_rows(&self, rows: u64, now: EventTime) {
        let mut used = self.rows.lock();
        if used.0 == day(now) {
            used.1 = used.1.saturating_sub(rows);
        }
    }

    /// Whether rows were taken that still may count.
    pub(super) fn has_rows(&self, now: EventTime) -> bool {
        let (of, used) = *self.rows.lock();
        of == day(now) && used > 0
    }

    fn reached(&self, what: QuotaUse, maximum: u64, retry_after: Duration) -> QuotaReached {
        QuotaReached { whose: self.whose.clone(), what, maximum, retry_after }
    }
}
