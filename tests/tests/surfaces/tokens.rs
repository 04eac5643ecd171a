//! A server that takes tokens of an identity provider, as its operator meets it: how it starts, and how keys are renewed.

use std::path::Path;
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::say::refused_in_words;
use lojal_tests::tokens::{Provider, publish, settings};
use lojal_tests::{Clients, Ran, Server, command, failure, first_line, run, until};
use rustix::process::{Signal, kill_process};
use serde_json::json;

const AT_MOST: Duration = Duration::from_secs(60);

fn lojal(arguments: &[&str], settings: &[(String, String)]) -> Ran {
    run(command(arguments).envs(settings.iter().cloned()), AT_MOST)
}

fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    refused_in_words("tokens", ran, words);
}

fn start(data: &Path, settings: &[(String, String)]) -> Server {
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Server::start_on(data, &settings)
}

#[test]
fn beyond_this_machine_tokens_are_as_good_as_a_key() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let (data, certs, file) = (path("data"), path("certs"), place.path().join("keys.json"));
    _ = lojal(&["cert", "--out", &certs], &[]).succeeded();
    publish(&file, &[Provider::new("one").public()]);
    let (cert, key) = (format!("{certs}/server.pem"), format!("{certs}/server.key"));
    let serve = ["serve", "--listen", "0.0.0.0:0", "--data-dir", &data];
    let tls = [&serve[..], &["--tls-cert", &cert, "--tls-key", &key]].concat();
    refused(&lojal(&tls, &[]), &["an API key", "auth.jwt"]);
    refused(&lojal(&serve, &settings(&file)), &["lacks TLS;"]);
    let line = first_line(command(&tls).envs(settings(&file)));
    assert!(line.contains("listening on https://0.0.0.0:"), "{line}");
}

#[test]
fn a_server_that_takes_tokens_does_not_say_that_it_is_open() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("keys.json");
    publish(&file, &[Provider::new("one").public()]);
    let server = start(&place.path().join("data"), &settings(&file));
    let log = until("the log to say what is taken", Duration::from_secs(20), || {
        Some(server.log()).filter(|log| log.contains("tokens are taken"))
    });
    assert!(!log.contains("there are no API keys"), "{log}");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_opened() {
    let place = tempfile::tempdir().unwrap();
    let (data, file) = (place.path().join("data"), place.path().join("keys.json"));
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    let told = |words: &[&str]| refused(&lojal(&serve, &settings(&file)), words);
    told(&["auth.jwt.jwks", "keys.json", "cannot be read"]);
    std::fs::write(&file, "<html>").unwrap();
    told(&["auth.jwt.jwks", "no JSON Web Key Set", "jwks_uri"]);
    publish(&file, &[json!({"kty": "oct", "k": "c2VjcmV0"})]);
    told(&["auth.jwt.jwks", "secret part of key number 1"]);
    publish(&file, &[]);
    told(&["auth.jwt.jwks", "no key", "P-256"]);
    std::fs::write(&file, " ".repeat(1024 * 1024 + 1)).unwrap();
    told(&["auth.jwt.jwks", "more than 1048576 bytes"]);
    refused(&lojal(&serve, &settings(&file)[..1]), &["auth.jwt.audience", "all three"]);
    assert!(!data.exists());
}

async fn answers(clients: &Clients, token: &str) -> Result<(), String> {
    let mut admin = clients.with_key(token).admin;
    let answer = admin.get_server_info(v1::GetServerInfoRequest {}).await;
    answer.map(|_| ()).map_err(|status| failure(&status).message)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_tokens_are_read_again_when_asked_and_bad_ones_change_nothing() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("keys.json");
    let (old, new) = (Provider::new("old"), Provider::new("new"));
    publish(&file, &[old.public()]);
    let mut server = start(&place.path().join("data"), &settings(&file));
    let clients = server.clients().await;
    let hangup = || kill_process(server.pid(), Signal::HUP).unwrap();
    let logged = |words: &str, times: usize| {
        until(words, Duration::from_secs(20), || {
            (server.log().matches(words).count() >= times).then_some(())
        });
    };
    let [of_old, of_new] = [&old, &new].map(|provider| provider.token(json!({"scope": "lojal.read"})));
    answers(&clients, &of_old).await.unwrap();
    assert!(answers(&clients, &of_new).await.unwrap_err().contains("does not know"));
    hangup();
    logged("keys of tokens have not changed", 1);

    publish(&file, &[old.public(), new.public()]);
    hangup();
    logged("keys of tokens were read again", 1);
    answers(&clients, &of_old).await.unwrap();
    answers(&clients, &of_new).await.unwrap();

    for bad in ["{\"keys\": [", "{\"keys\": []}"] {
        std::fs::write(&file, bad).unwrap();
        hangup();
        logged("keys of tokens cannot be used, and those before stay in force", 1);
        answers(&clients, &of_old).await.unwrap();
    }
    logged("keys of tokens cannot be used", 2);
    std::fs::remove_file(&file).unwrap();
    hangup();
    logged("keys of tokens cannot be used", 3);
    answers(&clients, &of_new).await.unwrap();

    // A key that is withdrawn takes its tokens with it, those that were verified before included.
    publish(&file, &[new.public()]);
    hangup();
    logged("keys of tokens were read again", 2);
    assert!(answers(&clients, &of_old).await.unwrap_err().contains("does not know"));
    answers(&clients, &of_new).await.unwrap();
    assert!(server.stop().status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_shows_a_token_as_it_shows_a_key() {
    let place = tempfile::tempdir().unwrap();
    let (provider, file) = (Provider::new("one"), place.path().join("keys.json"));
    publish(&file, &[provider.public()]);
    let server = start(&place.path().join("data"), &settings(&file));
    let key = |name: &str, value: String| vec![(name.to_owned(), value)];
    let ask = ["ask", "facts", "--server", server.url()];
    let reader = key("LOJAL_API_KEY", provider.token(json!({"scope": "lojal.read"})));
    _ = lojal(&ask, &reader).succeeded();
    let over = key("LOJAL_API_KEY", provider.token(json!({"exp": 1_700_000_000})));
    refused(&lojal(&ask, &over), &["expired at 2023", "get another one"]);
    let create = ["key", "create", "--name", "till", "--scope", "read", "--address", server.url()];
    refused(&lojal(&create, &reader), &["SCOPE_ADMIN", "till-7", "all workspaces"]);
    let operator = key("LOJAL_API_KEY", provider.token(json!({"scope": "lojal.admin"})));
    assert!(lojal(&create, &operator).succeeded().starts_with("lojal_"));
}
