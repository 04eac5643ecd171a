//! Whether the score predicts anything: held against what customers did afterwards, beside the simple things that predict it as well.
//!
//! Whether attitude adds to what behaviour says is the question that the score stands or falls with. Among customers who have an attitude X,
//! with the outcome y, the probability p that the default model gave to a purchase, behaviour O, n orders of 365 days, and silent for s days:
//!
//! ```text
//! logit P(y) = a + b logit(p) + c logit(p)^2 + e O + f ln(1 + n) + g ln(1 + s) + d X                                       (1)
//! ```
//!
//! and attitude adds if d is above 0 by a one-sided Wald test. Attitude goes with what customers have bought, and the model does not hold all
//! of that: without n and s attitude would count for what purchases say already.

use super::{COMPONENTS, Component};
use crate::statistics::areas::{Area, area, area_difference};
use crate::statistics::logistic::{Logistic, fit};
use crate::statistics::normal::below;

/// Probabilities are kept so far from 0 and 1 that their logits are numbers.
const LEAST: f64 = 1e-6;
/// Points that an effect is told for.
const POINTS: f64 = 10.0;

/// What predicts an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Predictor {
    /// The score.
    Score,
    /// What they say.
    Attitude,
    /// What they do.
    Behaviour,
    /// Days since the last purchase, fewer being better.
    Recency,
    /// Probability that they still are a customer.
    Alive,
    /// Probability that they buy within the horizon.
    Purchase,
    /// Their last answer to the question of NPS.
    Nps,
    /// One component.
    Component(Component),
}

/// One customer as they were, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// A hash, by whose last bit customers are halved.
    pub key: u64,
    /// Whether the outcome came.
    pub outcome: bool,
    /// The score, 0 to 100.
    pub score: Option<f64>,
    /// What they say, 0 to 100.
    pub attitude: Option<f64>,
    /// What they do, 0 to 100.
    pub behaviour: Option<f64>,
    /// Days since the last purchase.
    pub recency_days: f64,
    /// Orders of 365 days.
    pub orders: u32,
    /// Probability that they still are a customer.
    pub alive: f64,
    /// Probability that they buy within the horizon.
    pub purchase: f64,
    /// Their last answer to the question of NPS.
    pub nps: Option<f64>,
    /// Components, by [`Component::index`].
    pub values: [Option<f64>; COMPONENTS],
}

impl Case {
    fn of(&self, predictor: Predictor) -> Option<f64> {
        match predictor {
            Predictor::Score => self.score,
            Predictor::Attitude => self.attitude,
            Predictor::Behaviour => self.behaviour,
            Predictor::Recency => Some(-self.recency_days),
            Predictor::Alive => Some(self.alive),
            Predictor::Purchase => Some(self.purchase),
            Predictor::Nps => self.nps,
            Predictor::Component(component) => self.values[component.index()],
        }
    }
}

/// How well something predicts.
#[derive(Debug, Clone, PartialEq)]
pub struct Validated {
    /// What.
    pub predictor: Predictor,
    /// Customers of whom it is known.
    pub customers: u64,
    /// Those of them who have the outcome.
    pub with_outcome: u64,
    /// How often of two customers the one with the outcome has more of it; none unless some have it and some have not.
    pub area: Option<Area>,
    /// The area of the score of the same customers, less this one; none of the score itself.
    pub score_gain: Option<Area>,
    /// Share of those with the outcome among the tenth with most of it, over the share among all.
    pub lift: Option<f64>,
    /// Mean squared error of a probability made of it on the other half.
    pub brier: Option<f64>,
    /// The same of the share of the other half.
    pub brier_of_constant: Option<f64>,
}

/// What attitude adds to behaviour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttitudeEffect {
    /// What ten points of attitude add to the log-odds of the outcome, all else being equal.
    pub log_odds: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Probability of as much or more in the right direction if attitude added nothing.
    pub p_value: f64,
    /// Customers who have an attitude.
    pub customers: u64,
}

