//! The embedded default store: an append-only log of small columnar blocks in sled is the truth, and a book in memory
//! is what questions read.
//!
//! | folder | idea |
//! |---|---|
//! | `log` | what is on the disk: a directory, blocks in sled, and how they are laid out |
//! | `book` | what questions read: histories in memory, in shards, shown as a cut lets see |
//! | `write` | from a request to an answer: one thread that judges and writes, one that waits for the disk |
//! | `care` | a whole log: read on opening, written anew, copied, examined |
//!
//! The log knows none of the others; the book knows how rows look in the log. `failpoint` marks where tests make things
//! go wrong.
//!
//! Why this shape, with measurements: `server/docs/adr/0001-log-and-book.md`.

mod book;
mod care;
mod failpoint;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod log;
mod write;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use lojal_domain::{CustomerId, EventTime, WorkspaceName};
use lojal_store::{
    Appended, AppendedColumns, Backup, Batch, ColumnBatch, Cut, Document, Erased, Fold, OnReject, Pending,
    Position, Recorded, Store, StoreError, Visit, VisitUntil, Wanted, WorkspaceStatus, asking, stand_back,
};
use tokio::sync::{mpsc, oneshot};

use crate::book::book::{Book, Books};
use crate::book::partition::SHARDS;
use crate::book::view::View;
pub use crate::care::archive::{BackupError, Contents, Restored, restore, verify};
use crate::care::backup::Snapshot;
pub use crate::care::doctor::{Contained, Finding, LogReport, Report, Severity, WorkspaceReport, examine};
pub use crate::care::loading::{Loaded, Loading};
use crate::care::replay;
use crate::failpoint::failpoint;
use crate::log::directory::Directory;
pub use crate::log::directory::is_data_directory;
use crate::log::log::{Current, Log};
use crate::write::bulk::Bulk;
use crate::write::committer::Committer;
use crate::write::health::Health;
pub use crate::write::measures::Vitals;
use crate::write::request::{Reply, Request};
use crate::write::syncer::Publishing;

/// Writes that may wait for the committer. More wait at the door, without a place in its queue.
const QUEUE: usize = 256;
/// Below this many customers a scan is over before another thread would have started.
const CUSTOMERS_PER_SCAN_THREAD: u32 = 10_000;
/// A log with so many blocks that hold little is written anew when it is opened, so that opening does not grow with the
/// number of small writes ever made.
const SMALL_BLOCKS_MAX: u64 = 100_000;

/// How a store is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Writing stops when less of the disk is free, in bytes, and goes on when there is room again. With 0 it goes on
    /// until the disk refuses, and then ends until the store is opened again.
    pub free_bytes_min: u64,
}

/// A store in a directory of its own.
pub struct SledStore {
    current: Current,
    books: Books,
    requests: mpsc::Sender<Request>,
    empty: Arc<Book>,
    health: Arc<Health>,
    publishing: Publishing,
    /// A store that was closed still reads the log.
    lock: Arc<File>,
}

