//! NPS over windows, groups and time.

use crate::common::{Shop, answered, is};
use lojal_domain::{Interval, Record, SurveyKind, SurveyMetric, SurveyResponse, WarningCode};
use lojal_engine::{EngineError, Filter, GetNps, Scope, SurveyQuestion};

fn question() -> SurveyQuestion {
    SurveyQuestion::of(SurveyMetric::Nps)
}

async fn shop() -> Shop {
    let shop = Shop::new("2026-06-15");
    let answer = |id: &str, who, time: &str, score| Record::SurveyResponse(answered(id, who, time, score));
    shop.record([
        is("ann", "market", "hr"),
        is("bob", "market", "pl"),
        answer("a1", Some("ann"), "2026-01-31T23:30:00Z", 10),
        answer("a2", Some("ann"), "2026-03-01", 9),
        answer("a3", Some("bob"), "2026-03-02", 0),
        answer("a4", None, "2026-03-03", 7),
        answer("a5", Some("cleo"), "2026-05-31", 6),
    ])
    .await;
    shop
}

#[tokio::test]
async fn every_answer_counts_anonymous_ones_too() {
    let shop = shop().await;
    let answer = shop.engine.get_nps(&shop.workspace, GetNps::of(question())).await.unwrap();
    let counts = answer.whole.counts;
    assert_eq!((counts.promoters, counts.passives, counts.detractors), (2, 1, 2));
    // A raw zero is a score like any other.
    assert_eq!(answer.numbers, [1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1]);
    assert!(answer.rows.is_empty());
}

#[tokio::test]
async fn groups_and_months_are_tidy_and_have_no_holes() {
    let shop = shop().await;
    let by_market = SurveyQuestion { group_by: Some("market".to_owned()), ..question() };
    let answer = shop.engine.get_nps(&shop.workspace, GetNps::of(by_market)).await.unwrap();
    let groups: Vec<(&str, u64)> =
        answer.rows.iter().map(|row| (row.group.as_str(), row.scores.counts.total())).collect();
    assert_eq!(groups, [("", 2), ("hr", 2), ("pl", 1)]);
    let monthly = SurveyQuestion { interval: Some(Interval::Month), ..question() };
    let answer = shop.engine.get_nps(&shop.workspace, GetNps::of(monthly)).await.unwrap();
    let months: Vec<(String, u64)> = answer
        .rows
        .iter()
        .map(|row| (row.period.clone().unwrap().label, row.scores.counts.total()))
        .collect();
    let expected = [("2026-01", 1), ("2026-02", 0), ("2026-03", 3), ("2026-04", 0), ("2026-05", 1)];
    assert_eq!(months, expected.map(|(label, count)| (label.to_owned(), count)));
}

#[tokio::test]
async fn kinds_are_never_mixed() {
    let shop = shop().await;
    let transactional =
        SurveyResponse { kind: SurveyKind::Transactional, ..answered("b1", None, "2026-03-01", 3) };
    shop.record([Record::SurveyResponse(transactional)]).await;
    let both = shop.engine.get_nps(&shop.workspace, GetNps::of(question())).await.unwrap();
    assert_eq!((both.whole.counts.total(), both.kind), (5, Some(SurveyKind::Relationship)));
    let kinds: Vec<(SurveyKind, u64)> =
        both.by_kind.iter().map(|row| (row.kind, row.scores.counts.total())).collect();
    assert_eq!(kinds, [(SurveyKind::Relationship, 5), (SurveyKind::Transactional, 1)]);
    assert_eq!(both.provenance.warnings[0].code, WarningCode::SeveralQuestions);
    let chosen = SurveyQuestion { kind: Some(SurveyKind::Transactional), ..question() };
    assert_eq!(
        shop.engine.get_nps(&shop.workspace, GetNps::of(chosen)).await.unwrap().whole.counts.total(),
        1
    );
}

#[tokio::test]
async fn an_unknown_group_names_the_known_ones() {
    let shop = shop().await;
    let by_plan = SurveyQuestion { group_by: Some("plan".to_owned()), ..question() };
    let Err(EngineError::InvalidField { field, problem }) =
        shop.engine.get_nps(&shop.workspace, GetNps::of(by_plan)).await
    else {
        panic!("an unknown group was taken");
    };
    assert_eq!(field, "group_by");
    assert!(problem.contains("market") && problem.contains("channel"), "{problem}");
}

#[tokio::test]
async fn nobody_asked_is_no_zero() {
    let shop = Shop::new("2026-06-15");
    let answer = shop.engine.get_nps(&shop.workspace, GetNps::of(question())).await.unwrap();
    assert_eq!((answer.whole.nps.value, answer.whole.nps.n), (None, 0));
    assert_eq!(answer.provenance.warnings[0].code, WarningCode::NoAnswers);
}

/// A verdict on the attributes of one customer is remembered for others with the same, and only for them.
#[tokio::test]
async fn filters_of_attributes_tell_values_apart() {
    let shop = Shop::new("2026-06-15");
    let customers =
        [("ann", "a", "bc"), ("bob", "ab", "c"), ("cleo", "a", "bc"), ("dan", "1:a", ""), ("eve", "", "1:a")];
    for (number, (who, market, plan)) in customers.into_iter().enumerate() {
        let records = [("market", market), ("plan", plan)].map(|(name, value)| is(who, name, value));
        shop.record(records).await;
        let id = format!("a{number}");
        shop.record([Record::SurveyResponse(answered(&id, Some(who), "2026-03-01", number as u8))]).await;
    }
    for (filter, scores) in [
        ("market + plan == 'abc'", vec![0, 1, 2]),
        ("market == 'a'", vec![0, 2]),
        ("market == 'a' && plan == 'bc'", vec![0, 2]),
        ("market == 'ab' && plan == 'c'", vec![1]),
        ("plan == '1:a' && market == ''", vec![4]),
        // With a fact every customer is looked at.
        ("market == 'a' && last_nps > 0", vec![2]),
    ] {
        let scope = Scope { filter: Some(Filter::parse(filter).unwrap()), ..Scope::default() };
        let answer = shop
            .engine
            .get_nps(&shop.workspace, GetNps::of(SurveyQuestion { scope, ..question() }))
            .await
            .unwrap();
        let numbers = answer.numbers;
        let given: Vec<usize> = (0..11).filter(|score| numbers[*score] > 0).collect();
        assert_eq!(given, scores, "{filter}");
    }
}
