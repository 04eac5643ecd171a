//! Failures as callers see them: a code, a reason for programs, the fields at fault, and a sentence that says what to
//! do. Never a path, never the words of an engine below.

use std::collections::HashMap;
use std::time::Duration;

use lojal_domain::limits;
use lojal_engine::{EngineError, QuotaReached, QuotaUse, RowRejection};
use lojal_engine::{Rejection, StoreError};
use lojal_proto::v1::ErrorReason;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::cut::{cut, in_trailers};

/// Who speaks, in `google.rpc.ErrorInfo`.
pub const DOMAIN: &str = "lojal.dev";

/// Bytes of a status in trailers, at most: gRPC clients take 8 KiB of headers in all, and some give up without a word.
const TRAILER_BYTES: usize = 4 * 1024;
/// Of these, what is none of a status's texts: the names of headers, of messages and of fields, and `lojal.dev`.
const FRAME_BYTES: usize = 512;
/// And for each field violation.
const VIOLATION_FRAME_BYTES: usize = 8;

/// Bytes of one sentence in trailers, where what is not ASCII takes three times as many, and of anything that is told beside it. A
/// sentence that is longer says back something that was too long itself.
const SENTENCE_BYTES: usize = 800;
const FACT_BYTES: usize = 256;

/// When to try again what could not be done now.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A failure on its way out.
#[derive(Debug)]
pub struct Refusal {
    code: Code,
    reason: ErrorReason,
    message: String,
    metadata: HashMap<String, String>,
    violations: Vec<(String, String)>,
    retry: Option<Duration>,
}

