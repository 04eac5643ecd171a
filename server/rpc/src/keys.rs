//! API keys on the wire, and who is not let in.

use http::Extensions;
use lojal_domain::WorkspaceName;
use lojal_engine::{ApiKey, CreateApiKey, KeyProblem, KeyScope, Principal, Quota};
use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use tonic::{Code, Status};

use crate::access::{Access, key_scope, wire_scope};
use crate::error::Refusal;
use crate::words::{filled_list, instant, timestamp};

pub(crate) fn creation(request: v1::CreateApiKeyRequest) -> Result<CreateApiKey, Refusal> {
    let mut violations = Vec::new();
    let mut scopes = Vec::new();
    for (place, number) in request.scopes.into_iter().enumerate() {
        match v1::Scope::try_from(number).ok().and_then(key_scope) {
            Some(scope) => scopes.push(scope),
            None => {
                let names = KeyScope::ALL.map(|scope| wire_scope(scope).as_str_name()).join(", ");
                violations.push((format!("scopes[{place}]"), format!("is no scope; there are {names}")));
            }
        }
    }
    let mut workspaces = Vec::new();
    for (place, name) in filled_list(request.workspaces).into_iter().enumerate() {
        match WorkspaceName::new(name) {
            Ok(name) => workspaces.push(name),
            Err(problem) => violations.push((format!("workspaces[{place}]"), problem.to_string())),
        }
    }
    if !violations.is_empty() {
        return Err(Refusal::fields(violations));
    }
    let expires = instant("expire_time", request.expire_time)?;
    let quota = request.quota.map(|quota| Quota {
        calls_per_second: quota.calls_per_second,
        heavy_calls: quota.heavy_calls,
        rows_per_day: quota.rows_per_day,
    });
    Ok(CreateApiKey { name: request.name, scopes, workspaces, expires, quota: quota.unwrap_or_default() })
}

pub(crate) fn api_key(key: &ApiKey) -> v1::ApiKey {
    v1::ApiKey {
        key_id: key.id.clone(),
        name: key.name.clone(),
        scopes: key.scopes.iter().map(|scope| wire_scope(*scope).into()).collect(),
        workspaces: key.workspaces.iter().map(|name| name.as_str().to_owned()).collect(),
        create_time: Some(timestamp(key.created)),
        expire_time: key.expires.map(timestamp),
        revoke_time: key.revoked.map(timestamp),
        quota: (!key.quota.is_none()).then(|| quota(key.quota)),
    }
}

/// A quota as the contract has it.
#[must_use]
pub fn quota(quota: Quota) -> v1::Quota {
    let Quota { calls_per_second, heavy_calls, rows_per_day } = quota;
    v1::Quota { calls_per_second, heavy_calls, rows_per_day }
}

/// What a call was let in by; none on a server that asks for nothing.
pub(crate) fn principal_of(extensions: &Extensions) -> Option<Principal> {
    extensions.get::<Principal>().cloned()
}

/// A workspace that a message names, if what the call was let in by may be used for it.
pub(crate) fn allowed(
    principal: Option<&Principal>,
    workspace: WorkspaceName,
) -> Result<WorkspaceName, Refusal> {
    match principal.filter(|principal| !principal.may_see(&workspace)) {
        Some(principal) => Err(not_for(principal, workspace.as_str())),
        None => Ok(workspace),
    }
}

/// The refusal of a call whose caller is not known, by a server that takes tokens as well or does not.
#[must_use]
pub fn unknown_caller(problem: &KeyProblem, takes_tokens: bool) -> Status {
    let refusal = |reason, message| Refusal::new(Code::Unauthenticated, reason, message);
    let refusal = match problem {
        KeyProblem::Missing if takes_tokens => refusal(
            ErrorReason::ApiKeyMissing,
            "the server asks for an API key or a token of its identity provider, and this call has neither; send one as the metadata `authorization: Bearer ...`; whoever runs the server makes keys with `lojal key create`".to_owned(),
        ),
        KeyProblem::Malformed if takes_tokens => refusal(
            ErrorReason::ApiKeyMalformed,
            "what this call has for authorization is neither an API key without a typing error nor a token; send `Bearer` and either the key as it was given, which begins with lojal_ and has 71 characters, or an access token, which is three parts with dots between them".to_owned(),
        ),
        KeyProblem::Missing => refusal(
            ErrorReason::ApiKeyMissing,
            "the server asks for an API key, and this call has none; send one as the metadata `authorization: Bearer lojal_...`, which whoever runs the server makes with `lojal key create`".to_owned(),
        ),
        KeyProblem::Malformed => refusal(
            ErrorReason::ApiKeyMalformed,
            "what this call has for authorization is no API key, or one with a typing error; send `Bearer` and the key as it was given, which begins with lojal_ and has 71 characters".to_owned(),
        ),
        KeyProblem::Invalid { id } => refusal(
            ErrorReason::ApiKeyInvalid,
            format!("API key {id} is not known to this server, or was revoked; check the server's address, or ask for another key"),
        )
        .with("key_id", id),
        KeyProblem::Expired { id, since } => {
            refusal(ErrorReason::ApiKeyExpired, format!("API key {id} expired at {since}; ask for another one"))
                .with("key_id", id)
                .with("expire_time", since)
        }
    };
    refusal.into_status()
}

