//! Answers to surveys, counted by score: what NPS, CSAT, CES and every other score are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_domain::{
    History, Interval, ResponseFact, Scale, Span, SurveyKind, SurveyMetric, Window, WorkspaceName, limits,
};
use lojal_store::Parts;

use crate::ask::cells::{Cells, Counted};
use crate::ask::groups::{GroupKey, note_attributes, too_long};
use crate::ask::periods::{Period, Periods};
use crate::surveys::score_counts::{ScoreCount, ScoreCounts};
use crate::{Engine, EngineError, Moment, Scope};

/// Groups that are not attributes of the customer.
pub(crate) const SURVEY_ID: &str = "survey_id";
pub(crate) const CHANNEL: &str = "channel";
const TOPIC: &str = "topic";
const OF_ANSWERS: [&str; 3] = [SURVEY_ID, CHANNEL, TOPIC];

/// What answers are grouped by.
#[derive(Clone, Debug)]
pub(crate) enum AnswerKey {
    /// The survey they answer.
    Survey,
    /// How they were asked.
    Channel,
    /// What they are about; an answer about several things is in several groups.
    Topic,
    /// Something about the customer.
    Customer(GroupKey),
}

impl AnswerKey {
    pub(crate) fn named(name: &str, moment: &Moment) -> Result<Self, EngineError> {
        Ok(match name {
            SURVEY_ID => Self::Survey,
            CHANNEL => Self::Channel,
            TOPIC => Self::Topic,
            _ => Self::Customer(GroupKey::named("group_by", name, moment)?),
        })
    }

    /// The parts of histories that tell answers by it, or without any.
    pub(crate) fn parts(key: Option<&Self>) -> Parts {
        let of_customer = key.and_then(Self::of_customer);
        of_customer.map_or(Parts::RESPONSES, |key| key.parts(Parts::RESPONSES))
    }

    /// What it is about the customer, if it is that.
    pub(crate) const fn of_customer(&self) -> Option<&GroupKey> {
        match self {
            Self::Customer(key) => Some(key),
            Self::Survey | Self::Channel | Self::Topic => None,
        }
    }

    /// The attribute, if it is one.
    pub(crate) fn attribute(&self) -> Option<&str> {
        self.of_customer().and_then(GroupKey::attribute)
    }
}

/// Surveys and attributes listed in an error.
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
type Measure = (SurveyMetric, SurveyKind, Scale);

#[derive(Default)]
struct ScoreTally {
    cells: Cells<Measure, ScoreCounts>,
    strata: BTreeMap<Arc<str>, (u64, ScoreCounts)>,
    /// Names of attributes met, to say which there are.
    attributes: BTreeSet<Arc<str>>,
    /// Questions of one's own met, to say which there are.
    own: BTreeSet<Arc<str>>,
    overflow: bool,
}

/// How answers are counted; shared by all threads.
struct ScoreCounting {
    span: Span,
    question: SurveyQuestion,
    group_by: Option<AnswerKey>,
    strata: Option<GroupKey>,
    /// The periods of a series.
    periods: Option<Periods>,
}

impl ScoreCounting {
    /// The parts of histories that matter.
    fn parts(&self) -> Parts {
        if self.strata.is_some() {
            // Everybody is counted.
            return Parts::ALL;
        }
        AnswerKey::parts(self.group_by.as_ref())
    }

    fn visit(&self, tally: &mut ScoreTally, history: &History<'_>) {
        let of_strata = self.strata.as_ref().and_then(GroupKey::attribute);
        if of_strata.or(self.group_by.as_ref().and_then(AnswerKey::attribute)).is_some() {
            note_attributes(&mut tally.attributes, history);
        }
        let stratum = self.strata.as_ref().filter(|_| history.customer.is_some());
        let mut of_stratum = stratum.and_then(|key| {
            let value = key.group(history);
            let value = value.as_ref();
            if !tally.strata.contains_key(value) {
                if tally.strata.len() >= limits::ANSWER_ROWS {
                    tally.overflow = true;
                    return None;
                }
                tally.strata.insert(value.into(), Default::default());
            }
            tally.strata.get_mut(value)
        });
        if let Some((customers, _)) = of_stratum.as_mut() {
            *customers += 1;
        }
        if history.responses.is_empty() {
            return;
        }
        // The group is read for the first answer that counts.
        let mut of_customer = None;
        for answer in history.all_answers().filter(|answer| self.counts(answer)) {
            if answer.metric == SurveyMetric::Custom && !tally.own.contains(&answer.survey) {
                tally.own.insert(answer.survey.clone());
            }
            if let Some((_, scores)) = of_stratum.as_mut() {
                scores.add_answer(answer);
            }
            match &self.group_by {
                Some(AnswerKey::Survey) => self.count(&mut tally.cells, answer, &answer.survey),
                Some(AnswerKey::Channel) => self.count(&mut tally.cells, answer, &answer.channel),
                Some(AnswerKey::Topic) => {
                    let topics = answer.said.as_ref().map_or(&[][..], |said| &said.topics);
                    topics.iter().for_each(|topic| self.count(&mut tally.cells, answer, topic));
                    if topics.is_empty() {
                        self.count(&mut tally.cells, answer, "");
                    }
                }
                None => {
                    let group = *of_customer.get_or_insert_with(|| tally.cells.group(""));
                    self.count_in(&mut tally.cells, answer, group);
                }
                Some(AnswerKey::Customer(key)) => {
                    let group = *of_customer.get_or_insert_with(|| tally.cells.group(&key.group(history)));
                    self.count_in(&mut tally.cells, answer, group);
                }
            }
        }
    }

