//! What the customers of a period spend a period later, and what growth was earned.
//!
//! | symbol | meaning |
//! |---|---|
//! | r0_i, r1_i | what customer i spent in the prior and in the current period, net |
//! | base | customers with r0 > 0 |
//! | R0 | the revenue of the base in the prior period, which is all of it |
//!
//! ```text
//! GRR = sum min(r1, r0) / R0 <= 1,   NRR = sum r1 / R0        over the base                                 (1)
//! R0 = sum min(r1, r0) + contraction + churned,   sum r1 = sum min(r1, r0) + expansion                      (2)
//! logo churn = lost customers / base,   revenue churn = r0 of lost customers / R0                           (3)
//! earned growth rate = NRR + ENC - 1,   ENC = revenue of earned new customers / R0                          (4)
//! earned growth ratio = earned growth rate / (R1/R0 - 1)                                                    (5)
//! ```
//!
//! R1 is all revenue of the current period: that of the base, of new customers and of those who came back. Lost is whoever
//! is of the base and spent nothing.
//!
//! Source of (4) and (5): Reichheld, Darnell and Burns, "Net Promoter 3.0", *Harvard Business Review*, November 2021, and
//! *Winning on Purpose*, appendix B.
//!
//! Where it fails: without a contract, neighbouring periods differ by season. Compare with the year before.

use serde::{Deserialize, Serialize};

/// Where a new customer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Source {
    /// By referral or reputation.
    Earned,
    /// By advertising or another effort that was paid for.
    Bought,
    /// Nobody knows.
    Unknown,
}

/// Revenue of two periods, in micros, and customers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevenueChange {
    /// R0.
    pub prior_micros: i128,
    /// Sum of min(r1, r0).
    pub kept_micros: i128,
    /// Sum of r1 - r0 where that is positive.
    pub expansion_micros: i128,
    /// Sum of r0 - r1 where that is positive and r1 is not 0.
    pub contraction_micros: i128,
    /// Sum of r0 of lost customers.
    pub churned_micros: i128,
    /// Revenue of new customers by source: earned, bought, unknown.
    pub new_micros: [i128; 3],
    /// Revenue of customers who had bought before, but not in the prior period.
    pub reactivated_micros: i128,
    /// Customers of the base.
    pub customers: u64,
    /// Of these, lost.
    pub lost: u64,
    /// New customers by source: earned, bought, unknown.
    pub new_customers: [u64; 3],
    /// Customers who came back.
    pub reactivated_customers: u64,
}

/// (4) and (5), with bounds where some sources are unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct EarnedGrowth {
    /// (4) if nobody of unknown source was earned.
    pub rate_low: f64,
    /// (4) if everybody of unknown source was.
    pub rate_high: f64,
    /// R1/R0 - 1.
    pub total_growth: f64,
}

impl EarnedGrowth {
    /// (4); `None` while it depends on unknown sources.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.rate_high <= self.rate_low).then_some(self.rate_low)
    }

    /// (5) of a rate; `None` without growth.
    #[must_use]
    pub fn ratio(&self, rate: f64) -> Option<f64> {
        (self.total_growth > 0.0).then(|| rate / self.total_growth)
    }
}

impl RevenueChange {
    /// Adds a customer of the base: `prior` above 0.
    pub fn add_base(&mut self, prior: i64, now: i64) {
        let (prior, now) = (i128::from(prior), i128::from(now.max(0)));
        self.customers += 1;
        self.prior_micros += prior;
        self.kept_micros += prior.min(now);
        if now == 0 {
            self.lost += 1;
            self.churned_micros += prior;
        } else if now < prior {
            self.contraction_micros += prior - now;
        } else {
            self.expansion_micros += now - prior;
        }
    }

    /// Adds a customer who first bought in the current period.
    pub fn add_new(&mut self, now: i64, source: Source) {
        self.new_micros[source as usize] += i128::from(now);
        self.new_customers[source as usize] += 1;
    }

    /// Adds a customer who spent now, had bought before, and spent nothing in the prior period.
    pub fn add_reactivated(&mut self, now: i64) {
        self.reactivated_micros += i128::from(now);
        self.reactivated_customers += 1;
    }

