//! Transactions in columns: judged, written and added to the book without an object for a row.
//!
//! Bulk loads are bound by waiting for memory: who is this customer, what did they buy last. So the rows go through in
//! plain passes, each over all rows, in which the waits of neighbouring rows overlap; and rows of one shard are handled
//! together, under one lock.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use lojal_domain::{Amount, Currency, EventTime, TransactionColumns, TransactionFact, TransactionKey};
use lojal_store::rules::{self, Ruling, Standing};
use lojal_store::{AppendedColumns, ColumnBatch, OnReject, StoreError};

use crate::book::book::{Book, Revision};
use crate::book::index::UNKNOWN;
use crate::book::partition::{SHARDS, by_shard, shard_of, slot_of};
use crate::book::shard::Shard;
use crate::log::appender::Appender;
use crate::log::block::Run;
use crate::log::columns::{self, Columns};
use crate::log::event::Event;
use crate::log::log::Log;
use crate::write::keys::Key;
use crate::write::ledger::Ledger;

/// A batch in columns, with the numbers of those customers who were known when it came in.
pub(crate) struct Bulk {
    batch: ColumnBatch,
    numbers: Vec<u32>,
    /// Where the numbers were looked up, and after how many erasures.
    book: Arc<Book>,
    erasures: u64,
}

impl Bulk {
    /// Looks the customers up.
    pub(crate) fn new(batch: ColumnBatch, book: Arc<Book>) -> Self {
        let erasures = book.erasures();
        let numbers = book.numbers_of(&batch.columns.customers);
        Self { batch, numbers, book, erasures }
    }

    pub(crate) fn rows(&self) -> usize {
        self.numbers.len()
    }

    /// The batch and its numbers, looked up again if they may not be true any more: somebody was erased meanwhile, or
    /// the workspace was deleted and made anew.
    fn into_parts(self, book: &Arc<Book>) -> (ColumnBatch, Vec<u32>) {
        let Self { batch, numbers, book: before, erasures } = self;
        if Arc::ptr_eq(book, &before) && book.erasures() == erasures {
            return (batch, numbers);
        }
        let numbers = book.numbers_of(&batch.columns.customers);
        (batch, numbers)
    }
}

/// What is to become of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    New,
    Duplicate,
    Rejected,
}

/// What the rules say of a row by how its key stands: the same for all rows of a batch in columns, which are of one currency.
struct Rulings {
    free: Ruling<()>,
    same: Ruling<()>,
    other: Ruling<()>,
}

impl Rulings {
    fn of(columns: &TransactionColumns, reporting: Option<Currency>) -> Self {
        let ruling = |standing| rules::priced(standing, columns.currency, None, reporting);
        Self { free: ruling(Standing::Free), same: ruling(Standing::Same), other: ruling(Standing::Other) }
    }

    /// Whether a row is recorded of which nothing is there.
    fn takes_new(&self) -> bool {
        matches!(self.free, Ruling::Record(_))
    }

    fn verdict(&self, standing: Standing, row: usize, answer: &mut AppendedColumns) -> Verdict {
        let ruling = match standing {
            Standing::Free => &self.free,
            Standing::Same => &self.same,
            Standing::Other => &self.other,
        };
        match ruling {
            Ruling::Record(_) => Verdict::New,
            Ruling::Duplicate => Verdict::Duplicate,
            Ruling::Rejected(rejection) => {
                answer.rejections.push((row, rejection.clone()));
                Verdict::Rejected
            }
        }
    }
}

