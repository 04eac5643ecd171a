//! Facts of one kind of a shard's customers, side by side as a question walks them.
//!
//! As with transactions there is a **base**, which has the facts of one customer after those of another, ordered, and a
//! **tail** with those that came since, each linked to the one before of the same customer. A scan reads the base from
//! end to end, which memory is fast at; a vector for each customer would be somewhere else each time. Settling, which makes
//! both one, is due when the tail is long, and a scan asks for it sooner.

use std::borrow::Cow;

use lojal_domain::{
    AttributeFact, DiscountFact, EventTime, InteractionFact, RefundFact, ResponseFact, TransactionFact,
};

/// A tail shorter than this is not worth settling.
const TAIL_MIN: usize = 1_024;
/// The tail is settled at this share of the base.
const TAIL_SHARE: usize = 4;
/// A scan has the tail settled at this share: that moves what the scan reads anyway, and whoever has anything in the tail
/// costs it several times as much.
const SCAN_SHARE: usize = 32;

/// A fact with what cuts look at.
pub(crate) trait Dated: Clone {
    fn time(&self) -> EventTime;
    fn record(&self) -> u32;
    /// Whether it is before an instant.
    fn is_before(&self, as_of: EventTime) -> bool {
        self.time() < as_of
    }
}

pub(crate) struct FactColumn<T> {
    /// By slot, as far as anybody has a fact.
    places: Vec<Place>,
    base: Vec<T>,
    tail: Vec<Link<T>>,
    /// No fact is later.
    latest: EventTime,
}

#[derive(Clone, Copy)]
struct Place {
    /// Where the customer's part of the base begins; it ends where the next one's begins.
    start: u32,
    /// One more than the position in the tail of the fact that came last; 0 for none.
    head: u32,
}

struct Link<T> {
    /// There until it is moved into the base.
    fact: Option<T>,
    /// As [`Place::head`], for the fact before.
    previous: u32,
}

impl<T> Default for FactColumn<T> {
    fn default() -> Self {
        Self { places: Vec::new(), base: Vec::new(), tail: Vec::new(), latest: EventTime::MIN }
    }
}

impl<T: Dated> FactColumn<T> {
    /// Adds a fact.
    pub(crate) fn push(&mut self, slot: usize, fact: T) {
        if slot >= self.places.len() {
            let nothing = Place { start: self.base.len() as u32, head: 0 };
            self.places.resize(slot + 1, nothing);
        }
        self.latest = self.latest.max(fact.time());
        let place = &mut self.places[slot];
        self.tail.push(Link { fact: Some(fact), previous: place.head });
        place.head = self.tail.len() as u32;
        if is_due(self.base.len(), self.tail.len()) {
            self.settle();
        }
    }

    /// A customer's facts by time, then by record.
    #[inline]
    pub(crate) fn of(&self, slot: usize) -> Cow<'_, [T]> {
        let Some(place) = self.places.get(slot) else { return Cow::Borrowed(&[]) };
        let base = &self.base[place.start as usize..self.end_of(slot)];
        if place.head == 0 { Cow::Borrowed(base) } else { Cow::Owned(self.with_tail(base, place.head)) }
    }

    /// The same, if none of them is in the tail and none too late.
    #[inline]
    pub(crate) fn settled_before(&self, slot: usize, as_of: EventTime) -> Option<&[T]> {
        match self.places.get(slot) {
            None => Some(&[]),
            Some(place) if place.head == 0 && self.is_before(as_of) => {
                Some(&self.base[place.start as usize..self.end_of(slot)])
            }
            Some(_) => None,
        }
    }

    #[cold]
    fn with_tail(&self, base: &[T], head: u32) -> Vec<T> {
        let mut facts = base.to_vec();
        let mut next = head;
        while let Some(link) = (next as usize).checked_sub(1).map(|at| &self.tail[at]) {
            facts.extend(link.fact.clone());
            next = link.previous;
        }
        put_in_order(&mut facts, base.len());
        facts
    }

    /// Whether all facts are before an instant.
    pub(crate) fn is_before(&self, as_of: EventTime) -> bool {
        self.latest < as_of
    }

    /// Whether a scan is better off if the tail is settled first.
    pub(crate) fn is_due_for_scan(&self) -> bool {
        is_due_for_scan(self.base.len(), self.tail.len())
    }

    /// Makes one base of base and tail.
    pub(crate) fn settle(&mut self) {
        self.settle_without(usize::MAX);
    }

    /// Forgets a customer's facts.
    pub(crate) fn erase(&mut self, slot: usize) {
        if slot < self.places.len() {
            self.settle_without(slot);
        }
    }

    fn end_of(&self, slot: usize) -> usize {
        self.places.get(slot + 1).map_or(self.base.len(), |next| next.start as usize)
    }

    fn settle_without(&mut self, erased: usize) {
        let mut tail = std::mem::take(&mut self.tail);
        let counts = (0..self.places.len()).map(|slot| self.end_of(slot) - self.places[slot].start as usize);
        let counts: Vec<usize> = counts.collect();
        let mut base = Vec::with_capacity(self.base.len() + tail.len());
        let mut old = std::mem::take(&mut self.base).into_iter();
        for (slot, (place, count)) in self.places.iter_mut().zip(counts).enumerate() {
            let start = base.len();
            base.extend(old.by_ref().take(count));
            let mut next = place.head;
            while let Some(link) = (next as usize).checked_sub(1).map(|at| &mut tail[at]) {
                base.extend(link.fact.take());
                next = link.previous;
            }
            put_in_order(&mut base[start..], count);
            if slot == erased {
                base.truncate(start);
            }
            *place = Place { start: start as u32, head: 0 };
        }
        self.base = base;
    }
}

