//! What is ahead of a customer of the BG/CNBD-k family for a known chance to leave p, at the same cost for every horizon.
//!
//! With the symbols of the file `ahead`, `q = 1-p` and M events since the last purchase at the horizon y:
//!
//! ```text
//! H(p) = E[q^floor(M/k)],   E(p) = (1 - H(p))/p                                                             (1)
//! H(p) = sum_j W_j sum_l p/(kq) s_l^(j+1)/(1-s_l) (1 + y (1-s_l))^-(rho+j),   s_l = q^(1/k) e^(2 pi i l/k)   (2)
//! H(p) = sum_n q^n P(floor(M/k) = n),   E(p) = sum_{n>0} q^(n-1) P(M >= kn)                                 (3)
//! ```
//!
//! H is the chance to survive and E the expected number of purchases. (2) takes every k-th term of the generating function of
//! M with roots of unity: k terms however long the horizon. The root `l = 0` is close to 1 for small p, so one minus it is
//! computed as such; the others carry a factor p. For large p, where (2) would divide by a small q, the powers of q
//! in (3) end soon.

use super::stages::Stages;
use crate::statistics::numerics::mixing::Chance;
use num_complex::Complex64;
use std::f64::consts::TAU;

/// `-ln q` from which powers of q are summed rather than (2): there are then at most [`POWERS`] of them.
const STEEP: f64 = 0.2;

/// `e^(-STEEP POWERS)` is below the last bit.
const POWERS: usize = 190;

/// A chance below all numbers is taken as this one: what is averaged no longer changes there.
const SMALLEST: f64 = 1e-280;

/// `P(floor(M/k) = n)` and `P(M >= kn)` for `n < POWERS`.
pub(crate) struct Powers {
    exactly: [f64; POWERS],
    at_least: [f64; POWERS],
}

impl Powers {
    pub(crate) fn new(stages: &Stages, rho: f64, y: f64) -> Self {
        let mut powers = Self { exactly: [0.0; POWERS], at_least: [0.0; POWERS] };
        let mut sum = stages.count(rho, y, &mut powers.exactly);
        for (at_least, exactly) in powers.at_least.iter_mut().zip(powers.exactly).rev() {
            sum += exactly;
            *at_least = sum;
        }
        powers
    }
}

/// What (1) says for one p.
pub(crate) struct Given {
    pub(crate) purchases: f64,
    pub(crate) survives: f64,
}

/// `ln((e^x - 1)/x)`, by its series where the quotient is near 1.
fn ln_expm1_ratio(x: f64) -> f64 {
    /// Up to here five terms are exact.
    const SMALL: f64 = 0.05;
    if x < SMALL {
        let s = x * x;
        x * 0.5 + s * (1.0 / 24.0 - s * (1.0 / 2880.0 - s / 181_440.0))
    } else {
        (x.exp_m1() / x).ln()
    }
}

impl Stages {
    /// (1), by (2) or by (3).
    pub(crate) fn given(&self, rho: f64, chance: &Chance, y: f64, powers: &Powers) -> Given {
        let (ln_q, p) = (chance.ln_not_p.min(-SMALLEST), chance.p.max(SMALLEST));
        if -ln_q >= STEEP {
            let q = ln_q.exp();
            let horner = |terms: &[f64]| terms.iter().rev().fold(0.0, |sum, term| sum * q + term);
            return Given { purchases: horner(&powers.at_least[1..]), survives: horner(&powers.exactly) };
        }
        let k = self.k as f64;
        // The root l = 0, real, as one minus its term, so that small p cancel nothing.
        let h = -ln_q / k;
        let ln_first = ln_expm1_ratio(k * h) - ln_expm1_ratio(h);
        let ln_silence = (-y * (-h).exp_m1()).ln_1p();
        let (mut purchases, mut survives) = (0.0, 0.0);
        for (j, weight) in self.iter() {
            let ln_term = ln_first - j * h - (rho + j) * ln_silence;
            purchases -= weight * ln_term.exp_m1();
            survives += weight * ln_term.exp();
        }
        let others = self.other_roots(rho, (-h).exp(), y) / (k * ln_q.exp());
        Given { purchases: purchases / p - others, survives: survives + p * others }
    }

    /// The real sum of (2) over the roots `l = 1 .. k-1`, without p/(kq); they come in conjugate pairs.
    fn other_roots(&self, rho: f64, radius: f64, y: f64) -> f64 {
        /// A modulus of e to minus this is below the last bit of anything.
        const FAINT: f64 = 80.0;
        let k = self.k;
        let mut sum = 0.0;
        for l in 1..=k / 2 {
            let root = Complex64::from_polar(radius, TAU * l as f64 / k as f64);
            let gap = 1.0 - root;
            let w = 1.0 + y * gap;
            let ln_modulus = w.norm().ln() * rho;
            if ln_modulus > FAINT {
                continue;
            }
            // 0 where the square of a long horizon overflows: so small that it adds nothing.
            let ratio = root / w;
            let stages =
                self.weights[..k].iter().rev().fold(Complex64::ZERO, |sum, weight| sum * ratio + weight);
            let power = Complex64::from_polar((-ln_modulus).exp(), -rho * w.arg());
            let both = if 2 * l == k { 1.0 } else { 2.0 };
            sum += both * (root / gap * power * stages).re;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_horizon_whose_square_overflows_is_like_any_other() {
        let stages = Stages::new(5, 0.01, 0.5);
        let [near, far] = [1e100, 1e200].map(|y| stages.other_roots(0.01, 0.99, y));
        // All that is left of y there is its power of -rho.
        assert!((far / near - 0.1).abs() < 1e-12, "{near} {far}");
    }
}
