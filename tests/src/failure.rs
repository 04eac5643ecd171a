//! Failures taken apart into what the contract promises about them.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// A failure with its details.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The gRPC code.
    pub code: Code,
    /// `google.rpc.ErrorInfo.reason`; empty without one.
    pub reason: String,
    /// `google.rpc.ErrorInfo.domain`; empty without one.
    pub domain: String,
    /// `google.rpc.ErrorInfo.metadata`.
    pub metadata: HashMap<String, String>,
    /// The sentence.
    pub message: String,
    /// Path and description of `google.rpc.BadRequest.field_violations`.
    pub fields: Vec<(String, String)>,
    /// `google.rpc.RetryInfo.retry_delay`.
    pub retry_after: Option<Duration>,
}

/// Takes a status apart.
#[must_use]
pub fn failure(status: &Status) -> Failure {
    let details = status.get_error_details();
    let info = details.error_info().cloned();
    let fields = details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
    Failure {
        code: status.code(),
        reason: info.as_ref().map(|info| info.reason.clone()).unwrap_or_default(),
        domain: info.as_ref().map(|info| info.domain.clone()).unwrap_or_default(),
        metadata: info.map(|info| info.metadata).unwrap_or_default(),
        message: status.message().to_owned(),
        fields: fields.into_iter().map(|field| (field.field, field.description)).collect(),
        retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
    }
}
