//! What lets a call in and what does not, of tokens of an identity provider.

use std::collections::HashMap;

use bytes::Bytes;
use lojal_tests::calls::{Call, SCOPES};
use lojal_tests::tokens::{Provider, now};
use serde_json::{Value, json};
use tonic::Code;
use tonic::transport::Channel;

/// Tokens as an identity provider makes them.
pub(crate) struct TokenTable {
    /// With one scope each, for all workspaces.
    only: HashMap<&'static str, String>,
    /// With all scopes but one.
    without: HashMap<&'static str, String>,
    /// With all scopes, for one workspace.
    mine: String,
    /// With all scopes, for no workspace.
    nowhere: String,
    /// Those that let nobody in, each with all scopes, and the reasons.
    refused: Vec<(&'static str, String, &'static str)>,
}

impl TokenTable {
    /// The workspace that some are for.
    pub(crate) const MINE: &str = "mine";
    /// One that they are not for.
    pub(crate) const OTHER: &str = "other";

    /// Those of a provider whose key is "one".
    pub(crate) fn by(provider: &Provider) -> Self {
        let words = |scopes: &[&str]| {
            scopes.iter().map(|scope| format!("lojal.{scope}")).collect::<Vec<_>>().join(" ")
        };
        let all = words(&SCOPES);
        let claims = |others: Value| {
            let mut claims = json!({"scope": all});
            claims.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
            claims
        };
        let but = |left_out: &'static str| {
            let rest: Vec<&str> = SCOPES.into_iter().filter(|scope| *scope != left_out).collect();
            (left_out, provider.token(json!({"scope": words(&rest)})))
        };
        let good = provider.token(claims(json!({})));
        // The first letter of the signature: the last one has bits that say nothing.
        let at = good.rfind('.').unwrap() + 1;
        let letter = if good[at..].starts_with('A') { "B" } else { "A" };
        let mistyped = format!("{}{letter}{}", &good[..at], &good[at + 1..]);
        let now = now();
        let token = |others: Value| provider.token(claims(others));
        let invalid = "TOKEN_INVALID";
        let refused = vec![
            ("expired", token(json!({"exp": now - 1})), "TOKEN_EXPIRED"),
            ("without an end", token(json!({"exp": null})), invalid),
            ("not yet valid", token(json!({"nbf": now + 3_000})), "TOKEN_NOT_YET_VALID"),
            ("mistyped", mistyped, invalid),
            ("cut off", good[..at - 1].to_owned(), "TOKEN_MALFORMED"),
            ("signed with another key", Provider::new("one").token(claims(json!({}))), invalid),
            ("of another issuer", token(json!({"iss": "https://login.example/realms/other"})), invalid),
            ("for another audience", token(json!({"aud": ["account", "till"]})), invalid),
            ("of nobody", token(json!({"sub": null})), invalid),
            (
                "for something else",
                provider.token_with(json!({"typ": "logout+jwt"}), claims(json!({}))),
                "TOKEN_MALFORMED",
            ),
            ("signed by nobody", provider.unsigned(claims(json!({}))), invalid),
            ("signed with what is public", provider.signed_with_what_is_public(claims(json!({}))), invalid),
            ("of an unknown key", Provider::new("two").token(claims(json!({}))), invalid),
            ("longer than any", token(json!({"groups": "g".repeat(9_000)})), "TOKEN_MALFORMED"),
        ];
        Self {
            only: SCOPES
                .into_iter()
                .map(|scope| (scope, provider.token(json!({"scope": [words(&[scope])]}))))
                .collect(),
            without: SCOPES.into_iter().map(but).collect(),
            mine: token(json!({"lojal_workspaces": [Self::MINE]})),
            nowhere: token(json!({"lojal_workspaces": null})),
            refused,
        }
    }

    /// Each of them lets a call in, or does not, as it should.
    pub(crate) async fn holds_for(&self, channel: &Channel, call: &Call) {
        let (path, scope) = (&call.path, call.scope);
        let refused = async |token: &str, workspace: &str, message: Bytes| {
            let refused = call.refusal(channel, Some(token), workspace, message).await;
            refused.unwrap_or_else(|| panic!("{path} was let in with {token:?} for {workspace}"))
        };
        for (flaw, token, reason) in &self.refused {
            let (code, given, message) = refused(token, Self::MINE, Bytes::new()).await;
            let told = (code, &*given);
            assert_eq!(told, (Code::Unauthenticated, *reason), "{path} with a token {flaw}: {message}");
        }
        let (code, reason, message) = refused(&self.without[scope], Self::MINE, Bytes::new()).await;
        assert_eq!((code, &*reason), (Code::PermissionDenied, "SCOPE_MISSING"), "{path}");
        assert!(
            message.contains(&scope.to_uppercase()) && message.contains("token of \"till-7\""),
            "{message}"
        );

        // What administrators do is about all workspaces.
        let is_admins = scope == "admin";
        let elsewhere = if is_admins { "SCOPE_MISSING" } else { "WORKSPACE_NOT_ALLOWED" };
        for token in [&self.nowhere, &self.mine] {
            let (of_call, message) = if call.names_workspace() {
                (Self::MINE, call.request(Self::OTHER))
            } else {
                (Self::OTHER, Bytes::new())
            };
            let (code, reason, _) = refused(token, of_call, message).await;
            assert_eq!((code, &*reason), (Code::PermissionDenied, elsewhere), "{path}");
        }
        let let_in = async |token: &str, message: Bytes| {
            call.refusal(channel, Some(token), Self::MINE, message).await.is_none()
        };
        assert_eq!(let_in(&self.mine, call.request(Self::MINE)).await, !is_admins, "{path}");
        assert!(let_in(&self.only[scope], Bytes::new()).await, "{path}");
    }
}
