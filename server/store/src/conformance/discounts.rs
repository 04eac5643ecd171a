//! Cases about discounts.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use lojal_domain::{History, MICROS_PER_DAY, Record, TransactionColumns, WorkspaceName};

use super::Harness;
use super::records::*;
use crate::{Appended, AppendedColumns, ColumnBatch, Cut, OnReject, Rejection, RowOutcome, Store};

pub async fn s31_a_discount_is_content(harness: &dyn Harness) {
    let store = harness.open().await;
    let nth = |occurrence| Record::Transaction(bought_nth(occurrence, "ann", 10, 30));
    let conflict = RowOutcome::Rejected(Rejection::Conflict);
    let steps = [
        ("with", off(3, bought("t1", "ann", 10, 30)), RowOutcome::Recorded),
        ("again", off(3, bought("t1", "ann", 10, 30)), RowOutcome::Duplicate),
        ("another", off(4, bought("t1", "ann", 10, 30)), conflict.clone()),
        ("none", bought("t1", "ann", 10, 30), conflict.clone()),
        ("without", bought("t2", "ann", 10, 30), RowOutcome::Recorded),
        ("one after all", off(3, bought("t2", "ann", 10, 30)), conflict.clone()),
        ("no id, with", off(3, nth(1)), RowOutcome::Recorded),
        ("no id, again", off(3, nth(1)), RowOutcome::Duplicate),
        ("no id, another", off(4, nth(1)), conflict.clone()),
        ("no id, none", nth(1), conflict.clone()),
        ("no id, without", nth(2), RowOutcome::Recorded),
        ("no id, one after all", off(3, nth(2)), conflict.clone()),
    ];
    for (case, record, expected) in steps.clone() {
        assert_eq!(outcome(&*store, record).await, expected, "{case}");
    }
    let before = everything(&*store, &workspace(), all()).await;
    let store = reopened(harness, store).await;
    assert_eq!(everything(&*store, &workspace(), all()).await, before, "after reopening");
    for (case, record, expected) in steps.clone() {
        let expected = if expected == RowOutcome::Recorded { RowOutcome::Duplicate } else { expected };
        assert_eq!(outcome(&*store, record).await, expected, "{case}, after reopening");
    }
    // Within one batch as between batches. What is told of each is what was told one by one.
    let other = WorkspaceName::new("together").unwrap();
    let (records, expected): (Vec<Record>, Vec<RowOutcome>) =
        steps.into_iter().map(|(_, record, expected)| (record, expected)).unzip();
    let appended = store.append(&other, batch(records)).await.unwrap();
    let counted = |outcomes| AppendedColumns::of(&Appended { revision: 0, outcomes }, OnReject::Skip);
    assert_eq!(counted(appended.outcomes), counted(expected));
    assert_eq!(everything(&*store, &other, all()).await, before);
    // It can be given back as any other.
    assert_eq!(outcome(&*store, refunded("r1", "t1", 11, 30)).await, RowOutcome::Recorded);
    let derived = bought_nth(1, "ann", 10, 30).key().to_derived_id();
    assert_eq!(outcome(&*store, refunded("r2", &derived, 11, 30)).await, RowOutcome::Recorded);
}

/// Times and amounts of the discounts in a customer's history.
async fn discounts(store: &dyn Store, who: &str, cut: Cut) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let mut visit = |history: &History<'_>| {
        let of = |record: u32| history.transactions.iter().find(|fact| fact.record == record);
        for fact in history.discounts {
            assert_eq!(
                of(fact.record).map(|transaction| transaction.time),
                Some(fact.time),
                "of a purchase shown"
            );
            found.push((fact.time.micros() / MICROS_PER_DAY, fact.amount.micros()));
        }
    };
    store.history(&workspace(), &customer(who), cut, &mut visit).await.expect("can be read");
    found
}

