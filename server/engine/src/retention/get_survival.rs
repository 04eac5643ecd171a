//! How long do customers stay?

use lojal_domain::{
    Estimate, EventTime, ExclusionCode, History, Method, Span, WarningCode, Window, WorkspaceName, Zone,
    limits,
};
use lojal_scoring::retention::{Durations, KaplanMeier, LogRank, SurvivalPoint, log_rank};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::estimates::{limited, normal};
use crate::ask::grid::Grid;
use crate::ask::measure::{Counted, Measure, Room};
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::{First, Tally};
use crate::retention::activity::ActivityWindow;
use crate::retention::curve_steps::CurveSteps;
use crate::{Engine, EngineError, Provenance, Scope};

/// The definition of the curve.
const DEFINITION: &str = "survival@2";

/// Most groups that are compared by the log-rank test, whose covariance grows with their square.
const LOG_RANK_GROUPS: usize = 100;

const TOO_LONG: EngineError = EngineError::AnswerTooLong {
    maximum: limits::ANSWER_ROWS,
    advice: "set steps to list fewer points of each curve, or group by an attribute with fewer values",
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
    /// How finely curves are listed.
    pub steps: CurveSteps,
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
struct CurveTelling {
    horizon_days: Option<f64>,
    steps: CurveSteps,
    confidence: f64,
}

impl CurveTelling {
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

    /// The curve in steps: each row is the end of one.
    fn rows(self, curve: &KaplanMeier, customers: u64) -> Vec<SurvivalRow> {
        let row = |points: &[SurvivalPoint]| {
            let (first, last) = points.first().zip(points.last())?;
            Some(SurvivalRow {
                days: self.steps.end(last.time),
                at_risk: first.at_risk,
                events: points.iter().map(|point| point.events).sum(),
                censored: points.iter().map(|point| point.censored).sum(),
                survival_probability: survival(last, customers, self.confidence),
            })
        };
        self.steps.of(curve.points(), |point| point.time).into_iter().filter_map(row).collect()
    }
}

/// What is left at a point of a curve, of so many customers.
pub(crate) fn survival(point: &SurvivalPoint, customers: u64, confidence: f64) -> Estimate {
    let limits = point.interval(confidence);
    limited(Some(point.survival), limits, customers, Method::KaplanMeier, confidence)
        .give_or_take(point.standard_error())
}

/// What is noted besides.
#[derive(Default, Serialize, Deserialize)]
struct SurvivalNotes {
    first: First,
    /// Customers who first bought after the follow-up ended.
    too_new: u64,
}

impl Tally for SurvivalNotes {
    fn merge(&mut self, other: Self) {
        self.first.merge(other.first);
        self.too_new += other.too_new;
    }
}

/// How customers are followed.
struct SurvivalMeasure {
    span: Span,
    /// Until then everybody has either bought again or been silent for the activity window.
    until: EventTime,
    last_day: i32,
    zone: Zone,
    activity: ActivityWindow,
    telling: CurveTelling,
}

impl Measure for SurvivalMeasure {
    type Tally = Durations;
    type Notes = SurvivalNotes;
    type Answer = SurvivalAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES
    }

    fn empty(&self) -> Durations {
        Durations::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<Durations>, notes: &mut SurvivalNotes) {
        let mut purchases = kept_purchases(history).map(|purchase| purchase.time);
        let Some(first) = purchases.next() else { return };
        let last = purchases.next_back().unwrap_or(first);
        notes.first.note(first.micros());
        if !self.span.contains(first) {
            return;
        }
        if first >= self.until {
            notes.too_new += 1;
            return;
        }
        if let Some(durations) = grid.of(history, Durations::default) {
            let left = last < self.until;
            let end = if left { self.zone.day_of(last) } else { self.last_day };
            durations.add(end.saturating_sub(self.zone.day_of(first)).max(0) as u32, left);
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<SurvivalAnswer, EngineError> {
        let moment = &counted.moment;
        let first = counted.notes.first.known_since(moment);
        let warning = self.activity.check(first, moment.as_of, &moment.zone)?;
        let groups: Vec<_> = counted.groups(self).collect();
        let followed = groups.iter().filter_map(|(_, durations)| durations.longest()).min().map(f64::from);
        let horizon_days = self.telling.horizon_days.or(followed.filter(|days| *days > 0.0));
        let telling = CurveTelling { horizon_days, ..self.telling };
        let whole = telling.group("", &counted.whole(self));
        let (mut each, mut compared) = (Vec::new(), None);
        let mut room = Room::new();
        if counted.is_grouped {
            for (group, durations) in &groups {
                let of_group = telling.group(group, durations);
                room.take(of_group.curve.len()).map_err(|_| TOO_LONG)?;
                each.push(of_group);
            }
            let durations: Vec<&Durations> = groups.iter().map(|(_, durations)| &**durations).collect();
            compared = (durations.len() <= LOG_RANK_GROUPS).then(|| log_rank(&durations)).flatten();
        } else {
            room.take(whole.curve.len()).map_err(|_| TOO_LONG)?;
        }
        drop(groups);
        let mut provenance = counted.provenance;
        provenance.warnings.extend(warning);
        if counted.notes.too_new > 0 {
            let cause = "customers who first bought within the activity window before as_of";
            provenance.exclude(ExclusionCode::TooNew, cause, counted.notes.too_new);
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
            activity_window: self.activity.text().to_owned(),
            horizon_days,
            provenance,
        })
    }
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
        let GetSurvival { scope, window, group_by, activity, horizon_days, steps, confidence } = question;
        let asked = self.asked_of_outcome(workspace, scope, window, group_by.as_deref(), false).await?;
        let zone = asked.moment.zone.clone();
        let until = activity.since(asked.moment.as_of, &zone);
        let measure = SurvivalMeasure {
            span: asked.span,
            until,
            last_day: zone.day_of(until),
            zone,
            activity,
            telling: CurveTelling { horizon_days, steps, confidence },
        };
        self.measure(workspace, asked, measure).await
    }
}
