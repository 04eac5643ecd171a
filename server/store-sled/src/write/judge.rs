//! What becomes of each row of a batch: recorded, a duplicate, or rejected. One row after the other, against what is
//! recorded and the rows of the batch before it. The rules are [`lojal_store::rules`]; here is what they ask, and what is
//! made of a row that is to be recorded.

use lojal_domain::{
    Amount, AttributeFact, Currency, CustomerId, Disposition, EventTime, Record, SurveyResponse, Transaction,
    TransactionFact, TransactionId, TransactionIdentity, TransactionKey,
};
use lojal_store::rules::{self, Accepted, GuardKey, Known, Ruling, Sale};
use lojal_store::{Appended, Batch, OnReject, RowOutcome, StoreError};

use crate::book::partition::slot_of;
use crate::log::event::{Contact, Event, NOBODY, Row, Target};
use crate::log::log::Log;
use crate::write::keys::Key;
use crate::write::ledger::{Ledger, Pending};

impl Ledger {
    /// Judges a batch and keeps what is to be written.
    pub(crate) fn judge(&mut self, batch: Batch, log: &Log) -> Result<Appended, StoreError> {
        self.check_room(batch.records.len())?;
        let reporting = batch.reporting.or(self.applied.status.currency);
        let mut judge = Judge { ledger: self, log, reporting, arriving: Arriving::default() };
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

/// Where a transaction is.
#[derive(Clone, Copy)]
struct Sold {
    customer: u32,
    record: u32,
    /// What it put under its key.
    paid: i64,
}

/// What was looked up of the record that is judged.
#[derive(Clone, Copy, Default)]
struct Arriving {
    /// Plain transactions without ids are found among their customer's, and need no key of their own until somebody asks
    /// by it.
    key: Option<Key>,
    /// Whose it is, if that is somebody who is known.
    customer: Option<u32>,
}

struct Judge<'a> {
    ledger: &'a mut Ledger,
    log: &'a Log,
    /// The workspace's currency, once it is known.
    reporting: Option<Currency>,
    arriving: Arriving,
}

impl Known for Judge<'_> {
    type Place = Sold;
    type Error = StoreError;

    fn holder(&mut self, new: &Record) -> Result<Option<Record>, StoreError> {
        let Arriving { key, customer } = self.arriving;
        if let Some(key) = key {
            if let Some(row) = self.pending(key) {
                return self.record_of(row.clone()).map(Some);
            }
            return self.committed(key)?.map(|(_, row)| self.record_of(row)).transpose();
        }
        let (Record::Transaction(new), Some(customer)) = (new, customer) else { return Ok(None) };
        let held = |discount| Record::Transaction(Transaction { discount, ..new.clone() });
        Ok(self.discount_held(customer, new).map(held))
    }

    fn transaction(&mut self, id: &TransactionId) -> Result<Option<Sale<Sold>>, StoreError> {
        let key = Key::transaction(TransactionKey::of_id(id.as_str()));
        if TransactionKey::derived_from(id.as_str()).is_some() {
            self.key_derived();
        }
        let first = self.ledger.applied.records;
        if let Some(&position) = self.ledger.batch.keys.get(&key) {
            return Ok(sale(&self.ledger.batch.rows[position], first + position as u32));
        }
        Ok(self.committed(key)?.and_then(|(record, row)| sale(&row, record)))
    }

    fn is_voided(&mut self, id: &TransactionId) -> Result<bool, StoreError> {
        let void = Key::void(TransactionKey::of_id(id.as_str()));
        Ok(self.pending(void).is_some() || self.committed(void)?.is_some())
    }

    fn sum(&mut self, GuardKey::Transaction(sold): GuardKey<Sold>) -> Result<i64, StoreError> {
        let key = GuardKey::Transaction(sold.record);
        Ok(sold.paid + self.ledger.sums.of(key) + self.ledger.batch.sums.of(key))
    }

