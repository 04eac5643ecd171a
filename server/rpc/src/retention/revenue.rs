//! Revenue of two periods compared.

use lojal_domain::{Currency, limits};
use lojal_engine::{
    ACQUISITION_SOURCE, GetRevenueRetention, RevenueComparison, RevenueRetentionAnswer, RevenueRetentionRow,
};
use lojal_proto::v1;
use lojal_scoring::retention::{Limits, Source, expanded_percentiles, spread};

use super::estimates::{confidence, limited, period, share, some, unknown, window_or, within};
use crate::error::Refusal;
use crate::words::{provenance, scope_with, sum};

const METHOD: &str = "bootstrap_expanded_percentile";
const EARNED_VALUES: [&str; 4] = ["referral", "word_of_mouth", "recommendation", "organic"];
const SEED: i64 = 1;

pub(crate) fn revenue_retention_question(
    request: v1::GetRevenueRetentionRequest,
) -> Result<(GetRevenueRetention, f64), Refusal> {
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
    let question = GetRevenueRetention {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, "12mo")?,
        group_by: some(request.group_by),
        comparison,
        source_given: given.is_some(),
        source_attribute: given.unwrap_or_else(|| ACQUISITION_SOURCE.to_owned()),
        earned_values: if request.earned_values.is_empty() {
            EARNED_VALUES.map(str::to_owned).to_vec()
        } else {
            request.earned_values
        },
        replicates: within("bootstrap_replicates", replicates, fewest..=most)? as usize,
        seed: request.bootstrap_seed.unwrap_or(SEED) as u64,
    };
    Ok((question, confidence))
}

pub(crate) fn revenue_retention_answer(
    answer: RevenueRetentionAnswer,
    confidence: f64,
) -> v1::GetRevenueRetentionResponse {
    let currency = answer.provenance.currency;
    v1::GetRevenueRetentionResponse {
        whole: Some(row(answer.whole, currency, confidence)),
        rows: answer.rows.into_iter().map(|each| row(each, currency, confidence)).collect(),
        prior_period: Some(period(answer.prior)),
        current_period: Some(period(answer.current)),
        bootstrap_replicates: answer.replicates as i32,
        bootstrap_seed: answer.seed as i64,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn row(row: RevenueRetentionRow, currency: Currency, confidence: f64) -> v1::RevenueRetentionRow {
    let (change, resampled) = (row.change, row.resampled.unwrap_or_default());
    let money = |micros: i128| Some(sum(micros, currency));
    let estimate = |value: Option<f64>, replicates: &[f64]| {
        let ends = value.and_then(|_| expanded_percentiles(replicates, confidence, change.customers));
        let limits = Limits { low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1) };
        let standard_error = value.and_then(|_| spread(replicates));
        Some(v1::Estimate { standard_error, ..limited(value, limits, change.customers, METHOD, confidence) })
    };
    let growth = change.earned_growth();
    let earned = growth.and_then(|growth| growth.rate());
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
        gross_revenue_retention: estimate(change.gross_retention(), &resampled.gross),
        net_revenue_retention: estimate(change.net_retention(), &resampled.net),
        revenue_churn_rate: estimate(change.revenue_churn(), &resampled.churn),
        logo_churn_rate: Some(share(change.lost, change.customers, confidence)),
        new_customers: change.new_customers.iter().sum::<u64>() as i64,
        new_customers_of_unknown_source: change.new_customers[Source::Unknown as usize] as i64,
        earned_new_revenue: money(of(Source::Earned)),
        bought_new_revenue: money(of(Source::Bought)),
        unknown_new_revenue: money(of(Source::Unknown)),
        reactivated_customers: change.reactivated_customers as i64,
        reactivated_revenue: money(change.reactivated_micros),
        total_growth_rate: growth.map(|growth| growth.total_growth),
        earned_growth_rate: earned,
        earned_growth_rate_low: growth.map(|growth| growth.rate_low),
        earned_growth_rate_high: growth.map(|growth| growth.rate_high),
        earned_growth_ratio: growth.zip(earned).and_then(|(growth, rate)| growth.ratio(rate)),
    }
}
