//! Cases about voids, and about what was known when.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use lojal_domain::{EventTime, Record, WorkspaceName};

use super::Harness;
use super::records::*;
use crate::{Cut, Rejection, RowOutcome};

const RECORDED: RowOutcome = RowOutcome::Recorded;
const DUPLICATE: RowOutcome = RowOutcome::Duplicate;
const CONFLICT: RowOutcome = RowOutcome::Rejected(Rejection::Conflict);

pub async fn s12_a_transaction_has_one_void(harness: &dyn Harness) {
    let store = harness.open().await;
    let auto = bought_nth(1, "ann", 10, 30);
    let auto_id = auto.key().to_derived_id();
    let bought = [bought("t1", "ann", 10, 30), bought("t2", "ann", 11, 5), Record::Transaction(auto)];
    append(&*store, bought).await;
    let unknown = RowOutcome::Rejected(Rejection::UnknownTransaction);
    let early = RowOutcome::Rejected(Rejection::VoidBeforeTransaction);
    let steps = [
        (voided("t9", None, "test"), unknown),
        (voided("t1", Some(9), "test"), early),
        (voided("t1", Some(12), "test"), RECORDED),
        (voided("t1", Some(12), "test"), DUPLICATE),
        (voided("t1", Some(13), "test"), CONFLICT),
        (voided("t1", None, "test"), CONFLICT),
        (voided("t1", Some(12), "fraud"), CONFLICT),
        // Without a time it takes effect with its transaction, which can be said in two ways.
        (voided("t2", None, ""), RECORDED),
        (voided("t2", Some(11), ""), DUPLICATE),
        // A transaction without an id is named by its derived one.
        (voided(&auto_id, None, ""), RECORDED),
        (voided(&auto_id, None, ""), DUPLICATE),
    ];
    for (step, (record, expected)) in steps.into_iter().enumerate() {
        assert_eq!(outcome(&*store, record).await, expected, "step {step}");
    }
    assert_eq!(store.status(&workspace()).await.unwrap().counts.voids(), 3);
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(outcome(&*store, voided("t1", Some(12), "test")).await, DUPLICATE);
    assert_eq!(outcome(&*store, voided("t1", Some(13), "test")).await, CONFLICT);
    // Also within one batch.
    let records =
        [super::records::bought("t5", "bob", 20, 1), voided("t5", None, "x"), voided("t5", None, "y")];
    assert_eq!(append(&*store, records).await.outcomes, [RECORDED, RECORDED, CONFLICT]);
}

pub async fn s13_a_void_takes_effect_at_its_instant(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, sample()).await;
    let second = append(&*store, [refunded("r2", "t2", 16, 20), answered("a9", Some("bob"), 12, 1)]).await;
    let second = second.revision;
    let everybody = everything(&*store, &workspace(), all()).await;
    // t1 of day 10, refunded on day 15, is taken back on day 20.
    let third = append(&*store, [voided("t1", Some(20), "test")]).await.revision;
    let cut = |as_of, revision| Cut { as_of: day(as_of), revision };
    let before = (vec![5_000_000, 30_000_000], vec![10_000_000]);
    assert_eq!(paid(&*store, "ann", cut(20, None)).await, before);
    assert_eq!(paid(&*store, "ann", cut(21, None)).await, (vec![5_000_000], vec![]));
    assert_eq!(paid(&*store, "ann", cut(21, Some(second))).await, before);
    assert_eq!(everything(&*store, &workspace(), Cut { revision: Some(second), ..all() }).await, everybody);
    // t2 of day 11 is taken back for good: no instant sees it, but the revisions before do.
    let fourth = append(&*store, [voided("t2", None, "test")]).await.revision;
    for as_of in [11, 12, 100] {
        let (paid, back) = paid(&*store, "bob", cut(as_of, None)).await;
        assert_eq!((paid.len(), back.len()), (usize::from(as_of == 100), 0), "as of day {as_of}");
    }
    assert_eq!(paid(&*store, "bob", cut(12, Some(third))).await, (vec![20_000_000], vec![]));
    // What happened later does not make it come back, and what a scan shows is what a history shows.
    append(&*store, [bought("t8", "bob", 30, 1)]).await;
    let bob = history(&*store, "bob", all()).await.unwrap();
    assert_eq!(bob.lines().count(), 1 + 2 + 1);
    assert!(everything(&*store, &workspace(), all()).await.contains(&bob));
    let before = everything(&*store, &workspace(), cut(21, Some(fourth))).await;
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(everything(&*store, &workspace(), cut(21, Some(fourth))).await, before);
    assert_eq!(history(&*store, "bob", all()).await, Some(bob));
    // A customer with nothing but voided purchases is not found; when they still had some, they are.
    append(&*store, [bought("t10", "zoe", 40, 1)]).await;
    append(&*store, [voided("t10", Some(50), "")]).await;
    assert_eq!(history(&*store, "zoe", all()).await, None);
    assert!(history(&*store, "zoe", cut(50, None)).await.is_some());
}

