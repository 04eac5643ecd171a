//! Typed clients of every service over one connection.

use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;
use lojal_proto::v1::clv_service_client::ClvServiceClient;
use lojal_proto::v1::customer_service_client::CustomerServiceClient;
use lojal_proto::v1::export_service_client::ExportServiceClient;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use lojal_proto::v1::loyalty_service_client::LoyaltyServiceClient;
use lojal_proto::v1::nps_service_client::NpsServiceClient;
use lojal_proto::v1::retention_service_client::RetentionServiceClient;
use lojal_proto::v1::segmentation_service_client::SegmentationServiceClient;
use lojal_proto::v1::survey_service_client::SurveyServiceClient;
use lojal_proto::v1::workspace_service_client::WorkspaceServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_health::pb::health_client::HealthClient;

use crate::EVERYBODY;

/// A connection whose calls name a workspace.
pub type Connection = InterceptedService<Channel, InWorkspace>;

/// Names the workspace of every call, if there is one to name, and shows a key, if there is one to show.
#[derive(Clone, Debug, Default)]
pub struct InWorkspace {
    workspace: Option<MetadataValue<Ascii>>,
    authorization: Option<MetadataValue<Ascii>>,
}

impl Interceptor for InWorkspace {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(workspace) = &self.workspace {
            request.metadata_mut().insert("lojal-workspace", workspace.clone());
        }
        if let Some(authorization) = &self.authorization {
            request.metadata_mut().insert("authorization", authorization.clone());
        }
        Ok(request)
    }
}

/// Clients of every service over one connection.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The connection itself.
    pub channel: Channel,
    /// What happened.
    pub ingest: IngestServiceClient<Connection>,
    /// One customer, everything known.
    pub customers: CustomerServiceClient<Connection>,
    /// Who belongs where.
    pub segmentation: SegmentationServiceClient<Connection>,
    /// Whole tables.
    pub export: ExportServiceClient<Connection>,
    /// What a customer will be worth.
    pub clv: ClvServiceClient<Connection>,
    /// Who is loyal.
    pub loyalty: LoyaltyServiceClient<Connection>,
    /// Recommendation.
    pub nps: NpsServiceClient<Connection>,
    /// Satisfaction, effort, participation.
    pub surveys: SurveyServiceClient<Connection>,
    /// Who stays.
    pub retention: RetentionServiceClient<Connection>,
    /// Tenants, their currency and time zone.
    pub workspaces: WorkspaceServiceClient<Connection>,
    /// How the server is doing.
    pub admin: AdminServiceClient<Connection>,
    /// Whether it serves.
    pub health: HealthClient<Channel>,
    /// What every call says.
    says: InWorkspace,
}

impl Clients {
    /// Connects to a server, for its default workspace.
    pub async fn connect(url: &str) -> Self {
        let endpoint = Endpoint::from_shared(url.to_owned()).expect("an address");
        let endpoint = endpoint
            .tcp_nodelay(true)
            .initial_stream_window_size(4 * 1024 * 1024)
            .initial_connection_window_size(16 * 1024 * 1024);
        Self::over(endpoint.connect().await.expect("a server to connect to"))
    }

    /// Over a connection that is there, for the default workspace.
    #[must_use]
    pub fn over(channel: Channel) -> Self {
        Self::with(channel, InWorkspace::default())
    }

    /// Over the same connection, in another workspace.
    #[must_use]
    pub fn in_workspace(&self, workspace: &str) -> Self {
        let workspace = Some(workspace.parse().expect("a name that can be sent"));
        Self::with(self.channel.clone(), InWorkspace { workspace, ..self.says.clone() })
    }

    /// Over the same connection, with an API key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        let authorization = Some(format!("Bearer {key}").parse().expect("a key that can be sent"));
        Self::with(self.channel.clone(), InWorkspace { authorization, ..self.says.clone() })
    }

    fn with(channel: Channel, says: InWorkspace) -> Self {
        let connection = InterceptedService::new(channel.clone(), says.clone());
        Self {
            says,
            ingest: IngestServiceClient::new(connection.clone()),
            customers: CustomerServiceClient::new(connection.clone()),
            segmentation: SegmentationServiceClient::new(connection.clone()),
            export: ExportServiceClient::new(connection.clone()),
            clv: ClvServiceClient::new(connection.clone()),
            loyalty: LoyaltyServiceClient::new(connection.clone()),
            nps: NpsServiceClient::new(connection.clone()),
            surveys: SurveyServiceClient::new(connection.clone()),
            retention: RetentionServiceClient::new(connection.clone()),
            workspaces: WorkspaceServiceClient::new(connection.clone()),
            admin: AdminServiceClient::new(connection),
            health: HealthClient::new(channel.clone()),
            channel,
        }
    }

    /// The size and settings of the workspace.
    pub async fn workspace(&self) -> v1::WorkspaceInfo {
        let info = self.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await;
        info.expect("the server's info").into_inner().workspace.expect("a workspace")
    }

    /// Imports chunks and returns what was acknowledged, and how the stream ended.
    pub async fn import(
        &self,
        chunks: Vec<v1::ImportRequest>,
    ) -> (Vec<v1::ImportResponse>, Result<(), Status>) {
        let mut acknowledged = Vec::new();
        let opened = self.ingest.clone().import(tokio_stream::iter(chunks)).await;
        let mut answers = match opened {
            Ok(answers) => answers.into_inner(),
            Err(status) => return (acknowledged, Err(status)),
        };
        loop {
            match answers.message().await {
                Ok(Some(answer)) => acknowledged.push(answer),
                Ok(None) => return (acknowledged, Ok(())),
                Err(status) => return (acknowledged, Err(status)),
            }
        }
    }

    /// All customers, page by page.
    pub async fn all_customers(&self, as_of: Option<prost_types::Timestamp>) -> Vec<v1::Customer> {
        let mut all = Vec::new();
        let mut page_token = String::new();
        loop {
            let request =
                v1::ListCustomersRequest { page_size: 1_000, page_token, as_of, ..Default::default() };
            let page = self.customers.clone().list_customers(request).await.expect("a page").into_inner();
            all.extend(page.customers);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return all;
            }
        }
    }

    /// Fits a model and returns it.
    pub async fn fit(&self, request: v1::FitModelRequest) -> Result<v1::Model, Status> {
        use v1::fit_model_response::Event;
        let mut events = self.clv.clone().fit_model(request).await?.into_inner();
        let mut last = None;
        while let Some(event) = events.message().await? {
            last = event.event;
        }
        match last {
            Some(Event::Model(model)) => Ok(model),
            other => panic!("a fit ended with {other:?} instead of a model"),
        }
    }

    /// All predictions that answer a request: of everybody, when it does not say of how many.
    pub async fn predictions(
        &self,
        request: v1::PredictCustomersRequest,
    ) -> Result<Vec<v1::Prediction>, Status> {
        let request = v1::PredictCustomersRequest { limit: request.limit.or(Some(EVERYBODY)), ..request };
        let mut messages = self.clv.clone().predict_customers(request).await?.into_inner();
        let mut all = Vec::new();
        while let Some(message) = messages.message().await? {
            all.extend(message.predictions);
        }
        Ok(all)
    }
}
