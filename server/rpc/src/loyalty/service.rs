//! LoyaltyService: who is loyal.

use lojal_engine::StoreError;
use lojal_proto::v1;
use lojal_proto::v1::loyalty_service_server::LoyaltyService;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{answers, questions, warnings};
use crate::Service;
use crate::context::open;
use crate::error::Refusal;
use crate::stream::{self, WAITING, stopped};
use crate::words::{provenance, timestamp};

#[tonic::async_trait]
impl LoyaltyService for Service {
    async fn get_loyalty(
        &self,
        request: Request<v1::GetLoyaltyRequest>,
    ) -> Result<Response<v1::GetLoyaltyResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::get_loyalty(request)?;
        let answer = self.engine.get_loyalty(&workspace, question).await;
        let (view, standard, from) = answer.map_err(Refusal::from)?;
        Ok(Response::new(v1::GetLoyaltyResponse {
            loyalty: Some(answers::loyalty(view)),
            standard: Some(answers::standard(&standard)),
            provenance: Some(provenance(from)),
        }))
    }

    type ListLoyaltyStream = ReceiverStream<Result<v1::ListLoyaltyResponse, Status>>;

    async fn list_loyalty(
        &self,
        request: Request<v1::ListLoyaltyRequest>,
    ) -> Result<Response<Self::ListLoyaltyStream>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::list_loyalty(&request)?;
        let engine = self.engine.clone();
        let stream = stream::answer(WAITING, |messages| async move {
            let mut batches = engine.list_loyalty(&workspace, question).await?;
            // Even an empty list says where it comes from.
            let mut first = true;
            loop {
                let batch = batches.next().await?;
                if batch.is_empty() && !first {
                    return Ok(());
                }
                let loyalties = batch.into_iter().map(answers::loyalty).collect();
                let standard = first.then(|| answers::standard(&batches.standard()));
                let provenance = first.then(|| provenance(batches.provenance()));
                first = false;
                messages.send(v1::ListLoyaltyResponse { loyalties, standard, provenance }).await;
            }
        });
        Ok(Response::new(stream))
    }

    async fn summarize_loyalty(
        &self,
        request: Request<v1::SummarizeLoyaltyRequest>,
    ) -> Result<Response<v1::SummarizeLoyaltyResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::summarize_loyalty(request)?;
        let summary = self.engine.summarize_loyalty(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(answers::summary(summary)))
    }

    async fn validate_score(
        &self,
        request: Request<v1::ValidateScoreRequest>,
    ) -> Result<Response<v1::ValidateScoreResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::validate_score(&request)?;
        let answer = self.engine.validate_score(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(answers::validation(answer)))
    }

    async fn get_loyalty_model(
        &self,
        request: Request<v1::GetLoyaltyModelRequest>,
    ) -> Result<Response<v1::GetLoyaltyModelResponse>, Status> {
        let (workspace, request) = open(request)?;
        let version = questions::version(request.version)?;
        let found = self.engine.get_loyalty_model(&workspace, version).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::GetLoyaltyModelResponse { model: Some(answers::model(&found)) }))
    }

    async fn update_loyalty_model(
        &self,
        request: Request<v1::UpdateLoyaltyModelRequest>,
    ) -> Result<Response<v1::UpdateLoyaltyModelResponse>, Status> {
        let (workspace, request) = open(request)?;
        let update = questions::update(&request)?;
        let found = self.engine.update_loyalty_model(&workspace, update).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::UpdateLoyaltyModelResponse { model: Some(answers::model(&found)) }))
    }

    type ListEarlyWarningsStream = ReceiverStream<Result<v1::ListEarlyWarningsResponse, Status>>;

    async fn list_early_warnings(
        &self,
        request: Request<v1::ListEarlyWarningsRequest>,
    ) -> Result<Response<Self::ListEarlyWarningsStream>, Status> {
        let (workspace, request) = open(request)?;
        let question = warnings::list(&request)?;
        let engine = self.engine.clone();
        let stream = stream::answer(WAITING, |messages| async move {
            let mut batches = engine.list_early_warnings(&workspace, question).await?;
            messages.send(warnings::first(&mut batches)).await;
            while let Some(message) = warnings::next(&mut batches) {
                messages.send(message).await;
            }
            Ok(())
        });
        Ok(Response::new(stream))
    }

    type WatchEarlyWarningsStream = ReceiverStream<Result<v1::WatchEarlyWarningsResponse, Status>>;

    async fn watch_early_warnings(
        &self,
        request: Request<v1::WatchEarlyWarningsRequest>,
    ) -> Result<Response<Self::WatchEarlyWarningsStream>, Status> {
        let (workspace, request) = open(request)?;
        let question = warnings::watch(request)?;
        let (engine, mut stopping) = (self.engine.clone(), self.stopping.clone());
        let stream = stream::answer(WAITING, |messages| async move {
            let mut watcher = engine.watch_early_warnings(&workspace, question).await?;
            loop {
                tokio::select! {
                    new = watcher.next() => messages.send(warnings::new(new?)).await,
                    () = stopped(&mut stopping) => return Err(StoreError::Closed.into()),
                }
            }
        });
        Ok(Response::new(stream))
    }

    async fn acknowledge_warning(
        &self,
        request: Request<v1::AcknowledgeWarningRequest>,
    ) -> Result<Response<v1::AcknowledgeWarningResponse>, Status> {
        let (workspace, request) = open(request)?;
        let (warning, note) = warnings::acknowledge(request)?;
        let acknowledged = self.engine.acknowledge_warning(&workspace, &warning, note).await;
        let (first, is_new) = acknowledged.map_err(Refusal::from)?;
        Ok(Response::new(v1::AcknowledgeWarningResponse {
            acknowledged_at: Some(timestamp(first.time)),
            note: first.note,
            was_acknowledged: !is_new,
        }))
    }

    async fn get_warning_quality(
        &self,
        request: Request<v1::GetWarningQualityRequest>,
    ) -> Result<Response<v1::GetWarningQualityResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = warnings::quality(&request)?;
        let found = self.engine.get_warning_quality(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(warnings::qualities(found)))
    }
}
