//! Cases about writing.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use lojal_domain::{Amount, Disposition, Record, TransactionColumns, WorkspaceName};

use super::Harness;
use super::records::*;
use crate::{Appended, AppendedColumns, Batch, ColumnBatch, Cut, OnReject, Rejection, RowOutcome};

pub async fn s01_a_batch_is_whole_and_has_one_revision(harness: &dyn Harness) {
    let store = harness.open().await;
    // Large enough to need many blocks of any sensible size.
    let records =
        (0..5_000).map(|i| bought(&format!("transaction-{i}"), &format!("customer-{}", i % 700), i, 1));
    let appended = append(&*store, records).await;
    assert_eq!(appended.revision, 1);
    assert!(appended.outcomes.iter().all(|outcome| *outcome == RowOutcome::Recorded));
    assert_eq!(store.status(&workspace()).await.unwrap().counts.transactions(), 5_000);
}

pub async fn s01_a_batch_of_all_kinds_has_one_revision(harness: &dyn Harness) {
    let store = harness.open().await;
    let appended = append(&*store, sample()).await;
    assert_eq!(appended.revision, 1);
    assert_eq!(appended.outcomes, vec![RowOutcome::Recorded; sample().len()]);
    assert_eq!(everything(&*store, &workspace(), Cut { revision: Some(0), ..all() }).await.len(), 0);
    assert_eq!(everything(&*store, &workspace(), Cut { revision: Some(1), ..all() }).await.len(), 5);
    assert_eq!(append(&*store, [voided("t1", None, ""), bought("t4", "ann", 9, 1)]).await.revision, 2);
}

pub async fn s02_acknowledged_batches_survive_reopening(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, sample()).await;
    append(&*store, [bought("t9", "eve", 30, 3)]).await;
    let before = everything(&*store, &workspace(), all()).await;
    let status = store.status(&workspace()).await.unwrap();
    let store = reopened(harness, store).await;
    assert_eq!(everything(&*store, &workspace(), all()).await, before);
    assert_eq!(store.status(&workspace()).await.unwrap(), status);
    // What it knows, it still knows: the same again is no news, and numbering goes on.
    let again = append(&*store, sample()).await;
    assert_eq!(again.outcomes, vec![RowOutcome::Duplicate; sample().len()]);
    assert_eq!(append(&*store, [bought("t10", "fay", 31, 3)]).await.revision, status.revision + 1);
}

pub async fn s03_the_same_record_again_is_a_duplicate(harness: &dyn Harness) {
    let store = harness.open().await;
    let first = append(&*store, sample()).await;
    let before = everything(&*store, &workspace(), all()).await;
    let again = append(&*store, sample()).await;
    assert_eq!(again.revision, first.revision);
    assert_eq!(again.outcomes, vec![RowOutcome::Duplicate; sample().len()]);
    assert_eq!(everything(&*store, &workspace(), all()).await, before);
}

pub async fn s04_other_content_under_the_same_key_is_a_conflict(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, sample()).await;
    let before = everything(&*store, &workspace(), all()).await;
    let others = [
        bought("t1", "ann", 10, 31),
        bought("t1", "ann", 11, 30),
        bought("t1", "bob", 10, 30),
        refunded("r1", "t1", 15, 9),
        refunded("r1", "t2", 15, 10),
        answered("a1", Some("cleo"), 12, 8),
        answered("a1", None, 12, 9),
    ];
    for record in others {
        let what = format!("{record:?}");
        assert_eq!(outcome(&*store, record).await, RowOutcome::Rejected(Rejection::Conflict), "{what}");
    }
    assert_eq!(everything(&*store, &workspace(), all()).await, before);
}

