//! The id of a call, in its answer and in the log, and the trace it belongs to, at a collector.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::{Server, cdnow, until};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};
use tonic_health::pb::HealthCheckRequest;

const AT_MOST: Duration = Duration::from_secs(60);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn with<T>(message: T, headers: &[(&'static str, &str)]) -> Request<T> {
    let mut request = Request::new(message);
    for (name, value) in headers {
        request.metadata_mut().insert(*name, value.parse().unwrap());
    }
    request
}

fn nobody() -> v1::GetCustomerRequest {
    v1::GetCustomerRequest { customer_id: "nobody".to_owned(), ..Default::default() }
}

fn id_of(metadata: &MetadataMap) -> String {
    metadata.get("x-request-id").expect("an id").to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_the_id_of_its_call() {
    let server = Server::start();
    let mut clients = server.clients().await;
    let ours = &[("x-request-id", "order-17/3")][..];
    let workspace = v1::GetWorkspaceRequest::default();
    let answered = clients.workspaces.get_workspace(with(workspace.clone(), ours)).await.unwrap();
    assert_eq!(id_of(answered.metadata()), "order-17/3");
    let refused = clients.customers.get_customer(with(nobody(), ours)).await.unwrap_err();
    assert_eq!(id_of(refused.metadata()), "order-17/3");
    // Also before anything else looks at the call, and where the answer is a stream.
    let stranger = clients.in_workspace("no such name!");
    let refused = stranger.customers.clone().get_customer(with(nobody(), ours)).await.unwrap_err();
    assert_eq!(id_of(refused.metadata()), "order-17/3");
    let chunks = tokio_stream::iter(cdnow::chunks(5_000));
    let imported = clients.ingest.import(with(chunks, ours)).await.unwrap();
    assert_eq!(id_of(imported.metadata()), "order-17/3");
    // What cannot be shown everywhere is not shown, and whoever gives none is given one.
    let long = "x".repeat(129);
    let mut made = Vec::new();
    for unfit in [&[][..], &[][..], &[("x-request-id", "two words")], &[("x-request-id", &long)]] {
        let answered = clients.workspaces.get_workspace(with(workspace.clone(), unfit)).await.unwrap();
        made.push(id_of(answered.metadata()));
    }
    assert!(
        made.iter().all(|id| id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit())),
        "{made:?}"
    );
    made.sort();
    made.dedup();
    assert_eq!(made.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_logged_in_a_file_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("logs").join("calls.log");
    let mut server = Server::start_with(&[("LOJAL__LOG__CALLS_FILE", file.to_str().unwrap())]);
    let mut clients = server.clients().await;
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let told = [("x-request-id", "order-17"), ("traceparent", &traceparent), ("lojal-workspace", "shop")];
    clients.customers.get_customer(with(nobody(), &told)).await.unwrap_err();
    drop(clients);
    // What is written reaches the disk by the end of the server at the latest.
    assert!(server.stop().status.success());
    let files: Vec<_> =
        std::fs::read_dir(directory.path().join("logs")).unwrap().map(Result::unwrap).collect();
    let [only] = &files[..] else { panic!("{files:?}") };
    let name = only.file_name().into_string().unwrap();
    let day = name.strip_prefix("calls.").and_then(|name| name.strip_suffix(".log"));
    assert!(day.is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok()), "{name}");
    let text = std::fs::read_to_string(only.path()).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [line] = &lines[..] else { panic!("{text}") };
    for (field, value) in [
        ("method", "lojal.v1.CustomerService/GetCustomer"),
        ("request_id", "order-17"),
        ("trace_id", TRACE),
        ("workspace", "shop"),
        ("code", "NOT_FOUND"),
    ] {
        assert_eq!(line["span"][field], value, "{line}");
    }
    let peer: SocketAddr = line["span"]["peer"].as_str().unwrap().parse().unwrap();
    assert!(peer.ip().is_loopback());
    // Neither whom it was about nor anything else of what was asked; and the other log is as it was.
    assert!(!text.contains("nobody"), "{text}");
    assert!(!server.log().contains("GetCustomer"), "{}", server.log());
}

/// Takes what it is sent.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// Listens, and returns its address.
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = TraceServiceServer::new(self.clone());
        let server = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        format!("http://{address}")
    }

    fn services(&self) -> Vec<String> {
        let sent = self.0.lock().unwrap();
        let resources = sent.iter().flat_map(|request| &request.resource_spans);
        let attributes = resources.filter_map(|spans| spans.resource.as_ref()).flat_map(|of| &of.attributes);
        attributes
            .filter(|pair| pair.key == "service.name")
            .map(|pair| text(pair.value.as_ref().unwrap()))
            .collect()
    }

    fn spans(&self) -> Vec<Span> {
        let sent = self.0.lock().unwrap();
        let resources = sent.iter().flat_map(|request| &request.resource_spans);
        resources.flat_map(|spans| &spans.scope_spans).flat_map(|spans| spans.spans.clone()).collect()
    }
}

