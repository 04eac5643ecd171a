//! Answers to surveys, counted by score: what NPS, CSAT, CES and every other score are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_domain::{
    History, Interval, ResponseFact, Scale, Span, SurveyKind, SurveyMetric, Window, WorkspaceName, limits,
};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::facts::own_answers::Needs;
use crate::ask::grid::{Grid, Series};
use crate::ask::groups::{GroupBy, GroupKey, note_attributes, too_long};
use crate::ask::measure::{Asked, Counted, Measure};
use crate::ask::periods::{Period, Periods};
use crate::ask::tally::Tally;
use crate::surveys::score_counts::{ScoreCount, ScoreCounts};
use crate::{Engine, EngineError, Moment, Scope};

/// The field that names strata.
const STRATA: &str = "weight_to_base_by";

/// Surveys listed in an error.
const LISTED: usize = 50;

/// Which answers a question is about.
#[derive(Clone, Debug)]
pub struct SurveyQuestion {
    /// When.
    pub scope: Scope,
    /// Answers in this window.
    pub window: Window,
    /// Answers to one of these; only one of them may have any.
    pub metrics: Vec<SurveyMetric>,
    /// An attribute, `survey_id`, `channel` or `topic`.
    pub group_by: Option<String>,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
    /// Only answers of this kind.
    pub kind: Option<SurveyKind>,
    /// Only answers to this survey.
    pub survey: Option<String>,
    /// Only answers through this channel.
    pub channel: Option<String>,
    /// Only answers with this topic.
    pub topic: Option<String>,
    /// An attribute whose groups are to be counted by their customers.
    pub strata: Option<String>,
}

