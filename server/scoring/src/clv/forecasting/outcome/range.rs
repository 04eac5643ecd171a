//! A median with central ranges.

use crate::clv::judging::tails::Tails;

/// What may come: the median, and the central ranges that hold 80 % and 95 % of what the models think possible.
///
/// `0 <= low_95 <= low_80 <= median <= high_80 <= high_95`, all finite. Of counts every end is a whole number, the least with at
/// least so much probability up to it, so a range holds at least what its name says, and often more: `probability_80` and `probability_95`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OutcomeRange {
    /// As often less as more.
    pub median: f64,
    /// One in ten is below.
    pub low_80: f64,
    /// One in ten is above.
    pub high_80: f64,
    /// One in forty is below.
    pub low_95: f64,
    /// One in forty is above.
    pub high_95: f64,
    /// Probability of what is from `low_80` to `high_80`, both included; at least 0.8.
    pub probability_80: f64,
    /// Probability of what is from `low_95` to `high_95`, both included; at least 0.95.
    pub probability_95: f64,
}

/// Whether what is below a figure is what is less, or no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Included,
    Excluded,
}

/// What may come of a customer, or of several together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OutcomeRanges {
    /// Purchase days; `None` where there is no such range.
    pub purchases: Option<OutcomeRange>,
    /// Spend, undiscounted, in units of currency; `None` without a value model, or where there is no such range.
    pub spend: Option<OutcomeRange>,
}

impl OutcomeRange {
    /// From quantiles, asked for in ascending order at the levels of tails, and the probability up to a figure, or of less than it. `None` where one
    /// of them is missing or not finite.
    pub(super) fn of(
        tails: &Tails,
        mut quantile: impl FnMut(f64) -> Option<f64>,
        mut below: impl FnMut(f64, Ends) -> Option<f64>,
    ) -> Option<Self> {
        let mut found = [0.0; 5];
        let mut least = 0.0_f64;
        for (slot, below) in found.iter_mut().zip(tails.levels()) {
            // Rounding, and the search for a quantile, must not put one below the one before.
            least = quantile(below)?.max(least);
            *slot = least;
        }
        let [low_95, low_80, median, high_80, high_95] = found;
        if !high_95.is_finite() {
            return None;
        }
        let mut between = |low: f64, high: f64| {
            let less = if low > 0.0 { tails.moved(below(low, Ends::Excluded)?) } else { 0.0 };
            Some((tails.moved(below(high, Ends::Included)?) - less).clamp(0.0, 1.0))
        };
        let (probability_80, probability_95) = (between(low_80, high_80)?, between(low_95, high_95)?);
        Some(Self { median, low_80, high_80, low_95, high_95, probability_80, probability_95 })
    }

    /// The figures, ascending.
    #[must_use]
    pub const fn ascending(&self) -> [f64; 5] {
        [self.low_95, self.low_80, self.median, self.high_80, self.high_95]
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "whole numbers, and what no rounding touches")]
mod tests {
    use super::*;

    /// As of an even spread over [0, 1], whatever the quantiles.
    fn of(quantile: impl FnMut(f64) -> Option<f64>) -> Option<OutcomeRange> {
        OutcomeRange::of(&Tails::default(), quantile, |figure, _| Some(figure.min(1.0)))
    }

    #[test]
    fn figures_ascend_whatever_rounding_does() {
        let range = of(|q| Some(if q < 0.5 { 1.0 } else { 1.0 - 1e-9 })).unwrap();
        assert_eq!(range.ascending(), [1.0; 5]);
        let range = of(|q| Some(100.0 * q)).unwrap();
        assert_eq!(range.ascending().map(f64::round), [3.0, 10.0, 50.0, 90.0, 98.0]);
    }

    #[test]
    fn a_range_says_what_it_holds() {
        let range = of(Some).unwrap();
        assert!((range.probability_80 - 0.8).abs() < 1e-12 && (range.probability_95 - 0.95).abs() < 1e-12);
        // Ranges that reach further out hold as much as they say, and so does what is between.
        let tails = Tails { of_80: 0.04, of_95: 0.01 };
        let range = OutcomeRange::of(&tails, Some, |figure, _| Some(figure)).unwrap();
        assert_eq!(range.ascending(), [0.01, 0.04, 0.5, 0.96, 0.99]);
        assert!((range.probability_80 - 0.8).abs() < 1e-12 && (range.probability_95 - 0.95).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_a_number_makes_no_range() {
        assert_eq!(of(|q| (q < 0.9).then_some(1.0)), None);
        assert_eq!(of(|q| Some(if q < 0.9 { 1.0 } else { f64::INFINITY })), None);
        // NaN is below everything.
        assert_eq!(of(|_| Some(f64::NAN)).unwrap().ascending(), [0.0; 5]);
    }
}
