//! One customer's purchases, summarised into what the models look at.
//!
//! Purchases of one day are one purchase, since the models are about visits, not receipts. A refund reduces the
//! day of the purchase it refunds. A day that was refunded altogether is no purchase; a free purchase is one (the
//! CDNOW data hold eight, and the published estimates count them). The first purchase day only starts the clock:
//! it is not among the repeat purchases and its value is not in their mean.

use crate::clv::TimeUnit;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// Micros in one unit of currency.
const MICROS: f64 = 1e6;

/// One transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// Day of the purchase, counted from any fixed day.
    pub day: i32,
    /// What was paid, in micros.
    pub gross_micros: i64,
    /// What of it was paid back since, in micros, not negative.
    pub refunded_micros: i64,
}

/// What the models know about one customer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PurchaseSummary {
    /// x: purchase days after the first one.
    pub frequency: u32,
    /// t_x: days from the first purchase day to the last.
    pub recency_days: u32,
    /// T: days from the first purchase day to today.
    pub age_days: u32,
    /// The first purchase day.
    pub first_day: i32,
    /// The last purchase day.
    pub last_day: i32,
    /// Mean net value of a repeat purchase day in units of currency; `None` without repeat purchases.
    pub mean_repeat_value: Option<f64>,
    /// All that was paid less all that was refunded, in micros; saturates at the ends of `i64`.
    pub net_spend_micros: i64,
}

/// What happened on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: i32,
    gross: i128,
    refunded: i128,
}

impl Day {
    const fn net(&self) -> i128 {
        self.gross - self.refunded
    }

    /// What was paid, in micros.
    pub(in crate::clv) const fn gross(&self) -> i128 {
        self.gross
    }

    /// What of it was paid back since.
    pub(in crate::clv) const fn refunded(&self) -> i128 {
        self.refunded
    }

    /// Whether it was not refunded altogether.
    pub(in crate::clv) const fn is_purchase(&self) -> bool {
        !(self.refunded > 0 && self.net() <= 0)
    }
}

/// One customer's purchases, sorted by day, day by day up to the end of the day `today`.
fn days<I>(purchases: I, today: i32) -> impl Iterator<Item = Day>
where
    I: IntoIterator<Item: Borrow<Purchase>>,
{
    let mut purchases = purchases.into_iter().map(|purchase| *purchase.borrow());
    let mut next = purchases.next();
    std::iter::from_fn(move || {
        let first = next.filter(|purchase| purchase.day <= today)?;
        let mut day = Day { day: first.day, gross: 0, refunded: 0 };
        while let Some(purchase) = next.filter(|purchase| purchase.day == day.day) {
            day.gross += i128::from(purchase.gross_micros);
            day.refunded += i128::from(purchase.refunded_micros);
            next = purchases.next();
        }
        Some(day)
    })
}

/// The purchase days among them: those that were not refunded altogether.
pub fn kept_days<I>(purchases: I, today: i32) -> impl Iterator<Item = Day>
where
    I: IntoIterator<Item: Borrow<Purchase>>,
{
    days(purchases, today).filter(Day::is_purchase)
}

/// The purchase days seen so far.
#[derive(Default)]
struct Tally {
    first_and_last: Option<(i32, i32)>,
    repeats: u32,
    repeat_net: i128,
    net: i128,
}

impl Tally {
    fn close(&mut self, day: Day) {
        self.net += day.net();
        if !day.is_purchase() {
            return;
        }
        match &mut self.first_and_last {
            None => self.first_and_last = Some((day.day, day.day)),
            Some((_, last)) => {
                *last = day.day;
                self.repeats += 1;
                self.repeat_net += day.net();
            }
        }
    }
}

/// Summarises one customer's purchases, sorted by day, as of the end of the day `today`; later ones are ignored.
///
/// `None` if there is no purchase day up to today.
pub fn summarize<I>(purchases: I, today: i32) -> Option<PurchaseSummary>
where
    I: IntoIterator<Item: Borrow<Purchase>>,
{
    summarize_telling(purchases, today, |_| ())
}

/// The same, telling each day on the way on which something was bought, given back since or not.
pub(in crate::clv) fn summarize_telling<I>(
    purchases: I,
    today: i32,
    mut tell: impl FnMut(&Day),
) -> Option<PurchaseSummary>
where
    I: IntoIterator<Item: Borrow<Purchase>>,
{
    let mut tally = Tally::default();
    for day in days(purchases, today) {
        tell(&day);
        tally.close(day);
    }
    let (first_day, last_day) = tally.first_and_last?;
    Some(PurchaseSummary {
        frequency: tally.repeats,
        recency_days: last_day.abs_diff(first_day),
        age_days: today.abs_diff(first_day),
        first_day,
        last_day,
        mean_repeat_value: (tally.repeats > 0)
            .then(|| tally.repeat_net as f64 / MICROS / f64::from(tally.repeats)),
        net_spend_micros: i64::try_from(tally.net).unwrap_or(if tally.net < 0 { i64::MIN } else { i64::MAX }),
    })
}

