//! How far forecasts were from what came, customer by customer.

use lojal_scoring::clv::{Accuracy, area_under_curve};

/// A probability of buying again counts as no nearer to 0 and 1 than this: somebody who is sure and wrong pays 34.5, and not without end.
const LEAST: f64 = 1e-15;

/// Whoever is less likely than this to buy again is as good as written off.
const UNLIKELY: f64 = 0.01;

/// What a forecaster said of each customer known at the cut, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forecast {
    /// Purchase days expected.
    pub(crate) expected: Vec<f64>,
    /// Probability of at least one, where the forecaster knows it.
    pub(crate) again: Option<Vec<f64>>,
}

/// What one forecaster's errors come to. The less the better, but for correlations, areas and captures.
#[derive(Clone, Debug)]
pub(crate) struct Scores {
    /// Of purchases of each customer.
    pub(crate) accuracy: Accuracy,
    /// How often of two customers the one who bought again was expected to buy more, or more likely; none when all or none did.
    pub(crate) area: Option<f64>,
    /// `(f - y)^2` of each customer: f purchases were expected and y came.
    pub(crate) squared: Vec<f64>,
    /// `(p - b)^2`: p was the probability to buy again, b is 1 for whoever did (Brier 1950).
    pub(crate) brier: Option<Vec<f64>>,
    /// `-ln p` of whoever bought again, `-ln(1 - p)` of the others.
    pub(crate) log_loss: Option<Vec<f64>>,
    /// Customers who were told to buy again with a probability below 0.01, and how many of them did: hardly any, if probabilities are
    /// right at their ends, too.
    pub(crate) unlikely: Option<[usize; 2]>,
}

impl Scores {
    /// Holds a forecast against what came.
    pub(crate) fn of(forecast: &Forecast, came: &[f64]) -> Self {
        let bought: Vec<bool> = came.iter().map(|came| *came > 0.0).collect();
        let ranked_by = forecast.again.as_ref().unwrap_or(&forecast.expected);
        let each = |loss: fn(f64, bool) -> f64| {
            let again = forecast.again.as_ref()?;
            Some(again.iter().zip(&bought).map(|(p, bought)| loss(*p, *bought)).collect())
        };
        Self {
            accuracy: Accuracy::of(&forecast.expected, came).expect("a customer"),
            area: area_under_curve(ranked_by, &bought).map(|area| area.value),
            squared: forecast.expected.iter().zip(came).map(|(f, y)| (f - y) * (f - y)).collect(),
            brier: each(brier),
            log_loss: each(log_loss),
            unlikely: forecast.again.as_ref().map(|again| unlikely(again, &bought)),
        }
    }
}

fn brier(p: f64, bought: bool) -> f64 {
    let b = if bought { 1.0 } else { 0.0 };
    (p - b) * (p - b)
}

fn log_loss(p: f64, bought: bool) -> f64 {
    let given = if bought { p } else { 1.0 - p };
    -given.max(LEAST).ln()
}

fn unlikely(again: &[f64], bought: &[bool]) -> [usize; 2] {
    let bought = again.iter().zip(bought).filter(|(p, _)| **p < UNLIKELY).map(|(_, bought)| *bought);
    [bought.clone().count(), bought.filter(|bought| *bought).count()]
}

/// The mean of what is not empty.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// How many times another's loss somebody's is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    pub(crate) value: f64,
    /// How far it would move with other customers of the same kind; the losses of one customer belong together.
    pub(crate) standard_error: f64,
}

