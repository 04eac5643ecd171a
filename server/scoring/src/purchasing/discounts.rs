//! How much of what customers buy is bought at a discount.
//!
//! | symbol | meaning |
//! |---|---|
//! | r_i, d_i | what customer i paid, and what of it for orders at a discount |
//! | m, R, D | customers, all they paid, all of it at a discount |
//!
//! ```text
//! share of revenue q = D/R,   Var q = m/(m-1) sum (d_i - q r_i)^2 / R^2                                       (1)
//! ```
//!
//! (1) is the variance of a ratio with customers as clusters, as of the average order value: whoever waits for a discount
//! once does so again.
//!
//! A customer is **dependent** on discounts who has at least [`DEPENDENT_ORDERS`] orders, more than 70 % of them at a
//! discount: fewer orders tell nothing of a habit.

use serde::{Deserialize, Serialize};

/// Orders from which on a customer can be told to depend on discounts.
pub const DEPENDENT_ORDERS: u64 = 3;
/// More than this many tenths of a dependent customer's orders are at a discount.
const DEPENDENT_TENTHS: u64 = 7;

/// What of a customer's orders was at a discount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Discounted {
    /// How many orders.
    pub orders: u64,
    /// What they paid for them, in micros.
    pub micros: i128,
    /// What was taken off their prices, in micros.
    pub taken_micros: i128,
}

/// Sums over customers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DiscountSums {
    /// m.
    pub customers: u64,
    /// Orders.
    pub orders: u64,
    /// Those at a discount.
    pub discounted_orders: u64,
    /// R, in micros.
    pub revenue_micros: i128,
    /// D, in micros.
    pub discounted_micros: i128,
    /// What was taken off prices, in micros.
    pub taken_micros: i128,
    /// Customers with enough orders to tell.
    pub frequent: u64,
    /// Those who depend on discounts.
    pub dependent: u64,
    squares_of_revenue: f64,
    products: f64,
    squares_of_discounted: f64,
}

impl DiscountSums {
    /// Adds a customer: their orders, at least one, what they paid for them, and what of that was at a discount.
    pub fn add(&mut self, orders: u64, revenue_micros: i128, discounted: Discounted) {
        let (r, d) = (revenue_micros as f64 / 1e6, discounted.micros as f64 / 1e6);
        self.customers += 1;
        self.orders += orders;
        self.discounted_orders += discounted.orders;
        self.revenue_micros += revenue_micros;
        self.discounted_micros += discounted.micros;
        self.taken_micros += discounted.taken_micros;
        if orders >= DEPENDENT_ORDERS {
            self.frequent += 1;
            self.dependent += u64::from(10 * discounted.orders > DEPENDENT_TENTHS * orders);
        }
        self.squares_of_revenue += r * r;
        self.products += r * d;
        self.squares_of_discounted += d * d;
    }

    /// Adds other customers.
    pub fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        self.orders += other.orders;
        self.discounted_orders += other.discounted_orders;
        self.revenue_micros += other.revenue_micros;
        self.discounted_micros += other.discounted_micros;
        self.taken_micros += other.taken_micros;
        self.frequent += other.frequent;
        self.dependent += other.dependent;
        self.squares_of_revenue += other.squares_of_revenue;
        self.products += other.products;
        self.squares_of_discounted += other.squares_of_discounted;
    }

    /// q, in [0, 1]. `None` without revenue.
    #[must_use]
    pub fn revenue_share(&self) -> Option<f64> {
        (self.revenue_micros > 0).then(|| self.discounted_micros as f64 / self.revenue_micros as f64)
    }

    /// Standard error of q, by (1). `None` for fewer than two customers.
    #[must_use]
    pub fn revenue_share_error(&self) -> Option<f64> {
        let (m, r, q) = (self.customers as f64, self.revenue_micros as f64 / 1e6, self.revenue_share()?);
        let squares = self.squares_of_discounted - 2.0 * q * self.products + q * q * self.squares_of_revenue;
        (self.customers > 1).then(|| (m / (m - 1.0) * squares.max(0.0)).sqrt() / r)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn shares_of_revenue_take_customers_as_clusters() {
        let mut sums = DiscountSums::default();
        sums.add(2, 30_000_000, Discounted { orders: 1, micros: 10_000_000, taken_micros: 2 });
        let mut other = DiscountSums::default();
        other.add(1, 10_000_000, Discounted { orders: 1, micros: 10_000_000, taken_micros: 3 });
        sums.merge(&other);
        assert_eq!((sums.discounted_orders, sums.orders, sums.taken_micros), (2, 3, 5));
        close(sums.revenue_share().unwrap(), 0.5);
        // d - q r: -5 and 5.
        close(sums.revenue_share_error().unwrap(), (2.0 * 50.0_f64).sqrt() / 40.0);
        assert_eq!(other.revenue_share_error(), None);
        assert_eq!(DiscountSums::default().revenue_share(), None);
    }

    #[test]
    fn dependence_takes_three_orders_and_more_than_seven_tenths() {
        let dependent = |orders, discounted| {
            let mut sums = DiscountSums::default();
            sums.add(orders, 1, Discounted { orders: discounted, ..Discounted::default() });
            (sums.dependent, sums.frequent)
        };
        assert_eq!(dependent(2, 2), (0, 0), "too few orders to tell");
        assert_eq!(dependent(3, 3), (1, 1));
        assert_eq!(dependent(3, 2), (0, 1));
        assert_eq!(dependent(10, 7), (0, 1), "exactly seven tenths is not more");
        assert_eq!(dependent(10, 8), (1, 1));
        assert_eq!(dependent(4, 3), (1, 1));
    }
}