pub async fn s04_each_stage_of_a_survey_has_a_key(harness: &dyn Harness) {
    let mut store = harness.open().await;
    let ann = Some("ann");
    let stages = [
        asked("a1", ann, 5, Disposition::Invited),
        asked("a1", ann, 6, Disposition::Delivered),
        rated("a1", ann, 7, 3),
        answered("a1", ann, 8, 9),
        asked("a2", None, 5, Disposition::Invited),
        asked("a2", None, 6, Disposition::Dismissed),
        asked("a3", ann, 6, Disposition::Bounced),
    ];
    let appended = append(&*store, stages.clone()).await;
    assert_eq!(appended.outcomes, vec![RowOutcome::Recorded; stages.len()]);
    let others = [
        asked("a1", ann, 6, Disposition::Invited),
        asked("a1", None, 5, Disposition::Invited),
        rated("a1", ann, 7, 4),
        answered("a1", ann, 8, 8),
    ];
    for _ in 0..2 {
        let again = append(&*store, stages.clone()).await;
        assert_eq!(again.outcomes, vec![RowOutcome::Duplicate; stages.len()]);
        for record in others.clone() {
            let what = format!("{record:?}");
            assert_eq!(outcome(&*store, record).await, RowOutcome::Rejected(Rejection::Conflict), "{what}");
        }
        store.close().await;
        drop(store);
        store = harness.open().await;
    }
}

pub async fn s04_a_survey_is_of_one_customer(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, [asked("a1", Some("ann"), 5, Disposition::Invited), bought("t1", "bob", 1, 1)]).await;
    for other in ["bob", "new"] {
        let of_another = answered("a1", Some(other), 8, 9);
        assert_eq!(outcome(&*store, of_another).await, RowOutcome::Rejected(Rejection::Conflict), "{other}");
    }
    // Within a batch as well, and in the other direction.
    let both = [answered("a2", Some("ann"), 8, 9), asked("a2", Some("bob"), 5, Disposition::Delivered)];
    let batch = Batch { on_reject: OnReject::Skip, ..batch(both) };
    let told = store.append(&workspace(), batch).await.expect("the batch is taken");
    assert_eq!(told.outcomes, [RowOutcome::Recorded, RowOutcome::Rejected(Rejection::Conflict)]);
    // Who answers without a name may have been invited by it.
    assert_eq!(outcome(&*store, answered("a1", None, 8, 9)).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, rated("a1", Some("ann"), 7, 3)).await, RowOutcome::Recorded);
}

pub async fn s04_interactions_are_told_by_their_ids(harness: &dyn Harness) {
    let store = harness.open().await;
    // An interaction may be called like anything else.
    append(&*store, [bought("x", "ann", 1, 1), answered("x", Some("ann"), 1, 9)]).await;
    assert_eq!(outcome(&*store, contacted("x", "ann", 1, "opened")).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, contacted("x", "ann", 1, "opened")).await, RowOutcome::Duplicate);
    for other in [
        contacted("x", "ann", 1, "resolved"),
        contacted("x", "bob", 1, "opened"),
        contacted("x", "ann", 2, "opened"),
        in_case("x", "ann", 1, "opened", "case-1"),
    ] {
        assert_eq!(outcome(&*store, other).await, RowOutcome::Rejected(Rejection::Conflict));
    }
    assert_eq!(outcome(&*store, contacted("y", "ann", 2, "resolved")).await, RowOutcome::Recorded);
    let status = store.status(&workspace()).await.unwrap();
    assert_eq!((status.customers, status.counts.interactions()), (1, 2));
    assert_eq!(status.last_event, Some(day(2)));
}

/// Records that repeat and contradict one another, and what becomes of each.
fn repetitive() -> (Vec<Record>, Vec<RowOutcome>) {
    let records = vec![
        bought("t1", "ann", 10, 30),
        bought("t1", "ann", 10, 30),
        bought("t1", "ann", 10, 31),
        refunded("r1", "t1", 11, 20),
        refunded("r1", "t1", 11, 20),
        refunded("r2", "t1", 11, 11),
        answered("a1", None, 12, 9),
        answered("a1", None, 12, 8),
        upserted("ann", "plan", "gold", None),
        upserted("ann", "plan", "gold", None),
    ];
    let left = Amount::from_micros(10_000_000);
    let expected = vec![
        RowOutcome::Recorded,
        RowOutcome::Duplicate,
        RowOutcome::Rejected(Rejection::Conflict),
        RowOutcome::Recorded,
        RowOutcome::Duplicate,
        RowOutcome::Rejected(Rejection::RefundExceedsTransaction { left }),
        RowOutcome::Recorded,
        RowOutcome::Rejected(Rejection::Conflict),
        RowOutcome::Recorded,
        RowOutcome::Duplicate,
    ];
    (records, expected)
}

