//! Statuses where they stand in HTTP: in the headers of an answer that is nothing else, or in the trailers after it. Layers look at
//! them there, and complete them.

use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::error::DOMAIN;
use crate::explain::explain;

/// Says what a status that tonic made by itself means, for responses that carry it in the headers, which is where tonic's own
/// refusals of unary calls stand.
pub fn explain_response<B>(response: http::Response<B>) -> http::Response<B> {
    // The common case is an answer, which has no status among its headers.
    if !response.headers().contains_key(Status::GRPC_STATUS) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    if let Some(explained) = Status::from_header_map(&parts.headers).as_ref().and_then(explain) {
        replace(&mut parts.headers, &explained.into_status());
    }
    http::Response::from_parts(parts, body)
}

/// Puts the id of its call into the details of a fault of the server's, whose status stands in these headers or trailers. False when
/// they tell of anything else.
pub fn name_fault(headers: &mut http::HeaderMap, request_id: &str) -> bool {
    let code = headers.get(Status::GRPC_STATUS).map(|code| Code::from_bytes(code.as_bytes()));
    if !matches!(code, Some(Code::Internal | Code::DataLoss)) {
        return false;
    }
    let Some(status) = Status::from_header_map(headers) else { return false };
    let mut details = status.get_error_details();
    let told = details.error_info().map(|info| (info.reason.clone(), info.metadata.clone()));
    let (reason, mut metadata) = told.unwrap_or_else(|| ("INTERNAL".to_owned(), HashMap::new()));
    metadata.insert("request_id".to_owned(), request_id.to_owned());
    details.set_error_info(reason, DOMAIN, metadata);
    replace(headers, &Status::with_error_details(status.code(), status.message(), details));
    true
}

/// The limit by which a call was refused whose status stands in these headers or trailers.
#[must_use]
pub fn limit_of(headers: &http::HeaderMap) -> Option<String> {
    Status::from_header_map(headers)?.get_details_error_info()?.metadata.remove("limit")
}

/// Puts a status in the place of the one that stands in headers.
fn replace(headers: &mut http::HeaderMap, status: &Status) {
    let content_type = headers.get(http::header::CONTENT_TYPE).cloned();
    for name in [Status::GRPC_STATUS, Status::GRPC_MESSAGE, Status::GRPC_STATUS_DETAILS] {
        headers.remove(name);
    }
    if status.add_header(headers).is_err() {
        tracing::warn!("could not write a status");
    }
    if let Some(content_type) = content_type {
        headers.insert(http::header::CONTENT_TYPE, content_type);
    }
}

#[cfg(test)]
mod tests {
    use lojal_engine::StoreError;

    use super::*;
    use crate::error::{Refusal, deadline_passed, internal, too_many};

    fn headers_of(status: &Status) -> http::HeaderMap {
        let mut headers = http::HeaderMap::new();
        status.add_header(&mut headers).unwrap();
        headers
    }

    #[test]
    fn bytes_that_are_no_messages_are_their_senders_to_mend() {
        for text in [
            "Unexpected EOF decoding stream.",
            "Missing request message.",
            "tonic-web: Invalid symbol 33, offset 0.",
            "protocol error: received message with invalid compression flag: 7 (valid flags are 0 and 1) while sending request",
        ] {
            let mut response = http::Response::new(());
            *response.headers_mut() = headers_of(&Status::internal(text));
            let told = Status::from_header_map(explain_response(response).headers()).unwrap();
            assert_eq!(told.code(), Code::InvalidArgument, "{text}");
            assert_eq!(told.get_details_error_info().unwrap().reason, "INVALID_FIELD");
        }
    }

    #[test]
    fn a_fault_is_told_with_the_id_of_its_call() {
        let mut faults = vec![
            internal("a thread panicked").into_status(),
            // Of a library that knows no details.
            Status::internal("the stream broke"),
            Refusal::from(StoreError::Corrupted("block 3".to_owned())).into_status(),
        ];
        for fault in &mut faults {
            let mut headers = headers_of(fault);
            assert!(name_fault(&mut headers, "order-17"));
            let told = Status::from_header_map(&headers).unwrap();
            assert_eq!((told.code(), told.message()), (fault.code(), fault.message()));
            let info = told.get_details_error_info().unwrap();
            assert_eq!((&*info.domain, &*info.metadata["request_id"]), (DOMAIN, "order-17"));
            let reason = if told.code() == Code::DataLoss { "DATA_CORRUPTED" } else { "INTERNAL" };
            assert_eq!(info.reason, reason);
        }
        let refusal = headers_of(&too_many("calls", "calls are under way"));
        let mut seen = refusal.clone();
        assert!(!name_fault(&mut seen, "order-17"));
        assert_eq!(seen, refusal);
        assert_eq!(limit_of(&seen).as_deref(), Some("calls"));
        assert_eq!(limit_of(&headers_of(&deadline_passed())), None);
    }
}
