//! How likely a silent customer has left without another purchase, for all customers with equal x at once.
//!
//! Let `D(t)` be the chance that a customer who is alive at t, with x purchases by then, leaves before their next
//! purchase and before a day N that all customers of a group share, and `e^-e(t, t')` the chance that they are silent
//! and stay from t to t'. Given the past, their rates are gamma distributed, so with `rho = r + x`
//!
//! ```text
//! e(t, t') = rho ln((alpha+t')/(alpha+t)) + s ln((beta+t')/(beta+t))                                      (1)
//! D(t)     = k(t, t') + e^-e(t, t') D(t'),     D(N) = 0                                                   (2)
//! k(t, t') = s/b J(rho, s+1; a, b; t'-t),     a = alpha+t,  b = beta+t                                    (3)
//! ```
//!
//! A likelihood's integral over [t_x, T] is the difference of two such chances. Chances are at most 1 and (2) only shrinks
//! what it is given, so their errors stay at the last bit, where a running integral of (alpha+y)^-rho from the left would
//! lose all digits by the time it reaches T. Derivatives in rho, alpha, s, beta follow (2) as well.

use super::silence::Decay;

/// Pairs (i, j), i <= j, of the parameters rho, alpha, s, beta, in the order of second derivatives here.
pub(crate) const PAIRS: [(usize, usize); 10] =
    [(0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)];

/// A value with its derivatives in rho, alpha, s and beta.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Jet {
    pub(crate) value: f64,
    pub(crate) first: [f64; 4],
    /// In the order of [`PAIRS`].
    pub(crate) second: [f64; 10],
}

/// What one day contributes to logarithms of likelihoods: `ln(1 + t/alpha)`, `1/(alpha + t)`, and the same for beta.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    pub(crate) t: f64,
    pub(crate) ln_a: f64,
    pub(crate) inverse_a: f64,
    pub(crate) ln_b: f64,
    pub(crate) inverse_b: f64,
}

impl Day {
    pub(crate) fn new(t: f64, alpha: f64, beta: f64) -> Self {
        Self {
            t,
            ln_a: (t / alpha).ln_1p(),
            inverse_a: 1.0 / (alpha + t),
            ln_b: (t / beta).ln_1p(),
            inverse_b: 1.0 / (beta + t),
        }
    }
}

/// rho, alpha, s, beta of one group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters {
    pub(crate) rho: f64,
    pub(crate) alpha: f64,
    pub(crate) s: f64,
    pub(crate) beta: f64,
}

impl Parameters {
    /// (3) with its derivatives. With `l = ln` of the integrand, the derivatives under the integral are those of l and their
    /// products; differences such as `1/a - 1/(a+y)` are taken as one thing.
    fn leaves(&self, from: &Day, width: f64) -> Jet {
        let Self { rho, alpha, s, beta } = *self;
        let (a, b) = (alpha + from.t, beta + from.t);
        let (inverse_a, inverse_b) = (from.inverse_a, from.inverse_b);
        let mut jet = Jet::default();
        Decay { p: rho, a, q: s + 1.0, b }.visit(width, |node| {
            let (at_a, at_b) = (inverse_a * node.share_a, inverse_b * node.share_b);
            let lost_a = node.y * at_a * inverse_a;
            let lost_b = node.y * at_b * inverse_b;
            let (d_alpha, d_s) = (rho * lost_a, 1.0 / s - node.ln_b);
            let d_beta = s * lost_b - at_b;
            let w = node.weight;
            let (w_a, w_alpha, w_s, w_beta) = (w * node.ln_a, w * d_alpha, w * d_s, w * d_beta);
            jet.value += w;
            jet.first[0] -= w_a;
            jet.first[1] += w_alpha;
            jet.first[2] += w_s;
            jet.first[3] += w_beta;
            jet.second[0] += w_a * node.ln_a;
            jet.second[1] += w * lost_a - w_a * d_alpha;
            jet.second[2] -= w_a * d_s;
            jet.second[3] -= w_a * d_beta;
            jet.second[4] += w_alpha * (d_alpha - inverse_a - at_a);
            jet.second[5] += w_alpha * d_s;
            jet.second[6] += w_alpha * d_beta;
            jet.second[7] += w * node.ln_b * (node.ln_b - 2.0 / s);
            jet.second[8] += w_s * d_beta + w * lost_b;
            jet.second[9] += w_beta * d_beta + w * (at_b * at_b - s * lost_b * (inverse_b + at_b));
        });
        let scale = s * inverse_b;
        jet.value *= scale;
        jet.first.iter_mut().for_each(|d| *d *= scale);
        jet.second.iter_mut().for_each(|d| *d *= scale);
        jet
    }

    /// (1) with its derivatives.
    pub(crate) fn silence(&self, from: &Day, to: &Day) -> Jet {
        let Self { rho, s, .. } = *self;
        let width = to.t - from.t;
        let (ln_a, ln_b) = (to.ln_a - from.ln_a, to.ln_b - from.ln_b);
        let lost_a = width * from.inverse_a * to.inverse_a;
        let lost_b = width * from.inverse_b * to.inverse_b;
        let mut second = [0.0; 10];
        second[1] = -lost_a;
        second[4] = rho * lost_a * (from.inverse_a + to.inverse_a);
        second[8] = -lost_b;
        second[9] = s * lost_b * (from.inverse_b + to.inverse_b);
        Jet { value: rho * ln_a + s * ln_b, first: [ln_a, -rho * lost_a, ln_b, -s * lost_b], second }
    }

    /// One step of (2) to the left.
    pub(crate) fn earlier(&self, from: &Day, to: &Day, later: &Jet) -> Jet {
        let mut jet = self.leaves(from, to.t - from.t);
        let e = self.silence(from, to);
        let stays = (-e.value).exp();
        jet.value += stays * later.value;
        for i in 0..4 {
            jet.first[i] += stays * (later.first[i] - e.first[i] * later.value);
        }
        for (k, (i, j)) in PAIRS.into_iter().enumerate() {
            let mixed = e.first[i] * later.first[j] + e.first[j] * later.first[i];
            let own = (e.first[i] * e.first[j] - e.second[k]) * later.value;
            jet.second[k] += stays * (later.second[k] - mixed + own);
        }
        jet
    }
}
