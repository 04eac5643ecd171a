//! Who stays, one file a family of answers. Here is what they share.

pub(crate) mod cohorts;
pub(crate) mod counts;
pub(crate) mod projection;
pub(crate) mod purchasing;
pub(crate) mod revenue;
pub(crate) mod survival;

use lojal_domain::{Amount, Currency, Interval, Window};
use lojal_engine::Period;
use lojal_proto::v1;
use lojal_scoring::normal::two_sided_quantile;
use lojal_scoring::proportion::wilson;
use lojal_scoring::retention::Limits;

use super::common::timestamp;
use crate::error::Refusal;

const CONFIDENCE: f64 = 0.95;

pub(crate) fn confidence(confidence: Option<f64>) -> Result<f64, Refusal> {
    let confidence = confidence.unwrap_or(CONFIDENCE);
    if confidence > 0.5 && confidence < 1.0 {
        return Ok(confidence);
    }
    let message = format!("is {confidence}; choose more than 0.5 and less than 1, such as 0.95");
    Err(Refusal::field("confidence", message))
}

/// A window, or its default when empty.
pub(crate) fn window_or(text: &str, default: &str) -> Result<Window, Refusal> {
    super::common::window(if text.is_empty() { default } else { text })
}

pub(crate) fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A number within a range.
pub(crate) fn within(
    field: &'static str,
    number: i64,
    allowed: std::ops::RangeInclusive<i64>,
) -> Result<i64, Refusal> {
    if allowed.contains(&number) {
        return Ok(number);
    }
    Err(Refusal::field(field, format!("is {number}; choose {} to {}", allowed.start(), allowed.end())))
}

pub(crate) fn unknown(field: &'static str) -> Refusal {
    Refusal::field(field, "is not one of the values there are")
}

pub(crate) fn interval(value: i32) -> Result<Option<Interval>, Refusal> {
    Ok(match value.try_into().map_err(|_| unknown("interval"))? {
        v1::Interval::Unspecified => None,
        v1::Interval::Day => Some(Interval::Day),
        v1::Interval::Week => Some(Interval::Week),
        v1::Interval::Month => Some(Interval::Month),
        v1::Interval::Quarter => Some(Interval::Quarter),
        v1::Interval::Year => Some(Interval::Year),
    })
}

pub(crate) fn period(period: Period) -> v1::Period {
    v1::Period {
        start: Some(timestamp(period.span.start)),
        end: Some(timestamp(period.span.end)),
        label: period.label,
    }
}

/// Money of any size: sums of many amounts may be larger than an amount can be.
pub(crate) fn money(micros: i128, currency: Currency) -> v1::Money {
    let amount = i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX });
    super::common::money(Amount::from_micros(amount), currency)
}

/// An estimate without an interval.
pub(crate) fn plain(value: Option<f64>, n: u64, method: &str) -> v1::Estimate {
    v1::Estimate { value, n: n as i64, method: method.to_owned(), ..v1::Estimate::default() }
}

/// A share with Wilson's interval.
pub(crate) fn share(hits: u64, n: u64, confidence: f64) -> v1::Estimate {
    const METHOD: &str = "wilson";
    let Some(found) = wilson(hits, n, confidence) else { return plain(None, n, METHOD) };
    v1::Estimate {
        value: Some(found.share),
        ci_low: Some(found.ci_low),
        ci_high: Some(found.ci_high),
        confidence,
        standard_error: Some(found.standard_error),
        ..plain(None, n, METHOD)
    }
}

/// An estimate with these limits.
pub(crate) fn limited(
    value: Option<f64>,
    limits: Limits,
    n: u64,
    method: &str,
    confidence: f64,
) -> v1::Estimate {
    let known = limits.low.is_some() || limits.high.is_some();
    v1::Estimate {
        ci_low: limits.low,
        ci_high: limits.high,
        confidence: if known { confidence } else { 0.0 },
        ..plain(value, n, method)
    }
}

/// An estimate that is normal around its value, which cannot be below `least`.
pub(crate) fn normal(
    value: Option<f64>,
    standard_error: Option<f64>,
    least: f64,
    n: u64,
    method: &str,
    confidence: f64,
) -> v1::Estimate {
    let half = standard_error.map(|error| two_sided_quantile(confidence) * error);
    let limits = match value.zip(half) {
        Some((value, half)) => Limits { low: Some((value - half).max(least)), high: Some(value + half) },
        None => Limits::default(),
    };
    v1::Estimate { standard_error, ..limited(value, limits, n, method, confidence) }
}
