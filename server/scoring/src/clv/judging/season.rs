//! What comes every year: by how much more or less customers buy at a time of the year than models of the family expect, which know no calendar.
//!
//! Repeat purchases of a week over those that a model expects of its customers (see [`Tracking`](super::tracking::Tracking)) are a Poisson
//! regression (McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., 1989, section 6.2) on a level, a trend and two harmonics of the
//! year (Harvey, *Forecasting, Structural Time Series Models and the Kalman Filter*, 1989, section 2.3.4):
//!
//! ```text
//! A_w ~ Poisson(E_w exp(a + b t + s(t))),    s(t) = sum over j = 1, 2 of c_j cos(2 pi j t) + d_j sin(2 pi j t),  t in years    (1)
//! ```
//!
//! The trend is there so that it is not taken for a season; drifts are told otherwise (see [`drift`](super::drift)). In the time of the shop, which
//! goes fast where much is bought, there is no season, and models believe what they always do:
//!
//! ```text
//! tau(day) = sum over the days before it of e^(v s) / mean of a year                                                            (2)
//! ```
//!
//! so they are fitted to `t_x` and `T` of that time, rounded to days, and what comes within `h` days comes at the pace
//! `(tau(today + h) - tau(today)) / h`. A silence of the low season is a short one then.
//!
//! **How much it counts**, `v`: the first two thirds of the weeks, and a year at the least, say what the others should look like. With
//! `p_w` the share of all purchases of these others that a week should have with `v s`, and `q_w` without,
//!
//! ```text
//! sum A_w ln(p_w / q_w) / phi + ln(1 - v)                                                                                       (3)
//! ```
//!
//! is greatest at `v`: a quasi-likelihood, `phi` being by how much more blocks of four weeks scatter around what the season says of them than
//! chance makes them (McCullagh and Nelder, section 9.2). A season that came once is none.
//!
//! Failure region: a peak of a few weeks, such as the one before Christmas, is no sum of two harmonics and is smeared or left out. How regular
//! purchases are is seen in days of the calendar.

use std::f64::consts::TAU;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::tracking::Tracking;
use crate::clv::PurchaseSummary;
use crate::clv::fitting::newton::{LAST_DIGITS, Local, Ranges, maximize};
use crate::clv::parameters::DAYS_PER_YEAR;

/// cos and sin of the year and of half a year.
const HARMONICS: usize = 4;
/// A level, a trend, and those.
const PARAMETERS: usize = 2 + HARMONICS;
/// The logarithm of a season is believed to have parts of this standard deviation, and a trend of a year, too.
const USUAL: f64 = 0.5;
/// No part is greater.
const GREATEST: f64 = 3.0;
/// A week of which a model expects less says nothing.
const FEWEST: f64 = 1.0;
/// Days of a week, and weeks of a block.
const WEEK: i32 = 7;
const BLOCK: usize = 4;
/// Weeks that say what others should look like are at least a year.
const A_YEAR: usize = 53;
/// And share of all weeks.
const SHOWN: f64 = 2.0 / 3.0;
/// The others are at least so many blocks.
const FEWEST_BLOCKS: usize = 3;
/// A season that counts less than this is none, and others count this much less before all are made 1 again, so that nothing jumps.
const SILENT: f64 = 0.03;
/// What moves no day of the year further than this is no season.
const NOTHING: f64 = 0.03;
/// Weights that are tried.
const STEPS: u32 = 512;
/// Within so many days every season comes so often that it does not matter.
const LONGEST: f64 = 1e6;

/// Repeat purchases of one week.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Week {
    middle: i32,
    expected: f64,
    came: f64,
}

/// How much more or less is bought at each time of the year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Season {
    /// Of the logarithm: cos and sin of the year, then of half a year.
    parts: [f64; HARMONICS],
}

/// Repeat purchases week by week, of which a season may be learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Weeks(Vec<Week>);

impl Weeks {
    /// Of a curve whose periods are weeks.
    #[must_use]
    pub fn of(tracking: &Tracking) -> Self {
        let before = |curve: &[f64], i: usize| if i == 0 { 0.0 } else { curve[i - 1] };
        let week = |(i, &last): (usize, &i32)| Week {
            middle: last - WEEK / 2,
            expected: tracking.expected[i] - before(&tracking.expected, i),
            came: tracking.actual[i] - before(&tracking.actual, i),
        };
        let all = tracking.last_days.iter().enumerate().map(week);
        Self(all.filter(|week| week.expected >= FEWEST && week.expected.is_finite()).collect())
    }

