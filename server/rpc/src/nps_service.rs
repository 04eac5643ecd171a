//! NpsService: recommendation.

use lojal_proto::v1;
use lojal_proto::v1::nps_service_server::NpsService;
use tonic::{Request, Response, Status};

use crate::Service;
use crate::context::open;
use crate::convert::nps;
use crate::error::Refusal;

#[tonic::async_trait]
impl NpsService for Service {
    async fn get_nps(
        &self,
        request: Request<v1::GetNpsRequest>,
    ) -> Result<Response<v1::GetNpsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let (question, confidence) = nps::question(request)?;
        let answer = self.engine.get_nps(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(nps::answer(answer, confidence)))
    }
}
