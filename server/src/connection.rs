//! How commands reach a running server, and how they tell what it refuses.

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use lojal_domain::WorkspaceName;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

use crate::cli::door::{Credentials, Secret, ServerArgs};
use crate::host_layer::is_local;

/// Headers of an answer in all. An error that names a hundred fields is larger than the usual 16 KiB.
const HEADER_BYTES: u32 = 256 * 1024;

/// A connection whose calls carry an API key, if there is one.
pub(crate) type Channel = InterceptedService<tonic::transport::Channel, WithKey>;

/// Puts an API key on every call.
#[derive(Clone)]
pub(crate) struct WithKey(Option<MetadataValue<Ascii>>);

impl Interceptor for WithKey {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(key) = &self.0 {
            request.metadata_mut().insert("authorization", key.clone());
        }
        Ok(request)
    }
}

/// The way to a server, not gone yet.
pub(crate) struct Way {
    pub(crate) endpoint: Endpoint,
    pub(crate) url: String,
    /// Whether whatever is sent there can be read by others.
    pub(crate) is_in_the_clear: bool,
}

impl Way {
    /// The way to the server at an address, which may be without `http://`.
    pub(crate) fn to(server: &ServerArgs) -> anyhow::Result<Self> {
        let (given, credentials) = (&server.server, &server.credentials);
        let url = if given.contains("://") { given.clone() } else { format!("http://{given}") };
        let wrong = || anyhow!("--server is {given:?}; give an address such as http://127.0.0.1:50051");
        let mut endpoint = Endpoint::from_shared(url.clone()).map_err(|_| wrong())?;
        let uri = endpoint.uri().clone();
        let host = uri.host().ok_or_else(wrong)?;
        let is_in_the_clear = match uri.scheme_str() {
            Some("https") => {
                endpoint = endpoint.tls_config(tls(credentials)?)?;
                false
            }
            Some("http") => {
                let of_tls = [&credentials.ca, &credentials.client_cert, &credentials.client_key];
                anyhow::ensure!(
                    // The environment may name an authority for other servers.
                    of_tls[1..].iter().all(|file| file.is_none()),
                    "certificates are for TLS; name the server with https://"
                );
                !credentials.plaintext_key && !is_local(host)
            }
            _ => return Err(wrong()),
        };
        let endpoint = endpoint.http2_max_header_list_size(HEADER_BYTES);
        Ok(Self { endpoint, url, is_in_the_clear })
    }

    /// What carries a key along it, or nothing without one.
    pub(crate) fn with_key(&self, key: Option<&Secret>) -> anyhow::Result<WithKey> {
        let Some(key) = key else { return Ok(WithKey(None)) };
        anyhow::ensure!(
            !self.is_in_the_clear,
            "the API key would be sent to {} in the clear; name the server with https://, or say --plaintext-key if the way there is safe",
            self.endpoint.uri().host().unwrap_or_default()
        );
        let value = format!("Bearer {}", key.reveal()).parse::<MetadataValue<Ascii>>();
        let mut value = value
            .map_err(|_| anyhow!("--api-key is no API key; give it as `lojal key create` printed it, or a token as it was issued"))?;
        // So that nothing that shows headers shows it.
        value.set_sensitive(true);
        Ok(WithKey(Some(value)))
    }
}

/// Connects to the server at an address, which may be without `http://`.
pub(crate) async fn connect(server: &ServerArgs) -> anyhow::Result<Channel> {
    let way = Way::to(server)?;
    let with_key = way.with_key(server.credentials.key())?;
    let channel = way.endpoint.connect().await.map_err(|error| unreachable(&way.url, &error))?;
    Ok(InterceptedService::new(channel, with_key))
}

/// Connects to a server of this process.
pub(crate) async fn connect_here(address: SocketAddr) -> anyhow::Result<Channel> {
    let channel = Endpoint::from_shared(format!("http://{address}"))?.connect().await?;
    Ok(InterceptedService::new(channel, WithKey(None)))
}

/// Whom the server is known by, and what it is shown.
fn tls(credentials: &Credentials) -> anyhow::Result<ClientTlsConfig> {
    let read = |option: &str, path: &Path| {
        std::fs::read(path).with_context(|| format!("{option} is {}, which cannot be read", path.display()))
    };
    let mut tls = match &credentials.ca {
        Some(ca) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read("--ca", ca)?)),
        None => ClientTlsConfig::new().with_native_roots(),
    };
    match (&credentials.client_cert, &credentials.client_key) {
        (Some(cert), Some(key)) => {
            tls = tls.identity(Identity::from_pem(read("--client-cert", cert)?, read("--client-key", key)?));
        }
        (None, None) => {}
        _ => anyhow::bail!("--client-cert and --client-key go together; give both"),
    }
    Ok(tls)
}

/// Why there is no connection, as far as that can be told.
pub(crate) fn unreachable(url: &str, error: &dyn Error) -> anyhow::Error {
    let mut causes = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push_str(&format!("{error}; "));
        cause = error.source();
    }
    if causes.contains("UnknownIssuer") {
        anyhow!(
            "the certificate of {url} is of an authority that this machine does not trust; name that authority's certificate with --ca, or see that this is the right server"
        )
    } else if causes.contains("not valid for name") || causes.contains("NotValidForName") {
        anyhow!(
            "the certificate of {url} is for other names; call the server by one of them, or make a certificate with this one"
        )
    } else if causes.contains("Expired") || causes.contains("NotValidYet") {
        anyhow!(
            "the certificate of {url} is not valid now; it has to be renewed, or this machine's clock is wrong"
        )
    } else if causes.contains("CertificateRequired") {
        anyhow!("{url} asks for a certificate of yours; give it with --client-cert and --client-key")
    } else if causes.contains("InvalidContentType") || causes.contains("corrupt message") {
        anyhow!("{url} does not speak TLS; name the server with http://")
    } else {
        anyhow!("no server answers at {url}; start one with `lojal serve`, or name another with --server")
    }
}

/// A request to a workspace.
pub(crate) fn in_workspace<T>(message: T, workspace: &WorkspaceName) -> anyhow::Result<tonic::Request<T>> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("lojal-workspace", workspace.as_str().parse()?);
    Ok(request)
}

/// What a server refuses, in its own sentence.
pub(crate) fn refusal(status: &Status) -> anyhow::Error {
    // Only what failed on the way has a cause. TLS 1.3 tells of a certificate that is missing once the first call is under way.
    if status.source().is_some() {
        return anyhow!(
            "the connection to the server ended; if it has TLS, name it with https://, if it asks for certificates of its clients, give one with --client-cert and --client-key, and else try again"
        );
    }
    match status.message() {
        "" => anyhow!("the server ended the call with {:?}; look into its log", status.code()),
        sentence => anyhow!("{sentence}"),
    }
}
