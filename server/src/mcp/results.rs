//! What came of a question, as the result of a tool.

use std::error::Error as _;

use bytes::Bytes;
use prost_reflect::{DynamicMessage, ReflectMessage as _, SerializeOptions, Value as Field};
use rmcp::model::{CallToolResult, ContentBlock, MetaObject};
use serde_json::{Value, json};
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::connection::unreachable;
use crate::mcp::arguments::shown;
use crate::mcp::questions::Question;

/// The mark of a list that is not whole, for programs.
const MORE: &str = "lojal.dev/more";

/// An answer: a sentence for whoever reads, and the contract's JSON, untouched.
pub(crate) fn answer(
    question: &Question,
    workspace: &str,
    mut message: DynamicMessage,
    at_most: Option<usize>,
) -> anyhow::Result<CallToolResult> {
    let has_more = at_most.is_some_and(|most| cut(&mut message, most));
    let options = SerializeOptions::new().skip_default_fields(false);
    let told = message.serialize_with_options(serde_json::value::Serializer, &options)?;
    let title = question.tool.title.as_deref().unwrap_or_default();
    let mut sentence = format!("{title} of workspace {workspace}{}", provenance(&told));
    if let (true, Some(most)) = (has_more, at_most) {
        sentence.push_str(&format!(
            " These are the first {most} and there are more: ask with a larger max_results, or about fewer."
        ));
    }
    // Clients that know nothing of structured content read the text of it.
    let text = vec![ContentBlock::text(sentence), ContentBlock::text(told.to_string())];
    let mut result = CallToolResult::success(text);
    result.structured_content = Some(told);
    if has_more {
        let meta: MetaObject = serde_json::from_value(json!({MORE: true}))?;
        result.meta = Some(meta);
    }
    Ok(result)
}

/// The messages of an answer as one: the first, with what all of them list.
pub(crate) fn whole(question: &Question, messages: Vec<Bytes>) -> anyhow::Result<DynamicMessage> {
    let output = question.method.output();
    let mut messages = messages.into_iter();
    let mut first = DynamicMessage::decode(output.clone(), messages.next().unwrap_or_default())?;
    for message in messages {
        let mut next = DynamicMessage::decode(output.clone(), message)?;
        if let (Some(rows), Some(more)) = (listed(&mut first), listed(&mut next)) {
            rows.append(more);
        }
    }
    Ok(first)
}

/// What a message lists.
fn listed(message: &mut DynamicMessage) -> Option<&mut Vec<Field>> {
    let list = message.descriptor().fields().find(|field| field.is_list())?;
    message.get_field_mut(&list).as_list_mut()
}

/// Leaves the first elements of what a message lists, and says whether there were more.
fn cut(message: &mut DynamicMessage, most: usize) -> bool {
    let Some(rows) = listed(message) else { return false };
    let has_more = rows.len() > most;
    rows.truncate(most);
    has_more
}

/// As of when, from which data, by which definition, and what to keep in mind.
fn provenance(told: &Value) -> String {
    let from = &told["provenance"];
    let text = |name: &str| from[name].as_str().filter(|text| !text.is_empty());
    let mut sentence = String::new();
    for (word, name) in
        [("as of", "asOf"), ("known at", "knownAt"), ("revision", "revision"), ("by", "definition")]
    {
        if let Some(value) = text(name) {
            sentence.push_str(&format!(", {word} {value}"));
        }
    }
    sentence.push('.');
    let warnings: Vec<&str> =
        from["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !warnings.is_empty() {
        sentence.push_str(&format!(" Keep in mind: {}.", warnings.join("; ").trim_end_matches('.')));
    }
    sentence
}

/// A fault of whoever called the tool.
pub(crate) fn fault(sentence: String) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(sentence.clone())]);
    result.structured_content = Some(json!({"message": sentence}));
    result
}

/// What the server refuses: its sentence, and its reason and fields for programs.
pub(crate) fn refusal(status: &Status, url: &str) -> CallToolResult {
    // Only what failed on the way has a cause.
    if status.source().is_some() {
        return fault(unreachable(url, status).to_string());
    }
    let sentence = match status.message() {
        "" => format!("the server ended the call with {:?}; look into its log", status.code()),
        sentence => sentence.to_owned(),
    };
    let details = status.get_error_details();
    let info = details.error_info();
    let reason = info.map(|info| info.reason.clone()).unwrap_or_default();
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    let fields: Vec<Value> = violations
        .iter()
        .map(|violation| json!({"field": violation.field, "description": violation.description}))
        .collect();
    let named: Vec<String> = violations.iter().map(|violation| shown(&violation.field)).collect();
    let mut told = json!({"message": sentence, "code": format!("{:?}", status.code()), "reason": reason, "fields": fields});
    if let Some(info) = info {
        told["metadata"] = json!(info.metadata);
    }
    if let Some(delay) = details.retry_info().and_then(|retry| retry.retry_delay) {
        told["retryAfterSeconds"] = json!(delay.as_secs_f64());
    }
    let mut text = sentence;
    if !reason.is_empty() {
        let about = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
        text.push_str(&format!(" ({reason}{about})"));
    }
    let mut result = CallToolResult::error(vec![ContentBlock::text(text)]);
    result.structured_content = Some(told);
    result
}

#[cfg(test)]
mod tests {
    use lojal_proto::v1;
    use prost::Message as _;

    use super::*;
    use crate::mcp::questions::questions;

    #[test]
    fn messages_of_a_list_are_one_with_what_each_says_once() {
        let questions = questions().unwrap();
        let question = questions.iter().find(|question| question.tool.name == "predict_customers").unwrap();
        let provenance =
            v1::Provenance { warnings: vec!["one".to_owned()], revision: 7, ..v1::Provenance::default() };
        let batch = |names: &[&str]| {
            let named =
                |name: &&str| v1::Prediction { customer_id: (*name).to_owned(), ..Default::default() };
            let predictions = names.iter().map(named).collect();
            let provenance = Some(provenance.clone());
            let message = v1::PredictCustomersResponse { predictions, provenance, ..Default::default() };
            Bytes::from(message.encode_to_vec())
        };
        let message = whole(question, vec![batch(&["a", "b"]), batch(&["c"])]).unwrap();
        for (at_most, rows, more) in [(2, 2, true), (3, 3, false)] {
            let result = answer(question, "shop", message.clone(), Some(at_most)).unwrap();
            let told = result.structured_content.unwrap();
            assert_eq!(told["predictions"].as_array().unwrap().len(), rows);
            assert_eq!(told["provenance"]["warnings"], json!(["one"]));
            assert_eq!(result.meta.is_some(), more);
            let text = &result.content[0].as_text().unwrap().text;
            assert_eq!(text.contains("there are more"), more, "{text}");
            assert!(text.contains("of workspace shop, revision 7. Keep in mind: one."), "{text}");
        }
    }
}
