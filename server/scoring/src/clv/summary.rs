//! One customer's purchases, summarised into what the models look at.
//!
//! Purchases of one day are one purchase, since the models are about visits, not receipts. A refund reduces the
//! day of the purchase it refunds. A day that was refunded altogether is no purchase; a free purchase is one (the
//! CDNOW data hold eight, and the published estimates count them). The first purchase day only starts the clock:
//! it is not among the repeat purchases and its value is not in their mean.

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
#[derive(Clone, Copy)]
struct Day {
    day: i32,
    gross: i128,
    refunded: i128,
}

impl Day {
    const fn net(&self) -> i128 {
        self.gross - self.refunded
    }

    const fn is_purchase(&self) -> bool {
        !(self.refunded > 0 && self.net() <= 0)
    }
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
    let mut tally = Tally::default();
    let mut open: Option<Day> = None;
    for purchase in purchases {
        let purchase = purchase.borrow();
        if purchase.day > today {
            break;
        }
        let (gross, refunded) = (i128::from(purchase.gross_micros), i128::from(purchase.refunded_micros));
        match &mut open {
            Some(day) if day.day == purchase.day => {
                day.gross += gross;
                day.refunded += refunded;
            }
            _ => {
                if let Some(done) = open.replace(Day { day: purchase.day, gross, refunded }) {
                    tally.close(done);
                }
            }
        }
    }
    if let Some(done) = open {
        tally.close(done);
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
    fn extremes_saturate() {
        let day = |day| Purchase { day, gross_micros: i64::MAX, refunded_micros: 0 };
        let summary = summarize([day(i32::MIN), day(i32::MAX)], i32::MAX).unwrap();
        assert_eq!((summary.age_days, summary.net_spend_micros), (u32::MAX, i64::MAX));
    }
}
