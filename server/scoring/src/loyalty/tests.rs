//! What holds of scores, whatever is known.

use proptest::prelude::*;

use super::*;

fn answers(of: &[(Metric, f64, f64)]) -> [AnswerSum; 4] {
    let mut sums = [AnswerSum::default(); 4];
    for (metric, value, days) in of {
        sums[metric.index()].add(*value, *days, &LoyaltyModel::default());
    }
    sums
}

fn person() -> impl Strategy<Value = Person> {
    let answer = (0..4_usize, 0..=10_u8, 0.0..900.0_f64);
    (
        (0..11_u8, 0.0..=1.0_f64, 0.0..0.1_f64),
        (0..40_u32, -5_000_000..90_000_000_i64, 0..=13_u8, 0..4_u32),
        prop::collection::vec(answer, 0..5),
    )
        .prop_map(
            |((segment, alive, alive_error), (orders, spend_micros, active_weeks, referrals), said)| {
                let said: Vec<_> = said
                    .into_iter()
                    .map(|(metric, score, days)| (Metric::ALL[metric], f64::from(score) / 10.0, days))
                    .collect();
                Person {
                    segment,
                    alive,
                    alive_error,
                    orders,
                    spend_micros,
                    discounted: orders / 3,
                    active_weeks,
                    referrals,
                    answers: answers(&said),
                }
            },
        )
}

proptest! {
    #[test]
    fn a_score_is_its_base_and_its_contributions(people in prop::collection::vec(person(), 1..40)) {
        let standard = Standard::of(&people, &LoyaltyModel::default());
        for person in &people {
            let scored = standard.score(person);
            let sum = scored.base.unwrap() + scored.contributions.iter().sum::<f64>();
            prop_assert!((0.0..=1.0).contains(&scored.coverage));
            if let Some(score) = scored.score {
                prop_assert!((score.value - sum).abs() < 1e-9);
                prop_assert!((0.0..=100.0).contains(&score.value));
            }
            for (value, contribution) in scored.values.iter().zip(scored.contributions) {
                prop_assert!(value.is_some() || contribution == 0.0);
            }
            // Equal behaviour, equal score.
            prop_assert_eq!(&standard.score(&person.clone()), &scored);
        }
        // Contributions of whoever is known in all are 0 in the mean.
        let all: Vec<f64> = people.iter().map(|person| standard.values(person)[Component::Value.index()].unwrap()).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        prop_assert!((mean - standard.mean(Component::Value).unwrap()).abs() < 1e-9);
    }
}

#[test]
fn a_score_is_that_of_the_formula() {
    // By hand: ranks of 1, 1, 4 orders are 1/3, 1/3, 5/6; of 10, 30, 30 are 1/6, 2/3, 2/3.
    let one =
        Person { alive: 0.5, orders: 1, spend_micros: 10_000_000, active_weeks: 1, ..Person::default() };
    let two =
        Person { alive: 1.0, orders: 1, spend_micros: 30_000_000, active_weeks: 13, ..Person::default() };
    let said = answers(&[(Metric::Recommendation, 0.9, 0.0), (Metric::Recommendation, 0.3, 180.0)]);
    let three =
        Person { alive: 0.8, orders: 4, spend_micros: 30_000_000, answers: said, ..Person::default() };
    let standard = Standard::of(&[one, two, three], &LoyaltyModel::default());
    // Three behavioural components, of the weights .25, .10 and .10; nobody was referred.
    let first = standard.score(&one);
    let expected = 100.0 * (0.25 * 0.5 / 3.0 + 0.10 / 6.0 + 0.10 / 13.0) / 0.45;
    assert!((first.score.unwrap().value - expected).abs() < 1e-12, "{first:?}");
    assert!((first.coverage - 0.45 / 1.05).abs() < 1e-12);
    assert_eq!((first.place, first.attitude), (Place::Unknown, None));
    // Their own answers, 0.9 and half of 0.3, and one of the segment's mean, which is drawn to that of everybody: the same.
    let third = standard.score(&three);
    let mean = (0.9 + 0.5 * 0.3) / 1.5;
    let value = (0.9 + 0.5 * 0.3 + mean) / 2.5;
    assert!((third.values[Component::Recommendation.index()].unwrap() - value).abs() < 1e-12);
    assert!((third.attitude.unwrap().value - 100.0 * value).abs() < 1e-12);
    // The variance of an answer is half of all variance, and so many answers count.
    let variance = 0.5 * ((0.81 + 0.5 * 0.09) / 1.5 - mean * mean);
    assert!((third.attitude.unwrap().standard_error - 100.0 * (variance / 2.5).sqrt()).abs() < 1e-12);
}

