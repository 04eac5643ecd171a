//! What goes wrong with a database: one sentence, an exit code that is not 0, and nothing recorded.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use lojal_tests::databases::Postgres;
use lojal_tests::{Ran, Server, binary, command, run, until};
use rustix::process::{Pid, Signal, kill_process};

use super::{AT_MOST, ask, asking, sqlite};

const ORDER: &str = "SELECT 'c1' AS customer_id, '2026-03-01' AS date, 5 AS amount";
/// Rows without an end, some hundreds a second.
const SLOW: &str = "SELECT 'c' || n AS customer_id, '2026-03-01' AS date, 5 AS amount, repeat('x', 10000) AS filler, pg_sleep(0.002) FROM generate_series(1, 10000000) n";

fn refused(ran: &Ran, words: &str) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.starts_with("error: ") && ran.err.contains(words), "{words}: {ran:?}");
    assert!(ran.err.lines().count() <= 2, "one sentence, and why: {ran:?}");
}

#[tokio::test]
async fn a_query_that_is_refused_loads_nothing() {
    let Some(database) = Postgres::start() else { return };
    let _ = database.run(
        "CREATE TABLE orders (id int, customer text, secret bytea); INSERT INTO orders VALUES (1, 'c1', 'x')",
    );
    let server = Server::start();
    for (query, words) in [
        ("SELECT custmer FROM orders", "column \"custmer\" does not exist (Perhaps you meant"),
        ("SELEKT 1", "syntax error"),
        (&format!("{ORDER}, 1 / (n - 90000) FROM generate_series(1, 100000) n"), "division by zero"),
        ("SELECT id AS a, customer, id AS a FROM orders", "several columns called \"a\""),
        ("CREATE TABLE more (id int)", "returns no columns"),
        ("DELETE FROM orders RETURNING id, customer", "read-only transaction"),
        (&format!("{ORDER}; DROP TABLE orders"), "multiple commands"),
        ("SELECT * FROM orders", "the column \"secret\" holds bytes (bytea); turn it into text"),
        (&format!("{ORDER} WHERE 1 = 0"), "the query returns no rows"),
        ("  ", "the query is empty"),
        (&format!("{ORDER}, 7 AS nothing"), ""),
    ] {
        let ran = ask(&server, &database.url(), query, &[]);
        if words.is_empty() {
            let _ = ran.succeeded();
        } else {
            refused(&ran, words);
            assert!(!ran.out.contains("loaded"), "{ran:?}");
            assert_eq!(server.clients().await.workspace().await.transactions, 0, "{query}");
        }
    }
    assert_eq!(database.run("SELECT count(*) FROM orders").trim(), "1", "nothing was written there");
}

#[test]
fn a_database_that_lets_nobody_in_is_told_without_the_password() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    for (url, words) in [
        ("postgres://ana:geheim@127.0.0.1:1/shop", "there is no database at 127.0.0.1:1: "),
        ("mysql://ana:geheim@127.0.0.1:1/shop", "there is no database at 127.0.0.1:1: "),
        ("mysql://ana:geheim@[::1]:1/shop", "there is no database at [::1]:1: "),
        ("postgres://ana:geheim@[::1]:1/shop", "there is no database at [::1]:1: "),
        ("postgres://ana:geheim@nowhere.invalid/shop", "there is no database at nowhere.invalid:5432: "),
        ("oracle://ana:geheim@db/shop", "not known; give one such as postgres://user@host/db"),
        ("postgres://ana:geheim@db:x/shop", "--from is no URL of a database"),
        ("sqlite:nowhere.db", "there is no file nowhere.db"),
        ("", "name the database to ask with --from"),
    ] {
        let ran = ask(&server, url, ORDER, &[]);
        refused(&ran, words);
        assert!(!url.contains("[::1]") || !ran.err.contains("lookup"), "an address is no name: {ran:?}");
    }
    let text = folder.path().join("orders.csv");
    std::fs::write(&text, "customer_id,date,value\n").unwrap();
    refused(&ask(&server, &format!("sqlite:{}", text.display()), ORDER, &[]), "not a database");
    refused(&ask(&server, "sqlite:x", ORDER, &["--delimiter", ";"]), "--delimiter is for files");
    let mut unasked = command(&["import", "--from", "postgres://ana:geheim@db/shop"]);
    refused(&run(&mut unasked, AT_MOST), "say what to ask the database with --query or --query-file");
    let Some(database) = Postgres::start() else { return };
    refused(
        &ask(&server, &database.url_of("ana:geheim"), ORDER, &[]),
        "password authentication failed for user \"ana\"",
    );
    refused(&ask(&server, &database.url_of("ivo"), ORDER, &[]), "lets nobody in");
    refused(
        &ask(&server, &database.url().replace("/shop", "/nothing"), ORDER, &[]),
        "database \"nothing\" does not exist",
    );
    refused(&ask(&server, &format!("{}?sslmode=require", database.url()), ORDER, &[]), "over TLS");
    // Somebody who says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = silent.local_addr().unwrap();
    refused(
        &ask(&server, &format!("postgres://ana@{at}/shop"), ORDER, &[]),
        &format!("the database at {at} did not answer within 10 seconds"),
    );
}

