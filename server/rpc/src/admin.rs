//! AdminService: how the server is doing, a copy of everything, and keys.

use lojal_domain::limits;
use lojal_engine::EngineError;
use lojal_engine::StoreError;
use lojal_proto::v1;
use lojal_proto::v1::admin_service_server::AdminService;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::Service;
use crate::context::open;
use crate::error::Refusal;
use crate::keys::{api_key, creation};
use crate::stream::{self, WAITING};
use crate::words::{page, timestamp};

#[tonic::async_trait]
impl AdminService for Service {
    async fn get_server_info(
        &self,
        request: Request<v1::GetServerInfoRequest>,
    ) -> Result<Response<v1::GetServerInfoResponse>, Status> {
        let (workspace, _) = open(request)?;
        let info = self.engine.get_server_info(&workspace).await.map_err(Refusal::from)?;
        let limit = |limit: &limits::Limit| v1::Limit {
            name: limit.name.to_owned(),
            maximum: limit.maximum as i64,
            unit: limit.unit.to_owned(),
        };
        Ok(Response::new(v1::GetServerInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            start_time: Some(timestamp(info.started)),
            now: Some(timestamp(info.now)),
            writable: info.status.writable,
            limits: limits::ALL.iter().map(limit).collect(),
            workspace: Some(v1::WorkspaceInfo {
                workspace: workspace.as_str().to_owned(),
                revision: info.status.revision as i64,
                reporting_currency_code: info.currency.code().to_owned(),
                time_zone: info.zone.name().to_owned(),
                customers: info.status.customers as i64,
                transactions: info.status.counts.transactions() as i64,
                refunds: info.status.counts.refunds() as i64,
                survey_responses: info.status.counts.responses() as i64,
                first_event_time: info.status.first_event.map(timestamp),
                last_event_time: info.status.last_event.map(timestamp),
                default_as_of: Some(timestamp(info.default_as_of)),
                voids: info.status.counts.voids() as i64,
                interactions: info.status.counts.interactions() as i64,
                costs: info.status.counts.costs() as i64,
            }),
        }))
    }

    type BackupStream = ReceiverStream<Result<v1::BackupResponse, Status>>;

    async fn backup(&self, _: Request<v1::BackupRequest>) -> Result<Response<Self::BackupStream>, Status> {
        let backup = self.engine.backup().await.map_err(Refusal::from)?;
        let stopping = self.stopping.clone();
        let stream = stream::answer(WAITING, |pieces| async move {
            let mut backup = backup;
            loop {
                // A thread for each piece, and none while nobody reads.
                let read = move || (backup.next(), backup);
                let failed = |error| EngineError::Internal(format!("reading a backup: {error}"));
                let (piece, rest) = tokio::task::spawn_blocking(read).await.map_err(failed)?;
                if *stopping.borrow() {
                    return Err(StoreError::Closed.into());
                }
                let Some(piece) = piece else { return Ok(()) };
                pieces.send(v1::BackupResponse { data: piece? }).await;
                backup = rest;
            }
        });
        Ok(Response::new(stream))
    }

    async fn create_api_key(
        &self,
        request: Request<v1::CreateApiKeyRequest>,
    ) -> Result<Response<v1::CreateApiKeyResponse>, Status> {
        let command = creation(request.into_inner())?;
        let (secret, key) = self.keys.create(command).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::CreateApiKeyResponse { secret, api_key: Some(api_key(&key)) }))
    }

    async fn list_api_keys(
        &self,
        request: Request<v1::ListApiKeysRequest>,
    ) -> Result<Response<v1::ListApiKeysResponse>, Status> {
        let request = request.into_inner();
        let page = self.keys.list(&page(request.page_size, request.page_token)).map_err(Refusal::from)?;
        let api_keys = page.entries.iter().map(|key| api_key(key)).collect();
        Ok(Response::new(v1::ListApiKeysResponse { api_keys, next_page_token: page.next_token }))
    }

    async fn revoke_api_key(
        &self,
        request: Request<v1::RevokeApiKeyRequest>,
    ) -> Result<Response<v1::RevokeApiKeyResponse>, Status> {
        let key = self.keys.revoke(&request.into_inner().key_id).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::RevokeApiKeyResponse { api_key: Some(api_key(&key)) }))
    }
}
