//! What Lojal asks of a store, and nothing about how one does it.
//!
//! A store keeps the records of each workspace in the order they were written, and answers with **histories**: one
//! customer's, or everybody's. Every question of the product is a fold over histories, so this small trait carries them
//! all; no question lives here.
//!
//! Each sentence of the contract has a number, and a case of that number in the [conformance] suite that every backend
//! must pass. The in-memory [`MemoryStore`] is the reference: short enough to be seen to be right.
//!
//! # Writing
//!
//! - **S-01** A batch is recorded whole or not at all, and becomes visible at one revision.
//! - **S-02** An acknowledged batch is there after the store is closed and opened again.
//! - **S-03** Writing the same record again changes nothing and answers `Duplicate`; a batch of duplicates has no new
//!   revision.
//! - **S-04** The same natural key with other content is rejected as `Conflict`, and the first stays. An invitation, its
//!   delivery and its answer share an id, and each has a key of its own; those that name a customer name the same one.
//! - **S-05** Keys count within a batch as they do between batches.
//! - **S-06** With [`OnReject::Abort`] one rejected row keeps the whole batch out; with [`OnReject::Skip`] the others
//!   are recorded.
//! - **S-07** A refund needs its transaction, in its currency and not before it, and all refunds of a transaction
//!   together never exceed its amount.
//! - **S-08** The currency of the first transaction or cost is the workspace's; other currencies are rejected. It stays when
//!   that transaction is erased.
//! - **S-09** Revisions of a workspace grow by exactly one with each batch that records something.
//! - **S-10** Equal transactions without ids are told apart by their occurrence.
//! - **S-11** An upsert that changes nothing is a duplicate.
//! - **S-12** A void needs its transaction and is not before it. A transaction has one void: the same again, by effect
//!   and reason, is a duplicate, any other a conflict.
//! - **S-13** A void takes effect at its time, or, without one, at its transaction's. A cut that holds the void, by
//!   that instant and by revision, has neither the transaction nor its refunds in any history.
//! - **S-14** A voided transaction stays recorded: the same again is a duplicate, its timeline shows it with its refunds
//!   and the void, and refunds that come after the void was recorded are rejected.
//! - **S-15** A transaction in another currency than the workspace's is recorded if it brings its converted amount,
//!   which is what histories show. It does not decide the currency, and whether it is the same again is told by the
//!   money paid.
//! - **S-16** Histories show a refund in the workspace's currency: the share of what its transaction comes to, so that
//!   a transaction refunded whole comes to exactly nothing.
//! - **S-17** A batch that names the workspace's currency is judged by that one.
//! - **S-18** Recorded instants never go back: a batch that comes with an earlier one takes that of the write before.
//! - **S-19** Transactions in columns are recorded as the same transactions in rows are.
//! - **S-31** What was taken off the price of a transaction is part of its content, not of its key. Histories show it in
//!   the workspace's currency, the same share of what the transaction comes to, beside the transactions they show.
//! - **S-32** Batches of which writing was begun one after another are written in that order, whether or not the earlier
//!   ones are durable by then.
//! - **S-35** What can be used up is a sum under a key: what records put there less what they take. It is never below zero.
//!   The row that would make it so is rejected with what is left, and takes nothing. Rows take in their order, within a
//!   batch and between batches; a row that is not recorded takes nothing, and an erased one has taken nothing. What is left
//!   of a transaction (S-07) is such a sum, in the currency that was paid: the transaction puts its amount, refunds take.
//!
//! - **S-36** A cost is of one customer or of none, and is told by its id. It counts in the currency of the workspace as a
//!   transaction does (S-08, S-15, S-17): the first may decide it, and another needs what it comes to.
//!
//! # Reading
//!
//! - **S-20** Whoever saw a revision acknowledged sees everything up to it.
//! - **S-21** A history holds what happened strictly before the cut's instant, and was written up to the cut's revision.
//! - **S-22** Each column of a history is ordered by time, and by order of recording among equal times.
//! - **S-23** A customer without anything in the cut is not found.
//! - **S-24** A scan visits each customer with anything before the cut exactly once, and once what is no customer's: anonymous
//!   answers, and costs of no single customer.
//! - **S-25** A walk visits customers in the order they were first recorded and resumes after any of them.
//! - **S-26** A timeline has everything of a customer in the cut, newest first, in pages that neither skip nor repeat.
//! - **S-27** The same cut gives the same answer whatever is written later, but for what is erased.
//! - **S-28** Workspaces do not see each other.
//! - **S-29** The status counts what is there.
//! - **S-30** The revision at an instant is the last one recorded at or before it, and 0 before the first.
//! - **S-33** A scan shows the parts of histories that its fold looks at; others are empty, and whoever has nothing but
//!   others is not visited.
//! - **S-34** Letting go of a scan or a walk ends it within a few histories, wherever they are read.
//!
//! # Documents
//!
//! - **S-40** A document is there under its key once put, replaces the one before, and survives reopening.
//! - **S-41** Documents of a collection are listed in the order of their keys.
//!
//! # Erasing
//!
//! - **S-50** An erased customer is in no history, scan, walk or timeline, at whatever cut, and not in the counts of the
//!   status; refunds and voids of erased transactions go with them. That survives reopening.
//! - **S-51** Erasing is a write with a revision of its own. Erasing a customer without records whom nobody names changes
//!   nothing.
//! - **S-52** Other customers keep their histories, their numbers and their places in the order of recording.
//! - **S-53** What was erased can be recorded again, as if it were for the first time.
//! - **S-54** Others who named an erased customer as who recommended us do so no more, at whatever cut: the fact counts as
//!   taken away.
//!
//! # Workspaces
//!
//! - **S-60** Workspaces with anything in them, records or documents, are listed by name.
//! - **S-61** A deleted workspace is as if it had never been, after reopening too; others are not touched.
//!
//! [conformance]: mod@conformance

