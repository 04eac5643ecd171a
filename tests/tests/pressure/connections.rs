//! Connections: those that never say anything, those for which there are no files left, and how a server takes its leave.

use std::time::Duration;

use lojal_tests::http2::{Came, Connection};
use lojal_tests::{Clients, Server, until};
use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;

const INFO: &str = "/lojal.v1.AdminService/GetServerInfo";

#[tokio::test]
async fn whoever_connects_and_says_nothing_is_let_go() {
    let _beside = crate::MACHINE.read().await;
    let server = Server::start();
    let mut silent = TcpStream::connect(server.authority()).await.unwrap();
    // One that spoke once may be silent for longer, as long as it answers to pings.
    let mut spoke = Connection::open(server.authority()).await;
    let call = spoke.call(INFO);
    spoke.message(call, &[], true);
    assert!(spoke.flush().await);
    assert!(matches!(spoke.next().await, Came::Answer(id, _) if id == call));
    let mut heard = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(60), silent.read_to_end(&mut heard)).await;
    let _ = ended.expect("the connection is still open");
    let call = spoke.call(INFO);
    spoke.message(call, &[], true);
    assert!(spoke.flush().await);
    assert!(matches!(spoke.next().await, Came::Answer(id, _) if id == call));
}

#[tokio::test]
async fn a_server_without_files_left_waits_says_so_and_goes_on() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start();
    let clients = server.clients().await;
    clients.workspace().await;
    let open = server.files().unwrap() as u64;
    let whole = getrlimit(Resource::Nofile);
    let few = Rlimit { current: Some(open + 4), maximum: whole.maximum };
    prlimit(Some(server.pid()), Resource::Nofile, few).unwrap();
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(TcpStream::connect(server.authority()).await.unwrap());
    }
    let warned = || server.log().contains("cannot accept connections").then_some(());
    until("a warning", Duration::from_secs(60), warned);
    // Connections that are there are served, and trying again and again takes no core.
    let before = server.processor_time().unwrap();
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        clients.workspace().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let used = server.processor_time().unwrap() - before;
    assert!(
        used < Duration::from_millis(500),
        "{used:?} in a second in which there was next to nothing to do"
    );
    // Once, and perhaps again if a file of the server's own was closed meanwhile and let one more in.
    let warned = server.log().matches("cannot accept connections").count();
    assert!(warned <= 3, "{warned} warnings in a second or two");
    prlimit(Some(server.pid()), Resource::Nofile, whole).unwrap();
    Clients::connect(server.url()).await.workspace().await;
}

#[tokio::test]
async fn a_connection_is_told_to_go_when_it_is_old() {
    let _beside = crate::MACHINE.read().await;
    let server = Server::start_with(&[("LOJAL__SERVER__CONNECTION_SECONDS", "1")]);
    let mut connection = Connection::open(server.authority()).await;
    assert!(connection.flush().await);
    let came = tokio::time::timeout(Duration::from_secs(60), connection.next()).await.expect("still there");
    assert!(matches!(came, Came::GoAway(_) | Came::Closed), "{came:?}");
    // A client that follows it notices nothing.
    server.clients().await.workspace().await;
}

#[tokio::test]
async fn a_server_that_stops_says_so_before_it_takes_no_more_calls() {
    let _beside = crate::MACHINE.read().await;
    let mut server = Server::start_with(&[("LOJAL__SERVER__NOTICE_SECONDS", "600")]);
    let clients = server.clients().await;
    server.terminate();
    let told = async || {
        let request = HealthCheckRequest { service: String::new() };
        clients.health.clone().check(request).await.unwrap().into_inner().status()
    };
    while told().await == ServingStatus::Serving {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    clients.workspace().await;
    // Those who come late are served as well, and a second signal ends it all.
    Clients::connect(server.url()).await.workspace().await;
    server.terminate();
    assert!(server.wait().success());
}