impl SledStore {
    /// Opens the store in a directory, or creates it, and reads its log. Blocks until that is done.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process has it open, [`StoreError::UnknownFormat`] when another version wrote
    /// it, [`StoreError::NotEmpty`] when it holds other files, [`StoreError::Corrupted`] when acknowledged data is
    /// damaged, [`StoreError::Io`] when the disk refuses.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, Options::default())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn open_with(path: &Path, options: Options) -> Result<Self, StoreError> {
        Self::open_watched(path, options, &Loading::default())
    }

    /// The same, telling `loading` how far it is.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn open_watched(path: &Path, options: Options, loading: &Loading) -> Result<Self, StoreError> {
        let mut directory = Directory::open(path)?;
        let lock = directory.lock();
        let log = Arc::new(Log::open(&directory.log())?);
        let (replayed, torn) = replay::replay(&log, directory.blocks(), loading)?;
        replay::mend(&log, torn)?;
        log.resume(replayed.next_block)?;
        directory.mark(replayed.next_block)?;
        let small_blocks = replayed.small_blocks;
        let health = Arc::new(Health::new(path, options.free_bytes_min));
        let mut committer = Committer::new(directory, log, replayed, health.clone())?;
        if small_blocks > SMALL_BLOCKS_MAX {
            tracing::info!(small_blocks, "merging small blocks of the log");
            committer.compact()?;
        }
        let (books, current, publishing) = committer.shared();
        let (requests, queue) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || committer.run(queue))
            .map_err(|source| StoreError::Io { context: "starting the committer", source })?;
        Ok(Self { current, books, requests, empty: Arc::new(Book::new(0)), health, publishing, lock })
    }

    /// Writes the log anew with its small blocks merged.
    ///
    /// # Errors
    /// Those of [`Store::append`].
    pub async fn compact(&self) -> Result<(), StoreError> {
        self.ask(|reply| Request::Compact { reply }).await
    }

    /// Has what is measured of writing told with other metrics.
    pub fn register(&self, registry: &mut prometheus_client::registry::Registry) {
        self.health.measures.register(registry);
    }

    /// How the store is now. Looks at the disk.
    #[must_use]
    pub fn vitals(&self) -> Vitals {
        let log = self.log();
        let (waiting, waiting_seconds) = self.health.measures.waiting();
        Vitals {
            // What the system does not say is told as nothing.
            log_bytes: log.size().unwrap_or(0),
            free_bytes: self.health.free_bytes().unwrap_or(0),
            blocks: log.synced(),
            waiting,
            waiting_seconds,
        }
    }

    fn book(&self, workspace: &WorkspaceName) -> Arc<Book> {
        self.books.read().get(workspace).unwrap_or(&self.empty).clone()
    }

    fn log(&self) -> Arc<Log> {
        self.current.read().clone()
    }

    /// A workspace's book, and a log that has what is found in it: books forget what is to be gone before they are shown the log
    /// without it, so a log that stayed the same meanwhile goes with the book.
    fn log_and_book(&self, workspace: &WorkspaceName) -> (Arc<Log>, Arc<Book>) {
        loop {
            let log = self.log();
            let book = self.book(workspace);
            if Arc::ptr_eq(&log, &self.log()) {
                return (log, book);
            }
        }
    }

    async fn ask<T: Send + 'static>(
        &self,
        request: impl FnOnce(Reply<T>) -> Request,
    ) -> Result<T, StoreError> {
        self.begin(request).await?.await
    }

    /// Puts a request into the committer's queue, and hands back what waits for its answer.
    async fn begin<T: Send + 'static>(
        &self,
        request: impl FnOnce(Reply<T>) -> Request,
    ) -> Result<Pending<'_, T>, StoreError> {
        let waits = self.health.measures.wait();
        let (reply, answer) = oneshot::channel();
        let gone = |error: StoreError| self.health.check().err().unwrap_or(error);
        self.requests.send(request(reply)).await.map_err(|_| gone(StoreError::Closed))?;
        Ok(Box::pin(async move {
            let _waits = waits;
            // Closing answers whatever still waits: without an answer, a thread panicked.
            let panicked = || StoreError::ReadOnly("a thread that writes panicked".to_owned());
            answer.await.map_err(|_| gone(panicked()))?
        }))
    }
}

/// Runs what would hold up the runtime elsewhere.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    let failed = |source: tokio::task::JoinError| StoreError::Io {
        context: "reading in the background",
        source: std::io::Error::other(source),
    };
    tokio::task::spawn_blocking(work).await.map_err(failed)
}

#[async_trait]
impl Store for SledStore {
    async fn append(&self, workspace: &WorkspaceName, batch: Batch) -> Result<Appended, StoreError> {
        self.begin_append(workspace, batch).await?.await
    }

    async fn append_transactions(
        &self,
        workspace: &WorkspaceName,
        batch: ColumnBatch,
    ) -> Result<AppendedColumns, StoreError> {
        self.begin_append_transactions(workspace, batch).await?.await
    }

