//! Opening: the log is read once, and what it says becomes the book.
//!
//! A batch counts only if its last block is there. Blocks after the last whole batch were never acknowledged, and are
//! taken away. A hole or a damaged block before one that is known to have been synced is another matter: then
//! acknowledged data is damaged, and the store refuses to open rather than to serve what is left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lojal_domain::{Currency, TransactionFact, TransactionIdentity, TransactionKey, WorkspaceName};
use lojal_store::StoreError;

use crate::book::book::{Book, Revision};
use crate::book::partition::{by_shard, shard_of, slot_of};
use crate::care::loading::Loading;
use crate::log::block::{self, Block, Kind};
use crate::log::codec::damaged;
use crate::log::columns::{self, Columns};
use crate::log::event::{Event, Row};
use crate::log::log::Log;
use crate::log::row;
use crate::write::keys::Key;
use crate::write::ledger::Ledger;

/// Transactions read before they are added to the book together.
const ADDED_AT_ONCE: usize = 1 << 16;
/// A block of fewer bytes than this is small.
pub(crate) const SMALL_BLOCK: usize = block::BLOCK_BYTES / 4;
/// Between words on how far it is.
const PROGRESS: Duration = Duration::from_secs(1);

/// What a log says.
pub(crate) struct Replayed {
    pub(crate) ledgers: BTreeMap<WorkspaceName, Ledger>,
    /// The number the next block gets.
    pub(crate) next_block: u64,
    /// How many blocks hold little, so that merging them would pay.
    pub(crate) small_blocks: u64,
}

/// Reads a log of which so many blocks are known to have been synced, and tells `loading` how far it is. Comes with the blocks at
/// its end that were never acknowledged, to be taken away with [`mend`].
pub(crate) fn replay(log: &Log, durable: u64, loading: &Loading) -> Result<(Replayed, Vec<u64>), StoreError> {
    loading.begin(durable);
    let mut replay = Replay::default();
    let mut tail: Option<(u64, StoreError)> = None;
    let mut leftovers = Vec::new();
    let mut progress = Progress::new(durable);
    for entry in log.blocks() {
        let (number, bytes) = entry?;
        progress.at(number);
        loading.at(number, replay.records);
        if let Some((first, reason)) = &tail {
            // Whatever follows a hole must be unacknowledged too.
            if block::open(&bytes).is_ok_and(|block| block.header.durable >= *first) {
                return Err(lost(*first, reason));
            }
            leftovers.push(number);
            continue;
        }
        let taken = if number == replay.next_block {
            replay.take(log, number, &bytes)
        } else {
            Err(damaged("blocks before it are missing"))
        };
        if let Err(reason) = taken {
            tail = Some((replay.next_block, reason));
            leftovers.push(number);
        }
    }
    if replay.whole < durable {
        let reason = tail.map_or_else(|| damaged("it is missing"), |(_, reason)| reason);
        return Err(lost(replay.whole, &reason));
    }
    let torn: Vec<u64> = (replay.whole..replay.next_block).chain(leftovers).collect();
    Ok((replay.finish(log)?, torn))
}

fn lost(block: u64, reason: &StoreError) -> StoreError {
    StoreError::Corrupted(format!("block {block} of the log, which was acknowledged: {reason}"))
}

/// Takes away the blocks at the end that were never acknowledged.
pub(crate) fn mend(log: &Log, torn: Vec<u64>) -> Result<(), StoreError> {
    if torn.is_empty() {
        return Ok(());
    }
    tracing::warn!(blocks = torn.len(), "took away the unacknowledged end of the log");
    for number in torn {
        log.remove_block(number)?;
    }
    log.sync()
}

/// Says how far it is, when it takes long.
struct Progress {
    blocks: u64,
    #[allow(clippy::disallowed_types, reason = "only decides how often to say something")]
    said: std::time::Instant,
}

#[allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "only decides how often to say something"
)]
impl Progress {
    fn new(blocks: u64) -> Self {
        Self { blocks, said: std::time::Instant::now() }
    }

    fn at(&mut self, block: u64) {
        if block.is_multiple_of(1_024) && self.said.elapsed() >= PROGRESS {
            self.said = std::time::Instant::now();
            let percent = (block * 100).checked_div(self.blocks).unwrap_or(0).min(100);
            tracing::info!(blocks = block, of = self.blocks, percent, "reading the log");
        }
    }
}

