//! `lojal import`: CSV files as people have them, into a running server.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use lojal_proto::v1;
use lojal_tests::{Server, at, cdnow, command, import, paid, run, timeline, until};

const AT_MOST: Duration = Duration::from_secs(60);

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

/// Kills a server in the middle of an import, and imports again: nothing is lost or doubled, and the second import goes on
/// where the first was answered.
#[tokio::test]
async fn an_import_goes_on_after_the_server_was_killed() {
    const ROWS: i64 = 40_000;
    let directory = tempfile::tempdir().unwrap();
    let mut text = "customer_id,date,value\n".to_owned();
    for row in 0..ROWS {
        // Every row twice, and none in the order of time.
        let row = row / 2;
        writeln!(text, "c{},2026-01-{:02},{}", row % 700, 28 - row % 28, row % 90).unwrap();
    }
    let orders = file(&directory, text);
    let mut server = Server::start();
    let mut importing =
        command(&["import", orders.to_str().unwrap(), "--chunk-rows", "100", "--server", server.url()])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
    let clients = server.clients().await;
    while clients.workspace().await.transactions < 2_000 {}
    server.kill();
    let status = until("the import to end", AT_MOST, || importing.try_wait().unwrap());
    assert!(!status.success(), "an import without a server failed");
    server.start_again();
    let clients = server.clients().await;
    let before = clients.workspace().await.transactions;
    assert!((2_000..ROWS).contains(&before), "{before} were there");
    // With other chunks than before.
    let again = import(&server, &orders, &["--chunk-rows", "777"]).succeeded();
    let told = again.split_once("went on after the first ").map(|(_, told)| told);
    let skipped: i64 =
        told.map_or(0, |told| told.split_once(" rows").unwrap().0.replace(',', "").parse().unwrap());
    // What was answered and remembered; a few chunks more may be on the disk, and an import runs few chunks ahead of what
    // it was answered.
    assert!((before - 1_500..=before).contains(&skipped) && skipped % 100 == 0, "{before}: {again}");
    let left = ROWS - skipped;
    let (recorded, there) = (ROWS - before, left - (ROWS - before));
    let counts = format!("{} recorded, {} there already", grouped(recorded), grouped(there));
    assert!(again.contains(&counts), "{counts}: {again}");
    assert_eq!(clients.workspace().await.transactions, ROWS);
    // What was loaded whole is not gone on with, and doubles nothing.
    let whole = import(&server, &orders, &[]).succeeded();
    assert!(whole.contains("(0 recorded, 40,000 there already)") && !whole.contains("went on"), "{whole}");
    assert_eq!(clients.workspace().await.transactions, ROWS);
}

/// As the import prints numbers below a million.
fn grouped(number: i64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

#[tokio::test]
async fn chunks_may_be_of_any_size() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let mut text = "customer_id,date,value\n".to_owned();
    for row in 0..100_500 {
        writeln!(text, "c{},2026-03-01,{row}", row % 5_000).unwrap();
    }
    let orders = file(&directory, text);
    let printed = import(&server, &orders, &["--chunk-rows", "100000"]);
    assert_eq!(printed.err, "", "progress is for terminals");
    assert!(printed.succeeded().contains("100,500 recorded"));
    for wrong in ["0", "100001", "many"] {
        let ran = import(&server, &orders, &["--chunk-rows", wrong]);
        assert!(ran.code == Some(2) && ran.err.contains("--chunk-rows"), "{ran:?}");
    }
}

#[tokio::test]
async fn equal_rows_of_an_unsorted_file_are_purchases_of_their_own() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let rows =
        ["c1,2026-03-02,5", "c1,2026-03-01,5", "c1,2026-03-02,5", "c2,2026-03-01,5", "c1,2026-03-01,5"];
    let orders =
        file(&directory, format!("customer_id,date,value\n{}\nc1,2026-03-02,5.00\n", rows.join("\n")));
    for (chunk, counts) in
        [("1", "(6 recorded, 0 there"), ("2", "(0 recorded, 6 there"), ("100", "(0 recorded, 6")]
    {
        let printed = import(&server, &orders, &["--chunk-rows", chunk]).succeeded();
        assert!(printed.contains(counts), "{printed}");
    }
    // In another order they are the same purchases.
    let sorted = file(
        &directory,
        format!("customer_id,date,value\n{}\nc1,2026-03-02,5.00\n", {
            let mut rows = rows;
            rows.sort_unstable_by_key(|row| &row[3..]);
            rows.join("\n")
        }),
    );
    let printed = import(&server, &sorted, &[]).succeeded();
    assert!(printed.contains("(0 recorded, 6 there"), "{printed}");
    assert_eq!(timeline(&server.clients().await, "c1").await.len(), 5);
}

