//! The committer: the one thread that writes.
//!
//! It judges what is asked for, puts it into the log and adds it to the book, where nobody sees it yet. Another thread,
//! the [`syncer`](crate::write::syncer), makes it durable, lets readers see it and answers. While that one waits for the disk,
//! the next requests are judged; whatever has come together meanwhile shares the next sync. So one client pays one sync
//! a request, and sixty-four clients share it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;
use lojal_domain::{Currency, CustomerId, EventTime, WorkspaceName, limits};
use lojal_store::{Appended, AppendedColumns, Batch, Document, Erased, StoreError};
use parking_lot::RwLock;
use tokio::sync::mpsc;

use crate::book::book::{Book, Books};
use crate::care::replay::Replayed;
use crate::care::rewrite::{self, Erasure, Rewrite};
use crate::failpoint::failpoint;
use crate::log::appender::Appender;
use crate::log::block;
use crate::log::directory::Directory;
use crate::log::log::{Current, Log};
use crate::write::bulk::Bulk;
use crate::write::health::{Alarm, Health};
use crate::write::ledger::Ledger;
use crate::write::request::{Reply, Request};
use crate::write::syncer::{Group, Owed, Publishing, Syncer};

/// Tests reach the limit with fewer.
const WORKSPACES_MAX: usize = if cfg!(test) { 300 } else { limits::WORKSPACES };
/// The log is written anew once it has had so many workspaces that were deleted, and these are such a share of its blocks.
const FORGOTTEN_MIN: u64 = if cfg!(test) { 8 } else { 256 };
const FORGOTTEN_SHARE: u64 = 8;
/// What is handed to the syncer at once holds no more rows than this.
const ROWS_PER_GROUP: usize = 100_000;

pub(crate) struct Committer {
    directory: Directory,
    current: Current,
    books: Books,
    ledgers: BTreeMap<WorkspaceName, Ledger>,
    appender: Appender,
    health: Arc<Health>,
    syncer: Syncer,
    publishing: Publishing,
    /// Whether anything was written since the log was opened.
    wrote: bool,
    /// Workspaces whose names are still to be read in the files of the log.
    forgotten: u64,
}

impl Committer {
    /// Takes over what was read.
    pub(crate) fn new(
        directory: Directory,
        log: Arc<Log>,
        replayed: Replayed,
        health: Arc<Health>,
    ) -> Result<Self, StoreError> {
        let Replayed { ledgers, next_block, .. } = replayed;
        let books = ledgers.iter().map(|(name, ledger)| (name.clone(), ledger.book.clone())).collect();
        let publishing = Publishing::default();
        let syncer = Syncer::start(health.clone(), directory.end(), publishing.clone())?;
        Ok(Self {
            directory,
            current: Arc::new(RwLock::new(log.clone())),
            books: Arc::new(RwLock::new(books)),
            ledgers,
            appender: Appender { log, next_block, durable: next_block.saturating_sub(1) },
            syncer,
            publishing,
            health,
            wrote: false,
            forgotten: 0,
        })
    }

    pub(crate) fn shared(&self) -> (Books, Current, Publishing) {
        (self.books.clone(), self.current.clone(), self.publishing.clone())
    }

