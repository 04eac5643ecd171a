//! What one customer's purchase days say of their habits, and what they told us themselves.

use crate::clv::histories::summary::{Purchase, PurchaseSummary, kept_days, summarize_telling};
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// Habits that trees look at, one after the other in [`Looked`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Habit {
    /// Purchase days after the first one.
    RepeatPurchases,
    /// Days from the first purchase to the last.
    DaysFirstToLast,
    /// Days since the first purchase.
    DaysFollowed,
    /// Days since the last purchase.
    DaysSilent,
    /// Mean days between purchases.
    MeanGap,
    /// Days since the last purchase over the mean gap: the hiatus in their own measure.
    SilenceOverMeanGap,
    /// The last gap over the mean gap: above 1 they come less often than they did.
    LastGapOverMeanGap,
    /// Days since the last purchase over the longest gap: above 1 they were never away for so long.
    SilenceOverLongestGap,
    /// Standard deviation of the gaps over their mean: 0 is a clock, 1 chance, more are bursts.
    GapVariation,
    /// Purchase days among the last 28.
    LastFourWeeks,
    /// Purchase days among the last 91.
    LastQuarter,
    /// Purchase days among the last 182.
    LastHalfYear,
    /// Purchase days of the 91 that began a year ago, of whoever was a customer then.
    SameSeasonLastYear,
    /// How often they bought in the last 91 days over how often since they first did.
    Trend,
    /// Score of the last answer to an NPS question, 0 to 10.
    LastNps,
    /// Days since that.
    DaysSinceNps,
    /// Support cases of the last 91 days.
    CasesLastQuarter,
    /// How probable the models say it is that they are still a customer.
    AliveProbability,
}

impl Habit {
    /// Every habit, in the order of [`Looked`].
    pub const ALL: [Self; HABITS] = [
        Self::RepeatPurchases,
        Self::DaysFirstToLast,
        Self::DaysFollowed,
        Self::DaysSilent,
        Self::MeanGap,
        Self::SilenceOverMeanGap,
        Self::LastGapOverMeanGap,
        Self::SilenceOverLongestGap,
        Self::GapVariation,
        Self::LastFourWeeks,
        Self::LastQuarter,
        Self::LastHalfYear,
        Self::SameSeasonLastYear,
        Self::Trend,
        Self::LastNps,
        Self::DaysSinceNps,
        Self::CasesLastQuarter,
        Self::AliveProbability,
    ];
}

/// How many of them there are.
pub(in crate::clv) const HABITS: usize = 18;
/// Those that are known without a model: all but the last.
const OF_CUSTOMER: usize = HABITS - 1;

/// The days that [`Contacts::recent_cases`] are of, and others.
const QUARTER: i32 = 91;
const YEAR: i32 = 365;
/// Days of late: four weeks, a quarter and half a year.
const RECENT: [i32; 3] = [28, QUARTER, 182];
/// Whoever never came back counts as having done so half a time, so that they have a rate.
const HALF_A_TIME: f64 = 0.5;

/// Habits as trees look at them; no number where somebody has none, such as a mean gap after a single purchase.
pub(in crate::clv) type Looked = [f32; HABITS];

/// What a customer told us, by the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contacts {
    /// Score of their last answer to an NPS question, 0 to 10, and days since it.
    pub last_nps: Option<(i16, i32)>,
    /// Their support cases of the last [`Self::DAYS`] days.
    pub recent_cases: u32,
}

impl Contacts {
    /// Support cases count for so long.
    pub const DAYS: i32 = QUARTER;
}

/// One customer's habits, as their purchase days and what they told us say them.
#[derive(Debug, Clone, Copy)]
pub struct Habits([f32; OF_CUSTOMER]);

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
struct HabitTally {
    today: i32,
    first_and_last: Option<(i32, i32)>,
    gaps: GapTally,
    /// Within each of [`RECENT`].
    recent: [u32; RECENT.len()],
    same_season: u32,
}

impl HabitTally {
    /// As of the end of a day.
    fn new(today: i32) -> Self {
        Self {
            today,
            first_and_last: None,
            gaps: GapTally::default(),
            recent: [0; RECENT.len()],
            same_season: 0,
        }
    }

