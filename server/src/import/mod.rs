//! `lojal import`: a CSV or Parquet file of transactions into a running server.
//!
//! The file is read once, row by row, and sent in chunks of columns. The server remembers how far it is with a file, so
//! an import that was cut short goes on where it stopped; and as no row is ever recorded twice, running it again is safe
//! whatever happened.

mod ahead;
mod chunks;
mod columns;
mod csv;
mod foreign;
mod lines;
mod occurrences;
mod open;
mod parquet;
mod send;
mod source;
mod values;

use std::fs::File;
use std::io::{Read as _, Write as _};

use anyhow::Context as _;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use lojal_domain::{Currency, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use parking_lot::Mutex;
use xxhash_rust::xxh3::Xxh3;

use crate::cli::ImportArgs;
use crate::connection::{Channel, connect, in_workspace, refusal};
pub(crate) use crate::import::chunks::Chunk;
use crate::import::chunks::{BadRows, Chunks};
pub(crate) use crate::import::send::{Sending, Sent, import};
pub(crate) use crate::import::source::Row;
use crate::import::values::Values;

/// Reads a file to its end without sending anything, and counts its rows.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn count(args: &ImportArgs, currency: Currency) -> anyhow::Result<u64> {
    let mut source = open::open(args, &Values::new(currency, args)?)?;
    let mut rows = 0;
    while source.next()?.is_some() {
        rows += 1;
    }
    Ok(rows)
}

/// Loads the file and tells what became of it.
pub(crate) async fn run(args: &ImportArgs) -> anyhow::Result<()> {
    let workspace = WorkspaceName::new(args.workspace.as_str())
        .map_err(|problem| anyhow::anyhow!("--workspace {problem}"))?;
    // A file that cannot be read is told before a server is asked for.
    let any = Currency::parse("USD").map_err(|problem| anyhow::anyhow!("{problem}"))?;
    drop(open::open(args, &Values::new(any, args)?)?);
    let channel = connect(&args.server).await?;
    let values = Values::new(currency(&channel, &workspace, args).await?, args)?;
    let source_id = source_id(args, &values)?;
    let skip = position(&channel, &workspace, &source_id).await?;
    let reopen = {
        let args = args.clone();
        Box::new(move || open::open(&args, &values))
    };
    let chunks = Chunks::new(reopen, args.chunk_rows as usize, args.skip_invalid, skip)?;
    let progress = progress_bar(chunks.total());
    let chunks = std::sync::Arc::new(Mutex::new(chunks));
    let sending =
        Sending { workspace: &workspace, skip_invalid: args.skip_invalid, source_id, progress: &progress };
    let producing = chunks.clone();
    let sent = import(channel, sending, move || producing.lock().next()).await;
    progress.finish_and_clear();
    let chunks = chunks.lock();
    report(args, &chunks, sent?, skip)
}

fn report(args: &ImportArgs, chunks: &Chunks, sent: Sent, skipped: u64) -> anyhow::Result<()> {
    let bad = &chunks.bad;
    let loaded = sent.recorded + sent.duplicates;
    anyhow::ensure!(chunks.read > 0, "{} has no rows", args.file.display());
    if bad.count > 0 && !args.skip_invalid {
        let before = match loaded + skipped {
            0 => "nothing was loaded".to_owned(),
            some => format!("only the first {} rows were loaded", HumanCount(some)),
        };
        anyhow::bail!(
            "{before}, as {} of {} rows cannot be taken:\n{}correct them and load the file again, which doubles nothing, or leave them out with --skip-invalid",
            HumanCount(bad.count),
            HumanCount(chunks.read),
            listing(bad)
        );
    }
    let mut out = std::io::stdout().lock();
    if skipped > 0 {
        writeln!(out, "went on after the first {} rows, which were loaded before", HumanCount(skipped))?;
    }
    writeln!(
        out,
        "loaded {} rows ({} recorded, {} there already)",
        HumanCount(loaded),
        HumanCount(sent.recorded),
        HumanCount(sent.duplicates)
    )?;
    writeln!(out, "{}", chunks.columns())?;
    let mut left_out = bad.clone();
    sent.row_errors.into_iter().for_each(|error| left_out.add(error));
    if left_out.count > 0 {
        write!(out, "left out {} rows:\n{}", HumanCount(left_out.count), listing(&left_out))?;
    }
    Ok(())
}

fn listing(bad: &BadRows) -> String {
    let mut text: String =
        bad.first.iter().map(|error| format!("  line {}: {}\n", error.line, error.message)).collect();
    let more = bad.count - bad.first.len() as u64;
    if more > 0 {
        text.push_str(&format!("  and {} more\n", HumanCount(more)));
    }
    text
}

/// What the server remembers this import by: a hash of the file and of how it is read.
fn source_id(args: &ImportArgs, values: &Values) -> anyhow::Result<String> {
    let mut hash = Xxh3::new();
    let mut file = File::open(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let mut bytes = vec![0; 1 << 20];
    loop {
        match file.read(&mut bytes).with_context(|| format!("cannot read {}", args.file.display()))? {
            0 => break,
            read => hash.update(&bytes[..read]),
        }
    }
    let ImportArgs { customer_id, time, amount, transaction_id, currency, time_format, .. } = args;
    let reading = format!(
        "{:?}",
        (
            (customer_id, time, amount, transaction_id, currency, time_format),
            (&args.time_zone, &args.delimiter, args.skip_invalid, values.currency.code())
        )
    );
    hash.update(reading.as_bytes());
    // An import that older versions began may have taken other customers for the same rows: it is begun anew.
    hash.update(b"mail addresses in lower case");
    // Apart, so that imports that name none are known by what they were before.
    if let Some(discount) = &args.discount {
        hash.update(format!("discount {discount:?}").as_bytes());
    }
    Ok(format!("file-{:032x}", hash.digest128()))
}

/// How many rows of the file an earlier run has loaded.
async fn position(channel: &Channel, workspace: &WorkspaceName, source_id: &str) -> anyhow::Result<u64> {
    let request = v1::GetImportPositionRequest { source_id: source_id.to_owned() };
    let request = in_workspace(request, workspace)?;
    let answer = IngestServiceClient::new(channel.clone()).get_import_position(request).await;
    let answer = answer.map_err(|status| refusal(&status))?.into_inner();
    Ok(u64::try_from(answer.position).unwrap_or(0))
}

/// A bar on a terminal, nothing elsewhere. Its message is how many rows are loaded, and how fast.
pub(crate) fn progress_bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent}%  {msg}  {eta} left");
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The currency of rows that name none: the one asked for, else the workspace's.
async fn currency(
    channel: &Channel,
    workspace: &WorkspaceName,
    args: &ImportArgs,
) -> anyhow::Result<Currency> {
    let code = match &args.currency_code {
        Some(code) => code.clone(),
        None => {
            let request = in_workspace(v1::GetServerInfoRequest {}, workspace)?;
            let info = AdminServiceClient::new(channel.clone()).get_server_info(request).await;
            let info = info.map_err(|status| refusal(&status))?.into_inner();
            info.workspace.unwrap_or_default().reporting_currency_code
        }
    };
    Currency::parse(&code).map_err(|problem| anyhow::anyhow!("--currency-code {problem}"))
}
