//! What the store measures of itself while it works.

use std::collections::BTreeMap;
use std::time::Instant;

use parking_lot::Mutex;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// Shared by those who write; see [`crate::SledStore::register`].
pub(crate) struct Measures {
    /// Seconds of each sync.
    pub(crate) sync_seconds: Histogram,
    /// Requests that share a sync.
    pub(crate) group_requests: Histogram,
    /// When those who wait for an answer came, in the order they came.
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    since: BTreeMap<u64, Instant>,
}

/// How a store is, at the moment it is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vitals {
    /// Bytes of the log on the disk.
    pub log_bytes: u64,
    /// Bytes of the disk that are free.
    pub free_bytes: u64,
    /// Blocks of the log.
    pub blocks: u64,
    /// Requests that wait for an answer to what they write.
    pub waiting: u64,
    /// Seconds for which the oldest of them has.
    pub waiting_seconds: f64,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            // From what a fast disk takes to ten seconds.
            sync_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 18)),
            group_requests: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            waiting: Mutex::default(),
        }
    }
}

impl Measures {
    pub(crate) fn register(&self, registry: &mut Registry) {
        let seconds = "Seconds that each sync of the log took";
        registry.register("lojal_sync_seconds", seconds, self.sync_seconds.clone());
        let requests = "Write requests that shared a sync of the log";
        registry.register("lojal_sync_requests", requests, self.group_requests.clone());
    }

    /// Counts somebody as waiting until what is returned is dropped.
    pub(crate) fn wait(&self) -> Wait<'_> {
        let mut waiting = self.waiting.lock();
        let number = waiting.next;
        waiting.next += 1;
        waiting.since.insert(number, Instant::now());
        Wait { measures: self, number }
    }

    /// How many wait, and for how many seconds the oldest of them does.
    pub(crate) fn waiting(&self) -> (u64, f64) {
        let waiting = self.waiting.lock();
        let oldest = waiting.since.values().next().map_or(0.0, |since| since.elapsed().as_secs_f64());
        (waiting.since.len() as u64, oldest)
    }
}

/// Somebody who waits.
pub(crate) struct Wait<'m> {
    measures: &'m Measures,
    number: u64,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.measures.waiting.lock().since.remove(&self.number);
    }
}
