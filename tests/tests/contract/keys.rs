//! Who may do what: every call of the contract, as its descriptor lists them, against keys and tokens that let it in and ones that do
//! not.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;
use lojal_tests::calls::{SCOPES, calls};
use lojal_tests::raw::BytesCodec;
use lojal_tests::say::purchase;
use lojal_tests::tokens::Provider;
use lojal_tests::{Clients, Server, failure, keys, tokens, until};
use tonic::{Code, Request};

use crate::token_table::TokenTable;

const MINE: &str = TokenTable::MINE;
const OTHER: &str = TokenTable::OTHER;

/// Keys as an operator makes them, before the server runs.
struct Keys {
    /// With one scope each, for all workspaces.
    only: HashMap<&'static str, String>,
    /// With all scopes but one.
    without: HashMap<&'static str, String>,
    /// With one scope each, for one workspace.
    mine: HashMap<&'static str, String>,
    revoked: String,
    expired: String,
}

fn make(data: &std::path::Path) -> Keys {
    let make = |name: &str, scopes: &str, more: &[&str]| {
        keys::create(data, name, &[&["--scope", scopes], more].concat())
    };
    let of = |scope: &'static str| (scope, make(scope, scope, &[]));
    let but = |left_out: &'static str| {
        let rest: Vec<&str> = SCOPES.into_iter().filter(|scope| *scope != left_out).collect();
        (left_out, make("rest", &rest.join(","), &[]))
    };
    let mine = |scope: &'static str| (scope, make("mine", scope, &["--workspace", MINE]));
    let all = SCOPES.join(",");
    let revoked = make("revoked", &all, &[]);
    let revoking = ["key", "revoke", keys::id(&revoked), "--data-dir", data.to_str().unwrap()];
    let _ = lojal_tests::run(&mut lojal_tests::command(&revoking), Duration::from_secs(60)).succeeded();
    Keys {
        only: SCOPES.into_iter().map(of).collect(),
        without: SCOPES.into_iter().map(but).collect(),
        mine: SCOPES.into_iter().filter(|scope| *scope != "admin").map(mine).collect(),
        revoked,
        // It ends while the server starts, or shortly after.
        expired: make("expired", &all, &["--expires", &soon()]),
    }
}

