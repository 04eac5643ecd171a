//! The console as browsers ask for it: pages, what is said with them, and who gets none.
//!
//! What the pages do in a browser is tried beside them, in `server/console/test`.

use lojal_proto::v1;
use lojal_tests::{Server, command};
use prost::Message as _;

use crate::web::{Answer, frames, send, send_to};

const OFF: [(&str, &str); 1] = [("LOJAL__CONSOLE__ENABLED", "false")];

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(server, "GET", path, headers, b"").await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", String::as_str)
}

/// What every page says of itself, so that a browser lets it do no more than it has to.
fn is_guarded(answer: &Answer) {
    let policy = header(answer, "content-security-policy");
    assert!(policy.starts_with("default-src 'self'; "), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(header(answer, "x-content-type-options"), "nosniff");
    assert_eq!(header(answer, "referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn whoever_opens_the_port_is_led_to_the_console() {
    let server = Server::start();
    for path in ["/", "/console"] {
        let answer = get(&server, path, &[]).await;
        assert_eq!((answer.status, header(&answer, "location")), (307, "/console/"), "{path}");
        is_guarded(&answer);
    }
    let page = get(&server, "/console/", &[]).await;
    assert_eq!((page.status, header(&page, "content-type")), (200, "text/html; charset=utf-8"));
    is_guarded(&page);
    let text = String::from_utf8(page.body).unwrap();
    let licenses = get(&server, "/console/licenses.txt", &[]).await;
    assert!(String::from_utf8(licenses.body).unwrap().contains("svelte (MIT)"));
    // Everything that the page names is there, with the kind that a browser insists on.
    let kinds = [
        ("console.js", "text/javascript; charset=utf-8"),
        ("console.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ];
    for (name, kind) in kinds {
        assert!(text.contains(&format!("\"./{name}\"")), "{name} is not in {text}");
        let file = get(&server, &format!("/console/{name}?v=1"), &[]).await;
        assert_eq!((file.status, header(&file, "content-type")), (200, kind), "{name}");
        assert!(!file.body.is_empty());
        is_guarded(&file);
    }
}

#[tokio::test]
async fn files_are_packed_and_asked_for_once() {
    let server = Server::start();
    let plain = get(&server, "/console/console.js", &[]).await;
    let packed = get(&server, "/console/console.js", &[("accept-encoding", "br, gzip")]).await;
    assert_eq!((header(&plain, "content-encoding"), header(&packed, "content-encoding")), ("", "gzip"));
    // That it is the same is held where it is packed.
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() * 2 < plain.body.len());
    assert_eq!(header(&packed, "vary"), "accept-encoding");
    assert_eq!(header(&plain, "cache-control"), "no-cache");
    assert_ne!(header(&plain, "etag"), header(&packed, "etag"));
    for (answer, encoding) in [(&plain, "identity"), (&packed, "gzip")] {
        let headers = [("accept-encoding", encoding), ("if-none-match", header(answer, "etag"))];
        let again = get(&server, "/console/console.js", &headers).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{encoding}");
        assert_eq!(header(&again, "etag"), header(answer, "etag"));
    }
    let older = get(&server, "/console/console.js", &[("if-none-match", "\"older\"")]).await;
    assert_eq!(older.status, 200);
}

#[tokio::test]
async fn heads_have_no_body_and_nothing_but_reading_is_taken() {
    let server = Server::start();
    for path in ["/console/", "/console/console.js", "/console/nothing"] {
        let whole = get(&server, path, &[]).await;
        let head = send(&server, "HEAD", path, &[], b"").await;
        assert_eq!((head.status, head.body.len()), (whole.status, 0), "{path}");
        assert_eq!(header(&head, "content-length"), whole.body.len().to_string(), "{path}");
    }
    for path in ["/console/nothing", "/console/../lojal.toml", "/console/console.js/", "/console//"] {
        let answer = get(&server, path, &[]).await;
        assert_eq!((answer.status, header(&answer, "content-type")), (404, "text/plain; charset=utf-8"));
        assert_eq!(answer.body, b"there is no such page; the console is at /console/\n", "{path}");
        is_guarded(&answer);
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = send(&server, method, "/console/", &[], b"").await;
        assert_eq!((answer.status, header(&answer, "allow")), (405, "GET, HEAD"), "{method}");
    }
}

#[tokio::test]
async fn strangers_get_no_page() {
    let server = Server::start();
    let port = server.authority().rsplit_once(':').unwrap().1;
    for path in ["/", "/console/", "/console/console.js"] {
        let other_name = send_to(&server, &format!("evil.example:{port}"), "GET", path, &[], b"").await;
        assert_eq!(other_name.status, 403, "{path}");
        assert!(String::from_utf8(other_name.body).unwrap().contains("server.hosts"));
        let other_page = get(&server, path, &[("origin", "http://evil.example")]).await;
        assert_eq!(other_page.status, 403, "{path}");
    }
    let named = Server::start_with(&[("LOJAL__SERVER__HOSTS", "[\"lojal.internal\"]")]);
    let answer = send_to(&named, "lojal.internal", "GET", "/console/", &[], b"").await;
    assert_eq!(answer.status, 200);
}

/// A browser says of the console's own calls which page they come from.
#[tokio::test]
async fn the_console_may_call_the_server_by_the_name_it_was_loaded_from() {
    let settings = [("LOJAL__SERVER__HOSTS", "[\"lojal.internal\"]"), ("LOJAL__SERVER__WEB_ORIGINS", "[]")];
    let calls = async |server: &Server, origin: &str| {
        let headers =
            [("origin", origin), ("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
        let path = "/lojal.v1.AdminService/GetServerInfo";
        let answer = send_to(server, "lojal.internal", "POST", path, &headers, &[0; 5]).await;
        let (messages, _) = frames(&answer.body);
        messages.first().is_some_and(|message| v1::GetServerInfoResponse::decode(&**message).is_ok())
    };
    let server = Server::start_with(&settings);
    assert!(calls(&server, "http://lojal.internal").await);
    assert!(!calls(&server, "http://lojal.internal:1").await && !calls(&server, "http://localhost").await);
    // Without a console there is no such page.
    let without = Server::start_with(&[settings[0], settings[1], OFF[0]]);
    assert!(!calls(&without, "http://lojal.internal").await);
}

#[tokio::test]
async fn switched_off_there_is_none() {
    let server = Server::start_with(&OFF);
    for path in ["/", "/console", "/console/", "/console/console.js"] {
        let answer = get(&server, path, &[]).await;
        assert!(![200, 307].contains(&answer.status), "{path}: {}", answer.status);
        assert_eq!(header(&answer, "content-security-policy"), "", "{path}");
    }
    assert!(server.clients().await.admin.get_server_info(v1::GetServerInfoRequest {}).await.is_ok());
}

#[tokio::test]
async fn calls_go_past_it() {
    let server = Server::start();
    let mut admin = server.clients().await.admin;
    let answer = admin.get_server_info(v1::GetServerInfoRequest {}).await.unwrap();
    // Nothing of the pages is in what a call is told.
    for name in ["content-security-policy", "referrer-policy", "x-content-type-options", "vary"] {
        assert!(answer.metadata().get(name).is_none(), "{name}");
    }
}

#[test]
fn the_server_says_where_its_console_is() {
    let says = |settings: &[(&str, &str)]| {
        use std::io::BufRead as _;
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        let mut serve = command(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
        serve.env("LOJAL__METRICS__LISTEN", "127.0.0.1:0").envs(settings.iter().copied());
        serve.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
        let mut process = serve.spawn().unwrap();
        let lines = std::io::BufReader::new(process.stdout.take().unwrap()).lines();
        // The last line that every server says, or the one after it.
        let count = if settings.is_empty() { 3 } else { 2 };
        let said: Vec<String> = lines.take(count).map(Result::unwrap).collect();
        process.kill().unwrap();
        process.wait().unwrap();
        said
    };
    let said = says(&[]);
    let address = said[0].split_once("listening on ").unwrap().1;
    assert_eq!(said[2], format!("console on {address}/console/"));
    assert!(says(&OFF).iter().all(|line| !line.contains("console")));
}