impl Refusal {
    pub(crate) fn new(code: Code, reason: ErrorReason, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            metadata: HashMap::new(),
            violations: Vec::new(),
            retry: None,
        }
    }

    /// A field that cannot be taken.
    pub(crate) fn field(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::fields(vec![(field.into(), problem.into())])
    }

    /// Fields that cannot be taken.
    pub(crate) fn fields(violations: Vec<(String, String)>) -> Self {
        Self::listing(Code::InvalidArgument, ErrorReason::InvalidField, violations)
    }

    /// A failure that concerns these fields.
    pub(crate) fn listing(code: Code, reason: ErrorReason, violations: Vec<(String, String)>) -> Self {
        let mut message = match violations.first() {
            Some((field, problem)) => format!("{field} {problem}"),
            None => "the request cannot be taken".to_owned(),
        };
        if violations.len() > 1 {
            message = format!("{message} (and {} more)", violations.len() - 1);
        }
        let refusal = Self::new(code, reason, message);
        let field = violations.first().map(|(field, _)| field.clone()).unwrap_or_default();
        Self { violations, ..refusal }.with("field", field)
    }

    /// The fields that cannot be taken.
    #[cfg(test)]
    pub(crate) fn violated(&self) -> Vec<&str> {
        self.violations.iter().map(|(field, _)| field.as_str()).collect()
    }

    /// Adds something for programs to know.
    pub(crate) fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.metadata.insert(key.to_owned(), value.to_string());
        self
    }

    fn retry(mut self) -> Self {
        self.retry = Some(RETRY_AFTER);
        self
    }

    /// Over one of the limits.
    pub(crate) fn limit(limit: &str, maximum: u64, message: impl Into<String>) -> Self {
        Self::new(Code::ResourceExhausted, ErrorReason::LimitExceeded, message)
            .with("limit", limit)
            .with("maximum", maximum)
    }

    /// The status that is sent.
    #[must_use]
    pub fn into_status(self) -> Status {
        let mut details = ErrorDetails::new();
        let reason = self.reason.as_str_name().trim_start_matches("ERROR_REASON_");
        let told = self.metadata.into_iter().map(|(key, value)| (key, cut(value, FACT_BYTES)));
        let told: HashMap<_, _> = told.collect();
        let message = cut(self.message, SENTENCE_BYTES);
        // Details stand in base64, four bytes for three, the sentence among them once more.
        let told_bytes: usize = told.iter().map(|(key, value)| key.len() + value.len()).sum();
        let mut left = ((TRAILER_BYTES - FRAME_BYTES).saturating_sub(in_trailers(&message)) / 4 * 3)
            .saturating_sub(message.len() + told_bytes);
        details.set_error_info(reason, DOMAIN, told);
        // As many as there is room for; the sentence counts the rest.
        for (field, problem) in self.violations {
            let description = cut(format!("{field} {problem}"), SENTENCE_BYTES);
            let field = cut(field, FACT_BYTES);
            let bytes = field.len() + description.len() + VIOLATION_FRAME_BYTES;
            let Some(rest) = left.checked_sub(bytes) else { break };
            left = rest;
            details.add_bad_request_violation(field, description);
        }
        if self.retry.is_some() {
            details.set_retry_info(self.retry);
        }
        Status::with_error_details(self.code, message, details)
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        refusal.into_status()
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        let message = error.to_string();
        match error {
            EngineError::InvalidField { field, problem } => Self::field(field, problem),
            EngineError::QuotaReached(reached) => Self::from(&reached),
            EngineError::CustomerNotFound { customer, .. } => {
                Self::new(Code::NotFound, ErrorReason::CustomerNotFound, message)
                    .with("customer_id", customer)
            }
            EngineError::WorkspaceNotFound { workspace, .. } => {
                Self::new(Code::NotFound, ErrorReason::WorkspaceNotFound, message)
                    .with("workspace", workspace)
            }
            EngineError::WorkspaceExists(name) => {
                Self::new(Code::AlreadyExists, ErrorReason::WorkspaceExists, message).with("workspace", name)
            }
            EngineError::WorkspaceNotEmpty { workspace, .. } => {
                Self::new(Code::FailedPrecondition, ErrorReason::WorkspaceNotEmpty, message)
                    .with("workspace", workspace)
            }
            EngineError::WarningNotFound(id) => {
                Self::new(Code::NotFound, ErrorReason::WarningNotFound, message).with("warning_id", id)
            }
            EngineError::ModelNotFound(id) => {
                Self::new(Code::NotFound, ErrorReason::ModelNotFound, message).with("model_id", id)
            }
            EngineError::ApiKeyNotFound(id) => {
                Self::new(Code::NotFound, ErrorReason::ApiKeyNotFound, message).with("key_id", id)
            }
            EngineError::TooManyApiKeys => Self::limit("api_keys", limits::API_KEYS as u64, message),
            EngineError::NoModel => {
                Self::new(Code::NotFound, ErrorReason::ModelNotFound, message).with("model_id", "")
            }
            EngineError::InsufficientHistory(_) => {
                Self::new(Code::FailedPrecondition, ErrorReason::InsufficientHistory, message)
            }
            EngineError::RequestIdReused(id) => {
                Self::new(Code::FailedPrecondition, ErrorReason::RequestIdReused, message)
                    .with("request_id", id)
            }
            EngineError::PageTokenMismatch => {
                let problem = message.trim_start_matches("page_token ").to_owned();
                let violations = vec![("page_token".to_owned(), problem)];
                Self::listing(Code::InvalidArgument, ErrorReason::PageTokenMismatch, violations)
            }
            EngineError::AnswerTooLong { maximum, .. } => Self::limit("answer_rows", maximum as u64, message),
            EngineError::Cancelled => {
                Self::new(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message)
            }
            EngineError::Store(error) => error.into(),
            EngineError::Internal(_) => internal(&message),
        }
    }
}

