//! What becomes of each row of a batch: recorded, a duplicate, or rejected. One row after the other, against what is
//! recorded and the rows of the batch before it.

use lojal_domain::{
    Amount, AttributeFact, Currency, CustomerUpsert, Disposition, EventTime, Interaction, Money, Record,
    Refund, SurveyResponse, Transaction, TransactionFact, TransactionIdentity, TransactionKey, Void,
};
use lojal_store::{Appended, Batch, OnReject, Rejection, RowOutcome, StoreError};

use crate::book::partition::slot_of;
use crate::log::log::Log;
use crate::log::row::{Contact, Event, NOBODY, Row, Target};
use crate::write::keys::Key;
use crate::write::ledger::{Ledger, Pending};

/// A transaction as far as judging needs it.
struct Known {
    customer: u32,
    record: u32,
    time: EventTime,
    money: Money,
    converted: Option<Amount>,
}

impl Known {
    fn of(row: &Row, record: u32) -> Option<Self> {
        match &row.event {
            Event::Transaction { time, money, converted, .. } => Some(Self {
                customer: row.customer,
                record,
                time: *time,
                money: *money,
                converted: *converted,
            }),
            _ => None,
        }
    }
}

impl Ledger {
    /// Judges a batch and keeps what is to be written.
    pub(crate) fn judge(&mut self, batch: Batch, log: &Log) -> Result<Appended, StoreError> {
        self.check_room(batch.records.len())?;
        let reporting = batch.reporting.or(self.applied.status.currency);
        let mut judge = Judge { ledger: self, log, reporting };
        let outcomes =
            batch.records.into_iter().map(|record| judge.row(record)).collect::<Result<Vec<_>, _>>();
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.batch = Pending::default();
                return Err(error);
            }
        };
        let rejected = outcomes.iter().any(|outcome| matches!(outcome, RowOutcome::Rejected(_)));
        if rejected && batch.on_reject == OnReject::Abort {
            self.batch = Pending::default();
        }
        let revision = self.applied.status.revision + u64::from(!self.batch.rows.is_empty());
        Ok(Appended { revision, outcomes })
    }
}

struct Judge<'a> {
    ledger: &'a mut Ledger,
    log: &'a Log,
    /// The workspace's currency, once it is known.
    reporting: Option<Currency>,
}

