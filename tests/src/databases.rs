//! Databases of others, as Debian has them: real servers, each on a directory and a port of its own.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{optional_tool, run, until};

/// A database that takes longer to start or to stop is taken for broken, however slow the machine.
const AT_MOST: Duration = Duration::from_secs(120);
/// Ports that are tried: somebody else may take one between its being free and its being used.
const TRIES: usize = 10;

/// The password of everybody.
pub const PASSWORD: &str = "geheim/17@Žana";
/// The same as URLs have it.
pub const PASSWORD_IN_URL: &str = "geheim%2F17%40%C5%BDana";

/// A running database server. It is killed when dropped.
#[derive(Debug)]
struct Running {
    process: Child,
    port: u16,
    directory: TempDir,
}

impl Running {
    /// Starts a server on a free port, until one answers `is_ready`.
    fn start(directory: TempDir, command: impl Fn(u16) -> Command, is_ready: impl Fn(u16) -> bool) -> Self {
        let mut directory = Some(directory);
        for _ in 0..TRIES {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut process = command(port).stdin(Stdio::null()).spawn().expect("a database that starts");
            let is_there = until("a database to start", AT_MOST, || {
                if process.try_wait().unwrap().is_some() {
                    Some(false)
                } else {
                    is_ready(port).then_some(true)
                }
            });
            if is_there {
                let directory = directory.take().expect("a directory");
                return Self { process, port, directory };
            }
        }
        let log = directory.map(|directory| std::fs::read_to_string(directory.path().join("log")));
        panic!("no database started: {log:?}");
    }

    /// Ends it at once, as when a machine is switched off.
    fn kill(&mut self, signal: Signal) {
        // Another process may have its number by then.
        if self.process.try_wait().unwrap().is_some() {
            return;
        }
        let pid = Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        let _ = kill_process(pid, signal);
        let process = &mut self.process;
        until("a database to end", AT_MOST, || process.try_wait().unwrap());
    }
}

/// A folder for a server that refuses to run as root, and so is nobody's where root runs tests.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    if let Some((user, group)) = nobody() {
        rustix::fs::chown(folder.path(), Some(user), Some(group)).expect("a folder to give away");
    }
    folder
}

fn nobody() -> Option<(rustix::process::Uid, rustix::process::Gid)> {
    let is_root = rustix::process::geteuid().is_root();
    is_root.then(|| (rustix::process::Uid::from_raw(65_534), rustix::process::Gid::from_raw(65_534)))
}

/// A program that runs as nobody where root runs tests, and tells what it has to tell in a file.
fn program(path: &Path, folder: &Path) -> Command {
    let log = std::fs::File::options().create(true).append(true).open(folder.join("log")).expect("a log");
    let mut command = Command::new(path);
    command.stdout(log.try_clone().expect("a log")).stderr(log).current_dir(folder).env("TMPDIR", folder);
    if let Some((user, group)) = nobody() {
        command.uid(user.as_raw()).gid(group.as_raw());
    }
    command
}

fn ended_well(mut command: Command) {
    let status = command.stdin(Stdio::null()).status().expect("a program to run");
    assert!(status.success(), "{command:?}: {status}");
}

/// A server of PostgreSQL with a user `ana`, who has to say [`PASSWORD`], and their database `shop`.
#[derive(Debug)]
pub struct Postgres {
    running: Running,
    programs: PathBuf,
}

impl Postgres {
    /// Starts one; none where there is no PostgreSQL, which is said.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts one with TLS, by a certificate and its key.
    #[must_use]
    pub fn start_with_tls(certificate: &Path, key: &Path) -> Option<Self> {
        Self::start_with(&[("ssl_cert_file", certificate), ("ssl_key_file", key)])
    }

