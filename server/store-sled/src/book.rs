//! The book: every workspace's histories in memory, which is what questions read.
//!
//! Customers are numbered in the order they are first recorded. Number `n` lives in shard `n % SHARDS`, so a reader
//! locks one shard for a moment and never waits for a whole scan. What a reader sees is decided by a bound on record
//! numbers that is published after a commit is durable: rows beyond it are in the shards already, and are passed over.
//! That gives every question a consistent snapshot without copying anything.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use compact_str::CompactString;
use hashbrown::{HashMap, HashTable};
use lojal_domain::{
    AttributeFact, CustomerId, EventTime, History, RefundFact, ResponseFact, SurveyResponse, TransactionFact,
    TransactionIdentity,
};
use lojal_store::{Cut, Position, WorkspaceStatus};
use parking_lot::{Mutex, RwLock};
use xxhash_rust::xxh3::xxh3_64;

use crate::row::{Event, NOBODY, Row};

/// Enough that a writer seldom meets a reader; a scan over a million customers holds one shard for about a millisecond.
pub(crate) const SHARDS: usize = 64;

/// One workspace's histories.
pub(crate) struct Book {
    /// Finds a customer's number by id.
    index: [RwLock<HashTable<IndexEntry>>; SHARDS],
    shards: [RwLock<Shard>; SHARDS],
    /// Answers without a customer.
    anonymous: RwLock<Vec<ResponseFact>>,
    /// What readers may see.
    published: RwLock<Published>,
    /// Where in the log records are.
    blocks: RwLock<Vec<BlockEntry>>,
    /// Small documents by collection and key.
    pub(crate) documents: RwLock<BTreeMap<(String, String), Vec<u8>>>,
    /// Names that repeat, such as channels, are kept once.
    names: Mutex<HashMap<Box<str>, Arc<str>>>,
}

#[derive(Clone, Copy)]
struct IndexEntry {
    hash: u64,
    number: u32,
}

#[derive(Default)]
struct Shard {
    customers: Vec<Customer>,
    /// One more than the highest record in the shard.
    end: u32,
}

struct Customer {
    /// Up to 24 bytes stand right here, which saves a look elsewhere for most.
    id: CompactString,
    transactions: Vec<TransactionFact>,
    /// Most customers have only transactions.
    more: Option<Box<More>>,
}

#[derive(Default)]
struct More {
    refunds: Vec<RefundFact>,
    responses: Vec<ResponseFact>,
    attributes: Vec<AttributeFact>,
}

/// What readers may see.
#[derive(Clone)]
pub(crate) struct Published {
    /// Records before this one.
    pub(crate) records: u32,
    /// Customers with numbers before this one.
    pub(crate) customers: u32,
    pub(crate) status: WorkspaceStatus,
}

/// A block of the log that holds rows of this workspace.
#[derive(Clone, Copy)]
pub(crate) struct BlockEntry {
    pub(crate) first_record: u32,
    pub(crate) revision: u64,
    pub(crate) recorded_at: EventTime,
    pub(crate) block: u64,
}

impl Book {
    pub(crate) fn new() -> Self {
        Self {
            index: std::array::from_fn(|_| RwLock::default()),
            shards: std::array::from_fn(|_| RwLock::default()),
            anonymous: RwLock::default(),
            published: RwLock::new(Published {
                records: 0,
                customers: 0,
                status: WorkspaceStatus {
                    revision: 0,
                    customers: 0,
                    transactions: 0,
                    refunds: 0,
                    responses: 0,
                    voids: 0,
                    first_event: None,
                    last_event: None,
                    currency: None,
                    writable: true,
                },
            }),
            blocks: RwLock::default(),
            documents: RwLock::default(),
            names: Mutex::default(),
        }
    }

    pub(crate) fn published(&self) -> Published {
        self.published.read().clone()
    }

    /// The number of a customer, published or not.
    pub(crate) fn number_of(&self, id: &str) -> Option<u32> {
        let hash = xxh3_64(id.as_bytes());
        let index = self.index[hash as usize % SHARDS].read();
        index
            .find(hash, |entry| entry.hash == hash && self.is_named(entry.number, id))
            .map(|entry| entry.number)
    }

    fn is_named(&self, number: u32, id: &str) -> bool {
        let shard = self.shards[number as usize % SHARDS].read();
        shard.customers.get(number as usize / SHARDS).is_some_and(|customer| customer.id == id)
    }

