//! Draws of the laws that worlds are made of. A customer has a stream of their own, so that more customers change none.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution as _, Exp1, Gamma, LogNormal};

/// The luck of one customer.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    pub(super) fn of(seed: u64, customer: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(customer);
        Self(random)
    }

    /// Evenly between 0 and 1.
    pub(super) fn share(&mut self) -> f64 {
        self.0.random()
    }

    /// Whether something of this probability happens.
    pub(super) fn is(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// One of the numbers from 0 to `most`.
    pub(super) fn one_of(&mut self, most: i32) -> i32 {
        self.0.random_range(0..=most)
    }

    /// Exponential, with this mean.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        let one: f64 = Exp1.sample(&mut self.0);
        mean * one
    }

    /// Gamma, with this shape and mean.
    pub(super) fn gamma(&mut self, shape: f64, mean: f64) -> f64 {
        Gamma::new(shape, mean / shape).expect("a shape and a mean above 0").sample(&mut self.0)
    }

    /// Beta.
    pub(super) fn beta(&mut self, a: f64, b: f64) -> f64 {
        Beta::new(a, b).expect("parameters above 0").sample(&mut self.0)
    }

    /// Log-normal, with this median and standard deviation of the logarithm.
    pub(super) fn log_normal(&mut self, median: f64, deviation: f64) -> f64 {
        LogNormal::new(median.ln(), deviation).expect("a deviation above 0").sample(&mut self.0)
    }
}
