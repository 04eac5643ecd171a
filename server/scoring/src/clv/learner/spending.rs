//! What purchase days were worth, how much was taken off list prices, and how much was given back.

use crate::clv::histories::summary::Day;

/// Micros in one unit of currency.
const MICROS: f64 = 1e6;

/// That less than the list price was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discount {
    /// Day of the purchase, counted as those of purchases are.
    pub day: i32,
    /// What was taken off, in micros.
    pub taken_micros: i64,
}

/// Micros as a number. Hardly any are beyond 64 bits, which are converted much faster.
#[inline]
fn number(micros: i128) -> f64 {
    i64::try_from(micros).map_or(micros as f64, |micros| micros as f64)
}

/// Purchase days, and what they came to.
#[derive(Default)]
struct Sum {
    days: f64,
    net: f64,
}

impl Sum {
    #[inline]
    fn add(&mut self, net: f64) {
        self.days += 1.0;
        self.net += net;
    }

    fn mean(&self) -> Option<f64> {
        (self.days > 0.0).then(|| self.net / self.days)
    }
}

/// List prices, and what of them was taken off.
#[derive(Clone, Copy, Default)]
struct Listed {
    taken: f64,
    list: f64,
}

impl Listed {
    /// None where everything is free.
    fn share(self) -> Option<f64> {
        (self.list > 0.0).then(|| self.taken / self.list)
    }
}

/// The days seen so far.
pub(super) struct SpendTally<'d> {
    /// From this day on purchases are recent.
    recent_from: i32,
    /// Of the days that are still to come, by day.
    discounts: &'d [Discount],
    all: Sum,
    recent: Sum,
    /// Net spend of the last purchase day.
    last: f64,
    listed: Listed,
    last_listed: Listed,
    /// What was paid and what of it given back, purchase days or not.
    paid: f64,
    given_back: f64,
}

/// What the days came to; none of what cannot be told.
pub(super) struct Spending {
    pub(super) mean: Option<f64>,
    pub(super) last_over_mean: Option<f64>,
    pub(super) trend: Option<f64>,
    pub(super) discount_share: Option<f64>,
    pub(super) last_discount_share: Option<f64>,
    pub(super) refunded_share: Option<f64>,
}

impl Spending {
    /// Of somebody who has bought, nobody knows what.
    pub(super) const UNKNOWN: Self = Self {
        mean: None,
        last_over_mean: None,
        trend: None,
        discount_share: None,
        last_discount_share: None,
        refunded_share: None,
    };
}

impl<'d> SpendTally<'d> {
    /// With discounts by day.
    pub(super) fn new(recent_from: i32, discounts: &'d [Discount]) -> Self {
        Self {
            recent_from,
            discounts,
            all: Sum::default(),
            recent: Sum::default(),
            last: 0.0,
            listed: Listed::default(),
            last_listed: Listed::default(),
            paid: 0.0,
            given_back: 0.0,
        }
    }

    /// Adds the next day.
    #[inline]
    pub(super) fn add(&mut self, day: &Day) {
        let taken = self.taken_on(day.day);
        let (gross, refunded) = (number(day.gross()), number(day.refunded()));
        self.paid += gross;
        self.given_back += refunded;
        if !day.is_purchase() {
            return;
        }
        self.last = gross - refunded;
        self.all.add(self.last);
        if day.day >= self.recent_from {
            self.recent.add(self.last);
        }
        self.last_listed = Listed { taken, list: gross + taken };
        self.listed.taken += taken;
        self.listed.list += gross + taken;
    }

    /// What was taken off on a day, and none of before it any more.
    #[inline]
    fn taken_on(&mut self, day: i32) -> f64 {
        if self.discounts.is_empty() {
            return 0.0;
        }
        let mut taken = 0_i128;
        while let Some((next, rest)) = self.discounts.split_first().filter(|(next, _)| next.day <= day) {
            taken += i128::from(if next.day == day { next.taken_micros } else { 0 });
            self.discounts = rest;
        }
        number(taken)
    }

    /// What they came to.
    pub(super) fn spending(&self) -> Spending {
        let mean = self.all.mean();
        // Whose purchases were all free has no measure of their own.
        let over_mean = |spend: f64| mean.filter(|mean| *mean > 0.0).map(|mean| spend / mean);
        Spending {
            mean: mean.map(|mean| mean / MICROS),
            last_over_mean: over_mean(self.last),
            trend: self.recent.mean().and_then(over_mean),
            discount_share: self.listed.share(),
            last_discount_share: self.last_listed.share(),
            refunded_share: (self.paid > 0.0).then(|| self.given_back / self.paid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::histories::summary::{Purchase, summarize_telling};

    const fn bought(day: i32, units: i64, refunded: i64) -> Purchase {
        Purchase { day, gross_micros: units * 1_000_000, refunded_micros: refunded * 1_000_000 }
    }

    const fn off(day: i32, units: i64) -> Discount {
        Discount { day, taken_micros: units * 1_000_000 }
    }

    fn spending(purchases: &[Purchase], discounts: &[Discount]) -> Spending {
        let mut tally = SpendTally::new(910, discounts);
        summarize_telling(purchases, 1_000, |day| tally.add(day));
        tally.spending()
    }

    fn close(found: Option<f64>, wanted: f64) {
        assert!(found.is_some_and(|found| (found - wanted).abs() < 1e-12), "{found:?}, not {wanted}");
    }

    #[test]
    fn spend_and_discounts_are_those_of_purchase_days_up_to_today() {
        let purchases = [
            bought(100, 30, 0),
            bought(200, 60, 10),
            // Given back altogether: no purchase day, and no discount counts.
            bought(300, 40, 40),
            bought(909, 20, 0),
            bought(910, 10, 0),
            bought(910, 10, 0),
            bought(1_001, 1_000, 0),
        ];
        let discounts = [off(100, 10), off(300, 40), off(910, 5), off(910, 15), off(1_001, 9)];
        let found = spending(&purchases, &discounts);
        // 30, 50, 20 and 20.
        close(found.mean, 30.0);
        close(found.last_over_mean, 2.0 / 3.0);
        close(found.trend, 2.0 / 3.0);
        close(found.discount_share, 30.0 / 160.0);
        close(found.last_discount_share, 20.0 / 40.0);
        close(found.refunded_share, 50.0 / 170.0);
        // What nobody bought on is of no day.
        let elsewhere = spending(&purchases, &[off(50, 1), off(150, 1), off(1_000, 1)]);
        close(elsewhere.discount_share, 0.0);
    }

    #[test]
    fn who_got_everything_free_has_no_measure_of_their_own() {
        let found = spending(&[bought(100, 0, 0), bought(950, 0, 0)], &[]);
        close(found.mean, 0.0);
        assert_eq!((found.last_over_mean, found.trend), (None, None));
        assert_eq!(
            (found.discount_share, found.last_discount_share, found.refunded_share),
            (None, None, None)
        );
        // A gift with a list price is one at a discount.
        close(spending(&[bought(100, 0, 0)], &[off(100, 7)]).discount_share, 1.0);
        // Nothing of late.
        assert_eq!(spending(&[bought(100, 5, 0)], &[]).trend, None);
    }
}