    /// The id of a number.
    pub(crate) fn id_of(&self, number: u32) -> Option<CustomerId> {
        let shard = self.shards[number as usize % SHARDS].read();
        CustomerId::new(shard.customers.get(number as usize / SHARDS)?.id.as_str()).ok()
    }

    /// Looks at everything held of a customer, published or not. For the writer.
    pub(crate) fn with_facts<T>(
        &self,
        number: u32,
        look: impl FnOnce(&[TransactionFact], &[RefundFact], &[AttributeFact]) -> T,
    ) -> Option<T> {
        let shard = self.shards[number as usize % SHARDS].read();
        let customer = shard.customers.get(number as usize / SHARDS)?;
        Some(match &customer.more {
            Some(more) => look(&customer.transactions, &more.refunds, &more.attributes),
            None => look(&customer.transactions, &[], &[]),
        })
    }

    /// Looks at every transaction held, with its customer's number and id. For the writer.
    pub(crate) fn each_transaction(&self, mut look: impl FnMut(u32, &str, &TransactionFact)) {
        for (index, shard) in self.shards.iter().enumerate() {
            for (slot, customer) in shard.read().customers.iter().enumerate() {
                let number = (slot * SHARDS + index) as u32;
                customer.transactions.iter().for_each(|fact| look(number, &customer.id, fact));
            }
        }
    }

    /// The block that holds a record.
    pub(crate) fn block_of(&self, record: u32) -> Option<BlockEntry> {
        let blocks = self.blocks.read();
        let after = blocks.partition_point(|entry| entry.first_record <= record);
        after.checked_sub(1).map(|index| blocks[index])
    }

    /// Records up to a revision are those before this bound.
    fn bound(&self, cut: Cut, published: &Published) -> u32 {
        match cut.revision {
            Some(revision) if revision < published.status.revision => {
                let blocks = self.blocks.read();
                let after = blocks.partition_point(|entry| entry.revision <= revision);
                blocks.get(after).map_or(published.records, |entry| entry.first_record)
            }
            _ => published.records,
        }
    }

    pub(crate) fn add_customers(&self, first: u32, ids: &[&str]) {
        for (number, id) in (first..).zip(ids) {
            let hash = xxh3_64(id.as_bytes());
            {
                let mut shard = self.shards[number as usize % SHARDS].write();
                debug_assert_eq!(shard.customers.len(), number as usize / SHARDS);
                shard.customers.push(Customer {
                    id: CompactString::new(id),
                    transactions: Vec::new(),
                    more: None,
                });
            }
            let mut index = self.index[hash as usize % SHARDS].write();
            index.insert_unique(hash, IndexEntry { hash, number }, |entry| entry.hash);
        }
    }

    pub(crate) fn add_blocks(&self, entries: &[BlockEntry]) {
        self.blocks.write().extend_from_slice(entries);
    }

    /// Adds the rows of a batch, which no reader sees before [`Self::publish`].
    pub(crate) fn add_rows(&self, first_record: u32, rows: &[Row]) {
        // By shard and customer, so that each shard is locked once and each customer sorted once.
        let mut order: Vec<(u32, u32)> =
            rows.iter().enumerate().map(|(index, row)| (row.customer, index as u32)).collect();
        order.sort_unstable_by_key(|&(customer, index)| (customer % SHARDS as u32, customer, index));
        let anonymous = order.extract_if(.., |&mut (customer, _)| customer == NOBODY).collect::<Vec<_>>();
        for in_shard in order.chunk_by(|a, b| a.0 % SHARDS as u32 == b.0 % SHARDS as u32) {
            let mut shard = self.shards[in_shard[0].0 as usize % SHARDS].write();
            for of_customer in in_shard.chunk_by(|a, b| a.0 == b.0) {
                let Some(customer) = shard.customers.get_mut(of_customer[0].0 as usize / SHARDS) else {
                    continue;
                };
                for &(_, index) in of_customer {
                    self.add_row(customer, &rows[index as usize], first_record + index);
                }
                customer.sort();
            }
            shard.end = first_record + rows.len() as u32;
        }
        if !anonymous.is_empty() {
            let mut held = self.anonymous.write();
            for (_, index) in anonymous {
                if let Event::Response(response) = &rows[index as usize].event {
                    held.push(self.response_fact(response, first_record + index));
                }
            }
            sort_if_needed(&mut held, |fact| (fact.time, fact.record));
        }
    }

