//! Tracking: repeat purchases of a whole base, week by week, as the model expects them and as they came.
//!
//! ```text
//! expected(w) = sum over customers of E[X(end of w - birth)],    X(t) = repeat purchases of a new customer within t
//! ```
//!
//! The convention of Fader and Hardie's spreadsheets: the period `w` ends with its last day, and a customer who came on day
//! `birth` has lived `end - birth` days by then. Customers of one day are summed as one, and a model is asked of ages
//! only (the file `growth`), so a million customers cost as much as the days of their births.

use super::growth::expected_by_age;
use crate::clv::{CustomerHistory, PurchaseModel};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// One customer base, period by period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tracking {
    /// Last day of each period.
    pub last_days: Vec<i32>,
    /// Repeat purchases expected from the beginning to the end of each period.
    pub expected: Vec<f64>,
    /// Those that came.
    pub actual: Vec<f64>,
}

/// How far a tracking curve was off after a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackingError {
    /// Mean of `|expected - actual| / actual` of the cumulative curve.
    pub cumulative_mape: f64,
    /// The same of single periods; those without a purchase are left out.
    pub incremental_mape: f64,
    /// `(expected - actual) / actual` of what came after the day.
    pub increment_error: f64,
    /// `(expected - actual) / actual` of the whole curve at its end.
    pub cumulative_error: f64,
}

impl Tracking {
    /// Of customers given by the days of their first purchases, and the days of all repeat purchases. Periods of
    /// `period_days` start on `first_day` and end with `last_day`; an incomplete last one is left out. `go_on` is asked every
    /// few ages.
    ///
    /// # Errors
    /// Breaks when `go_on` does.
    pub fn of(
        model: &PurchaseModel,
        births: &BTreeMap<i32, u64>,
        repeats: &BTreeMap<i32, u64>,
        (first_day, last_day): (i32, i32),
        period_days: i32,
        go_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> ControlFlow<(), Self> {
        let periods = (i64::from(last_day) - i64::from(first_day) + 1) / i64::from(period_days.max(1));
        let last_days: Vec<i32> =
            (1..=periods.max(0)).map(|k| first_day + (k * i64::from(period_days)) as i32 - 1).collect();
        let expected = if model.kind().counts_opportunities() {
            expected_by_birth(model, births, &last_days, go_on)?
        } else {
            expected_of_ages(model, births, &last_days, go_on)?
        };
        let mut actual = vec![0.0; last_days.len()];
        let (mut sum, mut days) = (0_u64, repeats.iter().peekable());
        for (slot, &end) in actual.iter_mut().zip(&last_days) {
            while let Some((_, count)) = days.next_if(|(day, _)| **day <= end) {
                sum += count;
            }
            *slot = sum as f64;
        }
        ControlFlow::Continue(Self { last_days, expected, actual })
    }

    /// How far the curve was off in the periods that end after `day`. `None` when nothing came then.
    #[must_use]
    pub fn error_after(&self, day: i32) -> Option<TrackingError> {
        let from = self.last_days.partition_point(|&end| end <= day);
        let before = |curve: &[f64], i: usize| if i == 0 { 0.0 } else { curve[i - 1] };
        let last = self.last_days.len().checked_sub(1)?;
        let came = self.actual[last] - before(&self.actual, from);
        if from > last || came <= 0.0 {
            return None;
        }
        let ratio = |expected: f64, actual: f64| (expected - actual) / actual;
        let mean = |errors: Vec<f64>| errors.iter().sum::<f64>() / errors.len().max(1) as f64;
        let cumulative = (from..=last)
            .filter(|&i| self.actual[i] > 0.0)
            .map(|i| ratio(self.expected[i], self.actual[i]).abs())
            .collect();
        let incremental = (from..=last)
            .filter_map(|i| {
                let actual = self.actual[i] - before(&self.actual, i);
                let expected = self.expected[i] - before(&self.expected, i);
                (actual > 0.0).then(|| ratio(expected, actual).abs())
            })
            .collect();
        Some(TrackingError {
            cumulative_mape: mean(cumulative),
            incremental_mape: mean(incremental),
            increment_error: ratio(self.expected[last] - before(&self.expected, from), came),
            cumulative_error: ratio(self.expected[last], self.actual[last]),
        })
    }
}

/// Sums over births of a model that asks nothing but the age.
fn expected_of_ages(
    model: &PurchaseModel,
    births: &BTreeMap<i32, u64>,
    last_days: &[i32],
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> ControlFlow<(), Vec<f64>> {
    let lived = |birth: i32| last_days.partition_point(|&end| end <= birth)..last_days.len();
    let span = |birth: &i32, end: &i32| i64::from(*end) - i64::from(*birth);
    let oldest = births.keys().next().zip(last_days.last()).map_or(0, |(birth, end)| span(birth, end).max(0));
    // Whose slot is true is somebody's age at the end of a period.
    let mut is_asked = vec![false; usize::try_from(oldest).unwrap_or(0) + 1];
    for &birth in births.keys() {
        go_on()?;
        last_days[lived(birth)].iter().for_each(|&end| is_asked[(end - birth) as usize] = true);
    }
    let ages: Vec<i32> =
        (0..).zip(&is_asked).filter_map(|(age, &is_asked)| is_asked.then_some(age)).collect();
    let by_age = expected_by_age(model, &ages, go_on)?;
    let mut curve = vec![0.0; is_asked.len()];
    ages.iter().zip(by_age).for_each(|(&age, expected)| curve[age as usize] = expected);
    let mut expected = vec![0.0; last_days.len()];
    for (&birth, &customers) in births {
        go_on()?;
        let lived = lived(birth);
        for (slot, &end) in expected[lived.clone()].iter_mut().zip(&last_days[lived]) {
            *slot += customers as f64 * curve[(end - birth) as usize];
        }
    }
    ControlFlow::Continue(expected)
}

/// The same of a model that counts opportunities, which may depend on the day of the first purchase.
fn expected_by_birth(
    model: &PurchaseModel,
    births: &BTreeMap<i32, u64>,
    last_days: &[i32],
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> ControlFlow<(), Vec<f64>> {
    let mut expected = vec![0.0; last_days.len()];
    let mut curve = Vec::new();
    for (&birth, &customers) in births {
        go_on()?;
        let from = last_days.partition_point(|&end| end <= birth);
        let ends = &last_days[from..];
        curve.clear();
        curve.resize(ends.len(), 0.0);
        let age = |i: usize| f64::from(ends[i] - birth);
        let new = CustomerHistory { first_day: Some(birth), ..CustomerHistory::NEW };
        model.expected_purchases_at(&new, age, &mut curve);
        for (slot, purchases) in expected[from..].iter_mut().zip(&curve) {
            *slot += customers as f64 * purchases;
        }
    }
    ControlFlow::Continue(expected)
}
