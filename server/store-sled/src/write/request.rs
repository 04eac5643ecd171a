//! What writers ask for, and where they are answered.

use lojal_domain::{CustomerId, EventTime, WorkspaceName};
use lojal_store::{Appended, AppendedColumns, Batch, Document, Erased, StoreError};
use tokio::sync::oneshot;

use crate::write::bulk::Bulk;

/// Where an answer goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the committer is asked to do.
pub(crate) enum Request {
    Append {
        workspace: WorkspaceName,
        batch: Batch,
        reply: Reply<Appended>,
    },
    /// The batch comes once its customers are looked up.
    AppendColumns {
        workspace: WorkspaceName,
        bulk: oneshot::Receiver<Bulk>,
        reply: Reply<AppendedColumns>,
    },
    PutDocument {
        workspace: WorkspaceName,
        document: Document,
        reply: Reply<()>,
    },
    Erase {
        workspace: WorkspaceName,
        customer: CustomerId,
        erased_at: EventTime,
        reply: Reply<Erased>,
    },
    DeleteWorkspace {
        workspace: WorkspaceName,
        reply: Reply<bool>,
    },
    Compact {
        reply: Reply<()>,
    },
    Close {
        reply: oneshot::Sender<()>,
    },
}

impl Request {
    /// Answers that nothing was done.
    pub(crate) fn refuse(self, error: &StoreError) {
        let error = || match error {
            StoreError::Closed => StoreError::Closed,
            other => StoreError::ReadOnly(match other {
                StoreError::ReadOnly(reason) => reason.clone(),
                other => other.to_string(),
            }),
        };
        let _ = match self {
            Self::Append { reply, .. } => reply.send(Err(error())).is_ok(),
            Self::AppendColumns { reply, .. } => reply.send(Err(error())).is_ok(),
            Self::PutDocument { reply, .. } => reply.send(Err(error())).is_ok(),
            Self::Erase { reply, .. } => reply.send(Err(error())).is_ok(),
            Self::DeleteWorkspace { reply, .. } => reply.send(Err(error())).is_ok(),
            Self::Compact { reply } => reply.send(Err(error())).is_ok(),
            Self::Close { reply } => reply.send(()).is_ok(),
        };
    }
}
