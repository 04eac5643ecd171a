//! A shard of the book: the histories of one in [`SHARDS`](crate::book::partition::SHARDS) customers.
//!
//! Transactions are many, and arrive for one customer after another. So they come in two parts. The **base** has the
//! transactions of each customer side by side, ordered, ready to be handed to a question as they are. The **tail** has
//! those that came since, in the order of arrival, each linked to the one before of the same customer. Adding a
//! transaction touches the customer and the end of the tail, nothing else; once the tail is a quarter of the base the
//! shard is **settled**: both become a new base. Every transaction is moved a few times in all, sequentially, which is
//! far cheaper than a vector for each customer, in time and in memory.

use std::borrow::Cow;

use compact_str::CompactString;
use lojal_domain::{
    Amount, AttributeFact, CostFact, DiscountFact, EventTime, InteractionFact, RefundFact, ResponseFact,
    TransactionFact,
};

use crate::book::fact_column::{Dated, FactColumn, Facts, is_due, is_due_for_scan, sort_if_needed};
use crate::book::places::Bits;

/// What there is of the customers beside transactions, a column for each kind of fact.
#[derive(Default)]
pub(crate) struct Columns {
    /// About whose purchases there has been a discount, a refund or a void, so that one look tells of three columns that there is
    /// nothing.
    amended: Bits,
    /// Which transactions were at a discount. Most are not, so that nothing of it stands among them.
    pub(crate) discounts: FactColumn<DiscountFact>,
    pub(crate) refunds: FactColumn<RefundFact>,
    pub(crate) voids: FactColumn<VoidFact>,
    pub(crate) responses: FactColumn<ResponseFact>,
    pub(crate) interactions: FactColumn<InteractionFact>,
    pub(crate) costs: FactColumn<CostFact>,
    pub(crate) attributes: FactColumn<AttributeFact>,
}

impl Columns {
    /// Adds what was taken off the price of a purchase.
    pub(crate) fn add_discount(&mut self, slot: usize, fact: DiscountFact) {
        self.amended.set(slot);
        self.discounts.push(slot, fact);
    }

    /// Adds a refund.
    pub(crate) fn add_refund(&mut self, slot: usize, fact: RefundFact) {
        self.amended.set(slot);
        self.refunds.push(slot, fact);
    }

    /// Adds that a purchase was taken back.
    pub(crate) fn add_void(&mut self, slot: usize, fact: VoidFact) {
        self.amended.set(slot);
        self.voids.push(slot, fact);
    }

    /// Whether there may be more to say about a customer's purchases than the purchases.
    #[inline]
    pub(crate) fn has_amendments(&self, slot: usize) -> bool {
        self.amended.has(slot)
    }

    /// All of them.
    pub(crate) fn all(&self) -> [&dyn Facts; 7] {
        let Self { amended: _, discounts, refunds, voids, responses, interactions, costs, attributes } = self;
        [discounts, refunds, voids, responses, interactions, costs, attributes]
    }

    fn all_mut(&mut self) -> [&mut dyn Facts; 7] {
        let Self { amended: _, discounts, refunds, voids, responses, interactions, costs, attributes } = self;
        [discounts, refunds, voids, responses, interactions, costs, attributes]
    }
}

#[derive(Default)]
pub(crate) struct Shard {
    pub(crate) customers: Vec<Customer>,
    base: Vec<TransactionFact>,
    tail: Vec<Link>,
    pub(crate) columns: Columns,
    /// One more than the highest record in the shard.
    pub(crate) end: u32,
}

/// A customer; the slot is the position.
pub(crate) struct Customer {
    /// Up to 24 bytes stand right here, which saves a look elsewhere for most. Empty once erased.
    pub(crate) id: CompactString,
    /// Nothing of the customer's transactions is later.
    latest: EventTime,
    /// Where the customer's part of the base begins; it ends where the next one's begins.
    start: u32,
    /// One more than the position in the tail of the transaction that came last; 0 for none.
    head: u32,
}

/// A transaction in the tail.
struct Link {
    fact: TransactionFact,
    /// As [`Customer::head`], for the transaction before.
    previous: u32,
}

/// A transaction taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VoidFact {
    /// The place of the transaction in the order of recording.
    pub(crate) transaction_record: u32,
    /// From when on it does not count.
    pub(crate) effective: EventTime,
    /// Its own place in the order of recording.
    pub(crate) record: u32,
}

impl Dated for VoidFact {
    fn time(&self) -> EventTime {
        self.effective
    }

