//! What did customers cost, and what did a new one?

use lojal_domain::{
    CostFact, CostKind, EventTime, History, Interval, Span, WarningCode, Window, WorkspaceName,
};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::facts::ACQUISITION_SOURCE;
use crate::ask::grid::Grid;
use crate::ask::measure::{Counted, Measure};
use crate::ask::periods::Periods;
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::Tally;
use crate::{Engine, EngineError, Period, Provenance, Scope};

/// The definition of the measures.
const DEFINITION: &str = "costs@1";

/// The attribute that costs name beside the source.
const MARKET: &str = "market";

/// What did customers cost, and what did a new one?
#[derive(Clone, Debug)]
pub struct GetCosts {
    /// When. It has no filter: most costs are no single customer's, so nobody can say whether they match.
    pub scope: Scope,
    /// Costs and new customers in this window.
    pub window: Window,
    /// An attribute or a fact of customers. Costs of no single customer are in the group of their source or market.
    pub group_by: Option<String>,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
}

impl GetCosts {
    /// What counts, where a question names no window.
    pub const WINDOW: Window = Window::months(12);
}

/// The answer.
#[derive(Clone, Debug)]
pub struct CostsAnswer {
    /// Everything, over the whole window.
    pub whole: CostsRow,
    /// One a group and period, when either was asked for.
    pub rows: Vec<CostsRow>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group in one period.
#[derive(Clone, Debug)]
pub struct CostsRow {
    /// The group; empty when not grouped, and for costs and customers of which it is not known.
    pub group: String,
    /// The period; none without a series.
    pub period: Option<Period>,
    /// What was spent, by kind as in [`CostKind::ALL`], in millionths of the currency.
    pub micros: [i128; 5],
    /// Customers whose first purchase is in it.
    pub new_customers: u64,
}

impl CostsRow {
    /// What was spent for whatever it was.
    #[must_use]
    pub fn total_micros(&self) -> i128 {
        self.micros.iter().sum()
    }

    /// What was spent to win customers over how many were won, rounded down; none where none was.
    #[must_use]
    pub fn micros_per_new_customer(&self) -> Option<i128> {
        self.micros[CostKind::Acquisition as usize].checked_div(i128::from(self.new_customers))
    }
}

/// What was spent, by kind, and who came.
#[derive(Clone, Default, Serialize, Deserialize)]
struct CostTally {
    micros: [i128; 5],
    new_customers: u64,
}

impl Tally for CostTally {
    fn merge(&mut self, other: Self) {
        self.micros.iter_mut().zip(other.micros).for_each(|(sum, micros)| *sum += micros);
        self.new_customers += other.new_customers;
    }
}

/// How costs are counted.
struct CostMeasure {
    span: Span,
    /// The periods of a series.
    periods: Option<Periods>,
    /// The name groups are made by.
    group_by: Option<String>,
}

impl CostMeasure {
    /// Counts what of a cost falls into the window, period by period.
    fn add(&self, grid: &mut Grid<CostTally>, group: usize, cost: &CostFact) {
        let Some(part) = overlap(cost, self.span) else { return };
        let period = |time: EventTime| self.periods.as_ref().map_or(0, |periods| periods.at(time.micros()));
        // The end is not within.
        let last = if part.start < part.end { part.end.minus_micros(1) } else { part.start };
        for column in period(part.start)..=period(last) {
            let within =
                self.periods.as_ref().map_or(self.span, |periods| periods.cut(column, self.span).span);
            let Some(tally) = grid.at(group, column, CostTally::default) else { return };
            tally.micros[cost.kind as usize] += spent_within(cost, within);
        }
    }

    /// The group of a cost of no single customer.
    fn group_of<'c>(&self, cost: &'c CostFact) -> &'c str {
        match self.group_by.as_deref() {
            Some(ACQUISITION_SOURCE) => &cost.source,
            Some(MARKET) => &cost.market,
            _ => "",
        }
    }

    fn row(group: &str, period: Option<Period>, tally: &CostTally) -> CostsRow {
        let CostTally { micros, new_customers } = *tally;
        CostsRow { group: group.to_owned(), period, micros, new_customers }
    }

    fn remark(&self, rows: &[CostsRow], whole: &CostsRow, provenance: &mut Provenance) {
        if whole.total_micros() == 0 {
            provenance.warn(
                WarningCode::NoCosts,
                "there are no costs in this window; record them with RecordCosts or widen the window",
            );
        }
        let unknown: i128 = rows.iter().filter(|row| row.group.is_empty()).map(CostsRow::total_micros).sum();
        if self.group_by.is_some() && unknown > 0 && whole.total_micros() > 0 {
            let share = unknown as f64 / whole.total_micros() as f64;
            provenance.warn(
                WarningCode::CostsWithoutGroup,
                format!(
                    "{:.1} % of the costs are of no group, in the row \"\"; they are not spread over the others",
                    share * 100.0
                ),
            );
        }
    }
}

