//! The writer's side of a workspace: which keys are taken, and what a new batch comes to.
//!
//! Only the committer holds a ledger, so nothing here is locked. A batch is judged against what is committed and against
//! the batches planned before it in the same commit; the latter are forgotten again if the commit fails.

use std::sync::Arc;

use hashbrown::{HashMap, HashTable};
use lojal_domain::{
    Amount, AttributeFact, Currency, CustomerUpsert, EventTime, Money, Record, Refund, SurveyResponse,
    Transaction, TransactionFact, TransactionIdentity, TransactionKey,
};
use lojal_store::{Appended, Batch, OnReject, Rejection, RowOutcome, StoreError};
use xxhash_rust::xxh3::xxh3_128;

use crate::book::{BlockEntry, Book, Published};
use crate::log::Log;
use crate::row::{Event, Kind, NOBODY, RefundEvent, Row};

/// Records of a workspace are numbered with 32 bits.
const RECORDS_MAX: u32 = u32::MAX - 1;

/// What the writer knows of a workspace.
pub(crate) struct Ledger {
    pub(crate) number: u32,
    pub(crate) book: Arc<Book>,
    /// Committed keys. 64 bits of each are kept; where they agree, the log has the whole record.
    keys: HashTable<KeyEntry>,
    /// Whether transactions without ids have keys too. They are found among their customer's and need none until a
    /// refund names one, which is rare.
    keys_derived: bool,
    pub(crate) published: Published,
    pending: Pending,
}

#[derive(Clone, Copy)]
struct KeyEntry {
    hash: u64,
    record: u32,
    customer: u32,
}

/// Planned, not yet committed.
#[derive(Default)]
struct Pending {
    rows: Vec<Row>,
    keys: HashMap<Key, u32>,
    /// Transactions without ids: customer, time, amount and occurrence.
    derived: HashMap<(u32, EventTime, Amount, u32), u32>,
    customers: HashMap<Box<str>, u32>,
    /// Ids of `customers` by number.
    names: Vec<Box<str>>,
    /// Refunds and attributes, by customer, to be found without looking at all rows.
    of_customer: HashMap<u32, Vec<u32>>,
    currency: Option<Currency>,
    /// Batches planned that have something to write.
    batches: u64,
    blocks: Vec<BlockEntry>,
}

/// A natural key: what kind of record, and 128 bits of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(u128);

impl Key {
    pub(crate) fn of(record: &Record) -> Option<Self> {
        match record {
            Record::Transaction(transaction) => Some(Self::transaction(transaction.key())),
            Record::Refund(refund) => Some(Self::text(Kind::Refunds, refund.id.as_str())),
            Record::SurveyResponse(response) => Some(Self::text(Kind::Responses, response.id.as_str())),
            Record::CustomerUpsert(_) | Record::Void(_) => None,
        }
    }

    fn transaction(key: TransactionKey) -> Self {
        Self(key.bits())
    }

    fn text(kind: Kind, id: &str) -> Self {
        // Kinds have keys of their own: a refund may be called like a transaction.
        Self(xxh3_128(id.as_bytes()) ^ (u128::from(kind.code()) << 120))
    }

    fn hash(self) -> u64 {
        self.0 as u64
    }
}

/// A batch that is planned: what to answer and what to write.
pub(crate) struct Planned {
    pub(crate) appended: Appended,
    pub(crate) recorded_at: EventTime,
    /// The rows to write, as a range of the pending ones.
    pub(crate) rows: std::ops::Range<usize>,
    /// Ids of customers it names for the first time, as a range of the pending ones.
    pub(crate) names: std::ops::Range<usize>,
}

/// A transaction as far as judging needs it.
struct Known {
    customer: u32,
    record: u32,
    time: EventTime,
    amount: Amount,
}

impl Ledger {
    pub(crate) fn new(number: u32, book: Arc<Book>) -> Self {
        let published = book.published();
        Self {
            number,
            book,
            keys: HashTable::new(),
            keys_derived: false,
            published,
            pending: Pending::default(),
        }
    }

