//! Measures the server from outside: calls a second against a bare echo, durable rows a second against the bare disk,
//! how long the demo takes, and how well forecasts do.
//!
//! `cargo run --release -p lojal-tests --bin bench -- serve` (or `questions`, `import`, `load`, `write`, `demo`, `forecasts`); `--help` shows the sizes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench that cannot be set up should stop at the place, and prints what it measures"
)]

mod data;
mod demo;
mod echo;
mod file;
mod forecasts;
mod import;
mod load;
mod questions;
mod serve;
mod write;

use clap::{Parser, Subcommand};

/// Measures the Lojal server from outside.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Calls a second of GetCustomer, GetCustomerSegment and PredictCustomer, against an echo of messages of the same sizes.
    Serve(serve::Arguments),
    /// Milliseconds of every question about everybody, and its ratio to another binary.
    Questions(questions::Arguments),
    /// Durable rows a second of Import, against writing and syncing the same bytes.
    Import(import::Arguments),
    /// `lojal import` of a large CSV file, beside pandas and polars; disk, memory and restart.
    Load(load::Arguments),
    /// Single durable writes by one client and by many, beside a bare write and fsync.
    Write(write::Arguments),
    /// Seconds of `lojal demo --exit`.
    Demo(demo::Arguments),
    /// How well forecasts do, beside models by name and rules of thumb, of real and made-up customers.
    Forecasts(forecasts::Arguments),
    /// The echo, in a process of its own. Started by `serve`.
    #[command(hide = true)]
    Echo,
}

fn main() {
    match Cli::parse().what {
        What::Serve(arguments) => serve::run(&arguments),
        What::Questions(arguments) => questions::run(&arguments),
        What::Import(arguments) => import::run(&arguments),
        What::Load(arguments) => load::run(&arguments),
        What::Write(arguments) => write::run(&arguments),
        What::Demo(arguments) => demo::run(&arguments),
        What::Forecasts(arguments) => forecasts::run(&arguments),
        What::Echo => echo::serve(),
    }
}

/// The middle one of measured values.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A runtime as the server's: as many workers as there are cores.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

/// A number with commas between its thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
