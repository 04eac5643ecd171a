//! Would customers recommend us?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use lojal_domain::{
    History, Interval, ResponseFact, Span, SurveyKind, SurveyMetric, Window, WorkspaceName, Zone, limits,
};
use lojal_scoring::nps::NpsCounts;

use crate::{Engine, EngineError, Provenance, When};

/// The definition of the score and its interval.
const DEFINITION: &str = "nps@1";

/// Groups that are not attributes of the customer.
const SURVEY_ID: &str = "survey_id";
const CHANNEL: &str = "channel";

/// Would customers recommend us?
#[derive(Clone, Debug)]
pub struct GetNps {
    /// When.
    pub when: When,
    /// Answers in this window.
    pub window: Window,
    /// An attribute, `survey_id` or `channel`.
    pub group_by: Option<String>,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
    /// Only answers of this kind.
    pub kind: Option<SurveyKind>,
    /// Only answers to this survey.
    pub survey: Option<String>,
}

/// How often each score was given.
type Scores = [u64; 11];

/// The answer.
#[derive(Clone, Debug)]
pub struct NpsAnswer {
    /// How often each score from 0 to 10 was given.
    pub scores: Scores,
    /// One a group and period, when either was asked for.
    pub rows: Vec<NpsRow>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group in one period.
#[derive(Clone, Debug)]
pub struct NpsRow {
    /// The group; empty when not grouped, or for answers without the attribute.
    pub group: String,
    /// The period, in a series.
    pub period: Option<Period>,
    /// How often each score from 0 to 10 was given.
    pub scores: Scores,
}

/// A period of a series.
#[derive(Clone, Debug)]
pub struct Period {
    /// From and to.
    pub span: Span,
    /// Its name.
    pub label: String,
}

/// Promoters, passives and detractors among scores.
#[must_use]
pub(crate) fn counts(scores: &Scores) -> NpsCounts {
    NpsCounts {
        promoters: scores[9..].iter().sum(),
        passives: scores[7..9].iter().sum(),
        detractors: scores[..7].iter().sum(),
    }
}

impl NpsAnswer {
    /// Promoters, passives and detractors of the whole.
    #[must_use]
    pub fn counts(&self) -> NpsCounts {
        counts(&self.scores)
    }
}

impl NpsRow {
    /// Promoters, passives and detractors of the row.
    #[must_use]
    pub fn counts(&self) -> NpsCounts {
        counts(&self.scores)
    }
}

/// Where an answer is counted: kind, group, first day of the period.
type Cell = (SurveyKind, Arc<str>, Option<Date>);

#[derive(Default)]
struct Tally {
    cells: BTreeMap<Cell, Scores>,
    /// Names of attributes met, to say which there are.
    attributes: BTreeSet<Arc<str>>,
    /// The cell counted last; answers come in runs.
    overflow: bool,
}

/// How answers are counted; shared by all threads.
struct Counting {
    span: Span,
    question: GetNps,
    zone: Zone,
    none: Arc<str>,
}

impl Counting {
    fn visit(&self, tally: &mut Tally, history: &History<'_>) {
        let attribute =
            self.question.group_by.as_deref().filter(|name| *name != SURVEY_ID && *name != CHANNEL);
        if attribute.is_some() {
            tally.attributes.extend(history.attributes.iter().map(|fact| fact.name.clone()));
        }
        let of_customer: Option<Arc<str>> = attribute.map(|name| history.attribute(name).into());
        for answer in history.answers(SurveyMetric::Nps).filter(|answer| self.counts(answer)) {
            let group = match self.question.group_by.as_deref() {
                None => self.none.clone(),
                Some(SURVEY_ID) => answer.survey.clone(),
                Some(CHANNEL) => answer.channel.clone(),
                Some(_) => of_customer.clone().unwrap_or_else(|| self.none.clone()),
            };
            let first_day =
                self.question.interval.map(|interval| interval.first_day(answer.time, &self.zone));
            let cell = (answer.kind, group, first_day);
            if tally.cells.len() > limits::ANSWER_ROWS && !tally.cells.contains_key(&cell) {
                tally.overflow = true;
                return;
            }
            let scores = tally.cells.entry(cell).or_default();
            let score = answer.score.and_then(|score| usize::try_from(score).ok());
            if let Some(count) = score.and_then(|score| scores.get_mut(score)) {
                *count += 1;
            }
        }
    }