#[tokio::test]
async fn several_currencies_and_ids_with_holes() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let mut text = "customer_id,date,value,order_id,currency\n".to_owned();
    for row in 0..50 {
        let id = if row % 3 == 0 { format!("o{row}") } else { String::new() };
        let currency = ["EUR", "USD", ""][row % 3];
        writeln!(text, "c{},2026-03-01,8,{id},{currency}", row % 5).unwrap();
    }
    let orders = file(&directory, text);
    // The workspace is in the currency of its first row, and needs rates for the others.
    let ran = import(&server, &orders, &["--chunk-rows", "4"]);
    assert!(ran.code == Some(1) && ran.err.contains("USD"), "{ran:?}");
    let rate = v1::ExchangeRate {
        currency_code: "USD".to_owned(),
        date: "2026-01-01".to_owned(),
        rate: "0.5".to_owned(),
    };
    let rates = v1::SetExchangeRatesRequest { rates: vec![rate], ..Default::default() };
    clients.workspaces.clone().set_exchange_rates(rates).await.unwrap();
    for chunk in ["4", "7", "100"] {
        let printed = import(&server, &orders, &["--chunk-rows", chunk]).succeeded();
        assert!(printed.contains("loaded 50 rows") || printed.contains("went on"), "{printed}");
        assert_eq!(clients.workspace().await.transactions, 50);
    }
    assert_eq!(clients.workspace().await.reporting_currency_code, "EUR");
    let mut amounts = vec!["8.00 EUR"; 7];
    amounts.extend(["8.00 USD"; 3]);
    assert_eq!(paid(&clients, "c0").await, amounts);
}

#[tokio::test]
async fn discounts_are_read_when_asked_for() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let orders = file(
        &directory,
        "customer_id,date,value,discount\nc1,2026-03-01,8,\nc2,2026-03-01,8,1.5\nc3,2026-03-01,8,0\nc4,2026-03-01,8,2\n",
    );
    let discount = |events: Vec<v1::TimelineEvent>| match events.into_iter().next().unwrap().event {
        Some(v1::timeline_event::Event::Transaction(bought)) => bought.discount.map(|money| money.amount),
        other => panic!("no purchase: {other:?}"),
    };
    let printed = import(&server, &orders, &["--discount", "discount"]).succeeded();
    assert!(printed.contains("(4 recorded, 0 there"), "{printed}");
    for (customer, expected) in [("c1", None), ("c2", Some("1.50")), ("c3", None), ("c4", Some("2.00"))] {
        assert_eq!(discount(timeline(&clients, customer).await).as_deref(), expected, "{customer}");
    }
    let printed = import(&server, &orders, &["--discount", "discount"]).succeeded();
    assert!(printed.contains("(0 recorded, 4 there"), "{printed}");
    // A column of that name is not guessed: without being told, these are other purchases under the same key.
    let ran = import(&server, &orders, &[]);
    assert!(ran.code == Some(1) && ran.err.contains("line 3"), "{ran:?}");
    let ran = import(&server, &orders, &["--discount", "rebate"]);
    assert!(ran.code == Some(1) && ran.err.contains("it has: customer_id, date, value, discount"), "{ran:?}");
    let percent = file(&directory, "customer_id,date,value,discount\nc1,2026-03-01,8,10%\n");
    let ran = import(&server, &percent, &["--discount", "discount"]);
    assert!(ran.code == Some(1) && ran.err.contains("line 2: the discount"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_imports_of_one_file_at_once_load_it_once() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let orders = file(&directory, sample());
    let recorded: i64 = std::thread::scope(|scope| {
        let (server, orders) = (&server, &orders);
        let importing: Vec<_> = (0..10)
            .map(|index| {
                let rows = (50 + 70 * index).to_string();
                scope.spawn(move || import(server, orders, &["--chunk-rows", &rows]).succeeded())
            })
            .collect();
        let printed = importing.into_iter().map(|thread| thread.join().unwrap());
        let recorded = |printed: String| -> i64 {
            let (_, counts) = printed.split_once('(').unwrap();
            counts.split_once(" recorded").unwrap().0.replace(',', "").parse().unwrap()
        };
        printed.map(recorded).sum()
    });
    assert_eq!(recorded, 6_919);
    let clients = server.clients().await;
    assert_eq!(clients.workspace().await.transactions, 6_919);
    assert_eq!(cdnow::load(&clients).await, cdnow::Loaded { recorded: 0, duplicates: 6_919 });
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
    let clients = server.clients().await;
    let events = timeline(&clients, "Ana; Zagreb").await;
    assert_eq!(paid(&clients, "Ana; Zagreb").await, ["12.50 EUR"]);
    assert_eq!(events[0].time, Some(at("2026-02-28T23:00:00Z")), "midnight in Zagreb");
    assert_eq!(clients.workspace().await.reporting_currency_code, "EUR");
}

#[tokio::test]
async fn equal_rows_are_two_purchases() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    // Equal by value: 12.5 is 12.50, and a date is its midnight.
    let text =
        "customer_id,date,value\nc1,2026-03-01,12.50\nc1,2026-03-01T00:00:00Z,12.5\nc1,20260301,12.50\n";
    let orders = file(&directory, text);
    for recorded in ["3 recorded", "0 recorded"] {
        let printed = import(&server, &orders, &["--currency-code", "EUR", "--chunk-rows", "1"]).succeeded();
        assert!(printed.contains(recorded), "{printed}");
    }
    assert_eq!(timeline(&server.clients().await, "c1").await.len(), 3);
}

