//! What the demo loads that is simulated: all but the purchases of the same customers. It is the same in every demo.

use std::collections::{BTreeMap, HashSet};

use lojal_domain::Amount;
use lojal_proto::v1;
use prost_types::Timestamp;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::demo::data::Purchase;

const SEED: u64 = 1997;
/// Days on which the panel was asked.
const WAVES: [&str; 3] = ["1997-06-30T12:00:00Z", "1997-12-31T12:00:00Z", "1998-05-31T12:00:00Z"];
/// How long before a wave somebody had a case.
const CASE_SECONDS: i64 = 20 * 86_400;
/// Customers who buy at a discount whenever they can, and how often these and the others do.
const HUNTERS: f64 = 0.2;
const DISCOUNTED: [f64; 2] = [0.1, 0.6];
/// What is taken off, of what is paid: 15 % of the list price.
const TAKEN_OFF: f64 = 0.15 / 0.85;
/// Customers who were recommended by somebody.
const REFERRED: f64 = 0.08;
const SOURCES: [&str; 3] = ["search", "magazine", "radio"];
const MARKETS: [&str; 3] = ["east", "south", "west"];

/// What is simulated, each with draws of its own, so that one does not move another.
#[derive(Clone, Copy)]
enum Part {
    Recommendation,
    Satisfaction,
    Cases,
    Discounts,
    Customers,
}

fn random(part: Part) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    random.set_stream(part as u64);
    random
}

/// Everything that is simulated.
#[derive(Debug, PartialEq)]
pub(crate) struct Simulated {
    /// Answers about recommendation (NPS) and satisfaction (CSAT).
    pub(crate) answers: Vec<v1::SurveyResponse>,
    /// Cases of support.
    pub(crate) cases: Vec<v1::Interaction>,
    /// Markets, and where customers came from.
    pub(crate) customers: Vec<v1::CustomerUpsert>,
    /// What was taken off each purchase.
    pub(crate) discounts: Vec<Amount>,
}

type Purchases<'a> = BTreeMap<&'a str, Vec<i64>>;

/// Simulates what is not in the sample.
pub(crate) fn simulate(purchases: &[Purchase]) -> anyhow::Result<Simulated> {
    let mut by_customer = Purchases::new();
    for purchase in purchases {
        by_customer.entry(purchase.customer).or_default().push(purchase.time.seconds);
    }
    let waves: Vec<jiff::Timestamp> = WAVES.iter().map(|wave| wave.parse()).collect::<Result<_, _>>()?;
    let waves: Vec<i64> = waves.into_iter().map(jiff::Timestamp::as_second).collect();
    let cases = cases(&by_customer, &waves);
    Ok(Simulated {
        answers: answers(&by_customer, &waves, &cases),
        cases: cases.into_values().collect(),
        customers: customers(&by_customer),
        discounts: discounts(purchases, &by_customer)?,
    })
}

const fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos: 0 })
}

fn orders_before(bought: &[i64], instant: i64) -> usize {
    bought.iter().filter(|at| **at < instant).count()
}

type Cases<'a> = BTreeMap<(usize, &'a str), v1::Interaction>;

/// Before each wave some of those who had bought had a case.
fn cases<'a>(by_customer: &Purchases<'a>, waves: &[i64]) -> Cases<'a> {
    let mut random = random(Part::Cases);
    let mut cases = Cases::new();
    for (wave, asked) in waves.iter().enumerate() {
        for (customer, bought) in by_customer {
            let (has_one, ends_well) = (random.random::<f64>(), random.random::<f64>());
            let opened = asked - CASE_SECONDS;
            if has_one > 0.05 || orders_before(bought, opened) == 0 {
                continue;
            }
            let case = v1::Interaction {
                interaction_id: format!("case-{}-{customer}", wave + 1),
                customer_id: (*customer).to_owned(),
                time: at(opened),
                kind: v1::InteractionKind::SupportCase.into(),
                status: if ends_well < 0.7 { "resolved" } else { "reopened" }.to_owned(),
                channel: "simulated".to_owned(),
                ..v1::Interaction::default()
            };
            cases.insert((wave, *customer), case);
        }
    }
    cases
}

/// In each wave some customers answer, the likelier and the better the more often they have bought. Satisfaction goes with recommendation, and is
/// lower after a case.
fn answers(by_customer: &Purchases<'_>, waves: &[i64], cases: &Cases<'_>) -> Vec<v1::SurveyResponse> {
    let mut recommends = random(Part::Recommendation);
    let mut satisfies = random(Part::Satisfaction);
    let mut answers = Vec::new();
    for (wave, asked) in waves.iter().enumerate() {
        for (customer, bought) in by_customer {
            let eagerness = (orders_before(bought, *asked) as f64).ln_1p();
            // Drawn whether used or not, so that one customer's answer does not move another's.
            let [takes_part, a, b, c] = std::array::from_fn(|_| recommends.random::<f64>());
            let apart = satisfies.random::<f64>();
            if takes_part > 0.12 + 0.08 * eagerness {
                continue;
            }
            // Three uniform numbers make a bell, about half a point wide.
            let mood = a + b + c - 1.5;
            let answer = |prefix: &str, score: f64, metric: v1::SurveyMetric| v1::SurveyResponse {
                response_id: format!("{prefix}-{}-{customer}", wave + 1),
                customer_id: (*customer).to_owned(),
                time: at(*asked),
                score: Some(score as i32),
                survey_id: "simulated-panel".to_owned(),
                channel: if a < 0.5 { "email" } else { "in_app" }.to_owned(),
                metric: metric.into(),
                ..v1::SurveyResponse::default()
            };
            // Centred at 7 of 10, better with every order, about 2 points wide.
            let score = (5.9 + 1.0 * eagerness + 4.0 * mood).round().clamp(0.0, 10.0);
            answers.push(answer("wave", score, v1::SurveyMetric::Nps));
            let trouble = if cases.contains_key(&(wave, *customer)) { 1.2 } else { 0.0 };
            let score =
                (3.3 + 0.3 * eagerness + 1.4 * mood + (apart - 0.5) - trouble).round().clamp(1.0, 5.0);
            answers.push(answer("satisfied", score, v1::SurveyMetric::Csat));
        }
    }
    answers
}

