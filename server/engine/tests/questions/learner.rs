//! A shop whose customers come in bursts, which no model of the family knows: what a learner beside the models makes of it.

use std::sync::Arc;

use lojal_domain::{Horizon, Record};
use lojal_engine::{
    CompareModels, CustomerForecast, FitModel, FittedModel, Habit, HoldoutDays, IntervalMethod, LearnerScore,
    Outlook, PredictCustomer, PredictCustomers, PredictionOrder, PurchaseModelKind, Reach, Scope, TimeUnit,
    WhenDue, Whom,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution as _, Exp};

use crate::common::{Shop, all_of, answered, at, bought, customer};

const NOW: &str = "2026-03-01";
const CUSTOMERS: u32 = 600;
const DAYS: f64 = 700.0;

/// Everybody comes to stay, every few days for some weeks, and then not for months.
fn bursts() -> Vec<Record> {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut records = Vec::new();
    for who in 0..CUSTOMERS {
        let mut exponential = |mean: f64| Exp::new(1.0 / mean).unwrap().sample(&mut random);
        let mut day = exponential(120.0);
        let mut days = Vec::new();
        while day < DAYS {
            let end = day + exponential(35.0);
            while day < end.min(DAYS) {
                days.push(day as i64);
                day += 1.0 + exponential(6.0);
            }
            day = end + exponential(110.0);
        }
        days.dedup();
        records.extend(days.into_iter().map(|day| {
            let date = jiff::civil::date(2024, 3, 31).checked_add(jiff::Span::new().days(day)).unwrap();
            bought(&format!("t{who}-{day}"), &format!("c{who}"), &date.to_string(), "10.00")
        }));
    }
    records
}

pub(crate) async fn shop_of(records: Vec<Record>) -> Shop {
    let shop = Shop::new(NOW);
    shop.record(records).await;
    shop
}

pub(crate) fn outlook(as_of: Option<&str>, reach: Reach) -> Outlook {
    Outlook {
        reach,
        scope: Scope { as_of: as_of.map(at), known_at: None, ..Scope::default() },
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: 0.1,
        intervals: Some(IntervalMethod::Delta),
    }
}

pub(crate) fn quarter() -> Reach {
    Reach::Within(Horizon::parse("90d").unwrap())
}

pub(crate) async fn about(shop: &Shop, whom: Whom, outlook: Outlook) -> CustomerForecast {
    let question = PredictCustomer { whom, outlook, with_distribution: true, with_alive_history: true };
    shop.engine.predict_customer(&shop.workspace, question).await.unwrap()
}

pub(crate) async fn default_of(shop: &Shop) -> Arc<FittedModel> {
    about(shop, Whom::NewCustomer, outlook(None, quarter())).await.model
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-6 * wanted.abs().max(1.0), "{found}, not {wanted}");
}

#[tokio::test]
async fn habits_that_models_do_not_know_are_learned_and_explained() {
    let shop = shop_of(bursts()).await;
    let model = default_of(&shop).await;
    let learner = model.learner.as_ref().unwrap();
    let LearnerScore { weight, gain, .. } = learner.score();
    assert!(weight.value.unwrap() > 0.3 && weight.standard_error.unwrap() < 0.2, "{weight:?}");
    assert!(gain.low.unwrap() > 0.01, "{gain:?}");
    assert!(
        model.id.starts_with("mixture-") && model.reason.contains("a learner sees in habits"),
        "{model:?}"
    );
    let question = CompareModels { kinds: Vec::new(), days: HoldoutDays::default(), unit: TimeUnit::Week };
    let compared = shop.engine.compare_models(&shop.workspace, question).await.unwrap().learner.unwrap();
    assert_eq!((compared.weight, compared.gain), (weight, gain));

    // Who has been away for as long as usual is there again soon; models have given them up.
    let mut raised = 0;
    for who in 0..40 {
        let forecast =
            about(&shop, Whom::Customer(customer(&format!("c{who}"))), outlook(None, quarter())).await;
        let moved = forecast.moved_odds.clone().unwrap();
        let alive = forecast.prediction.expected.alive;
        raised += i32::from(alive > moved.alive_before + 0.02);
        let log_odds = moved.of_everybody + moved.habits.iter().map(|by| by.moved).sum::<f64>();
        assert_eq!(alive > moved.alive_before, log_odds > 0.0, "{moved:?}");
        assert!(moved.habits.windows(2).all(|pair| pair[0].moved.abs() >= pair[1].moved.abs()));
        let alive_before = moved.habits.iter().find(|by| by.habit == Habit::AliveProbability);
        if let Some(by) = alive_before {
            assert!((by.value.unwrap() - moved.alive_before).abs() < 1e-6, "{by:?}");
        }
        // Everything that is said hangs together.
        let expected = forecast.prediction.expected;
        let distribution = forecast.distribution.as_ref().unwrap();
        near(1.0 - distribution.probabilities[0], expected.purchase_probability.unwrap());
        assert!(expected.purchase_probability.unwrap() <= alive + 1e-9);
        let interval = forecast.prediction.intervals.alive.unwrap();
        assert!(interval.low <= alive && alive <= interval.high, "{interval:?}");
        let (later, interval) = forecast.alive_at_horizon.unwrap();
        assert!(later <= alive && interval.is_some_and(|of| of.low <= later && later <= of.high));
        near(forecast.alive_history.last().unwrap().probability, alive);
    }
    // NBD, which is one of the models, and their pace have said it of most already.
    assert!(raised >= 1, "{raised}");
}