    /// The season that they show, and how much it counts; none where it does not, or where there are too few.
    #[must_use]
    pub fn season(&self) -> Option<(Season, f64)> {
        let shown = ((SHOWN * self.0.len() as f64) as usize).max(A_YEAR);
        let (first, others) = self.0.split_at_checked(shown)?;
        if others.len() < FEWEST_BLOCKS * BLOCK {
            return None;
        }
        let weight = weight(&parts_of(first)?, others);
        let parts = parts_of(&self.0)?.map(|part| weight * part);
        let season = Season { parts };
        let moves = (0..CYCLE).step_by(7).any(|day| log_of(&parts, day).abs() > NOTHING);
        (weight > 0.0 && moves).then_some((season, weight))
    }
}

impl Season {
    /// By which factor of the mean of a year customers buy on a day.
    #[must_use]
    pub fn on(&self, day: i32) -> f64 {
        let mean = (0..CYCLE).map(|day| log_of(&self.parts, day).exp()).sum::<f64>() / f64::from(CYCLE);
        log_of(&self.parts, day).exp() / mean
    }
}

/// Four years, after which everything comes again on the same days.
const CYCLE: i32 = 1_461;

/// The time of a shop with a season, (2).
#[derive(Debug, Clone, PartialEq)]
pub struct SeasonClock {
    /// Days of it from the beginning of a cycle to that of each of its days, and to its end.
    days: Arc<[f64]>,
}

impl From<&Season> for SeasonClock {
    fn from(season: &Season) -> Self {
        let rates: Vec<f64> = (0..CYCLE).map(|day| log_of(&season.parts, day).exp()).collect();
        let mean = rates.iter().sum::<f64>() / f64::from(CYCLE);
        let mut sum = 0.0;
        let so_far = rates.iter().map(|rate| {
            sum += rate / mean;
            sum
        });
        Self { days: std::iter::once(0.0).chain(so_far).collect() }
    }
}

impl SeasonClock {
    fn at(&self, day: i64) -> f64 {
        let (cycles, rest) = (day.div_euclid(CYCLE.into()), day.rem_euclid(CYCLE.into()));
        cycles as f64 * f64::from(CYCLE) + self.days[rest as usize]
    }

    /// How many of its days are between two days of the calendar.
    #[must_use]
    pub fn between(&self, from: i32, to: i32) -> f64 {
        // What is bought on a day comes when that is over.
        self.at(i64::from(to) + 1) - self.at(i64::from(from) + 1)
    }

    /// What models know about a customer, in its time.
    #[must_use]
    pub fn summary(&self, of: &PurchaseSummary) -> PurchaseSummary {
        let last = of.first_day.saturating_add_unsigned(of.recency_days);
        let today = of.first_day.saturating_add_unsigned(of.age_days);
        // Whoever came again did so on another day.
        let days = |day: i32, least: u32| (self.between(of.first_day, day).round() as u32).max(least);
        let recency_days = days(last, of.recency_days.min(1));
        PurchaseSummary { recency_days, age_days: days(today, recency_days), ..*of }
    }

    /// The pace of what comes within so many days after the end of one, or for ever.
    #[must_use]
    pub fn pace(&self, today: i32, ahead_days: Option<f64>) -> f64 {
        let Some(days) = ahead_days.filter(|days| *days < LONGEST) else { return 1.0 };
        let days = days.round().max(1.0);
        let today = i64::from(today) + 1;
        (self.at(today + days as i64) - self.at(today)) / days
    }
}

/// cos and sin of the year and of half of it, on a day.
fn harmonics(day: i32) -> [f64; HARMONICS] {
    let angle = TAU * f64::from(day) / DAYS_PER_YEAR;
    [angle.cos(), angle.sin(), (2.0 * angle).cos(), (2.0 * angle).sin()]
}

/// s of (1).
fn log_of(parts: &[f64; HARMONICS], day: i32) -> f64 {
    parts.iter().zip(harmonics(day)).map(|(part, of)| part * of).sum()
}

