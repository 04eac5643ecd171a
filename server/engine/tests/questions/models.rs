//! Models: fitted when asked, by themselves, for the past, and only once for the same request.

use std::ops::ControlFlow;

use crate::common::{Shop, all_of, at, bought, customer, refunded, voided};
use lojal_domain::Horizon;
use lojal_engine::{
    Backtest, BacktestResult, Basis, CompareModels, EngineError, FitModel, Forecaster, GetTracking,
    HoldoutDays, Outlook, PageRequest, PredictCustomer, PredictCustomers, Prediction, PredictionOrder, Reach,
    RefitPolicy, Scope, UpdateWorkspace, WhenDue, Whom,
};
use lojal_scoring::clv::{IntervalMethod, PurchaseModelKind, TimeUnit};

fn outlook(as_of: Option<&str>) -> Outlook {
    Outlook {
        reach: Reach::Within(Horizon::parse("12mo").unwrap()),
        scope: Scope { as_of: as_of.map(at), known_at: None, ..Scope::default() },
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: 0.1,
        intervals: Some(IntervalMethod::Delta),
    }
}

fn about(id: &str, outlook: Outlook) -> PredictCustomer {
    let whom = Whom::Customer(customer(id));
    PredictCustomer { whom, outlook, with_distribution: true, with_alive_history: true }
}

fn fit(request_id: Option<&str>) -> FitModel {
    FitModel {
        kind: Some(PurchaseModelKind::BgNbd),
        covariates: Vec::new(),
        last_day: None,
        unit: TimeUnit::Week,
        replicates: 0,
        keep_default: false,
        request_id: request_id.map(str::to_owned),
    }
}

