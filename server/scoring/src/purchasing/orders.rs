//! How often customers buy, for how much, and after how long.
//!
//! | symbol | meaning |
//! |---|---|
//! | n_i, r_i | orders of customer i, and what they paid for them |
//! | m, N, R | customers with an order, all their orders, all they paid |
//!
//! ```text
//! frequency f = N/m,   average order value a = R/N,   so that R = m f a                                     (1)
//! Var a = m/(m-1) sum (r_i - a n_i)^2 / N^2                                                                 (2)
//! ```
//!
//! (2) is the variance of a ratio with customers as clusters: orders of one customer are alike, so taking all orders as
//! independent would be too sure.

use serde::{Deserialize, Serialize};

use crate::retention::Durations;

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
    /// Adds a customer: their orders, at least one, what they paid for them, and what of that was not for their first
    /// ever.
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

/// The median of those that ended: between the two in the middle where they are even in number. `None` without any.
#[must_use]
pub fn time_median(times: &Durations) -> Option<f64> {
    let n = times.events();
    let (low, high) = (n.checked_sub(1)? / 2, n / 2);
    let mut seen = 0;
    let mut middle = [None; 2];
    for (time, ended, _) in times.table() {
        seen += ended;
        for (found, place) in middle.iter_mut().zip([low, high]) {
            if found.is_none() && place < seen {
                *found = Some(f64::from(time));
            }
        }
    }
    Some(0.5 * (middle[0]? + middle[1]?))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
