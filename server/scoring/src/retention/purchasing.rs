//! How often customers buy, for how much, and after how long.
//!
//! | symbol | meaning |
//! |---|---|
//! | n_i, r_i | orders of customer i, and what he paid for them |
//! | m, N, R | customers with an order, all their orders, all they paid |
//!
//! ```text
//! frequency f = N/m,   average order value a = R/N,   so that R = m f a                                     (1)
//! Var a = m/(m-1) sum (r_i - a n_i)^2 / N^2                                                                 (2)
//! trimmed mean: the mean without the lowest and the highest share g;  SE = s_w / ((1 - 2g) sqrt N)          (3)
//! ```
//!
//! (2) is the variance of a ratio with customers as clusters: orders of one customer are alike, so taking all orders as
//! independent would be too sure. (3) is Tukey and McLaughlin's, *Sankhya* A 25, 1963, with s_w the standard deviation after
//! each trimmed value was put at the nearest one that was kept.

use serde::{Deserialize, Serialize};

use super::Durations;
use crate::normal::two_sided_quantile;

/// Sums over customers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderSums {
    /// m.
    pub purchasers: u64,
    /// N.
    pub orders: u64,
    /// R, in micros.
    pub revenue_micros: i128,
    /// What of R was not paid for a customer's first order ever, in micros.
    pub repeat_micros: i128,
    squares_of_revenue: f64,
    products: f64,
    squares_of_orders: f64,
}

impl OrderSums {
    /// Adds a customer: his orders, at least one, what he paid for them, and what of that was not for his first ever.
    pub fn add(&mut self, orders: u64, revenue_micros: i128, repeat_micros: i128) {
        let (n, r) = (orders as f64, revenue_micros as f64 / 1e6);
        self.purchasers += 1;
        self.orders += orders;
        self.revenue_micros += revenue_micros;
        self.repeat_micros += repeat_micros;
        self.squares_of_revenue += r * r;
        self.products += r * n;
        self.squares_of_orders += n * n;
    }

    /// Adds other customers.
    pub fn merge(&mut self, other: &Self) {
        self.purchasers += other.purchasers;
        self.orders += other.orders;
        self.revenue_micros += other.revenue_micros;
        self.repeat_micros += other.repeat_micros;
        self.squares_of_revenue += other.squares_of_revenue;
        self.products += other.products;
        self.squares_of_orders += other.squares_of_orders;
    }

    /// f. `None` without orders, as are the others.
    #[must_use]
    pub fn frequency(&self) -> Option<f64> {
        (self.purchasers > 0).then(|| self.orders as f64 / self.purchasers as f64)
    }

    /// Standard error of f, as a mean over customers. `None` for fewer than two.
    #[must_use]
    pub fn frequency_error(&self) -> Option<f64> {
        let (m, f) = (self.purchasers as f64, self.frequency()?);
        let squares = (self.squares_of_orders - m * f * f).max(0.0);
        (self.purchasers > 1).then(|| (squares / (m * (m - 1.0))).sqrt())
    }

    /// a, in units of the currency.
    #[must_use]
    pub fn order_value(&self) -> Option<f64> {
        (self.orders > 0).then(|| self.revenue_micros as f64 / 1e6 / self.orders as f64)
    }

    /// Standard error of a, by (2). `None` for fewer than two customers.
    #[must_use]
    pub fn order_value_error(&self) -> Option<f64> {
        let (m, n, a) = (self.purchasers as f64, self.orders as f64, self.order_value()?);
        let squares = self.squares_of_revenue - 2.0 * a * self.products + a * a * self.squares_of_orders;
        (self.purchasers > 1).then(|| (m / (m - 1.0) * squares.max(0.0)).sqrt() / n)
    }

    /// Share of the revenue that is not from first orders, in [0, 1]. `None` without revenue.
    #[must_use]
    pub fn repeat_share(&self) -> Option<f64> {
        (self.revenue_micros > 0).then(|| self.repeat_micros as f64 / self.revenue_micros as f64)
    }
}

/// The mean of times that ended, in their unit, and its standard error, which takes all of them as independent. `None`
/// without any.
#[must_use]
pub fn mean_time(times: &Durations) -> Option<(f64, Option<f64>)> {
    let table = times.table();
    let n = times.events() as f64;
    let sum = |of: &dyn Fn(f64) -> f64| -> f64 {
        table.iter().map(|(time, ended, _)| *ended as f64 * of(f64::from(*time))).sum()
    };
    if n < 1.0 {
        return None;
    }
    let mean = sum(&|time| time) / n;
    let squares = sum(&|time| (time - mean) * (time - mean));
    Some((mean, (n > 1.0).then(|| (squares / (n * (n - 1.0))).sqrt())))
}

/// The shortest time that at least a share p of those that ended are not longer than. `None` without any.
#[must_use]
pub fn time_quantile(times: &Durations, p: f64) -> Option<u32> {
    let needed = ((p * times.events() as f64).ceil() as u64).max(1);
    let mut seen = 0;
    let found = times.table().into_iter().find(|(_, ended, _)| {
        seen += ended;
        seen >= needed
    });
    found.map(|(time, ..)| time)
}

