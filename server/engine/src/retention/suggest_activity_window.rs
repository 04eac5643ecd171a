//! How long a silence means that a customer is gone?

use std::sync::Arc;

use lojal_domain::{Estimate, EventTime, History, Span, WarningCode, Window, WorkspaceName, limits};
use lojal_scoring::retention::{Durations, ReturnCurve};
use lojal_store::Parts;

use crate::ask::groups::{GroupBy, Groups, too_long};
use crate::ask::periods::begun;
use crate::ask::purchases::kept_purchases;
use crate::retention::get_survival::survival;
use crate::{Engine, EngineError, Provenance, Scope};

/// The definition of the curve and the suggestion.
const DEFINITION: &str = "activity_window@1";

/// Fewer silences than this at the suggestion make it unsure.
const FEW: u64 = 30;

/// How long a silence means that a customer is gone?
#[derive(Clone, Debug)]
pub struct SuggestActivityWindow {
    /// When.
    pub scope: Scope,
    /// Silences that began in this window.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// Probability to come back below which a customer counts as gone, in (0, 1).
    pub threshold: f64,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl SuggestActivityWindow {
    /// Which silences count, where a question names no window.
    pub const WINDOW: Window = Window::All;
    /// Probability to come back below which a customer counts as gone, where a question names none.
    pub const THRESHOLD: f64 = 0.1;
}

/// The answer.
#[derive(Clone, Debug)]
pub struct ActivityWindowAnswer {
    /// All customers.
    pub whole: GroupSilences,
    /// Each group, when asked for.
    pub groups: Vec<GroupSilences>,
    /// The threshold.
    pub threshold: f64,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// The silences of a group.
#[derive(Clone, Debug)]
pub struct GroupSilences {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// How likely customers come back.
    pub curve: Vec<ReturnRow>,
    /// The suggestion in days, at least 1; none where no silence is long enough.
    pub days: Option<u32>,
    /// Silences that ended.
    pub returns: u64,
    /// Silences that go on.
    pub open: u64,
    /// Silences watched for as long as the suggestion.
    pub at_risk: u64,
}

/// After a silence of so many days.
#[derive(Clone, Debug)]
pub struct ReturnRow {
    /// Days.
    pub silence_days: u32,
    /// Silences watched for so long.
    pub at_risk: u64,
    /// Those of them that ended then.
    pub returns: u64,
    /// Share of silences that last longer.
    pub still_silent_probability: Estimate,
    /// Probability to come back after a silence of so many days; none where nobody was watched for longer.
    pub return_probability: Option<f64>,
}

impl GroupSilences {
    fn new(group: &str, silences: &Durations, threshold: f64, confidence: f64) -> Self {
        let curve = ReturnCurve::new(silences);
        let returns = silences.events();
        // Where nobody ever came back, nothing tells how long those take who do.
        let days = curve.window(threshold).filter(|_| returns > 0);
        let point = days.and_then(|days| curve.points().iter().find(|point| point.silence == days));
        let points = curve.points().iter().zip(curve.silences.points());
        let rows = points.map(|(point, silent)| ReturnRow {
            silence_days: point.silence,
            at_risk: point.at_risk,
            returns: point.returns,
            still_silent_probability: survival(silent, silences.total(), confidence),
            return_probability: point.return_probability,
        });
        Self {
            group: group.to_owned(),
            // A silence of days that anybody can be asked about lasts at least one.
            days: days.map(|days| days.max(1)),
            returns,
            open: silences.total() - returns,
            at_risk: point.map_or(0, |point| point.at_risk),
            curve: rows.collect(),
        }
    }
}

/// Adds the days between neighbouring purchase days after purchases within a span, the last silence being open until
/// `today`. Several purchases of a day are one, and the silence begins after the last of them.
pub(crate) fn add_silences(
    silences: &mut Durations,
    purchases: impl Iterator<Item = (EventTime, i32)>,
    span: Span,
    today: i32,
) {
    let mut last: Option<(EventTime, i32)> = None;
    for (time, day) in purchases {
        if let Some((_, last)) = last.filter(|(began, last)| *last < day && span.contains(*began)) {
            silences.add((day - last) as u32, true);
        }
        last = Some((time, day));
    }
    if let Some((_, last)) = last.filter(|(began, _)| span.contains(*began)) {
        silences.add(today.saturating_sub(last).max(0) as u32, false);
    }
}

impl Engine {
    /// Answers [`SuggestActivityWindow`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun or an attribute nobody has,
    /// [`EngineError::AnswerTooLong`].
    pub async fn suggest_activity_window(
        &self,
        workspace: &WorkspaceName,
        question: SuggestActivityWindow,
    ) -> Result<ActivityWindowAnswer, EngineError> {
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let span = begun(question.window, moment.as_of, &moment.zone)?;
        let group_by = GroupBy::new(question.group_by.as_deref(), 1, &moment)?;
        let wanted = group_by.parts(Parts::PURCHASES);
        let (shared, zone, today) = (Arc::new(group_by.clone()), moment.zone.clone(), moment.today());
        let visit = move |groups: &mut Groups<Durations>, history: &History<'_>| {
            let mut purchases = kept_purchases(history).peekable();
            if purchases.peek().is_none() {
                return;
            }
            if let Some(silences) = shared.tally(groups, history, Durations::default) {
                let mut cut = zone.days();
                let purchases = purchases.map(|purchase| (purchase.time, cut.day_of(purchase.time)));
                add_silences(silences, purchases, span, today);
            }
        };
        let parts = self.fold(workspace, &mut moment, wanted, Groups::default, visit).await?;
        let groups = group_by.merge(parts, Durations::default, |sum, part| sum.merge(&part))?;
        let mut all = Durations::default();
        groups.values().for_each(|silences| all.merge(silences));
        let whole = GroupSilences::new("", &all, question.threshold, question.confidence);
        let mut each = Vec::new();
        if group_by.is_some() {
            // Told one by one, so that an answer that gets too long is not all made first.
            let mut room = limits::ANSWER_ROWS;
            for (group, silences) in &groups {
                let told = GroupSilences::new(group, silences, question.threshold, question.confidence);
                room = room.checked_sub(told.curve.len()).ok_or_else(too_long)?;
                each.push(told);
            }
        }
        if each.is_empty() && whole.curve.len() > limits::ANSWER_ROWS {
            return Err(too_long());
        }
        let mut provenance = moment.provenance(DEFINITION, Some(span));
        if whole.returns == 0 {
            provenance.warn(
                WarningCode::NoReturns,
                "no silence that began in this window has ended, so nothing shows how long customers take to come back; choose a longer window, or record more purchases",
            );
        } else if whole.days.is_none() {
            provenance.warn(
                WarningCode::ThresholdNotReached,
                format!(
                    "there is no silence after which fewer than {} come back, so there is no suggestion; with a longer history there may be one",
                    question.threshold
                ),
            );
        } else if whole.at_risk < FEW {
            provenance.warn(
                WarningCode::FewObservations,
                format!(
                    "the suggestion rests on {} silences that were observed for that long; with a longer history it may grow",
                    whole.at_risk
                ),
            );
        }
        Ok(ActivityWindowAnswer { whole, groups: each, threshold: question.threshold, provenance })
    }
}