/// 100 x 0.007 / 0.007 is 100.00000000000001.
#[test]
fn nobody_has_more_than_a_hundred_points() {
    for weight in (1..=1_000).map(|thousandths| f64::from(thousandths) / 1_000.0) {
        let mut model = LoyaltyModel { weights: [0.0; COMPONENTS], ..LoyaltyModel::default() };
        model.weights[Component::Recommendation.index()] = weight;
        let fan = Person { answers: answers(&[(Metric::Recommendation, 1.0, 0.0)]), ..Person::default() };
        let scored = Standard::of(&[fan], &model).score(&fan);
        let all = [scored.score, scored.attitude].map(|points| points.unwrap().value);
        assert!(all.iter().all(|points| (*points - 100.0).abs() <= 0.0), "{weight}: {all:?}");
    }
}

#[test]
fn who_is_silent_has_no_attitude_and_discounts_lower_the_bond_alone() {
    let silent = Person { alive: 0.9, orders: 5, discounted: 5, ..Person::default() };
    let happy = Person { answers: answers(&[(Metric::Satisfaction, 1.0, 3.0)]), discounted: 0, ..silent };
    let bargain = Person { discounted: 5, ..happy };
    let standard = Standard::of(&[silent, happy, bargain], &LoyaltyModel::default());
    assert_eq!(standard.score(&silent).place, Place::Unknown);
    assert_eq!(standard.score(&silent).values[Component::FullPrice.index()], None);
    let (happy, bargain) = (standard.score(&happy), standard.score(&bargain));
    assert_eq!(happy.behaviour, bargain.behaviour);
    assert!(happy.attitude.unwrap().value > bargain.attitude.unwrap().value);
}

#[test]
fn places_are_cut_at_the_medians_and_intervals_say_who_is_near() {
    let people: Vec<Person> = (0..40_u8)
        .map(|i| {
            let says = [0.1, 0.9][usize::from(i % 2)];
            let said: Vec<_> = (0..30).map(|n| (Metric::Recommendation, says, f64::from(n))).collect();
            Person {
                alive: 0.9,
                orders: u32::from(i / 2),
                spend_micros: i64::from(i / 2) * 1_000_000,
                answers: answers(&said),
                ..Person::default()
            }
        })
        .collect();
    let standard = Standard::of(&people, &LoyaltyModel::default());
    let mut places = std::collections::BTreeMap::new();
    for person in &people {
        *places.entry(standard.score(person).place).or_insert(0) += 1;
    }
    assert_eq!(
        places.into_iter().collect::<Vec<_>>(),
        Place::ALL[..4].iter().map(|place| (*place, 10)).collect::<Vec<_>>()
    );
    assert!(!standard.score(&people[0]).is_on_the_border(0.95));
    let unsure = Person { answers: answers(&[(Metric::Recommendation, 0.6, 10.0)]), ..people[0] };
    assert!(standard.score(&unsure).is_on_the_border(0.95));
    let fifty = LoyaltyModel { cut: Cut::Fifty, ..LoyaltyModel::default() };
    assert_eq!(Standard::of(&people, &fifty).attitude_cut(), Some(50.0));
}

#[test]
fn answers_fade_and_are_forgotten() {
    let model = LoyaltyModel::default();
    let mut sum = AnswerSum::default();
    sum.add(1.0, 180.0, &model);
    assert_eq!((sum.weight, sum.value), (0.5, 0.5));
    sum.add(0.0, 541.0, &model);
    assert_eq!((sum.weight, sum.value), (0.5, 0.5));
}

#[test]
fn a_model_without_sense_is_refused() {
    let with = |component: Component, weight: f64| {
        let mut model = LoyaltyModel::default();
        model.weights[component.index()] = weight;
        model.check()
    };
    assert_eq!(LoyaltyModel::default().check(), Ok(()));
    assert!(with(Component::Value, -0.1).unwrap_err().to_string().contains("-0.1 for value"));
    assert!(with(Component::Value, f64::NAN).is_err());
    let nothing = LoyaltyModel { weights: [0.0; COMPONENTS], ..LoyaltyModel::default() };
    assert_eq!(nothing.check(), Err(ModelProblem::NoWeight));
    assert!(LoyaltyModel { half_life_days: 0.0, ..LoyaltyModel::default() }.check().is_err());
    assert!(LoyaltyModel { pseudo_answers: 0.0, ..LoyaltyModel::default() }.check().is_err());
}
