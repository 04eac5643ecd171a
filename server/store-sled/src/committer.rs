//! The committer: the one thread that writes.
//!
//! Requests queue up while it syncs, and whatever has queued up is committed together: judged, cut into blocks, put
//! into the log, flushed and synced once, then published and acknowledged. So one client pays one sync a request, and
//! sixty-four clients share it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lojal_domain::WorkspaceName;
use lojal_store::{Appended, Batch, Document, StoreError};
use parking_lot::RwLock;
use tokio::sync::{mpsc, oneshot};

use crate::block::{self, Header};
use crate::book::{BlockEntry, Book};
use crate::failpoint::failpoint;
use crate::ledger::{Ledger, Planned};
use crate::log::Log;
use crate::row::Kind;

/// A commit takes no more requests once it has this many rows; the others wait for the next.
const ROWS_PER_COMMIT: usize = 100_000;

/// The books of all workspaces, shared with readers.
pub(crate) type Books = Arc<RwLock<BTreeMap<WorkspaceName, Arc<Book>>>>;

/// What the committer is asked to do.
pub(crate) enum Request {
    Append {
        workspace: WorkspaceName,
        batch: Batch,
        reply: oneshot::Sender<Result<Appended, StoreError>>,
    },
    PutDocument {
        workspace: WorkspaceName,
        document: Document,
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
    Close {
        reply: oneshot::Sender<()>,
    },
}

/// An answer that is owed once the commit is durable.
enum Owed {
    Append {
        workspace: WorkspaceName,
        planned: Planned,
        reply: oneshot::Sender<Result<Appended, StoreError>>,
    },
    Document {
        workspace: WorkspaceName,
        document: Document,
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
}

pub(crate) struct Committer {
    pub(crate) log: Arc<Log>,
    pub(crate) books: Books,
    pub(crate) ledgers: BTreeMap<WorkspaceName, Ledger>,
    /// The number the next block gets.
    pub(crate) next_block: u64,
    /// The last block known to be synced.
    pub(crate) durable: u64,
    /// Why nothing can be written any more.
    pub(crate) broken: Option<String>,
    /// For readers: whether anything can.
    pub(crate) writable: Arc<AtomicBool>,
}

impl Committer {
    /// Serves requests until it is told to close or nobody can ask any more.
    pub(crate) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        // Goes off before the queue closes, so that whoever finds it closed finds out why.
        let _alarm = Alarm(self.writable.clone());
        while let Some(first) = requests.blocking_recv() {
            let mut group = Vec::new();
            let mut rows = 0;
            let mut closing = None;
            let mut next = Some(first);
            while let Some(request) = next {
                match request {
                    Request::Close { reply } => closing = Some(reply),
                    other => {
                        if let Request::Append { batch, .. } = &other {
                            rows += batch.records.len();
                        }
                        group.push(other);
                    }
                }
                next = if rows < ROWS_PER_COMMIT { requests.try_recv().ok() } else { None };
            }
            self.commit(group);
            if let Some(reply) = closing {
                requests.close();
                while let Some(request) = requests.blocking_recv() {
                    refuse(request);
                }
                // Whoever waits may open the directory again, so it is let go of first.
                drop(self);
                let _ = reply.send(());
                return;
            }
        }
    }

    fn commit(&mut self, group: Vec<Request>) {
        let mut owed = Vec::with_capacity(group.len());
        let mut group = group.into_iter();
        if self.broken.is_none() {
            match self.write(&mut group, &mut owed) {
                Ok(()) => owed.into_iter().for_each(|owed| self.settle(owed)),
                Err(error) => self.give_up(owed, &error),
            }
        }
        // Those that came too late for a disk that failed are told why, too.
        if let Some(reason) = &self.broken {
            group.for_each(|request| request.answer_error(|| StoreError::ReadOnly(reason.clone())));
        }
    }

    /// Plans and writes a group, and makes it durable.
    fn write(
        &mut self,
        group: &mut impl Iterator<Item = Request>,
        owed: &mut Vec<Owed>,
    ) -> Result<(), StoreError> {
        let mut wrote = false;
        for request in group {
            match request {
                Request::Append { workspace, batch, reply } => {
                    match self.plan(&workspace, batch) {
                        Ok(planned) => {
                            owed.push(Owed::Append { workspace: workspace.clone(), planned, reply });
                        }
                        Err(error @ StoreError::LimitExceeded { .. }) => {
                            // The caller's problem, not the store's.
                            let _ = reply.send(Err(error));
                            continue;
                        }
                        Err(error) => {
                            let _ = reply.send(Err(StoreError::ReadOnly(error.to_string())));
                            return Err(error);
                        }
                    }
                    wrote |= self.put_blocks(owed.last())?;
                }
                Request::PutDocument { workspace, document, reply } => {
                    let number = self.ledger(&workspace).map(|ledger| ledger.number);
                    let result = number.and_then(|number| self.log.put_document(number, &document));
                    owed.push(Owed::Document { workspace, document, reply });
                    result?;
                    wrote = true;
                }
                Request::Close { .. } => {}
            }
        }
        if wrote {
            self.log.sync()?;
            self.durable = self.next_block - 1;
        }
        Ok(())
    }

