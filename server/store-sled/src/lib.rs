//! The embedded default store: an append-only log of small columnar blocks in sled is the truth, and a book in memory
//! is what questions read.
//!
//! - [`log`] makes blocks durable, [`block`] lays them out, [`row`] and [`codec`] are their words and letters.
//! - [`leftover`] is what sled leaves behind when it is killed while it opens.
//! - [`committer`] is the one thread that writes; [`ledger`] is what it knows of each workspace.
//! - [`failpoint`] marks where tests make things go wrong.
//! - [`book`] holds histories for readers; [`replay`] fills it when a directory is opened.
//!
//! Why this shape, with measurements: `server/docs/adr/0001-log-and-book.md`.

mod block;
mod book;
mod codec;
mod committer;
mod failpoint;
mod ledger;
mod leftover;
mod log;
mod replay;
mod row;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use lojal_domain::{CustomerId, EventTime, Record, WorkspaceName};
use lojal_store::{
    Appended, Batch, Cut, Document, Erased, Fold, Position, Recorded, Store, StoreError, Visit, VisitUntil,
    WorkspaceStatus,
};
use tokio::sync::{mpsc, oneshot};

use crate::book::{Book, SHARDS};
use crate::committer::{Books, Request};
use crate::log::Log;

/// Writes that may wait for the committer. More wait at the door, without a place in its queue.
const QUEUE: usize = 256;
/// Below this many customers a scan is over before another thread would have started.
const CUSTOMERS_PER_SCAN_THREAD: u32 = 10_000;

/// A store in a directory of its own.
pub struct SledStore {
    log: Arc<Log>,
    books: Books,
    requests: mpsc::Sender<Request>,
    empty: Arc<Book>,
    writable: Arc<AtomicBool>,
}

impl SledStore {
    /// Opens the store in a directory, or creates it, and reads its log. Blocks until that is done.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process has it open, [`StoreError::UnknownFormat`] when a newer version wrote
    /// it, [`StoreError::Corrupted`] when acknowledged data is damaged, [`StoreError::Io`] when the disk refuses.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let log = Arc::new(Log::open(directory)?);
        let committer = replay::replay(log.clone())?;
        let (books, writable) = (committer.books.clone(), committer.writable.clone());
        let (requests, queue) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || committer.run(queue))
            .map_err(|source| StoreError::Io { context: "starting the committer", source })?;
        Ok(Self { log, books, requests, empty: Arc::new(Book::new()), writable })
    }

    fn book(&self, workspace: &WorkspaceName) -> Arc<Book> {
        self.books.read().get(workspace).unwrap_or(&self.empty).clone()
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Request,
    ) -> Result<T, StoreError> {
        // Closing answers whatever still waits: without an answer, the committer panicked.
        let panicked = || {
            self.writable.store(false, Ordering::Release);
            StoreError::ReadOnly("the committer panicked".to_owned())
        };
        let gone = || if self.writable.load(Ordering::Acquire) { StoreError::Closed } else { panicked() };
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| panicked())?
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
        // The first transaction decides the currency here, so it must be in the one that the batch names.
        let mut undecided = self.book(workspace).published().status.currency.is_none();
        let mut unsupported = |record: &Record| match record {
            Record::Void(_) => Some("voids"),
            Record::Transaction(transaction) => {
                let foreign =
                    batch.reporting.is_some_and(|reporting| reporting != transaction.money.currency);
                let first = std::mem::take(&mut undecided);
                (transaction.converted.is_some() || (first && foreign)).then_some("money in other currencies")
            }
            _ => None,
        };
        if let Some(what) = batch.records.iter().find_map(&mut unsupported) {
            return Err(StoreError::Unsupported(what));
        }
        self.ask(|reply| Request::Append { workspace: workspace.clone(), batch, reply }).await
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
        aside(move || scan(&book, cut, &*fold)).await
    }

    async fn walk(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        after: Option<u32>,
        visit: &mut VisitUntil<'_>,
    ) -> Result<(), StoreError> {
        self.book(workspace).walk(cut, after, visit);
        Ok(())
    }

    async fn timeline(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        let (book, log) = (self.book(workspace), self.log.clone());
        let id = customer.as_str().to_owned();
        aside(move || {
            let positions = book.positions(&id, cut, before, limit);
            positions.into_iter().map(|record| log.record(&book, record)).collect()
        })
        .await?
    }

    async fn revision_at(&self, _: &WorkspaceName, _: EventTime) -> Result<u64, StoreError> {
        Err(StoreError::Unsupported("known_at"))
    }

    async fn erase(&self, _: &WorkspaceName, _: &CustomerId, _: EventTime) -> Result<Erased, StoreError> {
        Err(StoreError::Unsupported("erasing customers"))
    }

    async fn workspaces(&self) -> Result<Vec<WorkspaceName>, StoreError> {
        Err(StoreError::Unsupported("listing workspaces"))
    }

    async fn delete_workspace(&self, _: &WorkspaceName) -> Result<bool, StoreError> {
        Err(StoreError::Unsupported("deleting workspaces"))
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
        let writable = self.writable.load(Ordering::Acquire);
        Ok(WorkspaceStatus { writable, ..self.book(workspace).published().status })
    }

    async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.requests.send(Request::Close { reply }).await.is_ok() {
            let _ = closed.await;
        }
    }
}

/// Shows all histories to a fold, several partitions at once where there is enough to do.
fn scan(book: &Book, cut: Cut, fold: &dyn Fold) {
    let bound = book.bound_of(cut);
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let partition = next.fetch_add(1, Ordering::Relaxed);
            if partition > SHARDS {
                return;
            }
            let mut visitor = fold.partition(partition);
            book.partition(partition, bound, cut.as_of, &mut |history| visitor.visit(history));
            visitor.finish();
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let enough = (book.published().customers / CUSTOMERS_PER_SCAN_THREAD) as usize + 1;
    std::thread::scope(|scope| {
        for _ in 1..threads.min(enough) {
            scope.spawn(work);
        }
        work();
    });
}

#[cfg(test)]
mod tests;