impl Ratio {
    /// Of two means over the same customers. To first order the error of `m(a) / m(b) = r` is that of the mean of `a - r b`,
    /// divided by `m(b)` (Cochran, *Sampling Techniques*, 1977, section 2.11).
    pub(crate) fn of_means(a: &[f64], b: &[f64]) -> Self {
        let (mean_a, mean_b) = (mean(a), mean(b));
        if mean_a <= mean_b {
            // The least there is, or as good: also where both are 0.
            return Self { value: 1.0, standard_error: 0.0 };
        }
        let (value, n) = (mean_a / mean_b, a.len() as f64);
        let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - value * b) * (a - value * b)).sum();
        Self { value, standard_error: (squares / (n * (n - 1.0))).sqrt() / mean_b }
    }

    /// Of the roots of two means.
    pub(crate) fn of_roots(a: &[f64], b: &[f64]) -> Self {
        let Self { value, standard_error } = Self::of_means(a, b);
        Self { value: value.sqrt(), standard_error: standard_error / (2.0 * value.sqrt()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: impl Into<Option<f64>>, wanted: f64) {
        let found = found.into().unwrap();
        assert!((found - wanted).abs() < 1e-12, "{found}, not {wanted}");
    }

    /// Four customers, who bought 0, 1, 0 and 3 times.
    fn judged(expected: [f64; 4], again: Option<[f64; 4]>) -> Scores {
        let came = [0.0, 1.0, 0.0, 3.0];
        Scores::of(&Forecast { expected: expected.into(), again: again.map(Into::into) }, &came)
    }

    #[test]
    fn errors_of_purchases_are_as_by_hand() {
        let scores = judged([0.5, 1.0, 1.5, 2.0], None);
        near(scores.accuracy.mae.value, (0.5 + 0.0 + 1.5 + 1.0) / 4.0);
        near(scores.accuracy.rmse.value, 3.5_f64.sqrt() / 2.0);
        near(mean(&scores.squared), 3.5 / 4.0);
        near(scores.accuracy.sum_error.map(|of| of.value), 5.0 / 4.0 - 1.0);
        // Ranks 1 2 3 4 and 1.5 3 1.5 4: sum of products of deviations 3, of squares 5 and 4.5.
        near(scores.accuracy.spearman.map(|of| of.value), 3.0 / (5.0_f64 * 4.5).sqrt());
        // A tenth of four customers is 0.4 of the last one, who brought three of four purchases.
        near(scores.accuracy.top_decile_capture.map(|of| of.value), 0.4 * 3.0 / 4.0);
        // The second and the fourth bought: of four pairs the second stands below the third.
        near(scores.area, 3.0 / 4.0);
        assert_eq!((scores.brier, scores.log_loss), (None, None));
    }

    #[test]
    fn probabilities_of_buying_again_are_judged_as_by_hand() {
        let scores = judged([1.0; 4], Some([0.25, 0.5, 0.75, 1.0]));
        near(mean(&scores.brier.unwrap()), (0.0625 + 0.25 + 0.5625 + 0.0) / 4.0);
        near(mean(&scores.log_loss.unwrap()), -(0.75_f64 * 0.5 * 0.25).ln() / 4.0);
        near(scores.area, 3.0 / 4.0);
        // Whoever is sure and wrong.
        let sure = judged([1.0; 4], Some([1.0, 1.0, 0.0, 1.0])).log_loss.unwrap();
        near(sure.iter().sum::<f64>(), -LEAST.ln());
        // The second and the fourth bought, and the third was not told to be that unlikely.
        let scores = judged([1.0; 4], Some([0.001, 0.0099, 0.01, 0.0]));
        assert_eq!(scores.unlikely, Some([3, 2]));
    }

    #[test]
    fn ratios_are_as_by_hand() {
        let (a, b) = ([1.0, 3.0, 5.0, 3.0], [1.0, 2.0, 3.0, 2.0]);
        // r = 12 / 8; a - r b = -0.5, 0, 0.5, 0; sqrt(0.5 / (4 * 3)) / 2.
        let ratio = Ratio::of_means(&a, &b);
        near(ratio.value, 1.5);
        near(ratio.standard_error, (0.5_f64 / 12.0).sqrt() / 2.0);
        let root = Ratio::of_roots(&a, &b);
        near(root.value, 1.5_f64.sqrt());
        near(root.standard_error, ratio.standard_error / (2.0 * 1.5_f64.sqrt()));
        assert_eq!(Ratio::of_means(&[0.0, 0.0], &[0.0, 0.0]), Ratio { value: 1.0, standard_error: 0.0 });
    }
}
