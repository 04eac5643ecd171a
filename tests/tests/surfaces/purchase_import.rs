//! `lojal import` of purchases that are not one row each, in plain decimals and ISO 8601: lines of orders, amounts less than zero,
//! customers by their addresses, and the habits of countries and spreadsheets.

use std::fmt::Write as _;
use std::path::PathBuf;

use lojal_proto::v1;
use lojal_proto::v1::timeline_event::Event;
use lojal_tests::{Clients, Server, at, import, paid, timeline};

fn file(directory: &tempfile::TempDir, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join("orders.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// Purchases and refunds of a customer, oldest first, as their id and amount.
async fn money(clients: &Clients, customer: &str) -> Vec<(String, String)> {
    let mut events = timeline(clients, customer).await;
    events.sort_by_key(|event| event.time.map(|time| time.seconds));
    let told = events.into_iter().filter_map(|v1::TimelineEvent { event, .. }| match event? {
        Event::Transaction(bought) => Some((bought.transaction_id, bought.amount?.amount)),
        Event::Refund(refund) => Some((refund.refund_id, format!("-{}", refund.amount?.amount))),
        _ => None,
    });
    told.collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(id, amount)| ((*id).to_owned(), (*amount).to_owned())).collect()
}

#[tokio::test]
async fn lines_are_added_up_by_their_order() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let text = "invoice_no,customer,date,price,quantity\no1,c1,2026-03-01,2.50,2\no2,c1,2026-03-02,7,1\no1,c1,2026-03-01,1.25,4\n";
    let orders = file(&directory, text);
    let ran = import(&server, &orders, &[]);
    assert!(ran.code == Some(1) && ran.err.contains("add lines of orders up with --lines"), "{ran:?}");
    for counts in ["loaded 2 records (2 recorded, 0 there already)", "(0 recorded, 2 there already)"] {
        let printed = import(&server, &orders, &["--lines"]).succeeded();
        assert!(printed.contains(counts) && printed.contains("quantity for the pieces"), "{printed}");
    }
    assert_eq!(money(&clients, "c1").await, owned(&[("o1", "10.00"), ("o2", "7.00")]));
    // The amount of a line, where the caller names it, is what it is.
    let text = text.replace("o1,", "o8,").replace("o2,", "o9,");
    let printed = import(&server, &file(&directory, text), &["--lines", "--amount", "price"]).succeeded();
    assert!(printed.contains("2 recorded") && !printed.contains("pieces"), "{printed}");
    let mut found = money(&clients, "c1").await;
    found.sort();
    assert_eq!(found, owned(&[("o1", "10.00"), ("o2", "7.00"), ("o8", "3.75"), ("o9", "7.00")]));
    let ran = import(&server, &file(&directory, "customer,date,total\nc1,2026-03-01,1\n"), &["--lines"]);
    assert!(ran.err.contains("name that column with --transaction-id"), "{ran:?}");
    // A bad line leaves its whole order out.
    let text = "order_id,customer,date,total\no3,c3,2026-03-01,1\no3,c3,2026-03-01,x\no4,c3,2026-03-01,1\n";
    let printed = import(&server, &file(&directory, text), &["--lines", "--skip-invalid"]).succeeded();
    assert!(printed.contains("left out: 1 has a line that cannot be read"), "{printed}");
    assert_eq!(money(&clients, "c3").await, owned(&[("o4", "1.00")]));
    let ran = import(&server, &file(&directory, text), &["--lines", "--records", "costs"]);
    assert!(ran.err.contains("--lines and --negative are for purchases"), "{ran:?}");
}

#[test]
fn rows_that_share_an_id_are_told_to_be_lines() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let mut text = "order_id,customer,date,total\n".to_owned();
    for row in 0..60 {
        writeln!(text, "o{},c1,2026-03-01,{row}", row / 3).unwrap();
    }
    let orders = file(&directory, text);
    let ran = import(&server, &orders, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in [
        "line 3: what \"order_id\" names was recorded before",
        "40 of 60 rows have the id of a row before them",
        "--lines",
    ] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    assert!(import(&server, &orders, &["--lines"]).succeeded().contains("20 recorded"));
}

