//! What libraries below say by themselves, as callers should hear it.

use lojal_proto::v1::ErrorReason;
use tonic::{Code, Status};

use crate::error::{Refusal, too_large};

/// What a status that tonic made by itself means; none for others.
pub(crate) fn explain(status: &Status) -> Option<Refusal> {
    if !status.details().is_empty() {
        return None;
    }
    let text = status.message();
    match status.code() {
        Code::OutOfRange if text.contains("message length too large") => Some(too_large()),
        Code::Unimplemented if text.contains("is compressed with") => Some(Refusal::new(
            Code::Unimplemented,
            ErrorReason::Unsupported,
            "the server cannot read messages that are compressed this way; send them with gzip, with zstd, or as they are",
        )),
        Code::Internal
            if ["Unexpected EOF", "protocol error", "tonic-web:"]
                .iter()
                .any(|words| text.contains(words)) =>
        {
            Some(Refusal::new(
                Code::InvalidArgument,
                ErrorReason::InvalidField,
                "the message is not framed as gRPC has it: a flag of 0 or 1, its length in four bytes, and as many bytes, for grpc-web-text all in base64; check the client",
            ))
        }
        Code::Internal if text.contains("Missing request message") => Some(Refusal::new(
            Code::InvalidArgument,
            ErrorReason::InvalidField,
            "the call ended without a message; send one, which may be empty; check the client",
        )),
        Code::Internal if text.contains("failed to decode") => Some(Refusal::new(
            Code::InvalidArgument,
            ErrorReason::InvalidField,
            "the message is not a valid Protobuf message of this request; check the client's proto files against the server's reflection",
        )),
        _ => None,
    }
}
