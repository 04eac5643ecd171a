//! Lifetime value: models and predictions.

use jiff::ToSpan as _;
use jiff::civil::Date;
use lojal_domain::{EventTime, Horizon, limits};
use lojal_engine::{FitModel, FitStage, FittedModel, Outlook, Prediction, PredictionOrder, When};
use lojal_proto::v1;
use lojal_scoring::clv::{PurchaseModelKind, Termination, TimeUnit};

use super::common::timestamp;
use crate::error::Refusal;

const HORIZON: &str = "12mo";
const YEARLY_DISCOUNT_RATE: f64 = 0.1;
/// Rates above are typing errors: percents instead of ratios.
const YEARLY_DISCOUNT_RATE_MAX: f64 = 10.0;
/// Normal quantile of the 95 % intervals of parameters.
const Z95: f64 = 1.959_963_984_540_054;
const METHOD: &str = "maximum_likelihood";

pub(crate) fn fit_question(request: v1::FitModelRequest) -> Result<FitModel, Refusal> {
    let kind = match request.kind.try_into() {
        Ok(v1::ModelKind::BgNbd) => PurchaseModelKind::BgNbd,
        Ok(v1::ModelKind::Unspecified | v1::ModelKind::MbgNbd) => PurchaseModelKind::MbgNbd,
        Err(_) => {
            let message = "names no model; choose MODEL_KIND_BG_NBD or MODEL_KIND_MBG_NBD";
            return Err(Refusal::field("kind", message));
        }
    };
    let unit = match request.time_unit.try_into() {
        Ok(v1::TimeUnit::Day) => TimeUnit::Day,
        Ok(v1::TimeUnit::Unspecified | v1::TimeUnit::Week) => TimeUnit::Week,
        Err(_) => {
            return Err(Refusal::field("time_unit", "names no unit; choose TIME_UNIT_DAY or TIME_UNIT_WEEK"));
        }
    };
    let last_day = match request.calibration_end.as_str() {
        "" => None,
        text => Some(day(text)?),
    };
    if request.request_id.len() > limits::ID_BYTES {
        let message =
            format!("has {} bytes; at most {} are allowed", request.request_id.len(), limits::ID_BYTES);
        return Err(Refusal::field("request_id", message));
    }
    let request_id = (!request.request_id.is_empty()).then_some(request.request_id);
    Ok(FitModel { kind, last_day, unit, request_id })
}

fn day(text: &str) -> Result<Date, Refusal> {
    let parsed = if text.len() == 10 { text.parse::<Date>().ok() } else { None };
    parsed.filter(|date| (1900..=2200).contains(&date.year())).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        let message = format!("is {shown:?}; write a day as YYYY-MM-DD, such as \"1997-09-30\"");
        Refusal::field("calibration_end", message)
    })
}

pub(crate) fn outlook(
    horizon: &str,
    when: When,
    model: String,
    rate: Option<f64>,
) -> Result<Outlook, Refusal> {
    let horizon = if horizon.is_empty() { HORIZON } else { horizon };
    let horizon =
        Horizon::parse(horizon).map_err(|problem| Refusal::field("horizon", problem.to_string()))?;
    let yearly_discount_rate = rate.unwrap_or(YEARLY_DISCOUNT_RATE);
    if !(0.0..=YEARLY_DISCOUNT_RATE_MAX).contains(&yearly_discount_rate) {
        let message = format!("is {yearly_discount_rate}; choose 0 to 10, where 0.1 is 10 % a year");
        return Err(Refusal::field("yearly_discount_rate", message));
    }
    Ok(Outlook { horizon, when, model: (!model.is_empty()).then_some(model), yearly_discount_rate })
}

pub(crate) fn order(value: i32) -> Result<PredictionOrder, Refusal> {
    match value.try_into() {
        Ok(v1::PredictionOrder::Unspecified) => Ok(PredictionOrder::Recorded),
        Ok(v1::PredictionOrder::Clv) => Ok(PredictionOrder::Clv),
        Ok(v1::PredictionOrder::AliveProbability) => Ok(PredictionOrder::AliveProbability),
        Err(_) => {
            let message = "names no order; choose PREDICTION_ORDER_CLV or PREDICTION_ORDER_ALIVE_PROBABILITY";
            Err(Refusal::field("order", message))
        }
    }
}

pub(crate) fn limit(limit: Option<i32>) -> Result<Option<usize>, Refusal> {
    let Some(limit) = limit else { return Ok(None) };
    match usize::try_from(limit) {
        Ok(limit) if limit > 0 => Ok(Some(limit)),
        _ => Err(Refusal::field("limit", format!("is {limit}; choose 1 or more, or leave it out for all"))),
    }
}

