//! The same over HTTP, by hand: who may come in, and with which key.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lojal_tests::mcp::{McpOverHttp, VERSION, introduction};
use lojal_tests::{Server, keys, pages};
use serde_json::{Value, json};

use super::{calls_under_way, shop, with_shop};
use crate::web::{Answer, send_at};

const AT_MOST: Duration = Duration::from_secs(60);
const OURS: &str = "http://localhost:6274";

/// A client of the streamable HTTP transport.
struct Client<'m> {
    mcp: &'m McpOverHttp,
    headers: Vec<(&'static str, String)>,
    /// The number of its next request.
    next: AtomicI64,
}

impl<'m> Client<'m> {
    /// Introduces itself, with these headers in each request.
    async fn of(mcp: &'m McpOverHttp, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let mut client = Self { mcp, headers, next: AtomicI64::new(1) };
        let answer = client
            .post(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": introduction()}))
            .await;
        let session =
            answer.headers.get("mcp-session-id").cloned().unwrap_or_else(|| panic!("{}", answer.status));
        let said = messages(&answer);
        assert_eq!(said[0]["result"]["serverInfo"]["name"], "lojal", "{said:?}");
        client.headers.extend([("mcp-session-id", session), ("mcp-protocol-version", VERSION.to_owned())]);
        let heard = client.post(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        assert_eq!(heard.status, 202);
        client
    }

    async fn post(&self, message: &Value) -> Answer {
        let mut headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        headers.extend([
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ]);
        let address = &self.mcp.address;
        send_at(address, address, "POST", "/mcp", &headers, message.to_string().as_bytes()).await
    }

    async fn call(&self, tool: &str, arguments: Value) -> Value {
        let params = json!({"name": tool, "arguments": arguments});
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let answer =
            self.post(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})).await;
        messages(&answer)[0]["result"].take()
    }
}

/// The messages in a stream of events.
fn messages(answer: &Answer) -> Vec<Value> {
    let text = String::from_utf8_lossy(&answer.body);
    let data = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
    let messages = data.filter(|data| !data.is_empty()).map(|data| serde_json::from_str(data).unwrap());
    let messages: Vec<Value> = messages.collect();
    assert!(!messages.is_empty(), "{}: {text}", answer.status);
    messages
}

#[tokio::test]
async fn tools_are_the_same_over_http() {
    let (server, _) = shop().await;
    let mut mcp = McpOverHttp::of(&server, "127.0.0.1:0", &[]);
    let client = Client::of(&mcp, &[]).await;
    let listed = client.post(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).await;
    let listed = messages(&listed)[0]["result"]["tools"].take();
    assert_eq!(listed, Value::from(lojal_tests::mcp::Mcp::of(&server, &[]).tools()));
    let result = client.call("get_nps", json!({})).await;
    assert_eq!(result["structuredContent"]["nps"]["n"], "60");
    let refused = client.call("get_nps", json!({"window": "x"})).await;
    assert_eq!(
        (&refused["isError"], &refused["structuredContent"]["reason"]),
        (&json!(true), &json!("INVALID_FIELD"))
    );
    let closed = client.call("get_customer", json!({"customer_id": "0001"})).await;
    assert_eq!(closed["isError"], true);
    // Several at once.
    let asks = (0..8).map(|_| client.call("summarize_segments", json!({})));
    let all = futures::future::join_all(asks).await;
    assert!(all.iter().all(|result| result == &all[0] && result["isError"] == false), "{all:?}");
    assert!(mcp.stop().success());
}

#[tokio::test]
async fn a_call_that_is_cancelled_ends_in_the_server() {
    let (server, _) = with_shop(Server::start_with(&[pages::WITH_PAGES])).await;
    let mcp = McpOverHttp::of(&server, "127.0.0.1:0", &[]);
    let client = Client::of(&mcp, &[]).await;
    let params = json!({"name": "compare_models", "arguments": {"calibration_end": "1998-01-01"}});
    let call = json!({"jsonrpc": "2.0", "id": "endless", "method": "tools/call", "params": params});
    let cancel = async {
        until_async(|| calls_under_way(&server, "CompareModels") > 0.0).await;
        let params = json!({"requestId": "endless", "reason": "somebody thought better of it"});
        let notice = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
        assert_eq!(client.post(&notice).await.status, 202);
        until_async(|| calls_under_way(&server, "CompareModels") == 0.0).await;
    };
    let call = client.post(&call);
    tokio::pin!(call, cancel);
    tokio::select! {
        answer = &mut call => {
            // The stream ends, and has no answer in it.
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert!(!text.contains("jsonrpc"), "{text}");
            cancel.await;
        }
        () = &mut cancel => {}
    }
    let (_, metrics) = pages::get(server.pages(), "/metrics");
    assert!(
        metrics.lines().any(|line| line.contains("CompareModels") && line.contains("CANCELLED")),
        "{metrics}"
    );
    assert_eq!(client.call("get_nps", json!({})).await["structuredContent"]["nps"]["n"], "60");
}

