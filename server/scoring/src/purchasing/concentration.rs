//! How unequally customers spend: whether a shop lives off a few of them.
//!
//! With what customers spent in ascending order, `r_1 <= ... <= r_n`, and R their sum:
//!
//! ```text
//! Gini G = n/(n-1) sum (2i - n - 1) r_i / (n R)                                                               (1)
//! share of the top q = 1 - L(1 - q), L(p) being the share of R that the lowest p of customers spent           (2)
//! ```
//!
//! (1) is Gini's mean difference over twice the mean, with the factor `n/(n-1)` that keeps small groups from looking equal
//! (Deltas, "The small-sample bias of the Gini coefficient", *Review of Economics and Statistics* 85(1), 2003). It is 0 where
//! everybody spends the same and 1 where one customer spends everything. (2) is read off the Lorenz curve (Lorenz 1905), which is a
//! straight line between customers, so that a tenth of 25 customers is two and a half of them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::retention::{BLOCKS, mixed};

/// What a customer spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spender {
    /// Which one: results depend on it and the seed, not on the order in which customers are given.
    pub number: u32,
    /// In micros, above 0.
    pub micros: i64,
}

/// How unequally customers spend.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Concentration {
    /// G, in \[0, 1\]. `None` for fewer than two customers.
    pub gini: Option<f64>,
    /// What the top spent of everything, in (0, 1\]. `None` for nobody.
    pub top_share: Option<f64>,
}

/// What came out in the replicates of a bootstrap, each ascending.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResampledConcentration {
    /// G.
    pub gini: Vec<f64>,
    /// Share of the top.
    pub top_share: Vec<f64>,
}

/// Customers in the order of what they spent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spenders {
    /// Ascending, in units of the currency.
    spent: Vec<f64>,
    /// Those drawn together, by their place among blocks.
    blocks: Vec<u32>,
    block_count: usize,
}

impl Spenders {
    /// Puts customers in order. Of more than 4,096 a bootstrap draws random blocks that depend on `seed`.
    #[must_use]
    pub fn new(mut customers: Vec<Spender>, seed: u64) -> Self {
        customers.sort_unstable_by_key(|customer| (customer.micros, customer.number));
        let count = customers.len();
        let block = |(place, customer): (usize, &Spender)| match count {
            ..=BLOCKS => place as u32,
            _ => (mixed(seed ^ u64::from(customer.number)) % BLOCKS as u64) as u32,
        };
        Self {
            blocks: customers.iter().enumerate().map(block).collect(),
            spent: customers.iter().map(|customer| customer.micros as f64 / 1e6).collect(),
            block_count: count.min(BLOCKS),
        }
    }

