//! CustomerService: everything known of one customer.

use lojal_engine::{GetCustomer, GetTimeline};
use lojal_proto::v1;
use lojal_proto::v1::customer_service_server::CustomerService;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::answers::{customer, receipt, timeline_event};
use super::{facts, questions};
use crate::Service;
use crate::context::open;
use crate::error::Refusal;
use crate::stream::{self, WAITING};
use crate::words::{customer_id, page, provenance, scope, window};

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
        let question = GetCustomer {
            customer: customer_id(request.customer_id)?,
            scope: scope(request.as_of, request.known_at)?,
        };
        let (view, from) = self.engine.get_customer(&workspace, question).await.map_err(Refusal::from)?;
        let customer = Some(customer(view, from.currency));
        Ok(Response::new(v1::GetCustomerResponse { customer, provenance: Some(provenance(from)) }))
    }

    async fn list_customers(
        &self,
        request: Request<v1::ListCustomersRequest>,
    ) -> Result<Response<v1::ListCustomersResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::customers(request)?;
        let (page, from) = self.engine.list_customers(&workspace, question).await.map_err(Refusal::from)?;
        let customers = page.entries.into_iter().map(|view| customer(view, from.currency)).collect();
        Ok(Response::new(v1::ListCustomersResponse {
            customers,
            next_page_token: page.next_token,
            provenance: Some(provenance(from)),
        }))
    }

    async fn list_facts(
        &self,
        request: Request<v1::ListFactsRequest>,
    ) -> Result<Response<v1::ListFactsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let scope = scope(request.as_of, request.known_at)?;
        let (attributes, from) = self.engine.list_facts(&workspace, scope).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::ListFactsResponse {
            facts: facts::facts(attributes),
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
            scope: scope(request.as_of, request.known_at)?,
            window: window(&request.window)?,
            kinds: questions::timeline_kinds(request.kinds)?,
            order: questions::timeline_order(request.order)?,
            page: page(request.page_size, request.page_token),
        };
        let (page, from) = self.engine.get_timeline(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::GetTimelineResponse {
            events: page.entries.into_iter().map(|event| timeline_event(event, from.currency)).collect(),
            next_page_token: page.next_token,
            provenance: Some(provenance(from)),
        }))
    }

    type ExportCustomerStream = ReceiverStream<Result<v1::ExportCustomerResponse, Status>>;

    async fn export_customer(
        &self,
        request: Request<v1::ExportCustomerRequest>,
    ) -> Result<Response<Self::ExportCustomerStream>, Status> {
        let (workspace, request) = open(request)?;
        let who = customer_id(request.customer_id)?;
        let engine = self.engine.clone();
        let stream = stream::answer(WAITING, |messages| async move {
            let mut export = engine.export_customer(&workspace, who).await?;
            let (from, profile) = (export.provenance.clone(), export.profile.clone());
            let reporting = from.currency;
            let (customer, provenance) = (Some(customer(profile, reporting)), Some(provenance(from)));
            messages.send(v1::ExportCustomerResponse { customer, provenance, events: Vec::new() }).await;
            loop {
                let records = export.next().await?;
                if records.is_empty() {
                    return Ok(());
                }
                let events = records.into_iter().map(|record| timeline_event(record, reporting)).collect();
                messages.send(v1::ExportCustomerResponse { customer: None, provenance: None, events }).await;
            }
        });
        Ok(Response::new(stream))
    }

    async fn erase_customer(
        &self,
        request: Request<v1::EraseCustomerRequest>,
    ) -> Result<Response<v1::EraseCustomerResponse>, Status> {
        let (workspace, request) = open(request)?;
        let who = customer_id(request.customer_id)?;
        let erasure = self.engine.erase_customer(&workspace, &who).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::EraseCustomerResponse { receipt: Some(receipt(erasure)) }))
    }
}
