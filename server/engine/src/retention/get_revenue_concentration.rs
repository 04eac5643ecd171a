//! Does revenue hang on a few customers?

use lojal_domain::{Estimate, History, Interval, Span, WarningCode, Window, WorkspaceName};
use lojal_scoring::purchasing::{Spender, Spenders};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::estimates::bootstrapped;
use crate::ask::grid::Grid;
use crate::ask::measure::{Counted, Measure};
use crate::ask::periods::Periods;
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::Tally;
use crate::{Engine, EngineError, Period, Provenance, Scope};

/// The definition of the measures.
const DEFINITION: &str = "revenue_concentration@1";

/// Customers below which a bootstrap covers less than it says.
const FEW: u64 = 30;

/// Most customers times replicates that rows are resampled for, all together; it bounds how long an answer takes.
const DRAWS: usize = 1_000_000_000;

/// Does revenue hang on a few customers?
#[derive(Clone, Debug)]
pub struct GetRevenueConcentration {
    /// When.
    pub scope: Scope,
    /// Purchases in this window.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
    /// The share of customers who are the top, in (0, 0.5\].
    pub top: f64,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Their seed.
    pub seed: u64,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl GetRevenueConcentration {
    /// Which purchases count, where a question names no window.
    pub const WINDOW: Window = Window::months(12);
    /// The share of customers who are the top, where a question names none.
    pub const TOP: f64 = 0.1;
    /// The seed where a question names none.
    pub const SEED: u64 = 1;
}

/// The answer.
#[derive(Clone, Debug)]
pub struct ConcentrationAnswer {
    /// All customers, over the whole window.
    pub whole: ConcentrationRow,
    /// One a group and period, when either was asked for.
    pub rows: Vec<ConcentrationRow>,
    /// The share of customers who are the top.
    pub top: f64,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Their seed.
    pub seed: u64,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group in one period.
#[derive(Clone, Debug)]
pub struct ConcentrationRow {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// The period; none without a series.
    pub period: Option<Period>,
    /// Customers with revenue in it.
    pub customers: u64,
    /// What they spent, net, in millionths of the currency.
    pub revenue_micros: i128,
    /// 0 where everybody spends the same, 1 where one customer spends everything; undefined for fewer than two.
    pub gini: Estimate,
    /// What the top spent of everything; undefined for nobody.
    pub top_share: Estimate,
}

/// What customers spent, one by one.
#[derive(Clone, Default, Serialize, Deserialize)]
struct SpendTally(Vec<Spender>);

impl Tally for SpendTally {
    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl SpendTally {
    fn add(&mut self, number: u32, micros: i64) {
        // What is given back in full, or was free, is no revenue.
        if micros > 0 {
            self.0.push(Spender { number, micros });
        }
    }
}

/// How spending is counted.
struct ConcentrationMeasure {
    question: GetRevenueConcentration,
    span: Span,
    /// The periods of a series.
    periods: Option<Periods>,
}

impl ConcentrationMeasure {
    fn row(
        &self,
        group: &str,
        period: Option<Period>,
        tally: &SpendTally,
        is_drawn: bool,
    ) -> ConcentrationRow {
        let GetRevenueConcentration { top, replicates, seed, confidence, .. } = self.question;
        let customers = tally.0.len() as u64;
        let spenders = Spenders::new(tally.0.clone(), seed);
        let found = spenders.concentration(top);
        let resampled = if is_drawn { spenders.resample(top, replicates, seed) } else { None };
        let resampled = resampled.unwrap_or_default();
        ConcentrationRow {
            group: group.to_owned(),
            period,
            customers,
            revenue_micros: tally.0.iter().map(|spender| i128::from(spender.micros)).sum(),
            gini: bootstrapped(found.gini, &resampled.gini, customers, confidence),
            top_share: bootstrapped(found.top_share, &resampled.top_share, customers, confidence),
        }
    }

