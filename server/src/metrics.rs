//! Metrics for Prometheus: what the calls and the process measure at all times, and the store once it is open.

use std::sync::{Arc, OnceLock};

use lojal_store_sled::SledStore;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::registry::Registry;

use crate::metrics_layer::Calls;
use crate::store_metrics::StoreMetrics;

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
        calls.register(&mut registry);
        Self { registry, calls, store: OnceLock::new(), asking: tokio::sync::Mutex::default() }
    }

    /// The store is open: what it measures is told from now on.
    pub(crate) fn open(&self, store: Arc<SledStore>) {
        // A server opens its store once.
        let _ = self.store.set(StoreMetrics::new(store));
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
