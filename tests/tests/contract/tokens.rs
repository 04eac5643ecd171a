//! Tokens of an identity provider, beside keys: how long they let in, what they count as, and what is logged of them.

use std::path::Path;
use std::time::Duration;

use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_tests::say::purchase;
use lojal_tests::tokens::{Provider, now, publish, rsa, settings};
use lojal_tests::{Clients, Server, failure, keys, until};
use serde_json::json;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

/// A server that takes tokens of a provider and has no keys, with settings beside.
async fn taking(place: &Path, provider: &Provider, more: &[(&str, &str)]) -> (Server, Clients) {
    let file = place.join("keys.json");
    publish(&file, &[provider.public()]);
    let settings = settings(&file);
    let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let server =
        Server::start_on(&place.join("data"), &settings.chain(more.iter().copied()).collect::<Vec<_>>());
    let clients = server.clients().await;
    (server, clients)
}

async fn info(clients: &Clients) -> Result<v1::GetServerInfoResponse, Status> {
    let mut admin = clients.admin.clone();
    Ok(admin.get_server_info(v1::GetServerInfoRequest {}).await?.into_inner())
}

fn reason(status: &Status) -> String {
    failure(status).reason
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rsa_signs_in_six_ways() {
    let place = tempfile::tempdir().unwrap();
    let provider = Provider::new("one");
    let (public, issued) = rsa("two", &json!({"scope": "lojal.read"}));
    let only_for = json!({"alg": "PS384", "kid": "three", "kty": "RSA", "n": public["n"], "e": public["e"]});
    let file = place.path().join("keys.json");
    publish(&file, &[provider.public(), public, only_for]);
    let settings = settings(&file);
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let server = Server::start_on(&place.path().join("data"), &settings);
    let clients = server.clients().await;
    assert_eq!(issued.len(), 6);
    for (algorithm, token) in &issued {
        info(&clients.with_key(token)).await.unwrap_or_else(|status| panic!("{algorithm}: {status}"));
        // What is signed by one algorithm is not by another, whatever its header says.
        for (other, claimed) in issued.iter().filter(|(other, _)| other != algorithm) {
            let (head, _) = claimed.split_once('.').unwrap();
            let (_, rest) = token.split_once('.').unwrap();
            let status = info(&clients.with_key(&format!("{head}.{rest}"))).await.unwrap_err();
            assert_eq!(reason(&status), "TOKEN_INVALID", "{algorithm} as {other}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_key_a_server_that_takes_tokens_is_closed_and_a_token_makes_the_first() {
    let place = tempfile::tempdir().unwrap();
    let provider = Provider::new("one");
    let (_server, clients) = taking(place.path(), &provider, &[]).await;
    let missing = failure(&info(&clients).await.unwrap_err());
    assert_eq!((missing.code, &*missing.reason), (Code::Unauthenticated, "API_KEY_MISSING"));
    assert!(missing.message.contains("a token of its identity provider"), "{}", missing.message);
    let malformed = failure(&info(&clients.with_key("lojal_key")).await.unwrap_err());
    assert!(malformed.message.contains("three parts"), "{}", malformed.message);

    let operator = clients.with_key(&provider.token(json!({"scope": "lojal.admin"})));
    let request = v1::CreateApiKeyRequest {
        name: "till".to_owned(),
        scopes: vec![v1::Scope::Read.into()],
        ..Default::default()
    };
    let made = operator.admin.clone().create_api_key(request).await.unwrap().into_inner();
    info(&clients.with_key(&made.secret)).await.unwrap();
    info(&clients.with_key(&provider.token(json!({"scope": "lojal.read"})))).await.unwrap();
    let limits = info(&clients.with_key(&made.secret)).await.unwrap().limits;
    assert!(limits.iter().any(|limit| limit.name == "token" && limit.maximum == 8_192));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_token_is_said_with_what_to_do() {
    let place = tempfile::tempdir().unwrap();
    let provider = Provider::new("one");
    let (_server, clients) = taking(place.path(), &provider, &[]).await;
    let told = async |token: &str| failure(&info(&clients.with_key(token)).await.unwrap_err());
    let token = |claims| provider.token(claims);
    let (past, future) = (now() - 100, now() + 100);
    for (token, words) in [
        (token(json!({"exp": past})), &["expired at", "get another one"][..]),
        (token(json!({"nbf": future})), &["valid from", "clock"]),
        (token(json!({"iss": "other"})), &["issuer", "https://login.example/realms/shop"]),
        (token(json!({"aud": "other"})), &["audience", "\"lojal\""]),
        (token(json!({"sub": null})), &["claim sub"]),
        (provider.unsigned(json!({})), &["algorithm", "RS256"]),
        (Provider::new("two").token(json!({})), &["does not know", "get another token"]),
        (Provider::new("one").token(json!({})), &["signature"]),
        (provider.token_with(json!({"typ": "dpop+jwt"}), json!({})), &["access token"]),
        ("a.b.c".to_owned(), &["no signed JSON Web Token"]),
    ] {
        let failure = told(&token).await;
        for word in words {
            assert!(failure.message.contains(word), "{word}: {}", failure.message);
        }
        assert!(!failure.message.contains(&token), "a token is repeated: {}", failure.message);
    }
    let at = told(&token(json!({"exp": 1_700_000_000}))).await;
    assert_eq!(at.metadata["expire_time"], "2023-11-14T22:13:20Z");

    // What is refused for what it may not do says whose it is, and nothing else of who calls.
    let status = clients.with_key(&token(json!({"scope": "lojal.read", "sub": "the \"till\""})));
    let lacking = status.clv.clone().fit_model(v1::FitModelRequest::default()).await.unwrap_err();
    let lacking = failure(&lacking);
    assert_eq!((&*lacking.reason, &*lacking.metadata["scope"]), ("SCOPE_MISSING", "SCOPE_MANAGE"));
    assert_eq!(lacking.metadata["subject"], "the\\u{20}\\u{22}till\\u{22}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_under_way_goes_on_when_its_token_expires() {
    let place = tempfile::tempdir().unwrap();
    let provider = Provider::new("one");
    let (_server, clients) = taking(place.path(), &provider, &[]).await;
    let token = provider.token(json!({"scope": "lojal.ingest lojal.read", "exp": now() + 3}));
    let caller = clients.with_key(&token);
    let (send, requests) = tokio::sync::mpsc::channel(2);
    let chunk = |sequence: i64, id: &str| v1::ImportRequest {
        sequence,
        rows: Some(Rows::Transactions(v1::TransactionRows {
            rows: vec![purchase("c1", id, "2026-03-01", "5.00")],
        })),
        ..Default::default()
    };
    send.send(chunk(1, "t1")).await.unwrap();
    let mut answers = caller.ingest.clone().import(ReceiverStream::new(requests)).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().sequence, 1);
    let mut is_over = false;
    for _ in 0..2_000 {
        if info(&caller).await.is_err_and(|status| reason(&status) == "TOKEN_EXPIRED") {
            is_over = true;
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(is_over, "a token that does not expire");
    send.send(chunk(2, "t2")).await.unwrap();
    assert_eq!(answers.message().await.unwrap().unwrap().sequence, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotas_of_each_key_count_by_subject() {
    let place = tempfile::tempdir().unwrap();
    let provider = Provider::new("one");
    let quota = [("LOJAL__QUOTAS__EACH_KEY__ROWS_PER_DAY", "3")];
    let (_server, clients) = taking(place.path(), &provider, &quota).await;
    let record = async |subject: &str, id: &str, issued: i64| {
        let token = provider.token(json!({"scope": "lojal.ingest", "sub": subject, "iat": issued}));
        let transactions = (0..2).map(|n| purchase("c1", &format!("{id}-{n}"), "2026-03-01", "5")).collect();
        let request = v1::RecordTransactionsRequest { transactions, skip_invalid: false };
        clients.with_key(&token).ingest.clone().record_transactions(request).await
    };
    record("till-1", "a", 1).await.unwrap();
    // Another token changes nothing of whose it is.
    let reached = failure(&record("till-1", "b", 2).await.unwrap_err());
    assert_eq!((&*reached.reason, &*reached.metadata["limit"]), ("QUOTA_REACHED", "rows_per_day"));
    assert!(reached.message.contains("\"till-1\""), "{}", reached.message);
    record("till-2", "c", 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sees_the_workspaces_of_ones_token_alone() {
    let place = tempfile::tempdir().unwrap();
    let provider = Provider::new("one");
    let (_server, clients) = taking(place.path(), &provider, &[]).await;
    let with = |workspaces: &str| {
        let claims = json!({"scope": "lojal.manage lojal.read", "lojal_workspaces": workspaces});
        clients.with_key(&provider.token(claims))
    };
    let create = |name: &str| v1::CreateWorkspaceRequest { workspace: name.to_owned(), ..Default::default() };
    for name in ["hr", "shop"] {
        with("*").workspaces.clone().create_workspace(create(name)).await.unwrap();
    }
    let list = async |clients: &Clients| -> Vec<String> {
        let page = clients.workspaces.clone().list_workspaces(v1::ListWorkspacesRequest::default()).await;
        page.unwrap().into_inner().workspaces.into_iter().map(|workspace| workspace.workspace).collect()
    };
    assert_eq!(list(&with("*")).await, ["hr", "shop"]);
    assert_eq!(list(&with("shop other").in_workspace("shop")).await, ["shop"]);
    let status = with("shop").in_workspace("shop").workspaces.clone().create_workspace(create("other")).await;
    assert_eq!(reason(&status.unwrap_err()), "WORKSPACE_NOT_ALLOWED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_calls_names_subjects_and_never_shows_tokens() {
    let place = tempfile::tempdir().unwrap();
    let provider = Provider::new("one");
    let level = [("LOJAL__LOG__LEVEL", "debug,h2=trace,hyper=trace,tonic=trace")];
    let (server, clients) = taking(place.path(), &provider, &level).await;
    let key = keys::mistyped("lojal_0001020304050607_08090a0b0c0d0e0f101112131415161718191a1b5473a061");
    let token = provider.token(json!({"scope": "lojal.read", "sub": "till in\nZagreb"}));
    let forged = Provider::new("one").token(json!({"sub": "somebody else"}));
    info(&clients.with_key(&token)).await.unwrap();
    info(&clients.with_key(&forged)).await.unwrap_err();
    info(&clients.with_key(&key)).await.unwrap_err();
    let log = until("the calls to be logged", Duration::from_secs(20), || {
        let log = server.log();
        let has = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
        let subject = "subject=\"till\\\\u{20}in\\\\u{a}Zagreb\"";
        (has(&["GetServerInfo", subject, "code=\"OK\""])
            && log.matches("code=\"UNAUTHENTICATED\"").count() >= 2)
            .then_some(log.clone())
    });
    for shown in [&token, &forged] {
        let (_, signature) = shown.rsplit_once('.').unwrap();
        assert!(!log.contains(signature), "the log shows a token");
    }
    assert!(!log.contains("somebody"), "whose a forged token claims to be is nobody's word");
}
