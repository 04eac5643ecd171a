//! The book: every workspace's histories in memory, which is what questions read.
//!
//! Customers are numbered in the order they are first recorded. Number `n` lives in shard `n % SHARDS`, so a reader
//! locks one shard for a moment and never waits for a whole scan. What a reader sees is decided by a bound on record
//! numbers that is published after a commit is durable: rows beyond it are in the shards already, and are passed over.
//! That gives every question a consistent snapshot without copying anything.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;
use lojal_domain::{
    AttributeFact, CostFact, CustomerId, DiscountFact, EventTime, History, Lines, REFERRED_BY, RefundFact,
    ResponseFact, TransactionFact, WorkspaceName,
};
use lojal_store::{Cut, Parts, Position, Recorded, StoreError, VisitUntil, Wanted, WorkspaceStatus};
use parking_lot::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::book::index::UNKNOWN;
use crate::book::partition::{SHARDS, slot_of};
use crate::book::rooms::Rooms;
use crate::book::shard::{Shard, VoidFact};
use crate::book::unowned::Unowned;
use crate::book::view::{Scratch, View, Within, show};
use crate::log::event::{Event, NOBODY, Row};
use crate::log::log::Log;

/// The books of all workspaces, shared with readers.
pub(crate) type Books = Arc<RwLock<BTreeMap<WorkspaceName, Arc<Book>>>>;

/// One workspace's histories.
pub(crate) struct Book {
    /// The workspace's number.
    pub(crate) workspace: u32,
    /// None until the first customer: a workspace that holds nothing takes little.
    rooms: OnceLock<Box<Rooms>>,
    unowned: RwLock<Unowned>,
    /// What readers may see.
    published: RwLock<Published>,
    /// Which records each revision has, in order.
    revisions: RwLock<Vec<Revision>>,
    /// Small documents by collection and key.
    pub(crate) documents: RwLock<BTreeMap<(String, String), Vec<u8>>>,
    /// Names that repeat, such as channels, are kept once.
    names: Mutex<HashMap<Box<str>, Arc<str>>>,
    /// How many customers were erased. Numbers looked up before the last time may be nobody's by now.
    erasures: AtomicU64,
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

/// A write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Revision {
    pub(crate) revision: u64,
    pub(crate) recorded_at: EventTime,
    /// Its first record; that of the next one if it has none.
    pub(crate) first_record: u32,
}

impl Book {
    pub(crate) fn new(workspace: u32) -> Self {
        let status = WorkspaceStatus { writable: true, ..WorkspaceStatus::default() };
        Self {
            workspace,
            rooms: OnceLock::new(),
            unowned: RwLock::default(),
            published: RwLock::new(Published { records: 0, customers: 0, status }),
            revisions: RwLock::default(),
            documents: RwLock::default(),
            names: Mutex::default(),
            erasures: AtomicU64::new(0),
        }
    }

    pub(crate) fn published(&self) -> Published {
        self.published.read().clone()
    }

    /// Lets readers see what was added.
    pub(crate) fn publish(&self, published: Published) {
        *self.published.write() = published;
    }

    /// Where customers are, made if there were none.
    fn rooms(&self) -> &Rooms {
        self.rooms.get_or_init(Box::default)
    }

    /// The shards, where there ever was a customer.
    fn held_shards(&self) -> &[RwLock<Shard>] {
        self.rooms.get().map_or(&[], |rooms| &rooms.shards)
    }

    /// The number of a customer, published or not.
    pub(crate) fn number_of(&self, id: &str) -> Option<u32> {
        self.rooms.get()?.find(id)
    }

    /// The numbers of many customers, [`UNKNOWN`](crate::book::index::UNKNOWN) for those without.
    pub(crate) fn numbers_of(&self, ids: &Lines) -> Vec<u32> {
        self.rooms.get().map_or_else(|| vec![UNKNOWN; ids.len()], |rooms| rooms.find_all(ids))
    }

    /// How many customers were erased.
    pub(crate) fn erasures(&self) -> u64 {
        self.erasures.load(Ordering::Acquire)
    }

