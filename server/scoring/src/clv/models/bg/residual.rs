//! What is left of a customer who is alive: how long they stay, and all their purchases to come, discounted.
//!
//! With rate `lambda ~ Gamma(rho, A)` and chance to leave `p ~ Beta(a, B)`, they leave at rate `lambda p`, so with
//! `y = t / A`
//!
//! ```text
//! S(y)        = P(alive at t) = E[exp(-lambda p t)] = E_p[(1 + p y)^-rho]                                      (1)
//! DERT(delta) = int_0^inf exp(-delta t) E[lambda exp(-lambda p t)] dt = E[1 / (delta / lambda + p)]            (2)
//! ```
//!
//! (2) is the definition of Fader, Hardie and Lee ("RFM and CLV", *Journal of Marketing Research* 42, 2005, eq. 2), which
//! they evaluate in closed form for the Pareto/NBD model only. Here it is a mean over rates of a mean over chances, both by the
//! trapezoidal rule in logarithms, and there is nothing in it but a division: exact to 1e-11, some microseconds a customer. Taken as
//! an integral over time, for which powers are needed, it was fifty.

use super::expectation::{Alive, Quadrature};
use crate::statistics::numerics::kept::Kept;
use crate::statistics::numerics::mixing::settle_of_size;
use crate::statistics::numerics::reciprocal::{Reciprocal, kept_rates};
use std::sync::LazyLock;

/// (1) as it was found, by the bits of rho, a, B and y. Customers with equal x and T have it in common, and a million customers
/// have some ten thousand different ones; a question about one of them asks it of five models.
static SURVIVALS: LazyLock<Kept<[u64; 4], f64>> = LazyLock::new(|| Kept::new(MOST_SURVIVALS));

/// In two generations 8 MB.
const MOST_SURVIVALS: usize = 1 << 16;

impl Alive {
    /// (1).
    pub(crate) fn survival(&self, y: f64) -> f64 {
        let key = [self.rho, self.a, self.big_b, y].map(f64::to_bits);
        SURVIVALS.get_or(key, || self.survival_anew(y), |_| true)
    }

    fn survival_anew(&self, y: f64) -> f64 {
        let survives = |q: &Quadrature| q.mean(|p| (-self.rho * (p * y).ln_1p()).exp());
        survives(&Quadrature::converged(self, survives)).clamp(0.0, 1.0)
    }

    /// (2), with `rate = delta A > 0`.
    pub(crate) fn discounted(&self, rate: f64) -> f64 {
        let reciprocal = Reciprocal::new(self.a, self.big_b, rate / self.rho);
        settle_of_size(|step| {
            let rates = kept_rates(self.rho, step);
            rates.iter().map(|&(lambda, weight)| weight * reciprocal.at(rate / lambda)).sum()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_leaves_without_a_chance_to() {
        // p is nearly 0, so every purchase to come is discounted from its time: lambda / delta on average.
        let alive = Alive { rho: 3.0, a: 1e-9, big_b: 5.0 };
        assert!((alive.survival(10.0) - 1.0).abs() < 1e-7);
        assert!((alive.discounted(0.1) / 30.0 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_kept_is_what_is_found_anew_to_the_last_bit() {
        for i in 0..200 {
            let alive = Alive { rho: 0.3 + f64::from(i % 7), a: 0.8, big_b: 2.0 + f64::from(i % 5) };
            let y = f64::from(1 + i % 11) * 0.37;
            for _ in 0..2 {
                assert_eq!(alive.survival(y).to_bits(), alive.survival_anew(y).to_bits());
            }
        }
    }

    #[test]
    fn without_discount_the_purchases_are_all() {
        // E[Y(inf)] = E[1/p] = (a + B - 1) / (a - 1).
        let alive = Alive { rho: 2.5, a: 3.0, big_b: 4.0 };
        assert!((alive.discounted(1e-9) / 3.0 - 1.0).abs() < 1e-6);
    }

    /// rho, a, B, y, S(y), DERT at a rate of 0.1, with 50 digits from 2F1.
    const TABLE: [(f64, f64, f64, f64, f64, f64); 4] = [
        (1.5, 1e-5, 5.0, 2.0, 0.999_995_564_440_416_4, 14.999_783_966_471_885),
        (0.3, 1e-6, 1e-6, 1.0, 0.906_126_155_824_748_6, 1.716_292_193_166_015_8),
        (20.0, 0.3, 1e-5, 0.5, 0.000_316_447_417_776_159_9, 0.996_320_033_491_011_3),
        (2.5, 0.8, 3.1, 300.0, 0.017_061_231_443_298_63, 6.959_574_218_687_265),
    ];

    #[test]
    fn what_is_left_matches_high_precision_values() {
        for (rho, a, big_b, y, survival, discounted) in TABLE {
            let alive = Alive { rho, a, big_b };
            let close = |actual: f64, expected: f64| (actual / expected - 1.0).abs() < 1e-9;
            let (found, all) = (alive.survival(y), alive.discounted(0.1));
            assert!(close(found, survival), "{alive:?}: {found} is not {survival}");
            assert!(close(all, discounted), "{alive:?}: {all} is not {discounted}");
        }
    }

    #[test]
    fn survival_and_expectation_belong_together() {
        // dE/dy = rho E_p[(1 + p y)^-(rho+1)], the survival of a customer with one more purchase in the rate.
        let (alive, next) = (Alive { rho: 1.7, a: 0.8, big_b: 3.1 }, Alive { rho: 2.7, a: 0.8, big_b: 3.1 });
        let (y, h) = (0.7, 1e-5);
        let slope = (alive.expected(y + h) - alive.expected(y - h)) / (2.0 * h);
        assert!((slope - 1.7 * next.survival(y)).abs() < 1e-9);
    }
}
