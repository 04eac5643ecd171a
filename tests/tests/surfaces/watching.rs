//! What operators watch a server with: metrics by the rules of others, and the alerts and the dashboard that ask for them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::exposition::{Family, parse};
use lojal_tests::pages::{WITH_PAGES, get};
use lojal_tests::{Server, cdnow, failure, repository, until};
use promql_parser::parser::{self, Expr};
use serde_json::Value;
use tokio_stream::wrappers::ReceiverStream;
use tonic_health::pb::HealthCheckRequest;

const AT_MOST: Duration = Duration::from_secs(60);

/// Everything that a server tells of itself once each kind of thing has happened to it.
async fn told() -> BTreeMap<String, Family> {
    // One stream at a time, so that a second one is refused.
    let server = Server::start_with(&[WITH_PAGES, ("LOJAL__SERVER__STREAMS", "1")]);
    let mut clients = server.clients().await;
    cdnow::load(&clients).await;
    let fit = v1::FitModelRequest::default();
    let mut fit = clients.clv.fit_model(fit).await.unwrap().into_inner();
    while fit.message().await.unwrap().is_some() {}
    clients.health.check(HealthCheckRequest::default()).await.unwrap();
    // A stream that stays open, beside which there is no room for another.
    let (chunks, stream) = tokio::sync::mpsc::channel(1);
    chunks.send(cdnow::chunks(10)[0].clone()).await.unwrap();
    let mut open = clients.ingest.import(ReceiverStream::new(stream)).await.unwrap().into_inner();
    open.message().await.unwrap();
    let refused = clients.clv.predict_customers(v1::PredictCustomersRequest::default()).await.unwrap_err();
    assert_eq!(failure(&refused).metadata["limit"], "streams");
    until("the refusal to be counted", AT_MOST, || {
        let families = parse(&get(server.pages(), "/metrics").1).unwrap();
        families.contains_key("lojal_refused").then_some(families)
    })
}

