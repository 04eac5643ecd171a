//! What one customer's purchase days say of their habits, and what they told us themselves.

use super::contacts::{Contacts, LastAnswer};
use super::habit::{HABITS, Habit, Looked};
use super::spending::{Discount, SpendTally, Spending};
use crate::clv::histories::summary::{Day, Purchase, PurchaseSummary, summarize_telling};
use std::borrow::Borrow;

const QUARTER: i32 = 91;
const YEAR: i32 = 365;
/// Days of late: four weeks, a quarter and half a year.
const RECENT: [i32; 3] = [28, QUARTER, 182];
/// Whoever never came back counts as having done so half a time, so that they have a rate.
const HALF_A_TIME: f64 = 0.5;

/// One customer's habits, as their purchase days and what they told us say them; what models say is still to come.
#[derive(Debug, Clone, Copy)]
pub struct Habits(Looked);

/// What is not known is the same as what is not known.
impl PartialEq for Habits {
    fn eq(&self, other: &Self) -> bool {
        self.0.map(f32::to_bits) == other.0.map(f32::to_bits)
    }
}

/// The days between purchases seen so far.
#[derive(Default)]
struct GapTally {
    number: f64,
    sum: f64,
    squares: f64,
    longest: f64,
    last: f64,
}

impl GapTally {
    fn add(&mut self, gap: f64) {
        self.number += 1.0;
        self.sum += gap;
        self.squares += gap * gap;
        self.longest = self.longest.max(gap);
        self.last = gap;
    }

    fn mean(&self) -> Option<f64> {
        (self.number > 0.0).then(|| self.sum / self.number)
    }

    /// Of at least two.
    fn variation(&self) -> Option<f64> {
        let mean = self.mean().filter(|_| self.number > 1.0)?;
        Some((self.squares / self.number - mean * mean).max(0.0).sqrt() / mean)
    }
}

/// The purchase days seen so far.
struct HabitTally<'d> {
    today: i32,
    first_and_last: Option<(i32, i32)>,
    gaps: GapTally,
    /// Within each of [`RECENT`].
    recent: [u32; RECENT.len()],
    same_season: u32,
    spending: SpendTally<'d>,
}

impl<'d> HabitTally<'d> {
    /// As of the end of a day, with discounts by day.
    fn new(today: i32, discounts: &'d [Discount]) -> Self {
        Self {
            today,
            first_and_last: None,
            gaps: GapTally::default(),
            recent: [0; RECENT.len()],
            same_season: 0,
            spending: SpendTally::new(today.saturating_sub(QUARTER - 1), discounts),
        }
    }

    /// Adds the next day on which something was bought, given back since or not.
    #[inline]
    fn add(&mut self, day: &Day) {
        self.spending.add(day);
        if day.is_purchase() {
            self.add_purchase_day(day.day);
        }
    }

    #[inline]
    fn add_purchase_day(&mut self, day: i32) {
        let ago = self.today - day;
        for (count, window) in self.recent.iter_mut().zip(RECENT) {
            *count += u32::from(ago < window);
        }
        self.same_season += u32::from((YEAR - QUARTER..YEAR).contains(&ago));
        match &mut self.first_and_last {
            None => self.first_and_last = Some((day, day)),
            Some((_, last)) => {
                self.gaps.add(f64::from(day - *last));
                *last = day;
            }
        }
    }

    /// `None` of nobody who bought.
    fn habits(&self, contacts: &Contacts) -> Option<Habits> {
        let (first, last) = self.first_and_last?;
        let was_there = self.today - first >= YEAR;
        let same_season = was_there.then(|| f64::from(self.same_season));
        let rhythm = Rhythm {
            followed: f64::from(self.today - first),
            silent: f64::from(self.today - last),
            gaps: &self.gaps,
            recent: self.recent.map(f64::from),
            same_season,
        };
        Some(Habits::made(&rhythm, &self.spending.spending(), contacts))
    }
}

/// When purchases came.
struct Rhythm<'g> {
    /// Days since the first.
    followed: f64,
    /// Days since the last.
    silent: f64,
    gaps: &'g GapTally,
    recent: [f64; RECENT.len()],
    /// None of whoever was no customer then.
    same_season: Option<f64>,
}

