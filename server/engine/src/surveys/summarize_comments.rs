//! What do customers write about?

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{Estimate, History, Scale, Span, WarningCode, WorkspaceName};
use lojal_scoring::comments::terms;
use lojal_store::Parts;

use crate::ask::estimates::{CONFIDENCE, share};
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::score_estimates::mean;
use crate::surveys::survey_scores::{SurveyQuestion, matches};
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

#[derive(Default)]
struct CommentTally {
    comments: u64,
    with_topic: u64,
    topics: HashMap<Arc<str>, ScoreCounts>,
    terms: HashMap<String, ScoreCounts>,
    overflow: bool,
}

fn visit(question: &SurveyQuestion, span: Span, tally: &mut CommentTally, history: &History<'_>) {
    for answer in history.all_answers() {
        let Some(said) = &answer.said else { continue };
        if !span.contains(answer.time) || !matches(question, answer) {
            continue;
        }
        tally.with_topic += u64::from(!said.topics.is_empty());
        for (place, topic) in said.topics.iter().enumerate() {
            // A topic given twice is one.
            if !said.topics[..place].contains(topic) {
                tally.topics.entry(topic.clone()).or_default().add_answer(answer);
            }
        }
        if said.comment.is_empty() {
            continue;
        }
        tally.comments += 1;
        for term in terms(&said.comment) {
            if tally.terms.len() >= MOST_TERMS && !tally.terms.contains_key(&term) {
                tally.overflow = true;
            } else {
                tally.terms.entry(term).or_default().add_answer(answer);
            }
        }
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
    scale.map(|scale| mean(scale, &scores.numbers(), CONFIDENCE))
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
        let mut found = self.survey_scores(workspace, question.clone()).await?;
        let span = found.span;
        let mut provenance = found.moment.provenance(DEFINITION, Some(span));
        let look =
            move |tally: &mut CommentTally, history: &History<'_>| visit(&question, span, tally, history);
        let parts = self.fold(workspace, &mut found.moment, Parts::ALL, CommentTally::default, look).await?;
        let mut all = CommentTally::default();
        for part in parts {
            all.comments += part.comments;
            all.with_topic += part.with_topic;
            all.overflow |= part.overflow;
            for (topic, scores) in part.topics {
                all.topics.entry(topic).or_default().add(&scores);
            }
            for (term, scores) in part.terms {
                all.terms.entry(term).or_default().add(&scores);
            }
        }
        if all.overflow {
            provenance.warn(
                WarningCode::ListCut,
                format!(
                    "there are more than {MOST_TERMS} different words, and rare ones are not all counted; choose a shorter window"
                ),
            );
        }
        let scale = found.measured.map(|(_, scale)| scale);
        let topics = all.topics.into_iter().map(|(topic, scores)| (topic.to_string(), scores)).collect();
        Ok(CommentsSummary {
            answers: found.whole.total(),
            comments: all.comments,
            mean_score: mean_score(scale, &found.whole),
            topics: most_frequent(topics, all.with_topic, scale, limit),
            terms: most_frequent(all.terms, all.comments, scale, limit),
            provenance,
        })
    }
}
