//! Which metrics there are, by the answer that they are fields of.

use lojal_proto::v1;

use super::measured::Number::{Count, Estimate, Money, Plain};
use super::measured::Unit::{
    Answers, Currency, Customers, Days, Orders, Points, Ratio, Score, Share, Surveys,
};
use super::measured::{Metric, metric};

pub(super) const NPS: &[Metric<v1::NpsRow>] = &[
    metric("nps", Points, |row| Estimate(row.nps.as_ref())),
    metric("promoters", Answers, |row| Count(row.promoters)),
    metric("passives", Answers, |row| Count(row.passives)),
    metric("detractors", Answers, |row| Count(row.detractors)),
];

pub(super) const CSAT: &[Metric<v1::ScoreRow>] = &[
    metric("csat", Share, |row| Estimate(row.top_box_share.as_ref())),
    metric("csat_mean", Score, |row| Estimate(row.mean.as_ref())),
    metric("csat_index", Points, |row| Estimate(row.index.as_ref())),
];

pub(super) const CES: &[Metric<v1::ScoreRow>] = &[
    metric("ces", Score, |row| Estimate(row.mean.as_ref())),
    metric("ces_top_box_share", Share, |row| Estimate(row.top_box_share.as_ref())),
    metric("ces_index", Points, |row| Estimate(row.index.as_ref())),
    metric("ces_net_easy", Share, |row| Estimate(row.net_easy.as_ref())),
];

pub(super) const TRUST: &[Metric<v1::ScoreRow>] = &[
    metric("trust_top_box_share", Share, |row| Estimate(row.top_box_share.as_ref())),
    metric("trust_mean", Score, |row| Estimate(row.mean.as_ref())),
    metric("trust_index", Points, |row| Estimate(row.index.as_ref())),
];

/// Of questions of one's own.
pub(super) const CUSTOM: &[Metric<v1::ScoreRow>] = &[
    metric("custom_top_box_share", Share, |row| Estimate(row.top_box_share.as_ref())),
    metric("custom_mean", Score, |row| Estimate(row.mean.as_ref())),
    metric("custom_index", Points, |row| Estimate(row.index.as_ref())),
];

pub(super) const PARTICIPATION: &[Metric<v1::ResponseRateRow>] = &[
    metric("invited", Surveys, |row| Count(row.invited)),
    metric("delivered", Surveys, |row| Count(row.delivered)),
    metric("completed", Surveys, |row| Count(row.completed)),
    metric("response_rate", Share, |row| Estimate(row.response_rate.as_ref())),
    metric("completion_rate", Share, |row| Estimate(row.completion_rate.as_ref())),
    metric("strict_response_rate", Share, |row| Estimate(row.strict_response_rate.as_ref())),
];

pub(super) const RETENTION: &[Metric<v1::RetentionRow>] = &[
    metric("customers_at_start", Customers, |row| Count(row.customers_at_start)),
    metric("customers_at_end", Customers, |row| Count(row.customers_at_end)),
    metric("lost_customers", Customers, |row| Count(row.lost_customers)),
    metric("retained_customers", Customers, |row| Count(row.retained_customers)),
    metric("set_retention_rate", Share, |row| Estimate(row.set_retention_rate.as_ref())),
    metric("headcount_retention_rate", Ratio, |row| Estimate(row.headcount_retention_rate.as_ref())),
    metric("reactivation_rate", Ratio, |row| Estimate(row.reactivation_rate.as_ref())),
    metric("churn_rate", Share, |row| Estimate(row.churn_rate.as_ref())),
];

pub(super) const LIFECYCLE: &[Metric<v1::LifecycleRow>] = &[
    metric("new_customers", Customers, |row| Count(row.new_customers)),
    metric("returning_customers", Customers, |row| Count(row.returning_customers)),
    metric("resurrected_customers", Customers, |row| Count(row.resurrected_customers)),
    metric("dormant_customers", Customers, |row| Count(row.dormant_customers)),
    metric("active_customers", Customers, |row| Count(row.active_customers)),
    metric("quick_ratio", Ratio, |row| Plain(row.quick_ratio)),
];

pub(super) const REVENUE: &[Metric<v1::RevenueRetentionRow>] = &[
    metric("total_revenue", Currency, |row| Money(row.total_revenue.as_ref())),
    metric("gross_revenue_retention", Share, |row| Estimate(row.gross_revenue_retention.as_ref())),
    metric("net_revenue_retention", Ratio, |row| Estimate(row.net_revenue_retention.as_ref())),
    metric("revenue_churn_rate", Share, |row| Estimate(row.revenue_churn_rate.as_ref())),
    metric("logo_churn_rate", Share, |row| Estimate(row.logo_churn_rate.as_ref())),
    metric("total_growth_rate", Ratio, |row| Plain(row.total_growth_rate)),
    metric("earned_growth_rate", Ratio, |row| Plain(row.earned_growth_rate)),
];

pub(super) const PURCHASES: &[Metric<v1::PurchaseStats>] = &[
    metric("purchasers", Customers, |row| Count(row.purchasers)),
    metric("orders", Orders, |row| Count(row.orders)),
    metric("revenue", Currency, |row| Money(row.revenue.as_ref())),
    metric("purchase_frequency", Orders, |row| Estimate(row.purchase_frequency.as_ref())),
    metric("average_order_value", Currency, |row| Estimate(row.average_order_value.as_ref())),
    metric("median_order_value", Currency, |row| Estimate(row.median_order_value.as_ref())),
    metric("trimmed_mean_order_value", Currency, |row| Estimate(row.trimmed_mean_order_value.as_ref())),
    metric("repeat_rate_lifetime", Share, |row| Estimate(row.repeat_rate_lifetime.as_ref())),
    metric("repeat_rate_in_window", Share, |row| Estimate(row.repeat_rate_in_window.as_ref())),
    metric("repeat_rate_within_days", Share, |row| Estimate(row.repeat_rate_within_days.as_ref())),
    metric("second_order_probability", Share, |row| Estimate(row.second_order_probability.as_ref())),
    metric("gap_days_mean", Days, |row| Estimate(row.gap_days_mean.as_ref())),
    metric("gap_days_median_adjusted", Days, |row| Estimate(row.gap_days_median_adjusted.as_ref())),
    metric("gap_days_p90_adjusted", Days, |row| Estimate(row.gap_days_p90_adjusted.as_ref())),
    metric("repeat_revenue_share", Share, |row| Plain(row.repeat_revenue_share)),
    metric("referral_rate", Share, |row| Estimate(row.referral_rate.as_ref())),
    metric("advocate_rate", Share, |row| Estimate(row.advocate_rate.as_ref())),
    metric("discount_order_share", Share, |row| Estimate(row.discount_order_share.as_ref())),
    metric("discount_revenue_share", Share, |row| Estimate(row.discount_revenue_share.as_ref())),
    metric("discount_dependent_customers", Share, |row| Estimate(row.discount_dependent_customers.as_ref())),
    metric("discounts", Currency, |row| Money(row.discounts.as_ref())),
];

fn names_of<R>(metrics: &'static [Metric<R>]) -> impl Iterator<Item = &'static str> {
    metrics.iter().map(|metric| metric.name)
}

/// The names of all, in the order in which they are told.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    names_of(NPS)
        .chain(names_of(CSAT))
        .chain(names_of(CES))
        .chain(names_of(TRUST))
        .chain(names_of(CUSTOM))
        .chain(names_of(PARTICIPATION))
        .chain(names_of(RETENTION))
        .chain(names_of(LIFECYCLE))
        .chain(names_of(REVENUE))
        .chain(names_of(PURCHASES))
}