    /// Adds the next purchase day.
    fn add(&mut self, day: i32) {
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
        let recent = self.recent.map(f64::from);
        Some(Habits::made(self.today - first, self.today - last, &self.gaps, recent, same_season, contacts))
    }
}

/// What models look at and what a learner does, in one walk over the purchases: [`crate::clv::summarize`] and [`Habits::of`].
pub fn summarize_with_habits<I>(
    purchases: I,
    today: i32,
    contacts: &Contacts,
) -> Option<(PurchaseSummary, Habits)>
where
    I: IntoIterator<Item: Borrow<Purchase>>,
{
    let mut tally = HabitTally::new(today);
    let summary = summarize_telling(purchases, today, |day| tally.add(day))?;
    Some((summary, tally.habits(contacts)?))
}

impl Habits {
    /// Somebody who has just made their first purchase.
    #[must_use]
    pub fn new_customer() -> Self {
        Self::made(0, 0, &GapTally::default(), [1.0; 3], None, &Contacts::default())
    }

    /// From one customer's purchases, sorted by day, as of the end of the day `today`; later ones are ignored. What a purchase day is says
    /// [`crate::clv::summarize`]. `None` if there is none up to today.
    pub fn of<I>(purchases: I, today: i32, contacts: &Contacts) -> Option<Self>
    where
        I: IntoIterator<Item: Borrow<Purchase>>,
    {
        let mut tally = HabitTally::new(today);
        kept_days(purchases, today).for_each(|kept| tally.add(kept.day));
        tally.habits(contacts)
    }

    fn made(
        followed: i32,
        silent: i32,
        gaps: &GapTally,
        [four_weeks, quarter, half_year]: [f64; 3],
        same_season: Option<f64>,
        contacts: &Contacts,
    ) -> Self {
        let (followed, silent) = (f64::from(followed), f64::from(silent));
        let over = |number: f64, by: Option<f64>| by.map_or(f64::NAN, |by| number / by);
        let mean = gaps.mean();
        let rate = gaps.number.max(HALF_A_TIME) / followed.max(1.0);
        let all = [
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
            contacts.last_nps.map_or(f64::NAN, |(score, _)| f64::from(score)),
            contacts.last_nps.map_or(f64::NAN, |(_, ago)| f64::from(ago)),
            f64::from(contacts.recent_cases),
        ];
        Self(all.map(|number| number as f32))
    }

    /// What each habit is, in the order of [`Habit::ALL`], of a customer of whom models say that they are one with probability `alive`; `None` where
    /// they have none.
    #[must_use]
    pub fn values(&self, alive: f64) -> [Option<f64>; HABITS] {
        self.with_alive(alive).map(|number| (!number.is_nan()).then_some(f64::from(number)))
    }

    /// With what the models say of them.
    pub(in crate::clv) fn with_alive(&self, alive: f64) -> Looked {
        let mut all = [alive as f32; HABITS];
        all[..OF_CUSTOMER].copy_from_slice(&self.0);
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
        let told = Contacts { last_nps: Some((9, 12)), recent_cases: 2 };
        let found = Habits::of(&purchases, 1_000, &told).unwrap().with_alive(0.75);
        // Gaps 10, 130, 1, 309 and 30: mean 96, squares 113,382.
        let variation = ((113_382.0_f64 / 5.0 - 96.0 * 96.0).sqrt() / 96.0) as f32;
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
        ];
        assert_eq!(found, wanted);
        assert_eq!(Habits::of(&purchases[8..], 1_000, &told), None);
        let both = summarize_with_habits(&purchases, 1_000, &told).unwrap();
        assert_eq!(both.0, summarize(&purchases, 1_000).unwrap());
        assert_eq!(both.1.with_alive(0.75), wanted);
    }

    #[test]
    fn who_bought_once_has_no_gaps_and_somebody_new_no_last_year() {
        let found = Habits::of([bought(1_000)], 1_000, &Contacts::default()).unwrap();
        assert_eq!(found, Habits::new_customer());
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
        ];
        assert_eq!(unknown, gaps);
    }

    #[test]
    fn habits_stand_where_they_say() {
        for (place, habit) in Habit::ALL.into_iter().enumerate() {
            assert_eq!(habit as usize, place, "{habit:?}");
        }
    }
}
