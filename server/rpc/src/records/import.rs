//! Import: chunks in, an answer for each once it is durable.
//!
//! A few chunks are on their way at once, so that the disk syncs one while the next is read and converted. One after
//! another they take their places among the writes, and in that order they are recorded and answered. The first failure
//! ends the stream; what was answered before it stays.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::future::{BoxFuture, ready};
use futures::stream::{BoxStream, Stream, StreamExt as _, unfold};
use lojal_domain::WorkspaceName;
use lojal_engine::Caller;
use lojal_engine::StoreError;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use super::recording::Writing;
use crate::Service;
use crate::error::Refusal;
use crate::explain::explain;
use crate::stream::stopped;

/// Chunks on their way at once, from when they are read until their answer is handed over.
const IN_FLIGHT: usize = 4;

/// Serves one stream.
pub(crate) fn serve(
    service: Service,
    workspace: WorkspaceName,
    chunks: Streaming<v1::ImportRequest>,
) -> ReceiverStream<Result<v1::ImportResponse, Status>> {
    let (answers, stream) = mpsc::channel(IN_FLIGHT);
    tokio::spawn(Caller::current().run(async move {
        if let Err(status) = run(&service, &workspace, chunks, &answers).await {
            // If the caller is gone there is nobody to tell; sending again is safe.
            let _ = answers.send(Err(status)).await;
        }
    }));
    ReceiverStream::new(stream)
}

async fn run(
    service: &Service,
    workspace: &WorkspaceName,
    chunks: Streaming<v1::ImportRequest>,
    answers: &mpsc::Sender<Result<v1::ImportResponse, Status>>,
) -> Result<(), Status> {
    let mut recorded = recorded(service, workspace, chunks);
    let (mut told, mut source) = (VecDeque::new(), String::new());
    let mut open = true;
    while open || !told.is_empty() {
        // Others may wait for what is being recorded, so it goes on however slowly the caller takes their answers.
        tokio::select! {
            // Whoever gave up hears nothing, and what they sent is not all of it.
            () = answers.closed() => return Ok(()),
            room = answers.reserve(), if !told.is_empty() => {
                let Ok(room) = room else { return Ok(()) };
                if let Some(Answer { source: of_chunk, response, on_its_way }) = told.pop_front() {
                    source = of_chunk;
                    room.send(Ok(response?));
                    drop(on_its_way);
                }
            }
            answer = recorded.next(), if open => match answer {
                Some(answer) => {
                    open = answer.response.is_ok();
                    told.push_back(answer);
                }
                None => open = false,
            },
        }
    }
    if !source.is_empty() {
        // All of it is recorded: there is nothing to go on with.
        service.engine.remember_import(workspace, &source, 0).await.map_err(Refusal::from)?;
    }
    Ok(())
}

/// What becomes of the chunks of a call, in their order.
fn recorded<'s>(
    service: &'s Service,
    workspace: &'s WorkspaceName,
    chunks: Streaming<v1::ImportRequest>,
) -> BoxStream<'s, Answer> {
    let chunks = incoming(chunks, service.stopping.clone());
    chunks.then(|chunk| begin(service, workspace, chunk)).buffered(IN_FLIGHT).boxed()
}

/// A chunk that is due, or what ends the stream.
struct Chunk {
    request: Result<v1::ImportRequest, Status>,
    on_its_way: OwnedSemaphorePermit,
}

/// What became of a chunk.
struct Answer {
    source: String,
    response: Result<v1::ImportResponse, Status>,
    on_its_way: OwnedSemaphorePermit,
}

/// The chunks of a call as they come, no more at once than may be on their way. Ends at the first that is not due, that
/// cannot be read, or when the server stops.
fn incoming(
    chunks: Streaming<v1::ImportRequest>,
    stopping: watch::Receiver<bool>,
) -> impl Stream<Item = Chunk> {
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    unfold(Some((chunks, stopping, 1)), move |state| {
        let room = room.clone();
        async move {
            let (mut chunks, mut stopping, due) = state?;
            let on_its_way = room.acquire_owned().await.ok()?;
            let request = tokio::select! {
                biased;
                () = stopped(&mut stopping) => Err(Refusal::from(StoreError::Closed).into()),
                chunk = chunks.message() => match chunk.transpose()? {
                    Ok(chunk) if chunk.sequence == due => Ok(chunk),
                    Ok(chunk) => Err(gap(due, chunk.sequence).into()),
                    Err(status) => {
                        let explained = explain(&status).map(|refusal| refusal.with("sequence", due));
                        Err(explained.map_or(status, Refusal::into_status))
                    }
                },
            };
            let next = request.is_ok().then_some((chunks, stopping, due + 1));
            Some((Chunk { request, on_its_way }, next))
        }
    })
}

