//! Predictions.

use lojal_engine::{
    AlivePoint, Basis, BasisShares, ChurnRisk, CustomerForecast, EstimatedPrediction, EstimatedTotals,
    OutcomeRange, Prediction, PredictionsSummary, PurchaseDistribution,
};
use lojal_proto::v1;

use super::learner::{moved_odds, moved_pace};
use crate::words::{date, estimate, provenance};

const fn basis(basis: Basis) -> v1::PredictionBasis {
    match basis {
        Basis::Individual => v1::PredictionBasis::Individual,
        Basis::Segment => v1::PredictionBasis::Segment,
        Basis::Population => v1::PredictionBasis::Population,
        Basis::Prior => v1::PredictionBasis::Prior,
    }
}

pub(super) const fn risk(risk: Option<ChurnRisk>) -> v1::ChurnRisk {
    match risk {
        None => v1::ChurnRisk::Unspecified,
        Some(ChurnRisk::Low) => v1::ChurnRisk::Low,
        Some(ChurnRisk::Medium) => v1::ChurnRisk::Medium,
        Some(ChurnRisk::High) => v1::ChurnRisk::High,
    }
}

pub(crate) fn prediction(prediction: Prediction, estimated: EstimatedPrediction) -> v1::Prediction {
    v1::Prediction {
        customer_id: prediction.customer,
        alive_probability: Some(estimate(estimated.alive_probability)),
        expected_purchases: Some(estimate(estimated.expected_purchases)),
        expected_value: Some(estimate(estimated.expected_value)),
        clv: Some(estimate(estimated.clv)),
        frequency: prediction.frequency as i32,
        recency_days: prediction.recency_days as i32,
        age_days: prediction.age_days as i32,
        repeat_purchase_days: prediction.frequency as i32,
        days_first_to_last: prediction.recency_days as i32,
        days_followed: prediction.age_days as i32,
        mean_value: prediction.mean_value,
        basis: basis(prediction.basis).into(),
        alive_probability_at_horizon: None,
        purchase_probability: Some(estimate(estimated.purchase_probability)),
        recalibrated_purchases: estimated.recalibrated_purchases.map(estimate),
        recalibrated_clv: estimated.recalibrated_clv.map(estimate),
        churn_probability: Some(estimate(estimated.churn_probability)),
        churn_risk: risk(estimated.churn_risk).into(),
        clv_if_alive: Some(estimate(estimated.clv_if_alive)),
        value_at_risk: Some(estimate(estimated.value_at_risk)),
        purchases_range: prediction.ranges.purchases.map(outcome_range),
        spend_range: prediction.ranges.spend.map(outcome_range),
        basis_shares: prediction.shares.map(basis_shares),
    }
}

pub(super) const fn basis_shares(shares: BasisShares) -> v1::BasisShares {
    let BasisShares { individual, segment, population, prior } = shares;
    v1::BasisShares { individual, segment, population, prior }
}

const fn outcome_range(range: OutcomeRange) -> v1::OutcomeRange {
    let OutcomeRange { median, low_80, high_80, low_95, high_95, probability_80, probability_95 } = range;
    v1::OutcomeRange { median, low_80, high_80, low_95, high_95, probability_80, probability_95 }
}

pub(crate) fn customer_forecast(forecast: CustomerForecast) -> v1::PredictCustomerResponse {
    let (estimated, at_horizon) = (forecast.estimated(), forecast.estimated_alive_at_horizon());
    let mut one = prediction(forecast.prediction, estimated);
    one.alive_probability_at_horizon = at_horizon.map(estimate);
    let (next_purchase, more_purchases_probability) =
        forecast.distribution.as_ref().map_or((None, None), |all| (wait(all), all.more));
    let purchase_probabilities = forecast.distribution.map_or(Vec::new(), probabilities);
    v1::PredictCustomerResponse {
        prediction: Some(one),
        model_id: forecast.model.id.clone(),
        provenance: Some(provenance(forecast.provenance)),
        purchase_probabilities,
        next_purchase,
        alive_history: forecast.alive_history.into_iter().map(alive_point).collect(),
        more_purchases_probability,
        moved_odds: forecast.moved_odds.map(moved_odds),
        moved_pace: forecast.moved_pace.map(moved_pace),
    }
}

fn wait(distribution: &PurchaseDistribution) -> Option<v1::WaitingTime> {
    let [days_p10, days_p50, days_p90] = distribution.wait_days?;
    Some(v1::WaitingTime { days_p10, days_p50, days_p90 })
}

fn probabilities(distribution: PurchaseDistribution) -> Vec<v1::PurchaseProbability> {
    let numbered = (0..).zip(distribution.probabilities);
    numbered.map(|(purchases, probability)| v1::PurchaseProbability { purchases, probability }).collect()
}

fn alive_point(point: AlivePoint) -> v1::AlivePoint {
    v1::AlivePoint { date: date(point.day), alive_probability: point.probability, purchased: point.purchased }
}

pub(crate) fn totals(totals: EstimatedTotals) -> v1::PredictionTotals {
    v1::PredictionTotals {
        customers: totals.customers as i64,
        alive_customers: Some(estimate(totals.alive_customers)),
        expected_purchases: Some(estimate(totals.expected_purchases)),
        clv: Some(estimate(totals.clv)),
        value_at_risk: Some(estimate(totals.value_at_risk)),
        recalibrated_purchases: totals.recalibrated_purchases.map(estimate),
        recalibrated_clv: totals.recalibrated_clv.map(estimate),
        purchases_range: totals.ranges.purchases.map(outcome_range),
        spend_range: totals.ranges.spend.map(outcome_range),
    }
}

pub(crate) fn summary_answer(summary: PredictionsSummary) -> v1::SummarizePredictionsResponse {
    v1::SummarizePredictionsResponse {
        whole: Some(summary_of(String::new(), summary.whole)),
        rows: summary.rows.into_iter().map(|(group, totals)| summary_of(group, totals)).collect(),
        model_id: summary.model.id.clone(),
        provenance: Some(provenance(summary.provenance)),
    }
}

pub(super) fn summary_of(group: String, totals: EstimatedTotals) -> v1::PredictionSummary {
    v1::PredictionSummary {
        group,
        customers: totals.customers as i64,
        alive_customers: Some(estimate(totals.alive_customers)),
        expected_purchases: Some(estimate(totals.expected_purchases)),
        clv: Some(estimate(totals.clv)),
        value_at_risk: Some(estimate(totals.value_at_risk)),
        recalibrated_purchases: totals.recalibrated_purchases.map(estimate),
        recalibrated_clv: totals.recalibrated_clv.map(estimate),
        purchases_range: totals.ranges.purchases.map(outcome_range),
        spend_range: totals.ranges.spend.map(outcome_range),
    }
}
