use super::*;
use crate::clv::PatternTable;
use crate::clv::Termination;
use crate::clv::fitting::optimize::covariance;
use crate::clv::models::nbd::fit::optimum;
use crate::clv::models::nbd::likelihood::NbdLikelihood;
use crate::clv::oracle::{
    Random, array, assert_derivatives, assert_in_range, cdnow, close, customers, gamma_points, golden,
    horizons, number, summary, wild,
};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// Eight significant digits of each parameter.
const PARAMETERS: f64 = 5e-9;
/// Log-likelihood of the whole sample, absolute.
const LOG_LIKELIHOOD: f64 = 1e-6;
/// Four digits of a standard error.
const ERRORS: f64 = 5e-5;
/// Answers against the oracle.
const VALUES: f64 = 1e-9;

fn go_on(_: crate::clv::FitProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn the_fit_reaches_the_reference() {
    let table = PatternTable::from_summaries(cdnow::summaries());
    let best = optimum(&table, TimeUnit::Week.days(), &mut go_on).unwrap();
    let reference = &golden()["nbd"];
    let expected: [f64; 2] = array(&reference["params"]);
    let errors: [f64; 2] = array(&reference["se"]);
    let covariance = covariance(&best, table.customers() as f64).unwrap();
    for i in 0..2 {
        close("parameter", best.at[i].exp(), expected[i], PARAMETERS);
        close("standard error", best.at[i].exp() * covariance[i][i].sqrt(), errors[i], ERRORS);
        for (actual, expected) in covariance[i].into_iter().zip(array::<2>(&reference["cov_log_params"][i])) {
            close("covariance", actual, expected, ERRORS);
        }
    }
    let log_likelihood = best.evaluation.value * table.customers() as f64;
    assert!((log_likelihood - number(&reference["loglik"])).abs() < LOG_LIKELIHOOD);
    assert_eq!(best.termination, Termination::Converged);
    let model = Nbd { r: expected[0], alpha: expected[1], unit: TimeUnit::Week };
    let total: f64 = cdnow::summaries()
        .iter()
        .map(|s| {
            let (recency, age) = (f64::from(s.recency_days) / 7.0, f64::from(s.age_days) / 7.0);
            model.log_likelihood(&Observed { x: s.frequency, recency, age })
        })
        .sum();
    assert!((total - log_likelihood).abs() < LOG_LIKELIHOOD);
}

#[test]
fn derivatives_are_those_of_the_value() {
    let rows = [(0, 0, 100), (0, 0, 272), (1, 12, 272), (7, 206, 250), (90, 300, 301)];
    let table = PatternTable::from_summaries(rows.map(|(x, recency, age)| summary(x, recency, age)));
    let likelihood = NbdLikelihood { table: &table, unit_days: 7.0 };
    for at in [[0.7_f64, 5.0], [1e-3, 1e4], [300.0, 20.0]].map(|p| p.map(f64::ln)) {
        let allowed = 1e-8 * likelihood.evaluate(&at).value.abs();
        assert_derivatives(|at| likelihood.evaluate(at), &at, allowed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn answers_follow_from_the_assumptions(
        r in 0.3..4.0_f64, alpha in 1.0..60.0_f64, x in 0_u32..15, age in 0.0..300.0_f64, horizon in 0.1..400.0_f64,
    ) {
        let model = Nbd { r, alpha, unit: TimeUnit::Day };
        let of = Observed { x, recency: age * 0.5, age };
        let points: Vec<_> = gamma_points(r, alpha)
            .into_iter()
            .map(|(rate, weight)| (rate, weight * (f64::from(x) * rate.ln() - rate * age).exp()))
            .collect();
        let likelihood: f64 = points.iter().map(|p| p.1).sum();
        let mean = |f: &dyn Fn(f64) -> f64| points.iter().map(|&(rate, w)| w * f(rate)).sum::<f64>() / likelihood;
        close("likelihood", model.log_likelihood(&of).exp(), likelihood, VALUES);
        close("expected", model.expected_purchases(&of, horizon), mean(&|rate| rate * horizon), VALUES);
        close("within", model.p_purchase_within(&of, horizon), mean(&|rate| -(-rate * horizon).exp_m1()), VALUES);
        close("DERT", model.discounted_purchases(&of, 0.01), mean(&|rate| rate / 0.01), VALUES);
        let mut out = [0.0; 5];
        model.purchase_probabilities(&of, horizon, &mut out);
        let mut factorial = 1.0;
        for (n, p) in (0_i32..).zip(out) {
            factorial *= f64::from(n.max(1));
            let poisson = |rate: f64| (rate * horizon).powi(n) * (-rate * horizon).exp() / factorial;
            close("P(n)", p, mean(&poisson), VALUES);
        }
        let median = model.wait_quantile(&of, 0.5);
        close("median", model.p_purchase_within(&of, median), 0.5, VALUES);
    }

    #[test]
    fn answers_are_finite_and_in_range(
        r in wild(), alpha in wild(), of in customers(), horizon in horizons(), rate in 1e-6..10.0_f64,
    ) {
        assert_in_range(&Nbd { r, alpha, unit: TimeUnit::Week }, &of, horizon, rate);
    }
}

fn population(customers: u32, mut rate: impl FnMut(&mut Random) -> f64) -> PatternTable {
    let mut random = Random(1959);
    PatternTable::from_summaries((0..customers).map(|i| {
        let (age, rate) = (f64::from(1000 + i % 1000), rate(&mut random));
        let (mut time, mut x, mut last) = (0.0, 0, 0.0);
        loop {
            time += random.exponential() / rate;
            if time >= age {
                return summary(x, last as u32, age as u32);
            }
            (x, last) = (x + 1, time);
        }
    }))
}

#[test]
fn parameters_are_recovered_from_simulated_customers() {
    const TRUE: [f64; 2] = [0.8, 300.0];
    let table = population(20_000, |random| random.gamma(TRUE[0]) / TRUE[1]);
    let best = optimum(&table, TimeUnit::Day.days(), &mut go_on).unwrap();
    let covariance = covariance(&best, table.customers() as f64).unwrap();
    for i in 0..2 {
        let errors = (best.at[i] - TRUE[i].ln()) / covariance[i][i].sqrt();
        assert!(errors.abs() < 4.0, "parameter {i} is {errors} standard errors off");
    }
}

#[test]
fn customers_who_are_all_alike_end_at_the_border() {
    // As regular as the table allows: less varied than at random, so r goes to infinity.
    let table = PatternTable::from_summaries((0..200).map(|i| summary(4 + i % 2, 90, 100)));
    let best = optimum(&table, TimeUnit::Day.days(), &mut go_on).unwrap();
    assert_eq!(best.termination, Termination::ConvergedAtBound);
    assert!(best.held[0], "{best:?}");
    close("rate", (best.at[0] - best.at[1]).exp(), 0.045, 1e-4);
}

#[test]
fn threads_and_repetition_do_not_matter() {
    let table = population(30_000, |random| random.gamma(0.8) / 300.0);
    assert!(table.pieces().len() > 2);
    let at = [0.7_f64.ln(), 250_f64.ln()];
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| NbdLikelihood { table: &table, unit_days: 1.0 }.evaluate(&at))
    };
    assert_eq!(format!("{:?}", on(1)), format!("{:?}", on(2)));

    let rows: Vec<_> = (0..60).map(|i| summary(i % 4, i % 4, 100 + i)).collect();
    let value = |table: &PatternTable| NbdLikelihood { table, unit_days: 1.0 }.evaluate(&at).value;
    let repeated = PatternTable::from_summaries(rows.iter().chain(&rows));
    let weighted = PatternTable::from_weighted_summaries(rows.iter().map(|s| (s, 2)));
    assert_eq!(value(&repeated).to_bits(), value(&weighted).to_bits());
}

#[test]
fn models_survive_being_stored() {
    let model = Nbd { r: 0.38, alpha: 12.07, unit: TimeUnit::Week };
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<Nbd>(&text).unwrap(), model);
}
