//! The long forms of the trials that every test run does a little of.
//!
//! `cargo run --release -p lojal-tests --bin ladder -- kill --rounds 2000 --seed 1`; `--help` shows the others.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "it tells how far it is, and stops at what is wrong"
)]

mod attack;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use lojal_store::{Store, StoreError};
use lojal_store_sled::SledStore;
use lojal_store_trials::image::Image;
use lojal_store_trials::{damage, model, numbered, power};
use lojal_tests::{fuzz, kill};

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
    /// Random operations on the store and on its model, which must answer the same.
    Model(Model),
    /// Power cuts: images of the directory with any part of what was not synced.
    Power(Power),
    /// A flipped bit in each of many bytes, one at a time, and what came of each.
    Damage(Damage),
    /// Callers who ask for much and neither wait for it nor read it, beside one who asks for little.
    Attack(attack::Attack),
    /// Calls that nobody would make, of every kind: no panic, nothing internal, no hang, no number that is none.
    Fuzz(Fuzz),
}

#[derive(Debug, Args)]
struct Fuzz {
    /// How many calls.
    #[arg(long, default_value_t = 1_000_000)]
    calls: u64,
    /// The first seed; each directory has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Calls on one data directory.
    #[arg(long, default_value_t = 50_000)]
    calls_per_directory: u64,
    /// Calls under way at once.
    #[arg(long, default_value_t = 32)]
    at_once: usize,
    /// How many of the heavy calls drawn are made, from 0 to 1: with 0.02 most of the time goes to the others.
    #[arg(long, default_value_t = 1.0, value_parser = share)]
    heavy: f64,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().map_err(|problem| format!("{problem}"))?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("must be from 0 to 1".to_owned()) }
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

#[derive(Debug, Args)]
struct Model {
    /// How many operations in all.
    #[arg(long, default_value_t = 100_000)]
    ops: u32,
    /// Operations on one directory; the model takes longer with each.
    #[arg(long, default_value_t = 1_000)]
    ops_per_directory: u32,
    /// The first seed; each directory has the next.
    #[arg(long, default_value_t = 1_000)]
    seed: u64,
}

#[derive(Debug, Args)]
struct Power {
    /// How many.
    #[arg(long, default_value_t = 5_000)]
    images: usize,
    /// Images of one use of a store, before it is used anew.
    #[arg(long, default_value_t = 500)]
    images_per_use: usize,
    /// The first seed; each use has the next.
    #[arg(long, default_value_t = 1_000)]
    seed: u64,
    /// Images that are opened at once.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

#[derive(Debug, Args)]
struct Damage {
    /// How many.
    #[arg(long, default_value_t = 1_000)]
    flips: usize,
    /// Batches in the directory, each acknowledged by itself; with 300 its log has several segments.
    #[arg(long, default_value_t = 300)]
    batches: u32,
    /// Decides which bits.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() {
    match Cli::parse().trial {
        Trial::Kill(arguments) => kill(&arguments).await,
        Trial::Model(arguments) => model(&arguments).await,
        Trial::Power(arguments) => power(&arguments).await,
        Trial::Damage(arguments) => damage(&arguments).await,
        Trial::Attack(arguments) => attack::run(&arguments).await,
        Trial::Fuzz(arguments) => fuzz(&arguments).await,
    }
}

fn open(directory: &Path) -> Result<Arc<dyn Store>, StoreError> {
    SledStore::open(directory).map(|store| Arc::new(store) as Arc<dyn Store>)
}

async fn model(arguments: &Model) {
    let Model { ops, ops_per_directory, seed } = *arguments;
    let begun = Instant::now();
    let mut done = model::Done::default();
    let directories = ops.div_ceil(ops_per_directory);
    for index in 0..directories {
        let directory = tempfile::tempdir().expect("a directory");
        let open = async || Arc::new(SledStore::open(directory.path()).expect("a store that opens"));
        let compact =
            async |store: &SledStore| store.compact().await.expect("a log that can be written anew");
        done += model::live(open, compact, seed + u64::from(index), ops_per_directory).await;
        println!("{:>6.0?}  {done:?}", begun.elapsed());
    }
    println!("passed in {:.0?}, seeds from {seed} on, {directories} directories: {done:?}", begun.elapsed());
}

async fn power(arguments: &Power) {
    let Power { images, images_per_use, seed, threads } = *arguments;
    let begun = Instant::now();
    let mut done = power::Done::default();
    let uses = images.div_ceil(images_per_use);
    for index in 0..uses {
        let of_use = power::run(Arc::new(open), seed + index as u64, images_per_use, threads, |_| ()).await;
        done += of_use;
        println!("{:>6.0?}  {done:?}", begun.elapsed());
    }
    println!("passed in {:.0?}, seeds from {seed} on, {uses} uses: {done:?}", begun.elapsed());
}

async fn kill(arguments: &Kill) {
    let Kill { rounds, seed, rounds_per_directory } = *arguments;
    println!("kill: seed {seed}, {rounds} rounds, server {}", lojal_tests::binary().display());
    let begun = Instant::now();
    let summary = kill::run(kill::Plan { rounds, seed, rounds_per_directory }, |summary| {
        if summary.rounds % TELL_EVERY == 0 {
            println!("{:>6.0?}  {summary}", begun.elapsed());
        }
    })
    .await;
    println!("passed in {:.0?}, seed {seed}: {summary}", begun.elapsed());
}

async fn fuzz(arguments: &Fuzz) {
    let Fuzz { calls, seed, calls_per_directory, at_once, heavy } = *arguments;
    println!("fuzz: {calls} calls, seeds from {seed} on, server {}", lojal_tests::binary().display());
    let begun = Instant::now();
    let plan = fuzz::Plan { calls, seed, calls_per_directory, at_once, heavy };
    let mut told = 0;
    let summary = fuzz::run(plan, |summary| {
        println!("{:>6.0?}  {summary}", begun.elapsed());
        summary.problems.iter().skip(told).for_each(|problem| println!("{problem}"));
        told = summary.problems.len();
    })
    .await;
    for (method, fuzz::OfMethod { calls, answered, time }) in &summary.methods {
        println!("{calls:>9} {answered:>9} answered {time:>9.1?}  {method}");
    }
    assert!(summary.wrong == 0, "{} problems", summary.wrong);
    println!("passed in {:.0?}: {summary}", begun.elapsed());
}

async fn damage(arguments: &Damage) {
    let Damage { flips, batches, seed } = *arguments;
    let begun = Instant::now();
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path()).expect("a store that opens");
    for number in 0..batches {
        numbered::append(&*store, number).await.expect("a batch that is taken");
    }
    store.close().await;
    drop(store);
    let image = Image::of(directory.path(), &Image::default());
    let bytes: usize = image.files().values().map(|bytes| bytes.len()).sum();
    let all = damage::Promise::Batches((0..batches).collect(), batches);
    let outcome = damage::flip(&(Arc::new(open) as Arc<power::Open>), &image, &all, seed, flips).await;
    for wrong in &outcome.wrong {
        println!("{wrong}");
    }
    let damage::Outcome { unharmed, refused, told, wrong } = outcome;
    println!(
        "{flips} flips in {bytes} bytes in {:.0?}, seed {seed}: {unharmed} changed nothing, {refused:?} did not open, \
         {told} were told on reading, {} gave wrong answers",
        begun.elapsed(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "wrong answers without an error");
}