    /// Adds other customers.
    pub fn merge(&mut self, other: &Self) {
        self.prior_micros += other.prior_micros;
        self.kept_micros += other.kept_micros;
        self.expansion_micros += other.expansion_micros;
        self.contraction_micros += other.contraction_micros;
        self.churned_micros += other.churned_micros;
        self.reactivated_micros += other.reactivated_micros;
        self.customers += other.customers;
        self.lost += other.lost;
        self.reactivated_customers += other.reactivated_customers;
        for source in 0..3 {
            self.new_micros[source] += other.new_micros[source];
            self.new_customers[source] += other.new_customers[source];
        }
    }

    /// What the base spends now.
    #[must_use]
    pub const fn base_micros(&self) -> i128 {
        self.kept_micros + self.expansion_micros
    }

    /// R1.
    #[must_use]
    pub fn total_micros(&self) -> i128 {
        self.base_micros() + self.new_micros.iter().sum::<i128>() + self.reactivated_micros
    }

    fn of_prior(&self, micros: i128) -> Option<f64> {
        (self.prior_micros > 0).then(|| micros as f64 / self.prior_micros as f64)
    }

    /// GRR, in [0, 1]. `None` without revenue in the prior period, as are the others.
    #[must_use]
    pub fn gross_retention(&self) -> Option<f64> {
        self.of_prior(self.kept_micros)
    }

    /// NRR, 0 or more.
    #[must_use]
    pub fn net_retention(&self) -> Option<f64> {
        self.of_prior(self.base_micros())
    }

    /// Share of the revenue that went with lost customers, in [0, 1].
    #[must_use]
    pub fn revenue_churn(&self) -> Option<f64> {
        self.of_prior(self.churned_micros)
    }

    /// (4) and (5).
    #[must_use]
    pub fn earned_growth(&self) -> Option<EarnedGrowth> {
        let [earned, _, unknown] = self.new_micros;
        let rate = |earned: i128| self.of_prior(self.base_micros() + earned - self.prior_micros);
        Some(EarnedGrowth {
            rate_low: rate(earned)?,
            rate_high: rate(earned + unknown)?,
            total_growth: self.of_prior(self.total_micros() - self.prior_micros)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() - expected).abs() < 1e-12, "{found:?} is not {expected}");
    }

    /// The book's example: 100 grows to 130, with 85 from the customers of before, 25 earned and 20 bought.
    fn book() -> RevenueChange {
        let mut change = RevenueChange::default();
        change.add_base(60, 70);
        change.add_base(20, 15);
        change.add_base(20, 0);
        change.add_new(25, Source::Earned);
        change.add_new(20, Source::Bought);
        change
    }

    #[test]
    fn golden_earned_growth() {
        let change = book();
        assert_eq!((change.prior_micros, change.total_micros()), (100, 130));
        close(change.net_retention(), 0.85);
        let growth = change.earned_growth().unwrap();
        close(growth.rate(), 0.10);
        close(growth.rate().and_then(|rate| growth.ratio(rate)), 1.0 / 3.0);
    }

    #[test]
    fn parts_of_the_change() {
        let change = book();
        close(change.gross_retention(), 0.75);
        close(change.revenue_churn(), 0.20);
        assert_eq!((change.expansion_micros, change.contraction_micros, change.churned_micros), (10, 5, 20));
        assert_eq!((change.customers, change.lost), (3, 1));
    }

    #[test]
    fn unknown_sources_leave_bounds() {
        let mut change = book();
        change.add_new(10, Source::Unknown);
        let growth = change.earned_growth().unwrap();
        assert_eq!(growth.rate(), None);
        close(Some(growth.rate_low), 0.10);
        close(Some(growth.rate_high), 0.20);
    }

    #[test]
    fn nothing_before_is_no_rate() {
        let mut change = RevenueChange::default();
        change.add_new(10, Source::Unknown);
        change.add_reactivated(5);
        assert_eq!(
            (change.gross_retention(), change.net_retention(), change.earned_growth()),
            (None, None, None)
        );
        assert_eq!(change.total_micros(), 15);
    }

    proptest! {
        #[test]
        fn parts_add_up(customers in prop::collection::vec((1_i64..1_000, 0_i64..1_000), 1..50)) {
            let mut change = RevenueChange::default();
            customers.iter().for_each(|(prior, now)| change.add_base(*prior, *now));
            prop_assert_eq!(change.prior_micros, change.kept_micros + change.contraction_micros + change.churned_micros);
            prop_assert!(change.gross_retention().unwrap() <= 1.0);
            prop_assert!(change.gross_retention() <= change.net_retention());
        }
    }
}
