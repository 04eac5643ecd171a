//! The real binary, on a directory and a port of its own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Clients, until};

/// A server that takes longer to start is taken for broken, however slow the machine.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// A server that takes longer to stop is taken for stuck: its drain time is 10 s by default.
const STOPS_WITHIN: Duration = Duration::from_secs(30);

/// Where the binary is: `LOJAL_BIN`, or else beside the running test or the release build, whichever is newer.
///
/// # Panics
/// When there is none, with how to build it.
#[must_use]
pub fn binary() -> PathBuf {
    let mut looked = Vec::new();
    if let Some(named) = std::env::var_os("LOJAL_BIN") {
        looked.push(PathBuf::from(named));
    } else {
        // target/<profile>/deps/<test> or target/<profile>/bench.
        let test = std::env::current_exe().expect("the path of this test");
        let profile = test.ancestors().skip(1).find(|directory| !directory.ends_with("deps"));
        let profile = profile.expect("a test is in a directory");
        looked.push(profile.join("lojal"));
        looked.push(profile.with_file_name("release").join("lojal"));
    }
    // The one that was built last: the other is likely to be of yesterday's sources.
    let built = |path: &PathBuf| path.metadata().and_then(|about| about.modified()).ok();
    let found = looked.iter().filter(|path| path.is_file()).max_by_key(|path| built(path)).cloned();
    found.unwrap_or_else(|| {
        panic!(
            "there is no lojal binary to test at {looked:?}: build it with `cargo build -p lojal`, or set LOJAL_BIN to its path"
        )
    })
}

/// The binary with arguments, and none of the settings of whoever runs the tests.
#[must_use]
pub fn command<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Command {
    command_of(&binary(), arguments)
}

fn command_of<S: AsRef<std::ffi::OsStr>>(binary: &Path, arguments: &[S]) -> Command {
    let mut command = Command::new(binary);
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("LOJAL_")) {
            command.env_remove(name);
        }
    }
    command
}

/// A running server. It is killed when dropped, and its directory goes with it unless the test has failed.
#[derive(Debug)]
pub struct Server {
    process: Child,
    url: String,
    pages: Option<String>,
    directory: TempDir,
    data: PathBuf,
    environment: Vec<(String, String)>,
    binary: PathBuf,
}

/// How a server ended.
#[derive(Clone, Copy, Debug)]
pub struct Stopped {
    /// Its exit status.
    pub status: ExitStatus,
    /// How long it took from the signal.
    pub took: Duration,
}

impl Server {
    /// Starts a server on an empty directory.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a server on an empty directory, with settings in its environment.
    #[must_use]
    pub fn start_with(environment: &[(&str, &str)]) -> Self {
        Self::start_in(&std::env::temp_dir(), environment)
    }

    /// Starts a server of another binary on an empty directory, to hold one against the other.
    #[must_use]
    pub fn start_other(binary: &Path) -> Self {
        Self::start_binary_in(binary.to_owned(), &std::env::temp_dir(), &[])
    }

    /// Starts a server on an empty directory made in another, such as a file system of its own.
    #[must_use]
    pub fn start_in(parent: &Path, environment: &[(&str, &str)]) -> Self {
        Self::start_binary_in(binary(), parent, environment)
    }

    fn start_binary_in(binary: PathBuf, parent: &Path, environment: &[(&str, &str)]) -> Self {
        let directory =
            tempfile::Builder::new().prefix("lojal-test-").tempdir_in(parent).expect("a directory");
        let environment: Vec<(String, String)> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let data = directory.path().join("data");
        let (process, url, pages) = launch(&binary, directory.path(), &data, &environment);
        Self { process, url, pages, directory, data, environment, binary }
    }

    /// Starts a server on a data directory that is there already, and stays.
    #[must_use]
    pub fn start_on(data: &Path, environment: &[(&str, &str)]) -> Self {
        Self::start_binary_on(binary(), data, environment)
    }

    /// The same with another binary.
    #[must_use]
    pub fn start_other_on(binary: &Path, data: &Path) -> Self {
        Self::start_binary_on(binary.to_owned(), data, &[])
    }

    fn start_binary_on(binary: PathBuf, data: &Path, environment: &[(&str, &str)]) -> Self {
        let directory = tempfile::Builder::new().prefix("lojal-test-").tempdir().expect("a directory");
        let environment: Vec<(String, String)> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (process, url, pages) = launch(&binary, directory.path(), data, &environment);
        Self { process, url, pages, directory, data: data.to_owned(), environment, binary }
    }

