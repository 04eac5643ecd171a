//! Logs: structured, on standard error, so that standard output stays for answers.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{Log, LogFormat};

/// Starts logging for the whole process.
pub(crate) fn start(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.level).with_context(|| {
        format!("log.level is {:?}; write \"info\" or a filter such as \"info,sled=warn\"", log.level)
    })?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A span is logged as it ends, with how long it took: that is the log of calls.
    let subscriber = subscriber.with_ansi(std::io::stderr().is_terminal()).with_span_events(FmtSpan::CLOSE);
    match log.format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().init(),
    }
    Ok(())
}
