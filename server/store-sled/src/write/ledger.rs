//! The writer's side of a workspace: what is recorded so far, published or not, and how a batch gets from judgement into
//! the log and the book.
//!
//! Only the committer holds a ledger, so nothing here is locked. A batch is judged as a whole ([`crate::write::judge`],
//! [`crate::write::bulk`]), put into the log, and added to the book at once. Readers see it when it is published, after the
//! next sync. If that sync fails the store is read-only from then on, so what was added in vain is never seen.

use std::sync::Arc;

use hashbrown::HashMap;
use lojal_domain::{Currency, EventTime, Money, TransactionKey};
use lojal_store::{RecordKind, StoreError};

use crate::book::book::{Book, Published, Revision};
use crate::log::appender::{Appender, stretches, write_stretch};
use crate::log::block::{Header, Run};
use crate::log::columns::Columns;
use crate::log::event::Row;
use crate::write::keys::{Key, Keys};
use crate::write::sums::Sums;

/// Records of a workspace are numbered with 32 bits.
const RECORDS_MAX: u32 = u32::MAX - 1;
/// What the writer knows of a workspace.
pub(crate) struct Ledger {
    pub(crate) book: Arc<Book>,
    pub(crate) keys: Keys,
    pub(crate) sums: Sums,
    /// All that is recorded, published or not.
    pub(crate) applied: Published,
    pub(crate) batch: Pending,
}

/// The batch being judged.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) rows: Vec<Row>,
    /// Positions in `rows`.
    pub(crate) keys: HashMap<Key, usize>,
    /// Transactions without ids: customer, time, money and occurrence.
    pub(crate) derived: HashMap<(u32, EventTime, Money, u32), usize>,
    pub(crate) customers: HashMap<Box<str>, u32>,
    /// Ids of `customers` by number.
    pub(crate) names: Vec<Box<str>>,
    /// What its rows take.
    pub(crate) sums: Sums,
    /// Attributes by customer, to be found without looking at all rows.
    pub(crate) attributes_of: HashMap<u32, Vec<usize>>,
}

impl Ledger {
    pub(crate) fn new(book: Arc<Book>) -> Self {
        let applied = book.published();
        Self { book, keys: Keys::default(), sums: Sums::default(), applied, batch: Pending::default() }
    }

    pub(crate) fn next_customer(&self) -> u32 {
        self.applied.customers + self.batch.names.len() as u32
    }

    /// Whether so many more records can be numbered.
    pub(crate) fn check_room(&self, rows: usize) -> Result<(), StoreError> {
        let room = (RECORDS_MAX - self.applied.records) as usize;
        if rows > room {
            let maximum = u64::from(RECORDS_MAX);
            return Err(StoreError::LimitExceeded { what: "the number of records of a workspace", maximum });
        }
        Ok(())
    }

    /// The next batch, recorded at an instant, or later if the clock went back.
    pub(crate) fn next_revision(&self, recorded_at: EventTime) -> Revision {
        let last = self.book.last_revision();
        Revision {
            revision: self.applied.status.revision + 1,
            recorded_at: last.map_or(recorded_at, |last| last.recorded_at.max(recorded_at)),
            first_record: self.applied.records,
        }
    }

    /// Writes the batch that was judged into the log, and adds it to the book.
    pub(crate) fn write(
        &mut self,
        recorded_at: EventTime,
        appender: &mut Appender,
    ) -> Result<(), StoreError> {
        let batch = std::mem::take(&mut self.batch);
        if batch.rows.is_empty() {
            return Ok(());
        }
        let revision = self.next_revision(recorded_at);
        let header = appender.header(self.book.workspace, self.applied.customers);
        appender.put(self.book.workspace, encode(header, revision, &batch))?;
        for name in &batch.names {
            self.add_customer(name);
        }
        for (key, position) in &batch.keys {
            self.keys.insert(*key, revision.first_record + *position as u32, batch.rows[*position].customer);
        }
        for (record, row) in (revision.first_record..).zip(&batch.rows) {
            self.book.add_row(record, row);
            self.count(row);
        }
        self.finish_batch(revision, batch.rows.len() as u32);
        Ok(())
    }

    pub(crate) fn add_customer(&mut self, name: &str) {
        self.book.add_customer(self.applied.customers, name);
        self.applied.customers += 1;
        self.applied.status.customers += u64::from(!name.is_empty());
    }

    pub(crate) fn finish_batch(&mut self, revision: Revision, rows: u32) {
        self.book.add_revision(revision);
        self.applied.records = revision.first_record + rows;
        self.applied.status.revision = revision.revision;
    }

    /// Counts a row in the status and in the sums.
    pub(crate) fn count(&mut self, row: &Row) {
        let status = &mut self.applied.status;
        status.counts[row.event.kind()] += 1;
        self.sums.add(row);
        if let Some(currency) = row.event.own_currency() {
            status.currency.get_or_insert(currency);
        }
        if let Some(time) = row.event.time() {
            self.see(time);
        }
    }

    /// Counts an event's time in the status.
    pub(crate) fn see(&mut self, time: EventTime) {
        let status = &mut self.applied.status;
        status.first_event = Some(status.first_event.map_or(time, |first| first.min(time)));
        status.last_event = Some(status.last_event.map_or(time, |last| last.max(time)));
    }

    /// Counts a stretch of transactions in the status.
    pub(crate) fn count_columns(&mut self, columns: &Columns, currency: Currency) {
        let status = &mut self.applied.status;
        status.counts[RecordKind::Transaction] += columns.len() as u64;
        if columns.len() > 0 {
            status.currency.get_or_insert(currency);
        }
        let (first, last) = (columns.times.iter().min().copied(), columns.times.iter().max().copied());
        first.into_iter().chain(last).for_each(|time| self.see(time));
    }

    /// Gives keys to all transactions without ids, those to come too.
    pub(crate) fn key_derived(&mut self) {
        if self.keys.derived {
            return;
        }
        self.keys.derived = true;
        let Some(currency) = self.applied.status.currency else { return };
        let Self { keys, book, .. } = self;
        book.each_plain_transaction(|number, id, fact| {
            let money = Money { amount: fact.amount, currency };
            let key = TransactionKey::derived(id, fact.time, money, fact.occurrence);
            keys.insert(Key::transaction(key), fact.record, number);
        });
    }
}

/// A batch, cut into blocks: long stretches of plain transactions as columns, the rest row by row.
pub(crate) fn encode(mut header: Header, revision: Revision, batch: &Pending) -> Vec<Vec<u8>> {
    let mut names = batch.names.iter().map(|name| &**name);
    let mut first_record = revision.first_record;
    let mut blocks = Vec::new();
    let stretches = stretches(&batch.rows);
    let last = stretches.len() - 1;
    for (position, stretch) in stretches.iter().enumerate() {
        let Revision { revision, recorded_at, .. } = revision;
        let run = Run { revision, recorded_at, first_record, rows: stretch.len() as u32 };
        first_record += run.rows;
        write_stretch(&mut header, &[run], stretch, &mut names, position == last, &mut blocks);
    }
    blocks
}
