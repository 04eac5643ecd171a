//! Metrics for Prometheus: what the store and the calls measure, and how things are when they are asked for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use lojal_store::Store as _;
use lojal_store_sled::SledStore;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::service::Routes;
use tonic::transport::Server as Transport;
use tonic::transport::server::TcpIncoming;

use crate::host_layer::Hosts;
use crate::metrics_layer::Calls;
use crate::transport::until_true;

/// Workspaces that are told one by one, in the order of their names; of more there is only the number.
const WORKSPACES: usize = 100;
/// What [`prometheus_client`] writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// After which a connection ends with its next answer, so that peers that are silent do not pile up.
const CONNECTION_AGE: Duration = Duration::from_secs(300);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InWorkspace {
    workspace: String,
}

type Number = Gauge<f64, AtomicU64>;
type ByWorkspace = Family<InWorkspace, Number>;

/// Everything that is told.
pub(crate) struct Metrics {
    registry: Registry,
    store: Arc<SledStore>,
    log_bytes: Number,
    free_bytes: Number,
    resident_bytes: Number,
    blocks: Number,
    writable: Number,
    waiting: Number,
    waiting_seconds: Number,
    workspaces: Number,
    customers: ByWorkspace,
    transactions: ByWorkspace,
    revision: ByWorkspace,
    /// One at a time: who asks sets what is told.
    asking: tokio::sync::Mutex<()>,
}

impl Metrics {
    pub(crate) fn new(store: Arc<SledStore>, calls: &Calls) -> Self {
        let mut registry = Registry::default();
        store.register(&mut registry);
        calls.register(&mut registry);
        let mut number = |name: &str, help: &str| {
            let number = Number::default();
            registry.register(name, help, number.clone());
            number
        };
        let log_bytes = number("lojal_log_bytes", "Bytes of the log on the disk");
        let free_bytes = number("lojal_free_bytes", "Bytes of the disk that are free");
        let resident_bytes = number("lojal_resident_bytes", "Bytes of memory the process has resident");
        let blocks = number("lojal_log_blocks", "Blocks of the log");
        let writable = number("lojal_writable", "1 when writes are taken, 0 when the store is read-only");
        let waiting = number("lojal_waiting_requests", "Write requests that wait for an answer");
        let waiting_seconds =
            number("lojal_waiting_seconds", "Seconds for which the oldest write request waits");
        let workspaces = number("lojal_workspaces", "Workspaces with anything in them");
        let mut by_workspace = |name: &str, help: &str| {
            let family = ByWorkspace::default();
            registry.register(name, help, family.clone());
            family
        };
        let customers = by_workspace("lojal_customers", "Customers of a workspace");
        let transactions = by_workspace("lojal_transactions", "Transactions of a workspace");
        let revision = by_workspace("lojal_revision", "Revision of a workspace");
        Self {
            registry,
            store,
            log_bytes,
            free_bytes,
            resident_bytes,
            blocks,
            writable,
            waiting,
            waiting_seconds,
            workspaces,
            customers,
            transactions,
            revision,
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// The text that is told.
    async fn text(&self) -> anyhow::Result<String> {
        let _asking = self.asking.lock().await;
        let store = self.store.clone();
        let vitals = tokio::task::spawn_blocking(move || store.vitals()).await?;
        self.log_bytes.set(vitals.log_bytes as f64);
        self.free_bytes.set(vitals.free_bytes as f64);
        self.blocks.set(vitals.blocks as f64);
        self.waiting.set(vitals.waiting as f64);
        self.waiting_seconds.set(vitals.waiting_seconds);
        self.resident_bytes.set(resident_bytes().unwrap_or(0) as f64);
        let status = self.store.status(&lojal_domain::WorkspaceName::default()).await?;
        self.writable.set(f64::from(u8::from(status.writable)));
        let mut names = self.store.workspaces().await?;
        names.retain(|name| !name.is_server());
        self.workspaces.set(names.len() as f64);
        for family in [&self.customers, &self.transactions, &self.revision] {
            // One that was deleted is told no more.
            family.clear();
        }
        for name in names.into_iter().take(WORKSPACES) {
            let status = self.store.status(&name).await?;
            let label = InWorkspace { workspace: name.as_str().to_owned() };
            self.customers.get_or_create(&label).set(status.customers as f64);
            self.transactions.get_or_create(&label).set(status.counts.transactions() as f64);
            self.revision.get_or_create(&label).set(status.revision as f64);
        }
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Memory the process has resident, where the system says it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1_024)
}

/// Takes the port, so that a mistake shows before anything else begins.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot serve metrics on {listen}; stop what is using the port, or choose another in metrics.listen")
    })
}

/// Serves metrics until the server stops.
pub(crate) async fn serve(
    metrics: Metrics,
    hosts: Hosts,
    listener: TcpListener,
    stopped: watch::Receiver<bool>,
) {
    let pages = Router::new()
        .route("/metrics", get(tell))
        .fallback(async || (StatusCode::NOT_FOUND, "metrics are at /metrics\n"))
        .layer(from_fn_with_state(hosts, let_in))
        .with_state(Arc::new(metrics));
    // By the transport that serves the calls, since axum's own waits for ever for peers that do not end their headers.
    let served = Transport::builder()
        .accept_http1(true)
        .max_connection_age(CONNECTION_AGE)
        .add_routes(Routes::from(pages))
        .serve_with_incoming_shutdown(TcpIncoming::from(listener), until_true(stopped));
    if let Err(error) = served.await {
        tracing::error!(%error, "metrics are no longer served");
    }
}

/// Lets nobody in who is a stranger, whatever they ask for.
async fn let_in(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if hosts.check(request.uri(), request.headers()).is_ok() {
        return next.run(request).await;
    }
    let help = "metrics are not served to this name or page; see server.hosts in the configuration\n";
    (StatusCode::FORBIDDEN, help).into_response()
}

async fn tell(State(metrics): State<Arc<Metrics>>) -> Response {
    match metrics.text().await {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be told");
            (StatusCode::INTERNAL_SERVER_ERROR, "the server failed; its log says why\n").into_response()
        }
    }
}
