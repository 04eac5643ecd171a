//! `lojal import` of a large file, durable: seconds, beside pandas and polars that only parse it; then bytes on disk, memory,
//! and seconds until the server is ready again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use lojal_tests::{Server, command};

use crate::{file, grouped, median};

/// What is measured, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Customers of the file that is made up, with 6.1 purchases each.
    #[arg(long, default_value_t = 1_000_000)]
    customers: u32,
    /// Load this file instead of making one up: columns customer_id, date, value.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Times everything is done, each into a new server.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// A Python with pandas and polars. [default: the one of tests/run]
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) {
    let made = tempfile::tempdir().expect("a directory");
    let path = arguments.file.clone().unwrap_or_else(|| {
        let path = made.path().join("shop.csv");
        file::write(&path, arguments.customers).expect("room for the file");
        path
    });
    let rows =
        std::fs::read(&path).expect("the file").iter().filter(|byte| **byte == b'\n').count() as u64 - 1;
    let bytes = std::fs::metadata(&path).expect("the file").len();
    println!("{} rows, {} MB of CSV", grouped(rows as f64), bytes / 1_000_000);
    let python = arguments
        .python
        .clone()
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/venv/bin/python"));
    let (mut seconds, mut ready, mut pandas, mut polars) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut disk, mut resident, mut after) = (0, 0, 0);
    for _ in 0..arguments.rounds {
        pandas.extend(parse(&python, "pandas", &path));
        polars.extend(parse(&python, "polars", &path));
        let mut server = Server::start();
        let begun = Instant::now();
        let import = command(&["import", path.to_str().expect("a name"), "--server", server.url()]).output();
        seconds.push(begun.elapsed().as_secs_f64());
        let import = import.expect("an import");
        let said = String::from_utf8_lossy(&import.stdout).into_owned();
        let complained = String::from_utf8_lossy(&import.stderr).into_owned();
        assert!(
            said.contains(&format!("({} recorded, 0 there already)", grouped(rows as f64))),
            "{said}{complained}"
        );
        resident = server.resident_megabytes().unwrap_or_default();
        disk = size(&server.data_dir());
        server.stop();
        let begun = Instant::now();
        server.start_again();
        ready.push(begun.elapsed().as_secs_f64());
        after = server.resident_megabytes().unwrap_or_default();
    }
    let per = |value: f64| value / rows as f64;
    let load = median(&seconds);
    println!("lojal import: {load:.2} s ({seconds:.2?}), {} durable rows/s", grouped(rows as f64 / load));
    for (name, times) in [("pandas", &pandas), ("polars", &polars)] {
        if times.is_empty() {
            println!("{name} is not there to compare with: tests/run --only tools sets it up");
        } else {
            println!("{name} parses the file in {:.2} s: ratio {:.2}", median(times), median(times) / load);
        }
    }
    println!("on disk: {} MB, {:.1} bytes a row", disk / 1_000_000, per(disk as f64));
    println!(
        "resident: {resident} MB after the import, {:.1} bytes a row; {after} MB after a restart",
        per(resident as f64 * 1_048_576.0)
    );
    println!("ready again after {:.2} s ({ready:.2?})", median(&ready));
}

/// Seconds in which a library of Python parses the file.
fn parse(python: &Path, library: &str, file: &Path) -> Option<f64> {
    let program = format!(
        "import sys, time, {library}\nbegun = time.perf_counter()\n{library}.read_csv(sys.argv[1])\nprint(time.perf_counter() - begun)"
    );
    let output = Command::new(python).args(["-c", &program]).arg(file).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Bytes that the files of a directory take on the disk.
fn size(directory: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let entries =
        std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    entries
        .map(|path| match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => size(&path),
            Ok(metadata) => metadata.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}
