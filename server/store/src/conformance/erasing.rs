//! Cases about erasing customers and deleting workspaces.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use std::ops::ControlFlow;

use lojal_domain::{EventTime, History, REFERRED_BY, Record, WorkspaceName};

use super::Harness;
use super::records::*;
use crate::{Batch, Counts, Cut, Document, Erased, RecordKind, Rejection, RowOutcome, Store, walk};

/// Names of customers in the order of a walk, from after a number on.
async fn walked(store: &dyn Store, after: Option<u32>) -> Vec<(u32, String)> {
    let visit = |names: &mut Vec<(u32, String)>, history: &History<'_>| {
        names.push((history.number, history.customer.unwrap().to_owned()));
        ControlFlow::Continue(())
    };
    walk(store, &workspace(), all(), after, Vec::new(), visit).await.unwrap()
}

/// A sample in which ann has records of every kind, and the revisions it has.
async fn full(store: &dyn Store) -> Vec<u64> {
    let first = append(store, sample()).await;
    let contact = contacted("i1", "ann", 13, "opened");
    let second = append(store, [bought("t4", "ann", 20, 8), voided("t3", None, "test"), contact]).await;
    let third = append(store, [voided("t4", Some(25), ""), bought("t5", "eve", 12, 1)]).await;
    [first, second, third].iter().map(|appended| appended.revision).collect()
}

pub async fn s50_an_erased_customer_is_nowhere(harness: &dyn Harness) {
    let mut store = harness.open().await;
    let mut revisions = full(&*store).await;
    let before = store.status(&workspace()).await.unwrap();
    let erased = erase(&*store, "ann").await;
    let revision = before.revision + 1;
    let counts = Counts::default()
        .with(RecordKind::Transaction, 3)
        .with(RecordKind::Refund, 1)
        .with(RecordKind::Response, 1)
        .with(RecordKind::Attributes, 1)
        .with(RecordKind::Void, 2)
        .with(RecordKind::Interaction, 1);
    assert_eq!(erased, Erased { revision, counts, references: 0 });
    revisions.push(revision);
    for round in 0..2 {
        for revision in revisions.iter().copied().map(Some).chain([None]) {
            for as_of in [EventTime::MAX, day(21), day(14)] {
                let cut = Cut { as_of, revision };
                assert_eq!(history(&*store, "ann", cut).await, None, "{cut:?}, round {round}");
                assert!(timeline(&*store, "ann", cut).await.is_empty());
                let seen = everything(&*store, &workspace(), cut).await;
                assert!(seen.iter().all(|text| !text.starts_with("Some(\"ann\")")));
            }
        }
        assert!(walked(&*store, None).await.iter().all(|(_, name)| name != "ann"));
        let status = store.status(&workspace()).await.unwrap();
        assert_eq!(status.revision, revision);
        assert_eq!(status.customers, before.customers - 1);
        assert_eq!(status.counts.transactions(), before.counts.transactions() - 3);
        assert_eq!(
            (
                status.counts.refunds(),
                status.counts.responses(),
                status.counts.voids(),
                status.counts.interactions()
            ),
            (0, 2, 0, 0)
        );
        assert_eq!((status.first_event, status.last_event), (Some(day(11)), Some(day(14))));
        // The currency that a transaction decided stays, even if it was this one.
        assert_eq!(status.currency, before.currency);
        store = reopened(harness, store).await;
    }
}

pub async fn s51_erasing_is_a_write(harness: &dyn Harness) {
    let store = harness.open().await;
    assert_eq!(erase(&*store, "ann").await, Erased::default());
    let first = append(&*store, sample()).await.revision;
    let before = everything(&*store, &workspace(), all()).await;
    let erased = |after, upserts| Erased {
        revision: first + after,
        counts: Counts::default().with(RecordKind::Attributes, upserts),
        references: 0,
    };
    assert_eq!(erase(&*store, "nobody").await, erased(0, 0));
    assert_eq!(everything(&*store, &workspace(), all()).await, before);
    assert_eq!(erase(&*store, "dan").await, erased(1, 1));
    // Twice is once.
    assert_eq!(erase(&*store, "dan").await, erased(1, 0));
    assert_eq!(append(&*store, [bought("t9", "ann", 30, 1)]).await.revision, first + 2);
    let store = reopened(harness, store).await;
    assert_eq!(erase(&*store, "dan").await, erased(2, 0));
    assert_eq!(erase(&*store, "cleo").await.revision, first + 3);
}

