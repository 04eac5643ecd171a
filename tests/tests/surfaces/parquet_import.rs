//! `lojal import`: Parquet files as other programs write them. What they are: tests/fixtures/parquet/README.md.

use std::path::PathBuf;

use lojal_proto::v1;
use lojal_tests::{Clients, Server, import, money, paid, repository, timeline};

fn fixture(name: &str) -> PathBuf {
    repository().join("tests/fixtures/parquet").join(format!("{name}.parquet"))
}

/// When a customer bought, newest first, in RFC 3339.
async fn times(clients: &Clients, customer: &str) -> Vec<String> {
    let time = |event: v1::TimelineEvent| {
        let time = event.time.unwrap();
        jiff::Timestamp::new(time.seconds, time.nanos).unwrap().to_string()
    };
    timeline(clients, customer).await.into_iter().map(time).collect()
}

#[tokio::test]
async fn files_of_every_type_are_the_same_purchases() {
    let server = Server::start();
    let same = [
        "time-ms-utc",
        "time-us-utc",
        "time-ns-utc",
        "time-ms-local",
        "time-us-local",
        "time-ns-local",
        "time-int96-local",
        "time-text",
        "customer-text",
        "customer-int32",
        "customer-dictionary",
        "amount-float32",
        "amount-decimal128",
        "amount-decimal-small",
        "amount-text",
        "zstd",
        "uncompressed",
        "row-groups",
    ];
    for (index, name) in same.iter().enumerate() {
        let printed = import(&server, &fixture(name), &["--currency-code", "EUR"]);
        assert_eq!(printed.code, Some(0), "{name}: {printed:?}");
        let counts = if index == 0 { "(3 recorded, 0 there" } else { "(0 recorded, 3 there" };
        assert!(printed.out.contains(counts), "{name}: {printed:?}");
        assert_eq!(printed.err, "", "{name}: progress is for terminals");
    }
    let clients = server.clients().await;
    assert_eq!(paid(&clients, "42").await, ["12.50 EUR", "12.50 EUR"]);
    assert_eq!(paid(&clients, "43").await, ["0.10 EUR"]);
    assert_eq!(times(&clients, "43").await, ["1969-12-31T23:59:59.999Z"]);
    // A Parquet file and a CSV file of the same purchases are the same purchases.
    let directory = tempfile::tempdir().unwrap();
    let csv = directory.path().join("orders.csv");
    let text = "customer_id,date,value\n42,2026-03-01T12:00:00Z,12.5\n43,1969-12-31T23:59:59.999Z,0.1\n42,2026-03-01T12:00:00Z,12.50\n";
    std::fs::write(&csv, text).unwrap();
    let printed = import(&server, &csv, &["--currency-code", "EUR"]).succeeded();
    assert!(printed.contains("(0 recorded, 3 there"), "{printed}");
}

#[tokio::test]
async fn discounts_are_read_from_columns_of_every_type() {
    // The amount once more: what was taken off is what was paid.
    for (index, name) in
        ["amount-float32", "amount-decimal128", "amount-text", "row-groups"].iter().enumerate()
    {
        let server = Server::start();
        let printed = import(&server, &fixture(name), &["--currency-code", "EUR", "--discount", "value"]);
        assert!(printed.out.contains("(3 recorded, 0 there"), "{index} {name}: {printed:?}");
        let request = v1::GetPurchaseStatsRequest { window: "all".to_owned(), ..Default::default() };
        let clients = server.clients().await;
        let found = clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner();
        let whole = found.whole.unwrap();
        assert_eq!(
            (whole.discounts.clone(), whole.discounts),
            (whole.revenue, Some(money("25.10", "EUR"))),
            "{name}"
        );
    }
}

#[tokio::test]
async fn times_without_a_zone_are_those_of_the_zone_named() {
    let server = Server::start();
    let clients = server.clients().await;
    for (name, noon) in [
        ("time-ms-local", "2026-03-01T11:00:00Z"),
        ("time-ns-local", "2026-03-01T11:00:00Z"),
        ("time-int96-local", "2026-03-01T11:00:00Z"),
        ("date32", "2026-02-28T23:00:00Z"),
        ("time-us-utc", "2026-03-01T12:00:00Z"),
        ("time-text", "2026-03-01T12:00:00Z"),
    ] {
        let _printed =
            import(&server, &fixture(name), &["--time-zone", "Europe/Zagreb", "--workspace", name])
                .succeeded();
        assert_eq!(times(&clients.in_workspace(name), "42").await, [noon, noon], "{name}");
    }
}

