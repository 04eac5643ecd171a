//! `lojal backup` and `lojal restore`: a drill as it is written in server/docs/operations.md.

use std::path::Path;
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::everything::{answers, assert_same, load_everything};
use lojal_tests::say::refused_in_words;
use lojal_tests::{Ran, Server, cdnow, command, run};

const AT_MOST: Duration = Duration::from_secs(60);

fn lojal(arguments: &[&str]) -> Ran {
    run(&mut command(arguments), AT_MOST)
}

fn backup(server: &Server, file: &Path) -> Ran {
    lojal(&["backup", "--server", server.url(), file.to_str().unwrap()])
}

fn restore(file: &Path, data: &Path) -> Ran {
    lojal(&["restore", file.to_str().unwrap(), "--data-dir", data.to_str().unwrap()])
}

/// Fails with a sentence that holds these words.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    refused_in_words("a backup", ran, words);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_server_gives_the_same_answers() {
    let server = Server::start();
    let clients = server.clients().await;
    load_everything(&clients).await;
    let before = answers(&clients).await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("monday.lojal");
    let told = backup(&server, &file).succeeded();
    assert!(told.starts_with("wrote ") && told.contains("monday.lojal"), "{told}");

    // What is written afterwards is not in it.
    let late = v1::CustomerUpsert {
        customer_id: "late".to_owned(),
        attributes: [("market".to_owned(), "hr".to_owned())].into(),
        effective_time: None,
        ..Default::default()
    };
    let request = v1::UpsertCustomersRequest { customers: vec![late], skip_invalid: false };
    clients.customers.clone().upsert_customers(request).await.unwrap();

    let data = place.path().join("data");
    let told = restore(&file, &data).succeeded();
    assert!(told.contains("6,920 transactions"), "{told}");
    let restored = Server::start_on(&data, &[]);
    assert_same(&before, &answers(&restored.clients().await).await, "after a restore");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_whole_or_not_there_and_replaced_only_when_asked() {
    let server = Server::start();
    cdnow::load(&server.clients().await).await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    // Somebody's own, whatever it is called.
    let own = place.path().join("backup.part");
    std::fs::write(&own, "mine").unwrap();
    _ = backup(&server, &file).succeeded();
    let first = std::fs::read(&file).unwrap();
    refused(&backup(&server, &file), &["backup", "--force"]);
    assert_eq!(std::fs::read(&file).unwrap(), first);
    let path = file.to_str().unwrap();
    _ = lojal(&["backup", "--force", "--server", server.url(), path]).succeeded();
    refused(
        &lojal(&["backup", "--force", "--server", "http://127.0.0.1:1", path]),
        &["127.0.0.1:1", "--server"],
    );
    let nowhere = place.path().join("nowhere/backup");
    refused(&backup(&server, &nowhere), &["nowhere"]);
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "mine");
    std::fs::remove_file(own).unwrap();
    let left: Vec<_> =
        std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["backup"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_restored_is_told_in_words_and_leaves_nothing() {
    let server = Server::start();
    cdnow::load(&server.clients().await).await;
    let place = tempfile::tempdir().unwrap();
    let (file, data) = (place.path().join("backup"), place.path().join("data"));
    _ = backup(&server, &file).succeeded();
    let whole = std::fs::read(&file).unwrap();
    let mut newer = whole.clone();
    newer[8] = 9;
    let checksum = lojal_tests::crc32(&newer[..32]).to_le_bytes();
    newer[32..36].copy_from_slice(&checksum);
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    let cases = [
        (&whole[..whole.len() / 2], "cut short"),
        (&damaged, "damaged"),
        (&newer, "format 9"),
        (b"id,time,amount\n", "not a backup"),
    ];
    for (bytes, words) in cases {
        std::fs::write(&file, bytes).unwrap();
        refused(&restore(&file, &data), &[words, "nothing was restored"]);
        assert!(!data.exists(), "{words}");
    }
    refused(&restore(&place.path().join("missing"), &data), &["missing", "nothing was restored"]);
    std::fs::write(&file, &whole).unwrap();
    _ = restore(&file, &data).succeeded();
    refused(&restore(&file, &data), &["not empty"]);
    refused(&restore(&file, &server.data_dir()), &["not empty"]);
}
