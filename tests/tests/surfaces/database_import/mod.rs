//! `lojal import --query`: what PostgreSQL, MariaDB and SQLite answer, into a running server.

mod failures;
mod incremental;
mod mariadb;
mod postgres;
mod sqlite;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lojal_tests::databases::PASSWORD;
use lojal_tests::{Ran, Server, command, run, tool};

const AT_MOST: Duration = Duration::from_secs(120);

/// What a query asks, with the passwords in the environment and nothing remembered outside of a folder.
fn asking(server: &Server, url: &str, query: &str, folder: &Path) -> Command {
    let mut import = command(&["import", "--from", url, "--query", query, "--server", server.url()]);
    import
        .env("PGPASSWORD", PASSWORD)
        .env("MYSQL_PWD", PASSWORD)
        .env("XDG_STATE_HOME", folder)
        .env("TMPDIR", folder);
    import
}

/// Asks to the end. Nobody is ever told a password.
fn ask(server: &Server, url: &str, query: &str, options: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    ask_again(server, url, query, options, folder.path())
}

/// The same where something is remembered from before.
fn ask_again(server: &Server, url: &str, query: &str, options: &[&str], folder: &Path) -> Ran {
    let ran = run(asking(server, url, query, folder).args(options), AT_MOST);
    for told in [&ran.out, &ran.err] {
        assert!(!told.contains("geheim"), "{told}");
    }
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty() || left == ["lojal"], "{left:?}");
    ran
}

/// Makes a file of SQLite.
fn sqlite(folder: &Path, statements: &str) -> String {
    let path = folder.join("shop.db");
    let script = "import sqlite3, sys\nsqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
    let mut python = Command::new(tool("python3"));
    let _ = run(python.args(["-c", script]).arg(&path).arg(statements), AT_MOST).succeeded();
    format!("sqlite:{}", path.display())
}