    /// The revision the next batch gets.
    pub(crate) fn next_revision(&self) -> u64 {
        self.published.status.revision + self.pending.batches + 1
    }

    /// The number the next record gets.
    fn next_record(&self) -> u32 {
        self.published.records + self.pending.rows.len() as u32
    }

    fn next_customer(&self) -> u32 {
        self.published.customers + self.pending.names.len() as u32
    }

    fn currency(&self) -> Option<Currency> {
        self.published.status.currency.or(self.pending.currency)
    }

    pub(crate) fn pending_rows(&self) -> &[Row] {
        &self.pending.rows
    }

    pub(crate) fn pending_names(&self, range: std::ops::Range<usize>) -> Vec<&str> {
        self.pending.names[range].iter().map(|name| &**name).collect()
    }

    /// Judges a batch and keeps what is to be written. `revision` is the one it gets if anything is.
    pub(crate) fn plan(&mut self, batch: Batch, revision: u64, log: &Log) -> Result<Planned, StoreError> {
        let (first_row, first_name) = (self.pending.rows.len(), self.pending.names.len());
        if self.next_record().checked_add(batch.records.len() as u32).is_none_or(|end| end > RECORDS_MAX) {
            let maximum = u64::from(RECORDS_MAX);
            return Err(StoreError::LimitExceeded { what: "the number of records of a workspace", maximum });
        }
        let mut outcomes = Vec::with_capacity(batch.records.len());
        for record in batch.records {
            outcomes.push(self.judge(record, log)?);
        }
        let rejected = outcomes.iter().any(|outcome| matches!(outcome, RowOutcome::Rejected(_)));
        if rejected && batch.on_reject == OnReject::Abort {
            self.forget_from(first_row, first_name);
        }
        let rows = first_row..self.pending.rows.len();
        let revision = if rows.is_empty() { revision - 1 } else { revision };
        self.pending.batches += u64::from(!rows.is_empty());
        Ok(Planned {
            appended: Appended { revision, outcomes },
            recorded_at: batch.recorded_at,
            rows,
            names: first_name..self.pending.names.len(),
        })
    }

    /// Takes back the rows planned last.
    fn forget_from(&mut self, row: usize, name: usize) {
        let (first_record, first_customer) =
            (self.published.records + row as u32, self.published.customers + name as u32);
        self.pending.rows.truncate(row);
        self.pending.names.truncate(name);
        self.pending.keys.retain(|_, record| *record < first_record);
        self.pending.derived.retain(|_, record| *record < first_record);
        self.pending.customers.retain(|_, number| *number < first_customer);
        for rows in self.pending.of_customer.values_mut() {
            rows.retain(|index| (*index as usize) < row);
        }
        if !self.pending.rows.iter().any(|row| row.event.kind() == Kind::Transactions) {
            self.pending.currency = None;
        }
    }

    /// Forgets everything planned: the commit failed.
    pub(crate) fn forget_pending(&mut self) {
        self.pending = Pending::default();
    }

    fn judge(&mut self, record: Record, log: &Log) -> Result<RowOutcome, StoreError> {
        match record {
            Record::Transaction(transaction) => self.judge_transaction(transaction, log),
            Record::Refund(refund) => self.judge_refund(refund, log),
            Record::SurveyResponse(response) => self.judge_response(response, log),
            Record::CustomerUpsert(upsert) => Ok(self.judge_upsert(upsert)),
            Record::Void(_) => Err(StoreError::Unsupported("voids")),
        }
    }