    fn record(&self) -> u32 {
        self.record
    }
}

impl Shard {
    pub(crate) fn add_customer(&mut self, id: &str) {
        let start = self.base.len() as u32;
        self.customers.push(Customer { id: CompactString::new(id), latest: EventTime::MIN, start, head: 0 });
    }

    /// Adds a transaction. Readers of earlier cuts pass it over by its record.
    #[inline]
    pub(crate) fn push(&mut self, slot: usize, fact: TransactionFact) {
        let Some(customer) = self.customers.get_mut(slot) else { return };
        customer.latest = customer.latest.max(fact.time);
        self.tail.push(Link { fact, previous: customer.head });
        customer.head = self.tail.len() as u32;
    }

    /// Whether a transaction at this time is later than all the customer has.
    #[inline]
    pub(crate) fn is_latest(&self, slot: usize, time: EventTime) -> bool {
        self.customers.get(slot).is_some_and(|customer| customer.latest < time)
    }

    /// Where the tail ends now, for [`Self::renumber`].
    pub(crate) fn mark(&self) -> usize {
        self.tail.len()
    }

    /// Gives other records to the transactions added since a mark.
    pub(crate) fn renumber(&mut self, mark: usize, record: impl Fn(u32) -> u32) {
        for link in &mut self.tail[mark..] {
            link.fact.record = record(link.fact.record);
        }
    }

    /// Makes one base of base and tail, if that is due.
    pub(crate) fn settle_if_due(&mut self) {
        if is_due(self.base.len(), self.tail.len()) {
            self.settle();
        }
    }

    /// Whether a scan is better off if tails are settled first. Rows that are not published yet stay where their writer
    /// left them.
    pub(crate) fn is_due_for_scan(&self, bound: u32) -> bool {
        let is_due = is_due_for_scan(self.base.len(), self.tail.len());
        self.end <= bound && (is_due || self.columns.all().iter().any(|column| column.is_due_for_scan()))
    }

    /// Settles what a scan is better off without.
    pub(crate) fn settle_for_scan(&mut self) {
        if is_due_for_scan(self.base.len(), self.tail.len()) {
            self.settle();
        }
        for column in self.columns.all_mut().into_iter().filter(|column| column.is_due_for_scan()) {
            column.settle();
        }
    }

    /// Whether all of a customer's transactions are before an instant.
    pub(crate) fn is_before(&self, slot: usize, as_of: EventTime) -> bool {
        self.customers.get(slot).is_some_and(|customer| customer.latest < as_of)
    }

    /// Makes one base of base and tail. Erased customers lose their part.
    pub(crate) fn settle(&mut self) {
        let mut base = Vec::with_capacity(self.base.len() + self.tail.len());
        for slot in 0..self.customers.len() {
            let customer = &self.customers[slot];
            let start = base.len();
            if !customer.id.is_empty() {
                base.extend_from_slice(self.base_of(slot));
                if customer.head != 0 {
                    self.extend_from_tail(slot, &mut base);
                    sort_if_needed(&mut base[start..], |fact| (fact.time, fact.record));
                }
            }
            // Later parts of the old base are found by later customers, whose turn is yet to come.
            let customer = &mut self.customers[slot];
            (customer.start, customer.head) = (start as u32, 0);
        }
        self.base = base;
        self.tail = Vec::new();
    }

    #[inline]
    fn base_of(&self, slot: usize) -> &[TransactionFact] {
        let Some(customer) = self.customers.get(slot) else { return &[] };
        let end = self.customers.get(slot + 1).map_or(self.base.len(), |next| next.start as usize);
        &self.base[customer.start as usize..end]
    }

    /// Links of a customer's tail, latest arrival first.
    fn tail_of(&self, slot: usize) -> impl Iterator<Item = &TransactionFact> {
        let mut next = self.customers.get(slot).map_or(0, |customer| customer.head);
        std::iter::from_fn(move || {
            let link = &self.tail[(next as usize).checked_sub(1)?];
            next = link.previous;
            Some(&link.fact)
        })
    }

    fn extend_from_tail(&self, slot: usize, facts: &mut Vec<TransactionFact>) {
        let start = facts.len();
        facts.extend(self.tail_of(slot));
        facts[start..].reverse();
    }

