//! Cases about reading.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use lojal_domain::{Disposition, EventTime, History, Record, WorkspaceName};

use super::Harness;
use super::records::*;
use crate::{Cut, Parts, Recorded, fold, walk};

pub async fn s20_an_acknowledged_write_is_seen(harness: &dyn Harness) {
    let store = harness.open().await;
    for i in 0..50 {
        append(&*store, [bought(&format!("t{i}"), "ann", i, 1)]).await;
        let lines = history(&*store, "ann", all()).await.unwrap().lines().count();
        assert_eq!(lines as i64, i + 2);
    }
}

pub async fn s21_a_history_is_cut_by_instant_and_revision(harness: &dyn Harness) {
    let store = harness.open().await;
    let first = append(&*store, sample()).await.revision;
    let second = append(&*store, [bought("t8", "ann", 8, 1), refunded("r8", "t8", 16, 1)]).await.revision;
    let cut = |as_of, revision| Cut { as_of: day(as_of), revision };
    let lines = |text: Option<String>| text.map_or(0, |text| text.lines().count() - 1);
    // Strictly before: the purchase on day 10 is not in a history as of day 10.
    assert_eq!(lines(history(&*store, "ann", cut(10, Some(first))).await), 1);
    assert_eq!(lines(history(&*store, "ann", cut(11, Some(first))).await), 2);
    assert_eq!(lines(history(&*store, "ann", cut(100, Some(first))).await), 5);
    assert_eq!(lines(history(&*store, "ann", cut(11, Some(second))).await), 3);
    assert_eq!(lines(history(&*store, "ann", cut(100, None)).await), 7);
    assert_eq!(lines(history(&*store, "ann", cut(100, Some(0))).await), 0);
    // Facts that hold for all times are in every cut by instant.
    assert_eq!(lines(history(&*store, "dan", Cut::as_of(EventTime::MIN)).await), 1);
    assert_eq!(lines(history(&*store, "dan", cut(100, Some(0))).await), 0);
}

pub async fn s22_columns_are_ordered_by_time(harness: &dyn Harness) {
    let store = harness.open().await;
    // Backwards, in several batches, with equal times.
    for i in 0..40_i64 {
        let on = 1_000 - i / 2;
        append(
            &*store,
            [bought(&format!("t{i}"), "ann", on, i), answered(&format!("a{i}"), Some("ann"), on, 5)],
        )
        .await;
    }
    let mut seen = false;
    let mut visit = |history: &History<'_>| {
        seen = true;
        assert_eq!(history.transactions.len(), 40);
        assert!(history.transactions.is_sorted_by_key(|fact| (fact.time, fact.record)));
        assert!(history.responses.is_sorted_by_key(|fact| (fact.time, fact.record)));
    };
    store.history(&workspace(), &customer("ann"), all(), &mut visit).await.unwrap();
    assert!(seen);
}

pub async fn s23_a_customer_without_records_is_not_found(harness: &dyn Harness) {
    let store = harness.open().await;
    assert_eq!(history(&*store, "ann", all()).await, None);
    append(&*store, sample()).await;
    assert_eq!(history(&*store, "nobody", all()).await, None);
    assert_eq!(history(&*store, "ann", Cut::as_of(day(9))).await, None);
    assert!(history(&*store, "ann", Cut::as_of(day(10))).await.is_some());
    assert!(store.timeline(&workspace(), &customer("nobody"), all(), None, 10).await.unwrap().is_empty());
}

pub async fn s24_a_scan_visits_each_history_once(harness: &dyn Harness) {
    let store = harness.open().await;
    assert!(everything(&*store, &workspace(), all()).await.is_empty());
    let many = (0..500).map(|i| bought(&format!("m{i}"), &format!("c{}", i % 250), 100 + i / 250, 1));
    append(&*store, many).await;
    append(&*store, sample()).await;
    let seen = everything(&*store, &workspace(), all()).await;
    assert_eq!(seen.len(), 250 + 4 + 1);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
    assert_eq!(seen.iter().filter(|text| text.starts_with("None")).count(), 1);
    // As of day 10 there are only ann, and dan of whom something is known for all times.
    assert_eq!(everything(&*store, &workspace(), Cut::as_of(day(10))).await.len(), 2);
}

pub async fn s24_anonymous_answers_are_one_history(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, sample()).await;
    append(&*store, [answered("a8", None, 20, 4), answered("a9", Some("ann"), 20, 4)]).await;
    let anonymous = |seen: Vec<String>| -> Vec<usize> {
        let anonymous = seen.iter().filter(|text| text.starts_with("None"));
        anonymous.map(|text| text.lines().count() - 1).collect()
    };
    let seen = everything(&*store, &workspace(), all()).await;
    assert_eq!(seen.len(), 4 + 1);
    assert_eq!(anonymous(seen), [2]);
    assert_eq!(anonymous(everything(&*store, &workspace(), Cut::as_of(day(20))).await), [1]);
    assert_eq!(anonymous(everything(&*store, &workspace(), Cut::as_of(day(13))).await), [0; 0]);
}