    fn judge_transaction(&mut self, new: Transaction, log: &Log) -> Result<RowOutcome, StoreError> {
        let new = new.canonical();
        let key = match &new.identity {
            TransactionIdentity::Given(id) => Some(Key::transaction(TransactionKey::of_id(id.as_str()))),
            TransactionIdentity::Nth(_) => None,
        };
        let customer = self.known_number(new.customer.as_str());
        let known = match key {
            Some(key) => self.known_by_key(key, &new, log)?,
            None => customer.is_some_and(|customer| self.is_known_by_content(customer, &new)).then_some(true),
        };
        if let Some(same) = known {
            return Ok(duplicate_if(same));
        }
        let derived_key = self.keys_derived.then(|| Key::transaction(new.key()));
        let Transaction { customer: id, identity, time, money: Money { amount, currency }, .. } = new;
        if let Some(reporting) = self.currency().filter(|reporting| *reporting != currency) {
            return Ok(RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting }));
        }
        self.pending.currency.get_or_insert(currency);
        let customer = customer.unwrap_or_else(|| self.new_number(id.as_str()));
        if let TransactionIdentity::Nth(occurrence) = identity {
            self.pending.derived.insert((customer, time, amount, occurrence), self.next_record());
        }
        self.add(
            key.or(derived_key),
            Row { customer, event: Event::Transaction { identity, time, amount, currency } },
        );
        Ok(RowOutcome::Recorded)
    }

    /// Whether a transaction without an id is there already.
    fn is_known_by_content(&self, customer: u32, new: &Transaction) -> bool {
        if self.currency().is_some_and(|currency| currency != new.money.currency) {
            return false;
        }
        let (time, amount, occurrence) = (new.time, new.money.amount, new.occurrence());
        self.pending.derived.contains_key(&(customer, time, amount, occurrence))
            || self
                .find_fact(customer, time, |fact| fact.amount == amount && fact.occurrence == occurrence)
                .is_some()
    }

    /// Whether a transaction's id is taken, and if so, by the same content.
    fn known_by_key(&self, key: Key, new: &Transaction, log: &Log) -> Result<Option<bool>, StoreError> {
        if let Some(&record) = self.pending.keys.get(&key) {
            let row = &self.pending.rows[(record - self.published.records) as usize];
            return Ok(Some(self.is_transaction(row, new)));
        }
        self.committed_transaction(key, new, log)
    }

    /// Whether a pending row is that transaction.
    fn is_transaction(&self, row: &Row, new: &Transaction) -> bool {
        let Event::Transaction { time, amount, currency, .. } = &row.event else { return false };
        (*time, *amount, *currency) == (new.time, new.money.amount, new.money.currency)
            && self.known_number(new.customer.as_str()) == Some(row.customer)
    }

    /// Whether a key is committed, and if so, with the same content.
    fn committed_transaction(
        &self,
        key: Key,
        new: &Transaction,
        log: &Log,
    ) -> Result<Option<bool>, StoreError> {
        let mut found = None;
        for entry in self.keys.iter_hash(key.hash()).filter(|entry| entry.hash == key.hash()) {
            let same = self.published.status.currency == Some(new.money.currency)
                && self.book.number_of(new.customer.as_str()) == Some(entry.customer)
                && self
                    .find_fact(entry.customer, new.time, |fact| fact.record == entry.record)
                    .is_some_and(|fact| fact.amount == new.money.amount);
            // The same content and the same 64 bits are the same key but for one chance in 2^64. Other content is
            // worth a look at the log: two ids may share those bits.
            if same || self.key_at(entry.record, log)? == Some(key) {
                found = Some(same);
                break;
            }
        }
        Ok(found)
    }

    /// A customer's committed transaction of a time that `is` picks.
    fn find_fact(
        &self,
        customer: u32,
        time: EventTime,
        is: impl Fn(&TransactionFact) -> bool,
    ) -> Option<TransactionFact> {
        let find = |facts: &[TransactionFact]| {
            // Most rows are later than all before; only then is there something to search for.
            if facts.last().is_none_or(|last| last.time < time) {
                return None;
            }
            let first = facts.partition_point(|fact| fact.time < time);
            let at_time = facts[first..].iter().take_while(|fact| fact.time == time);
            at_time.copied().find(|fact| is(fact))
        };
        self.book.with_facts(customer, |facts, _, _| find(facts)).flatten()
    }

    /// The whole key of a committed record, from the log.
    fn key_at(&self, record: u32, log: &Log) -> Result<Option<Key>, StoreError> {
        Ok(Key::of(&log.record(&self.book, record)?.record))
    }

    /// The committed record under a key, from the log.
    fn committed(&self, key: Key, log: &Log) -> Result<Option<(KeyEntry, Record)>, StoreError> {
        for entry in self.keys.iter_hash(key.hash()).filter(|entry| entry.hash == key.hash()) {
            let record = log.record(&self.book, entry.record)?.record;
            if Key::of(&record) == Some(key) {
                return Ok(Some((*entry, record)));
            }
        }
        Ok(None)
    }

    fn judge_refund(&mut self, new: Refund, log: &Log) -> Result<RowOutcome, StoreError> {
        let key = Key::text(Kind::Refunds, new.id.as_str());
        let transaction_key = TransactionKey::of_id(new.transaction.as_str());
        let is_same = |old: &Refund| {
            TransactionKey::of_id(old.transaction.as_str()) == transaction_key
                && (old.time, old.money) == (new.time, new.money)
        };
        if let Some(&record) = self.pending.keys.get(&key) {
            let row = &self.pending.rows[(record - self.published.records) as usize];
            let same = matches!(&row.event, Event::Refund(event) if is_same(&event.refund));
            return Ok(duplicate_if(same));
        }
        if let Some((_, old)) = self.committed(key, log)? {
            return Ok(duplicate_if(matches!(&old, Record::Refund(old) if is_same(old))));
        }
        let Some(transaction) = self.known_transaction(new.transaction.as_str(), log)? else {
            return Ok(RowOutcome::Rejected(Rejection::UnknownTransaction));
        };
        // All transactions of a workspace have its currency.
        if let Some(reporting) = self.currency().filter(|reporting| *reporting != new.money.currency) {
            return Ok(RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting }));
        }
        if new.time < transaction.time {
            return Ok(RowOutcome::Rejected(Rejection::RefundBeforeTransaction));
        }
        let left = transaction.amount.micros() - self.refunded(&transaction);
        if new.money.amount.micros() > left {
            let left = Amount::from_micros(left);
            return Ok(RowOutcome::Rejected(Rejection::RefundExceedsTransaction { left }));
        }
        let event = RefundEvent {
            refund: new,
            transaction_time: transaction.time,
            transaction_record: transaction.record,
        };
        self.add(Some(key), Row { customer: transaction.customer, event: Event::Refund(Box::new(event)) });
        Ok(RowOutcome::Recorded)
    }

    /// The transaction a refund names.
    fn known_transaction(&mut self, id: &str, log: &Log) -> Result<Option<Known>, StoreError> {
        let key = Key::transaction(TransactionKey::of_id(id));
        if TransactionKey::derived_from(id).is_some() && !self.keys_derived {
            self.key_derived();
        }
        if let Some(&record) = self.pending.keys.get(&key) {
            let row = &self.pending.rows[(record - self.published.records) as usize];
            return Ok(match row.event {
                Event::Transaction { time, amount, .. } => {
                    Some(Known { customer: row.customer, record, time, amount })
                }
                _ => None,
            });
        }
        Ok(match self.committed(key, log)? {
            Some((
                KeyEntry { record, customer, .. },
                Record::Transaction(Transaction { time, money, .. }),
            )) => Some(Known { customer, record, time, amount: money.amount }),
            _ => None,
        })
    }

    /// Gives keys to all transactions without ids, those to come too.
    fn key_derived(&mut self) {
        self.keys_derived = true;
        let Some(currency) = self.currency() else { return };
        let key_of = |id: &str, time, amount, occurrence| {
            Key::transaction(TransactionKey::derived(id, time, Money { amount, currency }, occurrence))
        };
        let Self { keys, book, pending, published, .. } = self;
        book.each_transaction(|customer, id, fact| {
            if fact.occurrence > 0 {
                let hash = key_of(id, fact.time, fact.amount, fact.occurrence).hash();
                keys.insert_unique(hash, KeyEntry { hash, record: fact.record, customer }, |entry| {
                    entry.hash
                });
            }
        });
        for (&(customer, time, amount, occurrence), &record) in &pending.derived {
            let id = match customer.checked_sub(published.customers) {
                Some(index) => pending.names.get(index as usize).map(|name| name.to_string()),
                None => book.id_of(customer).map(|id| id.as_str().to_owned()),
            };
            if let Some(id) = id {
                pending.keys.insert(key_of(&id, time, amount, occurrence), record);
            }
        }
    }

    /// What was given back of a transaction so far, in micros.
    fn refunded(&self, transaction: &Known) -> i64 {
        let committed = self.book.with_facts(transaction.customer, |_, refunds, _| {
            let of_it = refunds.iter().filter(|fact| fact.transaction_record == transaction.record);
            of_it.map(|fact| fact.amount.micros()).sum::<i64>()
        });
        let pending = self.pending_of(transaction.customer).map(|(_, row)| match &row.event {
            Event::Refund(event) if event.transaction_record == transaction.record => {
                event.refund.money.amount.micros()
            }
            _ => 0,
        });
        committed.unwrap_or(0) + pending.sum::<i64>()
    }

    fn judge_response(&mut self, new: SurveyResponse, log: &Log) -> Result<RowOutcome, StoreError> {
        let key = Key::text(Kind::Responses, new.id.as_str());
        if let Some(&record) = self.pending.keys.get(&key) {
            let row = &self.pending.rows[(record - self.published.records) as usize];
            let number = new.customer.as_ref().map(|customer| self.known_number(customer.as_str()));
            let same_customer = number.unwrap_or(Some(NOBODY)) == Some(row.customer);
            let bare = SurveyResponse { customer: None, ..new };
            return Ok(duplicate_if(
                same_customer && matches!(&row.event, Event::Response(old) if **old == bare),
            ));
        }
        if let Some((_, old)) = self.committed(key, log)? {
            return Ok(duplicate_if(matches!(&old, Record::SurveyResponse(old) if *old == new)));
        }
        let customer = match &new.customer {
            Some(customer) => self.number(customer.as_str()),
            None => NOBODY,
        };
        self.add(
            Some(key),
            Row { customer, event: Event::Response(Box::new(SurveyResponse { customer: None, ..new })) },
        );
        Ok(RowOutcome::Recorded)
    }

    fn judge_upsert(&mut self, new: CustomerUpsert) -> RowOutcome {
        let CustomerUpsert { customer, attributes, effective } = new;
        if attributes.is_empty() {
            return RowOutcome::Duplicate;
        }
        let number = self.number(customer.as_str());
        let from = effective.unwrap_or(EventTime::MIN);
        let unchanged = {
            let mut facts: Vec<AttributeFact> =
                self.book.with_facts(number, |_, _, facts| facts.to_vec()).unwrap_or_default();
            for (record, row) in self.pending_of(number) {
                if let Event::Attributes { attributes, effective } = &row.event {
                    facts.extend(attributes.iter().map(|(name, value)| AttributeFact {
                        from: effective.unwrap_or(EventTime::MIN),
                        name: name.as_str().into(),
                        value: value.as_str().into(),
                        record,
                    }));
                }
            }
            attributes.iter().all(|(name, value)| is_in_force(&facts, from, name.as_str(), value))
        };
        if unchanged {
            return RowOutcome::Duplicate;
        }
        self.add(None, Row { customer: number, event: Event::Attributes { attributes, effective } });
        RowOutcome::Recorded
    }

    /// Pending refunds and attributes of a customer, with their record numbers.
    fn pending_of(&self, customer: u32) -> impl Iterator<Item = (u32, &Row)> {
        let rows = self.pending.of_customer.get(&customer).into_iter().flatten();
        rows.map(|&index| (self.published.records + index, &self.pending.rows[index as usize]))
    }

    fn known_number(&self, customer: &str) -> Option<u32> {
        self.pending.customers.get(customer).copied().or_else(|| self.book.number_of(customer))
    }

    /// The customer's number; a new one for a new customer.
    fn number(&mut self, customer: &str) -> u32 {
        self.known_number(customer).unwrap_or_else(|| self.new_number(customer))
    }

    fn new_number(&mut self, customer: &str) -> u32 {
        let number = self.next_customer();
        self.pending.customers.insert(customer.into(), number);
        self.pending.names.push(customer.into());
        number
    }

    fn add(&mut self, key: Option<Key>, row: Row) {
        let record = self.next_record();
        if let Some(key) = key {
            self.pending.keys.insert(key, record);
        }
        if matches!(row.event.kind(), Kind::Refunds | Kind::Attributes) {
            let index = self.pending.rows.len() as u32;
            self.pending.of_customer.entry(row.customer).or_default().push(index);
        }
        self.pending.rows.push(row);
    }

    /// Where the log has what is planned.
    pub(crate) fn add_blocks(&mut self, entries: impl IntoIterator<Item = BlockEntry>) {
        self.pending.blocks.extend(entries);
    }

    /// Moves what is planned into the book and publishes it. Called when it is durable; does nothing when nothing is
    /// planned.
    pub(crate) fn commit(&mut self) {
        if self.pending.rows.is_empty() {
            self.pending = Pending::default();
            return;
        }
        let revision = self.next_revision() - 1;
        let pending = std::mem::take(&mut self.pending);
        self.book.add_blocks(&pending.blocks);
        let keys = pending.keys.iter().map(|(key, record)| (*key, *record));
        self.take_keys(keys, &pending.rows);
        let names: Vec<&str> = pending.names.iter().map(|name| &**name).collect();
        self.apply(revision, &names, &pending.rows);
        self.book.publish(self.published.clone());
    }

    /// Adds a batch that was read from the log.
    pub(crate) fn replay(&mut self, revision: u64, names: &[&str], rows: &[Row], blocks: &[BlockEntry]) {
        let first = self.published.records;
        let keys = (first..).zip(rows).filter_map(|(record, row)| Some((key_of(row)?, record)));
        let keys: Vec<(Key, u32)> = keys.collect();
        self.book.add_blocks(blocks);
        self.take_keys(keys.into_iter(), rows);
        self.apply(revision, names, rows);
    }

    fn take_keys(&mut self, keys: impl Iterator<Item = (Key, u32)>, rows: &[Row]) {
        let first = self.published.records;
        self.keys.reserve(keys.size_hint().0, |entry| entry.hash);
        for (key, record) in keys {
            let customer = rows[(record - first) as usize].customer;
            let entry = KeyEntry { hash: key.hash(), record, customer };
            self.keys.insert_unique(entry.hash, entry, |entry| entry.hash);
        }
    }

    fn apply(&mut self, revision: u64, names: &[&str], rows: &[Row]) {
        let Published { records, customers, status } = &mut self.published;
        self.book.add_customers(*customers, names);
        self.book.add_rows(*records, rows);
        *records += rows.len() as u32;
        *customers += names.len() as u32;
        status.customers = u64::from(*customers);
        status.revision = revision;
        for row in rows {
            match &row.event {
                Event::Transaction { currency, .. } => {
                    status.transactions += 1;
                    status.currency.get_or_insert(*currency);
                }
                Event::Refund(_) => status.refunds += 1,
                Event::Response(_) => status.responses += 1,
                Event::Attributes { .. } => {}
            }
            if let Some(time) = row.event.time() {
                status.first_event = Some(status.first_event.map_or(time, |first| first.min(time)));
                status.last_event = Some(status.last_event.map_or(time, |last| last.max(time)));
            }
        }
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

/// The key of a record with an id.
fn key_of(row: &Row) -> Option<Key> {
    match &row.event {
        Event::Transaction { identity: TransactionIdentity::Given(id), .. } => {
            Some(Key::transaction(TransactionKey::of_id(id.as_str())))
        }
        Event::Refund(event) => Some(Key::text(Kind::Refunds, event.refund.id.as_str())),
        Event::Response(response) => Some(Key::text(Kind::Responses, response.id.as_str())),
        Event::Transaction { .. } | Event::Attributes { .. } => None,
    }
}
