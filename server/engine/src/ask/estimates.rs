//! Estimates that many answers are made of.

use lojal_domain::{Estimate, Method, Methods};
use lojal_scoring::retention::{Limits, expanded_percentiles, spread};
use lojal_scoring::statistics::normal::two_sided_quantile;
use lojal_scoring::statistics::proportion::wilson;

/// Nominal coverage of intervals where a question names none.
pub const CONFIDENCE: f64 = 0.95;

/// A share with Wilson's interval; undefined of nothing.
pub(crate) fn share(hits: u64, n: u64, confidence: f64) -> Estimate {
    let Some(found) = wilson(hits, n, confidence) else { return Estimate::plain(None, n, Method::Wilson) };
    Estimate::plain(Some(found.share), n, Method::Wilson)
        .between(Some(found.ci_low), Some(found.ci_high), confidence)
        .give_or_take(Some(found.standard_error))
}

/// An estimate with these limits.
pub(crate) fn limited(
    value: Option<f64>,
    limits: Limits,
    n: u64,
    methods: impl Into<Methods>,
    confidence: f64,
) -> Estimate {
    Estimate::plain(value, n, methods).between(limits.low, limits.high, confidence)
}

/// An estimate that is normal around its value, which cannot be below 0.
pub(crate) fn normal(
    value: Option<f64>,
    standard_error: Option<f64>,
    n: u64,
    methods: impl Into<Methods>,
    confidence: f64,
) -> Estimate {
    let half = standard_error.map(|error| two_sided_quantile(confidence) * error);
    let limits = match value.zip(half) {
        Some((value, half)) => Limits { low: Some((value - half).max(0.0)), high: Some(value + half) },
        None => Limits::default(),
    };
    limited(value, limits, n, methods, confidence).give_or_take(standard_error)
}

/// An estimate with the percentiles of its replicates in a bootstrap over `n` customers; none of it where there is no value.
pub(crate) fn bootstrapped(value: Option<f64>, replicates: &[f64], n: u64, confidence: f64) -> Estimate {
    let ends = value.and_then(|_| expanded_percentiles(replicates, confidence, n));
    let limits = Limits { low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1) };
    limited(value, limits, n, Method::BootstrapExpandedPercentile, confidence)
        .give_or_take(value.and_then(|_| spread(replicates)))
}

/// Limits of a positive number whose logarithm lies within `half` of its own, either way.
pub(crate) fn around_in_logarithm(value: Option<f64>, half: Option<f64>) -> Limits {
    let factor = half.map(f64::exp);
    let end = |of: fn(f64, f64) -> f64| value.zip(factor).map(|(value, factor)| of(value, factor));
    Limits { low: end(|value, factor| value / factor), high: end(|value, factor| value * factor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_undefined() {
        let none = share(0, 0, 0.95);
        assert_eq!((none.value, none.confidence, none.n), (None, None, 0));
        let half = share(5, 10, 0.9);
        assert_eq!((half.value, half.confidence, half.n), (Some(0.5), Some(0.9), 10));
    }

    #[test]
    fn normal_limits_do_not_go_below_nothing() {
        let estimate = normal(Some(1.0), Some(1.0), 4, Method::Mean, 0.95);
        assert_eq!(estimate.low, Some(0.0));
        assert!((estimate.high.unwrap_or_default() - 2.959_964).abs() < 1e-6);
        assert_eq!(normal(None, Some(1.0), 4, Method::Mean, 0.95).confidence, None);
        assert_eq!(normal(Some(1.0), None, 4, Method::Mean, 0.95).confidence, None);
    }

    #[test]
    fn limits_in_the_logarithm_are_as_many_times_up_as_down() {
        let limits = around_in_logarithm(Some(6.0), Some(0.5));
        let (low, high) = (limits.low.unwrap_or_default(), limits.high.unwrap_or_default());
        assert!((low * high - 36.0).abs() < 1e-9 && low < 6.0);
        assert_eq!(around_in_logarithm(None, Some(0.5)), Limits::default());
    }
}
