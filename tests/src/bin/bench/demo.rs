//! How long somebody waits for the demo.

use std::time::{Duration, Instant};

use crate::median;

/// How often it is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Times.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

pub(crate) fn run(arguments: &Arguments) {
    let each = (0..arguments.rounds).map(|_| {
        let begun = Instant::now();
        let mut command = lojal_tests::command(&["demo", "--exit"]);
        let _shown = lojal_tests::run(&mut command, Duration::from_secs(120)).succeeded();
        begun.elapsed().as_secs_f64()
    });
    let seconds: Vec<f64> = each.collect();
    let shown: Vec<String> = seconds.iter().map(|seconds| format!("{seconds:.2}")).collect();
    println!("lojal demo --exit: {:.2} s (rounds: {})", median(&seconds), shown.join(" "));
}
