//! Metrics for Prometheus: what the calls and the process measure at all times, and the store once it is open.

use std::sync::{Arc, OnceLock};

use lojal_engine::Engine;
use lojal_store_sled::SledStore;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::metrics_layer::Calls;
use crate::peer;
use crate::process_metrics::ProcessMetrics;
use crate::store_metrics::StoreMetrics;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything that is told.
pub(crate) struct Metrics {
    registry: Registry,
    calls: Calls,
    store: OnceLock<StoreMetrics>,
    /// One at a time: who asks sets what is told.
    asking: tokio::sync::Mutex<()>,
}

impl Metrics {
    /// Those of a server whose store is not open yet.
    pub(crate) fn new(calls: Calls) -> Self {
        let mut registry = Registry::default();
        registry.register("lojal_build", "Which version it is", Info::new(vec![("version", VERSION)]));
        registry.register_collector(Box::new(ProcessMetrics));
        calls.register(&mut registry);
        registry.register_collector(Box::new(Connections));
        Self { registry, calls, store: OnceLock::new(), asking: tokio::sync::Mutex::default() }
    }

    /// The store is open: what it and the engine over it measure is told from now on.
    pub(crate) fn open(&self, store: Arc<SledStore>, engine: Arc<Engine>) {
        // A server opens its store once.
        let _ = self.store.set(StoreMetrics::new(store, engine));
    }

    /// Calls that have not ended.
    pub(crate) fn calls_in_flight(&self) -> u64 {
        self.calls.in_flight()
    }

    /// The text that is told.
    pub(crate) async fn text(&self) -> anyhow::Result<String> {
        let _asking = self.asking.lock().await;
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        if let Some(store) = self.store.get() {
            store.encode(&mut text).await?;
        }
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// How many connections there are whenever somebody asks.
#[derive(Debug)]
struct Connections;

impl Collector for Connections {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let (open, help) = (ConstGauge::new(peer::connections()), "Connections for calls that are open.");
        open.encode(encoder.encode_descriptor("lojal_connections", help, None, open.metric_type())?)
    }
}
