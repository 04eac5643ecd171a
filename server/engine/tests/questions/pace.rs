//! Shops whose rates drift or have a season, which no model of the family knows: what is learned of that from past days.

use std::f64::consts::TAU;

use lojal_domain::{Horizon, Record};
use lojal_engine::{
    CustomerForecast, FitModel, IntervalMethod, Outlook, PredictCustomer, PredictCustomers, PredictionOrder,
    PurchaseModelKind, Reach, Scope, TimeUnit, WhenDue, Whom,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution as _, Exp, Exp1};

use crate::common::{Shop, all_of, at, bought, customer};

const CUSTOMERS: u32 = 240;
/// Days since the last of March of 2023.
const DAYS: f64 = 1_100.0;
const YEAR: f64 = 365.25;

/// Everybody comes within the first year, buys every six weeks in the mean times a rate of the day that is at most `most`, and stays for years.
fn customers(most: f64, rate: impl Fn(f64) -> f64) -> Vec<Record> {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut records = Vec::new();
    for who in 0..CUSTOMERS {
        let first = 360.0 * f64::from(who) / f64::from(CUSTOMERS);
        let left = first + Exp::new(1.0 / 1_500.0).unwrap().sample(&mut random);
        let own: f64 = Exp1.sample(&mut random);
        let (mut day, mut days) = (first, vec![first as i64]);
        while day < left.min(DAYS) {
            // Thinning: as many as at the highest rate, of whom those stay that the day's rate has.
            day += Exp::new(own.max(1e-3) * most / 42.0).unwrap().sample(&mut random);
            let stays: f64 = Exp1.sample(&mut random);
            if day < left.min(DAYS) && stays >= -(rate(day) / most).ln() {
                days.push(day as i64);
            }
        }
        days.dedup();
        records.extend(days.into_iter().map(|day| {
            let date = jiff::civil::date(2023, 3, 31).checked_add(jiff::Span::new().days(day)).unwrap();
            bought(&format!("t{who}-{day}"), &format!("c{who}"), &date.to_string(), "10.00")
        }));
    }
    records
}

fn growing() -> Vec<Record> {
    customers(8.0, |day| (day / YEAR).exp2())
}

fn seasonal() -> Vec<Record> {
    customers(1.8, |day| 1.0 + 0.8 * (TAU * day / YEAR).sin())
}

/// What was known by a day, and the number of purchases of its customers in the days after it.
fn known_by(records: &[Record], day: &str, days: i64) -> (Vec<Record>, f64) {
    let (from, until) = (at(day), at(day).plus_micros(days * 86_400_000_000));
    let when = |record: &Record| match record {
        Record::Transaction(of) => (of.customer.clone(), of.time),
        _ => unreachable!("there are purchases only"),
    };
    let known: Vec<Record> = records.iter().filter(|record| when(record).1 < from).cloned().collect();
    let who: std::collections::HashSet<_> = known.iter().map(|record| when(record).0).collect();
    let came = records
        .iter()
        .map(when)
        .filter(|(customer, time)| who.contains(customer) && *time >= from && *time < until);
    (known, came.count() as f64)
}

async fn shop_of(records: Vec<Record>, now: &str) -> Shop {
    let shop = Shop::new(now);
    shop.record(records).await;
    shop
}

fn outlook(as_of: Option<&str>, horizon: &str) -> Outlook {
    Outlook {
        reach: Reach::Within(Horizon::parse(horizon).unwrap()),
        scope: Scope { as_of: as_of.map(at), known_at: None, ..Scope::default() },
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: 0.1,
        intervals: Some(IntervalMethod::Delta),
    }
}

async fn about(shop: &Shop, whom: Whom, outlook: Outlook) -> CustomerForecast {
    let question = PredictCustomer { whom, outlook, with_distribution: true, with_alive_history: true };
    shop.engine.predict_customer(&shop.workspace, question).await.unwrap()
}

/// Purchases expected of everybody, and the range of 95 % of what may come.
async fn total(shop: &Shop, outlook: Outlook) -> (f64, (f64, f64)) {
    let question = PredictCustomers {
        outlook,
        order: PredictionOrder::Clv,
        limit: Some(usize::MAX),
        with_intervals: false,
        with_ranges: false,
        with_shares: false,
        with_totals: true,
    };
    let mut batches = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
    let totals = batches.totals().unwrap();
    let all = all_of(&mut batches).await;
    let sum: f64 = all.iter().map(|one| one.expected.purchases.unwrap()).sum();
    assert!((totals.expected_purchases.value.unwrap() / sum - 1.0).abs() < 1e-9);
    let range = totals.ranges.purchases.unwrap();
    (sum, (range.low_95, range.high_95))
}

fn by_name() -> FitModel {
    FitModel {
        kind: Some(PurchaseModelKind::ParetoNbd),
        covariates: Vec::new(),
        last_day: None,
        unit: TimeUnit::Week,
        replicates: 0,
        keep_default: true,
        request_id: None,
    }
}

/// How far off the default and the best model by name are, as told over came.
async fn off(records: &[Record], now: &str, days: i64) -> (Shop, f64, f64) {
    let (known, came) = known_by(records, now, days);
    let shop = shop_of(known, now).await;
    let horizon = format!("{days}d");
    let (told, (low, high)) = total(&shop, outlook(None, &horizon)).await;
    assert!(low < came && came < high, "{came} is not within {low} and {high}");
    let go_on = |_| std::ops::ControlFlow::Continue(());
    let (named, _) = shop.engine.fit_model(&shop.workspace, by_name(), go_on).await.unwrap();
    assert!(named.pace.is_none());
    let (named, _) = total(&shop, Outlook { model: Some(named.id.clone()), ..outlook(None, &horizon) }).await;
    (shop, told / came, named / came)
}

