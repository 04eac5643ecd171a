//! The contract by hand: what grpcurl shows of it.

use std::process::Command;
use std::time::Duration;

use lojal_tests::calls::calls;
use lojal_tests::examples::{Example, examples};
use lojal_tests::say::buy;
use lojal_tests::{Ran, Server, cdnow, keys, repository, run, tool};
use serde_json::Value;

const AT_MOST: Duration = Duration::from_secs(120);

fn grpcurl(server: &Server, options: &[&str], what: &[&str]) -> Ran {
    let mut command = Command::new(tool("grpcurl"));
    run(command.arg("-plaintext").args(options).arg(server.authority()).args(what), AT_MOST)
}

fn call(server: &Server, method: &str, request: &str) -> Value {
    let printed = grpcurl(server, &["-d", request], &[&format!("lojal.v1.{method}")]).succeeded();
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{method} printed {printed:?}: {error}"))
}

#[test]
fn every_service_is_listed() {
    let server = Server::start();
    let printed = grpcurl(&server, &[], &["list"]).succeeded();
    let listed: Vec<&str> = printed.lines().collect();
    for call in calls() {
        assert!(listed.contains(&call.method.parent_service().full_name()), "{listed:?}");
    }
    assert!(listed.contains(&"grpc.health.v1.Health"), "{listed:?}");
    let methods = grpcurl(&server, &[], &["list", "lojal.v1.ClvService"]).succeeded();
    assert!(methods.lines().any(|line| line == "lojal.v1.ClvService.PredictCustomer"), "{methods}");
}

/// Everything of the package that the proto files define: services, messages and enums.
fn definitions() -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(repository().join("proto/lojal/v1")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        names.extend(text.lines().filter_map(|line| {
            let (kind, rest) = line.split_once(' ')?;
            let name = rest.split([' ', '{']).next()?;
            matches!(kind, "service" | "message" | "enum").then(|| format!("lojal.v1.{name}"))
        }));
    }
    names
}

#[test]
fn every_definition_is_explained_down_to_the_field() {
    let server = Server::start();
    let names = definitions();
    assert!(names.len() > 70, "{names:?}");
    let mut command = vec!["describe"];
    for name in &names {
        command.truncate(1);
        command.push(name);
        let printed = grpcurl(&server, &[], &command).succeeded();
        let lines: Vec<&str> = printed.lines().map(str::trim).collect();
        assert!(lines[1].starts_with("//"), "{name} has no comment: {printed}");
        for (before, line) in lines.iter().zip(&lines[1..]) {
            let is_option = line.starts_with("option ");
            let declares =
                line.starts_with("rpc ") || line.starts_with("oneof ") || line.contains(" = ") && !is_option;
            let comment = line.starts_with("//") || before.starts_with("//");
            assert!(!declares || comment, "{name} does not explain {line:?}");
        }
        // Every call of a service shows a request to start from.
        let calls = lines.iter().filter(|line| line.starts_with("rpc ")).count();
        let examples = lines.iter().filter(|line| line.contains("Example")).count();
        assert!(examples >= calls, "{name} has {calls} calls and {examples} examples");
    }
}

/// Examples that write what others speak of.
const FIRST: [&str; 5] = [
    "CustomerService/UpsertCustomers",
    "IngestService/RecordTransactions",
    "IngestService/RecordRefunds",
    "IngestService/RecordSurveyResponses",
    "ClvService/FitModel",
];

/// Examples that take away what others speak of, or see what is there.
const LAST: [&str; 4] = [
    "IngestService/VoidTransactions",
    "CustomerService/EraseCustomer",
    "WorkspaceService/ListWorkspaces",
    "WorkspaceService/DeleteWorkspace",
];

/// Examples about keys, of which the first closes the server.
const KEYS: [&str; 3] =
    ["AdminService/CreateApiKey", "AdminService/ListApiKeys", "AdminService/RevokeApiKey"];

/// Examples that these data do not have: an answer that does not end, what came of customers after a day, and somebody's warning.
const ELSEWHERE: [&str; 3] = [
    "LoyaltyService/WatchEarlyWarnings",
    "LoyaltyService/ValidateScore",
    "LoyaltyService/AcknowledgeWarning",
];

