//! Two hundred kills under a mixed load. More of them: `cargo run --release -p lojal-tests --bin ladder -- kill`.

use lojal_tests::kill::{Plan, run};

/// Kills of each of the two tests, which run at the same time: a start leaves a core idle now and then.
const ROUNDS: u32 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_directories_grow() {
    let _alone = crate::MACHINE.read().await;
    run(Plan { rounds: ROUNDS, seed: 1, rounds_per_directory: ROUNDS }, |_| ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_directories_are_new() {
    let _alone = crate::MACHINE.read().await;
    run(Plan { rounds: ROUNDS, seed: 2, rounds_per_directory: 5 }, |_| ()).await;
}