/// An instant that is nearly over.
fn soon() -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2);
    at.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_is_let_in_by_its_scope_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let made = make(&data);
    let (provider, file) = (Provider::new("one"), directory.path().join("keys.json"));
    tokens::publish(&file, &[provider.public()]);
    let issued = TokenTable::by(&provider);
    let settings = tokens::settings(&file);
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let server = Server::start_on(&data, &settings);
    let channel = server.clients().await.channel;
    let calls = calls();

    let first = &calls[0];
    let mut is_over = false;
    for _ in 0..2_000 {
        let refused = first.refusal(&channel, Some(&made.expired), MINE, Bytes::new()).await;
        if refused.is_some_and(|(_, reason, _)| reason == "API_KEY_EXPIRED") {
            is_over = true;
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(is_over, "a key that does not expire");

    for call in &calls {
        let (path, scope) = (&call.path, call.scope);
        let empty = Bytes::new;
        let refused = async |key: Option<&str>, workspace: &str, message: Bytes| {
            let refused = call.refusal(&channel, key, workspace, message).await;
            refused.unwrap_or_else(|| panic!("{path} was let in with {key:?} for {workspace}"))
        };
        for (key, reason) in [
            (None, "API_KEY_MISSING"),
            (Some("lojal_key"), "API_KEY_MALFORMED"),
            (Some(&*keys::mistyped(&made.only[scope])), "API_KEY_MALFORMED"),
            (Some(&*made.revoked), "API_KEY_INVALID"),
            (Some(&*made.expired), "API_KEY_EXPIRED"),
        ] {
            let (code, given, _) = refused(key, MINE, empty()).await;
            assert_eq!((code, &*given), (Code::Unauthenticated, reason), "{path}");
        }
        let (code, reason, message) = refused(Some(&made.without[scope]), MINE, empty()).await;
        assert_eq!((code, &*reason), (Code::PermissionDenied, "SCOPE_MISSING"), "{path}");
        let named = format!("SCOPE_{}", scope.to_uppercase());
        assert!(message.contains(&named) && message.contains(&path[1..]), "{message}");

        if let Some(mine) = made.mine.get(scope) {
            let elsewhere = if call.names_workspace() {
                // The call's own workspace is one that the key is for.
                refused(Some(mine), MINE, call.request(OTHER)).await
            } else {
                refused(Some(mine), OTHER, empty()).await
            };
            assert_eq!(
                (elsewhere.0, &*elsewhere.1),
                (Code::PermissionDenied, "WORKSPACE_NOT_ALLOWED"),
                "{path}"
            );
            assert!(elsewhere.2.contains("\"other\""), "{}", elsewhere.2);
            let let_in = call.refusal(&channel, Some(mine), MINE, call.request(MINE)).await;
            assert_eq!(let_in, None, "{path}");
        }
        let let_in = call.refusal(&channel, Some(&made.only[scope]), MINE, empty()).await;
        assert_eq!(let_in, None, "{path}");

        issued.holds_for(&channel, call).await;
    }
}

/// A server that has keys, clients without one, and a key with all scopes.
async fn closed(directory: &std::path::Path) -> (Server, Clients, String) {
    let data = directory.join("data");
    let key = keys::create(&data, "all", &["--scope", &SCOPES.join(",")]);
    let server = Server::start_on(&data, &[]);
    let clients = server.clients().await;
    (server, clients, key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_does_nothing_and_nothing_of_it_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, clients, key) = closed(directory.path()).await;
    let owner = clients.with_key(&key);
    let request = v1::CreateApiKeyRequest {
        name: "reader".to_owned(),
        scopes: vec![v1::Scope::Read.into()],
        ..Default::default()
    };
    let reader = owner.admin.clone().create_api_key(request).await.unwrap().into_inner();
    let reader_clients = clients.with_key(&reader.secret);
    let transactions = vec![purchase("c1", "t1", "2026-01-01", "5")];
    let record = v1::RecordTransactionsRequest { transactions, skip_invalid: false };
    for nobody in [&clients, &reader_clients] {
        nobody.ingest.clone().record_transactions(record.clone()).await.unwrap_err();
        // Of a stream that says nothing at all nothing can have been read.
        let silent = nobody.ingest.clone();
        let refused = tokio::time::timeout(Duration::from_secs(20), async move {
            silent.clone().import(tokio_stream::pending()).await.unwrap_err()
        });
        let refused = refused.await.expect("a refusal before anything is sent");
        assert!(matches!(refused.code(), Code::Unauthenticated | Code::PermissionDenied), "{refused}");
        let erase = v1::EraseCustomerRequest { customer_id: "c1".to_owned() };
        nobody.customers.clone().erase_customer(erase).await.unwrap_err();
    }
    let workspace = owner.workspace().await;
    assert_eq!((workspace.revision, workspace.transactions), (0, 0));
    owner.ingest.clone().record_transactions(record).await.unwrap();
    assert_eq!(owner.workspace().await.transactions, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_made_listed_and_revoked_while_the_server_runs() {
    let directory = tempfile::tempdir().unwrap();
    // Nobody needs a key as long as there is none.
    let mut server = Server::start_on(&directory.path().join("data"), &[]);
    let clients = server.clients().await;
    clients.workspace().await;
    let make = |name: &str, scopes: &[v1::Scope], workspaces: &[&str]| v1::CreateApiKeyRequest {
        quota: None,
        name: name.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).into()).collect(),
        workspaces: workspaces.iter().map(|name| (*name).to_owned()).collect(),
        expire_time: None,
    };
    let mut open = clients.admin.clone();
    let owner = open.create_api_key(make("owner", &[v1::Scope::Admin], &[])).await.unwrap().into_inner();
    // From the first one on everybody does, at once.
    let status = open.create_api_key(make("late", &[v1::Scope::Admin], &[])).await.unwrap_err();
    assert_eq!(failure(&status).reason, "API_KEY_MISSING");
    assert!(status.message().contains("lojal key create"), "{}", status.message());

    let admin = |clients: &Clients| clients.with_key(&owner.secret).admin;
    let shop = make("shop", &[v1::Scope::Read, v1::Scope::Manage], &["shop"]);
    let shop = admin(&clients).create_api_key(shop).await.unwrap().into_inner();
    let key = shop.api_key.unwrap();
    assert_eq!(key.key_id, keys::id(&shop.secret));
    assert_eq!((shop.secret.len(), &*key.workspaces), (71, &["shop".to_owned()][..]));

    // One sees what it is for, and no more: a list is shorter, and the default workspace is not among it.
    let seen = clients.with_key(&shop.secret).in_workspace("shop");
    let create = |name: &str| v1::CreateWorkspaceRequest { workspace: name.to_owned(), ..Default::default() };
    seen.workspaces.clone().create_workspace(create("shop")).await.unwrap();
    let status = seen.workspaces.clone().create_workspace(create("other")).await.unwrap_err();
    assert_eq!(failure(&status).metadata["workspace"], "other");
    let manager = make("all", &[v1::Scope::Manage, v1::Scope::Read], &[]);
    let manager = admin(&clients).create_api_key(manager).await.unwrap().into_inner();
    let manager_clients = clients.with_key(&manager.secret);
    manager_clients.workspaces.clone().create_workspace(create("other")).await.unwrap();
    let list = async |clients: &Clients| -> Vec<String> {
        let page = clients.workspaces.clone().list_workspaces(v1::ListWorkspacesRequest::default()).await;
        page.unwrap().into_inner().workspaces.into_iter().map(|workspace| workspace.workspace).collect()
    };
    assert_eq!(list(&manager_clients).await, ["other", "shop"]);
    assert_eq!(list(&seen).await, ["shop"]);
    // Where keys are kept is nobody's workspace.
    let status = manager_clients.workspaces.clone().create_workspace(create("_server")).await.unwrap_err();
    assert_eq!(failure(&status).reason, "INVALID_FIELD");

    let revoke = v1::RevokeApiKeyRequest { key_id: key.key_id.clone() };
    let revoked = admin(&clients).revoke_api_key(revoke.clone()).await.unwrap().into_inner().api_key.unwrap();
    assert!(revoked.revoke_time.is_some());
    let status = seen.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap_err();
    assert_eq!(failure(&status).reason, "API_KEY_INVALID");
    // That, and who is known, holds over a restart.
    server.restart();
    let clients = server.clients().await;
    let status = clients.with_key(&shop.secret).in_workspace("shop");
    let status = status.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap_err();
    assert_eq!(failure(&status).reason, "API_KEY_INVALID");
    let again = admin(&clients).revoke_api_key(revoke).await.unwrap().into_inner().api_key.unwrap();
    assert_eq!(again, revoked);
    let page = v1::ListApiKeysRequest { page_size: 2, page_token: String::new() };
    let first = admin(&clients).list_api_keys(page).await.unwrap().into_inner();
    assert_eq!(first.api_keys.iter().map(|key| &*key.name).collect::<Vec<_>>(), ["owner", "shop"]);
    assert_eq!(first.api_keys[1], revoked);
    let page = v1::ListApiKeysRequest { page_size: 2, page_token: first.next_page_token };
    let rest = admin(&clients).list_api_keys(page).await.unwrap().into_inner();
    assert_eq!((rest.api_keys.len(), &*rest.next_page_token), (1, ""));
    let listed = [first.api_keys, rest.api_keys].concat();
    let told = format!("{listed:?}");
    for secret in [&owner.secret, &shop.secret, &manager.secret] {
        assert!(!told.contains(secret.split('_').nth(2).unwrap()), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_key_is_refused_by_its_field() {
    let server = Server::start();
    let mut admin: AdminServiceClient<_> = server.clients().await.admin;
    let good = v1::CreateApiKeyRequest {
        name: "till".to_owned(),
        scopes: vec![v1::Scope::Read.into()],
        ..Default::default()
    };
    let past = prost_types::Timestamp { seconds: 1_000_000_000, nanos: 0 };
    for (field, request) in [
        ("name", v1::CreateApiKeyRequest { name: String::new(), ..good.clone() }),
        ("scopes", v1::CreateApiKeyRequest { scopes: Vec::new(), ..good.clone() }),
        ("scopes[0]", v1::CreateApiKeyRequest { scopes: vec![0], ..good.clone() }),
        ("workspaces[0]", v1::CreateApiKeyRequest { workspaces: vec!["A B".to_owned()], ..good.clone() }),
        ("expire_time", v1::CreateApiKeyRequest { expire_time: Some(past), ..good.clone() }),
    ] {
        let failure = failure(&admin.create_api_key(request).await.unwrap_err());
        assert_eq!((&*failure.reason, &*failure.fields[0].0), ("INVALID_FIELD", field), "{failure:?}");
    }
    let revoke = v1::RevokeApiKeyRequest { key_id: "nobody".to_owned() };
    let failure = failure(&admin.revoke_api_key(revoke).await.unwrap_err());
    assert_eq!((failure.code, &*failure.reason), (Code::NotFound, "API_KEY_NOT_FOUND"));
    // None of them closed the server.
    server.clients().await.workspace().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_calls_names_keys_and_never_shows_them() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let key = keys::create(&data, "the till in Zagreb", &["--scope", "read"]);
    let server = Server::start_on(&data, &[("LOJAL__LOG__LEVEL", "debug,h2=trace,hyper=trace,tonic=trace")]);
    let clients = server.clients().await;
    clients.with_key(&key).workspace().await;
    clients.with_key(&key).clv.clone().fit_model(v1::FitModelRequest::default()).await.unwrap_err();
    let log = until("the calls to be logged", Duration::from_secs(20), || {
        let log = server.log();
        let has = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
        let name = "key=\"the till in Zagreb\"";
        (has(&["GetServerInfo", name, keys::id(&key), "code=\"OK\""])
            && has(&["FitModel", name, "code=\"PERMISSION_DENIED\""]))
        .then_some(log.clone())
    });
    let secret = key.split('_').nth(2).unwrap();
    assert!(!log.contains(secret), "the log shows a key");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_is_open_and_reflection_as_configured() {
    use tonic_health::pb::HealthCheckRequest;
    for (setting, without_a_key) in
        [("keys", Code::Unauthenticated), ("open", Code::Ok), ("off", Code::Unauthenticated)]
    {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let key = keys::create(&data, "reader", &["--scope", "read"]);
        let server = Server::start_on(&data, &[("LOJAL__SERVER__REFLECTION", setting)]);
        let clients = server.clients().await;
        clients.health.clone().check(HealthCheckRequest { service: String::new() }).await.unwrap();
        let list = async |key: Option<&str>| {
            // Field 7 of a request of reflection asks for the services.
            let mut request = Request::new(Bytes::from_static(b"\x3a\x00"));
            if let Some(key) = key {
                request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
            }
            let mut client = tonic::client::Grpc::new(clients.channel.clone());
            client.ready().await.unwrap();
            let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo".parse().unwrap();
            match client.server_streaming(request, path, BytesCodec).await {
                Ok(answer) => match answer.into_inner().message().await {
                    Ok(Some(_)) => Code::Ok,
                    Ok(None) => Code::Unknown,
                    Err(status) => status.code(),
                },
                Err(status) => status.code(),
            }
        };
        assert_eq!(list(None).await, without_a_key, "{setting}");
        let with_a_key = if setting == "off" { Code::Unimplemented } else { Code::Ok };
        assert_eq!(list(Some(&key)).await, with_a_key, "{setting}");
    }
}