    /// The id of a number.
    pub(crate) fn id_of(&self, number: u32) -> Option<CustomerId> {
        let shard = self.held_shards().get(number as usize % SHARDS)?.read();
        CustomerId::new(shard.customers.get(slot_of(number))?.id.as_str()).ok()
    }

    pub(crate) fn shard(&self, number: u32) -> &RwLock<Shard> {
        &self.rooms().shards[number as usize % SHARDS]
    }

    pub(crate) fn shards(&self) -> &[RwLock<Shard>; SHARDS] {
        &self.rooms().shards
    }

    /// Looks at every transaction without a key of its own, with its customer's number and id.
    pub(crate) fn each_plain_transaction(&self, mut look: impl FnMut(u32, &str, &TransactionFact)) {
        for (part, shard) in self.held_shards().iter().enumerate() {
            let shard = shard.read();
            for (slot, customer) in shard.customers.iter().enumerate() {
                let number = (slot * SHARDS + part) as u32;
                let facts = shard.transactions(slot);
                facts
                    .iter()
                    .filter(|fact| fact.occurrence > 0)
                    .for_each(|fact| look(number, &customer.id, fact));
            }
        }
    }

    /// When a revision was recorded that has a record.
    fn recorded_at(&self, record: u32) -> Option<EventTime> {
        let revisions = self.revisions.read();
        let after = revisions.partition_point(|revision| revision.first_record <= record);
        after.checked_sub(1).map(|index| revisions[index].recorded_at)
    }

    /// The last write, published or not.
    pub(crate) fn last_revision(&self) -> Option<Revision> {
        self.revisions.read().last().copied()
    }

    /// The last revision recorded at or before an instant.
    pub(crate) fn revision_at(&self, known_at: EventTime) -> u64 {
        let published = self.published.read().status.revision;
        let revisions = self.revisions.read();
        let after = revisions.partition_point(|revision| revision.recorded_at <= known_at);
        after.checked_sub(1).map_or(0, |index| revisions[index].revision).min(published)
    }

    /// Records up to a revision are those before this bound.
    pub(crate) fn bound_of(&self, cut: Cut) -> u32 {
        let published = self.published.read();
        match cut.revision {
            Some(revision) if revision < published.status.revision => {
                let revisions = self.revisions.read();
                let after = revisions.partition_point(|entry| entry.revision <= revision);
                revisions.get(after).map_or(published.records, |entry| entry.first_record)
            }
            _ => published.records,
        }
    }

    // For the writer. Readers see nothing of what these do before [`Self::publish`].

    /// Adds a customer, whose number is the next one.
    pub(crate) fn add_customer(&self, number: u32, id: &str) {
        self.shard(number).write().add_customer(id);
        // One who was erased has a number, and no name to be found by.
        if !id.is_empty() {
            self.rooms().index.insert(id, number);
        }
    }

    pub(crate) fn add_revision(&self, revision: Revision) {
        self.revisions.write().push(revision);
    }

    /// Adds a row.
    pub(crate) fn add_row(&self, record: u32, row: &Row) {
        if row.customer == NOBODY {
            return self.unowned.write().add(record, &row.event, |name| self.shared(name));
        }
        let slot = slot_of(row.customer);
        let mut shard = self.shard(row.customer).write();
        shard.end = shard.end.max(record + 1);
        match &row.event {
            Event::Transaction { identity, time, money, converted, discount } => {
                let (time, amount) = (*time, converted.unwrap_or(money.amount));
                // Only what was paid tells foreign ones apart, so those are found by their keys.
                let occurrence = if converted.is_some() { 0 } else { identity.occurrence() };
                shard.push(slot, TransactionFact { time, amount, record, occurrence });
                if let Some(discount) = *discount {
                    let amount = converted.map_or(discount, |worth| worth.share(discount, money.amount));
                    shard.columns.add_discount(slot, DiscountFact { time, amount, record });
                }
                shard.settle_if_due();
            }
            Event::Refund(refund, target) => {
                let fact = RefundFact {
                    time: refund.time,
                    amount: target.worth,
                    transaction_time: target.time,
                    transaction_record: target.record,
                    record,
                };
                shard.columns.add_refund(slot, fact);
            }
            Event::Response(response) => {
                let fact = ResponseFact::of(response, record, |name| self.shared(name));
                shard.columns.responses.push(slot, fact);
            }
            Event::Attributes { attributes, effective } => {
                let from = effective.unwrap_or(EventTime::MIN);
                for (name, value) in attributes {
                    let (name, value) = (self.shared(name.as_str()), self.shared(value));
                    shard.columns.attributes.push(slot, AttributeFact { from, name, value, record });
                }
            }
            Event::Void(void, target) => {
                let effective = void.time.unwrap_or(target.time);
                let fact = VoidFact { transaction_record: target.record, effective, record };
                shard.columns.add_void(slot, fact);
            }
            Event::Interaction(contact) => {
                let fact = contact.fact(record, |name| self.shared(name));
                shard.columns.interactions.push(slot, fact);
            }
            Event::Cost(cost) => {
                let fact = CostFact::of(cost, record, |name| self.shared(name));
                shard.columns.costs.push(slot, fact);
            }
        }
    }

