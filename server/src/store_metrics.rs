//! What is told of the store and the engine over it: what they measure while they work, and how they are when they are asked.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use lojal_engine::Engine;
use lojal_store::Store as _;
use lojal_store_sled::SledStore;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::fit_metrics::FitMetrics;

/// Workspaces that are told one by one, in the order of their names; of more there is only the number.
const WORKSPACES: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InWorkspace {
    workspace: String,
}

type Number = Gauge<f64, AtomicU64>;
type ByWorkspace = Family<InWorkspace, Number>;

/// The store's part of what is told.
pub(crate) struct StoreMetrics {
    registry: Registry,
    store: Arc<SledStore>,
    log_bytes: Number,
    free_bytes: Number,
    blocks: Number,
    writable: Number,
    waiting: Number,
    waiting_seconds: Number,
    workspaces: Number,
    customers: ByWorkspace,
    transactions: ByWorkspace,
    revision: ByWorkspace,
}

impl StoreMetrics {
    pub(crate) fn new(store: Arc<SledStore>, engine: Arc<Engine>) -> Self {
        let mut registry = Registry::default();
        store.register(&mut registry);
        registry.register_collector(Box::new(FitMetrics(engine)));
        let mut number = |name: &str, help: &str| {
            let number = Number::default();
            registry.register(name, help, number.clone());
            number
        };
        let log_bytes = number("lojal_log_bytes", "Bytes of the log on the disk");
        let free_bytes = number("lojal_free_bytes", "Bytes of the disk that are free");
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
            blocks,
            writable,
            waiting,
            waiting_seconds,
            workspaces,
            customers,
            transactions,
            revision,
        }
    }

    /// Adds to the text that is told.
    pub(crate) async fn encode(&self, text: &mut String) -> anyhow::Result<()> {
        let store = self.store.clone();
        let vitals = tokio::task::spawn_blocking(move || store.vitals()).await?;
        self.log_bytes.set(vitals.log_bytes as f64);
        self.free_bytes.set(vitals.free_bytes as f64);
        self.blocks.set(vitals.blocks as f64);
        self.waiting.set(vitals.waiting as f64);
        self.waiting_seconds.set(vitals.waiting_seconds);
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
        Ok(encode_registry(text, &self.registry)?)
    }
}