/// Each customer has a market, and some came by the recommendation of one who had bought before them.
fn customers(by_customer: &Purchases<'_>) -> Vec<v1::CustomerUpsert> {
    let mut random = random(Part::Customers);
    let mut by_first: Vec<(i64, &str)> = by_customer
        .iter()
        .filter_map(|(customer, bought)| Some((*bought.iter().min()?, *customer)))
        .collect();
    by_first.sort_unstable();
    let mut customers = Vec::new();
    for (place, (first, customer)) in by_first.iter().enumerate() {
        let [market, source, is_referred, by] = std::array::from_fn(|_| random.random::<f64>());
        let any = |of: &[&str], draw: f64| of[(draw * of.len() as f64) as usize].to_owned();
        let before = by_first.partition_point(|(other, _)| other < first);
        let referrer = (is_referred < REFERRED && before > 0 && place > 0)
            .then(|| by_first[(by * before as f64) as usize].1.to_owned());
        customers.push(v1::CustomerUpsert {
            customer_id: (*customer).to_owned(),
            attributes: [("market".to_owned(), any(&MARKETS, market))].into(),
            acquisition_source: if referrer.is_some() {
                "referral".to_owned()
            } else {
                any(&SOURCES, source)
            },
            referred_by: referrer.unwrap_or_default(),
            ..v1::CustomerUpsert::default()
        });
    }
    customers
}

/// What was taken off each purchase, in whole cents.
fn discounts(purchases: &[Purchase], by_customer: &Purchases<'_>) -> anyhow::Result<Vec<Amount>> {
    const CENT: f64 = 10_000.0;
    let mut random = random(Part::Discounts);
    let hunters: HashSet<&str> =
        by_customer.keys().filter(|_| random.random::<f64>() < HUNTERS).copied().collect();
    let off = |purchase: &Purchase| -> anyhow::Result<Amount> {
        let often = DISCOUNTED[usize::from(hunters.contains(purchase.customer))];
        if random.random::<f64>() >= often {
            return Ok(Amount::ZERO);
        }
        let cents = (Amount::parse(purchase.dollars)?.micros() as f64 * TAKEN_OFF / CENT).round();
        Ok(Amount::from_micros((cents * CENT) as i64))
    };
    purchases.iter().map(off).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::data::purchases;

    #[test]
    fn it_is_the_same_every_time_and_about_customers_there_are() {
        let purchases = purchases().unwrap();
        let simulated = simulate(&purchases).unwrap();
        assert_eq!(simulated, simulate(&purchases).unwrap());
        assert_eq!(simulated.discounts.len(), purchases.len());
        let first =
            |customer: &str| purchases.iter().find(|each| each.customer == customer).unwrap().time.seconds;
        let referred = simulated.customers.iter().filter(|each| !each.referred_by.is_empty());
        let referred: Vec<_> = referred.collect();
        assert!((100..300).contains(&referred.len()), "{}", referred.len());
        for each in referred {
            assert!(first(&each.referred_by) < first(&each.customer_id), "{each:?}");
        }
        for case in &simulated.cases {
            assert!(first(&case.customer_id) < case.time.unwrap().seconds, "{case:?}");
        }
    }

    #[test]
    fn cases_lower_satisfaction_and_discounts_are_for_some() {
        let purchases = purchases().unwrap();
        let simulated = simulate(&purchases).unwrap();
        let of = |id: &str| id.split_once('-').unwrap().1.to_owned();
        let troubled: HashSet<String> = simulated.cases.iter().map(|case| of(&case.interaction_id)).collect();
        let mean = |is_troubled: bool| {
            let scores: Vec<f64> = simulated
                .answers
                .iter()
                .filter(|answer| answer.metric() == v1::SurveyMetric::Csat)
                .filter(|answer| troubled.contains(&of(&answer.response_id)) == is_troubled)
                .map(|answer| f64::from(answer.score.unwrap()))
                .collect();
            assert!(scores.len() > 50, "{}", scores.len());
            scores.iter().sum::<f64>() / scores.len() as f64
        };
        assert!(mean(true) < mean(false) - 0.8, "{} and {}", mean(true), mean(false));
        let at_discount = simulated.discounts.iter().filter(|off| **off > Amount::ZERO).count();
        assert!((1_000..2_000).contains(&at_discount), "{at_discount}");
    }
}
