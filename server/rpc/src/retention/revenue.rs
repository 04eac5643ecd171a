//! Revenue of two periods compared.

use lojal_domain::{Currency, limits};
use lojal_engine::{
    ACQUISITION_SOURCE, GetRevenueRetention, RevenueComparison, RevenueRetentionAnswer, RevenueRetentionRow,
    Source,
};
use lojal_proto::v1;

use super::checks::{window_or, within};
use crate::error::Refusal;
use crate::words::{confidence, estimate, period, provenance, scope_with, some, sum, unknown};

pub(crate) fn revenue_retention_question(
    request: v1::GetRevenueRetentionRequest,
) -> Result<GetRevenueRetention, Refusal> {
    let confidence = confidence(request.confidence)?;
    let comparison = match request.comparison.try_into().map_err(|_| unknown("comparison"))? {
        v1::RevenueComparison::Unspecified | v1::RevenueComparison::Previous => RevenueComparison::Previous,
        v1::RevenueComparison::YearEarlier => RevenueComparison::YearEarlier,
    };
    if request.earned_values.len() > limits::EARNED_VALUES {
        let problem =
            format!("are {}; at most {} are allowed", request.earned_values.len(), limits::EARNED_VALUES);
        return Err(Refusal::field("earned_values", problem));
    }
    let allowed = limits::BOOTSTRAP_REPLICATES;
    let (fewest, most) = (*allowed.start() as i64, *allowed.end() as i64);
    let replicates = request.bootstrap_replicates.map_or(most, i64::from);
    let given = some(request.source_attribute);
    Ok(GetRevenueRetention {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, GetRevenueRetention::WINDOW)?,
        group_by: some(request.group_by),
        comparison,
        source_given: given.is_some(),
        source_attribute: given.unwrap_or_else(|| ACQUISITION_SOURCE.to_owned()),
        earned_values: if request.earned_values.is_empty() {
            GetRevenueRetention::EARNED_VALUES.map(str::to_owned).to_vec()
        } else {
            request.earned_values
        },
        replicates: within("bootstrap_replicates", replicates, fewest..=most)? as usize,
        seed: request.bootstrap_seed.map_or(GetRevenueRetention::SEED, |seed| seed as u64),
        confidence,
    })
}

pub(crate) fn revenue_retention_answer(answer: RevenueRetentionAnswer) -> v1::GetRevenueRetentionResponse {
    let currency = answer.provenance.currency;
    v1::GetRevenueRetentionResponse {
        whole: Some(row(answer.whole, currency)),
        rows: answer.rows.into_iter().map(|each| row(each, currency)).collect(),
        prior_period: Some(period(answer.prior)),
        current_period: Some(period(answer.current)),
        bootstrap_replicates: answer.replicates as i32,
        bootstrap_seed: answer.seed as i64,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn row(row: RevenueRetentionRow, currency: Currency) -> v1::RevenueRetentionRow {
    let (change, growth) = (row.change, row.growth);
    let money = |micros: i128| Some(sum(micros, currency));
    let of = |source: Source| change.new_micros[source as usize];
    v1::RevenueRetentionRow {
        group: row.group,
        base_customers: change.customers as i64,
        lost_customers: change.lost as i64,
        prior_revenue: money(change.prior_micros),
        total_revenue: money(change.total_micros()),
        base_revenue: money(change.base_micros()),
        expansion: money(change.expansion_micros),
        contraction: money(change.contraction_micros),
        churned_revenue: money(change.churned_micros),
        gross_revenue_retention: Some(estimate(row.gross_revenue_retention)),
        net_revenue_retention: Some(estimate(row.net_revenue_retention)),
        revenue_churn_rate: Some(estimate(row.revenue_churn_rate)),
        logo_churn_rate: Some(estimate(row.logo_churn_rate)),
        new_customers: change.new_customers.iter().sum::<u64>() as i64,
        new_customers_of_unknown_source: change.new_customers[Source::Unknown as usize] as i64,
        earned_new_revenue: money(of(Source::Earned)),
        bought_new_revenue: money(of(Source::Bought)),
        unknown_new_revenue: money(of(Source::Unknown)),
        reactivated_customers: change.reactivated_customers as i64,
        reactivated_revenue: money(change.reactivated_micros),
        total_growth_rate: growth.map(|growth| growth.total_rate),
        earned_growth_rate: growth.and_then(|growth| growth.earned_rate),
        earned_growth_rate_low: growth.map(|growth| growth.earned_rate_low),
        earned_growth_rate_high: growth.map(|growth| growth.earned_rate_high),
        earned_growth_ratio: growth.and_then(|growth| growth.earned_ratio),
    }
}
