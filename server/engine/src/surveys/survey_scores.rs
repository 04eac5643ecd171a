//! Answers to surveys, counted by score: what NPS, CSAT, CES and every other score are made of.
//!
//! A customer's answers are counted together where they are in the same group and period, so that those who answer again are
//! one customer and not several.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_domain::{History, ResponseFact, Span, WorkspaceName, limits};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::grid::{Grid, Rows, columns_of};
use crate::ask::groups::{GroupBy, GroupKey, note_attributes, too_long};
use crate::ask::measure::{Asked, Counted, Measure, Room};
use crate::ask::periods::{Period, Periods};
use crate::ask::tally::Tally;
use crate::surveys::groups_of_answers::groups_of;
use crate::surveys::item_counts::ItemCounts;
use crate::surveys::items::{Item, by_item};
use crate::surveys::score_counts::{ScoreCount, ScoreCounts};
use crate::surveys::survey_question::{CountedAnswers, SurveyQuestion, counted_answers};
use crate::{Engine, EngineError, Moment};

/// The field that names strata.
const STRATA: &str = "weight_to_base_by";

/// The answer.
#[derive(Clone, Debug)]
pub struct SurveyScores {
    /// What was asked, the question with most answers first; none without answers.
    pub items: Vec<ItemScores>,
    /// Customers whose answers are in more than one group, where groups are of answers.
    pub in_several_groups: u64,
    /// The moment it is about.
    pub(crate) moment: Moment,
    /// The window.
    pub(crate) span: Span,
}

/// Answers to one question.
#[derive(Clone, Debug)]
pub struct ItemScores {
    /// The question.
    pub item: Item,
    /// All answers.
    pub whole: ScoreCounts,
    /// One a group and period, when either was asked for.
    pub rows: Vec<SurveyRow>,
    /// Customers and their answers by stratum, when asked for.
    pub strata: Vec<(u64, ScoreCounts)>,
}

/// One group in one period.
#[derive(Clone, Debug)]
pub struct SurveyRow {
    /// The group; empty when not grouped, or for answers without it.
    pub group: String,
    /// The period, in a series.
    pub period: Option<Period>,
    /// Its scores.
    pub scores: ScoreCounts,
}

/// What is noted besides.
#[derive(Default, Serialize, Deserialize)]
struct ScoreNotes {
    /// All answers, where groups or periods share customers.
    whole: ItemCounts,
    /// Customers and their answers by stratum.
    strata: BTreeMap<Arc<str>, (u64, ItemCounts)>,
    /// Names of attributes met, where strata are of one.
    attributes: BTreeSet<Arc<str>>,
    /// Customers whose answers are in more than one group.
    in_several_groups: u64,
    /// Scores of a question in a cell or stratum.
    scores: usize,
    overflow: bool,
}

impl Tally for ScoreNotes {
    fn merge(&mut self, other: Self) {
        self.whole.add(&other.whole);
        for (stratum, (customers, scores)) in other.strata {
            let (sum, of_all) = self.strata.entry(stratum).or_default();
            *sum += customers;
            of_all.add(&scores);
        }
        self.attributes.extend(other.attributes);
        self.in_several_groups += other.in_several_groups;
        self.overflow |= other.overflow;
    }
}

impl ScoreNotes {
    /// Counts a customer of a stratum.
    fn count_customer(&mut self, stratum: &str) {
        if let Some((customers, _)) = self.strata.get_mut(stratum) {
            *customers += 1;
        } else if self.strata.len() < limits::ANSWER_ROWS {
            self.strata.insert(stratum.into(), (1, ItemCounts::default()));
        } else {
            self.overflow = true;
        }
    }

    /// Notes that there are scores of so many more questions in a cell; too many are given up.
    fn room_for(&mut self, scores: usize) {
        self.scores += scores;
        self.overflow |= self.scores > 2 * limits::ANSWER_ROWS;
    }
}

/// An answer and where it counts.
struct Placed<'a> {
    group: usize,
    period: usize,
    answer: &'a ResponseFact,
}

/// How answers are counted.
struct ScoreMeasure {
    question: SurveyQuestion,
    span: Span,
    group_by: Arc<GroupBy>,
    strata: Option<GroupKey>,
    /// The periods of a series.
    periods: Option<Periods>,
}

impl ScoreMeasure {
    /// Whether a customer may have answers in several cells, so that all cells together count them more than once.
    fn shares_customers(&self) -> bool {
        self.periods.is_some() || self.groups_answers()
    }

    /// Whether groups are of answers, and not of customers.
    fn groups_answers(&self) -> bool {
        matches!(*self.group_by, GroupBy::Survey | GroupBy::Channel | GroupBy::Topic)
    }

