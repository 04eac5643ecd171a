//! Predictions.

use lojal_engine::{AlivePoint, Basis, CustomerForecast, FittedModel, Prediction, PurchaseDistribution};
use lojal_proto::v1;
use lojal_scoring::clv::{Interval, IntervalMethod, Totals, Uncertainty};

use super::estimates::{Ground, date, estimate, how_estimated, how_valued};

/// What is said of purchases rests on the purchase model.
fn of_purchases(model: &FittedModel, method: Option<IntervalMethod>) -> Ground {
    let fit = &model.purchases;
    Ground { how: how_estimated(&fit.estimation), n: fit.customers, method }
}

/// An answer divided by what the model expected of its own backtest, over what came.
fn recalibrated(
    value: Option<f64>,
    interval: Option<Interval>,
    model: &FittedModel,
    method: Option<IntervalMethod>,
) -> Option<v1::Estimate> {
    let bias = model.backtest_bias?;
    let interval = interval.map(|interval| Interval {
        standard_error: interval.standard_error / bias,
        low: interval.low / bias,
        high: interval.high / bias,
    });
    let value = value.map(|value| value / bias);
    let mut answer = estimate(value, interval, of_purchases(model, method))?;
    answer.method.push_str(", recalibrated");
    Some(answer)
}

const fn basis(basis: Basis) -> v1::PredictionBasis {
    match basis {
        Basis::Individual => v1::PredictionBasis::Individual,
        Basis::Segment => v1::PredictionBasis::Segment,
        Basis::Population => v1::PredictionBasis::Population,
        Basis::Prior => v1::PredictionBasis::Prior,
    }
}

/// The interval of what is left to 1.
fn rest(interval: Interval) -> Interval {
    Interval { standard_error: interval.standard_error, low: 1.0 - interval.high, high: 1.0 - interval.low }
}

/// In thirds.
fn risk(churn: f64) -> v1::ChurnRisk {
    const THIRD: f64 = 1.0 / 3.0;
    if churn <= THIRD {
        v1::ChurnRisk::Low
    } else if churn <= 2.0 * THIRD {
        v1::ChurnRisk::Medium
    } else {
        v1::ChurnRisk::High
    }
}

pub(crate) fn prediction(
    prediction: Prediction,
    model: &FittedModel,
    method: Option<IntervalMethod>,
) -> v1::Prediction {
    let customers = of_purchases(model, method);
    let buyers = model.value.as_ref().map_or(customers, |value| Ground {
        how: how_valued(value),
        n: value.customers,
        method,
    });
    let (expected, intervals) = (prediction.expected, prediction.intervals);
    let churn = expected.purchase_probability.map(|probability| 1.0 - probability);
    v1::Prediction {
        customer_id: prediction.customer,
        alive_probability: estimate(Some(expected.alive), intervals.alive, customers),
        expected_purchases: estimate(expected.purchases, intervals.purchases, customers),
        expected_value: estimate(expected.value, intervals.value, buyers),
        clv: estimate(expected.clv, intervals.clv, customers),
        frequency: prediction.frequency as i32,
        recency_days: prediction.recency_days as i32,
        age_days: prediction.age_days as i32,
        mean_value: prediction.mean_value,
        basis: basis(prediction.basis).into(),
        alive_probability_at_horizon: None,
        purchase_probability: estimate(
            expected.purchase_probability,
            intervals.purchase_probability,
            customers,
        ),
        recalibrated_purchases: recalibrated(expected.purchases, intervals.purchases, model, method),
        recalibrated_clv: recalibrated(expected.clv, intervals.clv, model, method),
        churn_probability: estimate(churn, intervals.purchase_probability.map(rest), customers),
        churn_risk: churn.map_or(v1::ChurnRisk::Unspecified, risk).into(),
    }
}

pub(crate) fn customer_forecast(
    forecast: CustomerForecast,
    method: Option<IntervalMethod>,
) -> v1::PredictCustomerResponse {
    let model = forecast.model;
    let mut one = prediction(forecast.prediction, &model, method);
    one.alive_probability_at_horizon = forecast
        .alive_at_horizon
        .and_then(|(value, interval)| estimate(Some(value), interval, of_purchases(&model, method)));
    let (purchase_probabilities, next_purchase) = match forecast.distribution {
        Some(distribution) => {
            let wait = wait(&distribution);
            (probabilities(distribution), wait)
        }
        None => (Vec::new(), None),
    };
    v1::PredictCustomerResponse {
        prediction: Some(one),
        model_id: model.id.clone(),
        provenance: Some(crate::words::provenance(forecast.provenance)),
        purchase_probabilities,
        next_purchase,
        alive_history: forecast.alive_history.into_iter().map(alive_point).collect(),
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

pub(crate) fn totals(
    totals: &Totals,
    uncertainty: Option<&Uncertainty>,
    model: &FittedModel,
) -> v1::PredictionTotals {
    let method = uncertainty.map(Uncertainty::method);
    let of = |(value, interval)| estimate(value, interval, of_purchases(model, method));
    let (purchases, clv) = (totals.purchases(uncertainty), totals.clv(uncertainty));
    v1::PredictionTotals {
        customers: totals.customers() as i64,
        alive_customers: of(totals.alive(uncertainty)),
        expected_purchases: of(purchases),
        clv: of(clv),
        recalibrated_purchases: recalibrated(purchases.0, purchases.1, model, method),
        recalibrated_clv: recalibrated(clv.0, clv.1, model, method),
    }
}
