//! Revenue of two periods compared, and how unequally customers bring it.

use lojal_domain::{Currency, limits};
use lojal_engine::{
    ACQUISITION_SOURCE, ConcentrationAnswer, ConcentrationRow, GetRevenueConcentration, GetRevenueRetention,
    RevenueComparison, RevenueRetentionAnswer, RevenueRetentionRow, Source,
};
use lojal_proto::v1;

use super::checks::{window_or, within};
use crate::error::Refusal;
use crate::words::{
    confidence, estimate, filled_list, interval, period, provenance, scope_of_outcome, scope_with, some, sum,
    unknown,
};

pub(crate) fn revenue_retention_question(
    request: v1::GetRevenueRetentionRequest,
) -> Result<GetRevenueRetention, Refusal> {
    let confidence = confidence(request.confidence)?;
    let comparison = match request.comparison.try_into().map_err(|_| unknown("comparison"))? {
        v1::RevenueComparison::Unspecified | v1::RevenueComparison::Previous => RevenueComparison::Previous,
        v1::RevenueComparison::YearEarlier => RevenueComparison::YearEarlier,
    };
    let earned_values = filled_list(request.earned_values);
    if earned_values.len() > limits::EARNED_VALUES {
        let problem = format!("are {}; at most {} are allowed", earned_values.len(), limits::EARNED_VALUES);
        return Err(Refusal::field("earned_values", problem));
    }
    let given = some(request.source_attribute);
    Ok(GetRevenueRetention {
        scope: scope_of_outcome(request.as_of, request.known_at, &request.filter, request.facts_as_of)?,
        window: window_or(&request.window, GetRevenueRetention::WINDOW)?,
        group_by: some(request.group_by),
        interval: interval(request.interval)?,
        comparison,
        source_given: given.is_some(),
        source_attribute: given.unwrap_or_else(|| ACQUISITION_SOURCE.to_owned()),
        earned_values: if earned_values.is_empty() {
            GetRevenueRetention::EARNED_VALUES.map(str::to_owned).to_vec()
        } else {
            earned_values
        },
        replicates: replicates(request.bootstrap_replicates)?,
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
        period: row.period.map(period),
        prior_period: row.prior_period.map(period),
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

/// Replicates of a bootstrap; as many as there may be where a question names none.
fn replicates(given: Option<i32>) -> Result<usize, Refusal> {
    let allowed = limits::BOOTSTRAP_REPLICATES;
    let (fewest, most) = (*allowed.start() as i64, *allowed.end() as i64);
    Ok(within("bootstrap_replicates", given.map_or(most, i64::from), fewest..=most)? as usize)
}

pub(crate) fn concentration_question(
    request: v1::GetRevenueConcentrationRequest,
) -> Result<GetRevenueConcentration, Refusal> {
    let top = request.top_fraction.unwrap_or(GetRevenueConcentration::TOP);
    if !(top > 0.0 && top <= 0.5) {
        return Err(Refusal::field(
            "top_fraction",
            format!("is {top}; choose a share of customers above 0 and at most 0.5, such as 0.1"),
        ));
    }
    Ok(GetRevenueConcentration {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, GetRevenueConcentration::WINDOW)?,
        group_by: some(request.group_by),
        interval: interval(request.interval)?,
        top,
        replicates: replicates(request.bootstrap_replicates)?,
        seed: request.bootstrap_seed.map_or(GetRevenueConcentration::SEED, |seed| seed as u64),
        confidence: confidence(request.confidence)?,
    })
}

pub(crate) fn concentration_answer(answer: ConcentrationAnswer) -> v1::GetRevenueConcentrationResponse {
    let currency = answer.provenance.currency;
    v1::GetRevenueConcentrationResponse {
        whole: Some(concentration_row(answer.whole, currency)),
        rows: answer.rows.into_iter().map(|row| concentration_row(row, currency)).collect(),
        top_fraction: answer.top,
        bootstrap_replicates: answer.replicates as i32,
        bootstrap_seed: answer.seed as i64,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn concentration_row(row: ConcentrationRow, currency: Currency) -> v1::RevenueConcentrationRow {
    v1::RevenueConcentrationRow {
        group: row.group,
        period: row.period.map(period),
        customers: row.customers as i64,
        revenue: Some(sum(row.revenue_micros, currency)),
        gini: Some(estimate(row.gini)),
        top_share: Some(estimate(row.top_share)),
    }
}
