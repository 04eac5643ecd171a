//! Purchases that come on anniversaries: gifts of every Christmas, dues of every month.
//!
//! Where all gaps between a customer's purchase days are whole years of the calendar, or whole months, there is an opportunity to buy on each
//! anniversary of the first purchase and none in between, and BG/BB counts those that were used. An anniversary has the day of the month of the first
//! purchase, or is the last day of a month that has no such day.
//!
//! How much of this is so is a share, and what rests on it counts by degrees:
//!
//! ```text
//! c = (s - 0.95) / (0.99 - 0.95), at least 0, at most 1;    s = gaps of whole years / all gaps                            (1)
//! ```
//!
//! and the same of months where it is not so of years. Of customers who buy on any day, one gap in 365 is of whole years, and one in 30 of
//! whole months, so that c is 0 there.

use super::calendar::{MONTHS_VARY, come};
use super::opportunities::OpportunityTable;
use super::regularity::Gaps;
use super::summary::PurchaseSummary;
use crate::clv::{OpportunityHistory, TimeUnit};
use std::borrow::Borrow;

/// (1): from the first of these shares of gaps on anniversaries count, and from the second on for all that they can.
const SHARES: (f64, f64) = (0.95, 0.99);
/// Fewer gaps than this may be of whole years by chance.
const FEWEST_GAPS: u64 = 20;

/// Where a customer stands among the anniversaries of their first purchase.
#[derive(Debug, Clone, Copy)]
pub(in crate::clv) struct Anniversaries {
    unit: TimeUnit,
    first_day: Option<i32>,
    /// Days for which the customer is known, whole ones.
    age_days: f64,
}

impl Anniversaries {
    /// Without the day of the first purchase years and months have their mean length.
    pub(in crate::clv) fn new(unit: TimeUnit, first_day: Option<i32>, age_days: f64) -> Self {
        Self { unit, first_day, age_days: age_days.round() }
    }

    /// How many have come by the end of the day that is so many days after the first purchase. A part of a day counts as one: twelve months of
    /// 365.25 days reach a year of 366.
    pub(in crate::clv) fn within(&self, days: f64) -> f64 {
        /// Beyond a thousand years dates are of no use.
        const FURTHEST: f64 = 365_250.0;
        let days = days.ceil();
        let by_date = || come(self.first_day?, self.first_day?.checked_add(days as i32)?, self.unit);
        match by_date().filter(|_| days < FURTHEST) {
            Some(come) => f64::from(come),
            None => ((days + 1.5) / self.unit.days()).floor().max(0.0),
        }
    }

    /// How many have come.
    pub(in crate::clv) fn so_far(&self) -> f64 {
        self.within(self.age_days)
    }

    /// How many come in the next days. Whole years, or months, of their mean length have as many of them: twelve months of 365.25/12 days, taken for
    /// 366 from the eve of one, would have that and the next.
    pub(in crate::clv) fn ahead(&self, days: f64) -> f64 {
        /// Twelve twelfths are one but for rounding.
        const ROUNDING: f64 = 1e-9;
        let units = days / self.unit.days();
        if days.fract() > 0.0 && (units - units.round()).abs() < ROUNDING {
            return units.round();
        }
        (self.within(self.age_days + days) - self.so_far()).max(0.0)
    }

    /// Days until so many more have come, at least one.
    pub(in crate::clv) fn days_until(&self, count: f64) -> f64 {
        let count = count.ceil().max(1.0);
        let (mut low, mut high) = (0.0, ((count + 1.0) * self.unit.days()).ceil() + MONTHS_VARY);
        while high - low > 1.0 {
            let middle = (0.5 * (low + high)).floor();
            if self.ahead(middle) < count { low = middle } else { high = middle }
        }
        high
    }
}

/// Customers whose purchases come on anniversaries.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// Of how long a time.
    pub unit: TimeUnit,
    /// (1), above 0.
    pub counts: f64,
    /// Uses of anniversaries.
    pub(in crate::clv) table: OpportunityTable,
}