/// Whether the score predicts an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// Customers.
    pub customers: u64,
    /// Those of them who have the outcome.
    pub with_outcome: u64,
    /// Each predictor that is known of anybody, the score first.
    pub predictors: Vec<Validated>,
    /// None where it cannot be told: nobody has an attitude, or it tells outcomes apart without a fault.
    pub attitude: Option<AttitudeEffect>,
}

/// Holds predictors against outcomes. Of an outcome that the score should make rarer (`is_bad`), all are turned around.
#[must_use]
pub fn validate(cases: &[Case], is_bad: bool) -> Validation {
    let sign = if is_bad { -1.0 } else { 1.0 };
    let simple = [
        Predictor::Score,
        Predictor::Attitude,
        Predictor::Behaviour,
        Predictor::Recency,
        Predictor::Alive,
        Predictor::Purchase,
        Predictor::Nps,
    ];
    let all = simple.into_iter().chain(Component::ALL.into_iter().map(Predictor::Component));
    Validation {
        customers: cases.len() as u64,
        with_outcome: cases.iter().filter(|case| case.outcome).count() as u64,
        predictors: all.filter_map(|predictor| validated(cases, predictor, sign)).collect(),
        attitude: attitude_effect(cases, sign),
    }
}

fn validated(cases: &[Case], predictor: Predictor, sign: f64) -> Option<Validated> {
    let known: Vec<(&Case, f64)> =
        cases.iter().filter_map(|case| Some((case, sign * case.of(predictor)?))).collect();
    if known.is_empty() {
        return None;
    }
    let values: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
    let outcomes: Vec<bool> = known.iter().map(|(case, _)| case.outcome).collect();
    let scored: Option<Vec<f64>> =
        known.iter().map(|(case, _)| case.score.map(|score| sign * score)).collect();
    let is_score = predictor == Predictor::Score;
    let (brier, brier_of_constant) = briers(&known).unzip();
    Some(Validated {
        predictor,
        customers: known.len() as u64,
        with_outcome: outcomes.iter().filter(|came| **came).count() as u64,
        area: area(&values, &outcomes),
        score_gain: scored
            .filter(|_| !is_score)
            .and_then(|scores| area_difference(&scores, &values, &outcomes)),
        lift: lift(&values, &outcomes),
        brier,
        brier_of_constant,
    })
}

/// Of the tenth with the highest values; of equal ones at the edge a part counts.
fn lift(values: &[f64], outcomes: &[bool]) -> Option<f64> {
    let (n, came) = (values.len() as f64, outcomes.iter().filter(|came| **came).count() as f64);
    if came == 0.0 {
        return None;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[b].total_cmp(&values[a]));
    let (mut room, mut hits) = (n / 10.0, 0.0);
    for tied in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let part = (room / tied.len() as f64).min(1.0);
        hits += part * tied.iter().filter(|&&i| outcomes[i]).count() as f64;
        room -= tied.len() as f64;
        if room <= 0.0 {
            break;
        }
    }
    Some((hits / (n / 10.0)) / (came / n))
}

/// Mean squared errors of what the other half makes of a value, and of the other half's share. None unless either half has some with the
/// outcome and some without.
fn briers(known: &[(&Case, f64)]) -> Option<(f64, f64)> {
    let mean = known.iter().map(|(_, value)| value).sum::<f64>() / known.len() as f64;
    let squares = known.iter().map(|(_, value)| (value - mean).powi(2)).sum::<f64>();
    let spread = (squares / known.len() as f64).sqrt().max(f64::MIN_POSITIVE);
    let of_half = |half: u64| known.iter().filter(move |(case, _)| case.key % 2 == half);
    let row = |value: f64| [1.0, (value - mean) / spread];
    let (mut made, mut constant) = (0.0, 0.0);
    for (fitted, judged) in [(0, 1), (1, 0)] {
        let rows: Vec<[f64; 2]> = of_half(fitted).map(|(_, value)| row(*value)).collect();
        let outcomes: Vec<bool> = of_half(fitted).map(|(case, _)| case.outcome).collect();
        let share = outcomes.iter().filter(|came| **came).count() as f64 / outcomes.len() as f64;
        if !(share > 0.0 && share < 1.0) {
            return None;
        }
        // A value that is the same for everybody says what the share says.
        let model: Option<Logistic<2>> = fit(&rows, &outcomes);
        for (case, value) in of_half(judged) {
            let came = f64::from(u8::from(case.outcome));
            let p = model.as_ref().map_or(share, |model| model.probability(&row(*value)));
            made += (p - came).powi(2);
            constant += (share - came).powi(2);
        }
    }
    let n = known.len() as f64;
    Some((made / n, constant / n))
}