pub async fn s14_a_voided_transaction_stays_recorded(harness: &dyn Harness) {
    let store = harness.open().await;
    let refund = refunded("r1", "t1", 11, 10);
    let first = append(&*store, [bought("t1", "ann", 10, 30), refund.clone()]).await.revision;
    append(&*store, [voided("t1", Some(15), "fraud")]).await;
    // Loading a log again does not bring it back.
    assert_eq!(outcome(&*store, bought("t1", "ann", 10, 30)).await, DUPLICATE);
    assert_eq!(outcome(&*store, bought("t1", "ann", 10, 31)).await, CONFLICT);
    assert_eq!(outcome(&*store, refund.clone()).await, DUPLICATE);
    let voided_already = RowOutcome::Rejected(Rejection::TransactionVoided);
    // Also a refund that was before the void, but comes after it.
    for on in [12, 20] {
        assert_eq!(outcome(&*store, refunded("r2", "t1", on, 1)).await, voided_already);
    }
    assert_eq!(history(&*store, "ann", all()).await, None);
    let whole = [voided("t1", Some(15), "fraud"), refund.clone(), bought("t1", "ann", 10, 30)];
    assert_eq!(timeline(&*store, "ann", all()).await, whole);
    assert_eq!(timeline(&*store, "ann", Cut::as_of(day(15))).await, whole[1..]);
    assert_eq!(timeline(&*store, "ann", Cut { revision: Some(first), ..all() }).await, whole[1..]);
    let status = store.status(&workspace()).await.unwrap();
    assert_eq!((status.counts.transactions(), status.counts.refunds(), status.counts.voids()), (1, 1, 1));
    assert_eq!((status.customers, status.last_event), (1, Some(day(15))));
    // A void without a time stands right after its transaction.
    append(&*store, [bought("t2", "bob", 10, 30), bought("t3", "bob", 12, 30)]).await;
    append(&*store, [voided("t2", None, "")]).await;
    let whole = [bought("t3", "bob", 12, 30), voided("t2", None, ""), bought("t2", "bob", 10, 30)];
    assert_eq!(timeline(&*store, "bob", all()).await, whole);
    let recorded = store.timeline(&workspace(), &customer("bob"), all(), None, 2).await.unwrap();
    assert_eq!(recorded[1].position.time, day(10));
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(timeline(&*store, "bob", all()).await, whole);
    assert_eq!(outcome(&*store, refunded("r3", "t2", 20, 1)).await, voided_already);
}

pub async fn s18_recorded_instants_never_go_back(harness: &dyn Harness) {
    let store = harness.open().await;
    append_at(&*store, 100, [bought("t1", "ann", 10, 1)]).await;
    append_at(&*store, 90, [bought("t2", "ann", 11, 1)]).await;
    let recorded = store.timeline(&workspace(), &customer("ann"), all(), None, 10).await.unwrap();
    assert!(recorded.iter().all(|recorded| recorded.recorded_at == day(100)));
    assert_eq!(store.revision_at(&workspace(), day(99)).await.unwrap(), 0);
    assert_eq!(store.revision_at(&workspace(), day(100)).await.unwrap(), 2);
}

pub async fn s30_a_revision_is_found_by_its_instant(harness: &dyn Harness) {
    let store = harness.open().await;
    assert_eq!(store.revision_at(&workspace(), EventTime::MAX).await.unwrap(), 0);
    append_at(&*store, 100, [bought("t1", "ann", 10, 1)]).await;
    append_at(&*store, 110, [bought("t2", "ann", 11, 1)]).await;
    // A write that records nothing has no revision.
    append_at(&*store, 115, [bought("t2", "ann", 11, 1)]).await;
    append_at(&*store, 120, [bought("t3", "bob", 12, 1)]).await;
    let expected = [(99, 0), (100, 1), (109, 1), (110, 2), (119, 2), (120, 3), (500, 3)];
    for (at, revision) in expected {
        assert_eq!(store.revision_at(&workspace(), day(at)).await.unwrap(), revision, "day {at}");
    }
    // An erasure is a write like another.
    assert_eq!(store.erase(&workspace(), &customer("bob"), day(130)).await.unwrap().revision, 4);
    store.close().await;
    drop(store);
    let store = harness.open().await;
    for (at, revision) in expected.into_iter().chain([(129, 3), (130, 4)]).filter(|(at, _)| *at < 500) {
        assert_eq!(store.revision_at(&workspace(), day(at)).await.unwrap(), revision, "day {at}, reopened");
    }
    let elsewhere = WorkspaceName::new("elsewhere").unwrap();
    assert_eq!(store.revision_at(&elsewhere, EventTime::MAX).await.unwrap(), 0);
}

pub async fn s30_a_record_tells_the_instant_of_its_revision(harness: &dyn Harness) {
    let mut store = harness.open().await;
    let mut revisions = Vec::new();
    for (at, id, who) in [(100, "t1", "ann"), (101, "t2", "ann"), (102, "t3", "bob")] {
        let record = bought(id, who, 10, 1);
        let appended = append_at(&*store, at, [record.clone()]).await;
        let recorded = store.timeline(&workspace(), &customer(who), all(), None, 10).await.unwrap();
        let told = recorded.iter().find(|recorded| recorded.record == record).unwrap();
        revisions.push((appended.revision, told.recorded_at));
    }
    assert!(revisions.is_sorted_by(|before, after| before.0 < after.0 && before.1 < after.1));
    for _ in 0..2 {
        for &(revision, at) in &revisions {
            assert_eq!(store.revision_at(&workspace(), at).await.unwrap(), revision);
            let just_before = store.revision_at(&workspace(), at.minus_micros(1)).await.unwrap();
            assert_eq!(just_before, revision - 1);
        }
        assert_eq!(store.revision_at(&workspace(), EventTime::MIN).await.unwrap(), 0);
        assert_eq!(store.revision_at(&workspace(), EventTime::MAX).await.unwrap(), 3);
        store.close().await;
        drop(store);
        store = harness.open().await;
    }
}
