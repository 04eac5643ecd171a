//! A learner as it is kept with the models that it stands beside.

use std::sync::Arc;

use lojal_domain::{Estimate, Method, Methods};
use lojal_scoring::clv::{Habit, Learned, Learner, Score};
use serde::{Deserialize, Serialize};

use crate::clv::forecast_scores::signed;

/// A learner, how it did, and what it looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedLearner {
    pub(crate) learner: Arc<Learner>,
    /// Standard error of its weight.
    weight_error: Option<f64>,
    /// How much the mean log score fell with it on landmarks that it had not seen, and the standard error of that.
    gain: (f64, Option<f64>),
    /// Customers on landmarks who say so.
    judgements: u64,
    /// How far each habit moves the log-odds of another purchase, either way, in the mean of customers; the one that moves most first.
    pub importance: Vec<(Habit, f64)>,
}

impl FittedLearner {
    /// What is kept of what was learned from so many judgements; none where it does not count.
    pub(crate) fn of(learned: &Learned, judgements: u64) -> Option<Self> {
        let learner = learned.learner.clone()?;
        let mut importance = learned.importance.clone();
        importance.retain(|(_, moved)| *moved > 0.0);
        importance.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        Some(Self {
            learner: Arc::new(learner),
            weight_error: learned.weight.standard_error,
            gain: (learned.gain.value, learned.gain.standard_error),
            judgements,
            importance,
        })
    }

    /// How much it counts, of 1; models count the rest.
    #[must_use]
    pub fn weight(&self) -> Estimate {
        Estimate::plain(
            Some(self.learner.weight()),
            self.judgements,
            Methods::from(Method::MaximumAPosteriori),
        )
        .give_or_take(self.weight_error)
    }

    /// How much the mean log score fell with it on landmarks that it had not seen.
    #[must_use]
    pub fn gain(&self) -> Estimate {
        let (value, standard_error) = self.gain;
        signed(Score { value, standard_error }, self.judgements, Method::Mean)
    }
}
