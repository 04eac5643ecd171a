//! Health, as gRPC's own protocol has it: asked for once, or watched until the server stops.
//!
//! Our own service over tonic-health's messages. Its own ends the watch of a service that it does not know, where the protocol wants
//! SERVICE_UNKNOWN and the stream kept open, and lets no other watch end, so that every stop with a watcher took its whole drain.

use std::collections::BTreeMap;

use futures::stream::{self, BoxStream, StreamExt as _};
use lojal_rpc::SERVICE_NAMES;
use tokio::sync::watch;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{self, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

/// The service that writes.
const WRITING: &str = "lojal.v1.IngestService";
/// All of them together.
const SERVER: &str = "";

/// Tells how services are.
#[derive(Clone)]
pub(crate) struct Health(watch::Sender<Told>);

#[derive(Clone)]
struct Told {
    is_serving: BTreeMap<&'static str, bool>,
    /// Whether nothing will be told any more.
    is_over: bool,
}

impl Health {
    /// All services serve.
    pub(crate) fn serving() -> Self {
        let all = SERVICE_NAMES.into_iter().chain([SERVER]);
        let told = Told { is_serving: all.map(|name| (name, true)).collect(), is_over: false };
        Self(watch::Sender::new(told))
    }

    /// Whether the service that writes serves.
    pub(crate) fn set_writable(&self, writable: bool) {
        self.0.send_modify(|told| {
            if !told.is_over {
                told.is_serving.insert(WRITING, writable);
            }
        });
    }

    /// No service serves any more, which ends every watch.
    pub(crate) fn end(&self) {
        self.0.send_modify(|told| {
            told.is_serving.values_mut().for_each(|is_serving| *is_serving = false);
            told.is_over = true;
        });
    }

    pub(crate) fn service(&self) -> HealthServer<Self> {
        HealthServer::new(self.clone())
    }
}

impl Told {
    fn status_of(&self, service: &str) -> Option<ServingStatus> {
        let is_serving = *self.is_serving.get(service)?;
        Some(if is_serving { ServingStatus::Serving } else { ServingStatus::NotServing })
    }
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

#[tonic::async_trait]
impl health_server::Health for Health {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let status = self.0.borrow().status_of(&request.get_ref().service);
        let unknown = || Status::not_found("there is no such service; \"\" stands for the whole server");
        status.map(|status| Response::new(answer(status))).ok_or_else(unknown)
    }

    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let (service, told) = (request.into_inner().service, self.0.subscribe());
        let statuses = stream::unfold((told, None), move |(mut told, last)| {
            let service = service.clone();
            async move {
                loop {
                    let (status, is_over) = {
                        let told = told.borrow_and_update();
                        (told.status_of(&service).unwrap_or(ServingStatus::ServiceUnknown), told.is_over)
                    };
                    if last != Some(status) {
                        return Some((Ok(answer(status)), (told, Some(status))));
                    }
                    if is_over || told.changed().await.is_err() {
                        return None;
                    }
                }
            }
        });
        Ok(Response::new(statuses.boxed()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::health_server::Health as _;
    use super::*;

    async fn watched(
        health: &Health,
        service: &str,
    ) -> BoxStream<'static, Result<HealthCheckResponse, Status>> {
        let request = HealthCheckRequest { service: service.to_owned() };
        health.watch(Request::new(request)).await.unwrap().into_inner()
    }

    #[tokio::test]
    async fn changes_are_told_once_and_the_end_ends_a_watch() {
        let health = Health::serving();
        let mut writing = watched(&health, WRITING).await;
        let mut all = watched(&health, SERVER).await;
        let mut stranger = watched(&health, "nobody's").await;
        let next = async |stream: &mut BoxStream<'static, Result<HealthCheckResponse, Status>>| {
            stream.next().await.map(|told| told.unwrap().status())
        };
        assert_eq!(next(&mut writing).await, Some(ServingStatus::Serving));
        assert_eq!(next(&mut all).await, Some(ServingStatus::Serving));
        assert_eq!(next(&mut stranger).await, Some(ServingStatus::ServiceUnknown));
        health.set_writable(false);
        assert_eq!(next(&mut writing).await, Some(ServingStatus::NotServing));
        health.set_writable(true);
        health.set_writable(true);
        assert_eq!(next(&mut writing).await, Some(ServingStatus::Serving));
        health.end();
        health.set_writable(true);
        assert_eq!(next(&mut writing).await, Some(ServingStatus::NotServing));
        assert_eq!(next(&mut all).await, Some(ServingStatus::NotServing));
        assert_eq!([next(&mut writing).await, next(&mut all).await, next(&mut stranger).await], [None; 3]);
        let unknown = HealthCheckRequest { service: "nobody's".to_owned() };
        assert_eq!(health.check(Request::new(unknown)).await.unwrap_err().code(), tonic::Code::NotFound);
    }
}
