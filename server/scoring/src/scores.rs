//! Scores on a scale: satisfaction, effort, trust, or a question of one's own.
//!
//! | symbol | name | meaning |
//! |---|---|---|
//! | l, h | `min`, `max` | the scores that can be given are l, l + 1, ..., h |
//! | n | `total()` | answers |
//! | m | `mean` | their mean |
//!
//! ```text
//! interval of the mean   m +- t_{n-1} sd / sqrt(n),   clipped to [l, h]
//! index                  100 (m - l) / (h - l), or from the other end where lower is better: 0 worst, 100 best
//! top box share          Wilson's interval of the share of the scores that count as good
//! net easy               (good - bad) / n, a trinomial as the NPS is one
//! ```
//! Where some customers answered more than once the mean's interval is m +- t_{G-1} SE, of the clustered standard error and G
//! customers (`statistics::clusters`).
//!
//! Sources: Dixon, Freeman, Toman, "Stop trying to delight your customers", *HBR* July 2010 (effort, 1 to 5, lower is better);
//! Dixon, Toman, DeLisi, *The Effortless Experience*, 2013 (ease, 1 to 7, share that agrees); Wilson 1927; Welch, "The
//! generalization of Student's problem", *Biometrika* 34, 1947.
//!
//! Where it fails: the interval of a mean takes the mean as normal. With few answers near one end of the scale it is only
//! roughly right; the distribution and the top box share are safer there.

use crate::statistics::clusters::{
    Clustered, Independent, Repeats, satterthwaite, t_quantile, t_two_sided_p,
};
use crate::statistics::proportion::{ShareEstimate, wilson};
use serde::{Deserialize, Serialize};

/// How often each score was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution<'a> {
    /// The lowest score that can be given.
    pub min: i32,
    /// How often each was given, from the lowest to the highest that can be.
    pub counts: &'a [u64],
    /// What is known of customers who answered more than once, by score.
    pub repeats: Repeats,
}

/// A mean with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanEstimate {
    /// The mean.
    pub mean: f64,
    /// `sd / sqrt(n)`, or by customer where some answered more than once; `None` for a single answer or customer.
    pub standard_error: Option<f64>,
    /// Lower end; `None` for a single answer or customer.
    pub ci_low: Option<f64>,
    /// Upper end; `None` for a single answer or customer.
    pub ci_high: Option<f64>,
    /// Answers.
    pub n: u64,
    /// The answers by customer; `None` where nobody answered more than once.
    pub clustered: Option<Clustered>,
}

/// Two means compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanDifference {
    /// `m1 - m2`.
    pub difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Lower end of Welch's interval.
    pub ci_low: f64,
    /// Upper end of Welch's interval.
    pub ci_high: f64,
    /// Welch's t; `None` where nothing varies.
    pub t: Option<f64>,
    /// Two-sided.
    pub p_value: Option<f64>,
}

/// The variance of a mean, and its degrees of freedom.
type OfMean = (f64, f64);

impl<'a> Distribution<'a> {
    /// Answers each of which is of another customer, as `counts` says from the lowest score `min` on.
    #[must_use]
    pub fn new(min: i32, counts: &'a [u64]) -> Self {
        Self { min, counts, repeats: Repeats::default() }
    }

