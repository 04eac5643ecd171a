//! What do the customers of a period spend a period later, and was the growth earned?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_domain::{Estimate, EventTime, History, Interval, Span, WarningCode, Window, WorkspaceName, Zone};
use lojal_scoring::retention::{EarnedGrowth, Resampled, RevenueChange, Source, resample};
use lojal_store::{Parts, Wanted};

use crate::ask::estimates::{bootstrapped, share};
use crate::ask::grid::Grid;
use crate::ask::groups::{check_attribute, note_attributes};
use crate::ask::measure::{Counted, Measure};
use crate::ask::periods::{before, dates_of, year_before};
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::Tally;
use crate::retention::revenue_tally::{
    ComparedPeriod, ComparedPeriods, RevenueCell, RevenueComparison, RevenueTally, Spent,
};
use crate::{Engine, EngineError, Period, Provenance, Scope};

/// The definition of the rates.
const DEFINITION: &str = "revenue_retention@2";

/// Customers of the base below which their bootstrap covers 91 to 94 % where it says 95 (numerics/retention.md).
const FEW: u64 = 30;

/// Most draws of a bootstrap, all groups together; it bounds how long an answer takes.
const DRAWS: usize = 50_000_000;

/// What do the customers of a period spend a period later?
#[derive(Clone, Debug)]
pub struct GetRevenueRetention {
    /// When.
    pub scope: Scope,
    /// The current period.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
    /// What it is compared with.
    pub comparison: RevenueComparison,
    /// The attribute that says where a new customer came from.
    pub source_attribute: String,
    /// Whether the caller named it; a default that nobody has is no mistake.
    pub source_given: bool,
    /// Its values that mean that the customer was earned.
    pub earned_values: Vec<String>,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Their seed.
    pub seed: u64,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl GetRevenueRetention {
    /// The current period where a question names none.
    pub const WINDOW: Window = Window::months(12);
    /// Values of the source that mean that a customer was earned, where a question names none.
    pub const EARNED_VALUES: [&str; 4] = ["referral", "word_of_mouth", "recommendation", "organic"];
    /// The seed where a question names none.
    pub const SEED: u64 = 1;
}

/// The answer.
#[derive(Clone, Debug)]
pub struct RevenueRetentionAnswer {
    /// All customers, over the whole window.
    pub whole: RevenueRetentionRow,
    /// One a group and period, when either was asked for.
    pub rows: Vec<RevenueRetentionRow>,
    /// The prior period.
    pub prior: Period,
    /// The current period.
    pub current: Period,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Their seed.
    pub seed: u64,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group in one period.
#[derive(Clone, Debug)]
pub struct RevenueRetentionRow {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// The current period; none without a series.
    pub period: Option<Period>,
    /// The one it is compared with; none without a series.
    pub prior_period: Option<Period>,
    /// Revenue then and now.
    pub change: RevenueChange,
    /// Revenue of the base now without what grew, over that before.
    pub gross_revenue_retention: Estimate,
    /// Revenue of the base now over that before.
    pub net_revenue_retention: Estimate,
    /// Revenue lost over that before.
    pub revenue_churn_rate: Estimate,
    /// Customers lost over those of the base.
    pub logo_churn_rate: Estimate,
    /// Growth, and what of it was earned; none without revenue before.
    pub growth: Option<Growth>,
}

/// Growth, and what of it was earned.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// Of all revenue.
    pub total_rate: f64,
    /// Of revenue that was earned; none where some customers' source is unknown.
    pub earned_rate: Option<f64>,
    /// The same if none of the unknown were earned.
    pub earned_rate_low: f64,
    /// The same if all of the unknown were earned.
    pub earned_rate_high: f64,
    /// Earned growth over all growth; none without growth.
    pub earned_ratio: Option<f64>,
}

impl RevenueRetentionRow {
    fn new(group: String, change: RevenueChange, resampled: Option<Resampled>, confidence: f64) -> Self {
        let resampled = resampled.unwrap_or_default();
        let estimate = |value: Option<f64>, replicates: &[f64]| {
            bootstrapped(value, replicates, change.customers, confidence)
        };
        let growth = |growth: EarnedGrowth| Growth {
            total_rate: growth.total_growth,
            earned_rate: growth.rate(),
            earned_rate_low: growth.rate_low,
            earned_rate_high: growth.rate_high,
            earned_ratio: growth.rate().and_then(|rate| growth.ratio(rate)),
        };
        Self {
            group,
            period: None,
            prior_period: None,
            gross_revenue_retention: estimate(change.gross_retention(), &resampled.gross),
            net_revenue_retention: estimate(change.net_retention(), &resampled.net),
            revenue_churn_rate: estimate(change.revenue_churn(), &resampled.churn),
            logo_churn_rate: share(change.lost, change.customers, confidence),
            growth: change.earned_growth().map(growth),
            change,
        }
    }
}

/// How revenue is counted.
struct RevenueMeasure {
    question: GetRevenueRetention,
    prior: Span,
    current: Span,
    /// The periods of a series; empty without one.
    series: ComparedPeriods,
    zone: Zone,
}

impl RevenueMeasure {
    const fn is_series(&self) -> bool {
        self.question.interval.is_some()
    }

