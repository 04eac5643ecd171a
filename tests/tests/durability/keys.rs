//! Keys in backups: what is restored has the keys of its time.

use std::path::Path;
use std::time::Duration;

use lojal_tests::{Clients, Ran, Server, command, failure, keys, run};
use tonic::Status;

const AT_MOST: Duration = Duration::from_secs(60);

fn lojal(arguments: &[&str], key: Option<&str>) -> Ran {
    let mut command = command(arguments);
    if let Some(key) = key {
        command.env("LOJAL_API_KEY", key);
    }
    run(&mut command, AT_MOST)
}

async fn ask(clients: &Clients, key: &str) -> Result<(), Status> {
    let mut admin = clients.with_key(key).admin;
    admin.get_server_info(lojal_proto::v1::GetServerInfoRequest {}).await.map(drop)
}

fn reason(refused: Result<(), Status>) -> String {
    failure(&refused.unwrap_err()).reason
}

fn create(server: &Server, owner: &str, name: &str) -> String {
    let address = server.url();
    let arguments = ["key", "create", "--address", address, "--name", name, "--scope", "read"];
    lojal(&arguments, Some(owner)).succeeded().trim().to_owned()
}

fn revoke(server: &Server, owner: &str, key: &str) {
    let told = lojal(&["key", "revoke", keys::id(key), "--address", server.url()], Some(owner)).succeeded();
    assert!(told.contains("revoked"), "{told}");
}

fn list(data: &Path) -> String {
    lojal(&["key", "list", "--data-dir", data.to_str().unwrap()], None).succeeded()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_server_has_the_keys_of_its_backup() {
    let place = tempfile::tempdir().unwrap();
    let (data, file) = (place.path().join("data"), place.path().join("monday.backup"));
    let owner = keys::create(&data, "owner", &["--scope", "admin,read"]);
    let server = Server::start_on(&data, &[]);
    let kept = create(&server, &owner, "kept");
    let early = create(&server, &owner, "revoked before");
    let late = create(&server, &owner, "revoked after");
    revoke(&server, &owner, &early);

    let backup = ["backup", "--server", server.url(), file.to_str().unwrap()];
    let refused = lojal(&backup, Some(&kept));
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("SCOPE_ADMIN") && !file.exists(), "{}", refused.err);
    let _ = lojal(&backup, Some(&owner)).succeeded();
    let bytes = std::fs::read(&file).unwrap();
    for key in [&owner, &kept, &early, &late] {
        let secret = key.split('_').nth(2).unwrap().as_bytes();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "a backup holds a key");
    }
    revoke(&server, &owner, &late);
    let newer = create(&server, &owner, "made after");
    let clients = server.clients().await;
    assert_eq!(reason(ask(&clients, &late).await), "API_KEY_INVALID");
    ask(&clients, &newer).await.unwrap();

    let restored = place.path().join("restored");
    let told = lojal(&["restore", file.to_str().unwrap(), "--data-dir", restored.to_str().unwrap()], None)
        .succeeded();
    assert!(
        told.contains("API keys") && told.contains("lojal key list") && !told.contains("_server"),
        "{told}"
    );
    let listed = list(&restored);
    assert!(listed.contains("revoked after") && !listed.contains("made after"), "{listed}");
    let second = Server::start_on(&restored, &[]);
    let clients = second.clients().await;
    assert_eq!(reason(ask(&clients, "lojal_nobody").await), "API_KEY_MALFORMED");
    for key in [&owner, &kept, &late] {
        ask(&clients, key).await.unwrap();
    }
    for key in [&early, &newer] {
        assert_eq!(reason(ask(&clients, key).await), "API_KEY_INVALID");
    }
    // As the restore said.
    revoke(&second, &owner, &late);
    assert_eq!(reason(ask(&clients, &late).await), "API_KEY_INVALID");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_outlive_kills_compaction_and_the_erasing_of_workspaces() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let owner = keys::create(&data, "owner", &["--scope", "admin,read,erase,ingest"]);
    let mut server = Server::start_on(&data, &[]);
    let revoked = create(&server, &owner, "revoked");
    revoke(&server, &owner, &revoked);
    // Deleting and erasing write the log anew.
    let clients = server.clients().await.with_key(&owner).in_workspace("shop");
    let purchase = lojal_tests::say::purchase("c1", "t1", "2026-01-01", "5");
    lojal_tests::say::record(&clients, vec![purchase]).await;
    let delete =
        lojal_proto::v1::DeleteWorkspaceRequest { workspace: "shop".to_owned(), confirm: "shop".to_owned() };
    clients.workspaces.clone().delete_workspace(delete).await.unwrap();
    server.kill();
    let compact = ["compact", "--data-dir", data.to_str().unwrap()];
    let _ = lojal(&compact, None).succeeded();
    server.start_again();
    let clients = server.clients().await;
    ask(&clients, &owner).await.unwrap();
    assert_eq!(reason(ask(&clients, &revoked).await), "API_KEY_INVALID");
    server.stop();
    let doctor = lojal(&["doctor", "--data-dir", data.to_str().unwrap()], None);
    assert!(doctor.code == Some(0) && !doctor.out.contains("_server"), "{}", doctor.out);
}
