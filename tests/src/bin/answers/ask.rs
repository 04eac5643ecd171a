//! Asking, and what came of it.

use std::path::Path;

use bytes::Bytes;
use lojal_tests::Server;
use lojal_tests::raw::BytesCodec;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::Value;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::questions::{self, Question};
use crate::shops::Shop;

/// A question and its answer.
pub(crate) struct Asked {
    pub(crate) question: String,
    answer: Result<Vec<Value>, String>,
}

impl Asked {
    /// The answer as lines, without fields whose differences do not count.
    pub(crate) fn text(&self, ignore: &[String]) -> String {
        match &self.answer {
            Ok(messages) => {
                let mut messages = messages.clone();
                messages.iter_mut().for_each(|message| leave_out(message, ignore));
                let lines = |message: &Value| serde_json::to_string_pretty(message).expect("JSON");
                messages.iter().map(lines).collect::<Vec<_>>().join("\n")
            }
            Err(refusal) => refusal.clone(),
        }
    }

    pub(crate) fn is_refusal(&self) -> bool {
        self.answer.is_err()
    }
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

/// Serves a copy of a directory with a binary, and asks everything of every shop.
pub(crate) async fn everything(binary: &Path, data: &Path, shops: &[Shop]) -> Vec<Asked> {
    let copied = tempfile::tempdir().expect("a directory");
    let copy = copied.path().join("data");
    crate::copy(data, &copy);
    let server = Server::start_other_on(binary, &copy);
    let channel = server.clients().await.channel;
    let pool = DescriptorPool::decode(lojal_proto::DESCRIPTORS).expect("the contract");
    let mut all = Vec::new();
    for shop in shops {
        let moments: Vec<(&str, &str)> = shop.moments.iter().map(|(a, k)| (a.as_str(), k.as_str())).collect();
        for question in questions::of(&pool, &shop.customers, &moments) {
            let answer = ask(&channel, shop.workspace, &question).await;
            let answer = answer.map_err(|status| format!("{:?}: {}", status.code(), status.message()));
            let question = format!("{}: {} {}", shop.workspace, question.path(), question.request);
            all.push(Asked { question, answer });
        }
    }
    println!("{}: {} questions asked", binary.display(), all.len());
    all
}

async fn ask(channel: &Channel, workspace: &str, question: &Question) -> Result<Vec<Value>, Status> {
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
        let message = DynamicMessage::decode(question.method.output(), bytes)
            .map_err(|error| Status::internal(error.to_string()))?;
        answers.push(serde_json::to_value(&message).expect("JSON"));
    }
    // However a stream is cut into messages, its rows are the answer.
    Ok(if question.method.is_server_streaming() { joined(answers) } else { answers })
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
