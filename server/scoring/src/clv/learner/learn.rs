//! Trees learned from who came back after past days, and how much they count beside the models.
//!
//! **What is learned.** On each landmark the models gave every customer a probability of another purchase before its end. Gradient-boosted trees
//! (Friedman, "Greedy function approximation: a gradient boosting machine", *Annals of Statistics* 29(5), 2001; with the second derivatives
//! and penalties of Chen and Guestrin, "XGBoost", KDD 2016) move the log-odds of these:
//!
//! ```text
//! P(comes back) = logistic(logit(B) + trees(habits))                                                              (1)
//! ```
//!
//! so they start from all that the models know and say only what is missing. Where nothing is, they say next to nothing.
//!
//! **How much they count** is found as it is for models (see [`stack`](crate::clv::stack)), on customers and days that they have not seen: one half
//! of the customers on one landmark is forecast by trees from the other half on the other landmarks. The weight is at the maximum of
//!
//! ```text
//! G_l(w) = sum over i in landmark l of 1/d_i ln((1 - w) + w p'_i / p_i)
//! L (mean of G_l(w) - standard error of that mean over the L landmarks) + b ln(1 - w)                            (2)
//! ```
//!
//! with the probabilities p and p' of what came by the models and by the trees, and `d_i` landmarks of the same customer. Days are witnesses,
//! too, and few: what helps on one and does harm on another, such as a season, may be chance, so a standard error is taken off (the rule of
//! one standard error of Breiman, Friedman, Olshen and Stone, *Classification and Regression Trees*, 1984, section 3.4.3). Of two
//! landmarks the worse is what is left. The last term is a belief that trees add nothing, a beta distribution of 1 and 1 + b, worth
//! about b = 1/3 of a customer: models stand alone until more than that speaks for trees.
//!
//! Failure region: what happens after every landmark and never again is learned as if it would. Of two landmarks trees have seen one
//! other day only. The odds are those of a purchase within the landmark's time, and are taken to move as far for any other horizon.

use super::cross_fit::{CrossFitted, Telling};
use super::example::{Example, LEAST_PROBABILITY};
use super::grow::{LearnError, Lesson, Moves};
use super::habit::{Habit, Looked};
use super::habits::Habits;
use super::own_pace::OwnPace;
use super::shift::Shift;
use super::trees::{Attribution, Trees};
use crate::clv::judging::gain::BELIEF;
use crate::clv::judging::score::Score;
use crate::clv::judging::standing::{Judgement, behind, by_customer};
use crate::clv::uncertainty::scale::logit;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Trees that count less than this do not speak, and others count this much less before all are made 1 again, so that nothing jumps.
const SILENT: f64 = 0.03;
/// Halvings of [0, 1] that find the maximum of (2).
const HALVINGS: u32 = 30;

/// Trees beside the models, and how much they count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learner {
    weight: f64,
    trees: Trees,
    /// At which pace customers come that models expect; none where that does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pace: Option<OwnPace>,
}

impl Learner {
    /// How much it counts, of 1; models count the rest.
    #[must_use]
    pub const fn weight(&self) -> f64 {
        self.weight
    }

    /// One that moves nothing but paces.
    #[must_use]
    pub fn of_paces(pace: OwnPace) -> Self {
        Self { weight: 0.0, trees: Trees::default(), pace: Some(pace) }
    }

    /// The same with paces of customers.
    #[must_use]
    pub fn with_pace(self, pace: Option<OwnPace>) -> Self {
        Self { pace, ..self }
    }

    /// At which pace customers come that models expect; none where that does not count.
    #[must_use]
    pub const fn pace(&self) -> Option<&OwnPace> {
        self.pace.as_ref()
    }

    /// The pace of somebody: 1 as models expect.
    #[must_use]
    pub fn pace_of(&self, habits: &Habits) -> f64 {
        self.pace.as_ref().map_or(1.0, |pace| pace.of(habits))
    }

    /// How the odds of somebody move of whom models say that they are a customer with probability `alive`.
    pub(in crate::clv) fn shift(&self, habits: &Habits, alive: f64) -> Shift {
        Shift::by(self.trees.moved(&habits.with_alive(alive)), self.weight)
    }

    /// Whether it asks for discounts; who does not has no need to look for them.
    #[must_use]
    pub fn asks_for_discounts(&self) -> bool {
        let ask = |trees: &Trees| trees.ask(Habit::DiscountShare) || trees.ask(Habit::LastDiscountShare);
        ask(&self.trees) || self.pace.as_ref().is_some_and(|pace| ask(pace.trees()))
    }

    /// Why they do, habit by habit.
    #[must_use]
    pub fn attribution(&self, habits: &Habits, alive: f64) -> Attribution {
        self.trees.attribution(&habits.with_alive(alive))
    }
}

