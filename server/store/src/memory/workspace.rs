//! One workspace of the reference: its records in order, and how they are found.

use std::collections::BTreeMap;

use lojal_domain::{
    Amount, AttributeFact, Cost, CostFact, Currency, CustomerId, CustomerUpsert, DiscountFact, EventTime,
    History, InteractionFact, Record, Refund, RefundFact, ResponseFact, Transaction, TransactionFact,
    TransactionKey, Void,
};

use crate::{Batch, Counts, Cut, Erased, OnReject, RecordKind, RowOutcome};

/// A workspace: everything written in it, in order.
#[derive(Clone, Default)]
pub(super) struct Workspace {
    pub(super) entries: Vec<Entry>,
    /// When each revision was recorded, from revision 1 on.
    pub(super) revisions: Vec<EventTime>,
    /// Customers by number, in the order they were first recorded; none in the place of an erased one.
    pub(super) customers: Vec<Option<CustomerId>>,
    /// The currency that the first transaction or cost decided.
    pub(super) currency: Option<Currency>,
    pub(super) documents: BTreeMap<(String, String), Vec<u8>>,
    next_record: u32,
}

/// A record with its place.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) number: u32,
    pub(super) revision: u64,
    pub(super) recorded_at: EventTime,
    pub(super) record: Record,
}

impl Workspace {
    pub(super) fn revision(&self) -> u64 {
        self.revisions.len() as u64
    }

    /// What becomes of the rows of a batch; those recorded are in it afterwards. False if it is to be forgotten.
    pub(super) fn append(&mut self, batch: Batch) -> (bool, Vec<RowOutcome>) {
        let recorded_at = self.instant_of(batch.recorded_at);
        let revision = self.revision() + 1;
        let mut outcomes = Vec::with_capacity(batch.records.len());
        for record in batch.records {
            let outcome = self.judge(&record, batch.reporting);
            if outcome == RowOutcome::Recorded {
                self.add(Entry { number: self.next_record, revision, recorded_at, record });
            }
            outcomes.push(outcome);
        }
        let rejected = outcomes.iter().any(|outcome| matches!(outcome, RowOutcome::Rejected(_)));
        let aborted = rejected && batch.on_reject == OnReject::Abort;
        self.revisions.push(recorded_at);
        (!aborted && outcomes.contains(&RowOutcome::Recorded), outcomes)
    }

    fn add(&mut self, entry: Entry) {
        match &entry.record {
            Record::Transaction(Transaction { money, converted: None, .. })
            | Record::Cost(Cost { money, converted: None, .. }) => {
                self.currency.get_or_insert(money.currency);
            }
            _ => {}
        }
        let customer = self.customer_of(&entry.record).cloned();
        if customer.is_some() && !self.customers.contains(&customer) {
            self.customers.push(customer);
        }
        self.entries.push(entry);
        self.next_record += 1;
    }

    /// Recorded instants never go back.
    fn instant_of(&self, given: EventTime) -> EventTime {
        self.revisions.last().map_or(given, |last| given.max(*last))
    }

    /// Forgets a customer's records.
    pub(super) fn erase(&mut self, customer: &CustomerId, erased_at: EventTime) -> Erased {
        let of_customer = |entry: &Entry| self.customer_of(&entry.record) == Some(customer);
        let (gone, mut kept): (Vec<Entry>, Vec<Entry>) =
            self.entries.clone().into_iter().partition(of_customer);
        let mut references = 0;
        for entry in &mut kept {
            if let Record::CustomerUpsert(upsert) = &mut entry.record {
                let forgot = CustomerUpsert::forget_referrer(&mut upsert.attributes, customer.as_str());
                references += u64::from(forgot);
            }
        }
        let counts = Counts::of(gone.iter().map(|entry| RecordKind::of(&entry.record)));
        let mut erased = Erased { revision: self.revision(), counts, references };
        if erased.is_anything() {
            erased.revision += 1;
            self.entries = kept;
            // The number stays taken, so that those of others do not change.
            let places = self.customers.iter_mut().filter(|place| place.as_ref() == Some(customer));
            places.for_each(|place| *place = None);
            self.revisions.push(self.instant_of(erased_at));
        }
        erased
    }

