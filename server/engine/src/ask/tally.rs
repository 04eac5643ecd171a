//! What is counted of many histories, part by part: of partitions today, of machines tomorrow.

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::EventTime;
use lojal_scoring::retention::{Durations, LifecycleTally};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{EngineError, Moment};

/// Something counted of some histories that adds up with the same of others, wherever those were counted. Parts are merged in
/// the order of partitions, so that sums of fractions come out the same however many threads there were.
pub(crate) trait Tally: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Adds what was counted of other histories.
    fn merge(&mut self, other: Self);
}

/// A part as it arrives from another machine. Debug builds send every part through its bytes, so that each test of a question
/// is also one of its tally.
pub(crate) fn arrived<T: Serialize + DeserializeOwned>(part: T) -> Result<T, EngineError> {
    if !cfg!(debug_assertions) {
        return Ok(part);
    }
    let failed = |error: postcard::Error| EngineError::Internal(format!("a part that was counted: {error}"));
    let bytes = postcard::to_stdvec(&part).map_err(failed)?;
    postcard::from_bytes(&bytes).map_err(failed)
}

impl Tally for () {
    fn merge(&mut self, (): Self) {}
}

/// Names that were met.
impl Tally for BTreeSet<Arc<str>> {
    fn merge(&mut self, other: Self) {
        self.extend(other);
    }
}

impl Tally for Durations {
    fn merge(&mut self, other: Self) {
        Self::merge(self, &other);
    }
}

impl Tally for LifecycleTally {
    fn merge(&mut self, other: Self) {
        Self::merge(self, &other);
    }
}

/// The first purchase of those asked about, as an instant in microseconds; none without any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct First(pub(crate) Option<i64>);

impl First {
    pub(crate) fn note(&mut self, micros: i64) {
        self.0 = Some(self.0.map_or(micros, |known| known.min(micros)));
    }

    /// Since when purchases are known. With a filter that is since the first event of all: whoever was left out was there to be
    /// recorded, too.
    pub(crate) fn known_since(self, moment: &Moment) -> Option<EventTime> {
        let first = EventTime::from_micros(self.0?);
        let of_all = moment.filter.as_ref().and(moment.first_event);
        Some(of_all.map_or(first, |of_all| of_all.min(first)))
    }
}

impl Tally for First {
    fn merge(&mut self, other: Self) {
        if let Some(micros) = other.0 {
            self.note(micros);
        }
    }
}
