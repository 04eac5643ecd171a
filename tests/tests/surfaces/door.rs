//! What a server needs before others can reach it, certificates, and keys from the command line.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use lojal_tests::say::refused_in_words;
use lojal_tests::{Clients, Ran, Server, command, first_line, keys, run, tool, until};
use rustix::process::{Signal, kill_process};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

const AT_MOST: Duration = Duration::from_secs(60);

fn lojal(arguments: &[&str]) -> Ran {
    run(&mut command(arguments), AT_MOST)
}

fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    refused_in_words("the door", ran, words);
}

/// Makes certificates in a directory.
fn certify(out: &Path, arguments: &[&str]) -> Ran {
    lojal(&[&["cert", "--out", out.to_str().unwrap()], arguments].concat())
}

fn pem(certs: &Path, name: &str) -> Vec<u8> {
    std::fs::read(certs.join(name)).unwrap()
}

/// What another library than ours sees of a server: version, protocol and certificate as JSON.
fn greet(server: &Server, certs: &Path, version: &str, protocol: &str) -> Ran {
    const SCRIPT: &str = r#"
import json, socket, ssl, sys, warnings
address, ca, version, protocol = sys.argv[1:]
warnings.simplefilter("ignore")
host, port = address.rsplit(":", 1)
context = ssl.create_default_context(cafile=ca)
context.check_hostname = False
context.set_ciphers("ALL:@SECLEVEL=0")
context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
context.set_alpn_protocols([protocol])
with socket.create_connection((host, int(port))) as plain:
    try:
        with context.wrap_socket(plain) as tls:
            seen = {"version": tls.version(), "alpn": tls.selected_alpn_protocol(), "cert": tls.getpeercert()}
    except ssl.SSLError as error:
        sys.exit(str(error))
print(json.dumps(seen))
"#;
    let mut python = std::process::Command::new(tool("python"));
    python.args(["-c", SCRIPT, server.authority()]).arg(certs.join("ca.pem")).args([version, protocol]);
    run(&mut python, AT_MOST)
}

/// The settings of a server with these certificates.
fn with_tls(certs: &Path) -> Vec<(String, String)> {
    let path = |name: &str| certs.join(name).to_str().unwrap().to_owned();
    vec![
        ("LOJAL__SERVER__TLS__CERT".to_owned(), path("server.pem")),
        ("LOJAL__SERVER__TLS__KEY".to_owned(), path("server.key")),
    ]
}

fn start(data: &Path, settings: &[(String, String)]) -> Server {
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Server::start_on(data, &settings)
}

async fn connect(url: &str, tls: ClientTlsConfig) -> Result<Channel, String> {
    let endpoint = Endpoint::from_shared(url.to_owned()).unwrap().tls_config(tls).unwrap();
    endpoint.connect().await.map_err(|error| format!("{error:?}"))
}

fn trusting(certs: &Path) -> ClientTlsConfig {
    ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem(certs, "ca.pem")))
}

/// Whether a server answers over a connection.
async fn answers(channel: Channel) -> bool {
    let mut admin = Clients::over(channel).admin;
    admin.get_server_info(lojal_proto::v1::GetServerInfoRequest {}).await.is_ok()
}

#[test]
fn beyond_this_machine_a_server_needs_tls_and_a_key_or_to_be_told() {
    let place = tempfile::tempdir().unwrap();
    let (data, certs) = (place.path().join("data"), place.path().join("certs"));
    _ = certify(&certs, &[]).succeeded();
    let path = |name: &str| certs.join(name).to_str().unwrap().to_owned();
    let (cert, key) = (path("server.pem"), path("server.key"));
    let tls = ["--tls-cert", &cert, "--tls-key", &key];
    let base = ["serve", "--listen", "0.0.0.0:0", "--data-dir", data.to_str().unwrap()];
    let ways_out = ["--listen 127.0.0.1", "lojal cert", "lojal key create", "--insecure"];
    let refuses = |more: &[&str], lacks: &str| {
        let ran = lojal(&[&base[..], more].concat());
        refused(&ran, &[&[lacks][..], &ways_out].concat());
        assert_eq!(ran.out, "", "it never said that it listens");
    };
    refuses(&[], "TLS and an API key");
    refuses(&tls, "an API key");
    let api_key = keys::create(&data, "owner", &["--scope", "read"]);
    refuses(&[], "TLS");

    // With both it starts, and so does one that was told that it need not have them.
    let starts = |data: &Path, more: &[&str], ready: &str| {
        let listen = ["serve", "--listen", "0.0.0.0:0", "--data-dir", data.to_str().unwrap()];
        let line = first_line(&mut command(&[&listen[..], more].concat()));
        assert!(line.contains(ready), "{line}");
    };
    starts(&data, &tls, "listening on https://0.0.0.0:");
    starts(&data, &["--insecure"], "listening on http://0.0.0.0:");
    starts(&place.path().join("open"), &["--insecure"], "listening on http://0.0.0.0:");
    drop(api_key);
}

