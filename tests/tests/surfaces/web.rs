//! gRPC-Web as browsers speak it: HTTP/1.1, with permission asked first.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;
use lojal_tests::{Server, at, cdnow, failure, money};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const OURS: &str = "http://localhost:5173";
const THEIRS: &str = "http://evil.example";

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// One request of HTTP/1.1, written by hand so that no library is nicer than a browser.
pub(crate) async fn send(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    send_to(server, server.authority(), method, path, headers, body).await
}

/// The same to a server that is called by another name.
pub(crate) async fn send_to(
    server: &Server,
    host: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    send_at(server.authority(), host, method, path, headers, body).await
}

/// The same to whoever listens at an address.
pub(crate) async fn send_at(
    address: &str,
    host: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut raw = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut raw)).await;
    read.expect("an answer in time").unwrap();
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the headers");
    let head = String::from_utf8(raw[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers: HashMap<String, String> =
        pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let rest = &raw[end + 4..];
    // What is not sent has no form: the answer to HEAD.
    if rest.is_empty() {
        return Answer { status, headers, body: Vec::new() };
    }
    let chunked = headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked");
    let body = if chunked { joined(rest) } else { rest.to_vec() };
    Answer { status, headers, body }
}

/// The content of a chunked body.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").expect("the size of a chunk");
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return all;
        }
        all.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
}

fn frame(message: &[u8]) -> Vec<u8> {
    [&[0], &u32::try_from(message.len()).unwrap().to_be_bytes()[..], message].concat()
}

/// The messages of a body, and the trailers that end it.
pub(crate) fn frames(mut body: &[u8]) -> (Vec<Vec<u8>>, HashMap<String, String>) {
    let mut messages = Vec::new();
    let mut trailers = HashMap::new();
    while body.len() >= 5 {
        let size = u32::from_be_bytes(body[1..5].try_into().unwrap()) as usize;
        let content = body[5..5 + size].to_vec();
        if body[0] & 0x80 == 0 {
            messages.push(content);
        } else {
            let text = String::from_utf8(content).unwrap();
            let pairs = text.lines().filter_map(|line| line.split_once(':'));
            trailers.extend(pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned())));
        }
        body = &body[5 + size..];
    }
    (messages, trailers)
}

async fn call(server: &Server, method: &str, message: &[u8]) -> Answer {
    let headers = [
        ("origin", OURS),
        ("content-type", "application/grpc-web+proto"),
        ("x-grpc-web", "1"),
        ("te", "trailers"),
    ];
    send(server, "POST", &format!("/lojal.v1.{method}"), &headers, &frame(message)).await
}

fn preflight(origin: &str) -> [(&str, &str); 3] {
    [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type,lojal-workspace,x-grpc-web"),
    ]
}

#[tokio::test]
async fn pages_of_this_machine_may_call_and_others_may_not() {
    let server = Server::start();
    let path = "/lojal.v1.NpsService/GetNps";
    let allowed = send(&server, "OPTIONS", path, &preflight(OURS), b"").await;
    assert!((200..300).contains(&allowed.status), "{}", allowed.status);
    assert_eq!(allowed.headers.get("access-control-allow-origin").map(String::as_str), Some(OURS));
    let methods = allowed.headers.get("access-control-allow-methods").unwrap();
    assert!(methods.contains("POST") || methods == "*", "{methods}");
    let headers = allowed.headers.get("access-control-allow-headers").unwrap();
    // A browser takes "*" for every header but this one.
    assert!(headers.contains("lojal-workspace") && headers.contains("authorization"), "{headers}");

    for origin in [THEIRS, "http://localhost.evil.example", "null"] {
        let refused = send(&server, "OPTIONS", path, &preflight(origin), b"").await;
        let told = refused.headers.get("access-control-allow-origin");
        assert_eq!(told, None, "{origin} was allowed");
    }
}

#[tokio::test]
async fn other_pages_may_be_allowed() {
    let server = Server::start_with(&[("LOJAL__SERVER__WEB_ORIGINS", "[\"https://app.example\"]")]);
    let path = "/lojal.v1.NpsService/GetNps";
    let allowed = send(&server, "OPTIONS", path, &preflight("https://app.example"), b"").await;
    let told = allowed.headers.get("access-control-allow-origin").map(String::as_str);
    assert_eq!(told, Some("https://app.example"));
    let refused = send(&server, "OPTIONS", path, &preflight(OURS), b"").await;
    assert_eq!(refused.headers.get("access-control-allow-origin"), None, "localhost was not named");
}

