//! What answers are to: questions whose scores must not be mixed, and scores counted by them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use lojal_domain::{ResponseFact, Scale, SurveyKind, SurveyMetric, WarningCode};
use serde::{Deserialize, Serialize};

use crate::Provenance;
use crate::ask::tally::Tally;
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::survey_scores::ItemScores;

/// Questions listed in a warning.
const LISTED: usize = 10;

/// A question as it was asked. Scores of two of them are never mixed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Item {
    /// What it measures.
    pub metric: SurveyMetric,
    /// What it is about.
    pub kind: SurveyKind,
    /// The scores that could be given.
    pub scale: Scale,
    /// The survey that asks it, of a question of one's own; empty for others.
    pub survey: Arc<str>,
}

/// The survey that tells questions of one's own apart.
fn own(answer: &ResponseFact) -> &str {
    if answer.metric == SurveyMetric::Custom { &answer.survey } else { "" }
}

impl Item {
    /// What an answer is to.
    #[must_use]
    pub fn of(answer: &ResponseFact) -> Self {
        Self { metric: answer.metric, kind: answer.kind, scale: answer.scale, survey: own(answer).into() }
    }

    /// Whether an answer is to it.
    pub(crate) fn is_of(&self, answer: &ResponseFact) -> bool {
        self.compare(answer).is_eq()
    }

    fn compare(&self, answer: &ResponseFact) -> Ordering {
        (self.metric, self.kind, self.scale, &*self.survey).cmp(&(
            answer.metric,
            answer.kind,
            answer.scale,
            own(answer),
        ))
    }
}

/// A scale in words.
pub(crate) fn in_words(scale: Scale) -> String {
    let direction = if scale.lower_is_better() { " (lower is better)" } else { "" };
    format!("{} to {}{direction}", scale.lowest(), scale.highest())
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            SurveyKind::Relationship => "relationship",
            SurveyKind::Transactional => "transactional",
        };
        match &*self.survey {
            "" => f.write_str(self.metric.name())?,
            own => write!(f, "{own:?}")?,
        }
        write!(f, ", {kind}, {}", in_words(self.scale))
    }
}

/// Says that answers are to several questions, with the most answered ones; nothing of a single one. `choose` is what a request
/// can choose by.
pub(crate) fn warn_of_several(items: &[ItemScores], provenance: &mut Provenance, choose: &str) {
    let [_, _, ..] = items else { return };
    let of = |of: &ItemScores| match of.whole.total() {
        1 => format!("1 answer to {}", of.item),
        answers => format!("{answers} answers to {}", of.item),
    };
    let listed: Vec<String> = items.iter().take(LISTED).map(of).collect();
    let more = if items.len() > LISTED { "; and more" } else { "" };
    provenance.warn(
        WarningCode::SeveralQuestions,
        format!(
            "answers are to {} questions, which are never mixed: {}{more}; the whole is of the first, and each stands by itself beside it; choose {choose} to ask about one",
            items.len(),
            listed.join("; ")
        ),
    );
}

/// The order of what two answers are to.
pub(crate) fn by_item(one: &ResponseFact, two: &ResponseFact) -> Ordering {
    (one.metric, one.kind, one.scale, own(one)).cmp(&(two.metric, two.kind, two.scale, own(two)))
}

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