/// Asks the examples of these calls, in this order.
fn ask_examples<'m>(server: &Server, examples: &[Example], methods: impl Iterator<Item = &'m str>) {
    for wanted in methods {
        let Example { method, text: example } = examples.iter().find(|one| one.method == wanted).unwrap();
        // Their amounts are in EUR and the sample's in USD.
        let own_currency = method.starts_with("WorkspaceService");
        let example = if own_currency { example.clone() } else { example.replace("EUR", "USD") };
        let ran = grpcurl(server, &["-d", &example], &[&format!("lojal.v1.{method}")]);
        assert_eq!(ran.code, Some(0), "{method} with {example}: {}", ran.err);
        if method.starts_with("IngestService/Record") {
            // What it shows is recorded now, all of it.
            assert!(
                ran.out.contains("\"recorded\":") && !ran.out.contains("\"duplicates\":"),
                "{method}: {}",
                ran.out
            );
        }
    }
}

#[tokio::test]
async fn the_examples_of_the_contract_are_answered() {
    let server = Server::start();
    // What the examples speak of: a customer c42 with a purchase, and the CDNOW data of their years.
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let examples = examples();
    assert!(examples.len() >= 29, "{examples:?}");
    let methods = examples.iter().map(|example| example.method.as_str());
    let apart = [&FIRST[..], &LAST, &KEYS, &ELSEWHERE].concat();
    let rest = methods.filter(|method| !apart.contains(method));
    ask_examples(&server, &examples, FIRST.into_iter().chain(rest));
}

#[test]
fn the_examples_that_take_away_are_answered() {
    let server = Server::start();
    let examples = examples();
    let before = ["IngestService/RecordTransactions", "WorkspaceService/CreateWorkspace"];
    ask_examples(&server, &examples, before.into_iter().chain(LAST));
}

#[test]
fn the_examples_about_keys_are_answered() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let authorization =
        format!("authorization: Bearer {}", keys::create(&data, "owner", &["--scope", "admin"]));
    let server = Server::start_on(&data, &[]);
    let examples = examples();
    let mut made = String::new();
    for wanted in KEYS {
        let example = examples.iter().find(|one| one.method == wanted).unwrap();
        // The id in the example of a revocation is another key's.
        let example = example.text.replace("5f0c2a9be41d7733", &made);
        let options = ["-H", &authorization, "-d", &example];
        let answer = grpcurl(&server, &options, &[&format!("lojal.v1.{wanted}")]).succeeded();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        if let Some(key) = answer["apiKey"]["keyId"].as_str() {
            made = key.to_owned();
        }
        assert!(answer.to_string().contains(&made) && !made.is_empty(), "{wanted}: {answer}");
    }
}

