//! WorkspaceService: tenants, their currency and their time zone.

use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::workspace_service_server::WorkspaceService;
use tonic::{Request, Response, Status};

use super::answers::{
    confirmed, creation, currency, exchange_rate, exchange_rates, named, update, workspace,
};
use crate::Service;
use crate::context::open;
use crate::error::Refusal;
use crate::keys::{allowed, principal_of};
use crate::words::page;

#[tonic::async_trait]
impl WorkspaceService for Service {
    async fn create_workspace(
        &self,
        request: Request<v1::CreateWorkspaceRequest>,
    ) -> Result<Response<v1::CreateWorkspaceResponse>, Status> {
        let principal = principal_of(request.extensions());
        let (of_call, request) = open(request)?;
        let (name, command) =
            (allowed(principal.as_ref(), named(&request.workspace, of_call)?)?, creation(request)?);
        let view = self.engine.create_workspace(&name, command).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::CreateWorkspaceResponse { workspace: Some(workspace(view)) }))
    }

    async fn get_workspace(
        &self,
        request: Request<v1::GetWorkspaceRequest>,
    ) -> Result<Response<v1::GetWorkspaceResponse>, Status> {
        let principal = principal_of(request.extensions());
        let (of_call, request) = open(request)?;
        let name = allowed(principal.as_ref(), named(&request.workspace, of_call)?)?;
        let view = self.engine.get_workspace(&name).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::GetWorkspaceResponse { workspace: Some(workspace(view)) }))
    }

    async fn list_workspaces(
        &self,
        request: Request<v1::ListWorkspacesRequest>,
    ) -> Result<Response<v1::ListWorkspacesResponse>, Status> {
        let principal = principal_of(request.extensions());
        let (_, request) = open(request)?;
        let page = page(request.page_size, request.page_token);
        let may_see =
            |name: &WorkspaceName| principal.as_ref().is_none_or(|principal| principal.may_see(name));
        let page = self.engine.list_workspaces(page, may_see).await.map_err(Refusal::from)?;
        let workspaces = page.entries.into_iter().map(workspace).collect();
        Ok(Response::new(v1::ListWorkspacesResponse { workspaces, next_page_token: page.next_token }))
    }

    async fn update_workspace(
        &self,
        request: Request<v1::UpdateWorkspaceRequest>,
    ) -> Result<Response<v1::UpdateWorkspaceResponse>, Status> {
        let principal = principal_of(request.extensions());
        let (of_call, request) = open(request)?;
        let (name, command) =
            (allowed(principal.as_ref(), named(&request.workspace, of_call)?)?, update(request)?);
        let view = self.engine.update_workspace(&name, command).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::UpdateWorkspaceResponse { workspace: Some(workspace(view)) }))
    }

    async fn delete_workspace(
        &self,
        request: Request<v1::DeleteWorkspaceRequest>,
    ) -> Result<Response<v1::DeleteWorkspaceResponse>, Status> {
        let principal = principal_of(request.extensions());
        let (_, request) = open(request)?;
        let name = allowed(principal.as_ref(), confirmed(&request)?)?;
        self.engine.delete_workspace(&name).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::DeleteWorkspaceResponse {}))
    }

    async fn set_exchange_rates(
        &self,
        request: Request<v1::SetExchangeRatesRequest>,
    ) -> Result<Response<v1::SetExchangeRatesResponse>, Status> {
        let principal = principal_of(request.extensions());
        let (of_call, request) = open(request)?;
        let (name, rates) = (
            allowed(principal.as_ref(), named(&request.workspace, of_call)?)?,
            exchange_rates(request.rates)?,
        );
        let done = self.engine.set_exchange_rates(&name, rates).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::SetExchangeRatesResponse {
            set: done.set as i32,
            unchanged: done.unchanged as i32,
            reporting_currency_code: done.reporting.code().to_owned(),
            revision: done.revision as i64,
        }))
    }

    async fn list_exchange_rates(
        &self,
        request: Request<v1::ListExchangeRatesRequest>,
    ) -> Result<Response<v1::ListExchangeRatesResponse>, Status> {
        let principal = principal_of(request.extensions());
        let (of_call, request) = open(request)?;
        let (name, currency) = (
            allowed(principal.as_ref(), named(&request.workspace, of_call)?)?,
            currency("currency_code", &request.currency_code)?,
        );
        let page = page(request.page_size, request.page_token);
        let (page, reporting) =
            self.engine.list_exchange_rates(&name, currency, page).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::ListExchangeRatesResponse {
            rates: page.entries.iter().map(exchange_rate).collect(),
            next_page_token: page.next_token,
            reporting_currency_code: reporting.code().to_owned(),
        }))
    }
}