    /// Answers.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn scores(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        (self.min..).zip(self.counts).map(|(score, count)| (f64::from(score), *count as f64))
    }

    /// Mean and variance (with n - 1); `None` without answers.
    fn moments(&self) -> Option<(f64, Option<f64>)> {
        let n = self.total() as f64;
        if n < 1.0 {
            return None;
        }
        let mean = self.scores().map(|(score, count)| score * count).sum::<f64>() / n;
        let squares: f64 = self.scores().map(|(score, count)| count * (score - mean).powi(2)).sum();
        Some((mean, (n > 1.5).then(|| squares / (n - 1.0))))
    }

    /// The answers by customer; `None` where nobody answered more than once, or without answers.
    #[must_use]
    pub fn clustered(&self) -> Option<Clustered> {
        if !self.repeats.is_any() {
            return None;
        }
        let ((mean, variance), n) = (self.moments()?, self.total());
        let size = n as f64;
        let squares = variance.unwrap_or_default() * (size - 1.0);
        let of = Independent { n, mean, weight: size, weight_squared: size, squares };
        Some(Clustered::new(&of, &self.repeats))
    }

    /// The mean with the variance of it; none of that for a single answer or customer.
    fn of_mean(&self) -> Option<(f64, Option<OfMean>, Option<Clustered>)> {
        let ((mean, variance), n) = (self.moments()?, self.total() as f64);
        let independent = variance.map(|variance| (variance / n, n - 1.0));
        let Some(clustered) = self.clustered() else { return Some((mean, independent, None)) };
        // Whoever says the contrary of what they said before makes a mean no surer than another customer would.
        let least = independent.map_or(0.0, |(variance, _)| variance);
        let by_customer = clustered.standard_error.zip(clustered.degrees());
        let by_customer = by_customer.map(|(error, degrees)| ((error * error).max(least), degrees));
        Some((mean, by_customer, Some(clustered)))
    }

    /// The mean. `None` without answers or if `confidence` is not within (0, 1).
    #[must_use]
    pub fn mean(&self, confidence: f64) -> Option<MeanEstimate> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return None;
        }
        let ((mean, of_mean, clustered), n) = (self.of_mean()?, self.total());
        let of_mean = of_mean.map(|(variance, degrees)| (variance.sqrt(), degrees));
        let half = of_mean.and_then(|(error, degrees)| Some(error * t_quantile(confidence, degrees)?));
        let (low, high) = (f64::from(self.min), f64::from(self.min) + self.counts.len() as f64 - 1.0);
        Some(MeanEstimate {
            mean,
            standard_error: of_mean.map(|(error, _)| error),
            ci_low: half.map(|half| (mean - half).max(low)),
            ci_high: half.map(|half| (mean + half).min(high)),
            n,
            clustered,
        })
    }

    /// Share of the scores from `low` to `high`, both included.
    #[must_use]
    pub fn share(&self, low: i32, high: i32, confidence: f64) -> Option<ShareEstimate> {
        wilson(self.between(low, high), self.total(), confidence)
    }

    /// How many scores were from `low` to `high`, both included.
    #[must_use]
    pub fn between(&self, low: i32, high: i32) -> u64 {
        (self.min..).zip(self.counts).filter(|(score, _)| (low..=high).contains(score)).map(|(_, n)| n).sum()
    }

    /// Two independent samples by Welch's test, on the same scale. `None` with fewer than two answers in one of them.
    ///
    /// ```text
    /// t = (m1 - m2) / sqrt(v1/n1 + v2/n2),   df = (v1/n1 + v2/n2)^2 / ((v1/n1)^2/(n1-1) + (v2/n2)^2/(n2-1))
    /// ```
    /// Where some customers answered more than once v/n is the clustered variance of the mean, and n - 1 is G - 1; `None`
    /// then for a sample of a single customer.
    #[must_use]
    pub fn compare(&self, other: &Self, confidence: f64) -> Option<MeanDifference> {
        let ((m1, v1, _), (m2, v2, _)) = (self.of_mean()?, other.of_mean()?);
        let ((a, degrees_a), (b, degrees_b)) = (v1?, v2?);
        let (difference, standard_error) = (m1 - m2, (a + b).sqrt());
        if standard_error <= 0.0 {
            // Nothing varies; what differs then differs without doubt, and what does not needs no test.
            let (ci_low, ci_high) = (difference, difference);
            return Some(MeanDifference {
                difference,
                standard_error,
                ci_low,
                ci_high,
                t: None,
                p_value: None,
            });
        }
        let degrees = satterthwaite((a, degrees_a), (b, degrees_b));
        let t = difference / standard_error;
        let half = standard_error * t_quantile(confidence, degrees)?;
        Some(MeanDifference {
            difference,
            standard_error,
            ci_low: difference - half,
            ci_high: difference + half,
            t: Some(t),
            p_value: Some(t_two_sided_p(t, degrees)?),
        })
    }
}

