//! How often do customers buy, for how much, and after how long?

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::{EventTime, History, MICROS_PER_DAY, Span, WarningCode, Window, WorkspaceName, Zone};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::discounts::discounted;
use crate::ask::grid::Grid;
use crate::ask::groups::{check_attribute, note_attributes};
use crate::ask::measure::{Counted, Measure};
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::Tally;
use crate::retention::purchase_referrals::{Advocates, Referrers};
use crate::retention::purchase_stats::{PurchaseStats, Telling};
use crate::retention::purchase_tally::PurchaseTally;
use crate::retention::suggest_activity_window::add_silences;
use crate::{Engine, EngineError, Provenance, REFERRED_BY, Scope};

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
    /// All customers.
    pub whole: PurchaseStats,
    /// Each group, when asked for.
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
}

impl Tally for PurchaseNotes {
    fn merge(&mut self, other: Self) {
        self.attributes.extend(other.attributes);
        self.referrers.extend(other.referrers);
        self.knows_discounts |= other.knows_discounts;
    }
}

/// How orders are counted.
struct PurchaseMeasure {
    question: GetPurchaseStats,
    span: Span,
    as_of: EventTime,
    zone: Zone,
    today: i32,
}

impl PurchaseMeasure {
    /// What orders in the window say; there is at least one.
    fn add_orders(
        &self,
        tally: &mut PurchaseTally,
        history: &History<'_>,
        within: &[(EventTime, i64)],
        of_first: i128,
    ) {
        tally.repeat_in_window.add(within.len() > 1);
        let revenue: i128 = within.iter().map(|(_, micros)| i128::from(*micros)).sum();
        tally.sums.add(within.len() as u64, revenue, revenue - of_first);
        tally.discounts.add(within.len() as u64, revenue, discounted(history, self.span));
        tally.values.extend(within.iter().map(|(_, micros)| *micros));
    }

    /// The days between their orders.
    fn add_days(&self, stats: &mut PurchaseTally, orders: &[(EventTime, i64)]) {
        let mut last = i32::MAX;
        let gaps = &mut stats.gaps;
        let mut cut = self.zone.days();
        let days = orders.iter().map(|(time, _)| (*time, cut.day_of(*time))).inspect(|(time, day)| {
            if last < *day && self.span.contains(*time) {
                gaps.add((*day - last) as u32, true);
            }
            last = *day;
        });
        add_silences(&mut stats.silences, days, self.span, self.today);
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
}

impl Measure for PurchaseMeasure {
    type Tally = PurchaseTally;
    type Notes = PurchaseNotes;
    type Answer = PurchaseStatsAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES.with_attributes()
    }

    fn empty(&self) -> PurchaseTally {
        PurchaseTally::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<PurchaseTally>, notes: &mut PurchaseNotes) {
        note_attributes(&mut notes.attributes, history);
        notes.knows_discounts |= !history.discounts.is_empty();
        let PurchaseNotes { orders, referrers, .. } = notes;
        orders.clear();
        let mut free = 0;
        for purchase in kept_purchases(history) {
            if purchase.net_micros() > 0 {
                orders.push((purchase.time, purchase.net_micros()));
            } else {
                free += u64::from(self.span.contains(purchase.time));
            }
        }
        if orders.is_empty() && free == 0 {
            return;
        }
        let Some(tally) = grid.of(history, PurchaseTally::default) else { return };
        tally.zero_value_orders += free;
        let Some((first, _)) = orders.first().copied() else { return };
        tally.repeat_lifetime.add(orders.len() > 1);
        let from = orders.partition_point(|(time, _)| *time < self.span.start);
        let to = orders.partition_point(|(time, _)| *time < self.span.end);
        let within = &orders[from..to];
        if !within.is_empty() {
            // The first ever is the first of the window, or lies before it.
            let of_first = if from == 0 { i128::from(within[0].1) } else { 0 };
            self.add_orders(tally, history, within, of_first);
        }
        self.add_days(tally, orders);
        if self.span.contains(first) {
            let second = orders.get(1).map(|(time, _)| *time);
            self.add_new(tally, first, second);
            let spent = within.iter().map(|(_, micros)| i128::from(*micros)).sum();
            tally.referrals.add(history, &self.question.referral_attribute, spent, referrers);
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
            let mut tally =
                series.into_cells().next().map_or_else(PurchaseTally::default, |(_, tally)| tally);
            tally.referrals.advocates = advocates.active.get(&*group).copied().unwrap_or(0);
            if counted.is_grouped {
                tally = tally.settled();
                whole.merge(tally.clone());
                rows.push(telling.stats(&group, tally.finish(confidence)));
            } else {
                whole = tally;
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
        let measure = Arc::new(PurchaseMeasure {
            span,
            as_of: asked.moment.as_of,
            zone: asked.moment.zone.clone(),
            today: asked.moment.today(),
            question,
        });
        let mut counted = self.count(workspace, asked, &measure).await?;
        // Who is an advocate shows only once all new customers are known.
        let referrers = counted.notes.referrers.clone();
        let advocates = self.advocates(workspace, &counted.moment, span, &group_by, referrers).await?;
        counted.notes.advocates = advocates;
        self.tell(&measure, counted).await
    }
}
