//! What is said of how a group buys, from what was counted.

use lojal_domain::{Estimate, Method};
use lojal_scoring::purchasing::{DiscountSums, RobustMean, Spending, mean_time, time_median, time_quantile};
use lojal_scoring::retention::{KaplanMeier, Limits, SurvivalPoint};
use lojal_scoring::statistics::normal::two_sided_quantile;

use crate::Period;
use crate::ask::estimates::{limited, normal, share};
use crate::retention::purchase_referrals::Referrals;
use crate::retention::purchase_tally::{PurchaseTally, Share};

/// How a group buys.
#[derive(Clone, Debug)]
pub struct PurchaseStats {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// The period, which stands for the window; none without a series.
    pub period: Option<Period>,
    /// Customers with an order in the window.
    pub purchasers: u64,
    /// Orders in the window.
    pub orders: u64,
    /// What they brought, in millionths of the currency.
    pub revenue_micros: i128,
    /// Orders in the window that cost nothing, which are none.
    pub zero_value_orders: u64,
    /// Orders a purchaser.
    pub purchase_frequency: Estimate,
    /// Mean worth of an order, in currency units.
    pub average_order_value: Estimate,
    /// Median worth of an order, in currency units.
    pub median_order_value: Estimate,
    /// Mean worth of an order without the largest and smallest, in currency units.
    pub trimmed_mean_order_value: Estimate,
    /// Share of customers with two or more orders ever.
    pub repeat_rate_lifetime: Estimate,
    /// Share of purchasers with two or more orders in the window.
    pub repeat_rate_in_window: Estimate,
    /// Share of new customers, old enough, who ordered again in time.
    pub repeat_rate_within_days: Estimate,
    /// Probability that a new customer orders again in time, of all new customers.
    pub second_order_probability: Estimate,
    /// Mean days between orders.
    pub gap_days_mean: Estimate,
    /// Median days between orders.
    pub gap_days_median: Option<f64>,
    /// Days within which nine of ten orders follow the one before.
    pub gap_days_p90: Option<f64>,
    /// The median when silences that go on count for as long as they last.
    pub gap_days_median_adjusted: Estimate,
    /// The same of nine of ten.
    pub gap_days_p90_adjusted: Estimate,
    /// Share of revenue that is not of first orders.
    pub repeat_revenue_share: Option<f64>,
    /// Customers who first ordered in the window.
    pub new_customers: u64,
    /// Share of new customers whom somebody recommended us to.
    pub referral_rate: Estimate,
    /// Purchasers who recommended us to a new customer; 0 where nobody says who did.
    pub advocates: u64,
    /// Share of purchasers who did.
    pub advocate_rate: Estimate,
    /// What a new customer spent whom somebody recommended us to, in currency units.
    pub referred_customer_revenue: Estimate,
    /// What another new customer spent, in currency units.
    pub other_customer_revenue: Estimate,
    /// The one over the other.
    pub referred_revenue_ratio: Estimate,
    /// Share of orders at a discount.
    pub discount_order_share: Estimate,
    /// Share of revenue from orders at a discount.
    pub discount_revenue_share: Estimate,
    /// Share of those with several orders who order at a discount alone.
    pub discount_dependent_customers: Estimate,
    /// What was taken off, in millionths of the currency; none where nobody says.
    pub discounts_micros: Option<i128>,
}

/// What holds for all groups.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Telling {
    pub(crate) within_days: u32,
    pub(crate) knows_referrals: bool,
    pub(crate) knows_discounts: bool,
    pub(crate) confidence: f64,
}

