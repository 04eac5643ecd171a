//! Other programs: what they are called, and what came of running them.

use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::until;

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a directory above").to_owned()
}

/// A tool that `tests/run` sets up, or else one of the machine's.
///
/// # Panics
/// When there is none, with how to get it.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    let own = repository().join("tests/.tools/venv/bin").join(name);
    if own.is_file() {
        return own;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|directory| directory.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("there is no {name}: set it up with `tests/run --only tools`"))
}

/// What a program did.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it printed as errors.
    pub err: String,
}

impl Ran {
    /// What it printed, once it is sure that it succeeded.
    #[must_use]
    pub fn succeeded(self) -> String {
        assert!(self.code == Some(0), "ended with {:?}\n{}\n{}", self.code, self.out, self.err);
        self.out
    }
}

/// Runs a program to its end, for at most this long.
pub fn run(command: &mut Command, at_most: Duration) -> Ran {
    // Files rather than pipes: a program that prints a lot never waits for a reader.
    let (mut out, mut err) = (tempfile::tempfile().expect("a file"), tempfile::tempfile().expect("a file"));
    let mut process = command
        .stdin(Stdio::null())
        .stdout(out.try_clone().expect("a file"))
        .stderr(err.try_clone().expect("a file"))
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} did not start: {error}"));
    let what = format!("{command:?} to end");
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        until(&what, at_most, || process.try_wait().expect("a process to wait for"))
    }));
    let status = ended.unwrap_or_else(|late| {
        let _ = process.kill();
        let _ = process.wait();
        std::panic::resume_unwind(late)
    });
    let text = |file: &mut std::fs::File| {
        let mut bytes = Vec::new();
        file.rewind().expect("a file");
        file.read_to_end(&mut bytes).expect("a file");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Ran { code: status.code(), out: text(&mut out), err: text(&mut err) }
}

/// A tool that a test can do without, and says so: one that `tests/run` sets up, or else one of the machine's.
#[must_use]
#[allow(clippy::print_stdout, reason = "a test that proves nothing says so")]
pub fn optional_tool(name: &str) -> Option<PathBuf> {
    let tools = repository().join("tests/.tools");
    let own = ["venv/bin", "cargo/bin"].map(|place| tools.join(place));
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Where programs for those who run a machine are, and the path of others may not lead.
    let sbin = [PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")];
    let places = own.into_iter().chain(std::env::split_paths(&path)).chain(sbin);
    let found = places.map(|place| place.join(name)).find(|path| path.is_file());
    if found.is_none() {
        println!("SKIPPED, AND NOTHING PROVED: this needs {name}");
    }
    found
}