    /// How many they are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.spent.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spent.is_empty()
    }

    /// How unequally they spend; `top` is the share of customers who are the top, in (0, 1).
    #[must_use]
    pub fn concentration(&self, top: f64) -> Concentration {
        self.weighted(|_| 1, top)
    }

    /// The same when the customer at each place counts as often as `weight` says.
    fn weighted(&self, weight: impl Fn(usize) -> u32, top: f64) -> Concentration {
        let (mut customers, mut spent) = (0_u64, 0.0);
        for (place, each) in self.spent.iter().enumerate() {
            customers += u64::from(weight(place));
            spent += f64::from(weight(place)) * each;
        }
        if customers == 0 || spent <= 0.0 {
            return Concentration::default();
        }
        let n = customers as f64;
        // What those below spent who are not at the top; the one on the border counts in part.
        let border = n * (1.0 - top);
        let (mut below, mut differences, mut lower) = (0.0, 0.0, 0.0);
        for (place, each) in self.spent.iter().enumerate() {
            let w = f64::from(weight(place));
            // Of w equal customers at the ranks after `below`: the sum of 2 rank - n - 1.
            differences += w * (2.0 * below + w - n) * each;
            lower += (border - below).clamp(0.0, w) * each;
            below += w;
        }
        let gini = (customers > 1).then(|| (differences / ((n - 1.0) * spent)).clamp(0.0, 1.0));
        Concentration { gini, top_share: Some((1.0 - lower / spent).clamp(0.0, 1.0)) }
    }

    /// Draws replicates. The same seed gives the same ones, however many threads there are. `None` for fewer than two
    /// customers.
    #[must_use]
    pub fn resample(&self, top: f64, replicates: usize, seed: u64) -> Option<ResampledConcentration> {
        if self.len() < 2 {
            return None;
        }
        let drawn: Vec<Concentration> = (0..replicates as u64)
            .into_par_iter()
            .map(|replicate| {
                let weights = self.draw(seed, replicate);
                self.weighted(|place| weights[self.blocks[place] as usize], top)
            })
            .collect();
        let sorted = |of: fn(&Concentration) -> Option<f64>| {
            let mut values: Vec<f64> = drawn.iter().filter_map(of).collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        Some(ResampledConcentration {
            gini: sorted(|each| each.gini),
            top_share: sorted(|each| each.top_share),
        })
    }

    /// How often each block is drawn.
    fn draw(&self, seed: u64, replicate: u64) -> Vec<u32> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(replicate);
        let mut weights = vec![0; self.block_count];
        for _ in 0..self.block_count {
            // At most 4,096 of 2^32: the bias is below a millionth.
            let drawn = (u64::from(random.next_u32()) * self.block_count as u64) >> 32;
            weights[drawn as usize] += 1;
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::spread;

    fn spenders(spent: &[i64]) -> Spenders {
        let spender = |(number, spent): (u32, &i64)| Spender { number, micros: spent * 1_000_000 };
        Spenders::new((0..).zip(spent).map(spender).collect(), 1)
    }

    #[test]
    fn ginis_of_a_textbook() {
        // The example of the manual of R's package ineq, whose Gini, without the factor, is 0.4620911 there.
        let manual = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261];
        let found = spenders(&manual).concentration(0.1);
        assert!((found.gini.unwrap() * 0.9 - 0.462_091_1).abs() < 5e-8, "{found:?}");
        assert!((found.top_share.unwrap() - 22_261.0 / 66_586.0).abs() < 1e-12, "{found:?}");
        let alike = spenders(&[7; 25]).concentration(0.1);
        assert!(
            alike.gini.unwrap().abs() < 1e-12 && (alike.top_share.unwrap() - 0.1).abs() < 1e-12,
            "{alike:?}"
        );
        assert_eq!(spenders(&[1; 0]).concentration(0.1), Concentration::default());
        let one = spenders(&[5]).concentration(0.1);
        assert_eq!(one.gini, None);
        assert!((one.top_share.unwrap() - 0.1).abs() < 1e-12);
    }

    #[test]
    fn the_top_may_end_within_a_customer() {
        // A tenth of 15 is one and a half: 100 and half of 50, of 280.
        let mut spent = vec![10; 13];
        spent.extend([50, 100]);
        let found = spenders(&spent).concentration(0.1).top_share.unwrap();
        assert!((found - 125.0 / 280.0).abs() < 1e-12, "{found}");
    }

    #[test]
    fn a_resample_is_what_its_customers_would_be() {
        let few = spenders(&[1, 2, 5, 9]);
        let weights = few.draw(3, 0);
        let drawn: Vec<i64> = [1, 2, 5, 9]
            .into_iter()
            .zip(&weights)
            .flat_map(|(spent, weight)| std::iter::repeat_n(spent, *weight as usize))
            .collect();
        let of_drawn = spenders(&drawn).concentration(0.25);
        let weighted = few.weighted(|place| weights[few.blocks[place] as usize], 0.25);
        for (one, two) in [(of_drawn.gini, weighted.gini), (of_drawn.top_share, weighted.top_share)] {
            assert!((one.unwrap() - two.unwrap()).abs() < 1e-12, "{of_drawn:?} {weighted:?}");
        }
    }

    /// What customers spend has the tail of Pareto's law, whose Gini is `1 / (2 alpha - 1)` and whose top q spends
    /// `q^(1 - 1 / alpha)`.
    fn pareto(count: u32, alpha: f64) -> Vec<Spender> {
        let spender = |number: u32| {
            let uniform = (mixed(u64::from(number) + 77) >> 11) as f64 / (1_u64 << 53) as f64;
            Spender { number, micros: (1e6 * (1.0 - uniform).powf(-1.0 / alpha)) as i64 }
        };
        (0..count).map(spender).collect()
    }

    #[test]
    fn paretos_law_is_found_again() {
        let found = Spenders::new(pareto(200_000, 3.0), 1).concentration(0.1);
        assert!((found.gini.unwrap() - 0.2).abs() < 0.003, "{found:?}");
        assert!((found.top_share.unwrap() - 0.1_f64.powf(2.0 / 3.0)).abs() < 0.003, "{found:?}");
    }

    #[test]
    fn the_order_of_customers_does_not_matter_and_blocks_are_as_wide_as_customers() {
        let mut all = pareto(6_000, 3.0);
        let blocks = Spenders::new(all.clone(), 7).resample(0.1, 400, 7).unwrap();
        all.reverse();
        assert_eq!(Spenders::new(all.clone(), 7).resample(0.1, 400, 7).unwrap(), blocks);
        // The spread falls with the root of how many there are; 4,000 are not put into blocks.
        let single = Spenders::new(all.split_off(2_000), 7).resample(0.1, 400, 7).unwrap();
        let ratio = spread(&blocks.gini).unwrap() / spread(&single.gini).unwrap();
        let expected = (4_000.0_f64 / 6_000.0).sqrt();
        // 400 replicates know a spread to 3.5 %; two samples of a heavy tail differ by as much again.
        assert!((ratio / expected - 1.0).abs() < 0.2, "{ratio} against {expected}");
    }
}
