//! The binary: arguments, configuration, wiring and signals. The only place that names a store.
//!
//! A library, so that fuzzers reach what reads foreign bytes; nobody else has a use for it.

mod accept;
mod arrival;
mod ask;
mod bytes_codec;
mod cert;
mod cli;
mod closed;
mod config;
mod connection;
mod console;
mod demo;
mod environment;
mod export;
mod fit_metrics;
mod followed;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod health;
mod host_layer;
mod ids_layer;
mod import;
mod jwt_options;
mod key;
mod key_layer;
mod limit_layer;
mod listen;
mod maintenance;
mod mcp;
mod memory;
mod metrics;
mod metrics_layer;
mod new_file;
mod pages;
mod peer;
mod plain_text;
mod process_metrics;
mod readiness;
mod reflection;
mod report;
mod serve;
mod service_manager;
mod shell;
mod show;
mod spans;
mod spreadsheet;
mod store_metrics;
mod telemetry;
mod tls;
mod tls_files;
mod token_file;
mod transport;
mod web_layer;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;

use crate::cli::{Cli, Command, ConfigSource};
use crate::config::{Config, Overrides};
use crate::new_file::until_stopped;
use crate::plain_text::plain;

/// What is still under way on threads of its own when a server has stopped gets so long to end.
const LEFT_BEHIND: Duration = Duration::from_secs(1);

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    if let Command::Doctor(args) = command {
        return maintenance::doctor::run(&args);
    }
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&error);
            ExitCode::FAILURE
        }
    }
}

/// Tells why it failed: one line a cause, the first saying what could not be done.
fn tell(error: &anyhow::Error) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "error: {}", plain(&error.to_string()));
    for cause in error.chain().skip(1) {
        let _ = writeln!(out, "  because: {}", plain(&cause.to_string()));
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => {
            let config = read(&args.source)?;
            let _logging = telemetry::start(&config.log)?;
            let runtime = runtime()?;
            let served = runtime.block_on(serve::run(&config));
            // What waits for a disk that does not answer is not waited for: the store is closed by now.
            runtime.shutdown_timeout(LEFT_BEHIND);
            served
        }
        Command::Demo(args) => runtime()?.block_on(demo::run(&args)),
        Command::Import(args) => runtime()?.block_on(import::run(&args)),
        Command::Ask(args) => runtime()?.block_on(ask::run(&args)),
        Command::Export(args) => runtime()?.block_on(until_stopped(export::run(&args))),
        Command::Report(args) => runtime()?.block_on(until_stopped(report::run(&args))),
        Command::Mcp(args) => runtime()?.block_on(mcp::run(&args)),
        Command::Backup(args) => runtime()?.block_on(until_stopped(maintenance::backup::run(&args))),
        Command::Key(args) => runtime()?.block_on(key::run(&args)),
        Command::Cert(args) => cert::run(&args),
        Command::Restore(args) => maintenance::restore::run(&args),
        Command::Compact(args) => runtime()?.block_on(maintenance::compact::run(&args)),
        // Its exit code says more than that it failed.
        Command::Doctor(_) => Ok(()),
        Command::Health(args) => runtime()?.block_on(maintenance::health::run(&args)),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args),
        Command::Config(args) => {
            let text = if args.default {
                config::DEFAULTS.to_owned()
            } else {
                toml::to_string_pretty(&read(&args.source)?)?
            };
            Ok(std::io::stdout().write_all(text.as_bytes())?)
        }
    }
}

fn read(source: &ConfigSource) -> anyhow::Result<Config> {
    let flags = Overrides {
        listen: source.listen,
        data_dir: source.data_dir.clone(),
        tls_cert: source.tls_cert.clone(),
        tls_key: source.tls_key.clone(),
        insecure: source.insecure,
    };
    Config::read(source.config.as_deref(), &flags)
}

/// Of each thread. Filters are parsed by going into what they nest, of which there may be 256 levels before they are counted; a
/// build without optimisation takes 20 KB for each.
const STACK_BYTES: usize = 8 * 1024 * 1024;

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build()?)
}