/// What came of learning.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The trees; none where they do not count.
    pub learner: Option<Learner>,
    /// How much they are to count before what is too little is dropped, with the standard error of that.
    pub weight: Score,
    /// How much the mean log score falls with them, each customer forecast by trees and a weight that know nothing of them; negative where it
    /// rises.
    pub gain: Score,
    /// How far each habit moves the log-odds of the customers learned from, either way, in their mean.
    pub importance: Vec<(Habit, f64)>,
    /// Purchases expected with trees over those without, on each landmark, by trees that know nothing of it; in the order of the landmarks. 1
    /// where they do not count.
    pub moved: Vec<f64>,
    /// Customers on landmarks, from whom all this is known.
    pub examples: u64,
    /// By how much trees that know neither their landmark nor them move the log-odds of each, in the order of the landmarks and of their examples.
    log_odds: Vec<Vec<f64>>,
}

impl Learned {
    /// The same where landmarks count so much, of 1, and so does all that is learned from them.
    #[must_use]
    pub fn counting(mut self, told: f64) -> Self {
        let learner = self.learner.map(|learner| Learner { weight: told * learner.weight, ..learner });
        self.learner = learner.filter(|learner| learner.weight > 0.0);
        // What is expected with trees goes with their weight.
        self.moved.iter_mut().for_each(|moved| *moved = 1.0 + told * (*moved - 1.0));
        self
    }

    /// What trees that know neither the landmark nor the customer, by their places, multiply a probability of some purchases by, where models say that one
    /// is so probable.
    #[must_use]
    pub fn factor(&self, at: (usize, usize), returns: f64) -> f64 {
        self.shift(at).map_or(1.0, |shift| shift.factor(returns))
    }

    /// How the odds of a customer move by trees that know neither the landmark nor them, by their places; none where trees do not count.
    fn shift(&self, (landmark, place): (usize, usize)) -> Option<Shift> {
        let learner = self.learner.as_ref()?;
        let log_odds = self.log_odds.get(landmark).and_then(|of| of.get(place)).copied().unwrap_or(0.0);
        Some(Shift::by(log_odds, learner.weight))
    }

    /// What the log score of a number of purchases becomes with trees that know neither the landmark nor the customer, by their places, where models
    /// say that a purchase is so probable.
    #[must_use]
    pub fn log_score(&self, at: (usize, usize), models: f64, returns: f64, came_back: bool) -> f64 {
        let Some(shift) = self.shift(at) else { return models };
        let p = returns.clamp(LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY);
        let ratio = if came_back { shift.factor(p) } else { shift.of_rest(1.0 - p) / (1.0 - p) };
        models - ratio.ln()
    }
}

