//! What MariaDB answers, which speaks the protocol of MySQL.

use lojal_tests::databases::MariaDb;
use lojal_tests::{Server, at, paid, timeline};

use super::{ask, ask_again};

#[tokio::test]
async fn values_of_every_type_are_those_that_the_database_writes() {
    let Some(database) = MariaDb::start(&[
        "CREATE TABLE orders (id BIGINT UNSIGNED PRIMARY KEY, customer VARCHAR(40) COLLATE utf8mb4_bin, at TIMESTAMP(3) NULL, local DATETIME, total DECIMAL(20, 8), price DOUBLE, state ENUM('paid', 'open'), details JSON, note TEXT, picture BLOB, is_new BOOLEAN)",
        "SET time_zone = '+02:00'",
        "INSERT INTO orders VALUES (1, 'Žana', '2026-03-01 14:00:00.25', '2026-03-01 09:00:00', 12.5, 0.1e0 + 0.2e0, 'paid', '{\"a\": 1}', 'two\\nlines', 'x', TRUE), (18446744073709551615, 'Žana', '2026-03-02 02:00:00', NULL, 7, NULL, 'open', NULL, '', NULL, FALSE)",
    ]) else {
        return;
    };
    let server = Server::start();
    let query = "SELECT customer AS customer_id, at AS date, total AS amount, id AS order_id, state, details, note, is_new FROM orders ORDER BY id;";
    let folder = tempfile::tempdir().unwrap();
    // Moments are what they are; the zone is that of other times.
    let options = ["--currency-code", "EUR", "--incremental", "order_id", "--time-zone", "America/New_York"];
    let printed = ask_again(&server, &database.url(), query, &options, folder.path()).succeeded();
    assert!(printed.starts_with(&format!("read 2 rows of {}\n", database.url())), "{printed}");
    assert!(
        printed.contains("2 recorded") && printed.contains("order_id = 18446744073709551615"),
        "{printed}"
    );
    let clients = server.clients().await;
    assert_eq!(paid(&clients, "Žana").await, ["12.50 EUR", "7.00 EUR"]);
    let events = timeline(&clients, "Žana").await;
    assert_eq!(events[0].time, Some(at("2026-03-02T00:00:00Z")), "of a moment, in UTC");
    assert_eq!(events[1].time, Some(at("2026-03-01T12:00:00.25Z")));
    let again = ask_again(&server, &database.url(), query, &options, folder.path()).succeeded();
    assert!(again.contains("read 1 row of ") && again.contains("0 recorded, 1 there already"), "{again}");
    let by_time = ["--currency-code", "EUR", "--incremental", "date"];
    for rows in ["read 2 rows of ", "read 1 row of "] {
        let printed = ask_again(&server, &database.url(), query, &by_time, folder.path()).succeeded();
        assert!(printed.contains(rows) && printed.ends_with("date = 2026-03-02 00:00:00.000\n"), "{printed}");
    }
    let dry = ask(
        &server,
        &database.url(),
        "SELECT customer, local, price, details, note FROM orders WHERE id = 1",
        &["--dry-run", "--time", "local", "--amount", "price"],
    );
    for line in
        ["  details             {\"a\": 1}", "  price     amount    0.3", "  note                two lines"]
    {
        assert!(dry.out.lines().any(|told| told == line), "{line:?} in {}", dry.out);
    }
    for (query, words) in [
        ("SELECT picture FROM orders", "the column \"picture\" holds bytes (blob)"),
        ("SELECT custmer FROM orders", "Unknown column 'custmer'"),
        ("DELETE FROM orders", "READ ONLY transaction"),
        ("SELECT 1 AS a; SELECT 2 AS a", "refuses the query"),
        ("SELECT id AS a, id AS a FROM orders", "several columns called \"a\""),
    ] {
        let ran = ask(&server, &database.url(), query, &[]);
        assert!(ran.code == Some(1) && ran.err.contains(words), "{words}: {ran:?}");
    }
    let ran = ask(&server, &database.url().replace("//ana@", "//ana:geheim@"), query, &[]);
    assert!(
        ran.code == Some(1) && ran.err.contains("lets nobody in: Access denied for user 'ana'"),
        "{ran:?}"
    );
}
