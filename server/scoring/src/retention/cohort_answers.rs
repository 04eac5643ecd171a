//! Answers of a cohort at an age, counted by customer.

use serde::{Deserialize, Serialize};

use crate::nps::{NpsCounts, WeightedNps};
use crate::statistics::clusters::{PairSums, Repeats};

/// Answers whether customers of a cohort would recommend, by category, and those of who answered more than once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortAnswers {
    /// Promoters, passives and detractors.
    pub counts: NpsCounts,
    /// Answers beyond the first of each customer.
    pub beyond_first: u64,
    /// Of -1, 0 and 1 over pairs of different answers of the same customer.
    pub pairs: PairSums,
}

impl CohortAnswers {
    /// Adds all answers of one customer, by score.
    pub(super) fn add_customer(&mut self, scores: impl Iterator<Item = u8> + Clone) {
        let mut values =
            scores.filter_map(|score| self.counts.add(score)).map(|category| (1, category.value()));
        let (Some(first), Some(second)) = (values.next(), values.next()) else { return };
        let all: Vec<(u64, i32)> = [first, second].into_iter().chain(values).collect();
        self.beyond_first += all.len() as u64 - 1;
        self.pairs.add_customer(all.into_iter());
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.counts.promoters += other.counts.promoters;
        self.counts.passives += other.counts.passives;
        self.counts.detractors += other.counts.detractors;
        self.beyond_first += other.beyond_first;
        self.pairs.add(&other.pairs);
    }

    /// The same for an interval by customer.
    #[must_use]
    pub fn nps(&self) -> WeightedNps {
        let repeats = Repeats::new(self.beyond_first, &self.pairs, 1.0);
        WeightedNps { repeats, ..WeightedNps::from(self.counts) }
    }
}
