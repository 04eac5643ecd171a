//! How tools reach the server: a connection that is made when it is needed, and made again when the server is back.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::HeaderValue;
use http::uri::PathAndQuery;
use lojal_domain::WorkspaceName;
use tonic::client::Grpc;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::bytes_codec::Plain;
use crate::cli::door::{Secret, ServerArgs};
use crate::connection::{Way, WithKey, in_workspace};

/// The most that a message of an answer may take: as much as the SDKs take.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// After which a server that does not answer at all is away.
const CONNECTS_WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked whether a server with calls under way is there, and how long it may take to say so.
const LOOK_AFTER: Duration = Duration::from_secs(30);
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// The way to the server.
pub(crate) struct Road {
    way: Way,
    channel: Channel,
    key: Option<Secret>,
    key_file: Option<PathBuf>,
}

impl Road {
    /// To a server that need not be there yet.
    pub(crate) fn to(server: &ServerArgs, key_file: Option<PathBuf>) -> anyhow::Result<Self> {
        let mut way = Way::to(server)?;
        way.endpoint = way
            .endpoint
            .connect_timeout(CONNECTS_WITHIN)
            .http2_keep_alive_interval(LOOK_AFTER)
            .keep_alive_timeout(ANSWERS_WITHIN);
        let channel = way.endpoint.connect_lazy();
        let road = Self { way, channel, key: server.credentials.key().cloned(), key_file };
        // So that a key that cannot be sent shows at once.
        road.own_key()?;
        Ok(road)
    }

    /// Where it leads.
    pub(crate) fn url(&self) -> &str {
        &self.way.url
    }

    /// The key of this process.
    pub(crate) fn own_key(&self) -> anyhow::Result<WithKey> {
        let Some(file) = &self.key_file else { return self.way.with_key(self.key.as_ref()) };
        let text = std::fs::read_to_string(file);
        let text =
            text.with_context(|| format!("--api-key-file is {}, which cannot be read", file.display()))?;
        self.way.with_key(Some(&text.parse::<Secret>()?))
    }

    /// The key that a caller shows, as it stands in a header.
    pub(crate) fn key_of(&self, shown: &HeaderValue) -> anyhow::Result<WithKey> {
        let bearer = shown.to_str().ok().and_then(|text| text.split_once(' '));
        let key = bearer.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")).map(|(_, key)| key);
        let key =
            key.context("the header authorization holds no key; send \"Bearer\" and the API key or token")?;
        self.way.with_key(Some(&key.parse::<Secret>()?))
    }

    /// Makes a call, and returns all messages of its answer.
    pub(crate) async fn ask(
        &self,
        path: PathAndQuery,
        key: WithKey,
        workspace: &WorkspaceName,
        message: Vec<u8>,
    ) -> Result<Vec<Bytes>, Status> {
        let mut client = Grpc::new(InterceptedService::new(self.channel.clone(), key))
            .max_decoding_message_size(ANSWER_BYTES);
        client.ready().await.map_err(|error| Status::from_error(Box::new(error)))?;
        let request: Request<Bytes> = in_workspace(message.into(), workspace)
            .map_err(|problem| Status::invalid_argument(problem.to_string()))?;
        let mut answer = client.server_streaming(request, path, Plain).await?.into_inner();
        let mut messages = Vec::new();
        while let Some(message) = answer.message().await? {
            messages.push(message);
        }
        Ok(messages)
    }
}
