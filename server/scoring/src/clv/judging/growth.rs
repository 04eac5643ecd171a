//! What a new customer is expected to have bought by every age of a list, for the price of a few ages.
//!
//! A model is asked at each of the first ages. Further on E[X(t)] is so smooth that it is asked at Chebyshev points of
//! spans that double, and read off the polynomial through them (Berrut and Trefethen, *SIAM Review* 46, 2004, eq. 5.4): the
//! nearest singularity of every model lies left of age 0, so each point adds more than half a digit. A span whose
//! polynomial does not meet the model where it was not fitted is asked age by age.

use std::f64::consts::PI;
use std::ops::ControlFlow;

use crate::clv::{CustomerHistory, PurchaseModel};

/// Chebyshev points of a span: its error is about 5.8 to minus this.
const POINTS: usize = 25;
/// Spans begin at this age in days: before it the steps of a model that counts stages still show.
const FIRST: i32 = 128;
/// Ages that a span must have for its polynomial to be worth making.
const WORTH: usize = 2 * POINTS;
/// How far the polynomial may be off, as a share.
const CLOSE: f64 = 1e-10;

/// What is expected of a new customer by each of `ages`, in days, ascending. `go_on` is asked before each span and every
/// few ages.
///
/// # Errors
/// Breaks when `go_on` does.
pub(super) fn expected_by_age(
    model: &PurchaseModel,
    ages: &[i32],
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> ControlFlow<(), Vec<f64>> {
    let mut expected = Vec::with_capacity(ages.len());
    let mut rest = ages;
    let mut end = FIRST;
    while !rest.is_empty() {
        go_on()?;
        let (span, after) = rest.split_at(rest.partition_point(|&age| age < end));
        match polynomial(model, span) {
            Some(values) => expected.extend(values),
            None => one_by_one(model, span, &mut expected, go_on)?,
        }
        rest = after;
        end = end.saturating_mul(2);
        if end == i32::MAX {
            one_by_one(model, rest, &mut expected, go_on)?;
            break;
        }
    }
    ControlFlow::Continue(expected)
}

fn one_by_one(
    model: &PurchaseModel,
    ages: &[i32],
    expected: &mut Vec<f64>,
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> ControlFlow<()> {
    /// A model takes up to a millisecond for an age.
    const TOGETHER: usize = 64;
    for ages in ages.chunks(TOGETHER) {
        go_on()?;
        expected.extend(asked(model, ages.len(), |i| f64::from(ages[i])));
    }
    ControlFlow::Continue(())
}

fn asked(model: &PurchaseModel, ages: usize, age: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut expected = vec![0.0; ages];
    model.expected_purchases_at(&CustomerHistory::NEW, age, &mut expected);
    expected
}

/// The values at the ages of a span; none where it is too short, or the model is no such polynomial.
fn polynomial(model: &PurchaseModel, ages: &[i32]) -> Option<Vec<f64>> {
    let (&first, &last) = (ages.first()?, ages.last()?);
    if first < FIRST || ages.len() < WORTH {
        return None;
    }
    let (first, last) = (f64::from(first), f64::from(last));
    let (middle, half) = (0.5 * (first + last), 0.5 * (last - first));
    // From small ages to large ones, as models are asked.
    let point = |i: usize| middle - half * (PI * i as f64 / (POINTS - 1) as f64).cos();
    let values = asked(model, POINTS, point);
    let at = |age: f64| {
        let (mut above, mut below) = (0.0, 0.0);
        for (i, value) in values.iter().enumerate() {
            let gap = age - point(i);
            if gap == 0.0 {
                return *value;
            }
            let ends = if i == 0 || i == POINTS - 1 { 0.5 } else { 1.0 };
            let weight = if i % 2 == 0 { ends } else { -ends } / gap;
            above += weight * value;
            below += weight;
        }
        above / below
    };
    // Near both ends and in the middle, between points.
    let between = [0, POINTS / 2, POINTS - 2].map(|i| 0.5 * (point(i) + point(i + 1)));
    let right = asked(model, between.len(), |i| between[i]);
    let is_close =
        between.iter().zip(&right).all(|(&age, right)| (at(age) - right).abs() <= CLOSE * right.abs());
    is_close.then(|| ages.iter().map(|&age| at(f64::from(age))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::PurchaseModelKind::{self, BgCnbd, BgNbd, MbgCnbd, MbgNbd, Nbd, ParetoNbd};
    use crate::clv::TimeUnit;

    fn models() -> Vec<PurchaseModel> {
        let of = |kind: PurchaseModelKind, parameters: &[f64]| {
            PurchaseModel::new(kind, parameters, TimeUnit::Week)
        };
        let mut models = vec![
            of(BgNbd, &[0.24, 4.4, 0.79, 2.4]),
            of(MbgNbd, &[0.5, 6.2, 0.9, 1.6]),
            of(ParetoNbd, &[0.55, 10.6, 0.6, 11.7]),
            of(Nbd, &[0.4, 12.0]),
        ];
        for k in [2, 5, 12] {
            models.push(of(BgCnbd, &[0.8, 1.5, 0.01, 2.0]).with_regularity(k));
            models.push(of(MbgCnbd, &[1.6, 0.3, 0.7, 3.1]).with_regularity(k));
        }
        models
    }

    fn by_age(model: &PurchaseModel, ages: &[i32]) -> Vec<f64> {
        match expected_by_age(model, ages, &mut || ControlFlow::Continue(())) {
            ControlFlow::Continue(expected) => expected,
            ControlFlow::Break(()) => panic!("nobody broke it"),
        }
    }

    #[test]
    fn spans_tell_what_the_model_tells() {
        let ages: Vec<i32> = (1..=2_400).collect();
        for model in models() {
            let expected = by_age(&model, &ages);
            let right = asked(&model, ages.len(), |i| f64::from(ages[i]));
            for ((age, is), right) in ages.iter().zip(&expected).zip(&right) {
                assert!((is - right).abs() <= 1e-9 * right, "{model:?} at {age}: {is}, {right}");
            }
            assert!(expected.is_sorted(), "{model:?}");
        }
    }

    #[test]
    fn long_lists_are_read_off_few_ages() {
        let ages: Vec<i32> = (1_024..20_000).collect();
        for model in models() {
            let spans = ages.chunk_by(|before, after| before.ilog2() == after.ilog2());
            assert!(spans.into_iter().all(|span| polynomial(&model, span).is_some()), "{model:?}");
        }
    }

    #[test]
    fn it_ends_when_nobody_waits() {
        let ages: Vec<i32> = (1..=20_000).collect();
        let mut asked = 0;
        let mut go_on = || {
            asked += 1;
            if asked < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        assert!(expected_by_age(&models()[0], &ages, &mut go_on).is_break());
        assert_eq!(asked, 3);
    }
}
