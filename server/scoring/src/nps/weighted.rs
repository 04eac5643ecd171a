//! Net Promoter Scores of answers that stand for different numbers of customers.

use super::{NpsCounts, NpsDifference, NpsEstimate, Trinomial};
use crate::statistics::normal::two_sided_quantile;

/// Answers that stand for different numbers of customers: for each category `[detractors, passives, promoters]` the sum of
/// the weights and that of their squares.
///
/// ```text
/// s_w = sum w x / sum w,   Var = sum w^2 (x - s_w)^2 / (sum w)^2,   effective n = (sum w)^2 / sum w^2   (Kish 1965)
/// ```
/// The interval is the adjusted one at the effective n, so that it is that of [`NpsCounts::adjusted_wald`] where all
/// weights are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct WeightedNps {
    /// Sums of weights.
    pub weights: [f64; 3],
    /// Sums of their squares.
    pub squares: [f64; 3],
    /// Answers.
    pub n: u64,
}

impl From<NpsCounts> for WeightedNps {
    fn from(counts: NpsCounts) -> Self {
        let weights = [counts.detractors, counts.passives, counts.promoters].map(|count| count as f64);
        Self { weights, squares: weights, n: counts.total() }
    }
}

impl WeightedNps {
    /// `None` without answers, or if `confidence` is not within (0, 1).
    #[must_use]
    pub fn estimate(&self, confidence: f64) -> Option<NpsEstimate> {
        let total: f64 = self.weights.iter().sum();
        if self.n == 0 || total <= 0.0 || !(confidence > 0.0 && confidence < 1.0) {
            return None;
        }
        let score = self.score();
        let variance: f64 =
            [-1.0, 0.0, 1.0].iter().zip(self.squares).map(|(x, square)| square * (x - score).powi(2)).sum();
        let adjusted = self.adjusted();
        let half = two_sided_quantile(confidence) * adjusted.standard_error;
        Some(NpsEstimate {
            nps: 100.0 * score,
            standard_error: 100.0 * variance.sqrt() / total,
            ci_low: (100.0 * (adjusted.mean - half)).max(-100.0),
            ci_high: (100.0 * (adjusted.mean + half)).min(100.0),
            confidence,
            n: self.n,
        })
    }

    /// `s_w`, from -1 to 1.
    fn score(&self) -> f64 {
        let [detractors, _, promoters] = self.weights;
        (promoters - detractors) / self.weights.iter().sum::<f64>()
    }

    /// [`NpsCounts::adjusted`] at the effective n.
    fn adjusted(&self) -> Trinomial {
        let (total, effective): (f64, f64) = (self.weights.iter().sum(), self.effective_n());
        let [detractors, _, promoters] = self.weights.map(|weight| weight / total * effective);
        let added = NpsCounts::ADDED;
        Trinomial::new(promoters + added, detractors + added, effective + 4.0 * added)
    }

    /// [`NpsCounts::compare`] at the effective n of each. `None` without answers in one of them, or if `confidence` is not
    /// within (0, 1).
    #[must_use]
    pub fn compare(&self, other: &Self, confidence: f64) -> Option<NpsDifference> {
        let raw = self.estimate(confidence)?.nps - other.estimate(confidence)?.nps;
        let (one, two) = (self.adjusted(), other.adjusted());
        let standard_error = 100.0 * one.standard_error.hypot(two.standard_error);
        Some(NpsDifference::new(raw, 100.0 * (one.mean - two.mean), standard_error, confidence))
    }

    /// Variance of one answer of -1, 0 or 1: `p + d - s^2`, of the weighted shares; `None` without answers.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let total: f64 = self.weights.iter().sum();
        let [detractors, _, promoters] = self.weights;
        (total > 0.0).then(|| ((promoters + detractors) / total - self.score().powi(2)).max(0.0))
    }

    /// Kish's effective number of answers.
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        let (total, squares): (f64, f64) = (self.weights.iter().sum(), self.squares.iter().sum());
        if squares > 0.0 { total * total / squares } else { 0.0 }
    }
}

