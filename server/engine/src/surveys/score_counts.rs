//! How often each score of a scale was given, the weights of those answers, and what is known of customers who answered more
//! than once: exact sums, so order does not matter.

use lojal_domain::{ResponseFact, SurveyMetric, Weight};
use lojal_scoring::statistics::clusters::{PairSums, Repeats};
use serde::{Deserialize, Serialize};

use crate::ask::tally::Tally;
use crate::surveys::measured::measured;

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

/// Customers who answered more than once: sums over pairs of different answers of the same customer, of all that means and
/// shares are told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatCounts {
    /// Answers beyond the first of each customer.
    pub beyond_first: u64,
    /// Of -1, 0 and 1 for detractors, passives and promoters, by weight in millionths.
    pub categories: PairSums,
    /// Of scores.
    pub scores: PairSums,
    /// Of 1 for a score in the top boxes.
    pub top_box: PairSums,
    /// Of 1 for easy and -1 for hard.
    pub net_easy: PairSums,
}

impl RepeatCounts {
    fn add_customer(&mut self, answers: &[&ResponseFact], top_box: Option<i32>) {
        self.beyond_first += answers.len() as u64 - 1;
        let scores = || answers.iter().map(|answer| i32::from(answer.score.unwrap_or_default()));
        let weights = answers.iter().map(|answer| u64::from(answer.weight.micros()));
        self.categories.add_customer(weights.zip(scores().map(category)));
        let each_once = |of: &dyn Fn(i32) -> i32, sums: &mut PairSums| {
            sums.add_customer(scores().map(|score| (1, of(score))));
        };
        each_once(&|score| score, &mut self.scores);
        let Some(first) = answers.first() else { return };
        let (from, to) = measured((first.metric, first.scale), top_box).top_boxes();
        each_once(&|score| i32::from((from..=to).contains(&score)), &mut self.top_box);
        if first.metric == SurveyMetric::Ces2 {
            each_once(&|score| i32::from(score >= 6) - i32::from(score <= 3), &mut self.net_easy);
        }
    }

    fn add(&mut self, other: &Self) {
        self.beyond_first += other.beyond_first;
        self.categories.add(&other.categories);
        self.scores.add(&other.scores);
        self.top_box.add(&other.top_box);
        self.net_easy.add(&other.net_easy);
    }
}

/// -1, 0 or 1 for a detractor, passive or promoter.
pub(crate) const fn category(score: i32) -> i32 {
    match score {
        ..=6 => -1,
        7 | 8 => 0,
        _ => 1,
    }
}

/// Answers on a scale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreCounts {
    /// How often each score was given, from the lowest.
    pub by_score: Vec<ScoreCount>,
    /// Customers who answered more than once; none where nobody did.
    pub repeats: Option<Box<RepeatCounts>>,
}

impl ScoreCounts {
    /// How often each was given.
    #[must_use]
    pub fn numbers(&self) -> Vec<u64> {
        self.by_score.iter().map(|count| count.n).collect()
    }

    /// Answers.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_score.iter().map(|count| count.n).sum()
    }

    /// Customers who gave them; an anonymous answer is of a customer of its own.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.total() - self.repeats.as_ref().map_or(0, |repeats| repeats.beyond_first)
    }

    /// Whether every answer stands for one customer.
    #[must_use]
    pub fn is_unweighted(&self) -> bool {
        let one = u64::from(Weight::ONE.micros());
        let of = |count: &ScoreCount| {
            count.weight == count.n * one
                && count.weight_squared == u128::from(count.n) * u128::from(one * one)
        };
        self.by_score.iter().all(of)
    }

    /// What is known of customers who answered more than once, of something that each answer is worth once.
    pub(crate) fn repeats(&self, of: impl Fn(&RepeatCounts) -> &PairSums) -> Repeats {
        self.repeats
            .as_ref()
            .map_or_else(Repeats::default, |repeats| Repeats::new(repeats.beyond_first, of(repeats), 1.0))
    }

    /// The same of categories, by weight.
    pub(crate) fn repeated_categories(&self) -> Repeats {
        let unit = f64::from(Weight::ONE.micros());
        self.repeats.as_ref().map_or_else(Repeats::default, |repeats| {
            Repeats::new(repeats.beyond_first, &repeats.categories, unit)
        })
    }

    pub(crate) fn add_answer(&mut self, answer: &ResponseFact) {
        self.by_score.resize(answer.scale.points(), ScoreCount::default());
        let place = answer.score.and_then(|score| usize::try_from(score - answer.scale.lowest()).ok());
        if let Some(count) = place.and_then(|place| self.by_score.get_mut(place)) {
            let weight = u64::from(answer.weight.micros());
            let weight_squared = u128::from(weight * weight);
            count.add(ScoreCount { n: 1, weight, weight_squared });
        }
    }

    /// Adds all answers of one customer that are counted together, on one scale.
    pub(crate) fn add_customer(&mut self, answers: &[&ResponseFact], top_box: Option<i32>) {
        answers.iter().for_each(|answer| self.add_answer(answer));
        if answers.len() > 1 {
            self.repeats.get_or_insert_default().add_customer(answers, top_box);
        }
    }

    /// Adds answers of other customers.
    pub(crate) fn add(&mut self, other: &Self) {
        self.by_score.resize(self.by_score.len().max(other.by_score.len()), ScoreCount::default());
        for (sum, count) in self.by_score.iter_mut().zip(&other.by_score) {
            sum.add(*count);
        }
        if let Some(repeats) = &other.repeats {
            self.repeats.get_or_insert_default().add(repeats);
        }
    }
}

impl Tally for ScoreCounts {
    fn merge(&mut self, other: Self) {
        self.add(&other);
    }
}
