//! Cases about costs.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use lojal_domain::{Amount, Cost, CostFact, CostId, CostKind, History, MICROS_PER_DAY, Record};

use super::Harness;
use super::records::*;
use crate::{Batch, Cut, Parts, Rejection, RowOutcome, fold};

fn cost(id: &str, who: Option<&str>, on: i64, units: i64) -> Cost {
    Cost {
        id: CostId::new(id).unwrap(),
        kind: CostKind::Incentive,
        customer: who.map(customer),
        source: String::new(),
        market: String::new(),
        time: day(on),
        end: None,
        money: money(units),
        converted: None,
    }
}

fn spent(id: &str, who: Option<&str>, on: i64, units: i64) -> Record {
    Record::Cost(cost(id, who, on, units))
}

/// A campaign of a month for those who come by a source to a market.
fn campaign(id: &str, on: i64, units: i64) -> Cost {
    Cost {
        kind: CostKind::Acquisition,
        source: "ads".to_owned(),
        market: "hr".to_owned(),
        end: Some(day(on + 30)),
        ..cost(id, None, on, units)
    }
}

pub async fn s36_costs_are_told_by_their_ids(harness: &dyn Harness) {
    let mut store = harness.open().await;
    // A cost may be called like anything else.
    append(&*store, [bought("x", "ann", 1, 1), contacted("x", "ann", 1, "opened")]).await;
    let first = campaign("x", 2, 100);
    assert_eq!(outcome(&*store, Record::Cost(first.clone())).await, RowOutcome::Recorded);
    for other in [
        Cost { kind: CostKind::Service, ..first.clone() },
        Cost {
            customer: Some(customer("ann")),
            source: String::new(),
            market: String::new(),
            ..first.clone()
        },
        Cost { source: "earned".to_owned(), ..first.clone() },
        Cost { market: String::new(), ..first.clone() },
        Cost { time: day(3), ..first.clone() },
        Cost { end: None, ..first.clone() },
        Cost { money: money(101), ..first.clone() },
    ] {
        let what = format!("{other:?}");
        let became = outcome(&*store, Record::Cost(other)).await;
        assert_eq!(became, RowOutcome::Rejected(Rejection::Conflict), "{what}");
    }
    store = reopened(harness, store).await;
    assert_eq!(outcome(&*store, Record::Cost(first)).await, RowOutcome::Duplicate);
    let status = store.status(&workspace()).await.unwrap();
    assert_eq!((status.customers, status.counts.costs()), (1, 1));
    assert_eq!(status.last_event, Some(day(2)));
}

pub async fn s36_costs_of_no_single_customer_are_one_history(harness: &dyn Harness) {
    let mut store = harness.open().await;
    let revision = append(&*store, sample()).await.revision;
    let one = [
        spent("c1", Some("ann"), 11, 3),
        spent("c2", Some("fay"), 12, 4),
        Record::Cost(campaign("c3", 10, 50)),
    ];
    append(&*store, one).await;
    let everybody = Cost { kind: CostKind::Programme, ..cost("c4", None, 9, 7) };
    append(&*store, [Record::Cost(everybody)]).await;
    for round in 0..2 {
        let spent_by = async |cut: Cut| {
            let add = |seen: &mut Vec<(Option<String>, Vec<String>)>, history: &History<'_>| {
                let told = |fact: &CostFact| {
                    let units = fact.amount.micros() / 1_000_000;
                    let days = (fact.end.micros() - fact.time.micros()) / MICROS_PER_DAY;
                    format!("{units} for {days} days of {}/{}", fact.source, fact.market)
                };
                seen.push((history.customer.map(str::to_owned), history.costs.iter().map(told).collect()));
            };
            let parts = Parts {
                purchases: false,
                responses: false,
                interactions: false,
                attributes: false,
                ..Parts::ALL
            };
            let seen = fold(&*store, &workspace(), cut, parts, Vec::new, add).await.expect("a scan");
            let mut seen: Vec<_> = seen.into_iter().flatten().collect();
            seen.sort();
            seen
        };
        let of = |who: Option<&str>, costs: &[&str]| {
            (who.map(str::to_owned), costs.iter().map(|told| (*told).to_owned()).collect::<Vec<_>>())
        };
        let nobody = of(None, &["7 for 0 days of /", "50 for 30 days of ads/hr"]);
        let (ann, fay) = (of(Some("ann"), &["3 for 0 days of /"]), of(Some("fay"), &["4 for 0 days of /"]));
        assert_eq!(spent_by(all()).await, [nobody.clone(), ann.clone(), fay], "round {round}");
        assert_eq!(spent_by(Cut::as_of(day(12))).await, [nobody, ann], "round {round}");
        let before = Cut { revision: Some(revision), ..all() };
        assert_eq!(spent_by(before).await, [], "round {round}");
        store = reopened(harness, store).await;
    }
    let timeline = timeline(&*store, "fay", all()).await;
    assert_eq!(timeline, [spent("c2", Some("fay"), 12, 4)]);
    // Whoever is erased takes their costs along, and nobody else's.
    assert_eq!(erase(&*store, "fay").await.counts.costs(), 1);
    assert_eq!(store.status(&workspace()).await.unwrap().counts.costs(), 3);
}

pub async fn s36_costs_count_in_the_currency_of_the_workspace(harness: &dyn Harness) {
    let store = harness.open().await;
    // A cost may be the first thing of all, and then decides the currency.
    assert_eq!(outcome(&*store, spent("c1", None, 1, 5)).await, RowOutcome::Recorded);
    assert_eq!(store.status(&workspace()).await.unwrap().currency, Some(money(1).currency));
    let foreign = Cost { money: money_in(10, "USD"), ..cost("c2", Some("ann"), 2, 1) };
    let rejected = RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting: money(1).currency });
    assert_eq!(outcome(&*store, Record::Cost(foreign.clone())).await, rejected);
    let nine = Cost { converted: Some(Amount::from_micros(9_000_000)), ..foreign };
    assert_eq!(outcome(&*store, Record::Cost(nine.clone())).await, RowOutcome::Recorded);
    // Whether it is the same again is told by the money spent.
    let eight = Cost { converted: Some(Amount::from_micros(8_000_000)), ..nine };
    assert_eq!(outcome(&*store, Record::Cost(eight)).await, RowOutcome::Duplicate);
    let mut amounts = Vec::new();
    let mut visit =
        |history: &History<'_>| amounts.extend(history.costs.iter().map(|fact| fact.amount.micros()));
    store.history(&workspace(), &customer("ann"), all(), &mut visit).await.unwrap();
    assert_eq!(amounts, [9_000_000]);
    // A batch that names another currency is judged by that one.
    let batch = Batch { reporting: Some(money_in(1, "USD").currency), ..batch([spent("c3", None, 2, 1)]) };
    let told = store.append(&workspace(), batch).await.unwrap();
    let rejected =
        RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting: money_in(1, "USD").currency });
    assert_eq!(told.outcomes, [rejected]);
}