    async fn begin_append<'s>(
        &'s self,
        workspace: &WorkspaceName,
        batch: Batch,
    ) -> Result<Pending<'s, Appended>, StoreError> {
        self.begin(|reply| Request::Append { workspace: workspace.clone(), batch, reply }).await
    }

    async fn begin_append_transactions<'s>(
        &'s self,
        workspace: &WorkspaceName,
        batch: ColumnBatch,
    ) -> Result<Pending<'s, AppendedColumns>, StoreError> {
        // An id that was derived here says what a row is, which only judging it row by row finds out; and a discount is
        // written with its row.
        let has_discount =
            (0..batch.columns.discounts.len()).any(|row| batch.columns.discount(row).is_some());
        if has_discount || batch.columns.ids.iter().any(|id| id.starts_with("auto-")) {
            let on_reject: OnReject = batch.on_reject;
            let appended = self.begin_append(workspace, batch.into_rows()?).await?;
            return Ok(Box::pin(async move { Ok(AppendedColumns::of(&appended.await?, on_reject)) }));
        }
        let book = self.book(workspace);
        // The request takes its place in the queue right away, so that what is asked for after it is done after it; the
        // customers are looked up meanwhile.
        let (found, bulk) = oneshot::channel();
        tokio::task::spawn_blocking(move || drop(found.send(Bulk::new(batch, book))));
        self.begin(|reply| Request::AppendColumns { workspace: workspace.clone(), bulk, reply }).await
    }

    async fn history(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        visit: &mut Visit<'_>,
    ) -> Result<bool, StoreError> {
        Ok(self.book(workspace).history(customer.as_str(), cut, visit))
    }

    async fn scan(&self, workspace: &WorkspaceName, cut: Cut, fold: Arc<dyn Fold>) -> Result<(), StoreError> {
        let book = self.book(workspace);
        let (_asking, wanted) = asking();
        aside(move || scan(&book, cut, &*fold, &wanted)).await
    }

    async fn walk(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        after: Option<u32>,
        mut visit: Box<VisitUntil>,
    ) -> Result<(), StoreError> {
        let book = self.book(workspace);
        let (_asking, wanted) = asking();
        // Even one that shows hardly anybody may have to pass over everybody.
        aside(move || {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    stand_back();
                    book.walk(cut, after, &wanted, &mut *visit);
                });
            });
        })
        .await
    }

    async fn timeline(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        let (log, book) = self.log_and_book(workspace);
        let customer = customer.clone();
        aside(move || {
            let positions = book.positions(customer.as_str(), cut, before, limit);
            failpoint!("timeline::found");
            positions.into_iter().map(|record| book.record(&log, record, &customer)).collect()
        })
        .await?
    }

    async fn revision_at(&self, workspace: &WorkspaceName, known_at: EventTime) -> Result<u64, StoreError> {
        Ok(self.book(workspace).revision_at(known_at))
    }

    async fn erase(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        erased_at: EventTime,
    ) -> Result<Erased, StoreError> {
        let (workspace, customer) = (workspace.clone(), customer.clone());
        self.ask(|reply| Request::Erase { workspace, customer, erased_at, reply }).await
    }

    async fn workspaces(&self) -> Result<Vec<WorkspaceName>, StoreError> {
        let has_something =
            |book: &Book| book.published().status.revision > 0 || !book.documents.read().is_empty();
        let books = self.books.read();
        Ok(books.iter().filter(|(_, book)| has_something(book)).map(|(name, _)| name.clone()).collect())
    }

    async fn delete_workspace(&self, workspace: &WorkspaceName) -> Result<bool, StoreError> {
        self.ask(|reply| Request::DeleteWorkspace { workspace: workspace.clone(), reply }).await
    }

    async fn put_document(&self, workspace: &WorkspaceName, document: Document) -> Result<(), StoreError> {
        document.check()?;
        self.ask(|reply| Request::PutDocument { workspace: workspace.clone(), document, reply }).await
    }

    async fn documents(
        &self,
        workspace: &WorkspaceName,
        collection: &str,
    ) -> Result<Vec<Document>, StoreError> {
        let book = self.book(workspace);
        let documents = book.documents.read();
        let of_collection = documents.iter().filter(|((held, _), _)| held == collection);
        Ok(of_collection
            .map(|((collection, key), content)| Document {
                collection: collection.clone(),
                key: key.clone(),
                content: content.clone(),
            })
            .collect())
    }

    async fn status(&self, workspace: &WorkspaceName) -> Result<WorkspaceStatus, StoreError> {
        let writable = self.health.is_writable();
        Ok(WorkspaceStatus { writable, ..self.book(workspace).published().status })
    }

    async fn backup(&self, made_at: EventTime) -> Result<Backup, StoreError> {
        let snapshot = Snapshot::take(&self.current, &self.books, &self.publishing);
        // Whoever still reads a log keeps others from opening its directory.
        let lock = self.lock.clone();
        Ok(Box::new(snapshot.into_chunks(made_at).inspect(move |_| _ = &lock)))
    }

    async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.requests.send(Request::Close { reply }).await.is_ok() {
            let _ = closed.await;
        }
    }
}

/// Shows all histories to a fold, several partitions at once where there is enough to do.
fn scan(book: &Book, cut: Cut, fold: &dyn Fold, wanted: &Wanted) {
    let view = View { bound: book.bound_of(cut), as_of: cut.as_of, parts: fold.parts() };
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let partition = next.fetch_add(1, Ordering::Relaxed);
            if partition > SHARDS || wanted.given_up() {
                return;
            }
            let mut visitor = fold.partition(partition);
            book.partition(partition, view, wanted, &mut |history| visitor.visit(history));
            visitor.finish();
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let enough = (book.published().customers / CUSTOMERS_PER_SCAN_THREAD) as usize + 1;
    match threads.min(enough) {
        1 => work(),
        threads => std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    stand_back();
                    work();
                });
            }
        }),
    }
}

#[cfg(test)]
mod tests;
