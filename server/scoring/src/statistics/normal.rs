//! The standard normal distribution, as intervals and tests need it.

use libm::erfc;
use statrs::function::erf::erfc_inv;
use std::f64::consts::SQRT_2;

/// The z for which a standard normal falls within `[-z, z]` with this probability, in (0, 1).
#[must_use]
pub fn two_sided_quantile(confidence: f64) -> f64 {
    SQRT_2 * erfc_inv(1.0 - confidence)
}

/// The z below which a standard normal falls with this probability, in (0, 1).
#[must_use]
pub fn quantile(probability: f64) -> f64 {
    // By the tail that keeps its digits.
    if probability < 0.5 {
        -SQRT_2 * erfc_inv(2.0 * probability)
    } else {
        SQRT_2 * erfc_inv(2.0 * (1.0 - probability))
    }
}

/// The probability that a standard normal is at least as far from 0 as `z`: the p-value of a two-sided test.
#[must_use]
pub fn two_sided_p(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2)
}

/// The probability that a standard normal is at most `z`.
#[must_use]
pub fn below(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_quantiles() {
        for (confidence, z) in
            [(0.95, 1.959_963_984_540_054), (0.99, 2.575_829_303_548_901), (0.5, 0.674_489_750_196_081_7)]
        {
            assert!((two_sided_quantile(confidence) - z).abs() < 1e-13);
            assert!((quantile(0.5 + 0.5 * confidence) - z).abs() < 1e-13);
            assert!((two_sided_p(z) - (1.0 - confidence)).abs() < 1e-13);
            assert!((below(-z) - 0.5 * (1.0 - confidence)).abs() < 1e-13);
        }
    }
}