/// Faults of ours are told in the log, not to the caller.
pub(crate) fn internal(message: &str) -> Refusal {
    tracing::error!(message, "internal fault");
    Refusal::new(
        Code::Internal,
        ErrorReason::Internal,
        "the server failed; its log says why, and trying again may help",
    )
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ReadOnly(_) => Self::new(
                Code::Unavailable,
                ErrorReason::StoreReadOnly,
                "the store takes no writes because the disk failed or is full; nothing of this request was acknowledged, and most questions are still answered; make room, restart the server if that does not help, and send the request again, which is safe",
            ),
            StoreError::Closed => Self::new(
                Code::Unavailable,
                ErrorReason::ShuttingDown,
                "the server is stopping; send the request again, it is safe to repeat",
            )
            .retry(),
            StoreError::Overloaded => Self::new(
                Code::ResourceExhausted,
                ErrorReason::Overloaded,
                "the server has too much to do; try again in a second",
            )
            .retry(),
            StoreError::LimitExceeded { what, maximum } => {
                Self::limit("store", maximum, format!("{what} is over the limit of {maximum}"))
            }
            StoreError::Unsupported(_) => {
                Self::new(Code::Unimplemented, ErrorReason::Unsupported, "the server's store cannot do this")
            }
            StoreError::Corrupted(reason) => {
                tracing::error!(reason, "stored data is damaged");
                Self::new(
                    Code::DataLoss,
                    ErrorReason::DataCorrupted,
                    "stored data is damaged; the server's log says where, restore a backup",
                )
            }
            other @ (StoreError::InUse
            | StoreError::UnknownFormat { .. }
            | StoreError::NotEmpty
            | StoreError::Io { .. }) => internal(&other.to_string()),
        }
    }
}

/// What a rejected row means to its caller: code, reason, and the field with what is wrong with it.
pub(crate) fn rejection(rejection: &RowRejection) -> (Code, ErrorReason, &'static str, String) {
    match rejection {
        RowRejection::Store(rejection) => rejection_of_store(rejection),
        RowRejection::RateMissing { currency, reporting, date } => (
            Code::FailedPrecondition,
            ErrorReason::ExchangeRateMissing,
            ".amount.currency_code",
            format!(
                "is {}, and no exchange rate from it to the workspace's {} holds on {date}; load one with SetExchangeRates, convert the amount, or use another workspace",
                currency.code(),
                reporting.code()
            ),
        ),
        RowRejection::ConvertedTooLarge { reporting } => (
            Code::InvalidArgument,
            ErrorReason::InvalidField,
            ".amount.amount",
            format!(
                "comes to more than 12 digits before the point in {}; check the amount and the exchange rate",
                reporting.code()
            ),
        ),
    }
}

/// What programs are told of a rejected row beside its field.
pub(crate) fn facts(rejection: &RowRejection) -> Vec<(&'static str, String)> {
    match rejection {
        RowRejection::RateMissing { currency, reporting, date } => vec![
            ("currency_code", currency.code().to_owned()),
            ("reporting_currency_code", reporting.code().to_owned()),
            ("date", date.to_string()),
        ],
        RowRejection::Store(_) | RowRejection::ConvertedTooLarge { .. } => Vec::new(),
    }
}

fn rejection_of_store(rejection: &Rejection) -> (Code, ErrorReason, &'static str, String) {
    match rejection {
        Rejection::Conflict => (
            Code::AlreadyExists,
            ErrorReason::RecordConflict,
            "",
            "was recorded before with other content, which stays; correct it or give it an id of its own"
                .to_owned(),
        ),
        Rejection::UnknownTransaction => (
            Code::NotFound,
            ErrorReason::TransactionNotFound,
            ".transaction_id",
            "is not recorded; record the transaction first".to_owned(),
        ),
        Rejection::RefundExceedsTransaction { left } => (
            Code::FailedPrecondition,
            ErrorReason::RefundExceedsTransaction,
            ".amount.amount",
            format!("is more than the {} left of the transaction; refund at most that", left.to_decimal(2)),
        ),
        Rejection::RefundBeforeTransaction => (
            Code::InvalidArgument,
            ErrorReason::InvalidField,
            ".time",
            "is before its transaction; give the time of the refund".to_owned(),
        ),
        Rejection::TransactionVoided => (
            Code::FailedPrecondition,
            ErrorReason::TransactionVoided,
            ".transaction_id",
            "was voided, so nothing can be given back for it; check the id".to_owned(),
        ),
        Rejection::VoidBeforeTransaction => (
            Code::InvalidArgument,
            ErrorReason::InvalidField,
            ".time",
            "is before its transaction; leave it out if the transaction never happened".to_owned(),
        ),
        Rejection::CurrencyMismatch { reporting } => (
            Code::InvalidArgument,
            ErrorReason::InvalidField,
            ".amount.currency_code",
            format!(
                "differs from the transaction's {}; refund in the currency that was paid",
                reporting.code()
            ),
        ),
    }
}

