//! Net Promoter Scores of answers that stand for different numbers of customers, or of which some are of the same customer.

use super::{NpsCounts, NpsDifference, NpsEstimate, Trinomial, finite_correction};
use crate::statistics::clusters::{Clustered, Independent, Repeats, satterthwaite};
use crate::statistics::normal::two_sided_quantile;

/// Answers that stand for different numbers of customers: for each category `[detractors, passives, promoters]` the sum of
/// the weights and that of their squares.
///
/// ```text
/// s_w = sum w x / sum w,   Var = sum w^2 (x - s_w)^2 / (sum w)^2,   effective n = (sum w)^2 / sum w^2   (Kish 1965)
/// ```
/// The interval is the adjusted one at the effective n, so that it is that of [`NpsCounts::adjusted_wald`] where all
/// weights are the same. Where some customers answered more than once, the standard error is by customer, and the effective
/// n is divided by the design effect (`statistics::clusters`).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct WeightedNps {
    /// Sums of weights.
    pub weights: [f64; 3],
    /// Sums of their squares.
    pub squares: [f64; 3],
    /// Answers.
    pub n: u64,
    /// What is known of customers who answered more than once: of -1, 0 and 1, by weight.
    pub repeats: Repeats,
}

impl From<NpsCounts> for WeightedNps {
    fn from(counts: NpsCounts) -> Self {
        let weights = [counts.detractors, counts.passives, counts.promoters].map(|count| count as f64);
        Self { weights, squares: weights, n: counts.total(), repeats: Repeats::default() }
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
        let clustered = self.clustered();
        let effective = clustered.map_or_else(|| self.kish(), |found| found.effective_for(confidence));
        let adjusted = self.adjusted(effective);
        let half = two_sided_quantile(confidence) * adjusted.standard_error;
        Some(NpsEstimate {
            nps: 100.0 * self.score(),
            standard_error: match clustered {
                None => 100.0 * self.independent_squares().sqrt() / total,
                Some(found) => 100.0 * found.standard_error.unwrap_or_default(),
            },
            ci_low: (100.0 * (adjusted.mean - half)).max(-100.0),
            ci_high: (100.0 * (adjusted.mean + half)).min(100.0),
            confidence,
            n: self.n,
        })
    }

    /// [`Self::estimate`] where a large share of a small base answered, as [`NpsCounts::adjusted_wald_of`] does: of
    /// `population` customers so many as there are here, however often each answered.
    #[must_use]
    pub fn estimate_of(&self, population: u64, confidence: f64) -> Option<NpsEstimate> {
        let estimate = self.estimate(confidence)?;
        let effective = self.clustered().map_or_else(|| self.kish(), |found| found.effective_for(confidence));
        let (adjusted, correction) =
            (self.adjusted(effective), finite_correction(self.customers(), population));
        let center = estimate.nps + correction * (100.0 * adjusted.mean - estimate.nps);
        let half = two_sided_quantile(confidence) * 100.0 * adjusted.standard_error * correction;
        Some(NpsEstimate {
            standard_error: estimate.standard_error * correction,
            ci_low: (center - half).clamp(-100.0, 100.0),
            ci_high: (center + half).clamp(-100.0, 100.0),
            ..estimate
        })
    }

