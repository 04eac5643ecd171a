//! `lojal serve`: open the store, listen, and stop in order.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use lojal_domain::{SystemClock, SystemEntropy, WorkspaceName};
use lojal_engine::{ApiKeys, AtRest, Caller, Engine, MemoryBudget, Settings};
use lojal_store::{Store, StoreError};
use lojal_store_sled::{Options, SledStore};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::closed;
use crate::config::{self, Config};
use crate::console;
use crate::health::Health;
use crate::ids_layer::IdsLayer;
use crate::memory;
use crate::metrics::Metrics;
use crate::metrics_layer::Calls;
use crate::pages::{self, Pages};
use crate::readiness::Readiness;
use crate::service_manager;
use crate::spans::Spans;
use crate::tls::Certificates;
use crate::token_file::TokenKeysFile;
use crate::transport::{self, House};

/// How often health looks whether the store still takes writes.
const HEALTH_INTERVAL: Duration = Duration::from_secs(1);

/// How often it is looked whether models of large workspaces are due.
const FIT_INTERVAL: Duration = Duration::from_secs(2);

/// Runs the server until it is told to stop.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let server = Server::start(config).await?;
    // Before anybody is told that we are ready: whoever is told may stop us at once.
    let mut stop = StopSignal::listen()?;
    let address = server.address;
    // Whoever started the process may be waiting for this line, with the port it names.
    let mut out = std::io::stdout();
    let scheme = server.scheme;
    writeln!(out, "lojal {} listening on {scheme}://{address}", env!("CARGO_PKG_VERSION"))?;
    if let Some(address) = server.metrics_address {
        writeln!(out, "metrics on http://{address}/metrics")?;
    }
    if config.console.enabled {
        writeln!(out, "console on {}", console::url(server.scheme, address))?;
    }
    out.flush()?;
    tracing::info!(%address, data_dir = %config.server.data_dir.display(), "ready");
    service_manager::ready();
    stop.received().await;
    tracing::info!("stopping; a second signal ends what is still under way at once");
    server.stop(stop.received()).await
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    scheme: &'static str,
    metrics_address: Option<SocketAddr>,
    store: Arc<dyn Store>,
    health: Health,
    readiness: Arc<Readiness>,
    stop: watch::Sender<bool>,
    serving: tokio::task::JoinHandle<anyhow::Result<()>>,
    /// Between saying so and stopping.
    notice: Duration,
    drain: Duration,
    spans: Option<Arc<Spans>>,
    /// To the end, so that who asks hears that it is near.
    _pages: Option<AbortOnDropHandle<()>>,
    _follows: Option<AbortOnDropHandle<()>>,
    _beats: Option<AbortOnDropHandle<()>>,
}

impl Server {
    /// Opens the store and starts to serve.
    pub(crate) async fn start(config: &Config) -> anyhow::Result<Self> {
        // The port first: it fails at once, where reading the log may take a while.
        let listen = config.server.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen on {listen}; stop what is using the port, or choose another with --listen")
        })?;
        let address = listener.local_addr()?;
        // Before the store is opened, too: a path with a typing error should be told at once.
        let certificates = Certificates::read(config.server.tls.files()?)?;
        let tls = certificates.in_force();
        let token_keys = TokenKeysFile::read(&config.auth.jwt)?;
        let tokens = token_keys.tokens();
        let options = Options { free_bytes_min: config.store.free_bytes_min };
        let calls = Calls::new(transport::methods());
        let metrics = Arc::new(Metrics::new(calls.clone()));
        let readiness = Arc::new(Readiness::default());
        // Reading a large log takes minutes, in which somebody wants to know how far it is.
        let told = Pages { metrics: metrics.clone(), readiness: readiness.clone() };
        let pages = serve_pages(config, told).await?;
        let metrics_address = pages.as_ref().map(|(address, _)| *address);
        let follows = service_manager::follow(readiness.clone(), metrics.clone());
        let own = open(config.server.data_dir.clone(), options, readiness.clone()).await?;
        let store: Arc<dyn Store> = own.clone();
        let keys = ApiKeys::open(store.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
        if let Err(refusal) = closed::check(address, &config.server, &keys, tokens.is_some()) {
            store.close().await;
            return Err(refusal);
        }
        let settings = Settings { zone: config.zone()?, currency: config.currency()? };
        let engine = Arc::new(Engine::new(store.clone(), Arc::new(SystemClock), settings));
        metrics.open(own, engine.clone());
        let (stop, stopped) = watch::channel(false);
        let memory = memory::budget(config.server.memory_bytes);
        tokio::spawn(fit_ahead(engine.clone(), memory.clone(), stop.subscribe()));
        let health = Health::serving();
        tokio::spawn(watch_store(store.clone(), health.clone(), readiness.clone(), stopped.clone()));
        tokio::spawn(certificates.follow(stopped.clone()));
        tokio::spawn(token_keys.follow(stopped.clone()));
        let config = config.clone();
        let [drain, notice] =
            [config.server.drain_seconds, config.server.notice_seconds].map(Duration::from_secs);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let spans = Spans::start(&config.traces)?;
        let house = House {
            engine,
            keys: Arc::new(keys),
            tokens,
            calls: calls.layer(),
            ids: IdsLayer::new(Arc::new(SystemEntropy), spans.clone()),
            tls,
            health: health.clone(),
            memory,
        };
        let serving = tokio::spawn(async move { transport::serve(house, listener, &config, stopped).await });
        readiness.serve();
        let beats = service_manager::beat(answers(store.clone(), serving.abort_handle()));
        Ok(Self {
            address,
            scheme,
            metrics_address,
            store,
            health,
            readiness,
            stop,
            serving,
            notice,
            drain,
            spans,
            _pages: pages.map(|(_, serving)| serving),
            _follows: follows,
            _beats: beats,
        })
    }

    /// Stops in order: no new calls, an end to those under way, then the store.
    ///
    /// Once `hurry` is done, calls under way are ended at once.
    pub(crate) async fn stop(self, hurry: impl Future<Output = ()>) -> anyhow::Result<()> {
        let mut hurry = std::pin::pin!(hurry);
        self.health.end();
        self.readiness.stop();
        service_manager::stopping(self.notice + self.drain).await;
        let is_hurried = tokio::time::timeout(self.notice, &mut hurry).await.is_ok();
        let _ = self.stop.send(true);
        let abort = self.serving.abort_handle();
        let hurry = async {
            if !is_hurried {
                hurry.await;
            }
        };
        // A peer that never ends its call, or its connection, must not keep the process.
        tokio::select! {
            served = self.serving => served??,
            () = tokio::time::sleep(self.drain) => {
                tracing::warn!(seconds = self.drain.as_secs(), "calls were still under way; ending them");
                abort.abort();
            }
            () = hurry => {
                tracing::warn!("told to stop once more; ending calls under way");
                abort.abort();
            }
        }
        self.store.close().await;
        if let Some(spans) = self.spans {
            tokio::task::spawn_blocking(move || spans.finish()).await?;
        }
        Ok(())
    }
}