    fn row(&self, group: &str, tally: &RevenueTally, is_drawn: bool) -> RevenueRetentionRow {
        let GetRevenueRetention { replicates, seed, confidence, .. } = self.question;
        let resampled = if is_drawn { resample(&tally.base, replicates, seed) } else { None };
        RevenueRetentionRow::new(group.to_owned(), tally.change, resampled, confidence)
    }

    /// A row for every period.
    fn rows_of_series(
        &self,
        group: &str,
        cell: &RevenueCell,
        is_drawn: bool,
        wanted: &Wanted,
    ) -> Vec<RevenueRetentionRow> {
        let nobody = RevenueTally::default();
        let row = |(at, pair): (usize, &ComparedPeriod)| {
            let tally = cell.periods.get(at).unwrap_or(&nobody);
            RevenueRetentionRow {
                period: Some(pair.current.clone()),
                prior_period: Some(pair.prior.clone()),
                ..self.row(group, tally, is_drawn && !wanted.given_up())
            }
        };
        self.series.pairs.iter().enumerate().map(row).collect()
    }

    fn remark(&self, whole: &RevenueChange, as_of: EventTime, provenance: &mut Provenance) {
        let new: u64 = whole.new_customers.iter().sum();
        let unknown = whole.new_customers[Source::Unknown as usize];
        if unknown > 0 {
            provenance.warn(
                WarningCode::UnknownSources,
                format!(
                    "of {new} new customers {unknown} have no {:?}, so earned growth lies between bounds; record where customers come from, or name another source_attribute",
                    self.question.source_attribute
                ),
            );
        }
        if whole.customers == 0 {
            provenance.warn(
                WarningCode::NobodyAtStart,
                "there is no revenue in the prior period, so there are no rates; choose a later or a longer window",
            );
        }
        if (1..FEW).contains(&whole.customers) && self.question.replicates > 0 {
            provenance.warn(
                WarningCode::FewObservations,
                format!(
                    "the base has {} customers, too few to show how much customers differ, so intervals of revenue retention are somewhat too narrow",
                    whole.customers
                ),
            );
        }
        if matches!(self.question.window, Window::Dates(..)) && self.current.end == as_of {
            let full = self.question.window.resolve(EventTime::MAX, &self.zone);
            if full.end != self.current.end {
                provenance.warn(
                    WarningCode::PeriodNotOver,
                    "the window is not over at as_of, and is compared with a longer one; choose one that is over",
                );
            }
        }
    }
}

impl Measure for RevenueMeasure {
    type Tally = RevenueCell;
    /// Names of attributes met.
    type Notes = BTreeSet<Arc<str>>;
    type Answer = RevenueRetentionAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES.with_attributes()
    }

    fn height(&self) -> usize {
        if self.is_series() { self.series.pairs.len() } else { 1 }
    }

    fn empty(&self) -> RevenueCell {
        RevenueCell::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<RevenueCell>, attributes: &mut Self::Notes) {
        note_attributes(attributes, history);
        let (mut first, mut spent) = (None, Spent::default());
        for purchase in kept_purchases(history) {
            first = first.or(Some(purchase.time));
            if self.prior.contains(purchase.time) {
                spent.prior = spent.prior.saturating_add(purchase.net_micros());
            } else if self.current.contains(purchase.time) {
                spent.now = spent.now.saturating_add(purchase.net_micros());
            }
        }
        let Some(first) = first else { return };
        let by_period = if self.is_series() {
            self.series.spent(kept_purchases(history).map(|purchase| (purchase.time, purchase.net_micros())))
        } else {
            BTreeMap::new()
        };
        if !spent.is_some() && !by_period.values().any(|spent| spent.is_some()) {
            return;
        }
        let Some(cell) = grid.of(history, RevenueCell::default) else { return };
        let source = || match history.attribute(&self.question.source_attribute) {
            "" => Source::Unknown,
            value if self.question.earned_values.iter().any(|earned| earned == value) => Source::Earned,
            _ => Source::Bought,
        };
        if spent.is_some() {
            cell.whole.add(history.number, spent, self.current.contains(first), source);
        }
        for (at, spent) in by_period.into_iter().filter(|(_, spent)| spent.is_some()) {
            let is_new = self.series.pairs[at].current.span.contains(first);
            cell.periods.cell(at, RevenueTally::default).add(history.number, spent, is_new, source);
        }
    }

