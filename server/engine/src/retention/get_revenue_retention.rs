//! What do the customers of a period spend a period later, and was the growth earned?

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::{Estimate, History, Method, Span, WarningCode, Window, WorkspaceName};
use lojal_scoring::retention::{
    EarnedGrowth, Limits, Resampled, ResampledCustomer, RevenueChange, Source, expanded_percentiles,
    resample, spread,
};
use lojal_store::{Parts, Wanted};

use crate::ask::estimates::{limited, share};
use crate::ask::groups::{GroupBy, Groups, note_attributes, unknown_attribute};
use crate::ask::periods::{before, begun, year_before};
use crate::ask::purchases::kept_purchases;
use crate::retention::get_retention::label;
use crate::{Engine, EngineError, Period, Provenance, Scope};

/// The definition of the rates.
const DEFINITION: &str = "revenue_retention@1";

/// Customers of the base below which their bootstrap covers 91 to 94 % where it says 95 (numerics/retention.md).
const FEW: u64 = 30;

/// Most draws of a bootstrap, all groups together; it bounds how long an answer takes.
const DRAWS: usize = 50_000_000;

/// What a period is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevenueComparison {
    /// The period of the same length right before.
    Previous,
    /// The same period a year earlier.
    YearEarlier,
}

/// What do the customers of a period spend a period later?
#[derive(Clone, Debug)]
pub struct GetRevenueRetention {
    /// When.
    pub scope: Scope,
    /// The current period.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
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
    /// All customers.
    pub whole: RevenueRetentionRow,
    /// Each group, when asked for.
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

/// One group.
#[derive(Clone, Debug)]
pub struct RevenueRetentionRow {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
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
            let ends = value.and_then(|_| expanded_percentiles(replicates, confidence, change.customers));
            let limits = Limits { low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1) };
            limited(value, limits, change.customers, Method::BootstrapExpandedPercentile, confidence)
                .give_or_take(value.and_then(|_| spread(replicates)))
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
            gross_revenue_retention: estimate(change.gross_retention(), &resampled.gross),
            net_revenue_retention: estimate(change.net_retention(), &resampled.net),
            revenue_churn_rate: estimate(change.revenue_churn(), &resampled.churn),
            logo_churn_rate: share(change.lost, change.customers, confidence),
            growth: change.earned_growth().map(growth),
            change,
        }
    }
}

#[derive(Default)]
struct RevenueTally {
    change: RevenueChange,
    base: Vec<ResampledCustomer>,
}

impl RevenueTally {
    fn merge(&mut self, other: Self) {
        self.change.merge(&other.change);
        self.base.extend(other.base);
    }
}

#[derive(Default)]
struct RevenuePart {
    groups: Groups<RevenueTally>,
    attributes: BTreeSet<Arc<str>>,
}

/// How revenue is counted; shared by all threads.
struct RevenueCounting {
    question: GetRevenueRetention,
    prior: Span,
    current: Span,
    group_by: GroupBy,
}

