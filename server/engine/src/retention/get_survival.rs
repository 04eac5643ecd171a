//! How long do customers stay?

use std::sync::Arc;

use lojal_domain::{
    Estimate, EventTime, ExclusionCode, History, Method, WarningCode, Window, WorkspaceName, limits,
};
use lojal_scoring::retention::{Durations, KaplanMeier, LogRank, SurvivalPoint, log_rank};
use lojal_store::Parts;

use crate::ask::estimates::{limited, normal};
use crate::ask::groups::{GroupBy, Groups};
use crate::ask::periods::begun;
use crate::ask::purchases::kept_purchases;
use crate::retention::activity::ActivityWindow;
use crate::{Engine, EngineError, Provenance, Scope};

/// The definition of the curve.
const DEFINITION: &str = "survival@1";

/// Most groups that are compared by the log-rank test, whose covariance grows with their square.
const LOG_RANK_GROUPS: usize = 100;

const TOO_LONG: EngineError = EngineError::AnswerTooLong {
    maximum: limits::ANSWER_ROWS,
    advice: "set step_days to list fewer points of each curve, or group by an attribute with fewer values",
};

/// How long do customers stay?
#[derive(Clone, Debug)]
pub struct GetSurvival {
    /// When.
    pub scope: Scope,
    /// Customers who first bought in this window.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// How long a silence means that a customer has left.
    pub activity: ActivityWindow,
    /// Days up to which means are taken; none for as long as every group was followed.
    pub horizon_days: Option<f64>,
    /// The curve is listed in steps of so many days, at least 1.
    pub step_days: u32,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl GetSurvival {
    /// Who first bought, where a question names no window.
    pub const WINDOW: Window = Window::All;
}

/// The answer.
#[derive(Clone, Debug)]
pub struct SurvivalAnswer {
    /// All customers.
    pub whole: GroupSurvival,
    /// Each group, when asked for.
    pub groups: Vec<GroupSurvival>,
    /// Whether the groups differ.
    pub log_rank: Option<LogRank>,
    /// The activity window, as it was written.
    pub activity_window: String,
    /// Days up to which means are taken.
    pub horizon_days: Option<f64>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// How long customers of a group stay.
#[derive(Clone, Debug)]
pub struct GroupSurvival {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// Customers followed.
    pub customers: u64,
    /// Of these, those who left.
    pub events: u64,
    /// Days after which half of them have left; undefined where fewer have.
    pub median_days: Estimate,
    /// Mean days up to the horizon; undefined without one.
    pub restricted_mean_days: Estimate,
    /// The curve.
    pub curve: Vec<SurvivalRow>,
}

/// A step of a curve.
#[derive(Clone, Debug)]
pub struct SurvivalRow {
    /// Its last day.
    pub days: u32,
    /// Customers followed when it began.
    pub at_risk: u64,
    /// Those of them who left in it.
    pub events: u64,
    /// Those of them who were not followed to its end.
    pub censored: u64,
    /// Share of customers who stay beyond it.
    pub survival_probability: Estimate,
}

/// How a curve is told.
#[derive(Clone, Copy)]
struct Telling {
    horizon_days: Option<f64>,
    step_days: u32,
    confidence: f64,
}

impl Telling {
    fn group(self, group: &str, durations: &Durations) -> GroupSurvival {
        let (customers, events) = (durations.total(), durations.events());
        let curve = KaplanMeier::new(durations);
        let median = curve.quantile(0.5).map(f64::from);
        let limits = curve.quantile_interval(0.5, self.confidence);
        let mean = self.horizon_days.and_then(|horizon| curve.restricted_mean(horizon));
        let (mean, error) = (mean.map(|found| found.mean), mean.and_then(|found| found.standard_error));
        GroupSurvival {
            group: group.to_owned(),
            customers,
            events,
            median_days: limited(median, limits, customers, Method::KaplanMeier, self.confidence),
            restricted_mean_days: normal(mean, error, customers, Method::KaplanMeier, self.confidence),
            curve: self.rows(&curve, customers),
        }
    }