pub async fn s25_a_walk_goes_in_order_of_first_record(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, sample()).await;
    append(&*store, (0..300).map(|i| bought(&format!("x{i}"), &format!("c{:03}", 299 - i), 50, 1))).await;
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let visit = |page: &mut Vec<(u32, String)>, history: &History<'_>| {
            page.push((history.number, history.customer.unwrap().to_owned()));
            if page.len() == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let page = walk(&*store, &workspace(), all(), after, Vec::new(), visit).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        names.extend(page.into_iter().map(|(_, name)| name));
    }
    let mut expected: Vec<String> = ["ann", "bob", "cleo", "dan"].map(str::to_owned).to_vec();
    expected.extend((0..300).map(|i| format!("c{:03}", 299 - i)));
    assert_eq!(names, expected);
}

pub async fn s26_a_timeline_is_newest_first_in_pages(harness: &dyn Harness) {
    let store = harness.open().await;
    let first = append(&*store, sample()).await.revision;
    append(&*store, [bought("t7", "ann", 14, 1), upserted("ann", "market", "hr", None)]).await;
    let whole = store.timeline(&workspace(), &customer("ann"), all(), None, 100).await.unwrap();
    let told = |recorded: &Recorded| match &recorded.record {
        Record::Transaction(transaction) => format!("bought {}", transaction.money),
        Record::Refund(refund) => format!("refunded {} of {}", refund.money, refund.transaction),
        Record::SurveyResponse(response) => {
            format!("said {} {}", response.score.unwrap_or(-1), response.comment)
        }
        Record::CustomerUpsert(upsert) => format!("is {:?}", upsert.attributes.values().next().unwrap()),
        Record::Void(void) => format!("never bought {}", void.transaction),
        Record::Interaction(interaction) => format!("{} {}", interaction.name, interaction.status),
        Record::Cost(cost) => format!("cost {}", cost.money),
    };
    let expected = [
        "is \"hr\"", // for all times, so it stands where it was recorded: last
        "refunded 10.00 EUR of t1",
        "bought 1.00 EUR",
        "said 10 comment of a3",
        "is \"gold\"",
        "bought 30.00 EUR",
        "bought 5.00 EUR",
    ];
    assert_eq!(whole.iter().map(told).collect::<Vec<_>>(), expected);
    let (mut paged, mut before) = (Vec::new(), None);
    loop {
        let page = store.timeline(&workspace(), &customer("ann"), all(), before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.position);
        paged.extend(page);
    }
    assert_eq!(paged, whole);
    let cut = Cut { as_of: day(14), revision: Some(first) };
    assert_eq!(store.timeline(&workspace(), &customer("ann"), cut, None, 100).await.unwrap().len(), 3);
    // What was written is what is read, whole.
    let bob = store.timeline(&workspace(), &customer("bob"), all(), None, 100).await.unwrap();
    let expected = [Record::Transaction(bought_nth(1, "bob", 14, 7)), bought("t2", "bob", 11, 20)];
    assert_eq!(bob.into_iter().map(|recorded| recorded.record).collect::<Vec<_>>(), expected);
    let cleo = store.timeline(&workspace(), &customer("cleo"), all(), None, 100).await.unwrap();
    assert_eq!(cleo[0].record, answered("a1", Some("cleo"), 12, 9));
}

pub async fn s26_surveys_and_interactions_are_told_whole(harness: &dyn Harness) {
    let mut store = harness.open().await;
    let newest_first = [
        contacted("i2", "ann", 9, "resolved"),
        answered("a1", Some("ann"), 8, 7),
        rated("a2", Some("ann"), 7, 6),
        asked("a3", Some("ann"), 6, Disposition::Dismissed),
        asked("a1", Some("ann"), 5, Disposition::Delivered),
        contacted("i1", "ann", 4, "opened"),
        asked("a4", Some("ann"), 3, Disposition::Bounced),
        asked("a1", Some("ann"), 2, Disposition::Invited),
    ];
    append(&*store, newest_first.clone()).await;
    for _ in 0..2 {
        assert_eq!(timeline(&*store, "ann", all()).await, newest_first);
        assert_eq!(timeline(&*store, "ann", Cut::as_of(day(6))).await, newest_first[4..]);
        let text = history(&*store, "ann", Cut::as_of(day(6))).await.unwrap();
        assert_eq!(text.lines().count(), 1 + 4, "{text}");
        store.close().await;
        drop(store);
        store = harness.open().await;
    }
}

pub async fn s26_a_timeline_tells_when_it_was_told(harness: &dyn Harness) {
    let store = harness.open().await;
    append_at(&*store, 15_000, sample()).await;
    append_at(&*store, 15_001, [bought("t7", "ann", 14, 1), upserted("ann", "market", "hr", None)]).await;
    let whole = store.timeline(&workspace(), &customer("ann"), all(), None, 100).await.unwrap();
    let told: Vec<_> = whole.iter().map(|recorded| recorded.recorded_at).collect();
    let (first, second) = (day(15_000), day(15_001));
    assert_eq!(told, [second, first, second, first, first, first, first]);
    // Facts for all times have no time of their own.
    assert_eq!(whole[0].position.time, second);
}