pub async fn s05_keys_count_within_a_batch(harness: &dyn Harness) {
    let store = harness.open().await;
    let (records, expected) = repetitive();
    let counted = |outcomes| AppendedColumns::of(&Appended { revision: 0, outcomes }, OnReject::Skip);
    let appended = append(&*store, records).await;
    assert_eq!(counted(appended.outcomes), counted(expected));
    assert_eq!(paid(&*store, "ann", all()).await, (vec![30_000_000], vec![20_000_000]));
}

pub async fn s05_each_row_of_a_batch_is_told(harness: &dyn Harness) {
    let store = harness.open().await;
    let (records, expected) = repetitive();
    assert_eq!(append(&*store, records).await.outcomes, expected);
}

pub async fn s06_a_rejected_row_aborts_or_is_skipped(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, [bought("t1", "ann", 10, 30)]).await;
    let before = everything(&*store, &workspace(), all()).await;
    let mixed = [bought("t2", "ann", 11, 1), bought("t1", "ann", 10, 31), bought("t3", "zoe", 12, 1)];
    let mut batch = batch(mixed);
    batch.on_reject = OnReject::Abort;
    let aborted = store.append(&workspace(), batch.clone()).await.unwrap();
    assert_eq!(aborted.revision, 1);
    assert_eq!(aborted.rejections().collect::<Vec<_>>(), [(1, &Rejection::Conflict)]);
    assert_eq!(everything(&*store, &workspace(), all()).await, before);
    batch.on_reject = OnReject::Skip;
    let skipped = store.append(&workspace(), batch).await.unwrap();
    assert_eq!(skipped.revision, 2);
    assert_eq!(store.status(&workspace()).await.unwrap().counts.transactions(), 3);
}

pub async fn s06_a_rejected_row_keeps_out_other_kinds(harness: &dyn Harness) {
    let store = harness.open().await;
    let mixed = [bought("t1", "ann", 10, 30), answered("a1", None, 11, 9), refunded("r1", "t9", 11, 1)];
    let aborting = Batch { on_reject: OnReject::Abort, ..batch(mixed) };
    let aborted = store.append(&workspace(), aborting).await.unwrap();
    assert_eq!(aborted.revision, 0);
    assert_eq!(aborted.rejections().collect::<Vec<_>>(), [(2, &Rejection::UnknownTransaction)]);
    assert!(everything(&*store, &workspace(), all()).await.is_empty());
    assert_eq!(store.status(&workspace()).await.unwrap().counts.responses(), 0);
}

