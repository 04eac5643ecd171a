//! What do customers write about?

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{Estimate, History, Scale, Span, WarningCode, WorkspaceName};
use lojal_scoring::comments::terms;
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::estimates::{CONFIDENCE, share};
use crate::ask::grid::Grid;
use crate::ask::measure::{Asked, Counted, Measure};
use crate::ask::tally::Tally;
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::score_estimates::mean;
use crate::surveys::survey_scores::{SurveyQuestion, answers_in_whole};
use crate::{Engine, EngineError, Provenance};

const DEFINITION: &str = "comments@1";

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
    /// Answers with a comment.
    pub comments: u64,
    /// Mean score of all answers; none without any.
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
    /// Mean score of the answers it stands in.
    pub mean_score: Option<Estimate>,
}

/// What is noted of everybody.
#[derive(Default, Serialize, Deserialize)]
struct CommentNotes {
    comments: u64,
    with_topic: u64,
    topics: HashMap<Arc<str>, ScoreCounts>,
    terms: HashMap<String, ScoreCounts>,
    overflow: bool,
}

impl Tally for CommentNotes {
    fn merge(&mut self, other: Self) {
        self.comments += other.comments;
        self.with_topic += other.with_topic;
        self.overflow |= other.overflow;
        for (topic, scores) in other.topics {
            self.topics.entry(topic).or_default().add(&scores);
        }
        for (term, scores) in other.terms {
            self.terms.entry(term).or_default().add(&scores);
        }
    }
}

/// How comments are read. The scores of all answers are counted before.
struct CommentMeasure {
    question: SurveyQuestion,
    span: Span,
    limit: usize,
    answers: ScoreCounts,
    scale: Option<Scale>,
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
        for answer in answers_in_whole(&self.question, self.span, history) {
            let Some(said) = &answer.said else { continue };
            notes.with_topic += u64::from(!said.topics.is_empty());
            for (place, topic) in said.topics.iter().enumerate() {
                // A topic given twice is one.
                if !said.topics[..place].contains(topic) {
                    notes.topics.entry(topic.clone()).or_default().add_answer(answer);
                }
            }
            if said.comment.is_empty() {
                continue;
            }
            notes.comments += 1;
            for term in terms(&said.comment) {
                if notes.terms.len() >= MOST_TERMS && !notes.terms.contains_key(&term) {
                    notes.overflow = true;
                } else {
                    notes.terms.entry(term).or_default().add_answer(answer);
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
        let topics = notes.topics.into_iter().map(|(topic, scores)| (topic.to_string(), scores)).collect();
        Ok(CommentsSummary {
            answers: self.answers.total(),
            comments: notes.comments,
            mean_score: mean_score(self.scale, &self.answers),
            topics: most_frequent(topics, notes.with_topic, self.scale, self.limit),
            terms: most_frequent(notes.terms, notes.comments, self.scale, self.limit),
            provenance,
        })
    }
}

/// The most frequent, and of equals the first of the alphabet; `of` is how many answers have any.
fn most_frequent(
    scores: HashMap<String, ScoreCounts>,
    of: u64,
    scale: Option<Scale>,
    limit: usize,
) -> Vec<CommentTerm> {
    let mut all: Vec<(u64, String, ScoreCounts)> =
        scores.into_iter().map(|(term, scores)| (scores.total(), term, scores)).collect();
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
        let of = found.only()?;
        let (scale, answers) =
            (of.map(|of| of.item.scale), of.map(|of| of.whole.clone()).unwrap_or_default());
        let measure = CommentMeasure { question, span: found.span, limit, answers, scale };
        let asked = Asked { moment: found.moment, span: found.span, group_by: Arc::default() };
        self.measure(workspace, asked, measure).await
    }
}
