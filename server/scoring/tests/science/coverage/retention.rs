//! How often intervals of survival and of revenue retention hold the truth, in made-up worlds. Those of shares
//! (set retention, churn, cells of cohorts) are Wilson's, whose coverage is computed exactly in `survey_coverage`.
//!
//! `WORLDS=2000 cargo test --release -p lojal-scoring --test science coverage::retention:: -- --nocapture` prints the table of
//! `server/docs/numerics/retention.md`.

use lojal_scoring::retention::{Durations, KaplanMeier, ResampledCustomer, expanded_percentiles, resample};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

const SIZES: [usize; 4] = [10, 30, 100, 1_000];

/// Worlds of each kind; few in every run, many for the table.
fn worlds() -> u64 {
    std::env::var("WORLDS").ok().and_then(|worlds| worlds.parse().ok()).unwrap_or(100)
}

/// More than 0 and less than 1.
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (f64::from(random.next_u32()) + 0.5) / 2.0_f64.powi(32)
}

/// Standard normal, by Box and Muller.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * uniform(random).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(random)).cos()
}

/// Of how many worlds the interval is known, and how often it holds the truth there.
#[derive(Default)]
struct Coverage {
    held: u64,
    known: u64,
    worlds: u64,
}

impl Coverage {
    fn note(&mut self, interval: Option<(f64, f64)>, truth: f64) {
        self.worlds += 1;
        if let Some((low, high)) = interval {
            self.known += 1;
            self.held += u64::from(low <= truth && truth <= high);
        }
    }

    fn share(&self) -> f64 {
        self.held as f64 / self.known as f64
    }

    fn tell(&self, what: &str, n: usize) {
        println!(
            "| {what} | {n} | {:.1} | {:.1} |",
            100.0 * self.share(),
            100.0 * self.known as f64 / self.worlds as f64
        );
    }

    /// Whether it is as good as a true coverage within these bounds, by three standard errors.
    fn is_within(&self, low: f64, high: f64) -> bool {
        let error = |p: f64| 3.0 * (p * (1.0 - p) / self.known as f64).sqrt();
        (low - error(low)..=high + error(high)).contains(&self.share())
    }
}

/// S(t) of Weibull lives in whole days, of whom some are still there when last looked at.
fn survival_coverage(shape: f64, truth: f64, n: usize) -> Coverage {
    const SCALE: f64 = 200.0;
    // The day after which the share `truth` is left.
    let day = (SCALE * (-truth.ln()).powf(1.0 / shape)).floor();
    let truth = (-(day / SCALE).powf(shape)).exp();
    let mut coverage = Coverage::default();
    for world in 0..worlds() {
        let mut random = ChaCha8Rng::seed_from_u64(world);
        let mut durations = Durations::default();
        for _ in 0..n {
            let life = (SCALE * (-uniform(&mut random).ln()).powf(1.0 / shape)).ceil();
            let looked_at = (600.0 * uniform(&mut random)).ceil();
            durations.add(life.min(looked_at) as u32, life <= looked_at);
        }
        let curve = KaplanMeier::new(&durations);
        let limits = curve.survival(day as u32).and(curve.at(day as u32)).map(|point| point.interval(0.95));
        coverage.note(limits.and_then(|limits| limits.low.zip(limits.high)), truth);
    }
    coverage
}

/// Net revenue retention of customers who spend very unlike amounts, of whom a fifth leaves.
fn revenue_coverage(spread: f64, n: usize) -> Coverage {
    // E(now) / E(prior) = 0.8 E(growth).
    let truth = 0.8 * (0.3_f64 * 0.3 / 2.0).exp();
    let mut coverage = Coverage::default();
    for world in 0..worlds() {
        let mut random = ChaCha8Rng::seed_from_u64(world);
        let customers: Vec<ResampledCustomer> = (0..n as u32)
            .map(|number| {
                let prior = 100.0 * (spread * normal(&mut random)).exp();
                let now =
                    if uniform(&mut random) < 0.2 { 0.0 } else { prior * (0.3 * normal(&mut random)).exp() };
                let micros = |value: f64| (value * 1e6) as i64;
                ResampledCustomer { number, prior_micros: micros(prior).max(1), now_micros: micros(now) }
            })
            .collect();
        let net = resample(&customers, 1_000, world).unwrap().net;
        coverage.note(expanded_percentiles(&net, 0.95, n as u64), truth);
    }
    coverage
}

#[test]
fn survival_is_held_by_the_log_log_interval() {
    for n in SIZES {
        for shape in [0.7, 1.0, 1.5] {
            for truth in [0.9, 0.7, 0.5, 0.3] {
                let coverage = survival_coverage(shape, truth, n);
                coverage.tell(&format!("S = {truth}, Weibull {shape}, log-log"), n);
                // Ten customers are too few for one end of the curve or the other.
                let (low, high) = if n == 10 { (0.87, 0.99) } else { (0.925, 0.975) };
                assert!(coverage.is_within(low, high), "{n} {shape} {truth}: {}", coverage.share());
            }
        }
    }
}

#[test]
fn revenue_retention_is_held_by_the_bootstrap() {
    for n in SIZES {
        for spread in [0.5, 1.0, 1.5] {
            let coverage = revenue_coverage(spread, n);
            coverage.tell(&format!("NRR, spend log-normal {spread}, bootstrap"), n);
            // Few and very unlike customers do not show how unlike they can be.
            let low = match n {
                10 => 0.89,
                30 => 0.90,
                100 => 0.91,
                _ => 0.925,
            };
            assert!(coverage.is_within(low, 0.975), "{n} {spread}: {}", coverage.share());
        }
    }
}