/// Serves the pages for operators, where there are any, and says where.
async fn serve_pages(
    config: &Config,
    told: Pages,
) -> anyhow::Result<Option<(SocketAddr, AbortOnDropHandle<()>)>> {
    let Some(listen) = config.metrics()? else { return Ok(None) };
    let listener = pages::bind(listen).await?;
    let address = listener.local_addr()?;
    tracing::info!(pages = %address, "metrics, health and readiness are told");
    Ok(Some((address, pages::serve(told, config.hosts_at(address)?, listener))))
}

/// Asks whether callers are answered: where calls are taken, and by the store, on the threads that both have with all else.
///
/// It does not call the server as they do: one that has all the connections it may have would not answer, and is alive.
fn answers(
    store: Arc<dyn Store>,
    serving: tokio::task::AbortHandle,
) -> impl Fn() -> futures::future::BoxFuture<'static, bool> + Send + Sync {
    move || {
        let (store, serving) = (store.clone(), serving.clone());
        Box::pin(async move {
            // What it says is for health to tell. Who cannot say it hangs.
            let _ = store.status(&WorkspaceName::default()).await;
            // Where it stops that is as it should be, and bounded by the time for that.
            !serving.is_finished()
        })
    }
}

/// Opens the store of a directory.
async fn open(
    directory: PathBuf,
    options: Options,
    readiness: Arc<Readiness>,
) -> anyhow::Result<Arc<SledStore>> {
    let shown = directory.display().to_string();
    let open = move || SledStore::open_watched(&directory, options, &readiness.loading);
    let opened = tokio::task::spawn_blocking(open).await?;
    match opened {
        Ok(store) => Ok(Arc::new(store)),
        Err(error @ (StoreError::InUse | StoreError::UnknownFormat { .. } | StoreError::NotEmpty)) => {
            Err(anyhow::anyhow!("{error} (it is {shown})"))
        }
        Err(error) => {
            Err(anyhow::Error::new(error).context(format!("cannot open the data directory {shown}")))
        }
    }
}

/// Health tells the truth: when the store takes no writes, the service that writes is not serving.
async fn watch_store(
    store: Arc<dyn Store>,
    health: Health,
    readiness: Arc<Readiness>,
    mut stopped: watch::Receiver<bool>,
) {
    let workspace = WorkspaceName::default();
    let mut told = true;
    while !*stopped.borrow() {
        if let Ok(status) = store.status(&workspace).await
            && status.writable != told
        {
            told = status.writable;
            health.set_writable(told);
            readiness.set_writable(told);
        }
        // A server that stops says so of all services, and that must be the last word.
        tokio::select! {
            () = tokio::time::sleep(HEALTH_INTERVAL) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Has models of large workspaces fitted before somebody waits for them, as long as there is memory for what somebody waits for.
async fn fit_ahead(
    engine: Arc<Engine>,
    memory: Option<Arc<MemoryBudget>>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut at_rest = AtRest::default();
    while !*stopped.borrow() {
        tokio::select! {
            () = tokio::time::sleep(FIT_INTERVAL) => {}
            () = engine.model_missed() => {}
            _ = stopped.changed() => return,
        }
        let nobody = Caller::default().in_memory(memory.clone());
        tokio::select! {
            fitted = nobody.run(engine.fit_ahead(&mut at_rest)) => if let Err(error) = fitted {
                tracing::debug!(%error, "no model was fitted ahead");
            },
            _ = stopped.changed() => return,
        }
    }
}

/// Ctrl-C, or a signal to end.
pub(crate) struct StopSignal {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignal {
    /// From now on such signals are heard here, and end the process no more.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Done when one came.
    pub(crate) async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// A configuration for a temporary server.
pub(crate) fn temporary(data_dir: &Path, listen: SocketAddr, insecure: bool) -> anyhow::Result<Config> {
    let mut config = Config::read(None, &config::Overrides::default())?;
    config.server.data_dir = data_dir.to_owned();
    config.server.listen = listen;
    config.server.insecure = insecure;
    // It is asked by this process, whatever the environment says of others.
    config.server.tls = config::Tls::default();
    let defaults = Config::defaults()?;
    config.auth.jwt = defaults.auth.jwt;
    config.console = defaults.console;
    Ok(config)
}