#[test]
fn a_database_is_known_by_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let authority = |name: &str| {
        let path = folder.path().join(name);
        let _ = run(command(&["cert", "--out"]).arg(&path), AT_MOST).succeeded();
        path
    };
    let (own, other) = (authority("own"), authority("other"));
    let Some(database) = Postgres::start_with_tls(&own.join("server.pem"), &own.join("server.key")) else {
        return;
    };
    let server = Server::start();
    let asked = |mode: &str, by: &Path| {
        let url = format!("{}?sslmode={mode}&sslrootcert={}", database.url(), by.join("ca.pem").display());
        ask(
            &server,
            &url,
            "SELECT 'c1' AS customer_id, '2026-03-01' AS date, 5 AS amount, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
            &["--dry-run"],
        )
    };
    let printed = asked("verify-full", &own).succeeded();
    assert!(printed.contains("  ssl                    true\n"), "{printed}");
    refused(&asked("verify-full", Path::new("/nowhere")), "/nowhere/ca.pem");
    refused(&asked("verify-full", &other), "cannot be reached over TLS: ");
    refused(
        &ask(&server, &format!("{}?sslmode=verify-full", database.url()), ORDER, &[]),
        "name its authority with sslrootcert",
    );
}

/// Begins to ask, and waits until rows are kept.
fn begun(server: &Server, database: &Postgres, folder: &Path) -> Child {
    let mut asking = asking(server, &database.url(), SLOW, folder);
    let errors = std::fs::File::create(folder.join("told")).unwrap();
    let import = asking.stdout(Stdio::null()).stderr(errors).spawn().unwrap();
    let open = format!("/proc/{}/fd", import.id());
    until("rows to be kept", AT_MOST, || {
        let files = std::fs::read_dir(&open).ok()?;
        let mut paths = files.filter_map(|file| Some(file.ok()?.path()));
        paths.find(|path| {
            let is_spool = path.read_link().is_ok_and(|to| to.to_string_lossy().contains("lojal-rows-"));
            is_spool && path.metadata().is_ok_and(|about| about.len() > 0)
        })
    });
    import
}

#[tokio::test]
async fn a_database_that_goes_away_in_the_middle_of_the_rows_loads_nothing() {
    let Some(mut database) = Postgres::start() else { return };
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let mut import = begun(&server, &database, folder.path());
    database.kill();
    let status = until("the import to end", AT_MOST, || import.try_wait().unwrap());
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    assert_eq!(status.code(), Some(1), "{told}");
    let at = database.at();
    assert!(told.starts_with(&format!("error: the database at {at} went away after ")), "{told}");
    assert!(told.contains("nothing was sent") && told.lines().count() == 1, "{told}");
    assert_eq!(server.clients().await.workspace().await.transactions, 0);
}

/// Whether whoever runs the tests ignores a signal, as a shell has what runs in its background ignore Ctrl-C; all that is started from here
/// ignores it, too.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    (u64::from_str_radix(ignored.trim(), 16).unwrap() >> (signal.as_raw() - 1)) & 1 == 1
}

#[tokio::test]
async fn an_import_that_is_stopped_while_it_reads_leaves_nothing_behind() {
    let Some(database) = Postgres::start() else { return };
    let server = Server::start();
    for signal in [Signal::INT, Signal::TERM, Signal::KILL].into_iter().filter(|signal| !is_ignored(*signal))
    {
        let folder = tempfile::tempdir().unwrap();
        let mut import = begun(&server, &database, folder.path());
        kill_process(Pid::from_raw(i32::try_from(import.id()).unwrap()).unwrap(), signal).unwrap();
        let status = until("the import to end", AT_MOST, || import.try_wait().unwrap());
        assert!(!status.success());
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, ["told"], "{signal:?}");
    }
    assert_eq!(server.clients().await.workspace().await.transactions, 0);
    // Nobody is asked any more than who listens.
    let asked =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()";
    until("the database to give up", AT_MOST, || (database.run(asked).trim() == "0").then_some(()));
}

#[test]
fn rows_that_find_no_room_are_told() {
    let possible =
        run(Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]), AT_MOST);
    if possible.code != Some(0) {
        println!("SKIPPED, AND NOTHING PROVED: no file system can be mounted here: {}", possible.err);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let small = tempfile::tempdir().unwrap();
    let url = sqlite(folder.path(), "CREATE TABLE one (id int)");
    let query = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200000) SELECT 'c' || n AS customer_id, '2026-03-01' AS date, n AS amount, hex(zeroblob(50)) AS filler FROM n";
    let mut inside = Command::new("unshare");
    inside.args(["-rm", "sh", "-c", "mount -t tmpfs -o size=4m none \"$TMPDIR\" && exec \"$@\"", "sh"]);
    inside.arg(binary()).args(["import", "--from", &url, "--query", query, "--server", "127.0.0.1:1"]);
    let ran = run(inside.env("TMPDIR", small.path()), AT_MOST);
    refused(&ran, "cannot keep the rows of the query in ");
    assert!(ran.err.contains("TMPDIR") && ran.err.contains("No space left"), "{ran:?}");
}