pub async fn s31_histories_show_discounts(harness: &dyn Harness) {
    let store = harness.open().await;
    let first = append(
        &*store,
        [
            off(3, bought("t1", "ann", 12, 30)),
            bought("t2", "ann", 11, 30),
            off(2, bought("t3", "ann", 10, 20)),
            off(1, Record::Transaction(bought_nth(1, "ann", 10, 7))),
            off(1, bought("t4", "bob", 10, 0)),
        ],
    )
    .await;
    let everywhere = [(10, 2_000_000), (10, 1_000_000), (12, 3_000_000)];
    assert_eq!(discounts(&*store, "ann", all()).await, everywhere);
    assert_eq!(discounts(&*store, "bob", all()).await, [(10, 1_000_000)], "a free one");
    assert_eq!(discounts(&*store, "ann", Cut::as_of(day(12))).await, everywhere[..2]);
    append(&*store, [off(9, bought("t5", "ann", 9, 1)), voided("t3", Some(11), "")]).await;
    let early = Cut { revision: Some(first.revision), ..all() };
    assert_eq!(discounts(&*store, "ann", early).await, everywhere);
    // With its purchase a discount is taken back, from then on.
    let later = [(9, 9_000_000), (10, 1_000_000), (12, 3_000_000)];
    assert_eq!(discounts(&*store, "ann", all()).await, later);
    assert_eq!(discounts(&*store, "ann", Cut::as_of(day(11))).await.len(), 3);
    let store = reopened(harness, store).await;
    assert_eq!(discounts(&*store, "ann", all()).await, later, "after reopening");
    store.erase(&workspace(), &customer("ann"), day(20_001)).await.expect("is erased");
    assert_eq!(discounts(&*store, "ann", all()).await, []);
    assert_eq!(discounts(&*store, "bob", all()).await, [(10, 1_000_000)], "others keep theirs");
}

pub async fn s31_columns_may_have_discounts(harness: &dyn Harness) {
    let store = harness.open().await;
    let columns = |rows: &[(&str, i64, &str, u32, i64)]| {
        let mut columns = TransactionColumns::empty(money(1).currency);
        for (who, units, id, occurrence, off) in rows {
            columns.push(who, day(3), money(*units).amount, id, *occurrence);
            if *off > 0 {
                columns.discount_last(money(*off).amount);
            }
        }
        ColumnBatch { columns, recorded_at: day(20_000), on_reject: OnReject::Skip, reporting: None }
    };
    let rows = [("ann", 10, "t1", 0, 2), ("ann", 10, "", 1, 0), ("bob", 5, "", 1, 1), ("bob", 5, "", 2, 0)];
    let told = store.append_transactions(&workspace(), columns(&rows)).await.expect("taken");
    assert_eq!((told.recorded, told.duplicates, told.rejections), (4, 0, vec![]));
    assert_eq!(discounts(&*store, "ann", all()).await, [(3, 2_000_000)]);
    assert_eq!(discounts(&*store, "bob", all()).await, [(3, 1_000_000)]);
    let again = store.append_transactions(&workspace(), columns(&rows)).await.expect("taken");
    assert_eq!((again.recorded, again.duplicates, again.rejections), (0, 4, vec![]));
    // Columns that know of no discount contradict those that do, and the other way round.
    let bare = rows.map(|(who, units, id, occurrence, _)| (who, units, id, occurrence, 0));
    let told = store.append_transactions(&workspace(), columns(&bare)).await.expect("taken");
    assert_eq!(told.rejections, [(0, Rejection::Conflict), (2, Rejection::Conflict)]);
    assert_eq!((told.recorded, told.duplicates), (0, 2));
    let other = rows.map(|(who, units, id, occurrence, _)| (who, units, id, occurrence, 3));
    let told = store.append_transactions(&workspace(), columns(&other)).await.expect("taken");
    assert_eq!((told.recorded, told.rejections.len()), (0, 4));
    // One such row keeps a batch out that is not to be taken in part, customers too.
    let mut late = columns(&[("eve", 1, "", 1, 0), ("bob", 5, "", 1, 0)]);
    late.on_reject = OnReject::Abort;
    let told = store.append_transactions(&workspace(), late).await.expect("an answer");
    assert_eq!((told.recorded, told.rejections), (0, vec![(1, Rejection::Conflict)]));
    assert_eq!(history(&*store, "eve", all()).await, None);
    let before = everything(&*store, &workspace(), all()).await;
    let store = reopened(harness, store).await;
    assert_eq!(everything(&*store, &workspace(), all()).await, before, "after reopening");
}
