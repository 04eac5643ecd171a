//! The Pareto/NBD model against the literature's data set: CDNOW, 40-digit references.

use super::answers::{Answers, Observed};
use super::optimize::{Found, Optimum, Termination, covariance};
use super::pareto_fit::optimum;
use super::pareto_nbd::{Pareto, ParetoNbd};
use super::{PatternTable, Purchase, PurchaseSummary, TimeUnit, summarize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Values of one customer.
const VALUES: f64 = 1e-9;
const WEEK: f64 = 7.0;

fn number(value: &Value) -> f64 {
    value.as_str().map_or_else(|| value.as_f64().unwrap(), |text| text.parse().unwrap())
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn golden() -> Value {
    let text = include_str!("../../tests/golden/cdnow.json");
    serde_json::from_str::<Value>(text).unwrap()["pareto_nbd"].take()
}

fn close(what: &str, actual: f64, expected: f64, relative: f64) {
    let error = (actual - expected).abs() / expected.abs();
    assert!(error <= relative, "{what}: {actual:e} is not {expected:e}, off by {error:e}");
}

fn published() -> Pareto {
    let [r, alpha, s, beta] = numbers(&golden()["params"]).try_into().unwrap();
    ParetoNbd { r, alpha, s, beta, unit: TimeUnit::Week }.answers()
}

fn observed(x: u32, recency_days: f64, age_days: f64) -> Observed {
    Observed { x, recency: recency_days / WEEK, age: age_days / WEEK }
}

/// Days are told apart by their digits alone; the summaries need their distances.
fn day(yyyymmdd: &str) -> i32 {
    const BEFORE_MONTH: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let number = |range: std::ops::Range<usize>| yyyymmdd[range].parse::<i32>().unwrap();
    (number(0..4) - 1997) * 365 + BEFORE_MONTH[number(4..6) as usize - 1] + number(6..8) - 1
}

/// The customers of the sample at the end of the 39 weeks that the literature fits on.
pub(crate) fn cdnow() -> Vec<PurchaseSummary> {
    const CALIBRATION_END: i32 = 272;
    let mut customers: BTreeMap<&str, Vec<Purchase>> = BTreeMap::new();
    for line in include_str!("../../../data/cdnow_sample.txt").lines() {
        let fields: Vec<_> = line.split_whitespace().collect();
        let purchase = Purchase { day: day(fields[2]), gross_micros: 1, refunded_micros: 0 };
        customers.entry(fields[1]).or_default().push(purchase);
    }
    customers.values().filter_map(|purchases| summarize(purchases, CALIBRATION_END)).collect()
}

#[test]
fn the_sample_has_the_published_likelihood() {
    let model = published();
    let table = PatternTable::from_summaries(cdnow());
    assert_eq!((table.customers(), table.patterns()), (2357, 1016));
    let total: f64 = table
        .rows()
        .map(|(x, recency, age, n)| {
            n * model.log_likelihood(&observed(x, f64::from(recency), f64::from(age)))
        })
        .sum();
    assert!((total - number(&golden()["loglik"])).abs() < 1e-9, "{total}");
}

#[test]
fn customers_are_judged_as_in_the_reference() {
    let model = published();
    for customer in golden()["customers"].as_array().unwrap() {
        let of = observed(
            number(&customer["x"]) as u32,
            number(&customer["t_x_days"]),
            number(&customer["T_days"]),
        );
        let what = customer["name"].as_str().unwrap();
        close(what, model.log_likelihood(&of), number(&customer["loglik"]), VALUES);
        close(what, model.p_alive(&of), number(&customer["p_alive"]), VALUES);
        for pair in customer["expected"].as_array().unwrap() {
            let purchases = model.expected_purchases(&of, number(&pair[0]));
            close(what, purchases, number(&pair[1]), VALUES);
        }
        let discounted = model.discounted_purchases(&of, 0.0027);
        close(what, discounted, number(&customer["dert_0.0027_a_week"]), VALUES);
    }
    let new = observed(0, 0.0, 0.0);
    for pair in golden()["new_customer"].as_array().unwrap() {
        close("new", model.expected_purchases(&new, number(&pair[0])), number(&pair[1]), VALUES);
    }
}

/// Fader and Hardie's note of 2005 and the vignette of BTYD print these with four digits, for rounded parameters.
#[test]
fn the_printed_customer_is_reproduced() {
    let model = Pareto { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
    let of = Observed { x: 26, recency: 30.86, age: 31.0 };
    assert!((model.p_alive(&of) - 0.9979).abs() < 6e-5);
    assert!((model.expected_purchases(&of, 52.0) - 25.46).abs() < 6e-3);
}

/// Eight significant digits of each parameter.
const PARAMETERS: f64 = 5e-9;
/// Log-likelihood of the whole sample, absolute.
const LOG_LIKELIHOOD: f64 = 1e-6;
/// Four digits of a standard error.
const ERRORS: f64 = 5e-5;

fn fit(table: &PatternTable, unit_days: f64) -> Optimum<4> {
    optimum(table, unit_days, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn the_fit_reaches_the_published_maximum() {
    let table = PatternTable::from_summaries(cdnow());
    let best = fit(&table, WEEK);
    assert_eq!(best.termination, Termination::Converged);
    let golden = golden();
    let parameters = best.at.map(f64::exp);
    for (actual, expected) in parameters.into_iter().zip(numbers(&golden["params"])) {
        close("parameter", actual, expected, PARAMETERS);
    }
    let log_likelihood = best.evaluation.value * table.customers() as f64;
    assert!((log_likelihood - number(&golden["loglik"])).abs() < LOG_LIKELIHOOD);
    let covariance = covariance(&best, table.customers() as f64).unwrap();
    let errors = Found::new(&best, table.customers() as f64).standard_errors();
    for (actual, expected) in errors.into_iter().zip(numbers(&golden["se"])) {
        close("standard error", actual.unwrap(), expected, ERRORS);
    }
    for (row, expected) in covariance.iter().zip(golden["cov_log_params"].as_array().unwrap()) {
        for (actual, expected) in row.iter().zip(numbers(expected)) {
            close("covariance", *actual, expected, ERRORS);
        }
    }
}

#[test]
fn the_unit_of_time_does_not_matter() {
    let table = PatternTable::from_summaries(cdnow());
    let weeks = fit(&table, WEEK);
    let [r, alpha, s, beta] = weeks.at.map(f64::exp);
    for unit in [TimeUnit::Day, TimeUnit::Month] {
        let other = fit(&table, unit.days());
        let factor = WEEK / unit.days();
        let expected = [r, alpha * factor, s, beta * factor];
        for (actual, expected) in other.at.map(f64::exp).into_iter().zip(expected) {
            close("parameter", actual, expected, PARAMETERS);
        }
        // 2,457 repeat purchases, each a density in time.
        let shifted = weeks.evaluation.value - 2457.0 / 2357.0 * factor.ln();
        assert!((other.evaluation.value - shifted).abs() * 2357.0 < LOG_LIKELIHOOD);
    }
}