#[tokio::test]
async fn what_a_newcomer_types_works() {
    let server = Server::start();
    cdnow::load(&server.clients().await).await;
    let nps = grpcurl(&server, &[], &["lojal.v1.NpsService/GetNps"]).succeeded();
    assert!(nps.contains("adjusted_wald"), "{nps}");
    let summary =
        call(&server, "SegmentationService/SummarizeSegments", r#"{"as_of": "1998-07-01T00:00:00Z"}"#);
    assert_eq!(summary["segments"].as_array().unwrap().len(), 11);
    assert_eq!(summary["segments"][0]["name"], "Champions");
    let prediction = call(&server, "ClvService/PredictCustomer", r#"{"customer_id": "0001"}"#);
    assert!(prediction["prediction"]["aliveProbability"]["value"].is_f64(), "{prediction}");
}

#[test]
fn nonsense_is_explained() {
    let server = Server::start();
    let cases = [
        (r#"{"customer_id": ""}"#, "CustomerService/GetCustomer", &["InvalidArgument", "customer_id"][..]),
        (r#"{"customer_id": "nobody"}"#, "CustomerService/GetCustomer", &["NotFound", "nobody"]),
        (r#"{"window": "2026-Q5"}"#, "NpsService/GetNps", &["InvalidArgument", "window", "2026-Q5", "90d"]),
        (r#"{"customer": "c42"}"#, "CustomerService/GetCustomer", &["customer"]),
        (r#"{"as_of": "yesterday"}"#, "NpsService/GetNps", &["yesterday"]),
        ("{", "NpsService/GetNps", &["JSON", "EOF"]),
    ];
    for (request, method, words) in cases {
        let ran = grpcurl(&server, &["-d", request], &[&format!("lojal.v1.{method}")]);
        assert!(ran.code.is_some_and(|code| code != 0), "{request}: {ran:?}");
        let found = words.iter().any(|word| ran.err.contains(word)) && !ran.err.contains("panicked");
        assert!(found, "{request}: {ran:?}");
    }
    // Reflection knows the details, so that they are shown in words and not as bytes.
    let request = r#"{"transactions": [{"customer_id": "c1", "time": "2026-03-01T12:00:00Z", "amount": {"amount": "12,5"}}]}"#;
    let ran = grpcurl(&server, &["-d", request], &["lojal.v1.IngestService/RecordTransactions"]);
    for word in ["transactions[0].amount.amount", "INVALID_FIELD", "lojal.dev", "12.50"] {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
}

/// The calls that change nothing, with what they are asked with.
fn questions() -> Vec<(String, String)> {
    let reads = [
        "Backtest",
        "Compare",
        "Get",
        "List",
        "Plan",
        "Predict",
        "Project",
        "Suggest",
        "Summarize",
        "Validate",
    ];
    let methods = calls().into_iter().map(|call| call.method);
    methods
        .filter(|method| reads.iter().any(|word| method.name().starts_with(word)))
        .map(|method| {
            let path = format!("{}/{}", method.parent_service().full_name(), method.name());
            (path, method.input().full_name().to_owned())
        })
        .collect()
}

/// Whoever fills in only part of a template has asked for no more than that part.
#[tokio::test]
async fn a_template_that_is_left_as_it_is_asks_nothing() {
    let server = Server::start();
    let rows = (0..60).flat_map(|number| {
        // Long ago, so that answers do not move with the clock: see GetServerInfo about data at rest.
        let days =
            [format!("2019-0{}-1{}", 1 + number % 9, number % 10), format!("2020-0{}-20", 1 + number % 6)];
        days.map(|day| (format!("c{number}"), day, "12.50"))
    });
    buy(&server.clients().await, rows).await;
    let questions = questions();
    assert!(questions.len() > 30, "{questions:?}");
    for (method, request) in questions {
        let printed = grpcurl(&server, &["-msg-template"], &["describe", &request]).succeeded();
        let template = printed.split_once("Message template:").unwrap().1;
        let mut template: Value = serde_json::from_str(template).unwrap();
        let mut empty = serde_json::json!({});
        if template.get("customerId").is_some() {
            (template["customerId"], empty["customerId"]) = ("c7".into(), "c7".into());
        }
        let [left, nothing] = [template, empty].map(|asked| {
            let asked = asked.to_string();
            grpcurl(&server, &["-d", &asked], &[&method])
        });
        assert_eq!((left.code, left.err), (nothing.code, nothing.err), "{method}");
        // The one answer with a clock in it has no questions.
        if method != "lojal.v1.AdminService/GetServerInfo" {
            assert_eq!(left.out, nothing.out, "{method}");
        }
    }
    // Of rows what may be left out may be left as it is.
    let row = r#"{"transactions": [{"customerId": "c1", "transactionId": "t1", "time": "2026-03-01T12:00:00Z", "amount": {"amount": "12.50"}, "discount": {}}]}"#;
    call(&server, "IngestService/RecordTransactions", row);
    let row = row.replace("t1", "t2").replace(r#"{"amount": "12.50"}"#, "{}");
    let ran = grpcurl(&server, &["-d", &row], &["lojal.v1.IngestService/RecordTransactions"]);
    assert!(ran.err.contains("transactions[0].amount is missing"), "{}", ran.err);
}
