//! `lojal import`: CSV files as people have them, into a running server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test that cannot go on has failed the test"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::{Ran, Server, at, cdnow, command, run, until};

const AT_MOST: Duration = Duration::from_secs(60);

fn import(server: &Server, file: &Path, options: &[&str]) -> Ran {
    let file = file.to_str().unwrap();
    run(command(&["import", file, "--server", server.url()]).args(options), AT_MOST)
}

fn file(directory: &tempfile::TempDir, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join("orders.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// The sample as a file with a header.
fn sample() -> String {
    let mut text = "customer_id,date,value\n".to_owned();
    for row in cdnow::rows() {
        let day = jiff::Timestamp::from_second(row.time.unwrap().seconds).unwrap();
        let day = day.strftime("%Y-%m-%d");
        writeln!(text, "{},{day},{}", row.customer_id, row.amount.unwrap().amount).unwrap();
    }
    text
}

async fn timeline(server: &Server, customer: &str) -> Vec<v1::TimelineEvent> {
    let request = v1::GetTimelineRequest { customer_id: customer.to_owned(), ..Default::default() };
    let mut customers = server.clients().await.customers;
    customers.get_timeline(request).await.unwrap().into_inner().events
}

fn amounts(events: &[v1::TimelineEvent]) -> Vec<String> {
    let mut amounts: Vec<String> = events
        .iter()
        .map(|event| match &event.event {
            Some(v1::timeline_event::Event::Transaction(bought)) => bought.amount.clone().unwrap(),
            other => panic!("not a purchase: {other:?}"),
        })
        .map(|money| format!("{} {}", money.amount, money.currency_code))
        .collect();
    amounts.sort();
    amounts
}

#[tokio::test]
async fn the_sample_is_loaded_once_however_often_it_is_loaded() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let orders = file(&directory, sample());
    let first = import(&server, &orders, &[]).succeeded();
    assert!(first.contains("6,919") && first.contains("0 there already"), "{first}");
    let second = import(&server, &orders, &["--chunk-rows", "77"]).succeeded();
    assert!(second.contains("0 recorded") && second.contains("6,919 there already"), "{second}");
    let workspace = server.clients().await.workspace().await;
    assert_eq!((workspace.transactions, workspace.customers), (6_919, 2_357));
    // The same rows over the API are the same rows: ids that are derived agree.
    assert_eq!(cdnow::load(&server.clients().await).await, cdnow::Loaded { recorded: 0, duplicates: 6_919 });
}

#[tokio::test]
async fn an_import_goes_on_after_the_server_was_killed() {
    let directory = tempfile::tempdir().unwrap();
    let orders = file(&directory, sample());
    let mut server = Server::start();
    let mut importing =
        command(&["import", orders.to_str().unwrap(), "--chunk-rows", "20", "--server", server.url()])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
    let clients = server.clients().await;
    let mut transactions = 0;
    while transactions < 200 {
        transactions = clients.workspace().await.transactions;
    }
    server.kill();
    let status = until("the import to end", AT_MOST, || importing.try_wait().unwrap());
    server.start_again();
    let left = server.clients().await.workspace().await.transactions;
    // On a fast machine it may have been done before the kill.
    assert!(!status.success() || left == 6_919);
    let again = import(&server, &orders, &[]).succeeded();
    assert!(again.contains("6,919 rows"), "{again}");
    assert_eq!(server.clients().await.workspace().await.transactions, 6_919);
}

#[tokio::test]
async fn files_as_people_have_them() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    // A byte order mark, Windows line ends, quotes, blanks, semicolons, other names and other dates.
    let text = "\u{feff}Kupac;Datum;Iznos;Valuta\r\n\"Ana; Zagreb\";1.3.2026;\" 12.50 \";EUR\r\nIvo;31.12.2025;7;EUR\r\n";
    let orders = file(&directory, text);
    let options = [
        "--delimiter",
        ";",
        "--customer-id",
        "Kupac",
        "--time",
        "Datum",
        "--amount",
        "Iznos",
        "--currency",
        "Valuta",
        "--time-format",
        "%d.%m.%Y",
        "--time-zone",
        "Europe/Zagreb",
    ];
    let printed = import(&server, &orders, &options).succeeded();
    assert!(printed.contains("2 recorded"), "{printed}");
    let events = timeline(&server, "Ana; Zagreb").await;
    assert_eq!(amounts(&events), ["12.50 EUR"]);
    assert_eq!(events[0].time, Some(at("2026-02-28T23:00:00Z")), "midnight in Zagreb");
    assert_eq!(server.clients().await.workspace().await.reporting_currency_code, "EUR");
}