impl Ledger {
    /// Judges a batch in columns, writes what is new of it into the log, and adds it to the book.
    pub(crate) fn write_columns(
        &mut self,
        bulk: Bulk,
        appender: &mut Appender,
    ) -> Result<AppendedColumns, StoreError> {
        let (ColumnBatch { columns, recorded_at, on_reject, reporting }, mut numbers) =
            bulk.into_parts(&self.book);
        self.check_room(columns.len())?;
        let revision = self.next_revision(recorded_at);
        let mut answer = AppendedColumns {
            revision: revision.revision - 1,
            recorded: 0,
            duplicates: 0,
            rejections: Vec::new(),
        };
        let mut verdicts = vec![Verdict::New; columns.len()];
        let rulings = Rulings::of(&columns, reporting.or(self.applied.status.currency));
        self.judge_ids(&columns, &numbers, &rulings, &mut verdicts, &mut answer, &appender.log)?;
        if rulings.takes_new() {
            self.judge_discounted(&columns, &numbers, &rulings, &mut verdicts, &mut answer);
        } else {
            let new = verdicts.iter_mut().enumerate().filter(|(_, verdict)| **verdict == Verdict::New);
            new.for_each(|(row, verdict)| *verdict = rulings.verdict(Standing::Free, row, &mut answer));
        }
        answer.rejections.sort_by_key(|(row, _)| *row);
        if on_reject == OnReject::Abort && !answer.rejections.is_empty() {
            answer.duplicates = 0;
            return Ok(answer);
        }
        let first_new = self.applied.customers;
        let names = self.number_customers(&columns, &mut numbers, &verdicts);
        self.add_transactions(&columns, &numbers, &mut verdicts, revision);
        answer.duplicates = verdicts.iter().filter(|verdict| **verdict == Verdict::Duplicate).count() as u64;
        let new = New::of(columns, numbers, &verdicts);
        answer.recorded = new.columns.len() as u64;
        if answer.recorded == 0 {
            return Ok(answer);
        }
        let Revision { revision: number, recorded_at, first_record } = revision;
        let run = Run { revision: number, recorded_at, first_record, rows: answer.recorded as u32 };
        let mut blocks = Vec::new();
        let header = appender.header(self.book.workspace, first_new);
        let mut names = names.iter().map(|&row| new.name(row));
        columns::write(header, &[run], new.currency, &new.columns, &mut names, &mut blocks);
        appender.put(self.book.workspace, blocks)?;
        self.add_keys(&new, first_record);
        self.count_columns(&new.columns, new.currency);
        self.finish_batch(revision, run.rows);
        answer.revision = number;
        Ok(answer)
    }

    /// Judges the rows with ids of their own: those are told apart by their ids alone.
    fn judge_ids(
        &self,
        columns: &TransactionColumns,
        numbers: &[u32],
        rulings: &Rulings,
        verdicts: &mut [Verdict],
        answer: &mut AppendedColumns,
        log: &Log,
    ) -> Result<(), StoreError> {
        let mut in_batch: HashMap<Key, usize> = HashMap::new();
        for row in 0..columns.len() {
            let Some(id) = columns.id(row) else { continue };
            let key = Key::transaction(TransactionKey::of_id(id));
            let same = if let Some((taken, old)) = self.keys.find(key, &self.book, log)? {
                let same_customer = match numbers[row] {
                    // Somebody who was new when the batch came in may be known by now.
                    UNKNOWN => self.book.number_of(columns.customers.get(row)) == Some(taken.customer),
                    number => number == taken.customer,
                };
                same_customer
                    && matches!(&old.event, Event::Transaction { time, money, discount: None, .. }
                        if *time == columns.times[row]
                            && (money.amount, money.currency) == (columns.amounts[row], columns.currency))
            } else if let Some(&old) = in_batch.get(&key) {
                columns.customers.get(old) == columns.customers.get(row)
                    && columns.times[old] == columns.times[row]
                    && columns.amounts[old] == columns.amounts[row]
            } else {
                // A row that will not be recorded makes no later one a duplicate.
                if rulings.takes_new() {
                    in_batch.insert(key, row);
                }
                continue;
            };
            verdicts[row] = rulings.verdict(Standing::taken_by(same), row, answer);
        }
        Ok(())
    }

