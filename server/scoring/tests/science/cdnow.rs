//! The CDNOW sample as purchases, and the golden values computed from it.

use lojal_scoring::clv::{Purchase, PurchaseSummary, summarize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The last day of the 39 weeks the literature fits on, 30 September 1997, counted from 1 January 1997.
pub(crate) const CALIBRATION_END: i32 = 272;

/// Days before each month of a year that is not a leap year; the sample ends in June 1998.
const DAYS_BEFORE_MONTH: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

fn day(yyyymmdd: &str) -> i32 {
    let number = |range: std::ops::Range<usize>| yyyymmdd[range].parse::<i32>().unwrap();
    (number(0..4) - 1997) * 365 + DAYS_BEFORE_MONTH[number(4..6) as usize - 1] + number(6..8) - 1
}

/// Every customer's purchases, in the order of the file.
pub(crate) fn purchases() -> Vec<Vec<Purchase>> {
    let mut customers: BTreeMap<&str, Vec<Purchase>> = BTreeMap::new();
    for line in include_str!("../../../data/cdnow_sample.txt").lines() {
        let fields: Vec<_> = line.split_whitespace().collect();
        let dollars: f64 = fields[4].parse().unwrap();
        let gross_micros = (dollars * 1e6).round() as i64;
        customers.entry(fields[1]).or_default().push(Purchase {
            day: day(fields[2]),
            gross_micros,
            refunded_micros: 0,
        });
    }
    customers.into_values().collect()
}

/// Every customer as of the end of the calibration.
pub(crate) fn summaries() -> Vec<PurchaseSummary> {
    purchases().iter().filter_map(|p| summarize(p, CALIBRATION_END)).collect()
}

pub(crate) fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/cdnow.json")).unwrap()
}

/// A golden number, kept as text or as a number.
pub(crate) fn number(value: &Value) -> f64 {
    value.as_str().map_or_else(|| value.as_f64().unwrap(), |text| text.parse().unwrap())
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

pub(crate) fn array<const N: usize>(value: &Value) -> [f64; N] {
    numbers(value).try_into().unwrap()
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
