//! Shops in which something beside purchase days tells who comes back: what they spend, discounts, what they say. And what may tell
//! nothing: what everybody has, what is chance, and attributes.

use std::collections::BTreeMap;

use lojal_domain::{
    Amount, AttributeName, CustomerUpsert, EventTime, Record, ResponseId, SurveyMetric, SurveyResponse,
};
use lojal_engine::{FittedModel, Habit, PredictCustomers, Prediction, PredictionOrder, Whom};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution as _, Exp, StandardUniform};

use crate::common::{Shop, all_of, at, bought, customer, refunded};
use crate::learner::{about, default_of, outlook, quarter, shop_of};

const CUSTOMERS: u32 = 600;
const DAYS: f64 = 700.0;

/// A purchase that is to be made.
struct Visit {
    id: String,
    who: String,
    /// Days since the shop opened.
    day: i64,
    /// Which of the customer's it is, from 0.
    place: u32,
    /// Whether they are of those who stay for years, or of those who leave after a month or two.
    stays: bool,
    /// By chance, from 0 to 1.
    chance: f64,
}

impl Visit {
    fn date(&self, later: i64) -> String {
        let days = jiff::Span::new().days(self.day + later);
        jiff::civil::date(2024, 3, 31).checked_add(days).unwrap().to_string()
    }

    fn paid(&self, amount: f64) -> Record {
        bought(&self.id, &self.who, &self.date(0), &format!("{amount:.2}"))
    }

    fn at_discount(&self, amount: f64, taken: f64) -> Record {
        let Record::Transaction(mut transaction) = self.paid(amount) else { unreachable!("a purchase") };
        transaction.discount = Amount::parse(&format!("{taken:.2}")).ok().filter(|taken| taken.micros() > 0);
        Record::Transaction(transaction)
    }

    fn given_back(&self, amount: f64) -> Record {
        refunded(&format!("r{}", self.id), &self.id, &self.date(1), &format!("{amount:.2}"))
    }

    fn answered(&self, metric: SurveyMetric, score: i16) -> Record {
        let id = ResponseId::new(format!("a{}", self.id)).unwrap();
        let response = SurveyResponse::nps(id, Some(customer(&self.who)), at(&self.date(2)), 0);
        let scale = metric.scale(None, None, false).unwrap();
        Record::SurveyResponse(SurveyResponse { metric, scale, score: Some(score), ..response })
    }
}

/// Everybody buys at the same rate, and half of them stay. What is recorded of a visit is up to `told`.
fn shop_where(told: impl Fn(&Visit) -> Vec<Record>) -> Vec<Record> {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut records = Vec::new();
    for who in 0..CUSTOMERS {
        let stays = who % 2 == 0;
        let mut exponential = |mean: f64| Exp::new(1.0 / mean).unwrap().sample(&mut random);
        let first = 500.0 * f64::from(who) / f64::from(CUSTOMERS);
        let left = first + exponential(if stays { 1_500.0 } else { 45.0 });
        let mut days = Vec::new();
        let mut day = first;
        while day < left.min(DAYS) {
            days.push(day as i64);
            day += 1.0 + exponential(25.0);
        }
        for (place, day) in (0..).zip(days) {
            let id = format!("t{who}-{day}");
            let chance = StandardUniform.sample(&mut random);
            records.extend(told(&Visit { id, who: format!("c{who}"), day, place, stays, chance }));
        }
    }
    records
}

/// The same amount each time.
fn plain(visit: &Visit) -> Vec<Record> {
    vec![visit.paid(10.0)]
}

async fn everybody(shop: &Shop) -> Vec<Prediction> {
    let question = PredictCustomers {
        outlook: outlook(None, quarter()),
        order: PredictionOrder::Clv,
        limit: Some(usize::MAX),
        with_intervals: true,
        with_ranges: false,
        with_shares: false,
        with_totals: false,
    };
    let mut batches = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
    let mut all = all_of(&mut batches).await;
    all.sort_by(|a, b| a.customer.cmp(&b.customer));
    all
}

