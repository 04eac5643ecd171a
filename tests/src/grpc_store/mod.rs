//! A [`Store`] whose every call goes through the API to a real server: the conformance suite run on it holds the whole
//! corridor to the store's contract, from the messages through conversions and engine down to the disk, and back.
//!
//! The API says less than a store, so some things are put together here, and as far as the server says the same in
//! another way the two are compared; where they differ the answer is [`StoreError::Corrupted`]:
//!
//! - a history is what a timeline shows, less what is voided in it; its totals must be those of `GetCustomer`, and
//!   what `ExportCustomer` hands over is the same timeline
//! - a revision is seen as of an instant between its write and the next; answers must name that revision
//! - the number of a customer is their place in `ListCustomers`, that of a record its place by when it was recorded
//! - anonymous answers are what `GetNps` counts beyond those of customers: scores without instants
//! - a batch of several kinds is an import with a chunk for each run of rows of one kind, as no call takes all of them
//! - money of other currencies is converted by rates that are set right before
//!
//! | file | what is in it |
//! |---|---|
//! | `place` | the server, and the instants of revisions, which outlive a store that is closed |
//! | `writing`, `calls`, `rejections`, `rates` | batches as calls, and what became of each row |
//! | `reading`, `histories`, `anonymous` | listings, timelines and counts as histories |
//! | `convert` | values between the wire and the domain |

mod anonymous;
mod calls;
mod convert;
mod histories;
mod place;
mod rates;
mod reading;
mod rejections;
mod writing;

use std::sync::Arc;

use async_trait::async_trait;
use lojal_domain::{CustomerId, EventTime, WorkspaceName};
use lojal_proto::v1;
use lojal_store::conformance::Harness;
use lojal_store::{
    Appended, AppendedColumns, Batch, ColumnBatch, Cut, Document, Erased, Fold, Position, Recorded, Store,
    StoreError, Visit, VisitUntil, WorkspaceStatus,
};
use tonic::Status;

use self::place::Place;
use crate::{Clients, failure};

/// A store behind a server's API.
pub struct GrpcStore {
    place: Arc<Place>,
    clients: Clients,
}

/// Servers for the conformance suite, each on a directory of its own.
pub struct GrpcHarness(Arc<Place>);

#[async_trait]
impl Harness for GrpcHarness {
    fn new() -> Self {
        Self(Arc::new(Place::default()))
    }

    async fn open(&self) -> Arc<dyn Store> {
        let url = tokio::task::block_in_place(|| self.0.start());
        Arc::new(GrpcStore { place: self.0.clone(), clients: Clients::connect(&url).await })
    }
}

/// What an unexpected refusal is to a store's caller.
fn refused(status: &Status) -> StoreError {
    let told = failure(status);
    match told.reason.as_str() {
        "STORE_READ_ONLY" => StoreError::ReadOnly(told.message),
        "DATA_CORRUPTED" => StoreError::Corrupted(told.message),
        "OVERLOADED" => StoreError::Overloaded,
        "SHUTTING_DOWN" => StoreError::Closed,
        _ => StoreError::Io { context: "a call", source: std::io::Error::other(format!("{status:?}")) },
    }
}

/// Two answers of the server that contradict each other.
fn contradiction(what: String) -> StoreError {
    StoreError::Corrupted(what)
}

impl GrpcStore {
    fn in_workspace(&self, workspace: &WorkspaceName) -> Clients {
        self.clients.in_workspace(workspace.as_str())
    }
}

#[async_trait]
impl Store for GrpcStore {
    async fn append(&self, workspace: &WorkspaceName, batch: Batch) -> Result<Appended, StoreError> {
        self.append_in_runs(workspace, batch).await
    }

    async fn append_transactions(
        &self,
        workspace: &WorkspaceName,
        batch: ColumnBatch,
    ) -> Result<AppendedColumns, StoreError> {
        self.import_columns(workspace, batch).await
    }

    async fn history(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        visit: &mut Visit<'_>,
    ) -> Result<bool, StoreError> {
        let Some(found) = self.one_history(workspace, customer, cut).await? else { return Ok(false) };
        visit(&found.shown());
        Ok(true)
    }

    async fn scan(&self, workspace: &WorkspaceName, cut: Cut, fold: Arc<dyn Fold>) -> Result<(), StoreError> {
        let mut scanned = Vec::new();
        for (number, customer) in (0..).zip(self.customers(workspace, cut).await?) {
            scanned.push(self.listed_history(workspace, number, &customer, cut).await?);
        }
        scanned.extend(self.anonymous_history(workspace, cut, &scanned).await?);
        let mut visitor = fold.partition(0);
        scanned.iter().for_each(|history| visitor.visit(&history.shown()));
        visitor.finish();
        Ok(())
    }

    async fn walk(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        after: Option<u32>,
        mut visit: Box<VisitUntil>,
    ) -> Result<(), StoreError> {
        for (number, customer) in (0..).zip(self.customers(workspace, cut).await?) {
            if after.is_some_and(|after| number <= after) {
                continue;
            }
            let history = self.listed_history(workspace, number, &customer, cut).await?;
            if visit(&history.shown()).is_break() {
                return Ok(());
            }
        }
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
        self.timeline_page(workspace, customer, cut, before, limit).await
    }

    async fn revision_at(&self, workspace: &WorkspaceName, known_at: EventTime) -> Result<u64, StoreError> {
        self.revision_known_at(workspace, known_at).await
    }

    async fn erase(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        _erased_at: EventTime,
    ) -> Result<Erased, StoreError> {
        self.erase_customer(workspace, customer).await
    }

    async fn workspaces(&self) -> Result<Vec<WorkspaceName>, StoreError> {
        self.list_workspaces().await
    }

    async fn delete_workspace(&self, workspace: &WorkspaceName) -> Result<bool, StoreError> {
        let name = workspace.as_str().to_owned();
        let request = v1::DeleteWorkspaceRequest { workspace: name.clone(), confirm: name };
        match self.clients.workspaces.clone().delete_workspace(request).await {
            Ok(_) => {
                self.place.forget(workspace);
                Ok(true)
            }
            Err(status) if failure(&status).reason == "WORKSPACE_NOT_FOUND" => Ok(false),
            Err(status) => Err(refused(&status)),
        }
    }

    async fn put_document(&self, _: &WorkspaceName, _: Document) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("documents"))
    }

    async fn documents(&self, _: &WorkspaceName, _: &str) -> Result<Vec<Document>, StoreError> {
        Err(StoreError::Unsupported("documents"))
    }

    async fn status(&self, workspace: &WorkspaceName) -> Result<WorkspaceStatus, StoreError> {
        self.server_info(workspace).await
    }

    async fn close(&self) {
        tokio::task::block_in_place(|| self.place.stop());
    }
}