#[tokio::test]
async fn a_page_gets_answers_and_streams() {
    let server = Server::start();
    cdnow::load(&server.clients().await).await;
    let answer = call(&server, "SegmentationService/SummarizeSegments", b"").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers.get("access-control-allow-origin").map(String::as_str), Some(OURS));
    let (messages, trailers) = frames(&answer.body);
    let summary = v1::SummarizeSegmentsResponse::decode(&*messages[0]).unwrap();
    assert_eq!(summary.segments.iter().map(|one| one.customers).sum::<i64>(), cdnow::CUSTOMERS as i64);
    assert_eq!(trailers.get("grpc-status").map(String::as_str), Some("0"));

    let everybody = v1::PredictCustomersRequest { limit: Some(i32::MAX), ..Default::default() };
    let answer = call(&server, "ClvService/PredictCustomers", &everybody.encode_to_vec()).await;
    let (messages, trailers) = frames(&answer.body);
    let batches: Vec<v1::PredictCustomersResponse> =
        messages.iter().map(|message| v1::PredictCustomersResponse::decode(&**message).unwrap()).collect();
    assert_eq!(batches.iter().map(|batch| batch.predictions.len()).sum::<usize>(), cdnow::CUSTOMERS);
    assert_eq!(trailers.get("grpc-status").map(String::as_str), Some("0"));
}

#[tokio::test]
async fn a_page_sees_why_a_call_failed() {
    let server = Server::start();
    let request = v1::GetCustomerRequest { customer_id: "nobody".to_owned(), as_of: None, known_at: None }
        .encode_to_vec();
    let answer = call(&server, "CustomerService/GetCustomer", &request).await;
    let exposed = answer.headers.get("access-control-expose-headers").expect("exposed headers");
    assert_eq!(answer.headers["x-request-id"].len(), 32);
    for name in ["grpc-status", "grpc-message", "grpc-status-details-bin", "x-request-id"] {
        assert!(exposed.contains(name), "{name} is hidden from pages: {exposed}");
    }
    let (_, trailers) = frames(&answer.body);
    let find = |name: &str| trailers.get(name).or_else(|| answer.headers.get(name)).cloned();
    assert_eq!(find("grpc-status").as_deref(), Some("5"));
    let details = find("grpc-status-details-bin").expect("details");
    let details = STANDARD_NO_PAD.decode(details.trim_end_matches('=')).unwrap();
    let text = String::from_utf8_lossy(&details);
    assert!(text.contains("CUSTOMER_NOT_FOUND") && text.contains("lojal.dev"), "{text}");
}

#[tokio::test]
async fn a_deadline_is_kept_by_the_server() {
    let server = Server::start();
    cdnow::load(&server.clients().await).await;
    // The first prediction fits a model, which takes longer than 100 microseconds. Clients with a library would give
    // up by themselves; a page written by hand hears what the server says.
    let headers =
        [("origin", OURS), ("content-type", "application/grpc-web+proto"), ("grpc-timeout", "100u")];
    let request = v1::PredictCustomerRequest { customer_id: "0001".to_owned(), ..Default::default() };
    let body = frame(&request.encode_to_vec());
    let answer = send(&server, "POST", "/lojal.v1.ClvService/PredictCustomer", &headers, &body).await;
    let (_, trailers) = frames(&answer.body);
    let find = |name: &str| trailers.get(name).or_else(|| answer.headers.get(name)).cloned();
    assert_eq!(find("grpc-status").as_deref(), Some("4"), "{:?} {trailers:?}", answer.headers);
    let details =
        STANDARD_NO_PAD.decode(find("grpc-status-details-bin").unwrap().trim_end_matches('=')).unwrap();
    assert!(String::from_utf8_lossy(&details).contains("DEADLINE_EXCEEDED"));
}

#[tokio::test]
async fn the_text_form_is_spoken_too() {
    let server = Server::start();
    let text = "application/grpc-web-text+proto";
    let headers = [("origin", OURS), ("content-type", text), ("accept", text), ("x-grpc-web", "1")];
    let body = STANDARD.encode(frame(b""));
    let answer =
        send(&server, "POST", "/lojal.v1.AdminService/GetServerInfo", &headers, body.as_bytes()).await;
    assert_eq!(answer.status, 200);
    // Each part is padded on its own.
    let text = String::from_utf8(answer.body).unwrap();
    let end = text.find('=').map_or(text.len(), |first| (first + 1).next_multiple_of(4));
    let (messages, _) = frames(&STANDARD.decode(&text[..end]).unwrap());
    assert!(v1::GetServerInfoResponse::decode(&*messages[0]).unwrap().writable);
}