/// By how much the log score falls with a learner, of customers and landmarks that it had not seen, and the least of that that is likely; nothing
/// where there is none.
fn gain(model: &FittedModel) -> (f64, f64) {
    let gain = model.learner.as_ref().map(|learner| learner.score().gain);
    gain.map_or((0.0, 0.0), |gain| (gain.value.unwrap(), gain.low.unwrap()))
}

async fn taught(records: Vec<Record>) -> (f64, f64, Option<Habit>) {
    let shop = shop_of(records).await;
    let model = default_of(&shop).await;
    let (gain, low) = gain(&model);
    (gain, low, model.learner.as_ref().map(|learner| learner.importance[0].0))
}

#[tokio::test]
async fn what_they_spend_tells_who_comes_back() {
    let (without, ..) = taught(shop_where(plain)).await;
    let by_spend =
        |visit: &Visit| vec![visit.paid(if visit.stays { 20.0 } else { 8.0 } + 15.0 * visit.chance)];
    let (with, low, most) = taught(shop_where(by_spend)).await;
    assert!(low > 0.0 && with > without + 0.01, "{with} {low} {without}");
    assert_eq!(most, Some(Habit::MeanSpend));
}

#[tokio::test]
async fn discounts_tell_who_comes_back() {
    let (without, ..) = taught(shop_where(plain)).await;
    let by_discount = |visit: &Visit| {
        let is_bargain = visit.chance < if visit.stays { 0.2 } else { 0.8 };
        vec![visit.at_discount(10.0, if is_bargain { 4.0 } else { 0.0 })]
    };
    let (with, low, most) = taught(shop_where(by_discount)).await;
    assert!(low > 0.0 && with > without + 0.01, "{with} {low} {without}");
    assert!(matches!(most, Some(Habit::DiscountShare | Habit::LastDiscountShare)), "{most:?}");
}

#[tokio::test]
async fn satisfaction_and_effort_tell_who_comes_back() {
    let (without, ..) = taught(shop_where(plain)).await;
    // Less effort is better, as it was asked in 2010.
    for (metric, [good, bad], habit) in [
        (SurveyMetric::Csat, [5, 2], Habit::LastCsat),
        (SurveyMetric::Ces1, [1, 4], Habit::LastCes),
        (SurveyMetric::Ces2, [7, 3], Habit::LastCes),
    ] {
        let answers = |visit: &Visit| {
            let mut records = plain(visit);
            let is_asked = visit.place == 0;
            records.extend(is_asked.then(|| visit.answered(metric, if visit.stays { good } else { bad })));
            records
        };
        let (with, low, most) = taught(shop_where(answers)).await;
        assert!(low > 0.0 && with > without + 0.01, "{metric:?}: {with} {low} {without}");
        assert_eq!(most, Some(habit));
    }
}

/// Customers who stay, and give back.
const THREE: [&str; 3] = ["c8", "c10", "c12"];

/// A shop of prices, discounts, refunds and answers that tell a little.
fn told_of_everything(visit: &Visit) -> Vec<Record> {
    let price = if visit.stays { 12.0 } else { 9.0 } + 10.0 * visit.chance;
    let mut records = vec![visit.at_discount(price, if visit.chance < 0.3 { 2.0 } else { 0.0 })];
    // Of three customers alone.
    let is_returned = THREE.contains(&&*visit.who)
        && (visit.place == 2 || (visit.day > 620 && visit.place.is_multiple_of(2)));
    records.extend(is_returned.then(|| visit.given_back(3.0)));
    let score = if visit.stays { 5 } else { 3 };
    records.extend((visit.place == 1).then(|| visit.answered(SurveyMetric::Csat, score)));
    records
}