/// Orders a customer's facts, of which those after the first `settled` came latest first.
fn put_in_order<T: Dated>(facts: &mut [T], settled: usize) {
    facts[settled..].reverse();
    sort_if_needed(facts, |fact| (fact.time(), fact.record()));
}

macro_rules! dated {
    ($($fact:ty),*) => {
        $(impl Dated for $fact {
            fn time(&self) -> EventTime {
                self.time
            }

            fn record(&self) -> u32 {
                self.record
            }
        })*
    };
}

dated!(TransactionFact, DiscountFact, RefundFact, ResponseFact, InteractionFact);

impl Dated for AttributeFact {
    fn time(&self) -> EventTime {
        self.from
    }

    fn record(&self) -> u32 {
        self.record
    }

    fn is_before(&self, as_of: EventTime) -> bool {
        // Facts for all times are before every instant.
        self.from == EventTime::MIN || self.from < as_of
    }
}

/// Whether so long a tail is settled when something is added.
pub(crate) fn is_due(base: usize, tail: usize) -> bool {
    tail >= TAIL_MIN.max(base / TAIL_SHARE)
}

/// Whether so long a tail is settled before a scan.
pub(crate) fn is_due_for_scan(base: usize, tail: usize) -> bool {
    tail > base / SCAN_SHARE
}

pub(crate) fn sort_if_needed<T, K: Ord>(facts: &mut [T], key: impl Fn(&T) -> K) {
    // Stable, and fast on a sorted run with a short tail, which is what an append leaves.
    if !facts.is_sorted_by_key(&key) {
        facts.sort_by_key(key);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn fact(time: i64, record: u32) -> AttributeFact {
        let text: Arc<str> = record.to_string().into();
        AttributeFact { from: EventTime::from_micros(time), name: text.clone(), value: text, record }
    }

    proptest! {
        #[test]
        fn a_fact_column_has_what_was_added_in_order(
            rows in prop::collection::vec((0_usize..6, 0_i64..20), 0..200),
            settle_every in 1_usize..40,
            erased in 0_usize..8,
        ) {
            let mut column = FactColumn::default();
            let mut model: Vec<Vec<AttributeFact>> = vec![Vec::new(); 8];
            for (record, (slot, time)) in (0..).zip(&rows) {
                column.push(*slot, fact(*time, record));
                model[*slot].push(fact(*time, record));
                if (record as usize).is_multiple_of(settle_every) {
                    column.settle();
                }
            }
            column.erase(erased);
            model[erased].clear();
            for (slot, facts) in model.iter_mut().enumerate() {
                facts.sort_by_key(|fact| (fact.from, fact.record));
                prop_assert_eq!(&*column.of(slot), facts.as_slice());
                prop_assert!(facts.iter().all(|fact| !column.is_before(fact.from)));
            }
        }
    }
}