pub async fn s07_refunds_stay_within_their_transaction(harness: &dyn Harness) {
    let store = harness.open().await;
    let auto = bought_nth(1, "ann", 10, 30);
    let auto_id = auto.key().to_derived_id();
    append(&*store, [bought("t1", "ann", 10, 30), Record::Transaction(auto)]).await;
    let rejected = |rejection| RowOutcome::Rejected(rejection);
    let unknown = outcome(&*store, refunded("r0", "t7", 11, 1)).await;
    assert_eq!(unknown, rejected(Rejection::UnknownTransaction));
    let early = outcome(&*store, refunded("r0", "t1", 9, 1)).await;
    assert_eq!(early, rejected(Rejection::RefundBeforeTransaction));
    let left =
        |units: i64| Rejection::RefundExceedsTransaction { left: Amount::from_micros(units * 1_000_000) };
    assert_eq!(outcome(&*store, refunded("r0", "t1", 11, 31)).await, rejected(left(30)));
    assert_eq!(outcome(&*store, refunded("r1", "t1", 11, 20)).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, refunded("r2", "t1", 12, 11)).await, rejected(left(10)));
    assert_eq!(outcome(&*store, refunded("r2", "t1", 12, 10)).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, refunded("r3", "t1", 13, 1)).await, rejected(left(0)));
    // A transaction without an id is refunded by its derived one.
    assert_eq!(outcome(&*store, refunded("r4", &auto_id, 13, 30)).await, RowOutcome::Recorded);
    // Also within one batch, and when others were recorded since.
    let (second, third) = (bought_nth(2, "ann", 10, 30), bought_nth(3, "bob", 10, 5));
    let (second_id, third_id) = (second.key().to_derived_id(), third.key().to_derived_id());
    let records = [Record::Transaction(second), refunded("r6", &second_id, 13, 30)];
    assert_eq!(append(&*store, records).await.outcomes, [RowOutcome::Recorded, RowOutcome::Recorded]);
    append(&*store, [Record::Transaction(third)]).await;
    assert_eq!(outcome(&*store, refunded("r7", &third_id, 13, 6)).await, rejected(left(5)));
    assert_eq!(outcome(&*store, refunded("r7", &third_id, 13, 5)).await, RowOutcome::Recorded);
    let Record::Refund(mut foreign) = refunded("r5", "t1", 13, 1) else { unreachable!() };
    foreign.money = money_in(1, "USD");
    let reporting = money(1).currency;
    let expected = rejected(Rejection::CurrencyMismatch { reporting });
    assert_eq!(outcome(&*store, Record::Refund(foreign)).await, expected);
}

pub async fn s08_the_first_transaction_decides_the_currency(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, [answered("a1", Some("ann"), 1, 9)]).await;
    assert_eq!(store.status(&workspace()).await.unwrap().currency, None);
    let Record::Transaction(mut dollars) = bought("t2", "ann", 11, 1) else { unreachable!() };
    dollars.money = money_in(1, "USD");
    // Even within one batch.
    let appended = append(&*store, [bought("t1", "ann", 10, 1), Record::Transaction(dollars)]).await;
    let reporting = money(1).currency;
    let mismatch = RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting });
    assert_eq!(appended.outcomes, vec![RowOutcome::Recorded, mismatch]);
    assert_eq!(store.status(&workspace()).await.unwrap().currency, Some(reporting));
}

pub async fn s09_revisions_grow_by_one(harness: &dyn Harness) {
    let store = harness.open().await;
    for revision in 1..=20 {
        let appended = append(&*store, [bought(&format!("t{revision}"), "ann", 1, 1)]).await;
        assert_eq!(appended.revision, revision);
        let duplicate = append(&*store, [bought("t1", "ann", 1, 1)]).await;
        assert_eq!(duplicate.revision, revision);
    }
    let elsewhere = WorkspaceName::new("elsewhere").unwrap();
    let appended = store.append(&elsewhere, batch([bought("t1", "ann", 1, 1)])).await.unwrap();
    assert_eq!(appended.revision, 1);
}

