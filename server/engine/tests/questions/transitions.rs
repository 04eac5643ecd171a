//! Who moved between segments: the counts add up, and each is what single answers say.

use std::collections::BTreeMap;

use crate::common::{Shop, at, bought, customer, is, refunded};
use crate::series::shop;
use lojal_domain::{WarningCode, Window};
use lojal_engine::{
    EngineError, FactsAsOf, Filter, GetCustomerSegment, GetSegmentTransitions, RfmValues, Scope, Segment,
    SegmentMember, SegmentQuestion, SegmentTransition, TransitionsAnswer,
};
use lojal_scoring::rfm::{SecondAxis, segment};

const FROM: &str = "2026-01-01";
const TO: &str = "2026-06-01";

fn as_of(day: &str) -> SegmentQuestion {
    SegmentQuestion { scope: Scope { as_of: Some(at(day)), ..Scope::default() }, window: None }
}

fn question() -> GetSegmentTransitions {
    GetSegmentTransitions { question: as_of(TO), from: Some(at(FROM)), group_by: None, confidence: 0.95 }
}

async fn ask(shop: &Shop, question: GetSegmentTransitions) -> TransitionsAnswer {
    shop.engine.get_segment_transitions(&shop.workspace, question).await.unwrap()
}

async fn member(shop: &Shop, who: &str, day: &str) -> Option<SegmentMember> {
    let ask = GetCustomerSegment { customer: customer(who), question: as_of(day) };
    match shop.engine.get_customer_segment(&shop.workspace, ask).await {
        Ok((member, ..)) => Some(member),
        Err(error) => {
            let is_in_none =
                matches!(error, EngineError::CustomerNotFound { .. } | EngineError::InsufficientHistory(_));
            assert!(is_in_none, "{error}");
            None
        }
    }
}

type Pair = (Option<Segment>, Option<Segment>);

fn counted(rows: &[SegmentTransition]) -> BTreeMap<Pair, [u64; 4]> {
    let told = rows.iter().map(|row| {
        let counts = [row.customers, row.by_behaviour, row.by_thresholds, row.by_both];
        ((row.from, row.to), counts)
    });
    told.collect()
}

#[tokio::test]
async fn every_transition_is_what_single_answers_say() {
    let shop = shop().await;
    // Two who never bought, one of whom is known since yesterday, and one who gives everything back.
    shop.record([
        is("quiet", "market", "hr"),
        bought("g1", "giver", "2025-11-01", "20"),
        refunded("g2", "g1", "2026-03-01", "20"),
    ])
    .await;
    let answer = ask(&shop, question()).await;
    let mut expected: BTreeMap<Pair, [u64; 4]> = BTreeMap::new();
    let names = (0..90).map(|number| format!("c{number:02}"));
    for who in names.chain(["quiet".to_owned(), "giver".to_owned()]) {
        let known = shop.view(&who, Some(TO), None).await.is_ok();
        if !known {
            continue;
        }
        let (then, now) = (member(&shop, &who, FROM).await, member(&shop, &who, TO).await);
        let stays_at: Option<RfmValues> = now.as_ref().map(|now| now.values);
        let by_old =
            stays_at.map(|values| segment(answer.from.cutpoints.score(&values), SecondAxis::Frequency));
        let (then, now) = (then.map(|then| then.segment), now.map(|now| now.segment));
        let counts = expected.entry((then, now)).or_default();
        counts[0] += 1;
        if then != now {
            let place = if by_old == now {
                1
            } else if by_old == then {
                2
            } else {
                3
            };
            counts[place] += 1;
        }
    }
    let found = counted(&answer.whole);
    assert_eq!(found, expected);
    let sums = found.values().fold([0; 4], |sum, counts| std::array::from_fn(|i| sum[i] + counts[i]));
    assert!(sums[1] > 10 && sums[3] > 10, "{sums:?}");
    assert!(member(&shop, "quiet", TO).await.is_none());
    assert!(found[&(None, None)][0] > 0, "who never bought is counted");
    assert!(found.iter().any(|((from, to), _)| from.is_none() && to.is_some()), "some are new");
    let left = found.iter().find(|((from, to), _)| from.is_some() && to.is_none()).unwrap();
    assert_eq!(left.1, &[1, 1, 0, 0], "who gave everything back did that by themselves");

    // Shares are of all, and of those who were there.
    let all = answer.whole[0].share.n;
    assert_eq!(all, sums[0]);
    let share: f64 = answer.whole.iter().map(|row| row.share.value.unwrap()).sum();
    assert!((share - 1.0).abs() < 1e-12);
    for row in &answer.whole {
        let were: u64 =
            answer.whole.iter().filter(|other| other.from == row.from).map(|other| other.customers).sum();
        assert_eq!(row.share_of_from.n, were);
        assert!(row.share_of_from.low < row.share_of_from.value || row.customers == 0);
    }
    // At either instant they are those of a summary.
    for (day, of) in [(FROM, 0), (TO, 1)] {
        let summary = shop.engine.summarize_segments(&shop.workspace, as_of(day)).await.unwrap();
        for each in summary.segments {
            let place = |pair: &Pair| if of == 0 { pair.0 } else { pair.1 };
            let here = found.iter().filter(|(pair, _)| place(pair) == Some(each.segment));
            assert_eq!(here.map(|(_, counts)| counts[0]).sum::<u64>(), each.customers, "{day}");
        }
    }
}

