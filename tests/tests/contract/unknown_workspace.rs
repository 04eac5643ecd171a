//! A workspace that is not there, most often because of a typing error, has no answers, not even empty ones.

use bytes::Bytes;
use lojal_proto::v1;
use lojal_tests::calls::calls;
use lojal_tests::say::purchase;
use lojal_tests::{Clients, Server, failure};
use tonic::Code;

/// What is asked of no one workspace, and of one before it is there.
const ANSWERED: [&str; 3] = ["GetServerInfo", "ListWorkspaces", "GetImportPosition"];

async fn record(clients: &Clients) {
    let transactions = vec![purchase("c1", "t1", "2026-03-01", "5.00")];
    let request = v1::RecordTransactionsRequest { transactions, ..Default::default() };
    clients.ingest.clone().record_transactions(request).await.unwrap();
}

async fn asked(clients: &Clients) -> Result<v1::Provenance, lojal_tests::Failure> {
    let answer = clients.nps.clone().get_nps(v1::GetNpsRequest::default()).await;
    answer.map(|answer| answer.into_inner().provenance.unwrap()).map_err(|status| failure(&status))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_question_is_answered_of_a_workspace_that_is_not_there() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients.in_workspace("shop")).await;
    let mut asked = 0;
    for call in calls() {
        let name = call.method.name().to_owned();
        if !["read", "personal"].contains(&call.scope) || ANSWERED.contains(&&*name) {
            continue;
        }
        asked += 1;
        let status = call.begin(&clients.channel, None, "shpo", Bytes::new()).await.expect_err(&name);
        let failure = failure(&status);
        match &*failure.reason {
            "WORKSPACE_NOT_FOUND" => {
                assert_eq!(
                    (failure.code, &*failure.metadata["workspace"]),
                    (Code::NotFound, "shpo"),
                    "{name}"
                );
                assert!(failure.message.contains("did you mean \"shop\"?"), "{name}: {}", failure.message);
            }
            // What lacks a field is told so first.
            "INVALID_FIELD" => {}
            other => panic!("{name}: {other}: {}", failure.message),
        }
    }
    assert!(asked > 40, "{asked}");
    // None of them made it.
    let listed = v1::ListWorkspacesRequest::default();
    let listed = clients.workspaces.clone().list_workspaces(listed).await.unwrap().into_inner().workspaces;
    assert_eq!(listed.iter().map(|one| &*one.workspace).collect::<Vec<_>>(), ["shop"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_is_made_by_what_is_recorded_and_answers_tell_which_it_is() {
    let server = Server::start();
    let clients = server.clients().await;
    // The default one is always there.
    assert_eq!(asked(&clients).await.unwrap().workspace, "default");
    let shop = clients.in_workspace("shop");
    assert_eq!(asked(&shop).await.unwrap_err().reason, "WORKSPACE_NOT_FOUND");
    record(&shop).await;
    assert_eq!(asked(&shop).await.unwrap().workspace, "shop");
    let far = asked(&clients.in_workspace("warehouse")).await.unwrap_err();
    assert!(!far.message.contains("did you mean"), "{}", far.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_a_workspace_that_their_key_is_not_for() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients.in_workspace("shop-hr")).await;
    let make = |name: &str, workspaces: &[&str]| v1::CreateApiKeyRequest {
        name: name.to_owned(),
        scopes: vec![v1::Scope::Read.into()],
        workspaces: workspaces.iter().map(|name| (*name).to_owned()).collect(),
        ..Default::default()
    };
    let mut admin = clients.admin.clone();
    let theirs = admin.create_api_key(make("theirs", &["shop-h"])).await.unwrap().into_inner().secret;
    let told = asked(&clients.with_key(&theirs).in_workspace("shop-h")).await.unwrap_err();
    assert_eq!(told.reason, "WORKSPACE_NOT_FOUND");
    assert!(!told.message.contains("shop-hr"), "{}", told.message);
}
