//! IngestService: what happened.

use lojal_proto::v1;
use lojal_proto::v1::ingest_service_server::IngestService;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::Service;
use crate::context::{open, workspace};
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

    async fn record_costs(
        &self,
        request: Request<v1::RecordCostsRequest>,
    ) -> Result<Response<v1::RecordCostsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let result = self.record(&workspace, request.costs, "costs", request.skip_invalid).await?;
        Ok(Response::new(v1::RecordCostsResponse { result: Some(result) }))
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
        Ok(Response::new(super::import::serve(self.clone(), workspace, request.into_inner())))
    }
}