    fn counts(&self, answer: &ResponseFact) -> bool {
        self.span.contains(answer.time)
            && self.question.kind.is_none_or(|kind| kind == answer.kind)
            && self.question.survey.as_deref().is_none_or(|survey| survey == &*answer.survey)
    }
}

impl Engine {
    /// Answers [`GetNps`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an attribute nobody has or for mixed kinds of survey,
    /// [`EngineError::AnswerTooLong`].
    pub async fn get_nps(
        &self,
        workspace: &WorkspaceName,
        question: GetNps,
    ) -> Result<NpsAnswer, EngineError> {
        let moment = self.moment(workspace, question.when).await?;
        let span = question.window.resolve(moment.as_of, &moment.zone);
        let counting =
            Counting { span, question: question.clone(), zone: moment.zone.clone(), none: "".into() };
        let visit = move |tally: &mut Tally, history: &History<'_>| counting.visit(tally, history);
        let parts = lojal_store::fold(&*self.store, workspace, moment.cut(), Tally::default, visit).await?;
        let mut tally = Tally::default();
        for part in parts {
            tally.overflow |= part.overflow;
            tally.attributes.extend(part.attributes);
            for (cell, scores) in part.cells {
                add(tally.cells.entry(cell).or_default(), &scores);
            }
        }
        check(&question, &tally)?;
        let mut whole = Scores::default();
        let mut groups: BTreeMap<Arc<str>, BTreeMap<Option<Date>, Scores>> = BTreeMap::new();
        for ((_, group, first_day), scores) in tally.cells {
            add(&mut whole, &scores);
            add(groups.entry(group).or_default().entry(first_day).or_default(), &scores);
        }
        let mut rows = Vec::new();
        if question.group_by.is_some() || question.interval.is_some() {
            rows = rows_of(&question, span, &moment.zone, groups)?;
        }
        let mut provenance = moment.provenance(DEFINITION, Some(span));
        if whole.iter().all(|count| *count == 0) {
            provenance.warnings.push(
                "there is no answer in this window, so there is no NPS; record survey responses or widen the window"
                    .to_owned(),
            );
        }
        Ok(NpsAnswer { scores: whole, rows, provenance })
    }
}

/// One row a group and period, with the periods in between in which nobody answered.
fn rows_of(
    question: &GetNps,
    span: Span,
    zone: &Zone,
    groups: BTreeMap<Arc<str>, BTreeMap<Option<Date>, Scores>>,
) -> Result<Vec<NpsRow>, EngineError> {
    let days = || groups.values().flat_map(|periods| periods.keys().copied().flatten());
    let periods: Vec<Option<Period>> = match (question.interval, days().min(), days().max()) {
        (None, ..) => vec![None],
        (Some(interval), Some(first), Some(last)) => {
            if interval.count(first, last).saturating_mul(groups.len()) > limits::ANSWER_ROWS * 2 {
                return Err(too_long());
            }
            let each = std::iter::successors(Some(first), |day| Some(interval.next(*day)));
            let periods = each.take_while(|day| *day <= last).map(|day| {
                let start = zone.start_of(day).max(span.start);
                let end = zone.start_of(interval.next(day)).min(span.end);
                Some(Period { span: Span { start, end }, label: interval.label(day) })
            });
            periods.collect()
        }
        (Some(_), ..) => Vec::new(),
    };
    if periods.len().saturating_mul(groups.len()) > limits::ANSWER_ROWS {
        return Err(too_long());
    }
    let mut rows = Vec::with_capacity(periods.len() * groups.len());
    for (group, cells) in groups {
        let by_label: BTreeMap<Option<String>, Scores> = cells
            .into_iter()
            .map(|(day, scores)| {
                (day.and_then(|day| question.interval.map(|interval| interval.label(day))), scores)
            })
            .collect();
        rows.extend(
            periods.iter().map(|period| NpsRow {
                group: group.to_string(),
                period: period.clone(),
                scores: by_label
                    .get(&period.as_ref().map(|period| period.label.clone()))
                    .copied()
                    .unwrap_or_default(),
            }),
        );
    }
    Ok(rows)
}

fn too_long() -> EngineError {
    EngineError::AnswerTooLong {
        maximum: limits::ANSWER_ROWS,
        advice: "group by an attribute with fewer values, choose a longer interval, or a shorter window",
    }
}

fn check(question: &GetNps, tally: &Tally) -> Result<(), EngineError> {
    if tally.overflow {
        return Err(too_long());
    }
    let kinds: BTreeSet<SurveyKind> = tally.cells.keys().map(|(kind, ..)| *kind).collect();
    if kinds.len() > 1 {
        return Err(EngineError::field(
            "kind",
            "is unset, but the window has answers of both kinds, which are different metrics; choose SURVEY_KIND_RELATIONSHIP or SURVEY_KIND_TRANSACTIONAL",
        ));
    }
    let Some(name) = question.group_by.as_deref() else { return Ok(()) };
    let known = tally.attributes.iter().any(|attribute| **attribute == *name);
    // Without any answer there is nothing to group, and no reason to complain.
    if known || name == SURVEY_ID || name == CHANNEL || tally.cells.is_empty() {
        return Ok(());
    }
    let mut names = vec![SURVEY_ID.to_owned(), CHANNEL.to_owned()];
    names.extend(tally.attributes.iter().take(50).map(ToString::to_string));
    Err(EngineError::field(
        "group_by",
        format!("is {name:?}, which no customer has; there are: {}", names.join(", ")),
    ))
}

fn add(sum: &mut Scores, scores: &Scores) {
    for (sum, count) in sum.iter_mut().zip(scores) {
        *sum += count;
    }
}