    /// Whether a customer says that somebody with this id recommended us.
    pub(crate) fn names_as_referrer(&self, id: &str) -> bool {
        let names = |fact: &AttributeFact| &*fact.name == REFERRED_BY && &*fact.value == id;
        self.held_shards().iter().any(|shard| shard.read().columns.attributes.facts().any(names))
    }

    /// Takes an id out of who recommended us.
    pub(crate) fn forget_referrer(&self, id: &str) {
        let nobody = self.shared("");
        for shard in self.held_shards() {
            // Most erasures find nothing, and must not hold up readers.
            let names = |fact: &AttributeFact| &*fact.name == REFERRED_BY && &*fact.value == id;
            if shard.read().columns.attributes.facts().any(names) {
                shard.write().columns.attributes.amend(|fact| {
                    if names(fact) {
                        fact.value = nobody.clone();
                    }
                });
            }
        }
        self.names.lock().retain(|_, shared| Arc::strong_count(shared) > 1);
    }

    /// Forgets a customer.
    pub(crate) fn erase(&self, number: u32) {
        if let Some(id) = self.id_of(number) {
            self.rooms().index.remove(id.as_str(), number);
        }
        self.shard(number).write().erase(slot_of(number));
        self.erasures.fetch_add(1, Ordering::AcqRel);
        // Values that only this customer had must go too.
        self.names.lock().retain(|_, shared| Arc::strong_count(shared) > 1);
    }

    /// The earliest and the latest event.
    pub(crate) fn extent(&self) -> Option<(EventTime, EventTime)> {
        let mut extent = None;
        let mut see = |time: EventTime| {
            let (first, last) = extent.get_or_insert((time, time));
            (*first, *last) = (time.min(*first), time.max(*last));
        };
        for shard in self.held_shards() {
            let shard = shard.read();
            for slot in 0..shard.customers.len() {
                let transactions = shard.transactions(slot);
                transactions.first().into_iter().chain(transactions.last()).for_each(|fact| see(fact.time));
                for column in shard.columns.all() {
                    column.tell(slot, &mut |time, _| time.into_iter().for_each(&mut see));
                }
            }
        }
        let unowned = self.unowned.read();
        unowned.responses.iter().for_each(|fact| see(fact.time));
        unowned.costs.iter().for_each(|fact| see(fact.time));
        extent
    }

    fn shared(&self, text: &str) -> Arc<str> {
        self.names.lock().entry_ref(text).or_insert_with(|| text.into()).clone()
    }

    // For readers.

    /// Shows one customer's history.
    pub(crate) fn history(&self, id: &str, cut: Cut, visit: &mut lojal_store::Visit<'_>) -> bool {
        let bound = self.bound_of(cut);
        let Some(number) = self.number_of(id) else { return false };
        let shard = self.shard(number).read();
        let view = View { bound, as_of: cut.as_of, parts: Parts::ALL };
        show(&shard, number, view, &mut Scratch::default(), visit).is_some()
    }