    /// Serves requests until it is told to close or nobody can ask any more.
    pub(crate) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let health = self.health.clone();
        // Goes off before the queue closes, so that whoever finds it closed finds out why.
        let _alarm = Alarm(&health);
        while let Some(first) = requests.blocking_recv() {
            let mut next = Some(first);
            while let Some(request) = next {
                if let Request::Close { reply } = request {
                    requests.close();
                    while let Some(request) = requests.blocking_recv() {
                        request.refuse(&StoreError::Closed);
                    }
                    self.close();
                    let _ = reply.send(());
                    return;
                }
                self.serve(request);
                next =
                    if self.syncer.waiting_rows() < ROWS_PER_GROUP { requests.try_recv().ok() } else { None };
            }
            self.hand_over();
        }
        self.close();
    }

    /// Ends in order, so that opening finds the log as it was left. Whoever waits for the end may open the directory
    /// again, so it is let go of.
    fn close(mut self) {
        if self.drain().is_ok()
            && let Err(error) = self.mark_end()
        {
            // Whoever opens it next does it.
            tracing::warn!(%error, "could not mark the end of the log");
        }
    }

    /// Remembers outside the log how long it is. Documents are not counted, so a last block vouches for those before it.
    fn mark_end(&mut self) -> Result<(), StoreError> {
        if self.wrote {
            self.appender.put_end()?;
            self.appender.log.sync()?;
        }
        self.directory.mark(self.appender.next_block)
    }

    fn serve(&mut self, request: Request) {
        if let Err(error) = self.health.check_space() {
            return request.refuse(&error);
        }
        self.appender.durable = self.syncer.durable().max(self.appender.durable);
        let result = match request {
            Request::Append { workspace, batch, reply } => {
                let rows = batch.records.len();
                let written = self.append(&workspace, batch);
                self.owe(workspace, written, rows, reply, Owed::Append)
            }
            Request::AppendColumns { workspace, bulk, reply } => {
                let Ok(bulk) = bulk.blocking_recv() else {
                    let _ = reply.send(Err(StoreError::Closed));
                    return;
                };
                let rows = bulk.rows();
                let written = self.append_columns(&workspace, bulk);
                self.owe(workspace, written, rows, reply, Owed::AppendColumns)
            }
            Request::PutDocument { workspace, document, reply } => {
                let written = self.put_document(&workspace, &document);
                self.owe(workspace, written, 1, reply, |(), reply| Owed::Document(document, reply))
            }
            Request::Erase { workspace, customer, erased_at, reply } => {
                let erased = self.erase(&workspace, &customer, erased_at);
                answer(erased, reply)
            }
            Request::DeleteWorkspace { workspace, reply } => answer(self.delete_workspace(&workspace), reply),
            Request::Compact { reply } => answer(self.compact(), reply),
            Request::Close { .. } => Ok(()),
        };
        if let Err(error) = result {
            // Whoever was waiting for the syncer is answered by it.
            self.health.give_up(&error);
        }
    }

    /// Has the syncer answer once what was written is durable. An error of the disk is told, and handed back; one of
    /// the caller's is only told.
    fn owe<T>(
        &mut self,
        workspace: WorkspaceName,
        written: Result<T, StoreError>,
        rows: usize,
        reply: Reply<T>,
        owed: impl FnOnce(T, Reply<T>) -> Owed,
    ) -> Result<(), StoreError> {
        match written {
            Ok(value) => {
                let published =
                    self.ledgers.get(&workspace).map(|ledger| (ledger.book.clone(), ledger.applied.clone()));
                self.wrote = true;
                self.syncer.owe(published, owed(value, reply), rows);
                Ok(())
            }
            Err(error) => answer(Err(error), reply),
        }
    }

    fn append(&mut self, workspace: &WorkspaceName, batch: Batch) -> Result<Appended, StoreError> {
        let log = self.appender.log.clone();
        let recorded_at = batch.recorded_at;
        let ledger = ledger(&mut self.ledgers, &self.books, &mut self.appender, workspace)?;
        let appended = ledger.judge(batch, &log)?;
        ledger.write(recorded_at, &mut self.appender)?;
        Ok(appended)
    }

    fn append_columns(
        &mut self,
        workspace: &WorkspaceName,
        bulk: Bulk,
    ) -> Result<AppendedColumns, StoreError> {
        let ledger = ledger(&mut self.ledgers, &self.books, &mut self.appender, workspace)?;
        ledger.write_columns(bulk, &mut self.appender)
    }

    fn put_document(&mut self, workspace: &WorkspaceName, document: &Document) -> Result<(), StoreError> {
        let ledger = ledger(&mut self.ledgers, &self.books, &mut self.appender, workspace)?;
        self.appender.log.put_document(ledger.book.workspace, document)
    }

    /// Hands what was written to the syncer.
    fn hand_over(&mut self) {
        let (log, last_block) = (self.appender.log.clone(), self.appender.next_block.saturating_sub(1));
        let log_number = self.directory.number();
        self.syncer.hand_over(|owed| Group { owed, tail: log.tail(), log, log_number, last_block });
    }

    /// Waits until everything written is durable and answered.
    fn drain(&mut self) -> Result<(), StoreError> {
        self.hand_over();
        self.syncer.wait();
        self.health.check()
    }

    fn erase(
        &mut self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        erased_at: EventTime,
    ) -> Result<Erased, StoreError> {
        self.drain()?;
        let Some(ledger) = self.ledgers.get(workspace) else { return Ok(Erased::default()) };
        let id = customer.as_str();
        let number = ledger.book.number_of(id);
        if number.is_none() && !ledger.book.names_as_referrer(id) {
            return Ok(Erased { revision: ledger.applied.status.revision, ..Erased::default() });
        }
        let (book, revision) = (ledger.book.clone(), ledger.next_revision(erased_at));
        let erasure = Erasure { workspace: book.workspace, number, id: id.to_owned(), revision };
        let counted = self.rewrite(&Rewrite { erase: Some(erasure), drop: None })?;
        // The book forgets first: whoever found something in it finds it in the log, the old one or the new one.
        let Some(ledger) = self.ledgers.get_mut(workspace) else { return Ok(Erased::default()) };
        book.forget_referrer(id);
        if let Some(number) = number {
            book.erase(number);
            ledger.keys.forget(number);
            ledger.sums.forget(number);
            ledger.applied.status.customers -= 1;
        }
        let extent = book.extent();
        let status = &mut ledger.applied.status;
        status.counts = status.counts - counted.counts;
        (status.first_event, status.last_event) = extent.map_or((None, None), |(a, b)| (Some(a), Some(b)));
        ledger.finish_batch(revision, 0);
        book.publish(ledger.applied.clone());
        self.publish_log();
        Ok(Erased { revision: revision.revision, ..counted })
    }

    fn delete_workspace(&mut self, workspace: &WorkspaceName) -> Result<bool, StoreError> {
        self.drain()?;
        let Some(ledger) = self.ledgers.get(workspace) else { return Ok(false) };
        if ledger.applied.status.revision == 0 {
            return self.forget_workspace(workspace);
        }
        let rewrite = Rewrite { erase: None, drop: Some(ledger.book.workspace) };
        self.rewrite(&rewrite)?;
        self.books.write().remove(workspace);
        self.ledgers.remove(workspace);
        self.publish_log();
        Ok(true)
    }

    /// Deletes a workspace without records: whatever others hold does not matter to how long that takes. Its name is still in the
    /// files until the log is next written anew, which is done once so many are that it costs little for each of them.
    fn forget_workspace(&mut self, workspace: &WorkspaceName) -> Result<bool, StoreError> {
        let Some(ledger) = self.ledgers.get(workspace) else { return Ok(false) };
        let log = self.appender.log.clone();
        log.forget_name(ledger.book.workspace, block::end(self.appender.durable))?;
        log.sync()?;
        self.books.write().remove(workspace);
        self.ledgers.remove(workspace);
        self.forgotten += 1;
        if self.forgotten >= FORGOTTEN_MIN.max(self.appender.next_block / FORGOTTEN_SHARE) {
            match self.compact() {
                // It is deleted all the same, and the log is as good as it was.
                Err(StoreError::ReadOnly(_)) => self.forgotten = 0,
                tried => tried?,
            }
        }
        Ok(true)
    }

    pub(crate) fn compact(&mut self) -> Result<(), StoreError> {
        self.drain()?;
        self.rewrite(&Rewrite { erase: None, drop: None })?;
        self.publish_log();
        Ok(())
    }

    /// Writes the log anew, and lets the new one count. Readers go on with the old one until [`Self::publish_log`].
    fn rewrite(&mut self, rewrite: &Rewrite) -> Result<Erased, StoreError> {
        let named: HashMap<u32, (String, Option<Currency>)> = self
            .ledgers
            .iter()
            .map(|(name, ledger)| {
                (ledger.book.workspace, (name.as_str().to_owned(), ledger.applied.status.currency))
            })
            .collect();
        let names = |workspace: u32| named.get(&workspace).cloned();
        let written = rewrite::write(&self.directory.next_log(), &self.appender.log, names, rewrite);
        let (appender, erased) = match written {
            Ok(written) => written,
            Err(error) => {
                // The old log counts as before, so writing can go on; what there is of the new one is in the way.
                tracing::error!(%error, "could not write the log anew; the old one stays");
                self.directory.remove_leftovers()?;
                return Err(StoreError::ReadOnly(format!("the log could not be written anew: {error}")));
            }
        };
        self.directory.take_next_log(appender.next_block)?;
        failpoint!("rewrite::after_rename");
        self.syncer.reset(appender.durable);
        self.appender = appender;
        self.forgotten = 0;
        self.directory.remove_leftovers()?;
        Ok(erased)
    }

    /// Shows readers the log that was written anew.
    fn publish_log(&self) {
        *self.current.write() = self.appender.log.clone();
        failpoint!("rewrite::published");
    }
}