/// A write as a page sends it, to a server called by a name.
async fn write_from(server: &Server, host: &str, origin: Option<&str>) -> Answer {
    let row = v1::Transaction {
        customer_id: "ann".to_owned(),
        transaction_id: "t1".to_owned(),
        time: Some(at("2025-05-05T05:05:05Z")),
        amount: Some(money("1", "USD")),
        ..Default::default()
    };
    let request = v1::RecordTransactionsRequest { transactions: vec![row], ..Default::default() };
    let mut headers = vec![("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
    headers.extend(origin.map(|origin| ("origin", origin)));
    let path = "/lojal.v1.IngestService/RecordTransactions";
    send_to(server, host, "POST", path, &headers, &frame(&request.encode_to_vec())).await
}

/// What a page was refused with, if it was.
fn refusal_in(answer: &Answer) -> Option<String> {
    let (_, trailers) = frames(&answer.body);
    let find = |name: &str| trailers.get(name).or_else(|| answer.headers.get(name)).cloned();
    (find("grpc-status").as_deref() == Some("7")).then(|| {
        let details = find("grpc-status-details-bin").expect("details");
        let details = STANDARD_NO_PAD.decode(details.trim_end_matches('=')).unwrap();
        String::from_utf8_lossy(&details).into_owned()
    })
}

/// A page can make a name of its own lead to this machine. Before, it wrote and erased whatever it liked.
#[tokio::test]
async fn a_page_that_nobody_invited_reaches_nothing() {
    let server = Server::start();
    let port = server.authority().rsplit_once(':').unwrap().1;
    let evil = format!("evil.example:{port}");
    let theirs = format!("http://{evil}");
    for (host, origin, reason) in [
        (evil.as_str(), Some(theirs.as_str()), "HOST_NOT_ALLOWED"),
        (&evil, None, "HOST_NOT_ALLOWED"),
        (&evil, Some(OURS), "HOST_NOT_ALLOWED"),
        (server.authority(), Some(theirs.as_str()), "ORIGIN_NOT_ALLOWED"),
        (server.authority(), Some("null"), "ORIGIN_NOT_ALLOWED"),
    ] {
        let answer = write_from(&server, host, origin).await;
        let told = refusal_in(&answer).unwrap_or_else(|| panic!("{host} {origin:?} was let in"));
        assert!(told.contains(reason) && told.contains("server."), "{host} {origin:?}: {told}");
    }
    let clients = server.clients().await;
    assert_eq!(clients.workspace().await.transactions, 0, "something was written");
    for host in [server.authority().to_owned(), format!("localhost:{port}"), format!("[::1]:{port}")] {
        let answer = write_from(&server, &host, Some(OURS)).await;
        assert_eq!(refusal_in(&answer), None, "{host}");
    }
    assert_eq!(clients.workspace().await.transactions, 1);
}

/// The same over HTTP/2, where the name stands in the request's address.
#[tokio::test]
async fn the_name_counts_over_http2_too() {
    let server = Server::start_with(&[("LOJAL__SERVER__HOSTS", "[\"lojal.internal\"]")]);
    let called = async |name: &str, origin: Option<&str>| {
        let endpoint = tonic::transport::Endpoint::from_shared(server.url().to_owned()).unwrap();
        let endpoint = endpoint.origin(format!("http://{name}").parse().unwrap());
        let mut admin = AdminServiceClient::new(endpoint.connect().await.unwrap());
        let mut request = tonic::Request::new(v1::GetServerInfoRequest {});
        if let Some(origin) = origin {
            request.metadata_mut().insert("origin", origin.parse().unwrap());
        }
        admin.get_server_info(request).await.map(drop).map_err(|status| failure(&status))
    };
    let told = called("evil.example", None).await.unwrap_err();
    assert_eq!((told.code, &*told.reason), (tonic::Code::PermissionDenied, "HOST_NOT_ALLOWED"), "{told:?}");
    assert!(told.message.contains("server.hosts"), "{told:?}");
    let told = called("localhost", Some("http://evil.example")).await.unwrap_err();
    assert_eq!((told.code, &*told.reason), (tonic::Code::PermissionDenied, "ORIGIN_NOT_ALLOWED"), "{told:?}");
    assert!(told.message.contains("server.web_origins"), "{told:?}");
    for name in ["localhost", "127.0.0.1:1", "lojal.internal:50051"] {
        assert_eq!(called(name, None).await, Ok(()), "{name}");
    }
    // Other services stand behind the same door.
    let endpoint = tonic::transport::Endpoint::from_shared(server.url().to_owned()).unwrap();
    let endpoint = endpoint.origin("http://evil.example".parse().unwrap());
    let mut health = tonic_health::pb::health_client::HealthClient::new(endpoint.connect().await.unwrap());
    assert!(health.check(tonic_health::pb::HealthCheckRequest::default()).await.is_err());
}

/// What browsers need stands only in answers to browsers.
#[tokio::test]
async fn plain_grpc_carries_nothing_for_browsers() {
    let server = Server::start();
    let mut admin = AdminServiceClient::connect(server.url().to_owned()).await.unwrap();
    let headers_of = async |admin: &mut AdminServiceClient<_>, origin: Option<&str>| {
        let mut request = tonic::Request::new(v1::GetServerInfoRequest {});
        if let Some(origin) = origin {
            request.metadata_mut().insert("origin", origin.parse().unwrap());
        }
        admin.get_server_info(request).await.unwrap().metadata().clone().into_headers()
    };
    let plain = headers_of(&mut admin, None).await;
    assert!(!plain.contains_key("vary"), "{plain:?}");
    assert!(plain.keys().all(|name| !name.as_str().starts_with("access-control")), "{plain:?}");
    let page = headers_of(&mut admin, Some(OURS)).await;
    assert_eq!(page.get("access-control-allow-origin").unwrap(), OURS, "{page:?}");
}
