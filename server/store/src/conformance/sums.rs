//! Cases about sums that are never below zero. What is left of a transaction is one.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use lojal_domain::Amount;

use super::Harness;
use super::records::*;
use crate::{Batch, OnReject, Rejection, RowOutcome};

fn left(units: i64) -> Rejection {
    Rejection::RefundExceedsTransaction { left: Amount::from_micros(units * 1_000_000) }
}

fn refunds(on_reject: OnReject, units: &[(&str, i64)]) -> Batch {
    let records = units.iter().map(|(id, units)| refunded(id, "t1", 11, *units)).collect();
    Batch { records, recorded_at: day(20_000), on_reject, reporting: None }
}

pub async fn s35_a_sum_is_never_below_zero(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, [bought("t1", "ann", 10, 10), bought("t2", "ann", 10, 10)]).await;
    append(&*store, [refunded("r1", "t1", 11, 4)]).await;
    let rejected = |units| RowOutcome::Rejected(left(units));
    assert_eq!(outcome(&*store, refunded("r2", "t1", 11, 7)).await, rejected(6));
    // What was refused has taken nothing, and what is told again takes nothing more.
    assert_eq!(outcome(&*store, refunded("r1", "t1", 11, 4)).await, RowOutcome::Duplicate);
    assert_eq!(outcome(&*store, refunded("r2", "t1", 11, 7)).await, rejected(6));
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(outcome(&*store, refunded("r2", "t1", 11, 7)).await, rejected(6));
    assert_eq!(outcome(&*store, refunded("r2", "t1", 11, 6)).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, refunded("r3", "t1", 11, 1)).await, rejected(0));
    // Another key has a sum of its own.
    assert_eq!(outcome(&*store, refunded("r5", "t2", 11, 10)).await, RowOutcome::Recorded);
}

pub async fn s35_the_rows_of_a_batch_take_one_after_another(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, [bought("t1", "ann", 10, 10)]).await;
    // 3 and 7 are all there is; the 8 between them are too much.
    let taken = [("r1", 3), ("r2", 8), ("r3", 7)];
    for _ in 0..2 {
        let aborted = store.append(&workspace(), refunds(OnReject::Abort, &taken)).await.unwrap();
        assert_eq!(aborted.rejections().collect::<Vec<_>>(), [(1, &left(7))]);
    }
    // Nothing of a batch that was kept out is taken.
    let skipped = store.append(&workspace(), refunds(OnReject::Skip, &taken)).await.unwrap();
    assert_eq!(skipped.rejections().collect::<Vec<_>>(), [(1, &left(7))]);
    assert_eq!(paid(&*store, "ann", all()).await, (vec![10_000_000], vec![3_000_000, 7_000_000]));
    assert_eq!(outcome(&*store, refunded("r4", "t1", 11, 1)).await, RowOutcome::Rejected(left(0)));
}

pub async fn s35_sums_are_in_the_currency_that_was_paid(harness: &dyn Harness) {
    let mut store = harness.open().await;
    append(&*store, [bought("t0", "zoe", 1, 1)]).await;
    // Ten dollars that come to four euros: six of the ten can be taken, whatever they come to.
    append(&*store, [bought_abroad("t1", "ann", 10, 10, 4_000_000)]).await;
    append(&*store, [refunded_abroad("r1", "t1", 11, 4)]).await;
    for _ in 0..2 {
        let told = outcome(&*store, refunded_abroad("r2", "t1", 11, 7)).await;
        assert_eq!(told, RowOutcome::Rejected(left(6)));
        store.close().await;
        drop(store);
        store = harness.open().await;
    }
    assert_eq!(outcome(&*store, refunded_abroad("r2", "t1", 11, 6)).await, RowOutcome::Recorded);
    assert_eq!(paid(&*store, "ann", all()).await, (vec![4_000_000], vec![1_600_000, 2_400_000]));
}

pub async fn s35_what_is_erased_takes_its_sum_with_it(harness: &dyn Harness) {
    let mut store = harness.open().await;
    append(&*store, [bought("t2", "bob", 10, 10)]).await;
    append(&*store, [refunded("r2", "t2", 11, 9)]).await;
    for _ in 0..2 {
        append(&*store, [bought("t1", "ann", 10, 10)]).await;
        assert_eq!(outcome(&*store, refunded("r1", "t1", 11, 10)).await, RowOutcome::Recorded);
        assert_eq!(outcome(&*store, refunded("r3", "t1", 11, 1)).await, RowOutcome::Rejected(left(0)));
        store.erase(&workspace(), &customer("ann"), day(20_001)).await.unwrap();
        // The sums of others stay.
        assert_eq!(outcome(&*store, refunded("r3", "t2", 11, 2)).await, RowOutcome::Rejected(left(1)));
        store.close().await;
        drop(store);
        store = harness.open().await;
    }
}
