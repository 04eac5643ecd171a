//! Fitted models, and how far a fit is.

use lojal_domain::EventTime;
use lojal_engine::{FitStage, FittedModel};
use lojal_proto::v1;
use lojal_scoring::clv::{
    Coefficient, CovariateFit, LikelihoodRatioTest, PurchaseFit, PurchaseModelKind, Termination, TimeUnit,
};

use super::estimates::{date, how_estimated, how_valued};
use crate::words::timestamp;

/// Normal quantile of the 95 % intervals of parameters.
const Z95: f64 = 1.959_963_984_540_054;

pub(crate) fn progress(stage: FitStage) -> v1::FitProgress {
    let (stage, iterations, log_likelihood) = match stage {
        FitStage::Reading => ("reading histories".to_owned(), 0, None),
        FitStage::Comparing => ("comparing models".to_owned(), 0, None),
        FitStage::Bootstrapping { done } => ("bootstrap".to_owned(), done as i32, None),
        FitStage::Fitting { model, iterations, log_likelihood } => {
            (format!("fitting {model}"), iterations as i32, Some(log_likelihood))
        }
    };
    v1::FitProgress { stage, iterations, log_likelihood }
}

pub(super) fn kind(kind: PurchaseModelKind) -> v1::ModelKind {
    match kind {
        PurchaseModelKind::BgNbd => v1::ModelKind::BgNbd,
        PurchaseModelKind::MbgNbd => v1::ModelKind::MbgNbd,
        PurchaseModelKind::ParetoNbd => v1::ModelKind::ParetoNbd,
        PurchaseModelKind::BgCnbd => v1::ModelKind::BgCnbdK,
        PurchaseModelKind::MbgCnbd => v1::ModelKind::MbgCnbdK,
        PurchaseModelKind::Nbd => v1::ModelKind::Nbd,
        PurchaseModelKind::BgBb => v1::ModelKind::BgBb,
    }
}

fn time_unit(unit: TimeUnit) -> v1::TimeUnit {
    match unit {
        TimeUnit::Day => v1::TimeUnit::Day,
        TimeUnit::Week => v1::TimeUnit::Week,
        TimeUnit::Month => v1::TimeUnit::Month,
        TimeUnit::Year => v1::TimeUnit::Year,
    }
}

fn parameter(
    name: &str,
    value: f64,
    standard_error: Option<f64>,
    log_variance: f64,
    (how, n): (&str, u64),
) -> v1::Parameter {
    // On the log scale, where the likelihood is closest to a parabola and an end below zero is impossible.
    let factor = standard_error.map(|_| (Z95 * log_variance.max(0.0).sqrt()).exp());
    let estimate = v1::Estimate {
        value: Some(value),
        ci_low: factor.map(|factor| value / factor),
        ci_high: factor.map(|factor| value * factor),
        confidence: if factor.is_some() { 0.95 } else { 0.0 },
        n: n as i64,
        standard_error,
        method: how.to_owned(),
        warnings: Vec::new(),
    };
    v1::Parameter { name: name.to_owned(), estimate: Some(estimate) }
}

/// The coefficients of covariates: logarithms of factors, so the interval is symmetric as they are.
fn coefficients(fit: &CovariateFit, n: u64) -> Vec<v1::Parameter> {
    let one = |coefficient: &Coefficient| {
        let (value, error) = (coefficient.value, coefficient.standard_error);
        let estimate = v1::Estimate {
            value: Some(value),
            ci_low: error.map(|error| value - Z95 * error),
            ci_high: error.map(|error| value + Z95 * error),
            confidence: if error.is_some() { 0.95 } else { 0.0 },
            n: n as i64,
            standard_error: error,
            method: "maximum_likelihood".to_owned(),
            warnings: Vec::new(),
        };
        v1::Parameter { name: coefficient.name.clone(), estimate: Some(estimate) }
    };
    fit.coefficients.iter().map(one).collect()
}

fn test(test: &LikelihoodRatioTest) -> v1::LikelihoodRatioTest {
    v1::LikelihoodRatioTest {
        statistic: test.statistic,
        degrees_of_freedom: test.degrees_of_freedom as i32,
        p_value: test.p_value,
    }
}

/// The parameters of a purchase model.
pub(super) fn parameters(fit: &PurchaseFit) -> Vec<v1::Parameter> {
    let named = fit.model.parameter_names().iter().zip(fit.model.parameters()).enumerate();
    named
        .map(|(i, (name, value))| {
            let log_variance = fit.covariance_of_log_params.get(i).map_or(0.0, |row| row[i]);
            let error = fit.standard_errors.get(i).copied().flatten();
            parameter(name, value, error, log_variance, (how_estimated(&fit.estimation), fit.customers))
        })
        .collect()
}