    pub(super) fn transaction_entry(&self, key: TransactionKey) -> Option<(&Entry, &Transaction)> {
        self.entries.iter().find_map(|entry| match &entry.record {
            Record::Transaction(transaction) if transaction.key() == key => Some((entry, transaction)),
            _ => None,
        })
    }

    pub(super) fn transaction(&self, key: TransactionKey) -> Option<&Transaction> {
        self.transaction_entry(key).map(|(_, transaction)| transaction)
    }

    pub(super) fn refunds_of(&self, key: TransactionKey) -> impl Iterator<Item = (&Entry, &Refund)> {
        self.entries.iter().filter_map(move |entry| match &entry.record {
            Record::Refund(refund) if TransactionKey::of_id(refund.transaction.as_str()) == key => {
                Some((entry, refund))
            }
            _ => None,
        })
    }

    pub(super) fn void_of(&self, key: TransactionKey) -> Option<(&Entry, &Void)> {
        self.entries.iter().find_map(|entry| match &entry.record {
            Record::Void(void) if TransactionKey::of_id(void.transaction.as_str()) == key => {
                Some((entry, void))
            }
            _ => None,
        })
    }

    /// Whose record it is.
    fn customer_of<'a>(&'a self, record: &'a Record) -> Option<&'a CustomerId> {
        let of_transaction =
            |id: &str| self.transaction(TransactionKey::of_id(id)).map(|transaction| &transaction.customer);
        match record {
            Record::Transaction(transaction) => Some(&transaction.customer),
            Record::Refund(refund) => of_transaction(refund.transaction.as_str()),
            Record::Void(void) => of_transaction(void.transaction.as_str()),
            Record::SurveyResponse(response) => response.customer.as_ref(),
            Record::CustomerUpsert(upsert) => Some(&upsert.customer),
            Record::Interaction(interaction) => Some(&interaction.customer),
            Record::Cost(cost) => cost.customer.as_ref(),
        }
    }

    /// When it took effect. Facts for all times have no moment.
    pub(super) fn time_of(&self, record: &Record) -> Option<EventTime> {
        match record {
            Record::Void(Void { transaction, time: None, .. }) => self
                .transaction(TransactionKey::of_id(transaction.as_str()))
                .map(|transaction| transaction.time),
            other => other.time(),
        }
    }

    fn sees(&self, cut: Cut, entry: &Entry) -> bool {
        cut.revision.is_none_or(|revision| entry.revision <= revision)
            && self.time_of(&entry.record).is_none_or(|time| time < cut.as_of)
    }

