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
//!
//! Sources: Dixon, Freeman, Toman, "Stop trying to delight your customers", *HBR* July 2010 (effort, 1 to 5, lower is better);
//! Dixon, Toman, DeLisi, *The Effortless Experience*, 2013 (ease, 1 to 7, share that agrees); Wilson 1927; Welch, "The
//! generalization of Student's problem", *Biometrika* 34, 1947.
//!
//! Where it fails: the interval of a mean takes the mean as normal. With few answers near one end of the scale it is only
//! roughly right; the distribution and the top box share are safer there.

use crate::statistics::proportion::{ShareEstimate, wilson};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// How often each score was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution<'a> {
    /// The lowest score that can be given.
    pub min: i32,
    /// How often each was given, from the lowest to the highest that can be.
    pub counts: &'a [u64],
}

/// A mean with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanEstimate {
    /// The mean.
    pub mean: f64,
    /// `sd / sqrt(n)`; `None` for a single answer.
    pub standard_error: Option<f64>,
    /// Lower end; `None` for a single answer.
    pub ci_low: Option<f64>,
    /// Upper end; `None` for a single answer.
    pub ci_high: Option<f64>,
    /// Answers.
    pub n: u64,
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

/// Student's t at a two-sided confidence; the normal quantile for very many degrees of freedom.
fn t_quantile(confidence: f64, degrees: f64) -> Option<f64> {
    let t = StudentsT::new(0.0, 1.0, degrees).ok()?;
    Some(t.inverse_cdf(0.5 + 0.5 * confidence))
}

impl Distribution<'_> {
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

    /// The mean. `None` without answers or if `confidence` is not within (0, 1).
    #[must_use]
    pub fn mean(&self, confidence: f64) -> Option<MeanEstimate> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return None;
        }
        let ((mean, variance), n) = (self.moments()?, self.total());
        let error = variance.map(|variance| (variance / n as f64).sqrt());
        let half = error.and_then(|error| Some(error * t_quantile(confidence, n as f64 - 1.0)?));
        let (low, high) = (f64::from(self.min), f64::from(self.min) + self.counts.len() as f64 - 1.0);
        Some(MeanEstimate {
            mean,
            standard_error: error,
            ci_low: half.map(|half| (mean - half).max(low)),
            ci_high: half.map(|half| (mean + half).min(high)),
            n,
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
    #[must_use]
    pub fn compare(&self, other: &Self, confidence: f64) -> Option<MeanDifference> {
        let ((m1, v1), (m2, v2)) = (self.moments()?, other.moments()?);
        let (n1, n2) = (self.total() as f64, other.total() as f64);
        let (a, b) = (v1? / n1, v2? / n2);
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
        let degrees = (a + b).powi(2) / (a * a / (n1 - 1.0) + b * b / (n2 - 1.0));
        let student = StudentsT::new(0.0, 1.0, degrees).ok()?;
        let t = difference / standard_error;
        let half = standard_error * t_quantile(confidence, degrees)?;
        Some(MeanDifference {
            difference,
            standard_error,
            ci_low: difference - half,
            ci_high: difference + half,
            t: Some(t),
            p_value: Some((2.0 * student.cdf(-t.abs())).min(1.0)),
        })
    }
}

impl MeanDifference {
    /// The same respondents twice, from how often each change of the score happened: `changes[i]` counts a change of
    /// `i - reach`, where `reach = (changes.len() - 1) / 2`. A t test of the mean change. `None` for fewer than two.
    #[must_use]
    pub fn paired(changes: &[u64], confidence: f64) -> Option<Self> {
        let reach = (changes.len() as i32 - 1) / 2;
        let of = Distribution { min: -reach, counts: changes };
        let (difference, variance) = of.moments()?;
        let n = of.total() as f64;
        let standard_error = (variance? / n).sqrt();
        let student = StudentsT::new(0.0, 1.0, n - 1.0).ok()?;
        let t = (standard_error > 0.0).then(|| difference / standard_error);
        let half = standard_error * t_quantile(confidence, n - 1.0)?;
        Some(Self {
            difference,
            standard_error,
            ci_low: difference - half,
            ci_high: difference + half,
            t,
            p_value: t.map(|t| (2.0 * student.cdf(-t.abs())).min(1.0)),
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
        let of = Distribution { min: 1, counts: &[1, 2, 0, 1, 3] };
        let found = of.mean(0.95).unwrap();
        close(found.mean, 24.0 / 7.0, 1e-12);
        close(found.standard_error.unwrap(), 0.649_437_223_665_993, 1e-12);
        close(found.ci_low.unwrap(), 1.839_455_789_408_418, 1e-9);
        assert!(found.ci_high.unwrap() <= 5.0);
        // 3, 4, 4, 5, 5
        let other = Distribution { min: 1, counts: &[0, 0, 1, 2, 2] };
        let welch = of.compare(&other, 0.95).unwrap();
        close(welch.difference, 24.0 / 7.0 - 4.2, 1e-12);
        close(welch.t.unwrap(), -1.029_240_691_512_745, 1e-12);
        close(welch.p_value.unwrap(), 0.329_847_780_938_112, 1e-9);
    }

    #[test]
    fn few_answers_say_what_they_can() {
        assert_eq!(Distribution { min: 1, counts: &[0; 5] }.mean(0.95), None);
        let single = Distribution { min: 1, counts: &[0, 0, 0, 1, 0] }.mean(0.95).unwrap();
        close(single.mean, 4.0, 0.0);
        assert_eq!((single.ci_low, single.standard_error), (None, None));
        let agreed = Distribution { min: 1, counts: &[0, 0, 0, 9, 0] };
        assert_eq!(agreed.compare(&agreed, 0.95).unwrap().p_value, None);
    }

    #[test]
    fn shares_are_between_scores() {
        let of = Distribution { min: 1, counts: &[5, 5, 6, 40, 44] };
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
