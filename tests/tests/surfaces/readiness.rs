//! Whether a server is alive and takes calls, as whoever runs it asks: from before its store is open until calls have ended.

use std::process::Stdio;
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::http2::{Came, Connection};
use lojal_tests::pages::{WITH_PAGES, get, try_ask};
use lojal_tests::{EVERYBODY, Server, cdnow, command, until};
use prost::Message as _;

const AT_MOST: Duration = Duration::from_secs(60);
/// So that reading them takes long enough to be asked meanwhile, a second or so in a debug build.
const WORKSPACES: usize = 60;

/// What `/readyz` says: whether calls are taken, and the sentence.
fn ready(address: &str) -> (bool, String) {
    let (head, body) = get(address, "/readyz");
    told(&head, body)
}

fn told(head: &str, body: String) -> (bool, String) {
    let is_ready = head.starts_with("HTTP/1.1 200");
    assert!(is_ready || head.starts_with("HTTP/1.1 503"), "{head}");
    (is_ready, body)
}

/// The numbers in a sentence.
fn numbers(sentence: &str) -> Vec<u64> {
    sentence.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_says_how_far_it_has_read_its_log_before_it_takes_calls() {
    let server = cdnow::stopped_with_many(WORKSPACES).await;
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut serve = command(&["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    serve.arg(server.data_dir()).envs([WITH_PAGES, ("LOJAL__LOG__FORMAT", "json")]);
    let mut process = serve.stdout(Stdio::null()).stderr(log.reopen().unwrap()).spawn().unwrap();
    // Nobody is told that it is ready before it is, but the log tells at once where to ask.
    let address = until("the pages to be there", AT_MOST, || {
        let log = std::fs::read_to_string(log.path()).unwrap();
        let mut lines = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines.find_map(|line| Some(line["fields"]["pages"].as_str()?.to_owned()))
    });
    let mut said = Vec::new();
    let last = until("the server to be ready", AT_MOST, || {
        let (head, body) = try_ask(&address, &address, "GET", "/readyz").ok()?;
        let (is_ready, sentence) = told(&head, body);
        if !is_ready {
            // It is alive all the while, and tells what it has to tell.
            assert_eq!(get(&address, "/healthz").1, "alive\n");
            assert!(get(&address, "/metrics").1.ends_with("# EOF\n"));
            said.push(sentence);
            return None;
        }
        Some(sentence)
    });
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(last, "serving\n");
    let reading = |sentence: &&String| sentence.starts_with("reading the log: ");
    let progress: Vec<Vec<u64>> = said.iter().filter(reading).map(|sentence| numbers(sentence)).collect();
    assert!(progress.len() >= 2, "{said:?}");
    assert!(progress.is_sorted(), "{said:?}");
    let far = progress.last().unwrap();
    let &[blocks, of, percent, records] = &far[..] else { panic!("{said:?}") };
    assert!(0 < blocks && blocks <= of, "{said:?}");
    assert_eq!(percent, blocks * 100 / of);
    assert!(0 < records && records as usize <= WORKSPACES * cdnow::TRANSACTIONS, "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_says_so_until_calls_have_ended() {
    let mut server = Server::start_with(&[WITH_PAGES]);
    let address = server.pages().to_owned();
    assert_eq!(ready(&address), (true, "serving\n".to_owned()));
    cdnow::load(&server.clients().await).await;
    // More than fits on its way, of which nothing but the beginning is read.
    let mut raw = Connection::open(server.authority()).await;
    let call = raw.call("/lojal.v1.ClvService/PredictCustomers");
    let everybody = v1::PredictCustomersRequest { limit: Some(EVERYBODY), ..Default::default() };
    raw.message(call, &everybody.encode_to_vec(), true);
    raw.flush().await;
    assert!(matches!(raw.next().await, Came::Answer(id, _) if id == call));
    server.terminate();
    let stopping =
        until("the server to stop", AT_MOST, || Some(ready(&address)).filter(|(is_ready, _)| !is_ready));
    assert_eq!(stopping, (false, "stopping; calls under way: 1\n".to_owned()));
    assert!(get(&address, "/healthz").0.starts_with("HTTP/1.1 200"));
    raw.give_up(call);
    raw.flush().await;
    drop(raw);
    assert!(server.wait().success());
    assert!(try_ask(&address, &address, "GET", "/healthz").is_err());
}

#[test]
fn a_server_that_takes_no_writes_answers_questions_and_says_so() {
    // More than any disk has free.
    let free = u64::MAX.to_string();
    let server = Server::start_with(&[WITH_PAGES, ("LOJAL__STORE__FREE_BYTES_MIN", &free)]);
    let sentence = until("the disk to be looked at", AT_MOST, || {
        let (is_ready, sentence) = ready(server.pages());
        assert!(is_ready, "{sentence}");
        Some(sentence).filter(|sentence| sentence != "serving\n")
    });
    assert!(sentence.contains("writes are refused"), "{sentence}");
}
