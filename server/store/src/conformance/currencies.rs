//! Cases about money in other currencies.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use lojal_domain::{Amount, Record, Transaction};

use super::Harness;
use super::records::*;
use crate::{Batch, Rejection, RowOutcome};

fn unconverted(record: Record) -> Record {
    let Record::Transaction(transaction) = record else { unreachable!() };
    Record::Transaction(Transaction { converted: None, ..transaction })
}

pub async fn s15_foreign_money_brings_its_converted_amount(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, [bought("t1", "ann", 10, 30)]).await;
    let foreign = bought_abroad("t2", "ann", 11, 100, 92_345_678);
    let reporting = money(1).currency;
    let mismatch = RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting });
    assert_eq!(outcome(&*store, unconverted(foreign.clone())).await, mismatch);
    assert_eq!(outcome(&*store, foreign.clone()).await, RowOutcome::Recorded);
    let expected = (vec![30_000_000, 92_345_678], vec![]);
    assert_eq!(paid(&*store, "ann", all()).await, expected);
    // The same again is told by what was paid, whatever it would come to now, and the first stays.
    for again in [foreign.clone(), unconverted(foreign.clone()), bought_abroad("t2", "ann", 11, 100, 1)] {
        assert_eq!(outcome(&*store, again).await, RowOutcome::Duplicate);
    }
    let conflict = RowOutcome::Rejected(Rejection::Conflict);
    assert_eq!(outcome(&*store, bought_abroad("t2", "ann", 11, 101, 92_345_678)).await, conflict);
    assert_eq!(outcome(&*store, bought("t2", "ann", 11, 100)).await, conflict);
    // Without an id, too: equal numbers of another currency are another purchase.
    let nth = |euros: Option<i64>| {
        let plain = bought_nth(1, "bob", 12, 7);
        let Some(micros) = euros else { return Record::Transaction(plain) };
        let converted = Some(Amount::from_micros(micros));
        Record::Transaction(Transaction { money: money_in(7, "USD"), converted, ..plain })
    };
    assert_eq!(outcome(&*store, nth(None)).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, nth(Some(6_500_000))).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, nth(Some(6_600_000))).await, RowOutcome::Duplicate);
    assert_eq!(outcome(&*store, nth(None)).await, RowOutcome::Duplicate);
    // What was written is what is read.
    assert_eq!(timeline(&*store, "ann", all()).await[0], foreign);
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(timeline(&*store, "ann", all()).await[0], foreign);
    assert_eq!(paid(&*store, "ann", all()).await, expected);
    assert_eq!(paid(&*store, "bob", all()).await, (vec![7_000_000, 6_500_000], vec![]));
    assert_eq!(outcome(&*store, foreign).await, RowOutcome::Duplicate);
}

pub async fn s15_converted_money_decides_no_currency(harness: &dyn Harness) {
    let store = harness.open().await;
    let euro = money(1).currency;
    let named = |record| Batch { reporting: Some(euro), ..batch([record]) };
    store.append(&workspace(), named(bought_abroad("t1", "ann", 10, 100, 92_000_000))).await.unwrap();
    // The first that needs no conversion does.
    assert_eq!(store.status(&workspace()).await.unwrap().currency, None);
    store.append(&workspace(), named(bought("t2", "ann", 11, 1))).await.unwrap();
    assert_eq!(store.status(&workspace()).await.unwrap().currency, Some(euro));
}

pub async fn s15_the_row_before_may_decide_the_currency(harness: &dyn Harness) {
    let store = harness.open().await;
    let records = [bought("t0", "zoe", 1, 1), bought_abroad("t1", "ann", 10, 3, 1_000_000)];
    assert_eq!(append(&*store, records).await.outcomes, [RowOutcome::Recorded, RowOutcome::Recorded]);
    assert_eq!(store.status(&workspace()).await.unwrap().currency, Some(money(1).currency));
    assert_eq!(paid(&*store, "ann", all()).await, (vec![1_000_000], vec![]));
}