    fn answer(&self, counted: Counted<Self>, wanted: &Wanted) -> Result<RevenueRetentionAnswer, EngineError> {
        let GetRevenueRetention { source_attribute, source_given, replicates, seed, .. } = &self.question;
        let is_listed = counted.is_grouped || self.is_series();
        let groups: Vec<_> = counted
            .rows
            .into_iter()
            .map(|(group, series)| {
                (group, series.into_cells().next().map(|(_, cell)| cell).unwrap_or_default())
            })
            .collect();
        let draws = |cell: &RevenueCell| {
            let of_periods = cell.periods.iter().map(|(_, tally)| tally.draws(*replicates)).sum();
            if self.is_series() { of_periods } else { cell.whole.draws(*replicates) }
        };
        let without_intervals =
            is_listed && groups.iter().map(|(_, cell)| draws(cell)).sum::<usize>() > DRAWS;
        let (mut whole, mut rows) = (RevenueTally::default(), Vec::new());
        for (group, cell) in groups {
            if wanted.given_up() {
                break;
            }
            if self.is_series() {
                rows.extend(self.rows_of_series(&group, &cell, !without_intervals, wanted));
            } else if counted.is_grouped {
                rows.push(self.row(&group, &cell.whole, !without_intervals));
            }
            whole.merge(cell.whole);
        }
        let whole = self.row("", &whole, true);
        if *source_given && whole.change.new_customers.iter().any(|customers| *customers > 0) {
            check_attribute("source_attribute", source_attribute, &[], &counted.notes)?;
        }
        let mut provenance = counted.provenance;
        self.remark(&whole.change, counted.moment.as_of, &mut provenance);
        if without_intervals {
            provenance.warn(
                WarningCode::NoIntervalsOfGroups,
                if self.is_series() {
                    "there are too many customers in too many groups and periods to bootstrap them all, so rows have no intervals; ask for fewer bootstrap_replicates"
                } else {
                    "there are too many customers in too many groups to bootstrap them all, so groups have no intervals; ask for fewer bootstrap_replicates"
                },
            );
        }
        let period = |span: Span| Period { span, label: dates_of(span, &self.zone), is_cut_off: false };
        Ok(RevenueRetentionAnswer {
            whole,
            rows,
            prior: period(self.prior),
            current: period(self.current),
            replicates: *replicates,
            seed: *seed,
            provenance,
        })
    }
}

impl Engine {
    /// Answers [`GetRevenueRetention`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun or has nothing before it, or an attribute nobody has;
    /// [`EngineError::AnswerTooLong`].
    pub async fn get_revenue_retention(
        &self,
        workspace: &WorkspaceName,
        question: GetRevenueRetention,
    ) -> Result<RevenueRetentionAnswer, EngineError> {
        let (scope, group_by) = (question.scope.clone(), question.group_by.as_deref());
        let asked = self.asked_of_outcome(workspace, scope, question.window, group_by, false).await?;
        let (current, zone) = (asked.span, asked.moment.zone.clone());
        let prior = prior_period(&question, current, &zone)?;
        let pairs = match question.interval {
            Some(interval) => {
                ComparedPeriods::new(&asked.periods(interval), current, question.comparison, &zone)
            }
            None => ComparedPeriods { pairs: Vec::new() },
        };
        let measure = RevenueMeasure { question, prior, current, series: pairs, zone };
        self.measure_heavy(workspace, asked, measure).await
    }
}

/// What the current period is compared with.
fn prior_period(question: &GetRevenueRetention, current: Span, zone: &Zone) -> Result<Span, EngineError> {
    let right_before = before(question.window, current, zone).ok_or_else(|| {
        EngineError::field(
            "window",
            "is \"all\", before which there is nothing to compare with; write \"12mo\" or \"2026-Q1\"",
        )
    })?;
    let prior = match question.comparison {
        RevenueComparison::Previous => right_before,
        RevenueComparison::YearEarlier => year_before(current, zone),
    };
    if prior.end > current.start {
        return Err(EngineError::field(
            "window",
            "is longer than a year, so it overlaps with the same window a year earlier; choose a shorter one, or REVENUE_COMPARISON_PREVIOUS",
        ));
    }
    Ok(prior)
}
