//! How many answers a Net Promoter Score takes.

use crate::statistics::normal::{quantile, two_sided_quantile};

/// How many answers it takes.
///
/// `variance` is that of one answer of -1, 0 or 1: `p + d - s^2`, between 0 and 1; 1 is the worst case (all promoters and
/// detractors, half and half). With a finite population of N customers, `n = n0 / (1 + (n0 - 1) / N)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NpsPlan {
    /// Of one answer.
    pub variance: f64,
    /// Customers there are, if few.
    pub population: Option<u64>,
    /// Of the interval, in (0, 1).
    pub confidence: f64,
}

impl NpsPlan {
    /// Answers for an interval of so many points up and down, rounded up, and no more than there are customers.
    ///
    /// ```text
    /// n = (100 z sqrt(Var) / m)^2
    /// ```
    #[must_use]
    pub fn answers_for(&self, margin: f64) -> f64 {
        let z = two_sided_quantile(self.confidence);
        let unlimited = (100.0 * z / margin).powi(2) * self.variance;
        let n = match self.population {
            None => unlimited,
            Some(all) => unlimited / (1.0 + (unlimited - 1.0) / all as f64),
        };
        // Rounding can leave a whole number a little above itself.
        let enough = (n - 1e-9).ceil().max(1.0);
        self.population.map_or(enough, |all| enough.min(all as f64))
    }

    /// Points up and down that so many answers leave: none when all customers have answered.
    #[must_use]
    pub fn margin_of(&self, answers: u64) -> f64 {
        let n = answers.max(1) as f64;
        let correction = match self.population {
            Some(all) if all > 1 => ((all as f64 - n).max(0.0) / (all as f64 - 1.0)).sqrt(),
            Some(_) => 0.0,
            None => 1.0,
        };
        100.0 * two_sided_quantile(self.confidence) * (self.variance / n).sqrt() * correction
    }

    /// Answers in each of two samples to see a difference of so many points with probability `power`, rounded up.
    ///
    /// ```text
    /// n = 2 Var (100 (z_confidence + z_power) / difference)^2
    /// ```
    #[must_use]
    pub fn answers_to_see(&self, difference: f64, power: f64) -> f64 {
        let z = two_sided_quantile(self.confidence) + quantile(power);
        (2.0 * self.variance * (100.0 * z / difference).powi(2)).ceil().max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The golden values are printed to two or three decimals.
    fn close(actual: f64, expected: f64, digits: i32) {
        let allowed = 0.51 * 10f64.powi(-digits);
        assert!((actual - expected).abs() <= allowed, "{actual} is not {expected}");
    }

    #[test]
    fn golden_sample_sizes() {
        let worst = NpsPlan { variance: 1.0, population: None, confidence: 0.95 };
        for (margin, answers) in [(10.0, 385.0), (5.0, 1537.0), (3.0, 4269.0)] {
            close(worst.answers_for(margin), answers, 9);
            assert!(worst.margin_of(answers as u64) <= margin);
            assert!(worst.margin_of(answers as u64 - 1) > margin);
        }
        let few = NpsPlan { population: Some(200), ..worst };
        close(few.answers_for(10.0), 132.0, 9);
        assert!(few.margin_of(132) <= 10.0 && few.margin_of(131) > 10.0);
        close(few.margin_of(200), 0.0, 12);
        // z = 1.959964 + 0.841621
        close(worst.answers_to_see(10.0, 0.8), 1570.0, 9);
    }
}
