//! Means, indices and top boxes with their intervals, from answers that were counted.

use lojal_domain::{Estimate, Method, Scale};
use lojal_scoring::nps::{NpsCounts, WeightedNps};
use lojal_scoring::scores::{Distribution, MeanEstimate};
use lojal_scoring::statistics::proportion::{Sample, wilson_clustered};

use crate::surveys::measured::Measured;
use crate::surveys::nps_estimate::{by_customer, of_counts, of_customers};
use crate::surveys::score_counts::ScoreCounts;

/// Answers by score, with those of customers who answered more than once; `numbers` are those of `scores`.
pub(crate) fn distribution<'a>(scale: Scale, scores: &ScoreCounts, numbers: &'a [u64]) -> Distribution<'a> {
    let repeats = scores.repeats(|repeats| &repeats.scores);
    Distribution { repeats, ..Distribution::new(scale.lowest().into(), numbers) }
}

/// A mean, taken through `factor x + shift`, which turns it upside down where the factor is negative.
fn linear(found: Option<MeanEstimate>, confidence: f64, (factor, shift): (f64, f64)) -> Estimate {
    let Some(found) = found else { return Estimate::undefined(Method::StudentT) };
    let map = |x: f64| factor * x + shift;
    let (low, high) = match factor < 0.0 {
        true => (found.ci_high, found.ci_low),
        false => (found.ci_low, found.ci_high),
    };
    let standard_error = found.standard_error.map(|error| error * factor.abs());
    let estimate = Estimate::plain(Some(map(found.mean)), found.n, Method::StudentT).between(
        low.map(map),
        high.map(map),
        confidence,
    );
    by_customer(estimate, found.clustered, 1.0).give_or_take(standard_error)
}

/// The mean of answers on a scale.
pub(crate) fn mean(scale: Scale, scores: &ScoreCounts, confidence: f64) -> Estimate {
    let numbers = scores.numbers();
    linear(distribution(scale, scores, &numbers).mean(confidence), confidence, (1.0, 0.0))
}

/// The mean on a scale from 0, the worst, to 100, the best.
pub(crate) fn index(scale: Scale, scores: &ScoreCounts, confidence: f64) -> Estimate {
    let numbers = scores.numbers();
    let of = distribution(scale, scores, &numbers);
    let (low, high) = (f64::from(scale.lowest()), f64::from(scale.highest()));
    let upward = 100.0 / (high - low);
    let map = if scale.lower_is_better() { (-upward, upward * high) } else { (upward, -upward * low) };
    linear(of.mean(confidence), confidence, map)
}

/// The share of answers in the top boxes.
pub(crate) fn top_box_share(measured: &Measured, scores: &ScoreCounts, confidence: f64) -> Estimate {
    let Sample { hits, n, repeats } = top_boxes(measured, scores);
    let Some((found, clustered)) = wilson_clustered(hits, n, &repeats, confidence) else {
        return Estimate::plain(None, n, Method::Wilson);
    };
    let estimate = Estimate::plain(Some(found.share), n, Method::Wilson)
        .between(Some(found.ci_low), Some(found.ci_high), confidence)
        .give_or_take(Some(found.standard_error));
    by_customer(estimate, clustered, 1.0)
}

/// Answers in the top boxes.
pub(crate) fn top_boxes(measured: &Measured, scores: &ScoreCounts) -> Sample {
    let numbers = scores.numbers();
    let (of, (from, to)) = (distribution(measured.scale, scores, &numbers), measured.top_boxes());
    Sample { hits: of.between(from, to), n: of.total(), repeats: scores.repeats(|repeats| &repeats.top_box) }
}

/// Share of 6 and 7 less share of 1 to 3: a trinomial, as the NPS is one.
pub(crate) fn net_easy(scale: Scale, scores: &ScoreCounts, confidence: f64) -> Estimate {
    let numbers = scores.numbers();
    let of = distribution(scale, scores, &numbers);
    let (easy, hard) = (of.between(6, 7), of.between(1, 3));
    let counts = NpsCounts { promoters: easy, passives: of.total() - easy - hard, detractors: hard };
    let repeats = scores.repeats(|repeats| &repeats.net_easy);
    let points = match repeats.is_any() {
        false => of_counts(counts, confidence),
        true => of_customers(&WeightedNps { repeats, ..WeightedNps::from(counts) }, confidence, None),
    };
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
    use crate::ScoreCount;

    fn scores(numbers: &[u64]) -> ScoreCounts {
        let by_score = numbers.iter().map(|n| ScoreCount { n: *n, ..ScoreCount::default() }).collect();
        ScoreCounts { by_score, repeats: None }
    }

    #[test]
    fn an_index_is_turned_where_lower_is_better() {
        let (up, down) = (Scale::kept(1, 5, false).unwrap(), Scale::kept(1, 5, true).unwrap());
        let numbers = scores(&[0, 0, 0, 10, 10]);
        let (best, worst) = (index(up, &numbers, 0.95), index(down, &numbers, 0.95));
        assert_eq!((best.value, worst.value), (Some(87.5), Some(12.5)));
        assert!(worst.low < worst.value && worst.value < worst.high);
        assert_eq!(best.standard_error, worst.standard_error);
    }

    #[test]
    fn a_single_answer_has_no_interval() {
        let found = mean(Scale::kept(1, 5, false).unwrap(), &scores(&[0, 0, 0, 1, 0]), 0.95);
        assert_eq!((found.value, found.confidence, found.standard_error), (Some(4.0), None, None));
    }

    #[test]
    fn net_easy_is_a_share() {
        let found = net_easy(Scale::kept(1, 7, false).unwrap(), &scores(&[1, 0, 0, 0, 1, 1, 1]), 0.95);
        assert_eq!((found.value, found.n), (Some(0.25), 4));
        assert!(found.low.is_some_and(|low| (-1.0..0.25).contains(&low)));
    }
}
