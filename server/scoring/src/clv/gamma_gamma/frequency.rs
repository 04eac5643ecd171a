//! Whether customers who buy often spend more or less a purchase, and how far that counts.
//!
//! The mean of a repeat buyer's purchases is expected to be
//!
//! ```text
//! E[m | x, t_x] = mu e^(b (z - center)),   z = ln((x + 1) / (t_x / gap + 1))                                      (1)
//! ```
//!
//! and `b` is found by quasi-likelihood (McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., 1989, ch. 9): the logarithm as
//! link, variances as the square of the mean times `c + (1 + c) / (p x)` with `c = 1 / (q - 2)`, as Gamma-Gamma has them, at the p and q
//! of shops in general. It asks for nothing but (1). The likelihood of Gamma-Gamma with (1) in it would take whatever
//! is not Gamma about values for a part of b: the more purchases, the higher is the logarithm of their mean.
//!
//! Its variance is the greater of two: that of the model with the dispersion that is seen, and that of the residuals as they are
//! (the sandwich). With few customers the second is too small, with many the first may be.
//!
//! Then `b` is believed to be 0, or to come from `N(0, 0.3)`, with even odds, and is told as the mean of both: the mean of the second by
//! the probability that it has with the data. Where the data say that frequency and value are independent, nearly nothing is left
//! of it; where they say that b is there, nearly all; and no record more makes it come or go.
//!
//! z counts time up to the last purchase alone, and who is asked about has made their next one
//! ([`GammaGamma::for_next_purchase`](crate::clv::GammaGamma::for_next_purchase)). A customer who left would otherwise seem to buy
//! rarely, and the more so the longer ago it was.

use super::beliefs::LIKELIEST;
use super::model::ByFrequency;
use serde::{Deserialize, Serialize};

/// Standard deviation of b where there is one: who buys twice as often then spends up to a half more or a third less.
const DEVIATION: f64 = 0.3;
/// Customers that the belief about the dispersion counts for.
const DISPERSION_COUNTS: f64 = 10.0;
/// b is no farther from 0: two customers alone would put it anywhere.
const FARTHEST: f64 = 4.0;
/// Steps of Newton's method that are enough; the quasi-likelihood is concave.
const STEPS: u32 = 50;
/// No step of b is longer, and one that is shorter than the other is the last.
const STEP: (f64, f64) = (1.0, 1e-10);

/// How scale goes with frequency, and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FrequencyFit {
    /// Standard error of b, that of its being there at all included.
    pub standard_error: f64,
    /// Probability that b is not 0.
    pub probability: f64,
}

/// Repeat buyers with the same x and t_x.
struct Cell {
    z: f64,
    /// Inverse of the variance of one of them, over the square of the mean.
    weight: f64,
    customers: f64,
    /// Sums of m and of its square.
    sum: f64,
    squares: f64,
}

/// Sums over cells at a place (ln mu, b) of (1).
#[derive(Default)]
struct Sums {
    /// Gradient, and minus the second derivatives, in ln mu and b.
    gradient: [f64; 2],
    curvature: [f64; 3],
    /// Weighted squares of residuals, and the same by the square of z.
    residual: f64,
    residual_by_z: f64,
}

impl Sums {
    fn at(cells: &[Cell], center: f64, [level, b]: [f64; 2]) -> Self {
        let mut sums = Self::default();
        for cell in cells {
            let z = cell.z - center;
            let inverse = (-(level + b * z)).exp();
            let told = cell.weight * cell.sum * inverse;
            let over = told - cell.weight * cell.customers;
            sums.gradient[0] += over;
            sums.gradient[1] += over * z;
            sums.curvature[0] += told;
            sums.curvature[1] += told * z;
            sums.curvature[2] += told * z * z;
            // Sum of (m / mu - 1)^2.
            let square = cell.squares * inverse * inverse - 2.0 * cell.sum * inverse + cell.customers;
            sums.residual += cell.weight * square;
            sums.residual_by_z += (cell.weight * z).powi(2) * square;
        }
        sums
    }

    /// Newton's step, none where nothing tells b.
    fn step(&self) -> Option<[f64; 2]> {
        let [aa, ab, bb] = self.curvature;
        let determinant = aa * bb - ab * ab;
        let [a, b] = self.gradient;
        let step = [(bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant];
        (determinant > 0.0 && step.iter().all(|part| part.is_finite())).then_some(step)
    }
}

/// A repeat buyer with the mean value of their repeat purchases, positive and finite.
#[derive(Debug, Clone, Copy)]
pub(super) struct Valued {
    pub(super) x: u32,
    pub(super) t_x: u32,
    pub(super) m: f64,
}

/// How scale goes with frequency, how well that is known, and the sum of the logarithms of what it multiplies the scale of each by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) by_frequency: ByFrequency,
    pub(super) known: FrequencyFit,
    pub(super) ln_factors: f64,
}

