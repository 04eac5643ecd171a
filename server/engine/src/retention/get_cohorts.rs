//! How do customers who began together go on?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lojal_domain::{
    EventTime, History, Interval, MICROS_PER_DAY, Span, SurveyKind, SurveyMetric, WarningCode, Window,
    WorkspaceName, limits,
};
use lojal_scoring::retention::{CohortMode, CohortTally};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::grid::{Grid, Series};
use crate::ask::groups::{GroupKey, note_attributes, too_long};
use crate::ask::measure::{Asked, Counted, Measure, Room};
use crate::ask::periods::{Periods, Walk};
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::Tally;
use crate::retention::cohort_rows::{self, Cohort, CohortMeans, cut, kind_number, means_of};
use crate::{Engine, EngineError, Period, Provenance, Scope};

/// The definition of the table.
const DEFINITION: &str = "cohorts@2";

/// How ages are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CohortAlignment {
    /// By periods of the calendar.
    Calendar,
    /// In equal steps from each customer's own first purchase.
    Rolling,
}

/// How do customers who began together go on?
#[derive(Clone, Debug)]
pub struct GetCohorts {
    /// When.
    pub scope: Scope,
    /// Customers who first bought in this window.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// The attribute or fact whose values are cohorts; none for the period of the first purchase.
    pub cohort_attribute: Option<String>,
    /// Length of a period.
    pub interval: Interval,
    /// What it takes to be retained.
    pub mode: CohortMode,
    /// The last age, where there are no brackets.
    pub last_age: usize,
    /// How ages are counted.
    pub alignment: CohortAlignment,
    /// The kind of survey for the NPS; none for whichever was recorded.
    pub nps_kind: Option<SurveyKind>,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
    /// List at most so many cohorts of a group, the latest, or of an attribute's the largest; none for all.
    pub limit: Option<usize>,
}

impl GetCohorts {
    /// Who first bought, where a question names no window.
    pub const WINDOW: Window = Window::All;
    /// Length of a period where a question names none.
    pub const INTERVAL: Interval = Interval::Month;
    /// The last age where a question names none.
    pub const LAST_AGE: usize = 12;
    /// How many cohorts are listed where a question names neither window, interval, attribute nor number: a year of months.
    pub const LIMIT: usize = 12;
}

/// The answer.
#[derive(Clone, Debug)]
pub struct CohortsAnswer {
    /// One a group and cohort.
    pub cohorts: Vec<Cohort>,
    /// All cohorts of a group together.
    pub means: Vec<CohortMeans>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Hours have the same length everywhere; months do not.
pub(crate) const fn step_micros(interval: Interval) -> i64 {
    MICROS_PER_DAY
        * match interval {
            Interval::Day => 1,
            Interval::Week => 7,
            Interval::Month => 30,
            Interval::Quarter => 91,
            Interval::Year => 365,
        }
}

/// Periods from each customer's own first purchase: so many have passed between two instants.
pub(crate) const fn steps(interval: Interval, from: i64, to: i64) -> i64 {
    to.saturating_sub(from).div_euclid(step_micros(interval))
}

/// The cohorts of a group: a second axis of its own, since what begins them may be a period or a value.
#[derive(Clone, Serialize, Deserialize)]
enum Cohorts {
    /// By number of the period, from that of the window's start.
    ByPeriod(Series<CohortTally>),
    ByValue(HashMap<Arc<str>, CohortTally>),
}

impl Tally for CohortTally {
    fn merge(&mut self, other: Self) {
        Self::merge(self, &other);
    }
}

impl Tally for Cohorts {
    fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::ByPeriod(all), Self::ByPeriod(part)) => Tally::merge(all, part),
            (Self::ByValue(all), Self::ByValue(part)) => {
                for (value, part) in part {
                    match all.get_mut(&value) {
                        Some(sum) => Tally::merge(sum, part),
                        None => {
                            all.insert(value, part);
                        }
                    }
                }
            }
            // Both come from one question.
            _ => {}
        }
    }
}

/// What is noted besides.
#[derive(Default, Serialize, Deserialize)]
struct CohortNotes {
    /// Names of attributes met.
    attributes: BTreeSet<Arc<str>>,
    /// Cohorts begun, all groups together.
    cohorts: usize,
    overflow: bool,
    /// Whether an answer of each kind was met.
    kinds: [bool; 2],
}

impl Tally for CohortNotes {
    fn merge(&mut self, other: Self) {
        self.attributes.extend(other.attributes);
        self.overflow |= other.overflow;
        self.kinds = [self.kinds[0] | other.kinds[0], self.kinds[1] | other.kinds[1]];
    }
}

