//! How far off a forecaster was, with how sure that is.

use lojal_domain::{Estimate, Method};
use lojal_scoring::clv::{Accuracy, Decile, Score};

use crate::ask::estimates::{CONFIDENCE, normal};
use crate::clv::forecast_scores::signed;

/// How far off what a forecaster expected of each customer was. Intervals are for other customers of the same kind.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastAccuracy {
    /// Mean absolute error.
    pub mae: Estimate,
    /// Root mean squared error.
    pub rmse: Estimate,
    /// Mean squared logarithmic error.
    pub msle: Estimate,
    /// Pearson's correlation; none when either does not vary.
    pub pearson: Option<Estimate>,
    /// Spearman's rank correlation; none when either does not vary.
    pub spearman: Option<Estimate>,
    /// Slope of what came on what was expected; none when expectations do not vary.
    pub slope: Option<Estimate>,
    /// Sum of what was expected.
    pub expected_sum: f64,
    /// Sum of what came.
    pub actual_sum: f64,
    /// `(expected - actual) / actual` of the sums; none when nothing came.
    pub sum_error: Option<Estimate>,
    /// Share of what came that the tenth expected to buy most brought; none when nothing came.
    pub top_decile_capture: Option<Estimate>,
    /// The same of the fifth.
    pub top_fifth_capture: Option<Estimate>,
    /// From the lowest expectations to the highest.
    pub deciles: Vec<Decile>,
}

impl ForecastAccuracy {
    /// Of expectations and what came of the same customers; none for nobody.
    pub(crate) fn of(expected: &[f64], actual: &[f64]) -> Option<Self> {
        let found = Accuracy::of(expected, actual)?;
        let n = found.customers;
        let error =
            |score: Score, method| normal(Some(score.value), score.standard_error, n, method, CONFIDENCE);
        let moved = |score: Score| signed(score, n, Method::InfinitesimalJackknife);
        let captured = |score: Score| within(moved(score), 0.0, 1.0);
        Some(Self {
            mae: error(found.mae, Method::Mean),
            rmse: error(found.rmse, Method::InfinitesimalJackknife),
            msle: error(found.msle, Method::Mean),
            pearson: found.pearson.map(|score| within(moved(score), -1.0, 1.0)),
            spearman: found.spearman.map(|score| within(moved(score), -1.0, 1.0)),
            slope: found.slope.map(moved),
            expected_sum: found.expected_sum,
            actual_sum: found.actual_sum,
            sum_error: found
                .sum_error
                .map(|score| within(signed(score, n, Method::RatioByCustomer), -1.0, f64::INFINITY)),
            top_decile_capture: found.top_decile_capture.map(captured),
            top_fifth_capture: found.top_fifth_capture.map(captured),
            deciles: found.deciles,
        })
    }
}

/// An estimate whose interval ends where its range does. Who gives back more than they buy can take a share of spend beyond it, and the
/// interval with it.
fn within(of: Estimate, least: f64, most: f64) -> Estimate {
    let value = of.value.unwrap_or(least);
    Estimate {
        low: of.low.map(|low| low.max(least.min(value))),
        high: of.high.map(|high| high.min(most.max(value))),
        ..of
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn intervals_end_where_figures_do() {
        let (expected, actual) = ([3.0, 2.0, 1.0, 0.0], [2.0, 0.0, 0.0, 0.0]);
        let of = ForecastAccuracy::of(&expected, &actual).unwrap();
        let ends = |of: &Estimate| (of.low.unwrap(), of.high.unwrap());
        let capture = of.top_fifth_capture.as_ref().unwrap();
        assert!(ends(capture).0 >= 0.0 && ends(capture).1 <= 1.0, "{capture:?}");
        assert!(ends(of.spearman.as_ref().unwrap()).1 <= 1.0 && ends(&of.mae).0 >= 0.0);
        // Three times what came, or as much, or five times.
        let sum = of.sum_error.as_ref().unwrap();
        assert!((sum.value.unwrap() - 2.0).abs() < 1e-15 && ends(sum).0 < 0.0, "{sum:?}");
        assert_eq!(ForecastAccuracy::of(&[], &[]), None);
    }

    #[test]
    fn a_share_of_spend_may_be_more_than_all() {
        // The second gave back what others had bought before.
        let of = ForecastAccuracy::of(&[1.0, 0.0], &[30.0, -10.0]).unwrap();
        let half = of.top_fifth_capture.unwrap();
        assert!((half.value.unwrap() - 0.6).abs() < 1e-15);
        let all = within(signed(Score { value: 1.5, standard_error: Some(0.1) }, 2, Method::Mean), 0.0, 1.0);
        assert_eq!(all.high, Some(1.5));
    }
}
