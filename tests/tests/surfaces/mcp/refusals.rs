//! What is refused, and in which words; calls that are given up; a server that is away.

use std::process::{Child, Stdio};
use std::time::Duration;

use lojal_tests::mcp::{Mcp, introduction};
use lojal_tests::{Server, command, keys, pages, run, until};
use serde_json::{Value, json};

use super::{calls_under_way, shop, with_shop};

const AT_MOST: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_the_server_refuses_is_told_with_reason_and_field() {
    let (server, _) = shop().await;
    let mut mcp = Mcp::of(&server, &[]);
    for (tool, arguments, reason, field, words) in [
        ("get_nps", json!({"window": "2026-Q5"}), "INVALID_FIELD", "window", "2026-Q5"),
        ("predict_customer", json!({"customer_id": "nobody"}), "CUSTOMER_NOT_FOUND", "", "nobody"),
        ("predict_customer", json!({}), "INVALID_FIELD", "customer_id", "customer_id"),
        (
            "get_loyalty",
            json!({"customer_id": "x".repeat(1_000_000)}),
            "INVALID_FIELD",
            "customer_id",
            "1000000 bytes",
        ),
        ("get_nps", json!({"filter": "orders >"}), "INVALID_FIELD", "filter", "filter"),
        ("get_nps", json!({"workspace": "nowhere"}), "WORKSPACE_NOT_FOUND", "", "nowhere"),
    ] {
        let (sentence, told) = mcp.refusal(tool, &arguments);
        assert_eq!(told["reason"], reason, "{tool}: {told}");
        assert_eq!(told["fields"][0]["field"].as_str().unwrap_or_default(), field, "{tool}: {told}");
        assert!(sentence.contains(words) && sentence.contains(reason), "{tool}: {sentence}");
        assert!(sentence.len() < 3_000, "{tool}: {}", sentence.len());
    }
    // It goes on.
    assert_eq!(mcp.answer("get_nps", &json!({}))["nps"]["n"], "60");
}

#[tokio::test]
async fn arguments_that_make_no_request_are_named() {
    let (server, _) = shop().await;
    let mut mcp = Mcp::of(&server, &["--personal"]);
    for (tool, arguments, words) in [
        ("get_nps", json!({"customer": "0001"}), "takes no \"customer\"; it takes "),
        ("get_nps", json!({"as_of": "yesterday"}), "as_of cannot be read"),
        ("get_nps", json!({"window": {"days": 90}}), "window cannot be read"),
        ("get_nps", json!({"confidence": "much"}), "confidence cannot be read"),
        ("get_nps", json!({"interval": "monthly"}), "interval cannot be read"),
        ("get_nps", json!({"workspace": ["default"]}), "workspace is not a text"),
        ("get_nps", json!({"workspace": "no such name"}), "workspace "),
        ("get_nps", json!({"workspace": "w".repeat(100_000)}), "workspace "),
        ("list_early_warnings", json!({"kinds": "EARLY_WARNING_KIND_SILENCE"}), "kinds cannot be read"),
        ("list_loyalty", json!({"max_results": 1.5}), "from 1 to 1000"),
        ("list_loyalty", json!({"limit": 5}), "say max_results"),
    ] {
        let (sentence, _) = mcp.refusal(tool, &arguments);
        assert!(sentence.contains(words) && sentence.len() < 2_000, "{tool}: {sentence}");
    }
    // What is left as null is left out, as in the contract's JSON.
    assert_eq!(mcp.answer("get_nps", &json!({"window": null, "workspace": null}))["nps"]["n"], "60");
}