impl Dated {
    /// Of customers and the gaps of those who came back. `None` where too few came back, or (1) is 0.
    #[must_use]
    pub fn of<S, G>(summaries: impl IntoIterator<Item = S>, gaps: impl IntoIterator<Item = G>) -> Option<Self>
    where
        S: Borrow<PurchaseSummary>,
        G: Borrow<Gaps>,
    {
        let (mut all, mut months, mut years) = (0_u64, 0_u64, 0_u64);
        for gaps in gaps {
            let gaps = gaps.borrow();
            all += u64::from(gaps.repeat_purchases);
            months += u64::from(gaps.whole_months);
            years += u64::from(gaps.whole_years);
        }
        let counts = |whole: u64| {
            let share = whole as f64 / all as f64;
            ((share - SHARES.0) / (SHARES.1 - SHARES.0)).clamp(0.0, 1.0)
        };
        if all < FEWEST_GAPS {
            return None;
        }
        let of_years = counts(years);
        let (unit, counts) =
            if of_years > 0.0 { (TimeUnit::Year, of_years) } else { (TimeUnit::Month, counts(months)) };
        if counts <= 0.0 {
            return None;
        }
        let history = |summary: &PurchaseSummary| {
            let age = f64::from(summary.age_days);
            let anniversaries = Anniversaries::new(unit, Some(summary.first_day), age);
            let last_used = anniversaries.within(f64::from(summary.recency_days)) as u32;
            // Whoever bought twice on one of them used it once.
            let used = summary.frequency.min(last_used);
            let last_used = if used == 0 { 0 } else { last_used };
            OpportunityHistory { used, last_used, opportunities: anniversaries.so_far() as u32 }
        };
        let histories = summaries.into_iter().map(|summary| history(summary.borrow()));
        let table = OpportunityTable::from_histories(histories).ok()?;
        Some(Self { unit, counts, table })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{Purchase, gaps, summarize};
    use jiff::SignedDuration;
    use jiff::civil::date;

    fn day(year: i16, month: i8, day: i8) -> i32 {
        let since: SignedDuration = date(year, month, day).duration_since(date(1970, 1, 1));
        (since.as_hours() / 24) as i32
    }

    fn bought(days: &[i32]) -> Vec<Purchase> {
        days.iter().map(|&day| Purchase { day, gross_micros: 1, refunded_micros: 0 }).collect()
    }

    #[test]
    fn anniversaries_come_on_their_days() {
        let first = day(1995, 12, 31);
        let at = |today: i32| Anniversaries::new(TimeUnit::Year, Some(first), f64::from(today - first));
        // A day before the second one, two come within two years and a day, and on it the third is a year away.
        let before = at(day(1997, 12, 30));
        assert_eq!((before.so_far(), before.ahead(0.0), before.ahead(1.0)), (1.0, 0.0, 1.0));
        assert_eq!((before.ahead(731.0), before.days_until(1.0), before.days_until(3.0)), (3.0, 1.0, 731.0));
        // But within twelve months there is one of them on whichever day these begin, also where the next is 366 days away.
        assert_eq!((before.ahead(366.0), before.ahead(365.25), before.ahead(730.5)), (2.0, 1.0, 2.0));
        let on = at(day(1999, 12, 31));
        assert_eq!((on.so_far(), on.ahead(365.0), on.ahead(365.25), on.ahead(731.0)), (4.0, 0.0, 1.0, 2.0));
        assert_eq!((on.days_until(0.4), on.days_until(1.0)), (366.0, 366.0));
        // Without dates by their mean length, and far away as well.
        let new = Anniversaries::new(TimeUnit::Month, None, 0.0);
        assert_eq!((new.so_far(), new.ahead(29.0), new.ahead(365.25)), (0.0, 1.0, 12.0));
        assert!(on.ahead(4e12).is_finite());
        let monthly = Anniversaries::new(TimeUnit::Month, Some(day(2024, 1, 31)), 29.0);
        assert_eq!((monthly.so_far(), monthly.days_until(1.0)), (1.0, 31.0));
    }

    #[test]
    fn gifts_of_every_year_are_dated_and_purchases_of_any_day_are_not() {
        let today = day(2020, 6, 30);
        let years = |of: &[i16]| bought(&of.iter().map(|&year| day(year, 12, 31)).collect::<Vec<_>>());
        let all: Vec<Vec<Purchase>> =
            (0..30).map(|i| years(&[2015, 2016 + i % 2, 2018, 2019][..2 + usize::from(i % 3 > 0)])).collect();
        let dated = |all: &[Vec<Purchase>]| {
            let summaries: Vec<_> = all.iter().filter_map(|of| summarize(of, today)).collect();
            Dated::of(&summaries, all.iter().map(|of| gaps(of, today)))
        };
        let found = dated(&all).unwrap();
        assert_eq!((found.unit, found.counts, found.table.customers()), (TimeUnit::Year, 1.0, 30));
        assert_eq!((found.table.most_opportunities(), found.table.repeat_customers()), (4, 30));
        // One gap of fifty on another day: a share of 0.98.
        let mut some = all.clone();
        some[0] = bought(&[day(2015, 12, 31), day(2016, 12, 30)]);
        let share = 49.0 / 50.0;
        assert!((dated(&some).unwrap().counts - (share - 0.95) / 0.04).abs() < 1e-12);
        let any: Vec<Vec<Purchase>> = (0..60).map(|i| bought(&[i, 400 + 7 * i, 900 + 11 * i])).collect();
        assert_eq!(dated(&any), None);
        assert_eq!(dated(&all[..10]), None, "of a few it may be chance");
        let months: Vec<Vec<Purchase>> = (1..13)
            .map(|i| bought(&[day(2020, 1, i as i8), day(2020, 2, i as i8), day(2020, 4, i as i8)]))
            .collect();
        let found = dated(&months).unwrap();
        assert_eq!((found.unit, found.table.most_opportunities()), (TimeUnit::Month, 5));
    }
}
