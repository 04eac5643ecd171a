//! Test support: slow answers from the models' assumptions alone, simulated customers, and awkward inputs.
//!
//! The integrals use the trapezoidal rule in ln(rate) and logit(chance) with a fixed fine step and densities from the
//! textbook; nothing is shared with the models' own quadratures.

use crate::clv::answers::{Answers, Observed};
use crate::clv::fitting::optimize::Evaluation;
use crate::clv::histories::patterns::PatternTable;
use crate::clv::histories::summary::PurchaseSummary;
use crate::statistics::special::ln_gamma;
use proptest::prelude::*;
use serde_json::Value;

#[allow(dead_code, clippy::unwrap_used, reason = "a part of it is used here")]
#[path = "../../tests/science/cdnow.rs"]
pub(crate) mod cdnow;
#[allow(dead_code, clippy::unwrap_used, reason = "a part of it is used here")]
#[path = "../../tests/science/random.rs"]
mod random;

pub(crate) use cdnow::{array, close, number};
pub(crate) use random::Random;

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

/// Central differences are those of `evaluate` to `allowed`: good to about the square of the step, and to rounding over it.
#[track_caller]
pub(crate) fn assert_derivatives<const N: usize>(
    evaluate: impl Fn(&[f64; N]) -> Evaluation<N>,
    at: &[f64; N],
    allowed: f64,
) {
    const STEP: f64 = 1e-5;
    let exact = evaluate(at);
    for i in 0..N {
        let moved = |by: f64| {
            let mut there = *at;
            there[i] += by;
            evaluate(&there)
        };
        let (up, down) = (moved(STEP), moved(-STEP));
        let slope = (up.value - down.value) / (2.0 * STEP);
        assert!((slope - exact.gradient[i]).abs() < allowed, "{at:?} {i}: {slope} {exact:?}");
        for j in 0..N {
            let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * STEP);
            assert!((slope - exact.hessian[i][j]).abs() < allowed, "{at:?} {i} {j}: {slope} {exact:?}");
        }
    }
}

/// Customers as different as there are.
pub(crate) fn table() -> PatternTable {
    let rows = [
        (0, 0, 100),
        (0, 0, 272),
        (1, 12, 272),
        (2, 213, 272),
        (7, 206, 250),
        (29, 264, 266),
        (90, 300, 301),
    ];
    PatternTable::from_summaries(rows.map(|(x, recency, age)| summary(x, recency, age)))
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