/// How customers are counted.
struct CohortMeasure {
    mode: CohortMode,
    last_age: usize,
    interval: Interval,
    is_rolling: bool,
    nps_kind: Option<SurveyKind>,
    confidence: f64,
    limit: usize,
    span: Span,
    as_of: EventTime,
    periods: Periods,
    /// Periods that had ended.
    ended: usize,
    /// Rows that a cohort may make.
    room: usize,
    /// What makes a cohort; none for the period of the first purchase.
    cohorts_by: Option<GroupKey>,
}

impl CohortMeasure {
    fn new_tally(&self) -> CohortTally {
        CohortTally::new(self.mode.clone(), self.last_age)
    }

    /// Steps from a customer's first purchase, where ages are counted in such.
    fn steps(&self, first: EventTime, to: i64) -> usize {
        usize::try_from(steps(self.interval, first.micros(), to)).unwrap_or(0)
    }

    /// Adds a customer who first bought in a period to their cohort, with their answers.
    fn add(
        &self,
        tally: &mut CohortTally,
        history: &History<'_>,
        first: EventTime,
        start: usize,
    ) -> [bool; 2] {
        let (begun, passed) = if self.is_rolling {
            (self.steps(first, self.as_of.micros() - 1) + 1, self.steps(first, self.as_of.micros()))
        } else {
            (self.periods.len() - start, self.ended.saturating_sub(start))
        };
        let age = |walk: &mut Walk<'_>, time: EventTime| {
            if self.is_rolling { self.steps(first, time.micros()) } else { walk.to(time.micros()) - start }
        };
        let mut walk = self.periods.walk(start);
        let purchases = kept_purchases(history);
        tally.add(
            begun,
            passed,
            purchases.map(|purchase| (age(&mut walk, purchase.time), purchase.net_micros())),
        );
        let mut kinds = [false; 2];
        let mut walk = self.periods.walk(start);
        let mut answers = Vec::new();
        for answer in history.answers(SurveyMetric::Nps).filter(|answer| first <= answer.time) {
            let Some(score) = answer.score.and_then(|score| u8::try_from(score).ok()) else { continue };
            let kind = kind_number(answer.kind);
            kinds[kind] = true;
            answers.push((age(&mut walk, answer.time), kind, score));
        }
        tally.answers(&answers);
        kinds
    }

    /// The kind of survey of the NPS, where there is one.
    fn nps_kind(&self, kinds: [bool; 2], provenance: &mut Provenance) -> Option<SurveyKind> {
        self.nps_kind.or(match kinds {
            [true, true] => {
                provenance.warn(
                    WarningCode::MixedSurveyKinds,
                    "customers answered surveys of both kinds, which are different metrics, so there is no NPS; choose nps_kind",
                );
                None
            }
            [_, transactional] => {
                Some(if transactional { SurveyKind::Transactional } else { SurveyKind::Relationship })
            }
        })
    }
}