fn text(value: &opentelemetry_proto::tonic::common::v1::AnyValue) -> String {
    match &value.value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("neither a text nor a number: {other:?}"),
    }
}

fn attribute(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|pair| pair.key == key);
    text(found.unwrap_or_else(|| panic!("no {key} in {span:?}")).value.as_ref().unwrap())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_has_a_span_of_each_call_in_its_callers_trace() {
    let collector = Collector::default();
    let endpoint = collector.listen().await;
    let mut server =
        Server::start_with(&[("LOJAL__TRACES__ENDPOINT", &endpoint), ("LOJAL__TRACES__SERVICE", "loyalty")]);
    let mut clients = server.clients().await;
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let told = [("x-request-id", "order-17"), ("traceparent", &traceparent)];
    clients.customers.get_customer(with(nobody(), &told)).await.unwrap_err();
    // While the server runs, not only at its end.
    let first = until("a span", AT_MOST, || collector.spans().pop());
    assert_eq!((hex(&first.trace_id), hex(&first.parent_span_id)), (TRACE.to_owned(), PARENT.to_owned()));
    assert_eq!((&*first.name, first.kind()), ("lojal.v1.CustomerService/GetCustomer", SpanKind::Server));
    for (key, value) in [
        ("rpc.system", "grpc"),
        ("rpc.service", "lojal.v1.CustomerService"),
        ("rpc.method", "GetCustomer"),
        ("rpc.grpc.status_code", "5"),
        ("lojal.request_id", "order-17"),
    ] {
        assert_eq!(attribute(&first, key), value);
    }
    // That there is no such customer is no fault of the server's.
    assert_eq!(first.status.clone().unwrap_or_default().code(), StatusCode::Unset);
    assert!(first.start_time_unix_nano < first.end_time_unix_nano);
    assert_eq!(collector.services(), ["loyalty"]);
    assert!(!format!("{first:?}").contains("nobody"));

    // A caller who does not sample is not sampled; health is nobody's trace; whoever has none begins one.
    let unsampled = format!("00-{TRACE}-{PARENT}-00");
    clients
        .workspaces
        .get_workspace(with(v1::GetWorkspaceRequest::default(), &[("traceparent", &unsampled)]))
        .await
        .unwrap();
    clients.health.check(HealthCheckRequest::default()).await.unwrap();
    clients.nps.get_nps(v1::GetNpsRequest::default()).await.unwrap();
    drop(clients);
    assert!(server.stop().status.success(), "{}", server.log());
    let spans = collector.spans();
    assert_eq!(spans.len(), 2, "{spans:?}");
    let last = &spans[1];
    assert_eq!(last.name, "lojal.v1.NpsService/GetNps");
    assert_eq!(attribute(last, "rpc.grpc.status_code"), "0");
    assert!(last.parent_span_id.is_empty() && hex(&last.trace_id) != TRACE, "{last:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_holds_nothing_up_and_the_log_tells() {
    // Nobody listens there any more.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = Server::start_with(&[("LOJAL__TRACES__ENDPOINT", &format!("http://{address}"))]);
    let mut clients = server.clients().await;
    clients.customers.get_customer(nobody()).await.unwrap_err();
    drop(clients);
    let stopped = server.stop();
    assert!(stopped.status.success(), "{}", server.log());
    assert!(stopped.took < Duration::from_secs(10), "{stopped:?}");
    let log = server.log();
    let is_told = |line: &str| line.contains(" WARN ") && line.contains("telemetry data will be lost");
    assert!(log.lines().any(is_told), "{log}");
}