    /// A shard with few of its rows in tails.
    fn settled(shard: &RwLock<Shard>, bound: u32) -> RwLockReadGuard<'_, Shard> {
        let held = shard.read();
        if !held.is_due_for_scan(bound) {
            return held;
        }
        drop(held);
        let mut shard = shard.write();
        if shard.is_due_for_scan(bound) {
            shard.settle_for_scan();
        }
        RwLockWriteGuard::downgrade(shard)
    }

    /// Shows one partition of what a view lets see of all histories, for as long as they are wanted; partition [`SHARDS`]
    /// holds what is no customer's.
    pub(crate) fn partition(
        &self,
        partition: usize,
        view: View,
        wanted: &Wanted,
        visit: &mut lojal_store::Visit<'_>,
    ) {
        let View { bound, as_of, parts } = view;
        let mut scratch = Scratch::default();
        if partition == SHARDS {
            let held = self.unowned.read();
            let history = parts.of(History {
                number: NOBODY,
                responses: scratch.responses.cut(&held.responses, Within::default(), bound, as_of),
                costs: scratch.costs.cut(&held.costs, Within::default(), bound, as_of),
                ..History::default()
            });
            if !history.is_empty() {
                visit(&history);
            }
            return;
        }
        let Some(shard) = self.held_shards().get(partition) else { return };
        let shard = Self::settled(shard, bound);
        for slot in 0..shard.customers.len() {
            if wanted.given_up() {
                return;
            }
            let number = (slot * SHARDS + partition) as u32;
            show(&shard, number, view, &mut scratch, &mut *visit);
        }
    }

    /// Record numbers of a customer's timeline before a position, newest first.
    pub(crate) fn positions(&self, id: &str, cut: Cut, before: Option<Position>, limit: usize) -> Vec<u32> {
        let bound = self.bound_of(cut);
        let Some(number) = self.number_of(id) else { return Vec::new() };
        let mut positions: Vec<Position> = Vec::new();
        let shard = self.shard(number).read();
        let slot = slot_of(number);
        let at = |time: EventTime, record: u32| Position { time, record };
        positions.extend(shard.transactions(slot).iter().map(|fact| at(fact.time, fact.record)));
        let mut for_all_times = Vec::new();
        for column in shard.columns.all() {
            column.tell(slot, &mut |time, record| match time {
                Some(time) => positions.push(at(time, record)),
                None => for_all_times.push(record),
            });
        }
        positions.retain(|position| position.time < cut.as_of);
        // Facts for all times stand where they were recorded.
        positions.extend(
            for_all_times.into_iter().filter_map(|record| Some(at(self.recorded_at(record)?, record))),
        );
        positions.retain(|position| position.record < bound);
        drop(shard);
        positions.retain(|position| before.is_none_or(|before| *position < before));
        positions.sort_unstable_by(|a, b| b.cmp(a));
        // An upsert of several facts is one record, and so are a transaction and its discount.
        positions.dedup();
        positions.truncate(limit);
        positions.into_iter().map(|position| position.record).collect()
    }

    /// A committed record of a customer, whole, as the log has it. The book may have forgotten them meanwhile.
    pub(crate) fn record(
        &self,
        log: &Log,
        record: u32,
        customer: &CustomerId,
    ) -> Result<Recorded, StoreError> {
        let (run, row) = log.row(self.workspace, record)?;
        let recorded_at = run.recorded_at;
        let time = row.event.time().unwrap_or(recorded_at);
        let position = Position { time, record };
        Ok(Recorded { position, recorded_at, record: row.event.into_record(Some(customer.clone()))? })
    }

    /// Shows histories by customer number, for as long as they are wanted.
    pub(crate) fn walk(&self, cut: Cut, after: Option<u32>, wanted: &Wanted, visit: &mut VisitUntil) {
        let view = View { bound: self.bound_of(cut), as_of: cut.as_of, parts: Parts::ALL };
        let customers = self.published.read().customers;
        let mut scratch = Scratch::default();
        for number in after.map_or(0, |number| number.saturating_add(1))..customers {
            if wanted.given_up() {
                return;
            }
            let shard = self.shard(number).read();
            let shown = show(&shard, number, view, &mut scratch, &mut *visit);
            if shown.is_some_and(|flow: ControlFlow<()>| flow.is_break()) {
                return;
            }
        }
    }
}
