//! How often do customers buy, for how much, and after how long?

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::{
    EventTime, History, Interval, MICROS_PER_DAY, Span, WarningCode, Window, WorkspaceName, Zone,
};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::discounts::discounted;
use crate::ask::grid::{Grid, Series};
use crate::ask::groups::{check_attribute, note_attributes};
use crate::ask::measure::{Counted, Measure};
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::Tally;
use crate::retention::purchase_referrals::{Advocates, Referrers};
use crate::retention::purchase_stats::{PurchaseStats, Telling};
use crate::retention::purchase_tally::{PurchaseCell, PurchaseTally, Share};
use crate::retention::suggest_activity_window::add_silences;
use crate::{Engine, EngineError, Period, Provenance, REFERRED_BY, Scope};

/// The definition of the measures.
const DEFINITION: &str = "purchase_stats@1";

/// How often do customers buy?
#[derive(Clone, Debug)]
pub struct GetPurchaseStats {
    /// When.
    pub scope: Scope,
    /// Orders in this window.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
    /// Days within which a second order counts.
    pub within_days: u32,
    /// The attribute of customers whom somebody recommended us to.
    pub referral_attribute: String,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl GetPurchaseStats {
    /// Which orders count, where a question names no window.
    pub const WINDOW: Window = Window::days(365);
    /// Days within which a second order counts, where a question names none.
    pub const WITHIN_DAYS: u32 = 90;
}

/// The answer.
#[derive(Clone, Debug)]
pub struct PurchaseStatsAnswer {
    /// All customers, over the whole window.
    pub whole: PurchaseStats,
    /// One a group and period, when either was asked for.
    pub rows: Vec<PurchaseStats>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What is noted of everybody besides.
#[derive(Default, Serialize, Deserialize)]
struct PurchaseNotes {
    /// Names of attributes met.
    attributes: BTreeSet<Arc<str>>,
    referrers: Referrers,
    knows_discounts: bool,
    /// Who was found of the referrers, by a second look at everybody.
    #[serde(skip)]
    advocates: Advocates,
    /// Orders of the customer at hand.
    #[serde(skip)]
    orders: Vec<(EventTime, i64)>,
    /// When they got something for nothing.
    #[serde(skip)]
    free: Vec<EventTime>,
}

impl Tally for PurchaseNotes {
    fn merge(&mut self, other: Self) {
        self.attributes.extend(other.attributes);
        self.referrers.merge(other.referrers);
        self.knows_discounts |= other.knows_discounts;
    }
}

/// What a customer bought, by time.
#[derive(Clone, Copy)]
struct Bought<'b> {
    history: &'b History<'b>,
    orders: &'b [(EventTime, i64)],
    free: &'b [EventTime],
}

/// How orders are counted.
struct PurchaseMeasure {
    question: GetPurchaseStats,
    span: Span,
    /// The periods of a series, cut off where the window is; none without one.
    periods: Vec<Period>,
    as_of: EventTime,
    zone: Zone,
    today: i32,
}

impl PurchaseMeasure {
    const fn is_series(&self) -> bool {
        self.question.interval.is_some()
    }

    /// The periods of a series in which they bought anything.
    fn periods_of(&self, bought: Bought<'_>) -> BTreeSet<usize> {
        let times = bought.orders.iter().map(|(time, _)| *time).chain(bought.free.iter().copied());
        let times = times.filter(|time| self.span.contains(*time));
        let at = |time| self.periods.partition_point(|period| period.span.start <= time).checked_sub(1);
        times.filter_map(at).collect()
    }

    /// Counts what they bought in a window. `repeat_lifetime` is of no window, and counted by others.
    fn add(&self, tally: &mut PurchaseTally, bought: Bought<'_>, span: Span) {
        let Bought { history, orders, free } = bought;
        tally.zero_value_orders += free.iter().filter(|time| span.contains(**time)).count() as u64;
        let Some((first, _)) = orders.first().copied() else { return };
        let from = orders.partition_point(|(time, _)| *time < span.start);
        let to = orders.partition_point(|(time, _)| *time < span.end);
        let within = &orders[from..to];
        if !within.is_empty() {
            // The first ever is the first of the window, or lies before it.
            let of_first = if from == 0 { i128::from(within[0].1) } else { 0 };
            add_orders(tally, history, within, (span, of_first));
        }
        // What lies before and after matters by the order next to the window.
        self.add_days(tally, &orders[from.saturating_sub(1)..(to + 1).min(orders.len())], span);
        if span.contains(first) {
            self.add_new(tally, first, orders.get(1).map(|(time, _)| *time));
            let spent = within.iter().map(|(_, micros)| i128::from(*micros)).sum();
            tally.referrals.add(history, &self.question.referral_attribute, spent);
        }
    }