/// Histories of all but bob, without the numbers of customers, which stand after them.
async fn without_bob(store: &dyn Store, cut: Cut) -> Vec<String> {
    let mut seen = everything(store, &workspace(), cut).await;
    seen.retain(|text| !text.starts_with("Some(\"bob\")"));
    let unnumbered = |text: String| {
        let (first, facts) = text.split_once('\n').unwrap();
        format!("{}\n{facts}", first.split(" #").next().unwrap())
    };
    seen.into_iter().map(unnumbered).collect()
}

pub async fn s52_others_are_as_they_were(harness: &dyn Harness) {
    let store = harness.open().await;
    let revisions = full(&*store).await;
    let cuts = [all(), Cut { as_of: day(13), revision: Some(revisions[0]) }];
    let mut before = Vec::new();
    for cut in cuts {
        before.push(without_bob(&*store, cut).await);
    }
    let names = async |store: &dyn Store| {
        walked(store, None).await.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    assert_eq!(names(&*store).await, ["ann", "bob", "cleo", "dan", "eve"]);
    assert_eq!(timeline(&*store, "bob", all()).await.len(), 2);
    erase(&*store, "bob").await;
    let check = async |store: &dyn Store| {
        for (cut, before) in cuts.into_iter().zip(&before) {
            assert_eq!(&without_bob(store, cut).await, before);
        }
        assert_eq!(names(store).await, ["ann", "cleo", "dan", "eve"]);
        assert_eq!(timeline(store, "ann", all()).await.len(), 9);
    };
    check(&*store).await;
    let store = reopened(harness, store).await;
    check(&*store).await;
    append(&*store, [bought("t9", "fay", 30, 1)]).await;
    assert_eq!(names(&*store).await, ["ann", "cleo", "dan", "eve", "fay"]);
    // Other workspaces, too.
    let elsewhere = WorkspaceName::new("elsewhere").unwrap();
    store.append(&elsewhere, batch([bought("t1", "ann", 1, 1)])).await.unwrap();
    erase(&*store, "ann").await;
    assert_eq!(everything(&*store, &elsewhere, all()).await.len(), 1);
}

pub async fn s52_others_keep_their_numbers(harness: &dyn Harness) {
    let store = harness.open().await;
    full(&*store).await;
    let cuts = [all(), Cut { as_of: day(13), revision: Some(1) }];
    let mut before = Vec::new();
    for cut in cuts {
        let mut seen = everything(&*store, &workspace(), cut).await;
        seen.retain(|text| !text.starts_with("Some(\"bob\")"));
        before.push(seen);
    }
    let order = walked(&*store, Some(1)).await;
    let bob = timeline(&*store, "bob", all()).await;
    assert_eq!(bob.len(), 2);
    erase(&*store, "bob").await;
    let check = async |store: &dyn Store| {
        for (cut, before) in cuts.into_iter().zip(&before) {
            assert_eq!(&everything(store, &workspace(), cut).await, before);
        }
        assert_eq!(walked(store, Some(1)).await, order);
        assert_eq!(timeline(store, "ann", all()).await.len(), 9);
    };
    check(&*store).await;
    let store = reopened(harness, store).await;
    check(&*store).await;
    // Whoever comes later comes after all that were ever there.
    append(&*store, [bought("t9", "fay", 30, 1)]).await;
    let last = walked(&*store, None).await.pop().unwrap();
    assert_eq!(last, (order.last().unwrap().0 + 1, "fay".to_owned()));
}

pub async fn s53_erased_keys_are_free(harness: &dyn Harness) {
    let mut store = harness.open().await;
    for round in 0..2 {
        full(&*store).await;
        let whole = history(&*store, "ann", all()).await.unwrap();
        let records = timeline(&*store, "ann", all()).await;
        assert_eq!(erase(&*store, "ann").await.counts.total(), 9);
        if round == 1 {
            store = reopened(harness, store).await;
        }
        // Everything is news again, in the order it happened; other content, too.
        for record in records.into_iter().rev() {
            assert_eq!(outcome(&*store, record.clone()).await, RowOutcome::Recorded, "{record:?}");
        }
        assert_eq!(history(&*store, "ann", all()).await.unwrap().lines().count(), whole.lines().count());
        assert_eq!(erase(&*store, "ann").await.counts.total(), 9);
        assert_eq!(outcome(&*store, bought("t1", "zoe", 1, 999)).await, RowOutcome::Recorded);
        assert_eq!(erase(&*store, "zoe").await.counts.transactions(), 1);
    }
}

pub async fn s60_workspaces_are_listed(harness: &dyn Harness) {
    let store = harness.open().await;
    assert_eq!(store.workspaces().await.unwrap(), []);
    let name = |name: &str| WorkspaceName::new(name).unwrap();
    // Asking is not making.
    assert_eq!(store.status(&name("asked")).await.unwrap().revision, 0);
    for other in [name("zeta"), workspace(), name("alpha")] {
        store.append(&other, batch([bought("t1", "ann", 1, 1)])).await.unwrap();
    }
    let expected = [name("alpha"), workspace(), name("zeta")];
    assert_eq!(store.workspaces().await.unwrap(), expected);
    let store = reopened(harness, store).await;
    assert_eq!(store.workspaces().await.unwrap(), expected);
}

fn document() -> Document {
    Document { collection: "models".to_owned(), key: "k".to_owned(), content: b"{}".to_vec() }
}

pub async fn s60_documents_make_a_workspace(harness: &dyn Harness) {
    let store = harness.open().await;
    let zeta = WorkspaceName::new("zeta").unwrap();
    store.put_document(&zeta, document()).await.unwrap();
    append(&*store, [bought("t1", "ann", 1, 1)]).await;
    let expected = [workspace(), zeta];
    assert_eq!(store.workspaces().await.unwrap(), expected);
    let store = reopened(harness, store).await;
    assert_eq!(store.workspaces().await.unwrap(), expected);
}

pub async fn s61_a_deleted_workspace_never_was(harness: &dyn Harness) {
    let mut store = harness.open().await;
    assert!(!store.delete_workspace(&workspace()).await.unwrap());
    let elsewhere = WorkspaceName::new("elsewhere").unwrap();
    store.append(&elsewhere, batch(sample())).await.unwrap();
    let other = everything(&*store, &elsewhere, all()).await;
    full(&*store).await;
    assert!(store.delete_workspace(&workspace()).await.unwrap());
    assert!(!store.delete_workspace(&workspace()).await.unwrap());
    for _ in 0..2 {
        assert_eq!(store.workspaces().await.unwrap(), std::slice::from_ref(&elsewhere));
        let status = store.status(&workspace()).await.unwrap();
        assert_eq!((status.revision, status.customers, status.counts.transactions()), (0, 0, 0));
        assert_eq!((status.currency, status.last_event), (None, None));
        assert!(everything(&*store, &workspace(), all()).await.is_empty());
        assert_eq!(store.revision_at(&workspace(), EventTime::MAX).await.unwrap(), 0);
        assert_eq!(everything(&*store, &elsewhere, all()).await, other);
        store = reopened(harness, store).await;
    }
    // It can be begun anew, in another currency too.
    let appended = append(&*store, [bought_in_dollars("t1", "ann")]).await;
    assert_eq!((appended.revision, appended.outcomes), (1, vec![RowOutcome::Recorded]));
    assert_eq!(walked(&*store, None).await, [(0, "ann".to_owned())]);
    assert_eq!(history(&*store, "bob", all()).await, None);
    let store = reopened(harness, store).await;
    assert_eq!(store.status(&workspace()).await.unwrap().counts.transactions(), 1);
}

pub async fn s61_documents_go_with_their_workspace(harness: &dyn Harness) {
    let mut store = harness.open().await;
    full(&*store).await;
    store.put_document(&workspace(), document()).await.unwrap();
    assert!(store.delete_workspace(&workspace()).await.unwrap());
    for _ in 0..2 {
        assert_eq!(store.workspaces().await.unwrap(), []);
        assert_eq!(store.documents(&workspace(), "models").await.unwrap(), []);
        store = reopened(harness, store).await;
    }
}

pub async fn s61_the_currency_goes_with_its_workspace(harness: &dyn Harness) {
    let mut store = harness.open().await;
    for round in 0..2 {
        let reporting = Some(money(1).currency);
        let euros = [bought("t1", "ann", 10, 1), bought_abroad("t2", "ann", 10, 100, 92_000_000)];
        for record in euros {
            let named = Batch { reporting, ..batch([record]) };
            store.append(&workspace(), named).await.unwrap();
        }
        assert_eq!(paid(&*store, "ann", all()).await, (vec![1_000_000, 92_000_000], vec![]));
        assert_eq!(store.status(&workspace()).await.unwrap().currency, reporting);
        assert!(store.delete_workspace(&workspace()).await.unwrap());
        if round == 1 {
            store = reopened(harness, store).await;
        }
        assert_eq!(store.status(&workspace()).await.unwrap().currency, None);
        append(&*store, [bought_in_dollars("t1", "ann")]).await;
        let dollars = bought_in_dollars("t9", "bob");
        assert_eq!(outcome(&*store, dollars).await, RowOutcome::Recorded);
        let reporting = money_in(1, "USD").currency;
        assert_eq!(store.status(&workspace()).await.unwrap().currency, Some(reporting));
        let mismatch = RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting });
        assert_eq!(outcome(&*store, bought("t2", "ann", 10, 1)).await, mismatch);
        assert!(store.delete_workspace(&workspace()).await.unwrap());
    }
}