    /// Starts one with files that it reads, for options of theirs.
    #[allow(clippy::print_stdout, reason = "a test that proves nothing says so")]
    fn start_with(files: &[(&str, &Path)]) -> Option<Self> {
        let Some(programs) = Self::programs() else {
            println!("SKIPPED, AND NOTHING PROVED: this needs PostgreSQL");
            return None;
        };
        let folder = folder();
        let path = folder.path().to_owned();
        let (data, word) = (path.join("data"), path.join("password"));
        std::fs::write(&word, PASSWORD).unwrap();
        let mut init = program(&programs.join("initdb"), &path);
        init.args(["--username=ana", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        init.arg("--pwfile").arg(&word).arg("-D").arg(&data);
        ended_well(init);
        let options: Vec<String> = files
            .iter()
            .map(|(option, file)| {
                let own = path.join(option);
                std::fs::copy(file, &own).expect("a file to copy");
                // A key that others may read is not taken.
                std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o600)).expect("a mode");
                if let Some((user, group)) = nobody() {
                    rustix::fs::chown(&own, Some(user), Some(group)).expect("a file to give away");
                }
                format!("--{option}={}", own.display())
            })
            .collect();
        let start = |port: u16| {
            let mut server = program(&programs.join("postgres"), &path);
            server.args(&options).arg(format!("--ssl={}", if options.is_empty() { "off" } else { "on" }));
            server.arg("-D").arg(&data).arg("-k").arg(&path).args([
                "-h",
                "127.0.0.1",
                "-F",
                "-p",
                &port.to_string(),
            ]);
            server
        };
        let is_ready = |port: u16| {
            let asked = Command::new(programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
                .status();
            asked.is_ok_and(|status| status.success())
        };
        let running = Running::start(folder, start, is_ready);
        let database = Self { running, programs };
        database.run_in("postgres", "CREATE DATABASE shop");
        Some(database)
    }

    /// Where Debian keeps them: the latest version.
    fn programs() -> Option<PathBuf> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let bins = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
        bins.filter(|bin| bin.join("initdb").is_file()).max()
    }

    /// A URL without a password.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://ana@127.0.0.1:{}/shop", self.running.port)
    }

    /// The same with another user and password.
    #[must_use]
    pub fn url_of(&self, user: &str) -> String {
        self.url().replace("//ana@", &format!("//{user}@"))
    }

    /// Host and port.
    #[must_use]
    pub fn at(&self) -> String {
        format!("127.0.0.1:{}", self.running.port)
    }

    /// Has statements run, and returns what they print.
    pub fn run(&self, sql: &str) -> String {
        self.run_in("shop", sql)
    }

    fn run_in(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-X",
            "-q",
            "-At",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            "ana",
            "-d",
            database,
        ]);
        psql.args(["-p", &self.running.port.to_string(), "-c", sql]).env("PGPASSWORD", PASSWORD);
        run(&mut psql, AT_MOST).succeeded()
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(&mut self) {
        // Those who are served are ended, too.
        self.running.kill(Signal::QUIT);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A server of MariaDB with a user `ana`, who has to say [`PASSWORD`], and their database `shop`.
#[derive(Debug)]
pub struct MariaDb(Running);

impl MariaDb {
    /// Starts one in whose database `shop` these statements were run, one a line; none where there is no MariaDB, which is said.
    #[must_use]
    pub fn start(statements: &[&str]) -> Option<Self> {
        let (server, install) = (optional_tool("mariadbd")?, optional_tool("mariadb-install-db")?);
        let _ = optional_tool("my_print_defaults")?;
        let folder = folder();
        let path = folder.path().to_owned();
        let data = path.join("data");
        let mut init = program(&install, &path);
        init.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        init.arg(format!("--datadir={}", data.display()));
        ended_well(init);
        let setup = path.join("setup.sql");
        let head = format!(
            "CREATE DATABASE shop CHARACTER SET utf8mb4;\nCREATE USER ana@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON shop.* TO ana@'127.0.0.1';\nUSE shop;\n"
        );
        // Read once: what is made of it stays.
        std::fs::write(&setup, format!("{head}{};\n", statements.join(";\n"))).unwrap();
        let start = |port: u16| {
            let mut server = program(&server, &path);
            server.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
            server.arg(format!("--socket={}", path.join("socket").display()));
            server.arg(format!("--pid-file={}", path.join("pid").display()));
            server.arg(format!("--init-file={}", setup.display()));
            server.args([
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
            ]);
            server.arg(format!("--port={port}"));
            server
        };
        // It listens once the statements were run.
        let is_ready = |port: u16| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        Some(Self(Running::start(folder, start, is_ready)))
    }

    /// A URL without a password.
    #[must_use]
    pub fn url(&self) -> String {
        format!("mysql://ana@127.0.0.1:{}/shop", self.0.port)
    }

    /// What it told of itself.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.0.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        self.0.kill(Signal::KILL);
    }
}
