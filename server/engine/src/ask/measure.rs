//! A question about everybody, and the one way in which such questions are answered.
//!
//! A question says what it looks at, how a history is counted, and what is said of what was counted: that is its [`Measure`].
//! The rest is the same for all and stands here: the moment, the window, the filter, the groups, the turn, the parts and
//! their sums, the limit of an answer, and where the answer comes from.

use std::borrow::Cow;
use std::sync::Arc;

use lojal_domain::{History, Interval, Span, Warning, WarningCode, Window, WorkspaceName, limits};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::grid::{Grid, Rows, columns_of};
use crate::ask::groups::{GroupBy, too_long};
use crate::ask::moment::FactsAsOf;
use crate::ask::periods::{Period, Periods, begun};
use crate::ask::tally::{Tally, arrived};
use crate::{Engine, EngineError, Filter, Moment, Provenance, Scope};

/// A question about everybody that is answered by counting histories one by one.
pub(crate) trait Measure: Sized + Send + Sync + 'static {
    /// What a cell of the grid is counted in: one group, in one period where the question has such.
    type Tally: Tally;
    /// What is noted of everybody besides.
    type Notes: Tally + Default;
    /// What the question is answered with.
    type Answer: Send + 'static;

    /// What is computed, and which version of it.
    fn definition(&self) -> &'static str;

    /// The parts of histories it looks at. Groups and filters add theirs.
    fn parts(&self) -> Parts;

    /// Rows of the answer that a cell makes, at least: an answer that gets too long is given up while it is counted.
    fn height(&self) -> usize {
        1
    }

    /// A cell in which nothing was counted.
    fn empty(&self) -> Self::Tally;

    /// Counts a history.
    fn count(&self, history: &History<'_>, grid: &mut Grid<Self::Tally>, notes: &mut Self::Notes);

    /// What is said of what was counted, and what to remark.
    ///
    /// # Errors
    /// Those of the question.
    fn answer(&self, counted: Counted<Self>, wanted: &Wanted) -> Result<Self::Answer, EngineError>;
}

/// What every question about everybody begins with.
pub(crate) struct Asked {
    pub(crate) moment: Moment,
    pub(crate) span: Span,
    pub(crate) group_by: Arc<GroupBy>,
}

/// Everything that was counted for a question.
pub(crate) struct Counted<M: Measure> {
    pub(crate) moment: Moment,
    /// By group; without groups there is one, named "".
    pub(crate) rows: Rows<M::Tally>,
    pub(crate) is_grouped: bool,
    pub(crate) notes: M::Notes,
    pub(crate) provenance: Provenance,
}

/// What was counted of some of the histories.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct Part<M: Measure> {
    grid: Grid<M::Tally>,
    notes: M::Notes,
}

/// Rows that an answer still has room for. They are taken as rows are made, so that an answer that gets too long is not all made first.
pub(crate) struct Room(usize);

impl Room {
    pub(crate) const fn new() -> Self {
        Self(limits::ANSWER_ROWS)
    }

    /// Takes room for so many.
    ///
    /// # Errors
    /// [`EngineError::AnswerTooLong`] when there is none.
    pub(crate) fn take(&mut self, rows: usize) -> Result<(), EngineError> {
        self.0 = self.0.checked_sub(rows).ok_or_else(too_long)?;
        Ok(())
    }
}

impl Asked {
    /// The periods of a series in the window, of which nothing is before the first event.
    pub(crate) fn periods(&self, interval: Interval) -> Periods {
        Periods::within(interval, self.span, self.moment.first_event, &self.moment.zone)
    }
}

impl Moment {
    /// Says so where facts are read after what is asked about.
    fn warn_of_growing(&mut self, group_by: &GroupBy) {
        let named = self.filter.as_ref().and_then(Filter::growing).map(str::to_owned);
        if let Some(name) = named.or_else(|| group_by.growing()) {
            let sentence = format!(
                "{name} is read at the end of the window, and customers who stay longer have more of it, or are likelier to have it at all: \
                 differences by it may be nothing but that; leave facts_as_of out to read facts when the window begins"
            );
            self.warnings.push(Warning::new(WarningCode::FactsAfterOutcome, sentence));
        }
    }
}

impl<M: Measure> Counted<M> {
    /// What was counted of each group, where there are no periods.
    pub(crate) fn groups(&self, measure: &M) -> impl Iterator<Item = (&Arc<str>, Cow<'_, M::Tally>)>
    where
        M::Tally: Clone,
    {
        self.rows.iter().map(|(group, series)| {
            (group, series.get(0).map_or_else(|| Cow::Owned(measure.empty()), Cow::Borrowed))
        })
    }

    /// All groups together, where there are no periods.
    pub(crate) fn whole(&self, measure: &M) -> M::Tally
    where
        M::Tally: Clone,
    {
        let mut all = measure.empty();
        for series in self.rows.values() {
            series.get(0).into_iter().for_each(|tally| all.merge(tally.clone()));
        }
        all
    }

    /// A row for every group and period from the first that anything was counted in to the last, cut off where the window is;
    /// one for every group without a series.
    pub(crate) fn by_period<R>(
        &self,
        periods: Option<&Periods>,
        span: Span,
        mut row: impl FnMut(&str, Option<Period>, Option<&M::Tally>) -> R,
    ) -> Vec<R> {
        let mut rows = Vec::new();
        let (first, end) = if periods.is_some() { columns_of(&self.rows) } else { (0, 1) };
        for (group, series) in &self.rows {
            for column in first..end {
                let period = periods.map(|periods| periods.cut(column, span));
                rows.push(row(group, period, series.get(column)));
            }
        }
        rows
    }
}

impl Engine {
    /// The beginning of a question about everybody, in a window that must have begun.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun, and for a fact that makes no groups.
    pub(crate) async fn asked(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
        window: Window,
        group_by: Option<&str>,
    ) -> Result<Asked, EngineError> {
        let moment = self.bare_moment(workspace, scope).await?;
        let span = begun(window, moment.as_of, &moment.zone)?;
        self.grouped(workspace, moment, span, group_by).await
    }

