//! How do customers who began together go on?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lojal_domain::{
    EventTime, History, Interval, MICROS_PER_DAY, Span, SurveyKind, SurveyMetric, WarningCode, Window,
    WorkspaceName, limits,
};
use lojal_scoring::retention::{CohortCell, CohortMode, CohortTally};
use lojal_store::Parts;

use crate::ask::groups::{GroupBy, GroupKey, Groups, note_attributes, too_long, unknown_attribute};
use crate::ask::periods::{Periods, begun};
use crate::ask::purchases::kept_purchases;
use crate::retention::cohort_rows::{self, CohortMean, CohortRow, kind_number};
use crate::{Engine, EngineError, Period, Provenance, Scope};

/// The definition of the table.
const DEFINITION: &str = "cohorts@1";

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
}

impl GetCohorts {
    /// Who first bought, where a question names no window.
    pub const WINDOW: Window = Window::All;
    /// Length of a period where a question names none.
    pub const INTERVAL: Interval = Interval::Month;
    /// The last age where a question names none.
    pub const LAST_AGE: usize = 12;
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

/// One cohort.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// Its name: of its period, or the attribute's value.
    pub name: String,
    /// When it began; none for cohorts of an attribute.
    pub period: Option<Period>,
    /// Its customers.
    pub customers: u64,
    /// One for each of its ages that have begun.
    pub rows: Vec<CohortRow>,
}