pub async fn s27_the_same_cut_gives_the_same_answer(harness: &dyn Harness) {
    let store = harness.open().await;
    let first = append(&*store, sample()).await.revision;
    let cut = Cut { as_of: day(14), revision: Some(first) };
    let before = everything(&*store, &workspace(), cut).await;
    for i in 0..30 {
        let records = [
            bought(&format!("n{i}"), "ann", i, 1),
            bought(&format!("m{i}"), &format!("new{i}"), i, 1),
            answered(&format!("n{i}"), None, i, 1),
            upserted("dan", "market", &format!("m{i}"), None),
        ];
        append(&*store, records).await;
        assert_eq!(everything(&*store, &workspace(), cut).await, before);
    }
}

pub async fn s28_workspaces_are_apart(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, sample()).await;
    let ours = everything(&*store, &workspace(), all()).await;
    let elsewhere = WorkspaceName::new("elsewhere").unwrap();
    assert!(everything(&*store, &elsewhere, all()).await.is_empty());
    let appended = store.append(&elsewhere, batch([bought("t1", "zoe", 1, 1)])).await.unwrap();
    assert_eq!(appended.outcomes, [crate::RowOutcome::Recorded]);
    assert_eq!(everything(&*store, &elsewhere, all()).await.len(), 1);
    assert_eq!(everything(&*store, &workspace(), all()).await, ours);
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(everything(&*store, &elsewhere, all()).await.len(), 1);
    assert_eq!(everything(&*store, &workspace(), all()).await, ours);
}

pub async fn s29_the_status_counts(harness: &dyn Harness) {
    let store = harness.open().await;
    let empty = store.status(&workspace()).await.unwrap();
    assert_eq!((empty.revision, empty.customers, empty.first_event), (0, 0, None));
    let appended = append(&*store, sample()).await;
    let status = store.status(&workspace()).await.unwrap();
    assert_eq!(status.revision, appended.revision);
    assert_eq!(
        (status.customers, status.counts.transactions(), status.counts.refunds(), status.counts.responses()),
        (4, 4, 1, 3)
    );
    assert_eq!((status.first_event, status.last_event), (Some(day(9)), Some(day(15))));
    assert!(status.writable);
}

pub async fn s26_a_timeline_tells_discounts(harness: &dyn Harness) {
    let store = harness.open().await;
    let records = [
        off(3, Record::Transaction(bought_nth(1, "ann", 10, 30))),
        off(2, bought("t1", "ann", 11, 20)),
        bought("t2", "ann", 12, 20),
    ];
    append(&*store, records.clone()).await;
    let newest_first: Vec<Record> = records.into_iter().rev().collect();
    assert_eq!(timeline(&*store, "ann", all()).await, newest_first);
    store.close().await;
    drop(store);
    let store = harness.open().await;
    assert_eq!(timeline(&*store, "ann", all()).await, newest_first);
}

pub async fn s33_a_scan_shows_the_parts_it_is_asked_for(harness: &dyn Harness) {
    let store = harness.open().await;
    append(&*store, sample()).await;
    let more = [
        off(2, bought("t7", "eve", 14, 9)),
        answered("a7", None, 14, 3),
        contacted("c7", "fay", 14, "open"),
        upserted("gus", "market", "hr", None),
        upserted("ann", "market", "pl", Some(11)),
        voided("t7", Some(17), ""),
        answered("a6", Some("hal"), 14, 6),
    ];
    let revision = append(&*store, more).await.revision;
    // Later ones, so that cuts by revision have something to leave out.
    let last = [
        bought("t8", "ann", 8, 1),
        answered("a8", Some("eve"), 15, 1),
        upserted("eve", "market", "si", None),
    ];
    append(&*store, last).await;
    let cuts =
        [all(), Cut::as_of(day(14)), Cut::as_of(day(16)), Cut { as_of: day(18), revision: Some(revision) }];
    for cut in cuts {
        for picked in 0..32 {
            let is_picked = |part: u32| picked & (1 << part) != 0;
            let parts = Parts {
                purchases: is_picked(0),
                responses: is_picked(1),
                interactions: is_picked(2),
                attributes: is_picked(3),
                costs: is_picked(4),
            };
            let seen_by = async |asked: Parts| {
                let add = move |seen: &mut Vec<(u32, String)>, history: &History<'_>| {
                    if asked != Parts::ALL {
                        seen.push((history.number, told(history)));
                    } else if !parts.of(*history).is_empty() {
                        seen.push((history.number, told(&parts.of(*history))));
                    }
                };
                let seen = fold(&*store, &workspace(), cut, asked, Vec::new, add).await.expect("a scan");
                seen.into_iter().flatten().collect::<BTreeSet<_>>()
            };
            assert_eq!(seen_by(parts).await, seen_by(Parts::ALL).await, "{parts:?} of {cut:?}");
        }
    }
}
