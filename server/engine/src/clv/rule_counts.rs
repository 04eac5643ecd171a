//! Purchases on the days that rules of thumb look at.

use lojal_scoring::clv::{CountedDays, NaiveRule, Purchase, kept_days};

/// Repeat purchases on the days of each of [`NaiveRule::OF_DAYS`]. As there is one of each customer, and a million customers, they are as
/// small as can be: a customer who bought on each of so many days did so for 179 years.
pub(crate) type RuleCounts = [u16; NaiveRule::OF_DAYS.len()];

/// The days that rules of thumb count purchases of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleDays {
    days: [Option<CountedDays>; NaiveRule::OF_DAYS.len()],
    last: i32,
}

impl RuleDays {
    /// To forecast the days after one day up to another.
    pub(crate) fn of(cut: i32, end: i32) -> Self {
        Self { days: NaiveRule::OF_DAYS.map(|rule| rule.counted_days(cut, end - cut)), last: cut }
    }

    /// How often one customer came back on them.
    pub(crate) fn counts(&self, purchases: &[Purchase]) -> RuleCounts {
        let mut counts = [0; NaiveRule::OF_DAYS.len()];
        for kept in kept_days(purchases, self.last).skip(1) {
            for (count, days) in counts.iter_mut().zip(self.days) {
                *count =
                    u16::saturating_add(*count, u16::from(days.is_some_and(|days| days.contain(kept.day))));
            }
        }
        counts
    }
}

/// What one of the rules counted of a customer; 0 for rules that count no days.
pub(crate) fn count_of(rule: NaiveRule, counts: &RuleCounts) -> f64 {
    let of_days = NaiveRule::OF_DAYS.iter().position(|of| *of == rule);
    of_days.map_or(0.0, |place| f64::from(counts[place]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeat_purchases_are_counted_once_a_day_and_no_later_than_is_known() {
        let bought = |day| Purchase { day, gross_micros: 1_000_000, refunded_micros: 0 };
        let given_back = Purchase { refunded_micros: 1_000_000, ..bought(995) };
        let days = [640, 641, 700, 930, 990, 990].map(bought);
        let purchases = [&days[..], &[given_back, bought(1_001)]].concat();
        // Days 951 to 1000, 910 to 1000 and 636 to 685.
        let counts = RuleDays::of(1_000, 1_050).counts(&purchases);
        assert_eq!(counts, [1, 2, 1]);
        let of = |rule| count_of(rule, &counts) as u32;
        assert_eq!((of(NaiveRule::LastWindow), of(NaiveRule::LastQuarter)), (1, 2));
        assert_eq!((of(NaiveRule::SameSeasonLastYear), of(NaiveRule::SameRate)), (1, 0));
        // The first purchase counts for nobody.
        assert_eq!(RuleDays::of(1_000, 1_050).counts(&[bought(990)]), [0; 3]);
    }
}
