//! How customers buy.

use lojal_domain::Currency;
use lojal_engine::{GetPurchaseStats, PurchaseStats, PurchaseStatsAnswer, REFERRED_BY};
use lojal_proto::v1;

use super::checks::{window_or, within};
use crate::error::Refusal;
use crate::words::{confidence, estimate, interval, period, provenance, scope_with, some, sum};

pub(crate) fn purchase_stats_question(
    request: v1::GetPurchaseStatsRequest,
) -> Result<GetPurchaseStats, Refusal> {
    let confidence = confidence(request.confidence)?;
    let days = request.within_days.map_or(i64::from(GetPurchaseStats::WITHIN_DAYS), i64::from);
    Ok(GetPurchaseStats {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, GetPurchaseStats::WINDOW)?,
        group_by: some(request.group_by),
        interval: interval(request.interval)?,
        confidence,
        within_days: within("within_days", days, 1..=3_650)? as u32,
        referral_attribute: some(request.referral_attribute).unwrap_or_else(|| REFERRED_BY.to_owned()),
    })
}

pub(crate) fn purchase_stats_answer(answer: PurchaseStatsAnswer) -> v1::GetPurchaseStatsResponse {
    let currency = answer.provenance.currency;
    v1::GetPurchaseStatsResponse {
        whole: Some(stats(answer.whole, currency)),
        rows: answer.rows.into_iter().map(|row| stats(row, currency)).collect(),
        provenance: Some(provenance(answer.provenance)),
    }
}

fn stats(of: PurchaseStats, currency: Currency) -> v1::PurchaseStats {
    v1::PurchaseStats {
        group: of.group,
        period: of.period.map(period),
        purchasers: of.purchasers as i64,
        orders: of.orders as i64,
        revenue: Some(sum(of.revenue_micros, currency)),
        zero_value_orders: of.zero_value_orders as i64,
        purchase_frequency: Some(estimate(of.purchase_frequency)),
        average_order_value: Some(estimate(of.average_order_value)),
        median_order_value: Some(estimate(of.median_order_value)),
        trimmed_mean_order_value: Some(estimate(of.trimmed_mean_order_value)),
        repeat_rate_lifetime: Some(estimate(of.repeat_rate_lifetime)),
        repeat_rate_in_window: Some(estimate(of.repeat_rate_in_window)),
        repeat_rate_within_days: Some(estimate(of.repeat_rate_within_days)),
        second_order_probability: Some(estimate(of.second_order_probability)),
        gap_days_mean: Some(estimate(of.gap_days_mean)),
        gap_days_median: of.gap_days_median,
        gap_days_p90: of.gap_days_p90,
        gap_days_median_adjusted: Some(estimate(of.gap_days_median_adjusted)),
        gap_days_p90_adjusted: Some(estimate(of.gap_days_p90_adjusted)),
        repeat_revenue_share: of.repeat_revenue_share,
        new_customers: of.new_customers as i64,
        referral_rate: Some(estimate(of.referral_rate)),
        advocates: of.advocates as i64,
        advocate_rate: Some(estimate(of.advocate_rate)),
        referred_customer_revenue: Some(estimate(of.referred_customer_revenue)),
        other_customer_revenue: Some(estimate(of.other_customer_revenue)),
        referred_revenue_ratio: Some(estimate(of.referred_revenue_ratio)),
        discount_order_share: Some(estimate(of.discount_order_share)),
        discount_revenue_share: Some(estimate(of.discount_revenue_share)),
        discount_dependent_customers: Some(estimate(of.discount_dependent_customers)),
        discounts: of.discounts_micros.map(|micros| sum(micros, currency)),
    }
}
