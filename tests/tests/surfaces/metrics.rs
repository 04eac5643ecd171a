//! Metrics as Prometheus would read them.

use std::net::TcpStream;
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::http2::{Came, Connection};
use lojal_tests::pages::{WITH_PAGES, ask, get, get_from};
use lojal_tests::{Server, cdnow, command, run, until};
use prost::Message as _;

const AT_MOST: Duration = Duration::from_secs(30);

/// The value of a line that begins with this.
fn value(text: &str, name: &str) -> f64 {
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("nothing is told of {name} in\n{text}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_promised_is_told() {
    let mut server = Server::start_with(&[WITH_PAGES]);
    let address = server.pages().to_owned();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let missing = v1::GetCustomerRequest { customer_id: "nobody".to_owned(), ..Default::default() };
    clients.customers.clone().get_customer(missing).await.unwrap_err();
    let second = clients.in_workspace("second");
    cdnow::load(&second).await;

    let ended = "lojal_calls_total{method=\"lojal.v1.IngestService/Import\",code=\"OK\"}";
    // A call is counted when it is over, which its caller may know first.
    let text = until("both imports to be counted", AT_MOST, || {
        let (head, text) = get(&address, "/metrics");
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("openmetrics-text"), "{head}");
        (text.contains(ended) && value(&text, ended) >= 2.0).then_some(text)
    });
    assert!(text.ends_with("# EOF\n"), "{text}");
    for workspace in ["default", "second"] {
        let of = |name: &str| value(&text, &format!("{name}{{workspace=\"{workspace}\"}}"));
        assert_eq!(of("lojal_customers") as usize, cdnow::CUSTOMERS);
        assert_eq!(of("lojal_transactions") as usize, cdnow::TRANSACTIONS);
        assert!(of("lojal_revision") >= 7.0, "{text}");
    }
    assert!((value(&text, "lojal_writable") - 1.0).abs() < f64::EPSILON);
    assert!((value(&text, "lojal_workspaces") - 2.0).abs() < f64::EPSILON);
    for some in [
        "lojal_log_bytes",
        "lojal_free_bytes",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_cpu_seconds_total",
        "process_start_time_seconds",
        "process_open_fds",
        "process_max_fds",
        "process_threads",
        "lojal_connections",
        "lojal_log_blocks",
        "lojal_sync_seconds_count",
        "lojal_sync_seconds_sum",
        "lojal_sync_requests_count",
        "lojal_call_seconds_count{method=\"lojal.v1.IngestService/Import\"}",
    ] {
        assert!(value(&text, some) > 0.0, "{some}: {text}");
    }
    for none in ["lojal_waiting_requests", "lojal_waiting_seconds"] {
        assert!(value(&text, none).abs() < f64::EPSILON, "{none}: {text}");
    }
    let not_found = "lojal_calls_total{method=\"lojal.v1.CustomerService/GetCustomer\",code=\"NOT_FOUND\"}";
    assert!((value(&text, not_found) - 1.0).abs() < f64::EPSILON, "{text}");

    // A workspace that is gone is told no more, and nobody who is connected keeps the server.
    let workspace = "second".to_owned();
    let request = v1::DeleteWorkspaceRequest { confirm: workspace.clone(), workspace };
    clients.workspaces.clone().delete_workspace(request).await.unwrap();
    assert!(!get(&address, "/metrics").1.contains("\"second\""));
    let open = TcpStream::connect(&address).unwrap();
    drop((clients, second));
    assert!(server.stop().status.success());
    drop(open);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn strangers_are_told_nothing_and_nothing_else_is_there() {
    let server = Server::start_with(&[WITH_PAGES]);
    let address = server.pages();
    // A web page whose own name leads to this machine is told nothing, whatever it asks for.
    for path in ["/metrics", "/healthz", "/readyz", "/"] {
        assert!(get_from(address, "evil.example", path).0.starts_with("HTTP/1.1 403"));
    }
    let (head, body) = get(address, "/");
    assert!(
        head.starts_with("HTTP/1.1 404") && body == "there are /metrics, /healthz and /readyz\n",
        "{head} {body}"
    );
    let (head, body) = ask(address, address, "HEAD", "/metrics");
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("openmetrics-text") && body.is_empty(),
        "{head}"
    );
    let (head, _) = ask(address, address, "POST", "/metrics");
    assert!(head.starts_with("HTTP/1.1 405") && head.to_lowercase().contains("allow: get"), "{head}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_is_logged_with_its_end_when_asked() {
    let server = Server::start_with(&[
        ("LOJAL__LOG__FORMAT", "json"),
        ("LOJAL__LOG__LEVEL", "info,lojal::calls=debug"),
        WITH_PAGES,
    ]);
    let address = server.pages();
    let clients = server.clients().await;
    let missing = v1::GetCustomerRequest { customer_id: "nobody".to_owned(), ..Default::default() };
    clients.in_workspace("second").customers.get_customer(missing).await.unwrap_err();
    let of = v1::GetWorkspaceRequest::default();
    clients.workspaces.clone().get_workspace(of).await.unwrap();
    // A stream that is given up in the middle.
    let mut raw = Connection::open(server.authority()).await;
    let import = raw.call("/lojal.v1.IngestService/Import");
    raw.message(import, &cdnow::chunks(10)[0].encode_to_vec(), false);
    raw.flush().await;
    assert!(matches!(raw.next().await, Came::Answer(id, _) if id == import));
    raw.give_up(import);
    raw.flush().await;
    for (method, workspace, code) in [
        ("CustomerService/GetCustomer", Some("second"), Some("NOT_FOUND")),
        ("WorkspaceService/GetWorkspace", None, Some("OK")),
        // Nobody told it one.
        ("IngestService/Import", None, None),
    ] {
        let method = format!("lojal.v1.{method}");
        let told = until(&format!("the end of {method}"), AT_MOST, || {
            let log = server.log();
            let mut lines = log.lines().filter_map(|line| serde_json::from_str(line).ok());
            lines.find(|line: &serde_json::Value| line["span"]["method"] == *method)
        });
        assert_eq!((&told["target"], &told["fields"]["message"]), (&"lojal::calls".into(), &"close".into()));
        assert_eq!(told["span"]["workspace"].as_str(), workspace, "{told}");
        assert_eq!(told["span"]["code"].as_str(), code, "{told}");
        assert!(told["fields"]["time.busy"].is_string() && told["fields"]["time.idle"].is_string(), "{told}");
    }
    // And counted once each, the one that was given up by what its caller did.
    let text = get(address, "/metrics").1;
    for (method, code) in [("WorkspaceService/GetWorkspace", "OK"), ("IngestService/Import", "CANCELLED")] {
        let calls =
            value(&text, &format!("lojal_calls_total{{method=\"lojal.v1.{method}\",code=\"{code}\"}}"));
        assert!((calls - 1.0).abs() < f64::EPSILON, "{text}");
    }
}

#[test]
fn an_address_that_cannot_be_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let directory = tempfile::tempdir().unwrap();
    for (listen, words) in [(taken.as_str(), taken.as_str()), ("here", "metrics.listen")] {
        let mut serve = command(&["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
        serve.arg(directory.path().join("data")).env("LOJAL__METRICS__LISTEN", listen);
        let ran = run(&mut serve, AT_MOST);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains(words), "{ran:?}");
        assert!(!directory.path().join("data").exists());
    }
}
