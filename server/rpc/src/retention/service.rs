//! RetentionService: who stays.

use lojal_proto::v1;
use lojal_proto::v1::retention_service_server::RetentionService;
use tonic::{Request, Response, Status};

use super::{cohorts, costs, counts, projection, purchasing, revenue, survival};
use crate::Service;
use crate::context::open;
use crate::error::Refusal;

#[tonic::async_trait]
impl RetentionService for Service {
    async fn get_retention(
        &self,
        request: Request<v1::GetRetentionRequest>,
    ) -> Result<Response<v1::GetRetentionResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = counts::retention_question(request)?;
        let answer = self.engine.get_retention(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(counts::retention_answer(answer)))
    }

    async fn suggest_activity_window(
        &self,
        request: Request<v1::SuggestActivityWindowRequest>,
    ) -> Result<Response<v1::SuggestActivityWindowResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = survival::activity_window_question(request)?;
        let answer =
            self.engine.suggest_activity_window(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(survival::activity_window_answer(answer)))
    }

    async fn get_cohorts(
        &self,
        request: Request<v1::GetCohortsRequest>,
    ) -> Result<Response<v1::GetCohortsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = cohorts::cohorts_question(request)?;
        let answer = self.engine.get_cohorts(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(cohorts::cohorts_answer(answer)))
    }

    async fn get_survival(
        &self,
        request: Request<v1::GetSurvivalRequest>,
    ) -> Result<Response<v1::GetSurvivalResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = survival::survival_question(request)?;
        let answer = self.engine.get_survival(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(survival::survival_answer(answer)))
    }

    async fn get_lifecycle(
        &self,
        request: Request<v1::GetLifecycleRequest>,
    ) -> Result<Response<v1::GetLifecycleResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = counts::lifecycle_question(request)?;
        let answer = self.engine.get_lifecycle(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(counts::lifecycle_answer(answer)))
    }

    async fn get_revenue_retention(
        &self,
        request: Request<v1::GetRevenueRetentionRequest>,
    ) -> Result<Response<v1::GetRevenueRetentionResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = revenue::revenue_retention_question(request)?;
        let answer = self.engine.get_revenue_retention(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(revenue::revenue_retention_answer(answer)))
    }

    async fn get_revenue_concentration(
        &self,
        request: Request<v1::GetRevenueConcentrationRequest>,
    ) -> Result<Response<v1::GetRevenueConcentrationResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = revenue::concentration_question(request)?;
        let answer =
            self.engine.get_revenue_concentration(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(revenue::concentration_answer(answer)))
    }

    async fn get_costs(
        &self,
        request: Request<v1::GetCostsRequest>,
    ) -> Result<Response<v1::GetCostsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = costs::costs_question(request)?;
        let answer = self.engine.get_costs(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(costs::costs_answer(answer)))
    }

    async fn get_purchase_stats(
        &self,
        request: Request<v1::GetPurchaseStatsRequest>,
    ) -> Result<Response<v1::GetPurchaseStatsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = purchasing::purchase_stats_question(request)?;
        let answer = self.engine.get_purchase_stats(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(purchasing::purchase_stats_answer(answer)))
    }

    async fn project_retention(
        &self,
        request: Request<v1::ProjectRetentionRequest>,
    ) -> Result<Response<v1::ProjectRetentionResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = projection::projection_question(request)?;
        let answer = self.engine.project_retention(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(projection::projection_answer(answer)))
    }
}
