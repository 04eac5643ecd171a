//! Backtests, comparisons and tracking.

use lojal_engine::{BacktestAnswer, BacktestResult, Comparison, Forecaster, TrackingAnswer};
use lojal_proto::v1;
use lojal_scoring::clv::{Accuracy, NaiveRule};

use super::estimates::date;
use super::models::{kind, parameters};
use crate::words::provenance;

const fn rule(rule: NaiveRule) -> &'static str {
    match rule {
        NaiveRule::SameRate => "same rate",
        NaiveRule::SamePeriod => "same period",
        NaiveRule::Hiatus => "hiatus",
    }
}

fn accuracy(accuracy: Accuracy) -> v1::ForecastAccuracy {
    let deciles = (1..).zip(accuracy.deciles);
    v1::ForecastAccuracy {
        mean_absolute_error: accuracy.mae,
        root_mean_squared_error: accuracy.rmse,
        mean_squared_log_error: accuracy.msle,
        correlation: accuracy.pearson,
        rank_correlation: accuracy.spearman,
        expected_total: accuracy.expected_sum,
        actual_total: accuracy.actual_sum,
        total_error_ratio: accuracy.sum_error,
        top_decile_capture: accuracy.top_decile_capture,
        top_fifth_capture: accuracy.top_fifth_capture,
        deciles: deciles
            .map(|(decile, found)| v1::ForecastDecile {
                decile,
                customers: found.customers as i64,
                expected: found.expected,
                actual: found.actual,
            })
            .collect(),
    }
}

fn result(result: BacktestResult) -> v1::BacktestResult {
    let (forecaster, model) = match result.forecaster {
        Forecaster::Model(model) => (model.name(), kind(model)),
        Forecaster::Naive(naive) => (rule(naive), v1::ModelKind::Unspecified),
    };
    v1::BacktestResult {
        forecaster: forecaster.to_owned(),
        kind: model.into(),
        parameters: result.fit.as_ref().map(parameters).unwrap_or_default(),
        log_likelihood: result.fit.as_ref().map(|fit| fit.log_likelihood),
        warnings: result.warnings(),
        purchases: result.purchases.map(accuracy),
        spend: result.spend.map(accuracy),
        tracking_error_ratio: result.tracking.map(|tracking| tracking.increment_error),
        tracking_mean_error_ratio: result.tracking.map(|tracking| tracking.cumulative_mape),
        problem: result.problem.unwrap_or_default(),
    }
}

pub(crate) fn backtest(answer: BacktestAnswer) -> v1::BacktestResponse {
    v1::BacktestResponse {
        result: answer.models.into_iter().next().map(result),
        naive: answer.naive.into_iter().map(result).collect(),
        calibration_end: date(answer.calibration_end),
        holdout_end: date(answer.holdout_end),
        customers: answer.customers as i64,
        provenance: Some(provenance(answer.provenance)),
    }
}

pub(crate) fn comparison(comparison: Comparison) -> v1::CompareModelsResponse {
    let answer = comparison.answer;
    let mut results: Vec<BacktestResult> = answer.models.into_iter().chain(answer.naive).collect();
    results.sort_by(|a, b| a.rmse().total_cmp(&b.rmse()));
    v1::CompareModelsResponse {
        results: results.into_iter().map(result).collect(),
        best_kind: comparison.best.map_or(v1::ModelKind::Unspecified, kind).into(),
        reason: comparison.reason,
        calibration_end: date(answer.calibration_end),
        holdout_end: date(answer.holdout_end),
        customers: answer.customers as i64,
        provenance: Some(provenance(answer.provenance)),
    }
}

pub(crate) fn tracking(answer: TrackingAnswer) -> v1::GetTrackingResponse {
    let curve = &answer.tracking;
    let before = |curve: &[f64], i: usize| if i == 0 { 0.0 } else { curve[i - 1] };
    let point = |i: usize| v1::TrackingPoint {
        period: i as i32 + 1,
        date: date(curve.last_days[i]),
        expected_cumulative: curve.expected[i],
        actual_cumulative: curve.actual[i] as i64,
        expected: curve.expected[i] - before(&curve.expected, i),
        actual: (curve.actual[i] - before(&curve.actual, i)) as i64,
        is_holdout: curve.last_days[i] > answer.model.last_day,
    };
    v1::GetTrackingResponse {
        points: (0..curve.last_days.len()).map(point).collect(),
        model_id: answer.model.id.clone(),
        calibration_end: date(answer.model.last_day),
        holdout_error_ratio: answer.error.map(|error| error.increment_error),
        holdout_mean_error_ratio: answer.error.map(|error| error.cumulative_mape),
        provenance: Some(provenance(answer.provenance)),
    }
}
