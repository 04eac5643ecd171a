//! Lifetime value: questions in, models, predictions and backtests out.

mod backtests;
mod models;
mod predictions;
mod questions;

pub(crate) use backtests::{backtest, comparison, tracking};
pub(crate) use models::{model, progress};
pub(crate) use predictions::{customer_forecast, prediction, totals};
pub(crate) use questions::{
    Asked, YEARLY_DISCOUNT_RATE, YEARLY_DISCOUNT_RATE_MAX, backtest_question, comparison_question,
    fit_question, limit, order, outlook, prediction_question, tracking_question,
};

use jiff::ToSpan as _;
use jiff::civil::Date;
use lojal_proto::v1;
use lojal_scoring::clv::{CONFIDENCE, Interval, IntervalMethod};

/// How values and parameters are estimated.
const METHOD: &str = "maximum_likelihood";

fn date(day: i32) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(i64::from(day).days()).unwrap_or(Date::MAX).to_string()
}

/// An estimate with its interval, which is of this method.
fn estimate(
    value: Option<f64>,
    interval: Option<Interval>,
    n: u64,
    method: Option<IntervalMethod>,
) -> Option<v1::Estimate> {
    let by = match (interval, method) {
        (Some(_), Some(IntervalMethod::Delta)) => "maximum_likelihood, delta_method",
        (Some(_), Some(IntervalMethod::Bootstrap)) => "maximum_likelihood, parametric_bootstrap",
        _ => METHOD,
    };
    Some(v1::Estimate {
        value,
        ci_low: interval.map(|interval| interval.low),
        ci_high: interval.map(|interval| interval.high),
        confidence: if interval.is_some() { CONFIDENCE } else { 0.0 },
        n: n as i64,
        standard_error: interval.map(|interval| interval.standard_error),
        method: by.to_owned(),
        warnings: Vec::new(),
    })
}