    fn is_of_another(&mut self, new: &SurveyResponse) -> Result<bool, StoreError> {
        let (id, number) = (new.id.as_str(), self.arriving.customer);
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

    fn attributes(&mut self, _: &CustomerId) -> Result<Vec<AttributeFact>, StoreError> {
        let Some(customer) = self.arriving.customer else { return Ok(Vec::new()) };
        let mut facts = {
            let shard = self.ledger.book.shard(customer).read();
            shard.columns.attributes.of(slot_of(customer)).into_owned()
        };
        let Pending { attributes_of, rows, .. } = &self.ledger.batch;
        for &position in attributes_of.get(&customer).into_iter().flatten() {
            if let Event::Attributes { attributes, effective } = &rows[position].event {
                facts.extend(attributes.iter().map(|(name, value)| AttributeFact {
                    from: effective.unwrap_or(EventTime::MIN),
                    name: name.as_str().into(),
                    value: value.as_str().into(),
                    record: self.ledger.applied.records + position as u32,
                }));
            }
        }
        Ok(facts)
    }
}

impl Judge<'_> {
    fn row(&mut self, record: Record) -> Result<RowOutcome, StoreError> {
        let record = match record {
            Record::Transaction(transaction) => Record::Transaction(transaction.canonical()),
            other => other,
        };
        self.arriving = self.arriving(&record);
        if let Record::Transaction(Transaction { identity: TransactionIdentity::Given(id), .. }) = &record
            && TransactionKey::derived_from(id.as_str()).is_some()
        {
            // An id that was derived here for another purchase: that one has it.
            self.key_derived();
        }
        let ruling = rules::judge(self, &record, self.reporting)?;
        let outcome = ruling.outcome();
        if let Ruling::Record(accepted) = ruling {
            self.keep(record, &accepted);
        }
        Ok(outcome)
    }

    fn arriving(&self, record: &Record) -> Arriving {
        let known = |customer: &CustomerId| self.known_number(customer.as_str());
        match record {
            Record::Transaction(new) => {
                let is_foreign = self.reporting.is_some_and(|reporting| reporting != new.money.currency);
                let is_plain = matches!(new.identity, TransactionIdentity::Nth(_))
                    && !is_foreign
                    && new.converted.is_none();
                let key = (!is_plain).then(|| Key::transaction(new.key()));
                Arriving { key, customer: known(&new.customer) }
            }
            Record::Refund(new) => Arriving { key: Some(Key::refund(new.id.as_str())), customer: None },
            Record::Void(new) => {
                let key = Key::void(TransactionKey::of_id(new.transaction.as_str()));
                Arriving { key: Some(key), customer: None }
            }
            Record::SurveyResponse(new) => Arriving {
                key: Some(Key::response(new.id.as_str(), new.disposition)),
                customer: new.customer.as_ref().and_then(known),
            },
            Record::Interaction(new) => {
                Arriving { key: Some(Key::interaction(new.id.as_str())), customer: known(&new.customer) }
            }
            Record::Cost(new) => Arriving {
                key: Some(Key::cost(new.id.as_str())),
                customer: new.customer.as_ref().and_then(known),
            },
            Record::CustomerUpsert(new) => Arriving { key: None, customer: known(&new.customer) },
        }
    }