    /// Its address, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its address without the scheme, as grpcurl wants it.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.url.split_once("://").map_or(&self.url, |(_, authority)| authority)
    }

    /// Where its pages for operators are, such as `127.0.0.1:40124`.
    ///
    /// # Panics
    /// When it was started without `LOJAL__METRICS__LISTEN`.
    #[must_use]
    pub fn pages(&self) -> &str {
        self.pages.as_deref().expect("a server with pages")
    }

    /// The process.
    #[must_use]
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    /// Where it keeps its data.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.data.clone()
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// Clients of the default workspace, over a connection of their own.
    pub async fn clients(&self) -> Clients {
        Clients::connect(&self.url).await
    }

    /// Asks the process to stop.
    pub fn terminate(&self) {
        kill_process(self.pid(), Signal::TERM).expect("a process to signal");
    }

    /// Waits for the process to end.
    pub fn wait(&mut self) -> ExitStatus {
        let process = &mut self.process;
        until("the server to stop", STOPS_WITHIN, || process.try_wait().expect("a process to wait for"))
    }

    /// Stops it in order.
    pub fn stop(&mut self) -> Stopped {
        let asked = Instant::now();
        self.terminate();
        let status = self.wait();
        Stopped { status, took: asked.elapsed() }
    }

    /// Kills it where it stands, as a power switch would kill the process.
    pub fn kill(&mut self) {
        self.process.kill().expect("a process to kill");
        self.process.wait().expect("a process to wait for");
    }

    /// Starts it on its directory again, after it was stopped or killed. The port may be another one.
    pub fn start_again(&mut self) {
        (self.process, self.url, self.pages) =
            launch(&self.binary, self.directory.path(), &self.data, &self.environment);
    }

    /// Starts a process on the directory of a server that was stopped or killed, and kills it after a while, wherever it
    /// has got to by then.
    pub fn kill_while_starting(&self, after: Duration) {
        let mut process = serve(&self.binary, &self.data_dir(), &self.environment)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary to start");
        std::thread::sleep(after);
        process.kill().expect("a process to kill");
        process.wait().expect("a process to wait for");
    }

    /// Stops it in order and starts it on its directory again.
    pub fn restart(&mut self) {
        let stopped = self.stop();
        assert!(stopped.status.success(), "the server ended with {}: {}", stopped.status, self.log());
        self.start_again();
    }

    /// Megabytes of memory it has resident.
    #[must_use]
    pub fn resident_megabytes(&self) -> Option<u64> {
        Some(self.status("VmRSS:")? / 1024)
    }

    /// Megabytes of memory it has reserved, used or not.
    #[must_use]
    pub fn reserved_megabytes(&self) -> Option<u64> {
        Some(self.status("VmSize:")? / 1024)
    }

    /// How many threads it has.
    #[must_use]
    pub fn threads(&self) -> Option<u64> {
        self.status("Threads:")
    }

    /// How many files it has open, connections among them.
    #[must_use]
    pub fn files(&self) -> Option<usize> {
        Some(std::fs::read_dir(format!("/proc/{}/fd", self.process.id())).ok()?.count())
    }

    /// A number of what the system says of the process.
    fn status(&self, name: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Processor time it has used so far, to a hundredth of a second.
    #[must_use]
    pub fn processor_time(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).ok()?;
        // After the name, which may hold anything but ends with the last bracket.
        let (_, after) = stat.rsplit_once(')')?;
        let mut ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
        Some(Duration::from_millis((user + system) * 10))
    }
}

#[allow(clippy::print_stdout, reason = "a failed test says where to look")]
impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            // Whoever looks into the failure wants to see what the server left.
            self.directory.disable_cleanup(true);
            println!("its directory is kept: {}", self.directory.path().display());
        }
    }
}

/// The first line that a server prints, which is killed then.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn first_line(serve: &mut Command) -> String {
    let mut process =
        serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary to start");
    let mut line = String::new();
    let out = process.stdout.take().expect("a pipe");
    BufReader::new(out).read_line(&mut line).expect("a line");
    process.kill().expect("a process to kill");
    process.wait().expect("a process to wait for");
    line
}

/// The command that serves a data directory on a free port.
fn serve(binary: &Path, data: &Path, environment: &[(String, String)]) -> Command {
    let mut command = command_of(binary, &["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    // Where temporary files are kept there may be little room; tests of that say so themselves.
    command.env("LOJAL__STORE__FREE_BYTES_MIN", "0");
    command.arg(data).envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

/// Starts the binary and waits for the line that says where it listens.
fn launch(
    binary: &Path,
    directory: &Path,
    data: &Path,
    environment: &[(String, String)],
) -> (Child, String, Option<String>) {
    let log_path = directory.join("log");
    let log = std::fs::File::options().create(true).append(true).open(&log_path).expect("a log");
    let mut process = serve(binary, data, environment)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the binary to start");
    let output = process.stdout.take().expect("a pipe");
    let (ready, lines) = mpsc::channel();
    std::thread::spawn(move || {
        // Reads on to the end, so that the server never waits for a reader.
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = ready.send(line);
        }
    });
    let line = lines.recv_timeout(STARTS_WITHIN).unwrap_or_default();
    let Some((_, url)) = line.split_once(" listening on ") else {
        let _ = process.kill();
        let log = std::fs::read_to_string(log_path).unwrap_or_default();
        panic!("the server did not say where it listens, but {line:?}; its log: {log}");
    };
    let has_pages = environment.iter().any(|(name, _)| name == "LOJAL__METRICS__LISTEN");
    let pages = has_pages.then(|| {
        let line = lines.recv_timeout(STARTS_WITHIN).unwrap_or_default();
        let address = line.strip_prefix("metrics on http://").and_then(|line| line.strip_suffix("/metrics"));
        address.unwrap_or_else(|| panic!("no address of pages, but {line:?}")).to_owned()
    });
    (process, url.to_owned(), pages)
}
