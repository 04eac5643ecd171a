//! Configuration: one documented default file, then the user's file, environment and flags.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Format as _, Serialized, Toml};
use lojal_domain::{Currency, WorkspaceName, Zone, limits};
use lojal_engine::{Quota, QuotaSettings};
use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::host_layer::Hosts;
use crate::jwt_options::Jwt;
use crate::listen;
use crate::tls_files::TlsFiles;

/// The documented defaults.
pub(crate) const DEFAULTS: &str = include_str!("../config/default.toml");

/// Everything that can be configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) auth: Auth,
    pub(crate) store: Store,
    pub(crate) console: Console,
    pub(crate) metrics: Metrics,
    pub(crate) traces: Traces,
    pub(crate) workspace: Workspace,
    pub(crate) quotas: QuotaTables,
    pub(crate) log: Log,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    #[serde(deserialize_with = "listen::deserialize")]
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) drain_seconds: u64,
    pub(crate) notice_seconds: u64,
    pub(crate) call_seconds: u64,
    pub(crate) connections: usize,
    pub(crate) connection_seconds: u64,
    pub(crate) calls_per_connection: u32,
    pub(crate) calls: usize,
    pub(crate) streams_per_connection: usize,
    pub(crate) streams: usize,
    pub(crate) request_bytes_per_connection: usize,
    pub(crate) request_bytes: usize,
    pub(crate) memory_bytes: u64,
    pub(crate) hosts: Vec<String>,
    pub(crate) web_origins: Vec<String>,
    pub(crate) reflection: ReflectionAccess,
    pub(crate) insecure: bool,
    pub(crate) tls: Tls,
}

/// Quotas by whom they are of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaTables {
    pub(crate) each_key: Quota,
    pub(crate) each_workspace: Quota,
    pub(crate) workspaces: BTreeMap<String, Quota>,
}

/// Certificates, in PEM; paths that are empty name none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) client_ca: PathBuf,
}

impl Tls {
    /// The files; none without TLS.
    pub(crate) fn files(&self) -> anyhow::Result<Option<TlsFiles>> {
        TlsFiles::named(&self.cert, &self.key, &self.client_ca)
    }
}

/// Who is let in, beside those with API keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    pub(crate) jwt: Jwt,
}

/// Who may ask the server what it can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReflectionAccess {
    Open,
    Keys,
    Off,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Store {
    pub(crate) free_bytes_min: u64,
}

/// Pages for browsers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Console {
    pub(crate) enabled: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    pub(crate) listen: String,
}

/// Where spans of calls go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traces {
    pub(crate) endpoint: String,
    pub(crate) service: String,
    pub(crate) share: f64,
}

impl Traces {
    fn check(&self) -> anyhow::Result<()> {
        let Self { endpoint, share, .. } = self;
        let uri = endpoint.parse::<http::Uri>().ok();
        let is_address = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
        });
        anyhow::ensure!(
            endpoint.is_empty() || is_address,
            "traces.endpoint is {endpoint:?}; write an address such as \"http://127.0.0.1:4317\", or nothing"
        );
        anyhow::ensure!((0.0..=1.0).contains(share), "traces.share is {share}; write a share from 0 to 1");
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workspace {
    pub(crate) time_zone: String,
    pub(crate) currency: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
    pub(crate) calls_file: String,
    pub(crate) calls_rotation: LogRotation,
    pub(crate) calls_files: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// After how long a log goes on in another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogRotation {
    Hourly,
    Daily,
    Never,
}

/// What flags may set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) tls_cert: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) insecure: bool,
}

impl Config {
    /// What counts where nothing else is said.
    pub(crate) fn defaults() -> anyhow::Result<Self> {
        Ok(toml::from_str(DEFAULTS)?)
    }