    /// Rejects the rows without ids that are there already, at a discount of which these columns know nothing. Columns with
    /// discounts are judged as rows.
    fn judge_discounted(
        &self,
        columns: &TransactionColumns,
        numbers: &[u32],
        rulings: &Rulings,
        verdicts: &mut [Verdict],
        answer: &mut AppendedColumns,
    ) {
        let discounted: Vec<bool> =
            self.book.shards().iter().map(|shard| shard.read().has_discounts()).collect();
        if !discounted.contains(&true) {
            return;
        }
        for row in 0..columns.len() {
            if verdicts[row] != Verdict::New {
                continue;
            }
            let occurrence = columns.occurrence(row);
            // Whoever was new when the batch came in may be known by now.
            let number = match numbers[row] {
                UNKNOWN => self.book.number_of(columns.customers.get(row)),
                number => Some(number),
            };
            let Some(number) = number.filter(|number| occurrence > 0 && discounted[shard_of(*number)]) else {
                continue;
            };
            let (shard, slot) = (self.book.shard(number).read(), slot_of(number));
            let same =
                |fact: &TransactionFact| (fact.amount, fact.occurrence) == (columns.amounts[row], occurrence);
            let is_discounted = shard.has_discounts_at(slot, columns.times[row])
                && shard
                    .find(slot, columns.times[row], same)
                    .is_some_and(|old| shard.discount_of(slot, &old).is_some());
            if is_discounted {
                verdicts[row] = rulings.verdict(Standing::Other, row, answer);
            }
        }
    }

    /// Gives every row's customer a number. The rows that name the new ones, in the order of their numbers.
    fn number_customers(
        &mut self,
        columns: &TransactionColumns,
        numbers: &mut [u32],
        verdicts: &[Verdict],
    ) -> Vec<usize> {
        let mut named = Vec::new();
        for (row, number) in numbers.iter_mut().enumerate() {
            if *number != UNKNOWN || verdicts[row] != Verdict::New {
                continue;
            }
            let id = columns.customers.get(row);
            *number = self.book.number_of(id).unwrap_or_else(|| {
                let number = self.applied.customers;
                self.add_customer(id);
                named.push(row);
                number
            });
        }
        named
    }

    /// Adds the new rows to the book, and finds out on the way which are not new. Their records are counted once that is
    /// known.
    fn add_transactions(
        &self,
        columns: &TransactionColumns,
        numbers: &[u32],
        verdicts: &mut [Verdict],
        revision: Revision,
    ) {
        let first = revision.first_record;
        let order = by_shard(numbers, |row| verdicts[row] == Verdict::New);
        let part_of = |row: u32| shard_of(numbers[row as usize]);
        let mut marks = [0_usize; SHARDS];
        let mut all_new = order.len() == columns.len();
        for rows in order.chunk_by(|a, b| part_of(*a) == part_of(*b)) {
            let part = part_of(rows[0]);
            let mut shard = self.book.shards()[part].write();
            marks[part] = shard.mark();
            let mut crowds = Crowds::default();
            for &row in rows {
                let position = row as usize;
                let slot = slot_of(numbers[position]);
                let (time, amount) = (columns.times[position], columns.amounts[position]);
                let occurrence = columns.occurrence(position);
                let is_new = occurrence == 0
                    || shard.is_latest(slot, time)
                    || crowds.adds(&shard, slot, time, (amount, occurrence));
                if is_new {
                    shard.push(slot, TransactionFact { time, amount, record: first + row, occurrence });
                } else {
                    verdicts[position] = Verdict::Duplicate;
                    all_new = false;
                }
            }
            // Readers must not take the shard for whole, nor settle it, while its rows may yet get other records.
            shard.end = first + columns.len() as u32;
        }
        // Records are counted without the rows that are not recorded.
        let mut counted = 0;
        let records: Vec<u32> = match all_new {
            true => Vec::new(),
            false => verdicts
                .iter()
                .map(|verdict| {
                    counted += u32::from(*verdict == Verdict::New);
                    first + counted.saturating_sub(1)
                })
                .collect(),
        };
        for rows in order.chunk_by(|a, b| part_of(*a) == part_of(*b)) {
            let part = part_of(rows[0]);
            let mut shard = self.book.shards()[part].write();
            if !all_new {
                shard.renumber(marks[part], |record| records[(record - first) as usize]);
                shard.end = first + counted;
            }
            shard.settle_if_due();
        }
    }

