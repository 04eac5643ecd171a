//! Facts of one kind of a shard's customers, side by side as a question walks them. Every kind but transactions is kept so.
//!
//! As with transactions there is a **base**, which has the facts of one customer after those of another, ordered, and a
//! **tail** with those that came since, each linked to the one before of the same customer. A scan reads the base from
//! end to end, which memory is fast at; a vector for each customer would be somewhere else each time. Settling, which makes
//! both one, is due when the tail is long, and a scan asks for it sooner.
//!
//! Where a customer's facts are stands in [`Places`].

use std::borrow::Cow;

use lojal_domain::{
    AttributeFact, CostFact, DiscountFact, EventTime, InteractionFact, RefundFact, ResponseFact,
    TransactionFact,
};

use crate::book::places::{Place, Places};

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
    /// When it was; none if it holds for all times.
    fn moment(&self) -> Option<EventTime> {
        Some(self.time())
    }
    /// Whether it is before an instant.
    fn is_before(&self, as_of: EventTime) -> bool {
        self.time() < as_of
    }
}

/// What can be done with facts of whatever kind.
pub(crate) trait Facts {
    /// Whether a scan is better off if the tail is settled first.
    fn is_due_for_scan(&self) -> bool;
    /// Makes one base of base and tail.
    fn settle(&mut self);
    /// Forgets a customer's facts.
    fn erase(&mut self, slot: usize);
    /// Tells when a customer's facts were, none for those that hold for all times, and their records.
    fn tell(&self, slot: usize, told: &mut dyn FnMut(Option<EventTime>, u32));
}

pub(crate) struct FactColumn<T> {
    places: Places,
    base: Vec<T>,
    tail: Vec<Link<T>>,
    /// No fact is later.
    latest: EventTime,
}

struct Link<T> {
    /// There until it is moved into the base.
    fact: Option<T>,
    /// As [`Place::head`], for the fact before.
    previous: u32,
}

impl<T> Default for FactColumn<T> {
    fn default() -> Self {
        Self { places: Places::default(), base: Vec::new(), tail: Vec::new(), latest: EventTime::MIN }
    }
}

impl<T: Dated> FactColumn<T> {
    /// Adds a fact.
    pub(crate) fn push(&mut self, slot: usize, fact: T) {
        self.latest = self.latest.max(fact.time());
        let head = self.places.head_mut(slot);
        self.tail.push(Link { fact: Some(fact), previous: *head });
        *head = self.tail.len() as u32;
        if is_due(self.base.len(), self.tail.len()) {
            self.settle();
        }
    }

    /// Whether there are no facts at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.base.is_empty() && self.tail.is_empty()
    }

    /// A customer's facts by time, then by record.
    #[inline]
    pub(crate) fn of(&self, slot: usize) -> Cow<'_, [T]> {
        let Some(place) = self.places.get(slot) else { return Cow::Borrowed(&[]) };
        let base = &self.base[place.start as usize..place.end as usize];
        if place.head == 0 { Cow::Borrowed(base) } else { Cow::Owned(self.with_tail(base, place.head)) }
    }

    /// The same, if none of them is in the tail and none too late.
    #[inline(always)]
    pub(crate) fn settled_before(&self, slot: usize, as_of: EventTime) -> Option<&[T]> {
        match self.places.get(slot) {
            None => Some(&[]),
            Some(place) if place.head == 0 && self.is_before(as_of) => {
                Some(&self.base[place.start as usize..place.end as usize])
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

    /// All facts of all customers, in no order.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &T> {
        self.base.iter().chain(self.tail.iter().filter_map(|link| link.fact.as_ref()))
    }

    /// Changes facts, but not when they were nor whose.
    pub(crate) fn amend(&mut self, mut change: impl FnMut(&mut T)) {
        self.base
            .iter_mut()
            .chain(self.tail.iter_mut().filter_map(|link| link.fact.as_mut()))
            .for_each(&mut change);
    }

    /// Whether all facts are before an instant.
    pub(crate) fn is_before(&self, as_of: EventTime) -> bool {
        self.latest < as_of
    }

    fn settle_without(&mut self, erased: usize) {
        let mut tail = std::mem::take(&mut self.tail);
        let mut base = Vec::with_capacity(self.base.len() + tail.len());
        let mut old = std::mem::take(&mut self.base).into_iter();
        self.places.settle(|slot, Place { start: first, end, head }| {
            let (start, count) = (base.len(), (end - first) as usize);
            base.extend(old.by_ref().take(count));
            let mut next = head;
            while let Some(link) = (next as usize).checked_sub(1).map(|at| &mut tail[at]) {
                base.extend(link.fact.take());
                next = link.previous;
            }
            put_in_order(&mut base[start..], count);
            if slot == erased {
                base.truncate(start);
            }
            base.len() as u32
        });
        self.base = base;
    }
}

impl<T: Dated> Facts for FactColumn<T> {
    fn is_due_for_scan(&self) -> bool {
        is_due_for_scan(self.base.len(), self.tail.len())
    }

    fn settle(&mut self) {
        self.settle_without(usize::MAX);
    }

    fn erase(&mut self, slot: usize) {
        if self.places.get(slot).is_some() {
            self.settle_without(slot);
        }
    }

    fn tell(&self, slot: usize, told: &mut dyn FnMut(Option<EventTime>, u32)) {
        self.of(slot).iter().for_each(|fact| told(fact.moment(), fact.record()));
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

dated!(TransactionFact, DiscountFact, RefundFact, ResponseFact, InteractionFact, CostFact);

impl Dated for AttributeFact {
    fn time(&self) -> EventTime {
        self.from
    }

    fn record(&self) -> u32 {
        self.record
    }

    fn moment(&self) -> Option<EventTime> {
        (self.from != EventTime::MIN).then_some(self.from)
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

/// Adds a fact where it belongs, which is nearly always the end.
pub(crate) fn insert_in_order<T: Dated>(facts: &mut Vec<T>, new: T) {
    let is_before = |fact: &T| (fact.time(), fact.record()) < (new.time(), new.record());
    let place = match facts.last() {
        Some(last) if !is_before(last) => facts.partition_point(is_before),
        _ => facts.len(),
    };
    facts.insert(place, new);
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
            // Close together, or with many between them who have nothing.
            apart in prop::sample::select(vec![1_usize, 7, 100]),
        ) {
            let mut column = FactColumn::default();
            let mut model: Vec<Vec<AttributeFact>> = vec![Vec::new(); 8 * apart];
            let erased = erased * apart;
            for (record, (slot, time)) in (0..).zip(&rows) {
                let slot = &(slot * apart);
                column.push(*slot, fact(*time, record));
                model[*slot].push(fact(*time, record));
                if (record as usize).is_multiple_of(settle_every) {
                    column.settle();
                }
            }
            column.erase(erased);
            model[erased].clear();
            // Erasing settles; what comes after it is in the tail again.
            for (record, (slot, time)) in (1_000..).zip(rows.iter().take(3)) {
                column.push(slot * apart, fact(*time, record));
                model[slot * apart].push(fact(*time, record));
            }
            for (slot, facts) in model.iter_mut().enumerate() {
                facts.sort_by_key(|fact| (fact.from, fact.record));
                prop_assert_eq!(&*column.of(slot), facts.as_slice());
                prop_assert!(facts.iter().all(|fact| !column.is_before(fact.from)));
            }
        }
    }
}
