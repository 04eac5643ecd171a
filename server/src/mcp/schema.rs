//! What a tool takes, as a JSON Schema made of the request's fields.

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use crate::mcp::comments::Comments;

/// What else a tool takes than its request has.
pub(crate) const WORKSPACE: &str = "workspace";
pub(crate) const MAX_RESULTS: &str = "max_results";
/// The field of a request that says how many are listed, for which tools take [`MAX_RESULTS`].
pub(crate) const LIMIT: &str = "limit";
/// How many a list has where nobody says so, and at most: answers are read by models, whose room is small.
pub(crate) const USUAL_RESULTS: u64 = 50;
pub(crate) const RESULTS_AT_MOST: u64 = 1_000;

/// The schema of what a tool takes.
pub(crate) fn input(request: &MessageDescriptor, is_list: bool, comments: &Comments) -> Map<String, Value> {
    let mut properties = properties(request, comments, &mut Vec::new());
    if is_list {
        properties.remove(LIMIT);
        let description =
            format!("At most so many. Default {USUAL_RESULTS}. Whether there are more is told.");
        let schema =
            json!({"type": "integer", "minimum": 1, "maximum": RESULTS_AT_MOST, "description": description});
        properties.insert(MAX_RESULTS.to_owned(), schema);
    }
    if !properties.contains_key(WORKSPACE) {
        let description = "The workspace to ask. Default: the one this was started with.";
        let schema = json!({"type": "string", "description": description});
        properties.insert(WORKSPACE.to_owned(), schema);
    }
    object(properties)
}

fn object(properties: Map<String, Value>) -> Map<String, Value> {
    Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), Value::Object(properties)),
        ("additionalProperties".to_owned(), json!(false)),
    ])
}

/// The fields of a message, by the names that its comments use. `within` are the messages it is a part of.
fn properties(
    message: &MessageDescriptor,
    comments: &Comments,
    within: &mut Vec<String>,
) -> Map<String, Value> {
    within.push(message.full_name().to_owned());
    let of = |field: FieldDescriptor| {
        let mut schema = many(&field, comments, within);
        let description = description(&field, comments);
        if !description.is_empty() {
            schema.insert("description".to_owned(), json!(description));
        }
        (field.name().to_owned(), Value::Object(schema))
    };
    let properties = message.fields().map(of).collect();
    within.pop();
    properties
}

/// A field that may hold several values.
fn many(field: &FieldDescriptor, comments: &Comments, within: &mut Vec<String>) -> Map<String, Value> {
    let kind = field.kind();
    if let (true, Kind::Message(entry)) = (field.is_map(), &kind) {
        let of = one(&entry.map_entry_value_field().kind(), comments, within);
        return typed("object", &[("additionalProperties", Value::Object(of))]);
    }
    let of = one(&kind, comments, within);
    if field.is_list() { typed("array", &[("items", Value::Object(of))]) } else { of }
}

fn typed(name: &str, more: &[(&str, Value)]) -> Map<String, Value> {
    let more = more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    [("type".to_owned(), json!(name))].into_iter().chain(more).collect()
}

/// One value, as the JSON of the contract has it.
fn one(kind: &Kind, comments: &Comments, within: &mut Vec<String>) -> Map<String, Value> {
    match kind {
        Kind::Double | Kind::Float => typed("number", &[]),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            typed("integer", &[])
        }
        Kind::Uint32 | Kind::Fixed32 | Kind::Uint64 | Kind::Fixed64 => {
            typed("integer", &[("minimum", json!(0))])
        }
        Kind::Bool => typed("boolean", &[]),
        Kind::String => typed("string", &[]),
        Kind::Bytes => typed("string", &[("contentEncoding", json!("base64"))]),
        Kind::Enum(words) => typed("string", &[("enum", json!(words_of(words)))]),
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => typed("string", &[("format", json!("date-time"))]),
            "google.protobuf.Duration" => typed("string", &[("pattern", json!(r"^-?\d+(\.\d+)?s$"))]),
            // A message within itself has no end; the server says what it makes of it.
            name if within.iter().any(|outer| outer == name) => typed("object", &[]),
            _ => object(properties(message, comments, within)),
        },
    }
}

/// The words that mean something: to say nothing, the field is left out.
fn words_of(words: &EnumDescriptor) -> Vec<String> {
    let said = words.values().filter(|word| word.number() != 0);
    said.map(|word| word.name().to_owned()).collect()
}

/// What a field means, and each of its words.
fn description(field: &FieldDescriptor, comments: &Comments) -> String {
    let mut text = comments.of_field(field).to_owned();
    if is_instant(&field.kind()) {
        text.push_str("\nRFC 3339 with the zone, such as 2026-03-02T00:00:00Z.");
    }
    if let Kind::Enum(words) = field.kind() {
        for word in words.values() {
            let name = if word.number() == 0 { "Left out" } else { word.name() };
            text.push_str(&format!("\n- {name}: {}", comments.of_word(&words, &word).replace('\n', " ")));
        }
    }
    if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
        let others: Vec<String> = oneof.fields().map(|each| each.name().to_owned()).collect();
        text.push_str(&format!("\nOnly one of {}.", others.join(", ")));
    }
    text.trim().to_owned()
}

fn is_instant(kind: &Kind) -> bool {
    matches!(kind, Kind::Message(message) if message.full_name() == "google.protobuf.Timestamp")
}