#[tokio::test]
async fn all_predictions_are_those_of_each_and_their_sums() {
    let shop = shop_of(bursts()).await;
    for reach in [quarter(), Reach::Forever] {
        let question = PredictCustomers {
            outlook: outlook(None, reach),
            order: PredictionOrder::Clv,
            limit: Some(usize::MAX),
            with_intervals: true,
            with_ranges: false,
            with_shares: false,
            with_totals: true,
        };
        let mut batches = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
        let totals = batches.totals().unwrap();
        let all = all_of(&mut batches).await;
        let sum = |of: &dyn Fn(&lojal_engine::Prediction) -> f64| all.iter().map(of).sum::<f64>();
        let close =
            |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 1e-9, "{found} {wanted}");
        close(totals.alive_customers.value.unwrap(), sum(&|one| one.expected.alive));
        close(totals.clv.value.unwrap(), sum(&|one| one.expected.clv.unwrap()));
        assert!(totals.clv.low < totals.clv.value && totals.clv.value < totals.clv.high, "{totals:?}");
        if reach == quarter() {
            close(totals.expected_purchases.value.unwrap(), sum(&|one| one.expected.purchases.unwrap()));
            let range = totals.ranges.purchases.unwrap();
            assert!(range.low_95 < totals.expected_purchases.value.unwrap(), "{range:?}");
        }
        assert!(all.windows(2).all(|pair| pair[0].expected.clv >= pair[1].expected.clv));
        let first = about(&shop, Whom::Customer(customer(&all[0].customer)), outlook(None, reach)).await;
        assert_eq!(first.prediction.expected, all[0].expected);
        assert_eq!(first.prediction.intervals, all[0].intervals);
    }
}

#[tokio::test]
async fn somebody_who_bought_today_is_as_a_new_customer() {
    let mut records = bursts();
    records.push(bought("today", "newcomer", "2026-02-28", "10.00"));
    let shop = shop_of(records).await;
    let new = about(&shop, Whom::NewCustomer, outlook(Some("2026-03-01"), quarter())).await;
    let today =
        about(&shop, Whom::Customer(customer("newcomer")), outlook(Some("2026-03-01"), quarter())).await;
    assert_eq!((new.prediction.expected, new.moved_odds), (today.prediction.expected, today.moved_odds));
}

#[tokio::test]
async fn the_same_records_teach_the_same_however_they_came() {
    let forwards = bursts();
    let mut by_day = forwards.clone();
    by_day.sort_by_key(|record| match record {
        Record::Transaction(transaction) => transaction.time,
        _ => unreachable!("there are purchases only"),
    });
    let backwards: Vec<Record> = forwards.iter().rev().cloned().collect();
    let mut said = Vec::new();
    for records in [forwards, by_day, backwards] {
        let shop = shop_of(records).await;
        let model = default_of(&shop).await;
        let one = about(&shop, Whom::Customer(customer("c7")), outlook(None, quarter())).await;
        said.push((model.learner.clone(), one.prediction.expected, one.prediction.intervals));
    }
    assert_eq!(said[0], said[1]);
    assert_eq!(said[0], said[2]);
}

#[tokio::test]
async fn a_learner_is_kept_with_its_model_and_knows_nothing_of_later() {
    let records = bursts();
    let day = at("2025-10-01");
    let is_early = |record: &Record| matches!(record, Record::Transaction(of) if of.time < day);
    let early: Vec<Record> = records.iter().filter(|record| is_early(record)).cloned().collect();
    let shop = shop_of(records).await;
    let model = default_of(&shop).await;
    let reopened = shop.reopened();
    assert_eq!(default_of(&reopened).await, model);
    // As of a day in the past everything is as if nothing had come after it.
    let then = shop_of(early).await;
    let c9 = || Whom::Customer(customer("c9"));
    let looking_back = about(&shop, c9(), outlook(Some("2025-10-01"), quarter())).await;
    let knowing_no_more = about(&then, c9(), outlook(Some("2025-10-01"), quarter())).await;
    assert!(looking_back.moved_odds.is_some());
    assert_eq!(looking_back.moved_odds, knowing_no_more.moved_odds);
    assert_eq!(looking_back.prediction.expected, knowing_no_more.prediction.expected);
}

