//! What new customers spend: those somebody recommended us to against the others.
//!
//! | symbol | meaning |
//! |---|---|
//! | a, b | mean revenue of a referred and of another new customer |
//! | V_a, V_b | variances of these means: s^2/n |
//! | z | quantile of the standard normal |
//!
//! ```text
//! ratio q = a/b,   Var ln q = V_a/a^2 + V_b/b^2,   interval q exp(-+ z sqrt(Var ln q)),   error q sqrt(Var ln q)      (1)
//! ```
//!
//! (1) is the delta method on the log scale, on which a ratio of two means is nearer to a normal; the two groups are
//! different customers, so they are independent. Few customers spend most, so with a handful of them (1) is too sure.

use serde::{Deserialize, Serialize};

/// What some customers spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spending {
    /// How many customers.
    pub customers: u64,
    /// What they spent, in micros.
    pub micros: i128,
    squares: f64,
}

impl Spending {
    /// Adds a customer.
    pub fn add(&mut self, micros: i128) {
        let units = micros as f64 / 1e6;
        self.customers += 1;
        self.micros += micros;
        self.squares += units * units;
    }

    /// Adds other customers.
    pub fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        self.micros += other.micros;
        self.squares += other.squares;
    }

    /// The mean in units of the currency. `None` without customers.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.customers > 0).then(|| self.micros as f64 / 1e6 / self.customers as f64)
    }

    /// Its standard error. `None` for fewer than two customers.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        let (n, mean) = (self.customers as f64, self.mean()?);
        let squares = (self.squares - n * mean * mean).max(0.0);
        (self.customers > 1).then(|| (squares / (n * (n - 1.0))).sqrt())
    }

    /// The mean over that of others, q. `None` when either has no customers, or the others spent nothing.
    #[must_use]
    pub fn ratio(&self, others: &Self) -> Option<SpendingRatio> {
        let (a, b) = (self.mean()?, others.mean().filter(|mean| *mean > 0.0)?);
        let relative = |error: Option<f64>, mean: f64| error.filter(|_| mean > 0.0).map(|error| error / mean);
        let log_error = relative(self.error(), a).zip(relative(others.error(), b));
        Some(SpendingRatio { ratio: a / b, log_error: log_error.map(|(a, b)| a.hypot(b)) })
    }
}

/// How many times as much some customers spend as others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendingRatio {
    /// q.
    pub ratio: f64,
    /// Standard error of ln q, by (1). `None` for fewer than two customers on either side, or when the ratio is 0.
    pub log_error: Option<f64>,
}

impl SpendingRatio {
    /// Standard error of q, by (1).
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        self.log_error.map(|error| self.ratio * error)
    }

    /// The interval of q for a quantile of the standard normal, by (1).
    #[must_use]
    pub fn interval(&self, z: f64) -> Option<(f64, f64)> {
        self.log_error.map(|error| (self.ratio * (-z * error).exp(), self.ratio * (z * error).exp()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    fn spending(units: &[i128]) -> Spending {
        let mut all = Spending::default();
        units.iter().for_each(|units| all.add(units * 1_000_000));
        all
    }

    #[test]
    fn means_and_their_ratio() {
        let (referred, others) = (spending(&[30, 50]), spending(&[10, 20, 30]));
        close(referred.mean().unwrap(), 40.0);
        close(referred.error().unwrap(), 10.0);
        close(others.mean().unwrap(), 20.0);
        close(others.error().unwrap(), (200.0_f64 / 6.0).sqrt());
        let ratio = referred.ratio(&others).unwrap();
        close(ratio.ratio, 2.0);
        // 1/16 + (200/6)/400.
        let variance: f64 = 1.0 / 16.0 + 1.0 / 12.0;
        close(ratio.error().unwrap(), 2.0 * variance.sqrt());
        let (low, high) = ratio.interval(1.0).unwrap();
        close(low * high, 4.0);
        close((high / 2.0).ln(), variance.sqrt());
    }

    #[test]
    fn parts_add_up() {
        let mut parts = spending(&[1, 2]);
        parts.merge(&spending(&[7]));
        assert_eq!(parts, spending(&[1, 2, 7]));
    }

    #[test]
    fn what_is_undefined_has_no_value() {
        let (nobody, one, free) = (Spending::default(), spending(&[10]), spending(&[0, 0]));
        assert_eq!(nobody.mean(), None);
        assert_eq!(one.error(), None);
        assert_eq!(one.ratio(&nobody), None);
        assert_eq!(nobody.ratio(&one), None);
        assert_eq!(one.ratio(&free), None, "nothing to divide by");
        let ratio = spending(&[4, 8]).ratio(&one).unwrap();
        close(ratio.ratio, 0.6);
        assert_eq!((ratio.error(), ratio.interval(2.0)), (None, None));
    }
}