impl Telling {
    #[expect(clippy::too_many_lines, reason = "a table: an estimate a field")]
    pub(crate) fn stats(&self, group: &str, tally: PurchaseTally) -> PurchaseStats {
        let confidence = self.confidence;
        let (sums, orders, discounts) = (tally.sums, tally.sums.orders, tally.discounts);
        let of = |counted: Share| share(counted.hits, counted.of, confidence);
        let mean = |value, error, n, method| normal(value, error, n, method, confidence);
        let middle = tally.middle;
        let gap = mean_time(&tally.gaps);
        let silences = KaplanMeier::new(&tally.silences);
        let days = |p| time_quantile(&tally.gaps, p).map(f64::from);
        let adjusted = |p| {
            let (value, limits) = (silences.quantile(p), silences.quantile_interval(p, confidence));
            limited(value.map(f64::from), limits, tally.silences.total(), Method::KaplanMeier, confidence)
        };
        let referrals = self.knows_referrals.then_some(&tally.referrals);
        let spent = |of: fn(&Referrals) -> &Spending| match referrals.map(of) {
            Some(of) => normal(of.mean(), of.error(), of.customers, Method::Mean, confidence),
            None => Estimate::undefined(Method::Mean),
        };
        let share_of = |hits: fn(&Referrals) -> u64, n: u64| match referrals {
            Some(referrals) => share(hits(referrals), n, confidence),
            None => Estimate::undefined(Method::Wilson),
        };
        PurchaseStats {
            purchasers: sums.purchasers,
            orders,
            revenue_micros: sums.revenue_micros,
            zero_value_orders: tally.zero_value_orders,
            purchase_frequency: mean(sums.frequency(), sums.frequency_error(), sums.purchasers, Method::Mean),
            average_order_value: mean(
                sums.order_value(),
                sums.order_value_error(),
                orders,
                Method::RatioByCustomer,
            ),
            median_order_value: median(middle, orders, confidence),
            trimmed_mean_order_value: mean(
                middle.map(|found| found.trimmed_mean / 1e6),
                middle.and_then(|found| found.trimmed_error).map(|error| error / 1e6),
                orders,
                Method::TrimmedMean,
            ),
            repeat_rate_lifetime: of(tally.repeat_lifetime),
            repeat_rate_in_window: of(tally.repeat_in_window),
            repeat_rate_within_days: of(tally.repeat_within),
            second_order_probability: self.second_order(&tally),
            gap_days_mean: mean(
                gap.map(|gap| gap.0),
                gap.and_then(|gap| gap.1),
                tally.gaps.events(),
                Method::Mean,
            ),
            gap_days_median: time_median(&tally.gaps),
            gap_days_p90: days(0.9),
            gap_days_median_adjusted: adjusted(0.5),
            gap_days_p90_adjusted: adjusted(0.9),
            repeat_revenue_share: sums.repeat_share(),
            new_customers: tally.referrals.new_customers(),
            discount_order_share: self.discount(share(discounts.discounted_orders, orders, confidence)),
            discount_revenue_share: self.discount(self.discount_revenue_share(&discounts)),
            discount_dependent_customers: self.discount(share(
                discounts.dependent,
                discounts.frequent,
                confidence,
            )),
            discounts_micros: self.knows_discounts.then_some(discounts.taken_micros),
            referral_rate: share_of(|of| of.referred.customers, tally.referrals.new_customers()),
            advocates: referrals.map_or(0, |of| of.advocates),
            advocate_rate: share_of(|of| of.advocates, sums.purchasers),
            referred_customer_revenue: spent(|of| &of.referred),
            other_customer_revenue: spent(|of| &of.others),
            referred_revenue_ratio: match referrals {
                Some(referrals) => self.ratio(referrals),
                None => Estimate::undefined(Method::LogDelta),
            },
            group: group.to_owned(),
            period: None,
        }
    }

    /// A measure of discounts, which is undefined where nobody says what was taken off.
    fn discount(&self, estimate: Estimate) -> Estimate {
        if self.knows_discounts { estimate } else { Estimate::undefined(estimate.methods) }
    }

    fn discount_revenue_share(&self, discounts: &DiscountSums) -> Estimate {
        let (value, error) = (discounts.revenue_share(), discounts.revenue_share_error());
        let estimate = normal(value, error, discounts.orders, Method::RatioByCustomer, self.confidence);
        Estimate { high: estimate.high.map(|high| high.min(1.0)), ..estimate }
    }

    fn ratio(&self, referrals: &Referrals) -> Estimate {
        let found = referrals.referred.ratio(&referrals.others);
        let ends = found.and_then(|found| found.interval(two_sided_quantile(self.confidence)));
        let limits = Limits { low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1) };
        let (value, n) = (found.map(|found| found.ratio), referrals.new_customers());
        limited(value, limits, n, Method::LogDelta, self.confidence)
            .give_or_take(found.and_then(|found| found.error()))
    }

    /// One minus the curve of having ordered only once.
    fn second_order(&self, tally: &PurchaseTally) -> Estimate {
        let curve = KaplanMeier::new(&tally.to_second);
        let value = curve.survival(self.within_days).map(|survival| 1.0 - survival);
        let point = value.and_then(|_| curve.at(self.within_days));
        let limits = point.map(|point| point.interval(self.confidence)).unwrap_or_default();
        let turned = Limits { low: limits.high.map(|end| 1.0 - end), high: limits.low.map(|end| 1.0 - end) };
        limited(value, turned, tally.to_second.total(), Method::KaplanMeier, self.confidence)
            .give_or_take(point.and_then(SurvivalPoint::standard_error))
    }
}

fn median(middle: Option<RobustMean>, n: u64, confidence: f64) -> Estimate {
    let of = |part: fn(&RobustMean) -> f64| middle.as_ref().map(|found| part(found) / 1e6);
    let limits = Limits { low: of(|found| found.median_low), high: of(|found| found.median_high) };
    limited(of(|found| found.median), limits, n, Method::OrderStatistics, confidence)
}
