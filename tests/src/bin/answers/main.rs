//! Holds the answers of two binaries of the server against each other: everything that can be read, asked in many ways, of the
//! same data. What a change of structure must not change.
//!
//! `cargo run --release -p lojal-tests --bin answers -- --beside /path/to/lojal`
//!
//! The other binary loads the shops and fits their models. Both then serve a copy of that directory and are asked the same one after
//! the other, as of a fixed instant and as known when loading ended.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::panic,
    reason = "it tells how far it is, and stops at what is wrong"
)]

mod ask;
mod questions;
mod shops;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use lojal_tests::Server;

use crate::ask::{Answer, Asked};
use crate::questions::Question;

/// Asks two binaries of the server the same, and shows where their answers differ.
#[derive(Debug, Parser)]
#[command(name = "answers")]
struct Cli {
    /// The other binary, such as the one before a change. `LOJAL_BIN` names this one.
    #[arg(long)]
    beside: PathBuf,
    /// Fields whose differences do not count, such as `codes`.
    #[arg(long)]
    ignore: Vec<String>,
    /// Made-up customers of the largest shop.
    #[arg(long, default_value_t = 20_000)]
    customers: u64,
    /// A CSV file of customer_id, date and value to load as the largest shop instead.
    #[arg(long, conflicts_with = "customers")]
    file: Option<PathBuf>,
}

/// How often it tells how far it is.
const EVERY: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let cli = Cli::parse();
    let loaded = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_other(&cli.beside);
    let shops = shops::load(&server, &cli).await;
    server.terminate();
    server.wait();
    copy(&server.data_dir(), &loaded.path().join("data"));
    let before = Asked::serving(&cli.beside, &loaded.path().join("data")).await;
    let after = Asked::serving(&lojal_tests::binary(), &loaded.path().join("data")).await;
    let pool = lojal_proto::descriptors().expect("the contract");
    let (mut asked, mut refused, mut differing) = (0, 0, 0);
    for shop in &shops {
        let moments: Vec<(&str, &str)> = shop.moments.iter().map(|(a, k)| (a.as_str(), k.as_str())).collect();
        let questions = questions::of(pool, &shop.customers, &moments);
        let (begun, mut said, in_all) = (Instant::now(), Instant::now(), questions.len());
        for (done, question) in questions.into_iter().enumerate() {
            let one = before.ask(shop.workspace, &question).await;
            let two = after.ask(shop.workspace, &question).await;
            asked += 1;
            refused += usize::from(one.is_refusal() && two.is_refusal());
            differing += usize::from(differs(&question, shop.workspace, &one, &two, &cli.ignore));
            if said.elapsed() >= EVERY || done + 1 == in_all {
                let (seconds, last) = (begun.elapsed().as_secs(), question.method.name());
                eprintln!(
                    "{}: {} of {in_all} questions in {seconds} s, last {last}",
                    shop.workspace,
                    done + 1
                );
                said = Instant::now();
            }
        }
    }
    println!("{asked} questions, of which both refuse {refused}; {differing} answers differ");
    assert!(refused * 3 < asked, "most questions are refused, so little was compared");
    if differing > 0 {
        std::process::exit(1);
    }
}

/// Whether two answers differ, and shows where.
fn differs(question: &Question, workspace: &str, one: &Answer, two: &Answer, ignore: &[String]) -> bool {
    if one.is_same_as(two) {
        return false;
    }
    let [one, two] = [one, two].map(|answer| answer.text(&question.method, ignore));
    if one == two {
        return false;
    }
    println!("DIFFERS: {workspace}: {} {}", question.path(), question.request);
    let lines = one.lines().zip(two.lines()).filter(|(one, two)| one != two);
    lines.take(3).for_each(|(one, two)| println!("  - {one}\n  + {two}"));
    if one.lines().count() != two.lines().count() {
        println!("  {} lines before, {} now", one.lines().count(), two.lines().count());
    }
    true
}

/// Copies a directory.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory to read") {
        let entry = entry.expect("an entry");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            std::fs::copy(source, target).expect("a file to copy");
        }
    }
}
