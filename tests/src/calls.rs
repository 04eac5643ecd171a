//! The calls of the contract, as its descriptor lists them.

use bytes::Bytes;
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::failure;
use crate::raw::BytesCodec;

/// Scopes by their names on the command line.
pub const SCOPES: [&str; 6] = ["ingest", "read", "personal", "manage", "erase", "admin"];

/// A call of the contract and the scope it declares.
pub struct Call {
    /// What it is.
    pub method: MethodDescriptor,
    /// Such as `/lojal.v1.NpsService/GetNps`.
    pub path: String,
    /// One of [`SCOPES`].
    pub scope: &'static str,
}

impl Call {
    /// Whether its request may name a workspace.
    #[must_use]
    pub fn names_workspace(&self) -> bool {
        self.method.input().get_field_by_name("workspace").is_some()
    }

    /// A request that names a workspace, where one can.
    #[must_use]
    pub fn request(&self, workspace: &str) -> Bytes {
        let mut message = DynamicMessage::new(self.method.input());
        for field in ["workspace", "confirm"] {
            if self.names_workspace() && self.method.input().get_field_by_name(field).is_some() {
                message.set_field_by_name(field, Value::String(workspace.to_owned()));
            }
        }
        message.encode_to_vec().into()
    }

    /// Calls it in a workspace until the first message of its answer, or its end.
    ///
    /// # Errors
    /// The status of the call.
    ///
    /// # Panics
    /// When there is no connection.
    pub async fn begin(
        &self,
        channel: &Channel,
        key: Option<&str>,
        workspace: &str,
        message: Bytes,
    ) -> Result<Option<Bytes>, Status> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("lojal-workspace", workspace.parse().expect("a name that can be sent"));
        if let Some(key) = key {
            let bearer = format!("Bearer {key}").parse().expect("a key that can be sent");
            request.metadata_mut().insert("authorization", bearer);
        }
        let mut client = tonic::client::Grpc::new(channel.clone());
        client.ready().await.expect("a connection");
        let path = self.path.parse().expect("a path");
        let mut answer = client.server_streaming(request, path, BytesCodec).await?.into_inner();
        answer.message().await
    }

    /// What a caller is refused with; nothing where they are let in, whatever comes of it.
    ///
    /// # Panics
    /// When the refusal says nothing for programs.
    pub async fn refusal(
        &self,
        channel: &Channel,
        key: Option<&str>,
        workspace: &str,
        message: Bytes,
    ) -> Option<Refused> {
        let status = self.begin(channel, key, workspace, message).await.err()?;
        if matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied) {
            let failure = failure(&status);
            assert_eq!(failure.domain, "lojal.dev");
            return Some((failure.code, failure.reason, failure.message));
        }
        None
    }
}

/// A refusal of who calls: the code, the reason and the sentence.
pub type Refused = (Code, String, String);

/// All of them.
///
/// # Panics
/// When one declares no scope.
#[must_use]
pub fn calls() -> Vec<Call> {
    let pool = lojal_proto::descriptors().expect("the contract");
    let option = pool.get_extension_by_name("lojal.v1.scope").expect("the option");
    let names = pool.get_enum_by_name("lojal.v1.Scope").expect("scopes");
    let services = pool.services().filter(|service| service.package_name() == "lojal.v1");
    let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
    let calls: Vec<Call> = methods
        .map(|method| {
            let number = method.options().get_extension(&option).as_enum_number().expect("a scope");
            let name =
                names.get_value(number).expect("a scope").name().trim_start_matches("SCOPE_").to_lowercase();
            let scope = SCOPES.into_iter().find(|scope| *scope == name);
            let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
            Call { scope: scope.unwrap_or_else(|| panic!("{path} has no scope")), path, method }
        })
        .collect();
    assert!(calls.len() > 60, "{}", calls.len());
    calls
}
