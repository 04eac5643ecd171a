//! What do customers write about?

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{Estimate, History, ResponseFact, Scale, Span, WarningCode, WorkspaceName};
use lojal_scoring::comments::terms;
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::estimates::{CONFIDENCE, share};
use crate::ask::grid::Grid;
use crate::ask::measure::{Asked, Counted, Measure};
use crate::ask::tally::Tally;
use crate::surveys::one_item::warn_of_several;
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::score_estimates::mean;
use crate::surveys::survey_question::{SurveyQuestion, said_in_whole};
use crate::surveys::survey_scores::ItemScores;
use crate::{Engine, EngineError, Provenance};

/// The definition of what is said in comments.
pub(crate) const DEFINITION: &str = "comments@2";

/// More different terms than this in one part of a base are more than memory should hold; those met later are not counted.
const MOST_TERMS: usize = 200_000;

/// A question about comments.
#[derive(Clone, Debug)]
pub struct SummarizeComments {
    /// Which answers count.
    pub question: SurveyQuestion,
    /// At most so many topics and as many terms.
    pub limit: usize,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct CommentsSummary {
    /// Answers.
    pub answers: u64,
    /// Comments, with a score or without.
    pub comments: u64,
    /// Those without a score.
    pub comments_without_score: u64,
    /// Mean score of the answers to the question with most of them; none without any.
    pub mean_score: Option<Estimate>,
    /// Topics, most frequent first.
    pub topics: Vec<CommentTerm>,
    /// Words and pairs of words, most frequent first.
    pub terms: Vec<CommentTerm>,
    /// Where it comes from.
    pub provenance: Provenance,
}

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

/// What a topic or term stands in.
#[derive(Default, Serialize, Deserialize)]
struct Said {
    answers: u64,
    /// Of those to the question whose scores are told of.
    scores: ScoreCounts,
}

impl Said {
    fn merge(&mut self, other: &Self) {
        self.answers += other.answers;
        self.scores.add(&other.scores);
    }
}

/// What is noted of everybody.
#[derive(Default, Serialize, Deserialize)]
struct CommentNotes {
    comments: u64,
    without_score: u64,
    with_topic: u64,
    topics: HashMap<Arc<str>, Said>,
    terms: HashMap<String, Said>,
    overflow: bool,
}

impl Tally for CommentNotes {
    fn merge(&mut self, other: Self) {
        self.comments += other.comments;
        self.without_score += other.without_score;
        self.with_topic += other.with_topic;
        self.overflow |= other.overflow;
        for (topic, said) in other.topics {
            self.topics.entry(topic).or_default().merge(&said);
        }
        for (term, said) in other.terms {
            self.terms.entry(term).or_default().merge(&said);
        }
    }
}

/// How comments are read. The scores of all answers are counted before, so that it is known which question has most.
struct CommentMeasure {
    question: SurveyQuestion,
    span: Span,
    limit: usize,
    /// What was asked, the question with most answers first.
    items: Vec<ItemScores>,
}

impl CommentMeasure {
    /// Counts something said in an answer.
    fn add(&self, said: &mut Said, answer: &ResponseFact) {
        said.answers += 1;
        let is_told = self.items.first().is_some_and(|of| of.item.is_of(answer));
        if is_told && answer.score.is_some() {
            said.scores.add_answer(answer);
        }
    }
}

impl Measure for CommentMeasure {
    type Tally = ();
    type Notes = CommentNotes;
    type Answer = CommentsSummary;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::RESPONSES
    }

    fn empty(&self) {}

    fn count(&self, history: &History<'_>, _: &mut Grid<()>, notes: &mut CommentNotes) {
        for answer in said_in_whole(&self.question, self.span, history) {
            let Some(said) = &answer.said else { continue };
            notes.with_topic += u64::from(!said.topics.is_empty());
            for (place, topic) in said.topics.iter().enumerate() {
                // A topic given twice is one.
                if !said.topics[..place].contains(topic) {
                    self.add(notes.topics.entry(topic.clone()).or_default(), answer);
                }
            }
            if said.comment.is_empty() {
                continue;
            }
            notes.comments += 1;
            notes.without_score += u64::from(answer.score.is_none());
            for term in terms(&said.comment) {
                if notes.terms.len() >= MOST_TERMS && !notes.terms.contains_key(&term) {
                    notes.overflow = true;
                } else {
                    self.add(notes.terms.entry(term).or_default(), answer);
                }
            }
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<CommentsSummary, EngineError> {
        let (notes, mut provenance) = (counted.notes, counted.provenance);
        if notes.overflow {
            provenance.warn(
                WarningCode::ListCut,
                format!(
                    "there are more than {MOST_TERMS} different words, and rare ones are not all counted; choose a shorter window"
                ),
            );
        }
        warn_of_several(&self.items, &mut provenance, "a kind or survey_id");
        let topics = notes.topics.into_iter().map(|(topic, said)| (topic.to_string(), said)).collect();
        let first = self.items.first();
        let scale = first.map(|of| of.item.scale);
        Ok(CommentsSummary {
            answers: self.items.iter().map(|of| of.whole.total()).sum(),
            comments: notes.comments,
            comments_without_score: notes.without_score,
            mean_score: first.and_then(|of| mean_score(scale, &of.whole)),
            topics: most_frequent(topics, notes.with_topic, scale, self.limit),
            terms: most_frequent(notes.terms, notes.comments, scale, self.limit),
            provenance,
        })
    }
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

fn mean_score(scale: Option<Scale>, scores: &ScoreCounts) -> Option<Estimate> {
    scale.map(|scale| mean(scale, scores, CONFIDENCE))
}

impl Engine {
    /// Answers [`SummarizeComments`].
    ///
    /// # Errors
    /// As [`Engine::survey_scores`].
    pub async fn summarize_comments(
        &self,
        workspace: &WorkspaceName,
        SummarizeComments { question, limit }: SummarizeComments,
    ) -> Result<CommentsSummary, EngineError> {
        let found = self.survey_scores(workspace, question.clone()).await?;
        let measure = CommentMeasure { question, span: found.span, limit, items: found.items };
        let asked = Asked { moment: found.moment, span: found.span, group_by: Arc::default() };
        self.measure(workspace, asked, measure).await
    }
}