pub async fn s10_occurrences_tell_equal_transactions_apart(harness: &dyn Harness) {
    let store = harness.open().await;
    let nth = |occurrence| Record::Transaction(bought_nth(occurrence, "ann", 10, 30));
    assert_eq!(outcome(&*store, nth(1)).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, nth(1)).await, RowOutcome::Duplicate);
    assert_eq!(outcome(&*store, nth(2)).await, RowOutcome::Recorded);
    // The derived id is an id like any other.
    let Record::Transaction(mut by_id) = nth(2) else { unreachable!() };
    let id = lojal_domain::TransactionId::new(by_id.key().to_derived_id()).unwrap();
    by_id.identity = lojal_domain::TransactionIdentity::Given(id);
    assert_eq!(outcome(&*store, Record::Transaction(by_id)).await, RowOutcome::Duplicate);
    assert_eq!(store.status(&workspace()).await.unwrap().counts.transactions(), 2);
    // And the other way round: an id handed back before the transaction it was derived from.
    let third = bought_nth(3, "ann", 10, 30);
    let id = lojal_domain::TransactionId::new(third.key().to_derived_id()).unwrap();
    let identity = lojal_domain::TransactionIdentity::Given(id);
    let by_id = lojal_domain::Transaction { identity, ..third.clone() };
    assert_eq!(outcome(&*store, Record::Transaction(by_id)).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, Record::Transaction(third)).await, RowOutcome::Duplicate);
    // A transaction with an id of its own is another, however alike.
    assert_eq!(outcome(&*store, bought("t1", "ann", 10, 30)).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, nth(4)).await, RowOutcome::Recorded);
}

pub async fn s11_an_upsert_that_changes_nothing_is_a_duplicate(harness: &dyn Harness) {
    let store = harness.open().await;
    let steps = [
        (upserted("ann", "plan", "free", None), RowOutcome::Recorded),
        (upserted("ann", "plan", "free", None), RowOutcome::Duplicate),
        (upserted("ann", "plan", "gold", Some(10)), RowOutcome::Recorded),
        (upserted("ann", "plan", "gold", Some(10)), RowOutcome::Duplicate),
        (upserted("ann", "plan", "gold", Some(11)), RowOutcome::Recorded),
        // For all times replaces both, so it is news although it says what was said first.
        (upserted("ann", "plan", "free", None), RowOutcome::Recorded),
        (upserted("ann", "plan", "gold", Some(10)), RowOutcome::Recorded),
        (upserted("ann", "plan", "", Some(12)), RowOutcome::Recorded),
    ];
    for (step, (record, expected)) in steps.into_iter().enumerate() {
        assert_eq!(outcome(&*store, record).await, expected, "step {step}");
    }
}

pub async fn s19_columns_are_recorded_as_rows_are(harness: &dyn Harness) {
    let store = harness.open().await;
    let euro = money(1).currency;
    let columns = |rows: &[(&str, i64, i64, &str, u32)]| {
        let mut columns = TransactionColumns::empty(euro);
        for (who, on, units, id, occurrence) in rows {
            columns.push(who, day(*on), money(*units).amount, id, *occurrence);
        }
        ColumnBatch { columns, recorded_at: day(20_000), on_reject: OnReject::Skip, reporting: None }
    };
    let rows = [
        ("ann", 3, 10, "t1", 0),
        ("bob", 2, 10, "", 1),
        ("ann", 2, 5, "", 1),
        // The second of its kind, and the first once more.
        ("bob", 2, 10, "", 2),
        ("bob", 2, 10, "", 1),
        // The same id with the same content, and with another.
        ("ann", 3, 10, "t1", 0),
        ("cleo", 3, 10, "t1", 0),
        ("dan", 9, 0, "t2", 0),
    ];
    let told = store.append_transactions(&workspace(), columns(&rows)).await.expect("the columns are taken");
    assert_eq!((told.revision, told.recorded, told.duplicates), (1, 5, 2));
    assert_eq!(told.rejections, [(6, Rejection::Conflict)]);
    assert_eq!(history(&*store, "cleo", all()).await, None);

    // In another workspace the same in rows: the histories are the same.
    let other = WorkspaceName::new("rows").unwrap();
    store.append(&other, columns(&rows).into_rows().expect("ids")).await.expect("the rows are taken");
    assert_eq!(
        everything(&*store, &workspace(), all()).await,
        everything(&*store, &other, all()).await,
        "columns and rows come to the same"
    );
    assert_eq!(
        store.status(&workspace()).await.expect("a status"),
        store.status(&other).await.expect("a status")
    );
    // Rows are there once they came in columns, and the other way round.
    let again =
        store.append(&workspace(), columns(&rows[..6]).into_rows().expect("ids")).await.expect("taken");
    assert!(again.outcomes.iter().all(|outcome| *outcome == RowOutcome::Duplicate), "{again:?}");
    let again = store.append_transactions(&other, columns(&rows[..6])).await.expect("taken");
    assert_eq!((again.revision, again.recorded, again.duplicates), (1, 0, 6));
    // What came in columns can be given back, by its own id or by the one derived for it.
    assert_eq!(outcome(&*store, refunded("r1", "t1", 4, 10)).await, RowOutcome::Recorded);
    let derived = bought_nth(2, "bob", 2, 10).key().to_derived_id();
    assert_eq!(outcome(&*store, refunded("r2", &derived, 4, 10)).await, RowOutcome::Recorded);

    // One rejected row keeps all out, customers too.
    let batch = columns(&[("eve", 4, 1, "", 1), ("eve", 4, 1, "t1", 0)]);
    let told =
        store.append_transactions(&workspace(), ColumnBatch { on_reject: OnReject::Abort, ..batch }).await;
    let told = told.expect("an answer");
    assert_eq!((told.recorded, told.rejections), (0, vec![(1, Rejection::Conflict)]));
    assert_eq!(history(&*store, "eve", all()).await, None);
    // Another currency is rejected as it is in rows.
    let mut foreign = columns(&[("eve", 4, 1, "", 1), ("bob", 2, 10, "", 1)]);
    foreign.columns.currency = money_in(1, "USD").currency;
    let told = store.append_transactions(&workspace(), foreign).await.expect("an answer");
    let mismatch = Rejection::CurrencyMismatch { reporting: euro };
    assert_eq!(told.rejections, [(0, mismatch.clone()), (1, mismatch)]);

    let before = everything(&*store, &workspace(), all()).await;
    let store = reopened(harness, store).await;
    assert_eq!(everything(&*store, &workspace(), all()).await, before, "after reopening");
}

