//! New, returning, resurrected, dormant: what becomes of customers?

use std::sync::Arc;

use lojal_domain::{History, Interval, WarningCode, Window, WorkspaceName, limits};
use lojal_scoring::retention::{LifecycleCounts, LifecycleTally};
use lojal_store::Parts;

use crate::ask::groups::{GroupBy, Groups, too_long};
use crate::ask::periods::{Periods, begun};
use crate::ask::purchases::kept_purchases;
use crate::{Engine, EngineError, Period, Provenance, Scope};

/// The definition of the counts.
const DEFINITION: &str = "lifecycle@1";

/// What becomes of customers?
#[derive(Clone, Debug)]
pub struct GetLifecycle {
    /// When.
    pub scope: Scope,
    /// Periods that lie in it, wholly or partly.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// Length of a period.
    pub interval: Interval,
}

impl GetLifecycle {
    /// Which periods are listed, where a question names no window.
    pub const WINDOW: Window = Window::months(12);
    /// Length of a period where a question names none.
    pub const INTERVAL: Interval = Interval::Month;
}

/// The answer.
#[derive(Clone, Debug)]
pub struct LifecycleAnswer {
    /// One a group and period.
    pub rows: Vec<LifecycleRow>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group in one period.
#[derive(Clone, Debug)]
pub struct LifecycleRow {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// The period.
    pub period: Period,
    /// Customers.
    pub counts: LifecycleCounts,
    /// Whether it was over.
    pub complete: bool,
}

impl Engine {
    /// Answers [`GetLifecycle`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun or an attribute nobody has,
    /// [`EngineError::AnswerTooLong`].
    pub async fn get_lifecycle(
        &self,
        workspace: &WorkspaceName,
        question: GetLifecycle,
    ) -> Result<LifecycleAnswer, EngineError> {
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let span = begun(question.window, moment.as_of, &moment.zone)?;
        let first_event = self.first_event(workspace).await?.unwrap_or(span.end).min(span.end);
        // All of history is cut, since who is new depends on all of it; the window says which of it is listed.
        let periods = Periods::covering(question.interval, first_event, span.end, &moment.zone);
        let first = if span.start <= first_event { 0 } else { periods.at(span.start.micros()) };
        let count = periods.len() - first;
        let group_by = GroupBy::new(question.group_by.as_deref(), count, &moment)?;
        if count > limits::ANSWER_ROWS {
            return Err(too_long());
        }
        let wanted = group_by.parts(Parts::PURCHASES);
        let shared = Arc::new((group_by.clone(), periods.clone()));
        let visit = move |groups: &mut Groups<LifecycleTally>, history: &History<'_>| {
            let (group_by, periods) = &*shared;
            let mut purchases = kept_purchases(history).map(|purchase| purchase.time.micros()).peekable();
            let Some(first_purchase) = purchases.peek().copied() else { return };
            if let Some(tally) = group_by.tally(groups, history, || LifecycleTally::new(first, count)) {
                let mut walk = periods.walk(periods.at(first_purchase));
                tally.add(purchases.map(|micros| walk.to(micros)));
            }
        };
        // Nothing after the window's end may be seen: it would not change the window's periods, but the last may be cut.
        let parts = self.fold(workspace, &mut moment, wanted, Groups::default, visit).await?;
        let groups =
            group_by.merge(parts, || LifecycleTally::new(first, count), |sum, part| sum.merge(&part))?;
        let mut rows = Vec::new();
        for (group, tally) in &groups {
            rows.extend(tally.periods().iter().enumerate().map(|(at, counts)| {
                let period = periods.period(first + at);
                let complete = period.span.end <= moment.as_of;
                LifecycleRow { group: group.to_string(), period, counts: *counts, complete }
            }));
        }
        let mut provenance = moment.provenance(DEFINITION, Some(span));
        if rows.iter().any(|row| !row.complete) {
            provenance.warn(
                WarningCode::PeriodNotOver,
                "the last period is not over, so some of its dormant customers may still come".to_owned(),
            );
        }
        Ok(LifecycleAnswer { rows, provenance })
    }
}