    /// The curve in steps of so many days: each row is the end of a step.
    fn rows(self, curve: &KaplanMeier, customers: u64) -> Vec<SurvivalRow> {
        let step = |point: &SurvivalPoint| point.time.div_ceil(self.step_days);
        let row = |points: &[SurvivalPoint]| {
            let (first, last) = points.first().zip(points.last())?;
            Some(SurvivalRow {
                days: if self.step_days == 1 { last.time } else { step(last).saturating_mul(self.step_days) },
                at_risk: first.at_risk,
                events: points.iter().map(|point| point.events).sum(),
                censored: points.iter().map(|point| point.censored).sum(),
                survival_probability: survival(last, customers, self.confidence),
            })
        };
        curve.points().chunk_by(|one, next| step(one) == step(next)).filter_map(row).collect()
    }
}

/// What is left at a point of a curve, of so many customers.
pub(crate) fn survival(point: &SurvivalPoint, customers: u64, confidence: f64) -> Estimate {
    let limits = point.interval(confidence);
    limited(Some(point.survival), limits, customers, Method::KaplanMeier, confidence)
        .give_or_take(point.standard_error())
}

#[derive(Default)]
struct SurvivalPart {
    groups: Groups<Durations>,
    first: Option<EventTime>,
    /// Customers who first bought after the follow-up ended.
    too_new: u64,
}

impl Engine {
    /// Answers [`GetSurvival`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun, an activity window longer than the history, or an
    /// attribute nobody has; [`EngineError::AnswerTooLong`].
    pub async fn get_survival(
        &self,
        workspace: &WorkspaceName,
        question: GetSurvival,
    ) -> Result<SurvivalAnswer, EngineError> {
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let (zone, as_of) = (moment.zone.clone(), moment.as_of);
        let span = begun(question.window, as_of, &zone)?;
        // Until then everybody has either bought again or been silent for the activity window.
        let until = question.activity.since(as_of, &zone);
        let group_by = GroupBy::new(question.group_by.as_deref(), 1, &moment)?;
        let wanted = group_by.parts(Parts::PURCHASES);
        let shared = (Arc::new(group_by.clone()), zone.clone(), zone.day_of(until));
        let visit = move |part: &mut SurvivalPart, history: &History<'_>| {
            let (group_by, zone, last_day) = &shared;
            let mut purchases = kept_purchases(history).map(|purchase| purchase.time);
            let Some(first) = purchases.next() else { return };
            let last = purchases.next_back().unwrap_or(first);
            part.first = Some(part.first.map_or(first, |known| known.min(first)));
            if !span.contains(first) {
                return;
            }
            if first >= until {
                part.too_new += 1;
                return;
            }
            if let Some(durations) = group_by.tally(&mut part.groups, history, Durations::default) {
                let left = last < until;
                let end = if left { zone.day_of(last) } else { *last_day };
                durations.add(end.saturating_sub(zone.day_of(first)).max(0) as u32, left);
            }
        };
        let parts = self.fold(workspace, &mut moment, wanted, SurvivalPart::default, visit).await?;

        let first = parts.iter().filter_map(|part| part.first).min();
        let first = self.known_since(workspace, &moment, first).await?;
        let warning = question.activity.check(first, as_of, &zone)?;
        let too_new: u64 = parts.iter().map(|part| part.too_new).sum();
        let parts = parts.into_iter().map(|part| part.groups).collect();
        let groups = group_by.merge(parts, Durations::default, |sum, part| sum.merge(&part))?;
        let mut all = Durations::default();
        groups.values().for_each(|durations| all.merge(durations));
        let followed = groups.values().filter_map(Durations::longest).min().map(f64::from);
        let horizon_days = question.horizon_days.or(followed.filter(|days| *days > 0.0));
        let GetSurvival { step_days, confidence, .. } = question;
        let telling = Telling { horizon_days, step_days, confidence };
        let whole = telling.group("", &all);
        let (mut each, mut compared) = (Vec::new(), None);
        if group_by.is_some() {
            // Told one by one, so that an answer that gets too long is not all made first.
            let mut room = limits::ANSWER_ROWS;
            for (group, durations) in &groups {
                let told = telling.group(group, durations);
                room = room.checked_sub(told.curve.len()).ok_or(TOO_LONG)?;
                each.push(told);
            }
            let durations: Vec<&Durations> = groups.values().collect();
            compared = (durations.len() <= LOG_RANK_GROUPS).then(|| log_rank(&durations)).flatten();
        } else if whole.curve.len() > limits::ANSWER_ROWS {
            return Err(TOO_LONG);
        }
        let mut provenance = moment.provenance(DEFINITION, Some(span));
        provenance.warnings.extend(warning);
        if too_new > 0 {
            let cause = "customers who first bought within the activity window before as_of";
            provenance.exclude(ExclusionCode::TooNew, cause, too_new);
        }
        if whole.customers == 0 {
            provenance.warn(
                WarningCode::NobodyFollowed,
                "nobody was followed for any time, so there is no curve; widen the window or shorten activity_window",
            );
        }
        Ok(SurvivalAnswer {
            whole,
            groups: each,
            log_rank: compared,
            activity_window: question.activity.text().to_owned(),
            horizon_days,
            provenance,
        })
    }
}