    /// The same of a question about what becomes of customers in the window, whose facts are read when it begins unless it says otherwise.
    /// `tells_apart` says whether it has something besides that is made of facts.
    ///
    /// # Errors
    /// Those of [`Self::asked`].
    pub(crate) async fn asked_of_outcome(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
        window: Window,
        group_by: Option<&str>,
        tells_apart: bool,
    ) -> Result<Asked, EngineError> {
        let facts_as_of = scope.facts_as_of.unwrap_or_default();
        let mut moment = self.bare_moment(workspace, scope).await?;
        let span = begun(window, moment.as_of, &moment.zone)?;
        let is_of_facts = group_by.is_some() || moment.filter.is_some() || tells_apart;
        if facts_as_of == FactsAsOf::Start && is_of_facts {
            // Before the first event there is nothing to read.
            let first = moment.first_event.unwrap_or(moment.as_of);
            moment.landmark = Some(span.start.max(first).min(moment.as_of));
        }
        let mut asked = self.grouped(workspace, moment, span, group_by).await?;
        if facts_as_of == FactsAsOf::End {
            asked.moment.warn_of_growing(&asked.group_by);
        }
        Ok(asked)
    }

    async fn grouped(
        &self,
        workspace: &WorkspaceName,
        mut moment: Moment,
        span: Span,
        group_by: Option<&str>,
    ) -> Result<Asked, EngineError> {
        let mut group_by = GroupBy::of_customers(group_by, &moment)?;
        self.know_groups(workspace, &mut moment, group_by.customer_mut().into_iter().collect()).await?;
        Ok(Asked { moment, span, group_by: Arc::new(group_by) })
    }

    /// Answers a question about everybody.
    ///
    /// # Errors
    /// Those of the question; [`EngineError::InvalidField`] for an attribute that nobody has; [`EngineError::AnswerTooLong`].
    pub(crate) async fn measure<M: Measure>(
        &self,
        workspace: &WorkspaceName,
        asked: Asked,
        measure: M,
    ) -> Result<M::Answer, EngineError> {
        let measure = Arc::new(measure);
        let counted = self.count(workspace, asked, &measure).await?;
        self.tell(&measure, counted).await
    }

    /// The same of a question whose answer is work of the size of a fit, such as a bootstrap.
    ///
    /// # Errors
    /// Those of [`Self::measure`].
    pub(crate) async fn measure_heavy<M: Measure>(
        &self,
        workspace: &WorkspaceName,
        asked: Asked,
        measure: M,
    ) -> Result<M::Answer, EngineError> {
        let measure = Arc::new(measure);
        let counted = self.count(workspace, asked, &measure).await?;
        self.compute(move |wanted| measure.answer(counted, wanted)).await?
    }

    /// What is said of what was counted.
    ///
    /// # Errors
    /// Those of the question.
    pub(crate) async fn tell<M: Measure>(
        &self,
        measure: &Arc<M>,
        counted: Counted<M>,
    ) -> Result<M::Answer, EngineError> {
        let measure = measure.clone();
        self.aside_while_wanted(move |wanted| measure.answer(counted, wanted)).await?
    }

    /// Counts what a question asks about, for those that look at something else besides before they answer.
    ///
    /// # Errors
    /// Those of [`Self::measure`].
    pub(crate) async fn count<M: Measure>(
        &self,
        workspace: &WorkspaceName,
        asked: Asked,
        measure: &Arc<M>,
    ) -> Result<Counted<M>, EngineError> {
        let Asked { mut moment, span, group_by } = asked;
        let height = measure.height();
        if height > limits::ANSWER_ROWS {
            return Err(too_long());
        }
        let wanted = group_by.parts(measure.parts());
        let new = {
            let group_by = group_by.clone();
            move || Part::<M> { grid: Grid::new(group_by.clone(), height), notes: M::Notes::default() }
        };
        let counting = measure.clone();
        let visit = move |part: &mut Part<M>, history: &History<'_>| {
            counting.count(history, &mut part.grid, &mut part.notes);
        };
        let parts = self.fold(workspace, &mut moment, wanted, new, visit).await?;
        let is_grouped = group_by.is_some();
        let add_up = move || {
            let (mut grids, mut notes) = (Vec::with_capacity(parts.len()), M::Notes::default());
            for part in parts {
                let part = arrived(part)?;
                notes.merge(part.notes);
                grids.push(part.grid);
            }
            Ok::<_, EngineError>((Grid::merge(grids, &group_by, height)?, notes))
        };
        let (rows, notes) = self.aside(add_up).await??;
        let provenance = moment.provenance(measure.definition(), Some(span));
        Ok(Counted { moment, rows, is_grouped, notes, provenance })
    }
}
