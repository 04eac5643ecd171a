//! What a caller of a tool says, as the request it stands for.

use lojal_domain::WorkspaceName;
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, Value as Field};
use serde_json::{Map, Value};

use crate::mcp::questions::Question;
use crate::mcp::schema::{LIMIT, MAX_RESULTS, RESULTS_AT_MOST, USUAL_RESULTS, WORKSPACE};

/// A question as it is sent.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) workspace: WorkspaceName,
    pub(crate) message: Vec<u8>,
    /// How many are listed at most. One more is asked for, which shows whether there are more.
    pub(crate) at_most: Option<usize>,
}

/// Reads what was said to a tool.
///
/// # Errors
/// A sentence that names what is wrong and what is taken.
pub(crate) fn read(
    question: &Question,
    mut said: Map<String, Value>,
    workspace: &WorkspaceName,
) -> Result<Asked, String> {
    let request = question.method.input();
    let mut workspace = workspace.clone();
    if request.get_field_by_name(WORKSPACE).is_none() {
        match said.remove(WORKSPACE) {
            None | Some(Value::Null) => {}
            Some(Value::String(name)) => {
                let named = WorkspaceName::new(name.as_str());
                workspace = named.map_err(|problem| format!("workspace {problem}"))?;
            }
            Some(_) => return Err("workspace is not a text; name one, such as \"default\"".to_owned()),
        }
    }
    let at_most = question.is_list.then(|| max_results(&mut said)).transpose()?;
    for (name, value) in &said {
        check(question, &request, name, value)?;
    }
    let mut message = DynamicMessage::deserialize(request, Value::Object(said))
        .map_err(|problem| format!("these arguments make no request: {problem}; see the tool's schema"))?;
    if let Some(most) = at_most {
        message.set_field_by_name(LIMIT, Field::I32(i32::try_from(most).unwrap_or(i32::MAX - 1) + 1));
    }
    Ok(Asked { workspace, message: message.encode_to_vec(), at_most })
}

fn max_results(said: &mut Map<String, Value>) -> Result<usize, String> {
    let most = match said.remove(MAX_RESULTS) {
        None | Some(Value::Null) => Some(USUAL_RESULTS),
        Some(value) => value.as_u64().filter(|most| (1..=RESULTS_AT_MOST).contains(most)),
    };
    let most = most.and_then(|most| usize::try_from(most).ok());
    most.ok_or_else(|| format!("{MAX_RESULTS} is a whole number from 1 to {RESULTS_AT_MOST}"))
}

/// Reads an argument for itself, since what reads messages does not say which field it could not read.
fn check(question: &Question, request: &MessageDescriptor, name: &str, value: &Value) -> Result<(), String> {
    let tool = &question.tool.name;
    if question.is_list && name == LIMIT {
        return Err(format!("{tool} takes no {LIMIT}; say {MAX_RESULTS}"));
    }
    let field = request.get_field_by_name(name).or_else(|| request.get_field_by_json_name(name));
    let Some(field) = field else {
        let there_is = question.tool.input_schema.get("properties").and_then(Value::as_object);
        let names: Vec<&str> = there_is.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        return Err(format!("{tool} takes no {:?}; it takes {}", shown(name), names.join(", ")));
    };
    let alone = Map::from_iter([(name.to_owned(), value.clone())]);
    let read = DynamicMessage::deserialize(request.clone(), Value::Object(alone));
    read.map(drop).map_err(|problem| {
        let problem = shown(&problem.to_string());
        format!("{} cannot be read: {problem}; see what the tool's schema says of it", field.name())
    })
}

/// As much of a foreign text as a sentence bears.
pub(crate) fn shown(text: &str) -> String {
    const LETTERS: usize = 200;
    let mut cut: String = text.chars().take(LETTERS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use lojal_proto::v1;
    use serde_json::json;

    use super::*;
    use crate::mcp::questions::questions;

    fn asked(tool: &str, said: Value) -> Result<Asked, String> {
        let questions = questions().unwrap();
        let question = questions.iter().find(|question| question.tool.name == tool).unwrap();
        let Value::Object(said) = said else { panic!("not arguments: {said}") };
        read(question, said, &WorkspaceName::new("shop").unwrap())
    }

    #[test]
    fn arguments_are_requests() {
        let said = json!({"as_of": "1998-07-01T00:00:00Z", "interval": "CALENDAR_INTERVAL_MONTH", "groupBy": "segment", "window": null});
        let of = asked("get_nps", said).unwrap();
        assert_eq!((of.workspace.as_str(), of.at_most), ("shop", None));
        let request = v1::GetNpsRequest::decode(&*of.message).unwrap();
        assert_eq!((request.interval(), request.group_by.as_str()), (v1::CalendarInterval::Month, "segment"));
        assert_eq!(request.as_of.unwrap().seconds, 899_251_200);
        assert_eq!(asked("get_nps", json!({"workspace": "other"})).unwrap().workspace.as_str(), "other");
        // Where the request names a workspace itself, that is what is meant.
        let of = asked("get_workspace", json!({"workspace": "other"})).unwrap();
        let request = v1::GetWorkspaceRequest::decode(&*of.message).unwrap();
        assert_eq!((of.workspace.as_str(), request.workspace.as_str()), ("shop", "other"));
    }

    #[test]
    fn lists_ask_for_one_more() {
        for (said, most) in
            [(json!({}), 50), (json!({"max_results": 3}), 3), (json!({"max_results": null}), 50)]
        {
            let of = asked("predict_customers", said).unwrap();
            let request = v1::PredictCustomersRequest::decode(&*of.message).unwrap();
            assert_eq!((of.at_most, request.limit), (Some(most), Some(i32::try_from(most).unwrap() + 1)));
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (tool, said, words) in [
            ("get_nps", json!({"customer": 1}), "get_nps takes no \"customer\"; it takes "),
            ("get_nps", json!({"as_of": "yesterday"}), "as_of cannot be read"),
            ("get_nps", json!({"as_of": 5}), "as_of cannot be read"),
            ("get_nps", json!({"window": ["90d"]}), "window cannot be read"),
            ("get_nps", json!({"interval": "month"}), "interval cannot be read"),
            ("get_nps", json!({"workspace": 7}), "workspace is not a text"),
            ("get_nps", json!({"workspace": "a b"}), "workspace "),
            ("get_nps", json!({"max_results": 7}), "takes no \"max_results\""),
            ("predict_customers", json!({"limit": 7}), "say max_results"),
            ("predict_customers", json!({"max_results": 0}), "from 1 to 1000"),
            ("predict_customers", json!({"max_results": 1001}), "from 1 to 1000"),
            ("predict_customers", json!({"max_results": "7"}), "from 1 to 1000"),
        ] {
            let problem = asked(tool, said.clone()).unwrap_err();
            assert!(problem.contains(words), "{said}: {problem}");
        }
        let problem = asked("get_nps", json!({"x".repeat(100_000): 1})).unwrap_err();
        assert!(problem.len() < 2_000, "{}", problem.len());
    }
}
