//! What is wrong with an answer.

use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage as _, Value};
use tonic::{Code, Status};

use crate::failure;

/// Bytes of a status in trailers, at most: clients give up on headers of 8 KiB, some of them without a word.
const TRAILERS: usize = 4 * 1024;

/// Says of a status what no caller should ever see, if it is such a one.
pub(super) fn of_status(status: &Status, is_plain: bool) -> Option<String> {
    let told = || format!("{:?}: {}", status.code(), status.message());
    match status.code() {
        Code::Ok => return None,
        Code::Internal | Code::Unknown | Code::DataLoss => return Some(told()),
        // Encodings that nobody knows; otherwise everything of the contract is there.
        Code::Unimplemented if is_plain => return Some(told()),
        _ => {}
    }
    let mut headers = http::HeaderMap::new();
    if status.add_header(&mut headers).is_err() {
        return Some(format!("cannot be written as trailers: {}", told()));
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > TRAILERS {
        return Some(format!("{bytes} bytes of trailers: {}", told()));
    }
    // Deadlines end calls in the client's library, too, which knows no reasons.
    let has_reason = !failure(status).reason.is_empty();
    let may_be_bare = !is_plain || matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled);
    if !has_reason && !may_be_bare {
        return Some(format!("no reason: {}", told()));
    }
    (status.message().trim().is_empty() && !may_be_bare).then(|| format!("no sentence: {:?}", status.code()))
}

/// The path of a number in an answer that is none.
pub(super) fn no_number(message: &DynamicMessage) -> Option<String> {
    message.fields().find_map(|(field, value)| {
        let within = in_value(value)?;
        Some(format!("{}{within}", field.name()))
    })
}

fn in_value(value: &Value) -> Option<String> {
    match value {
        Value::F64(number) if !number.is_finite() => Some(format!(" is {number}")),
        Value::F32(number) if !number.is_finite() => Some(format!(" is {number}")),
        Value::Message(message) => no_number(message).map(|path| format!(".{path}")),
        Value::List(entries) => entries.iter().find_map(in_value),
        Value::Map(entries) => entries.values().find_map(in_value),
        _ => None,
    }
}

/// Texts of an answer that further requests may speak of: ids and tokens, each with the field that takes it.
pub(super) fn names(message: &DynamicMessage, found: &mut Vec<(String, String)>) {
    for (field, value) in message.fields() {
        let name = field.name();
        let kept = name.trim_start_matches("next_");
        let is_name = kept.ends_with("_id") || kept.ends_with("_token");
        match value {
            Value::String(text) if is_name && !text.is_empty() => found.push((kept.to_owned(), text.clone())),
            Value::Message(inner) => names(inner, found),
            Value::List(entries) => {
                for entry in entries.iter().take(3) {
                    if let Value::Message(inner) = entry {
                        names(inner, found);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Puts a text that was seen into the first field that takes it.
pub(super) fn speak_of(message: &mut DynamicMessage, name: &str, text: &str) {
    let of: MessageDescriptor = message.descriptor();
    if let Some(field) = of.get_field_by_name(name)
        && field.kind() == Kind::String
        && !field.is_list()
    {
        message.set_field(&field, Value::String(text.to_owned()));
    }
}