/// Everybody buys at the same rate; who will recommend us stays for years, and who will not for a month or two. All are asked after ten days.
fn promoters_stay() -> Vec<Record> {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let date = |day: f64| {
        let days = jiff::Span::new().days(day as i64);
        jiff::civil::date(2024, 3, 31).checked_add(days).unwrap().to_string()
    };
    let mut records = Vec::new();
    for who in 0..CUSTOMERS {
        let mut exponential = |mean: f64| Exp::new(1.0 / mean).unwrap().sample(&mut random);
        let (name, score) = (format!("c{who}"), if who % 2 == 0 { 9 } else { 2 });
        let first = 500.0 * f64::from(who) / f64::from(CUSTOMERS);
        let left = first + exponential(if score > 8 { 1_500.0 } else { 45.0 });
        let mut day = first;
        while day < left.min(DAYS) {
            records.push(bought(&format!("t{who}-{day:.0}"), &name, &date(day), "10.00"));
            day += 1.0 + exponential(25.0);
        }
        records.push(Record::SurveyResponse(answered(
            &format!("a{who}"),
            Some(&name),
            &date(first + 10.0),
            score,
        )));
    }
    records
}

#[tokio::test]
async fn what_customers_said_counts_from_the_day_on_which_they_said_it() {
    let shop = shop_of(promoters_stay()).await;
    let model = default_of(&shop).await;
    let learner = model.learner.as_ref().unwrap();
    assert!(learner.score().gain.low.unwrap() > 0.0, "{:?}", learner.score());
    assert_eq!(learner.importance[0].0, Habit::LastNps, "{:?}", learner.importance);
    // Two who did the same: their last answers tell them apart.
    let mut records = promoters_stay();
    for (who, score) in [("fan", 9), ("foe", 2)] {
        for day in ["2026-01-20", "2026-02-10"] {
            records.push(bought(&format!("{who}-{day}"), who, day, "10.00"));
        }
        records.push(Record::SurveyResponse(answered(who, Some(who), "2026-02-20", score)));
    }
    let shop = shop_of(records).await;
    let said = async |who: &str, day| {
        about(&shop, Whom::Customer(customer(who)), outlook(Some(day), quarter())).await
    };
    let [fan, foe] = [said("fan", "2026-03-01").await, said("foe", "2026-03-01").await];
    let alive = |of: &CustomerForecast| of.prediction.expected.alive;
    assert!(alive(&fan) > alive(&foe) + 0.1, "{} {}", alive(&fan), alive(&foe));
    let nps =
        foe.moved_odds.clone().unwrap().habits.into_iter().find(|by| by.habit == Habit::LastNps).unwrap();
    assert!(nps.value == Some(2.0) && nps.moved < 0.0, "{nps:?}");
    // Until then nobody knew, and the history of what was known says so.
    let before = |of: &CustomerForecast| {
        let points = of.alive_history.iter();
        points.filter(|point| point.day < 20_504).map(|point| point.probability).collect::<Vec<_>>()
    };
    assert!(before(&fan).len() > 3);
    assert_eq!(before(&fan), before(&foe));
    let [fan, foe] = [said("fan", "2026-02-20").await, said("foe", "2026-02-20").await];
    assert_eq!(fan.prediction.expected, foe.prediction.expected);
}

#[tokio::test]
async fn a_model_by_name_has_no_learner() {
    let shop = shop_of(bursts()).await;
    let question = FitModel {
        kind: Some(PurchaseModelKind::MbgNbd),
        covariates: Vec::new(),
        last_day: None,
        unit: TimeUnit::Week,
        replicates: 0,
        keep_default: false,
        request_id: None,
    };
    let go_on = |_| std::ops::ControlFlow::Continue(());
    let (named, _) = shop.engine.fit_model(&shop.workspace, question.clone(), go_on).await.unwrap();
    assert!(named.learner.is_none() && !named.is_mixed());
    let chosen = FitModel { kind: None, ..question.clone() };
    let (chosen, _) = shop.engine.fit_model(&shop.workspace, chosen, go_on).await.unwrap();
    assert!(chosen.learner.is_some() && chosen.is_mixed() && !chosen.members().is_empty());
    let simulated = FitModel { kind: None, replicates: 20, ..question };
    let (simulated, _) = shop.engine.fit_model(&shop.workspace, simulated, go_on).await.unwrap();
    assert!(simulated.learner.is_none() && !simulated.is_mixed());
}
