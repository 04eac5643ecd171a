//! Import: chunks in, an answer for each once it is durable.
//!
//! A few chunks are on their way at once, so that the disk syncs one while the next is read and converted. They are
//! recorded in their order, and so do answers come. The first failure ends the stream; what was answered before it stays.

use futures::StreamExt as _;
use futures::stream::FuturesOrdered;
use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_store::StoreError;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use crate::Service;
use crate::error::{Refusal, explain};

/// Chunks on their way at once.
const IN_FLIGHT: usize = 4;

/// Serves one stream.
pub(crate) fn serve(
    service: Service,
    workspace: WorkspaceName,
    chunks: Streaming<v1::ImportRequest>,
) -> ReceiverStream<Result<v1::ImportResponse, Status>> {
    let (answers, stream) = mpsc::channel(IN_FLIGHT);
    tokio::spawn(async move {
        if let Err(status) = run(&service, &workspace, chunks, &answers).await {
            // If the caller is gone there is nobody to tell; sending again is safe.
            let _ = answers.send(Err(status)).await;
        }
    });
    ReceiverStream::new(stream)
}

async fn run(
    service: &Service,
    workspace: &WorkspaceName,
    mut chunks: Streaming<v1::ImportRequest>,
    answers: &mpsc::Sender<Result<v1::ImportResponse, Status>>,
) -> Result<(), Status> {
    let mut expected = 1;
    let mut stopping = service.stopping.clone();
    let mut in_flight = FuturesOrdered::new();
    let mut source = String::new();
    let (mut open, mut room) = (true, IN_FLIGHT);
    while open || !in_flight.is_empty() {
        tokio::select! {
            // Answers first: they free room for chunks.
            biased;
            Some(answer) = in_flight.next(), if !in_flight.is_empty() => {
                let answer: v1::ImportResponse = answer?;
                if answers.send(Ok(answer)).await.is_err() {
                    return Ok(());
                }
            }
            () = stopped(&mut stopping) => {
                drain(&mut in_flight, answers).await?;
                return Err(Refusal::from(StoreError::Closed).into());
            }
            chunk = chunks.message(), if open && in_flight.len() < room => match chunk {
                Ok(Some(chunk)) => {
                    if chunk.sequence != expected {
                        // What came before is still answered.
                        drain(&mut in_flight, answers).await?;
                        return Err(gap(expected, chunk.sequence).into());
                    }
                    expected += 1;
                    source.clone_from(&chunk.source_id);
                    room = if may_decide(service, workspace, &chunk).await? { 1 } else { IN_FLIGHT };
                    in_flight.push_back(record(service, workspace, chunk));
                }
                Ok(None) => open = false,
                Err(status) => {
                    drain(&mut in_flight, answers).await?;
                    let explained = explain(&status).map(|refusal| refusal.with("sequence", expected));
                    return Err(explained.map_or(status, Refusal::into_status));
                }
            },
        }
    }
    if !source.is_empty() {
        // All of it is recorded: there is nothing to go on with.
        service.engine.remember_import(workspace, &source, 0).await.map_err(Refusal::from)?;
    }
    Ok(())
}

/// Whether a chunk may be the one that decides the workspace's currency. Such a chunk waits for whoever else decides
/// anything, in whatever workspace, and those after it would overtake it: refunds their transactions.
async fn may_decide(
    service: &Service,
    workspace: &WorkspaceName,
    chunk: &v1::ImportRequest,
) -> Result<bool, Refusal> {
    let bought = matches!(chunk.rows, Some(Rows::Transactions(_) | Rows::Columns(_)));
    Ok(bought && service.engine.decided_currency(workspace).await?.is_none())
}

/// Done when the server stops.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is as good as stopped.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// Answers everything that is on its way.
async fn drain<F>(
    in_flight: &mut FuturesOrdered<F>,
    answers: &mpsc::Sender<Result<v1::ImportResponse, Status>>,
) -> Result<(), Status>
where
    F: Future<Output = Result<v1::ImportResponse, Refusal>>,
{
    while let Some(answer) = in_flight.next().await {
        if answers.send(Ok(answer?)).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// The position of a source, if one is named.
fn check_source(id: &str, position: i64) -> Result<Option<u64>, Refusal> {
    if id.is_empty() {
        return Ok(None);
    }
    lojal_domain::check_id(id).map_err(|problem| Refusal::field("source_id", problem.to_string()))?;
    let position = u64::try_from(position);
    position.map(Some).map_err(|_| Refusal::field("source_position", "is negative; count rows from 0"))
}

fn gap(expected: i64, received: i64) -> Refusal {
    let message = format!(
        "chunk {received} came where chunk {expected} was due; number chunks from 1 without holes in each stream"
    );
    Refusal::new(Code::InvalidArgument, v1::ErrorReason::SequenceGap, message)
        .with("expected", expected)
        .with("received", received)
        .with("sequence", received)
}

async fn record(
    service: &Service,
    workspace: &WorkspaceName,
    chunk: v1::ImportRequest,
) -> Result<v1::ImportResponse, Refusal> {
    let v1::ImportRequest { sequence, skip_invalid, rows, source_id, source_position } = chunk;
    let position = check_source(&source_id, source_position);
    let position = position.map_err(|refusal| refusal.with("sequence", sequence))?;
    let remembered = async {
        match position {
            Some(position) => service.engine.remember_import(workspace, &source_id, position).await,
            None => Ok(()),
        }
    };
    // Together, so that they share a sync.
    let (remembered, result) = tokio::join!(remembered, record_rows(service, workspace, skip_invalid, rows));
    let result = result.map_err(|refusal| refusal.with("sequence", sequence))?;
    remembered?;
    Ok(v1::ImportResponse { sequence, result: Some(result) })
}

async fn record_rows(
    service: &Service,
    workspace: &WorkspaceName,
    skip_invalid: bool,
    rows: Option<Rows>,
) -> Result<v1::WriteResult, Refusal> {
    match rows {
        Some(Rows::Transactions(v1::TransactionRows { rows })) => {
            service.record(workspace, rows, "transactions.rows", skip_invalid).await
        }
        Some(Rows::Refunds(v1::RefundRows { rows })) => {
            service.record(workspace, rows, "refunds.rows", skip_invalid).await
        }
        Some(Rows::SurveyResponses(v1::SurveyResponseRows { rows })) => {
            service.record(workspace, rows, "survey_responses.rows", skip_invalid).await
        }
        Some(Rows::Customers(v1::CustomerRows { rows })) => {
            service.record(workspace, rows, "customers.rows", skip_invalid).await
        }
        Some(Rows::Columns(columns)) => service.record_columns(workspace, columns, skip_invalid).await,
        Some(Rows::Voids(v1::VoidRows { rows })) => {
            service.record(workspace, rows, "voids.rows", skip_invalid).await
        }
        Some(Rows::Interactions(v1::InteractionRows { rows })) => {
            service.record(workspace, rows, "interactions.rows", skip_invalid).await
        }
        None => Err(Refusal::field(
            "rows",
            "is missing; give transactions, columns, refunds, voids, survey_responses, interactions or customers",
        )),
    }
}
