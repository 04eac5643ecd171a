//! Sending chunks over IngestService.Import, and making sense of the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use indicatif::{HumanCount, ProgressBar};
use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::connection::{Channel, in_workspace};
use crate::import::chunks::Chunk;
use crate::import::source::RowError;

/// Chunks that are ready before the connection takes them.
const READY: usize = 2;

/// Chunks sent before the first of them is answered: twice as many as the server takes in at once. Each chunk tells how much
/// was answered when it was made, so this is also how far what the server remembers lags behind.
const UNANSWERED: usize = 8;

/// Rows to send, with the lines they came from.
pub(crate) struct Parcel {
    pub(crate) rows: Rows,
    pub(crate) lines: Vec<u64>,
    /// How far the file was read when it was made.
    pub(crate) position: u64,
    /// The file's rows up to this one are in it or in those before.
    pub(crate) through: u64,
}

impl From<Chunk> for Parcel {
    fn from(chunk: Chunk) -> Self {
        let Chunk { columns, lines, position, through, .. } = chunk;
        Self { rows: Rows::Columns(columns), lines, position, through }
    }
}

/// What became of an import.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) recorded: u64,
    pub(crate) duplicates: u64,
    pub(crate) row_errors: Vec<RowError>,
}

/// How chunks are sent.
pub(crate) struct Sending<'a> {
    pub(crate) workspace: &'a WorkspaceName,
    pub(crate) skip_invalid: bool,
    /// Under which name the server remembers how far it is; empty if it need not.
    pub(crate) source_id: String,
    pub(crate) progress: &'a ProgressBar,
}

/// What is remembered of a chunk until it is answered.
struct Unanswered {
    lines: Vec<u64>,
    position: u64,
    through: u64,
}

/// Sends chunks and waits until all are durable.
pub(crate) async fn import<P: Into<Parcel>>(
    channel: Channel,
    sending: Sending<'_>,
    mut next: impl FnMut() -> anyhow::Result<Option<P>> + Send + 'static,
) -> anyhow::Result<Sent> {
    let Sending { workspace, skip_invalid, source_id, progress } = sending;
    let (requests, stream) = mpsc::channel(READY);
    let (told, mut unanswered) = mpsc::channel::<Unanswered>(UNANSWERED);
    let acknowledged = Arc::new(AtomicU64::new(0));
    let through = acknowledged.clone();
    // Whether all of the file was sent.
    let producer = tokio::task::spawn_blocking(move || {
        let mut sequence = 0;
        while let Some(chunk) = next()? {
            sequence += 1;
            let Parcel { rows, lines, position, through: end } = chunk.into();
            // The lines first, so that they are there when the answer comes.
            if told.blocking_send(Unanswered { lines, position, through: end }).is_err() {
                return Ok(false);
            }
            let source_position =
                if source_id.is_empty() { 0 } else { through.load(Ordering::Relaxed) as i64 };
            let request = v1::ImportRequest {
                sequence,
                skip_invalid,
                rows: Some(rows),
                source_id: source_id.clone(),
                source_position,
            };
            if requests.blocking_send(request).is_err() {
                return Ok(false);
            }
        }
        Ok::<bool, anyhow::Error>(true)
    });
    let request = in_workspace(ReceiverStream::new(stream), workspace)?;
    let mut sent = Sent::default();
    let outcome = async {
        let mut answers = IngestServiceClient::new(channel).import(request).await?.into_inner();
        while let Some(answer) = answers.message().await? {
            let Some(chunk) = unanswered.recv().await else { continue };
            sent.take(&answer.result.unwrap_or_default(), &chunk.lines);
            acknowledged.store(chunk.through, Ordering::Relaxed);
            progress.set_position(chunk.position);
            let rows = sent.recorded + sent.duplicates;
            let rate = rows as f64 / progress.elapsed().as_secs_f64().max(1e-3);
            progress.set_message(format!("{} rows, {}/s", HumanCount(rows), HumanCount(rate as u64)));
        }
        Ok::<(), Status>(())
    };
    let outcome = outcome.await;
    unanswered.close();
    let first = unanswered.try_recv().ok();
    outcome.map_err(|status| explain(&status, first.as_ref().map(|chunk| &*chunk.lines), &sent))?;
    let all_sent = producer.await.context("reading the file")??;
    anyhow::ensure!(
        all_sent && first.is_none(),
        "the server ended the import early; run the same command again, what is there already is not doubled"
    );
    Ok(sent)
}

impl Sent {
    fn take(&mut self, result: &v1::WriteResult, lines: &[u64]) {
        self.recorded += u64::try_from(result.recorded).unwrap_or(0);
        self.duplicates += u64::try_from(result.duplicates).unwrap_or(0);
        for error in &result.row_errors {
            let line = usize::try_from(error.index).ok().and_then(|index| lines.get(index));
            self.row_errors
                .push(RowError { line: line.copied().unwrap_or(0), message: error.message.clone() });
        }
    }
}

/// Why an import ended, in terms of the file.
fn explain(status: &Status, lines: Option<&[u64]>, sent: &Sent) -> anyhow::Error {
    let so_far = sent.recorded + sent.duplicates;
    if matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded) {
        return anyhow::anyhow!(
            "the server went away ({}); {so_far} rows are safe; run the same command again, it goes on without doubling any",
            status.message()
        );
    }
    let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let told: Vec<String> = violations
        .iter()
        .map(|violation| match row_index(&violation.field).and_then(|index| lines?.get(index)) {
            Some(line) => format!("  line {line}: {}", violation.description),
            None => format!("  {}", violation.description),
        })
        .collect();
    if told.is_empty() {
        return anyhow::anyhow!("{}; {so_far} rows before are safe", status.message());
    }
    anyhow::anyhow!(
        "the server refused rows; {so_far} rows before them are loaded, and loading the file again doubles none:\n{}\ncorrect them, or leave them out with --skip-invalid",
        told.join("\n")
    )
}

/// 17 of `columns[17].time`.
fn row_index(field: &str) -> Option<usize> {
    let (_, rest) = field.split_once('[')?;
    rest.split_once(']')?.0.parse().ok()
}
