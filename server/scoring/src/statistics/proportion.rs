//! Shares of a whole, with intervals that hold for few and for extreme ones, and their differences.
//!
//! | symbol | name | meaning |
//! |---|---|---|
//! | x, n | `hits`, `n` | how many of how many; `0 <= x <= n` |
//! | p | `share` | `x / n` |
//! | z | | normal quantile of the confidence asked for |
//!
//! Sources: Wilson, "Probable inference, the law of succession, and statistical inference", *JASA* 22, 1927; Newcombe,
//! "Interval estimation for the difference between independent proportions", *Statistics in Medicine* 17, 1998 (method 10).
//!
//! Where it fails: the n are taken as independent of each other. Several answers of one customer are not.

use crate::statistics::normal::{two_sided_p, two_sided_quantile};
use serde::{Deserialize, Serialize};

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShareEstimate {
    /// `x / n`, in [0, 1].
    pub share: f64,
    /// `sqrt(p (1 - p) / n)`.
    pub standard_error: f64,
    /// Lower end of Wilson's interval.
    pub ci_low: f64,
    /// Upper end of Wilson's interval.
    pub ci_high: f64,
    /// Of how many.
    pub n: u64,
}

/// Two shares compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShareDifference {
    /// `p1 - p2`.
    pub difference: f64,
    /// Lower end of Newcombe's interval.
    pub ci_low: f64,
    /// Upper end of Newcombe's interval.
    pub ci_high: f64,
    /// Of the test that both are the same, with the pooled variance; `None` when nobody or everybody was hit in both.
    pub z: Option<f64>,
    /// Two-sided.
    pub p_value: Option<f64>,
}

/// Wilson's score interval. `None` for nobody, or a confidence that is not within (0, 1).
///
/// ```text
/// [p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)] / (1 + z^2/n)
/// ```
#[must_use]
pub fn wilson(hits: u64, n: u64, confidence: f64) -> Option<ShareEstimate> {
    if n == 0 || hits > n || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let (x, size) = (hits as f64, n as f64);
    let share = x / size;
    let variance = share * (1.0 - share) / size;
    let z = two_sided_quantile(confidence);
    let (center, scale) = (share + z * z / (2.0 * size), 1.0 + z * z / size);
    let half = z * (variance + z * z / (4.0 * size * size)).sqrt();
    Some(ShareEstimate {
        share,
        standard_error: variance.sqrt(),
        // The ends are exactly 0 and 1 where nobody or everybody was hit; rounding must not move them inside.
        ci_low: if hits == 0 { 0.0 } else { ((center - half) / scale).clamp(0.0, share) },
        ci_high: if hits == n { 1.0 } else { ((center + half) / scale).clamp(share, 1.0) },
        n,
    })
}

/// Two independent shares, each as (hits, n). `None` as for [`wilson`].
///
/// ```text
/// low = d - sqrt((p1-l1)^2 + (u2-p2)^2),   high = d + sqrt((u1-p1)^2 + (p2-l2)^2),   z = d / sqrt(p(1-p)(1/n1 + 1/n2))
/// ```
#[must_use]
pub fn compare(first: (u64, u64), second: (u64, u64), confidence: f64) -> Option<ShareDifference> {
    let (one, two) = (wilson(first.0, first.1, confidence)?, wilson(second.0, second.1, confidence)?);
    let difference = one.share - two.share;
    let pooled = (first.0 + second.0) as f64 / (first.1 + second.1) as f64;
    let error = (pooled * (1.0 - pooled) * (1.0 / first.1 as f64 + 1.0 / second.1 as f64)).sqrt();
    let z = (error > 0.0).then(|| difference / error);
    Some(ShareDifference {
        difference,
        ci_low: difference - (one.share - one.ci_low).hypot(two.ci_high - two.share),
        ci_high: difference + (one.ci_high - one.share).hypot(two.share - two.ci_low),
        z,
        p_value: z.map(two_sided_p),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 5.1e-5, "{actual} is not {expected}");
    }

    #[test]
    fn golden_intervals() {
        let most = wilson(84, 100, 0.95).unwrap();
        close(most.ci_low, 0.7558);
        close(most.ci_high, 0.8990);
        let none = wilson(0, 20, 0.95).unwrap();
        assert!(none.ci_low.abs() < f64::MIN_POSITIVE);
        close(none.ci_high, 0.1611);
    }

    #[test]
    fn nobody_has_no_share() {
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(2, 1, 0.95), None);
        assert_eq!(wilson(1, 1, 1.0), None);
        assert_eq!(compare((1, 2), (0, 0), 0.95), None);
    }

    /// Newcombe's table II, method 10.
    #[test]
    fn published_differences() {
        for (first, second, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let found = compare(first, second, 0.95).unwrap();
            close(found.ci_low, low);
            close(found.ci_high, high);
        }
        assert_eq!(compare((0, 5), (0, 7), 0.95).unwrap().p_value, None);
    }
}
