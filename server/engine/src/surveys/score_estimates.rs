//! Means, indices and top boxes with their intervals, from answers that were counted.

use lojal_domain::{Estimate, Method, Scale};
use lojal_scoring::nps::NpsCounts;
use lojal_scoring::scores::{Distribution, MeanEstimate};

use crate::ask::estimates::share;
use crate::surveys::measured::Measured;
use crate::surveys::nps_estimate::of_counts;

/// A mean, taken through `factor x + shift`, which turns it upside down where the factor is negative.
fn linear(found: Option<MeanEstimate>, confidence: f64, (factor, shift): (f64, f64)) -> Estimate {
    let Some(found) = found else { return Estimate::undefined(Method::StudentT) };
    let map = |x: f64| factor * x + shift;
    let (low, high) = match factor < 0.0 {
        true => (found.ci_high, found.ci_low),
        false => (found.ci_low, found.ci_high),
    };
    Estimate::plain(Some(map(found.mean)), found.n, Method::StudentT)
        .between(low.map(map), high.map(map), confidence)
        .give_or_take(found.standard_error.map(|error| error * factor.abs()))
}

/// The mean of answers on a scale, by how often each score was given.
pub(crate) fn mean(scale: Scale, numbers: &[u64], confidence: f64) -> Estimate {
    let of = Distribution { min: scale.lowest().into(), counts: numbers };
    linear(of.mean(confidence), confidence, (1.0, 0.0))
}

/// The mean on a scale from 0, the worst, to 100, the best.
pub(crate) fn index(scale: Scale, numbers: &[u64], confidence: f64) -> Estimate {
    let of = Distribution { min: scale.lowest().into(), counts: numbers };
    let (low, high) = (f64::from(scale.lowest()), f64::from(scale.highest()));
    let upward = 100.0 / (high - low);
    let map = if scale.lower_is_better() { (-upward, upward * high) } else { (upward, -upward * low) };
    linear(of.mean(confidence), confidence, map)
}

/// The share of answers in the top boxes.
pub(crate) fn top_box_share(measured: &Measured, numbers: &[u64], confidence: f64) -> Estimate {
    let of = Distribution { min: measured.scale.lowest().into(), counts: numbers };
    let (from, to) = measured.top_boxes();
    share(of.between(from, to), of.total(), confidence)
}

/// Share of 6 and 7 less share of 1 to 3: a trinomial, as the NPS is one.
pub(crate) fn net_easy(scale: Scale, numbers: &[u64], confidence: f64) -> Estimate {
    let of = Distribution { min: scale.lowest().into(), counts: numbers };
    let (easy, hard) = (of.between(6, 7), of.between(1, 3));
    let counts = NpsCounts { promoters: easy, passives: of.total() - easy - hard, detractors: hard };
    let points = of_counts(counts, confidence);
    let share = |points: Option<f64>| points.map(|points| points / 100.0);
    Estimate {
        value: share(points.value),
        low: share(points.low),
        high: share(points.high),
        standard_error: share(points.standard_error),
        ..points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_turned_where_lower_is_better() {
        let (up, down) = (Scale::kept(1, 5, false).unwrap(), Scale::kept(1, 5, true).unwrap());
        let numbers = [0, 0, 0, 10, 10];
        let (best, worst) = (index(up, &numbers, 0.95), index(down, &numbers, 0.95));
        assert_eq!((best.value, worst.value), (Some(87.5), Some(12.5)));
        assert!(worst.low < worst.value && worst.value < worst.high);
        assert_eq!(best.standard_error, worst.standard_error);
    }

    #[test]
    fn a_single_answer_has_no_interval() {
        let found = mean(Scale::kept(1, 5, false).unwrap(), &[0, 0, 0, 1, 0], 0.95);
        assert_eq!((found.value, found.confidence, found.standard_error), (Some(4.0), None, None));
    }

    #[test]
    fn net_easy_is_a_share() {
        let found = net_easy(Scale::kept(1, 7, false).unwrap(), &[1, 0, 0, 0, 1, 1, 1], 0.95);
        assert_eq!((found.value, found.n), (Some(0.25), 4));
        assert!(found.low.is_some_and(|low| (-1.0..0.25).contains(&low)));
    }
}
