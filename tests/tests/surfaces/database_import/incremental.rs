//! Only what is new: from the greatest value on that was loaded.

use lojal_tests::databases::Postgres;
use lojal_tests::{Ran, Server, paid};

use super::{ask_again, sqlite};

const QUERY: &str = "SELECT customer AS customer_id, at AS date, total AS amount, id AS order_id, changed FROM orders ORDER BY id";

#[tokio::test]
async fn the_next_load_asks_only_for_what_is_new() {
    let Some(database) = Postgres::start() else { return };
    let _ = database.run(
        "CREATE TABLE orders (id int PRIMARY KEY, customer text, at date, total numeric, changed timestamptz);
         INSERT INTO orders SELECT n, 'c' || n % 10, '2026-03-01', n, timestamptz '2026-03-01' + n / 2 * interval '1 second' FROM generate_series(1, 100) n;
         INSERT INTO orders VALUES (1000, 'c1', '2026-03-01', 5, NULL)",
    );
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let load = |options: &[&str]| -> Ran {
        let options = [&["--currency-code", "EUR", "--incremental", "changed"], options].concat();
        ask_again(&server, &database.url(), QUERY, &options, folder.path())
    };
    // Nothing is kept of what was only looked at.
    let dry = load(&["--dry-run"]).succeeded();
    assert!(dry.contains("read 101 rows") && !folder.path().join("lojal").exists(), "{dry}");
    let first = load(&[]).succeeded();
    assert!(first.contains("read 101 rows of ") && first.contains("101 recorded"), "{first}");
    assert!(first.ends_with("the next load goes on from changed = 2026-03-01 00:00:50+00\n"), "{first}");
    // The one with the greatest value comes again, as does that without any.
    let second = load(&[]).succeeded();
    assert!(
        second.contains(" from changed = 2026-03-01 00:00:50+00 on\n") && second.contains("read 2 rows"),
        "{second}"
    );
    assert!(second.contains("(0 recorded, 2 there already)"), "{second}");
    // One that ties, a new one, and one that is changed although it has to be what it was.
    let _ = database.run(
        "INSERT INTO orders VALUES (101, 'c1', '2026-03-02', 1, '2026-03-01 00:00:50+00'), (102, 'c2', '2026-03-02', 1, '2026-03-01 00:01:00+00')",
    );
    let third = load(&[]).succeeded();
    assert!(third.contains("read 4 rows") && third.contains("(2 recorded, 2 there already)"), "{third}");
    assert!(third.ends_with("changed = 2026-03-01 00:01:00+00\n"), "{third}");
    // What is refused is asked for again.
    let _ = database.run("INSERT INTO orders VALUES (103, 'c3', '2026-03-02', -1, '2026-03-01 00:02:00+00')");
    for _ in 0..2 {
        let refused = load(&[]);
        assert!(refused.code == Some(1) && refused.err.contains("the amount is -1"), "{refused:?}");
    }
    let _ = database.run("UPDATE orders SET total = 1 WHERE id = 103");
    let fourth = load(&[]).succeeded();
    assert!(fourth.contains("read 3 rows") && fourth.contains("1 recorded"), "{fourth}");
    let all = load(&["--from-start"]).succeeded();
    assert!(all.contains("read 104 rows") && all.contains("(0 recorded, 104 there already)"), "{all}");
    // Nothing is new where everything was taken away there.
    let _ = database.run("DELETE FROM orders");
    let none = load(&[]).succeeded();
    assert!(none.contains("read 0 rows") && none.contains("nothing is new"), "{none}");
    assert_eq!(server.clients().await.workspace().await.transactions, 104);
}

#[tokio::test]
async fn a_server_that_has_less_than_before_gets_all_rows() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let files = tempfile::tempdir().unwrap();
    let url = sqlite(
        files.path(),
        "CREATE TABLE orders (id INTEGER, customer TEXT, at TEXT, total INTEGER);
         INSERT INTO orders VALUES (1, 'c1', '2026-03-01', 5), (2, 'c1', '2026-03-02', 6);",
    );
    let query = "SELECT id AS order_id, customer, at AS date, total AS amount, 'EUR' AS currency FROM orders";
    let load = |server: &Server, options: &[&str]| {
        ask_again(server, &url, query, &[&["--incremental", "order_id"], options].concat(), folder.path())
    };
    assert!(load(&server, &[]).succeeded().contains("2 recorded"));
    assert!(load(&server, &[]).succeeded().contains("read 1 row "));
    // Another workspace has seen nothing of it.
    let other = load(&server, &["--workspace", "other"]);
    assert!(other.err.contains("workspace") || other.out.contains("read 2 rows"), "{other:?}");
    // The same place, with nothing in it.
    let kept = std::fs::read_dir(folder.path().join("lojal")).unwrap().map(|file| file.unwrap().path());
    for path in kept {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"greatest\"") && !text.contains("geheim"), "{text}");
        let lower = text.replacen("\"revision\": ", "\"revision\": 9", 1);
        std::fs::write(&path, lower).unwrap();
    }
    let again = load(&server, &[]).succeeded();
    assert!(again.contains("read 2 rows") && again.contains("note: the workspace has less than"), "{again}");
    assert_eq!(paid(&server.clients().await, "c1").await, ["5.00 EUR", "6.00 EUR"]);
}

#[test]
fn what_could_miss_rows_is_refused() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let files = tempfile::tempdir().unwrap();
    let url = sqlite(
        files.path(),
        "CREATE TABLE orders (id INTEGER, customer TEXT, at TEXT, total INTEGER);
         INSERT INTO orders VALUES (1, 'c1', '2026-03-01', 5), (2, 'c1', '2026-03-02', 6);",
    );
    let without = "SELECT id, customer, at AS date, total AS amount FROM orders";
    for (query, column, words) in [
        (
            without,
            "nothing",
            "--incremental names the column \"nothing\", which the query lacks; it has: id, customer, date, amount",
        ),
        (without, "customer", "whole numbers, dates or times"),
        (without, "id", "rows without an id are told apart by counting equal ones"),
        (
            "SELECT *, 1.5 AS half, id AS order_id, at AS date FROM orders",
            "half",
            "whole numbers, dates or times",
        ),
    ] {
        let ran = ask_again(&server, &url, query, &["--incremental", column], folder.path());
        assert!(ran.code == Some(1) && ran.err.contains(words), "{words}: {ran:?}");
    }
    // Equal ones are of one time.
    let ran = ask_again(&server, &url, without, &["--incremental", "date"], folder.path()).succeeded();
    assert!(ran.ends_with("the next load goes on from date = 2026-03-02\n"), "{ran}");
    for options in [&["--from-start"][..], &["--state", "x"]] {
        let ran = ask_again(&server, &url, without, options, folder.path());
        assert!(ran.code == Some(2) && ran.err.contains("--incremental"), "{ran:?}");
    }
}
