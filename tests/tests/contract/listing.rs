//! Predictions of everybody come in the order in which customers were first recorded, however they are made.

use lojal_domain::{EventTime, Horizon, Record};
use lojal_engine::{Filter, Outlook, PredictCustomers, Prediction, PredictionOrder, Reach, Scope};

use crate::own_engine::{Shop, bought, id, is_of_a_market, outlook, start_of};

const CUSTOMERS: u32 = 5_000;
const DAYS: u32 = 200;

/// Predictions of a message, at most.
const BATCH: usize = 1_000;

/// Whether somebody ever bought; one in three did not.
fn is_buyer(who: u32) -> bool {
    who % 3 != 1
}

/// The day of their first purchase. On the first days nearly nobody came, and those who did were recorded far from each other.
fn first_day(who: u32) -> u32 {
    who * 37 % DAYS
}

/// Erased, so that their numbers are nobody's.
fn is_erased(who: u32) -> bool {
    (1_950..2_110).contains(&who) && is_buyer(who)
}

fn records(who: u32) -> Vec<Record> {
    let first = first_day(who);
    let days = [first, first + 1 + who % 50].into_iter().filter(|day| *day < DAYS);
    match is_buyer(who) {
        true => days.map(|day| bought(who, day)).collect(),
        false => vec![is_of_a_market(who)],
    }
}

async fn shop() -> Shop {
    let shop = Shop::at(start_of(DAYS));
    shop.record((0..CUSTOMERS).flat_map(records)).await;
    for who in (0..CUSTOMERS).filter(|who| is_erased(*who)) {
        shop.engine.erase_customer(&shop.workspace, &id(who)).await.unwrap();
    }
    shop
}

/// All batches of a listing.
async fn batches(shop: &Shop, outlook: Outlook, limit: usize, with_intervals: bool) -> Vec<Vec<Prediction>> {
    let question = PredictCustomers {
        outlook,
        order: PredictionOrder::Recorded,
        limit: Some(limit),
        with_intervals,
        with_ranges: false,
        with_shares: false,
        with_totals: false,
    };
    let mut listing = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
    let mut all = Vec::new();
    loop {
        let batch = listing.next().await.unwrap();
        if batch.is_empty() {
            return all;
        }
        all.push(batch);
    }
}

fn buyers_before(day: u32) -> Vec<String> {
    let known = |who: &u32| is_buyer(*who) && !is_erased(*who) && first_day(*who) < day;
    (0..CUSTOMERS).filter(known).map(|who| id(who).to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_listed_once_in_order_and_in_full_messages() {
    let shop = shop().await;
    let early: Option<EventTime> = Some(start_of(3));
    for (as_of, day) in [(None, DAYS), (early, 3)] {
        let buyers = buyers_before(day);
        for limit in [usize::MAX, 1_500, BATCH, 7] {
            let listed = batches(&shop, outlook(as_of), limit, false).await;
            let names: Vec<&str> = listed.iter().flatten().map(|one| one.customer.as_str()).collect();
            assert_eq!(names, buyers[..buyers.len().min(limit)], "{day}, {limit}");
            let (last, before) = listed.split_last().unwrap();
            assert!(before.iter().all(|batch| batch.len() == BATCH) && last.len() <= BATCH, "{day}, {limit}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_customers_is_listed_as_it_would_be_made_anew() {
    let shop = shop().await;
    let anew = batches(&shop, outlook(None), usize::MAX, false).await.concat();
    // A filter on what is expected within twelve months has that remembered.
    let filter = Filter::parse("expected_purchases_12mo >= 0.0").unwrap();
    let year = |filter| {
        let asked = outlook(None);
        let reach = Reach::Within(Horizon::parse("12mo").unwrap());
        Outlook { reach, scope: Scope { filter, ..asked.scope }, ..asked }
    };
    let of_year = batches(&shop, year(None), usize::MAX, false).await.concat();
    batches(&shop, year(Some(filter)), usize::MAX, false).await;
    let remembered = batches(&shop, year(None), usize::MAX, false).await.concat();
    assert_eq!(remembered, of_year);
    assert!(of_year.iter().zip(&anew).all(|(year, half)| year.expected.purchases > half.expected.purchases));
}