pub mod conformance;
mod error;
mod fold;
mod kinds;
mod memory;
pub mod rules;
mod stand_back;
mod types;
mod walk;
mod wanted;

use async_trait::async_trait;
use std::sync::Arc;

use lojal_domain::{CustomerId, EventTime, WorkspaceName};

pub use error::StoreError;
pub use fold::{Fold, Visitor, fold};
pub use kinds::{Counts, Description, NaturalKey, RecordKind};
pub use memory::MemoryStore;
pub use stand_back::stand_back;
pub use types::{
    Appended, AppendedColumns, Backup, Batch, ColumnBatch, Cut, Document, Erased, OnReject, Parts, Pending,
    Position, Recorded, Rejection, RowOutcome, Visit, VisitUntil, WorkspaceStatus,
};
pub use walk::walk;
pub use wanted::{Asking, Wanted, asking};

/// A place that keeps records and answers with histories. The contract is in the [crate]'s documentation.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Writes a batch, durably, before it answers. S-01 to S-18, S-31, S-35.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] when nothing can be written, [`StoreError::Overloaded`] when too much is waiting,
    /// [`StoreError::LimitExceeded`] for a workspace that is full. After any error nothing of the batch is visible.
    async fn append(&self, workspace: &WorkspaceName, batch: Batch) -> Result<Appended, StoreError>;

    /// Writes purchases held in columns: what [`Self::append`] does with their rows, at the speed of bulk loads. S-19.
    ///
    /// # Errors
    /// Those of [`Self::append`].
    async fn append_transactions(
        &self,
        workspace: &WorkspaceName,
        batch: ColumnBatch,
    ) -> Result<AppendedColumns, StoreError> {
        let on_reject = batch.on_reject;
        let appended = self.append(workspace, batch.into_rows()?).await?;
        Ok(AppendedColumns::of(&appended, on_reject))
    }

    /// Begins to write a batch: takes its place among the writes, and hands back what waits until it is durable. So
    /// whoever has several batches to write, in order, can have the next on its way while one waits for the disk. S-32.
    ///
    /// A backend that writes one batch at a time need not say more than this default does.
    ///
    /// # Errors
    /// Those of [`Self::append`], here or from what is handed back.
    async fn begin_append<'s>(
        &'s self,
        workspace: &WorkspaceName,
        batch: Batch,
    ) -> Result<Pending<'s, Appended>, StoreError> {
        let appended = self.append(workspace, batch).await;
        Ok(Box::pin(std::future::ready(appended)))
    }

    /// The same for purchases held in columns. S-19, S-32.
    ///
    /// # Errors
    /// Those of [`Self::append`], here or from what is handed back.
    async fn begin_append_transactions<'s>(
        &'s self,
        workspace: &WorkspaceName,
        batch: ColumnBatch,
    ) -> Result<Pending<'s, AppendedColumns>, StoreError> {
        let appended = self.append_transactions(workspace, batch).await;
        Ok(Box::pin(std::future::ready(appended)))
    }

    /// Shows one customer's history to `visit`; false when there is none. S-20 to S-23.
    ///
    /// # Errors
    /// [`StoreError::Corrupted`] when stored data is damaged.
    async fn history(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        visit: &mut Visit<'_>,
    ) -> Result<bool, StoreError>;

    /// Shows every history to the fold, partition by partition and perhaps in parallel. S-20 to S-24, S-33, S-34.
    ///
    /// # Errors
    /// [`StoreError::Corrupted`] when stored data is damaged.
    async fn scan(&self, workspace: &WorkspaceName, cut: Cut, fold: Arc<dyn Fold>) -> Result<(), StoreError>;

    /// Shows customers' histories in the order customers were first recorded, from the one after number `after` on,
    /// until `visit` breaks. Where that takes long it does not hold up the thread that asks; [`walk`] keeps what was seen.
    /// S-25, S-34.
    ///
    /// # Errors
    /// [`StoreError::Corrupted`] when stored data is damaged.
    async fn walk(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        after: Option<u32>,
        visit: Box<VisitUntil>,
    ) -> Result<(), StoreError>;

    /// Up to `limit` full records of one customer before position `before`, newest first. S-26.
    ///
    /// # Errors
    /// [`StoreError::Corrupted`] when stored data is damaged; [`StoreError::ReadOnly`] when a write failed and a record of
    /// before that can only be read once the store is opened again.
    async fn timeline(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError>;

    /// The last revision recorded at or before an instant; 0 before the first. S-30.
    ///
    /// # Errors
    /// None in the backends of today.
    async fn revision_at(&self, workspace: &WorkspaceName, known_at: EventTime) -> Result<u64, StoreError>;

    /// Forgets all records of a customer, durably, before it answers. `erased_at` is when that was asked for, and
    /// counts as the instant of the new revision. S-50 to S-54.
    ///
    /// # Errors
    /// Those of [`Self::append`]. After any error nothing is erased.
    async fn erase(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        erased_at: EventTime,
    ) -> Result<Erased, StoreError>;

    /// All workspaces with anything in them, by name. S-60.
    ///
    /// # Errors
    /// None in the backends of today.
    async fn workspaces(&self) -> Result<Vec<WorkspaceName>, StoreError>;

    /// Deletes a workspace with its records and documents, durably, before it answers; false when there was none. S-61.
    ///
    /// # Errors
    /// Those of [`Self::append`].
    async fn delete_workspace(&self, workspace: &WorkspaceName) -> Result<bool, StoreError>;

    /// Puts a small document under a key, durably. S-40.
    ///
    /// # Errors
    /// [`StoreError::LimitExceeded`] for a document of over [`lojal_domain::limits::DOCUMENT_BYTES`], and those of
    /// [`Self::append`].
    async fn put_document(&self, workspace: &WorkspaceName, document: Document) -> Result<(), StoreError>;

    /// All documents of a collection by key. S-41.
    ///
    /// # Errors
    /// [`StoreError::Corrupted`] when stored data is damaged.
    async fn documents(
        &self,
        workspace: &WorkspaceName,
        collection: &str,
    ) -> Result<Vec<Document>, StoreError>;

    /// Size and state of a workspace. S-29.
    ///
    /// # Errors
    /// None in the backends of today.
    async fn status(&self, workspace: &WorkspaceName) -> Result<WorkspaceStatus, StoreError>;

    /// A copy of everything that is acknowledged when this is called, as the bytes of a file, while writes go on. Reading
    /// it blocks. It says that it was made at `made_at`. What is in the file is the backend's own business.
    ///
    /// A method with a default, and no trait of its own: whoever holds a store can ask it, and backends that have no
    /// copies of their own to give, such as the one in memory, say so.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] when the backend makes no backups; while reading, [`StoreError::Corrupted`] when
    /// stored data is damaged.
    async fn backup(&self, made_at: EventTime) -> Result<Backup, StoreError> {
        let _ = made_at;
        Err(StoreError::Unsupported("backups"))
    }

    /// Finishes what was accepted and takes no more writes.
    async fn close(&self);
}