#[tokio::test]
async fn whole_amounts_ids_and_currencies() {
    let server = Server::start();
    let clients = server.clients().await;
    let whole = clients.in_workspace("whole");
    let options = ["--currency-code", "EUR", "--workspace", "whole"];
    let _printed = import(&server, &fixture("amount-int32"), &options).succeeded();
    assert_eq!(paid(&whole, "42").await, ["12.00 EUR", "12.00 EUR"]);
    let rate = v1::ExchangeRate {
        currency_code: "USD".to_owned(),
        date: "1960-01-01".to_owned(),
        rate: "0.5".to_owned(),
    };
    // A workspace needs its currency before rates.
    let euros = ["--currency-code", "EUR"];
    let _printed = import(&server, &fixture("zstd"), &euros).succeeded();
    let rates = v1::SetExchangeRatesRequest { rates: vec![rate], ..Default::default() };
    clients.workspaces.clone().set_exchange_rates(rates).await.unwrap();
    for counts in ["(2 recorded, 1 there", "(0 recorded, 3 there"] {
        let printed = import(&server, &fixture("ids-and-currencies"), &[]).succeeded();
        // The second row has no id and no currency: it is the one that is there.
        assert!(printed.contains(counts), "{printed}");
    }
    assert_eq!(paid(&clients, "42").await, ["12.50 EUR", "12.50 EUR", "12.50 EUR", "12.50 USD"]);
}

#[tokio::test]
async fn bad_rows_are_told_by_their_number() {
    let server = Server::start();
    let cases: [(&str, &[&str], &str); 2] = [
        (
            "nulls",
            &[
                "3 of 4",
                "line 2: the customer",
                "line 3: the time is missing",
                "line 4: the amount is missing",
            ],
            "1 recorded",
        ),
        (
            "bad-values",
            &[
                "4 of 5",
                "line 2: the amount is -1",
                "line 3: the amount",
                "line 4: the amount",
                "line 5: the time",
            ],
            "1 there already",
        ),
    ];
    for (name, words, counts) in cases {
        let ran = import(&server, &fixture(name), &["--currency-code", "EUR"]);
        assert_eq!(ran.code, Some(1), "{name}: {ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{name}: {word}: {ran:?}");
        }
        let printed =
            import(&server, &fixture(name), &["--currency-code", "EUR", "--skip-invalid"]).succeeded();
        assert!(printed.contains(counts), "{name}: {printed}");
    }
}

#[test]
fn what_cannot_be_imported_is_explained() {
    let server = Server::start();
    let cases: [(&str, &[&str]); 9] = [
        ("time-number", &["\"date\"", "cannot be the time", "INT64", "--time"]),
        ("customer-float", &["\"customer_id\"", "cannot be the customer", "DOUBLE"]),
        ("amount-bool", &["\"value\"", "cannot be the amount", "BOOLEAN"]),
        ("amount-list", &["\"value\"", "nested"]),
        ("no-rows", &["no rows"]),
        ("cut-short", &["cut-short.parquet is not a whole Parquet file"]),
        ("damaged", &["damaged.parquet"]),
        ("not-parquet", &["not-parquet.parquet is not a whole Parquet file"]),
        ("missing", &["missing.parquet"]),
    ];
    for (name, words) in cases {
        let ran = import(&server, &fixture(name), &[]);
        assert_eq!(ran.code, Some(1), "{name}: {ran:?}");
        assert!(ran.err.starts_with("error: ") && !ran.err.contains("panicked"), "{name}: {ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{name}: {word}: {ran:?}");
        }
    }
}

#[tokio::test]
async fn an_id_is_the_customer_only_where_it_comes_back() {
    let server = Server::start();
    let clients = server.clients().await;
    let refused = import(&server, &fixture("id-of-rows"), &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for words in
        ["\"id\"", "comes back at another time in the first 10,000 rows", "id, date, value", "--customer-id"]
    {
        assert!(refused.err.contains(words), "{words}: {refused:?}");
    }
    assert_eq!(clients.workspace().await.revision, 0, "nothing was sent");
    for (name, customer, column) in
        [("id-of-customers", "42", "took id for"), ("addresses", "c42@shop.example", "took Email for")]
    {
        let printed = import(&server, &fixture(name), &["--workspace", name]).succeeded();
        assert!(printed.contains(column), "{name}: {printed}");
        assert_eq!(paid(&clients.in_workspace(name), customer).await.len(), 2, "{name}");
    }
}
