//! What stands in comments, counted: topics and words, each with the scores of the answers that it stands in.

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{Estimate, ResponseFact, Scale};
use lojal_scoring::comments::terms;
use serde::{Deserialize, Serialize};

use crate::ask::estimates::{CONFIDENCE, share};
use crate::ask::tally::Tally;
use crate::surveys::items::Item;
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::score_estimates::mean;

/// Something that stands in answers.
#[derive(Clone, Debug)]
pub struct CommentTerm {
    /// The topic, word or pair of words.
    pub term: String,
    /// Answers it stands in.
    pub answers: u64,
    /// The share of them: of answers with a topic, or with a comment.
    pub share: Estimate,
    /// Mean score of the answers to the same question that it stands in.
    pub mean_score: Option<Estimate>,
}

/// More different terms than this in one part of a base are more than memory should hold; those met later are not counted.
pub(crate) const MOST_TERMS: usize = 200_000;

/// What a topic or term stands in.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Said {
    answers: u64,
    /// Of those to the question whose scores are told of.
    scores: ScoreCounts,
}

impl Said {
    /// Counts something said in an answer; scores are told of answers to one question.
    fn add(&mut self, answer: &ResponseFact, told: Option<&Item>) {
        self.answers += 1;
        if told.is_some_and(|item| item.is_of(answer)) && answer.score.is_some() {
            self.scores.add_answer(answer);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.answers += other.answers;
        self.scores.add(&other.scores);
    }
}

/// Terms there is room for. Once there is none, terms that are known are still counted.
#[derive(Serialize, Deserialize)]
pub(crate) struct TermRoom {
    left: usize,
    /// Whether there was none for some.
    pub(crate) overflow: bool,
}

impl Default for TermRoom {
    fn default() -> Self {
        Self { left: MOST_TERMS, overflow: false }
    }
}

impl TermRoom {
    fn take(&mut self) -> bool {
        self.overflow |= self.left == 0;
        let has_room = self.left > 0;
        self.left = self.left.saturating_sub(1);
        has_room
    }
}

/// What stands in comments of some answers.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct CommentCounts {
    /// Comments, with a score or without.
    pub(crate) comments: u64,
    /// Those without a score.
    pub(crate) without_score: u64,
    with_topic: u64,
    topics: HashMap<Arc<str>, Said>,
    terms: HashMap<String, Said>,
}

impl Tally for CommentCounts {
    fn merge(&mut self, other: Self) {
        self.comments += other.comments;
        self.without_score += other.without_score;
        self.with_topic += other.with_topic;
        for (topic, said) in other.topics {
            self.topics.entry(topic).or_default().merge(&said);
        }
        for (term, said) in other.terms {
            self.terms.entry(term).or_default().merge(&said);
        }
    }
}

impl CommentCounts {
    /// Counts what was said in an answer, or in a response without a score.
    pub(crate) fn add(&mut self, answer: &ResponseFact, told: Option<&Item>, room: &mut TermRoom) {
        let Some(said) = &answer.said else { return };
        self.with_topic += u64::from(!said.topics.is_empty());
        for (place, topic) in said.topics.iter().enumerate() {
            // A topic given twice is one.
            if !said.topics[..place].contains(topic) {
                self.topics.entry(topic.clone()).or_default().add(answer, told);
            }
        }
        if said.comment.is_empty() {
            return;
        }
        self.comments += 1;
        self.without_score += u64::from(answer.score.is_none());
        for term in terms(&said.comment) {
            match self.terms.get_mut(&term) {
                Some(known) => known.add(answer, told),
                None if room.take() => self.terms.entry(term).or_default().add(answer, told),
                None => {}
            }
        }
    }

    /// Topics, and words and pairs of words: of each the most frequent, up to so many.
    pub(crate) fn most_frequent(self, scale: Option<Scale>, limit: usize) -> Told {
        let topics = self.topics.into_iter().map(|(topic, said)| (topic.to_string(), said)).collect();
        Told {
            topics: most_frequent(topics, self.with_topic, scale, limit),
            terms: most_frequent(self.terms, self.comments, scale, limit),
        }
    }
}

/// What is told of comments.
pub(crate) struct Told {
    pub(crate) topics: Vec<CommentTerm>,
    pub(crate) terms: Vec<CommentTerm>,
}

/// The most frequent, and of equals the first of the alphabet; `of` is how many answers have any.
fn most_frequent(
    said: HashMap<String, Said>,
    of: u64,
    scale: Option<Scale>,
    limit: usize,
) -> Vec<CommentTerm> {
    let mut all: Vec<(u64, String, ScoreCounts)> =
        said.into_iter().map(|(term, said)| (said.answers, term, said.scores)).collect();
    all.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    all.truncate(limit);
    let told = all.into_iter().map(|(answers, term, scores)| CommentTerm {
        term,
        answers,
        share: share(answers, of, CONFIDENCE),
        mean_score: mean_score(scale, &scores),
    });
    told.collect()
}

pub(crate) fn mean_score(scale: Option<Scale>, scores: &ScoreCounts) -> Option<Estimate> {
    scale.map(|scale| mean(scale, scores, CONFIDENCE))
}