/// When something happened.
fn time(record: &Record) -> EventTime {
    match record {
        Record::Transaction(transaction) => transaction.time,
        Record::Refund(refund) => refund.time,
        Record::SurveyResponse(response) => response.time,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_that_comes_later_moves_a_forecast_of_before() {
    let records = shop_where(told_of_everything);
    let day = at("2025-10-01");
    let early: Vec<Record> = records.iter().filter(|record| time(record) < day).cloned().collect();
    let refunds = |of: &[Record]| of.iter().filter(|record| matches!(record, Record::Refund(_))).count();
    assert!(refunds(&early) > 0 && refunds(&records) > refunds(&early) && records.len() > early.len() + 100);
    let (whole, then) = (shop_of(records).await, shop_of(early).await);
    for who in THREE.into_iter().chain(["c9"]) {
        let as_of = || outlook(Some("2025-10-01"), quarter());
        let looking_back = about(&whole, Whom::Customer(customer(who)), as_of()).await;
        let knowing_no_more = about(&then, Whom::Customer(customer(who)), as_of()).await;
        assert!(looking_back.moved_odds.is_some());
        assert_eq!(
            (looking_back.moved_odds, looking_back.moved_pace),
            (knowing_no_more.moved_odds, knowing_no_more.moved_pace)
        );
        assert_eq!(looking_back.prediction, knowing_no_more.prediction);
        assert_eq!(looking_back.alive_history, knowing_no_more.alive_history);
    }
}

#[tokio::test]
async fn what_everybody_has_teaches_nothing() {
    // All prices are another, everything is at the same discount, and everybody is content.
    let same = |visit: &Visit| vec![visit.at_discount(10.0, 2.5)];
    let (plain, same) = (shop_of(shop_where(plain)).await, shop_of(shop_where(same)).await);
    assert_eq!(default_of(&plain).await.learner, default_of(&same).await.learner);
    let said =
        |all: Vec<Prediction>| all.into_iter().map(|one| (one.expected, one.intervals)).collect::<Vec<_>>();
    assert_eq!(said(everybody(&plain).await), said(everybody(&same).await));
}

#[tokio::test]
async fn chance_does_no_harm() {
    let chance = |visit: &Visit| {
        let mut records = vec![visit.at_discount(5.0 + 20.0 * visit.chance, (7.0 * visit.chance).fract())];
        let score = 1 + (50.0 * visit.chance) as i16 % 5;
        records.extend(visit.place.is_multiple_of(3).then(|| visit.answered(SurveyMetric::Csat, score)));
        records
    };
    let (plain, chance) = (shop_of(shop_where(plain)).await, shop_of(shop_where(chance)).await);
    let (without, with) = (default_of(&plain).await, default_of(&chance).await);
    let [without, with] = [gain(&without).0, gain(&with).0];
    assert!(with > without - 0.003, "{with} {without}");
    let alive = |of: &Prediction| of.expected.alive;
    let pairs = everybody(&plain).await.into_iter().zip(everybody(&chance).await);
    let moved: Vec<f64> = pairs.map(|(a, b)| (alive(&a) - alive(&b)).abs()).collect();
    let mean = moved.iter().sum::<f64>() / moved.len() as f64;
    assert!(mean < 0.03, "{mean}");
}

/// An attribute of a customer, from a day on or for all times.
fn is_from(who: &str, name: &str, value: &str, from: Option<&str>) -> Record {
    Record::CustomerUpsert(CustomerUpsert {
        customer: customer(who),
        attributes: BTreeMap::from([(AttributeName::new(name).unwrap(), value.to_owned())]),
        effective: from.map(at),
    })
}

#[tokio::test]
async fn attributes_move_no_forecast() {
    let records = shop_where(told_of_everything);
    let shop = shop_of(records.clone()).await;
    let (model, plain) = (default_of(&shop).await, everybody(&shop).await);
    assert!(model.learner.is_some());
    // One that knows who left, for all times and since a day on which nobody knew, and one with ten thousand values.
    let mut attributes = Vec::new();
    for who in 0..CUSTOMERS {
        let (name, status) = (format!("c{who}"), if who % 2 == 0 { "customer" } else { "churned" });
        attributes.push(is_from(&name, "status", status, None));
        attributes.push(is_from(&name, "phase", status, Some("2024-06-01")));
        for value in 0..17 {
            attributes.push(is_from(&name, "session", &format!("{who}-{value}"), Some("2024-05-01")));
        }
    }
    assert!(attributes.len() > 10_000);
    let shop = shop_of(records).await;
    for some in attributes.chunks(1_000) {
        shop.record(some.to_vec()).await;
    }
    let with = default_of(&shop).await;
    assert_eq!((&with.learner, &with.reason), (&model.learner, &model.reason));
    assert_eq!(everybody(&shop).await, plain);
}
