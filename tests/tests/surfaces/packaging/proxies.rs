//! nginx and Envoy in front of a server, by the configurations that are shipped, with no more changed than ports and paths.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lojal_proto::v1;
use lojal_tests::{
    Clients, EVERYBODY, Server, at, cdnow, command, optional_tool, repository, run, tool, until,
};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;

const AT_MOST: Duration = Duration::from_secs(60);
/// The name that is shipped with.
const NAME: &str = "lojal.example";
const SHOP: &str = "https://shop.example";

/// A proxy that runs, and ends with the test.
struct Proxy {
    process: Child,
    place: tempfile::TempDir,
    port: u16,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // In order, so that nginx takes its workers with it.
        let pid = rustix::process::Pid::from_child(&self.process);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.process.wait();
    }
}

/// A port that was free a moment ago.
fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A text with each of these put in the place of what must be in it.
fn changed(name: &str, changes: &[(&str, &str)]) -> String {
    let mut text = std::fs::read_to_string(repository().join("server/packaging/proxies").join(name)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{name} has no {from:?}");
        text = text.replace(from, to);
    }
    text
}

/// A server as both of them say that it is to be set.
fn server(more: &[(&str, &str)]) -> Server {
    let settings = [
        ("LOJAL__SERVER__HOSTS", NAME),
        ("LOJAL__SERVER__WEB_ORIGINS", SHOP),
        ("LOJAL__SERVER__CALLS_PER_CONNECTION", "1024"),
        ("LOJAL__SERVER__STREAMS_PER_CONNECTION", "512"),
        ("LOJAL__SERVER__REQUEST_BYTES_PER_CONNECTION", "536_870_912"),
    ];
    let lists = settings.map(|(name, value)| {
        let is_list = name.ends_with("HOSTS") || name.ends_with("ORIGINS");
        (name, if is_list { format!("[\"{value}\"]") } else { value.to_owned() })
    });
    let settings: Vec<_> =
        lists.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied()).collect();
    Server::start_with(&settings)
}