/// Summarises one customer's opportunities for the BG/BB model: in each period (a calendar week, month, year) they
/// bought or they did not. `period` numbers the periods of days; only those that are over at the end of `today` are
/// opportunities, and the one of their first purchase is none. Frequency, recency and age are in whole opportunities,
/// given as days of as many `unit`s; the mean value is that of a used opportunity.
///
/// `None` if there is no purchase day up to today.
pub fn summarize_opportunities(
    purchases: &[Purchase],
    today: i32,
    unit: TimeUnit,
    period: impl Fn(i32) -> i32,
) -> Option<PurchaseSummary> {
    let days = summarize(purchases, today)?;
    let is_over = period(today.saturating_add(1)) != period(today);
    let last_over = period(today) - i32::from(!is_over);
    let in_periods = purchases.iter().map(|purchase| Purchase { day: period(purchase.day), ..*purchase });
    let in_days = |periods: u32| (f64::from(periods) * unit.days()).round() as u32;
    Some(match summarize(in_periods, last_over) {
        Some(used) => PurchaseSummary {
            frequency: used.frequency,
            recency_days: in_days(used.recency_days),
            age_days: in_days(used.age_days),
            mean_repeat_value: used.mean_repeat_value,
            ..days
        },
        // They came in the period that is not over yet.
        None => {
            PurchaseSummary { frequency: 0, recency_days: 0, age_days: 0, mean_repeat_value: None, ..days }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn bought(day: i32, units: i64, refunded: i64) -> Purchase {
        Purchase { day, gross_micros: units * 1_000_000, refunded_micros: refunded * 1_000_000 }
    }

    #[test]
    fn purchases_of_one_day_are_one() {
        let purchases =
            [bought(3, 10, 0), bought(3, 5, 0), bought(7, 20, 0), bought(7, 10, 0), bought(12, 10, 0)];
        let summary = summarize(purchases, 20).unwrap();
        assert_eq!((summary.frequency, summary.recency_days, summary.age_days), (2, 9, 17));
        assert_eq!(summary.mean_repeat_value, Some(20.0));
        assert_eq!(summary.net_spend_micros, 55_000_000);
    }

    #[test]
    fn a_refund_reduces_its_day_and_a_refunded_day_is_no_purchase() {
        let purchases = [bought(1, 10, 10), bought(2, 10, 0), bought(5, 10, 4), bought(9, 10, 10)];
        let summary = summarize(purchases, 10).unwrap();
        assert_eq!((summary.first_day, summary.last_day, summary.frequency), (2, 5, 1));
        assert_eq!(summary.mean_repeat_value, Some(6.0));
        assert_eq!(summary.net_spend_micros, 16_000_000);
        assert_eq!(summarize(&purchases[..1], 10), None);
    }

    #[test]
    fn a_free_purchase_counts() {
        let summary = summarize([bought(1, 0, 0), bought(4, 0, 0)], 4).unwrap();
        assert_eq!((summary.frequency, summary.mean_repeat_value), (1, Some(0.0)));
    }

    #[test]
    fn today_counts_and_tomorrow_does_not() {
        let purchases = [bought(1, 1, 0), bought(5, 1, 0), bought(6, 1, 0)];
        let summary = summarize(purchases, 5).unwrap();
        assert_eq!((summary.frequency, summary.age_days), (1, 4));
        assert_eq!(summarize(purchases, 0), None);
        assert_eq!(summarize(&[] as &[Purchase], 0), None);
    }

    #[test]
    fn opportunities_are_periods_that_are_over() {
        let purchases =
            [bought(3, 10, 0), bought(5, 1, 0), bought(12, 20, 0), bought(13, 10, 0), bought(29, 5, 0)];
        let week = |day: i32| day.div_euclid(7);
        let at = |today| summarize_opportunities(&purchases, today, TimeUnit::Week, week).unwrap();
        // Weeks 1, 2 and 3 are over on day 27; the second was used, with 30, the others were not.
        let summary = at(27);
        assert_eq!((summary.frequency, summary.recency_days, summary.age_days), (1, 7, 21));
        assert_eq!(summary.mean_repeat_value, Some(30.0));
        // The purchase of day 29 counts when its week is over.
        assert_eq!((at(33).frequency, at(33).age_days), (1, 21));
        assert_eq!((at(34).frequency, at(34).recency_days, at(34).age_days), (2, 28, 28));
        // The week of the first purchase is no opportunity, over or not.
        assert_eq!((at(5).frequency, at(5).age_days), (0, 0));
        assert_eq!((at(6).frequency, at(6).age_days), (0, 0));
        assert_eq!(summarize_opportunities(&purchases, 2, TimeUnit::Week, week), None);
    }

    #[test]
    fn extremes_saturate() {
        let day = |day| Purchase { day, gross_micros: i64::MAX, refunded_micros: 0 };
        let summary = summarize([day(i32::MIN), day(i32::MAX)], i32::MAX).unwrap();
        assert_eq!((summary.age_days, summary.net_spend_micros), (u32::MAX, i64::MAX));
    }
}