/// The season of (1) that makes these weeks likeliest, given weak beliefs that there is none.
fn parts_of(weeks: &[Week]) -> Option<[f64; HARMONICS]> {
    let (first, last) = weeks.first().zip(weeks.last())?;
    let middle = 0.5 * (f64::from(first.middle) + f64::from(last.middle));
    let row = |week: &Week| {
        let [c1, d1, c2, d2] = harmonics(week.middle);
        [1.0, (f64::from(week.middle) - middle) / DAYS_PER_YEAR, c1, d1, c2, d2]
    };
    let (came, expected) =
        weeks.iter().fold((0.0, 0.0), |(came, expected), week| (came + week.came, expected + week.expected));
    if came <= 0.0 || expected <= 0.0 {
        return None;
    }
    let rows: Vec<([f64; PARAMETERS], &Week)> = weeks.iter().map(|week| (row(week), week)).collect();
    let likelihood = |at: &[f64]| {
        let mut local = Local::zero(PARAMETERS);
        for (row, week) in &rows {
            let log: f64 = row.iter().zip(at).map(|(of, part)| of * part).sum();
            let mean = week.expected * log.exp();
            local.value += week.came * log - mean;
            for i in 0..PARAMETERS {
                local.gradient[i] += (week.came - mean) * row[i];
                for j in 0..PARAMETERS {
                    local.hessian[(i, j)] -= mean * row[i] * row[j];
                }
            }
        }
        for (i, part) in at.iter().enumerate().skip(1) {
            let belief = 1.0 / (USUAL * USUAL);
            local.value -= 0.5 * belief * part * part;
            local.gradient[i] -= belief * part;
            local.hessian[(i, i)] -= belief;
        }
        local.scale(1.0 / came);
        local
    };
    let ranges = Ranges { low: vec![-2.0 * GREATEST; PARAMETERS], high: vec![2.0 * GREATEST; PARAMETERS] };
    let mut start = vec![0.0; PARAMETERS];
    start[0] = (came / expected).ln().clamp(-GREATEST, GREATEST);
    let go_on = |_, _: &[f64], _| ControlFlow::<()>::Continue(());
    let ControlFlow::Continue(peak) = maximize(likelihood, &start, &ranges, LAST_DIGITS, go_on) else {
        return None;
    };
    let parts = [peak.at[2], peak.at[3], peak.at[4], peak.at[5]];
    parts.iter().all(|part| part.is_finite()).then_some(parts)
}

/// How much a season counts, of 1, by what it says of other weeks than those that it was learned from.
fn weight(parts: &[f64; HARMONICS], others: &[Week]) -> f64 {
    // What each of them should come to with so much of the season, all together being as many as came.
    let told = |v: f64| -> Vec<f64> {
        let seasoned: Vec<f64> =
            others.iter().map(|week| week.expected * (v * log_of(parts, week.middle)).exp()).collect();
        let scale = others.iter().map(|week| week.came).sum::<f64>() / seasoned.iter().sum::<f64>();
        seasoned.into_iter().map(|expected| scale * expected).collect()
    };
    let (without, with) = (told(0.0), told(1.0));
    let dispersion = dispersion(others, &with);
    let at = |v: f64| {
        let seasoned = told(v);
        let ratios = seasoned.iter().zip(&without).map(|(with, without)| (with / without).ln());
        let gain: f64 = others.iter().zip(ratios).map(|(week, ratio)| week.came * ratio).sum();
        gain / dispersion + (1.0 - v).ln()
    };
    let tried = (0..STEPS).map(|step| f64::from(step) / f64::from(STEPS));
    let best = tried.max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap_or(0.0);
    ((best - SILENT) / (1.0 - SILENT)).max(0.0)
}