    /// The ledger of a workspace; a new one is named in the log first.
    fn ledger(&mut self, workspace: &WorkspaceName) -> Result<&mut Ledger, StoreError> {
        if !self.ledgers.contains_key(workspace) {
            let number = self.ledgers.len() as u32;
            let block = block::name_workspace(number, workspace.as_str(), self.durable);
            self.log.put_block(self.next_block, block)?;
            self.next_block += 1;
            let book = Arc::new(Book::new());
            self.books.write().insert(workspace.clone(), book.clone());
            self.ledgers.insert(workspace.clone(), Ledger::new(number, book));
        }
        self.ledgers
            .get_mut(workspace)
            .ok_or_else(|| StoreError::Corrupted("a workspace vanished".to_owned()))
    }

    fn plan(&mut self, workspace: &WorkspaceName, batch: Batch) -> Result<Planned, StoreError> {
        let log = self.log.clone();
        let ledger = self.ledger(workspace)?;
        let revision = ledger.next_revision();
        ledger.plan(batch, revision, &log)
    }

    /// Puts what was planned last into the log. Whether there was anything to put.
    fn put_blocks(&mut self, planned: Option<&Owed>) -> Result<bool, StoreError> {
        let Some(Owed::Append { workspace, planned, .. }) = planned else { return Ok(false) };
        if planned.rows.is_empty() {
            return Ok(false);
        }
        let Some(ledger) = self.ledgers.get_mut(workspace) else { return Ok(false) };
        let header = Header {
            last_of_batch: false,
            kind: Kind::Transactions,
            durable: self.durable,
            workspace: ledger.number,
            revision: planned.appended.revision,
            recorded_at: planned.recorded_at,
            first_record: ledger.published.records + planned.rows.start as u32,
            rows: 0,
            first_new: ledger.published.customers + planned.names.start as u32,
        };
        let mut blocks = Vec::new();
        let names = ledger.pending_names(planned.names.clone());
        block::encode(&header, &ledger.pending_rows()[planned.rows.clone()], &names, &mut blocks);
        let mut entries = Vec::with_capacity(blocks.len());
        for block in blocks {
            let first_record = block::open(&block)?.header.first_record;
            let Header { revision, recorded_at, .. } = header;
            entries.push(BlockEntry { first_record, revision, recorded_at, block: self.next_block });
            self.log.put_block(self.next_block, block)?;
            self.next_block += 1;
        }
        ledger.add_blocks(entries);
        Ok(true)
    }

    /// Publishes and answers. Only after a sync.
    fn settle(&mut self, owed: Owed) {
        failpoint!("commit::before_publish");
        // Whoever stopped waiting finds out by asking again: everything here is idempotent.
        match owed {
            Owed::Append { workspace, planned, reply } => {
                // The first answer of a workspace publishes all of its batches of this commit.
                if let Some(ledger) = self.ledgers.get_mut(&workspace) {
                    ledger.commit();
                }
                failpoint!("commit::before_answer");
                let _ = reply.send(Ok(planned.appended));
            }
            Owed::Document { workspace, document, reply } => {
                if let Some(ledger) = self.ledgers.get(&workspace) {
                    let Document { collection, key, content } = document;
                    ledger.book.documents.write().insert((collection, key), content);
                }
                failpoint!("commit::before_answer");
                let _ = reply.send(Ok(()));
            }
        }
        failpoint!("commit::after_answer");
    }

    /// The disk failed: nothing of the group is visible, nothing more is written, reading goes on.
    fn give_up(&mut self, owed: Vec<Owed>, error: &StoreError) {
        let reason = error.to_string();
        tracing::error!(%reason, "cannot write any more; reading goes on, restart when the disk is well again");
        for ledger in self.ledgers.values_mut() {
            ledger.forget_pending();
        }
        self.writable.store(false, Ordering::Release);
        self.broken = Some(reason.clone());
        for owed in owed {
            let failed = StoreError::ReadOnly(reason.clone());
            let _ = match owed {
                Owed::Append { reply, .. } => reply.send(Err(failed)).is_ok(),
                Owed::Document { reply, .. } => reply.send(Err(failed)).is_ok(),
            };
        }
    }
}

/// Says that nothing is written any more if the committer panics.
struct Alarm(Arc<AtomicBool>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(false, Ordering::Release);
        }
    }
}

impl Request {
    fn answer_error(self, error: impl Fn() -> StoreError) {
        let _ = match self {
            Self::Append { reply, .. } => reply.send(Err(error())).is_ok(),
            Self::PutDocument { reply, .. } => reply.send(Err(error())).is_ok(),
            Self::Close { reply } => reply.send(()).is_ok(),
        };
    }
}

fn refuse(request: Request) {
    request.answer_error(|| StoreError::Closed);
}
