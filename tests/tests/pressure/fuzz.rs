//! Calls that nobody would make: a minute of what `ladder fuzz` does for as long as you like.

use lojal_tests::fuzz::{self, Plan};

use crate::MACHINE;

/// Calls that take about a minute of the debug build.
const CALLS: u64 = 12_000;
/// The same calls in each run, so that a failure is of the change that it came with.
const SEED: u64 = 1;
/// Its answers come as things happen, and nothing happens here.
const WAITS: &str = "/lojal.v1.LoyaltyService/WatchEarlyWarnings";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_nobody_would_make_are_refused_in_words() {
    let _alone = MACHINE.write().await;
    let plan = Plan { calls: CALLS, seed: SEED, calls_per_directory: CALLS / 2, at_once: 16 };
    let summary = fuzz::run(plan, |_| ()).await;
    assert!(summary.wrong == 0, "{}:\n{}", summary, summary.problems.join("\n"));
    // What is behind the checks of each call was reached.
    let never: Vec<&str> = summary.never_answered().into_iter().filter(|method| *method != WAITS).collect();
    assert!(never.is_empty(), "nobody got an answer to {never:?}");
    assert!(summary.methods.len() > 60, "{}", summary.methods.len());
    assert!(summary.codes["Ok"] * 5 > CALLS, "{summary}");
}
