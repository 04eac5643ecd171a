//! Texts that are too long are refused without being said back: what a refusal takes in trailers is bounded, since clients give up on
//! headers of 8 KiB, some of them without a word.

use lojal_tests::Server;
use lojal_tests::calls::calls;
use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use tonic::Status;

/// Bytes of a status in trailers, at most.
const TRAILERS: usize = 4 * 1024;
/// Messages within one another that texts are looked for in.
const DEPTH: usize = 4;

/// The ways to all texts in a message.
fn texts(message: &MessageDescriptor, depth: usize) -> Vec<Vec<FieldDescriptor>> {
    let mut found = Vec::new();
    for field in message.fields().filter(|field| !field.is_map()) {
        match field.kind() {
            Kind::String => found.push(vec![field]),
            Kind::Message(inner) if depth > 1 => {
                let ways = texts(&inner, depth - 1);
                found.extend(ways.into_iter().map(|way| [vec![field.clone()], way].concat()));
            }
            _ => {}
        }
    }
    found
}

/// A message with nothing in it but one text.
fn with(message: MessageDescriptor, way: &[FieldDescriptor], text: &str) -> DynamicMessage {
    let mut made = DynamicMessage::new(message);
    if let [field, rest @ ..] = way {
        let value = match field.kind() {
            Kind::Message(inner) => Value::Message(with(inner, rest, text)),
            _ => Value::String(text.to_owned()),
        };
        let value = if field.is_list() { Value::List(vec![value]) } else { value };
        made.set_field(field, value);
    }
    made
}

/// Bytes of a status as it stands in trailers.
fn in_trailers(status: &Status) -> usize {
    let mut headers = http::HeaderMap::new();
    status.add_header(&mut headers).unwrap();
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_is_said_back_at_length() {
    let server = Server::start();
    let clients = server.clients().await;
    let (mut asked, mut problems) = (0, Vec::new());
    for call in calls() {
        for way in texts(&call.method.input(), DEPTH) {
            let path: Vec<&str> = way.iter().map(FieldDescriptor::name).collect();
            // Letters, what is written in three times as many, and what the tools that show it would read as something else.
            for text in ["a".repeat(6_000), "é".repeat(3_000), "\"'{\u{1b}\n".repeat(1_000)] {
                let message = with(call.method.input(), &way, &text).encode_to_vec();
                asked += 1;
                if let Err(status) = call.begin(&clients.channel, None, "default", message.into()).await {
                    let bytes = in_trailers(&status);
                    if bytes > TRAILERS {
                        problems.push(format!("{} {}: {bytes}", call.path, path.join(".")));
                    }
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
    assert!(problems.is_empty(), "{} of {asked}: {problems:#?}", problems.len());
}