#[test]
fn a_server_on_this_machine_without_keys_says_that_it_is_open() {
    let server = Server::start();
    let log = server.log();
    assert_eq!(log.matches("there are no API keys").count(), 1, "{log}");
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    _ = keys::create(&data, "owner", &["--scope", "read"]);
    assert!(!Server::start_on(&data, &[]).log().contains("there are no API keys"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_a_certificate_is_known_by_it_and_its_names() {
    let place = tempfile::tempdir().unwrap();
    let certs = place.path().join("certs");
    _ = certify(&certs, &["--name", "localhost"]).succeeded();
    let server = start(&place.path().join("data"), &with_tls(&certs));
    assert!(server.url().starts_with("https://127.0.0.1:"), "{}", server.url());
    let named = server.url().replace("127.0.0.1", "localhost");
    assert!(answers(connect(&named, trusting(&certs)).await.unwrap()).await);
    let other_name = connect(server.url(), trusting(&certs)).await.unwrap_err();
    assert!(other_name.contains("NotValidForName"), "{other_name}");
    // Of another authority of the same name.
    let others = place.path().join("others");
    _ = certify(&others, &[]).succeeded();
    let untrusted = connect(&named, trusting(&others)).await.unwrap_err();
    assert!(untrusted.contains("BadSignature") || untrusted.contains("UnknownIssuer"), "{untrusted}");

    // The commands say what to do about each.
    let ask = |url: &str, more: &[&str]| lojal(&[&["ask", "facts", "--server", url], more].concat());
    let ca = certs.join("ca.pem");
    let ca = ["--ca", ca.to_str().unwrap()];
    _ = ask(&named, &ca).succeeded();
    refused(&ask(&named, &[]), &["does not trust", "--ca"]);
    refused(&ask(server.url(), &ca), &["other names"]);
    refused(&ask(&named.replace("https", "http"), &[]), &["https://"]);
    let plain = Server::start();
    refused(&ask(&plain.url().replace("http", "https"), &ca), &["does not speak TLS", "http://"]);

    // HTTP/1.1 for browsers, versions as promised, and nothing older.
    let agreed = |version: &str, protocol: &str| {
        let shown = greet(&server, &certs, version, protocol).succeeded();
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        (shown["version"].as_str().unwrap().to_owned(), shown["alpn"].as_str().map(str::to_owned))
    };
    for protocol in ["h2", "http/1.1"] {
        assert_eq!(agreed("TLSv1_3", protocol), ("TLSv1.3".to_owned(), Some(protocol.to_owned())));
        assert_eq!(agreed("TLSv1_2", protocol), ("TLSv1.2".to_owned(), Some(protocol.to_owned())));
    }
    let old = greet(&server, &certs, "TLSv1_1", "h2");
    assert!(old.code == Some(1) && old.err.contains("alert"), "{old:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_show_certificates_where_an_authority_is_named() {
    let place = tempfile::tempdir().unwrap();
    let (certs, others) = (place.path().join("certs"), place.path().join("others"));
    _ = certify(&certs, &["--client", "till"]).succeeded();
    _ = certify(&others, &["--client", "till"]).succeeded();
    let authority = certs.join("ca.pem").to_str().unwrap().to_owned();
    let settings = [with_tls(&certs), vec![("LOJAL__SERVER__TLS__CLIENT_CA".to_owned(), authority)]].concat();
    let server = start(&place.path().join("data"), &settings);
    let showing = |from: &Path| {
        trusting(&certs)
            .identity(Identity::from_pem(pem(from, "client-till.pem"), pem(from, "client-till.key")))
    };
    assert!(answers(connect(server.url(), showing(&certs)).await.unwrap()).await);
    for stranger in [trusting(&certs), showing(&others)] {
        // With TLS 1.3 a client hears of it after it has connected.
        if let Ok(channel) = connect(server.url(), stranger).await {
            assert!(!answers(channel).await);
        }
    }
    let path = |name: &str| certs.join(name).to_str().unwrap().to_owned();
    let (ca, cert, key) = (path("ca.pem"), path("client-till.pem"), path("client-till.key"));
    let ask = ["ask", "facts", "--server", server.url(), "--ca", &ca];
    _ = lojal(&[&ask[..], &["--client-cert", &cert, "--client-key", &key]].concat()).succeeded();
    refused(&lojal(&ask), &["--client-cert"]);
}

/// The serial number of the certificate that a server shows.
fn serial(server: &Server, certs: &Path) -> String {
    let shown = greet(server, certs, "TLSv1_3", "h2").succeeded();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    shown["cert"]["serialNumber"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_are_read_again_when_asked_and_bad_ones_change_nothing() {
    let place = tempfile::tempdir().unwrap();
    let certs = place.path().join("certs");
    _ = certify(&certs, &[]).succeeded();
    let server = start(&place.path().join("data"), &with_tls(&certs));
    let hangup = || kill_process(server.pid(), Signal::HUP).unwrap();
    let logged = |words: &str, times: usize| {
        until(words, Duration::from_secs(20), || {
            (server.log().matches(words).count() >= times).then_some(())
        });
    };
    let (first, old) = (serial(&server, &certs), connect(server.url(), trusting(&certs)).await.unwrap());
    hangup();
    logged("certificates have not changed", 1);
    _ = certify(&certs, &["--force"]).succeeded();
    hangup();
    logged("certificates were read again", 1);
    let second = serial(&server, &certs);
    assert_ne!(first, second);
    // Who was connected goes on, and the authority is the same.
    assert!(answers(old.clone()).await);
    assert!(answers(connect(server.url(), trusting(&certs)).await.unwrap()).await);

    let key = pem(&certs, "server.key");
    for bad in [&b"no key"[..], &pem(&certs, "ca.key")] {
        std::fs::write(certs.join("server.key"), bad).unwrap();
        hangup();
        until("bad files to be told", Duration::from_secs(20), || {
            (server.log().matches("certificates cannot be used").count() >= 1).then_some(())
        });
        assert_eq!(serial(&server, &certs), second);
    }
    logged("certificates cannot be used", 2);
    std::fs::write(certs.join("server.key"), key).unwrap();
    hangup();
    logged("certificates were read again", 2);
    assert!(answers(connect(server.url(), trusting(&certs)).await.unwrap()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_that_change_are_seen_without_being_asked() {
    let place = tempfile::tempdir().unwrap();
    let certs = place.path().join("certs");
    _ = certify(&certs, &[]).succeeded();
    let server = start(&place.path().join("data"), &with_tls(&certs));
    let first = serial(&server, &certs);
    _ = certify(&certs, &["--force"]).succeeded();
    // It looks every 30 seconds.
    until("the new certificate", Duration::from_secs(45), || {
        server.log().contains("certificates were read again").then_some(())
    });
    assert_ne!(first, serial(&server, &certs));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hangup_ends_no_server() {
    let mut server = Server::start();
    kill_process(server.pid(), Signal::HUP).unwrap();
    until("it to be heard", Duration::from_secs(20), || {
        server.log().contains("no certificates to read again").then_some(())
    });
    server.clients().await.workspace().await;
    assert!(server.stop().status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peers_that_say_nothing_hold_up_nobody_and_are_let_go() {
    let place = tempfile::tempdir().unwrap();
    let certs = place.path().join("certs");
    _ = certify(&certs, &[]).succeeded();
    let settings =
        [with_tls(&certs), vec![("LOJAL__SERVER__CONNECTIONS".to_owned(), "4".to_owned())]].concat();
    let mut server = start(&place.path().join("data"), &settings);
    let mut silent: Vec<TcpStream> =
        (0..3).map(|_| TcpStream::connect(server.authority()).unwrap()).collect();
    // Something that is no TLS ends at once.
    let mut garbage = TcpStream::connect(server.authority()).unwrap();
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    garbage.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut rest = Vec::new();
    let _ = garbage.read_to_end(&mut rest);
    let begun = Instant::now();
    let channel = connect(server.url(), trusting(&certs)).await.unwrap();
    assert!(answers(channel.clone()).await);
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    // All four places are taken: the fifth comes in when the silent ones are let go, after ten seconds.
    let fifth = connect(server.url(), trusting(&certs)).await.unwrap();
    assert!(answers(fifth).await);
    assert!(begun.elapsed() > Duration::from_secs(5), "{:?}", begun.elapsed());
    for stream in &mut silent {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0, "a silent peer was kept");
    }
    // A stop waits for nobody who is still shaking hands.
    let _silent = TcpStream::connect(server.authority()).unwrap();
    drop(channel);
    let stopped = server.stop();
    assert!(stopped.status.success() && stopped.took < Duration::from_secs(9), "{:?}", stopped.took);
}

#[test]
fn keys_are_made_listed_and_revoked_in_a_directory() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let directory = data.to_str().unwrap();
    let list = || lojal(&["key", "list", "--data-dir", directory]);
    refused(&list(), &["--data-dir", "--address"]);
    let create = |more: &[&str]| {
        lojal(&[&["key", "create", "--data-dir", directory, "--name", "till"], more].concat())
    };
    let made = create(&["--scope", "ingest,read", "--workspace", "shop,hr", "--expires", "90d"]);
    assert!(made.err.contains("only time"), "{}", made.err);
    let key = made.succeeded().trim().to_owned();
    assert_eq!((key.len(), key.lines().count()), (71, 1), "{key}");
    let listed = list().succeeded();
    for word in [keys::id(&key), "till", "ingest, read", "hr, shop"] {
        assert!(listed.contains(word), "{listed}");
    }
    assert!(!listed.contains(key.split('_').nth(2).unwrap()), "{listed}");
    _ = lojal(&["key", "revoke", keys::id(&key), "--data-dir", directory]).succeeded();
    refused(&lojal(&["key", "revoke", "nobody", "--data-dir", directory]), &["nobody", "lojal key list"]);
    refused(&create(&["--scope", "admin", "--workspace", "shop"]), &["workspaces", "two keys"]);
    refused(&create(&["--scope", "read", "--workspace", "A B"]), &["--workspace", "a-z"]);
    refused(&create(&["--scope", "read", "--expires", "2001-01-01"]), &["expire_time", "past"]);
    for (arguments, word) in [
        (&["--scope", "all"][..], "ingest"),
        (&["--scope", "read", "--expires", "soon"], "90d"),
        (&[], "--scope"),
    ] {
        let ran = create(arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(word), "{}", ran.err);
    }
}

#[test]
fn keys_are_kept_by_a_running_server_for_whoever_has_one_with_admin() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let owner = keys::create(&data, "owner", &["--scope", "admin"]);
    let server = Server::start_on(&data, &[]);
    let key = |arguments: &[&str], key: Option<&str>| {
        let mut command = command(&[&["key"], arguments].concat());
        key.map(|key| command.env("LOJAL_API_KEY", key));
        run(&mut command, AT_MOST)
    };
    refused(&key(&["list", "--data-dir", data.to_str().unwrap()], None), &["in use", "--address"]);
    let at = ["--address", server.url()];
    for none in [None, Some("")] {
        refused(&key(&[&["list"][..], &at].concat(), none), &["has none", "lojal key create"]);
    }
    let create =
        [&["create", "--name", "till", "--scope", "read", "--expires", "2099-01-01"][..], &at].concat();
    let till = key(&create, Some(&owner)).succeeded().trim().to_owned();
    refused(&key(&create, Some(&till)), &["SCOPE_ADMIN", "till"]);
    let listed = key(&[&["list"][..], &at].concat(), Some(&owner)).succeeded();
    assert!(listed.contains("till") && listed.contains("2099-01-01 00:00:00 UTC"), "{listed}");
    _ = key(&[&["revoke", keys::id(&till)][..], &at].concat(), Some(&owner)).succeeded();
    let ask = ["ask", "facts", "--server", server.url(), "--api-key", &till];
    refused(&lojal(&ask), &["revoked"]);
    refused(&lojal(&[&ask[..5], &[&keys::mistyped(&till)]].concat()), &["typing error"]);
    // Nothing that is printed shows a key, wrong arguments included.
    let wrong = lojal(&["ask", "nothing", "--api-key", &owner]);
    assert!(!format!("{wrong:?}").contains(&owner), "{wrong:?}");
    let help = key(&["list", "--help"], Some(&owner));
    assert!(help.out.contains("LOJAL_API_KEY") && !help.out.contains(&owner), "{}", help.out);
}

#[test]
fn keys_do_not_cross_the_network_in_the_clear_unless_told_to() {
    let key = "lojal_0001020304050607_08090a0b0c0d0e0f101112131415161718191a1b5473a061";
    let ask = ["ask", "facts", "--server", "http://192.0.2.1:1", "--api-key", key];
    let ran = lojal(&ask);
    refused(&ran, &["in the clear", "https://", "--plaintext-key"]);
    assert!(!ran.err.contains(key), "{}", ran.err);
}

#[test]
fn certificates_are_made_once_and_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let certs = place.path().join("deep/certs");
    let told = certify(&certs, &["--name", "lojal.internal,10.0.0.7", "--client", "till"]).succeeded();
    assert_eq!(told.lines().count(), 6, "{told}");
    for name in ["ca.key", "server.key", "client-till.key"] {
        let mode = certs.join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // Others' software takes it, by its names; that it takes a client's is told where clients show theirs.
    let server = start(&place.path().join("data"), &with_tls(&certs));
    let shown = greet(&server, &certs, "TLSv1_3", "h2").succeeded();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let names = serde_json::json!([["DNS", "lojal.internal"], ["IP Address", "10.0.0.7"]]);
    assert_eq!(shown["cert"]["subjectAltName"], names);

    let before = (pem(&certs, "ca.pem"), pem(&certs, "server.pem"));
    refused(&certify(&certs, &["--name", "other"]), &["server.pem", "--force"]);
    // Another client leaves the rest as it is.
    let told = certify(&certs, &["--client", "notebook"]).succeeded();
    assert!(told.contains("client-notebook.pem") && !told.contains("server.pem"), "{told}");
    assert_eq!(before, (pem(&certs, "ca.pem"), pem(&certs, "server.pem")));
    refused(&certify(&certs, &["--client", "../till"]), &["--client", "letters"]);
}

#[test]
fn certificates_that_make_no_sense_are_refused_before_anything_is_opened() {
    let place = tempfile::tempdir().unwrap();
    let certs = place.path().join("certs");
    _ = certify(&certs, &[]).succeeded();
    let data = place.path().join("data");
    let serve = |files: &[&str], settings: &[(&str, &str)]| {
        let base = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
        let mut command = command(&[&base[..], files].concat());
        run(command.envs(settings.iter().copied()), AT_MOST)
    };
    let path = |name: &str| certs.join(name).to_str().unwrap().to_owned();
    let (cert, key, ca_key) = (path("server.pem"), path("server.key"), path("ca.key"));
    refused(&serve(&["--tls-cert", &cert], &[]), &["server.tls.key", "both"]);
    refused(&serve(&["--tls-cert", "/nowhere", "--tls-key", &key], &[]), &["server.tls.cert", "/nowhere"]);
    refused(&serve(&["--tls-cert", &key, "--tls-key", &key], &[]), &["server.tls.cert", "no certificate"]);
    refused(&serve(&["--tls-cert", &cert, "--tls-key", &cert], &[]), &["server.tls.key", "private key"]);
    refused(&serve(&["--tls-cert", &cert, "--tls-key", &ca_key], &[]), &["cannot be used together"]);
    refused(&serve(&[], &[("LOJAL__SERVER__TLS__CLIENT_CA", &cert)]), &["client_ca", "server.tls.cert"]);
    assert!(!data.exists());
}
