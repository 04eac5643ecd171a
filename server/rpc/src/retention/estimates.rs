//! What the families of answers share.

use lojal_domain::Window;
use lojal_proto::v1;
use lojal_scoring::retention::Limits;
use lojal_scoring::statistics::normal::two_sided_quantile;

use crate::error::Refusal;
pub(crate) use crate::words::{confidence, interval, period, plain, share, some, unknown};

/// A window, or its default when empty.
pub(crate) fn window_or(text: &str, default: &str) -> Result<Window, Refusal> {
    crate::words::window(if text.is_empty() { default } else { text })
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