    /// Makes a row of a record that is to be recorded.
    fn keep(&mut self, record: Record, accepted: &Accepted<Sold>) {
        let Arriving { mut key, customer } = self.arriving;
        // Whoever a record names; those that are about a transaction are its customer's.
        let number =
            |judge: &mut Self, id: &CustomerId| customer.unwrap_or_else(|| judge.new_number(id.as_str()));
        let (customer, target) = match accepted.about {
            Some(Sale { place, time, .. }) => {
                (place.customer, Target { time, record: place.record, worth: accepted.worth })
            }
            None => (NOBODY, Target { time: EventTime::MIN, record: 0, worth: accepted.worth }),
        };
        if let Some(currency) = record.own_currency() {
            self.reporting.get_or_insert(currency);
        }
        let row = match record {
            Record::Transaction(new) => {
                key = key.or_else(|| self.ledger.keys.derived.then(|| Key::transaction(new.key())));
                let customer = number(self, &new.customer);
                let Transaction { identity, time, money, converted, discount, .. } = new;
                if let TransactionIdentity::Nth(occurrence) = identity {
                    let position = self.ledger.batch.rows.len();
                    self.ledger.batch.derived.insert((customer, time, money, occurrence), position);
                }
                Row { customer, event: Event::Transaction { identity, time, money, converted, discount } }
            }
            Record::Refund(new) => Row { customer, event: Event::Refund(Box::new(new), target) },
            Record::Void(new) => Row { customer, event: Event::Void(Box::new(new), target) },
            Record::SurveyResponse(mut new) => {
                let customer = new.customer.take().map_or(NOBODY, |id| number(self, &id));
                Row { customer, event: Event::Response(Box::new(new)) }
            }
            Record::Interaction(new) => {
                let customer = number(self, &new.customer);
                Row { customer, event: Event::Interaction(Box::new(Contact::from(new))) }
            }
            Record::Cost(mut new) => {
                let customer = new.customer.take().map_or(NOBODY, |id| number(self, &id));
                Row { customer, event: Event::Cost(Box::new(new)) }
            }
            Record::CustomerUpsert(new) => {
                let customer = number(self, &new.customer);
                let position = self.ledger.batch.rows.len();
                self.ledger.batch.attributes_of.entry(customer).or_default().push(position);
                let event = Event::Attributes { attributes: new.attributes, effective: new.effective };
                Row { customer, event }
            }
        };
        let batch = &mut self.ledger.batch;
        if let Some(key) = key {
            batch.keys.insert(key, batch.rows.len());
        }
        batch.sums.add(&row);
        batch.rows.push(row);
    }

    /// The discount of a plain transaction without an id that is there already.
    fn discount_held(&self, customer: u32, new: &Transaction) -> Option<Option<Amount>> {
        let (time, amount, occurrence) = (new.time, new.money.amount, new.occurrence());
        if let Some(&position) = self.ledger.batch.derived.get(&(customer, time, new.money, occurrence)) {
            return match &self.ledger.batch.rows[position].event {
                Event::Transaction { discount, .. } => Some(*discount),
                _ => None,
            };
        }
        let (shard, slot) = (self.ledger.book.shard(customer).read(), slot_of(customer));
        let same = |fact: &TransactionFact| fact.amount == amount && fact.occurrence == occurrence;
        let old = shard.find(slot, time, same)?;
        Some(shard.discount_of(slot, &old))
    }

    /// Gives keys to all transactions without ids, those of this batch too.
    fn key_derived(&mut self) {
        if self.ledger.keys.derived {
            return;
        }
        self.ledger.key_derived();
        for (&(customer, time, money, occurrence), &position) in &self.ledger.batch.derived {
            if let Some(id) = self.id_of(customer) {
                let key = Key::transaction(TransactionKey::derived(&id, time, money, occurrence));
                self.ledger.batch.keys.insert(key, position);
            }
        }
    }

    /// A row as the record it was.
    fn record_of(&self, row: Row) -> Result<Record, StoreError> {
        let customer = match row.customer {
            NOBODY => None,
            number => self.id_of(number).and_then(|id| CustomerId::new(id).ok()),
        };
        row.event.into_record(customer)
    }

    /// The id of a number, of this batch too.
    fn id_of(&self, customer: u32) -> Option<String> {
        match customer.checked_sub(self.ledger.applied.customers) {
            Some(index) => self.ledger.batch.names.get(index as usize).map(|name| name.to_string()),
            None => self.ledger.book.id_of(customer).map(|id| id.as_str().to_owned()),
        }
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

    fn known_number(&self, customer: &str) -> Option<u32> {
        let pending = self.ledger.batch.customers.get(customer).copied();
        pending.or_else(|| self.ledger.book.number_of(customer))
    }

    fn new_number(&mut self, customer: &str) -> u32 {
        let number = self.ledger.next_customer();
        self.ledger.batch.customers.insert(customer.into(), number);
        self.ledger.batch.names.push(customer.into());
        number
    }
}

/// A transaction as far as the rules need it.
fn sale(row: &Row, record: u32) -> Option<Sale<Sold>> {
    match &row.event {
        Event::Transaction { time, money, converted, .. } => Some(Sale {
            place: Sold { customer: row.customer, record, paid: money.amount.micros() },
            time: *time,
            money: *money,
            converted: *converted,
        }),
        _ => None,
    }
}