/// By how much more blocks of weeks scatter around what was told of them than chance makes them; at least 1.
fn dispersion(weeks: &[Week], told: &[f64]) -> f64 {
    let blocks = weeks.chunks(BLOCK).zip(told.chunks(BLOCK));
    let (number, squares) = blocks.fold((0.0, 0.0), |(number, squares), (weeks, told)| {
        let (came, told): (f64, f64) = (weeks.iter().map(|week| week.came).sum(), told.iter().sum());
        (number + 1.0, squares + (came - told).powi(2) / told)
    });
    // All together are as many as came.
    (squares / (number - 1.0)).max(1.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// So many weeks with a mean of 100 purchases, of which a model expects 100, and which have a season and a trend.
    fn weeks(number: i32, season: impl Fn(f64) -> f64) -> Weeks {
        let week = |i: i32| {
            let middle = 18_263 + WEEK * i;
            let came = (100.0 * season(f64::from(middle) / DAYS_PER_YEAR)).round();
            Week { middle, expected: 100.0, came }
        };
        Weeks((0..number).map(week).collect())
    }

    #[test]
    fn a_season_that_came_again_is_found_and_told_of_what_comes() {
        let rate = |years: f64| (0.8 * (TAU * years).sin() + 0.2 * (2.0 * TAU * years).cos()).exp();
        let weeks = weeks(104, |years| rate(years) * (0.1 * (years - 50.0)).exp());
        let (season, weight) = weeks.season().unwrap();
        assert!(weight > 0.85, "{weight}");
        for (part, wanted) in season.parts.iter().zip([0.0, 0.8, 0.2, 0.0]) {
            assert!((part - weight * wanted).abs() < 0.03, "{season:?}");
        }
        assert!(season.on(18_263 + 91) > 2.0 * season.on(18_263 + 274));
    }

    #[test]
    fn the_time_of_a_shop_goes_fast_where_much_is_bought() {
        let season = Season { parts: [0.0, 0.8, 0.2, 0.0] };
        let clock = SeasonClock::from(&season);
        let by_hand = |from: i32, to: i32| (from + 1..=to).map(|day| season.on(day)).sum::<f64>();
        for (from, to) in [(18_263, 18_263), (18_263, 18_353), (18_443, 18_533), (-400, 21_000)] {
            assert!((clock.between(from, to) - by_hand(from, to)).abs() < 1e-6, "{from} {to}");
        }
        assert!((clock.between(0, CYCLE) - f64::from(CYCLE)).abs() < 1e-9);
        assert!((clock.pace(18_263, Some(90.0)) - by_hand(18_263, 18_353) / 90.0).abs() < 1e-9);
        assert!(clock.pace(18_263 + 180, Some(90.0)) < 0.7 && clock.pace(18_263, Some(90.0)) > 1.3);
        assert!((clock.pace(18_263, Some(1e5)) - 1.0).abs() < 1e-3);
        assert!((clock.pace(18_263, None) - 1.0).abs() < 1e-15);
        let of = PurchaseSummary {
            frequency: 3,
            recency_days: 180,
            age_days: 360,
            first_day: 18_263,
            last_day: 18_443,
            mean_repeat_value: Some(3.0),
            net_spend_micros: 1,
        };
        let (recency_days, age_days) =
            (by_hand(18_263, 18_443).round() as u32, by_hand(18_263, 18_623).round() as u32);
        assert_eq!(clock.summary(&of), PurchaseSummary { recency_days, age_days, ..of });
        // Half a year of silence in the low season is no half a year.
        assert!(age_days - recency_days < 120, "{age_days} {recency_days}");
        let soon =
            PurchaseSummary { recency_days: 1, age_days: 1, first_day: 18_450, last_day: 18_451, ..of };
        assert_eq!(clock.summary(&soon), soon);
        let once = PurchaseSummary { frequency: 0, recency_days: 0, age_days: 0, ..of };
        assert_eq!(clock.summary(&once), once);
    }

    #[test]
    fn what_came_once_or_never_is_no_season() {
        assert_eq!(weeks(104, |_| 1.0).season(), None);
        assert_eq!(weeks(104, |years| (0.3 * (years - 50.0)).exp()).season(), None);
        // The first year was high in summer and the second in winter.
        let turned = |years: f64| (0.6 * (TAU * years).sin() * if years < 51.0 { 1.0 } else { -1.0 }).exp();
        assert_eq!(weeks(104, turned).season(), None);
        // A year and a month is too little to see anything come again.
        assert_eq!(weeks(57, |years| (0.8 * (TAU * years).sin()).exp()).season(), None);
        assert_eq!(Weeks(Vec::new()).season(), None);
    }
}
