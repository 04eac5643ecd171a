//! Arguments.

pub(crate) mod ask;
pub(crate) mod door;
pub(crate) mod export;
pub(crate) mod mcp;
pub(crate) mod report;
mod time;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::cli::ask::AskArgs;
use crate::cli::door::{CertArgs, KeyArgs, ServerArgs};
use crate::cli::export::ExportArgs;
use crate::cli::mcp::McpArgs;
use crate::cli::report::ReportArgs;

/// Lojal: who is loyal, how we know, and what that is worth.
#[derive(Debug, Parser)]
#[command(name = "lojal", version, about, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server.
    Serve(ServeArgs),
    /// Start a server on a temporary store with real data (CDNOW), and show what it answers.
    Demo(DemoArgs),
    /// Load a CSV or Parquet file of transactions into a running server. Loading a file twice duplicates nothing.
    Import(Box<ImportArgs>),
    /// Ask a running server a question, and print the answer as a table, JSON or CSV.
    Ask(Box<AskArgs>),
    /// Write a whole table of a running server into a file: Parquet, CSV or Arrow.
    Export(Box<ExportArgs>),
    /// Write what the console of a running server shows into one file, which any browser opens: pictures with their numbers.
    Report(Box<ReportArgs>),
    /// Let models ask a running server: its questions as tools of the Model Context Protocol.
    ///
    /// Over standard input and output, as programs start it that let models use tools, or over HTTP with --listen.
    Mcp(Box<McpArgs>),
    /// Copy everything a running server has into a file, while it keeps working.
    Backup(BackupArgs),
    /// Put a backup into a new data directory.
    Restore(RestoreArgs),
    /// Check the data directory of a stopped server, without changing it.
    ///
    /// Exits with 0 when nothing is damaged, with 1 when something is, and with 2 when it could not look.
    Doctor(DoctorArgs),
    /// Merge the small blocks of a stopped server's log, which makes it smaller and quicker to open.
    Compact(CompactArgs),
    /// Make, list and revoke API keys: of a stopped server's data directory, or of a running server.
    Key(Box<KeyArgs>),
    /// Make certificates for a trial: a private authority, and by it those of a server and of clients.
    Cert(CertArgs),
    /// Ask a running server whether it serves; for containers without a shell.
    ///
    /// Exits with 0 when it serves, with 1 when it does not or nobody answers. No API key is needed.
    Health(HealthArgs),
    /// Print the configuration in force.
    Config(ConfigArgs),
    /// Print what a shell reads to complete commands.
    ///
    /// Of bash for whoever runs it: lojal completions bash >~/.local/share/bash-completion/completions/lojal
    Completions(CompletionsArgs),
    /// Write manual pages, one of each command.
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Where to put them: a directory, which is made where there is none.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Of this service alone, such as lojal.v1.IngestService, which does not serve while nothing can be written.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) service: String,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) source: ConfigSource,
}

/// Where configuration comes from.
#[derive(Debug, Args)]
pub(crate) struct ConfigSource {
    /// Read options from this file, on top of the defaults.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where data is kept. [default: ./lojal-data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Where to listen; port 0 picks a free one, and ":50051" is all addresses of this machine. [default: 127.0.0.1:50051]
    #[arg(long, value_name = "HOST:PORT", value_parser = crate::listen::address)]
    pub(crate) listen: Option<SocketAddr>,
    /// Certificate of the server, in PEM. [default: none, and no TLS]
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its private key, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Listen beyond this machine without TLS or API keys.
    #[arg(long)]
    pub(crate) insecure: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// End after printing, instead of serving until Ctrl-C.
    #[arg(long)]
    pub(crate) exit: bool,
    /// Where to listen. Without it: 127.0.0.1:50051, or a free port if that is taken.
    #[arg(long, value_name = "HOST:PORT", value_parser = crate::listen::address)]
    pub(crate) listen: Option<SocketAddr>,
    /// Listen beyond this machine, where whoever reaches the demo may do with it what they like.
    #[arg(long)]
    pub(crate) insecure: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The file to write.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// Replace the file if it is there already.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup.
    pub(crate) file: PathBuf,
    /// Where to put it: a directory that does not exist yet, or an empty one.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// Where a copy of the log is made to look at. [default: the system's directory for temporary files]
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch_dir: Option<PathBuf>,
    /// Print the report as JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompactArgs {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Print the documented defaults instead.
    #[arg(long)]
    pub(crate) default: bool,
    #[command(flatten)]
    pub(crate) source: ConfigSource,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file: CSV with a header line, or Parquet (by its extension, .parquet or .pq).
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// The workspace.
    #[arg(long, default_value = "default")]
    pub(crate) workspace: String,
    /// Column of the customer; e-mail addresses count in lower case. [default: guessed: customer_id, customer, user_id ..., else
    /// the e-mail address, else id if one of its values comes back at another time in the first 10,000 rows]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) customer_id: Option<String>,
    /// Column of the date or time. [default: guessed: date, time, timestamp, order_date ...]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: Option<String>,
    /// Column of the amount. [default: guessed: value, amount, total, price (without a quantity) ...]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) amount: Option<String>,
    /// Column of what was taken off the list price, in the amount's currency; empty for nothing. [default: none]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) discount: Option<String>,
    /// Column of the transaction's id. [default: guessed: transaction_id, order_id ..., if there is one;
    /// name, in an export with lines of orders such as Shopify's]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) transaction_id: Option<String>,
    /// Column of the currency's code. [default: currency or currency_code, if there is one]
    #[arg(long, value_name = "COLUMN", conflicts_with = "currency_code")]
    pub(crate) currency: Option<String>,
    /// Currency of all amounts. [default: the workspace's]
    #[arg(long, value_name = "CODE")]
    pub(crate) currency_code: Option<String>,
    /// How times are written, as in strftime: "%d.%m.%Y". [default: 2026-03-01, 20260301, 2026-03-01 12:00:00 or RFC 3339]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) time_format: Option<String>,
    /// Zone of times that name none: an IANA name.
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub(crate) time_zone: String,
    /// What separates columns. "tab" stands for a tabulator.
    #[arg(long, default_value = ",", value_name = "CHARACTER")]
    pub(crate) delimiter: String,
    /// Leave out rows that cannot be read, and list them, instead of stopping before the chunk of the first.
    #[arg(long)]
    pub(crate) skip_invalid: bool,
    /// Rows to send at a time, 1 to 100,000.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) chunk_rows: u32,
}