impl Proxy {
    fn place() -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        let certs = place.path().to_str().unwrap();
        _ = run(&mut command(&["cert", "--out", certs, "--name", NAME]), AT_MOST).succeeded();
        place
    }

    fn started(mut start: Command, place: tempfile::TempDir, port: u16) -> Self {
        let log = std::fs::File::create(place.path().join("log")).unwrap();
        start.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let process = start.spawn().unwrap();
        let mut proxy = Self { process, place, port };
        until("the proxy to listen", AT_MOST, || {
            let ended = proxy.process.try_wait().unwrap();
            assert!(ended.is_none(), "the proxy ended: {}", proxy.log());
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        proxy
    }

    /// nginx in front of a server, if there is nginx.
    fn nginx(server: &Server, changes: &[(&str, &str)]) -> Option<Self> {
        let nginx = optional_tool("nginx")?;
        let (place, port) = (Self::place(), port());
        let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
        let common = [
            ("listen 443 ssl http2;", format!("listen 127.0.0.1:{port} ssl http2;")),
            ("listen [::]:443 ssl http2;", String::new()),
            ("server 127.0.0.1:50051;", format!("server {};", server.authority())),
            ("/etc/nginx/lojal.pem", path("server.pem")),
            ("/etc/nginx/lojal.key", path("server.key")),
            ("/var/log/nginx/lojal.log", path("calls")),
        ];
        let common: Vec<_> = common.iter().map(|(from, to)| (*from, to.as_str())).collect();
        let lojal = changed("nginx.conf", &[&common, changes].concat());
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};", path(kind)))
            .concat();
        // It gives up root for a user who may not see the directory.
        let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
        let main = format!(
            "{user} worker_processes 1; daemon off; pid {}; error_log stderr warn;
             events {{ worker_connections 2048; }} http {{ {temporary} {lojal} }}",
            path("pid")
        );
        std::fs::write(path("nginx.conf"), main).unwrap();
        let mut start = Command::new(nginx);
        start.args(["-p", &path(""), "-e", "stderr", "-c", &path("nginx.conf")]);
        Some(Self::started(start, place, port))
    }

    /// Envoy in front of a server, if there is Envoy.
    fn envoy(server: &Server, changes: &[(&str, &str)]) -> Option<Self> {
        let envoy = optional_tool("envoy")?;
        let (place, port) = (Self::place(), port());
        let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
        let own = server.authority().rsplit_once(':').unwrap().1.to_owned();
        let common = [
            (
                "{ address: 0.0.0.0, port_value: 443 }",
                format!("{{ address: 127.0.0.1, port_value: {port} }}"),
            ),
            ("port_value: 9901", "port_value: 0".to_owned()),
            ("port_value: 50051", format!("port_value: {own}")),
            ("/etc/envoy/lojal.pem", path("server.pem")),
            ("/etc/envoy/lojal.key", path("server.key")),
        ];
        let common: Vec<_> = common.iter().map(|(from, to)| (*from, to.as_str())).collect();
        std::fs::write(path("envoy.yaml"), changed("envoy.yaml", &[&common, changes].concat())).unwrap();
        let mut start = Command::new(envoy);
        start.args(["--config-path", &path("envoy.yaml"), "--concurrency", "1", "--log-level", "warning"]);
        // Several of them at once share nothing.
        start.args(["--disable-hot-restart"]);
        Some(Self::started(start, place, port))
    }

    fn log(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.place.path().join(name)).unwrap_or_default();
        read("log") + &read("calls")
    }

    /// A connection that calls the server by a name.
    async fn channel(&self, name: &str) -> Channel {
        let ca = std::fs::read(self.place.path().join("ca.pem")).unwrap();
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(ca)).domain_name(NAME);
        let endpoint = Endpoint::from_shared(format!("https://127.0.0.1:{}", self.port)).unwrap();
        let endpoint = endpoint.origin(format!("https://{name}").parse().unwrap());
        endpoint.tls_config(tls).unwrap().connect().await.unwrap()
    }

    async fn clients(&self) -> Clients {
        Clients::over(self.channel(NAME).await)
    }

    /// What a browser's request gets: status, headers and body, from another library than ours.
    fn browser(&self, method: &str) -> serde_json::Value {
        const SCRIPT: &str = r#"
import http.client, json, ssl, socket, sys
port, ca, name, origin, method = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.set_alpn_protocols(["http/1.1"])
connection = http.client.HTTPSConnection(name, int(port), context=context)
plain = socket.create_connection(("127.0.0.1", int(port)))
connection.sock = context.wrap_socket(plain, server_hostname=name)
headers = {"origin": origin, "host": name}
if method == "OPTIONS":
    headers |= {"access-control-request-method": "POST", "access-control-request-headers": "content-type,x-grpc-web"}
    body = None
else:
    headers |= {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
    body = bytes(5)
connection.request(method, "/lojal.v1.AdminService/GetServerInfo", body, headers)
answer = connection.getresponse()
print(json.dumps({"status": answer.status, "headers": {n.lower(): v for n, v in answer.getheaders()},
    "body": answer.read().decode("latin-1")}))
"#;
        let mut python = Command::new(tool("python"));
        python.args(["-c", SCRIPT, &self.port.to_string()]).arg(self.place.path().join("ca.pem"));
        python.args([NAME, SHOP, method]);
        serde_json::from_str(&run(&mut python, AT_MOST).succeeded()).unwrap()
    }
}

/// Calls of every kind go through, as themselves.
async fn calls_go_through(server: &Server, proxy: &Proxy) {
    let clients = proxy.clients().await;
    // A stream both ways, of megabytes.
    let loaded = cdnow::load(&clients).await;
    assert_eq!(loaded.recorded as usize, cdnow::TRANSACTIONS);
    // A stream from the server, the same as without anybody in between.
    let everybody = v1::PredictCustomersRequest {
        as_of: Some(at(cdnow::END)),
        limit: Some(EVERYBODY),
        ..Default::default()
    };
    let direct = server.clients().await.predictions(everybody.clone()).await.unwrap();
    assert_eq!(direct.len(), cdnow::CUSTOMERS);
    assert_eq!(clients.predictions(everybody).await.unwrap(), direct);
    // A refusal keeps its code and what it says of itself.
    let nobody = v1::GetCustomerRequest { customer_id: "nobody".to_owned(), ..Default::default() };
    let refusal = clients.customers.clone().get_customer(nobody).await.unwrap_err();
    assert_eq!(lojal_tests::failure(&refusal).reason, "CUSTOMER_NOT_FOUND", "{refusal:?}");
    // Who calls by another name is refused by the server, as without a proxy.
    let stranger = Clients::over(proxy.channel("evil.example").await);
    let refusal = stranger.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await.unwrap_err();
    assert_eq!(lojal_tests::failure(&refusal).reason, "HOST_NOT_ALLOWED", "{refusal:?}");
    // An id is the caller's to the end, and in the proxy's log.
    let mut named = Request::new(v1::GetServerInfoRequest {});
    named.metadata_mut().insert("x-request-id", "of-the-caller".parse().unwrap());
    let answer = clients.admin.clone().get_server_info(named).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "of-the-caller");
    until("the call in the proxy's log", AT_MOST, || {
        let log = proxy.log();
        let line = log.lines().find(|line| line.contains("of-the-caller"))?;
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["client"], "127.0.0.1");
        assert_eq!(line["call"], "/lojal.v1.AdminService/GetServerInfo");
        Some(())
    });
    // As browsers ask, by HTTP/1.1.
    let allowed = proxy.browser("OPTIONS");
    assert_eq!(allowed["headers"]["access-control-allow-origin"], SHOP, "{allowed}");
    let answer = proxy.browser("POST");
    assert_eq!(answer["status"], 200, "{answer}");
    assert_eq!(answer["headers"]["access-control-allow-origin"], SHOP, "{answer}");
    assert!(answer["body"].as_str().unwrap().contains("grpc-status:0"), "{answer}");
}

