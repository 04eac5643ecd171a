//! A shop whose customers speed up and slow down, each at a time of their own: at which pace they are forecast.

use lojal_domain::Record;
use lojal_engine::{
    CompareModels, CustomerForecast, FitModel, HoldoutDays, PurchaseModelKind, TimeUnit, Whom,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution as _, Exp};

use crate::common::{Shop, bought, customer};
use crate::learner::{about, default_of, outlook, quarter, shop_of};

const CUSTOMERS: u32 = 300;
const DAYS: f64 = 700.0;
/// Days between purchases in the mean of everybody.
const GAP: f64 = 12.0;

/// Everybody comes to stay; the gaps of a third are so many times as long from a day of their own on, and those of another third so many
/// times as short.
fn shop_where(longer: f64) -> Vec<Record> {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let mut records = Vec::new();
    for who in 0..CUSTOMERS {
        let mut exponential = |mean: f64| Exp::new(1.0 / mean).unwrap().sample(&mut random);
        let mut day = exponential(60.0).min(DAYS - 1.0);
        // Rates change all the time, so what follows the last landmark is like what followed the others.
        let changes = 100.0 + 620.0 * f64::from((who * 7) % CUSTOMERS) / f64::from(CUSTOMERS);
        let then = [longer, 1.0, 1.0 / longer][who as usize % 3];
        let mut days = Vec::new();
        while day < DAYS {
            days.push(day as i64);
            let gap = if day < changes { GAP } else { GAP * then };
            day += 1.0 + exponential(gap);
        }
        records.extend(days.into_iter().map(|day| {
            let date = jiff::civil::date(2024, 3, 31).checked_add(jiff::Span::new().days(day)).unwrap();
            bought(&format!("t{who}-{day}"), &format!("c{who}"), &date.to_string(), "10.00")
        }));
    }
    records
}

async fn of(shop: &Shop, who: u32) -> CustomerForecast {
    about(shop, Whom::Customer(customer(&format!("c{who}"))), outlook(None, quarter())).await
}

#[tokio::test]
async fn who_speeds_up_is_told_to_come_faster_and_why() {
    let shop = shop_of(shop_where(3.0)).await;
    let model = default_of(&shop).await;
    let learner = model.learner.as_ref().unwrap();
    let score = learner.score().own_pace.unwrap();
    assert!(score.weight.value.unwrap() > 0.5, "{score:?}");
    assert!(score.gain.low.unwrap() > 0.02, "{score:?}");
    assert!(model.reason.contains("customers come at a pace of their own"), "{}", model.reason);
    let importance = &learner.own_pace.as_ref().unwrap().importance;
    assert!(
        importance.windows(2).all(|pair| pair[0].1 >= pair[1].1) && importance[0].1 > 0.02,
        "{importance:?}"
    );
    let question = CompareModels { kinds: Vec::new(), days: HoldoutDays::default(), unit: TimeUnit::Week };
    let compared = shop.engine.compare_models(&shop.workspace, question).await.unwrap();
    assert_eq!(compared.learner.unwrap().own_pace, Some(score.clone()));

    // Those who changed long ago: models see their whole past, and trees how they came of late.
    let long_ago = |who: &u32| (who * 7) % CUSTOMERS < CUSTOMERS / 2;
    let mut paces = [Vec::new(), Vec::new()];
    for who in (0..120).filter(long_ago) {
        let forecast = of(&shop, who).await;
        let moved = forecast.moved_pace.clone().unwrap();
        let said = moved.of_everybody + moved.habits.iter().map(|by| by.moved).sum::<f64>();
        let by_hand = (32.0 * score.weight.value.unwrap() * said).round() / 32.0;
        assert!((moved.pace.ln() - by_hand).abs() < 1e-9, "{moved:?}");
        assert!(moved.habits.windows(2).all(|pair| pair[0].moved.abs() >= pair[1].moved.abs()));
        match who % 3 {
            0 => paces[0].push(moved.pace),
            2 => paces[1].push(moved.pace),
            _ => {}
        }
        // Everything that is said hangs together.
        let (expected, distribution) = (forecast.prediction.expected, forecast.distribution.unwrap());
        let (mean, some) = (expected.purchases.unwrap(), expected.purchase_probability.unwrap());
        assert!((1.0 - distribution.probabilities[0] - some).abs() < 1e-9);
        let within: f64 = (0_u32..).zip(&distribution.probabilities).map(|(n, p)| f64::from(n) * p).sum();
        assert!(within <= mean + 1e-9 && within > 0.95 * mean, "{within} {mean}");
        let interval = forecast.prediction.intervals.purchases.unwrap();
        assert!(interval.low < mean && mean < interval.high, "{interval:?} {mean}");
    }
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let [slower, faster] = [mean(&paces[0]), mean(&paces[1])];
    // That some who slow down are taken for gone is learned as odds.
    assert!(slower < 0.9 && faster > 1.15, "{slower} {faster}");
}

