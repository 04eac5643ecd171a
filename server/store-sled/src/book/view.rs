//! What of a customer's facts a cut lets see.

use std::borrow::Cow;

use lojal_domain::{
    AttributeFact, CostFact, DiscountFact, EventTime, History, InteractionFact, RefundFact, ResponseFact,
    TransactionFact,
};
use lojal_store::Parts;

use crate::book::fact_column::{Dated, FactColumn};
use crate::book::partition::slot_of;
use crate::book::shard::{Columns, Shard, VoidFact};

/// What a reader is to see: records before a bound, events before an instant, and of histories these parts.
#[derive(Clone, Copy)]
pub(crate) struct View {
    pub(crate) bound: u32,
    pub(crate) as_of: EventTime,
    pub(crate) parts: Parts,
}

/// Shows a customer as a view lets see; none if that is nothing.
#[inline]
pub(crate) fn show<T>(
    shard: &Shard,
    number: u32,
    view: View,
    scratch: &mut Scratch,
    visit: impl FnOnce(&History<'_>) -> T,
) -> Option<T> {
    let View { bound, as_of, parts } = view;
    let slot = slot_of(number);
    // If the whole shard is within the bound, columns need only be cut at their ends.
    let whole = shard.end <= bound;
    if whole && let Some(history) = plain(shard, slot, number, view) {
        return (!history.is_empty()).then(|| visit(&history));
    }
    let customer = shard.customers.get(slot).filter(|customer| !customer.id.is_empty())?;
    let within = Within { whole, in_time: shard.is_before(slot, as_of) };
    let transactions = scratch.transactions.cut_cow(shard.transactions(slot), within, bound, as_of);
    let Columns { discounts, refunds, voids, responses, interactions, costs, attributes, .. } =
        &shard.columns;
    let seen = Seen { slot, view, whole };
    let voids = seen.of(voids, &mut scratch.voids);
    let mut history = History {
        customer: Some(&customer.id),
        number,
        transactions,
        discounts: seen.of(discounts, &mut scratch.discounts),
        refunds: seen.of(refunds, &mut scratch.refunds),
        responses: seen.of(responses, &mut scratch.responses),
        interactions: seen.of(interactions, &mut scratch.interactions),
        costs: seen.of(costs, &mut scratch.costs),
        attributes: seen.of(attributes, &mut scratch.attributes),
    };
    let voided = |record: u32| voids.iter().any(|void| void.transaction_record == record);
    let (kept, discounted, refunds): (Vec<TransactionFact>, Vec<DiscountFact>, Vec<RefundFact>);
    if !voids.is_empty() {
        kept = history.transactions.iter().filter(|fact| !voided(fact.record)).copied().collect();
        discounted = history.discounts.iter().filter(|fact| !voided(fact.record)).copied().collect();
        refunds = history.refunds.iter().filter(|fact| !voided(fact.transaction_record)).copied().collect();
        (history.transactions, history.discounts, history.refunds) = (&kept, &discounted, &refunds);
    }
    let history = parts.of(history);
    (!history.is_empty()).then(|| visit(&history))
}

/// A customer of whom nothing has to be cut and nothing lies in tails, which is nearly everybody.
#[inline(always)]
fn plain(shard: &Shard, slot: usize, number: u32, view: View) -> Option<History<'_>> {
    let (View { as_of, parts, .. }, columns) = (view, &shard.columns);
    let transactions = if parts.purchases { shard.settled_before(slot, as_of)? } else { &[] };
    let mut history = History {
        customer: None,
        number,
        transactions,
        discounts: &[],
        refunds: &[],
        responses: settled(parts.responses, &columns.responses, slot, as_of)?,
        interactions: settled(parts.interactions, &columns.interactions, slot, as_of)?,
        costs: settled(parts.costs, &columns.costs, slot, as_of)?,
        attributes: settled(parts.attributes, &columns.attributes, slot, as_of)?,
    };
    if parts.purchases && columns.has_amendments(slot) {
        (history.discounts, history.refunds) = amendments(columns, slot, as_of)?;
    }
    // Of whom there is nothing to show, not even the id is read.
    if !history.is_empty() {
        let customer = shard.customers.get(slot).filter(|customer| !customer.id.is_empty())?;
        history.customer = Some(&customer.id);
    }
    Some(history)
}

/// What is said about a customer's purchases, unless one of them was taken back or something has to be cut.
#[inline(never)]
fn amendments(columns: &Columns, slot: usize, as_of: EventTime) -> Option<(&[DiscountFact], &[RefundFact])> {
    let is_whole = columns.voids.settled_before(slot, as_of)?.is_empty();
    let (discounts, refunds) = (&columns.discounts, &columns.refunds);
    is_whole.then_some((discounts.settled_before(slot, as_of)?, refunds.settled_before(slot, as_of)?))
}

/// A customer's facts if they can be shown as they are; nothing of parts that are not wanted.
#[inline(always)]
fn settled<T: Dated>(wanted: bool, column: &FactColumn<T>, slot: usize, as_of: EventTime) -> Option<&[T]> {
    if wanted { column.settled_before(slot, as_of) } else { Some(&[]) }
}

/// What of one customer is seen.
#[derive(Clone, Copy)]
struct Seen {
    slot: usize,
    view: View,
    whole: bool,
}

impl Seen {
    fn of<'a, T: Dated>(self, column: &'a FactColumn<T>, room: &'a mut Column<T>) -> &'a [T] {
        let View { bound, as_of, .. } = self.view;
        let within = Within { whole: self.whole, in_time: column.is_before(as_of) };
        room.cut_cow(column.of(self.slot), within, bound, as_of)
    }
}

/// Room for columns that have to be filtered, used again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    transactions: Column<TransactionFact>,
    discounts: Column<DiscountFact>,
    refunds: Column<RefundFact>,
    voids: Column<VoidFact>,
    pub(crate) responses: Column<ResponseFact>,
    interactions: Column<InteractionFact>,
    pub(crate) costs: Column<CostFact>,
    attributes: Column<AttributeFact>,
}

pub(crate) struct Column<T>(Vec<T>);

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// What is known of facts before they are looked at.
#[derive(Clone, Copy, Default)]
pub(crate) struct Within {
    /// All are before the bound.
    whole: bool,
    /// All are before the instant.
    in_time: bool,
}

impl<T: Dated> Column<T> {
    /// The facts before `as_of` and `bound`. What is known to be within both is not even looked at.
    #[inline]
    pub(crate) fn cut<'a>(
        &'a mut self,
        facts: &'a [T],
        within: Within,
        bound: u32,
        as_of: EventTime,
    ) -> &'a [T] {
        let in_time = match facts.last() {
            None => return &[],
            Some(_) if within.in_time => facts,
            Some(last) if last.is_before(as_of) => facts,
            Some(_) => &facts[..facts.partition_point(|fact| fact.is_before(as_of))],
        };
        if within.whole || in_time.iter().all(|fact| fact.record() < bound) {
            return in_time;
        }
        self.0.clear();
        self.0.extend(in_time.iter().filter(|fact| fact.record() < bound).cloned());
        &self.0
    }

    /// The same of facts that may have been put together for this.
    #[inline]
    fn cut_cow<'a>(
        &'a mut self,
        facts: Cow<'a, [T]>,
        within: Within,
        bound: u32,
        as_of: EventTime,
    ) -> &'a [T] {
        match facts {
            Cow::Borrowed(facts) => self.cut(facts, within, bound, as_of),
            Cow::Owned(mut facts) => {
                facts.retain(|fact| fact.record() < bound && fact.is_before(as_of));
                self.0 = facts;
                &self.0
            }
        }
    }
}
