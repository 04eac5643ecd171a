#![allow(dead_code, reason = "the models come to it one by one")]
//! Test support: slow answers from the models' assumptions alone, simulated customers, and awkward inputs.
//!
//! The integrals use the trapezoidal rule in ln(rate) and logit(chance) with a fixed fine step and densities from the
//! textbook; nothing is shared with the models' own quadratures.

use super::answers::{Answers, Observed};
use super::summary::PurchaseSummary;
use crate::special::ln_gamma;
use proptest::prelude::*;
use serde_json::Value;

/// Step in logarithms; for such integrands the error of the rule falls as `exp(-10 / STEP)`.
const STEP: f64 = 0.1;

/// Points with their weights, which add up to 1: a Gamma(shape, rate) distribution with shape not far below 0.3.
pub(crate) fn gamma_points(shape: f64, rate: f64) -> Vec<(f64, f64)> {
    let constant = shape * rate.ln() - ln_gamma(shape);
    (-2000..600)
        .map(|i| f64::from(i) * STEP)
        .map(|u| (u.exp(), STEP * (constant + shape * u - rate * u.exp()).exp()))
        .filter(|&(_, weight)| weight > 0.0)
        .collect()
}

/// The same for a Beta(a, b) distribution: the chance, one minus the chance, the weight.
pub(crate) fn beta_points(a: f64, b: f64) -> Vec<(f64, f64, f64)> {
    let constant = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    (-2000..2000)
        .map(|i| f64::from(i) * STEP)
        .map(|u| {
            let (ln_p, ln_q) = (-(-u).exp().ln_1p(), -u.exp().ln_1p());
            (ln_p.exp(), ln_q.exp(), STEP * (constant + a * ln_p + b * ln_q).exp())
        })
        .filter(|&(_, _, weight)| weight > 0.0)
        .collect()
}

/// The golden values of the models beside the BG/NBD family.
pub(crate) fn golden() -> Value {
    serde_json::from_str(include_str!("../../tests/golden/relatives.json")).unwrap()
}

/// A golden number, kept as text or as a number.
pub(crate) fn number(value: &Value) -> f64 {
    value.as_str().map_or_else(|| value.as_f64().unwrap(), |text| text.parse().unwrap())
}

pub(crate) fn numbers<const N: usize>(value: &Value) -> [f64; N] {
    value.as_array().unwrap().iter().map(number).collect::<Vec<_>>().try_into().unwrap()
}

#[track_caller]
pub(crate) fn close(what: &str, actual: f64, expected: f64, relative: f64) {
    let error = (actual - expected).abs();
    assert!(
        error <= relative * expected.abs(),
        "{what}: {actual:e} is not {expected:e} (relative {:e})",
        error / expected.abs()
    );
}

/// The CDNOW sample as of 30 September 1997, its 273rd day.
pub(crate) fn cdnow() -> Vec<Vec<super::Purchase>> {
    const DAYS_BEFORE_MONTH: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let mut customers = std::collections::BTreeMap::<&str, Vec<super::Purchase>>::new();
    for line in include_str!("../../../data/cdnow_sample.txt").lines() {
        let fields: Vec<_> = line.split_whitespace().collect();
        let part = |range: std::ops::Range<usize>| fields[2][range].parse::<i32>().unwrap();
        let day = (part(0..4) - 1997) * 365 + DAYS_BEFORE_MONTH[part(4..6) as usize - 1] + part(6..8) - 1;
        let gross_micros = (fields[4].parse::<f64>().unwrap() * 1e6).round() as i64;
        let purchase = super::Purchase { day, gross_micros, refunded_micros: 0 };
        customers.entry(fields[1]).or_default().push(purchase);
    }
    customers.into_values().collect()
}

/// The last day of the 39 weeks the literature fits on.
pub(crate) const CALIBRATION_END: i32 = 272;

