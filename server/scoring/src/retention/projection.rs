//! A retention curve projected by the sBG model, with intervals.
//!
//! With L the logarithms of the parameters and C their covariance, period by period ([`crate::clv::Sbg`]):
//!
//! ```text
//! logit r(t) = ln(beta+t-1) - ln alpha,       gradient in L: (-1, beta/(beta+t-1))                          (1)
//! ln S(t) = sum_{i<=t} ln r(i),               gradient in L: sum_{i<=t} (1-r(i)) (-1, beta/(beta+i-1))      (2)
//! ```
//!
//! Intervals are symmetric on the scales logit r and ln(-ln S), so they stay within [0, 1]. They are about the curve, not
//! about how many of a few customers stay.

use serde::{Deserialize, Serialize};

use super::Limits;
use crate::clv::SbgFit;
use crate::statistics::normal::two_sided_quantile;

/// One period of the projected curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProjectedPeriod {
    /// t, from 1.
    pub period: u32,
    /// S(t): the share of new customers who are still there after t periods.
    pub survival: f64,
    /// Its interval; not known when the fit has no covariance.
    pub survival_limits: Limits,
    /// r(t): the share of those who were there at the beginning of period t who stay beyond it.
    pub retention: f64,
    /// Its interval.
    pub retention_limits: Limits,
}

/// Projects periods 1 to `periods`.
#[must_use]
pub fn project(fit: &SbgFit, periods: u32, confidence: f64) -> Vec<ProjectedPeriod> {
    let covariance = fit.covariance_of_log_params;
    let known = fit.standard_errors.iter().all(Option::is_some);
    let variance = |g: [f64; 2]| -> f64 {
        (0..2).map(|i| (0..2).map(|j| g[i] * covariance[i][j] * g[j]).sum::<f64>()).sum::<f64>().max(0.0)
    };
    let z = two_sided_quantile(confidence);
    let (mut survival, mut gradient) = (1.0, [0.0; 2]);
    let period = |period: u32| {
        let retention = fit.model.retention_rate(period)?;
        let churn = fit.model.churn_rate(period)?;
        let of_logit = [-1.0, fit.model.beta / (fit.model.beta + f64::from(period - 1))];
        survival *= retention;
        gradient = [gradient[0] + churn * of_logit[0], gradient[1] + churn * of_logit[1]];
        let mut point = ProjectedPeriod {
            period,
            survival,
            survival_limits: Limits::default(),
            retention,
            retention_limits: Limits::default(),
        };
        if known {
            let half = z * variance(of_logit).sqrt();
            let odds = |shift: f64| Some(1.0 / (1.0 + churn / retention * (-shift).exp()));
            point.retention_limits = Limits { low: odds(-half), high: odds(half) };
            let ln = survival.ln();
            let half = z * variance(gradient).sqrt() / ln.abs();
            let end = |shift: f64| Some((ln * shift.exp()).exp());
            point.survival_limits = Limits { low: end(half), high: end(-half) };
        }
        Some(point)
    };
    (1..=periods).map_while(period).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{SurvivorTable, fit_sbg};

    fn fit(survivors: &[u64]) -> SbgFit {
        fit_sbg(&SurvivorTable::from_survivors(survivors).unwrap()).unwrap()
    }

    #[test]
    fn golden_forecast() {
        let curve = project(&fit(&[1000, 631, 468, 382, 326]), 8, 0.95);
        for (period, expected) in [(5, 284.5), (6, 253.7), (7, 229.6), (8, 210.3)] {
            let point = curve[period - 1];
            assert!((1000.0 * point.survival - expected).abs() < 0.051, "{point:?}");
            let Limits { low: Some(low), high: Some(high) } = point.survival_limits else {
                panic!("{point:?}")
            };
            assert!(low < point.survival && point.survival < high);
        }
    }

    #[test]
    fn rates_rise_although_nobody_changes() {
        let curve = project(&fit(&[1000, 869, 743, 653, 593, 551, 517, 491]), 20, 0.95);
        assert!(curve.windows(2).all(|pair| pair[1].retention > pair[0].retention));
        assert!(curve.windows(2).all(|pair| pair[1].survival < pair[0].survival));
    }

    /// The interval of S(1) = beta/(alpha+beta) against that of r(1), which is the same number on another scale.
    #[test]
    fn the_first_period_has_one_standard_error() {
        let fit = fit(&[1000, 869, 743, 653, 593]);
        let first = project(&fit, 1, 0.95)[0];
        assert!((first.survival - first.retention).abs() < 1e-15);
        let half = |limits: Limits| 0.5 * (limits.high.unwrap() - limits.low.unwrap());
        assert!((half(first.survival_limits) / half(first.retention_limits) - 1.0).abs() < 0.01);
    }

    #[test]
    fn wider_with_time_and_with_less_data() {
        let width = |survivors: &[u64], period: u32| {
            let point = project(&fit(survivors), period, 0.95)[period as usize - 1];
            point.survival_limits.high.unwrap() - point.survival_limits.low.unwrap()
        };
        assert!(width(&[1000, 631, 468, 382], 12) > width(&[1000, 631, 468, 382], 1));
        assert!(width(&[100, 63, 47, 38], 12) > 2.0 * width(&[1000, 631, 468, 382], 12));
    }
}
