//! Pages for operators, over HTTP on a port of their own: `/metrics`, `/healthz` and `/readyz`.
//!
//! They are there before the store is, and until calls under way have ended: who waits for a server wants to know how far it is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tonic::service::Routes;
use tonic::transport::Server as Transport;
use tonic::transport::server::TcpIncoming;

use crate::host_layer::Hosts;
use crate::metrics::Metrics;
use crate::readiness::Readiness;

/// What [`prometheus_client`] writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// After which a connection ends with its next answer, so that peers that are silent do not pile up.
const CONNECTION_AGE: Duration = Duration::from_secs(300);

/// What is told.
#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Arc<Readiness>,
}

/// Takes the port, so that a mistake shows before anything else begins.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot serve metrics on {listen}; stop what is using the port, or choose another in metrics.listen")
    })
}

/// Serves the pages until what is handed back is dropped.
pub(crate) fn serve(pages: Pages, hosts: Hosts, listener: TcpListener) -> AbortOnDropHandle<()> {
    let pages = Router::new()
        .route("/metrics", get(metrics))
        // Whoever is answered is alive; a server that hangs does not answer.
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(readiness))
        .fallback(async || (StatusCode::NOT_FOUND, "there are /metrics, /healthz and /readyz\n"))
        .layer(from_fn_with_state(hosts, let_in))
        .with_state(pages);
    // By the transport that serves the calls, since axum's own waits for ever for peers that do not end their headers.
    let served = Transport::builder()
        .accept_http1(true)
        .max_connection_age(CONNECTION_AGE)
        .add_routes(Routes::from(pages))
        .serve_with_incoming(TcpIncoming::from(listener));
    AbortOnDropHandle::new(tokio::spawn(async {
        if let Err(error) = served.await {
            tracing::error!(%error, "metrics and health are no longer served");
        }
    }))
}

/// Lets nobody in who is a stranger, whatever they ask for.
async fn let_in(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if hosts.check(request.uri(), request.headers()).is_ok() {
        return next.run(request).await;
    }
    let help = "nothing is served to this name or page; see server.hosts in the configuration\n";
    (StatusCode::FORBIDDEN, help).into_response()
}

async fn metrics(State(pages): State<Pages>) -> Response {
    match pages.metrics.text().await {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be told");
            (StatusCode::INTERNAL_SERVER_ERROR, "the server failed; its log says why\n").into_response()
        }
    }
}

async fn readiness(State(pages): State<Pages>) -> Response {
    let (is_ready, sentence) = pages.readiness.told(pages.metrics.calls_in_flight());
    let code = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, format!("{sentence}\n")).into_response()
}
