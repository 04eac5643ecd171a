//! Sending chunks over IngestService.Import, and making sense of the answers.

use std::collections::VecDeque;

use anyhow::Context as _;
use indicatif::ProgressBar;
use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::import::row::RowError;

/// Chunks that are ready before the connection takes them.
const READY: usize = 2;

/// Transactions to send, each with the line it came from.
pub(crate) struct Chunk {
    pub(crate) rows: Vec<v1::Transaction>,
    pub(crate) lines: Vec<u64>,
}

impl Chunk {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), lines: Vec::with_capacity(rows) }
    }
}

/// What became of an import.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) recorded: u64,
    pub(crate) duplicates: u64,
    pub(crate) row_errors: Vec<RowError>,
}

/// A request to a workspace.
pub(crate) fn in_workspace<T>(message: T, workspace: &WorkspaceName) -> anyhow::Result<tonic::Request<T>> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("lojal-workspace", workspace.as_str().parse()?);
    Ok(request)
}

/// Sends chunks and waits until all are durable.
pub(crate) async fn import(
    channel: Channel,
    workspace: &WorkspaceName,
    chunks: impl Iterator<Item = anyhow::Result<Chunk>> + Send + 'static,
    skip_invalid: bool,
    progress: &ProgressBar,
) -> anyhow::Result<Sent> {
    let (requests, stream) = mpsc::channel(READY);
    let (lines_in, mut lines) = mpsc::unbounded_channel();
    let producer = tokio::task::spawn_blocking(move || produce(chunks, skip_invalid, &requests, &lines_in));
    let request = in_workspace(ReceiverStream::new(stream), workspace)?;
    let mut sent = Sent::default();
    let mut unanswered: VecDeque<Vec<u64>> = VecDeque::new();
    let outcome = async {
        let mut answers = IngestServiceClient::new(channel).import(request).await?.into_inner();
        while let Some(answer) = answers.message().await? {
            while let Ok(chunk) = lines.try_recv() {
                unanswered.push_back(chunk);
            }
            let chunk = unanswered.pop_front().unwrap_or_default();
            sent.take(&answer.result.unwrap_or_default(), &chunk);
            progress.inc(chunk.len() as u64);
        }
        Ok::<(), Status>(())
    };
    let outcome = outcome.await;
    while let Ok(chunk) = lines.try_recv() {
        unanswered.push_back(chunk);
    }
    outcome.map_err(|status| explain(&status, &unanswered, &sent))?;
    producer.await.context("reading the file")??;
    anyhow::ensure!(
        unanswered.is_empty(),
        "the server ended the import early; run the same command again, what is there already is not doubled"
    );
    Ok(sent)
}

/// Numbers chunks and hands them over until there are no more, or nobody takes them.
fn produce(
    chunks: impl Iterator<Item = anyhow::Result<Chunk>>,
    skip_invalid: bool,
    requests: &mpsc::Sender<v1::ImportRequest>,
    lines: &mpsc::UnboundedSender<Vec<u64>>,
) -> anyhow::Result<()> {
    for (sequence, chunk) in (1..).zip(chunks) {
        let Chunk { rows, lines: of_rows } = chunk?;
        let rows = Some(Rows::Transactions(v1::TransactionRows { rows }));
        // Lines first, so that they are there when the answer comes.
        if lines.send(of_rows).is_err()
            || requests.blocking_send(v1::ImportRequest { sequence, skip_invalid, rows }).is_err()
        {
            return Ok(());
        }
    }
    Ok(())
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
fn explain(status: &Status, unanswered: &VecDeque<Vec<u64>>, sent: &Sent) -> anyhow::Error {
    let so_far = sent.recorded + sent.duplicates;
    if matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded) {
        return anyhow::anyhow!(
            "the server went away ({}); {so_far} rows are safe; run the same command again, it goes on without doubling any",
            status.message()
        );
    }
    let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let first = unanswered.front();
    let told: Vec<String> = violations
        .iter()
        .map(|violation| match row_index(&violation.field).and_then(|index| first?.get(index)) {
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

/// 17 of `transactions.rows[17].time`.
fn row_index(field: &str) -> Option<usize> {
    let (_, rest) = field.split_once('[')?;
    rest.split_once(']')?.0.parse().ok()
}
