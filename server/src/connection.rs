//! How commands reach a running server, and how they tell what it refuses.

use anyhow::anyhow;
use lojal_domain::WorkspaceName;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// Headers of an answer in all. An error that names a hundred fields is larger than the usual 16 KiB.
const HEADER_BYTES: u32 = 256 * 1024;

/// Connects to the server at an address, which may be without `http://`.
pub(crate) async fn connect(server: &str) -> anyhow::Result<Channel> {
    let url = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
    let endpoint = Endpoint::from_shared(url.clone())
        .map_err(|_| anyhow!("--server is {server:?}; give an address such as http://127.0.0.1:50051"))?;
    endpoint.http2_max_header_list_size(HEADER_BYTES).connect().await.map_err(|_| {
        anyhow!("no server answers at {url}; start one with `lojal serve`, or name another with --server")
    })
}

/// A request to a workspace.
pub(crate) fn in_workspace<T>(message: T, workspace: &WorkspaceName) -> anyhow::Result<tonic::Request<T>> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("lojal-workspace", workspace.as_str().parse()?);
    Ok(request)
}

/// What a server refuses, in its own sentence.
pub(crate) fn refusal(status: &Status) -> anyhow::Error {
    match status.message() {
        "" => anyhow!("the server ended the call with {:?}; look into its log", status.code()),
        sentence => anyhow!("{sentence}"),
    }
}
