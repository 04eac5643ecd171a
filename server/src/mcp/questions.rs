//! The questions of the contract, each a tool.

use anyhow::{Context as _, anyhow, ensure};
use http::uri::PathAndQuery;
use lojal_engine::KeyScope;
use lojal_rpc::{Access, access};
use prost_reflect::{DescriptorPool, Kind, MethodDescriptor};
use prost_types::method_options::IdempotencyLevel;
use rmcp::model::{Tool, ToolAnnotations};

use crate::mcp::comments::Comments;
use crate::mcp::schema::{self, LIMIT};

/// A call of the contract that only reads.
pub(crate) struct Question {
    pub(crate) method: MethodDescriptor,
    pub(crate) path: PathAndQuery,
    pub(crate) tool: Tool,
    /// Whether it shows who customers are.
    pub(crate) is_personal: bool,
    /// Whether it streams as many as it is told to.
    pub(crate) is_list: bool,
}

/// All of them, in the contract's order.
///
/// Streams without a limit are none: watches do not end, and whole tables are for files (`lojal export`) and not for models.
pub(crate) fn questions() -> anyhow::Result<Vec<Question>> {
    let pool = lojal_proto::descriptors()?;
    let comments = Comments::of(pool);
    let mut questions = Vec::<Question>::new();
    for access in access().map_err(|problem| anyhow!(problem))? {
        let Some(question) = question(pool, &access, &comments)? else { continue };
        let name = &question.tool.name;
        ensure!(questions.iter().all(|other| other.tool.name != *name), "two calls would be the tool {name}");
        questions.push(question);
    }
    Ok(questions)
}

fn question(pool: &DescriptorPool, access: &Access, comments: &Comments) -> anyhow::Result<Option<Question>> {
    let method = find(pool, &access.method)?;
    let options = method.method_descriptor_proto().options.as_ref();
    let only_reads = options.is_some_and(|of| of.idempotency_level() == IdempotencyLevel::NoSideEffects);
    let is_personal = access.scope == KeyScope::Personal;
    let limit = method.input().get_field_by_name(LIMIT);
    let is_list = method.is_server_streaming() && limit.is_some_and(|of| of.kind() == Kind::Int32);
    let is_question = only_reads
        && (is_personal || access.scope == KeyScope::Read)
        && !method.is_client_streaming()
        && (is_list || !method.is_server_streaming());
    if !is_question {
        return Ok(None);
    }
    let schema = schema::input(&method.input(), is_list, comments);
    let annotations = ToolAnnotations::new().read_only(true).open_world(false);
    let tool = Tool::new(snake_case(method.name()), described(comments.of_method(&method)), schema)
        .with_title(access.method.trim_start_matches("lojal.v1.").to_owned())
        .with_annotations(annotations);
    let path = PathAndQuery::try_from(format!("/{}", access.method))?;
    Ok(Some(Question { method, path, tool, is_personal, is_list }))
}

/// What a call is, without the paragraph of its errors: refusals say themselves what they are, and room is dear.
fn described(comment: &str) -> String {
    let paragraphs = comment.split("\n\n").map(|paragraph| match paragraph.split_once("Errors: ") {
        Some((before, _)) => before.trim_end(),
        None => paragraph,
    });
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// A method by its path, such as `lojal.v1.NpsService/GetNps`.
fn find(pool: &DescriptorPool, path: &str) -> anyhow::Result<MethodDescriptor> {
    let (service, name) = path.split_once('/').unwrap_or_default();
    let service = pool.get_service_by_name(service);
    let method = service.and_then(|service| service.methods().find(|method| method.name() == name));
    method.with_context(|| format!("the contract has no {path}"))
}

/// `predict_customer` of `PredictCustomer`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn named(name: &str) -> Option<Question> {
        questions().unwrap().into_iter().find(|question| question.tool.name == name)
    }

    #[test]
    fn questions_read_and_end() {
        let questions = questions().unwrap();
        assert!(questions.len() > 40, "{}", questions.len());
        for (name, is_personal, is_list) in [
            ("predict_customer", false, false),
            ("get_nps", false, false),
            ("predict_customers", true, true),
            ("list_early_warnings", true, true),
            ("list_customers", true, false),
        ] {
            let question = named(name).unwrap();
            assert_eq!((question.is_personal, question.is_list), (is_personal, is_list), "{name}");
        }
        for none in ["record_costs", "fit_model", "backup", "list_api_keys", "watch_early_warnings", "export"]
        {
            assert!(named(none).is_none(), "{none}");
        }
    }

    #[test]
    fn each_is_explained_down_to_the_field() {
        for question in questions().unwrap() {
            let (name, schema) = (&question.tool.name, &question.tool.input_schema);
            assert!(question.tool.description.as_ref().is_some_and(|text| text.len() > 40), "{name}");
            let fields = schema["properties"].as_object().unwrap();
            for (field, schema) in fields {
                let text = schema["description"].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{name} does not explain {field}: {schema}");
            }
            assert_eq!(fields.contains_key("max_results"), question.is_list, "{name}");
            assert!(fields.contains_key("workspace") && !(question.is_list && fields.contains_key("limit")));
        }
    }

    #[test]
    fn fields_are_as_the_contract_has_them() {
        let of = |tool: &str, field: &str| -> Value {
            named(tool).unwrap().tool.input_schema["properties"][field].clone()
        };
        let interval = of("get_nps", "interval");
        assert_eq!(interval["enum"][2], "CALENDAR_INTERVAL_MONTH");
        let text = interval["description"].as_str().unwrap();
        assert!(
            text.contains("\n- CALENDAR_INTERVAL_WEEK: ISO weeks, from Monday.")
                && text.contains("Left out: No series"),
            "{text}"
        );
        assert_eq!(of("get_nps", "as_of")["format"], "date-time");
        assert_eq!(of("get_nps", "window")["type"], "string");
        assert_eq!(of("predict_customers", "yearly_discount_rate")["type"], "number");
        assert_eq!(of("predict_customers", "with_totals")["type"], "boolean");
        assert_eq!(of("list_early_warnings", "kinds")["items"]["type"], "string");
    }
}