    /// The days between orders.
    fn add_days(&self, stats: &mut PurchaseTally, orders: &[(EventTime, i64)], span: Span) {
        let mut last = i32::MAX;
        let gaps = &mut stats.gaps;
        let mut cut = self.zone.days();
        let days = orders.iter().map(|(time, _)| (*time, cut.day_of(*time))).inspect(|(time, day)| {
            if last < *day && span.contains(*time) {
                gaps.add((*day - last) as u32, true);
            }
            last = *day;
        });
        add_silences(&mut stats.silences, days, span, self.today);
    }

    fn add_new(&self, stats: &mut PurchaseTally, first: EventTime, second: Option<EventTime>) {
        let limit = i64::from(self.question.within_days) * MICROS_PER_DAY;
        let after = |time: EventTime| time.micros() - first.micros();
        if after(self.as_of) >= limit {
            stats.repeat_within.add(second.is_some_and(|second| after(second) <= limit));
        }
        // Whole days that have passed, so that within n days is at most n.
        let days = |time: EventTime| (after(time) + MICROS_PER_DAY - 1).div_euclid(MICROS_PER_DAY) as u32;
        match second {
            Some(second) => stats.to_second.add(days(second), true),
            None => stats.to_second.add((after(self.as_of) / MICROS_PER_DAY) as u32, false),
        }
    }

    /// A row for every period.
    fn rows_of_series(
        &self,
        group: &str,
        (lifetime, mut tallies): (Share, Series<PurchaseTally>),
        advocates: &Advocates,
        telling: Telling,
    ) -> Vec<PurchaseStats> {
        let row = |(at, period): (usize, &Period)| {
            let mut tally = tallies.take(at).unwrap_or_default();
            tally.repeat_lifetime = lifetime;
            tally.referrals.advocates = advocates.of(group, Some(at));
            let stats = telling.stats(group, tally.finish(telling.confidence));
            PurchaseStats { period: Some(period.clone()), ..stats }
        };
        self.periods.iter().enumerate().map(row).collect()
    }
}

/// What orders in a window say; there is at least one.
fn add_orders(
    tally: &mut PurchaseTally,
    history: &History<'_>,
    within: &[(EventTime, i64)],
    (span, of_first): (Span, i128),
) {
    tally.repeat_in_window.add(within.len() > 1);
    let revenue: i128 = within.iter().map(|(_, micros)| i128::from(*micros)).sum();
    tally.sums.add(within.len() as u64, revenue, revenue - of_first);
    tally.discounts.add(within.len() as u64, revenue, discounted(history, span));
    tally.values.extend(within.iter().map(|(_, micros)| *micros));
}

impl Measure for PurchaseMeasure {
    type Tally = PurchaseCell;
    type Notes = PurchaseNotes;
    type Answer = PurchaseStatsAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES.with_attributes()
    }

    fn height(&self) -> usize {
        if self.is_series() { self.periods.len() } else { 1 }
    }