#[tokio::test]
async fn less_than_zero_is_taken_from_the_latest_purchases() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let text = "order_id,customer,date,total\no1,c1,2026-03-01,10\no2,c1,2026-03-02,20\nr1,c1,2026-03-03,-25\nr2,c2,2026-03-03,-1\no3,c1,2026-03-04,5\n";
    let orders = file(&directory, text);
    let ran = import(&server, &orders, &[]);
    assert!(ran.code == Some(1) && ran.err.contains("--negative refund"), "{ran:?}");
    let options = ["--negative", "refund", "--currency-code", "EUR"];
    for counts in ["loaded 5 records (5 recorded, 0 there already)", "(0 recorded, 5 there already)"] {
        let printed = import(&server, &orders, &options).succeeded();
        assert!(printed.contains(counts) && printed.contains("2 refunds (25.00 EUR)"), "{printed}");
        assert!(printed.contains("left out: 1 gives back more than the customer bought before"), "{printed}");
    }
    let expected =
        [("o1", "10.00"), ("o2", "20.00"), ("r1/refund", "-20.00"), ("r1/refund/2", "-5.00"), ("o3", "5.00")];
    let mut found = money(&clients, "c1").await;
    found[2..4].sort();
    assert_eq!(found, owned(&expected));
    // Purchases without ids are given some, so that refunds can name them.
    let text = "customer,date,total\nc4,2026-03-01,10\nc4,2026-03-02,-4\n";
    for counts in ["(2 recorded", "(0 recorded, 2 there"] {
        let printed = import(&server, &file(&directory, text), &options).succeeded();
        assert!(printed.contains(counts), "{printed}");
    }
}

#[tokio::test]
async fn customers_are_named_by_their_addresses_when_asked_for() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let orders = file(&directory, "customer_id,Email,date,total\n17, Ana@Shop.example ,2026-03-01,5\n");
    let printed =
        import(&server, &orders, &["--customer-key", "email", "--currency-code", "EUR"]).succeeded();
    assert!(printed.contains("took Email for the customer"), "{printed}");
    assert_eq!(paid(&clients, "ana@shop.example").await, ["5.00 EUR"]);
    let answers = file(&directory, "customer_id,Email,date,nps\n17,ANA@shop.example,2026-03-02,9\n");
    let options = ["--records", "responses", "--customer-key", "email"];
    let printed = import(&server, &answers, &options).succeeded();
    assert!(printed.contains("took Email for the customer"), "{printed}");
    assert_eq!(timeline(&clients, "ana@shop.example").await.len(), 2);
    let without = file(&directory, "customer_id,date,total\n17,2026-03-01,5\n");
    let ran = import(&server, &without, &["--customer-key", "email"]);
    assert!(ran.code == Some(1) && ran.err.contains("email"), "{ran:?}");
    let ran = import(&server, &without, &["--records", "costs", "--customer-key", "email"]);
    assert!(ran.err.contains("--customer-key is for purchases and answers"), "{ran:?}");
}

