//! Arguments about who may reach a server: where it is, keys, certificates.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use jiff::{Timestamp, ToSpan as _};
use lojal_domain::{EventTime, MICROS_PER_SECOND};
use lojal_engine::Quota;

use crate::cli::time::instant;

/// An API key, which nothing prints.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// The key itself, to be sent.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim().to_owned()))
    }
}

/// Where a running server is, and how it is reached.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServerArgs {
    /// The server; https:// for TLS.
    #[arg(long, global = true, default_value = "http://127.0.0.1:50051", value_name = "URL")]
    pub(crate) server: String,
    #[command(flatten)]
    pub(crate) credentials: Credentials,
}

/// What is shown to a server, and how it is known.
#[derive(Clone, Debug, Args)]
pub(crate) struct Credentials {
    /// An API key, or a token of an identity provider. Others on this machine can read arguments, so name it in the environment rather than here.
    #[arg(long, global = true, env = "LOJAL_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) api_key: Option<Secret>,
    /// The authority by which the server's certificate is known, in PEM. [default: those this machine trusts]
    #[arg(long, global = true, env = "LOJAL_CA", value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// A certificate to show to the server, in PEM, where it asks for one.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_cert: Option<PathBuf>,
    /// Its private key, in PEM.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_key: Option<PathBuf>,
    /// Send the API key over the network in the clear, where everybody on the way can read it.
    #[arg(long, global = true)]
    pub(crate) plaintext_key: bool,
}

impl Credentials {
    /// The API key, if there is one: a variable of the environment that is set to nothing is none.
    pub(crate) fn key(&self) -> Option<&Secret> {
        self.api_key.as_ref().filter(|key| !key.reveal().is_empty())
    }
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
    /// Where the stopped server keeps its data. [default: that of the configuration, ./lojal-data]
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "address")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Read where data is kept from this file of options.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "address")]
    pub(crate) config: Option<PathBuf>,
    /// Ask this running server instead, with an API key that has the scope admin.
    #[arg(long, global = true, value_name = "URL", visible_alias = "server")]
    pub(crate) address: Option<String>,
    #[command(flatten)]
    pub(crate) credentials: Credentials,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it, once: only its hash is kept. The first one closes the server to calls without a key.
    Create {
        /// What it is for; the log of calls shows it.
        #[arg(long)]
        name: String,
        /// What it may be used for; several, or several times.
        #[arg(long, required = true, value_delimiter = ',')]
        scope: Vec<ScopeName>,
        /// A workspace it may be used for; several, or several times. [default: all]
        #[arg(long, value_delimiter = ',', value_name = "NAME")]
        workspace: Vec<String>,
        /// Until when: a date, an instant such as 2027-01-01T12:00:00Z, or a number of days from now such as 90d. [default: for ever]
        #[arg(long, value_name = "TIME", value_parser = expiry)]
        expires: Option<EventTime>,
        #[command(flatten)]
        quota: QuotaArgs,
    },
    /// List keys, expired and revoked ones included. The keys themselves are not kept.
    List,
    /// End a key for good.
    Revoke {
        /// Its id: the part of the key between the underscores, as `lojal key list` shows it.
        #[arg(value_name = "ID")]
        key_id: String,
    },
}

/// What may be used with a key; 0 sets no limit of its own.
#[derive(Debug, Args)]
pub(crate) struct QuotaArgs {
    /// Calls a second. [default: as the server's configuration has it for each key]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    calls_per_second: u32,
    /// Calls under way that look at everybody or fit models. [default: likewise]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    heavy_calls: u32,
    /// Rows recorded in a day of UTC. [default: likewise]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    rows_per_day: u64,
}

impl QuotaArgs {
    pub(crate) fn quota(&self) -> Quota {
        let Self { calls_per_second, heavy_calls, rows_per_day } = *self;
        Quota { calls_per_second, heavy_calls, rows_per_day }
    }
}

/// A scope by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeName {
    /// Write down what happened.
    Ingest,
    /// Ask in numbers, and about a customer whose id is known.
    Read,
    /// See who customers are: lists, attributes, timelines, comments, exports.
    Personal,
    /// Change settings.
    Manage,
    /// Erase customers, delete workspaces.
    Erase,
    /// Run the server: backups and API keys.
    Admin,
}

#[derive(Debug, Args)]
pub(crate) struct CertArgs {
    /// Where to put the files. An authority that is there already signs again.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// A name or address by which the server is called; several, or several times. [default: localhost, 127.0.0.1 and ::1]
    #[arg(long, value_delimiter = ',', value_name = "HOST")]
    pub(crate) name: Vec<String>,
    /// Make a certificate for a client of this name, too.
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Vec<String>,
    /// Days that certificates hold, 1 to 3,650. The authority holds for ten years.
    #[arg(long, default_value_t = 397, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    pub(crate) days: u16,
    /// Replace certificates that are there. The authority stays.
    #[arg(long)]
    pub(crate) force: bool,
}

/// When a key ends: an instant, or a number of days from now.
fn expiry(text: &str) -> Result<EventTime, String> {
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<u16>().ok()) {
        // The clock of whoever types, as for dates.
        let end = Timestamp::now().checked_add((i64::from(days) * 24).hours());
        return end
            .map(|end| EventTime::from_micros(end.as_microsecond()))
            .map_err(|error| error.to_string());
    }
    let at = instant(text).map_err(|problem| format!("{problem}; or a number of days such as 90d"))?;
    Ok(EventTime::from_micros(at.seconds * MICROS_PER_SECOND + i64::from(at.nanos) / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_never_printed() {
        let secret: Secret = " lojal_key ".parse().unwrap();
        assert_eq!(secret.reveal(), "lojal_key");
        assert_eq!(format!("{secret:?}"), "Secret");
    }

    #[test]
    fn a_key_ends_at_an_instant_or_after_days() {
        assert_eq!(expiry("1970-01-02"), Ok(EventTime::from_micros(86_400_000_000)));
        let days = expiry("2d").unwrap().micros() - Timestamp::now().as_microsecond();
        assert!((172_799_000_000..=172_800_000_000).contains(&days), "{days}");
        for nonsense in ["", "d", "-1d", "soon", "99999d"] {
            assert!(expiry(nonsense).is_err(), "{nonsense}");
        }
    }
}
