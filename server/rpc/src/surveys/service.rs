//! SurveyService: satisfaction, effort, trust, participation, comments.

use lojal_engine::EngineError;
use lojal_proto::v1;
use lojal_proto::v1::survey_service_server::SurveyService;
use tonic::{Request, Response, Status};

use super::{comments, comparisons, scores};
use crate::Service;
use crate::context::open;
use crate::error::Refusal;

/// The fields by which answers are chosen stand in a message of their own.
fn refusal(error: EngineError) -> Refusal {
    match error {
        EngineError::InvalidField { field, problem } if ["kind", "survey_id"].contains(&&*field) => {
            Refusal::field(format!("answers.{field}"), problem)
        }
        other => Refusal::from(other),
    }
}

#[tonic::async_trait]
impl SurveyService for Service {
    async fn get_csat(
        &self,
        request: Request<v1::GetCsatRequest>,
    ) -> Result<Response<v1::GetCsatResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = scores::csat(request)?;
        let answer = self.engine.get_scores(&workspace, question).await.map_err(refusal)?;
        Ok(Response::new(scores::csat_answer(answer)))
    }

    async fn get_ces(
        &self,
        request: Request<v1::GetCesRequest>,
    ) -> Result<Response<v1::GetCesResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = scores::ces(request)?;
        let answer = self.engine.get_scores(&workspace, question).await.map_err(refusal)?;
        Ok(Response::new(scores::ces_answer(answer)))
    }

    async fn get_scores(
        &self,
        request: Request<v1::GetScoresRequest>,
    ) -> Result<Response<v1::GetScoresResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = scores::any(request)?;
        let answer = self.engine.get_scores(&workspace, question).await.map_err(refusal)?;
        Ok(Response::new(scores::any_answer(answer)))
    }

    async fn get_response_rate(
        &self,
        request: Request<v1::GetResponseRateRequest>,
    ) -> Result<Response<v1::GetResponseRateResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = scores::participation(request)?;
        let answer = self.engine.get_response_rate(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(scores::participation_answer(answer)))
    }

    async fn compare_scores(
        &self,
        request: Request<v1::CompareScoresRequest>,
    ) -> Result<Response<v1::CompareScoresResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = comparisons::scores(request)?;
        let found = self.engine.compare_scores(&workspace, question).await.map_err(refusal)?;
        Ok(Response::new(comparisons::scores_answer(found)))
    }

    async fn summarize_comments(
        &self,
        request: Request<v1::SummarizeCommentsRequest>,
    ) -> Result<Response<v1::SummarizeCommentsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let summary = self.engine.summarize_comments(&workspace, comments::comments(request)?).await;
        Ok(Response::new(comments::comments_answer(summary.map_err(refusal)?)))
    }

    async fn list_responses(
        &self,
        request: Request<v1::ListResponsesRequest>,
    ) -> Result<Response<v1::ListResponsesResponse>, Status> {
        let (workspace, request) = open(request)?;
        let found = self.engine.list_responses(&workspace, comments::listed(request)?).await;
        Ok(Response::new(comments::listed_answer(found.map_err(refusal)?)))
    }
}
