//! Backtests, comparisons and tracking.

use lojal_domain::Estimate;
use lojal_engine::{
    BacktestAnswer, BacktestResult, Comparison, Decile, ForecastAccuracy, ForecastScores, Forecaster,
    Landmark, MixtureScore, ModelStanding, TrackingAnswer, TrackingPoint,
};
use lojal_proto::v1;

use super::learner;
use super::models::{kind, parameter};
use crate::codes;
use crate::words::{date, estimate, provenance};

fn deciles(deciles: &[Decile]) -> Vec<v1::ForecastDecile> {
    let decile = |(decile, found): (i32, &Decile)| v1::ForecastDecile {
        decile,
        customers: found.customers as i64,
        expected: found.expected,
        actual: found.actual,
    };
    (1..).zip(deciles).map(decile).collect()
}

pub(super) fn scores(scores: &ForecastScores) -> v1::ForecastScores {
    let estimate = |of: &Option<Estimate>| of.clone().map(estimate);
    v1::ForecastScores {
        log_score: estimate(&scores.log_score),
        continuous_ranked_probability_score: estimate(&scores.crps),
        brier_score: estimate(&scores.brier_score),
        log_loss: estimate(&scores.log_loss),
        area_under_curve: estimate(&scores.area_under_curve),
        calibration_slope: estimate(&scores.calibration_slope),
        deciles: deciles(&scores.deciles),
    }
}

pub(super) fn accuracy(accuracy: &ForecastAccuracy) -> v1::ForecastAccuracy {
    let value = |of: &Option<Estimate>| of.as_ref().and_then(|of| of.value);
    let known = |of: &Estimate| of.value.unwrap_or_default();
    let of = |of: &Option<Estimate>| of.clone().map(estimate);
    v1::ForecastAccuracy {
        mean_absolute_error: known(&accuracy.mae),
        root_mean_squared_error: known(&accuracy.rmse),
        mean_squared_log_error: known(&accuracy.msle),
        correlation: value(&accuracy.pearson),
        rank_correlation: value(&accuracy.spearman),
        expected_total: accuracy.expected_sum,
        actual_total: accuracy.actual_sum,
        total_error_ratio: value(&accuracy.sum_error),
        top_decile_capture: value(&accuracy.top_decile_capture),
        top_fifth_capture: value(&accuracy.top_fifth_capture),
        deciles: deciles(&accuracy.deciles),
        estimates: Some(v1::ForecastAccuracyEstimates {
            mean_absolute_error: Some(estimate(accuracy.mae.clone())),
            root_mean_squared_error: Some(estimate(accuracy.rmse.clone())),
            mean_squared_log_error: Some(estimate(accuracy.msle.clone())),
            correlation: of(&accuracy.pearson),
            rank_correlation: of(&accuracy.spearman),
            total_error_ratio: of(&accuracy.sum_error),
            top_decile_capture: of(&accuracy.top_decile_capture),
            top_fifth_capture: of(&accuracy.top_fifth_capture),
            calibration_slope: of(&accuracy.slope),
        }),
    }
}

fn result(result: &BacktestResult) -> v1::BacktestResult {
    let model = match result.forecaster {
        Forecaster::Model(model) => kind(model),
        Forecaster::Naive(_) => v1::ModelKind::Unspecified,
    };
    let (warnings, warning_codes) = codes::warnings(result.warnings());
    v1::BacktestResult {
        forecaster: result.name().to_owned(),
        kind: model.into(),
        parameters: result.parameters().into_iter().map(parameter).collect(),
        log_likelihood: result.fit.as_ref().map(|fit| fit.log_likelihood),
        warnings,
        warning_codes,
        purchases: result.purchases.as_ref().map(accuracy),
        spend: result.spend.as_ref().map(accuracy),
        scores: result.scores.as_ref().map(scores),
        tracking_error_ratio: result.tracking.map(|tracking| tracking.increment_error),
        tracking_mean_error_ratio: result.tracking.map(|tracking| tracking.cumulative_mape),
        problem: result.problem.clone().unwrap_or_default(),
    }
}

pub(crate) fn backtest(answer: BacktestAnswer) -> v1::BacktestResponse {
    v1::BacktestResponse {
        result: answer.models.first().map(result),
        naive: answer.naive.iter().map(result).collect(),
        calibration_end: date(answer.calibration_end),
        holdout_end: date(answer.holdout_end),
        customers: answer.customers as i64,
        provenance: Some(provenance(answer.provenance)),
    }
}

pub(crate) fn comparison(comparison: Comparison) -> v1::CompareModelsResponse {
    let results = comparison.results().into_iter().map(result).collect();
    let landmark = |landmark: Landmark| v1::ForecastLandmark {
        calibration_end: date(landmark.calibration_end),
        holdout_end: date(landmark.holdout_end),
        customers: landmark.customers as i64,
        purchases: landmark.purchases as i64,
    };
    let standing = |standing: ModelStanding| v1::ModelStanding {
        kind: kind(standing.kind).into(),
        log_score: Some(estimate(standing.log_score)),
        log_score_behind: Some(estimate(standing.behind)),
        weight: Some(estimate(standing.weight)),
    };
    let mixture = |of: MixtureScore| v1::MixtureStanding {
        log_score: Some(estimate(of.log_score)),
        log_score_gain: Some(estimate(of.gain)),
    };
    let answer = comparison.answer;
    let (learner, own_pace) = learner::standings(comparison.learner);
    v1::CompareModelsResponse {
        results,
        best_kind: comparison.best.map_or(v1::ModelKind::Unspecified, kind).into(),
        reason: comparison.reason,
        landmarks: comparison.landmarks.into_iter().map(landmark).collect(),
        standings: comparison.standings.into_iter().map(standing).collect(),
        mixture: comparison.mixture.map(mixture),
        learner,
        own_pace,
        calibration_end: date(answer.calibration_end),
        holdout_end: date(answer.holdout_end),
        customers: answer.customers as i64,
        provenance: Some(provenance(answer.provenance)),
    }
}

pub(crate) fn tracking(answer: TrackingAnswer) -> v1::GetTrackingResponse {
    let point = |(period, point): (i32, TrackingPoint)| v1::TrackingPoint {
        period,
        date: date(point.last_day),
        expected_cumulative: point.expected.0,
        actual_cumulative: point.actual.0 as i64,
        expected: point.expected.1,
        actual: point.actual.1 as i64,
        is_holdout: point.is_holdout,
    };
    v1::GetTrackingResponse {
        points: (1..).zip(answer.points()).map(point).collect(),
        model_id: answer.model.id.clone(),
        calibration_end: date(answer.model.last_day),
        holdout_error_ratio: answer.error.map(|error| error.increment_error),
        holdout_mean_error_ratio: answer.error.map(|error| error.cumulative_mape),
        provenance: Some(provenance(answer.provenance)),
    }
}