#[tokio::test]
async fn all_bad_rows_are_told_by_line() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let text = "customer_id,date,value\nc1,2026-03-01,1\nc2,2026-03-01,twelve\n,2026-03-01,1\nc3,yesterday,1\nc4,2026-03-01,-1\nc5,2026-03-01\n";
    let orders = file(&directory, text);
    let ran = import(&server, &orders, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in
        ["nothing was loaded", "line 3", "line 4", "line 5", "line 6", "line 7", "5 of 6", "--skip-invalid"]
    {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    let clients = server.clients().await;
    assert_eq!(clients.workspace().await.revision, 0, "nothing was sent, as the chunk was not full");
    let printed = import(&server, &orders, &["--skip-invalid"]).succeeded();
    assert!(printed.contains("1 recorded") && printed.contains("left out 5 rows"), "{printed}");
    assert_eq!(clients.workspace().await.transactions, 1);
}

#[tokio::test]
async fn rows_before_a_bad_chunk_may_be_loaded() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let mut text = "customer_id,date,value\n".to_owned();
    for row in 0..1_000 {
        let day = if row % 100 == 77 { "never" } else { "2026-03-01" };
        writeln!(text, "c{row},{day},1").unwrap();
    }
    let orders = file(&directory, &text);
    let ran = import(&server, &orders, &["--chunk-rows", "10"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    // The header is line 1. All bad rows are told, not only those of the chunk at which the import stopped.
    for line in (0..10).map(|hundred| format!("line {}:", 100 * hundred + 79)) {
        assert!(ran.err.contains(&line), "{line} {ran:?}");
    }
    assert!(
        ran.err.contains("only the first 70 rows were loaded") && ran.err.contains("10 of 1,000"),
        "{ran:?}"
    );
    let clients = server.clients().await;
    assert_eq!(clients.workspace().await.transactions, 70, "whole chunks before the bad one");
    let mended = file(&directory, text.replace("never", "2026-03-02"));
    let printed = import(&server, &mended, &[]).succeeded();
    assert!(printed.contains("1,000 rows (930 recorded, 70 there already)"), "{printed}");
    // Of many bad rows the first are told, and how many more there are.
    let ran = import(&server, &file(&directory, text.replace("2026-03-01", "never")), &[]);
    assert!(ran.err.contains("1,000 of 1,000") && ran.err.contains("and 980 more"), "{ran:?}");
}

#[tokio::test]
async fn what_only_the_server_can_refuse_is_told_by_line_too() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let orders = file(&directory, "customer_id,date,value,order_id,currency\nc1,2026-03-01,1,o1,EUR\n");
    let _printed = import(&server, &orders, &[]).succeeded();
    let text = "customer_id,date,value,order_id,currency\nc1,2026-03-01,1,o1,EUR\nc1,2026-03-02,2,o2,EUR\nc1,2026-03-01,9,o1,EUR\nc1,2026-03-02,2,o3,USD\n";
    let orders = file(&directory, text);
    let ran = import(&server, &orders, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let conflict = "  line 4: what \"order_id\" names was recorded before with other content, which stays; ";
    assert!(ran.err.contains(conflict) && !ran.err.contains("columns["), "{ran:?}");
    let printed = import(&server, &orders, &["--skip-invalid"]).succeeded();
    assert!(printed.contains("1 recorded, 1 there already"), "{printed}");
    assert!(
        printed.contains(conflict) && printed.contains("  line 5: the currency in \"currency\" "),
        "{printed}"
    );
    assert!(!printed.contains("columns["), "{printed}");
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

#[test]
fn what_can_be_read_only_once_is_no_file() {
    let server = Server::start();
    for device in ["/dev/zero", "/dev/null", "/dev/stdin"] {
        let ran = import(&server, std::path::Path::new(device), &[]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains(device) && ran.err.contains("save it to one first"), "{ran:?}");
    }
}

#[tokio::test]
async fn a_column_that_may_be_the_customer_or_not_is_not_taken() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let cases: [(&str, &[&str]); 5] = [
        (
            "Id,date,value\n1,2026-03-01,1\n2,2026-03-01,1\n",
            &["\"Id\"", "first 10,000 rows", "Id, date, value", "--customer-id"],
        ),
        ("id,date,value\n1,2026-03-01,1\n1,2026-03-01,2\n", &["comes back at another time"]),
        (
            "id,Recipient's Email,date,value\n1,a,2026-03-01,1\n1,b,2026-03-02,1\n",
            &["Recipient's Email", "--customer-id"],
        ),
        ("customer,date,price,quantity\nc1,2026-03-01,1,2\n", &["price of one piece", "--amount"]),
        (
            "customer,date,total,Lineitem name\nc1,2026-03-01,1,tea\n",
            &["each line of an order", "--transaction-id"],
        ),
    ];
    for (text, words) in cases {
        let ran = import(&server, &file(&directory, text), &[]);
        assert_eq!(ran.code, Some(1), "{text:?}: {ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{word}: {ran:?}");
        }
    }
    let clients = server.clients().await;
    assert_eq!(clients.workspace().await.revision, 0, "nothing was sent");
    // Named, or coming back at another time, it is.
    let orders = file(&directory, "Id,date,value\nc1,2026-03-01,1\nc2,2026-03-01,1\n");
    let printed = import(&server, &orders, &["--customer-id", "Id"]).succeeded();
    assert!(printed.contains("(2 recorded"), "{printed}");
    let orders = file(&directory, "Id,date,value\nc1,2026-03-01,1\nc2,2026-03-01,1\nc1,2026-03-02,1\n");
    let printed = import(&server, &orders, &[]).succeeded();
    assert!(
        printed.contains("(1 recorded, 2 there already)") && printed.contains("took Id for the customer"),
        "{printed}"
    );
}

#[tokio::test]
async fn a_mail_address_is_one_customer_however_it_is_written() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    // Whatever its column is called.
    for header in ["E-mail", "customer_id", "Billing Email"] {
        let text = format!(
            "{header},date,value\nC1@Shop.example,2026-03-01,1\n c1@shop.EXAMPLE ,2026-03-02,2\nŽANA@shop.example,2026-03-02,2\nC1,2026-03-02,5\n"
        );
        let printed = import(&server, &file(&directory, text), &[]).succeeded();
        assert!(printed.contains("loaded 4 rows"), "{printed}");
    }
    let clients = server.clients().await;
    assert_eq!(clients.workspace().await.customers, 3);
    for (customer, purchases) in [("c1@shop.example", 2), ("žana@shop.example", 1), ("C1", 1)] {
        assert_eq!(timeline(&clients, customer).await.len(), purchases, "{customer}");
    }
}
