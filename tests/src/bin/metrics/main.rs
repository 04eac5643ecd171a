//! Questions about a whole base, asked of the engine in its own process, so that what is measured is the answer and not the
//! way to a client. One side of `tests/peers/metrics`, which speaks to it in lines.
//!
//! `metrics load COLUMNS STORE` records a made-up shop; `metrics answer STORE` opens it, and for every line with the name of
//! a question answers it, and writes a line of JSON with the seconds it took and what came out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench that cannot be set up should stop at the place, prints what it measures, and needs a watch"
)]

mod load;
mod questions;

use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::{Parser, Subcommand};
use lojal_domain::{Currency, EventTime, FixedClock, MICROS_PER_SECOND, WorkspaceName, Zone};
use lojal_engine::{Engine, Settings};
use lojal_store_sled::SledStore;
use serde_json::json;

/// What the clock shows, so that questions about now are as of 2025-07-01: ten seconds earlier.
const NOW_SECONDS: i64 = 1_751_327_990;

/// Asks a shop questions, in the process of the engine.
#[derive(Debug, Parser)]
#[command(name = "metrics")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Records the columns in a directory into a new store.
    Load {
        /// The directory of the columns.
        columns: PathBuf,
        /// That of the store.
        store: PathBuf,
    },
    /// Answers the questions named on standard input, a line each.
    Answer {
        /// The directory of the store.
        store: PathBuf,
    },
}

/// A shop at the instant it is asked.
struct Shop {
    engine: Engine,
    workspace: WorkspaceName,
}

impl Shop {
    fn open(store: &Path) -> Self {
        let now = EventTime::from_micros(NOW_SECONDS * MICROS_PER_SECOND);
        let currency = Currency::parse("EUR").unwrap();
        let store = SledStore::open(store).expect("the store opens");
        let settings = Settings { zone: Zone::utc(), currency };
        let engine = Engine::new(Arc::new(store), Arc::new(FixedClock::new(now)), settings);
        Self { engine, workspace: WorkspaceName::new("shop").unwrap() }
    }
}

#[tokio::main]
async fn main() {
    match Cli::parse().what {
        What::Load { columns, store } => load::load(&Shop::open(&store), &columns).await,
        What::Answer { store } => answer(&Shop::open(&store)).await,
    }
}

/// Answers until there are no more questions.
async fn answer(shop: &Shop) {
    let mut out = std::io::stdout();
    writeln!(out, "{}", json!({"ready": true})).unwrap();
    for line in std::io::stdin().lock().lines() {
        let name = line.unwrap();
        let begun = Instant::now();
        let answered = shop.ask(&name).await;
        let seconds = begun.elapsed().as_secs_f64() / f64::from(answered.times);
        writeln!(out, "{}", json!({"seconds": seconds, "found": answered.found})).unwrap();
        out.flush().unwrap();
    }
}
