//! NpsService: recommendation.

use lojal_proto::v1;
use lojal_proto::v1::nps_service_server::NpsService;
use tonic::{Request, Response, Status};

use super::{comparisons, nps};
use crate::Service;
use crate::context::open;
use crate::error::Refusal;

#[tonic::async_trait]
impl NpsService for Service {
    async fn get_nps(
        &self,
        request: Request<v1::GetNpsRequest>,
    ) -> Result<Response<v1::GetNpsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = nps::question(request)?;
        let answer = self.engine.get_nps(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(nps::answer(answer)))
    }

    async fn compare_nps(
        &self,
        request: Request<v1::CompareNpsRequest>,
    ) -> Result<Response<v1::CompareNpsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = comparisons::nps(request)?;
        let found = self.engine.compare_nps(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(comparisons::nps_answer(found)))
    }

    async fn plan_nps_sample(
        &self,
        request: Request<v1::PlanNpsSampleRequest>,
    ) -> Result<Response<v1::PlanNpsSampleResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = nps::plan(&request)?;
        let plan = self.engine.plan_nps_sample(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(nps::planned(plan)))
    }
}