    /// Reads defaults, the user's file, the environment and flags, and checks what comes of them.
    pub(crate) fn read(file: Option<&Path>, flags: &Overrides) -> anyhow::Result<Self> {
        let mut sources = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            anyhow::ensure!(file.exists(), "the configuration file {} does not exist", file.display());
            sources = sources.merge(Toml::file_exact(file));
        }
        sources = sources.merge(Environment::new());
        if let Some(listen) = flags.listen {
            sources = sources.merge(Serialized::default("server.listen", listen));
        }
        for (option, path) in [
            ("server.data_dir", &flags.data_dir),
            ("server.tls.cert", &flags.tls_cert),
            ("server.tls.key", &flags.tls_key),
        ] {
            if let Some(path) = path {
                sources = sources.merge(Serialized::default(option, path));
            }
        }
        if flags.insecure {
            sources = sources.merge(Serialized::default("server.insecure", true));
        }
        let config: Self = sources
            .extract()
            .context("the configuration cannot be read; `lojal config --default` shows what there is")?;
        config.zone()?;
        config.currency()?;
        config.metrics()?;
        config.quotas()?;
        config.traces.check()?;
        config.server.tls.files()?;
        config.auth.jwt.rules()?;
        config.hosts_at(config.server.listen)?;
        let Server { calls, calls_per_connection, streams, streams_per_connection, .. } = config.server;
        for (name, value) in [
            ("connections", config.server.connections),
            ("calls", calls),
            ("calls_per_connection", calls_per_connection as usize),
            ("streams", streams),
            ("streams_per_connection", streams_per_connection),
        ] {
            anyhow::ensure!(value > 0, "server.{name} is 0; allow at least one");
        }
        let Server { request_bytes, request_bytes_per_connection, .. } = config.server;
        for (name, value) in
            [("request_bytes", request_bytes), ("request_bytes_per_connection", request_bytes_per_connection)]
        {
            let least = 4 * limits::MESSAGE_BYTES;
            anyhow::ensure!(
                value >= least,
                "server.{name} is {value}; allow at least {least}, a few of the largest messages"
            );
        }
        Ok(config)
    }

    /// By what names the server may be called where it listens at an address, and by which pages.
    pub(crate) fn hosts_at(&self, address: SocketAddr) -> anyhow::Result<Hosts> {
        let hosts = Hosts::new(address.ip(), &self.server.hosts, &self.server.web_origins)?;
        Ok(if self.console.enabled { hosts.with_own_pages() } else { hosts })
    }

    pub(crate) fn zone(&self) -> anyhow::Result<Zone> {
        Zone::named(&self.workspace.time_zone)
            .map_err(|problem| anyhow::anyhow!("workspace.time_zone {problem}"))
    }

    /// What keys and workspaces may use.
    pub(crate) fn quotas(&self) -> anyhow::Result<QuotaSettings> {
        let QuotaTables { each_key, each_workspace, workspaces } = &self.quotas;
        let named = workspaces.iter().map(|(name, quota)| {
            let name =
                WorkspaceName::new(name).map_err(|problem| anyhow::anyhow!("quotas.workspaces {problem}"));
            Ok((name?, *quota))
        });
        Ok(QuotaSettings {
            each_key: *each_key,
            each_workspace: *each_workspace,
            workspaces: named.collect::<anyhow::Result<_>>()?,
        })
    }

    /// Where metrics are served, if they are.
    pub(crate) fn metrics(&self) -> anyhow::Result<Option<SocketAddr>> {
        let listen = &self.metrics.listen;
        if listen.is_empty() {
            return Ok(None);
        }
        let address = listen::address(listen);
        address
            .map(Some)
            .map_err(|problem| anyhow::anyhow!("metrics.listen: {problem}, or nothing for no metrics"))
    }

    pub(crate) fn currency(&self) -> anyhow::Result<Currency> {
        Currency::parse(&self.workspace.currency)
            .map_err(|problem| anyhow::anyhow!("workspace.currency {problem}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_defaults_are_complete() {
        let config = Config::read(None, &Overrides::default()).unwrap();
        assert_eq!(config.server.listen, "127.0.0.1:50051".parse().unwrap());
        assert_eq!(config.server.data_dir, PathBuf::from("./lojal-data"));
        // Whatever is printed can be read again.
        let printed = toml::to_string(&config).unwrap();
        assert_eq!(toml::from_str::<Config>(&printed).unwrap(), config);
    }

    #[test]
    fn flags_win_over_files_and_nonsense_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("lojal.toml");
        std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:1\"\ndrain_seconds = 3\n").unwrap();
        let flags = Overrides { listen: Some("127.0.0.1:2".parse().unwrap()), ..Overrides::default() };
        let config = Config::read(Some(&file), &flags).unwrap();
        assert_eq!((config.server.listen.port(), config.server.drain_seconds), (2, 3));
        std::fs::write(&file, "[server]\nlisten = \":7\"\n[metrics]\nlisten = \"localhost:8\"\n").unwrap();
        let config = Config::read(Some(&file), &Overrides::default()).unwrap();
        assert_eq!(config.server.listen, "0.0.0.0:7".parse().unwrap());
        assert_eq!(config.metrics().unwrap(), Some("127.0.0.1:8".parse().unwrap()));
        for nonsense in [
            "[server]\nlisten = \"example.org:1\"",
            "[metrics]\nlisten = \"8\"",
            "[server]\nlissten = \"x\"",
            "[server]\ncalls = 0",
            "[server]\nconnections = 0",
            "[server]\nstreams = 0",
            "[server]\nrequest_bytes = 1000",
            "[server]\nreflection = \"closed\"",
            "[server.tls]\ncert = \"server.pem\"",
            "[server.tls]\nclient_ca = \"ca.pem\"",
            "[auth.jwt]\nissuer = \"https://login.example\"",
            "[auth.jwt]\nissuer = \"a\"\naudience = \"b\"\njwks = \"c\"\nscope_prefix = \"\"",
            "[auth.jwt]\nissuer = \"a\"\naudience = \"b\"\njwks = \"c\"\nscopes_claim = \"\"",
            "[auth.jwt]\nissuer = \"a\"\naudience = \"b\"\njwks = \"c\"\nleeway_seconds = 301",
            "[auth.jwt]\nsecret = \"a\"",
            "[server]\nhosts = [\"http://lojal\"]",
            "[server]\nweb_origins = [\"app.example\"]",
            "[traces]\nendpoint = \"127.0.0.1:4317\"",
            "[traces]\nshare = 2.0",
            "[workspace]\ntime_zone = \"Mars\"",
            "[quotas.each_key]\ncalls = 3",
            "[quotas.workspaces.Shop]\nheavy_calls = 3",
            "[workspace]\ncurrency = \"euro\"",
            "not toml",
        ] {
            std::fs::write(&file, nonsense).unwrap();
            assert!(Config::read(Some(&file), &Overrides::default()).is_err(), "{nonsense}");
        }
        assert!(Config::read(Some(Path::new("/nowhere.toml")), &Overrides::default()).is_err());
    }
}