#[derive(Default)]
struct Replay {
    workspaces: BTreeMap<u32, Workspace>,
    next_block: u64,
    /// The first block after the last whole batch.
    whole: u64,
    small_blocks: u64,
    records: u64,
}

/// A workspace and what was read of it but is not in its ledger yet.
struct Workspace {
    name: WorkspaceName,
    ledger: Ledger,
    waiting: Waiting,
    /// How much of `waiting` belongs to whole batches.
    whole: Mark,
}

#[derive(Default)]
struct Waiting {
    names: Vec<String>,
    revisions: Vec<Revision>,
    places: Vec<(u32, u64)>,
    columns: Columns,
    records: Vec<u32>,
    /// Ids, with their positions in the columns.
    ids: Vec<(u32, TransactionKey)>,
    currency: Option<Currency>,
    rows: Vec<(u32, Row)>,
    /// One more than the highest record.
    end: u32,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    names: usize,
    revisions: usize,
    places: usize,
    columns: usize,
    ids: usize,
    rows: usize,
    end: u32,
}

impl Replay {
    fn take(&mut self, log: &Log, number: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let block = block::open(bytes)?;
        let header = block.header;
        if header.kind == Kind::End {
            self.small_blocks += 1;
        } else if header.kind == Kind::Workspace {
            let (name, currency) = block.workspace()?;
            let name = WorkspaceName::stored(name).map_err(|_| damaged("a workspace's name is malformed"))?;
            let mut ledger = Ledger::new(Arc::new(Book::new(header.workspace)));
            ledger.applied.status.currency = currency.map(columns::currency).transpose()?;
            log.add_name(header.workspace, number);
            let (waiting, whole) = (Waiting::default(), Mark::default());
            self.workspaces.insert(header.workspace, Workspace { name, ledger, waiting, whole });
        } else {
            self.records += block.runs.iter().map(|run| u64::from(run.rows)).sum::<u64>();
            let workspace = self
                .workspaces
                .get_mut(&header.workspace)
                .ok_or_else(|| damaged("its workspace is unknown"))?;
            workspace.waiting.take(number, &block)?;
            if header.last_of_batch {
                workspace.whole = workspace.waiting.mark();
                if workspace.waiting.records.len() >= ADDED_AT_ONCE {
                    workspace.add(log);
                }
            }
            self.small_blocks += u64::from(bytes.len() < SMALL_BLOCK);
        }
        self.next_block = number + 1;
        if header.last_of_batch {
            self.whole = self.next_block;
        }
        Ok(())
    }

    fn finish(self, log: &Log) -> Result<Replayed, StoreError> {
        for (workspace, document) in log.documents()? {
            if let Some(workspace) = self.workspaces.get(&workspace) {
                let key = (document.collection, document.key);
                workspace.ledger.book.documents.write().insert(key, document.content);
            }
        }
        let mut ledgers = BTreeMap::new();
        for (_, mut workspace) in self.workspaces {
            workspace.waiting.cut(workspace.whole);
            workspace.add(log);
            workspace.ledger.book.publish(workspace.ledger.applied.clone());
            ledgers.insert(workspace.name, workspace.ledger);
        }
        Ok(Replayed { ledgers, next_block: self.whole, small_blocks: self.small_blocks })
    }
}

impl Waiting {
    fn take(&mut self, number: u64, block: &Block<'_>) -> Result<(), StoreError> {
        match block.header.kind {
            Kind::Columns => {
                let (mut columns, currency) = columns::read(block)?;
                let first = self.columns.len() as u32;
                for row in 0..columns.len() {
                    if let Some(id) = columns.id(row) {
                        self.ids.push((first + row as u32, TransactionKey::of_id(id)));
                    }
                }
                if !columns.occurrences.is_empty() || !self.columns.occurrences.is_empty() {
                    self.columns.occurrences.resize(self.columns.len(), 1);
                    columns.occurrences.resize(columns.len(), 1);
                    self.columns.occurrences.append(&mut columns.occurrences);
                }
                self.columns.customers.append(&mut columns.customers);
                self.columns.times.append(&mut columns.times);
                self.columns.amounts.append(&mut columns.amounts);
                self.records.extend(block.records().map(|(record, _)| record));
                self.currency.get_or_insert(currency);
            }
            _ => {
                let rows = row::read(block)?;
                self.rows.extend(block.records().map(|(record, _)| record).zip(rows));
            }
        }
        self.names.extend(block.names.iter().map(|&name| name.to_owned()));
        for run in &block.runs {
            if self.revisions.last().is_none_or(|last| last.revision < run.revision) {
                let block::Run { revision, recorded_at, first_record, .. } = *run;
                self.revisions.push(Revision { revision, recorded_at, first_record });
            }
            self.end = self.end.max(run.first_record + run.rows);
        }
        if let Some(run) = block.runs.iter().find(|run| run.rows > 0) {
            self.places.push((run.first_record, number));
        }
        Ok(())
    }