impl Rhythm<'_> {
    /// The first habits, in the order of [`Habit::ALL`].
    fn habits(&self) -> [f64; Habit::LastNps as usize] {
        let Self { followed, silent, gaps, recent: [four_weeks, quarter, half_year], same_season } = *self;
        let over = |number: f64, by: Option<f64>| by.map_or(f64::NAN, |by| number / by);
        let mean = gaps.mean();
        let rate = gaps.number.max(HALF_A_TIME) / followed.max(1.0);
        [
            gaps.number,
            followed - silent,
            followed,
            silent,
            mean.unwrap_or(f64::NAN),
            over(silent, mean),
            over(gaps.last, mean),
            over(silent, mean.map(|_| gaps.longest)),
            gaps.variation().unwrap_or(f64::NAN),
            four_weeks,
            quarter,
            half_year,
            same_season.unwrap_or(f64::NAN),
            quarter / f64::from(QUARTER) / rate,
        ]
    }
}

/// What models look at and what a learner does, in one walk over the purchases: [`crate::clv::summarize`] and [`Habits::of`].
pub fn summarize_with_habits<I>(
    purchases: I,
    today: i32,
    discounts: &[Discount],
    contacts: &Contacts,
) -> Option<(PurchaseSummary, Habits)>
where
    I: IntoIterator<Item: Borrow<Purchase>>,
{
    let mut tally = HabitTally::new(today, discounts);
    let summary = summarize_telling(purchases, today, |day| tally.add(day))?;
    Some((summary, tally.habits(contacts)?))
}

impl Habits {
    /// Somebody who has just made their first purchase.
    #[must_use]
    pub fn new_customer() -> Self {
        let first = Rhythm {
            followed: 0.0,
            silent: 0.0,
            gaps: &GapTally::default(),
            recent: [1.0; 3],
            same_season: None,
        };
        Self::made(&first, &Spending::UNKNOWN, &Contacts::default())
    }

    /// From one customer's purchases, sorted by day, and discounts, by day, too, as of the end of the day `today`; later ones are ignored. What
    /// a purchase day is says [`crate::clv::summarize`]. `None` if there is none up to today.
    pub fn of<I>(purchases: I, today: i32, discounts: &[Discount], contacts: &Contacts) -> Option<Self>
    where
        I: IntoIterator<Item: Borrow<Purchase>>,
    {
        summarize_with_habits(purchases, today, discounts, contacts).map(|(_, habits)| habits)
    }

    fn made(rhythm: &Rhythm<'_>, spending: &Spending, contacts: &Contacts) -> Self {
        let said = |answer: Option<LastAnswer>| answer.map_or(f64::NAN, |answer| answer.said);
        let ago = |answer: Option<LastAnswer>| answer.map_or(f64::NAN, |answer| f64::from(answer.days_ago));
        let known = |number: Option<f64>| number.unwrap_or(f64::NAN);
        let Contacts { last_nps, last_csat, last_ces, recent_cases } = *contacts;
        let beside = [
            said(last_nps),
            ago(last_nps),
            f64::from(recent_cases),
            // What models say comes with them.
            f64::NAN,
            known(spending.mean),
            known(spending.last_over_mean),
            known(spending.trend),
            known(spending.discount_share),
            known(spending.last_discount_share),
            known(spending.refunded_share),
            said(last_csat),
            ago(last_csat),
            said(last_ces),
            ago(last_ces),
        ];
        let (mut all, of_rhythm) = ([f32::NAN; HABITS], rhythm.habits());
        for (place, number) in all.iter_mut().zip(of_rhythm.into_iter().chain(beside)) {
            *place = number as f32;
        }
        Self(all)
    }

    /// What each habit is, in the order of [`Habit::ALL`], of a customer of whom models say that they are one with probability `alive`; `None` where
    /// they have none.
    #[must_use]
    pub fn values(&self, alive: f64) -> [Option<f64>; HABITS] {
        self.with_alive(alive).map(|number| (!number.is_nan()).then_some(f64::from(number)))
    }

