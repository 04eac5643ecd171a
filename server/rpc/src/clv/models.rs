//! Fitted models, and how far a fit is.

use lojal_domain::EventTime;
use lojal_engine::{
    FitStage, FittedModel, LikelihoodRatioTest, MixtureMember, Parameter, PurchaseModelKind, Termination,
    TimeUnit,
};
use lojal_proto::v1;

use super::learner::{learner, own_pace};
use super::pace::pace;
use super::range_correction::range_correction;
use crate::clv::predictions::basis_shares;
use crate::codes;
use crate::words::{date, estimate, timestamp};

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
        PurchaseModelKind::BgBb | PurchaseModelKind::BgBbDated => v1::ModelKind::BgBb,
    }
}

fn time_unit(unit: TimeUnit) -> v1::ModelTimeUnit {
    match unit {
        TimeUnit::Day => v1::ModelTimeUnit::Day,
        TimeUnit::Week => v1::ModelTimeUnit::Week,
        TimeUnit::Month => v1::ModelTimeUnit::Month,
        TimeUnit::Year => v1::ModelTimeUnit::Year,
    }
}

pub(super) fn parameter(parameter: Parameter) -> v1::Parameter {
    v1::Parameter { name: parameter.name, estimate: Some(estimate(parameter.estimate)) }
}

fn test(test: &LikelihoodRatioTest) -> v1::LikelihoodRatioTest {
    v1::LikelihoodRatioTest {
        statistic: test.statistic,
        degrees_of_freedom: test.degrees_of_freedom as i32,
        p_value: test.p_value,
    }
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

fn member(member: MixtureMember) -> v1::MixtureMember {
    v1::MixtureMember {
        kind: kind(member.kind).into(),
        weight: member.weight,
        parameters: member.parameters.into_iter().map(parameter).collect(),
        log_likelihood: member.log_likelihood,
        regularity: member.regularity.unwrap_or(0) as i32,
    }
}

pub(crate) fn model(model: &FittedModel, is_default: bool) -> v1::Model {
    let fit = &model.purchases;
    let covariates = model.covariates.as_ref();
    let (warnings, warning_codes) = codes::warnings(model.warnings());
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
        parameters: model.parameters().into_iter().map(parameter).collect(),
        log_likelihood: fit.log_likelihood,
        customers: fit.customers as i64,
        repeat_customers: fit.repeat_customers as i64,
        patterns: fit.patterns as i64,
        iterations: fit.iterations as i32,
        termination: termination(fit.termination).to_owned(),
        value_parameters: model.value_parameters().into_iter().map(parameter).collect(),
        value_log_likelihood: model.value.as_ref().map(|value| value.log_likelihood),
        warnings,
        warning_codes,
        calibration_histogram: histogram
            .map(|(frequency, (actual, expected))| v1::HistogramBin {
                frequency: frequency as i32,
                actual: *actual as i64,
                expected: *expected,
            })
            .collect(),
        chi_square: fit.calibration.chi_square,
        chi_square_degrees_of_freedom: fit.calibration.degrees_of_freedom as i32,
        correlations: model
            .correlations()
            .into_iter()
            .map(|of| v1::ParameterCorrelation {
                first: of.first,
                second: of.second,
                correlation: of.correlation,
            })
            .collect(),
        is_identified: fit.is_identified(),
        fit_reason: model.reason.clone(),
        regularity: fit.model.regularity().unwrap_or(0) as i32,
        bootstrap_replicates: model.replicates.len() as i32,
        covariates: model.covariate_names().map(str::to_owned).collect(),
        covariates_test: covariates.map(|of| test(&of.test)),
        backtest_bias: model.backtest_bias,
        frequency_value_correlation: model.value.as_ref().and_then(|value| value.frequency_correlation),
        earlier_backtest_biases: model.earlier_biases.clone(),
        recalibration: model.recalibration(),
        members: model.members().into_iter().map(member).collect(),
        learner: model.learner.as_ref().and_then(learner),
        own_pace: model.learner.as_ref().and_then(own_pace),
        pace: model.pace.as_ref().map(pace),
        range_correction: model.tails.as_ref().map(range_correction),
        group_error: model.group_variance.map(f64::sqrt),
        prior_share: model.prior_share().unwrap_or(0.0),
        mean_basis_shares: model.mean_shares().map(basis_shares),
        half_individual_days: model.half_individual_days(),
    }
}