pub async fn s16_a_foreign_refund_is_a_share_of_its_transaction(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, [bought("t0", "zoe", 1, 1)]).await;
    append(&*store, [bought_abroad("t1", "ann", 10, 3, 1_000_000)]).await;
    // A third each: to the millionth, and nothing is left over.
    for (id, on) in [("r1", 13), ("r2", 12), ("r3", 14)] {
        assert_eq!(outcome(&*store, refunded_abroad(id, "t1", on, 1)).await, RowOutcome::Recorded);
    }
    // By time; the shares are those of the order of recording.
    let expected = (vec![1_000_000], vec![333_334, 333_333, 333_333]);
    assert_eq!(paid(&*store, "ann", all()).await, expected);
    let left = RowOutcome::Rejected(Rejection::RefundExceedsTransaction { left: Amount::ZERO });
    assert_eq!(outcome(&*store, refunded_abroad("r4", "t1", 15, 1)).await, left);
    // It is given in the currency of its transaction, and so is what is left of it.
    append(&*store, [bought_abroad("t2", "bob", 10, 100, 92_000_001)]).await;
    let reporting = money_in(1, "USD").currency;
    let mismatch = RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting });
    assert_eq!(outcome(&*store, refunded("r5", "t2", 11, 1)).await, mismatch);
    append(&*store, [refunded_abroad("r5", "t2", 11, 60)]).await;
    let left = Rejection::RefundExceedsTransaction { left: Amount::from_micros(40_000_000) };
    assert_eq!(outcome(&*store, refunded_abroad("r6", "t2", 11, 41)).await, RowOutcome::Rejected(left));
    append(&*store, [refunded_abroad("r6", "t2", 11, 40)]).await;
    assert_eq!(paid(&*store, "bob", all()).await, (vec![92_000_001], vec![55_200_001, 36_800_000]));
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(paid(&*store, "ann", all()).await, expected);
    assert_eq!(paid(&*store, "bob", all()).await, (vec![92_000_001], vec![55_200_001, 36_800_000]));
    // Within one batch, too.
    let records = [bought_abroad("t3", "cleo", 10, 3, 1), refunded_abroad("r7", "t3", 11, 1)];
    append(&*store, records).await;
    append(&*store, [refunded_abroad("r8", "t3", 12, 2)]).await;
    assert_eq!(paid(&*store, "cleo", all()).await, (vec![1], vec![0, 1]));
}

pub async fn s17_a_batch_may_name_the_currency(harness: &dyn Harness) {
    let store = harness.open().await;
    let euro = money(1).currency;
    let named = |records: Vec<Record>| Batch { reporting: Some(euro), ..batch(records) };
    let foreign = bought_abroad("t1", "ann", 10, 100, 92_000_000);
    let mismatch = RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting: euro });
    let appended = store.append(&workspace(), named(vec![unconverted(foreign.clone())])).await.unwrap();
    assert_eq!(appended.outcomes, [mismatch]);
    let appended = store.append(&workspace(), named(vec![foreign])).await.unwrap();
    assert_eq!(appended.outcomes, [RowOutcome::Recorded]);
    store.append(&workspace(), named(vec![bought("t2", "ann", 11, 1)])).await.unwrap();
    assert_eq!(store.status(&workspace()).await.unwrap().currency, Some(euro));
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(store.status(&workspace()).await.unwrap().currency, Some(euro));
    assert_eq!(paid(&*store, "ann", all()).await, (vec![92_000_000, 1_000_000], vec![]));
}

pub async fn s31_a_discount_is_converted_with_its_transaction(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, [bought("t1", "bob", 10, 1)]).await;
    // 10 dollars are 5 euros, so 3 dollars off are 1.50.
    let abroad = off(3, bought_abroad("t2", "ann", 10, 10, 5_000_000));
    assert_eq!(outcome(&*store, abroad.clone()).await, RowOutcome::Recorded);
    assert_eq!(outcome(&*store, abroad.clone()).await, RowOutcome::Duplicate);
    let more = off(4, bought_abroad("t2", "ann", 10, 10, 5_000_000));
    assert_eq!(outcome(&*store, more).await, RowOutcome::Rejected(Rejection::Conflict));
    let told = |history: Option<String>| history.expect("a history");
    let before = told(history(&*store, "ann", all()).await);
    assert!(before.contains("DiscountFact") && before.contains("Amount(1500000)"), "{before}");
    assert_eq!(timeline(&*store, "ann", all()).await, [abroad]);
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(told(history(&*store, "ann", all()).await), before, "after reopening");
}