/// Takes a chunk in: it has its place among the writes once this is done, and is recorded once what it hands back is.
async fn begin<'s>(
    service: &'s Service,
    workspace: &'s WorkspaceName,
    chunk: Chunk,
) -> BoxFuture<'s, Answer> {
    let Chunk { request, on_its_way } = chunk;
    let source = request.as_ref().map(|request| request.source_id.clone()).unwrap_or_default();
    let begun = match request {
        Ok(request) => begin_request(service, workspace, request).await.map_err(Status::from),
        Err(status) => Err(status),
    };
    Box::pin(async move {
        let response = match begun {
            Ok(recording) => recording.await.map_err(Status::from),
            Err(status) => Err(status),
        };
        Answer { source, response, on_its_way }
    })
}

async fn begin_request<'s>(
    service: &'s Service,
    workspace: &'s WorkspaceName,
    request: v1::ImportRequest,
) -> Result<BoxFuture<'s, Result<v1::ImportResponse, Refusal>>, Refusal> {
    let v1::ImportRequest { sequence, skip_invalid, rows, source_id, source_position } = request;
    let of_chunk = move |refusal: Refusal| refusal.with("sequence", sequence);
    let position = check_source(&source_id, source_position).map_err(of_chunk)?;
    let decides = may_decide(service, workspace, rows.as_ref()).await?;
    let mut writing = begin_rows(service, workspace, skip_invalid, rows).await.map_err(of_chunk)?;
    if decides {
        let written = writing.await;
        writing = Box::pin(ready(written));
    }
    let remembered = async move {
        match position {
            Some(position) => service.engine.remember_import(workspace, &source_id, position).await,
            None => Ok(()),
        }
    };
    Ok(Box::pin(async move {
        // Together, so that they share a sync.
        let (remembered, result) = tokio::join!(remembered, writing);
        let result = result.map_err(of_chunk)?;
        remembered?;
        Ok(v1::ImportResponse { sequence, result: Some(result) })
    }))
}

/// Whether rows may be the ones that decide the workspace's currency, which those after them are then read in.
async fn may_decide(
    service: &Service,
    workspace: &WorkspaceName,
    rows: Option<&Rows>,
) -> Result<bool, Refusal> {
    let bought = matches!(rows, Some(Rows::Transactions(_) | Rows::Columns(_)));
    Ok(bought && service.engine.decided_currency(workspace).await?.is_none())
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
        "chunk {received} came where chunk {expected} was due; number chunks from 1 without gaps in each stream"
    );
    Refusal::new(Code::InvalidArgument, v1::ErrorReason::SequenceGap, message)
        .with("expected", expected)
        .with("received", received)
        .with("sequence", received)
}

async fn begin_rows<'s>(
    service: &'s Service,
    workspace: &WorkspaceName,
    skip_invalid: bool,
    rows: Option<Rows>,
) -> Result<Writing<'s>, Refusal> {
    match rows {
        Some(Rows::Transactions(v1::TransactionRows { rows })) => {
            service.begin_record(workspace, rows, "transactions.rows", skip_invalid).await
        }
        Some(Rows::Refunds(v1::RefundRows { rows })) => {
            service.begin_record(workspace, rows, "refunds.rows", skip_invalid).await
        }
        Some(Rows::SurveyResponses(v1::SurveyResponseRows { rows })) => {
            service.begin_record(workspace, rows, "survey_responses.rows", skip_invalid).await
        }
        Some(Rows::Customers(v1::CustomerRows { rows })) => {
            service.begin_record(workspace, rows, "customers.rows", skip_invalid).await
        }
        Some(Rows::Columns(columns)) => service.begin_record_columns(workspace, columns, skip_invalid).await,
        Some(Rows::Voids(v1::VoidRows { rows })) => {
            service.begin_record(workspace, rows, "voids.rows", skip_invalid).await
        }
        Some(Rows::Interactions(v1::InteractionRows { rows })) => {
            service.begin_record(workspace, rows, "interactions.rows", skip_invalid).await
        }
        Some(Rows::Costs(v1::CostRows { rows })) => {
            service.begin_record(workspace, rows, "costs.rows", skip_invalid).await
        }
        None => Err(Refusal::field(
            "rows",
            "is missing; give transactions, columns, refunds, voids, survey_responses, interactions, costs or customers",
        )),
    }
}