/// The cohorts of a group together.
#[derive(Clone, Debug)]
pub struct CohortMeans {
    /// The group.
    pub group: String,
    /// One an age.
    pub ages: Vec<CohortMean>,
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

/// The cohorts of a group.
enum Cohorts {
    /// By number of the period, from that of the window's start.
    ByPeriod(Vec<Option<Box<CohortTally>>>),
    ByValue(HashMap<Arc<str>, CohortTally>),
}

impl Cohorts {
    fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::ByPeriod(all), Self::ByPeriod(parts)) => {
                if parts.len() > all.len() {
                    all.resize_with(parts.len(), || None);
                }
                for (sum, part) in all.iter_mut().zip(parts) {
                    match (sum, part) {
                        (Some(sum), Some(part)) => sum.merge(&part),
                        (sum @ None, part) => *sum = part,
                        (Some(_), None) => {}
                    }
                }
            }
            (Self::ByValue(all), Self::ByValue(parts)) => {
                for (value, part) in parts {
                    match all.get_mut(&value) {
                        Some(sum) => sum.merge(&part),
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

#[derive(Default)]
struct CohortPart {
    groups: Groups<Cohorts>,
    attributes: BTreeSet<Arc<str>>,
    /// Cohorts begun, all groups together.
    cohorts: usize,
    overflow: bool,
    /// Whether an answer of each kind was met.
    kinds: [bool; 2],
}

/// How customers are counted; shared by all threads.
struct CohortCounting {
    question: GetCohorts,
    span: Span,
    as_of: EventTime,
    periods: Periods,
    /// Periods that had begun and ended.
    begun: usize,
    ended: usize,
    /// Rows that a cohort may make.
    room: usize,
    group_by: GroupBy,
    /// What makes a cohort; none for the period of the first purchase.
    cohorts_by: Option<GroupKey>,
}

impl CohortCounting {
    /// The parts of histories that matter.
    fn parts(&self) -> Parts {
        let bought_and_said = Parts { responses: true, ..Parts::PURCHASES };
        let parts = self.group_by.parts(bought_and_said);
        self.cohorts_by.as_ref().map_or(parts, |key| key.parts(parts))
    }

    fn new_cohorts(&self) -> Cohorts {
        match self.cohorts_by {
            None => Cohorts::ByPeriod(Vec::new()),
            Some(_) => Cohorts::ByValue(HashMap::new()),
        }
    }

    fn visit(&self, part: &mut CohortPart, history: &History<'_>) {
        if self.cohorts_by.as_ref().and_then(GroupKey::attribute).is_some() {
            note_attributes(&mut part.attributes, history);
        }
        let mut purchases = kept_purchases(history).peekable();
        // Whoever bought before the window is not new in it.
        let Some(first) = purchases.peek().map(|purchase| purchase.time) else { return };
        if part.overflow || !self.span.contains(first) {
            return;
        }
        let CohortPart { groups, cohorts: begun_cohorts, overflow, kinds, .. } = part;
        let Some(cohorts) = self.group_by.tally(groups, history, || self.new_cohorts()) else { return };
        let start = self.periods.at(first.micros());
        let mut new = || {
            *begun_cohorts += 1;
            CohortTally::new(self.question.mode.clone(), self.question.last_age)
        };
        let tally = match cohorts {
            Cohorts::ByPeriod(cohorts) => {
                let number = start;
                if number >= cohorts.len() {
                    cohorts.resize_with(number + 1, || None);
                }
                &mut **cohorts[number].get_or_insert_with(|| Box::new(new()))
            }
            Cohorts::ByValue(cohorts) => {
                let Some(key) = &self.cohorts_by else { return };
                let value = key.group(history);
                let value = value.as_ref();
                if !cohorts.contains_key(value) {
                    cohorts.insert(value.into(), new());
                }
                let Some(tally) = cohorts.get_mut(value) else { return };
                tally
            }
        };
        let (rolling, interval) =
            (self.question.alignment == CohortAlignment::Rolling, self.question.interval);
        let (begun, passed) = if rolling {
            let steps = |to: i64| usize::try_from(steps(interval, first.micros(), to)).unwrap_or(0);
            (steps(self.as_of.micros() - 1) + 1, steps(self.as_of.micros()))
        } else {
            (self.begun - start, self.ended.saturating_sub(start))
        };
        let mut walk = self.periods.walk(start);
        let mut age = |time: EventTime| {
            if rolling {
                return usize::try_from(steps(interval, first.micros(), time.micros())).unwrap_or(0);
            }
            walk.to(time.micros()) - start
        };
        tally.add(begun, passed, purchases.map(|purchase| (age(purchase.time), purchase.net_micros())));
        let mut walk = self.periods.walk(start);
        for answer in history.answers(SurveyMetric::Nps).filter(|answer| first <= answer.time) {
            let Some(score) = answer.score.and_then(|score| u8::try_from(score).ok()) else { continue };
            let age = if rolling {
                usize::try_from(steps(interval, first.micros(), answer.time.micros())).unwrap_or(0)
            } else {
                walk.to(answer.time.micros()) - start
            };
            let kind = kind_number(answer.kind);
            kinds[kind] = true;
            tally.answer(age, kind, score);
        }
        *overflow |= begun_cohorts.saturating_mul(self.room) > limits::ANSWER_ROWS;
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
        mut question: GetCohorts,
    ) -> Result<CohortsAnswer, EngineError> {
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let (zone, as_of) = (&moment.zone, moment.as_of);
        let span = begun(question.window, as_of, zone)?;
        let first_event = self.first_event(workspace).await?.unwrap_or(as_of).min(as_of);
        let periods =
            Periods::covering(question.interval, span.start.max(first_event).min(as_of), as_of, zone);
        // Ages that nobody has reached need no room.
        let first = span.start.max(first_event).min(as_of).micros();
        let begun = match question.alignment {
            CohortAlignment::Calendar => periods.len(),
            CohortAlignment::Rolling => steps(question.interval, first, as_of.micros()) as usize + 1,
        };
        question.last_age = question.last_age.min(begun);
        let room = CohortTally::new(question.mode.clone(), question.last_age).room();
        let cohorts_by = question.cohort_attribute.as_deref();
        let cohorts_by =
            cohorts_by.map(|name| GroupKey::named("cohort_attribute", name, &moment)).transpose()?;
        let counting = Arc::new(CohortCounting {
            cohorts_by,
            span,
            as_of,
            begun: periods.len(),
            ended: periods.ended(as_of),
            room,
            group_by: GroupBy::new(question.group_by.as_deref(), 1, &moment)?,
            question,
            periods,
        });
        let wanted = counting.parts();
        let shared = counting.clone();
        let visit = move |part: &mut CohortPart, history: &History<'_>| shared.visit(part, history);
        let parts = self.fold(workspace, &mut moment, wanted, CohortPart::default, visit).await?;
        let CohortCounting { question, periods, group_by, cohorts_by, .. } = &*counting;

        let mut attributes = BTreeSet::new();
        let mut kinds = [false; 2];
        let mut groups = Vec::with_capacity(parts.len());
        for part in parts {
            if part.overflow {
                return Err(too_long());
            }
            attributes.extend(part.attributes);
            kinds = [kinds[0] | part.kinds[0], kinds[1] | part.kinds[1]];
            groups.push(part.groups);
        }
        let groups = group_by.merge(groups, || counting.new_cohorts(), Cohorts::merge)?;
        let mut provenance = moment.provenance(DEFINITION, Some(span));
        let nps_kind = question.nps_kind.or(match kinds {
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
        });
        let confidence = question.confidence;
        let mut cohorts = Vec::new();
        let mut means = Vec::new();
        for (group, of_group) in groups {
            let named = named(of_group, periods);
            let mut all = CohortTally::new(question.mode.clone(), question.last_age);
            let from = cohorts.len();
            for (name, period, tally) in named {
                all.merge(&tally);
                let cells = tally.cells().into_iter().filter(|cell| tally.begun(cell)).collect();
                let rows = cohort_rows::rows(cells, nps_kind, confidence);
                cohorts.push(Cohort {
                    group: group.to_string(),
                    name,
                    period,
                    customers: tally.customers(),
                    rows,
                });
            }
            means.push(means_of(&group, &all, &cohorts[from..], confidence));
        }
        if let Some(name) = cohorts_by.as_ref().and_then(GroupKey::attribute)
            && !cohorts.is_empty()
            && !attributes.iter().any(|known| **known == *name)
        {
            return Err(unknown_attribute("cohort_attribute", name, &attributes));
        }
        if cohorts.iter().map(|cohort| cohort.rows.len()).sum::<usize>() > limits::ANSWER_ROWS {
            return Err(too_long());
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

/// Cohorts by name and in order.
fn named(cohorts: Cohorts, periods: &Periods) -> Vec<(String, Option<Period>, CohortTally)> {
    match cohorts {
        Cohorts::ByPeriod(cohorts) => {
            let each = cohorts.into_iter().enumerate();
            each.filter_map(|(at, tally)| {
                let period = periods.period(at);
                Some((period.label.clone(), Some(period), *tally?))
            })
            .collect()
        }
        Cohorts::ByValue(cohorts) => {
            let ordered: BTreeMap<Arc<str>, CohortTally> = cohorts.into_iter().collect();
            ordered.into_iter().map(|(value, tally)| (value.to_string(), None, tally)).collect()
        }
    }
}

fn means_of(group: &str, all: &CohortTally, cohorts: &[Cohort], confidence: f64) -> CohortMeans {
    let of_age = |cell: CohortCell| {
        let same =
            |cohort: &Cohort| cohort.rows.iter().map(|row| row.cell).find(|each| each.ages == cell.ages);
        let cells = cohorts.iter().filter_map(same).filter(|cell| cell.mature > 0);
        let rates: Vec<f64> = cells.map(|cell| cell.retained as f64 / cell.mature as f64).collect();
        cohort_rows::mean(cell, &rates, confidence)
    };
    let cells = all.cells().into_iter().filter(|cell| all.begun(cell));
    CohortMeans { group: group.to_owned(), ages: cells.map(of_age).collect() }
}
