//! Answers by score, and by what they answer.

use lojal_domain::ResponseFact;
use serde::{Deserialize, Serialize};

use crate::ask::tally::Tally;
use crate::surveys::items::Item;
use crate::surveys::score_counts::ScoreCounts;

/// Scores by what they answer, in that order. There is hardly ever more than one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ItemCounts(pub(crate) Vec<(Item, ScoreCounts)>);

impl ItemCounts {
    /// The scores of what an answer is to, and whether they are new.
    fn of(&mut self, answer: &ResponseFact) -> (&mut ScoreCounts, bool) {
        let found = self.0.binary_search_by(|(item, _)| item.compare(answer));
        let place = found.unwrap_or_else(|place| {
            self.0.insert(place, (Item::of(answer), ScoreCounts::default()));
            place
        });
        (&mut self.0[place].1, found.is_err())
    }

    /// Adds answers of one customer to the same question; says how many questions are new.
    pub(crate) fn add_customer(&mut self, answers: &[&ResponseFact], top_box: Option<i32>) -> usize {
        let Some(first) = answers.first() else { return 0 };
        let (scores, is_new) = self.of(first);
        scores.add_customer(answers, top_box);
        usize::from(is_new)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (item, scores) in &other.0 {
            match self.0.binary_search_by(|(known, _)| known.cmp(item)) {
                Ok(place) => self.0[place].1.add(scores),
                Err(place) => self.0.insert(place, (item.clone(), scores.clone())),
            }
        }
    }

    /// The scores of a question.
    pub(crate) fn get(&self, item: &Item) -> Option<&ScoreCounts> {
        let place = self.0.binary_search_by(|(known, _)| known.cmp(item)).ok()?;
        Some(&self.0[place].1)
    }
}

impl Tally for ItemCounts {
    fn merge(&mut self, other: Self) {
        self.add(&other);
    }
}
