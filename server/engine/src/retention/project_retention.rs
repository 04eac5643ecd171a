//! How will retention go on?

use std::collections::{BTreeMap, HashMap};

use lojal_domain::{
    Estimate, EventTime, History, Interval, MICROS_PER_DAY, Method, Span, Warning, WarningCode, Window,
    WorkspaceName,
};
use lojal_scoring::clv::{
    DAYS_PER_YEAR, IntervalScale, Sbg, SbgFit, SbgWarning, SurvivorError, SurvivorTable, fit_sbg,
};
use lojal_scoring::retention::{self, Limits, ProjectedPeriod};
use lojal_scoring::statistics::normal::two_sided_quantile;
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::estimates::{around_in_logarithm, limited};
use crate::ask::grid::Grid;
use crate::ask::measure::{Counted, Measure, Room};
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::{First, Tally};
use crate::retention::activity::ActivityWindow;
use crate::retention::get_cohorts::{step_micros, steps};
use crate::{Engine, EngineError, Provenance, Scope};

/// The definition of the projection.
const DEFINITION: &str = "retention_projection@2";

/// What every answer says, because it is so often read otherwise.
const SORTING: &str = "retention rates rise with time although no customer changes: those likely to leave have left; that is no evidence that customers grow more loyal";

/// How will retention go on?
#[derive(Clone, Debug)]
pub struct ProjectRetention {
    /// When.
    pub scope: Scope,
    /// What is projected.
    pub from: ProjectedFrom,
    /// Periods beyond those observed.
    pub periods_ahead: u32,
    /// Discount rate of lifetimes: a year, or a period of survivors, whose periods have no length.
    pub discount_rate: f64,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl ProjectRetention {
    /// Who first bought, where a question names no window.
    pub const WINDOW: Window = Window::All;
    /// Length of a period where a question names none.
    pub const INTERVAL: Interval = Interval::Month;
    /// Periods to look ahead where a question names none.
    pub const PERIODS_AHEAD: u32 = 12;
}

/// What is projected.
#[derive(Clone, Debug)]
pub enum ProjectedFrom {
    /// A cohort the caller has counted: at the start, and after each period.
    Survivors(Vec<u64>),
    /// Customers of the workspace.
    Customers {
        /// Those who first bought in this window.
        window: Window,
        /// An attribute.
        group_by: Option<String>,
        /// Length of a period.
        interval: Interval,
        /// How long a silence means that a customer has left.
        activity: ActivityWindow,
    },
}

/// The answer.
#[derive(Clone, Debug)]
pub struct ProjectionAnswer {
    /// One a group that could be fitted.
    pub groups: Vec<GroupProjection>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group.
#[derive(Clone, Debug)]
pub struct GroupProjection {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// The model's first parameter.
    pub alpha: Estimate,
    /// The model's second parameter.
    pub beta: Estimate,
    /// The logarithm of its likelihood.
    pub log_likelihood: f64,
    /// Customers it was fitted to.
    pub customers: u64,
    /// Those of them who left.
    pub lost_customers: u64,
    /// Periods observed.
    pub observed_periods: usize,
    /// What to keep in mind of it.
    pub warnings: Vec<Warning>,
    /// Discounted expected lifetime of a new customer, in periods; undefined where it is infinite.
    pub discounted_lifetime: Estimate,
    /// One a period, observed or ahead, from the first.
    pub rows: Vec<ProjectedRow>,
}

/// A period observed or ahead.
#[derive(Clone, Debug)]
pub struct ProjectedRow {
    /// Its number, from 1.
    pub period: u32,
    /// Customers at its beginning and at its end; none ahead.
    pub observed: Option<(u64, u64)>,
    /// Share of customers who stay to its end.
    pub survival_probability: Estimate,
    /// Share of those at its beginning who stay to its end.
    pub retention_rate: Estimate,
    /// Customers at its end.
    pub expected_customers: Estimate,
    /// Discounted expected lifetime of those at its end from then on, in periods; undefined where it is infinite.
    pub discounted_residual_lifetime: Estimate,
}

/// How a group is projected.
struct Projecting<'a> {
    fit: &'a SbgFit,
    /// Discount rate a period.
    rate: f64,
    confidence: f64,
}

impl Projecting<'_> {
    fn estimate(&self, value: Option<f64>, limits: Limits) -> Estimate {
        limited(value, limits, self.fit.customers, Method::MaximumLikelihood, self.confidence)
    }

    /// Half the interval of a logarithm with this standard error.
    fn half(&self, log_error: f64) -> f64 {
        two_sided_quantile(self.confidence) * log_error
    }