/// Correlations of coefficients that are smaller are left out: three hundred coefficients have fifty thousand.
const SMALLEST_CORRELATION: f64 = 0.1;

fn correlations(fit: &PurchaseFit, covariates: Option<&CovariateFit>) -> Vec<v1::ParameterCorrelation> {
    let coefficients = covariates.iter().flat_map(|of| &of.coefficients).map(|one| one.name.as_str());
    let names: Vec<&str> = fit.model.parameter_names().iter().copied().chain(coefficients).collect();
    let covariance = covariates.map_or(&fit.covariance_of_log_params, |of| &of.covariance);
    let shared = fit.model.parameter_names().len();
    let mut pairs = Vec::new();
    for i in 0..covariance.len() {
        for j in 0..i {
            let spread = (covariance[i][i] * covariance[j][j]).sqrt();
            let correlation = (covariance[i][j] / spread).clamp(-1.0, 1.0);
            let told = i < shared || correlation.abs() >= SMALLEST_CORRELATION;
            if spread > 0.0 && told {
                pairs.push(v1::ParameterCorrelation {
                    first: names[j].to_owned(),
                    second: names[i].to_owned(),
                    correlation,
                });
            }
        }
    }
    pairs
}

fn value_parameters(model: &FittedModel) -> Vec<v1::Parameter> {
    let Some(value) = &model.value else { return Vec::new() };
    let found = [("p", value.model.p), ("q", value.model.q), ("gamma", value.model.gamma)];
    let named = found.into_iter().enumerate();
    named
        .map(|(i, (name, estimate))| {
            let log_variance = value.covariance_of_log_params[i][i];
            parameter(
                name,
                estimate,
                value.standard_errors[i],
                log_variance,
                (how_valued(value), value.customers),
            )
        })
        .collect()
}

fn termination(termination: Termination) -> &'static str {
    match termination {
        Termination::Converged => "converged: the gradient vanished at a maximum",
        Termination::ConvergedAtBound => "converged at the border of a parameter's range",
        Termination::NoProgress => "no step improved any more",
        Termination::IterationLimit => "the limit of iterations was reached",
        Termination::NotFitted => "not fitted: a prior",
    }
}

pub(crate) fn model(model: &FittedModel, is_default: bool) -> v1::Model {
    let fit = &model.purchases;
    let covariates = model.covariates.as_ref();
    let mut all_parameters = parameters(fit);
    all_parameters.extend(covariates.map(|of| coefficients(of, fit.customers)).unwrap_or_default());
    let histogram = fit.calibration.actual.iter().zip(&fit.calibration.expected).enumerate();
    v1::Model {
        model_id: model.id.clone(),
        kind: kind(model.kind()).into(),
        time_unit: time_unit(model.unit()).into(),
        fit_time: Some(timestamp(EventTime::from_micros(model.fitted_at_micros))),
        calibration_start: date(model.first_day),
        calibration_end: date(model.last_day),
        revision: model.revision as i64,
        is_default,
        is_automatic: model.automatic,
        parameters: all_parameters,
        log_likelihood: fit.log_likelihood,
        customers: fit.customers as i64,
        repeat_customers: fit.repeat_customers as i64,
        patterns: fit.patterns as i64,
        iterations: fit.iterations as i32,
        termination: termination(fit.termination).to_owned(),
        value_parameters: value_parameters(model),
        value_log_likelihood: model.value.as_ref().map(|value| value.log_likelihood),
        warnings: model.warnings(),
        calibration_histogram: histogram
            .map(|(frequency, (actual, expected))| v1::HistogramBin {
                frequency: frequency as i32,
                actual: *actual as i64,
                expected: *expected,
            })
            .collect(),
        chi_square: fit.calibration.chi_square,
        chi_square_degrees_of_freedom: fit.calibration.degrees_of_freedom as i32,
        correlations: correlations(fit, covariates),
        is_identified: fit.is_identified(),
        fit_reason: model.reason.clone(),
        regularity: fit.model.regularity().unwrap_or(0) as i32,
        bootstrap_replicates: model.replicates.len() as i32,
        covariates: model.covariate_names().map(str::to_owned).collect(),
        covariates_test: covariates.map(|of| test(&of.test)),
        backtest_bias: model.backtest_bias,
        frequency_value_correlation: model.value.as_ref().and_then(|value| value.frequency_correlation),
    }
}
