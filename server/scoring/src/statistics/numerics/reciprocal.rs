//! Means for ever: points of chances and rates that are kept, and the mean of `1 / (e + p)` over chances.

use std::sync::{Arc, LazyLock};

use super::kept::Kept;
use super::mixing::{AGREED_OF_SIZE, chances, rates, settled};

/// Points and their weights, which many customers have in common.
pub(crate) type Points = Arc<[(f64, f64)]>;

/// Points of a beta and of a gamma distribution, by the bits of their parameters and the step. Making them takes longer than any mean over them.
static KEPT_CHANCES: LazyLock<Kept<[u64; 3], Points>> = LazyLock::new(|| Kept::new(MOST_KEPT));
static KEPT_RATES: LazyLock<Kept<[u64; 2], Points>> = LazyLock::new(|| Kept::new(MOST_KEPT));

/// Of each in each of two generations; some MB.
const MOST_KEPT: usize = 1 << 10;
/// Longer ones are for parameters hardly any shop has, and are not kept.
const LONGEST_KEPT: usize = 1_024;

/// [`rates`] that are not reweighted.
pub(crate) fn kept_rates(shape: f64, step: f64) -> Points {
    let key = [shape, step].map(f64::to_bits);
    KEPT_RATES.get_or(key, || rates(shape, |_| 1.0, step).into(), |points| points.len() <= LONGEST_KEPT)
}

fn kept_chances(a: f64, b: f64, step: f64) -> Points {
    let key = [a, b, step].map(f64::to_bits);
    let make = || chances(a, b, step).iter().map(|chance| (chance.p, chance.weight)).collect();
    KEPT_CHANCES.get_or(key, make, |points: &Points| points.len() <= LONGEST_KEPT)
}

/// `E[1 / (e + p)]` for p of a beta distribution and any positive e: what is bought for ever by whoever leaves with the chance p after each purchase is a
/// multiple of it, since a discount ends as leaving does.
pub(crate) struct Reciprocal(Points);

impl Reciprocal {
    /// With points so dense that twice as many say the same at `e`, and so elsewhere: singularities are as far off for all.
    pub(crate) fn new(a: f64, b: f64, e: f64) -> Self {
        let (_, step) = settled(AGREED_OF_SIZE, |step| Self(kept_chances(a, b, step)).at(e));
        Self(kept_chances(a, b, step))
    }

    pub(crate) fn at(&self, e: f64) -> f64 {
        // Several sums at once, or each addition would wait for the one before.
        let mut sums = [0.0; 8];
        let chunks = self.0.chunks_exact(sums.len());
        let rest: f64 = chunks.remainder().iter().map(|(p, weight)| weight / (e + p)).sum();
        for chunk in chunks {
            sums.iter_mut().zip(chunk).for_each(|(sum, (p, weight))| *sum += weight / (e + p));
        }
        sums.iter().sum::<f64>() + rest
    }
}
