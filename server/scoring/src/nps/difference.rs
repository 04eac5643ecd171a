//! Two Net Promoter Scores compared.

use crate::statistics::clusters::{t_quantile, t_two_sided_p};
use crate::statistics::normal::{two_sided_p, two_sided_quantile};
use serde::{Deserialize, Serialize};

/// Two scores compared, all in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NpsDifference {
    /// Difference of the raw scores.
    pub difference: f64,
    /// Difference of the adjusted scores, which the test and the interval are about.
    pub adjusted_difference: f64,
    /// Standard error of that.
    pub standard_error: f64,
    /// Lower end of its interval.
    pub ci_low: f64,
    /// Upper end of its interval.
    pub ci_high: f64,
    /// Of the test that both are the same; `None` where nothing varies.
    pub z: Option<f64>,
    /// Two-sided: normal, or by Student's t of the same respondents twice, and where some customers answered more than once.
    pub p_value: Option<f64>,
}

impl NpsDifference {
    pub(super) fn new(difference: f64, adjusted: f64, standard_error: f64, confidence: f64) -> Self {
        Self::within(difference, adjusted, standard_error, two_sided_quantile(confidence), two_sided_p)
    }

    /// The same by Student's t with so many degrees of freedom; `None` without any.
    pub(super) fn by_student(
        difference: f64,
        adjusted: f64,
        standard_error: f64,
        degrees: f64,
        confidence: f64,
    ) -> Option<Self> {
        let quantile = t_quantile(confidence, degrees)?;
        // There are degrees of freedom, or there were no quantile.
        let p_value = |t| t_two_sided_p(t, degrees).unwrap_or(1.0);
        Some(Self::within(difference, adjusted, standard_error, quantile, p_value))
    }

    fn within(
        difference: f64,
        adjusted: f64,
        standard_error: f64,
        quantile: f64,
        p_value: impl Fn(f64) -> f64,
    ) -> Self {
        let half = quantile * standard_error;
        let z = (standard_error > 0.0).then(|| adjusted / standard_error);
        Self {
            difference,
            adjusted_difference: adjusted,
            standard_error,
            ci_low: (adjusted - half).max(-200.0),
            ci_high: (adjusted + half).min(200.0),
            z,
            p_value: z.map(p_value),
        }
    }

    /// The same respondents twice: how many went from -1, 0 or 1 (detractor, passive, promoter) to how much more, -2 to 2.
    /// `changes[i]` counts a change of `i - 2`. `SE = sd / sqrt(n)`, sd with n - 1; Student's t with n - 1 degrees of freedom.
    /// `None` for fewer than two.
    #[must_use]
    pub fn paired(changes: [u64; 5], confidence: f64) -> Option<Self> {
        let n: u64 = changes.iter().sum();
        if n < 2 || !(confidence > 0.0 && confidence < 1.0) {
            return None;
        }
        let size = n as f64;
        let sum = |power: i32| -> f64 {
            (-2_i32..).zip(changes).map(|(change, count)| f64::from(change).powi(power) * count as f64).sum()
        };
        let mean = sum(1) / size;
        let variance = ((sum(2) - size * mean * mean) / (size - 1.0)).max(0.0);
        let standard_error = 100.0 * (variance / size).sqrt();
        Self::by_student(100.0 * mean, 100.0 * mean, standard_error, size - 1.0, confidence)
    }
}