pub async fn s32_writes_begun_in_order_are_written_in_order(harness: &dyn Harness) {
    const ROUNDS: i64 = 50;
    let store = harness.open().await;
    let workspace = workspace();
    let (mut rows, mut columns) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let id = format!("t{round}");
        // Purchases in rows and in columns take different ways.
        if round % 2 == 0 {
            let begun = store.begin_append(&workspace, batch([bought(&id, "ann", 10, 30)])).await;
            rows.push(begun.expect("a place"));
        } else {
            let mut sold = TransactionColumns::empty(money(1).currency);
            sold.push("ann", day(10), money(30).amount, &id, 0);
            let (recorded_at, on_reject) = (day(20_000), OnReject::Abort);
            let sold = ColumnBatch { columns: sold, recorded_at, on_reject, reporting: None };
            columns.push(store.begin_append_transactions(&workspace, sold).await.expect("a place"));
        }
        // Each needs the one before it: nothing can be given back for what was taken back.
        for next in [refunded(&format!("r{round}"), &id, 15, 20), voided(&id, Some(20), "test")] {
            rows.push(store.begin_append(&workspace, batch([next])).await.expect("a place"));
        }
    }
    // Whoever asks for the last first gets the same answers.
    for (index, pending) in rows.into_iter().enumerate().rev() {
        let appended = pending.await.expect("the batch is taken");
        assert_eq!(appended.outcomes, [RowOutcome::Recorded], "batch {index}");
    }
    for pending in columns {
        assert_eq!(pending.await.expect("the columns are taken").recorded, 1);
    }
    assert_eq!(store.status(&workspace).await.unwrap().revision, 3 * ROUNDS as u64);
    // Whoever lets go of what waits has written all the same.
    drop(store.begin_append(&workspace, batch([bought("last", "ann", 21, 1)])).await.expect("a place"));
    let again = store.begin_append(&workspace, batch([bought("last", "ann", 21, 1)])).await.expect("a place");
    assert_eq!(again.await.expect("the batch is taken").outcomes, [RowOutcome::Duplicate]);
}
