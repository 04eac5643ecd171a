//! Arguments.

pub(crate) mod ask;
mod database;
pub(crate) mod door;
pub(crate) mod export;
mod import;
pub(crate) mod mcp;
pub(crate) mod report;
mod time;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::cli::ask::AskArgs;
use crate::cli::door::{CertArgs, KeyArgs, ServerArgs};
use crate::cli::export::ExportArgs;
pub(crate) use crate::cli::import::{ImportArgs, Negative, Records};
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
    /// Load a file or what a database answers into a running server: CSV, Parquet, an export of another system, or SQL. Loading it
    /// twice duplicates nothing.
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
