//! New, returning, resurrected, dormant: what becomes of customers?

use lojal_domain::{History, Interval, WarningCode, Window, WorkspaceName};
use lojal_scoring::retention::{LifecycleCounts, LifecycleTally};
use lojal_store::{Parts, Wanted};

use crate::ask::grid::Grid;
use crate::ask::measure::{Asked, Counted, Measure};
use crate::ask::periods::Periods;
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

/// How customers are counted.
struct LifecycleMeasure {
    /// All periods there are, since who is new depends on all of history.
    periods: Periods,
    /// The first of those that are listed.
    first: usize,
}

impl Measure for LifecycleMeasure {
    type Tally = LifecycleTally;
    type Notes = ();
    type Answer = LifecycleAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES
    }

    fn height(&self) -> usize {
        self.periods.len() - self.first
    }

    fn empty(&self) -> LifecycleTally {
        LifecycleTally::new(self.first, self.height())
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<LifecycleTally>, (): &mut ()) {
        let mut purchases = kept_purchases(history).map(|purchase| purchase.time.micros()).peekable();
        let Some(first_purchase) = purchases.peek().copied() else { return };
        if let Some(tally) = grid.of(history, || self.empty()) {
            let mut walk = self.periods.walk(self.periods.at(first_purchase));
            tally.add(purchases.map(|micros| walk.to(micros)));
        }
    }

    fn answer(&self, mut counted: Counted<Self>, _: &Wanted) -> Result<LifecycleAnswer, EngineError> {
        let mut rows = Vec::new();
        for (group, tally) in counted.groups(self) {
            rows.extend(tally.periods().iter().enumerate().map(|(at, counts)| {
                let period = self.periods.period(self.first + at);
                let complete = period.span.end <= counted.moment.as_of;
                LifecycleRow { group: group.to_string(), period, counts: *counts, complete }
            }));
        }
        if rows.iter().any(|row| !row.complete) {
            counted.provenance.warn(
                WarningCode::PeriodNotOver,
                "the last period is not over, so some of its dormant customers may still come".to_owned(),
            );
        }
        Ok(LifecycleAnswer { rows, provenance: counted.provenance })
    }
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
        let GetLifecycle { scope, window, group_by, interval } = question;
        let asked = self.asked(workspace, scope, window, group_by.as_deref()).await?;
        let Asked { span, moment, .. } = &asked;
        let first_event = moment.first_event.unwrap_or(span.end).min(span.end);
        // What is after the window would not change its periods.
        let periods = Periods::covering(interval, first_event, span.end, &moment.zone);
        let first = if span.start <= first_event { 0 } else { periods.at(span.start.micros()) };
        self.measure(workspace, asked, LifecycleMeasure { periods, first }).await
    }
}
