//! A learner as it is kept with the models that it stands beside.

use std::sync::Arc;

use lojal_domain::{Estimate, Method, Methods};
use lojal_scoring::clv::{Habit, Learned, Learner, Score};
use serde::{Deserialize, Serialize};

use crate::clv::forecast_scores::signed;

/// How a learner did that moves the odds of another purchase which models say, of customers and landmarks that it had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnerScore {
    /// How much it counts in the forecasts of a workspace, of 1, and models the rest; 0 where it does not help.
    pub weight: Estimate,
    /// How much the mean log score of the models falls with it; negative where it rises.
    pub gain: Estimate,
}

impl LearnerScore {
    /// Of what was learned.
    pub(crate) fn of(learned: &Learned) -> Self {
        let weight = learned.learner.as_ref().map_or(0.0, Learner::weight);
        Self::new(weight, learned.weight.standard_error, learned.gain, learned.examples)
    }

    fn new(weight: f64, weight_error: Option<f64>, gain: Score, n: u64) -> Self {
        let weight = Estimate::plain(Some(weight), n, Methods::from(Method::MaximumAPosteriori));
        Self { weight: weight.give_or_take(weight_error), gain: signed(gain, n, Method::Mean) }
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
}

impl FittedLearner {
    /// What is kept of what was learned; none where it does not count.
    pub(crate) fn of(learned: &Learned) -> Option<Self> {
        let learner = learned.learner.clone()?;
        let mut importance = learned.importance.clone();
        importance.retain(|(_, moved)| *moved > 0.0);
        importance.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        Some(Self {
            learner: Arc::new(learner),
            weight_error: learned.weight.standard_error,
            gain: (learned.gain.value, learned.gain.standard_error),
            examples: learned.examples,
            importance,
        })
    }

    /// How it did.
    #[must_use]
    pub fn score(&self) -> LearnerScore {
        let (value, standard_error) = self.gain;
        let gain = Score { value, standard_error };
        LearnerScore::new(self.learner.weight(), self.weight_error, gain, self.examples)
    }
}
