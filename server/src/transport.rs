//! The way in: gRPC over HTTP/2, gRPC-Web for browsers, health and reflection, with a limit on everything.

use std::sync::Arc;
use std::time::Duration;

use lojal_domain::SystemClock;
use lojal_engine::{ApiKeys, Engine, MemoryBudget, Quotas, Tokens};
use lojal_rpc::SERVICE_NAMES;
use lojal_rpc::status::explain_response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::transport::Server as Transport;
use tonic_reflection::pb;

use crate::accept::connections;
use crate::arrival::{ArrivalLayer, Schema};
use crate::config::{Config, ReflectionAccess};
use crate::console::ConsoleLayer;
use crate::health::Health;
use crate::host_layer::HostLayer;
use crate::ids_layer::IdsLayer;
use crate::key_layer::KeyLayer;
use crate::limit_layer::LimitLayer;
use crate::metrics_layer::MetricsLayer;
use crate::reflection::Reflection;
use crate::tls::InForce;
use crate::web_layer::WebLayer;

/// Idle peers are asked whether they are there; those that do not answer are let go.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes of headers of one call.
const HEADER_BYTES: u32 = 16 * 1024;
/// Bytes on the way before the peer waits: enough for a chunk of an import, so that bulk loads are not held up.
const STREAM_WINDOW: u32 = 4 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 16 * 1024 * 1024;
/// Calls given up before they were looked at that a connection may have. A burst of short deadlines makes as many as the
/// client has calls; a flood, which is what the limit is for, makes tens of thousands a second. The default of 20 cut off
/// clients with everything else they had under way.
const RESETS: usize = 1_024;

/// Who answers, and who may ask.
pub(crate) struct House {
    pub(crate) engine: Arc<Engine>,
    pub(crate) keys: Arc<ApiKeys>,
    /// None where none are taken.
    pub(crate) tokens: Option<Arc<Tokens>>,
    pub(crate) calls: MetricsLayer,
    pub(crate) ids: IdsLayer,
    pub(crate) tls: Option<InForce>,
    pub(crate) health: Health,
    /// What all of it may take of the machine's memory; none where that is not known.
    pub(crate) memory: Option<Arc<MemoryBudget>>,
}

/// Serves until `stopping` turns true and calls under way have ended.
pub(crate) async fn serve(
    house: House,
    listener: TcpListener,
    config: &Config,
    stopping: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let House { engine, keys, tokens, calls, ids, tls, health, memory } = house;
    let quotas = Quotas::new(Arc::new(SystemClock), config.quotas()?);
    let hosts = config.hosts_at(listener.local_addr()?)?;
    let console = ConsoleLayer::new(config.console.enabled, hosts.clone());
    let config = &config.server;
    let access = lojal_rpc::access().map_err(anyhow::Error::msg)?;
    let key_layer = KeyLayer::new(keys.clone(), tokens, access, config.reflection == ReflectionAccess::Open);
    let mut routes = lojal_rpc::routes(engine, keys, stopping.clone()).add_service(health.service());
    if config.reflection != ReflectionAccess::Off {
        use pb::{v1, v1alpha};
        let reflection = reflection()?;
        routes = routes
            .add_service(v1::server_reflection_server::ServerReflectionServer::new(reflection.clone()))
            .add_service(v1alpha::server_reflection_server::ServerReflectionServer::new(reflection));
    }
    let incoming = connections(listener, config.connections, tls);
    let age = Duration::from_secs(config.connection_seconds);
    let mut transport = Transport::builder();
    if !age.is_zero() {
        transport = transport.max_connection_age(age);
    }
    transport
        // Browsers speak HTTP/1.1 when there is no TLS.
        .accept_http1(true)
        // Clients hold back further calls of a connection by themselves.
        .max_concurrent_streams(config.calls_per_connection)
        .http2_max_header_list_size(HEADER_BYTES)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .http2_max_pending_accept_reset_streams(Some(RESETS))
        .layer(console)
        .layer(WebLayer::new(hosts.clone()))
        .layer(ids)
        .layer(calls)
        .layer(tower::util::MapResponseLayer::new(explain_response))
        .layer(HostLayer(hosts))
        .layer(key_layer)
        .layer(LimitLayer::new(config, quotas, memory, lojal_rpc::streaming_methods()))
        .layer(ArrivalLayer::new(config, Schema::of(lojal_proto::descriptors()?)))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, until_true(stopping))
        .await?;
    Ok(())
}

/// The paths of all methods there are, those of health and reflection included.
pub(crate) fn methods() -> Vec<String> {
    let others = [
        "grpc.health.v1.Health/Check",
        "grpc.health.v1.Health/Watch",
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ];
    lojal_rpc::methods().into_iter().chain(others.map(str::to_owned)).collect()
}

/// What the server says of itself to those who ask it.
fn reflection() -> anyhow::Result<Reflection> {
    let others = [
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        pb::v1::FILE_DESCRIPTOR_SET,
        pb::v1alpha::FILE_DESCRIPTOR_SET,
        // So that tools show the details of errors in words.
        tonic_types::pb::FILE_DESCRIPTOR_SET,
    ];
    let other_services = [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ];
    let services = SERVICE_NAMES.into_iter().chain(other_services).map(str::to_owned).collect();
    Reflection::of(lojal_proto::descriptors()?, &others, services)
}

pub(crate) async fn until_true(mut flag: watch::Receiver<bool>) {
    // An error means that the server is gone, which is as good as stopped.
    let _ = flag.wait_for(|stopping| *stopping).await;
}
