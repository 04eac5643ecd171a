//! Which comes first at a customer's opportunities: that they leave, or that they use one.
//!
//! At each opportunity they leave with probability `theta`; if not, they use it with probability `p`; with probability
//! `s = (1-p)(1-theta)` neither happens and the next opportunity comes. `p ~ Beta(a, b)`, `theta ~ Beta(g, d)`, independent.
//!
//! ```text
//! q_i        = E[s^i] = (b)_i/(a+b)_i (d)_i/(g+d)_i                     neither within i                        (1)
//! left(n)    = sum_{i<n} q_i g/(g+d+i)                                  left within n, without another use      (2)
//! used(n)    = sum_{i<n} q_i (d+i)/(g+d+i) a/(a+b+i)                    used one within n                       (3)
//! left(n)    = E[ theta/(1-s) (1-s^n) ]                                                                         (4)
//! used(n)    = E[ p(1-theta)/(1-s) (1-s^n) ]                                                                    (5)
//! ```
//!
//! All terms are positive, nothing cancels. The sums are used up to [`MAX_TERMS`] opportunities; beyond, or without end, the
//! means (4) and (5) are taken over points of both beta distributions, so the work is bounded however
//! far ahead one looks: some milliseconds for usual parameters, a tenth of a second for chances that are 0 or 1 for nearly
//! everybody.

use crate::statistics::numerics::mixing::{Chance, chances, ln_survival, settle};

/// Up to so many opportunities are summed one by one: about 100 microseconds, less than the points of two distributions
/// cost.
pub(crate) const MAX_TERMS: f64 = 16_384.0;

/// What remains is at most `q_i`; below this share of the sum it no longer counts.
const NEGLIGIBLE: f64 = 1e-17;

/// The longest wait that is looked for, in opportunities; beyond it whole numbers are no longer exact.
const LONGEST: f64 = 1e15;

/// Halvings that bring an interval of logarithms up to [`LONGEST`] below the last bit.
const BISECTIONS: u32 = 60;

/// What is known of a customer who has not left: the parameters of p and theta.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Race {
    /// First parameter of the chance to use an opportunity.
    pub(crate) a: f64,
    /// Second parameter of it.
    pub(crate) b: f64,
    /// First parameter of the chance to leave.
    pub(crate) g: f64,
    /// Second parameter of it.
    pub(crate) d: f64,
}

/// What one pair of points says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) weight: f64,
    /// `ln s`.
    pub(crate) ln_neither: f64,
    /// `theta / (1-s)`: they leave before another use.
    pub(crate) left: f64,
    /// `p (1-theta) / (1-s)`.
    pub(crate) used: f64,
}

impl Pair {
    fn new(p: &Chance, theta: &Chance) -> Self {
        // From logarithms, since both chances may be below all numbers where their ratio is not.
        let odds_used = (p.ln_p + theta.ln_not_p - theta.ln_p).exp();
        let left = 1.0 / (1.0 + odds_used);
        let used = if odds_used > 1.0 { 1.0 / (1.0 + 1.0 / odds_used) } else { odds_used * left };
        Self { weight: p.weight * theta.weight, ln_neither: p.ln_not_p + theta.ln_not_p, left, used }
    }

    /// `1 - s^n`.
    pub(crate) fn decided(&self, n: f64) -> f64 {
        -(n * self.ln_neither).exp_m1()
    }
}

impl Race {
    /// The logarithm of (1).
    pub(crate) fn ln_neither(&self, n: f64) -> f64 {
        ln_survival(self.a, self.b, n) + ln_survival(self.g, self.d, n)
    }

    /// Mean of `f` over both distributions.
    pub(crate) fn mean(&self, f: impl Fn(&Pair) -> f64) -> f64 {
        settle(|step| {
            let mut sum = 0.0;
            self.pairs(step, |pair| sum += pair.weight * f(&pair));
            sum
        })
    }

    pub(crate) fn pairs(&self, step: f64, mut with: impl FnMut(Pair)) {
        let (uses, leaves) = (chances(self.a, self.b, step), chances(self.g, self.d, step));
        for p in &uses {
            for theta in &leaves {
                with(Pair::new(p, theta));
            }
        }
    }

    /// Sums `share(i) q_i` for `i < n`, `n <= MAX_TERMS`.
    fn sum(&self, n: f64, share: impl Fn(f64) -> f64) -> f64 {
        let (mut sum, mut neither, mut i) = (0.0, 1.0, 0.0);
        while i < n && neither > NEGLIGIBLE * sum {
            sum += neither * share(i);
            neither *= self.neither_at(i);
            i += 1.0;
        }
        sum
    }

    /// `q_(i+1) / q_i`.
    fn neither_at(&self, i: f64) -> f64 {
        (self.b + i) / (self.a + self.b + i) * ((self.d + i) / (self.g + self.d + i))
    }

    /// The share of `q_i` that uses the next opportunity.
    fn uses_at(&self, i: f64) -> f64 {
        (self.d + i) / (self.g + self.d + i) * (self.a / (self.a + self.b + i))
    }

    /// (2) or (4), for a whole number of opportunities.
    pub(crate) fn left_within(&self, n: f64) -> f64 {
        if n <= MAX_TERMS {
            self.sum(n, |i| self.g / (self.g + self.d + i))
        } else {
            self.mean(|pair| pair.left * pair.decided(n))
        }
    }

    /// (3) or (5), for a whole number of opportunities.
    pub(crate) fn used_within(&self, n: f64) -> f64 {
        if n <= MAX_TERMS {
            self.sum(n, |i| self.uses_at(i))
        } else {
            self.mean(|pair| pair.used * pair.decided(n))
        }
    }

    /// The number of opportunities within which one is used with probability `q`, given that one ever is: (3) between
    /// whole numbers is taken as linear. Infinite beyond [`LONGEST`].
    pub(crate) fn wait_quantile(&self, q: f64) -> f64 {
        let target = q * self.mean(|pair| pair.used);
        let (mut sum, mut neither, mut i) = (0.0, 1.0, 0.0);
        while i < MAX_TERMS {
            let term = neither * self.uses_at(i);
            if sum + term >= target {
                return i + if term > 0.0 { (target - sum) / term } else { 0.0 };
            }
            sum += term;
            neither *= self.neither_at(i);
            i += 1.0;
        }
        self.long_wait(target)
    }

    /// (5) solved for n by halving intervals of ln n.
    fn long_wait(&self, target: f64) -> f64 {
        /// Fine enough for waits of thousands of opportunities; no step is compared with another here.
        const STEP: f64 = 0.125;
        let mut points = Vec::new();
        self.pairs(STEP, |pair| points.push(pair));
        let used = |n: f64| points.iter().map(|pair| pair.weight * pair.used * pair.decided(n)).sum::<f64>();
        if used(LONGEST) < target {
            return f64::INFINITY;
        }
        let (mut low, mut high) = (MAX_TERMS.ln(), LONGEST.ln());
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if used(middle.exp()) < target { low = middle } else { high = middle }
        }
        high.exp()
    }
}
