//! The stages of a customer of the BG/CNBD-k family: how many events of k have come since their last purchase.

use super::MAX_K;
use crate::statistics::numerics::negative_binomial::NegativeBinomial;

/// Stages there can be.
pub(super) const STAGES: usize = MAX_K as usize;

/// A rest below this share of the sum no longer counts.
pub(super) const NEGLIGIBLE: f64 = 1e-17;

/// The weights of the stages, `(rho)_j/j! z^j` over their sum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stages {
    pub(crate) k: usize,
    pub(super) z: f64,
    pub(crate) weights: [f64; STAGES],
    /// S, their sum.
    pub(crate) sum: f64,
}

impl Stages {
    pub(crate) fn new(k: u32, rho: f64, z: f64) -> Self {
        let k = (k as usize).min(STAGES);
        let mut weights = [0.0; STAGES];
        let (mut term, mut sum) = (1.0, 0.0);
        for (j, slot) in weights[..k].iter_mut().enumerate() {
            let stage = j as f64;
            *slot = term;
            sum += term;
            term *= z * (rho + stage) / (stage + 1.0);
        }
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Self { k, z, weights, sum }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.weights[..self.k].iter().enumerate().map(|(j, &weight)| (j as f64, weight))
    }

    /// Fills `exactly` with `P(floor(M/k) = n)`, and returns the rest, `P(M >= k exactly.len())`.
    pub(crate) fn count(&self, rho: f64, y: f64, exactly: &mut [f64]) -> f64 {
        let k = self.k;
        exactly.fill(0.0);
        let mut rest = 0.0;
        for (j, weight) in self.iter() {
            let first = j as usize;
            let counted = (k * exactly.len()).saturating_sub(first);
            for (m, p) in NegativeBinomial::new(rho + j, y).take(counted).enumerate() {
                exactly[(m + first) / k] += weight * p;
            }
            rest += weight * tail(rho + j, y, counted);
        }
        rest
    }
}

/// `P(N >= m)` for a negative binomial N, without cancellation where it is small.
pub(super) fn tail(shape: f64, y: f64, m: usize) -> f64 {
    /// Where so much is below m, one minus it still keeps 14 digits.
    const BELOW: f64 = 0.9;
    /// Up to this y the terms from m on fall off by a quarter each, at least in the end.
    const SHORT: f64 = 3.0;
    if m == 0 {
        return 1.0;
    }
    let mut probabilities = NegativeBinomial::new(shape, y);
    let first = probabilities.next().unwrap_or_default();
    let between: f64 = probabilities.by_ref().take(m - 1).sum();
    if first + between <= BELOW {
        return 1.0 - (first + between);
    }
    if y > SHORT {
        // 1 - P(0) with all digits; little of it is below m, since the shape is small.
        return (-(-shape * y.ln_1p()).exp_m1() - between).max(0.0);
    }
    let (mut sum, mut n) = (0.0, m as f64);
    for p in probabilities {
        sum += p;
        n += 1.0;
        // Beyond the mode the terms fall off at least as fast as z does, and z <= 3/4.
        let ratio = y / (1.0 + y) * (shape + n) / (n + 1.0);
        // The smallest numbers of all are rounded up to themselves and would never end.
        if p * ratio.max(0.5) <= NEGLIGIBLE * sum * (1.0 - ratio) || p <= f64::MIN_POSITIVE {
            break;
        }
    }
    sum
}
