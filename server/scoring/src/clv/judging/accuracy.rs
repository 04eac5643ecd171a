//! How far forecasts were from what happened, customer by customer and in sum.
//!
//! ```text
//! MAE = mean |f - y|    RMSE = sqrt(mean (f - y)^2)    MSLE = mean (ln(1+f) - ln(1+y))^2
//! error of the sum = (sum f - sum y) / sum y
//! slope = cov(f, y) / var f
//! capture(share) = y of the share of customers forecast highest / sum y
//! ```
//!
//! RMSE is the measure that is least for the true expectation (a proper score for means); MAE is least for the median, and
//! rewards forecasting zero for everybody when most buy nothing. The slope is that of the straight line of y on f: 1 is right, below it
//! forecasts are too far apart, above it too close (Mincer and Zarnowitz, "The evaluation of economic forecasts", in *Economic
//! Forecasts and Expectations*, 1969). A share captured over the share of customers is their lift. Customers forecast alike share a rank,
//! and at the edge of a top share the customers tied there count in proportion, so nothing depends on the order of rows.
//!
//! Errors are for other customers of the same kind: see [`influence`](super::influence).

use super::influence::{self, Ordered};
use super::score::{Score, mean};

/// Customers ranked by forecast, a tenth (or as near as ties and counts allow).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decile {
    /// Customers in it.
    pub customers: u64,
    /// Mean forecast.
    pub expected: f64,
    /// Mean of what happened.
    pub actual: f64,
}

/// How far forecasts were from what happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Accuracy {
    /// Customers.
    pub customers: u64,
    /// Mean absolute error.
    pub mae: Score,
    /// Root mean squared error.
    pub rmse: Score,
    /// Mean squared logarithmic error.
    pub msle: Score,
    /// Pearson's correlation; `None` when either does not vary.
    pub pearson: Option<Score>,
    /// Spearman's rank correlation, ties at their mean rank; `None` when either does not vary.
    pub spearman: Option<Score>,
    /// Slope of the straight line of what happened on forecasts; `None` when forecasts do not vary.
    pub slope: Option<Score>,
    /// Sum of forecasts.
    pub expected_sum: f64,
    /// Sum of what happened.
    pub actual_sum: f64,
    /// `(expected - actual) / actual` of the sums; `None` when nothing happened.
    pub sum_error: Option<Score>,
    /// Share of what happened that came from the tenth forecast highest; `None` when nothing happened.
    pub top_decile_capture: Option<Score>,
    /// The same for the fifth forecast highest.
    pub top_fifth_capture: Option<Score>,
    /// From the lowest forecasts to the highest.
    pub deciles: Vec<Decile>,
}

impl Accuracy {
    /// Compares forecasts with what happened to the same customers. `None` for nobody.
    #[must_use]
    pub fn of(expected: &[f64], actual: &[f64]) -> Option<Self> {
        let n = expected.len().min(actual.len());
        let (expected, actual) = (&expected[..n], &actual[..n]);
        let pairs = || expected.iter().zip(actual);
        let (by_forecast, by_actual) = (ascending(expected), ascending(actual));
        let by_forecast = Ordered { values: expected, order: &by_forecast };
        let by_actual = Ordered { values: actual, order: &by_actual };
        let actual_sum = actual.iter().sum::<f64>();
        let something = actual_sum.abs() > 0.0;
        let captured = |share: f64| something.then(|| influence::of_capture(&by_forecast, actual, share));
        Some(Self {
            customers: n as u64,
            mae: mean(pairs().map(|(f, y)| (f - y).abs()))?,
            rmse: influence::of_root(pairs().map(|(f, y)| (f - y).powi(2))),
            msle: mean(pairs().map(|(f, y)| (f.max(0.0).ln_1p() - y.max(0.0).ln_1p()).powi(2)))?,
            pearson: influence::of_correlation(expected, actual),
            spearman: influence::of_ranks(&by_forecast, &by_actual),
            slope: influence::of_slope(expected, actual),
            expected_sum: expected.iter().sum(),
            actual_sum,
            sum_error: something.then(|| influence::of_sum_error(expected, actual)),
            top_decile_capture: captured(0.1),
            top_fifth_capture: captured(0.2),
            deciles: deciles(&by_forecast, actual),
        })
    }
}

/// Positions from the least value to the greatest.
pub(super) fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    order
}

/// Deciles of customers by what was forecast for each.
pub(super) fn deciles_of(expected: &[f64], actual: &[f64]) -> Vec<Decile> {
    deciles(&Ordered { values: expected, order: &ascending(expected) }, actual)
}

/// Customers forecast alike are not torn apart, so there may be fewer than ten.
fn deciles(by_forecast: &Ordered<'_>, actual: &[f64]) -> Vec<Decile> {
    let Ordered { values: expected, order } = by_forecast;
    let n = order.len();
    let mut deciles: Vec<Decile> = Vec::new();
    let (mut first, mut seen) = (0, 0);
    let mut close = |range: &[usize]| {
        let customers = range.len() as f64;
        deciles.push(Decile {
            customers: range.len() as u64,
            expected: range.iter().map(|&i| expected[i]).sum::<f64>() / customers,
            actual: range.iter().map(|&i| actual[i]).sum::<f64>() / customers,
        });
    };
    let mut edge = 1;
    for tied in by_forecast.runs() {
        seen += tied.len();
        if seen * 10 >= edge * n {
            close(&order[first..seen]);
            first = seen;
            while seen * 10 >= edge * n {
                edge += 1;
            }
        }
    }
    if first < n {
        close(&order[first..]);
    }
    deciles
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_forecast_is_one() {
        let y = [0.0, 1.0, 2.0, 5.0];
        let a = Accuracy::of(&y, &y).unwrap();
        assert_eq!((a.mae.value, a.rmse.value, a.msle.value), (0.0, 0.0, 0.0));
        assert!(a.pearson.unwrap().value > 1.0 - 1e-12 && a.spearman.unwrap().value > 1.0 - 1e-12);
        assert_eq!(a.sum_error.unwrap().value, 0.0);
        assert_eq!(a.slope.unwrap(), Score { value: 1.0, standard_error: Some(0.0) });
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(Accuracy::of(&[], &[]), None);
        let a = Accuracy::of(&[1.0, 1.0], &[0.0, 0.0]).unwrap();
        assert_eq!((a.pearson, a.spearman, a.sum_error, a.top_decile_capture), (None, None, None, None));
        assert_eq!(a.slope, None);
    }

    #[test]
    fn ties_count_in_proportion() {
        // Ten customers forecast alike, one of whom bought: whoever takes a tenth of them gets a tenth of it.
        let mut y = [0.0; 10];
        y[7] = 1.0;
        let a = Accuracy::of(&[0.5; 10], &y).unwrap();
        assert!((a.top_decile_capture.unwrap().value - 0.1).abs() < 1e-15);
        assert!((a.top_fifth_capture.unwrap().value - 0.2).abs() < 1e-15);
        assert_eq!(a.deciles.len(), 1);
    }

    #[test]
    fn deciles_go_up() {
        let f: Vec<f64> = (0..25).map(f64::from).collect();
        let a = Accuracy::of(&f, &f).unwrap();
        assert_eq!(a.deciles.len(), 10);
        assert_eq!(a.deciles.iter().map(|d| d.customers).sum::<u64>(), 25);
        assert!(a.deciles.windows(2).all(|w| w[0].expected < w[1].expected));
    }
}