    /// Customers who answered; an anonymous answer is of a customer of its own.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.n.saturating_sub(self.repeats.beyond_first)
    }

    /// The answers by customer; `None` where nobody answered more than once.
    #[must_use]
    pub fn clustered(&self) -> Option<Clustered> {
        let (weight, weight_squared) = (self.weights.iter().sum::<f64>(), self.squares.iter().sum::<f64>());
        if !self.repeats.is_any() || weight <= 0.0 {
            return None;
        }
        let (mean, squares) = (self.score(), self.independent_squares());
        let of = Independent { n: self.n, mean, weight, weight_squared, squares };
        Some(Clustered::new(&of, &self.repeats))
    }

    /// `sum w^2 (x - s_w)^2`.
    fn independent_squares(&self) -> f64 {
        let score = self.score();
        [-1.0, 0.0, 1.0].iter().zip(self.squares).map(|(x, square)| square * (x - score).powi(2)).sum()
    }

    /// `s_w`, from -1 to 1.
    fn score(&self) -> f64 {
        let [detractors, _, promoters] = self.weights;
        (promoters - detractors) / self.weights.iter().sum::<f64>()
    }

    /// [`NpsCounts::adjusted`] as if there were so many answers.
    fn adjusted(&self, effective: f64) -> Trinomial {
        let total: f64 = self.weights.iter().sum();
        let [detractors, _, promoters] = self.weights.map(|weight| weight / total * effective);
        let added = NpsCounts::ADDED;
        Trinomial::new(promoters + added, detractors + added, effective + 4.0 * added)
    }

    /// [`NpsCounts::compare`] at the effective n of each. Where some customers answered more than once the test is Student's,
    /// with Satterthwaite's degrees of freedom from G - 1 of each sample. `None` without answers in one of them, for several
    /// answers of a single customer, or if `confidence` is not within (0, 1).
    #[must_use]
    pub fn compare(&self, other: &Self, confidence: f64) -> Option<NpsDifference> {
        let raw = self.estimate(confidence)?.nps - other.estimate(confidence)?.nps;
        let (one, two) = (self.adjusted(self.effective_n()), other.adjusted(other.effective_n()));
        let standard_error = 100.0 * one.standard_error.hypot(two.standard_error);
        let difference = 100.0 * (one.mean - two.mean);
        if !self.repeats.is_any() && !other.repeats.is_any() {
            return Some(NpsDifference::new(raw, difference, standard_error, confidence));
        }
        let variance = |of: &Trinomial| of.standard_error * of.standard_error;
        let degrees = |of: &Self| of.customers() as f64 - 1.0;
        let degrees = match (self.repeats.is_any(), other.repeats.is_any()) {
            // What was compared by z before has as many degrees of freedom as one likes.
            (true, true) => satterthwaite((variance(&one), degrees(self)), (variance(&two), degrees(other))),
            (true, false) => degrees(self) * ((variance(&one) + variance(&two)) / variance(&one)).powi(2),
            (false, _) => degrees(other) * ((variance(&one) + variance(&two)) / variance(&two)).powi(2),
        };
        NpsDifference::by_student(raw, difference, standard_error, degrees, confidence)
    }

    /// Variance of one answer of -1, 0 or 1: `p + d - s^2`, of the weighted shares; `None` without answers.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let total: f64 = self.weights.iter().sum();
        let [detractors, _, promoters] = self.weights;
        (total > 0.0).then(|| ((promoters + detractors) / total - self.score().powi(2)).max(0.0))
    }

    /// As many answers of weight 1 by as many customers as tell as much: Kish's number, divided by the design effect.
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        self.clustered().map_or_else(|| self.kish(), |found| found.effective_n)
    }

    /// Kish's effective number of answers.
    fn kish(&self) -> f64 {
        let (total, squares): (f64, f64) = (self.weights.iter().sum(), self.squares.iter().sum());
        if squares > 0.0 { total * total / squares } else { 0.0 }
    }
}

/// Answers of groups of customers, weighted to the groups' sizes: what the score would be had every group answered as readily
/// as the others (post-stratification). Each stratum is the number of its customers and the answers of some of them; strata
/// without answers are left out, their customers returned as the second value.
///
/// An answer counts its own weight times `N_h / sum of the weights of its stratum`, N_h being the stratum's customers, and
/// the score is the [`WeightedNps::estimate`] of what this returns. An interval made of one for each stratum would be far too narrow where
/// strata have an answer or two, which say nothing of how answers vary within them.
///
/// `None` without answers.
#[must_use]
pub fn post_stratified(strata: &[(u64, WeightedNps)]) -> Option<(WeightedNps, u64)> {
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
        all.repeats.add(&answers.repeats.times(factor));
    }
    (all.n > 0).then_some((all, silent))
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
            ..WeightedNps::default()
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
        let halved = WeightedNps {
            weights: [30.0, 30.0, 20.0],
            squares: [30.0, 30.0, 10.0],
            n: 100,
            ..WeightedNps::default()
        };
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
        let (base, silent) = post_stratified(&strata).unwrap();
        let found = base.estimate(0.95).unwrap();
        close(found.nps, -80.0, 9);
        assert_eq!((found.n, silent), (100, 50));
        // One stratum is the sample itself.
        let (alone, _) = post_stratified(&[(7, of(40, 30, 30))]).unwrap();
        let alone = alone.estimate(0.95).unwrap();
        let plain = counts(40, 30, 30).adjusted_wald(0.95).unwrap();
        close(alone.nps, 10.0, 9);
        close(alone.ci_low, plain.ci_low, 9);
        close(alone.ci_high, plain.ci_high, 9);
        assert_eq!(post_stratified(&[(5, of(0, 0, 0))]), None);
        // Twenty strata of the same size with an answer each know no more than twenty answers do.
        let single: Vec<(u64, WeightedNps)> =
            (0..20).map(|i| (3, if i % 2 == 0 { of(1, 0, 0) } else { of(0, 0, 1) })).collect();
        let found = post_stratified(&single).unwrap().0.estimate(0.95).unwrap();
        let plain = counts(10, 0, 10).adjusted_wald(0.95).unwrap();
        close(found.ci_low, plain.ci_low, 9);
        // Answers keep their own weights within their stratum: 9 promoters for 1 detractor.
        let weighted = WeightedNps {
            weights: [1.0, 0.0, 9.0],
            squares: [1.0, 0.0, 81.0],
            n: 2,
            ..WeightedNps::default()
        };
        let found = post_stratified(&[(10, weighted)]).unwrap().0.estimate(0.95).unwrap();
        close(found.nps, 80.0, 9);
    }
}
