//! What answers are to: questions whose scores must not be mixed.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use lojal_domain::{ResponseFact, Scale, SurveyKind, SurveyMetric};
use serde::{Deserialize, Serialize};

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

    /// The order of a question and of what an answer is to.
    pub(crate) fn compare(&self, answer: &ResponseFact) -> Ordering {
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

/// The order of what two answers are to.
pub(crate) fn by_item(one: &ResponseFact, two: &ResponseFact) -> Ordering {
    (one.metric, one.kind, one.scale, own(one)).cmp(&(two.metric, two.kind, two.scale, own(two)))
}
