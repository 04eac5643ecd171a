//! How often each score of a scale was given, and the weights of those answers: exact sums, so order does not matter.

use lojal_domain::{ResponseFact, Weight};
use serde::{Deserialize, Serialize};

use crate::ask::tally::Tally;

/// How often a score was given, and the weights of those answers: exact sums, so their order does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreCount {
    /// Answers.
    pub n: u64,
    /// Sum of their weights, in millionths.
    pub weight: u64,
    /// Sum of the squares of their weights, in millionths squared.
    pub weight_squared: u128,
}

impl ScoreCount {
    fn add(&mut self, other: Self) {
        self.n += other.n;
        self.weight = self.weight.saturating_add(other.weight);
        self.weight_squared = self.weight_squared.saturating_add(other.weight_squared);
    }
}

/// How often each score of a scale was given, from the lowest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreCounts(pub Vec<ScoreCount>);

impl ScoreCounts {
    /// How often each was given.
    #[must_use]
    pub fn numbers(&self) -> Vec<u64> {
        self.0.iter().map(|count| count.n).collect()
    }

    /// Answers.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|count| count.n).sum()
    }

    /// Whether every answer stands for one customer.
    #[must_use]
    pub fn is_unweighted(&self) -> bool {
        let one = u64::from(Weight::ONE.micros());
        let of = |count: &ScoreCount| {
            count.weight == count.n * one
                && count.weight_squared == u128::from(count.n) * u128::from(one * one)
        };
        self.0.iter().all(of)
    }

    pub(crate) fn add_answer(&mut self, answer: &ResponseFact) {
        self.0.resize(answer.scale.points(), ScoreCount::default());
        let place = answer.score.and_then(|score| usize::try_from(score - answer.scale.lowest()).ok());
        if let Some(count) = place.and_then(|place| self.0.get_mut(place)) {
            let weight = u64::from(answer.weight.micros());
            let weight_squared = u128::from(weight * weight);
            count.add(ScoreCount { n: 1, weight, weight_squared });
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), ScoreCount::default());
        for (sum, count) in self.0.iter_mut().zip(&other.0) {
            sum.add(*count);
        }
    }
}

impl Tally for ScoreCounts {
    fn merge(&mut self, other: Self) {
        self.add(&other);
    }
}