/// The p-quantile of values, the mean of the two in the middle for a median of an even number, with an interval from order
/// statistics: ranks `n p +- z sqrt(n p (1-p))`. Reorders the values. `None` for none.
#[must_use]
pub fn quantile_of(values: &mut [i64], p: f64, confidence: f64) -> Option<(f64, f64, f64)> {
    let last = values.len().checked_sub(1)?;
    let n = values.len() as f64;
    let half = two_sided_quantile(confidence) * (n * p * (1.0 - p)).sqrt();
    let rank = |place: f64| (place.max(0.0) as usize).min(last);
    let mut at = |rank: usize| *values.select_nth_unstable(rank).1 as f64;
    let place = p * last as f64;
    let (below, above) = (at(rank(place.floor())), at(rank(place.ceil())));
    let value = below + (above - below) * (place - place.floor());
    Some((value, at(rank((n * p - half).floor())).min(value), at(rank((n * p + half).ceil())).max(value)))
}

/// (3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrimmedMean {
    /// The mean of what was kept.
    pub mean: f64,
    /// Its standard error; `None` for fewer than two values kept.
    pub standard_error: Option<f64>,
}

/// The mean without the lowest and the highest `floor(g n)` values, `0 <= g < 1/2`. Reorders the values. `None` for none.
#[must_use]
pub fn trimmed_mean(values: &mut [i64], share: f64) -> Option<TrimmedMean> {
    let n = values.len();
    let cut = ((share * n as f64) as usize).min(n.checked_sub(1)? / 2);
    if cut > 0 {
        values.select_nth_unstable(cut);
        values[cut..].select_nth_unstable(n - 1 - 2 * cut);
    }
    let kept = &values[cut..n - cut];
    let mean = kept.iter().map(|value| i128::from(*value)).sum::<i128>() as f64 / kept.len() as f64;
    let (low, high) = (*kept.iter().min()? as f64, *kept.iter().max()? as f64);
    // Each trimmed value put at the nearest one kept.
    let g = cut as f64;
    let winsorized = (mean * kept.len() as f64 + g * (low + high)) / n as f64;
    let square = |value: f64| (value - winsorized) * (value - winsorized);
    let squares: f64 =
        kept.iter().map(|value| square(*value as f64)).sum::<f64>() + g * (square(low) + square(high));
    let error = |n: f64| (squares / (n - 1.0)).sqrt() / ((1.0 - 2.0 * g / n) * n.sqrt());
    Some(TrimmedMean { mean, standard_error: (kept.len() > 1).then(|| error(n as f64)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn revenue_is_purchasers_times_frequency_times_value() {
        let mut sums = OrderSums::default();
        sums.add(3, 60_000_000, 40_000_000);
        sums.add(1, 10_000_000, 0);
        close(sums.frequency().unwrap(), 2.0);
        close(sums.order_value().unwrap(), 17.5);
        close(sums.purchasers as f64 * sums.frequency().unwrap() * sums.order_value().unwrap(), 70.0);
        close(sums.repeat_share().unwrap(), 4.0 / 7.0);
        // r - a n: 7.5 and -7.5.
        close(sums.order_value_error().unwrap(), (2.0 * 2.0 * 56.25_f64).sqrt() / 4.0);
        close(sums.frequency_error().unwrap(), 1.0);
        assert_eq!(OrderSums::default().order_value(), None);
    }

    #[test]
    fn gaps_are_counted() {
        let mut gaps = Durations::default();
        [10, 20, 30, 40, 100].into_iter().for_each(|days| gaps.add(days, true));
        gaps.add(15, false);
        assert_eq!((time_quantile(&gaps, 0.5), time_quantile(&gaps, 0.9)), (Some(30), Some(100)));
        let (mean, error) = mean_time(&gaps).unwrap();
        close(mean, 40.0);
        close(error.unwrap(), (5_000.0_f64 / 20.0).sqrt());
        assert_eq!(time_quantile(&Durations::default(), 0.5), None);
    }

    #[test]
    fn a_trimmed_mean_ignores_the_ends() {
        let mut values = vec![1_000_000, 3, 5, 4, 2, 1, 6, 7, 8, 0];
        let trimmed = trimmed_mean(&mut values, 0.1).unwrap();
        close(trimmed.mean, 4.5);
        // Winsorized: 1 1 2 3 4 5 6 7 8 8, with a variance of 66.5/9 and g = 1 of 10.
        close(trimmed.standard_error.unwrap(), (66.5_f64 / 9.0).sqrt() / (0.8 * 10.0_f64.sqrt()));
        assert_eq!(trimmed_mean(&mut [], 0.1), None);
        close(trimmed_mean(&mut [7], 0.4).unwrap().mean, 7.0);
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_sorted_values(mut values in prop::collection::vec(0_i64..100, 1..50)) {
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let (median, low, high) = quantile_of(&mut values, 0.5, 0.95).unwrap();
            let middle = sorted.len() / 2;
            let expected = if sorted.len() % 2 == 1 { sorted[middle] as f64 } else { (sorted[middle - 1] + sorted[middle]) as f64 / 2.0 };
            prop_assert!((median - expected).abs() < 1e-9);
            prop_assert!(low <= median && median <= high);
        }
    }
}
