//! Lists of events and of customers: whatever the order and the size of pages, nothing is skipped and nothing comes twice.

use crate::common::{Shop, bought, customer, is, refunded, voided};
use lojal_domain::{Record, Window};
use lojal_engine::{
    CustomerOrder, CustomerView, EngineError, GetTimeline, ListCustomers, PageRequest, RecordKind, Recorded,
    Scope, TimelineOrder,
};

/// Ann does all sorts of things for a month, some of them at the same instant.
async fn busy() -> Shop {
    let shop = Shop::new("2026-03-10");
    let mut records = Vec::new();
    for number in 0..30 {
        let day = format!("2026-02-{:02}", 1 + number % 25);
        records.push(bought(&format!("t{number}"), "ann", &day, "10"));
        if number % 3 == 0 {
            records.push(refunded(&format!("r{number}"), &format!("t{number}"), "2026-03-01", "1"));
        }
        if number % 7 == 0 {
            records.push(is("ann", "plan", &format!("p{number}")));
        }
    }
    shop.record(records).await;
    shop.record([voided("t4", Some("2026-02-20")), voided("t5", None)]).await;
    shop
}

fn question(window: &str, kinds: &[RecordKind], order: TimelineOrder) -> GetTimeline {
    GetTimeline {
        customer: customer("ann"),
        scope: Scope::default(),
        window: Window::parse(window).unwrap(),
        kinds: kinds.to_vec(),
        order,
        page: PageRequest::default(),
    }
}

/// All pages, put together.
async fn events(shop: &Shop, question: &GetTimeline, size: i32) -> Vec<Recorded> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let page = PageRequest { size: Some(size), token };
        let asked = GetTimeline { page, ..question.clone() };
        let (page, _) = shop.engine.get_timeline(&shop.workspace, asked).await.unwrap();
        assert!(page.entries.len() <= size as usize);
        all.extend(page.entries);
        if page.next_token.is_empty() {
            return all;
        }
        token = page.next_token;
    }
}

#[tokio::test]
async fn a_timeline_is_the_same_in_either_order_and_in_pages_of_any_size() {
    let shop = busy().await;
    let whole = events(&shop, &question("all", &[], TimelineOrder::Newest), 1_000).await;
    assert!(whole.len() > 40, "{} events", whole.len());
    assert!(whole.windows(2).all(|pair| pair[0].position > pair[1].position), "newest first");
    let kinds =
        [&[][..], &[RecordKind::Refund], &[RecordKind::Attributes, RecordKind::Void], &[RecordKind::Cost]];
    for window in ["all", "2026-02-10/2026-02-20", "10d"] {
        let in_window = events(&shop, &question(window, &[], TimelineOrder::Newest), 1_000).await;
        for kinds in kinds {
            let is_wanted =
                |event: &&Recorded| kinds.is_empty() || kinds.contains(&RecordKind::of(&event.record));
            let expected: Vec<Recorded> = in_window.iter().filter(is_wanted).cloned().collect();
            let reversed: Vec<Recorded> = expected.iter().rev().cloned().collect();
            for size in [1, 3, 7, 100] {
                let newest = events(&shop, &question(window, kinds, TimelineOrder::Newest), size).await;
                assert_eq!(newest, expected, "{window} {kinds:?} by {size}");
                let oldest = events(&shop, &question(window, kinds, TimelineOrder::Oldest), size).await;
                assert_eq!(oldest, reversed, "{window} {kinds:?} by {size}, oldest first");
            }
        }
    }
    let refunds = events(&shop, &question("all", &[RecordKind::Refund], TimelineOrder::Oldest), 4).await;
    assert!(refunds.iter().all(|event| matches!(event.record, Record::Refund(_))) && refunds.len() == 10);
    // A page goes on only in the list it is of.
    let first = GetTimeline {
        page: PageRequest { size: Some(1), token: String::new() },
        ..question("all", &[], TimelineOrder::Newest)
    };
    let (first, _) = shop.engine.get_timeline(&shop.workspace, first).await.unwrap();
    let other = GetTimeline {
        page: PageRequest { size: Some(1), token: first.next_token },
        ..question("all", &[], TimelineOrder::Oldest)
    };
    let other = shop.engine.get_timeline(&shop.workspace, other).await;
    assert!(matches!(other, Err(EngineError::PageTokenMismatch)));
}

/// Of more events than are looked at together.
#[tokio::test]
async fn the_oldest_events_of_a_long_timeline_come_first() {
    let shop = Shop::new("2026-03-10");
    let days = |number: usize| format!("2025-{:02}-{:02}", 1 + number / 28 % 12, 1 + number % 28);
    shop.record((0..2_500).map(|number| bought(&format!("t{number}"), "ann", &days(number), "1"))).await;
    shop.record([is("ann", "plan", "gold")]).await;
    let newest = events(&shop, &question("all", &[], TimelineOrder::Newest), 1_000).await;
    let mut oldest = events(&shop, &question("all", &[], TimelineOrder::Oldest), 900).await;
    oldest.reverse();
    assert_eq!((newest.len(), &newest), (2_501, &oldest));
    let facts =
        events(&shop, &question("2025-01", &[RecordKind::Attributes], TimelineOrder::Newest), 2).await;
    assert_eq!(facts.len(), 1, "facts for all times are in every window");
}

async fn customers(shop: &Shop, order: CustomerOrder, filter: Option<&str>, size: i32) -> Vec<CustomerView> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let filter = filter.map(|text| lojal_engine::Filter::parse(text).unwrap());
        let page = PageRequest { size: Some(size), token };
        let asked = ListCustomers { scope: Scope { filter, ..Scope::default() }, order, page };
        let (page, _) = shop.engine.list_customers(&shop.workspace, asked).await.unwrap();
        all.extend(page.entries);
        if page.next_token.is_empty() {
            return all;
        }
        token = page.next_token;
    }
}

#[tokio::test]
async fn customers_come_in_every_order_in_pages_of_any_size() {
    let shop = Shop::new("2026-03-10");
    let mut records = Vec::new();
    for number in 0..23 {
        let who = format!("c{}", number * 7 % 23);
        let (day, amount) = (format!("2026-02-{:02}", 1 + number % 9), format!("{}", number % 5));
        records.push(bought(&format!("t{number}"), &who, &day, &amount));
    }
    records.extend([is("zoe", "market", "hr"), is("abe", "market", "si")]);
    shop.record(records).await;
    let recorded = customers(&shop, CustomerOrder::Recorded, None, 1_000).await;
    assert_eq!(recorded.len(), 25);
    for (order, filter) in [
        (CustomerOrder::Id, None),
        (CustomerOrder::LastTransaction, None),
        (CustomerOrder::NetSpend, None),
        (CustomerOrder::NetSpend, Some("orders >= 1")),
    ] {
        let mut expected: Vec<CustomerView> =
            recorded.iter().filter(|one| filter.is_none() || one.net_micros > 0).cloned().collect();
        expected.sort_by_key(|one| {
            let key = match order {
                CustomerOrder::LastTransaction => {
                    one.last_transaction.map_or(i128::MIN, |time| i128::from(time.micros()))
                }
                CustomerOrder::NetSpend => one.net_micros,
                _ => 0,
            };
            (std::cmp::Reverse(key), one.customer.clone())
        });
        let expected: Vec<&str> = expected.iter().map(|one| one.customer.as_str()).collect();
        for size in [1, 4, 25, 1_000] {
            let found = customers(&shop, order, filter, size).await;
            let found: Vec<&str> = found.iter().map(|one| one.customer.as_str()).collect();
            assert_eq!(found, expected, "{order:?} by {size}");
        }
    }
}