/// (1). In units of ten points, and turned around for what the score should make rarer.
fn attitude_effect(cases: &[Case], sign: f64) -> Option<AttitudeEffect> {
    let known: Vec<(&Case, f64)> = cases.iter().filter_map(|case| Some((case, case.attitude?))).collect();
    let logit = |p: f64| {
        let p = p.clamp(LEAST, 1.0 - LEAST);
        (p / (1.0 - p)).ln()
    };
    let outcomes: Vec<bool> = known.iter().map(|(case, _)| case.outcome).collect();
    let rows: Vec<[f64; 7]> = known
        .iter()
        .map(|(case, attitude)| {
            let expected = logit(case.purchase);
            [
                1.0,
                expected,
                expected * expected,
                case.behaviour.unwrap_or_default() / POINTS,
                f64::from(case.orders).ln_1p(),
                case.recency_days.ln_1p(),
                attitude / POINTS,
            ]
        })
        .collect();
    let (log_odds, standard_error) = match fit(&rows, &outcomes) {
        Some(found) => (found.coefficients[6], found.standard_errors[6]),
        // Where purchases say one thing in several ways, the model speaks for all of them.
        None => {
            let rows: Vec<[f64; 3]> = rows.iter().map(|row| [row[0], row[1], row[6]]).collect();
            let found = fit(&rows, &outcomes)?;
            (found.coefficients[2], found.standard_errors[2])
        }
    };
    let p_value = below(-sign * log_odds / standard_error);
    Some(AttitudeEffect { log_odds, standard_error, p_value, customers: known.len() as u64 })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

    fn uniform(random: &mut ChaCha8Rng) -> f64 {
        (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Customers of whom the outcome hangs on the model's probability, and on attitude by so much a ten points. Two of three answer.
    fn world(seed: u64, customers: u64, effect: f64) -> Vec<Case> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        (0..customers)
            .map(|key| {
                let purchase = 0.05 + 0.9 * uniform(&mut random);
                let attitude = 100.0 * uniform(&mut random);
                let log_odds = (purchase / (1.0 - purchase)).ln() + effect * (attitude - 50.0) / POINTS;
                let outcome = uniform(&mut random) < 1.0 / (1.0 + (-log_odds).exp());
                let behaviour = 100.0 * purchase * (0.5 + 0.5 * uniform(&mut random));
                let attitude = (uniform(&mut random) < 0.67).then_some(attitude);
                Case {
                    key,
                    outcome,
                    score: Some(attitude.map_or(behaviour, |attitude| 0.5 * (attitude + behaviour))),
                    attitude,
                    behaviour: Some(behaviour),
                    recency_days: 100.0 * uniform(&mut random),
                    orders: (10.0 * purchase * uniform(&mut random)) as u32,
                    alive: purchase,
                    purchase,
                    nps: attitude.map(|attitude| (attitude / 10.0).floor()),
                    values: [None; COMPONENTS],
                }
            })
            .collect()
    }

    #[test]
    fn where_attitude_drives_it_the_score_wins() {
        let found = validate(&world(1, 3_000, 0.4), false);
        let effect = found.attitude.unwrap();
        assert!((effect.log_odds - 0.4).abs() < 3.0 * effect.standard_error, "{effect:?}");
        assert!(effect.p_value < 1e-6);
        let of = |predictor| found.predictors.iter().find(|one| one.predictor == predictor).unwrap();
        let gain = of(Predictor::Recency).score_gain.unwrap();
        assert!(gain.value > 2.0 * gain.standard_error.unwrap(), "{gain:?}");
        let score = of(Predictor::Score);
        assert!(score.brier.unwrap() < score.brier_of_constant.unwrap());
        assert!(score.lift.unwrap() > 1.2 && score.score_gain.is_none());
        // Turned around it is the same of those without the outcome.
        let mut others = world(1, 3_000, 0.4);
        others.iter_mut().for_each(|case| case.outcome = !case.outcome);
        let turned = validate(&others, true);
        assert!((turned.predictors[0].area.unwrap().value - score.area.unwrap().value).abs() < 1e-12);
        assert!((turned.attitude.unwrap().p_value - effect.p_value).abs() < 1e-12);
    }

    #[test]
    fn where_attitude_is_noise_it_is_claimed_to_add_in_one_of_twenty() {
        let claims = (0..200)
            .filter(|seed| validate(&world(1_000 + seed, 400, 0.0), false).attitude.unwrap().p_value < 0.05)
            .count();
        // Of two hundred 10 are due, give or take 6.
        assert!((4..=16).contains(&claims), "{claims}");
    }

    /// Customers who are as loyal as they are, which shows in how often they bought and how lately; they answer by what they have bought,
    /// and the model sees how lately alone.
    fn world_of_habits(seed: u64) -> Vec<Case> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut noise = |size: f64| size * (0..6).map(|_| uniform(&mut random) - 0.5).sum::<f64>();
        (0..600)
            .map(|key| {
                let loyal = noise(2.0);
                let orders = (3.0 * (0.5 * loyal + noise(0.7)).exp()).min(60.0) as u32;
                let recency_days = (60.0 * (noise(1.0) - 0.4 * loyal).exp()).min(365.0);
                let log_odds = f64::from(orders).ln_1p() - 0.6 * (recency_days / 60.0).ln_1p() - 0.5;
                let outcome = noise(1.0) * 1.8 < log_odds;
                let seen = 0.5 - 0.6 * (recency_days / 60.0).ln_1p();
                let attitude = (20.0 * f64::from(orders).ln_1p() + noise(20.0)).clamp(0.0, 100.0);
                Case {
                    key,
                    outcome,
                    score: Some(attitude),
                    attitude: Some(attitude),
                    behaviour: Some((8.0 * f64::from(orders)).min(100.0)),
                    recency_days,
                    orders,
                    alive: 0.5,
                    purchase: 1.0 / (1.0 + (-seen).exp()),
                    nps: None,
                    values: [None; COMPONENTS],
                }
            })
            .collect()
    }

    #[test]
    fn attitude_that_only_says_what_was_bought_is_claimed_to_add_in_one_of_twenty() {
        let claims = (0..200)
            .filter(|seed| validate(&world_of_habits(5_000 + seed), false).attitude.unwrap().p_value < 0.05)
            .count();
        assert!((4..=16).contains(&claims), "{claims}");
    }

    #[test]
    fn a_lift_counts_equal_ones_at_the_edge_in_part() {
        let values = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let outcomes = [true, true, false, false, true, false, false, false, false, false];
        // Of the four first a quarter each is the tenth: half of it has the outcome, of all three of ten.
        assert!((lift(&values, &outcomes).unwrap() - 0.5 / 0.3).abs() < 1e-12);
        assert_eq!(lift(&values, &[false; 10]), None);
    }

    #[test]
    fn what_cannot_be_told_is_none() {
        let nobody = validate(&[], false);
        assert_eq!((nobody.customers, nobody.predictors.len(), nobody.attitude), (0, 0, None));
        let mut all = world(3, 50, 0.0);
        all.iter_mut().for_each(|case| case.outcome = true);
        let found = validate(&all, false);
        assert!(found.attitude.is_none() && found.predictors.iter().all(|one| one.area.is_none()));
    }
}
