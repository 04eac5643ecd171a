//! What is counted of how a group buys.

use std::sync::Arc;

use lojal_scoring::purchasing::{DiscountSums, OrderSums, RobustMean};
use lojal_scoring::retention::Durations;
use serde::{Deserialize, Serialize};

use crate::ask::grid::Series;
use crate::ask::tally::Tally;
use crate::retention::purchase_referrals::Referrals;

/// Share of orders that a trimmed mean leaves out at each end.
const TRIMMED: f64 = 0.05;

/// A count of a count.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Share {
    pub(crate) hits: u64,
    pub(crate) of: u64,
}

impl Share {
    pub(crate) fn add(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.of += 1;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.hits += other.hits;
        self.of += other.of;
    }
}

/// What is counted of how a group buys.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PurchaseTally {
    /// Orders of customers in the window.
    pub(crate) sums: OrderSums,
    /// Orders in the window that cost nothing.
    pub(crate) zero_value_orders: u64,
    /// The middle of what orders in the window are worth, in micros.
    pub(crate) middle: Option<RobustMean>,
    /// What each order in the window is worth, in micros, and the same of parts that were merged; empty once summed up.
    pub(crate) values: Vec<i64>,
    merged: Vec<Arc<Vec<i64>>>,
    /// Customers with two or more orders ever.
    pub(crate) repeat_lifetime: Share,
    /// Customers with two or more orders in the window.
    pub(crate) repeat_in_window: Share,
    /// New customers, old enough, who ordered again in time.
    pub(crate) repeat_within: Share,
    /// Days from the first order of new customers to their second.
    pub(crate) to_second: Durations,
    /// Days between orders that end in the window.
    pub(crate) gaps: Durations,
    /// Days between orders that begin in the window, with the open ones.
    pub(crate) silences: Durations,
    /// New customers by whether somebody recommended us to them.
    pub(crate) referrals: Referrals,
    /// Orders in the window at a discount, of all in it.
    pub(crate) discounts: DiscountSums,
}

impl PurchaseTally {
    /// Sums up what each order is worth.
    pub(crate) fn finish(mut self, confidence: f64) -> Self {
        let parts = std::mem::take(&mut self.merged);
        let mut parts: Vec<&[i64]> = parts.iter().map(|part| part.as_slice()).collect();
        let own = std::mem::take(&mut self.values);
        parts.push(&own);
        self.middle = RobustMean::of(&parts, TRIMMED, confidence);
        self
    }

    /// Puts its values where merging need not copy them.
    pub(crate) fn settled(mut self) -> Self {
        self.merged.push(Arc::new(std::mem::take(&mut self.values)));
        self
    }
}

impl Tally for PurchaseTally {
    fn merge(&mut self, other: Self) {
        let other = other.settled();
        self.sums.merge(&other.sums);
        self.zero_value_orders += other.zero_value_orders;
        self.merged.extend(other.merged);
        self.repeat_lifetime.merge(other.repeat_lifetime);
        self.repeat_in_window.merge(other.repeat_in_window);
        self.repeat_within.merge(other.repeat_within);
        self.to_second.merge(&other.to_second);
        self.gaps.merge(&other.gaps);
        self.silences.merge(&other.silences);
        self.referrals.merge(&other.referrals);
        self.discounts.merge(&other.discounts);
    }
}

/// What is counted of how a group buys over the whole window, and in each period of a series.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PurchaseCell {
    pub(crate) whole: PurchaseTally,
    pub(crate) periods: Series<PurchaseTally>,
}

impl Tally for PurchaseCell {
    fn merge(&mut self, other: Self) {
        self.whole.merge(other.whole);
        self.periods.merge(other.periods);
    }
}