    /// The records of a customer, or the anonymous ones, that a cut lets see.
    pub(super) fn visible<'a>(
        &'a self,
        customer: Option<&'a CustomerId>,
        cut: Cut,
    ) -> impl Iterator<Item = &'a Entry> {
        let of_cut = self.entries.iter().filter(move |entry| self.sees(cut, entry));
        of_cut.filter(move |entry| self.customer_of(&entry.record) == customer)
    }

    /// Whether a cut holds a transaction's void.
    fn is_voided(&self, key: TransactionKey, cut: Cut) -> bool {
        self.void_of(key).is_some_and(|(entry, _)| self.sees(cut, entry))
    }

    pub(super) fn attributes(&self, customer: &CustomerId, cut: Cut) -> Vec<AttributeFact> {
        let mut facts = Vec::new();
        for Entry { number: record, record: held, .. } in self.visible(Some(customer), cut) {
            if let Record::CustomerUpsert(upsert) = held {
                let from = upsert.effective.unwrap_or(EventTime::MIN);
                for (name, value) in &upsert.attributes {
                    let (name, value) = (name.as_str().into(), value.as_str().into());
                    facts.push(AttributeFact { from, name, value, record: *record });
                }
            }
        }
        facts.sort_by_key(|fact| (fact.from, fact.record));
        facts
    }

    /// A refund as questions see it: its share of what its transaction comes to, after the refunds recorded before it.
    fn refund_fact(&self, entry: &Entry, refund: &Refund) -> Option<RefundFact> {
        let key = TransactionKey::of_id(refund.transaction.as_str());
        let (transaction_entry, transaction) = self.transaction_entry(key)?;
        let earlier = self.refunds_of(key).filter(|(earlier, _)| earlier.number < entry.number);
        let before: i64 = earlier.map(|(_, refund)| refund.money.amount.micros()).sum();
        let after = before + refund.money.amount.micros();
        let up_to = |part| transaction.worth().share(Amount::from_micros(part), transaction.money.amount);
        Some(RefundFact {
            time: refund.time,
            amount: Amount::from_micros(up_to(after).micros() - up_to(before).micros()),
            transaction_time: transaction.time,
            transaction_record: transaction_entry.number,
            record: entry.number,
        })
    }

    pub(super) fn show<T>(
        &self,
        customer: Option<&CustomerId>,
        number: u32,
        cut: Cut,
        visit: impl FnOnce(&History<'_>) -> T,
    ) -> Option<T> {
        let (mut transactions, mut refunds, mut responses) = (Vec::new(), Vec::new(), Vec::new());
        let (mut interactions, mut discounts, mut costs) = (Vec::new(), Vec::new(), Vec::new());
        for entry in self.visible(customer, cut) {
            let record = entry.number;
            match &entry.record {
                Record::Transaction(transaction) if !self.is_voided(transaction.key(), cut) => {
                    transactions.push(TransactionFact {
                        time: transaction.time,
                        amount: transaction.worth(),
                        record,
                        occurrence: match transaction.converted {
                            Some(_) => 0,
                            None => transaction.clone().canonical().occurrence(),
                        },
                    });
                    if let Some(amount) = transaction.discount_worth() {
                        discounts.push(DiscountFact { time: transaction.time, amount, record });
                    }
                }
                Record::Refund(refund)
                    if !self.is_voided(TransactionKey::of_id(refund.transaction.as_str()), cut) =>
                {
                    refunds.extend(self.refund_fact(entry, refund));
                }
                Record::SurveyResponse(response) => {
                    responses.push(ResponseFact::of(response, record, |name| name.into()));
                }
                Record::Interaction(interaction) => {
                    interactions.push(InteractionFact::of(interaction, record, |name| name.into()));
                }
                Record::Cost(cost) => costs.push(CostFact::of(cost, record, |name| name.into())),
                Record::Transaction(_) | Record::Refund(_) | Record::CustomerUpsert(_) | Record::Void(_) => {}
            }
        }
        transactions.sort_by_key(|fact| (fact.time, fact.record));
        discounts.sort_by_key(|fact: &DiscountFact| (fact.time, fact.record));
        refunds.sort_by_key(|fact| (fact.time, fact.record));
        responses.sort_by_key(|fact| (fact.time, fact.record));
        interactions.sort_by_key(|fact: &InteractionFact| (fact.time, fact.record));
        costs.sort_by_key(|fact: &CostFact| (fact.time, fact.record));
        let attributes = customer.map(|customer| self.attributes(customer, cut)).unwrap_or_default();
        let history = History {
            customer: customer.map(CustomerId::as_str),
            number,
            transactions: &transactions,
            discounts: &discounts,
            refunds: &refunds,
            responses: &responses,
            interactions: &interactions,
            costs: &costs,
            attributes: &attributes,
        };
        (!history.is_empty()).then(|| visit(&history))
    }
}
