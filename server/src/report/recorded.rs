//! Answers as they come over gRPC-Web: messages in frames, and a last frame with how it ended.

use std::error::Error as _;

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::{BufMut as _, Bytes, BytesMut};
use http::HeaderMap;
use http::uri::PathAndQuery;
use lojal_domain::WorkspaceName;
use tonic::client::Grpc;
use tonic::{Code, Request, Status};

use crate::bytes_codec::Plain;
use crate::connection::{Channel, in_workspace, refusal};
use crate::report::questions::Question;

/// The most that a message of an answer may take: as much as the SDKs take.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// The flags of a frame that is a message, and of the last one.
const MESSAGE: u8 = 0;
const TRAILERS: u8 = 0x80;

/// An answer: its messages, and what was refused.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) messages: Vec<Bytes>,
    pub(super) refused: Option<Status>,
}

impl Answer {
    /// As it comes over gRPC-Web, in base64.
    pub(super) fn told(&self) -> anyhow::Result<String> {
        let mut body = BytesMut::new();
        for message in &self.messages {
            frame(&mut body, MESSAGE, message)?;
        }
        let trailers = trailers(self.refused.as_ref().unwrap_or(&Status::ok("")))?;
        frame(&mut body, TRAILERS, trailers.as_bytes())?;
        Ok(BASE64_STANDARD.encode(&body))
    }
}

/// Asks a question.
///
/// # Errors
/// When the server is gone: of that there is nothing to report. What it refuses is an answer.
pub(super) async fn record(
    channel: &Channel,
    workspace: &WorkspaceName,
    question: &Question,
) -> anyhow::Result<Answer> {
    let path = PathAndQuery::try_from(format!("/lojal.v1.{}", question.method))?;
    let request: Request<Bytes> = in_workspace(question.message.clone().into(), workspace)?;
    let mut answer = Answer::default();
    if let Err(status) = ask(channel, path, request, &mut answer.messages).await {
        if status.code() == Code::Unavailable || status.source().is_some() {
            return Err(refusal(&status));
        }
        answer.refused = Some(status);
    }
    Ok(answer)
}

async fn ask(
    channel: &Channel,
    path: PathAndQuery,
    request: Request<Bytes>,
    messages: &mut Vec<Bytes>,
) -> Result<(), Status> {
    let mut client = Grpc::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES);
    client.ready().await.map_err(|error| Status::from_error(Box::new(error)))?;
    let mut answer = client.server_streaming(request, path, Plain).await?.into_inner();
    while let Some(message) = answer.message().await? {
        messages.push(message);
    }
    Ok(())
}

fn frame(body: &mut BytesMut, flags: u8, content: &[u8]) -> anyhow::Result<()> {
    body.put_u8(flags);
    body.put_u32(u32::try_from(content.len()).context("a message of an answer is too large")?);
    body.put_slice(content);
    Ok(())
}

/// How an answer ended, with the details of a refusal, as headers of HTTP/1 are written.
fn trailers(status: &Status) -> anyhow::Result<String> {
    let mut headers = HeaderMap::new();
    status.add_header(&mut headers)?;
    let mut text = String::new();
    for (name, value) in &headers {
        text.push_str(&format!("{name}: {}\r\n", value.to_str()?));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_last_frame() {
        let text = trailers(&Status::not_found("there is no such workspace")).unwrap();
        assert!(text.contains("grpc-status: 5\r\n"), "{text}");
        assert!(text.contains("grpc-message: there%20is%20no"), "{text}");
        let mut body = BytesMut::new();
        frame(&mut body, TRAILERS, b"grpc-status: 0\r\n").unwrap();
        assert_eq!(&body[..7], &[0x80, 0, 0, 0, 16, b'g', b'r']);
    }
}
