//! What do customers write about?

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{Estimate, EventTime, History, ResponseFact, Span, WarningCode, WorkspaceName};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::grid::Grid;
use crate::ask::groups::GroupBy;
use crate::ask::measure::{Asked, Counted, Measure, Room};
use crate::ask::periods::Periods;
use crate::ask::tally::Tally;
use crate::surveys::comment_counts::{CommentCounts, CommentTerm, MOST_TERMS, TermRoom, Told, mean_score};
use crate::surveys::groups_of_answers::groups_of;
use crate::surveys::one_item::warn_of_several;
use crate::surveys::survey_question::{SurveyQuestion, said_by_time, that_count};
use crate::surveys::survey_scores::ItemScores;
use crate::{Engine, EngineError, Period, Provenance};

/// The definition of what is said in comments.
pub(crate) const DEFINITION: &str = "comments@2";

/// A question about comments.
#[derive(Clone, Debug)]
pub struct SummarizeComments {
    /// Which answers count.
    pub question: SurveyQuestion,
    /// At most so many topics and as many terms, in all and of each group and period.
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
    /// One a group and period, when either was asked for.
    pub rows: Vec<CommentRow>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What was written in one group and period.
#[derive(Clone, Debug)]
pub struct CommentRow {
    /// The group; empty when not grouped, or for answers without it.
    pub group: String,
    /// The period, in a series.
    pub period: Option<Period>,
    /// Answers.
    pub answers: u64,
    /// Comments, with a score or without.
    pub comments: u64,
    /// Those without a score.
    pub comments_without_score: u64,
    /// Mean score of the answers to the question with most of them in all; none without any.
    pub mean_score: Option<Estimate>,
    /// Topics, most frequent first.
    pub topics: Vec<CommentTerm>,
    /// Words and pairs of words, most frequent first.
    pub terms: Vec<CommentTerm>,
}

/// What is noted of everybody.
#[derive(Default, Serialize, Deserialize)]
struct CommentNotes {
    whole: CommentCounts,
    room: TermRoom,
    /// For terms of groups and periods.
    room_in_cells: TermRoom,
}

impl Tally for CommentNotes {
    fn merge(&mut self, other: Self) {
        self.whole.merge(other.whole);
        self.room.overflow |= other.room.overflow;
        self.room_in_cells.overflow |= other.room_in_cells.overflow;
    }
}

/// Answers of a group and period, and the mean score of those to the question with most in all.
#[derive(Clone, Default)]
struct RowScores {
    answers: u64,
    mean: Option<Estimate>,
}

/// How comments are read. The scores of all answers are counted before, so that it is known which question has most.
struct CommentMeasure {
    question: SurveyQuestion,
    span: Span,
    limit: usize,
    group_by: Arc<GroupBy>,
    /// The periods of a series.
    periods: Option<Periods>,
    /// What was asked, the question with most answers first.
    items: Vec<ItemScores>,
}

impl CommentMeasure {
    fn has_rows(&self) -> bool {
        self.group_by.is_some() || self.periods.is_some()
    }

    /// Counts what a customer said by group and period. A cell is there for every answer, whether anything was said in it or not.
    fn add_to_cells(
        &self,
        history: &History<'_>,
        said: Vec<&ResponseFact>,
        grid: &mut Grid<CommentCounts>,
        room: &mut TermRoom,
    ) {
        grid.note(history);
        let (mut placed, mut of_customer) = (Vec::with_capacity(said.len()), None);
        for answer in said {
            let period = self.periods.as_ref().map_or(0, |periods| periods.at(answer.time.micros()));
            groups_of(&self.group_by, (history, answer), grid, &mut of_customer, |group| {
                placed.push((group, period, answer));
            });
        }
        let cell = |(group, period, _): &(usize, usize, &ResponseFact)| (*group, *period);
        placed.sort_by_key(cell);
        for together in placed.chunk_by(|one, other| cell(one) == cell(other)) {
            let (group, period) = cell(&together[0]);
            let together = together.iter().map(|(_, _, answer)| *answer).collect();
            let Some(counts) = grid.at(group, period, CommentCounts::default) else { return };
            let told = self.items.first().map(|of| &of.item);
            for answer in that_count(&self.question, history, together) {
                counts.add(answer, told, room);
            }
        }
    }

