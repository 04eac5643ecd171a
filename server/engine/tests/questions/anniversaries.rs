//! Purchases that come on anniversaries alone, such as gifts of every Christmas, and the same on any day.

use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_domain::{Horizon, Record};
use lojal_engine::{
    Backtest, CompareModels, EngineError, FitModel, FittedModel, HoldoutDays, Outlook, PurchaseModelKind,
    Reach, Scope, SummarizePredictions, TimeUnit, WhenDue,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Beta, Distribution as _, StandardUniform, Uniform};

use crate::common::{Shop, bought};

const NOW: &str = "2023-03-01";
/// The last year that is known, and the last that is forecast.
const YEARS: (i16, i16) = (2022, 2025);

/// Whoever first gave in 2014 to 2016, and since then as BG/BB has it, with parameters like those of the donors of Fader, Hardie and
/// Shang (2010): what is recorded by now, and how many gifts come after it. `day_of` says when in a year.
fn gifts(mut day_of: impl FnMut(&mut ChaCha8Rng) -> (i8, i8)) -> (Vec<Record>, u32) {
    let mut random = ChaCha8Rng::seed_from_u64(2010);
    let uses = Beta::new(1.2, 0.75).unwrap();
    let leaves = Beta::new(0.66, 2.78).unwrap();
    let (mut records, mut to_come) = (Vec::new(), 0);
    for who in 0..1_200_u32 {
        let first = 2014 + (who % 3) as i16;
        let (use_chance, leave_chance) = (uses.sample(&mut random), leaves.sample(&mut random));
        let mut chance = |of: f64| {
            let drawn: f64 = StandardUniform.sample(&mut random);
            drawn < of
        };
        let mut years = vec![first];
        for year in first + 1..=YEARS.1 {
            if chance(leave_chance) {
                break;
            }
            if chance(use_chance) {
                years.push(year);
            }
        }
        for year in years {
            let (month, day) = day_of(&mut random);
            if year > YEARS.0 {
                to_come += 1;
                continue;
            }
            let id = format!("g{who}-{year}");
            records.push(bought(&id, &format!("c{who}"), &format!("{year}-{month:02}-{day:02}"), "20.00"));
        }
    }
    (records, to_come)
}

fn on_any_day(random: &mut ChaCha8Rng) -> (i8, i8) {
    (Uniform::new(1, 13).unwrap().sample(random), Uniform::new(1, 29).unwrap().sample(random))
}

async fn shop_of(records: Vec<Record>) -> Shop {
    let shop = Shop::new(NOW);
    shop.record(records).await;
    shop
}

async fn fitted(shop: &Shop) -> Arc<FittedModel> {
    let question = FitModel {
        kind: None,
        covariates: vec![],
        last_day: None,
        unit: TimeUnit::Week,
        replicates: 0,
        keep_default: false,
        request_id: None,
    };
    shop.engine.fit_model(&shop.workspace, question, |_| ControlFlow::Continue(())).await.unwrap().0
}

/// What a backtest of a default asks for where BG/BB told in days alone is that.
fn backtest() -> Backtest {
    let kind = Some(PurchaseModelKind::BgBbDated);
    Backtest { kind, days: HoldoutDays::default(), unit: TimeUnit::Week }
}

fn kinds(model: &FittedModel) -> Vec<PurchaseModelKind> {
    model.voices().map(|(_, fit)| fit.model.kind()).collect()
}

/// What all customers together are expected to buy within so long.
async fn expected(shop: &Shop, within: &str) -> f64 {
    let outlook = Outlook {
        reach: Reach::Within(Horizon::parse(within).unwrap()),
        scope: Scope::default(),
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: Outlook::YEARLY_DISCOUNT_RATE,
        intervals: None,
    };
    let asked = SummarizePredictions { outlook, group_by: None, with_ranges: false };
    let answer = shop.engine.summarize_predictions(&shop.workspace, asked).await.unwrap();
    answer.whole.expected_purchases.value.unwrap()
}

#[tokio::test]
async fn gifts_of_one_day_a_year_are_told_by_a_model_that_knows_the_day() {
    let (records, to_come) = gifts(|_| (12, 24));
    let shop = shop_of(records).await;
    let model = fitted(&shop).await;
    let dated = model.voices().find(|(_, fit)| fit.model.kind() == PurchaseModelKind::BgBbDated);
    let (weight, fit) = dated.expect("BG/BB among the models");
    assert!(weight > 0.5 && fit.model.unit() == TimeUnit::Year, "{weight} {:?}", fit.model);
    assert!(model.reason.contains("BG/BB of purchases that come on anniversaries"), "{}", model.reason);
    // Whatever BG/BB counts, the parameters of the others are of the unit that was asked for.
    assert_eq!(model.unit() == TimeUnit::Week, kinds(&model).len() > 1);
    let held = shop.engine.backtest(&shop.workspace, backtest()).await.unwrap();
    assert_eq!(held.models.len(), 1);
    let (three_years, until_autumn) = (expected(&shop, "36mo").await, expected(&shop, "6mo").await);
    let came = f64::from(to_come);
    println!("{weight} {three_years} of {came}, {until_autumn} until autumn; {}", model.reason);
    assert!((three_years / came - 1.0).abs() < 0.05, "{three_years}, and {came} came");
    // None comes before December, and models of any day, which know no December, hardly count.
    assert!(until_autumn < 0.05 * came / 3.0, "{until_autumn}");
}

#[tokio::test]
async fn purchases_of_any_day_are_told_as_if_there_were_no_anniversaries() {
    let shop = shop_of(gifts(on_any_day).0).await;
    let model = fitted(&shop).await;
    assert!(!kinds(&model).contains(&PurchaseModelKind::BgBbDated));
    let refused = shop.engine.backtest(&shop.workspace, backtest()).await;
    let Err(EngineError::InsufficientHistory(why)) = refused else { unreachable!("{refused:?}") };
    assert!(why.contains("do not come on anniversaries"), "{why}");
    let compare = async |kinds: Vec<PurchaseModelKind>| {
        let question = CompareModels { kinds, days: HoldoutDays::default(), unit: TimeUnit::Week };
        shop.engine.compare_models(&shop.workspace, question).await.unwrap()
    };
    let by_name = compare(PurchaseModelKind::OF_PURCHASE_DAYS.to_vec()).await;
    let by_default = compare(Vec::new()).await;
    assert!(by_name.standings.iter().filter(|of| of.weight.value.unwrap() > 0.0).count() > 1);
    assert_eq!((&by_default.standings, &by_default.reason), (&by_name.standings, &by_name.reason));
    assert_eq!((&by_default.landmarks, &by_default.mixture), (&by_name.landmarks, &by_name.mixture));
}