/// The refusal of a call that needs a scope which what it was let in by lacks.
#[must_use]
pub fn scope_missing(principal: &Principal, access: &Access) -> Status {
    let (scope, method) = (wire_scope(access.scope).as_str_name(), &access.method);
    let way_out = match principal {
        Principal::Key(_) => "use a key that has it",
        Principal::Token(_) if access.scope == KeyScope::Admin => {
            "have the identity provider put it into the token, together with all workspaces, which this scope is about"
        }
        Principal::Token(_) => "have the identity provider put it into the token",
    };
    let message = format!("{method} needs {scope}, which {principal} does not have; {way_out}");
    let refusal = Refusal::new(Code::PermissionDenied, ErrorReason::ScopeMissing, message);
    let refusal = refusal.with("scope", scope).with("method", method);
    of(principal, refusal).into_status()
}

/// The refusal of a call to a workspace that what it was let in by is not for.
#[must_use]
pub fn workspace_not_allowed(principal: &Principal, workspace: &str) -> Status {
    not_for(principal, workspace).into_status()
}

fn not_for(principal: &Principal, workspace: &str) -> Refusal {
    let way_out = match principal {
        Principal::Key(_) => "use another key",
        Principal::Token(_) => "have the identity provider put this one into the token",
    };
    let message = format!(
        "{principal} is not for workspace \"{workspace}\"; name one that it is for, in the metadata lojal-workspace or in the request, or {way_out}"
    );
    let refusal = Refusal::new(Code::PermissionDenied, ErrorReason::WorkspaceNotAllowed, message);
    of(principal, refusal.with("workspace", workspace))
}

/// Says whose refusal it is, for programs to know.
fn of(principal: &Principal, refusal: Refusal) -> Refusal {
    match principal {
        Principal::Key(key) => refusal.with("key_id", &key.id),
        Principal::Token(token) => refusal.with("subject", &token.shown),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lojal_domain::EventTime;

    use super::*;
    use crate::checking::unset;

    fn whole() -> ApiKey {
        let at = |seconds: i64| EventTime::from_micros(seconds * 1_000_000);
        ApiKey {
            id: "0011223344556677".to_owned(),
            name: "till".to_owned(),
            scopes: vec![KeyScope::Ingest, KeyScope::Erase],
            workspaces: vec![WorkspaceName::new("shop").unwrap()],
            created: at(1),
            expires: Some(at(2)),
            revoked: Some(at(3)),
            quota: Quota { calls_per_second: 1, heavy_calls: 2, rows_per_day: 3 },
        }
    }

    #[test]
    fn a_key_reaches_the_wire_whole() {
        let sent = api_key(&whole());
        assert_eq!(unset(&sent, "ApiKey"), Vec::<String>::new());
        assert_eq!(sent.scopes, [v1::Scope::Ingest as i32, v1::Scope::Erase as i32]);
    }

    #[test]
    fn every_wrong_scope_and_workspace_is_named() {
        let request = v1::CreateApiKeyRequest {
            name: "till".to_owned(),
            scopes: vec![1, 0, 99],
            workspaces: vec!["shop".to_owned(), "Shop".to_owned(), "_server".to_owned()],
            expire_time: None,
            quota: None,
        };
        let refused = creation(request).unwrap_err();
        assert_eq!(refused.violated(), ["scopes[1]", "scopes[2]", "workspaces[1]", "workspaces[2]"]);
    }

    #[test]
    fn a_key_is_held_to_its_workspaces() {
        let key = Principal::Key(Arc::new(whole()));
        let (shop, other) = (WorkspaceName::new("shop").unwrap(), WorkspaceName::default());
        assert!(allowed(Some(&key), shop).is_ok() && allowed(None, other.clone()).is_ok());
        assert!(allowed(Some(&key), other).is_err());
    }
}
