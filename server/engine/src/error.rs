//! Why a question could not be answered.

use std::borrow::Cow;

use lojal_domain::{Currency, CustomerId, EventTime, WorkspaceName};
use lojal_store::StoreError;
use thiserror::Error;

use crate::quotas::QuotaReached;

/// Why a question could not be answered. Each is a sentence that says what to do.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A field of the request cannot be taken.
    #[error("{field} {problem}")]
    InvalidField {
        /// Which, by its path in the request.
        field: Cow<'static, str>,
        /// What is wrong with it and what is allowed.
        problem: String,
    },
    /// Nothing is known of the customer before the instant asked about.
    #[error("{}", not_found(customer, *as_of, *known_at))]
    CustomerNotFound {
        /// Who.
        customer: CustomerId,
        /// The instant.
        as_of: EventTime,
        /// By what was known at this instant, where the question said so.
        known_at: Option<EventTime>,
    },
    /// No such workspace.
    #[error("{}", no_workspace(workspace, nearest.as_ref()))]
    WorkspaceNotFound {
        /// Its name.
        workspace: WorkspaceName,
        /// One that there is, and that the caller may see, with nearly the same name.
        nearest: Option<WorkspaceName>,
    },
    /// The workspace is there, and different.
    #[error(
        "workspace \"{0}\" is there already, with records or with other settings; change it with UpdateWorkspace, or choose another name"
    )]
    WorkspaceExists(WorkspaceName),
    /// Amounts in the old currency are recorded.
    #[error(
        "workspace \"{workspace}\" has records, so its reporting currency cannot become {}; use another workspace",
        wanted.code()
    )]
    WorkspaceNotEmpty {
        /// Which.
        workspace: WorkspaceName,
        /// The currency it was to have.
        wanted: Currency,
    },
    /// No such model.
    #[error("there is no model {0:?}; ListModels shows the ones there are")]
    ModelNotFound(String),
    /// No such warning.
    #[error(
        "there is no warning {0:?}; ListEarlyWarnings shows those that hold, and one that ended long ago needs no care"
    )]
    WarningNotFound(String),
    /// No such API key.
    #[error("there is no API key {0:?}; ListApiKeys and `lojal key list` show the ids of those there are")]
    ApiKeyNotFound(String),
    /// There are as many keys as there may be.
    #[error(
        "there are {} API keys that are not revoked, and no more are kept; revoke those that nobody uses",
        lojal_domain::limits::API_KEYS
    )]
    TooManyApiKeys,
    /// Nobody has fitted a model.
    #[error("no model has been fitted; call FitModel, or PredictCustomer, which fits one by itself")]
    NoModel,
    /// Too little is known.
    #[error("{0}")]
    InsufficientHistory(String),
    /// A request id stands for another request.
    #[error("request_id {0:?} was used for a different request; choose a new one")]
    RequestIdReused(String),
    /// A page token of another listing.
    #[error(
        "page_token belongs to another request; repeat the request that gave it, or leave page_token empty to start over"
    )]
    PageTokenMismatch,
    /// The answer would be too long.
    #[error("the answer would have over {maximum} rows; {advice}")]
    AnswerTooLong {
        /// The most rows of an answer.
        maximum: usize,
        /// How to make it shorter.
        advice: &'static str,
    },
    /// A key or a workspace has used what it may.
    #[error(transparent)]
    QuotaReached(#[from] QuotaReached),
    /// The caller went away.
    #[error("the call was cancelled")]
    Cancelled,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of ours.
    #[error("internal fault: {0}")]
    Internal(String),
}

fn no_workspace(workspace: &WorkspaceName, nearest: Option<&WorkspaceName>) -> String {
    let meant = nearest.map(|nearest| format!("did you mean \"{nearest}\"? If not, ")).unwrap_or_default();
    format!(
        "there is no workspace \"{workspace}\"; {meant}check the name, or make it with CreateWorkspace or by recording into it"
    )
}

fn not_found(customer: &CustomerId, as_of: EventTime, known_at: Option<EventTime>) -> String {
    match known_at {
        None => format!(
            "customer \"{customer}\" has no record before {as_of}; check the id, the workspace and as_of"
        ),
        Some(known_at) => format!(
            "customer \"{customer}\" has no record before {as_of} among what was recorded by {known_at}; \
             check the id, the workspace, as_of and known_at"
        ),
    }
}

impl EngineError {
    pub(crate) fn field(field: impl Into<Cow<'static, str>>, problem: impl Into<String>) -> Self {
        Self::InvalidField { field: field.into(), problem: problem.into() }
    }
}
