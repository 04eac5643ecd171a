//! The way in: gRPC over HTTP/2, gRPC-Web for browsers, health and reflection, with a limit on everything.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use lojal_engine::Engine;
use lojal_rpc::SERVICE_NAMES;
use lojal_rpc::error::explain_response;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_stream::StreamExt as _;
use tonic::transport::Server as Transport;
use tonic::transport::server::TcpIncoming;
use tonic_health::server::HealthReporter;

use crate::arrival::{ArrivalLayer, Schema};
use crate::config::Config;
use crate::host_layer::HostLayer;
use crate::limit_layer::LimitLayer;
use crate::metrics_layer::MetricsLayer;
use crate::peer::Connection;
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

/// Serves until `stopping` turns true and calls under way have ended.
pub(crate) async fn serve(
    engine: Arc<Engine>,
    health: HealthReporter,
    health_service: tonic_health::pb::health_server::HealthServer<
        impl tonic_health::pb::health_server::Health,
    >,
    listener: TcpListener,
    config: &Config,
    calls: MetricsLayer,
    stopping: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(lojal_proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // So that tools show the details of errors in words.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
    };
    set_serving(&health, true).await;
    let (hosts, config) = (config.hosts_at(listener.local_addr()?)?, &config.server);
    let routes = lojal_rpc::routes(engine, stopping.clone())
        .add_service(health_service)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?);
    // Without this an answer of two frames waits for the peer's delayed acknowledgement: 40 ms.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    // Beyond the limit the next one waits here, and those after it with the operating system, until somebody goes.
    let room = Arc::new(Semaphore::new(config.connections));
    let incoming = incoming.then(move |accepted| {
        let room = room.clone();
        async move {
            let permit = room.acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>(Connection::new(accepted?, permit))
        }
    });
    let files = FileDescriptorSet::decode(lojal_proto::DESCRIPTORS)?;
    Transport::builder()
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
        .layer(WebLayer::new(hosts.clone()))
        .layer(calls)
        .layer(tower::util::MapResponseLayer::new(explain_response))
        .layer(HostLayer(hosts))
        .layer(LimitLayer::new(config, lojal_rpc::streaming_methods()))
        .layer(ArrivalLayer::new(config, Schema::of(&files)))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, until_true(stopping))
        .await?;
    Ok(())
}

pub(crate) async fn until_true(mut flag: watch::Receiver<bool>) {
    // An error means that the server is gone, which is as good as stopped.
    let _ = flag.wait_for(|stopping| *stopping).await;
}

/// Tells health of every service.
pub(crate) async fn set_serving(health: &HealthReporter, serving: bool) {
    use tonic_health::ServingStatus::{NotServing, Serving};
    let status = if serving { Serving } else { NotServing };
    for name in SERVICE_NAMES.into_iter().chain([""]) {
        health.set_service_status(name, status).await;
    }
}

/// Tells health of the service that writes.
pub(crate) async fn set_writable(health: &HealthReporter, writable: bool) {
    use tonic_health::ServingStatus::{NotServing, Serving};
    let status = if writable { Serving } else { NotServing };
    health.set_service_status("lojal.v1.IngestService", status).await;
}