/// The ledger of a workspace; a new one is named in the log first.
fn ledger<'a>(
    ledgers: &'a mut BTreeMap<WorkspaceName, Ledger>,
    books: &Books,
    appender: &mut Appender,
    workspace: &WorkspaceName,
) -> Result<&'a mut Ledger, StoreError> {
    if !ledgers.contains_key(workspace) {
        if ledgers.len() >= WORKSPACES_MAX {
            let what = "the number of workspaces, of which some must be deleted first,";
            return Err(StoreError::LimitExceeded { what, maximum: WORKSPACES_MAX as u64 });
        }
        let number = appender.log.next_workspace();
        let block = block::name_workspace(number, workspace.as_str(), None, appender.durable);
        appender.log.put_block(appender.next_block, block)?;
        appender.log.add_name(number, appender.next_block);
        appender.next_block += 1;
        let book = Arc::new(Book::new(number));
        books.write().insert(workspace.clone(), book.clone());
        ledgers.insert(workspace.clone(), Ledger::new(book));
    }
    ledgers.get_mut(workspace).ok_or_else(|| StoreError::Corrupted("a workspace vanished".to_owned()))
}

/// Answers at once. A failure of the disk is told as read-only and handed back as it is.
fn answer<T>(result: Result<T, StoreError>, reply: Reply<T>) -> Result<(), StoreError> {
    match result {
        Ok(value) => {
            let _ = reply.send(Ok(value));
            Ok(())
        }
        Err(error @ (StoreError::LimitExceeded { .. } | StoreError::ReadOnly(_))) => {
            let _ = reply.send(Err(error));
            Ok(())
        }
        Err(error) => {
            let _ = reply.send(Err(StoreError::ReadOnly(error.to_string())));
            Err(error)
        }
    }
}