impl RevenueCounting {
    fn visit(&self, part: &mut RevenuePart, history: &History<'_>) {
        note_attributes(&mut part.attributes, history);
        let (mut first, mut prior, mut now) = (None, 0_i64, 0_i64);
        for purchase in kept_purchases(history) {
            first = first.or(Some(purchase.time));
            if self.prior.contains(purchase.time) {
                prior = prior.saturating_add(purchase.net_micros());
            } else if self.current.contains(purchase.time) {
                now = now.saturating_add(purchase.net_micros());
            }
        }
        let Some(first) = first.filter(|_| prior > 0 || now > 0) else { return };
        let Some(tally) = self.group_by.tally(&mut part.groups, history, RevenueTally::default) else {
            return;
        };
        if prior > 0 {
            tally.change.add_base(prior, now);
            tally.base.push(ResampledCustomer {
                number: history.number,
                prior_micros: prior,
                now_micros: now,
            });
        } else if self.current.contains(first) {
            let source = match history.attribute(&self.question.source_attribute) {
                "" => Source::Unknown,
                value if self.question.earned_values.iter().any(|earned| earned == value) => Source::Earned,
                _ => Source::Bought,
            };
            tally.change.add_new(now, source);
        } else {
            tally.change.add_reactivated(now);
        }
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
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let zone = moment.zone.clone();
        let zone = &zone;
        let current = begun(question.window, moment.as_of, zone)?;
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
        let group_by = GroupBy::new(question.group_by.as_deref(), 1, &moment)?;
        let wanted = group_by.parts(Parts::PURCHASES.with_attributes());
        let counting = Arc::new(RevenueCounting { prior, current, group_by, question });
        let shared = counting.clone();
        let visit = move |part: &mut RevenuePart, history: &History<'_>| shared.visit(part, history);
        let parts = self.fold(workspace, &mut moment, wanted, RevenuePart::default, visit).await?;
        let RevenueCounting { question, group_by, .. } = &*counting;
        let mut attributes = BTreeSet::new();
        let mut of_groups = Vec::with_capacity(parts.len());
        for part in parts {
            attributes.extend(part.attributes);
            of_groups.push(part.groups);
        }
        let groups = group_by.merge(of_groups, RevenueTally::default, RevenueTally::merge)?;
        let mut provenance = moment.provenance(DEFINITION, Some(current));
        let (replicates, seed, confidence) = (question.replicates, question.seed, question.confidence);
        let grouped = group_by.is_some();
        let work = move |wanted: &Wanted| rows_of(groups, grouped, (replicates, seed), confidence, wanted);
        let (whole, rows, skipped) = self.compute(work).await?;

        let known = attributes.iter().any(|attribute| **attribute == *question.source_attribute);
        let new: u64 = whole.change.new_customers.iter().sum();
        if !known && question.source_given && new > 0 {
            return Err(unknown_attribute("source_attribute", &question.source_attribute, &attributes));
        }
        let unknown = whole.change.new_customers[Source::Unknown as usize];
        if unknown > 0 {
            provenance.warn(
                WarningCode::UnknownSources,
                format!(
                    "of {new} new customers {unknown} have no {:?}, so earned growth lies between bounds; record where customers come from, or name another source_attribute",
                    question.source_attribute
                ),
            );
        }
        if whole.change.customers == 0 {
            provenance.warn(
                WarningCode::NobodyAtStart,
                "there is no revenue in the prior period, so there are no rates; choose a later or a longer window",
            );
        }
        if (1..FEW).contains(&whole.change.customers) && replicates > 0 {
            provenance.warn(
                WarningCode::FewObservations,
                format!(
                    "the base has {} customers, too few to show how much customers differ, so intervals of revenue retention are somewhat too narrow",
                    whole.change.customers
                ),
            );
        }
        if matches!(question.window, Window::Dates(..)) && current.end == moment.as_of {
            let full = question.window.resolve(lojal_domain::EventTime::MAX, zone);
            if full.end != current.end {
                provenance.warn(
                    WarningCode::PeriodNotOver,
                    "the window is not over at as_of, and is compared with a longer one; choose one that is over",
                );
            }
        }
        if skipped {
            provenance.warn(
                WarningCode::NoIntervalsOfGroups,
                "there are too many customers in too many groups to bootstrap them all, so groups have no intervals; ask for fewer bootstrap_replicates",
            );
        }
        let period = |span: Span| Period { span, label: label(span, zone) };
        Ok(RevenueRetentionAnswer {
            whole,
            rows,
            prior: period(prior),
            current: period(current),
            replicates,
            seed,
            provenance,
        })
    }
}

/// The whole and its groups, and whether groups went without intervals.
fn rows_of(
    groups: std::collections::BTreeMap<Arc<str>, RevenueTally>,
    grouped: bool,
    (replicates, seed): (usize, u64),
    confidence: f64,
    wanted: &Wanted,
) -> (RevenueRetentionRow, Vec<RevenueRetentionRow>, bool) {
    let draws = |tally: &RevenueTally| tally.base.len().min(lojal_scoring::retention::BLOCKS) * replicates;
    let skipped = grouped && groups.values().map(draws).sum::<usize>() > DRAWS;
    let mut all = RevenueTally::default();
    let mut rows = Vec::new();
    for (group, tally) in groups {
        if wanted.given_up() {
            break;
        }
        if grouped {
            let resampled = if skipped { None } else { resample(&tally.base, replicates, seed) };
            rows.push(RevenueRetentionRow::new(group.to_string(), tally.change, resampled, confidence));
        }
        all.merge(tally);
    }
    let resampled = resample(&all.base, replicates, seed);
    (RevenueRetentionRow::new(String::new(), all.change, resampled, confidence), rows, skipped)
}