/// Of bob, cleo and eve those who say that somebody with this id recommended us, at two cuts, in a history or a timeline.
async fn naming(store: &dyn Store, id: &str, first: u64) -> Vec<(&'static str, Option<u64>)> {
    let mut naming = Vec::new();
    for revision in [Some(first), None] {
        let cut = Cut { as_of: EventTime::MAX, revision };
        for who in ["bob", "cleo", "eve"] {
            let mut names = false;
            let mut visit = |history: &History<'_>| {
                names |=
                    history.attributes.iter().any(|fact| &*fact.name == REFERRED_BY && &*fact.value == id);
            };
            store.history(&workspace(), &customer(who), cut, &mut visit).await.unwrap();
            names |= timeline(store, who, cut).await.iter().any(|record| match record {
                Record::CustomerUpsert(upsert) => {
                    upsert.attributes.iter().any(|(name, value)| name.as_str() == REFERRED_BY && value == id)
                }
                _ => false,
            });
            naming.extend(names.then_some((who, revision)));
        }
    }
    naming
}

pub async fn s54_others_name_an_erased_customer_no_more(harness: &dyn Harness) {
    let mut store = harness.open().await;
    let by = |who: &str, by: &str| upserted(who, REFERRED_BY, by, None);
    let note = upserted("bob", "note", "ann", None);
    let first =
        append(&*store, [bought("t1", "ann", 10, 1), by("bob", "ann"), note, by("cleo", "dan")]).await;
    let first = first.revision;
    let before = append(&*store, [by("eve", "ann"), bought("t2", "eve", 11, 1)]).await.revision;
    assert_eq!(naming(&*store, "ann", first).await, [("bob", Some(first)), ("bob", None), ("eve", None)]);
    let customers = store.status(&workspace()).await.unwrap().customers;
    let erased = erase(&*store, "ann").await;
    assert_eq!((erased.revision, erased.counts.total(), erased.references), (before + 1, 1, 2));
    // Nobody has recorded anything of dan, who is named all the same.
    let named = erase(&*store, "dan").await;
    assert_eq!((named.revision, named.counts.total(), named.references), (before + 2, 0, 1));
    assert_eq!(erase(&*store, "dan").await, Erased { revision: before + 2, ..Erased::default() });
    for _ in 0..2 {
        assert_eq!(naming(&*store, "ann", first).await, []);
        assert_eq!(naming(&*store, "dan", first).await, []);
        let status = store.status(&workspace()).await.unwrap();
        assert_eq!((status.revision, status.customers), (before + 2, customers - 1));
        // What else they say stays, whatever it says.
        let bob = history(&*store, "bob", all()).await.unwrap();
        assert!(bob.contains("note") && bob.contains("ann"), "{bob}");
        store = reopened(harness, store).await;
    }
    // And can be said again.
    append(&*store, [by("bob", "ann")]).await;
    assert_eq!(naming(&*store, "ann", first).await, [("bob", None)]);
}
