//! What there is: every question of the contract, and nothing else.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use lojal_tests::calls::{Call, calls};
use lojal_tests::mcp::Mcp;
use lojal_tests::{Server, command, repository, run, tool};
use serde_json::{Value, json};

const AT_MOST: Duration = Duration::from_secs(120);

/// The name of a call as a tool.
pub(crate) fn name_of(call: &Call) -> String {
    let letters = call.method.name().char_indices().flat_map(|(at, letter)| {
        let gap = (at > 0 && letter.is_ascii_uppercase()).then_some('_');
        gap.into_iter().chain([letter.to_ascii_lowercase()])
    });
    letters.collect()
}

/// Whether a call streams as many as it is told to.
pub(crate) fn is_list(call: &Call) -> bool {
    call.method.is_server_streaming() && call.method.input().get_field_by_name("limit").is_some()
}

/// Whether a call is a question that ends.
fn is_question(call: &Call) -> bool {
    use prost_types::method_options::IdempotencyLevel;
    let options = call.method.method_descriptor_proto().options.as_ref();
    options.is_some_and(|options| options.idempotency_level() == IdempotencyLevel::NoSideEffects)
        && matches!(call.scope, "read" | "personal")
        && (!call.method.is_server_streaming() || is_list(call))
}

/// The calls that are tools.
pub(crate) fn questions() -> Vec<Call> {
    calls().into_iter().filter(is_question).collect()
}

fn names(tools: &[Value]) -> BTreeSet<String> {
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// No server is needed to know what there is.
fn nowhere(arguments: &[&str]) -> Mcp {
    Mcp::of_url("http://127.0.0.1:1", arguments)
}

#[test]
fn it_says_what_it_is() {
    let mut mcp = Mcp::spawn(&mut command(&["mcp"]));
    let mut introduction = lojal_tests::mcp::introduction();
    introduction["protocolVersion"] = "2024-11-05".into();
    let answer = mcp.ask("initialize", &introduction)["result"].take();
    assert_eq!(answer["protocolVersion"], "2024-11-05", "what the client speaks: {answer}");
    assert_eq!(answer["serverInfo"]["name"], "lojal");
    assert_eq!(answer["capabilities"], json!({"tools": {}}));
    let text = answer["instructions"].as_str().unwrap();
    for word in ["Lojal", "interval", "definition", "provenance", "ciLow", "undefined"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(mcp.end().success());
}

#[test]
fn every_question_is_a_tool_and_nothing_else() {
    let open: BTreeSet<String> = questions().iter().map(name_of).collect();
    assert!(open.len() > 40, "{open:?}");
    assert_eq!(names(&nowhere(&["--personal"]).tools()), open);
    let closed = questions().iter().filter(|call| call.scope == "read").map(name_of).collect();
    assert_eq!(names(&nowhere(&[]).tools()), closed);
    let two = nowhere(&["--only", "get_nps,get_loyalty"]).tools();
    assert_eq!(names(&two), BTreeSet::from(["get_loyalty".to_owned(), "get_nps".to_owned()]));
}

#[test]
fn every_tool_takes_what_its_request_has() {
    let tools = nowhere(&["--personal"]).tools();
    for call in questions() {
        let name = name_of(&call);
        let tool = tools.iter().find(|tool| tool["name"] == *name).unwrap();
        let title = tool["title"].as_str().unwrap();
        assert_eq!(format!("/lojal.v1.{title}"), call.path);
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{name}");
        assert!(tool["description"].as_str().unwrap().starts_with(call.method.name()), "{name}");
        let schema = &tool["inputSchema"];
        assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
        let mut wanted: BTreeSet<String> =
            call.method.input().fields().map(|field| field.name().to_owned()).collect();
        wanted.insert("workspace".to_owned());
        if is_list(&call) {
            wanted.remove("limit");
            wanted.insert("max_results".to_owned());
        }
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(properties.keys().cloned().collect::<BTreeSet<_>>(), wanted, "{name}");
        for (field, property) in properties {
            let is_typed = matches!(
                property["type"].as_str(),
                Some("string" | "integer" | "number" | "boolean" | "array" | "object")
            );
            assert!(is_typed && property["description"].is_string(), "{name}.{field}: {property}");
        }
    }
}

/// The official client of another language: it holds every schema against the standard, lists, asks and is refused.
#[tokio::test]
async fn the_official_python_client_uses_the_tools() {
    let (server, _) = super::shop().await;
    let script = repository().join("tests/clients/mcp_client.py");
    let binary = lojal_tests::binary();
    let mut command = Command::new(tool("python"));
    let ran = run(command.arg(script).arg(binary).arg(server.url()), AT_MOST);
    let used: Vec<Value> = serde_json::from_str(&ran.succeeded()).unwrap();
    assert_eq!(used.len(), 4, "pipes and HTTP, by the latest version and the one before: {used:?}");
    for (told, version) in used.iter().zip(["2026-07-28", "2025-11-25"].into_iter().cycle()) {
        assert_eq!((&told["tools"], &told["version"]), (&json!(questions().len()), &json!(version)));
        assert_eq!((&told["n"], &told["nps"]), (&json!("60"), &used[0]["nps"]), "{told}");
        assert!(told["refused"].as_str().unwrap().contains("INVALID_FIELD: window"), "{told}");
        assert_eq!(told["customer"], "0001");
    }
}

/// What the README says to write into the configuration of a program is what starts the tools.
#[test]
fn the_configuration_of_the_readme_starts_it() {
    let server = Server::start();
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let block = readme.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let configured: Value = serde_json::from_str(block).unwrap();
    let tools = &configured["mcpServers"]["lojal"];
    assert_eq!(tools["command"], "lojal");
    let of_demo =
        |argument: &Value| argument.as_str().unwrap().replace("localhost:50051", server.authority());
    let arguments: Vec<String> = tools["args"].as_array().unwrap().iter().map(of_demo).collect();
    let mut mcp = Mcp::spawn(&mut command(&arguments));
    let _ = mcp.ask("initialize", &lojal_tests::mcp::introduction());
    mcp.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
    assert!(mcp.answer("get_server_info", &json!({})).is_object());
}

#[test]
fn the_end_of_input_is_the_end() {
    let server = Server::start();
    // Before anything was said, after it, and with a tool that was used.
    assert!(Mcp::spawn(&mut command(&["mcp", "--server", server.url()])).end().success());
    assert!(Mcp::of(&server, &[]).end().success());
    let mut mcp = Mcp::of(&server, &[]);
    let _ = mcp.answer("get_server_info", &json!({}));
    assert!(mcp.end().success());
}
