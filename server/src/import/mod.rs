//! `lojal import`: a CSV file of transactions into a running server.
//!
//! The file is read twice: once to check every row, so that a bad one is told before anything is sent, and once to send.

mod columns;
mod row;
mod send;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::Path;

use anyhow::Context as _;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use lojal_domain::{Currency, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;
use tonic::transport::{Channel, Endpoint};

use crate::cli::ImportArgs;
use crate::import::columns::Columns;
use crate::import::row::{RowError, RowReader};
pub(crate) use crate::import::send::{Chunk, Sent, import, in_workspace};

/// Bad rows listed; further ones are counted.
const LISTED: usize = 20;

/// Loads the file and tells what became of it.
pub(crate) async fn run(args: &ImportArgs) -> anyhow::Result<()> {
    let workspace = WorkspaceName::new(args.workspace.as_str())
        .map_err(|problem| anyhow::anyhow!("--workspace {problem}"))?;
    // A file that cannot be read is told before a server is asked for.
    let columns = Columns::of(&mut open(&args.file, args)?, args)?;
    let channel = connect(&args.server).await?;
    let currency = currency(&channel, &workspace, args).await?;
    let reader = RowReader::new(columns, currency, args)?;
    let (good, bad) = check(&reader, args)?;
    if bad.count > 0 && !args.skip_invalid {
        let total = good + bad.count;
        anyhow::bail!(
            "nothing was loaded, as {} of {} rows cannot be taken:\n{}correct them, or leave them out with --skip-invalid",
            HumanCount(bad.count),
            HumanCount(total),
            bad.listing()
        );
    }
    let progress = progress_bar(good);
    let chunks = chunks(reader, args)?;
    let sent = import(channel, &workspace, chunks, args.skip_invalid, &progress).await;
    progress.finish_and_clear();
    let sent = sent?;
    report(&bad, &sent)
}

fn report(bad: &BadRows, sent: &Sent) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "loaded {} rows ({} recorded, {} there already)",
        HumanCount(sent.recorded + sent.duplicates),
        HumanCount(sent.recorded),
        HumanCount(sent.duplicates)
    )?;
    let mut left_out = BadRows { count: bad.count, first: bad.first.clone() };
    sent.row_errors.iter().for_each(|error| left_out.add(error.clone()));
    if left_out.count > 0 {
        write!(out, "left out {} rows:\n{}", HumanCount(left_out.count), left_out.listing())?;
    }
    Ok(())
}

/// Rows that cannot be taken: how many, and the first of them.
#[derive(Default)]
struct BadRows {
    count: u64,
    first: Vec<RowError>,
}

impl BadRows {
    fn add(&mut self, error: RowError) {
        self.count += 1;
        if self.first.len() < LISTED {
            self.first.push(error);
        }
    }

    fn listing(&self) -> String {
        let mut text: String =
            self.first.iter().map(|error| format!("  line {}: {}\n", error.line, error.message)).collect();
        let more = self.count - self.first.len() as u64;
        if more > 0 {
            text.push_str(&format!("  and {} more\n", HumanCount(more)));
        }
        text
    }
}

fn open(file: &Path, args: &ImportArgs) -> anyhow::Result<csv::Reader<BufReader<File>>> {
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let delimiter = match args.delimiter.as_bytes() {
        b"tab" => b'\t',
        [one] => *one,
        _ => anyhow::bail!("--delimiter is {:?}; give one character, or \"tab\"", args.delimiter),
    };
    Ok(csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(BufReader::with_capacity(1 << 20, opened)))
}

/// Reads all rows once: how many are good, and which are not.
fn check(reader: &RowReader, args: &ImportArgs) -> anyhow::Result<(u64, BadRows)> {
    let mut file = open(&args.file, args)?;
    let (mut good, mut bad) = (0, BadRows::default());
    let mut record = csv::ByteRecord::new();
    while file
        .read_byte_record(&mut record)
        .with_context(|| format!("cannot read {}", args.file.display()))?
    {
        match reader.read(&record) {
            Ok(_) => good += 1,
            Err(error) => bad.add(error),
        }
    }
    anyhow::ensure!(good + bad.count > 0, "{} has a header but no rows", args.file.display());
    Ok((good, bad))
}

/// The file's good rows, a chunk at a time, with the occurrences of rows without an id counted.
fn chunks(
    reader: RowReader,
    args: &ImportArgs,
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Chunk>> + Send + 'static> {
    let mut file = open(&args.file, args)?;
    let (path, size) = (args.file.clone(), args.chunk_rows as usize);
    let mut occurrences: HashMap<u128, u32> = HashMap::new();
    let mut record = csv::ByteRecord::new();
    Ok(std::iter::from_fn(move || {
        let mut chunk = Chunk::with_capacity(size);
        while chunk.rows.len() < size {
            match file.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    return Some(Err(
                        anyhow::Error::new(error).context(format!("cannot read {}", path.display()))
                    ));
                }
            }
            if let Ok(mut row) = reader.read(&record) {
                if let Some(kind) = row.kind {
                    let occurrence = occurrences.entry(kind.bits()).or_default();
                    *occurrence += 1;
                    row.transaction.occurrence = *occurrence as i32;
                }
                chunk.rows.push(row.transaction);
                chunk.lines.push(row.line);
            }
        }
        (!chunk.rows.is_empty()).then_some(Ok(chunk))
    }))
}

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn progress_bar(rows: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} rows  {per_sec}  {eta} left");
    let bar = ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

async fn connect(server: &str) -> anyhow::Result<Channel> {
    let url = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
    let endpoint = Endpoint::from_shared(url.clone()).map_err(|_| {
        anyhow::anyhow!("--server is {server:?}; give an address such as http://127.0.0.1:50051")
    })?;
    endpoint.connect().await.map_err(|_| {
        anyhow::anyhow!(
            "no server answers at {url}; start one with `lojal serve`, or name another with --server"
        )
    })
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
            let info = info.map_err(|status| anyhow::anyhow!("{}", status.message()))?.into_inner();
            info.workspace.unwrap_or_default().reporting_currency_code
        }
    };
    Currency::parse(&code).map_err(|problem| anyhow::anyhow!("--currency-code {problem}"))
}
