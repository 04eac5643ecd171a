//! Who stays, one file a family of answers. Here is what they share.

pub(crate) mod cohorts;
pub(crate) mod counts;
pub(crate) mod projection;
pub(crate) mod purchasing;
pub(crate) mod revenue;
pub(crate) mod survival;

use lojal_domain::Window;
use lojal_proto::v1;
use lojal_scoring::normal::two_sided_quantile;
use lojal_scoring::retention::Limits;

pub(crate) use super::common::{confidence, interval, period, plain, share, some, unknown};
use crate::error::Refusal;

/// A window, or its default when empty.
pub(crate) fn window_or(text: &str, default: &str) -> Result<Window, Refusal> {
    super::common::window(if text.is_empty() { default } else { text })
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