/// Answers of groups of customers, weighted to the groups' sizes: what the score would be had every group answered as readily
/// as the others (post-stratification). Each stratum is the number of its customers and the answers of some of them; strata
/// without answers are left out, their customers returned as the second value.
///
/// An answer counts its own weight times `N_h / sum of the weights of its stratum`, N_h being the stratum's customers, and
/// [`WeightedNps::estimate`] is that of these weights. An interval made of one for each stratum would be far too narrow where
/// strata have an answer or two, which say nothing of how answers vary within them.
///
/// `None` without answers, or if `confidence` is not within (0, 1).
#[must_use]
pub fn post_stratified(strata: &[(u64, WeightedNps)], confidence: f64) -> Option<(NpsEstimate, u64)> {
    let (mut all, mut silent) = (WeightedNps::default(), 0);
    for (size, answers) in strata {
        let total: f64 = answers.weights.iter().sum();
        if total <= 0.0 {
            silent += size;
            continue;
        }
        let factor = *size as f64 / total;
        all.n += answers.n;
        for category in 0..3 {
            all.weights[category] += factor * answers.weights[category];
            all.squares[category] += factor * factor * answers.squares[category];
        }
    }
    Some((all.estimate(confidence)?, silent))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn counts(promoters: u64, passives: u64, detractors: u64) -> NpsCounts {
        NpsCounts { promoters, passives, detractors }
    }

    /// The golden values are printed to two or three decimals.
    fn close(actual: f64, expected: f64, digits: i32) {
        let allowed = 0.51 * 10f64.powi(-digits);
        assert!((actual - expected).abs() <= allowed, "{actual} is not {expected}");
    }

    #[test]
    fn equal_weights_are_none() {
        let plain = counts(40, 30, 30).adjusted_wald(0.95).unwrap();
        let of = |w: f64| WeightedNps {
            weights: [30.0 * w, 30.0 * w, 40.0 * w],
            squares: [30.0 * w * w, 30.0 * w * w, 40.0 * w * w],
            n: 100,
        };
        for w in [1.0, 0.25, 7.0] {
            let weighted = of(w).estimate(0.95).unwrap();
            close(weighted.nps, plain.nps, 9);
            close(weighted.ci_low, plain.ci_low, 9);
            close(weighted.ci_high, plain.ci_high, 9);
            close(weighted.standard_error, 8.3066, 4);
            close(of(w).effective_n(), 100.0, 9);
        }
        // Promoters at half the weight: (20 - 30) / 80.
        let halved = WeightedNps { weights: [30.0, 30.0, 20.0], squares: [30.0, 30.0, 10.0], n: 100 };
        close(halved.estimate(0.95).unwrap().nps, -12.5, 9);
        assert_eq!(WeightedNps::default().estimate(0.95), None);
        let (one, two) = (counts(40, 30, 30), counts(55, 25, 20));
        let plain = one.compare(&two, 0.95).unwrap();
        let weighted = WeightedNps::from(one).compare(&two.into(), 0.95).unwrap();
        close(weighted.adjusted_difference, plain.adjusted_difference, 9);
        close(weighted.z.unwrap(), -2.1506, 4);
        close(WeightedNps::from(one).variance().unwrap(), 0.7 - 0.01, 9);
        assert_eq!(WeightedNps::default().compare(&two.into(), 0.95), None);
    }

    #[test]
    fn strata_count_by_their_customers() {
        // Nine tenths of the base are detractors who hardly answer.
        let of = |promoters, passives, detractors| counts(promoters, passives, detractors).into();
        let strata: [(u64, WeightedNps); 3] = [(900, of(0, 0, 10)), (100, of(90, 0, 0)), (50, of(0, 0, 0))];
        let (found, silent) = post_stratified(&strata, 0.95).unwrap();
        close(found.nps, -80.0, 9);
        assert_eq!((found.n, silent), (100, 50));
        // One stratum is the sample itself.
        let (alone, _) = post_stratified(&[(7, of(40, 30, 30))], 0.95).unwrap();
        let plain = counts(40, 30, 30).adjusted_wald(0.95).unwrap();
        close(alone.nps, 10.0, 9);
        close(alone.ci_low, plain.ci_low, 9);
        close(alone.ci_high, plain.ci_high, 9);
        assert_eq!(post_stratified(&[(5, of(0, 0, 0))], 0.95), None);
        // Twenty strata of the same size with an answer each know no more than twenty answers do.
        let single: Vec<(u64, WeightedNps)> =
            (0..20).map(|i| (3, if i % 2 == 0 { of(1, 0, 0) } else { of(0, 0, 1) })).collect();
        let (found, _) = post_stratified(&single, 0.95).unwrap();
        let plain = counts(10, 0, 10).adjusted_wald(0.95).unwrap();
        close(found.ci_low, plain.ci_low, 9);
        // Answers keep their own weights within their stratum: 9 promoters for 1 detractor.
        let weighted = WeightedNps { weights: [1.0, 0.0, 9.0], squares: [1.0, 0.0, 81.0], n: 2 };
        let (found, _) = post_stratified(&[(10, weighted)], 0.95).unwrap();
        close(found.nps, 80.0, 9);
    }
}