    /// A customer's transactions by time, then by record.
    #[inline]
    pub(crate) fn transactions(&self, slot: usize) -> Cow<'_, [TransactionFact]> {
        let base = self.base_of(slot);
        if self.customers.get(slot).is_none_or(|customer| customer.head == 0) {
            return Cow::Borrowed(base);
        }
        let mut facts = base.to_vec();
        self.extend_from_tail(slot, &mut facts);
        sort_if_needed(&mut facts, |fact| (fact.time, fact.record));
        Cow::Owned(facts)
    }

    /// The same, if none of them is in the tail and none too late.
    #[inline]
    pub(crate) fn settled_before(&self, slot: usize, as_of: EventTime) -> Option<&[TransactionFact]> {
        let customer = self.customers.get(slot)?;
        (customer.head == 0 && customer.latest < as_of).then(|| self.base_of(slot))
    }

    /// A customer's transaction of a time that `is` picks.
    pub(crate) fn find(
        &self,
        slot: usize,
        time: EventTime,
        is: impl Fn(&TransactionFact) -> bool,
    ) -> Option<TransactionFact> {
        if self.is_latest(slot, time) {
            return None;
        }
        self.at(slot, time).find(|fact| is(fact)).copied()
    }

    /// All transactions of a customer at a time, in no order.
    pub(crate) fn at(&self, slot: usize, time: EventTime) -> impl Iterator<Item = &TransactionFact> {
        let base = self.base_of(slot);
        let first = base.partition_point(|fact| fact.time < time);
        let in_base = base[first..].iter().take_while(move |fact| fact.time == time);
        in_base.chain(self.tail_of(slot).filter(move |fact| fact.time == time))
    }

    /// Whether any transaction was at a discount.
    pub(crate) fn has_discounts(&self) -> bool {
        !self.columns.discounts.is_empty()
    }

    /// Whether any of a customer's at a time was.
    pub(crate) fn has_discounts_at(&self, slot: usize, time: EventTime) -> bool {
        self.columns.discounts.of(slot).binary_search_by_key(&time, |fact| fact.time).is_ok()
    }

    /// What was taken off the price of a customer's transaction.
    pub(crate) fn discount_of(&self, slot: usize, transaction: &TransactionFact) -> Option<Amount> {
        let discounts = self.columns.discounts.of(slot);
        let place = discounts
            .binary_search_by_key(&(transaction.time, transaction.record), |fact| (fact.time, fact.record));
        place.ok().map(|place| discounts[place].amount)
    }

    /// Forgets a customer: the id and all there is.
    pub(crate) fn erase(&mut self, slot: usize) {
        self.columns.all_mut().into_iter().for_each(|column| column.erase(slot));
        if let Some(customer) = self.customers.get_mut(slot) {
            customer.id = CompactString::default();
            customer.latest = EventTime::MIN;
            self.settle();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lojal_domain::Amount;
    use proptest::prelude::*;

    fn fact(time: i64, record: u32) -> TransactionFact {
        let (time, amount) = (EventTime::from_micros(time), Amount::from_micros(1));
        TransactionFact { time, amount, record, occurrence: 1 }
    }

    proptest! {
        #[test]
        fn a_shard_has_what_was_added_in_order(
            rows in prop::collection::vec((0_usize..6, 0_i64..20), 0..200),
            settle_every in 1_usize..40,
        ) {
            let mut shard = Shard::default();
            let mut model: Vec<Vec<TransactionFact>> = vec![Vec::new(); 6];
            for (record, (slot, time)) in rows.iter().enumerate() {
                // Customers come as they are first seen, between settlings.
                while shard.customers.len() <= *slot {
                    shard.add_customer("somebody");
                }
                prop_assert_eq!(
                    shard.is_latest(*slot, EventTime::from_micros(*time)),
                    model[*slot].iter().all(|fact| fact.time.micros() < *time)
                );
                shard.push(*slot, fact(*time, record as u32));
                model[*slot].push(fact(*time, record as u32));
                if record % settle_every == 0 {
                    shard.settle();
                }
            }
            for (slot, model) in model.iter_mut().enumerate() {
                model.sort_by_key(|fact| (fact.time, fact.record));
                prop_assert_eq!(&*shard.transactions(slot), model.as_slice());
                for time in 0..20 {
                    let time = EventTime::from_micros(time);
                    prop_assert_eq!(
                        shard.find(slot, time, |_| true).is_some(),
                        model.iter().any(|fact| fact.time == time)
                    );
                }
            }
            if !shard.customers.is_empty() {
                shard.erase(0);
                prop_assert!(shard.transactions(0).is_empty());
                for (slot, model) in model.iter().enumerate().take(shard.customers.len()).skip(1) {
                    prop_assert_eq!(&*shard.transactions(slot), model.as_slice());
                }
            }
        }
    }
}
