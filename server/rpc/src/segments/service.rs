//! SegmentationService: who belongs where.

use lojal_engine::GetCustomerSegment;
use lojal_proto::v1;
use lojal_proto::v1::segmentation_service_server::SegmentationService;
use tonic::{Request, Response, Status};

use super::{answers, transitions};
use crate::Service;
use crate::context::open;
use crate::error::Refusal;
use crate::words::{customer_id, provenance, scope};

#[tonic::async_trait]
impl SegmentationService for Service {
    async fn get_customer_segment(
        &self,
        request: Request<v1::GetCustomerSegmentRequest>,
    ) -> Result<Response<v1::GetCustomerSegmentResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = GetCustomerSegment {
            customer: customer_id(request.customer_id)?,
            question: answers::question(scope(request.as_of, request.known_at)?, &request.window)?,
        };
        let answer = self.engine.get_customer_segment(&workspace, question).await;
        let (member, population, from) = answer.map_err(Refusal::from)?;
        Ok(Response::new(v1::GetCustomerSegmentResponse {
            member: Some(answers::member(member, from.currency)),
            population: Some(answers::population(&population)),
            provenance: Some(provenance(from)),
        }))
    }

    async fn summarize_segments(
        &self,
        request: Request<v1::SummarizeSegmentsRequest>,
    ) -> Result<Response<v1::SummarizeSegmentsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = answers::summary_question(request)?;
        let summary = self.engine.summarize_segments(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(answers::summary(summary)))
    }

    async fn list_segment_members(
        &self,
        request: Request<v1::ListSegmentMembersRequest>,
    ) -> Result<Response<v1::ListSegmentMembersResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = answers::members_question(request)?;
        let (page, from) =
            self.engine.list_segment_members(&workspace, question).await.map_err(Refusal::from)?;
        let members = page.entries.into_iter().map(|member| answers::member(member, from.currency));
        Ok(Response::new(v1::ListSegmentMembersResponse {
            members: members.collect(),
            next_page_token: page.next_token,
            provenance: Some(provenance(from)),
        }))
    }

    async fn get_segment_transitions(
        &self,
        request: Request<v1::GetSegmentTransitionsRequest>,
    ) -> Result<Response<v1::GetSegmentTransitionsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = transitions::question(request)?;
        let answer = self.engine.get_segment_transitions(&workspace, question).await;
        Ok(Response::new(transitions::answer(answer.map_err(Refusal::from)?)))
    }

    async fn get_rfm_scheme(
        &self,
        request: Request<v1::GetRfmSchemeRequest>,
    ) -> Result<Response<v1::GetRfmSchemeResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = answers::question(scope(request.as_of, request.known_at)?, &request.window)?;
        let scheme = self.engine.get_rfm_scheme(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(answers::scheme(scheme, &request.window)))
    }
}
