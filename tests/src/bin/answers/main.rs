//! Holds the answers of two binaries of the server against each other: everything that can be read, asked in many ways, of the
//! same data. What a change of structure must not change.
//!
//! `cargo run --release -p lojal-tests --bin answers -- --beside /path/to/lojal`
//!
//! The other binary loads the shops and fits their models. Both then serve a copy of that directory and are asked the same,
//! as of a fixed instant and as known when loading ended.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "it tells how far it is, and stops at what is wrong"
)]

mod ask;
mod questions;
mod shops;

use std::path::{Path, PathBuf};

use clap::Parser;
use lojal_tests::Server;

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
}

#[tokio::main]
async fn main() {
    let cli = Cli::parse();
    let loaded = tempfile::tempdir().expect("a directory");
    let mut server = Server::start_other(&cli.beside);
    let shops = shops::load(&server.clients().await, cli.customers).await;
    server.terminate();
    server.wait();
    copy(&server.data_dir(), &loaded.path().join("data"));
    let before = ask::everything(&cli.beside, &loaded.path().join("data"), &shops).await;
    let after = ask::everything(&lojal_tests::binary(), &loaded.path().join("data"), &shops).await;
    assert_eq!(before.len(), after.len(), "both are asked the same");
    let mut differing = 0;
    for (before, after) in before.iter().zip(&after) {
        let [one, two] = [before, after].map(|asked| asked.text(&cli.ignore));
        if one == two {
            continue;
        }
        differing += 1;
        println!("DIFFERS: {}", before.question);
        let lines = one.lines().zip(two.lines()).filter(|(one, two)| one != two);
        lines.take(3).for_each(|(one, two)| println!("  - {one}\n  + {two}"));
        if one.lines().count() != two.lines().count() {
            println!("  {} lines before, {} now", one.lines().count(), two.lines().count());
        }
    }
    let refused = before.iter().filter(|asked| asked.is_refusal()).count();
    println!("{} questions, of which {refused} are refused; {differing} answers differ", before.len());
    assert!(refused * 3 < before.len(), "most questions are refused, so little was compared");
    if differing > 0 {
        std::process::exit(1);
    }
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