/// The refusal of a call that would be one too many for a limit; `what` there are too many of, and where.
#[must_use]
pub fn too_many(limit: &str, what: &str) -> Status {
    let message = format!("too many {what}; try again in a second, or end some of them first");
    Refusal::new(Code::ResourceExhausted, ErrorReason::Overloaded, message)
        .with("limit", limit)
        .retry()
        .into_status()
}

/// The refusal of a call for which there is nothing left of a quota.
#[must_use]
pub fn quota_reached(reached: &QuotaReached) -> Status {
    Refusal::from(reached).into_status()
}

impl From<&QuotaReached> for Refusal {
    fn from(reached: &QuotaReached) -> Self {
        let reason = match reached.what {
            QuotaUse::Memory => ErrorReason::Overloaded,
            QuotaUse::Calls | QuotaUse::HeavyCalls | QuotaUse::Rows => ErrorReason::QuotaReached,
        };
        let refusal = Self::new(Code::ResourceExhausted, reason, reached.to_string())
            .with("limit", reached.what.limit())
            .with("maximum", reached.maximum);
        Self { retry: Some(reached.retry_after), ..refusal }
    }
}

/// The refusal of a message that, with others that are not done with, would take more memory than is left for them.
#[must_use]
pub fn too_much_at_once(limit: &str, maximum: usize) -> Status {
    let message = format!(
        "this message and those under way would take more than the {maximum} bytes of server.{limit}; send fewer rows in a message, or fewer messages at once"
    );
    Refusal::limit(limit, maximum as u64, message).retry().into_status()
}

pub(crate) fn too_large() -> Refusal {
    let maximum = limits::MESSAGE_BYTES as u64;
    let message = format!("the message is larger than {maximum} bytes; send fewer rows at a time");
    Refusal::limit("message", maximum, message)
}

/// The refusal of a message that is too large for anybody.
#[must_use]
pub fn message_too_large() -> Status {
    too_large().into_status()
}

/// The refusal of a message that cannot be unpacked as it was said to be packed.
#[must_use]
pub fn unreadable_compression(encoding: &str) -> Status {
    let message = format!(
        "the message is said to be compressed with {encoding} and cannot be unpacked; check the client, or send it as it is"
    );
    Refusal::new(Code::InvalidArgument, ErrorReason::InvalidField, message).into_status()
}

/// The refusal of a call to a name that is not the server's.
#[must_use]
pub fn unknown_host() -> Status {
    let message = "the server does not accept the host name this call was sent to; use its address, or add the name to server.hosts in its configuration";
    Refusal::new(Code::PermissionDenied, ErrorReason::HostNotAllowed, message).into_status()
}

/// The refusal of a call from a web page that may not call the server.
#[must_use]
pub fn unknown_origin() -> Status {
    let message = "pages of this origin may not call the server; add the origin to server.web_origins in its configuration";
    Refusal::new(Code::PermissionDenied, ErrorReason::OriginNotAllowed, message).into_status()
}

/// The refusal of a call whose answer did not start in time.
#[must_use]
pub fn deadline_passed() -> Status {
    let message = "the call took longer than its deadline or the server's limit for one call; ask for less, or allow more time";
    Refusal::new(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message).into_status()
}
