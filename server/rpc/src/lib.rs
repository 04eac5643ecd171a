//! The `lojal.v1` services. A handler checks and converts its request, asks the engine, and converts the answer: about
//! ten lines, and no logic.
//!
//! - a folder a subject, with its calls in `service` and what is between wire and domain beside them
//! - `words` has what all subjects say: estimates, money, periods; `codes` what programs branch on
//! - [`mod@keys`] says who is not let in, and [`access`] what each call needs of a key
//! - [`mod@error`] turns every failure into a status with a reason, the fields at fault and a sentence that helps; [`mod@status`] is
//!   for layers that look at one in headers and trailers

mod access;
mod admin;
#[cfg(test)]
mod checking;
mod clv;
mod codes;
mod context;
mod customers;
mod cut;
pub mod error;
mod explain;
mod export;
pub mod keys;
mod loyalty;
mod records;
mod retention;
mod segments;
pub mod status;
mod stream;
mod surveys;
pub mod tokens;
mod words;
mod workspaces;

use std::sync::Arc;

pub use access::{Access, access, wire_scope};
pub use context::WORKSPACE;
use lojal_domain::limits;
use lojal_engine::{ApiKeys, Engine};
use lojal_proto::v1;
use prost_reflect::MethodDescriptor;
use tokio::sync::watch;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;

/// The services' full names, for health and reflection.
pub const SERVICE_NAMES: [&str; 11] = [
    "lojal.v1.IngestService",
    "lojal.v1.CustomerService",
    "lojal.v1.SegmentationService",
    "lojal.v1.ClvService",
    "lojal.v1.LoyaltyService",
    "lojal.v1.NpsService",
    "lojal.v1.SurveyService",
    "lojal.v1.RetentionService",
    "lojal.v1.ExportService",
    "lojal.v1.WorkspaceService",
    "lojal.v1.AdminService",
];

/// Each of the services over one engine.
#[derive(Clone)]
pub(crate) struct Service {
    engine: Arc<Engine>,
    keys: Arc<ApiKeys>,
    /// True once the server stops: streams that would go on for ever must end.
    stopping: watch::Receiver<bool>,
}

/// The paths of all methods, such as `lojal.v1.NpsService/GetNps`, from the contract itself.
#[must_use]
pub fn methods() -> Vec<String> {
    access::paths(|_| true)
}

/// The paths of those methods whose answers are streams.
#[must_use]
pub fn streaming_methods() -> Vec<String> {
    access::paths(MethodDescriptor::is_server_streaming)
}

macro_rules! limited {
    ($server:expr) => {
        $server
            .max_decoding_message_size(limits::MESSAGE_BYTES)
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd)
            .send_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Zstd)
    };
}

/// All services, with the limits on what they take. `stopping` turns true when the server stops.
#[must_use]
pub fn routes(engine: Arc<Engine>, keys: Arc<ApiKeys>, stopping: watch::Receiver<bool>) -> Routes {
    use v1::admin_service_server::AdminServiceServer;
    use v1::clv_service_server::ClvServiceServer;
    use v1::customer_service_server::CustomerServiceServer;
    use v1::export_service_server::ExportServiceServer;
    use v1::ingest_service_server::IngestServiceServer;
    use v1::loyalty_service_server::LoyaltyServiceServer;
    use v1::nps_service_server::NpsServiceServer;
    use v1::retention_service_server::RetentionServiceServer;
    use v1::segmentation_service_server::SegmentationServiceServer;
    use v1::survey_service_server::SurveyServiceServer;
    use v1::workspace_service_server::WorkspaceServiceServer;

    let service = Service { engine, keys, stopping };
    Routes::new(limited!(IngestServiceServer::new(service.clone())))
        .add_service(limited!(CustomerServiceServer::new(service.clone())))
        .add_service(limited!(SegmentationServiceServer::new(service.clone())))
        .add_service(limited!(ClvServiceServer::new(service.clone())))
        .add_service(limited!(LoyaltyServiceServer::new(service.clone())))
        .add_service(limited!(NpsServiceServer::new(service.clone())))
        .add_service(limited!(SurveyServiceServer::new(service.clone())))
        .add_service(limited!(RetentionServiceServer::new(service.clone())))
        .add_service(limited!(ExportServiceServer::new(service.clone())))
        .add_service(limited!(WorkspaceServiceServer::new(service.clone())))
        .add_service(limited!(AdminServiceServer::new(service)))
}