    fn add_keys(&mut self, new: &New, first_record: u32) {
        let columns = &new.columns;
        if columns.ids.is_empty() && !self.keys.derived {
            return;
        }
        for (record, row) in (first_record..).zip(0..columns.len()) {
            let key = match columns.id(row) {
                Some(id) => TransactionKey::of_id(id),
                None if self.keys.derived => {
                    let money = lojal_domain::Money { amount: columns.amounts[row], currency: new.currency };
                    let id = new.customers.get(new.rows(row));
                    TransactionKey::derived(id, columns.times[row], money, columns.occurrence(row))
                }
                None => continue,
            };
            self.keys.insert(Key::transaction(key), record, columns.customers[row]);
        }
    }
}

/// Purchases of one customer at one time that this are many, such as those of all guests of a day under one id, are
/// looked at once for the batch instead of once for each of its rows.
const CROWD: usize = 32;

/// What there is at the crowded times of a shard's customers, those of this batch included.
#[derive(Default)]
struct Crowds(HashMap<(usize, EventTime), HashSet<(Amount, u32)>>);

impl Crowds {
    /// Whether a purchase, by its amount and occurrence, is not there yet. Then it counts as there.
    fn adds(&mut self, shard: &Shard, slot: usize, time: EventTime, purchase: (Amount, u32)) -> bool {
        if let Some(crowd) = self.0.get_mut(&(slot, time)) {
            return crowd.insert(purchase);
        }
        let mut seen = 0;
        let is_there = shard.at(slot, time).any(|fact| {
            seen += 1;
            (fact.amount, fact.occurrence) == purchase
        });
        if seen > CROWD {
            let mut crowd: HashSet<_> =
                shard.at(slot, time).map(|fact| (fact.amount, fact.occurrence)).collect();
            crowd.insert(purchase);
            self.0.insert((slot, time), crowd);
        }
        !is_there
    }
}

/// The rows that are recorded.
struct New {
    columns: Columns,
    currency: lojal_domain::Currency,
    /// Ids of all rows' customers, recorded or not.
    customers: lojal_domain::Lines,
    /// Which rows are recorded; empty when all are.
    rows: Vec<u32>,
}

impl New {
    fn of(columns: TransactionColumns, numbers: Vec<u32>, verdicts: &[Verdict]) -> Self {
        let TransactionColumns { customers, times, amounts, currency, ids, occurrences, .. } = columns;
        let with_ids = !ids.is_empty();
        let mut all = Columns { customers: numbers, times, amounts, occurrences, ids };
        if with_ids {
            // Rows with ids have no occurrence.
            let occurrence = |row: usize| if all.id(row).is_some() { 0 } else { all.occurrence(row) };
            all.occurrences = (0..all.len()).map(occurrence).collect();
        }
        if verdicts.iter().all(|verdict| *verdict == Verdict::New) {
            return Self { columns: all, currency, customers, rows: Vec::new() };
        }
        let kept = |row: &usize| verdicts[*row] == Verdict::New;
        let rows: Vec<u32> = (0..all.len()).filter(kept).map(|row| row as u32).collect();
        let columns = all.take(&rows);
        Self { columns, currency, customers, rows }
    }

    /// Where a recorded row was in the batch.
    fn rows(&self, row: usize) -> usize {
        self.rows.get(row).map_or(row, |&row| row as usize)
    }

    fn name(&self, row: usize) -> &str {
        self.customers.get(row)
    }
}