fn go_on(_: lojal_engine::FitStage) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fit_is_needed_first_and_growth_refits() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let ask = || about("c20", outlook(None));
    let answer = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap();
    let model = &answer.model;
    assert!(model.automatic && model.id.ends_with("-1"), "{}", model.id);
    assert!(model.reason.starts_with("first model: "), "{}", model.reason);
    let expected = answer.prediction.expected;
    assert!(expected.alive > 0.0 && expected.alive <= 1.0);
    assert!(expected.clv.unwrap() > 0.0);
    assert_eq!(answer.prediction.basis, Basis::Individual);
    let same = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap();
    assert_eq!(same.model.id, model.id);
    shop.record(
        (0..60)
            .map(|i| bought(&format!("n{i}"), "c20", &format!("2025-0{}-{:02}", i % 9 + 1, i % 28 + 1), "9")),
    )
    .await;
    let newer = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap().model;
    assert!(newer.id.ends_with("-2") && newer.reason.starts_with("data grew by "), "{}", newer.reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_decides_when_its_model_is_fitted_again() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let ask = || about("c20", outlook(None));
    let first = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap().model;
    let never = RefitPolicy { never: true, ..RefitPolicy::default() };
    let update = UpdateWorkspace { refit: Some(never), ..UpdateWorkspace::default() };
    let view = shop.engine.update_workspace(&shop.workspace, update).await.unwrap();
    assert_eq!(view.refit, never);
    shop.clock.set(at("2026-06-01"));
    let still = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap().model;
    assert_eq!(still.id, first.id);
    let soon = RefitPolicy { max_age_days: 60, ..RefitPolicy::default() };
    let update = UpdateWorkspace { refit: Some(soon), ..UpdateWorkspace::default() };
    shop.engine.update_workspace(&shop.workspace, update).await.unwrap();
    let newer = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap().model;
    assert!(newer.reason.starts_with("its data ended 93 days ago"), "{}", newer.reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_asked_for_stays_the_default() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let (asked, becomes_default) =
        shop.engine.fit_model(&shop.workspace, fit(Some("monday")), go_on).await.unwrap();
    assert!(becomes_default);
    assert_eq!(asked.id, "bg-nbd-1");
    let again = shop.engine.fit_model(&shop.workspace, fit(Some("monday")), go_on).await.unwrap();
    assert_eq!(again, (asked.clone(), true));
    let other = FitModel { unit: TimeUnit::Day, ..fit(Some("monday")) };
    let reused = shop.engine.fit_model(&shop.workspace, other, go_on).await;
    assert!(matches!(reused, Err(EngineError::RequestIdReused(_))));
    let (default, is_default) = shop.engine.get_model(&shop.workspace, None).await.unwrap();
    assert!(is_default && default.id == asked.id);
    let page = shop.engine.list_models(&shop.workspace, PageRequest::default()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    let aside = FitModel { kind: Some(PurchaseModelKind::ParetoNbd), keep_default: true, ..fit(None) };
    let (looked_at, becomes_default) = shop.engine.fit_model(&shop.workspace, aside, go_on).await.unwrap();
    assert!(!becomes_default && looked_at.id == "pareto-nbd-2");
    let (default, _) = shop.engine.get_model(&shop.workspace, None).await.unwrap();
    assert_eq!(default.id, asked.id);
    let unknown = shop.engine.get_model(&shop.workspace, Some("nope")).await;
    assert!(matches!(unknown, Err(EngineError::ModelNotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_predicted_with_what_was_known_then() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let now = about("c20", outlook(None));
    shop.engine.predict_customer(&shop.workspace, now).await.unwrap();
    let then = || about("c20", outlook(Some("2026-02-01")));
    let first = shop.engine.predict_customer(&shop.workspace, then()).await.unwrap();
    assert_eq!(first.model.id, "past-2026-01-31");
    let second = shop.engine.predict_customer(&shop.workspace, then()).await.unwrap();
    assert_eq!(first.prediction, second.prediction);
    // Such models are not kept.
    let page = shop.engine.list_models(&shop.workspace, PageRequest::default()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_predictions_are_those_of_each() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    for (order, limit) in [
        (PredictionOrder::Recorded, None),
        (PredictionOrder::Clv, Some(7)),
        (PredictionOrder::AliveProbability, None),
        (PredictionOrder::ValueAtRisk, Some(5)),
    ] {
        let question = PredictCustomers {
            outlook: outlook(None),
            order,
            limit,
            with_intervals: true,
            with_ranges: true,
            with_shares: true,
            with_totals: true,
        };
        let mut batches = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
        let all = all_of(&mut batches).await;
        assert_eq!(all.len(), limit.unwrap_or(29));
        let totals = batches.totals().unwrap();
        assert_eq!(totals.customers, 29);
        let sum = totals.clv.value;
        if limit.is_none() {
            let each: f64 = all.iter().filter_map(|one| one.expected.clv).sum();
            assert!((sum.unwrap() - each).abs() <= 1e-9 * each);
        }
        assert!(totals.clv.low < sum && sum < totals.clv.high);
        match order {
            PredictionOrder::Recorded => assert_eq!(all[0].customer, "c01"),
            PredictionOrder::Clv => assert!(all.is_sorted_by(|a, b| a.expected.clv >= b.expected.clv)),
            PredictionOrder::AliveProbability => {
                assert!(all.is_sorted_by(|a, b| a.expected.alive <= b.expected.alive));
            }
            PredictionOrder::ValueAtRisk => {
                let risk = |one: &Prediction| one.expected.value_at_risk();
                assert!(all.is_sorted_by(|a, b| risk(a) >= risk(b)));
            }
        }
        for prediction in all {
            let ask = about(&prediction.customer, outlook(None));
            let alone = shop.engine.predict_customer(&shop.workspace, ask).await.unwrap();
            assert_eq!(alone.prediction, prediction);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_little_history_is_said_in_words() {
    let shop = Shop::new("2026-03-01");
    let ask = || about("ann", outlook(None));
    let unknown = shop.engine.predict_customer(&shop.workspace, ask()).await;
    assert!(matches!(unknown, Err(EngineError::CustomerNotFound { .. })));
    let nothing = shop.engine.fit_model(&shop.workspace, fit(None), go_on).await;
    assert!(matches!(nothing, Err(EngineError::InsufficientHistory(_))));
    shop.record([bought("t1", "ann", "2026-01-01", "3")]).await;
    let few = shop.engine.fit_model(&shop.workspace, fit(None), go_on).await;
    assert!(matches!(few, Err(EngineError::InsufficientHistory(_))));
    // Today is not over.
    for day in [1, 2] {
        let future = FitModel { last_day: Some(jiff::civil::date(2026, 3, day)), ..fit(None) };
        let refused = shop.engine.fit_model(&shop.workspace, future, go_on).await.unwrap_err().to_string();
        assert!(refused.starts_with("calibration_end "), "{refused}");
        assert!(refused.contains("the last day that is over is 2026-02-28"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_known_yet_is_not_found_and_says_by_when() {
    let shop = Shop::new("2026-03-01");
    shop.record([bought("t1", "ann", "2026-01-01", "3")]).await;
    let mut ask = about("ann", outlook(None));
    ask.outlook.scope.known_at = Some(at("2026-02-01"));
    let unknown = shop.engine.predict_customer(&shop.workspace, ask).await.unwrap_err().to_string();
    assert!(unknown.contains("recorded by 2026-02-01T00:00:00Z"), "{unknown}");
    assert!(unknown.ends_with("as_of and known_at"), "{unknown}");
}

/// Two hundred customers of early 2025, of whom so many came back once.
async fn came_back(shop: &Shop, repeat_buyers: u32) {
    let first = |who: u32| format!("2025-{:02}-{:02}", 1 + who % 50 / 28, 1 + who % 50 % 28);
    let ids = (0..200).map(|who| bought(&format!("f{who}"), &format!("c{who}"), &first(who), "10"));
    let again = (0..repeat_buyers).map(|who| {
        bought(&format!("a{who}"), &format!("c{who}"), &format!("2025-06-{:02}", 28 - 3 * who), "20")
    });
    shop.record(ids.chain(again).collect::<Vec<_>>()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handful_of_repeat_buyers_is_seen_and_determines_no_model() {
    let mut totals = Vec::new();
    for repeat_buyers in [1, 3, 9] {
        let shop = Shop::new("2025-07-01");
        came_back(&shop, repeat_buyers).await;
        let ask = || about("c100", outlook(None));
        let answer = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap();
        // Fitted to the silence of the others, and no longer shops in general.
        assert_eq!(answer.prediction.basis, Basis::Population);
        // All came back after about five months, so with a few of them regularity is the likelier reason.
        let kinds = [PurchaseModelKind::MbgNbd, PurchaseModelKind::MbgCnbd];
        assert!(kinds.contains(&answer.model.kind()), "{}", answer.model.id);
        assert!(!answer.model.purchases.is_identified());
        assert!(
            answer.model.reason.contains("too little history to compare models"),
            "{}",
            answer.model.reason
        );
        assert!(answer.prediction.expected.alive < 0.9 && answer.prediction.expected.clv.unwrap() > 0.0);
        totals.push(answer.prediction.expected.purchases.unwrap());
        // Who asks for one gets it with the reason, and it does not become the default.
        let asked = FitModel { kind: Some(PurchaseModelKind::MbgNbd), ..fit(None) };
        let (model, is_default) = shop.engine.fit_model(&shop.workspace, asked, go_on).await.unwrap();
        assert!(!model.purchases.is_identified() && !is_default);
        let said: Vec<String> = model.warnings().iter().map(ToString::to_string).collect();
        let said = said.join("; ");
        assert!(said.contains("fewer than 20 repeat buyers"), "{said}");
        let default = shop.engine.get_model(&shop.workspace, None).await.unwrap().0;
        assert_eq!(default.id, answer.model.id);
    }
    // Nine of two hundred in the last month, after nobody in the five before: twelve such months would be 0.54 each.
    assert!(totals.is_sorted() && totals[2] < 0.54, "{totals:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_does_not_decide_what_purchases_are_worth() {
    let mut values = Vec::new();
    for with_machine in [false, true] {
        let shop = Shop::new("2026-03-01");
        let mut records = Vec::new();
        // Of eleven hundred customers the k-th came back k % 5 times, for 5 to 43.
        for who in 0..1_100_u32 {
            for time in 0..=who % 5 {
                let day =
                    format!("2025-{:02}-{:02}", 1 + (who + 2 * time) % 12, 1 + (3 * who + 7 * time) % 28);
                let amount = format!("{}", 5 + (17 * who + 3 * time) % 39);
                records.push(bought(&format!("t{who}-{time}"), &format!("c{who}"), &day, &amount));
            }
        }
        if with_machine {
            for i in 0..300_u32 {
                let day = format!("2025-{:02}-{:02}", 1 + i / 28, 1 + i % 28);
                records.push(bought(&format!("m{i}"), "machine", &day, "0.01"));
            }
        }
        shop.record(records).await;
        let (model, _) = shop.engine.fit_model(&shop.workspace, fit(None), go_on).await.unwrap();
        let said: Vec<String> = model.warnings().iter().map(ToString::to_string).collect();
        let said = said.join("; ");
        assert_eq!(said.contains("1 customers with 299 or more repeat purchases"), with_machine, "{said}");
        values.push((model.value.as_ref().unwrap().model, model.purchases.model));
    }
    assert_eq!(values[0], values[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_was_as_it_was_known_then() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    shop.record([
        bought("k1", "kim", "2025-09-01", "10"),
        bought("k2", "kim", "2025-10-10", "20"),
        bought("k3", "kim", "2025-11-20", "40"),
        bought("k4", "kim", "2025-12-20", "5"),
        // Their first purchase went back whole, the second in part, the third was a mistake, and so was the last, ever
        // since.
        refunded("r1", "k1", "2026-01-05", "10"),
        refunded("r2", "k2", "2025-10-30", "7"),
        voided("k3", Some("2026-02-01")),
    ])
    .await;
    shop.record([voided("k4", None)]).await;
    let (model, _) = shop.engine.fit_model(&shop.workspace, fit(None), go_on).await.unwrap();
    let ask = |as_of: Option<&str>| Outlook { model: Some(model.id.clone()), ..outlook(as_of) };
    let answer =
        shop.engine.predict_customer(&shop.workspace, about("kim", ask(Some("2026-03-01")))).await.unwrap();
    let points = answer.alive_history;
    assert_eq!(points[0].day, day("2025-09-01"));
    assert_eq!(points.last().unwrap().day, day("2026-02-28"));
    for point in &points {
        let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(point.day + 1)).unwrap();
        let then = about("kim", ask(Some(&date.to_string())));
        let then = shop.engine.predict_customer(&shop.workspace, then).await.unwrap().prediction;
        assert!((then.expected.alive - point.probability).abs() < 1e-12, "{point:?} {then:?}");
        assert_eq!(point.purchased, then.age_days == then.recency_days, "{point:?} {then:?}");
    }
    let bought: Vec<i32> = points.iter().filter(|point| point.purchased).map(|point| point.day).collect();
    assert_eq!(bought, ["2025-09-01", "2025-10-10", "2025-11-20"].map(day));
}

fn day(text: &str) -> i32 {
    (at(text).micros() / lojal_domain::MICROS_PER_DAY) as i32
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fit_nobody_waits_for_is_stopped_and_not_kept() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let stopped = shop.engine.fit_model(&shop.workspace, fit(None), |_| ControlFlow::Break(())).await;
    assert!(matches!(stopped, Err(EngineError::Cancelled)));
    assert!(matches!(shop.engine.get_model(&shop.workspace, None).await, Err(EngineError::NoModel)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_customer_is_predicted_as_in_shops_in_general() {
    let shop = Shop::new("2026-03-01");
    let new = || PredictCustomer { whom: Whom::NewCustomer, ..about("nobody", outlook(None)) };
    let empty = shop.engine.predict_customer(&shop.workspace, new()).await.unwrap();
    assert_eq!((empty.model.id.as_str(), empty.prediction.basis), ("prior", Basis::Prior));
    assert_eq!(empty.prediction.expected.clv, None);
    assert!(matches!(shop.engine.get_model(&shop.workspace, None).await, Err(EngineError::NoModel)));
    shop.record([bought("t1", "ann", "2026-01-01", "30")]).await;
    let one = shop.engine.predict_customer(&shop.workspace, about("ann", outlook(None))).await.unwrap();
    assert_eq!(one.prediction.basis, Basis::Prior);
    assert!((one.prediction.expected.value.unwrap() - 30.0).abs() < 1e-9);
    let (clv, interval) = (one.prediction.expected.clv.unwrap(), one.prediction.intervals.clv.unwrap());
    // It says how little it knows.
    assert!(interval.low < 0.3 * clv && interval.high > 3.0 * clv, "{clv} {interval:?}");
    assert!(one.provenance.warnings.iter().any(|warning| warning.sentence.contains("shops in general")));
    // Nothing is tried again until something has come.
    let again = shop.engine.predict_customer(&shop.workspace, about("ann", outlook(None))).await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&one.model, &again.model));
    // It is a model, fitted to that one customer, and gives way to one of more.
    let (model, is_default) = shop.engine.get_model(&shop.workspace, None).await.unwrap();
    assert!(is_default && model.id == "mbg-nbd-1" && model.purchases.customers == 1);
    shop.regulars("2026-03-01").await;
    let fitted = shop.engine.predict_customer(&shop.workspace, about("ann", outlook(None))).await.unwrap();
    assert_eq!(fitted.prediction.basis, Basis::Population);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forecast_tells_all_that_can_be_asked() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let answer = shop.engine.predict_customer(&shop.workspace, about("c20", outlook(None))).await.unwrap();
    let distribution = answer.distribution.unwrap();
    let covered: f64 = distribution.probabilities.iter().sum();
    assert!((0.999..=1.0 + 1e-9).contains(&covered));
    let none = 1.0 - answer.prediction.expected.purchase_probability.unwrap();
    assert!((distribution.probabilities[0] - none).abs() < 1e-9);
    assert!(distribution.wait_days.unwrap().is_sorted());
    let (later, _) = answer.alive_at_horizon.unwrap();
    assert!(later <= answer.prediction.expected.alive);
    let last = answer.alive_history.last().unwrap();
    assert!((last.probability - answer.prediction.expected.alive).abs() < 1e-12);
    assert!(answer.alive_history.is_sorted_by(|a, b| a.day < b.day));
    let bought = answer.alive_history.iter().filter(|point| point.purchased).count();
    assert_eq!(bought, answer.prediction.frequency as usize + 1);

    let forever = Outlook { reach: Reach::Forever, ..outlook(None) };
    let ever = shop.engine.predict_customer(&shop.workspace, about("c20", forever.clone())).await.unwrap();
    assert!(ever.prediction.expected.clv > answer.prediction.expected.clv);
    for yearly_discount_rate in [0.0, 1e-300, 9e-7] {
        let free = Outlook { yearly_discount_rate, ..forever.clone() };
        let refused = shop.engine.predict_customer(&shop.workspace, about("c20", free)).await;
        assert!(
            matches!(refused, Err(EngineError::InvalidField { field, .. }) if field == "yearly_discount_rate")
        );
    }
    let slow = Outlook { yearly_discount_rate: 1e-6, ..forever };
    let slow = shop.engine.predict_customer(&shop.workspace, about("c20", slow)).await.unwrap();
    assert!(slow.prediction.expected.clv > ever.prediction.expected.clv);
}

#[tokio::test(flavor = "multi_thread")]
async fn bootstrap_intervals_need_replicates_and_survive_being_stored() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let percentiles = || Outlook { intervals: Some(IntervalMethod::Bootstrap), ..outlook(None) };
    let refused = shop.engine.predict_customer(&shop.workspace, about("c20", percentiles())).await;
    assert!(matches!(refused, Err(EngineError::InvalidField { field, .. }) if field == "interval_method"));
    let (model, _) = shop
        .engine
        .fit_model(&shop.workspace, FitModel { replicates: 100, ..fit(None) }, go_on)
        .await
        .unwrap();
    assert!(model.replicates.len() >= 50);
    // Larger than one document of the store.
    assert!(serde_json::to_vec(&*model).unwrap().len() > 4_000);
    let again = shop.reopened();
    let named = || Outlook { model: Some(model.id.clone()), ..percentiles() };
    let first = shop.engine.predict_customer(&shop.workspace, about("c20", named())).await.unwrap();
    let second = again.engine.predict_customer(&shop.workspace, about("c20", named())).await.unwrap();
    assert_eq!(first.prediction, second.prediction);
    assert!(first.prediction.intervals.purchases.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_compared_on_days_they_did_not_see() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let question = || CompareModels { kinds: Vec::new(), days: HoldoutDays::default(), unit: TimeUnit::Week };
    let comparison = shop.engine.compare_models(&shop.workspace, question()).await.unwrap();
    assert_eq!(comparison.answer.models.len(), PurchaseModelKind::OF_PURCHASE_DAYS.len());
    let rules: Vec<&str> = comparison.answer.naive.iter().map(BacktestResult::name).collect();
    assert_eq!(rules, ["same rate", "same period", "hiatus", "last window", "last quarter"]);
    assert!(!comparison.reason.is_empty());
    let yardstick = CompareModels { kinds: vec![PurchaseModelKind::Nbd], ..question() };
    let none = shop.engine.compare_models(&shop.workspace, yardstick).await.unwrap();
    assert_eq!(none.best, None);
    let reason = "no model may speak alone: NBD does so only where a request names it";
    assert!(none.reason.starts_with(reason), "{}", none.reason);
    // A day after which hardly anything came can be looked at, and nothing is chosen by it.
    let late = HoldoutDays { calibration_end: Some(jiff::civil::date(2026, 2, 26)), holdout_end: None };
    let few = shop.engine.compare_models(&shop.workspace, CompareModels { days: late, ..question() }).await;
    let few = few.unwrap();
    assert_eq!((few.best, few.landmarks.len()), (None, 1));
    assert!(few.reason.starts_with("there is too little history to compare models: "), "{}", few.reason);
    assert!(few.standings.len() > 1 && comparison.landmarks.len() == 3, "{:?}", comparison.landmarks);
    let backtest = Backtest {
        kind: Some(PurchaseModelKind::MbgNbd),
        days: HoldoutDays::default(),
        unit: TimeUnit::Week,
    };
    let alone = shop.engine.backtest(&shop.workspace, backtest.clone()).await.unwrap();
    let same = comparison
        .answer
        .models
        .iter()
        .find(|result| result.forecaster == Forecaster::Model(PurchaseModelKind::MbgNbd));
    assert_eq!(alone.models.first(), same);
    for (calibration_end, holdout_end, field) in [
        (Some(jiff::civil::date(1990, 1, 1)), None, "calibration_end"),
        (Some(jiff::civil::date(2026, 2, 28)), None, "calibration_end"),
        (None, Some(jiff::civil::date(2026, 3, 2)), "holdout_end"),
    ] {
        let days = HoldoutDays { calibration_end, holdout_end };
        let refused = shop.engine.backtest(&shop.workspace, Backtest { days, ..backtest.clone() }).await;
        assert!(matches!(refused, Err(EngineError::InvalidField { field: found, .. }) if found == field));
    }
}

/// Each as often as by hand, also where there is too little for a model.
#[tokio::test(flavor = "multi_thread")]
async fn rules_of_thumb_count_the_days_they_look_at() {
    let shop = Shop::new("2025-04-01");
    let days = ["2023-01-01", "2024-02-01", "2024-02-02", "2024-11-20", "2025-01-10"];
    let mut bought: Vec<_> = days.iter().map(|day| bought(&format!("a-{day}"), "a", day, "10.00")).collect();
    bought.extend([self::bought("b", "b", "2025-01-15", "10.00"), self::bought("c", "a", "2025-02-03", "8")]);
    shop.record(bought).await;
    let days = HoldoutDays { calibration_end: Some(jiff::civil::date(2025, 1, 31)), holdout_end: None };
    let question = CompareModels { kinds: Vec::new(), days, unit: TimeUnit::Week };
    let answer = shop.engine.compare_models(&shop.workspace, question).await.unwrap().answer;
    let sum = |rule: &BacktestResult| rule.purchases.as_ref().map(|of| (of.expected_sum, of.actual_sum));
    let told: Vec<(&str, f64)> =
        answer.naive.iter().map(|rule| (rule.name(), sum(rule).unwrap().0)).collect();
    // The fifty-nine days of February and March: from 4 December, from 2 November, and from 2 February of the year before.
    let wanted = [("last window", 1.0), ("last quarter", 2.0 * 59.0 / 91.0), ("same season last year", 1.0)];
    for ((name, told), (rule, wanted)) in told[3..].iter().zip(wanted) {
        assert_eq!(*name, rule);
        assert!((told - wanted).abs() < 1e-12, "{name}: {told}, not {wanted}");
    }
    assert_eq!(told.len(), 6);
    assert!(answer.naive.iter().all(|rule| sum(rule).is_some_and(|(_, came)| (came - 1.0).abs() < 1e-12)));
}

#[tokio::test(flavor = "multi_thread")]
async fn tracking_counts_what_came() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let early = FitModel { last_day: Some(jiff::civil::date(2025, 12, 31)), ..fit(None) };
    shop.engine.fit_model(&shop.workspace, early, go_on).await.unwrap();
    let question = GetTracking { model: None, until: None, period_days: 7 };
    let answer = shop.engine.get_tracking(&shop.workspace, question).await.unwrap();
    let curve = &answer.tracking;
    assert!(curve.expected.is_sorted() && curve.actual.is_sorted());
    assert!(curve.actual.last().unwrap() > &0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn donors_are_counted_by_the_year() {
    let shop = Shop::new("2026-03-01");
    // Forty donors of 2019: the k-th gives in each of the next k % 7 years, twice in the same year now and then.
    let gift = |who: u32, year: u32, month: u32| {
        bought(
            &format!("g{who}-{year}-{month}"),
            &format!("d{who:02}"),
            &format!("{year}-{month:02}-10"),
            "25.00",
        )
    };
    let mut gifts = Vec::new();
    for who in 0..40 {
        gifts.push(gift(who, 2019, 1 + who % 12));
        for year in 2020..2020 + who % 7 {
            gifts.push(gift(who, year, 5));
            if who % 5 == 0 {
                gifts.push(gift(who, year, 11));
            }
        }
    }
    shop.record(gifts).await;
    let question = FitModel {
        kind: Some(PurchaseModelKind::BgBb),
        unit: TimeUnit::Year,
        last_day: Some(jiff::civil::date(2025, 12, 31)),
        ..fit(None)
    };
    let (model, _) = shop.engine.fit_model(&shop.workspace, question, go_on).await.unwrap();
    assert_eq!((model.id.as_str(), model.purchases.customers, model.purchases.patterns), ("bg-bb-1", 40, 7));
    let named = Outlook { model: Some(model.id.clone()), ..outlook(None) };
    let loyal = shop.engine.predict_customer(&shop.workspace, about("d06", named.clone())).await.unwrap();
    // Six years of six, each of them one opportunity however often they gave; 2026 is not over.
    assert_eq!((loyal.prediction.frequency, loyal.prediction.age_days), (6, 2_192));
    let gone = shop.engine.predict_customer(&shop.workspace, about("d01", named)).await.unwrap();
    assert!(gone.prediction.expected.alive < 0.5 && loyal.prediction.expected.alive > 0.7);
    assert!(loyal.prediction.expected.purchases > gone.prediction.expected.purchases);
    for named in [true, false] {
        let id = named.then(|| model.id.clone());
        let tracking = GetTracking { model: id, until: None, period_days: 7 };
        let refused = shop.engine.get_tracking(&shop.workspace, tracking).await.unwrap_err().to_string();
        let begins =
            if named { "model_id names bg-bb-1" } else { "model_id is left out, and the default is bg-bb-1" };
        assert!(refused.starts_with(begins), "{refused}");
    }
    // In 2019 nobody has had a year in which to come back, and what is missing is not another day.
    let early = FitModel {
        kind: Some(PurchaseModelKind::BgBb),
        unit: TimeUnit::Year,
        last_day: Some(jiff::civil::date(2020, 6, 30)),
        ..fit(None)
    };
    let refused = shop.engine.fit_model(&shop.workspace, early, go_on).await.unwrap_err().to_string();
    assert!(refused.contains("calendar years") && refused.contains("has had a whole one yet"), "{refused}");
    let days = HoldoutDays { calibration_end: Some(jiff::civil::date(2023, 12, 31)), holdout_end: None };
    let backtest = Backtest { kind: Some(PurchaseModelKind::BgBb), days, unit: TimeUnit::Year };
    let answer = shop.engine.backtest(&shop.workspace, backtest).await.unwrap();
    // Opportunities are no days, and rules that count days have nothing to say of them.
    assert_eq!(answer.naive.len(), 3);
    let purchases = answer.models[0].purchases.as_ref().unwrap();
    // Who gave in all of 2020 to 2025 gave in 2024 and 2025; who gave in five of them, in 2024.
    assert!((purchases.actual_sum - 15.0).abs() < 1e-9, "{purchases:?}");
}