/// Asks again and again until it is so, and lets others work meanwhile.
async fn until_async(is_so: impl Fn() -> bool) {
    let asked = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(AT_MOST, asked).await.expect("what is waited for");
}

#[tokio::test]
async fn strangers_are_not_let_in() {
    let server = Server::start();
    let mcp = McpOverHttp::of(&server, "127.0.0.1:0", &[]);
    let address = mcp.address.as_str();
    let hello =
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": introduction()}).to_string();
    let usual = [("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
    let send = async |host: &str, method: &str, path: &str, more: &[(&str, &str)], body: &str| {
        send_at(address, host, method, path, &[&usual[..], more].concat(), body.as_bytes()).await
    };
    for (host, origin, status) in [
        (address, None, 200),
        ("localhost", None, 200),
        (address, Some(OURS), 200),
        ("evil.example", None, 403),
        (address, Some("http://evil.example"), 403),
        (address, Some("null"), 403),
        ("localhost", Some("http://localhost.evil.example"), 403),
    ] {
        let more: Vec<(&str, &str)> = origin.map(|origin| ("origin", origin)).into_iter().collect();
        assert_eq!(send(host, "POST", "/mcp", &more, &hello).await.status, status, "{host} {origin:?}");
    }
    // Pages of this machine may read what they are told, others not.
    let preflight = [("origin", OURS), ("access-control-request-method", "POST")];
    let allowed = send(address, "OPTIONS", "/mcp", &preflight, "").await;
    assert_eq!(allowed.headers.get("access-control-allow-origin").map(String::as_str), Some(OURS));
    let preflight = [("origin", "http://evil.example"), ("access-control-request-method", "POST")];
    let refused = send(address, "OPTIONS", "/mcp", &preflight, "").await;
    assert!(!refused.headers.contains_key("access-control-allow-origin"));
    // What makes no sense is refused, and the next is answered.
    assert_eq!(send(address, "POST", "/elsewhere", &[], &hello).await.status, 404);
    for (body, statuses) in [("{", 400..500), ("[]", 400..500), ("{\"id\": 1}", 400..500)] {
        let status = send(address, "POST", "/mcp", &[], body).await.status;
        assert!(statuses.contains(&status), "{body}: {status}");
    }
    let huge = format!("{{\"x\": \"{}\"}}", "x".repeat(5_000_000));
    assert_eq!(send(address, "POST", "/mcp", &[], &huge).await.status, 413);
    let lost = send(
        address,
        "POST",
        "/mcp",
        &[("mcp-session-id", "nobody's")],
        &json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string(),
    )
    .await;
    assert_eq!(lost.status, 404);
    assert_eq!(send(address, "POST", "/mcp", &[], &hello).await.status, 200);
}

#[tokio::test]
async fn callers_show_keys_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let reader = keys::create(&data, "reader", &["--scope", "read"]);
    let writer = keys::create(&data, "writer", &["--scope", "ingest"]);
    let server = Server::start_on(&data, &[]);
    lojal_tests::say::buy(&server.clients().await.with_key(&writer), [("c1", "2026-03-01", "12.50")]).await;
    let (bearer, other) = (format!("Bearer {reader}"), format!("Bearer {writer}"));

    // On this machine, who shows none uses that of the process, if it has one.
    let lent = McpOverHttp::of(&server, "127.0.0.1:0", &["--api-key", &reader]);
    assert_eq!(Client::of(&lent, &[]).await.call("list_facts", json!({})).await["isError"], false);
    let shown = Client::of(&lent, &[("authorization", &other)]).await.call("list_facts", json!({})).await;
    assert_eq!(shown["structuredContent"]["reason"], "SCOPE_MISSING", "{shown}");
    let none = McpOverHttp::of(&server, "127.0.0.1:0", &[]);
    let refused = Client::of(&none, &[]).await.call("list_facts", json!({})).await;
    assert_eq!(refused["structuredContent"]["reason"], "API_KEY_MISSING", "{refused}");
    let shown = Client::of(&none, &[("authorization", &bearer)]).await.call("list_facts", json!({})).await;
    assert_eq!(shown["isError"], false, "{shown}");
    let basic =
        Client::of(&none, &[("authorization", "Basic eDp5")]).await.call("list_facts", json!({})).await;
    assert!(basic["content"][0]["text"].as_str().unwrap().contains("Bearer"), "{basic}");

    // Beyond this machine nobody is lent one, and who shows none does not come in.
    let open = McpOverHttp::of(&server, "0.0.0.0:0", &["--insecure", "--api-key", &reader]);
    let here = open.address.replace("0.0.0.0", "127.0.0.1");
    let hello =
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": introduction()}).to_string();
    let usual = [("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
    let stranger = send_at(&here, &here, "POST", "/mcp", &usual, hello.as_bytes()).await;
    assert_eq!(stranger.status, 401);
    assert_eq!(stranger.headers.get("www-authenticate").map(String::as_str), Some("Bearer"));
    let known = [&usual[..], &[("authorization", bearer.as_str())]].concat();
    let known = send_at(&here, &here, "POST", "/mcp", &known, hello.as_bytes()).await;
    assert_eq!(known.status, 200);
}