#[tokio::test]
async fn forecasts_are_nearer_to_what_comes_with_paces_of_customers() {
    let records = shop_where(3.0);
    let cut = "2025-12-01";
    let date = |record: &Record| match record {
        Record::Transaction(of) => (of.customer.to_string(), of.time),
        other => unreachable!("{other:?}"),
    };
    let cut_at = crate::common::at(cut);
    let shop = shop_of(records.clone()).await;
    let question = FitModel {
        kind: Some(PurchaseModelKind::MbgNbd),
        covariates: Vec::new(),
        last_day: Some("2025-11-30".parse().unwrap()),
        unit: TimeUnit::Week,
        replicates: 0,
        keep_default: true,
        request_id: None,
    };
    let go_on = |_| std::ops::ControlFlow::Continue(());
    let (by_name, _) = shop.engine.fit_model(&shop.workspace, question, go_on).await.unwrap();
    let mut squares = [0.0, 0.0];
    for who in 0..120 {
        let id = format!("c{who}");
        let came = records.iter().map(date).filter(|(of, time)| *of == id && *time >= cut_at).count() as f64;
        for (sum, model) in squares.iter_mut().zip([None, Some(by_name.id.clone())]) {
            let outlook = lojal_engine::Outlook { model, ..outlook(Some(cut), quarter()) };
            let forecast = about(&shop, Whom::Customer(customer(&id)), outlook).await;
            let error: f64 = forecast.prediction.expected.purchases.unwrap() - came;
            *sum += error * error;
        }
    }
    assert!(squares[0] < 0.8 * squares[1], "{squares:?}");
}

#[tokio::test]
async fn where_rates_stay_nobody_has_a_pace_of_their_own() {
    let model = default_of(&shop_of(shop_where(1.0)).await).await;
    let score = model.learner.as_ref().and_then(|learner| learner.score().own_pace);
    assert!(score.as_ref().is_none_or(|score| score.weight.value.unwrap() < 0.2), "{score:?}");
}

#[tokio::test]
async fn paces_are_kept_and_know_nothing_of_later() {
    let records = shop_where(3.0);
    let day = crate::common::at("2025-10-01");
    let is_early = |record: &&Record| matches!(record, Record::Transaction(of) if of.time < day);
    let early: Vec<Record> = records.iter().filter(is_early).cloned().collect();
    let backwards: Vec<Record> = records.iter().rev().cloned().collect();
    let shop = shop_of(records).await;
    let model = default_of(&shop).await;
    assert_eq!(default_of(&shop.reopened()).await, model);
    assert_eq!(default_of(&shop_of(backwards).await).await.learner, model.learner);
    let then = shop_of(early).await;
    let c9 = async |shop: &Shop| {
        about(shop, Whom::Customer(customer("c9")), outlook(Some("2025-10-01"), quarter())).await
    };
    let (looking_back, knowing_no_more) = (c9(&shop).await, c9(&then).await);
    assert!(looking_back.moved_pace.is_some());
    assert_eq!(looking_back.moved_pace, knowing_no_more.moved_pace);
    assert_eq!(looking_back.prediction, knowing_no_more.prediction);
}