    /// How many answers there are in a group and period, and the mean score of those to the question with most.
    fn scores_of_rows(&self) -> HashMap<(&str, Option<EventTime>), RowScores> {
        let mut scores: HashMap<_, RowScores> = HashMap::new();
        for (number, of) in self.items.iter().enumerate() {
            for row in &of.rows {
                let start = row.period.as_ref().map(|period| period.span.start);
                let of_row = scores.entry((row.group.as_str(), start)).or_default();
                of_row.answers += row.scores.total();
                if number == 0 {
                    of_row.mean = mean_score(Some(of.item.scale), &row.scores);
                }
            }
        }
        scores
    }

    fn rows(&self, counted: &Counted<Self>) -> Result<Vec<CommentRow>, EngineError> {
        let mut room = Room::new();
        let (scale, scores) = (self.items.first().map(|of| of.item.scale), self.scores_of_rows());
        let nobody = scale.and_then(|scale| mean_score(Some(scale), &Default::default()));
        let rows = counted.by_period(self.periods.as_ref(), self.span, |group, period, counts| {
            let counts = counts.cloned().unwrap_or_default();
            let start = period.as_ref().map(|period| period.span.start);
            let RowScores { answers, mean } = scores.get(&(group, start)).cloned().unwrap_or_default();
            let (comments, comments_without_score) = (counts.comments, counts.without_score);
            let Told { topics, terms } = counts.most_frequent(scale, self.limit);
            room.take(1 + topics.len() + terms.len())?;
            Ok(CommentRow {
                group: group.to_owned(),
                period,
                answers,
                comments,
                comments_without_score,
                mean_score: mean.or_else(|| nobody.clone()),
                topics,
                terms,
            })
        });
        rows.into_iter().collect()
    }
}

impl Measure for CommentMeasure {
    type Tally = CommentCounts;
    type Notes = CommentNotes;
    type Answer = CommentsSummary;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::RESPONSES
    }

    fn empty(&self) -> CommentCounts {
        CommentCounts::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<CommentCounts>, notes: &mut CommentNotes) {
        let said = said_by_time(&self.question, self.span, history);
        if said.is_empty() {
            return;
        }
        let told = self.items.first().map(|of| &of.item);
        if self.has_rows() {
            self.add_to_cells(history, said.clone(), grid, &mut notes.room_in_cells);
        }
        for answer in that_count(&self.question, history, said) {
            notes.whole.add(answer, told, &mut notes.room);
        }
    }

    fn answer(&self, mut counted: Counted<Self>, _: &Wanted) -> Result<CommentsSummary, EngineError> {
        let rows = if self.has_rows() { self.rows(&counted)? } else { Vec::new() };
        let notes = std::mem::take(&mut counted.notes);
        let (whole, mut provenance) = (notes.whole, counted.provenance);
        if notes.room.overflow {
            provenance.warn(
                WarningCode::ListCut,
                format!(
                    "there are more than {MOST_TERMS} different words, and rare ones are not all counted; choose a shorter window"
                ),
            );
        }
        if notes.room_in_cells.overflow {
            provenance.warn(
                WarningCode::ListCut,
                format!(
                    "there are more than {MOST_TERMS} different words in all groups and periods, and rare ones of them are not all counted; choose fewer groups or a shorter window"
                ),
            );
        }
        warn_of_several(&self.items, &mut provenance, "a kind or survey_id");
        let first = self.items.first();
        let scale = first.map(|of| of.item.scale);
        let (comments, comments_without_score) = (whole.comments, whole.without_score);
        let Told { topics, terms } = whole.most_frequent(scale, self.limit);
        Ok(CommentsSummary {
            answers: self.items.iter().map(|of| of.whole.total()).sum(),
            comments,
            comments_without_score,
            mean_score: first.and_then(|of| mean_score(scale, &of.whole)),
            topics,
            terms,
            rows,
            provenance,
        })
    }
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
        let (mut moment, span) = (found.moment, found.span);
        // What the filter met then is met again.
        moment.excluded.clear();
        let mut group_by = GroupBy::of_answers(question.group_by.as_deref(), &moment)?;
        self.know_groups(workspace, &mut moment, group_by.customer_mut().into_iter().collect()).await?;
        let group_by = Arc::new(group_by);
        let asked = Asked { moment, span, group_by: group_by.clone() };
        let periods = question.interval.map(|interval| asked.periods(interval));
        let measure = CommentMeasure { question, span, limit, group_by, periods, items: found.items };
        self.measure(workspace, asked, measure).await
    }
}