fn values<'f>(family: &'f Family, label: &str) -> BTreeSet<&'f str> {
    let labels = family.samples.iter().flat_map(|sample| &sample.labels);
    labels.filter(|(name, _)| name == label).map(|(_, value)| value.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_follow_the_rules_of_open_metrics() {
    let families = told().await;
    // What labels there are, and how many values each may have in a server of any size.
    let known =
        [("method", 150), ("code", 17), ("workspace", 100), ("limit", 40), ("le", 30), ("version", 1)];
    for (name, family) in &families {
        assert!(!family.help.is_empty() && !family.kind.is_empty(), "{name}: {family:?}");
        assert!(name.starts_with("lojal_") || name.starts_with("process_"), "{name}");
        assert_eq!(name, &name.to_ascii_lowercase());
        // A counter's name has no _total, which its samples have; and units are those from which others are made.
        assert!(!name.ends_with("_total"), "{name}");
        for derived in
            ["_ms", "_millis", "_milliseconds", "_micros", "_minutes", "_kb", "_mb", "_megabytes", "_percent"]
        {
            assert!(!name.ends_with(derived), "{name}");
        }
        assert!(family.unit.is_empty() || name.ends_with(&format!("_{}", family.unit)), "{name}: {family:?}");
        for sample in &family.samples {
            for (label, value) in &sample.labels {
                assert!(known.iter().any(|(known, _)| known == label), "{label} of {name}");
                assert!(!value.is_empty(), "{sample:?}");
            }
            assert!(family.kind == "gauge" || sample.value >= 0.0, "{sample:?}");
        }
        for (label, most) in known {
            assert!(values(family, label).len() <= most, "{name} has too many of {label}");
        }
        if family.kind == "histogram" {
            let infinite = |sample: &&lojal_tests::exposition::Sample| {
                sample.labels.iter().any(|(label, value)| label == "le" && value == "+Inf")
            };
            let ends: Vec<f64> = family.samples.iter().filter(infinite).map(|sample| sample.value).collect();
            let counts = family.samples.iter().filter(|sample| sample.name.ends_with("_count"));
            assert_eq!(ends, counts.map(|sample| sample.value).collect::<Vec<_>>(), "{name}");
        }
    }
    let codes = values(&families["lojal_calls"], "code");
    assert!(codes.contains("OK") && codes.iter().all(|code| *code == code.to_ascii_uppercase()), "{codes:?}");
    let methods = values(&families["lojal_calls"], "method");
    assert!(methods.contains("grpc.health.v1.Health/Check"), "{methods:?}");
    assert_eq!(values(&families["lojal_refused"], "limit"), BTreeSet::from(["streams"]));
    assert!(families["lojal_fits"].samples[0].value >= 1.0);
    assert!(families["lojal_connections"].samples[0].value >= 1.0);
    let in_flight: f64 = families["lojal_calls_in_flight"].samples.iter().map(|sample| sample.value).sum();
    assert!(in_flight >= 1.0);
    assert_eq!(values(&families["lojal_build"], "version"), BTreeSet::from([env!("CARGO_PKG_VERSION")]));
}

/// The names of metrics that an expression of PromQL looks at.
fn asked(expression: &str) -> BTreeSet<String> {
    // What the dashboard lets people choose.
    let expression = expression.replace("$__rate_interval", "5m");
    let parsed = parser::parse(&expression).unwrap_or_else(|problem| panic!("{problem}: {expression}"));
    let mut names = BTreeSet::new();
    collect(&parsed, &mut names);
    assert!(!names.is_empty(), "{expression} looks at nothing");
    names
}

fn collect(expression: &Expr, names: &mut BTreeSet<String>) {
    match expression {
        Expr::Aggregate(aggregate) => collect(&aggregate.expr, names),
        Expr::Unary(unary) => collect(&unary.expr, names),
        Expr::Binary(binary) => [&binary.lhs, &binary.rhs].into_iter().for_each(|side| collect(side, names)),
        Expr::Paren(inner) => collect(&inner.expr, names),
        Expr::Subquery(inner) => collect(&inner.expr, names),
        Expr::VectorSelector(selector) => _ = names.insert(selector.name.clone().expect("a name")),
        Expr::MatrixSelector(matrix) => _ = names.insert(matrix.vs.name.clone().expect("a name")),
        Expr::Call(call) => call.args.args.iter().for_each(|argument| collect(argument, names)),
        _ => {}
    }
}

fn read(name: &str) -> String {
    std::fs::read_to_string(repository().join("server/docs").join(name)).unwrap()
}

/// The expressions of alerts, each with its name.
fn alerts() -> Vec<(String, String)> {
    let rules: Value = serde_yaml_ng::from_str(&read("alerts.yml")).unwrap();
    let groups =
        rules["groups"].as_array().unwrap().iter().flat_map(|group| group["rules"].as_array().unwrap());
    let word =
        |rule: &Value, key: &str| rule[key].as_str().unwrap_or_else(|| panic!("no {key}: {rule}")).to_owned();
    groups
        .map(|rule| {
            assert!(word(&rule["annotations"], "summary").ends_with('.'), "{rule}");
            assert!(word(&rule["annotations"], "description").ends_with('.'), "{rule}");
            assert!(["page", "ticket"].contains(&&*word(&rule["labels"], "severity")), "{rule}");
            (word(rule, "alert"), word(rule, "expr"))
        })
        .collect()
}

/// The expressions of the dashboard, each with the title of its panel.
fn panels() -> Vec<(String, String)> {
    let board: Value = serde_json::from_str(&read("grafana.json")).unwrap();
    let panels = board["panels"].as_array().unwrap();
    let ids: BTreeSet<i64> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
    let targets = |panel: &Value| panel["targets"].as_array().cloned().unwrap_or_default();
    panels
        .iter()
        .flat_map(|panel| {
            let title = panel["title"].as_str().unwrap().to_owned();
            targets(panel)
                .into_iter()
                .map(move |target| (title.clone(), target["expr"].as_str().unwrap().to_owned()))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_and_dashboard_ask_for_what_a_server_tells() {
    let families = told().await;
    let mut names: BTreeSet<&str> =
        families.values().flat_map(|family| &family.samples).map(|sample| sample.name.as_str()).collect();
    // Prometheus' own word for whether it could ask.
    names.insert("up");
    let (alerts, panels) = (alerts(), panels());
    assert!(alerts.len() >= 8 && panels.len() >= 20);
    for (title, expression) in alerts.iter().chain(&panels) {
        for name in asked(expression) {
            assert!(names.contains(&*name), "{title} asks for {name}, which no server tells");
        }
    }
    // And nothing that is told is left out of the dashboard.
    let shown: BTreeSet<String> = panels.iter().flat_map(|(_, expression)| asked(expression)).collect();
    for (name, family) in &families {
        let is_shown = family.samples.iter().any(|sample| shown.contains(&sample.name));
        let elsewhere = ["lojal_revision", "process_start_time_seconds"].contains(&&**name);
        assert!(is_shown || elsewhere, "{name} is on no panel");
    }
}