    fn empty(&self) -> PurchaseCell {
        PurchaseCell::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<PurchaseCell>, notes: &mut PurchaseNotes) {
        note_attributes(&mut notes.attributes, history);
        notes.knows_discounts |= !history.discounts.is_empty();
        let PurchaseNotes { orders, free, referrers, .. } = notes;
        orders.clear();
        free.clear();
        for purchase in kept_purchases(history) {
            if purchase.net_micros() > 0 {
                orders.push((purchase.time, purchase.net_micros()));
            } else if self.span.contains(purchase.time) {
                free.push(purchase.time);
            }
        }
        if orders.is_empty() && free.is_empty() {
            return;
        }
        let Some(cell) = grid.of(history, PurchaseCell::default) else { return };
        let bought = Bought { history, orders, free };
        let first = orders.first().map(|(time, _)| *time);
        if first.is_some() {
            cell.whole.repeat_lifetime.add(orders.len() > 1);
        }
        self.add(&mut cell.whole, bought, self.span);
        let is_new = |span: Span| first.is_some_and(|first| span.contains(first));
        if is_new(self.span) {
            referrers.note(history, &self.question.referral_attribute, None);
        }
        if !self.is_series() {
            return;
        }
        for at in self.periods_of(bought) {
            let span = self.periods[at].span;
            self.add(cell.periods.cell(at, PurchaseTally::default), bought, span);
            if is_new(span) {
                referrers.note(history, &self.question.referral_attribute, Some(at));
            }
        }
    }

    fn answer(&self, mut counted: Counted<Self>, _: &Wanted) -> Result<PurchaseStatsAnswer, EngineError> {
        let PurchaseNotes { attributes, advocates, referrers, knows_discounts, .. } = counted.notes;
        let GetPurchaseStats { within_days, confidence, ref referral_attribute, .. } = self.question;
        let knows_referrals = attributes.iter().any(|name| **name == **referral_attribute);
        let telling = Telling { within_days, knows_referrals, knows_discounts, confidence };
        let mut whole = PurchaseTally::default();
        let mut rows = Vec::new();
        for (group, series) in counted.rows {
            let mut cell = series.into_cells().next().map_or_else(PurchaseCell::default, |(_, cell)| cell);
            cell.whole.referrals.advocates = advocates.of(&group, None);
            if self.is_series() {
                let lifetime = cell.whole.repeat_lifetime;
                whole.merge(cell.whole);
                rows.extend(self.rows_of_series(&group, (lifetime, cell.periods), &advocates, telling));
            } else if counted.is_grouped {
                let tally = cell.whole.settled();
                whole.merge(tally.clone());
                rows.push(telling.stats(&group, tally.finish(confidence)));
            } else {
                whole = cell.whole;
            }
        }
        let whole = telling.stats("", whole.finish(confidence));
        if *referral_attribute != REFERRED_BY && whole.orders > 0 {
            check_attribute("referral_attribute", referral_attribute, &[], &attributes)?;
        }
        if whole.orders == 0 {
            counted.provenance.warn(
                WarningCode::NoPurchases,
                "there is no order in this window; record transactions or widen the window",
            );
        }
        if !referrers.is_empty() && !advocates.any_known && counted.moment.filter.is_none() {
            counted.provenance.warn(
                WarningCode::NoAdvocates,
                format!(
                    "nobody whom the attribute {referral_attribute:?} names is among the customers asked about, so there are no advocates; give the ids of those who recommended us"
                ),
            );
        }
        Ok(PurchaseStatsAnswer { whole, rows, provenance: counted.provenance })
    }
}

impl Engine {
    /// Answers [`GetPurchaseStats`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun or an attribute nobody has,
    /// [`EngineError::AnswerTooLong`].
    pub async fn get_purchase_stats(
        &self,
        workspace: &WorkspaceName,
        question: GetPurchaseStats,
    ) -> Result<PurchaseStatsAnswer, EngineError> {
        let (scope, group_by) = (question.scope.clone(), question.group_by.as_deref());
        let asked = self.asked(workspace, scope, question.window, group_by).await?;
        let (span, group_by) = (asked.span, asked.group_by.clone());
        let periods =
            question.interval.map_or_else(Vec::new, |interval| asked.periods(interval).series(span));
        let spans = periods.iter().map(|period| period.span).collect();
        let measure = Arc::new(PurchaseMeasure {
            span,
            periods,
            as_of: asked.moment.as_of,
            zone: asked.moment.zone.clone(),
            today: asked.moment.today(),
            question,
        });
        let mut counted = self.count(workspace, asked, &measure).await?;
        // Who is an advocate shows only once all new customers are known.
        let referrers = counted.notes.referrers.clone();
        let advocates =
            self.advocates(workspace, &counted.moment, (span, spans), &group_by, referrers).await?;
        counted.notes.advocates = advocates;
        self.tell(&measure, counted).await
    }
}