    /// Counts answers of one customer, in the order they were given.
    fn add(
        &self,
        history: &History<'_>,
        answers: &[&ResponseFact],
        stratum: Option<&str>,
        grid: &mut Grid<ItemCounts>,
        notes: &mut ScoreNotes,
    ) {
        if notes.overflow {
            return;
        }
        if let [answer] = answers
            && !matches!(*self.group_by, GroupBy::Topic)
        {
            return self.add_one(history, answer, stratum, grid, notes);
        }
        let mut placed = Vec::with_capacity(answers.len());
        let mut of_customer = None;
        for answer in answers {
            let period = self.period_of(answer);
            groups_of(&self.group_by, (history, answer), grid, &mut of_customer, |group| {
                placed.push(Placed { group, period, answer });
            });
        }
        if answers.len() > 1 && self.groups_answers() {
            let first = placed.first().map(|placed| placed.group);
            notes.in_several_groups += u64::from(placed.iter().any(|placed| Some(placed.group) != first));
        }
        let cell = |placed: &Placed<'_>| (placed.group, placed.period);
        placed.sort_by(|a, b| cell(a).cmp(&cell(b)).then_with(|| by_item(a.answer, b.answer)));
        for together in placed.chunk_by(|a, b| cell(a) == cell(b) && by_item(a.answer, b.answer).is_eq()) {
            let (group, period) = cell(&together[0]);
            let together: Vec<&ResponseFact> = together.iter().map(|placed| placed.answer).collect();
            if let Some(items) = grid.at(group, period, ItemCounts::default) {
                notes.room_for(items.add_customer(self.that_count(&together), self.question.top_box));
            }
        }
        let stratum = stratum.filter(|stratum| notes.strata.contains_key(*stratum));
        if !self.shares_customers() && stratum.is_none() {
            return;
        }
        let mut sorted = answers.to_vec();
        sorted.sort_by(|a, b| by_item(a, b));
        for together in sorted.chunk_by(|a, b| by_item(a, b).is_eq()) {
            let together = self.that_count(together);
            if self.shares_customers() {
                let new = notes.whole.add_customer(together, self.question.top_box);
                notes.room_for(new);
            }
            if let Some((_, items)) = stratum.and_then(|stratum| notes.strata.get_mut(stratum)) {
                let new = items.add_customer(together, self.question.top_box);
                notes.room_for(new);
            }
        }
    }

    /// Counts the only answer of a customer, as most are.
    fn add_one(
        &self,
        history: &History<'_>,
        answer: &ResponseFact,
        stratum: Option<&str>,
        grid: &mut Grid<ItemCounts>,
        notes: &mut ScoreNotes,
    ) {
        let group = match &*self.group_by {
            GroupBy::Survey => grid.group(&answer.survey),
            GroupBy::Channel => grid.group(&answer.channel),
            _ => grid.group_of(history),
        };
        let (period, top_box) = (self.period_of(answer), self.question.top_box);
        if let Some(items) = grid.at(group, period, ItemCounts::default) {
            notes.room_for(items.add_customer(&[answer], top_box));
        }
        if self.shares_customers() {
            let new = notes.whole.add_customer(&[answer], top_box);
            notes.room_for(new);
        }
        if let Some((_, items)) = stratum.and_then(|stratum| notes.strata.get_mut(stratum)) {
            let new = items.add_customer(&[answer], top_box);
            notes.room_for(new);
        }
    }

    fn period_of(&self, answer: &ResponseFact) -> usize {
        self.periods.as_ref().map_or(0, |periods| periods.at(answer.time.micros()))
    }

    /// Of answers of one customer to one question those that count.
    fn that_count<'s, 'a>(&self, answers: &'s [&'a ResponseFact]) -> &'s [&'a ResponseFact] {
        match self.question.counted {
            CountedAnswers::All => answers,
            CountedAnswers::LatestPerCustomer => &answers[answers.len().saturating_sub(1)..],
        }
    }
}

impl Measure for ScoreMeasure {
    type Tally = ItemCounts;
    type Notes = ScoreNotes;
    type Answer = SurveyScores;