impl MeanDifference {
    /// The same respondents twice, from how often each change of the score happened: `changes[i]` counts a change of
    /// `i - reach`, where `reach = (changes.len() - 1) / 2`. A t test of the mean change. `None` for fewer than two.
    #[must_use]
    pub fn paired(changes: &[u64], confidence: f64) -> Option<Self> {
        let reach = (changes.len() as i32 - 1) / 2;
        let of = Distribution::new(-reach, changes);
        let (difference, variance) = of.moments()?;
        let n = of.total() as f64;
        let standard_error = (variance? / n).sqrt();
        let t = (standard_error > 0.0).then(|| difference / standard_error);
        let half = standard_error * t_quantile(confidence, n - 1.0)?;
        Some(Self {
            difference,
            standard_error,
            ci_low: difference - half,
            ci_high: difference + half,
            t,
            p_value: t.and_then(|t| t_two_sided_p(t, n - 1.0)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: f64, expected: f64, allowed: f64) {
        assert!((actual - expected).abs() <= allowed, "{actual} is not {expected}");
    }

    /// Expected values by scipy.stats: `t.interval`, `ttest_ind(equal_var=False)` and, below, `ttest_rel`.
    #[test]
    fn means_are_those_of_students_t() {
        // 1, 2, 2, 4, 5, 5, 5
        let of = Distribution::new(1, &[1, 2, 0, 1, 3]);
        let found = of.mean(0.95).unwrap();
        close(found.mean, 24.0 / 7.0, 1e-12);
        close(found.standard_error.unwrap(), 0.649_437_223_665_993, 1e-12);
        close(found.ci_low.unwrap(), 1.839_455_789_408_418, 1e-9);
        assert!(found.ci_high.unwrap() <= 5.0);
        // 3, 4, 4, 5, 5
        let other = Distribution::new(1, &[0, 0, 1, 2, 2]);
        let welch = of.compare(&other, 0.95).unwrap();
        close(welch.difference, 24.0 / 7.0 - 4.2, 1e-12);
        close(welch.t.unwrap(), -1.029_240_691_512_745, 1e-12);
        close(welch.p_value.unwrap(), 0.329_847_780_938_112, 1e-9);
    }

    #[test]
    fn few_answers_say_what_they_can() {
        assert_eq!(Distribution::new(1, &[0; 5]).mean(0.95), None);
        let single = Distribution::new(1, &[0, 0, 0, 1, 0]).mean(0.95).unwrap();
        close(single.mean, 4.0, 0.0);
        assert_eq!((single.ci_low, single.standard_error), (None, None));
        let agreed = Distribution::new(1, &[0, 0, 0, 9, 0]);
        assert_eq!(agreed.compare(&agreed, 0.95).unwrap().p_value, None);
    }

    #[test]
    fn shares_are_between_scores() {
        let of = Distribution::new(1, &[5, 5, 6, 40, 44]);
        let top = of.share(4, 5, 0.95).unwrap();
        close(top.share, 0.84, 1e-12);
        close(top.ci_low, 0.7558, 5.1e-5);
        close(top.ci_high, 0.8990, 5.1e-5);
        assert_eq!(of.between(-3, 1), 5);
    }

    #[test]
    fn paired_changes_are_a_t_test() {
        // Changes 0, 0, 1, 1, 2: mean 0.8, sd 0.83666.
        let found = MeanDifference::paired(&[0, 0, 2, 2, 1], 0.95).unwrap();
        close(found.difference, 0.8, 1e-12);
        close(found.t.unwrap(), 2.138_089_935_299_395, 1e-12);
        close(found.p_value.unwrap(), 0.099_300_683_213_727, 1e-9);
    }
}