#[tokio::test]
async fn rates_that_double_every_year_are_expected_to_go_on() {
    let (shop, default, named) = off(&growing(), "2025-07-01", 180).await;
    assert!(named < 0.85, "{named}");
    assert!((default - 1.0).abs() < 0.5 * (named - 1.0).abs(), "{default} beside {named}");
    let model = about(&shop, Whom::NewCustomer, outlook(None, "180d")).await.model;
    let drift = model.pace.as_ref().unwrap().drift.as_ref().unwrap();
    assert!((1.2..2.1).contains(&drift.yearly_factor()), "{drift:?}");
    assert!(drift.gain().low.unwrap() > 0.0 && drift.weight().value.unwrap() > 0.8, "{drift:?}");
    assert!(model.reason.contains("rates drift by +"), "{}", model.reason);
}

#[tokio::test]
async fn what_comes_every_year_is_expected_again() {
    // Before the low half of the year, and in the middle of it.
    for now in ["2025-10-01", "2025-12-31"] {
        let (shop, default, named) = off(&seasonal(), now, 90).await;
        assert!((named - 1.0).abs() > 0.2, "{named}");
        assert!((default - 1.0).abs() < 0.15, "{now}: {default} beside {named}");
        let model = about(&shop, Whom::NewCustomer, outlook(None, "90d")).await.model;
        let season = model.pace.as_ref().unwrap().season.as_ref().unwrap();
        let months = season.months();
        // The first of July is a quarter of the year after the first day.
        assert!(months[5] > 1.5 && months[6] > 1.5 && months[0] < 0.5, "{months:?}");
        assert!((months.iter().sum::<f64>() / 12.0 - 1.0).abs() < 0.05, "{months:?}");
        assert!(model.reason.contains("rates have a season"), "{}", model.reason);
    }
}

#[tokio::test]
async fn everything_that_is_said_of_somebody_hangs_together_at_any_pace() {
    for records in [growing(), seasonal()] {
        let shop = shop_of(known_by(&records, "2025-12-31", 1).0, "2025-12-31").await;
        for who in ["c3", "c111"] {
            for horizon in ["7d", "90d", "2y"] {
                let forecast = about(&shop, Whom::Customer(customer(who)), outlook(None, horizon)).await;
                assert!(forecast.model.pace.is_some());
                let expected = forecast.prediction.expected;
                let distribution = forecast.distribution.as_ref().unwrap();
                let returns = expected.purchase_probability.unwrap();
                assert!((1.0 - distribution.probabilities[0] - returns).abs() < 1e-6, "{who} {horizon}");
                assert!(returns <= expected.alive + 1e-9);
                let interval = forecast.prediction.intervals.purchases.unwrap();
                let purchases = expected.purchases.unwrap();
                assert!(interval.low <= purchases && purchases <= interval.high, "{interval:?}");
                let alive = forecast.alive_history.last().unwrap().probability;
                assert!((alive - expected.alive).abs() < 1e-9, "{alive} {}", expected.alive);
                let (later, _) = forecast.alive_at_horizon.unwrap();
                assert!(later <= expected.alive + 1e-12);
            }
        }
    }
}

#[tokio::test]
async fn a_pace_is_kept_with_its_model_and_knows_nothing_of_later() {
    for records in [growing(), seasonal()] {
        let early = known_by(&records, "2025-10-01", 1).0;
        let shop = shop_of(records.clone(), "2026-03-01").await;
        let model = about(&shop, Whom::NewCustomer, outlook(None, "90d")).await.model;
        assert!(model.pace.is_some());
        let reopened = shop.reopened();
        assert_eq!(about(&reopened, Whom::NewCustomer, outlook(None, "90d")).await.model, model);
        // As of a day in the past everything is as if nothing had come after it.
        let then = shop_of(early, "2026-03-01").await;
        let c9 = || Whom::Customer(customer("c9"));
        let looking_back = about(&shop, c9(), outlook(Some("2025-10-01"), "90d")).await;
        let knowing_no_more = about(&then, c9(), outlook(Some("2025-10-01"), "90d")).await;
        assert!(looking_back.model.pace.is_some());
        assert_eq!(looking_back.model.pace, knowing_no_more.model.pace);
        assert_eq!(looking_back.prediction.expected, knowing_no_more.prediction.expected);
        // And the same records teach the same however they came.
        let backwards = shop_of(records.into_iter().rev().collect(), "2026-03-01").await;
        assert_eq!(about(&backwards, c9(), outlook(None, "90d")).await.model.pace, model.pace);
    }
}

#[tokio::test]
async fn rates_that_stay_have_no_pace() {
    let shop = shop_of(known_by(&customers(1.0, |_| 1.0), "2025-12-31", 1).0, "2025-12-31").await;
    let model = about(&shop, Whom::NewCustomer, outlook(None, "90d")).await.model;
    let moved =
        model.pace.as_ref().and_then(|pace| pace.drift.as_ref()).map_or(1.0, |drift| drift.yearly_factor());
    assert!((moved - 1.0).abs() < 0.03, "{moved}");
    assert!(model.pace.as_ref().is_none_or(|pace| pace.season.is_none()), "{:?}", model.pace);
}
