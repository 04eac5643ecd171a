//! What of a customer's facts a cut lets see.

use lojal_domain::{
    AttributeFact, DiscountFact, EventTime, History, InteractionFact, RefundFact, ResponseFact,
    TransactionFact,
};
use lojal_store::Parts;

use crate::book::fact_column::Dated;
use crate::book::partition::slot_of;
use crate::book::shard::{More, Shard, VoidFact};

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
    let ends = |in_time| Within { whole, in_time };
    let transactions = shard.transactions(slot);
    let transactions =
        scratch.transactions.cut(&transactions, ends(shard.is_before(slot, as_of)), bound, as_of);
    let (responses, attributes) = (shard.responses.of(slot), shard.attributes.of(slot));
    // Hardly anybody has more.
    let more = shard.more(slot);
    let (discounts, refunds, interactions, voids) = match more {
        Some(More { discounts, refunds, voids, interactions }) => {
            (&discounts[..], &refunds[..], &interactions[..], &voids[..])
        }
        None => (&[][..], &[][..], &[][..], &[][..]),
    };
    let mut history = History {
        customer: Some(&customer.id),
        number,
        transactions,
        discounts: scratch.discounts.cut(discounts, ends(false), bound, as_of),
        refunds: scratch.refunds.cut(refunds, ends(false), bound, as_of),
        responses: scratch.responses.cut(&responses, ends(shard.responses.is_before(as_of)), bound, as_of),
        interactions: scratch.interactions.cut(interactions, ends(false), bound, as_of),
        attributes: scratch.attributes.cut(
            &attributes,
            ends(shard.attributes.is_before(as_of)),
            bound,
            as_of,
        ),
    };
    let voided =
        |record: u32| voids.iter().any(|void| void.transaction_record == record && void.counts(bound, as_of));
    let (kept, discounted, refunds): (Vec<TransactionFact>, Vec<DiscountFact>, Vec<RefundFact>);
    if voids.iter().any(|void| void.counts(bound, as_of)) {
        kept = history.transactions.iter().filter(|fact| !voided(fact.record)).copied().collect();
        discounted = history.discounts.iter().filter(|fact| !voided(fact.record)).copied().collect();
        refunds = history.refunds.iter().filter(|fact| !voided(fact.transaction_record)).copied().collect();
        (history.transactions, history.discounts, history.refunds) = (&kept, &discounted, &refunds);
    }
    let history = parts.of(history);
    (!history.is_empty()).then(|| visit(&history))
}

/// A customer of whom nothing has to be cut and nothing lies in tails, which is nearly everybody.
#[inline]
fn plain(shard: &Shard, slot: usize, number: u32, view: View) -> Option<History<'_>> {
    let View { as_of, parts, .. } = view;
    if (parts.purchases || parts.interactions) && shard.more(slot).is_some() {
        return None;
    }
    let transactions = if parts.purchases { shard.settled_before(slot, as_of)? } else { &[] };
    let responses = if parts.responses { shard.responses.settled_before(slot, as_of)? } else { &[] };
    let attributes = if parts.attributes { shard.attributes.settled_before(slot, as_of)? } else { &[] };
    let mut history = History {
        customer: None,
        number,
        transactions,
        discounts: &[],
        refunds: &[],
        responses,
        interactions: &[],
        attributes,
    };
    // Of whom there is nothing to show, not even the id is read.
    if !history.is_empty() {
        let customer = shard.customers.get(slot).filter(|customer| !customer.id.is_empty())?;
        history.customer = Some(&customer.id);
    }
    Some(history)
}

impl VoidFact {
    fn counts(&self, bound: u32, as_of: EventTime) -> bool {
        self.record < bound && self.effective < as_of
    }
}

/// Room for columns that have to be filtered, used again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    transactions: Column<TransactionFact>,
    discounts: Column<DiscountFact>,
    refunds: Column<RefundFact>,
    pub(crate) responses: Column<ResponseFact>,
    interactions: Column<InteractionFact>,
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
}