impl Measure for CohortMeasure {
    type Tally = Cohorts;
    type Notes = CohortNotes;
    type Answer = CohortsAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        let bought_and_said = Parts { responses: true, ..Parts::PURCHASES };
        self.cohorts_by.as_ref().map_or(bought_and_said, |key| key.parts(bought_and_said))
    }

    fn empty(&self) -> Cohorts {
        match self.cohorts_by {
            None => Cohorts::ByPeriod(Series::default()),
            Some(_) => Cohorts::ByValue(HashMap::new()),
        }
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<Cohorts>, notes: &mut CohortNotes) {
        if self.cohorts_by.as_ref().is_some_and(GroupKey::has_attributes) {
            note_attributes(&mut notes.attributes, history);
        }
        // Whoever bought before the window is not new in it.
        let Some(first) = kept_purchases(history).next().map(|purchase| purchase.time) else { return };
        if notes.overflow || !self.span.contains(first) {
            return;
        }
        let Some(cohorts) = grid.of(history, || self.empty()) else { return };
        let start = self.periods.at(first.micros());
        let mut new = || {
            notes.cohorts += 1;
            self.new_tally()
        };
        let tally = match (cohorts, &self.cohorts_by) {
            (Cohorts::ByPeriod(cohorts), _) => cohorts.cell(start, new),
            (Cohorts::ByValue(cohorts), Some(key)) => {
                let value = key.group(history);
                let value = value.as_ref();
                if !cohorts.contains_key(value) {
                    cohorts.insert(value.into(), new());
                }
                let Some(tally) = cohorts.get_mut(value) else { return };
                tally
            }
            (Cohorts::ByValue(_), None) => return,
        };
        let kinds = self.add(tally, history, first, start);
        notes.kinds = [notes.kinds[0] | kinds[0], notes.kinds[1] | kinds[1]];
        notes.overflow |= notes.cohorts.saturating_mul(self.room) > limits::ANSWER_ROWS;
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<CohortsAnswer, EngineError> {
        let CohortNotes { attributes, overflow, kinds, .. } = counted.notes;
        if overflow {
            return Err(too_long());
        }
        let mut provenance = counted.provenance;
        let (nps_kind, confidence) = (self.nps_kind(kinds, &mut provenance), self.confidence);
        let (mut cohorts, mut means, mut room) = (Vec::new(), Vec::new(), Room::new());
        let (mut begun, mut is_cut) = (0, false);
        for (group, series) in counted.rows {
            let of_group = series.into_cells().next().map_or_else(|| self.empty(), |(_, cohorts)| cohorts);
            let mut all = self.new_tally();
            let mut of_all = Vec::new();
            for (name, period, tally) in named(of_group, &self.periods) {
                all.merge(&tally);
                let cells: Vec<_> = tally.cells().into_iter().filter(|cell| tally.begun(cell)).collect();
                let (group, customers) = (group.to_string(), tally.customers());
                let rows = cohort_rows::rows(cells, nps_kind, confidence);
                of_all.push(Cohort { group, name, period, customers, rows });
            }
            means.push(means_of(&group, &all, &of_all, confidence));
            begun += of_all.len();
            is_cut |= of_all.len() > self.limit;
            cut(&mut of_all, self.limit);
            room.take(of_all.iter().map(|cohort| cohort.rows.len()).sum())?;
            cohorts.append(&mut of_all);
        }
        if is_cut {
            let which = if self.cohorts_by.is_some() { "largest" } else { "latest" };
            let sentence = format!(
                "the {which} {} of {begun} cohorts are listed, and all are in the means; set limit to list more, or window to look at others",
                cohorts.len()
            );
            provenance.warn(WarningCode::ListCut, sentence);
        }
        if let Some(key) = self.cohorts_by.as_ref().filter(|_| !cohorts.is_empty()) {
            key.check("cohort_attribute", &[], &attributes)?;
        }
        if cohorts.is_empty() {
            provenance.warn(
                WarningCode::NoPurchases,
                "nobody first bought in this window, so there are no cohorts; record transactions or widen the window",
            );
        }
        Ok(CohortsAnswer { cohorts, means, provenance })
    }
}

impl Engine {
    /// Answers [`GetCohorts`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun or an attribute nobody has,
    /// [`EngineError::AnswerTooLong`].
    pub async fn get_cohorts(
        &self,
        workspace: &WorkspaceName,
        question: GetCohorts,
    ) -> Result<CohortsAnswer, EngineError> {
        let GetCohorts { scope, interval, mode, .. } = question;
        let group_by = question.group_by.as_deref();
        let cohorts_by = question.cohort_attribute.as_deref();
        let mut asked =
            self.asked_of_outcome(workspace, scope, question.window, group_by, cohorts_by.is_some()).await?;
        let parse = |name| GroupKey::parse("cohort_attribute", name, &asked.moment);
        let mut cohorts_by = cohorts_by.map(parse).transpose()?;
        self.know_groups(workspace, &mut asked.moment, cohorts_by.iter_mut().collect()).await?;
        let Asked { moment, span, .. } = &asked;
        let (as_of, span) = (moment.as_of, *span);
        let first_event = moment.first_event.unwrap_or(as_of).min(as_of);
        let first = span.start.max(first_event).min(as_of);
        let periods = Periods::covering(interval, first, as_of, &moment.zone);
        // Ages that nobody has reached need no room.
        let begun = match question.alignment {
            CohortAlignment::Calendar => periods.len(),
            CohortAlignment::Rolling => steps(interval, first.micros(), as_of.micros()) as usize + 1,
        };
        let last_age = question.last_age.min(begun);
        let measure = CohortMeasure {
            cohorts_by,
            room: CohortTally::new(mode.clone(), last_age).room(),
            mode,
            last_age,
            interval,
            is_rolling: question.alignment == CohortAlignment::Rolling,
            nps_kind: question.nps_kind,
            confidence: question.confidence,
            limit: question.limit.unwrap_or(usize::MAX),
            span,
            as_of,
            ended: periods.ended(as_of),
            periods,
        };
        self.measure(workspace, asked, measure).await
    }
}

/// Cohorts by name and in order.
fn named(cohorts: Cohorts, periods: &Periods) -> Vec<(String, Option<Period>, CohortTally)> {
    match cohorts {
        Cohorts::ByPeriod(cohorts) => {
            let named = |(at, tally)| {
                let period = periods.period(at);
                (period.label.clone(), Some(period), tally)
            };
            cohorts.into_cells().map(named).collect()
        }
        Cohorts::ByValue(cohorts) => {
            let ordered: BTreeMap<Arc<str>, CohortTally> = cohorts.into_iter().collect();
            ordered.into_iter().map(|(value, tally)| (value.to_string(), None, tally)).collect()
        }
    }
}