impl SurveyQuestion {
    /// All answers to a metric.
    #[must_use]
    pub fn of(metric: SurveyMetric) -> Self {
        Self {
            scope: Scope::default(),
            window: Window::All,
            metrics: vec![metric],
            group_by: None,
            interval: None,
            kind: None,
            survey: None,
            channel: None,
            topic: None,
            strata: None,
        }
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub struct SurveyScores {
    /// What was measured, on which scale; none without answers.
    pub measured: Option<(SurveyMetric, Scale)>,
    /// What the answers were about; none without answers.
    pub kind: Option<SurveyKind>,
    /// The question of one's own that they answer, if it is one.
    pub own: Option<Arc<str>>,
    /// All answers.
    pub whole: ScoreCounts,
    /// One a group and period, when either was asked for.
    pub rows: Vec<SurveyRow>,
    /// Customers and their answers by stratum, when asked for.
    pub strata: Vec<(u64, ScoreCounts)>,
    /// The moment it is about.
    pub(crate) moment: Moment,
    /// The window.
    pub(crate) span: Span,
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

/// What an answer measures. Answers of several must not be mixed.
type Measured = (SurveyMetric, SurveyKind, Scale);

/// What is noted besides.
#[derive(Default, Serialize, Deserialize)]
struct ScoreNotes {
    /// What was measured. There is hardly ever more than one.
    measured: Vec<Measured>,
    /// Questions of one's own met, to say which there are.
    own: BTreeSet<Arc<str>>,
    /// Each answer once, where groups share them.
    whole: ScoreCounts,
    /// Customers and their answers by stratum.
    strata: BTreeMap<Arc<str>, (u64, ScoreCounts)>,
    /// Names of attributes met, where strata are of one.
    attributes: BTreeSet<Arc<str>>,
    overflow: bool,
}

impl Tally for ScoreNotes {
    fn merge(&mut self, other: Self) {
        other.measured.into_iter().for_each(|measured| self.measure(measured));
        self.own.extend(other.own);
        self.whole.add(&other.whole);
        for (stratum, (customers, scores)) in other.strata {
            let (sum, of_all) = self.strata.entry(stratum).or_default();
            *sum += customers;
            of_all.add(&scores);
        }
        self.attributes.extend(other.attributes);
        self.overflow |= other.overflow;
    }
}

impl ScoreNotes {
    fn measure(&mut self, measured: Measured) {
        if !self.measured.contains(&measured) {
            self.measured.push(measured);
        }
    }

    /// Counts a customer of a stratum.
    fn count_customer(&mut self, stratum: &str) {
        if let Some((customers, _)) = self.strata.get_mut(stratum) {
            *customers += 1;
        } else if self.strata.len() < limits::ANSWER_ROWS {
            self.strata.insert(stratum.into(), (1, ScoreCounts::default()));
        } else {
            self.overflow = true;
        }
    }

    fn scores_of(&mut self, stratum: &str) -> Option<&mut ScoreCounts> {
        self.strata.get_mut(stratum).map(|(_, scores)| scores)
    }
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
    fn counts(&self, answer: &ResponseFact) -> bool {
        self.span.contains(answer.time) && matches(&self.question, answer)
    }

    fn add(&self, grid: &mut Grid<ScoreCounts>, answer: &ResponseFact, group: usize) {
        let period = self.periods.as_ref().map_or(0, |periods| periods.at(answer.time.micros()));
        if let Some(scores) = grid.at(group, period, ScoreCounts::default) {
            scores.add_answer(answer);
        }
    }

    fn add_to(&self, grid: &mut Grid<ScoreCounts>, answer: &ResponseFact, group: &str) {
        let group = grid.group(group);
        self.add(grid, answer, group);
    }
}

impl Measure for ScoreMeasure {
    type Tally = ScoreCounts;
    type Notes = ScoreNotes;
    type Answer = SurveyScores;

    fn definition(&self) -> &'static str {
        // Those who ask name their own.
        "survey_scores@1"
    }

    fn parts(&self) -> Parts {
        // Of strata everybody is counted.
        if self.strata.is_some() { Parts::ALL } else { Parts::RESPONSES }
    }

    fn empty(&self) -> ScoreCounts {
        ScoreCounts::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<ScoreCounts>, notes: &mut ScoreNotes) {
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
        // The group is read for the first answer that counts.
        let mut of_customer = None;
        for answer in history.all_answers().filter(|answer| self.counts(answer)) {
            notes.measure((answer.metric, answer.kind, answer.scale));
            if answer.metric == SurveyMetric::Custom && !notes.own.contains(&answer.survey) {
                notes.own.insert(answer.survey.clone());
            }
            if let Some(scores) = stratum.as_deref().and_then(|value| notes.scores_of(value)) {
                scores.add_answer(answer);
            }
            match &*self.group_by {
                GroupBy::Survey => self.add_to(grid, answer, &answer.survey),
                GroupBy::Channel => self.add_to(grid, answer, &answer.channel),
                GroupBy::Topic => {
                    notes.whole.add_answer(answer);
                    let topics = answer.said.as_ref().map_or(&[][..], |said| &said.topics);
                    topics.iter().for_each(|topic| self.add_to(grid, answer, topic));
                    if topics.is_empty() {
                        self.add_to(grid, answer, "");
                    }
                }
                GroupBy::Nothing | GroupBy::Customer { .. } => {
                    let group = *of_customer.get_or_insert_with(|| grid.group_of(history));
                    self.add(grid, answer, group);
                }
            }
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<SurveyScores, EngineError> {
        let question = &self.question;
        let measured = self.check(&counted.notes)?;
        let kind = counted.notes.measured.first().map(|(_, kind, _)| *kind);
        // Answers with several topics stand in several groups.
        let mut whole = counted.notes.whole.clone();
        if !matches!(*self.group_by, GroupBy::Topic) {
            counted.rows.values().flat_map(Series::iter).for_each(|(_, scores)| whole.add(scores));
        }
        let mut rows = Vec::new();
        if counted.is_grouped || question.interval.is_some() {
            rows = counted.by_period(self.periods.as_ref(), self.span, |group, period, scores| SurveyRow {
                group: group.to_owned(),
                period,
                scores: scores.cloned().unwrap_or_default(),
            });
        }
        if let Some((_, scale)) = measured {
            // Periods in which nobody answered have as many zeros as the others have numbers.
            let counts = rows.iter_mut().map(|row| &mut row.scores).chain([&mut whole]);
            counts.for_each(|scores| scores.0.resize(scale.points(), ScoreCount::default()));
        }
        let own = counted.notes.own.into_iter().next().filter(|_| question.survey.is_none());
        let strata = counted.notes.strata.into_values().collect();
        Ok(SurveyScores { measured, kind, own, whole, rows, strata, moment: counted.moment, span: self.span })
    }
}

/// Whether an answer is one of those that a question is about, whenever it was given.
pub(crate) fn matches(question: &SurveyQuestion, answer: &ResponseFact) -> bool {
    let is = |wanted: &Option<String>, given: &str| wanted.as_deref().is_none_or(|wanted| wanted == given);
    question.metrics.contains(&answer.metric)
        && question.kind.is_none_or(|kind| kind == answer.kind)
        && is(&question.survey, &answer.survey)
        && is(&question.channel, &answer.channel)
        && question.topic.as_deref().is_none_or(|topic| {
            answer.said.as_ref().is_some_and(|said| said.topics.iter().any(|given| **given == *topic))
        })
}

impl Engine {
    /// Counts answers to surveys by score.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an attribute nobody has, and for answers that must not be mixed: of several metrics,
    /// kinds or scales, or to several questions of one's own; [`EngineError::AnswerTooLong`].
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
        let needs = group_by.needs() | strata.as_ref().map_or(Needs::NOTHING, GroupKey::needs);
        self.know(workspace, &mut moment, needs).await?;
        group_by.read_at(&moment);
        strata.iter_mut().for_each(|key| key.read_at(&moment));
        let group_by = Arc::new(group_by);
        let asked = Asked { moment, span, group_by: group_by.clone() };
        let periods = question.interval.map(|interval| asked.periods(interval));
        self.measure(workspace, asked, ScoreMeasure { question, span, group_by, strata, periods }).await
    }
}

impl ScoreMeasure {
    /// What was measured, if it may be counted together.
    fn check(&self, notes: &ScoreNotes) -> Result<Option<(SurveyMetric, Scale)>, EngineError> {
        if notes.overflow {
            return Err(too_long());
        }
        let metrics: BTreeSet<SurveyMetric> = notes.measured.iter().map(|(metric, ..)| *metric).collect();
        if metrics.len() > 1 {
            return Err(EngineError::field(
                "metric",
                "is unset, but the window has answers to both versions of CES, which must not be mixed; choose SURVEY_METRIC_CES1 or SURVEY_METRIC_CES2",
            ));
        }
        if self.question.survey.is_none() && notes.own.len() > 1 {
            let names: Vec<&str> = notes.own.iter().take(LISTED).map(|name| &**name).collect();
            return Err(EngineError::field(
                "survey_id",
                format!(
                    "is unset, but there are several questions of your own; choose one of: {}",
                    names.join(", ")
                ),
            ));
        }
        let kinds: BTreeSet<SurveyKind> = notes.measured.iter().map(|(_, kind, _)| *kind).collect();
        if kinds.len() > 1 {
            return Err(EngineError::field(
                "kind",
                "is unset, but the window has answers of both kinds, which are different metrics; choose SURVEY_KIND_RELATIONSHIP or SURVEY_KIND_TRANSACTIONAL",
            ));
        }
        let scales: BTreeSet<Scale> = notes.measured.iter().map(|(.., scale)| *scale).collect();
        if scales.len() > 1 {
            return Err(several_scales(&scales));
        }
        // Without any answer there is nothing to weight, and no reason to complain.
        if let Some(key) = self.strata.as_ref().filter(|_| !notes.measured.is_empty()) {
            key.check(STRATA, &[], &notes.attributes)?;
        }
        Ok(metrics.first().copied().zip(scales.first().copied()))
    }
}

fn several_scales(scales: &BTreeSet<Scale>) -> EngineError {
    let scales: Vec<String> = scales
        .iter()
        .map(|scale| {
            let direction = if scale.lower_is_better() { " (lower is better)" } else { "" };
            format!("{} to {}{direction}", scale.lowest(), scale.highest())
        })
        .collect();
    EngineError::field(
        "survey_id",
        format!(
            "does not say which answers are meant: they are on several scales, {}; choose a survey asked on one",
            scales.join(", ")
        ),
    )
}
