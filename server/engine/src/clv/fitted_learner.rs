//! A learner as it is kept with the models that it stands beside.

use std::sync::Arc;

use lojal_domain::{Estimate, Method, Methods};
use lojal_scoring::clv::{Habit, Learned, Learner, OwnPace, Score};
use serde::{Deserialize, Serialize};

use crate::clv::forecast_scores::signed;
use crate::clv::own_pace::LearnedPace;

/// How a learner did that moves what models say, of customers and landmarks that it had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnerScore {
    /// How much it counts, of 1, when it moves the odds of another purchase, and models the rest; 0 where it does not help.
    pub weight: Estimate,
    /// How much the mean log score of the models falls with it; negative where it rises.
    pub gain: Estimate,
    /// The same of the pace of each customer; none where that does not count.
    pub own_pace: Option<OwnPaceScore>,
}

/// How paces of customers did, of customers and landmarks that trees had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnPaceScore {
    /// How much they count, of 1.
    pub weight: Estimate,
    /// How much the mean log score of the models falls with them.
    pub gain: Estimate,
}

impl OwnPaceScore {
    fn new(pace: &OwnPace, gain: Score, n: u64) -> Self {
        Self {
            weight: Estimate::plain(Some(pace.weight()), n, Methods::from(Method::MaximumAPosteriori)),
            gain: signed(gain, n, Method::Mean),
        }
    }
}

impl LearnerScore {
    /// Of what was learned.
    pub(crate) fn of(learned: &Learned, own_pace: Option<&LearnedPace>) -> Self {
        let weight = learned.learner.as_ref().map_or(0.0, Learner::weight);
        let own_pace = own_pace.map(|of| OwnPaceScore::new(&of.pace, of.gain, of.examples));
        Self::new(weight, learned.weight.standard_error, (learned.gain, learned.examples), own_pace)
    }

    fn new(
        weight: f64,
        weight_error: Option<f64>,
        (gain, n): (Score, u64),
        own_pace: Option<OwnPaceScore>,
    ) -> Self {
        let weight = Estimate::plain(Some(weight), n, Methods::from(Method::MaximumAPosteriori));
        Self { weight: weight.give_or_take(weight_error), gain: signed(gain, n, Method::Mean), own_pace }
    }
}

/// A learner, how it did, and what it looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedLearner {
    pub(crate) learner: Arc<Learner>,
    /// Standard error of its weight.
    weight_error: Option<f64>,
    /// How much the mean log score fell with it on landmarks that it had not seen, and the standard error of that.
    gain: (f64, Option<f64>),
    /// Customers on landmarks who say so.
    examples: u64,
    /// How far each habit moves the log-odds of another purchase, either way, in the mean of customers; the one that moves most first.
    pub importance: Vec<(Habit, f64)>,
    /// The same of the pace of each customer; none where that does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_pace: Option<FittedOwnPace>,
}

/// How paces of customers did, and what they go by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedOwnPace {
    /// How much the mean log score fell with them on landmarks that trees had not seen, and the standard error of that.
    gain: (f64, Option<f64>),
    /// Customers on landmarks who say so.
    examples: u64,
    /// How far each habit moves the logarithm of the pace, either way, in the mean of customers; the one that moves most first.
    pub importance: Vec<(Habit, f64)>,
}

impl FittedLearner {
    /// What is kept of what was learned of odds and of paces; none where neither counts.
    pub(crate) fn of(learned: Option<&Learned>, own_pace: Option<LearnedPace>) -> Option<Self> {
        let learned = learned?;
        let (pace, own_pace) = match own_pace {
            Some(LearnedPace { pace, gain, importance, examples }) => {
                let gain = (gain.value, gain.standard_error);
                (Some(pace), Some(FittedOwnPace { gain, examples, importance: sorted(&importance) }))
            }
            None => (None, None),
        };
        let (learner, importance) = match (&learned.learner, pace) {
            (Some(learner), pace) => (learner.clone().with_pace(pace), sorted(&learned.importance)),
            (None, Some(pace)) => (Learner::of_paces(pace), Vec::new()),
            (None, None) => return None,
        };
        Some(Self {
            learner: Arc::new(learner),
            weight_error: learned.weight.standard_error,
            gain: (learned.gain.value, learned.gain.standard_error),
            examples: learned.examples,
            importance,
            own_pace,
        })
    }

    /// Whether it moves odds, and not paces alone.
    #[must_use]
    pub fn moves_odds(&self) -> bool {
        self.learner.weight() > 0.0
    }

    /// How it did.
    #[must_use]
    pub fn score(&self) -> LearnerScore {
        let score = |(value, standard_error)| Score { value, standard_error };
        let own_pace = self.learner.pace().zip(self.own_pace.as_ref());
        let own_pace = own_pace.map(|(pace, of)| OwnPaceScore::new(pace, score(of.gain), of.examples));
        LearnerScore::new(
            self.learner.weight(),
            self.weight_error,
            (score(self.gain), self.examples),
            own_pace,
        )
    }
}

/// What moves something, the most first.
fn sorted(importance: &[(Habit, f64)]) -> Vec<(Habit, f64)> {
    let mut moving: Vec<(Habit, f64)> =
        importance.iter().filter(|(_, moved)| *moved > 0.0).copied().collect();
    moving.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    moving
}
