//! Asking, and what came of it.

use std::path::Path;

use bytes::Bytes;
use lojal_tests::Server;
use lojal_tests::raw::BytesCodec;
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use serde_json::Value;
use tempfile::TempDir;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::questions::Question;

/// Rows of an answer that are compared one by one where not all bytes are the same. A million of them as JSON would not fit.
const ROWS: usize = 20_000;

/// What a binary answered: the messages as they came.
pub(crate) struct Answer(Result<Vec<Bytes>, String>);

impl Answer {
    pub(crate) fn is_refusal(&self) -> bool {
        self.0.is_err()
    }

    /// Whether not a byte is another.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// The answer as lines, without fields whose differences do not count.
    pub(crate) fn text(&self, method: &MethodDescriptor, ignore: &[String]) -> String {
        let messages = match &self.0 {
            Ok(messages) => messages,
            Err(refusal) => return refusal.clone(),
        };
        let mut rows = 0;
        let decoded = messages.iter().map_while(|bytes| {
            if rows > ROWS {
                return None;
            }
            let message =
                DynamicMessage::decode(method.output(), bytes.clone()).expect("an answer of the contract");
            let value = serde_json::to_value(&message).expect("JSON");
            rows += longest_list(&value);
            Some(value)
        });
        let decoded: Vec<Value> = decoded.collect();
        // However a stream is cut into messages, its rows are the answer.
        let mut answers = if method.is_server_streaming() { joined(decoded) } else { decoded };
        answers.iter_mut().for_each(|message| leave_out(message, ignore));
        let lines = |message: &Value| serde_json::to_string_pretty(message).expect("JSON");
        answers.iter().map(lines).collect::<Vec<_>>().join("\n")
    }
}

fn longest_list(value: &Value) -> usize {
    let fields = value.as_object().into_iter().flat_map(serde_json::Map::values);
    fields.filter_map(Value::as_array).map(Vec::len).max().unwrap_or(0)
}

fn leave_out(value: &mut Value, ignore: &[String]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !ignore.contains(name));
            fields.values_mut().for_each(|value| leave_out(value, ignore));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| leave_out(value, ignore)),
        _ => {}
    }
}

/// A binary that serves a copy of a directory.
pub(crate) struct Asked {
    channel: Channel,
    _server: Server,
    _copied: TempDir,
}

impl Asked {
    pub(crate) async fn serving(binary: &Path, data: &Path) -> Self {
        let copied = tempfile::tempdir().expect("a directory");
        let copy = copied.path().join("data");
        crate::copy(data, &copy);
        let server = Server::start_other_on(binary, &copy);
        Self { channel: server.clients().await.channel, _server: server, _copied: copied }
    }

    pub(crate) async fn ask(&self, workspace: &str, question: &Question) -> Answer {
        let answer = messages(&self.channel, workspace, question).await;
        Answer(answer.map_err(|status| format!("{:?}: {}", status.code(), status.message())))
    }
}

async fn messages(channel: &Channel, workspace: &str, question: &Question) -> Result<Vec<Bytes>, Status> {
    let input = question.method.input();
    let message = DynamicMessage::deserialize(input, &question.request)
        .map_err(|error| Status::internal(format!("a question that is none: {error}")))?;
    let mut request = Request::new(Bytes::from(message.encode_to_vec()));
    request.metadata_mut().insert("lojal-workspace", workspace.parse().expect("a name"));
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let path = question.path().parse().expect("a path");
    let mut stream = client.server_streaming(request, path, BytesCodec).await?.into_inner();
    let mut answers = Vec::new();
    while let Some(bytes) = stream.message().await? {
        answers.push(bytes);
    }
    Ok(answers)
}

/// The messages of a stream as one: lists one after the other, and of the rest the first.
fn joined(messages: Vec<Value>) -> Vec<Value> {
    let mut all = serde_json::Map::new();
    for message in messages {
        let Value::Object(fields) = message else { continue };
        for (name, value) in fields {
            match (all.get_mut(&name), value) {
                (Some(Value::Array(rows)), Value::Array(more)) => rows.extend(more),
                (Some(_), _) => {}
                (None, value) => _ = all.insert(name, value),
            }
        }
    }
    vec![Value::Object(all)]
}
