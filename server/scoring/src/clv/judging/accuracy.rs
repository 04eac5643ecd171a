//! How far forecasts were from what happened, customer by customer and in sum.
//!
//! ```text
//! MAE = mean |f - y|    RMSE = sqrt(mean (f - y)^2)    MSLE = mean (ln(1+f) - ln(1+y))^2
//! error of the sum = (sum f - sum y) / sum y
//! capture(share) = y of the share of customers forecast highest / sum y
//! ```
//!
//! RMSE is the measure that is least for the true expectation (a proper score for means); MAE is least for the median, and
//! rewards forecasting zero for everybody when most buy nothing. Customers forecast alike share a rank, and at the edge of a
//! top share the customers tied there count in proportion, so nothing depends on the order of rows.

use serde::{Deserialize, Serialize};

/// Customers ranked by forecast, a tenth (or as near as ties and counts allow).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decile {
    /// Customers in it.
    pub customers: u64,
    /// Mean forecast.
    pub expected: f64,
    /// Mean of what happened.
    pub actual: f64,
}

/// How far forecasts were from what happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Customers.
    pub customers: u64,
    /// Mean absolute error.
    pub mae: f64,
    /// Root mean squared error.
    pub rmse: f64,
    /// Mean squared logarithmic error.
    pub msle: f64,
    /// Pearson's correlation; `None` when either does not vary.
    pub pearson: Option<f64>,
    /// Spearman's rank correlation, ties at their mean rank; `None` when either does not vary.
    pub spearman: Option<f64>,
    /// Sum of forecasts.
    pub expected_sum: f64,
    /// Sum of what happened.
    pub actual_sum: f64,
    /// `(expected - actual) / actual` of the sums; `None` when nothing happened.
    pub sum_error: Option<f64>,
    /// Share of what happened that came from the tenth forecast highest; `None` when nothing happened.
    pub top_decile_capture: Option<f64>,
    /// The same for the fifth forecast highest.
    pub top_fifth_capture: Option<f64>,
    /// From the lowest forecasts to the highest.
    pub deciles: Vec<Decile>,
}

impl Accuracy {
    /// Compares forecasts with what happened to the same customers. `None` for nobody.
    #[must_use]
    pub fn of(expected: &[f64], actual: &[f64]) -> Option<Self> {
        let n = expected.len().min(actual.len());
        if n == 0 {
            return None;
        }
        let pairs = || expected.iter().zip(actual).map(|(&f, &y)| (f, y));
        let mean = |of: &dyn Fn(f64, f64) -> f64| pairs().map(|(f, y)| of(f, y)).sum::<f64>() / n as f64;
        let (expected_sum, actual_sum) = (expected[..n].iter().sum::<f64>(), actual[..n].iter().sum::<f64>());
        let order = ascending(&expected[..n]);
        let something = actual_sum.abs() > 0.0;
        let captured = |share: f64| something.then(|| capture(&order, expected, actual, share) / actual_sum);
        Some(Self {
            customers: n as u64,
            mae: mean(&|f, y| (f - y).abs()),
            rmse: mean(&|f, y| (f - y).powi(2)).sqrt(),
            msle: mean(&|f, y| (f.max(0.0).ln_1p() - y.max(0.0).ln_1p()).powi(2)),
            pearson: pearson(&expected[..n], &actual[..n]),
            spearman: pearson(&ranks(&expected[..n]), &ranks(&actual[..n])),
            expected_sum,
            actual_sum,
            sum_error: something.then(|| (expected_sum - actual_sum) / actual_sum),
            top_decile_capture: captured(0.1),
            top_fifth_capture: captured(0.2),
            deciles: deciles(&order, expected, actual),
        })
    }
}

/// Positions from the least value to the greatest.
pub(super) fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    order
}

fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y) = (x - mean_a, y - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    let spread = aa.sqrt() * bb.sqrt();
    (spread > 0.0).then(|| (ab / spread).clamp(-1.0, 1.0))
}

/// Ranks from 1, equal values at the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let order = ascending(values);
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let rank = start as f64 + 0.5 * (run.len() + 1) as f64;
        for &i in run {
            ranks[i] = rank;
        }
        start += run.len();
    }
    ranks
}

/// What the share of customers forecast highest did; those tied at its edge in proportion.
fn capture(order: &[usize], expected: &[f64], actual: &[f64], share: f64) -> f64 {
    let mut room = share * order.len() as f64;
    let mut captured = 0.0;
    for tied in order.chunk_by(|&a, &b| expected[a].total_cmp(&expected[b]).is_eq()).rev() {
        let taken = (room / tied.len() as f64).min(1.0);
        captured += taken * tied.iter().map(|&i| actual[i]).sum::<f64>();
        room -= tied.len() as f64;
        if room <= 0.0 {
            break;
        }
    }
    captured
}

/// Deciles of customers by what was forecast for each.
pub(super) fn deciles_of(expected: &[f64], actual: &[f64]) -> Vec<Decile> {
    deciles(&ascending(expected), expected, actual)
}

/// Customers forecast alike are not torn apart, so there may be fewer than ten.
fn deciles(order: &[usize], expected: &[f64], actual: &[f64]) -> Vec<Decile> {
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
    for tied in order.chunk_by(|&a, &b| expected[a].total_cmp(&expected[b]).is_eq()) {
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
        assert_eq!((a.mae, a.rmse, a.msle), (0.0, 0.0, 0.0));
        assert!(a.pearson.unwrap() > 1.0 - 1e-12 && a.spearman.unwrap() > 1.0 - 1e-12);
        assert_eq!(a.sum_error, Some(0.0));
    }

    #[test]
    fn what_does_not_exist_is_none() {
        assert_eq!(Accuracy::of(&[], &[]), None);
        let a = Accuracy::of(&[1.0, 1.0], &[0.0, 0.0]).unwrap();
        assert_eq!((a.pearson, a.spearman, a.sum_error, a.top_decile_capture), (None, None, None, None));
    }

    #[test]
    fn ties_count_in_proportion() {
        // Ten customers forecast alike, one of whom bought: whoever takes a tenth of them gets a tenth of it.
        let mut y = [0.0; 10];
        y[7] = 1.0;
        let a = Accuracy::of(&[0.5; 10], &y).unwrap();
        assert!((a.top_decile_capture.unwrap() - 0.1).abs() < 1e-15);
        assert!((a.top_fifth_capture.unwrap() - 0.2).abs() < 1e-15);
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
