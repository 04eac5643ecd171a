//! The long forms of the trials that every test run does a little of.
//!
//! `cargo run --release -p lojal-tests --bin ladder -- kill --rounds 2000 --seed 1`; `--help` shows the others.

#![allow(clippy::print_stdout, reason = "it tells how far it is, and what came of it")]

use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use lojal_tests::kill;

/// Rounds between lines that tell how far it is.
const TELL_EVERY: u32 = 50;

/// Proves what the server promises about data, for as long as you like. It stops at the first thing that is wrong.
#[derive(Debug, Parser)]
#[command(name = "ladder")]
struct Cli {
    #[command(subcommand)]
    trial: Trial,
}

#[derive(Debug, Subcommand)]
enum Trial {
    /// Kills the server under load, starts it again, and looks for what was acknowledged.
    Kill(Kill),
}

#[derive(Debug, Args)]
struct Kill {
    /// How often.
    #[arg(long, default_value_t = 2_000)]
    rounds: u32,
    /// Decides what is written and when the server dies.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kills until a new directory is begun.
    #[arg(long, default_value_t = 50)]
    rounds_per_directory: u32,
}

#[tokio::main]
async fn main() {
    match Cli::parse().trial {
        Trial::Kill(arguments) => kill(&arguments).await,
    }
}

async fn kill(arguments: &Kill) {
    let Kill { rounds, seed, rounds_per_directory } = *arguments;
    println!("kill: seed {seed}, {rounds} rounds, server {}", lojal_tests::binary().display());
    let begun = Instant::now();
    let summary = kill::run(kill::Plan { rounds, seed, rounds_per_directory }, |summary| {
        if summary.rounds % TELL_EVERY == 0 {
            println!("{:>6.0?}  {summary}", begun.elapsed());
        }
    });
    println!("passed in {:.0?}, seed {seed}: {}", begun.elapsed(), summary.await);
}
