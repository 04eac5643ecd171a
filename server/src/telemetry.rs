//! Logs: structured, on standard error, so that standard output stays for answers; that of calls in files of its own, if it is asked for.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Context as _;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat, LogRotation};
use crate::metrics_layer::CALLS;

/// What is logged reaches its files for as long as this is kept.
pub(crate) struct Logging {
    _calls: Option<WorkerGuard>,
}

/// Starts logging for the whole process.
pub(crate) fn start(log: &Log) -> anyhow::Result<Logging> {
    let filter = EnvFilter::try_new(&log.level).with_context(|| {
        format!("log.level is {:?}; write \"info\" or a filter such as \"info,sled=warn\"", log.level)
    })?;
    let shown = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // A span is logged as it ends, with how long it took: that is the log of calls.
    let shown = shown.with_span_events(FmtSpan::CLOSE);
    let shown = match log.format {
        LogFormat::Text => shown.with_filter(filter).boxed(),
        LogFormat::Json => shown.json().with_filter(filter).boxed(),
    };
    let (writer, guard) = calls(log)?.unzip();
    let calls = writer.map(|writer| {
        let lines = fmt::layer().json().with_span_list(false).with_writer(writer);
        let only = Targets::new().with_target(CALLS, LevelFilter::DEBUG);
        lines.with_span_events(FmtSpan::CLOSE).with_filter(only)
    });
    tracing_subscriber::registry().with(shown).with(calls).init();
    Ok(Logging { _calls: guard })
}

/// Where the log of calls goes, by a thread that waits for the disk so that calls need not; none without a file.
fn calls(log: &Log) -> anyhow::Result<Option<(NonBlocking, WorkerGuard)>> {
    let file = Path::new(&log.calls_file);
    if log.calls_file.is_empty() {
        return Ok(None);
    }
    let part = |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).map(str::to_owned);
    let named = || format!("log.calls_file is {:?}", log.calls_file);
    let stem = part(file.file_stem())
        .with_context(|| format!("{}; name a file such as /var/log/lojal/calls.log", named()))?;
    let rotation = match log.calls_rotation {
        LogRotation::Hourly => Rotation::HOURLY,
        LogRotation::Daily => Rotation::DAILY,
        LogRotation::Never => Rotation::NEVER,
    };
    let files = RollingFileAppender::builder().rotation(rotation).filename_prefix(stem);
    let files = match part(file.extension()) {
        Some(extension) => files.filename_suffix(extension),
        None => files,
    };
    // 0 keeps all.
    let files = if log.calls_files > 0 { files.max_log_files(log.calls_files) } else { files };
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let files = files.build(directory).with_context(|| {
        format!("{}, where nothing can be written; make the directory, or name another", named())
    })?;
    Ok(Some(tracing_appender::non_blocking(files)))
}
