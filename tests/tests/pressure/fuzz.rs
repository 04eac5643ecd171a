//! Calls that nobody would make: a minute of what `ladder fuzz` does for as long as you like.

use lojal_tests::fuzz::{self, Plan};

use crate::MACHINE;

/// Calls that take about a minute of the debug build.
const CALLS: u64 = 12_000;
/// The same calls in each run, so that a failure is of the change that it came with.
const SEED: u64 = 1;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_nobody_would_make_are_refused_in_words() {
    let _alone = MACHINE.write().await;
    let plan = Plan { calls: CALLS, seed: SEED, calls_per_directory: CALLS / 2, at_once: 16, heavy: 1.0 };
    let summary = fuzz::run(plan, |_| ()).await;
    assert!(summary.wrong == 0, "{}:\n{}", summary, summary.problems.join("\n"));
    // What is behind the checks of calls was reached, but for a few that want what is seldom there, such as the id of a warning, or that
    // wait for what happens. Which these are depends on who came first.
    let (methods, never) = (summary.methods.len(), summary.never_answered());
    assert!(methods > 60 && never.len() * 10 < methods, "of {methods}, nobody got an answer to {never:?}");
    assert!(summary.codes["Ok"] * 5 > CALLS, "{summary}");
}