    fn count(&self, cells: &mut Cells<Measure, ScoreCounts>, answer: &ResponseFact, group: &str) {
        let group = cells.group(group);
        self.count_in(cells, answer, group);
    }

    fn count_in(&self, cells: &mut Cells<Measure, ScoreCounts>, answer: &ResponseFact, group: usize) {
        let period = self.periods.as_ref().map_or(0, |periods| periods.at(answer.time.micros()));
        if let Some(scores) = cells.at((answer.metric, answer.kind, answer.scale), group, period) {
            scores.add_answer(answer);
        }
    }

    fn counts(&self, answer: &ResponseFact) -> bool {
        self.span.contains(answer.time) && matches(&self.question, answer)
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
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let span = question.window.resolve(moment.as_of, &moment.zone);
        let named = |name: &String| AnswerKey::named(name, &moment);
        let group_by = question.group_by.as_ref().map(named).transpose()?;
        let strata = question.strata.as_ref();
        let strata = strata.map(|name| GroupKey::named("weight_to_base_by", name, &moment)).transpose()?;
        let attributes = [
            ("group_by", group_by.as_ref().and_then(AnswerKey::attribute).map(str::to_owned)),
            ("weight_to_base_by", strata.as_ref().and_then(GroupKey::attribute).map(str::to_owned)),
        ];
        let first_event = self.first_event(workspace).await?;
        let periods = |interval| Periods::within(interval, span, first_event, &moment.zone);
        let periods = question.interval.map(periods);
        let counting =
            ScoreCounting { span, question: question.clone(), group_by, strata, periods: periods.clone() };
        let wanted = counting.parts();
        let visit = move |tally: &mut ScoreTally, history: &History<'_>| counting.visit(tally, history);
        let parts = self.fold(workspace, &mut moment, wanted, ScoreTally::default, visit).await?;
        let mut tally = ScoreTally::default();
        let mut cells = Vec::with_capacity(parts.len());
        for part in parts {
            tally.overflow |= part.overflow;
            tally.attributes.extend(part.attributes);
            tally.own.extend(part.own);
            cells.push(part.cells);
            for (stratum, (customers, scores)) in part.strata {
                let (sum, of_all) = tally.strata.entry(stratum).or_default();
                *sum += customers;
                of_all.add(&scores);
            }
        }
        let cells = Cells::merge(cells, |sum: &mut ScoreCounts, part| sum.add(&part)).ok_or_else(too_long)?;
        let measured = check(&question, &attributes, &tally, &cells)?;
        let kind = cells.keys().next().map(|((_, kind, _), ..)| *kind);
        let own = tally.own.pop_first().filter(|_| question.survey.is_none());
        let mut whole = ScoreCounts::default();
        let mut groups: BTreeMap<Arc<str>, BTreeMap<usize, ScoreCounts>> = BTreeMap::new();
        for ((_, group, period), scores) in cells {
            if question.group_by.as_deref() != Some(TOPIC) {
                whole.add(&scores);
            }
            groups.entry(group).or_default().entry(period).or_default().add(&scores);
        }
        if question.group_by.as_deref() == Some(TOPIC) {
            // Answers with several topics stand in several groups, so the whole is counted by itself.
            let all = SurveyQuestion { group_by: None, interval: None, strata: None, ..question.clone() };
            let scope = Scope { as_of: Some(moment.as_of), ..question.scope.clone() };
            whole = Box::pin(self.survey_scores(workspace, SurveyQuestion { scope, ..all })).await?.whole;
        }
        let mut rows = Vec::new();
        if question.group_by.is_some() || question.interval.is_some() {
            rows = rows_of(periods.as_ref(), span, groups)?;
        }
        if let Some((_, scale)) = measured {
            // Periods in which nobody answered have as many zeros as the others have numbers.
            let counts = rows.iter_mut().map(|row| &mut row.scores).chain([&mut whole]);
            counts.for_each(|scores| scores.0.resize(scale.points(), ScoreCount::default()));
        }
        let strata = tally.strata.into_values().collect();
        Ok(SurveyScores { measured, kind, own, whole, rows, strata, moment, span })
    }
}

