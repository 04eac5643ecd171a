//! How often do customers buy, for how much, and after how long?

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::{EventTime, History, MICROS_PER_DAY, Span, WarningCode, Window, WorkspaceName, Zone};
use lojal_store::{Parts, Wanted};

use crate::ask::groups::{GroupBy, Groups, note_attributes, unknown_attribute};
use crate::ask::periods::begun;
use crate::ask::purchases::kept_purchases;
use crate::retention::purchase_discounts::discounted;
use crate::retention::purchase_referrals::Referrers;
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

#[derive(Default)]
struct PurchasePart {
    groups: Groups<PurchaseTally>,
    attributes: BTreeSet<Arc<str>>,
    referrers: Referrers,
    knows_discounts: bool,
    /// Orders of the customer at hand.
    orders: Vec<(EventTime, i64)>,
}

/// How orders are counted; shared by all threads.
struct PurchaseCounting {
    question: GetPurchaseStats,
    span: Span,
    as_of: EventTime,
    zone: Zone,
    today: i32,
    group_by: GroupBy,
}

impl PurchaseCounting {
    fn visit(&self, part: &mut PurchasePart, history: &History<'_>) {
        note_attributes(&mut part.attributes, history);
        part.knows_discounts |= !history.discounts.is_empty();
        part.orders.clear();
        let mut free = 0;
        for purchase in kept_purchases(history) {
            if purchase.net_micros() > 0 {
                part.orders.push((purchase.time, purchase.net_micros()));
            } else {
                free += u64::from(self.span.contains(purchase.time));
            }
        }
        if part.orders.is_empty() && free == 0 {
            return;
        }
        let PurchasePart { groups, orders, referrers, .. } = part;
        let Some(stats) = self.group_by.tally(groups, history, PurchaseTally::default) else { return };
        stats.zero_value_orders += free;
        let Some((first, _)) = orders.first().copied() else { return };
        stats.repeat_lifetime.add(orders.len() > 1);

        let from = orders.partition_point(|(time, _)| *time < self.span.start);
        let to = orders.partition_point(|(time, _)| *time < self.span.end);
        let within = &orders[from..to];
        if !within.is_empty() {
            stats.repeat_in_window.add(within.len() > 1);
            let revenue: i128 = within.iter().map(|(_, micros)| i128::from(*micros)).sum();
            // The first ever is the first of the window, or lies before it.
            let of_first = if from == 0 { i128::from(within[0].1) } else { 0 };
            stats.sums.add(within.len() as u64, revenue, revenue - of_first);
            stats.discounts.add(within.len() as u64, revenue, discounted(history, self.span));
            stats.values.extend(within.iter().map(|(_, micros)| *micros));
        }
        self.add_days(stats, orders);
        if self.span.contains(first) {
            let second = orders.get(1).map(|(time, _)| *time);
            self.add_new(stats, first, second);
            let spent = within.iter().map(|(_, micros)| i128::from(*micros)).sum();
            stats.referrals.add(history, &self.question.referral_attribute, spent, referrers);
        }
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
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let span = begun(question.window, moment.as_of, &moment.zone)?;
        let counting = Arc::new(PurchaseCounting {
            span,
            as_of: moment.as_of,
            zone: moment.zone.clone(),
            today: moment.today(),
            group_by: GroupBy::new(question.group_by.as_deref(), 1, &moment)?,
            question,
        });
        let wanted = counting.group_by.parts(Parts::PURCHASES.with_attributes());
        let shared = counting.clone();
        let visit = move |part: &mut PurchasePart, history: &History<'_>| shared.visit(part, history);
        let parts = self.fold(workspace, &mut moment, wanted, PurchasePart::default, visit).await?;
        let PurchaseCounting { question, group_by, .. } = &*counting;
        let knows_referrals = parts
            .iter()
            .any(|part| part.attributes.iter().any(|name| **name == *question.referral_attribute));
        let knows_discounts = parts.iter().any(|part| part.knows_discounts);
        let attributes: BTreeSet<Arc<str>> =
            parts.iter().flat_map(|part| part.attributes.iter().cloned()).collect();
        let mut referrers = Referrers::default();
        let mut of_groups = Vec::with_capacity(parts.len());
        for part in parts {
            referrers.extend(part.referrers);
            of_groups.push(part.groups);
        }
        let groups =
            group_by.merge(of_groups, PurchaseTally::default, |sum, part| sum.merge(&part.settled()))?;
        let are_named = !referrers.is_empty();
        let advocates = self.advocates(workspace, &moment, span, group_by, referrers).await?;
        let mut whole = PurchaseTally::default();
        let mut rows = Vec::new();
        for (group, mut stats) in groups {
            stats.referrals.advocates = advocates.active.get(&*group).copied().unwrap_or(0);
            if group_by.is_some() {
                stats = stats.settled();
                whole.merge(&stats);
                stats.group = group.to_string();
                rows.push(stats);
            } else {
                whole = stats;
            }
        }
        let GetPurchaseStats { within_days, confidence, .. } = *question;
        let telling = Telling { within_days, knows_referrals, knows_discounts, confidence };
        let work = move |_: &Wanted| {
            let told = |tally: PurchaseTally| telling.stats(tally.finish(confidence));
            (told(whole), rows.into_iter().map(told).collect::<Vec<PurchaseStats>>())
        };
        let (whole, rows) = self.compute(work).await?;
        let is_own = question.referral_attribute != REFERRED_BY;
        if is_own && !knows_referrals && whole.orders > 0 {
            return Err(unknown_attribute("referral_attribute", &question.referral_attribute, &attributes));
        }
        let mut provenance = moment.provenance(DEFINITION, Some(span));
        if whole.orders == 0 {
            provenance.warn(
                WarningCode::NoPurchases,
                "there is no order in this window; record transactions or widen the window",
            );
        }
        if are_named && !advocates.any_known && moment.filter.is_none() {
            provenance.warn(
                WarningCode::NoAdvocates,
                format!(
                    "nobody whom the attribute {:?} names is among the customers asked about, so there are no advocates; give the ids of those who recommended us",
                    question.referral_attribute
                ),
            );
        }
        Ok(PurchaseStatsAnswer { whole, rows, provenance })
    }
}
