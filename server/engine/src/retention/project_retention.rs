//! How will retention go on?

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lojal_domain::{EventTime, History, Interval, MICROS_PER_DAY, Window, WorkspaceName, limits};
use lojal_scoring::clv::{DAYS_PER_YEAR, Sbg, SbgFit, Scale, SurvivorError, SurvivorTable, fit_sbg};
use lojal_store::{Parts, Wanted};

use crate::ask::groups::{GroupBy, Groups, too_long};
use crate::ask::periods::begun;
use crate::ask::purchases::kept_purchases;
use crate::retention::activity::ActivityWindow;
use crate::retention::get_cohorts::{step_micros, steps};
use crate::{Engine, EngineError, Provenance, Scope};

/// The definition of the projection.
const DEFINITION: &str = "retention_projection@1";

/// What every answer says, because it is so often read otherwise.
const SORTING: &str = "retention rates rise with time although nobody changes: those likely to leave have left; that is no evidence that customers grow more loyal";

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
    /// Periods beyond those observed.
    pub periods_ahead: u32,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group.
#[derive(Clone, Debug)]
pub struct GroupProjection {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// The model.
    pub fit: SbgFit,
    /// Customers at the beginning and at the end of each period observed.
    pub observed: Vec<(u64, u64)>,
    /// Discounted expected lifetime of a new customer, in periods; none where it is infinite.
    pub lifetime: Option<Lifetime>,
    /// The same of those at the end of each period, observed or ahead, from then on.
    pub residual_lifetimes: Vec<Option<Lifetime>>,
}

/// A lifetime in periods, with the standard error of its logarithm where it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lifetime {
    /// How many.
    pub periods: f64,
    /// Standard error of the logarithm.
    pub log_error: Option<f64>,
}

fn lifetime(fit: &SbgFit, of: impl Fn(&Sbg) -> Option<f64>) -> Option<Lifetime> {
    let periods = of(&fit.model)?;
    // Where a lifetime next to this one is infinite there is no interval.
    let interval = fit.interval(Scale::Log, |model| of(model).unwrap_or(f64::INFINITY));
    Some(Lifetime { periods, log_error: interval.map(|interval| interval.standard_error / periods) })
}

/// How far to look ahead, and what a later period is worth.
#[derive(Clone, Copy)]
struct Ahead {
    periods: u32,
    /// Discount rate a period.
    rate: f64,
}

/// Customers by how many periods they were followed for, and how many of these they survived.
type Lives = HashMap<(u32, u32), u64>;

#[derive(Default)]
struct Part {
    groups: Groups<Lives>,
    first: Option<EventTime>,
}

fn survivors_of(lives: &Lives) -> BTreeMap<u32, Vec<u64>> {
    let mut cohorts: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for ((followed, survived), customers) in lives {
        let survivors = cohorts.entry(*followed).or_insert_with(|| vec![0; *followed as usize + 1]);
        for count in &mut survivors[..=*survived as usize] {
            *count += customers;
        }
    }
    cohorts
}

