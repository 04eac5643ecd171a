//! What the BG/NBD and the MBG/NBD model have in common: everything but the first chance to leave.
//!
//! While alive a customer buys at random at a rate `lambda ~ Gamma(r, alpha)`. At each chance they leave for good
//! with probability `p ~ Beta(a, b)`. In the BG/NBD model every repeat purchase is a chance, in the MBG/NBD model the first
//! purchase is one too. With `c = x + d` chances survived, `d = 0` or `1`, all formulas are the same:
//!
//! ```text
//! L(x, t_x, T) = (b)_c/(a+b)_c (r)_x alpha^r [ (alpha+T)^-(r+x) + 1{c>0} a/(b+c-1) (alpha+t_x)^-(r+x) ]       (1)
//! P(alive)     = 1 / (1 + 1{c>0} a/(b+c-1) ((alpha+T)/(alpha+t_x))^(r+x))                                   (2)
//! E[Y(t)]      = P(alive) E(t/(alpha+T)),   rho = r+x, B = b+c,   E of the file `expectation`               (3)
//! P(X(t) = n)  = (b)_c/(a+b)_c P(N=n) + 1{c>0} a (b)_(c-1)/(a+b)_c P(N>=n),   N ~ NegBin(r, t/(alpha+t))      (4)
//! ```
//!
//! `(z)_n` is the rising factorial. For the BG/NBD model these are eqs. 6, 8 and 10 of Fader, Hardie and Lee (2005); for
//! the MBG/NBD model those of Batislam, Denizel and Filiztekin (2007) and Hoppe and Wagner (2007).
//!
//! Times here are in the model's own unit. Everything stays in logarithms until the end, so that no number of
//! purchases overflows.

use super::expectation::{Alive, Route};
use crate::clv::answers::{Answers, Observed};
use crate::statistics::special::{Rising, softplus};

/// The four parameters, and which of the two models.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    pub(crate) r: f64,
    pub(crate) alpha: f64,
    pub(crate) a: f64,
    pub(crate) b: f64,
    /// `d`: chances to leave before the first repeat purchase, 0 or 1.
    pub(crate) first_chances: u32,
}

impl Family {
    const fn chances(&self, x: u32) -> u32 {
        x.saturating_add(self.first_chances)
    }

    fn rho(&self, x: u32) -> f64 {
        self.r + f64::from(x)
    }

    /// `ln((alpha + later) / (alpha + earlier))`, exact for nearly equal times.
    fn ln_time_ratio(&self, earlier: f64, later: f64) -> f64 {
        ((later - earlier) / (self.alpha + earlier)).ln_1p()
    }

    /// Logarithm of the odds of having left: the second term of (1) over the first; `None` without a chance to leave.
    fn ln_odds_left(&self, of: &Observed) -> Option<f64> {
        let c = self.chances(of.x);
        (c > 0).then(|| {
            (self.a / (self.b + f64::from(c - 1))).ln()
                + self.rho(of.x) * self.ln_time_ratio(of.recency, of.age)
        })
    }

    fn alive(&self, x: u32) -> Alive {
        Alive { rho: self.rho(x), a: self.a, big_b: self.b + f64::from(self.chances(x)) }
    }
}

impl Answers for Family {
    /// The logarithm of (1).
    fn log_likelihood(&self, of: &Observed) -> f64 {
        let c = self.chances(of.x);
        Rising::ln(self.b, c) - Rising::ln(self.a + self.b, c) + Rising::ln(self.r, of.x)
            - f64::from(of.x) * self.alpha.ln()
            - self.rho(of.x) * self.ln_time_ratio(0.0, of.age)
            + self.ln_odds_left(of).map_or(0.0, softplus)
    }

    /// (2).
    fn p_alive(&self, of: &Observed) -> f64 {
        self.ln_odds_left(of).map_or(1.0, |u| 1.0 / (1.0 + u.exp()))
    }

    fn p_alive_after(&self, of: &Observed, time: f64) -> f64 {
        self.p_alive(of) * self.alive(of.x).survival(time / (self.alpha + of.age))
    }

    /// (3), all horizons for little more than one.
    fn expected_if_alive(&self, of: &Observed, horizons: &dyn Fn(usize) -> f64, expected: &mut [f64]) {
        let Some(last) = expected.len().checked_sub(1) else {
            return;
        };
        let scale = 1.0 / (self.alpha + of.age);
        let route = Route::up_to(&self.alive(of.x), horizons(last) * scale);
        for (i, slot) in expected.iter_mut().enumerate() {
            *slot = route.at(horizons(i) * scale);
        }
    }

    /// A customer who is alive is like a new one of the BG/NBD model whose parameters are what is known of them: (4)
    /// with `d = 0`.
    fn purchase_probabilities(&self, of: &Observed, horizon: f64, out: &mut [f64]) {
        let p_alive = self.p_alive(of);
        let Alive { rho, a, big_b } = self.alive(of.x);
        let known = Self { r: rho, alpha: self.alpha + of.age, a, b: big_b, first_chances: 0 };
        known.purchase_distribution(horizon, out);
        for p in out.iter_mut() {
            *p *= p_alive;
        }
        if let Some(none) = out.first_mut() {
            *none = (*none + 1.0 - p_alive).min(1.0);
        }
    }

    /// The wait of a customer who is alive is Lomax distributed: `P(W > t) = ((alpha+T)/(alpha+T+t))^(r+x)`.
    fn p_purchase_if_alive(&self, of: &Observed, horizon: f64) -> f64 {
        let silence = -self.rho(of.x) * (horizon / (self.alpha + of.age)).ln_1p();
        -silence.exp_m1()
    }

    /// Whoever is alive buys again, sooner or later.
    fn wait_quantile(&self, of: &Observed, q: f64) -> f64 {
        (self.alpha + of.age) * (-(-q).ln_1p() / self.rho(of.x)).exp_m1()
    }

    fn discounted_if_alive(&self, of: &Observed, rate: f64) -> f64 {
        self.alive(of.x).discounted(rate * (self.alpha + of.age))
    }
}

impl Family {
    /// (4) for `n = 0..out.len()`: distribution of a new customer's repeat purchases by the age `t`.
    pub(crate) fn purchase_distribution(&self, t: f64, out: &mut [f64]) {
        let z = t / (self.alpha + t);
        // In logarithms: the chance of no purchase at all may be below all numbers, and that of some not.
        let mut ln_exactly = -self.r * self.ln_time_ratio(0.0, t);
        let mut at_least = 1.0_f64;
        for (n, slot) in (0_u32..).zip(out) {
            let c = self.chances(n);
            let survived = (Rising::ln(self.b, c) - Rising::ln(self.a + self.b, c)).exp();
            let left = if c > 0 { survived * self.a / (self.b + f64::from(c - 1)) } else { 0.0 };
            let exactly = ln_exactly.exp();
            *slot = survived * exactly + left * at_least.max(0.0);
            at_least -= exactly;
            ln_exactly += (z * (self.r + f64::from(n)) / f64::from(n + 1)).ln();
        }
    }
}
