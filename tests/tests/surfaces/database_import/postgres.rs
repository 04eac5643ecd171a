//! What PostgreSQL answers.

use lojal_tests::databases::Postgres;
use lojal_tests::{Server, at, paid, timeline};

use super::{ask, ask_again};

const ORDERS: &str = "
CREATE TYPE state AS ENUM ('paid', 'called off');
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer uuid, at timestamptz, total numeric(30, 10), price double precision, state state,
    details jsonb, local timestamp, day date, is_new boolean, note text, small smallint);
INSERT INTO orders VALUES
    (1, '6f9619ff-8b86-d011-b42d-00c04fc964ff', '2026-03-01 13:00:00.25+01', 12.5, 0.1 + 0.2, 'paid', '{\"a\": [1, \"x\"]}',
     '2026-03-01 09:00', '2026-03-01', true, E'two\\nlines, \"quoted\"; Žana', 7),
    (2, '6f9619ff-8b86-d011-b42d-00c04fc964ff', '2026-03-02 00:00:00+00', 123456789.123456, 19.99, 'called off', NULL,
     NULL, NULL, false, '', NULL)";

#[tokio::test]
async fn values_of_every_type_are_those_that_the_database_writes() {
    let Some(database) = Postgres::start() else { return };
    let _ = database.run(ORDERS);
    let server = Server::start();
    let query = "SELECT customer AS customer_id, at AS date, total AS amount, id AS order_id, state FROM orders ORDER BY id";
    let printed = ask(&server, &database.url(), query, &["--currency-code", "EUR"]).succeeded();
    assert!(printed.starts_with(&format!("read 2 rows of {}\n", database.url())), "{printed}");
    assert!(printed.contains("loaded 2 rows (2 recorded, 0 there already)"), "{printed}");
    let clients = server.clients().await;
    let customer = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    assert_eq!(paid(&clients, customer).await, ["12.50 EUR", "123456789.123456 EUR"]);
    let events = timeline(&clients, customer).await;
    assert_eq!(events[1].time, Some(at("2026-03-01T12:00:00.25Z")), "of a moment, in UTC");
    // Numbers that are the nearest only, and times of a clock in the shop's zone.
    let query = "SELECT 'c2' AS customer_id, local AS date, price AS amount FROM orders WHERE id = 1";
    let printed =
        ask(&server, &database.url(), query, &["--currency-code", "EUR", "--time-zone", "Europe/Zagreb"])
            .succeeded();
    assert!(printed.contains("1 recorded"), "{printed}");
    assert_eq!(paid(&clients, "c2").await, ["0.30 EUR"]);
    assert_eq!(timeline(&clients, "c2").await[0].time, Some(at("2026-03-01T08:00:00Z")));
}

#[test]
fn all_that_files_can_do_works() {
    let Some(database) = Postgres::start() else { return };
    let _ = database.run(ORDERS);
    let server = Server::start();
    let query = "SELECT * FROM orders ORDER BY id";
    let dry = ask(
        &server,
        &database.url(),
        query,
        &["--dry-run", "--customer-id", "customer", "--time", "at", "--amount", "total"],
    );
    assert_eq!(dry.code, Some(0), "{dry:?}");
    for line in [
        "  at        time      2026-03-01 12:00:00.25+00 | 2026-03-02 00:00:00+00",
        "  price               0.3 | 19.99",
        "  state               paid | called off",
        "  details             {\"a\": [1, \"x\"]}",
        "  local               2026-03-01 09:00:00",
        "  day                 2026-03-01",
        "  is_new              true | false",
        "  note                two lines, \"quoted\"; Žana",
        "  small               7",
    ] {
        assert!(dry.out.lines().any(|told| told == line), "{line:?} in {}", dry.out);
    }
    // Another kind of record, with a column by name and a value for all.
    let query = "SELECT customer, day, 9 AS \"How likely?\", note, 'a' || id AS key FROM orders WHERE id = 1";
    let options = [
        "--records",
        "responses",
        "--column",
        "score=How likely?",
        "--column",
        "time=day",
        "--column",
        "response_id=key",
        "--set",
        "metric=nps",
    ];
    for counts in ["(1 recorded, 0 there already)", "(0 recorded, 1 there already)"] {
        let printed = ask(&server, &database.url(), query, &options).succeeded();
        assert!(printed.contains(counts), "{printed}");
    }
    // What cannot be taken is told by its number.
    let query = "SELECT customer AS customer_id, at AS date, CASE id WHEN 2 THEN -1 ELSE 1 END AS amount, id AS order_id FROM orders ORDER BY id";
    let ran = ask(&server, &database.url(), query, &[]);
    assert!(ran.code == Some(1) && ran.err.contains("line 2: the amount is -1"), "{ran:?}");
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_loaded_once() {
    let Some(database) = Postgres::start() else { return };
    let server = Server::start();
    let query = "SELECT 'c' || n % 7000 AS customer_id, timestamptz '2025-01-01' + n * interval '5 minutes' AS date, n % 90 + 0.5 AS amount, n AS order_id FROM generate_series(1, 100000) n";
    let folder = tempfile::tempdir().unwrap();
    for counts in ["(100,000 recorded, 0 there already)", "(0 recorded, 100,000 there already)"] {
        let printed = ask_again(&server, &database.url(), query, &[], folder.path()).succeeded();
        assert!(printed.contains("read 100,000 rows") && printed.contains(counts), "{printed}");
    }
    let workspace = server.clients().await.workspace().await;
    assert_eq!((workspace.transactions, workspace.customers), (100_000, 7_000));
}

#[test]
fn the_password_may_stand_in_the_environment_alone() {
    let Some(database) = Postgres::start() else { return };
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let query = folder.path().join("orders.sql");
    std::fs::write(&query, "SELECT 'c1' AS customer_id, '2026-03-01' AS date, 5 AS amount -- all;\n;")
        .unwrap();
    let url = database.url_of(&format!("ana:{}", lojal_tests::databases::PASSWORD_IN_URL));
    let mut import =
        lojal_tests::command(&["import", "--query-file", query.to_str().unwrap(), "--server", server.url()]);
    let printed = lojal_tests::run(import.env("LOJAL_IMPORT_FROM", url), super::AT_MOST).succeeded();
    assert!(printed.starts_with(&format!("read 1 row of {}\n", database.url())), "{printed}");
}
