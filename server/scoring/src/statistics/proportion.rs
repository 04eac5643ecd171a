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
//! Where it fails: the n are taken as independent of each other. Several answers of one customer are not; for them there are
//! [`wilson_clustered`] and [`compare_clustered`].

use crate::statistics::clusters::{Clustered, Independent, Repeats, t_two_sided_p};
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
    Some(wilson_at((hits, n), n as f64, confidence))
}

/// The interval of a share as if so many were asked.
fn wilson_at((hits, n): (u64, u64), size: f64, confidence: f64) -> ShareEstimate {
    let share = hits as f64 / n as f64;
    let variance = share * (1.0 - share) / size;
    let z = two_sided_quantile(confidence);
    let (center, scale) = (share + z * z / (2.0 * size), 1.0 + z * z / size);
    let half = z * (variance + z * z / (4.0 * size * size)).sqrt();
    ShareEstimate {
        share,
        standard_error: variance.sqrt(),
        // The ends are exactly 0 and 1 where nobody or everybody was hit; rounding must not move them inside.
        ci_low: if hits == 0 { 0.0 } else { ((center - half) / scale).clamp(0.0, share) },
        ci_high: if hits == n { 1.0 } else { ((center + half) / scale).clamp(share, 1.0) },
        n,
    }
}

/// [`wilson`] where some customers answered more than once: Wilson's interval for so many answers as tell as much, and the
/// standard error of the clustered share. `repeats` are those of an answer of 1 for a hit and 0 else. The second is `None`
/// where nobody did, and then the first is [`wilson`] to the bit; its standard error is 0 for a single customer.
#[must_use]
pub fn wilson_clustered(
    hits: u64,
    n: u64,
    repeats: &Repeats,
    confidence: f64,
) -> Option<(ShareEstimate, Option<Clustered>)> {
    let plain = wilson(hits, n, confidence)?;
    if !repeats.is_any() {
        return Some((plain, None));
    }
    let clustered = clustered(hits, n, repeats);
    let found = wilson_at((hits, n), clustered.effective_for(confidence), confidence);
    let standard_error = clustered.standard_error.unwrap_or_default();
    Some((ShareEstimate { standard_error, ..found }, Some(clustered)))
}

fn clustered(hits: u64, n: u64, repeats: &Repeats) -> Clustered {
    let (size, share) = (n as f64, hits as f64 / n as f64);
    let squares = size * share * (1.0 - share);
    let of = Independent { n, mean: share, weight: size, weight_squared: size, squares };
    Clustered::new(&of, repeats)
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

/// A sample of which some answers are of the same customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Hits.
    pub hits: u64,
    /// Of how many.
    pub n: u64,
    /// Those of an answer of 1 for a hit and 0 else.
    pub repeats: Repeats,
}

/// [`compare`] where some customers answered more than once: Newcombe's interval of [`wilson_clustered`], and the test with
/// each sample counting as many answers as tell as much, by Student's t with G1 + G2 - 2 degrees of freedom. Where nobody did
/// it is [`compare`] to the bit. No test where one sample is of a single customer.
#[must_use]
pub fn compare_clustered(first: &Sample, second: &Sample, confidence: f64) -> Option<ShareDifference> {
    let plain = compare((first.hits, first.n), (second.hits, second.n), confidence)?;
    if !first.repeats.is_any() && !second.repeats.is_any() {
        return Some(plain);
    }
    let interval = |of: &Sample| wilson_clustered(of.hits, of.n, &of.repeats, confidence);
    let ((one, _), (two, _)) = (interval(first)?, interval(second)?);
    let effective = |of: &Sample| clustered(of.hits, of.n, &of.repeats);
    let (a, b) = (effective(first), effective(second));
    let (n1, n2) = (a.effective_n, b.effective_n);
    let pooled = (one.share * n1 + two.share * n2) / (n1 + n2);
    let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    let degrees = a.degrees().zip(b.degrees()).map(|(a, b)| a + b);
    let z = (error > 0.0 && degrees.is_some()).then(|| plain.difference / error);
    Some(ShareDifference {
        ci_low: plain.difference - (one.share - one.ci_low).hypot(two.ci_high - two.share),
        ci_high: plain.difference + (one.ci_high - one.share).hypot(two.share - two.ci_low),
        z,
        p_value: z.zip(degrees).and_then(|(z, degrees)| t_two_sided_p(z, degrees)),
        ..plain
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