#[tokio::test]
async fn groups_add_up_and_a_filter_counts_who_matches() {
    let shop = shop().await;
    let grouped = GetSegmentTransitions { group_by: Some("market".to_owned()), ..question() };
    let answer = ask(&shop, grouped).await;
    let whole = ask(&shop, question()).await;
    assert_eq!(counted(&answer.whole), counted(&whole.whole));
    let mut sums: BTreeMap<Pair, [u64; 4]> = BTreeMap::new();
    for row in &answer.rows {
        let sum = sums.entry((row.from, row.to)).or_default();
        let more = [row.customers, row.by_behaviour, row.by_thresholds, row.by_both];
        *sum = std::array::from_fn(|i| sum[i] + more[i]);
    }
    assert_eq!(sums, counted(&whole.whole));
    let mut with_filter = question();
    with_filter.question.scope.filter = Some(Filter::parse("market == \"hr\"").unwrap());
    let filtered = ask(&shop, with_filter).await;
    let of_hr: Vec<SegmentTransition> = answer.rows.iter().filter(|row| row.group == "hr").cloned().collect();
    assert_eq!(counted(&filtered.whole), counted(&of_hr));
    let of_test = answer.group_mix_tests.iter().find(|test| test.group == "hr").unwrap();
    assert_eq!((of_test.p_value, of_test.moved), (filtered.mix_test.p_value, filtered.mix_test.moved));
    assert!(filtered.mix_test.p_value.is_some());
}

/// Ann does in May what she did in April, when three orders were many; in May nine are usual.
#[tokio::test]
async fn who_is_overtaken_was_moved_by_the_bar() {
    let shop = Shop::new("2026-06-02");
    let mut records = Vec::new();
    for number in 0..30 {
        let who = format!("c{number:02}");
        for (month, usual) in [(4, 1), (5, 9)] {
            for order in 0..if number == 0 { 3 } else { usual } {
                let time = format!("2026-{month:02}-20T{order:02}:00:00Z");
                records.push(bought(&format!("{who}-{month}-{order}"), &who, &time, "10"));
            }
        }
    }
    shop.record(records).await;
    let window = Some(Window::days(30));
    let answer = ask(
        &shop,
        GetSegmentTransitions {
            question: SegmentQuestion { window, ..as_of("2026-05-31") },
            from: Some(at("2026-05-01")),
            ..question()
        },
    )
    .await;
    let found = counted(&answer.whole);
    let of = |from, to| (Some(from), Some(to));
    assert_eq!(
        found,
        BTreeMap::from([
            (of(Segment::Loyal, Segment::AboutToSleep), [1, 0, 1, 0]),
            (of(Segment::AboutToSleep, Segment::AboutToSleep), [29, 0, 0, 0]),
        ])
    );
    // McNemar's test of one who went and nobody who came.
    let test = &answer.mix_test;
    assert_eq!(
        (test.customers, test.moved, test.chi_square, test.degrees_of_freedom),
        (30, 1, Some(1.0), Some(1))
    );
    assert!(answer.provenance.warnings.iter().any(|of| of.code == WarningCode::FewObservations));
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused_or_said() {
    let shop = shop().await;
    let late = GetSegmentTransitions { from: Some(at(TO)), ..question() };
    let refused = shop.engine.get_segment_transitions(&shop.workspace, late).await.unwrap_err();
    assert!(matches!(refused, EngineError::InvalidField { field, .. } if field == "from_as_of"));
    let unknown = GetSegmentTransitions { group_by: Some("planet".to_owned()), ..question() };
    let refused = shop.engine.get_segment_transitions(&shop.workspace, unknown).await.unwrap_err();
    assert!(matches!(refused, EngineError::InvalidField { field, .. } if field == "group_by"));
    let early = GetSegmentTransitions { from: Some(at("2020-01-01")), ..question() };
    let answer = ask(&shop, early).await;
    assert!(answer.whole.iter().all(|row| row.from.is_none()));
    assert_eq!((answer.mix_test.customers, answer.mix_test.p_value), (0, None));
    assert!(answer.provenance.warnings.iter().any(|of| of.code == WarningCode::NobodyAtStart));
    // Without an earlier instant it is 90 days before, by the calendar of Zagreb, where the clocks were turned since.
    let answer = ask(&shop, GetSegmentTransitions { from: None, ..question() }).await;
    assert_eq!(answer.from.as_of, at("2026-03-03T01:00:00Z"));
    // Groups are read at the earlier instant unless it is said otherwise.
    let grouped = GetSegmentTransitions { group_by: Some("orders".to_owned()), ..question() };
    assert_eq!(ask(&shop, grouped.clone()).await.provenance.facts_as_of, Some(at(FROM)));
    let mut at_end = grouped;
    at_end.question.scope.facts_as_of = Some(FactsAsOf::End);
    assert_eq!(ask(&shop, at_end).await.provenance.facts_as_of, None);
}
