//! Who is loyal: scores with their explanation, places, and how they are made.

use std::collections::BTreeMap;

use lojal_domain::{Interval, Record, WarningCode, Window};
use lojal_engine::{
    EngineError, Filter, GetLoyalty, ListLoyalty, LoyaltyComponent, LoyaltyOrder, LoyaltyOutcome,
    LoyaltyPlace, LoyaltyPredictor, LoyaltyRow, LoyaltyView, Scope, SummarizeLoyalty, UpdateLoyaltyModel,
    ValidateScore,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use crate::common::{Shop, answered, at, bought, customer, is, refunded, voided};

fn as_of_day(day: &str) -> Scope {
    Scope { as_of: Some(at(day)), ..Scope::default() }
}

fn everybody(scope: Scope, order: LoyaltyOrder) -> ListLoyalty {
    ListLoyalty {
        scope,
        place: None,
        order,
        limit: None,
        version: None,
        scores_only: false,
        confidence: 0.95,
    }
}

async fn list(shop: &Shop, question: ListLoyalty) -> Vec<LoyaltyView> {
    let mut batches = shop.engine.list_loyalty(&shop.workspace, question).await.unwrap();
    let mut all = Vec::new();
    loop {
        let batch = batches.next().await.unwrap();
        if batch.is_empty() {
            return all;
        }
        all.extend(batch);
    }
}

async fn summary(shop: &Shop, group_by: Option<&str>) -> Vec<LoyaltyRow> {
    let question = SummarizeLoyalty {
        scope: Scope::default(),
        group_by: group_by.map(str::to_owned),
        version: None,
        series: None,
        confidence: 0.95,
    };
    shop.engine.summarize_loyalty(&shop.workspace, question).await.unwrap().rows
}

/// Four hundred customers who buy once to ten times a year. Those who buy most mostly hate it, the others mostly like it, and every fifth is
/// silent.
async fn shop() -> Shop {
    let shop = Shop::new("2026-01-01");
    let start = jiff::civil::date(2025, 1, 1);
    let day = |days: i64| start.checked_add(jiff::Span::new().days(days)).unwrap().to_string();
    let mut records = Vec::new();
    for who in 0..400_i64 {
        let (name, times) = (format!("c{who:03}"), who % 10 + 1);
        for n in 0..times {
            let after = who % 30 + n * 330 / times;
            records.push(bought(&format!("t{who}-{n}"), &name, &day(after), "10.00"));
        }
        if who % 5 != 0 {
            let hates = if times >= 7 { who % 4 != 0 } else { who % 4 == 0 };
            let score = if hates { (who % 7) as u8 } else { 9 + (who % 2) as u8 };
            let answer = answered(&format!("n{who}"), Some(&name), &day(300 + who % 50), score);
            records.push(Record::SurveyResponse(answer));
        }
        if who % 11 == 0 {
            records.push(is(&name, "referred_by", &format!("c{:03}", who / 2)));
        }
        records.push(is(&name, "market", if who % 2 == 0 { "hr" } else { "pl" }));
    }
    shop.record(records).await;
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_is_its_base_and_what_moves_it_for_everybody() {
    let shop = shop().await;
    let all = list(&shop, everybody(Scope::default(), LoyaltyOrder::Recorded)).await;
    assert_eq!(all.len(), 400);
    let mut coverages: Vec<f64> = Vec::new();
    for view in &all {
        let points: f64 = view.parts.iter().map(|part| part.points).sum();
        let score = view.scored.score.unwrap();
        assert!((score.value - view.scored.base.unwrap() - points).abs() < 1e-9, "{view:?}");
        let weights: f64 = view.parts.iter().map(|part| part.weight).sum();
        assert!((weights - 1.0).abs() < 1e-12);
        assert!(score.standard_error >= 0.0 && (0.0..=100.0).contains(&score.value));
        coverages.push(view.scored.coverage);
    }
    coverages.sort_by(f64::total_cmp);
    // The silent, of whom behaviour and referrals are known, and those who say what they recommend.
    coverages.dedup_by(|a, b| (*a - *b).abs() < 1e-12);
    assert_eq!(coverages.len(), 2, "{coverages:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_buys_often_and_hates_it_is_spurious_and_who_is_silent_unknown() {
    let shop = shop().await;
    let all = list(&shop, everybody(Scope::default(), LoyaltyOrder::Recorded)).await;
    let mut found: BTreeMap<(LoyaltyPlace, bool, bool), u64> = BTreeMap::new();
    for (who, view) in all.iter().enumerate() {
        let (often, silent) = (who % 10 + 1 >= 8, who % 5 == 0);
        *found.entry((view.scored.place, often, silent)).or_default() += 1;
        if silent {
            assert_eq!(view.scored.place, LoyaltyPlace::Unknown);
            assert_eq!(view.scored.attitude, None);
            assert!(view.sentence.contains("never said what they think: what they think is not known"));
        }
        let hates = often && !silent && who % 4 != 0;
        if hates {
            assert_eq!(view.scored.place, LoyaltyPlace::Spurious, "{view:?}");
            assert!(view.sentence.contains("stays, and is not loyal"), "{}", view.sentence);
        }
    }
    let spurious = list(
        &shop,
        ListLoyalty {
            place: Some(LoyaltyPlace::Spurious),
            ..everybody(Scope::default(), LoyaltyOrder::Highest)
        },
    )
    .await;
    assert!(spurious.len() >= 60 && spurious.iter().all(|view| view.scored.place == LoyaltyPlace::Spurious));
    // The same by facts.
    let filter = Some(
        Filter::parse("loyalty_place == 'spurious' && loyalty_behaviour > 0.0 && loyalty_attitude >= 0.0")
            .unwrap(),
    );
    let by_fact = list(&shop, everybody(Scope { filter, ..Scope::default() }, LoyaltyOrder::Highest)).await;
    assert_eq!(by_fact.len(), spurious.len());
    let score = spurious[3].scored.score.unwrap().value;
    let exactly = format!("loyalty_score > {:?} && loyalty_score < {:?}", score - 1e-9, score + 1e-9);
    let filter = Some(Filter::parse(&exactly).unwrap());
    let one = list(&shop, everybody(Scope { filter, ..Scope::default() }, LoyaltyOrder::Highest)).await;
    assert!(one.iter().any(|view| view.customer == spurious[3].customer));
    let by_place = summary(&shop, Some("loyalty_place")).await;
    for row in by_place.iter().filter(|row| row.customers > 0) {
        assert_eq!(row.group, row.place.unwrap().word());
    }
    assert_eq!(by_place[0].group, "true");
    // By segment, the best of whom do not recommend us.
    let rows = summary(&shop, Some("segment")).await;
    let champions: Vec<&LoyaltyRow> = rows.iter().filter(|row| row.group == "champions").collect();
    assert_eq!(champions.len(), LoyaltyPlace::ALL.len());
    let spurious = champions.iter().find(|row| row.place == Some(LoyaltyPlace::Spurious)).unwrap();
    assert!(spurious.customers > 0 && spurious.nps.value.unwrap() < -90.0, "{spurious:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn summaries_are_sums_of_the_list() {
    let shop = shop().await;
    let all = list(&shop, everybody(Scope::default(), LoyaltyOrder::Recorded)).await;
    let rows = summary(&shop, None).await;
    for row in &rows {
        let of_place: Vec<&LoyaltyView> =
            all.iter().filter(|view| Some(view.scored.place) == row.place).collect();
        assert_eq!(row.customers, of_place.len() as u64);
        let clv: f64 = of_place.iter().filter_map(|view| view.clv).sum();
        assert!((row.clv.unwrap_or_default() - clv).abs() < 1e-6 * clv.max(1.0));
        let score: f64 = of_place.iter().map(|view| view.scored.score.unwrap().value).sum();
        if row.customers > 0 {
            assert!((row.score.value.unwrap() - score / row.customers as f64).abs() < 1e-9);
        }
    }
    assert_eq!(rows.iter().map(|row| row.customers).sum::<u64>(), 400);
    let by_market = summary(&shop, Some("market")).await;
    assert_eq!(by_market.len(), 2 * LoyaltyPlace::ALL.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_their_order() {
    let shop = shop().await;
    let ordered = async |order, limit| {
        let question = ListLoyalty { limit, ..everybody(Scope::default(), order) };
        list(&shop, question).await
    };
    let score = |view: &LoyaltyView| view.scored.score.unwrap().value;
    let highest = ordered(LoyaltyOrder::Highest, None).await;
    assert!(highest.len() == 400 && highest.is_sorted_by(|a, b| score(a) >= score(b)));
    let lowest = ordered(LoyaltyOrder::Lowest, Some(7)).await;
    let expected: Vec<f64> = highest.iter().rev().take(7).map(score).collect();
    assert_eq!(lowest.iter().map(score).collect::<Vec<_>>(), expected);
    let risk = ordered(LoyaltyOrder::ValueAtRisk, Some(20)).await;
    assert!(risk.len() == 20 && risk.is_sorted_by(|a, b| a.value_at_risk >= b.value_at_risk));
    // Whoever is surely gone is not the first to call.
    assert!(risk[0].clv.unwrap() > risk[0].value_at_risk.unwrap());
    let filter = Some(Filter::parse("market == 'hr' && segment == 'champions'").unwrap());
    let some = list(&shop, everybody(Scope { filter, ..Scope::default() }, LoyaltyOrder::Recorded)).await;
    assert!(!some.is_empty() && some.len() < 100);
    // They are compared with everybody.
    let one = highest.iter().find(|view| view.customer == some[0].customer).unwrap();
    assert_eq!(one.scored, some[0].scored);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_later_changes_a_score() {
    let shop = shop().await;
    let then = || everybody(as_of_day("2025-10-01"), LoyaltyOrder::Recorded);
    let before = list(&shop, then()).await;
    assert!(before.len() > 300);
    shop.record([
        bought("later", "c001", "2025-10-02", "900.00"),
        bought("new", "zoe", "2025-11-02", "900.00"),
        is("zoe", "referred_by", "c002"),
        Record::SurveyResponse(answered("later", Some("c003"), "2025-10-03", 0)),
    ])
    .await;
    let after = list(&shop, then()).await;
    let told = |all: &[LoyaltyView]| all.iter().map(|view| format!("{view:?}")).collect::<Vec<_>>();
    assert_eq!(told(&before), told(&after));
}

#[tokio::test(flavor = "multi_thread")]
async fn how_scores_are_made_has_versions_that_stay() {
    let shop = shop().await;
    let ask = |version| GetLoyalty {
        customer: customer("c009"),
        scope: Scope::default(),
        version,
        confidence: 0.9,
    };
    let get =
        async |shop: &Shop, version| shop.engine.get_loyalty(&shop.workspace, ask(version)).await.unwrap();
    let (first, standard, _) = get(&shop, None).await;
    assert_eq!((standard.version.version, standard.version.since), (1, None));
    let nothing = || LoyaltyComponent::ALL.into_iter().map(|component| (component, 0.0));
    let value_alone = nothing().map(|(one, _)| (one, f64::from(u8::from(one == LoyaltyComponent::Value))));
    let update = UpdateLoyaltyModel { weights: value_alone.collect(), ..UpdateLoyaltyModel::default() };
    let second = shop.engine.update_loyalty_model(&shop.workspace, update.clone()).await.unwrap();
    assert_eq!((second.version, second.since), (2, Some(at("2026-01-01"))));
    // The same again is no new version.
    let again = shop.engine.update_loyalty_model(&shop.workspace, update).await.unwrap();
    assert_eq!(again.version, 2);
    for shop in [&shop, &shop.reopened()] {
        let (by_value, standard, _) = get(shop, None).await;
        assert_eq!(standard.version.version, 2);
        let value = by_value.scored.values[LoyaltyComponent::Value.index()].unwrap();
        assert!((by_value.scored.score.unwrap().value - 100.0 * value).abs() < 1e-9);
        assert_eq!(by_value.scored.place, LoyaltyPlace::Unknown);
        let (as_before, ..) = get(shop, Some(1)).await;
        assert_eq!(as_before.scored, first.scored);
    }
    let missing = shop.engine.get_loyalty(&shop.workspace, ask(Some(3))).await.unwrap_err();
    assert!(missing.to_string().contains("there are the versions 1 to 2"), "{missing}");
    let none = UpdateLoyaltyModel { weights: nothing().collect(), ..UpdateLoyaltyModel::default() };
    let refused = shop.engine.update_loyalty_model(&shop.workspace, none).await.unwrap_err();
    assert!(refused.to_string().contains("sum to nothing"), "{refused}");
    // Whoever changes one thing at the same time as others change others loses nothing of it.
    let longer = UpdateLoyaltyModel { half_life_days: Some(90.0), ..UpdateLoyaltyModel::default() };
    let more = UpdateLoyaltyModel { pseudo_answers: Some(2.0), ..UpdateLoyaltyModel::default() };
    let both = tokio::join!(
        shop.engine.update_loyalty_model(&shop.workspace, longer),
        shop.engine.update_loyalty_model(&shop.workspace, more),
    );
    assert!(both.0.is_ok() && both.1.is_ok());
    let last = shop.engine.get_loyalty_model(&shop.workspace, None).await.unwrap();
    assert_eq!(last.version, 4);
    assert!(
        (last.model.half_life_days - 90.0).abs() < 1e-12 && (last.model.pseudo_answers - 2.0).abs() < 1e-12
    );
}

#[tokio::test]
async fn without_a_purchase_there_is_no_score_and_without_answers_no_attitude() {
    let shop = Shop::new("2026-03-01");
    let ask = |who: &str| GetLoyalty {
        customer: customer(who),
        scope: Scope::default(),
        version: None,
        confidence: 0.95,
    };
    let unknown = shop.engine.get_loyalty(&shop.workspace, ask("ann")).await;
    assert!(matches!(unknown, Err(EngineError::CustomerNotFound { .. })));
    shop.record([is("ann", "market", "hr"), bought("b1", "bob", "2026-02-01", "10")]).await;
    let none = shop.engine.get_loyalty(&shop.workspace, ask("ann")).await;
    assert!(matches!(none, Err(EngineError::InsufficientHistory(_))));
    let (bob, standard, provenance) = shop.engine.get_loyalty(&shop.workspace, ask("bob")).await.unwrap();
    assert_eq!((bob.scored.place, standard.customers, standard.with_attitude), (LoyaltyPlace::Unknown, 1, 0));
    assert!(provenance.warnings.iter().any(|warning| warning.code == WarningCode::NoAnswers));
    // Of three components of nine, with the weights .25, .10 and .10.
    assert!((bob.scored.coverage - 0.45 / 1.05).abs() < 1e-12);
    let empty = Shop::new("2026-03-01");
    assert!(list(&empty, everybody(Scope::default(), LoyaltyOrder::Highest)).await.is_empty());
    assert!(summary(&empty, None).await.iter().all(|row| row.customers == 0));
}

/// Six hundred customers who come every three to nine weeks of 2025 and answer in December. Then each stays or leaves: by what they answered,
/// or whatever it was.
async fn world(seed: u64, attitude_counts: bool) -> Shop {
    let shop = Shop::new("2026-07-01");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let start = jiff::civil::date(2025, 1, 1);
    let day = |days: u64| start.checked_add(jiff::Span::new().days(days as i64)).unwrap().to_string();
    let mut records = Vec::new();
    for who in 0..600_u64 {
        let (name, gap) = (format!("c{who:03}"), 21 + random.next_u64() % 42);
        let mut buy = |n: u64, days: u64| {
            let amount = format!("{}.00", 10 + who % 7);
            records.push(bought(&format!("t{who}-{n}"), &name, &day(days), &amount));
        };
        let first = random.next_u64() % 60;
        (0..(360 - first) / gap).for_each(|n| buy(n, first + n * gap));
        let score = random.next_u64() % 11;
        let stays = if attitude_counts { 10 + 8 * score } else { 50 };
        if random.next_u64() % 100 < stays {
            (0..3).for_each(|n| buy(100 + n, 370 + n * gap));
        }
        let answer = answered(&format!("n{who}"), Some(&name), &day(340 + who % 20), score as u8);
        records.push(Record::SurveyResponse(answer));
    }
    for records in records.chunks(5_000) {
        shop.record(records.to_vec()).await;
    }
    shop
}

fn validation(outcome: LoyaltyOutcome) -> ValidateScore {
    ValidateScore {
        scope: Scope::default(),
        outcome,
        horizon: ValidateScore::HORIZON,
        version: None,
        confidence: 0.95,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_score_wins_where_attitude_counts_and_says_no_where_it_does_not() {
    let shop = world(1, true).await;
    let validate = async |shop: &Shop, outcome| {
        shop.engine.validate_score(&shop.workspace, validation(outcome)).await.unwrap()
    };
    let won = validate(&shop, LoyaltyOutcome::Churn).await;
    assert!(won.attitude_adds && won.p_value.unwrap() < 1e-6, "{won:?}");
    assert!(won.verdict.starts_with("Attitude adds"), "{}", won.verdict);
    // Ten points more are one more of ten, and 8 of a hundred.
    assert!(won.odds_ratio.high.unwrap() < 1.0);
    assert_eq!(won.customers, 600);
    let of = |predictor| won.predictors.iter().find(|row| row.predictor == predictor).unwrap();
    for simple in [LoyaltyPredictor::Recency, LoyaltyPredictor::Alive, LoyaltyPredictor::Purchase] {
        assert!(of(simple).score_gain.low.unwrap() > 0.0, "{:?}", of(simple));
    }
    assert!(of(LoyaltyPredictor::Attitude).area.low.unwrap() > 0.6);
    let stays = validate(&shop, LoyaltyOutcome::Repurchase).await;
    assert!((stays.p_value.unwrap() - won.p_value.unwrap()).abs() < 1e-9);
    assert!(stays.odds_ratio.low.unwrap() > 1.0);
    assert!(validate(&shop, LoyaltyOutcome::Spend).await.with_outcome > 0);

    let noise = world(2, false).await;
    let lost = validate(&noise, LoyaltyOutcome::Churn).await;
    assert!(!lost.attitude_adds && lost.verdict.starts_with("NO: "), "{lost:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_validated_is_refused_in_a_sentence() {
    let shop = world(3, true).await;
    let refusal = async |question: ValidateScore| {
        shop.engine.validate_score(&shop.workspace, question).await.unwrap_err().to_string()
    };
    let ask = || validation(LoyaltyOutcome::Repurchase);
    let future = refusal(ValidateScore { scope: as_of_day("2027-01-01"), ..ask() }).await;
    assert!(future.contains("has not passed"), "{future}");
    let long = refusal(ValidateScore { horizon: Window::parse("3y").unwrap(), ..ask() }).await;
    assert!(long.contains("choose a shorter one"), "{long}");
    let nobody = refusal(validation(LoyaltyOutcome::Referral)).await;
    assert!(nobody.contains("nobody of 600 customers"), "{nobody}");
    // Scores of the start do not know what came later.
    let told = async || {
        format!("{:?}", shop.engine.validate_score(&shop.workspace, ask()).await.unwrap().predictors)
    };
    let before = told().await;
    shop.record([Record::SurveyResponse(answered("late", Some("c001"), "2026-02-01", 0))]).await;
    assert_eq!(before, told().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_is_what_would_be_made_anew() {
    // Enough customers for numbers of theirs to be remembered at all.
    let shop = Shop::new("2026-01-01");
    let mut records = Vec::new();
    for who in 0..1_200_i64 {
        let name = format!("c{who}");
        for n in 0..=who % 4 {
            let day = format!("2025-{:02}-{:02}", 1 + (who + 3 * n) % 12, 1 + who % 28);
            records.push(bought(&format!("t{who}-{n}"), &name, &day, "10.00"));
        }
        if who % 3 == 0 {
            let answer = answered(&format!("n{who}"), Some(&name), "2025-12-01", (who % 11) as u8);
            records.push(Record::SurveyResponse(answer));
        }
    }
    shop.record(records).await;
    let told = async |shop: &Shop| {
        let filter = Some(Filter::parse("churn_probability > 0.2 || loyalty_score > 40.0").unwrap());
        let scope = Scope { filter, ..Scope::default() };
        let question = SummarizeLoyalty {
            scope,
            group_by: Some("segment".to_owned()),
            version: None,
            series: None,
            confidence: 0.95,
        };
        let rows = shop.engine.summarize_loyalty(&shop.workspace, question).await.unwrap().rows;
        let order = ListLoyalty { limit: Some(40), ..everybody(Scope::default(), LoyaltyOrder::ValueAtRisk) };
        let first: Vec<String> = list(shop, order).await.into_iter().map(|view| view.customer).collect();
        let bare = ListLoyalty { scores_only: true, ..everybody(Scope::default(), LoyaltyOrder::Recorded) };
        let scores = list(shop, bare).await.into_iter().map(|view| (view.customer, view.scored, view.clv));
        let scores = format!("{:?}", scores.collect::<Vec<_>>());
        format!("{rows:?} {first:?} {scores}")
    };
    let changes: [(&str, Vec<Record>); 6] = [
        ("2026-01-01", Vec::new()),
        ("2026-01-01T00:00:30Z", vec![bought("new", "c7", "2025-12-31", "500.00")]),
        ("2026-01-01T00:01:00Z", vec![refunded("back", "new", "2026-01-01", "400.00")]),
        ("2026-01-01T00:02:00Z", vec![voided("t5-1", None)]),
        ("2026-01-01T06:00:00Z", vec![is("c9", "referred_by", "c8")]),
        ("2026-01-09", vec![Record::SurveyResponse(answered("late", Some("c6"), "2026-01-02", 0))]),
    ];
    let mut before = String::new();
    for (now, records) in changes {
        shop.clock.set(at(now));
        shop.record(records).await;
        let (once, again) = (told(&shop).await, told(&shop).await);
        assert_eq!(once, again, "{now}");
        assert_eq!(once, told(&shop.reopened()).await, "{now}");
        assert_ne!(once, before, "{now}: it says nothing new");
        before = once;
    }
    shop.engine.erase_customer(&shop.workspace, &customer("c7")).await.unwrap();
    assert_eq!(told(&shop).await, told(&shop.reopened()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_everybody_as_of_the_end_of_each_period() {
    let shop = shop().await;
    let question = |as_of: Option<&str>, series| SummarizeLoyalty {
        scope: as_of.map(as_of_day).unwrap_or_default(),
        group_by: Some("market".to_owned()),
        version: None,
        series,
        confidence: 0.95,
    };
    let ask = async |question| shop.engine.summarize_loyalty(&shop.workspace, question).await;
    let window = Window::parse("2025-07-01/2026-01-01").unwrap();
    let answer = ask(question(None, Some((Interval::Quarter, window)))).await.unwrap();
    let labels: Vec<String> =
        answer.rows.iter().map(|row| row.period.as_ref().unwrap().label.clone()).collect();
    assert_eq!(labels, [vec!["2025-Q3"; 11], vec!["2025-Q4"; 11]].concat());
    for quarter in answer.rows.chunks(11) {
        let (whole, places) = quarter.split_first().unwrap();
        assert_eq!(whole.place, None);
        let customers: u64 = places.iter().map(|row| row.customers).sum();
        assert_eq!(whole.customers, customers);
    }
    // A quarter ends where the next begins, and as of that instant its model is the one of that day, as in the question about it alone.
    let alone = ask(question(Some("2025-10-01"), None)).await.unwrap();
    let plain = |row: &LoyaltyRow| format!("{:?}", LoyaltyRow { period: None, ..row.clone() });
    assert_eq!(plain(&answer.rows[0]), plain(&alone.whole));
    let rows: Vec<String> = answer.rows[1..11].iter().map(plain).collect();
    assert_eq!(rows, alone.rows.iter().map(plain).collect::<Vec<_>>());
    // A month within a quarter has the model of its first day, and answers that were given by its end.
    let months = ask(question(None, Some((Interval::Month, window)))).await.unwrap();
    assert_eq!(months.rows.len(), 6 * 11);
    let answered: Vec<u64> =
        months.rows.iter().filter(|row| row.place.is_none()).map(|row| row.nps.n).collect();
    assert!(answered.is_sorted() && answered[0] < answered[5], "{answered:?}");
    let refused = ask(question(None, Some((Interval::Day, Window::All)))).await;
    assert!(matches!(refused, Err(EngineError::InvalidField { ref field, .. }) if field == "interval"));
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_comes_once_as_recorded_however_many_and_bare_scores_are_the_same() {
    let shop = Shop::new("2026-01-01");
    let name = |who: usize| format!("c{who:04}");
    let orders = (0..1_234).map(|who| {
        bought(&format!("t{who}"), &name(who), &format!("2025-{:02}-{:02}", who % 12 + 1, who % 28 + 1), "10")
    });
    shop.record(orders).await;
    shop.record(["c0003", "c0999", "c1233"].map(|who| is(who, "vip", "yes"))).await;
    let recorded = || everybody(Scope::default(), LoyaltyOrder::Recorded);
    let all = list(&shop, recorded()).await;
    let names = |all: &[LoyaltyView]| all.iter().map(|one| one.customer.clone()).collect::<Vec<_>>();
    assert_eq!(names(&all), (0..1_234).map(name).collect::<Vec<_>>());
    for limit in [1, 250, 251, 777, 5_000] {
        let some = list(&shop, ListLoyalty { limit: Some(limit), ..recorded() }).await;
        assert_eq!(names(&some), names(&all)[..limit.min(1_234)], "the first {limit}");
    }
    let filter = Some(Filter::parse("vip == 'yes'").unwrap());
    let few = list(&shop, everybody(Scope { filter, ..Scope::default() }, LoyaltyOrder::Recorded)).await;
    assert_eq!(names(&few), ["c0003", "c0999", "c1233"]);
    let bare = list(&shop, ListLoyalty { scores_only: true, ..recorded() }).await;
    for (bare, whole) in bare.iter().zip(&all) {
        assert!(bare.parts.is_empty() && bare.sentence.is_empty() && !whole.sentence.is_empty());
        assert_eq!((&bare.scored, &bare.score), (&whole.scored, &whole.score));
        assert_eq!((bare.clv, bare.value_at_risk), (whole.clv, whole.value_at_risk));
    }
    assert_eq!(bare.len(), all.len());
}
