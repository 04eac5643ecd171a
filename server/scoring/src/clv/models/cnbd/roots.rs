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
            let (sin, cos) = (TAU * l as f64 / k as f64).sin_cos();
            let root = Complex { re: radius * cos, im: radius * sin };
            let gap = Complex { re: 1.0 - root.re, im: -root.im };
            let w = Complex { re: 1.0 + y * gap.re, im: y * gap.im };
            let ln_modulus = w.re.hypot(w.im).ln() * rho;
            if ln_modulus > FAINT {
                continue;
            }
            let ratio = root.over(w);
            let stages = self.weights[..k]
                .iter()
                .rev()
                .fold(Complex { re: 0.0, im: 0.0 }, |sum, &weight| sum.times(ratio).plus(weight));
            let (sin, cos) = (-rho * w.im.atan2(w.re)).sin_cos();
            let power = Complex { re: (-ln_modulus).exp() * cos, im: (-ln_modulus).exp() * sin };
            let both = if 2 * l == k { 1.0 } else { 2.0 };
            sum += both * root.over(gap).times(power).times(stages).re;
        }
        sum
    }
}

/// As much of the complex numbers as (2) needs. num-complex divides without scaling.
#[derive(Debug, Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    fn times(self, by: Self) -> Self {
        Self { re: self.re * by.re - self.im * by.im, im: self.re * by.im + self.im * by.re }
    }

    fn over(self, by: Self) -> Self {
        // Scaled, since the squares of long horizons overflow.
        let scale = by.re.abs().max(by.im.abs());
        let (re, im) = (by.re / scale, by.im / scale);
        let norm = (re * re + im * im) * scale;
        Self { re: (self.re * re + self.im * im) / norm, im: (self.im * re - self.re * im) / norm }
    }

    fn plus(self, real: f64) -> Self {
        Self { re: self.re + real, im: self.im }
    }
}