impl Judge<'_> {
    fn row(&mut self, record: Record) -> Result<RowOutcome, StoreError> {
        match record {
            Record::Transaction(transaction) => self.transaction(transaction),
            Record::Refund(refund) => self.refund(refund),
            Record::SurveyResponse(response) => self.response(response),
            Record::Interaction(interaction) => self.interaction(interaction),
            Record::CustomerUpsert(upsert) => Ok(self.upsert(upsert)),
            Record::Void(void) => self.void(void),
        }
    }

    fn transaction(&mut self, new: Transaction) -> Result<RowOutcome, StoreError> {
        let new = new.canonical();
        let is_foreign = self.reporting.is_some_and(|reporting| reporting != new.money.currency);
        // Plain transactions without ids are found among their customer's, and need no key of their own until somebody
        // asks by it.
        let key = match &new.identity {
            TransactionIdentity::Given(_) => Some(Key::transaction(new.key())),
            TransactionIdentity::Nth(_) if is_foreign || new.converted.is_some() => {
                Some(Key::transaction(new.key()))
            }
            TransactionIdentity::Nth(_) => None,
        };
        let customer = self.known_number(new.customer.as_str());
        if let TransactionIdentity::Given(id) = &new.identity
            && TransactionKey::derived_from(id.as_str()).is_some()
        {
            // An id that was derived here for another purchase: that one has it.
            self.key_derived();
        }
        let known = match key {
            Some(key) => self.is_known_by_key(key, &new)?,
            None => customer.and_then(|customer| self.is_known_by_content(customer, &new)),
        };
        if let Some(same) = known {
            return Ok(duplicate_if(same));
        }
        if let Some(reporting) = self.reporting.filter(|_| is_foreign && new.converted.is_none()) {
            return Ok(RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting }));
        }
        let key = key.or_else(|| self.ledger.keys.derived.then(|| Key::transaction(new.key())));
        if new.converted.is_none() {
            self.reporting.get_or_insert(new.money.currency);
        }
        let customer = customer.unwrap_or_else(|| self.new_number(new.customer.as_str()));
        let Transaction { identity, time, money, converted, discount, .. } = new;
        if let TransactionIdentity::Nth(occurrence) = identity {
            let position = self.ledger.batch.rows.len();
            self.ledger.batch.derived.insert((customer, time, money, occurrence), position);
        }
        let event = Event::Transaction { identity, time, money, converted, discount };
        self.add(key, Row { customer, event });
        Ok(RowOutcome::Recorded)
    }

    /// Whether a plain transaction without an id is there already, and if so, at the same discount.
    fn is_known_by_content(&self, customer: u32, new: &Transaction) -> Option<bool> {
        let (time, amount, occurrence) = (new.time, new.money.amount, new.occurrence());
        if let Some(&position) = self.ledger.batch.derived.get(&(customer, time, new.money, occurrence)) {
            let old = &self.ledger.batch.rows[position].event;
            return Some(matches!(old, Event::Transaction { discount, .. } if *discount == new.discount));
        }
        let (shard, slot) = (self.ledger.book.shard(customer).read(), slot_of(customer));
        let same = |fact: &TransactionFact| fact.amount == amount && fact.occurrence == occurrence;
        let old = shard.find(slot, time, same)?;
        Some(shard.discount_of(slot, &old) == new.discount)
    }

    /// Whether a transaction's key is taken, and if so, by the same content.
    fn is_known_by_key(&self, key: Key, new: &Transaction) -> Result<Option<bool>, StoreError> {
        let same = |row: &Row| {
            let customer = self.known_number(new.customer.as_str());
            matches!(&row.event, Event::Transaction { time, money, discount, .. }
                if customer == Some(row.customer)
                    && (*time, *money, *discount) == (new.time, new.money, new.discount))
        };
        if let Some(row) = self.pending(key) {
            return Ok(Some(same(row)));
        }
        Ok(self.committed(key)?.map(|(_, row)| same(&row)))
    }

    fn refund(&mut self, new: Refund) -> Result<RowOutcome, StoreError> {
        let key = Key::refund(new.id.as_str());
        let target = TransactionKey::of_id(new.transaction.as_str());
        let same = |row: &Row| {
            matches!(&row.event, Event::Refund(old, _)
                if TransactionKey::of_id(old.transaction.as_str()) == target
                    && (old.time, old.money) == (new.time, new.money))
        };
        if let Some(row) = self.pending(key) {
            return Ok(duplicate_if(same(row)));
        }
        if let Some((_, row)) = self.committed(key)? {
            return Ok(duplicate_if(same(&row)));
        }
        let Some(transaction) = self.known_transaction(new.transaction.as_str())? else {
            return Ok(RowOutcome::Rejected(Rejection::UnknownTransaction));
        };
        let void = Key::void(target);
        if self.pending(void).is_some() || self.committed(void)?.is_some() {
            return Ok(RowOutcome::Rejected(Rejection::TransactionVoided));
        }
        if transaction.money.currency != new.money.currency {
            let reporting = transaction.money.currency;
            return Ok(RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting }));
        }
        if new.time < transaction.time {
            return Ok(RowOutcome::Rejected(Rejection::RefundBeforeTransaction));
        }
        let before = self.refunded(&transaction)?;
        let left = transaction.money.amount.micros() - before;
        if new.money.amount.micros() > left {
            let left = Amount::from_micros(left);
            return Ok(RowOutcome::Rejected(Rejection::RefundExceedsTransaction { left }));
        }
        let worth = transaction.converted.unwrap_or(transaction.money.amount);
        let up_to = |part| worth.share(Amount::from_micros(part), transaction.money.amount).micros();
        let worth = Amount::from_micros(up_to(before + new.money.amount.micros()) - up_to(before));
        let target = Target { time: transaction.time, record: transaction.record, worth };
        self.add(
            Some(key),
            Row { customer: transaction.customer, event: Event::Refund(Box::new(new), target) },
        );
        Ok(RowOutcome::Recorded)
    }

    fn void(&mut self, new: Void) -> Result<RowOutcome, StoreError> {
        let Some(transaction) = self.known_transaction(new.transaction.as_str())? else {
            return Ok(RowOutcome::Rejected(Rejection::UnknownTransaction));
        };
        let key = Key::void(TransactionKey::of_id(new.transaction.as_str()));
        let effective = new.time.unwrap_or(transaction.time);
        let same = |row: &Row| {
            matches!(&row.event, Event::Void(old, _)
                if row.event.time() == Some(effective) && old.reason == new.reason)
        };
        if let Some(row) = self.pending(key) {
            return Ok(duplicate_if(same(row)));
        }
        if let Some((_, row)) = self.committed(key)? {
            return Ok(duplicate_if(same(&row)));
        }
        if effective < transaction.time {
            return Ok(RowOutcome::Rejected(Rejection::VoidBeforeTransaction));
        }
        let target = Target { time: transaction.time, record: transaction.record, worth: Amount::ZERO };
        self.add(
            Some(key),
            Row { customer: transaction.customer, event: Event::Void(Box::new(new), target) },
        );
        Ok(RowOutcome::Recorded)
    }

    /// The transaction a refund or a void names.
    fn known_transaction(&mut self, id: &str) -> Result<Option<Known>, StoreError> {
        let key = Key::transaction(TransactionKey::of_id(id));
        if TransactionKey::derived_from(id).is_some() {
            self.key_derived();
        }
        let first = self.ledger.applied.records;
        if let Some(&position) = self.ledger.batch.keys.get(&key) {
            return Ok(Known::of(&self.ledger.batch.rows[position], first + position as u32));
        }
        Ok(self.committed(key)?.and_then(|(record, row)| Known::of(&row, record)))
    }

    /// Gives keys to all transactions without ids, those of this batch too.
    fn key_derived(&mut self) {
        if self.ledger.keys.derived {
            return;
        }
        self.ledger.key_derived();
        for (&(customer, time, money, occurrence), &position) in &self.ledger.batch.derived {
            let first = self.ledger.applied.customers;
            let id = match customer.checked_sub(first) {
                Some(index) => self.ledger.batch.names.get(index as usize).map(|name| name.to_string()),
                None => self.ledger.book.id_of(customer).map(|id| id.as_str().to_owned()),
            };
            if let Some(id) = id {
                let key = Key::transaction(TransactionKey::derived(&id, time, money, occurrence));
                self.ledger.batch.keys.insert(key, position);
            }
        }
    }

    /// What was given back of a transaction so far, in micros of its currency.
    fn refunded(&self, transaction: &Known) -> Result<i64, StoreError> {
        let mut sum = 0;
        for (_, row) in self.pending_of(transaction.customer) {
            if let Event::Refund(refund, target) = &row.event
                && target.record == transaction.record
            {
                sum += refund.money.amount.micros();
            }
        }
        let committed = {
            let shard = self.ledger.book.shard(transaction.customer).read();
            let refunds = shard.more(slot_of(transaction.customer)).map_or(&[][..], |more| &more.refunds);
            refunds
                .iter()
                .filter(|fact| fact.transaction_record == transaction.record)
                .copied()
                .collect::<Vec<_>>()
        };
        for fact in committed {
            sum += match transaction.converted {
                None => fact.amount.micros(),
                // The book has what it comes to; the log has what was given back.
                Some(_) => match self.log.row(self.ledger.book.workspace, fact.record)?.1.event {
                    Event::Refund(refund, _) => refund.money.amount.micros(),
                    _ => 0,
                },
            };
        }
        Ok(sum)
    }

    /// Whether another stage of a survey is that of another customer than the one of this number.
    fn is_of_another(&self, new: &SurveyResponse, number: Option<u32>) -> Result<bool, StoreError> {
        let id = new.id.as_str();
        let differs = |customer: u32| customer != NOBODY && Some(customer) != number;
        let stage = |disposition| self.pending(Key::response(id, disposition));
        if Disposition::ALL.into_iter().filter_map(stage).any(|row| differs(row.customer)) {
            return Ok(true);
        }
        let key = Key::response(id, new.disposition);
        for taken in self.ledger.keys.customers_of(key).filter(|taken| differs(taken.customer)) {
            // Sixty-four bits may agree by chance.
            let (_, row) = self.log.row(self.ledger.book.workspace, taken.record)?;
            if matches!(&row.event, Event::Response(old) if old.id == new.id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn response(&mut self, new: SurveyResponse) -> Result<RowOutcome, StoreError> {
        let key = Key::response(new.id.as_str(), new.disposition);
        let bare = SurveyResponse { customer: None, ..new.clone() };
        let number =
            new.customer.as_ref().map_or(Some(NOBODY), |customer| self.known_number(customer.as_str()));
        let same = |row: &Row| {
            number == Some(row.customer) && matches!(&row.event, Event::Response(old) if **old == bare)
        };
        if let Some(row) = self.pending(key) {
            return Ok(duplicate_if(same(row)));
        }
        if let Some((_, row)) = self.committed(key)? {
            return Ok(duplicate_if(same(&row)));
        }
        if new.customer.is_some() && self.is_of_another(&new, number)? {
            return Ok(RowOutcome::Rejected(Rejection::Conflict));
        }
        let customer = match &new.customer {
            Some(customer) => self.number(customer.as_str()),
            None => NOBODY,
        };
        self.add(Some(key), Row { customer, event: Event::Response(Box::new(bare)) });
        Ok(RowOutcome::Recorded)
    }

    fn interaction(&mut self, new: Interaction) -> Result<RowOutcome, StoreError> {
        let key = Key::interaction(new.id.as_str());
        let known = self.known_number(new.customer.as_str());
        let customer = new.customer.clone();
        let contact = Contact::from(new);
        let same = |row: &Row| {
            known == Some(row.customer) && matches!(&row.event, Event::Interaction(old) if **old == contact)
        };
        if let Some(row) = self.pending(key) {
            return Ok(duplicate_if(same(row)));
        }
        if let Some((_, row)) = self.committed(key)? {
            return Ok(duplicate_if(same(&row)));
        }
        let customer = self.number(customer.as_str());
        self.add(Some(key), Row { customer, event: Event::Interaction(Box::new(contact)) });
        Ok(RowOutcome::Recorded)
    }

    fn upsert(&mut self, new: CustomerUpsert) -> RowOutcome {
        let CustomerUpsert { customer, attributes, effective } = new;
        if attributes.is_empty() {
            return RowOutcome::Duplicate;
        }
        let from = effective.unwrap_or(EventTime::MIN);
        let known = self.known_number(customer.as_str());
        let facts = known.map_or_else(Vec::new, |number| self.attributes_of(number));
        if attributes.iter().all(|(name, value)| is_in_force(&facts, from, name.as_str(), value)) {
            return RowOutcome::Duplicate;
        }
        let number = known.unwrap_or_else(|| self.new_number(customer.as_str()));
        self.add(None, Row { customer: number, event: Event::Attributes { attributes, effective } });
        RowOutcome::Recorded
    }

    fn attributes_of(&self, customer: u32) -> Vec<AttributeFact> {
        let mut facts = {
            let shard = self.ledger.book.shard(customer).read();
            shard.attributes.of(slot_of(customer)).into_owned()
        };
        for (record, row) in self.pending_of(customer) {
            if let Event::Attributes { attributes, effective } = &row.event {
                facts.extend(attributes.iter().map(|(name, value)| AttributeFact {
                    from: effective.unwrap_or(EventTime::MIN),
                    name: name.as_str().into(),
                    value: value.as_str().into(),
                    record,
                }));
            }
        }
        facts
    }

    /// The row of this batch under a key.
    fn pending(&self, key: Key) -> Option<&Row> {
        self.ledger.batch.keys.get(&key).map(|&position| &self.ledger.batch.rows[position])
    }

    /// The recorded row under a key, and its record.
    fn committed(&self, key: Key) -> Result<Option<(u32, Row)>, StoreError> {
        let Ledger { keys, book, .. } = &*self.ledger;
        Ok(keys.find(key, book, self.log)?.map(|(taken, row)| (taken.record, row)))
    }

    /// Refunds, attributes and voids of a customer in this batch, with their records.
    fn pending_of(&self, customer: u32) -> impl Iterator<Item = (u32, &Row)> {
        let Pending { of_customer, rows, .. } = &self.ledger.batch;
        let first = self.ledger.applied.records;
        let positions = of_customer.get(&customer).into_iter().flatten();
        positions.map(move |&position| (first + position as u32, &rows[position]))
    }

    fn known_number(&self, customer: &str) -> Option<u32> {
        let pending = self.ledger.batch.customers.get(customer).copied();
        pending.or_else(|| self.ledger.book.number_of(customer))
    }

    /// The customer's number; a new one for a new customer.
    fn number(&mut self, customer: &str) -> u32 {
        self.known_number(customer).unwrap_or_else(|| self.new_number(customer))
    }

    fn new_number(&mut self, customer: &str) -> u32 {
        let number = self.ledger.next_customer();
        self.ledger.batch.customers.insert(customer.into(), number);
        self.ledger.batch.names.push(customer.into());
        number
    }

    fn add(&mut self, key: Option<Key>, row: Row) {
        let batch = &mut self.ledger.batch;
        let position = batch.rows.len();
        if let Some(key) = key {
            batch.keys.insert(key, position);
        }
        if matches!(row.event, Event::Refund(..) | Event::Attributes { .. } | Event::Void(..)) {
            batch.of_customer.entry(row.customer).or_default().push(position);
        }
        batch.rows.push(row);
    }
}

fn duplicate_if(same: bool) -> RowOutcome {
    if same { RowOutcome::Duplicate } else { RowOutcome::Rejected(Rejection::Conflict) }
}

/// Whether a value is what the facts say already: the last one given for the same time, and not replaced since.
fn is_in_force(facts: &[AttributeFact], from: EventTime, name: &str, value: &str) -> bool {
    let named = || facts.iter().filter(|fact| &*fact.name == name);
    let last = if from == EventTime::MIN {
        named().max_by_key(|fact| fact.record).filter(|fact| fact.from == from)
    } else {
        let for_all_times = named().filter(|fact| fact.from == EventTime::MIN).map(|fact| fact.record);
        let replaced = for_all_times.max();
        named()
            .filter(|fact| fact.from == from && replaced.is_none_or(|replaced| fact.record > replaced))
            .max_by_key(|fact| fact.record)
    };
    last.is_some_and(|fact| &*fact.value == value)
}