/// One row a group and period, with the periods in between in which nobody answered.
fn rows_of(
    periods: Option<&Periods>,
    span: Span,
    groups: BTreeMap<Arc<str>, BTreeMap<usize, ScoreCounts>>,
) -> Result<Vec<SurveyRow>, EngineError> {
    let seen = groups.values().flat_map(|periods| periods.keys().copied());
    let periods = periods_of(periods, seen, span, groups.len())?;
    let mut rows = Vec::with_capacity(periods.len() * groups.len());
    for (group, mut cells) in groups {
        rows.extend(periods.iter().map(|(number, period)| SurveyRow {
            group: group.to_string(),
            period: period.clone(),
            scores: cells.remove(number).unwrap_or_default(),
        }));
    }
    Ok(rows)
}

/// The periods of a series from the first that was seen to the last, without holes and cut off where the span is; a single
/// one, numbered 0, without a series.
pub(crate) fn periods_of(
    periods: Option<&Periods>,
    seen: impl Iterator<Item = usize>,
    span: Span,
    groups: usize,
) -> Result<Vec<(usize, Option<Period>)>, EngineError> {
    let Some(periods) = periods else {
        // Partitions have counted fewer each.
        return if groups > limits::ANSWER_ROWS { Err(too_long()) } else { Ok(vec![(0, None)]) };
    };
    let (first, end) =
        seen.fold((usize::MAX, 0), |(first, end), period| (first.min(period), end.max(period + 1)));
    if end.saturating_sub(first).saturating_mul(groups) > limits::ANSWER_ROWS {
        return Err(too_long());
    }
    let cut = |number| {
        let Period { span: whole, label } = periods.period(number);
        let span = Span { start: whole.start.max(span.start), end: whole.end.min(span.end) };
        (number, Some(Period { span, label }))
    };
    Ok((first..end).map(cut).collect())
}

/// What was measured, if it may be counted together.
fn check(
    question: &SurveyQuestion,
    attributes: &[(&'static str, Option<String>)],
    tally: &ScoreTally,
    cells: &Counted<Measure, ScoreCounts>,
) -> Result<Option<(SurveyMetric, Scale)>, EngineError> {
    if tally.overflow {
        return Err(too_long());
    }
    let metrics: BTreeSet<SurveyMetric> = cells.keys().map(|((metric, ..), ..)| *metric).collect();
    if metrics.len() > 1 {
        return Err(EngineError::field(
            "metric",
            "is unset, but the window has answers to both versions of CES, which must not be mixed; choose SURVEY_METRIC_CES1 or SURVEY_METRIC_CES2",
        ));
    }
    if question.survey.is_none() && tally.own.len() > 1 {
        let names: Vec<&str> = tally.own.iter().take(LISTED).map(|name| &**name).collect();
        return Err(EngineError::field(
            "survey_id",
            format!(
                "is unset, but there are several questions of your own; choose one of: {}",
                names.join(", ")
            ),
        ));
    }
    let kinds: BTreeSet<SurveyKind> = cells.keys().map(|((_, kind, _), ..)| *kind).collect();
    if kinds.len() > 1 {
        return Err(EngineError::field(
            "kind",
            "is unset, but the window has answers of both kinds, which are different metrics; choose SURVEY_KIND_RELATIONSHIP or SURVEY_KIND_TRANSACTIONAL",
        ));
    }
    let scales: BTreeSet<Scale> = cells.keys().map(|((.., scale), ..)| *scale).collect();
    if scales.len() > 1 {
        let scales: Vec<String> = scales
            .iter()
            .map(|scale| {
                let direction = if scale.lower_is_better() { " (lower is better)" } else { "" };
                format!("{} to {}{direction}", scale.lowest(), scale.highest())
            })
            .collect();
        return Err(EngineError::field(
            "survey_id",
            format!(
                "does not say which answers are meant: they are on several scales, {}; choose a survey asked on one",
                scales.join(", ")
            ),
        ));
    }
    for (field, name) in attributes {
        // Without any answer there is nothing to group, and no reason to complain.
        if let Some(name) = name.as_deref().filter(|_| !cells.is_empty()) {
            let built_in: &[&str] = if *field == "group_by" { &OF_ANSWERS } else { &[] };
            known_attribute(field, name, built_in, &tally.attributes)?;
        }
    }
    Ok(metrics.first().copied().zip(scales.first().copied()))
}

/// Whether an attribute is one of those that were met; `built_in` are what else there is to choose.
pub(crate) fn known_attribute(
    field: &'static str,
    name: &str,
    built_in: &[&str],
    attributes: &BTreeSet<Arc<str>>,
) -> Result<(), EngineError> {
    if attributes.iter().any(|attribute| **attribute == *name) {
        return Ok(());
    }
    let mut names = built_in.to_vec();
    names.extend(attributes.iter().take(LISTED).map(|name| &**name));
    Err(EngineError::field(
        field,
        format!("is {name:?}, which no customer has; there are: {}", names.join(", ")),
    ))
}