    fn remark(&self, whole: &ConcentrationRow, provenance: &mut Provenance) {
        if whole.customers == 0 {
            provenance.warn(
                WarningCode::NoPurchases,
                "there is no revenue in this window; record transactions or widen the window",
            );
        }
        if (1..FEW).contains(&whole.customers) {
            provenance.warn(
                WarningCode::FewObservations,
                format!(
                    "the window has {} customers with revenue, too few to show how much customers differ, so intervals are somewhat too narrow",
                    whole.customers
                ),
            );
        }
    }
}

impl Measure for ConcentrationMeasure {
    type Tally = SpendTally;
    /// What everybody spent in the whole window.
    type Notes = SpendTally;
    type Answer = ConcentrationAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES
    }

    fn empty(&self) -> SpendTally {
        SpendTally::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<SpendTally>, whole: &mut SpendTally) {
        let within = kept_purchases(history).filter(|purchase| self.span.contains(purchase.time));
        let mut within = within.map(|purchase| (purchase.time.micros(), purchase.net_micros())).peekable();
        if within.peek().is_none() {
            return;
        }
        grid.note(history);
        let group = grid.group_of(history);
        let (mut spent, mut of_period, mut current) = (0_i64, 0_i64, None);
        let period = |micros: i64| self.periods.as_ref().map_or(0, |periods| periods.at(micros));
        for (time, net) in within {
            let period = period(time);
            if let Some(before) = current.replace(period).filter(|before| *before != period) {
                add_to(grid, (group, before), history.number, of_period);
                of_period = 0;
            }
            of_period = of_period.saturating_add(net);
            spent = spent.saturating_add(net);
        }
        if let Some(last) = current {
            add_to(grid, (group, last), history.number, of_period);
        }
        whole.add(history.number, spent);
    }

    fn answer(&self, counted: Counted<Self>, wanted: &Wanted) -> Result<ConcentrationAnswer, EngineError> {
        let whole = self.row("", None, &counted.notes, true);
        let is_listed = counted.is_grouped || self.periods.is_some();
        let spenders = counted.rows.values().flat_map(|series| series.iter()).map(|(_, tally)| tally.0.len());
        let is_drawn = spenders.sum::<usize>().saturating_mul(self.question.replicates) <= DRAWS;
        let mut rows = Vec::new();
        if is_listed {
            let none = SpendTally::default();
            rows = counted.by_period(self.periods.as_ref(), self.span, |group, period, tally| {
                self.row(group, period, tally.unwrap_or(&none), is_drawn && !wanted.given_up())
            });
        }
        let mut provenance = counted.provenance;
        self.remark(&whole, &mut provenance);
        if is_listed && !is_drawn {
            provenance.warn(
                WarningCode::NoIntervalsOfGroups,
                "there are too many customers in too many groups and periods to bootstrap them all, so rows have no intervals; ask for fewer bootstrap_replicates",
            );
        }
        let GetRevenueConcentration { top, replicates, seed, .. } = self.question;
        Ok(ConcentrationAnswer { whole, rows, top, replicates, seed, provenance })
    }
}

fn add_to(grid: &mut Grid<SpendTally>, (group, period): (usize, usize), number: u32, micros: i64) {
    if let Some(tally) = grid.at(group, period, SpendTally::default) {
        tally.add(number, micros);
    }
}

impl Engine {
    /// Answers [`GetRevenueConcentration`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun or an attribute nobody has,
    /// [`EngineError::AnswerTooLong`].
    pub async fn get_revenue_concentration(
        &self,
        workspace: &WorkspaceName,
        question: GetRevenueConcentration,
    ) -> Result<ConcentrationAnswer, EngineError> {
        let (scope, group_by) = (question.scope.clone(), question.group_by.as_deref());
        let asked = self.asked(workspace, scope, question.window, group_by).await?;
        let (span, periods) = (asked.span, question.interval.map(|interval| asked.periods(interval)));
        self.measure_heavy(workspace, asked, ConcentrationMeasure { question, span, periods }).await
    }
}
