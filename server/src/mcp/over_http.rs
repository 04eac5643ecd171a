//! Tools over streamable HTTP, behind the same door as the server: by which name, from which page, with which key.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, HeaderName, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::Server as Transport;
use tonic::transport::server::TcpIncoming;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::cli::mcp::McpArgs;
use crate::host_layer::Hosts;
use crate::mcp::handler::Tools;
use crate::serve::StopSignal;

const PATH: &str = "/mcp";
/// Pages of this machine, as for the server.
const ORIGINS: [&str; 1] = ["localhost"];
/// Streams of clients may stay open for ever: a stop does not wait for them longer.
const STOPS_WITHIN: Duration = Duration::from_secs(3);

/// Who may come in.
#[derive(Clone)]
struct Door {
    hosts: Hosts,
    needs_key: bool,
}

/// Whether callers who show no key may use this process's: those on this machine may.
pub(crate) fn lends_key(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Serves until told to stop.
pub(crate) async fn serve(tools: Tools, address: SocketAddr, args: &McpArgs) -> anyhow::Result<()> {
    ensure!(
        lends_key(address) || args.insecure,
        "others can reach {address}, and this has no TLS; listen on this machine alone with --listen 127.0.0.1:{}, or say --insecure when something in front of it has TLS",
        address.port()
    );
    let origins = ORIGINS.map(str::to_owned);
    let door =
        Door { hosts: Hosts::new(address.ip(), &args.host, &origins)?, needs_key: !lends_key(address) };
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; stop what is using the port, or choose another with --listen")
    })?;
    let mut stop = StopSignal::listen()?;
    // Names and pages are looked at by the door.
    let config = StreamableHttpServerConfig::default().disable_allowed_hosts();
    let streams = config.cancellation_token.clone();
    let service = StreamableHttpService::new(
        move || Ok(tools.clone()),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    let pages = Router::new()
        .route_service(PATH, service)
        .fallback(async || (StatusCode::NOT_FOUND, "tools are at /mcp\n"))
        .layer(from_fn_with_state(door.clone(), let_in))
        .layer(for_pages(door.hosts));
    let mut out = std::io::stdout();
    // Whoever started the process may be waiting for this line, with the port it names.
    writeln!(
        out,
        "lojal mcp {} listening on http://{}{PATH}",
        env!("CARGO_PKG_VERSION"),
        listener.local_addr()?
    )?;
    out.flush()?;
    let (told, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = Transport::builder()
        .accept_http1(true)
        .add_routes(Routes::from(pages))
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), async {
            drop(stopped.await);
        });
    tokio::pin!(served);
    tokio::select! {
        ended = &mut served => return Ok(ended?),
        () = stop.received() => {}
    }
    streams.cancel();
    drop(told);
    // Whoever holds a connection open is not waited for.
    tokio::time::timeout(STOPS_WITHIN, served).await.unwrap_or(Ok(()))?;
    Ok(())
}

/// What a page needs to read the answers, of pages that may call.
fn for_pages(hosts: Hosts) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| hosts.may_call(origin)))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([HeaderName::from_static("mcp-session-id")])
}

/// Lets nobody in who is a stranger, or who shows nothing where everybody has to.
async fn let_in(State(door): State<Door>, request: Request, next: Next) -> Response {
    if door.hosts.check(request.uri(), request.headers()).is_err() {
        let help = "nothing is served to this name or page; name it with --host, or call from this machine\n";
        return (StatusCode::FORBIDDEN, help).into_response();
    }
    if door.needs_key && !request.headers().contains_key(AUTHORIZATION) {
        let help =
            "show an API key of the server: send the header authorization with \"Bearer\" and the key\n";
        return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], help).into_response();
    }
    next.run(request).await
}
