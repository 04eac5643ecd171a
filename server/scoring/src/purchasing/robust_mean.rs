//! The middle of millions of amounts: their median and trimmed mean, exactly, without sorting them.
//!
//! ```text
//! median: an interval from order statistics, at the ranks n/2 +- z sqrt(n)/2                                (1)
//! trimmed mean: the mean without the lowest and the highest floor(g n);  SE = s_w / ((1 - 2g') sqrt n)      (2)
//! ```
//!
//! (2) is Tukey and McLaughlin's, *Sankhya* A 25, 1963: s_w is the standard deviation after each trimmed value was put at
//! the nearest one that was kept, and g' the share that was trimmed indeed.
//!
//! Values are counted in buckets whose width is at most a thousandth of what is in them. That tells which buckets hold the
//! wanted ranks, and only what is in these is sorted. Parts are looked at on several threads, and summed in their order.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::statistics::normal::two_sided_quantile;

/// Values below this have a bucket each.
const EXACT: u64 = 2_048;
/// Buckets of each doubling above.
const PER_DOUBLING: usize = 1_024;
/// Bits of a value in the doubling that [`EXACT`] begins, less one.
const EXACT_BITS: u32 = 11;
/// Buckets of all values there are.
const BUCKETS: usize = EXACT as usize + (64 - EXACT_BITS as usize) * PER_DOUBLING;

/// The middle of values, in their unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RobustMean {
    /// The value in the middle, or the mean of the two there.
    pub median: f64,
    /// Lower end of (1).
    pub median_low: f64,
    /// Upper end of (1).
    pub median_high: f64,
    /// (2).
    pub trimmed_mean: f64,
    /// Its standard error; `None` for fewer than two values kept.
    pub trimmed_error: Option<f64>,
}

/// The bucket of a value; a larger value is never in a lower one. What is negative counts as 0.
fn bucket(value: i64) -> usize {
    let value = value.max(0) as u64;
    if value < EXACT {
        return value as usize;
    }
    let shift = 64 - value.leading_zeros() - EXACT_BITS;
    shift as usize * PER_DOUBLING + (value >> shift) as usize
}

/// Counts by bucket.
fn counted(parts: &[&[i64]]) -> Vec<u64> {
    let count = |mut counts: Vec<u64>, part: &&[i64]| {
        part.iter().for_each(|value| counts[bucket(*value)] += 1);
        counts
    };
    let add = |mut all: Vec<u64>, part: Vec<u64>| {
        all.iter_mut().zip(part).for_each(|(all, part)| *all += part);
        all
    };
    let none = || vec![0_u64; BUCKETS];
    parts.par_iter().with_min_len(parts.len().div_ceil(16)).fold(none, count).reduce(none, add)
}

/// The values at ascending ranks.
fn at_ranks(parts: &[&[i64]], ranks: &[usize]) -> Vec<i64> {
    let counts = counted(parts);
    let mut wanted = vec![false; BUCKETS];
    // Of each rank: how many values are in wanted buckets before its own, and its place within that.
    let (mut below, mut kept, mut places) = (0, 0, Vec::with_capacity(ranks.len()));
    let mut ranks = ranks.iter().peekable();
    for (bucket, count) in counts.iter().enumerate() {
        let end = below + *count as usize;
        while let Some(rank) = ranks.next_if(|rank| **rank < end) {
            wanted[bucket] = true;
            places.push(kept + rank - below);
        }
        if wanted[bucket] {
            kept += *count as usize;
        }
        below = end;
    }
    let found = |part: &&[i64]| part.iter().copied().filter(|value| wanted[bucket(*value)]).collect();
    let found: Vec<Vec<i64>> = parts.par_iter().map(found).collect();
    let mut values = found.concat();
    values.par_sort_unstable();
    places.into_iter().filter_map(|place| values.get(place).copied()).collect()
}

/// What lies strictly between two values, and how many lie at or beyond them.
#[derive(Clone, Copy, Default)]
struct Between {
    at_most_low: u64,
    at_least_high: u64,
    sum: i128,
    /// Of deviations from the middle of the two.
    squares: f64,
}

impl RobustMean {
    /// The middle of values, 0 or more, given in parts; without a share `trim` of them at each end, `0 <= trim < 1/2`. `None`
    /// for none.
    #[must_use]
    pub fn of(parts: &[&[i64]], trim: f64, confidence: f64) -> Option<Self> {
        let n: usize = parts.iter().map(|part| part.len()).sum();
        let last = n.checked_sub(1)?;
        let cut = ((trim * n as f64) as usize).min(last / 2);
        let half = two_sided_quantile(confidence) * (n as f64).sqrt() / 2.0;
        let rank = |place: f64| (place.max(0.0) as usize).min(last);
        let (low, high) = (rank((n as f64 / 2.0 - half).floor()), rank((n as f64 / 2.0 + half).ceil()));
        let wanted = [cut, low, last / 2, last - last / 2, high, last - cut];
        let mut ascending = wanted;
        ascending.sort_unstable();
        let values = at_ranks(parts, &ascending);
        let value = |rank: usize| {
            let place = ascending.iter().position(|each| *each == rank)?;
            values.get(place).copied()
        };
        let [trim_low, low, middle, other, high, trim_high] = wanted.map(value);
        let median = (middle? as f64 + other? as f64) / 2.0;
        let (trimmed_mean, trimmed_error) = trimmed(parts, n, cut, trim_low?, trim_high?);
        Some(Self {
            median,
            median_low: (low? as f64).min(median),
            median_high: (high? as f64).max(median),
            trimmed_mean,
            trimmed_error,
        })
    }
}