    fn mark(&self) -> Mark {
        Mark {
            names: self.names.len(),
            revisions: self.revisions.len(),
            places: self.places.len(),
            columns: self.columns.len(),
            ids: self.ids.len(),
            rows: self.rows.len(),
            end: self.end,
        }
    }

    /// Forgets what belongs to no whole batch.
    fn cut(&mut self, mark: Mark) {
        self.names.truncate(mark.names);
        self.revisions.truncate(mark.revisions);
        self.places.truncate(mark.places);
        self.columns.customers.truncate(mark.columns);
        self.columns.times.truncate(mark.columns);
        self.columns.amounts.truncate(mark.columns);
        self.columns.occurrences.truncate(mark.columns);
        self.records.truncate(mark.columns);
        self.ids.truncate(mark.ids);
        self.rows.truncate(mark.rows);
        self.end = mark.end;
    }
}

impl Workspace {
    /// Moves what waits into the ledger and its book.
    fn add(&mut self, log: &Log) {
        let end = self.waiting.end;
        let Waiting { names, revisions, places, columns, records, ids, currency, rows, .. } =
            std::mem::take(&mut self.waiting);
        self.whole = Mark { end, ..Mark::default() };
        self.waiting.end = end;
        let ledger = &mut self.ledger;
        names.iter().for_each(|name| ledger.add_customer(name));
        places.iter().for_each(|&(first, block)| log.add_place(ledger.book.workspace, first, block));
        for &(position, key) in &ids {
            let position = position as usize;
            ledger.keys.insert(Key::transaction(key), records[position], columns.customers[position]);
        }
        add_transactions(&ledger.book, &columns, &records);
        if let Some(currency) = currency {
            ledger.count_columns(&columns, currency);
        }
        for (record, row) in &rows {
            if let Some(key) = key_of(&ledger.book, row) {
                ledger.keys.insert(key, *record, row.customer);
            }
            ledger.book.add_row(*record, row);
            ledger.count(row);
        }
        // A batch may go on in the next block of a log that was rewritten.
        let last = ledger.applied.status.revision;
        for revision in revisions.into_iter().filter(|revision| revision.revision > last) {
            ledger.applied.status.revision = revision.revision;
            ledger.book.add_revision(revision);
        }
        ledger.applied.records = ledger.applied.records.max(end);
    }
}

/// The key under which a row is to be found, if it needs one.
fn key_of(book: &Book, row: &Row) -> Option<Key> {
    match &row.event {
        // Found among their customer's.
        Event::Transaction { identity: TransactionIdentity::Nth(_), converted: None, .. } => None,
        _ => Key::of(row, book.id_of(row.customer).as_ref().map_or("", |id| id.as_str())),
    }
}

/// Adds transactions to the book, those of one shard together.
fn add_transactions(book: &Book, columns: &Columns, records: &[u32]) {
    let order = by_shard(&columns.customers, |_| true);
    let part_of = |row: u32| shard_of(columns.customers[row as usize]);
    for rows in order.chunk_by(|a, b| part_of(*a) == part_of(*b)) {
        let mut shard = book.shards()[part_of(rows[0])].write();
        for &row in rows {
            let row = row as usize;
            let fact = TransactionFact {
                time: columns.times[row],
                amount: columns.amounts[row],
                record: records[row],
                occurrence: columns.occurrence(row),
            };
            shard.push(slot_of(columns.customers[row]), fact);
            shard.end = shard.end.max(fact.record + 1);
        }
        shard.settle_if_due();
    }
}