    /// A lifetime in periods, which is positive, so its interval is symmetric in the logarithm.
    fn lifetime(&self, of: impl Fn(&Sbg) -> Option<f64>) -> Estimate {
        let periods = of(&self.fit.model);
        let error = periods.and_then(|periods| {
            // Where a lifetime next to this one is infinite there is no interval.
            let interval = self.fit.interval(IntervalScale::Log, |model| of(model).unwrap_or(f64::INFINITY));
            interval.map(|interval| interval.standard_error / periods)
        });
        let limits = around_in_logarithm(periods, error.map(|error| self.half(error)));
        let standard_error = periods.zip(error).map(|(periods, error)| periods * error);
        self.estimate(periods, limits).give_or_take(standard_error)
    }

    fn parameter(&self, value: f64, index: usize) -> Estimate {
        let error = self.fit.standard_errors[index];
        let half = error.map(|error| two_sided_quantile(self.confidence) * error / value);
        self.estimate(Some(value), around_in_logarithm(Some(value), half)).give_or_take(error)
    }

    fn row(&self, point: &ProjectedPeriod, observed: Option<(u64, u64)>) -> ProjectedRow {
        let customers = self.fit.customers as f64;
        let times = |limits: Limits| Limits {
            low: limits.low.map(|end| customers * end),
            high: limits.high.map(|end| customers * end),
        };
        ProjectedRow {
            period: point.period,
            observed,
            survival_probability: self.estimate(Some(point.survival), point.survival_limits),
            retention_rate: self.estimate(Some(point.retention), point.retention_limits),
            expected_customers: self.estimate(Some(customers * point.survival), times(point.survival_limits)),
            discounted_residual_lifetime: self
                .lifetime(|model| model.discounted_residual_lifetime(point.period, self.rate)),
        }
    }
}

fn warning(of: SbgWarning) -> Warning {
    let (code, sentence) = match of {
        SbgWarning::HomogeneousChurn => (
            WarningCode::CustomersAlike,
            "all customers seem to have the same chance to leave, or retention falls with time, which this model does not know; only alpha / (alpha + beta) has a meaning",
        ),
        SbgWarning::AllOrNothingChurn => (
            WarningCode::CustomersAlike,
            "a share of customers seems to leave in the first period and the others never; count shorter periods",
        ),
        SbgWarning::AtBound => (
            WarningCode::ParametersUncertain,
            "a parameter is held at the end of its range; distrust the projection",
        ),
        SbgWarning::WeaklyIdentified => (
            WarningCode::ParametersUncertain,
            "the counts hardly tell alpha and beta apart; a projection over a few periods may still be good",
        ),
    };
    Warning::new(code, sentence)
}

/// How far to look ahead, and what a later period is worth.
#[derive(Clone, Copy)]
struct ProjectionAhead {
    periods: u32,
    /// Discount rate a period.
    rate: f64,
    confidence: f64,
}

/// Customers by how many periods they were followed for, and how many of these they survived.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Lives(HashMap<(u32, u32), u64>);

impl Tally for Lives {
    fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|(life, customers)| *self.0.entry(life).or_default() += customers);
    }
}

fn survivors_of(lives: &Lives) -> BTreeMap<u32, Vec<u64>> {
    let mut cohorts: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for ((followed, survived), customers) in &lives.0 {
        let survivors = cohorts.entry(*followed).or_insert_with(|| vec![0; *followed as usize + 1]);
        for count in &mut survivors[..=*survived as usize] {
            *count += customers;
        }
    }
    cohorts
}

fn project(
    group: &str,
    cohorts: &[Vec<u64>],
    ahead: ProjectionAhead,
) -> Result<GroupProjection, SurvivorError> {
    let mut table = SurvivorTable::default();
    let longest = cohorts.iter().map(Vec::len).max().unwrap_or(0);
    let mut observed = vec![(0, 0); longest.saturating_sub(1)];
    for survivors in cohorts {
        table.add(survivors)?;
        for (sum, pair) in observed.iter_mut().zip(survivors.windows(2)) {
            sum.0 += pair[0];
            sum.1 += pair[1];
        }
    }
    let fit = fit_sbg(&table)?;
    let projecting = Projecting { fit: &fit, rate: ahead.rate, confidence: ahead.confidence };
    let points = retention::project(&fit, fit.periods as u32 + ahead.periods, ahead.confidence);
    let row =
        |point: &ProjectedPeriod| projecting.row(point, observed.get(point.period as usize - 1).copied());
    Ok(GroupProjection {
        group: group.to_owned(),
        alpha: projecting.parameter(fit.model.alpha, 0),
        beta: projecting.parameter(fit.model.beta, 1),
        log_likelihood: fit.log_likelihood,
        customers: fit.customers,
        lost_customers: fit.leavers,
        observed_periods: fit.periods,
        warnings: fit.warnings.iter().map(|of| warning(*of)).collect(),
        discounted_lifetime: projecting.lifetime(|model| model.discounted_lifetime(ahead.rate)),
        rows: points.iter().map(row).collect(),
    })
}