#[tokio::test]
async fn purchases_are_read_as_countries_and_spreadsheets_write_them() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    for (customer, rows, time, amount, notes) in [
        (
            "dots",
            "{c};1.3.2026;1.234,50\n{c};13.03.2026 14:30;7\n",
            "2026-03-13T14:30:00Z",
            "1234.50 EUR",
            &["comma as the decimal mark", "with the day first"][..],
        ),
        (
            "signs",
            "{c};2026-03-01;€ 1,234.50\n{c};2026-03-13 14:30;7 €\n",
            "2026-03-13T14:30:00Z",
            "1234.50 EUR",
            &[],
        ),
        (
            "slashes",
            "{c};3/1/2026;1234.50\n{c};3/13/2026 2:30 PM;7\n",
            "2026-03-13T14:30:00Z",
            "1234.50 EUR",
            &["with the month first"],
        ),
        (
            "seconds",
            "{c};1772323200;1234.5\n{c};1773412200;7\n",
            "2026-03-13T14:30:00Z",
            "1234.50 EUR",
            &["since 1970"],
        ),
        (
            "millis",
            "{c};1772323200000;1 234,5\n{c};1773412200000;7\n",
            "2026-03-13T14:30:00Z",
            "1234.50 EUR",
            &["since 1970", "comma"],
        ),
        (
            "points",
            "{c};2026-03-01;1234.50\n{c};2026-03-13T14:30:00Z;7\n",
            "2026-03-13T14:30:00Z",
            "1234.50 EUR",
            &[],
        ),
    ] {
        let orders = file(&directory, format!("customer;date;total\n{}", rows.replace("{c}", customer)));
        for counts in ["(2 recorded", "(0 recorded, 2 there"] {
            let printed = import(&server, &orders, &["--currency-code", "EUR"]).succeeded();
            assert!(printed.contains(counts), "{customer}: {printed}");
            for &words in notes {
                assert!(printed.contains(words), "{words}: {printed}");
            }
            assert!(!notes.is_empty() || !printed.contains("note: "), "{printed}");
        }
        assert_eq!(paid(&clients, customer).await, [amount, "7.00 EUR"], "{customer}");
        assert_eq!(timeline(&clients, customer).await[0].time, Some(at(time)), "{customer}");
    }
}

#[tokio::test]
async fn what_may_be_read_in_two_ways_is_asked_about_and_read_as_is_said() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    for (rows, words, option, expected) in [
        ("c8;2026-03-01;1.234\n", "--decimal", ["--decimal", ","], "1234.00 EUR"),
        ("c9;3/4/2026;5\n", "--time-format", ["--time-format", "%d/%m/%Y"], "5.00 EUR"),
    ] {
        let orders = file(&directory, format!("customer;date;total\n{rows}"));
        let ran = import(&server, &orders, &["--currency-code", "EUR"]);
        assert!(ran.code == Some(1) && ran.err.contains("line 2: ") && ran.err.contains(words), "{ran:?}");
        let options = [&["--currency-code", "EUR"][..], &option].concat();
        let _ = import(&server, &orders, &options).succeeded();
        assert_eq!(paid(&clients, &rows[..2]).await, [expected]);
    }
    for (rows, words) in [
        ("c1;2026-03-01;1,5\nc1;2026-03-01;1.5\n", "different decimal marks"),
        ("c1;25/3/2026;1\nc1;3/25/2026;1\n", "begins with the day and"),
        ("c1;2026-03-01;5 £\n", "not in EUR"),
    ] {
        let ran = import(
            &server,
            &file(&directory, format!("customer;date;total\n{rows}")),
            &["--currency-code", "EUR"],
        );
        assert!(ran.code == Some(1) && ran.err.contains(words), "{words}: {ran:?}");
    }
}

/// What stands far below the rows that are looked at first is read with care, too.
#[tokio::test]
async fn a_late_row_is_never_guessed() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let rows = |last: &str| {
        let mut text = "customer;date;total\n".to_owned();
        for row in 0..1_500 {
            writeln!(text, "c{row};2026-03-01;{}", row % 90).unwrap();
        }
        file(&directory, format!("{text}{last}"))
    };
    let printed =
        import(&server, &rows("late;2026-03-01;1.234,50\n"), &["--currency-code", "EUR"]).succeeded();
    assert!(printed.contains("1,501 recorded"), "{printed}");
    assert_eq!(paid(&clients, "late").await, ["1234.50 EUR"]);
    let ran = import(&server, &rows("later;2026-03-01;1.234\n"), &["--currency-code", "EUR"]);
    assert!(
        ran.code == Some(1) && ran.err.contains("line 1502: ") && ran.err.contains("--decimal"),
        "{ran:?}"
    );
}