    fn definition(&self) -> &'static str {
        // Those who ask name their own.
        "survey_scores@2"
    }

    fn parts(&self) -> Parts {
        // Of strata everybody is counted.
        if self.strata.is_some() { Parts::ALL } else { Parts::RESPONSES }
    }

    fn empty(&self) -> ItemCounts {
        ItemCounts::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<ItemCounts>, notes: &mut ScoreNotes) {
        grid.note(history);
        let mut stratum = None;
        if let Some(key) = &self.strata {
            if key.has_attributes() {
                note_attributes(&mut notes.attributes, history);
            }
            stratum = history.customer.is_some().then(|| key.group(history));
            if let Some(value) = &stratum {
                notes.count_customer(value);
            }
        }
        if history.responses.is_empty() {
            return;
        }
        let stratum = stratum.as_deref();
        let mut answers = counted_answers(&self.question, self.span, history);
        if history.customer.is_none() {
            answers.for_each(|answer| self.add(history, &[answer], None, grid, notes));
            return;
        }
        let Some(first) = answers.next() else { return };
        match answers.next() {
            None => self.add(history, &[first], stratum, grid, notes),
            Some(second) => {
                let all: Vec<&ResponseFact> = [first, second].into_iter().chain(answers).collect();
                self.add(history, &all, stratum, grid, notes);
            }
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<SurveyScores, EngineError> {
        let Counted { rows, notes, is_grouped, moment, .. } = counted;
        if notes.overflow {
            return Err(too_long());
        }
        let mut whole = notes.whole;
        if !self.shares_customers() {
            rows.values().flat_map(|series| series.iter()).for_each(|(_, items)| whole.add(items));
        }
        // Without any answer there is nothing to weight, and no reason to complain.
        if let Some(key) = self.strata.as_ref().filter(|_| !whole.0.is_empty()) {
            key.check(STRATA, &[], &notes.attributes)?;
        }
        let (mut room, mut items) = (Room::new(), Vec::with_capacity(whole.0.len()));
        for (item, whole) in whole.0 {
            let with_rows = is_grouped || self.question.interval.is_some();
            let rows = if with_rows { self.rows(&item, &rows, &mut room)? } else { Vec::new() };
            let of = |(customers, items): &(u64, ItemCounts)| {
                (*customers, items.get(&item).cloned().unwrap_or_default())
            };
            let strata = notes.strata.values().map(of).collect();
            items.push(ItemScores { item, whole, rows, strata });
        }
        // Of equals the first in the order of questions.
        items.sort_by_key(|of| std::cmp::Reverse(of.whole.total()));
        let in_several_groups = notes.in_several_groups;
        Ok(SurveyScores { items, in_several_groups, moment, span: self.span })
    }
}

impl ScoreMeasure {
    /// The rows of a question: every group that answered it, and every period from the first in which anybody did to the last.
    fn rows(
        &self,
        item: &Item,
        all: &Rows<ItemCounts>,
        room: &mut Room,
    ) -> Result<Vec<SurveyRow>, EngineError> {
        let mut of = Rows::<ScoreCounts>::default();
        for (group, series) in all {
            for (column, scores) in series.iter().filter_map(|(column, of)| Some((column, of.get(item)?))) {
                *of.entry(group.clone()).or_default().cell(column, ScoreCounts::default) = scores.clone();
            }
        }
        let (first, end) = if self.periods.is_some() { columns_of(&of) } else { (0, 1) };
        room.take(of.len().saturating_mul(end - first))?;
        let mut rows = Vec::with_capacity(of.len() * (end - first));
        for (group, series) in &of {
            for column in first..end {
                let mut scores = series.get(column).cloned().unwrap_or_default();
                // Periods in which nobody answered have as many zeros as the others have numbers.
                scores.by_score.resize(item.scale.points(), ScoreCount::default());
                let period = self.periods.as_ref().map(|periods| periods.cut(column, self.span));
                rows.push(SurveyRow { group: group.to_string(), period, scores });
            }
        }
        Ok(rows)
    }
}

impl Engine {
    /// Counts answers to surveys by score.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an attribute nobody has; [`EngineError::AnswerTooLong`].
    pub async fn survey_scores(
        &self,
        workspace: &WorkspaceName,
        question: SurveyQuestion,
    ) -> Result<SurveyScores, EngineError> {
        let mut moment = self.bare_moment(workspace, question.scope.clone()).await?;
        let span = question.window.resolve(moment.as_of, &moment.zone);
        let mut group_by = GroupBy::of_answers(question.group_by.as_deref(), &moment)?;
        let strata = question.strata.as_ref();
        let mut strata = strata.map(|name| GroupKey::parse(STRATA, name, &moment)).transpose()?;
        let keys = group_by.customer_mut().into_iter().chain(&mut strata).collect();
        self.know_groups(workspace, &mut moment, keys).await?;
        let group_by = Arc::new(group_by);
        let asked = Asked { moment, span, group_by: group_by.clone() };
        let periods = question.interval.map(|interval| asked.periods(interval));
        self.measure(workspace, asked, ScoreMeasure { question, span, group_by, strata, periods }).await
    }
}