pub(crate) fn cdnow_summaries() -> Vec<PurchaseSummary> {
    cdnow().iter().filter_map(|p| super::summarize(p, CALIBRATION_END)).collect()
}

pub(crate) fn summary(frequency: u32, recency_days: u32, age_days: u32) -> PurchaseSummary {
    PurchaseSummary {
        frequency,
        recency_days,
        age_days,
        first_day: 0,
        last_day: recency_days as i32,
        mean_repeat_value: None,
        net_spend_micros: 0,
    }
}

// ------------------------------------------------------------------------------------------ simulation

/// splitmix64 and what can be drawn from it.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    pub(crate) fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Marsaglia and Tsang, 2000; shapes below 1 by their boost.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let z = self.normal();
            let v = (1.0 + z / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * z * z + d * (1.0 - v + v.ln()) {
                return d * v;
            }
        }
    }

    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        x / (x + y)
    }
}

// ------------------------------------------------------------------------------------------ properties

/// A parameter far beyond any data set.
pub(crate) fn wild() -> impl Strategy<Value = f64> {
    (-6.0..6.0_f64).prop_map(|e| 10f64.powf(e))
}

/// Customers of all kinds, the awkward ones often: x = 0, thousands of purchases, age 0, bought today.
pub(crate) fn customers() -> impl Strategy<Value = Observed> {
    let x = prop_oneof![Just(0_u32), 1_u32..3, 0_u32..6000, Just(5000)];
    let share = prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64];
    let age = prop_oneof![Just(0.0), 0.0..50.0_f64, 0.0..20_000.0_f64];
    (x, share, age).prop_map(|(x, share, age)| Observed {
        x,
        recency: if x == 0 { 0.0 } else { age * share },
        age,
    })
}

/// Horizons from none to a million units.
pub(crate) fn horizons() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), (-6.0..6.0_f64).prop_map(|e| 10f64.powf(e))]
}

/// What must hold of every model, customer and horizon.
pub(crate) fn assert_in_range(model: &dyn Answers, of: &Observed, horizon: f64, rate: f64) {
    /// Rounding in sums of a few thousand terms.
    const SLACK: f64 = 1e-9;
    let probability = |what: &str, p: f64| assert!((0.0..=1.0 + SLACK).contains(&p), "{what} is {p}");
    assert!(model.log_likelihood(of).is_finite(), "log-likelihood {}", model.log_likelihood(of));
    let alive = model.p_alive(of);
    probability("P(alive)", alive);
    let later = model.p_alive_after(of, horizon);
    probability("P(alive) later", later);
    assert!(later <= alive * (1.0 + SLACK), "alive {alive}, later {later}");
    let within = model.p_purchase_within(of, horizon);
    probability("P(purchase)", within);
    assert!(within <= alive * (1.0 + SLACK), "alive {alive}, purchase {within}");
    let (less, more) = (model.expected_purchases(of, horizon), model.expected_purchases(of, horizon * 1.5));
    assert!(less >= 0.0 && more.is_finite(), "expected {less}, {more}");
    assert!(more >= less * (1.0 - SLACK), "expected {less} then {more}");
    assert!(less >= within * (1.0 - SLACK), "expected {less}, P(purchase) {within}");
    let mut probabilities = [0.0; 6];
    model.purchase_probabilities(of, horizon, &mut probabilities);
    probabilities.iter().for_each(|&p| probability("P(n)", p));
    let total: f64 = probabilities.iter().sum();
    probability("sum of P(n)", total);
    let none = probabilities[0];
    assert!((none - (1.0 - within)).abs() < SLACK, "P(0) {none}, P(purchase) {within}");
    let mut last = 0.0;
    for q in [0.05, 0.5, 0.95] {
        let wait = model.wait_quantile(of, q);
        assert!(wait >= last, "wait {wait} after {last}");
        last = wait;
    }
    let discounted = model.discounted_purchases(of, rate);
    assert!(discounted.is_finite() && discounted >= 0.0, "DERT {discounted}");
}