/// Learns trees from several landmarks, on all threads of the caller's pool, as long as `go_on` says so. `None` where there are fewer than two
/// landmarks with customers, or one half of these is nobody.
///
/// # Errors
/// [`LearnError::Cancelled`]; [`LearnError::Trees`] for numbers that are none; [`LearnError::Form`].
pub fn learn(
    landmarks: &[Vec<Example>],
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Learned>, LearnError> {
    let telling = Telling { moves: Moves::Odds, lesson, looked: Example::looked };
    let Some(CrossFitted { trees, said: log_odds }) = CrossFitted::of(landmarks, &telling, go_on)? else {
        return Ok(None);
    };
    let shifts = |of: &Vec<f64>| of.iter().map(|&log_odds| Shift::by(log_odds, 1.0)).collect();
    let said: Vec<Vec<Shift>> = log_odds.iter().map(shifts).collect();
    let seen = seen(landmarks, &said);
    let weight = weight(&seen, |_| true);
    let heard = ((weight.value - SILENT) / (1.0 - SILENT)).max(0.0);
    let gain = gain(&seen);
    let moved = landmarks.iter().zip(&said).map(|(landmark, said)| moved(landmark, said, heard)).collect();
    let looked: Vec<Looked> = landmarks.iter().flatten().map(Example::looked).collect();
    let importance = trees.importance(looked.iter());
    let learner = (heard > 0.0).then_some(Learner { weight: heard, trees, pace: None });
    Ok(Some(Learned { learner, weight, gain, importance, moved, examples: looked.len() as u64, log_odds }))
}

/// (1).
fn lesson(examples: &[(usize, &Example)]) -> Lesson {
    let all = || examples.iter().map(|(_, example)| example);
    Lesson {
        looked: all().map(|example| example.looked()).collect(),
        came: all().map(|example| f32::from(u8::from(example.came_back()))).collect(),
        offset: all().map(|example| logit(example.returns()) as f32).collect(),
        weights: None,
    }
}

/// What came of one example, by the models and by trees that knew neither its landmark nor its customer.
struct Seen {
    customer: u64,
    /// The probability that trees gave it over that of the models.
    ratio: f64,
    /// One over the number of examples of the same customer.
    share: f64,
}

impl Seen {
    fn is_even(&self) -> bool {
        self.customer.is_multiple_of(2)
    }

    /// How much less its log score is with trees that count so much.
    fn gain(&self, weight: f64) -> f64 {
        (weight * (self.ratio - 1.0)).ln_1p()
    }
}

/// Of each landmark.
fn seen(landmarks: &[Vec<Example>], said: &[Vec<Shift>]) -> Vec<Vec<Seen>> {
    let mut number: HashMap<u64, f64> = HashMap::new();
    for example in landmarks.iter().flatten() {
        *number.entry(example.customer).or_default() += 1.0;
    }
    let one = |(example, shift): (&Example, &Shift)| Seen {
        customer: example.customer,
        ratio: example.ratio(*shift),
        share: 1.0 / number[&example.customer],
    };
    let of = |(landmark, said): (&Vec<Example>, &Vec<Shift>)| landmark.iter().zip(said).map(one).collect();
    landmarks.iter().zip(said).map(of).collect()
}

/// The maximum of (2) over some of the examples, with its standard error by the curvature of their sum there.
fn weight(seen: &[Vec<Seen>], some: impl Fn(&Seen) -> bool) -> Score {
    // Slope and curvature at a weight.
    let at = |w: f64| {
        let of_landmark = |landmark: &Vec<Seen>| {
            let of_some = landmark.iter().filter(|one| some(one));
            of_some.fold(Gained::default(), |sum, one| sum.with(one, w))
        };
        let rest = 1.0 - w;
        let all: Vec<Gained> = seen.iter().map(of_landmark).filter(|of| of.examples > 0.0).collect();
        let curvature: f64 = all.iter().map(|of| of.curvature).sum();
        (slope_of(&all) - BELIEF / rest, curvature - BELIEF / (rest * rest))
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if at(middle).0 > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Score { value: low, standard_error: Some((-at(low).1).sqrt().recip()) }
}

/// G of a landmark at a weight, and its derivatives.
#[derive(Default)]
struct Gained {
    examples: f64,
    gain: f64,
    slope: f64,
    curvature: f64,
}

impl Gained {
    fn with(self, one: &Seen, weight: f64) -> Self {
        let more = one.ratio - 1.0;
        let rise = more / (1.0 + weight * more);
        Self {
            examples: self.examples + 1.0,
            gain: self.gain + one.share * one.gain(weight),
            slope: self.slope + one.share * rise,
            curvature: self.curvature - one.share * rise * rise,
        }
    }
}

/// Slope of the first term of (2).
fn slope_of(landmarks: &[Gained]) -> f64 {
    let number = landmarks.len() as f64;
    let mean = |of: fn(&Gained) -> f64| landmarks.iter().map(of).sum::<f64>() / number;
    let (gain, slope) = (mean(|of| of.gain), mean(|of| of.slope));
    let sum = |of: &dyn Fn(&Gained) -> f64| landmarks.iter().map(of).sum::<f64>();
    let spread = sum(&|of| (of.gain - gain).powi(2)).sqrt();
    let of_spread = match spread > 0.0 {
        true => sum(&|of| (of.gain - gain) * (of.slope - slope)) / spread,
        // At a weight of 0 nothing is gained anywhere yet.
        false => sum(&|of| (of.slope - slope).powi(2)).sqrt(),
    };
    let of_error = if number > 1.0 { of_spread / (number * (number - 1.0)).sqrt() } else { 0.0 };
    number * (slope - of_error)
}

/// How much the mean log score falls, each half of the customers by the weight that the other half gives.
fn gain(seen: &[Vec<Seen>]) -> Score {
    let by_even = weight(seen, Seen::is_even).value;
    let by_odd = weight(seen, |one| !one.is_even()).value;
    // Beside the models, whose log score is 0 here.
    let judgement = |one: &Seen| {
        let gain = one.gain(if one.is_even() { by_odd } else { by_even });
        Judgement { customer: one.customer, counts: 1.0, log_scores: vec![-gain] }
    };
    let judgements: Vec<Judgement> = seen.iter().flatten().map(judgement).collect();
    behind(&judgements, &by_customer(&judgements), |i| -judgements[i].log_scores[0])
}

/// Purchases expected of a landmark's customers with trees over those without.
fn moved(landmark: &[Example], said: &[Shift], weight: f64) -> f64 {
    let without: f64 = landmark.iter().map(|example| example.expected).sum();
    let one = |(example, shift): (&Example, &Shift)| {
        example.expected * shift.counting(weight).factor(example.returns)
    };
    let with: f64 = landmark.iter().zip(said).map(one).sum();
    if without > 0.0 { with / without } else { 1.0 }
}

#[cfg(test)]
mod tests;