#[tokio::test]
async fn tabs_ids_and_workspaces() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let text = "order_id\tuser_id\ttimestamp\ttotal\no1\tc1\t2026-03-01T10:00:00Z\t1\no2\tc1\t2026-03-01T10:00:00Z\t1\n";
    let orders = file(&directory, text);
    let options = ["--delimiter", "tab", "--workspace", "brand-hr", "--currency-code", "JPY"];
    let printed = import(&server, &orders, &options).succeeded();
    assert!(printed.contains("2 recorded"), "{printed}");
    let clients = server.clients().await;
    assert_eq!(clients.workspace().await.transactions, 0, "it went to another workspace");
    assert_eq!(clients.in_workspace("brand-hr").workspace().await.reporting_currency_code, "JPY");
}

#[tokio::test]
async fn equal_rows_are_two_purchases() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    // Equal by value: 12.5 is 12.50, and a date is its midnight.
    let text = "id,date,value\nc1,2026-03-01,12.50\nc1,2026-03-01T00:00:00Z,12.5\nc1,20260301,12.50\n";
    let orders = file(&directory, text);
    for recorded in ["3 recorded", "0 recorded"] {
        let printed = import(&server, &orders, &["--currency-code", "EUR", "--chunk-rows", "1"]).succeeded();
        assert!(printed.contains(recorded), "{printed}");
    }
    assert_eq!(timeline(&server, "c1").await.len(), 3);
}

#[tokio::test]
async fn bad_rows_are_told_by_line_before_anything_is_sent() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let text = "customer_id,date,value\nc1,2026-03-01,1\nc2,2026-03-01,\"12,5\"\n,2026-03-01,1\nc3,yesterday,1\nc4,2026-03-01,-1\nc5,2026-03-01\n";
    let orders = file(&directory, text);
    let ran = import(&server, &orders, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in ["line 3", "line 4", "line 5", "line 6", "line 7", "5 of 6", "--skip-invalid"] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    let clients = server.clients().await;
    assert_eq!(clients.workspace().await.revision, 0, "nothing was sent");
    let printed = import(&server, &orders, &["--skip-invalid"]).succeeded();
    assert!(printed.contains("1 recorded") && printed.contains("left out 5 rows"), "{printed}");
    assert_eq!(clients.workspace().await.transactions, 1);
}

#[tokio::test]
async fn what_only_the_server_can_refuse_is_told_by_line_too() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let orders = file(&directory, "id,date,value,order_id,currency\nc1,2026-03-01,1,o1,EUR\n");
    let _printed = import(&server, &orders, &[]).succeeded();
    let text = "id,date,value,order_id,currency\nc1,2026-03-01,1,o1,EUR\nc1,2026-03-02,2,o2,EUR\nc1,2026-03-01,9,o1,EUR\nc1,2026-03-02,2,o3,USD\n";
    let orders = file(&directory, text);
    let ran = import(&server, &orders, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("line 4"), "{ran:?}");
    let printed = import(&server, &orders, &["--skip-invalid"]).succeeded();
    assert!(printed.contains("1 recorded, 1 there already"), "{printed}");
    assert!(printed.contains("line 4") && printed.contains("line 5"), "{printed}");
}

#[test]
fn what_cannot_be_imported_is_explained() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("", &[], &["empty"]),
        ("customer_id,date,value\n", &[], &["no rows"]),
        ("a,b,c\n1,2,3\n", &[], &["a, b, c", "--customer-id"]),
        (
            "customer_id,date,value\nc1,2026-03-01,1\n",
            &["--amount", "price"],
            &["price", "customer_id, date, value"],
        ),
        ("customer_id,date,value\nc1,2026-03-01,1\n", &["--time-zone", "Mars"], &["--time-zone", "Mars"]),
        ("customer_id,date,value\nc1,2026-03-01,1\n", &["--workspace", "Capitals"], &["--workspace"]),
    ];
    for (text, options, words) in cases {
        let orders = file(&directory, text);
        let ran = import(&server, &orders, options);
        assert_eq!(ran.code, Some(1), "{text:?}: {ran:?}");
        assert!(ran.err.starts_with("error: ") && !ran.err.contains("panicked"), "{ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{word}: {ran:?}");
        }
    }
    let missing = import(&server, &directory.path().join("missing.csv"), &[]);
    assert!(missing.code == Some(1) && missing.err.contains("missing.csv"), "{missing:?}");
    let orders = file(&directory, "customer_id,date,value\nc1,2026-03-01,1\n");
    let nobody = run(&mut command(&["import", orders.to_str().unwrap(), "--server", "127.0.0.1:1"]), AT_MOST);
    assert!(nobody.code == Some(1) && nobody.err.contains("lojal serve"), "{nobody:?}");
    let binary = file(&directory, [0xff_u8; 64]);
    let ran = import(&server, &binary, &[]);
    assert!(ran.code == Some(1) && !ran.err.contains("panicked"), "{ran:?}");
}