/// How long a stream stays on which nothing is said, if it ends at all within this time.
async fn silent(proxy: &Proxy, at_most: Duration) -> Option<Duration> {
    let mut health = proxy.clients().await.health;
    let request = HealthCheckRequest { service: String::new() };
    let mut watch = health.watch(request).await.unwrap().into_inner();
    assert!(watch.message().await.unwrap().is_some());
    let begun = Instant::now();
    let ended = tokio::time::timeout(at_most, watch.message()).await.ok()?;
    assert!(!matches!(ended, Ok(Some(_))), "health has not changed: {ended:?}");
    Some(begun.elapsed())
}

/// Connections to the server end all the while, and no call does.
async fn connections_come_and_go(proxy: &Proxy) {
    let callers = (0..8).map(|_| async {
        let clients = proxy.clients().await;
        let begun = Instant::now();
        let (mut calls, mut failed) = (0, Vec::new());
        while begun.elapsed() < Duration::from_secs(5) {
            calls += 1;
            let asked = clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await;
            failed.extend(asked.err());
        }
        (calls, failed)
    });
    for (calls, failed) in futures::future::join_all(callers).await {
        assert!(calls > 20, "{calls} calls");
        assert!(failed.is_empty(), "of {calls} calls {} failed: {failed:?}; {}", failed.len(), proxy.log());
    }
}

const AGING: (&str, &str) = ("LOJAL__SERVER__CONNECTION_SECONDS", "1");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_through_nginx() {
    let server = server(&[]);
    let Some(proxy) = Proxy::nginx(&server, &[]) else { return };
    calls_go_through(&server, &proxy).await;
    // Its own time for a silent stream is a minute; ours is an hour, of which this is the beginning.
    assert_eq!(silent(&proxy, Duration::from_secs(4)).await, None);
    let Some(hasty) = Proxy::nginx(&server, &[("1h", "2s")]) else { return };
    let ended = silent(&hasty, AT_MOST).await.expect("the times that are shipped count");
    assert!(ended >= Duration::from_secs(1) && ended < Duration::from_secs(10), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_through_envoy() {
    let server = server(&[]);
    let Some(proxy) = Proxy::envoy(&server, &[]) else { return };
    calls_go_through(&server, &proxy).await;
    assert_eq!(silent(&proxy, Duration::from_secs(4)).await, None);
    let Some(hasty) = Proxy::envoy(&server, &[("stream_idle_timeout: 3600s", "stream_idle_timeout: 2s")])
    else {
        return;
    };
    let ended = silent(&hasty, AT_MOST).await.expect("the times that are shipped count");
    assert!(ended >= Duration::from_secs(1) && ended < Duration::from_secs(10), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_behind_nginx_come_and_go() {
    let server = server(&[AGING]);
    let Some(proxy) = Proxy::nginx(&server, &[]) else { return };
    connections_come_and_go(&proxy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_behind_envoy_come_and_go() {
    let server = server(&[AGING]);
    let Some(proxy) = Proxy::envoy(&server, &[]) else { return };
    connections_come_and_go(&proxy).await;
}

/// Callers hear of a server that is gone in the code that has them try again.
async fn is_unavailable(mut server: Server, proxy: &Proxy) {
    let clients = proxy.clients().await;
    clients.workspace().await;
    server.kill();
    let refusal = clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await.unwrap_err();
    assert_eq!(refusal.code(), Code::Unavailable, "{refusal:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_unavailable() {
    let one = server(&[]);
    if let Some(proxy) = Proxy::nginx(&one, &[]) {
        is_unavailable(one, &proxy).await;
    }
    let other = server(&[]);
    if let Some(proxy) = Proxy::envoy(&other, &[]) {
        is_unavailable(other, &proxy).await;
    }
}