    fn add_row(&self, customer: &mut Customer, row: &Row, record: u32) {
        match &row.event {
            Event::Transaction { identity, time, amount, .. } => {
                let occurrence = match identity {
                    TransactionIdentity::Given(_) => 0,
                    TransactionIdentity::Nth(occurrence) => *occurrence,
                };
                let (time, amount) = (*time, *amount);
                customer.transactions.push(TransactionFact { time, amount, record, occurrence });
            }
            Event::Refund(event) => customer.more().refunds.push(RefundFact {
                time: event.refund.time,
                amount: event.refund.money.amount,
                transaction_time: event.transaction_time,
                transaction_record: event.transaction_record,
                record,
            }),
            Event::Response(response) => {
                let fact = self.response_fact(response, record);
                customer.more().responses.push(fact);
            }
            Event::Attributes { attributes, effective } => {
                let from = effective.unwrap_or(EventTime::MIN);
                for (name, value) in attributes {
                    let (name, value) = (self.shared(name.as_str()), self.shared(value));
                    customer.more().attributes.push(AttributeFact { from, name, value, record });
                }
            }
        }
    }

    fn response_fact(&self, response: &SurveyResponse, record: u32) -> ResponseFact {
        ResponseFact {
            time: response.time,
            score: response.score,
            kind: response.kind,
            survey: self.shared(&response.survey),
            channel: self.shared(&response.channel),
            record,
        }
    }

    fn shared(&self, text: &str) -> Arc<str> {
        self.names.lock().entry_ref(text).or_insert_with(|| text.into()).clone()
    }

    /// Lets readers see what was added.
    pub(crate) fn publish(&self, published: Published) {
        *self.published.write() = published;
    }

    /// Shows one customer's history.
    pub(crate) fn history(&self, id: &str, cut: Cut, visit: &mut lojal_store::Visit<'_>) -> bool {
        let published = self.published.read();
        let bound = self.bound(cut, &published);
        drop(published);
        let Some(number) = self.number_of(id) else { return false };
        let shard = self.shards[number as usize % SHARDS].read();
        let Some(customer) = shard.customers.get(number as usize / SHARDS) else { return false };
        customer.show(number, shard.end, bound, cut.as_of, &mut Scratch::default(), visit).is_some()
    }

    /// Shows one partition of all histories; partition [`SHARDS`] holds the anonymous answers.
    pub(crate) fn partition(
        &self,
        partition: usize,
        bound: u32,
        as_of: EventTime,
        visit: &mut lojal_store::Visit<'_>,
    ) {
        let mut scratch = Scratch::default();
        if partition == SHARDS {
            let held = self.anonymous.read();
            let responses = scratch.responses.cut(&held, false, bound, as_of);
            let history = History {
                customer: None,
                number: NOBODY,
                transactions: &[],
                refunds: &[],
                responses,
                attributes: &[],
            };
            if !history.is_empty() {
                visit(&history);
            }
            return;
        }
        let shard = self.shards[partition].read();
        for (slot, customer) in shard.customers.iter().enumerate() {
            let number = (slot * SHARDS + partition) as u32;
            customer.show(number, shard.end, bound, as_of, &mut scratch, &mut *visit);
        }
    }

    /// Record numbers of a customer's timeline before a position, newest first.
    pub(crate) fn positions(&self, id: &str, cut: Cut, before: Option<Position>, limit: usize) -> Vec<u32> {
        let mut positions: Vec<Position> = Vec::new();
        let mut for_all_times = Vec::new();
        self.history(id, cut, &mut |history| {
            let at = |time, record| Position { time, record };
            positions.extend(history.transactions.iter().map(|fact| at(fact.time, fact.record)));
            positions.extend(history.refunds.iter().map(|fact| at(fact.time, fact.record)));
            positions.extend(history.responses.iter().map(|fact| at(fact.time, fact.record)));
            for fact in history.attributes {
                if fact.from == EventTime::MIN {
                    for_all_times.push(fact.record);
                } else {
                    positions.push(at(fact.from, fact.record));
                }
            }
        });
        // Facts for all times stand where they were recorded.
        let blocks = self.blocks.read();
        positions.extend(for_all_times.into_iter().filter_map(|record| {
            let after = blocks.partition_point(|entry| entry.first_record <= record);
            let time = blocks[after.checked_sub(1)?].recorded_at;
            Some(Position { time, record })
        }));
        positions.retain(|position| before.is_none_or(|before| *position < before));
        positions.sort_unstable_by(|a, b| b.cmp(a));
        // An upsert of several facts is one record.
        positions.dedup();
        positions.truncate(limit);
        positions.into_iter().map(|position| position.record).collect()
    }

