//! What comes with a call besides its message.

use lojal_domain::WorkspaceName;
use tonic::Request;
use tonic::metadata::MetadataMap;

use crate::error::Refusal;

/// The call metadata that names a workspace.
pub const WORKSPACE: &str = "lojal-workspace";

/// The workspace of a call.
pub(crate) fn workspace(metadata: &MetadataMap) -> Result<WorkspaceName, Refusal> {
    let mut given = metadata.get_all(WORKSPACE).iter();
    let Some(value) = given.next() else { return Ok(WorkspaceName::default()) };
    if given.next().is_some() {
        // Which of them counts should not depend on who reads them.
        return Err(Refusal::field(WORKSPACE, "is given more than once; name one workspace"));
    }
    let text = value
        .to_str()
        .map_err(|_| Refusal::field(WORKSPACE, "is not plain text; allowed are a-z, 0-9, \"_\" and \"-\""))?;
    WorkspaceName::new(text).map_err(|problem| Refusal::field(WORKSPACE, problem.to_string()))
}

/// The workspace and the message of a call.
pub(crate) fn open<T>(request: Request<T>) -> Result<(WorkspaceName, T), Refusal> {
    let workspace = workspace(request.metadata())?;
    Ok((workspace, request.into_inner()))
}