/// The part of a cost's period in a span; a moment is a period without length.
fn overlap(cost: &CostFact, span: Span) -> Option<Span> {
    if cost.end <= cost.time {
        return span.contains(cost.time).then_some(Span { start: cost.time, end: cost.time });
    }
    let part = Span { start: cost.time.max(span.start), end: cost.end.min(span.end) };
    (part.start < part.end).then_some(part)
}

/// What of a cost was spent in a span, as if evenly over its period. As a difference, so that neighbouring spans come to the
/// whole.
fn spent_within(cost: &CostFact, span: Span) -> i128 {
    let amount = i128::from(cost.amount.micros());
    let Some(part) = overlap(cost, span) else { return 0 };
    if cost.end <= cost.time {
        return amount;
    }
    let since = |time: EventTime| i128::from(time.micros()) - i128::from(cost.time.micros());
    let up_to = |time: EventTime| amount * since(time) / since(cost.end);
    up_to(part.end) - up_to(part.start)
}

impl Measure for CostMeasure {
    type Tally = CostTally;
    type Notes = ();
    type Answer = CostsAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts { costs: true, ..Parts::PURCHASES }
    }

    fn empty(&self) -> CostTally {
        CostTally::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<CostTally>, (): &mut ()) {
        if history.customer.is_none() {
            for cost in history.costs {
                if !cost.market.is_empty() {
                    grid.note_named(MARKET);
                }
                let group = grid.group(self.group_of(cost));
                self.add(grid, group, cost);
            }
            return;
        }
        grid.note(history);
        let first = kept_purchases(history).next().map(|purchase| purchase.time);
        let first = first.filter(|first| self.span.contains(*first));
        if first.is_none() && history.costs.is_empty() {
            return;
        }
        let group = grid.group_of(history);
        history.costs.iter().for_each(|cost| self.add(grid, group, cost));
        if let Some(first) = first {
            let period = self.periods.as_ref().map_or(0, |periods| periods.at(first.micros()));
            if let Some(tally) = grid.at(group, period, CostTally::default) {
                tally.new_customers += 1;
            }
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<CostsAnswer, EngineError> {
        let mut whole = CostTally::default();
        let cells = counted.rows.values().flat_map(|series| series.iter());
        cells.for_each(|(_, tally)| whole.merge(tally.clone()));
        let whole = Self::row("", None, &whole);
        let mut rows = Vec::new();
        if counted.is_grouped || self.periods.is_some() {
            let none = CostTally::default();
            rows = counted.by_period(self.periods.as_ref(), self.span, |group, period, tally| {
                Self::row(group, period, tally.unwrap_or(&none))
            });
        }
        let mut provenance = counted.provenance;
        self.remark(&rows, &whole, &mut provenance);
        Ok(CostsAnswer { whole, rows, provenance })
    }
}

impl Engine {
    /// Answers [`GetCosts`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun or an attribute nobody has,
    /// [`EngineError::AnswerTooLong`].
    pub async fn get_costs(
        &self,
        workspace: &WorkspaceName,
        question: GetCosts,
    ) -> Result<CostsAnswer, EngineError> {
        let GetCosts { scope, window, group_by, interval } = question;
        let mut asked = self.asked(workspace, scope, window, group_by.as_deref()).await?;
        // A period that goes on has been spent up to now.
        asked.span.end = asked.span.end.min(asked.moment.as_of);
        let (span, periods) = (asked.span, interval.map(|interval| asked.periods(interval)));
        self.measure(workspace, asked, CostMeasure { span, periods, group_by }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(from: i64, to: i64, micros: i64) -> CostFact {
        let time = EventTime::from_micros;
        CostFact {
            time: time(from),
            end: time(to),
            kind: CostKind::Service,
            amount: lojal_domain::Amount::from_micros(micros),
            source: "".into(),
            market: "".into(),
            record: 0,
        }
    }

    fn span(start: i64, end: i64) -> Span {
        Span { start: EventTime::from_micros(start), end: EventTime::from_micros(end) }
    }

    #[test]
    fn neighbouring_spans_come_to_the_whole() {
        for (from, to) in [(0, 7), (3, 100), (-5, 1)] {
            let cost = cost(from, to, 1_000);
            let cuts = [-1_000, -2, 0, 1, 4, 33, 1_000];
            let parts: Vec<i128> =
                cuts.windows(2).map(|cut| spent_within(&cost, span(cut[0], cut[1]))).collect();
            assert_eq!(parts.iter().sum::<i128>(), 1_000, "{parts:?}");
        }
        assert_eq!(spent_within(&cost(0, 10, 1_000), span(0, 5)), 500);
    }

    #[test]
    fn a_cost_of_one_moment_is_whole_where_it_is() {
        let at_five = cost(5, 5, 9);
        assert_eq!([span(0, 5), span(5, 6), span(6, 9)].map(|span| spent_within(&at_five, span)), [0, 9, 0]);
    }

    #[test]
    fn kinds_are_told_in_the_order_they_are_counted() {
        for (place, kind) in CostKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
        }
    }
}