    /// The bound of a cut, for [`Self::partition`].
    pub(crate) fn bound_of(&self, cut: Cut) -> u32 {
        self.bound(cut, &self.published.read())
    }

    /// Shows histories by customer number.
    pub(crate) fn walk(&self, cut: Cut, after: Option<u32>, visit: &mut lojal_store::VisitUntil<'_>) {
        let (bound, customers) = {
            let published = self.published.read();
            (self.bound(cut, &published), published.customers)
        };
        let mut scratch = Scratch::default();
        for number in after.map_or(0, |number| number.saturating_add(1))..customers {
            let shard = self.shards[number as usize % SHARDS].read();
            let Some(customer) = shard.customers.get(number as usize / SHARDS) else { return };
            let shown = customer.show(number, shard.end, bound, cut.as_of, &mut scratch, &mut *visit);
            if shown.is_some_and(|flow: ControlFlow<()>| flow.is_break()) {
                return;
            }
        }
    }
}

impl Customer {
    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    fn sort(&mut self) {
        sort_if_needed(&mut self.transactions, |fact| (fact.time, fact.record));
        if let Some(more) = &mut self.more {
            sort_if_needed(&mut more.refunds, |fact| (fact.time, fact.record));
            sort_if_needed(&mut more.responses, |fact| (fact.time, fact.record));
            sort_if_needed(&mut more.attributes, |fact| (fact.from, fact.record));
        }
    }

    /// Shows what a cut lets see; none if that is nothing.
    fn show<T>(
        &self,
        number: u32,
        end: u32,
        bound: u32,
        as_of: EventTime,
        scratch: &mut Scratch,
        visit: impl FnOnce(&History<'_>) -> T,
    ) -> Option<T> {
        // If the whole shard is within the bound, columns need only be cut at their ends.
        let whole = end <= bound;
        let none = More::default();
        let more = self.more.as_deref().unwrap_or(&none);
        let history = History {
            customer: Some(&self.id),
            number,
            transactions: scratch.transactions.cut(&self.transactions, whole, bound, as_of),
            refunds: scratch.refunds.cut(&more.refunds, whole, bound, as_of),
            responses: scratch.responses.cut(&more.responses, whole, bound, as_of),
            attributes: scratch.attributes.cut(&more.attributes, whole, bound, as_of),
        };
        (!history.is_empty()).then(|| visit(&history))
    }
}

fn sort_if_needed<T, K: Ord>(facts: &mut [T], key: impl Fn(&T) -> K) {
    // Stable, and fast on a sorted run with a short tail, which is what an append leaves.
    if !facts.is_sorted_by_key(&key) {
        facts.sort_by_key(key);
    }
}

/// Room for columns that have to be filtered, used again and again.
#[derive(Default)]
struct Scratch {
    transactions: Column<TransactionFact>,
    refunds: Column<RefundFact>,
    responses: Column<ResponseFact>,
    attributes: Column<AttributeFact>,
}

struct Column<T>(Vec<T>);

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A fact with what cuts look at.
trait Dated: Clone {
    fn time(&self) -> EventTime;
    fn record(&self) -> u32;
    /// Whether it is before an instant.
    fn is_before(&self, as_of: EventTime) -> bool {
        self.time() < as_of
    }
}

impl<T: Dated> Column<T> {
    /// The facts before `as_of` and `bound`. `whole` says that all are before `bound`.
    fn cut<'a>(&'a mut self, facts: &'a [T], whole: bool, bound: u32, as_of: EventTime) -> &'a [T] {
        let in_time = match facts.last() {
            None => return &[],
            Some(last) if last.is_before(as_of) => facts,
            Some(_) => &facts[..facts.partition_point(|fact| fact.is_before(as_of))],
        };
        if whole || in_time.iter().all(|fact| fact.record() < bound) {
            return in_time;
        }
        self.0.clear();
        self.0.extend(in_time.iter().filter(|fact| fact.record() < bound).cloned());
        &self.0
    }
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

dated!(TransactionFact, RefundFact, ResponseFact);

impl Dated for AttributeFact {
    fn time(&self) -> EventTime {
        self.from
    }

    fn record(&self) -> u32 {
        self.record
    }

    fn is_before(&self, as_of: EventTime) -> bool {
        // Facts for all times are before every instant.
        self.from == EventTime::MIN || self.from < as_of
    }
}
