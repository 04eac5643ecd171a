//! CustomerService: everything known of one customer.

use lojal_engine::{GetCustomer, GetTimeline, ListCustomers};
use lojal_proto::v1;
use lojal_proto::v1::customer_service_server::CustomerService;
use tonic::{Request, Response, Status};

use crate::Service;
use crate::context::open;
use crate::convert::common::{as_of, customer_id, page, provenance, window};
use crate::convert::customers::{customer, timeline_event};
use crate::error::Refusal;

#[tonic::async_trait]
impl CustomerService for Service {
    async fn upsert_customers(
        &self,
        request: Request<v1::UpsertCustomersRequest>,
    ) -> Result<Response<v1::UpsertCustomersResponse>, Status> {
        let (workspace, request) = open(request)?;
        let result = self.record(&workspace, request.customers, "customers", request.skip_invalid).await?;
        Ok(Response::new(v1::UpsertCustomersResponse { result: Some(result) }))
    }

    async fn get_customer(
        &self,
        request: Request<v1::GetCustomerRequest>,
    ) -> Result<Response<v1::GetCustomerResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question =
            GetCustomer { customer: customer_id(request.customer_id)?, as_of: as_of(request.as_of)? };
        let (view, from) = self.engine.get_customer(&workspace, question).await.map_err(Refusal::from)?;
        let customer = Some(customer(view, from.currency));
        Ok(Response::new(v1::GetCustomerResponse { customer, provenance: Some(provenance(from)) }))
    }

    async fn list_customers(
        &self,
        request: Request<v1::ListCustomersRequest>,
    ) -> Result<Response<v1::ListCustomersResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question =
            ListCustomers { as_of: as_of(request.as_of)?, page: page(request.page_size, request.page_token) };
        let (page, from) = self.engine.list_customers(&workspace, question).await.map_err(Refusal::from)?;
        let customers = page.entries.into_iter().map(|view| customer(view, from.currency)).collect();
        Ok(Response::new(v1::ListCustomersResponse {
            customers,
            next_page_token: page.next_token,
            provenance: Some(provenance(from)),
        }))
    }

    async fn get_timeline(
        &self,
        request: Request<v1::GetTimelineRequest>,
    ) -> Result<Response<v1::GetTimelineResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = GetTimeline {
            customer: customer_id(request.customer_id)?,
            as_of: as_of(request.as_of)?,
            window: window(&request.window)?,
            page: page(request.page_size, request.page_token),
        };
        let (page, from) = self.engine.get_timeline(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::GetTimelineResponse {
            events: page.entries.into_iter().map(timeline_event).collect(),
            next_page_token: page.next_token,
            provenance: Some(provenance(from)),
        }))
    }
}