pub(crate) fn progress(stage: FitStage) -> v1::FitProgress {
    match stage {
        FitStage::Reading => {
            v1::FitProgress { stage: "reading histories".to_owned(), iterations: 0, log_likelihood: None }
        }
        FitStage::Fitting { model, iterations, log_likelihood } => v1::FitProgress {
            stage: format!("fitting {model}"),
            iterations: iterations as i32,
            log_likelihood: Some(log_likelihood),
        },
    }
}

fn date(day: i32) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(i64::from(day).days()).unwrap_or(Date::MAX).to_string()
}

fn parameter(
    name: &str,
    value: f64,
    standard_error: Option<f64>,
    log_variance: f64,
    n: u64,
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
        method: METHOD.to_owned(),
        warnings: Vec::new(),
    };
    v1::Parameter { name: name.to_owned(), estimate: Some(estimate) }
}

pub(crate) fn model(model: &FittedModel, is_default: bool) -> v1::Model {
    let fit = &model.purchases;
    let kind = match model.kind() {
        PurchaseModelKind::BgNbd => v1::ModelKind::BgNbd,
        PurchaseModelKind::MbgNbd => v1::ModelKind::MbgNbd,
    };
    let unit = match model.unit() {
        TimeUnit::Day => v1::TimeUnit::Day,
        TimeUnit::Week => v1::TimeUnit::Week,
        TimeUnit::Month => v1::TimeUnit::Unspecified,
    };
    let parameters = ["r", "alpha", "a", "b"].into_iter().zip(fit.model.parameters()).enumerate();
    let parameters = parameters.map(|(index, (name, value))| {
        let log_variance = fit.covariance_of_log_params[index][index];
        parameter(name, value, fit.standard_errors[index], log_variance, fit.customers)
    });
    let value_parameters = model.value.iter().flat_map(|value| {
        let found = [("p", value.model.p), ("q", value.model.q), ("gamma", value.model.gamma)];
        found.into_iter().enumerate().map(|(index, (name, estimate))| {
            let log_variance = value.covariance_of_log_params[index][index];
            parameter(name, estimate, value.standard_errors[index], log_variance, value.customers)
        })
    });
    let termination = match fit.termination {
        Termination::Converged => "converged: the gradient vanished at a maximum",
        Termination::ConvergedAtBound => "converged at the border of a parameter's range",
        Termination::NoProgress => "no step improved any more",
        Termination::IterationLimit => "the limit of iterations was reached",
    };
    let histogram = fit.calibration.actual.iter().zip(&fit.calibration.expected).enumerate();
    v1::Model {
        model_id: model.id.clone(),
        kind: kind.into(),
        time_unit: unit.into(),
        fit_time: Some(timestamp(EventTime::from_micros(model.fitted_at_micros))),
        calibration_start: date(model.first_day),
        calibration_end: date(model.last_day),
        revision: model.revision as i64,
        is_default,
        is_automatic: model.automatic,
        parameters: parameters.collect(),
        log_likelihood: fit.log_likelihood,
        customers: fit.customers as i64,
        repeat_customers: fit.repeat_customers as i64,
        patterns: fit.patterns as i64,
        iterations: fit.iterations as i32,
        termination: termination.to_owned(),
        value_parameters: value_parameters.collect(),
        value_log_likelihood: model.value.as_ref().map(|value| value.log_likelihood),
        warnings: model.warnings(),
        calibration_histogram: histogram
            .map(|(frequency, (actual, expected))| v1::HistogramBin {
                frequency: frequency as i32,
                actual: *actual as i64,
                expected: *expected,
            })
            .collect(),
    }
}

fn estimate(value: Option<f64>, n: u64) -> Option<v1::Estimate> {
    Some(v1::Estimate { value, n: n as i64, method: METHOD.to_owned(), ..v1::Estimate::default() })
}

pub(crate) fn prediction(prediction: Prediction, model: &FittedModel) -> v1::Prediction {
    let customers = model.purchases.customers;
    let buyers = model.value.as_ref().map_or(0, |value| value.customers);
    v1::Prediction {
        customer_id: prediction.customer,
        alive_probability: estimate(Some(prediction.alive_probability), customers),
        expected_purchases: estimate(Some(prediction.expected_purchases), customers),
        expected_value: estimate(prediction.expected_value, buyers),
        clv: estimate(prediction.clv, customers),
        frequency: prediction.frequency as i32,
        recency_days: prediction.recency_days as i32,
        age_days: prediction.age_days as i32,
        mean_value: prediction.mean_value,
    }
}
