//! Opening: the log is read once, and what it says becomes the book.
//!
//! A batch counts only if its last block is there. Blocks after the last whole batch were never acknowledged, and are
//! taken away. A hole or a damaged block before one that is known to have been synced is another matter: then
//! acknowledged data is damaged, and the store refuses to open rather than to serve what is left.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_store::StoreError;

use crate::block;
use crate::book::{BlockEntry, Book};
use crate::codec::damaged;
use crate::committer::{Books, Committer};
use crate::ledger::Ledger;
use crate::log::Log;
use crate::row::{Kind, Row};

/// Reads the log and makes the committer that goes on writing it.
pub(crate) fn replay(log: Arc<Log>) -> Result<Committer, StoreError> {
    let mut replay = Replay::default();
    let mut tail: Option<(u64, StoreError)> = None;
    let mut leftovers = Vec::new();
    for entry in log.blocks() {
        let (number, bytes) = entry?;
        if let Some((first, reason)) = &tail {
            // Whatever follows a hole must be unacknowledged too.
            if block::open(&bytes).is_ok_and(|block| block.header.durable >= *first) {
                return Err(StoreError::Corrupted(format!("block {first} of the log: {reason}")));
            }
            leftovers.push(number);
            continue;
        }
        let taken = if number == replay.next_block {
            replay.take(number, &bytes)
        } else {
            Err(damaged("blocks before it are missing"))
        };
        if let Err(reason) = taken {
            tail = Some((replay.next_block, reason));
            leftovers.push(number);
        }
    }
    replay.finish(log, leftovers)
}

#[derive(Default)]
struct Replay {
    names: BTreeMap<u32, WorkspaceName>,
    ledgers: BTreeMap<u32, Ledger>,
    next_block: u64,
    /// The first block after the last whole batch.
    whole: u64,
    batch: OpenBatch,
}

/// A batch of which the last block has not been read yet.
#[derive(Default)]
struct OpenBatch {
    customers: Vec<String>,
    rows: Vec<Row>,
    blocks: Vec<BlockEntry>,
}

impl Replay {
    fn take(&mut self, number: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let block = block::open(bytes)?;
        let header = &block.header;
        if header.kind == Kind::Workspace {
            let name = WorkspaceName::new(block.workspace_name()?)
                .map_err(|_| damaged("a workspace's name is malformed"))?;
            self.names.insert(header.workspace, name);
            self.ledgers.insert(header.workspace, Ledger::new(header.workspace, Arc::new(Book::new())));
        } else {
            let rows = block.rows()?;
            self.batch.customers.extend(block.names.iter().map(|&name| name.to_owned()));
            self.batch.rows.extend(rows);
            self.batch.blocks.push(BlockEntry {
                first_record: header.first_record,
                revision: header.revision,
                recorded_at: header.recorded_at,
                block: number,
            });
            if header.last_of_batch {
                let batch = std::mem::take(&mut self.batch);
                let ledger = self
                    .ledgers
                    .get_mut(&header.workspace)
                    .ok_or_else(|| damaged("its workspace is unknown"))?;
                let customers: Vec<&str> = batch.customers.iter().map(String::as_str).collect();
                ledger.replay(header.revision, &customers, &batch.rows, &batch.blocks);
            }
        }
        self.next_block = number + 1;
        if header.last_of_batch {
            self.whole = self.next_block;
        }
        Ok(())
    }

    fn finish(self, log: Arc<Log>, leftovers: Vec<u64>) -> Result<Committer, StoreError> {
        let torn: Vec<u64> = (self.whole..self.next_block).chain(leftovers).collect();
        if !torn.is_empty() {
            tracing::warn!(blocks = torn.len(), "took away the unacknowledged end of the log");
            for number in torn {
                log.remove_block(number)?;
            }
            log.sync()?;
        }
        let mut by_name: BTreeMap<WorkspaceName, Ledger> = BTreeMap::new();
        let mut ledgers = self.ledgers;
        for (workspace, document) in log.documents()? {
            if let Some(ledger) = ledgers.get(&workspace) {
                let key = (document.collection, document.key);
                ledger.book.documents.write().insert(key, document.content);
            }
        }
        let books = Books::default();
        for (number, name) in self.names {
            if let Some(ledger) = ledgers.remove(&number) {
                ledger.book.publish(ledger.published.clone());
                books.write().insert(name.clone(), ledger.book.clone());
                by_name.insert(name, ledger);
            }
        }
        let durable = self.whole.saturating_sub(1);
        Ok(Committer {
            log,
            books,
            ledgers: by_name,
            next_block: self.whole,
            durable,
            broken: None,
            writable: Arc::new(true.into()),
        })
    }
}