/// (2), of n values without `cut` at each end, the lowest and the highest kept being these.
fn trimmed(parts: &[&[i64]], n: usize, cut: usize, low: i64, high: i64) -> (f64, Option<f64>) {
    let center = (low as f64 + high as f64) / 2.0;
    let look = |part: &&[i64]| {
        part.iter().fold(Between::default(), |mut seen, value| {
            if *value <= low {
                seen.at_most_low += 1;
            } else if *value >= high {
                seen.at_least_high += 1;
            } else {
                seen.sum += i128::from(*value);
                seen.squares += (*value as f64 - center) * (*value as f64 - center);
            }
            seen
        })
    };
    let seen: Vec<Between> = parts.par_iter().map(look).collect();
    let all = seen.iter().fold(Between::default(), |mut all, part| {
        all.at_most_low += part.at_most_low;
        all.at_least_high += part.at_least_high;
        all.sum += part.sum;
        all.squares += part.squares;
        all
    });
    let kept = (n - 2 * cut) as f64;
    // Of those at the edges, so many were kept. Where both edges are one value, all of them count as low.
    let at_low = (all.at_most_low as f64 - cut as f64).min(kept);
    let at_high = (all.at_least_high as f64 - cut as f64).max(0.0);
    let (low, high) = (low as f64, high as f64);
    let mean = (all.sum as f64 + at_low * low + at_high * high) / kept;
    let size = n as f64;
    let g = cut as f64;
    let winsorized = (mean * kept + g * (low + high)) / size;
    // Around the center, and from there around the mean.
    let around_center = all.squares
        + (at_low + g) * (low - center) * (low - center)
        + (at_high + g) * (high - center) * (high - center);
    let squares = (around_center - size * (winsorized - center) * (winsorized - center)).max(0.0);
    let error = (squares / (size - 1.0)).sqrt() / (kept / size * size.sqrt());
    (mean, (kept > 1.0).then_some(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn a_trimmed_mean_ignores_the_ends() {
        let values = [1_000_000, 3, 5, 4, 2, 1, 6, 7, 8, 0];
        let middle = RobustMean::of(&[&values], 0.1, 0.95).unwrap();
        close(middle.trimmed_mean, 4.5);
        // Winsorized: 1 1 2 3 4 5 6 7 8 8, with a variance of 66.5/9 and g = 1 of 10.
        close(middle.trimmed_error.unwrap(), (66.5_f64 / 9.0).sqrt() / (0.8 * 10.0_f64.sqrt()));
        close(middle.median, 4.5);
    }

    #[test]
    fn one_value_and_none() {
        assert_eq!(RobustMean::of(&[], 0.05, 0.95), None);
        assert_eq!(RobustMean::of(&[&[]], 0.05, 0.95), None);
        let one = RobustMean::of(&[&[], &[7]], 0.4, 0.95).unwrap();
        assert_eq!((one.trimmed_error, one.median_low.to_bits()), (None, 7.0_f64.to_bits()));
        let same = RobustMean::of(&[&[5; 40]], 0.1, 0.95).unwrap();
        close(same.trimmed_mean, 5.0);
        close(same.trimmed_error.unwrap(), 0.0);
    }

    #[test]
    fn buckets_ascend_without_a_gap() {
        assert_eq!(bucket(2_047) + 1, bucket(2_048));
        assert_eq!(bucket(4_095) + 1, bucket(4_096));
        assert!(bucket(i64::MAX) < BUCKETS);
        assert_eq!(bucket(-1), 0);
    }

    /// The definitions, read out literally.
    fn slowly(values: &[i64], trim: f64) -> (f64, f64, Option<f64>) {
        let mut sorted: Vec<f64> = values.iter().map(|value| *value as f64).collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0;
        let cut = ((trim * n as f64) as usize).min((n - 1) / 2);
        let kept = sorted[cut..n - cut].to_vec();
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        sorted[..cut].fill(kept[0]);
        sorted[n - cut..].fill(kept[kept.len() - 1]);
        let center = sorted.iter().sum::<f64>() / n as f64;
        let squares: f64 = sorted.iter().map(|value| (value - center).powi(2)).sum();
        let error = (squares / (n as f64 - 1.0)).sqrt() / (kept.len() as f64 / n as f64 * (n as f64).sqrt());
        (median, mean, (kept.len() > 1).then_some(error))
    }

    proptest! {
        #[test]
        fn it_is_that_of_sorted_values(
            values in prop::collection::vec(prop_oneof![0_i64..10, 0_i64..100_000, 0_i64..1_000_000_000_000], 1..80),
            trim in 0.0_f64..0.49,
            cut in 0_usize..80,
        ) {
            let (first, second) = values.split_at(cut.min(values.len()));
            let found = RobustMean::of(&[first, second], trim, 0.95).unwrap();
            let (median, mean, error) = slowly(&values, trim);
            prop_assert!((found.median - median).abs() <= 1e-9 * median.abs());
            prop_assert!((found.trimmed_mean - mean).abs() <= 1e-9 * mean.abs() + 1e-9);
            prop_assert_eq!(found.trimmed_error.is_some(), error.is_some());
            let scale = *values.iter().max().unwrap() as f64;
            if let Some((found, expected)) = found.trimmed_error.zip(error) {
                prop_assert!((found - expected).abs() <= 1e-6 * scale + 1e-9, "{} {}", found, expected);
            }
            prop_assert!(found.median_low <= found.median && found.median <= found.median_high);
        }
    }
}