/// How customers are followed.
struct ProjectionMeasure {
    span: Span,
    interval: Interval,
    /// Until then everybody has either bought again or been silent for the activity window.
    until: EventTime,
    activity: ActivityWindow,
    ahead: ProjectionAhead,
}

impl Measure for ProjectionMeasure {
    type Tally = Lives;
    type Notes = First;
    type Answer = ProjectionAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES
    }

    fn height(&self) -> usize {
        self.ahead.periods as usize
    }

    fn empty(&self) -> Lives {
        Lives::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<Lives>, first_of_all: &mut First) {
        let mut purchases = kept_purchases(history).map(|purchase| purchase.time);
        let Some(first) = purchases.next() else { return };
        first_of_all.note(first.micros());
        let last = purchases.next_back().unwrap_or(first);
        let passed = |to: i64| u32::try_from(steps(self.interval, first.micros(), to)).unwrap_or(0);
        let followed = passed(self.until.micros());
        if !self.span.contains(first) || followed == 0 {
            return;
        }
        if let Some(lives) = grid.of(history, Lives::default) {
            // They survived a period when they bought after it.
            let survived = passed(last.micros()).min(followed);
            *lives.0.entry((followed, survived)).or_default() += 1;
        }
    }

    fn answer(&self, counted: Counted<Self>, wanted: &Wanted) -> Result<ProjectionAnswer, EngineError> {
        let moment = &counted.moment;
        let first = counted.notes.known_since(moment);
        let warning = self.activity.check(first, moment.as_of, &moment.zone)?;
        let (mut groups, mut room, mut unfitted) = (Vec::new(), Room::new(), Vec::new());
        for (group, lives) in counted.groups(self) {
            if wanted.given_up() {
                break;
            }
            let cohorts: Vec<Vec<u64>> = survivors_of(&lives).into_values().collect();
            match project(group, &cohorts, self.ahead) {
                Ok(projected) => {
                    room.take(projected.rows.len())?;
                    groups.push(projected);
                }
                Err(error) if counted.is_grouped => {
                    unfitted.push(format!("group {group:?} has no projection: {error}"));
                }
                Err(error) => {
                    return Err(EngineError::InsufficientHistory(format!(
                        "retention cannot be projected from customers followed for whole periods to as_of less activity_window: {error}"
                    )));
                }
            }
        }
        let mut provenance = counted.provenance;
        provenance.warnings.extend(warning);
        unfitted.into_iter().for_each(|sentence| provenance.warn(WarningCode::GroupNotProjected, sentence));
        provenance.warn(WarningCode::SortingEffect, SORTING);
        Ok(ProjectionAnswer { groups, provenance })
    }
}

impl Engine {
    /// Answers [`ProjectRetention`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for survivors that grow or are too few, a window that has not begun or an attribute
    /// nobody has; [`EngineError::InsufficientHistory`]; [`EngineError::AnswerTooLong`].
    pub async fn project_retention(
        &self,
        workspace: &WorkspaceName,
        question: ProjectRetention,
    ) -> Result<ProjectionAnswer, EngineError> {
        let ProjectRetention { scope, from, periods_ahead, discount_rate, confidence } = question;
        let ahead = |years: f64| {
            let rate = (1.0 + discount_rate).powf(years) - 1.0;
            ProjectionAhead { periods: periods_ahead, rate, confidence }
        };
        match from {
            ProjectedFrom::Survivors(survivors) => {
                self.project_survivors(workspace, scope, survivors, ahead(1.0)).await
            }
            ProjectedFrom::Customers { window, group_by, interval, activity } => {
                let asked =
                    self.asked_of_outcome(workspace, scope, window, group_by.as_deref(), false).await?;
                let measure = ProjectionMeasure {
                    span: asked.span,
                    interval,
                    until: activity.since(asked.moment.as_of, &asked.moment.zone),
                    activity,
                    ahead: ahead(step_micros(interval) as f64 / MICROS_PER_DAY as f64 / DAYS_PER_YEAR),
                };
                self.measure_heavy(workspace, asked, measure).await
            }
        }
    }

    async fn project_survivors(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
        survivors: Vec<u64>,
        ahead: ProjectionAhead,
    ) -> Result<ProjectionAnswer, EngineError> {
        let moment = self.moment(workspace, scope).await?;
        let work = move |_: &Wanted| project("", &[survivors], ahead);
        let projected = self.compute(work).await?.map_err(|error| match error {
            SurvivorError::NobodyLeft { .. }
            | SurvivorError::EverybodyLeftAtOnce { .. }
            | SurvivorError::NotConverged { .. } => EngineError::InsufficientHistory(error.to_string()),
            _ => EngineError::field("survivors", format!("cannot be taken: {error}")),
        })?;
        let mut provenance = moment.provenance(DEFINITION, None);
        provenance.warn(WarningCode::SortingEffect, SORTING);
        Ok(ProjectionAnswer { groups: vec![projected], provenance })
    }
}
