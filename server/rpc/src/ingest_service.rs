//! IngestService: what happened.

use std::pin::Pin;

use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::ingest_service_server::IngestService;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::Service;
use crate::context::{open, workspace};
use crate::convert::columns;
use crate::convert::rows::{Against, Row, currency_of, read};
use crate::error::Refusal;

#[tonic::async_trait]
impl IngestService for Service {
    async fn record_transactions(
        &self,
        request: Request<v1::RecordTransactionsRequest>,
    ) -> Result<Response<v1::RecordTransactionsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let result =
            self.record(&workspace, request.transactions, "transactions", request.skip_invalid).await?;
        Ok(Response::new(v1::RecordTransactionsResponse { result: Some(result) }))
    }

    async fn record_refunds(
        &self,
        request: Request<v1::RecordRefundsRequest>,
    ) -> Result<Response<v1::RecordRefundsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let result = self.record(&workspace, request.refunds, "refunds", request.skip_invalid).await?;
        Ok(Response::new(v1::RecordRefundsResponse { result: Some(result) }))
    }

    async fn record_survey_responses(
        &self,
        request: Request<v1::RecordSurveyResponsesRequest>,
    ) -> Result<Response<v1::RecordSurveyResponsesResponse>, Status> {
        let (workspace, request) = open(request)?;
        let rows = request.survey_responses;
        let result = self.record(&workspace, rows, "survey_responses", request.skip_invalid).await?;
        Ok(Response::new(v1::RecordSurveyResponsesResponse { result: Some(result) }))
    }

    async fn record_interactions(
        &self,
        request: Request<v1::RecordInteractionsRequest>,
    ) -> Result<Response<v1::RecordInteractionsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let rows = request.interactions;
        let result = self.record(&workspace, rows, "interactions", request.skip_invalid).await?;
        Ok(Response::new(v1::RecordInteractionsResponse { result: Some(result) }))
    }

    async fn void_transactions(
        &self,
        request: Request<v1::VoidTransactionsRequest>,
    ) -> Result<Response<v1::VoidTransactionsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let result = self.record(&workspace, request.voids, "voids", request.skip_invalid).await?;
        Ok(Response::new(v1::VoidTransactionsResponse { result: Some(result) }))
    }

    async fn get_import_position(
        &self,
        request: Request<v1::GetImportPositionRequest>,
    ) -> Result<Response<v1::GetImportPositionResponse>, Status> {
        let (workspace, request) = open(request)?;
        lojal_domain::check_id(&request.source_id)
            .map_err(|problem| Refusal::field("source_id", problem.to_string()))?;
        let position =
            self.engine.import_position(&workspace, &request.source_id).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::GetImportPositionResponse { position: position as i64 }))
    }

    type ImportStream = ReceiverStream<Result<v1::ImportResponse, Status>>;

    async fn import(
        &self,
        request: Request<Streaming<v1::ImportRequest>>,
    ) -> Result<Response<Self::ImportStream>, Status> {
        let workspace = workspace(request.metadata())?;
        Ok(Response::new(crate::import::serve(self.clone(), workspace, request.into_inner())))
    }
}

/// What waits until rows are durable.
pub(crate) type Writing<'s> = Pin<Box<dyn Future<Output = Result<v1::WriteResult, Refusal>> + Send + 's>>;

impl Service {
    /// Records the rows of a request. `list` is the path of their field.
    pub(crate) async fn record<R: Row>(
        &self,
        workspace: &WorkspaceName,
        rows: Vec<R>,
        list: &'static str,
        skip_invalid: bool,
    ) -> Result<v1::WriteResult, Refusal> {
        self.begin_record(workspace, rows, list, skip_invalid).await?.await
    }

    /// Takes the rows of a request in: what it hands back waits until they are durable.
    pub(crate) async fn begin_record<'s, R: Row>(
        &'s self,
        workspace: &WorkspaceName,
        rows: Vec<R>,
        list: &'static str,
        skip_invalid: bool,
    ) -> Result<Writing<'s>, Refusal> {
        let decided = self.engine.decided_currency(workspace).await?;
        let currency = currency_of(&rows, decided, self.engine.default_currency());
        let against = Against { now: self.engine.now(), currency };
        let (rows, report) = read(rows, list, skip_invalid, &against)?.into_parts();
        let recording = self.engine.begin_record(workspace, rows).await?;
        Ok(Box::pin(async move { report.result(recording.await?) }))
    }

    /// Takes purchases in columns in, as [`Self::begin_record`] does rows.
    pub(crate) async fn begin_record_columns<'s>(
        &'s self,
        workspace: &WorkspaceName,
        columns: v1::TransactionColumns,
        skip_invalid: bool,
    ) -> Result<Writing<'s>, Refusal> {
        let decided = self.engine.decided_currency(workspace).await?;
        let currency = columns::currency_of(&columns, decided, self.engine.default_currency())?;
        let against = Against { now: self.engine.now(), currency };
        let columns::Reading { columns, report } = columns::read(columns, skip_invalid, &against)?;
        let recording = self.engine.begin_record_columns(workspace, columns, skip_invalid).await?;
        Ok(Box::pin(async move { report.result(recording.await?) }))
    }
}