#[tokio::test]
async fn nonsense_does_not_end_it() {
    let (server, _) = shop().await;
    let mut mcp = Mcp::of(&server, &[]);
    let unknown = mcp.ask("tools/call", &json!({"name": "get_everything", "arguments": {}}));
    assert_eq!(unknown["error"]["code"], -32_602, "{unknown}");
    assert!(
        unknown["error"]["message"].as_str().unwrap().contains("no tool \"get_everything\""),
        "{unknown}"
    );
    let unknown = mcp.ask("tools/call", &json!({"name": "x".repeat(1_000_000), "arguments": {}}));
    assert!(unknown["error"]["message"].as_str().unwrap().len() < 400, "{unknown}");
    let unknown = mcp.ask("tools/everything", &json!({}));
    assert_eq!(unknown["error"]["code"], -32_601, "{unknown}");
    // What is no JSON has no sender to answer to; what is JSON and no request is told so.
    mcp.send("{\"jsonrpc\": \"2.0\", \"id\": 7, ");
    mcp.send("");
    mcp.send("[1, 2]");
    assert_eq!(mcp.next()["error"]["code"], -32_600);
    mcp.send(&json!({"jsonrpc": "2.0", "id": 99, "method": "tools/call", "params": {"name": "get_nps", "arguments": [1]}}).to_string());
    assert!(mcp.next()["error"].is_object());
    // Nested as deep as nobody means it.
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    mcp.send(&format!(r#"{{"jsonrpc":"2.0","id":100,"method":"tools/call","params":{{"name":"get_nps","arguments":{{"window":{deep}}}}}}}"#));
    assert_eq!(mcp.answer("get_nps", &json!({}))["nps"]["n"], "60");
    assert!(mcp.end().success());
}

#[tokio::test]
async fn who_customers_are_is_closed_until_it_is_opened() {
    let (server, _) = shop().await;
    let asked = json!({"customer_id": "0001"});
    let mut mcp = Mcp::of(&server, &[]);
    for tool in ["get_customer", "get_timeline", "list_customers", "predict_customers", "summarize_comments"]
    {
        let (sentence, _) = mcp.refusal(tool, &asked);
        assert!(sentence.contains(tool) && sentence.contains("--personal"), "{sentence}");
    }
    // What is asked of a customer whose id is known is open.
    assert_eq!(mcp.answer("predict_customer", &asked)["prediction"]["customerId"], "0001");
    let mut mcp = Mcp::of(&server, &["--personal"]);
    assert_eq!(mcp.answer("get_customer", &asked)["customer"]["customerId"], "0001");
    let page = mcp.answer("list_customers", &json!({"page_size": 2}));
    assert_eq!(page["customers"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn keys_decide_what_is_answered() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let reader = keys::create(&data, "reader", &["--scope", "read"]);
    let personal = keys::create(&data, "personal", &["--scope", "read,personal,ingest"]);
    let server = Server::start_on(&data, &[]);
    lojal_tests::say::buy(&server.clients().await.with_key(&personal), [("c1", "2026-03-01", "12.50")]).await;
    let asked = json!({"customer_id": "c1"});

    let (sentence, told) = Mcp::of(&server, &[]).refusal("list_facts", &json!({}));
    assert_eq!(
        (&told["reason"], &told["code"]),
        (&json!("API_KEY_MISSING"), &json!("Unauthenticated")),
        "{sentence}"
    );
    let mut mcp = Mcp::of(&server, &["--personal", "--api-key", &reader]);
    assert!(mcp.answer("list_facts", &json!({}))["provenance"].is_object());
    let (sentence, told) = mcp.refusal("get_customer", &asked);
    assert_eq!(told["reason"], "SCOPE_MISSING", "{sentence}");
    // A file is read again for each call.
    let file = directory.path().join("key");
    std::fs::write(&file, format!("{reader}\n")).unwrap();
    let mut mcp = Mcp::of(&server, &["--personal", "--api-key-file", file.to_str().unwrap()]);
    assert_eq!(mcp.refusal("get_customer", &asked).1["reason"], "SCOPE_MISSING");
    std::fs::write(&file, &personal).unwrap();
    assert_eq!(mcp.answer("get_customer", &asked)["customer"]["customerId"], "c1");
    std::fs::remove_file(&file).unwrap();
    let (sentence, _) = mcp.refusal("get_customer", &asked);
    assert!(sentence.contains("--api-key-file") && !sentence.contains(&personal), "{sentence}");
}

#[tokio::test]
async fn a_call_that_is_cancelled_ends_in_the_server() {
    let (server, _) = with_shop(Server::start_with(&[pages::WITH_PAGES])).await;
    let mut mcp = Mcp::of(&server, &[]);
    // Fits every model to the half of what happened, again and again: nobody waits for it here.
    let id = mcp.begin(
        "tools/call",
        &json!({"name": "compare_models", "arguments": {"calibration_end": "1998-01-01"}}),
    );
    until("the call to be under way", AT_MOST, || {
        (calls_under_way(&server, "CompareModels") > 0.0).then_some(())
    });
    mcp.send(
        &json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})
            .to_string(),
    );
    until("the call to end", AT_MOST, || (calls_under_way(&server, "CompareModels") == 0.0).then_some(()));
    let (_, metrics) = pages::get(server.pages(), "/metrics");
    let ended = metrics.lines().find(|line| line.contains("CompareModels") && line.contains("CANCELLED"));
    assert!(ended.is_some(), "{metrics}");
    // A call that was cancelled is not answered: the next answer is of the next call.
    assert_eq!(mcp.answer("get_nps", &json!({}))["nps"]["n"], "60");
}

/// A process that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_told_and_used_again_when_it_is_back() {
    let mut server = Server::start();
    lojal_tests::say::buy(&server.clients().await, [("c1", "2026-03-01", "12.50")]).await;
    let (url, listen) = (server.url().to_owned(), server.authority().to_owned());
    let mut mcp = Mcp::of(&server, &[]);
    let ask = |mcp: &mut Mcp| mcp.call("summarize_segments", &json!({}));
    assert_eq!(ask(&mut mcp)["isError"], false);
    server.kill();
    let (sentence, _) = mcp.refusal("summarize_segments", &json!({}));
    assert_eq!(
        sentence,
        format!("no server answers at {url}; start one with `lojal serve`, or name another with --server")
    );
    assert_eq!(ask(&mut mcp)["isError"], true);
    // At the same address, whoever else may take it meanwhile.
    let mut serve = command(&["serve", "--listen", &listen, "--data-dir"]);
    let serve = serve.arg(server.data_dir()).stdout(Stdio::null()).stderr(Stdio::null());
    let _again = Killed(serve.spawn().unwrap());
    let back = until("the server to be back", AT_MOST, || {
        let result = ask(&mut mcp);
        (result["isError"] == false).then_some(result)
    });
    assert_eq!(back["structuredContent"]["provenance"]["workspace"], "default");
}

#[test]
fn arguments_of_the_command_are_checked_before_anything_is_said() {
    for (arguments, words) in [
        (&["--workspace", "a b"][..], "--workspace"),
        (&["--only", "get_nothing"], "there are get_server_info"),
        (&["--api-key-file", "/nowhere/key"], "--api-key-file"),
        (&["--server", "ftp://x"], "--server"),
        (&["--server", "http://shop.example", "--api-key", "k"], "in the clear"),
        (&["--listen", "0.0.0.0:0"], "--insecure"),
        (&["--host", "shop.example"], "--listen"),
        (&["--listen", "127.0.0.1:0", "--host", "http://shop.example"], "without a port"),
    ] {
        let ran = run(command(&["mcp"]).args(arguments), AT_MOST);
        assert!(ran.code.is_some_and(|code| code != 0) && ran.out.is_empty(), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(words), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_client_that_begins_otherwise_is_told() {
    let mut mcp = Mcp::spawn(&mut command(&["mcp"]));
    let before = mcp.ask("tools/list", &json!({}));
    assert!(before["error"].is_object(), "{before}");
    let answer: Value = mcp.ask("initialize", &introduction());
    assert!(answer["result"].is_object(), "{answer}");
}