fn project(group: &str, cohorts: &[Vec<u64>], ahead: Ahead) -> Result<GroupProjection, SurvivorError> {
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
    let residual = |period| lifetime(&fit, |model| model.discounted_residual_lifetime(period, ahead.rate));
    Ok(GroupProjection {
        group: group.to_owned(),
        lifetime: lifetime(&fit, |model| model.discounted_lifetime(ahead.rate)),
        residual_lifetimes: (1..=fit.periods as u32 + ahead.periods).map(residual).collect(),
        fit,
        observed,
    })
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
        let ProjectRetention { scope, from, periods_ahead, discount_rate } = question;
        let ahead =
            |years: f64| Ahead { periods: periods_ahead, rate: (1.0 + discount_rate).powf(years) - 1.0 };
        let mut moment = self.moment(workspace, scope).await?;
        let (groups, mut provenance) = match from {
            ProjectedFrom::Survivors(survivors) => {
                let ahead = ahead(1.0);
                let work = move |_: &Wanted| project("", &[survivors], ahead);
                let projected = self.compute(work).await?.map_err(|error| match error {
                    SurvivorError::NobodyLeft { .. }
                    | SurvivorError::EverybodyLeftAtOnce { .. }
                    | SurvivorError::NotConverged { .. } => {
                        EngineError::InsufficientHistory(error.to_string())
                    }
                    _ => EngineError::field("survivors", format!("cannot be taken: {error}")),
                })?;
                (vec![projected], moment.provenance(DEFINITION, None))
            }
            ProjectedFrom::Customers { window, group_by, interval, activity } => {
                let span = begun(window, moment.as_of, &moment.zone)?;
                let until = activity.since(moment.as_of, &moment.zone);
                let group_by = GroupBy::new(group_by.as_deref(), periods_ahead as usize, &moment)?;
                let shared = Arc::new(group_by.clone());
                let wanted = group_by.parts(Parts::PURCHASES);
                let visit = move |part: &mut Part, history: &History<'_>| {
                    let mut purchases = kept_purchases(history).map(|purchase| purchase.time);
                    let Some(first) = purchases.next() else { return };
                    part.first = Some(part.first.map_or(first, |known| known.min(first)));
                    let last = purchases.next_back().unwrap_or(first);
                    let passed = |to: i64| u32::try_from(steps(interval, first.micros(), to)).unwrap_or(0);
                    let followed = passed(until.micros());
                    if !span.contains(first) || followed == 0 {
                        return;
                    }
                    if let Some(lives) = shared.tally(&mut part.groups, history, Lives::new) {
                        // He survived a period when he bought after it.
                        let survived = passed(last.micros()).min(followed);
                        *lives.entry((followed, survived)).or_default() += 1;
                    }
                };
                let parts = self.fold(workspace, &mut moment, wanted, Part::default, visit).await?;
                let first = parts.iter().filter_map(|part| part.first).min();
                let first = self.known_since(workspace, &moment, first).await?;
                let warning = activity.check(first, moment.as_of, &moment.zone)?;
                let parts = parts.into_iter().map(|part| part.groups).collect();
                let groups = group_by.merge(parts, Lives::new, |sum, part| {
                    part.into_iter().for_each(|(life, customers)| *sum.entry(life).or_default() += customers);
                })?;
                let grouped = group_by.is_some();
                let ahead = ahead(step_micros(interval) as f64 / MICROS_PER_DAY as f64 / DAYS_PER_YEAR);
                let work = move |_: &Wanted| {
                    let fit = |(group, lives): (&Arc<str>, &Lives)| {
                        let cohorts: Vec<Vec<u64>> = survivors_of(lives).into_values().collect();
                        (group.to_string(), project(group, &cohorts, ahead))
                    };
                    groups.iter().map(fit).collect::<Vec<_>>()
                };
                let mut provenance = moment.provenance(DEFINITION, Some(span));
                provenance.warnings.extend(warning);
                let mut fitted = Vec::new();
                for (group, projected) in self.compute(work).await? {
                    match projected {
                        Ok(projected) => fitted.push(projected),
                        Err(error) if grouped => {
                            provenance.warnings.push(format!("group {group:?} has no projection: {error}"));
                        }
                        Err(error) => {
                            return Err(EngineError::InsufficientHistory(format!(
                                "retention cannot be projected from customers followed for whole periods to as_of less activity_window: {error}"
                            )));
                        }
                    }
                }
                (fitted, provenance)
            }
        };
        let rows = |group: &GroupProjection| group.observed.len() + periods_ahead as usize;
        if groups.iter().map(rows).sum::<usize>() > limits::ANSWER_ROWS {
            return Err(too_long());
        }
        provenance.warnings.push(SORTING.to_owned());
        Ok(ProjectionAnswer { groups, periods_ahead, provenance })
    }
}
