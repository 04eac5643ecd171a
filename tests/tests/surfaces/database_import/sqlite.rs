//! What SQLite answers, in which each value has a type of its own.

use lojal_tests::{Server, at, command, paid, run, timeline};

use super::{AT_MOST, ask, sqlite};

#[tokio::test]
async fn files_are_asked_and_not_changed() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite(
        folder.path(),
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, at TEXT, total REAL, cents INTEGER, picture BLOB);
         INSERT INTO orders VALUES (1, ' Ana@Example.com', '2026-03-01 12:00:00', 0.1 + 0.2, 1250, x'00ff'),
                                   (2, 'ana@example.com', '2026-03-02T08:00:00+01:00', 12.1, 7, NULL);",
    );
    let path = folder.path().join("shop.db");
    let before = std::fs::read(&path).unwrap();
    let query = "SELECT id AS order_id, customer AS email, at AS date, total, 'EUR' AS currency FROM orders";
    let printed = ask(&server, &url, query, &[]).succeeded();
    assert!(printed.contains("read 2 rows of sqlite:/") && printed.contains("2 recorded"), "{printed}");
    let clients = server.clients().await;
    assert_eq!(paid(&clients, "ana@example.com").await, ["0.30 EUR", "12.10 EUR"]);
    assert_eq!(timeline(&clients, "ana@example.com").await[0].time, Some(at("2026-03-02T07:00:00Z")));
    let ran = ask(&server, &url, "SELECT * FROM orders", &[]);
    assert!(ran.err.contains("the column \"picture\" holds bytes (blob)"), "{ran:?}");
    let ran = ask(&server, &url, "SELECT id, customer FROM orders; SELECT id, at FROM orders", &[]);
    assert!(ran.code == Some(1) && ran.err.contains("several statements; give one SELECT"), "{ran:?}");
    let ran = ask(&server, &url, "DELETE FROM orders RETURNING id, customer, at", &[]);
    assert!(ran.code == Some(1) && ran.err.contains("readonly"), "{ran:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // From the folder that it is in.
    let mut import =
        command(&["import", "--from", "sqlite:shop.db", "--query", query, "--server", server.url()]);
    let printed = run(import.current_dir(folder.path()), AT_MOST).succeeded();
    assert!(printed.contains("2 there already"), "{printed}");
}