/// What (1) comes to for repeat buyers in the order of x, t_x and m, so that sums are those of any order of customers. `None` where there is none.
pub(super) fn by_frequency(repeat_buyers: &[Valued]) -> Option<Found> {
    let total =
        |of: fn(&Valued) -> u32| repeat_buyers.iter().map(|one| u64::from(of(one))).sum::<u64>() as f64;
    let gap_days = total(|one| one.t_x) / total(|one| one.x);
    if !(gap_days > 0.0 && gap_days.is_finite()) {
        return None;
    }
    let alike = repeat_buyers.chunk_by(|one, next| (one.x, one.t_x) == (next.x, next.t_x));
    let cells: Vec<Cell> = alike.map(|run| cell(run, gap_days)).collect();
    let weights: f64 = cells.iter().map(|cell| cell.weight * cell.customers).sum();
    let center = cells.iter().map(|cell| cell.weight * cell.customers * cell.z).sum::<f64>() / weights;
    let (b, variance) = estimate(&cells, center, repeat_buyers.len() as f64);
    let (b, known) = believed(b, variance);
    let ln_factors = b * cells.iter().map(|cell| cell.customers * (cell.z - center)).sum::<f64>();
    let found = Found { by_frequency: ByFrequency { b, gap_days, center }, known, ln_factors };
    (ln_factors.is_finite() && known.standard_error.is_finite()).then_some(found)
}

fn cell(run: &[Valued], gap_days: f64) -> Cell {
    let (p, q) = LIKELIEST;
    let between = 1.0 / (q - 2.0);
    let (x, days) = (f64::from(run[0].x), f64::from(run[0].t_x));
    let (mut sum, mut squares) = (0.0, 0.0);
    for m in run.iter().map(|one| one.m) {
        sum += m;
        squares += m * m;
    }
    Cell {
        z: ByFrequency::z(gap_days, x, days),
        weight: 1.0 / (between + (1.0 + between) / (p * x)),
        customers: run.len() as f64,
        sum,
        squares,
    }
}

/// b of (1) and its variance, which is infinite where all buy alike often.
fn estimate(cells: &[Cell], center: f64, customers: f64) -> (f64, f64) {
    let weighted = |of: fn(&Cell) -> f64| cells.iter().map(|cell| cell.weight * of(cell)).sum::<f64>();
    let mut at = [(weighted(|cell| cell.sum) / weighted(|cell| cell.customers)).ln(), 0.0];
    for _ in 0..STEPS {
        let Some([level, b]) = Sums::at(cells, center, at).step() else { return (0.0, f64::INFINITY) };
        let within = (STEP.0 / b.abs()).min(1.0);
        at = [at[0] + within * level, (at[1] + within * b).clamp(-FARTHEST, FARTHEST)];
        if level.abs().max(b.abs()) < STEP.1 {
            break;
        }
    }
    let sums = Sums::at(cells, center, at);
    let known: f64 = cells.iter().map(|cell| cell.weight * cell.customers * (cell.z - center).powi(2)).sum();
    let dispersion = (DISPERSION_COUNTS + sums.residual) / (DISPERSION_COUNTS + customers - 2.0);
    let variance = (dispersion / known).max(sums.residual_by_z / (known * known));
    if variance.is_finite() { (at[1], variance) } else { (0.0, f64::INFINITY) }
}

/// The mean over both beliefs about b, its standard error and the probability of the second.
fn believed(b: f64, variance: f64) -> (f64, FrequencyFit) {
    let prior = DEVIATION * DEVIATION;
    let drawn = prior / (prior + variance);
    // Density of the estimate by the first belief over that by the second.
    let ln_odds = -0.5 * b * b / variance * drawn - 0.5 * (1.0 - drawn).ln();
    let probability = 1.0 / (1.0 + ln_odds.exp());
    let mean = drawn * b;
    let left = 1.0 / (1.0 / prior + 1.0 / variance);
    let square = probability * (left + mean * mean);
    let told = probability * mean;
    let standard_error = (square - told * told).max(0.0).sqrt();
    (told, FrequencyFit { standard_error, probability })
}