    /// With what the models say of them.
    pub(in crate::clv) fn with_alive(&self, alive: f64) -> Looked {
        let mut all = self.0;
        all[Habit::AliveProbability as usize] = alive as f32;
        all
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what no rounding touches")]
mod tests {
    use super::*;
    use crate::clv::summarize;

    fn bought(day: i32) -> Purchase {
        Purchase { day, gross_micros: 1_000_000, refunded_micros: 0 }
    }

    #[test]
    fn habits_are_those_of_the_purchase_days_up_to_today() {
        let given_back = Purchase { refunded_micros: 1_000_000, ..bought(995) };
        let days = [500, 510, 640, 641, 950, 980, 980].map(bought);
        let purchases = [&days[..], &[given_back, bought(1_001)]].concat();
        let answer = |said, days_ago| Some(LastAnswer { said, days_ago });
        let told = Contacts {
            last_nps: answer(9.0, 12),
            last_csat: answer(0.75, 40),
            last_ces: answer(0.5, 41),
            recent_cases: 2,
        };
        let found = Habits::of(&purchases, 1_000, &[], &told).unwrap().with_alive(0.75);
        // Gaps 10, 130, 1, 309 and 30: mean 96, squares 113,382.
        let variation = ((113_382.0_f64 / 5.0 - 96.0 * 96.0).sqrt() / 96.0) as f32;
        let mean = 7.0 / 6.0;
        let trend = (2.0 / 91.0 / (5.0 / 500.0)) as f32;
        // Days 636 to 726 are the same season of a year ago.
        let wanted = [
            5.0,
            480.0,
            500.0,
            20.0,
            96.0,
            20.0 / 96.0,
            30.0 / 96.0,
            20.0 / 309.0,
            variation,
            1.0,
            2.0,
            2.0,
            2.0,
            trend,
            9.0,
            12.0,
            2.0,
            0.75,
            // 1 on each purchase day, but 2 on the last, and of 8 paid 1 was given back.
            mean as f32,
            (2.0 / mean) as f32,
            (1.5 / mean) as f32,
            0.0,
            0.0,
            0.125,
            0.75,
            40.0,
            0.5,
            41.0,
        ];
        assert_eq!(found, wanted);
        assert_eq!(Habits::of(&purchases[8..], 1_000, &[], &told), None);
        let both = summarize_with_habits(&purchases, 1_000, &[], &told).unwrap();
        assert_eq!(both.0, summarize(&purchases, 1_000).unwrap());
        assert_eq!(both.1.with_alive(0.75), wanted);
    }

    #[test]
    fn who_bought_once_has_no_gaps_and_somebody_new_no_last_year() {
        let found = Habits::of([bought(1_000)], 1_000, &[], &Contacts::default()).unwrap();
        // What somebody new spends is not known.
        let mut new = Habits::new_customer();
        for habit in [
            Habit::MeanSpend,
            Habit::LastSpendOverMean,
            Habit::SpendTrend,
            Habit::DiscountShare,
            Habit::LastDiscountShare,
            Habit::RefundedShare,
        ] {
            assert!(new.0[habit as usize].is_nan(), "{habit:?}");
            new.0[habit as usize] = found.0[habit as usize];
        }
        assert_eq!(found, new);
        let known = |habit: Habit| !found.with_alive(1.0)[habit as usize].is_nan();
        let unknown: Vec<Habit> = Habit::ALL.into_iter().filter(|&habit| !known(habit)).collect();
        let gaps = [
            Habit::MeanGap,
            Habit::SilenceOverMeanGap,
            Habit::LastGapOverMeanGap,
            Habit::SilenceOverLongestGap,
            Habit::GapVariation,
            Habit::SameSeasonLastYear,
            Habit::LastNps,
            Habit::DaysSinceNps,
            Habit::LastCsat,
            Habit::DaysSinceCsat,
            Habit::LastCes,
            Habit::DaysSinceCes,
        ];
        assert_eq!(unknown, gaps);
    }
}
