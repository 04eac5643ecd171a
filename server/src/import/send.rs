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
use tonic::Status;

use crate::connection::{Channel, in_workspace};
use crate::import::chunks::Chunk;
use crate::import::refusal::Taken;
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
    /// Of refunds that may have grown since they were loaded, their customers, empty for others. Such a refund that is there with
    /// another amount ends nothing.
    pub(crate) customers: Vec<String>,
}

impl From<Chunk> for Parcel {
    fn from(chunk: Chunk) -> Self {
        let Chunk { columns, lines, position, through, .. } = chunk;
        Self { rows: Rows::Columns(columns), lines, position, through, customers: Vec::new() }
    }
}

/// What became of an import.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) recorded: u64,
    pub(crate) duplicates: u64,
    pub(crate) row_errors: Vec<RowError>,
    /// Refunds that are there with another content.
    pub(crate) conflicts: Vec<Conflict>,
}

/// A refund that is there with another content.
#[derive(Debug)]
pub(crate) struct Conflict {
    pub(crate) line: u64,
    pub(crate) customer: String,
    pub(crate) refund: v1::Refund,
    pub(crate) error: v1::RowError,
}

/// How chunks are sent.
pub(crate) struct Sending<'a> {
    pub(crate) workspace: &'a WorkspaceName,
    pub(crate) skip_invalid: bool,
    /// Under which name the server remembers how far it is; empty if it need not.
    pub(crate) source_id: String,
    /// What was read of the file, for what is refused.
    pub(crate) taken: Taken,
    pub(crate) progress: &'a ProgressBar,
}

/// What is remembered of a chunk until it is answered.
struct Unanswered {
    lines: Vec<u64>,
    /// Refunds that may have grown, each with its customer.
    refunds: Vec<(String, v1::Refund)>,
    position: u64,
    through: u64,
}

/// Sends chunks and waits until all are durable.
pub(crate) async fn import<P: Into<Parcel>>(
    channel: Channel,
    sending: Sending<'_>,
    mut next: impl FnMut() -> anyhow::Result<Option<P>> + Send + 'static,
) -> anyhow::Result<Sent> {
    let Sending { workspace, skip_invalid, source_id, taken, progress } = sending;
    let (requests, stream) = mpsc::channel(READY);
    let (told, mut unanswered) = mpsc::channel::<Unanswered>(UNANSWERED);
    let acknowledged = Arc::new(AtomicU64::new(0));
    let through = acknowledged.clone();
    // Whether all of the file was sent.
    let producer = tokio::task::spawn_blocking(move || {
        let mut sequence = 0;
        while let Some(chunk) = next()? {
            sequence += 1;
            let Parcel { rows, lines, position, through: end, customers } = chunk.into();
            let refunds: Vec<(String, v1::Refund)> = match &rows {
                Rows::Refunds(refunds) => customers.into_iter().zip(refunds.rows.iter().cloned()).collect(),
                _ => Vec::new(),
            };
            // Those that have grown are sorted out when all is sent.
            let skip_invalid = skip_invalid || refunds.iter().any(|(customer, _)| !customer.is_empty());
            // The lines first, so that they are there when the answer comes.
            if told.blocking_send(Unanswered { lines, refunds, position, through: end }).is_err() {
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
            let mut result = answer.result.unwrap_or_default();
            sent.set_aside(&mut result, &chunk);
            sent.take(&result, &chunk.lines, &taken);
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
    outcome.map_err(|status| {
        let lines = first.as_ref().map(|chunk| &*chunk.lines);
        taken.explain(&status, lines, sent.recorded + sent.duplicates)
    })?;
    let all_sent = producer.await.context("reading the file")??;
    anyhow::ensure!(
        all_sent && first.is_none(),
        "the server ended the import early; run the same command again, what is there already is not doubled"
    );
    Ok(sent)
}

impl Sent {
    /// Keeps refunds that are there with another content for later.
    fn set_aside(&mut self, result: &mut v1::WriteResult, chunk: &Unanswered) {
        if chunk.refunds.is_empty() {
            return;
        }
        for error in std::mem::take(&mut result.row_errors) {
            let place = usize::try_from(error.index).unwrap_or(usize::MAX);
            let is_conflict = error.reason == v1::ErrorReason::RecordConflict as i32;
            match (is_conflict, chunk.refunds.get(place), chunk.lines.get(place)) {
                (true, Some((customer, refund)), Some(line)) if !customer.is_empty() => {
                    self.conflicts.push(Conflict {
                        line: *line,
                        customer: customer.clone(),
                        refund: refund.clone(),
                        error,
                    });
                }
                _ => result.row_errors.push(error),
            }
        }
    }

    pub(crate) fn take(&mut self, result: &v1::WriteResult, lines: &[u64], taken: &Taken) {
        self.recorded += u64::try_from(result.recorded).unwrap_or(0);
        self.duplicates += u64::try_from(result.duplicates).unwrap_or(0);
        for error in &result.row_errors {
            let line = usize::try_from(error.index).ok().and_then(|index| lines.get(index));
            self.row_errors.push(RowError { line: line.copied().unwrap_or(0), message: taken.row(error) });
        }
    }
}
