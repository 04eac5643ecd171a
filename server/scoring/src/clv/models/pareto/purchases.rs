//! The distribution of the number of purchases ahead under the Pareto/NBD model, without alternating sums.
//!
//! A customer who is alive, with rate `lambda ~ Gamma(rho, A)` and dropout rate `mu ~ Gamma(s, B)`, makes n purchases in
//! the next t if the customer stays and makes them, or leaves at y < t and has made them by then:
//!
//! ```text
//! P(n) = NB_n(t) S(t) + int_0^t NB_n(y) (-S'(y)) dy                                                     (1)
//! NB_n(y) = (rho)_n / n!  (A/(A+y))^rho (y/(A+y))^n,     S(y) = (1 + y/B)^-s
//! ```
//!
//! Fader and Hardie ("Deriving an expression for P(X(t) = x) under the Pareto/NBD model", 2006; "Deriving the conditional
//! PMF of the Pareto/NBD model", 2014) write the integral with 2F1. Here it is summed at points that all n share: `NB_(n+1)` follows from `NB_n` by one
//! multiplication, all terms are positive. With `y = m (e^u - 1)`, `m = min(A, B)`, panels go from t down to 0 and are short
//! against the scale on which any of the factors changes where it matters.

use crate::statistics::numerics::gauss_legendre::POINTS_16;

/// Longest panel in u; the factors' singularities are pi or more away.
const LONGEST: f64 = 1.5;

/// Natural logarithms by which a factor may change within a panel.
const CHANGE: f64 = 6.0;

/// A panel may be so many widths of the peak of a negative binomial probability as a function of y.
const WIDTHS: f64 = 3.0;

/// Panels may grow by this share of their distance from t, where the last probabilities rise most steeply.
const GROWTH: f64 = 0.25;

/// What has fallen by so many natural logarithms, to `1e-26`, is nothing beside the other probabilities.
const NOTHING: f64 = 60.0;

/// What is known of a customer who is alive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParetoAhead {
    /// Shape of the rate's gamma distribution, `r + x`.
    pub(crate) rho: f64,
    /// Its rate parameter, `alpha + T`.
    pub(crate) a: f64,
    /// Shape of the dropout rate's gamma distribution.
    pub(crate) s: f64,
    /// Its rate parameter, `beta + T`.
    pub(crate) b: f64,
}

impl ParetoAhead {
    /// (1) for `n = 0..out.len()`.
    pub(crate) fn distribution(&self, t: f64, out: &mut [f64]) {
        out.fill(0.0);
        let Some(most) = out.len().checked_sub(1) else {
            return;
        };
        self.add(t, (-self.s * (t / self.b).ln_1p()).exp(), out);
        let scale = self.a.min(self.b);
        let end = (t.min(self.end(most as f64)) / scale).ln_1p();
        let steepest = most as f64 * self.a / (scale * end.exp_m1());
        let mut u = end;
        while u > 0.0 {
            let panel = self.panel(scale * u.exp(), scale, end - u, steepest).min(u);
            for &(x, weight) in POINTS_16 {
                let at = u - panel * x;
                let y = scale * at.exp_m1();
                let leaves = self.s / self.b * (-(self.s + 1.0) * (y / self.b).ln_1p()).exp();
                self.add(y, weight * panel * scale * at.exp() * leaves, out);
            }
            u -= panel;
        }
    }

    /// How long a panel may be that ends at `u`, where `stretch = scale e^u = scale + y`, `from_end` away from the end.
    fn panel(&self, stretch: f64, scale: f64, from_end: f64, steepest: f64) -> f64 {
        let y = stretch - scale;
        let leaving = 1.0 - (self.s + 1.0) * stretch / (self.b + y);
        // v = ln(1 + y/A): there NB_n has its peak at e^v = 1 + n/rho, with width sqrt(n / (rho (n + rho))).
        let speed = stretch / (self.a + y);
        let buying = CHANGE / self.rho + WIDTHS * (y / (self.a + y) / self.rho).sqrt();
        let rising = CHANGE / (steepest * speed) + GROWTH * from_end;
        LONGEST.min(CHANGE / leaving.abs()).min(buying / speed).min(rising)
    }

    /// The y beyond which they have surely left, or surely made more than `most` purchases.
    fn end(&self, most: f64) -> f64 {
        let left = self.b * (NOTHING / self.s).exp_m1();
        // A fall by NOTHING in NB_most beyond its peak, or from 1 for none.
        let peak = (most / self.rho).ln_1p();
        let ln_nb = |v: f64| if most > 0.0 { most * (-(-v).exp_m1()).ln() } else { 0.0 } - self.rho * v;
        let (top, mut low, mut step) = (ln_nb(peak), peak, NOTHING / self.rho);
        // The fall is steeper the farther out, so doubling finds its end and halving narrows it down.
        while ln_nb(low + step) > top - NOTHING {
            low += step;
        }
        for _ in 0..20 {
            step *= 0.5;
            if ln_nb(low + step) > top - NOTHING {
                low += step;
            }
        }
        left.min(self.a * (low + step).exp_m1())
    }

    /// Adds `weight NB_n(y)` to each probability.
    fn add(&self, y: f64, weight: f64, out: &mut [f64]) {
        /// What a product of tiny factors is raised by, so that it stays in range: 2^512.
        const RAISE: f64 = 1.340_780_792_994_259_7e154;
        /// A debt is paid here, long before what is owed would count: 2^256.
        const PAYS: f64 = 1.157_920_892_373_162e77;
        let share = y / (self.a + y);
        let ln_first = -self.rho * (y / self.a).ln_1p();
        // A first probability below all numbers: start higher and keep the debt, which the product pays back as it grows.
        let mut debt = (-ln_first / RAISE.ln()).floor();
        let mut product = weight * (ln_first + debt * RAISE.ln()).exp();
        for (n, slot) in (0_u32..).zip(out) {
            if debt < 0.5 {
                *slot += product;
            } else if product > PAYS {
                product /= RAISE;
                debt -= 1.0;
            }
            product *= share * ((self.rho + f64::from(n)) / (f64::from(n) + 1.0));
        }
    }
}
