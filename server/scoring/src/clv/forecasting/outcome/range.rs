//! A median with central ranges.

/// What may come: the median, and the central ranges that hold 80 % and 95 % of what the models think possible.
///
/// `0 <= low_95 <= low_80 <= median <= high_80 <= high_95`, all finite. Of counts every end is a whole number, the least with at
/// least so much probability up to it, so a range holds at least what its name says, and often more.
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
}

/// What may come of a customer, or of several together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OutcomeRanges {
    /// Purchase days; `None` where there is no such range.
    pub purchases: Option<OutcomeRange>,
    /// Spend, undiscounted, in units of currency; `None` without a value model, or where there is no such range.
    pub spend: Option<OutcomeRange>,
}

/// What is below each of the five figures, ascending.
const BELOW: [f64; 5] = [0.025, 0.1, 0.5, 0.9, 0.975];

impl OutcomeRange {
    /// From quantiles, asked for in ascending order. `None` where one of them is missing or not finite.
    pub(super) fn of(mut quantile: impl FnMut(f64) -> Option<f64>) -> Option<Self> {
        let mut found = [0.0; BELOW.len()];
        let mut least = 0.0_f64;
        for (slot, below) in found.iter_mut().zip(BELOW) {
            // Rounding, and the search for a quantile, must not put one below the one before.
            least = quantile(below)?.max(least);
            *slot = least;
        }
        let [low_95, low_80, median, high_80, high_95] = found;
        high_95.is_finite().then_some(Self { median, low_80, high_80, low_95, high_95 })
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

    #[test]
    fn figures_ascend_whatever_rounding_does() {
        let range = OutcomeRange::of(|q| Some(if q < 0.5 { 1.0 } else { 1.0 - 1e-9 })).unwrap();
        assert_eq!(range.ascending(), [1.0; 5]);
        let range = OutcomeRange::of(|q| Some(100.0 * q)).unwrap();
        assert_eq!(range.ascending().map(f64::round), [3.0, 10.0, 50.0, 90.0, 98.0]);
    }

    #[test]
    fn what_is_not_a_number_makes_no_range() {
        assert_eq!(OutcomeRange::of(|q| (q < 0.9).then_some(1.0)), None);
        assert_eq!(OutcomeRange::of(|q| Some(if q < 0.9 { 1.0 } else { f64::INFINITY })), None);
        // NaN is below everything.
        assert_eq!(OutcomeRange::of(|_| Some(f64::NAN)).unwrap(), OutcomeRange::default());
    }
}
