//! At which pace purchases will come, by how far off forecasts of past days were.
//!
//! Models of the family believe that a customer buys at the same rate for as long as they are one. In a shop that grows or loses its pull
//! rates of everybody drift, and then every forecast of a past day is off in the same direction, the more so the further the middle of what it
//! forecast was from the middle of what it knew: with `T` days known and `h` days forecast, and rates that change by `e^(beta t)`,
//!
//! ```text
//! e = ln(told / came) = -beta D + chance,    D = (T + h) / 2                                                       (1)
//! ```
//!
//! **What is believed.** Errors `e_l` of landmarks are put to the same distance, `e_l Dm / D_l` with the mean distance `Dm`, and what is likely again
//! is less than their mean (see [`likely_log_error`]): days that were off in different directions tell of seasons, and next to nothing
//! about what comes. What is forecast then comes at the pace
//!
//! ```text
//! c(T, h) = exp(v beta D),    D no more than 1.6 times the longest of a landmark, 1/2 <= c <= 2                     (2)
//! ```
//!
//! **How much it counts**, `v`, is found on customers and days that it does not know, as it is for a learner (see
//! [`gain`](super::gain)): each landmark is forecast at the pace that the others tell. With `g_i(v)` by how much less the log score
//! of customer `i` is at that pace to the power `v`,
//!
//! ```text
//! L min over landmarks of G_l + b ln(1 - v),    G_l(v) = sum_i in l 1/d_i g_i(v),    b = 1/3    (3)
//! ```
//!
//! is greatest at `v`: what helps on two days and does harm on the third, such as a peak that lies after both, is no drift, and without evidence there is
//! none.
//!
//! Until a year is known it counts less, and up to half a year not at all: it may be a season, or what follows a shop's beginning.
//!
//! Failure region: a drift that ends is believed to go on. Three landmarks of the same two years are few witnesses, and not independent.

use serde::{Deserialize, Serialize};

use super::gain::{Gain, weight_of};
use crate::clv::likely_log_error;
use crate::clv::parameters::DAYS_PER_YEAR;

/// No pace is further from 1 than this factor.
const FURTHEST: f64 = 2.0;
/// A distance counts up to so many times the longest that was seen.
const BEYOND: f64 = 1.6;
/// Of fewer days than this nothing is told apart from a season and from what follows a shop's beginning, and of twice as many all is.
const HALF_A_YEAR: f64 = 0.5 * DAYS_PER_YEAR;

/// How far off a forecast of a past day was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastError {
    /// T: days that models knew.
    pub known_days: f64,
    /// h: days that they forecast.
    pub ahead_days: f64,
    /// ln(told / came).
    pub log_error: f64,
}

impl PastError {
    fn distance(&self) -> f64 {
        distance(self.known_days, self.ahead_days)
    }
}

/// D of (1).
fn distance(known_days: f64, ahead_days: f64) -> f64 {
    0.5 * (known_days + ahead_days)
}

/// How the pace of a shop changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// beta of (1), with all that it counts less: by how much the logarithm of the pace changes a day.
    per_day: f64,
    /// The longest distance of which it is known.
    longest_days: f64,
    /// Days that landmarks were forecast.
    ahead_days: f64,
}

impl Drift {
    /// What is likely by these; none without any, or without a distance.
    #[must_use]
    pub fn of(past: &[PastError]) -> Option<Self> {
        let known = past.iter().filter(|of| of.log_error.is_finite() && of.distance() > 0.0);
        let (n, sum, longest, ahead) =
            known.clone().fold((0.0, 0.0, 0.0_f64, 0.0_f64), |(n, sum, longest, ahead), of| {
                (n + 1.0, sum + of.distance(), longest.max(of.distance()), ahead.max(of.ahead_days))
            });
        let mean = sum / n;
        let errors: Vec<f64> = known.map(|of| of.log_error * mean / of.distance()).collect();
        let likely = likely_log_error(&errors)?;
        Some(Self { per_day: -likely / mean, longest_days: longest, ahead_days: ahead })
    }

    /// The same, counting so much.
    #[must_use]
    pub fn counting(self, weight: f64) -> Self {
        Self { per_day: weight * self.per_day, ..self }
    }

    /// What two say that each count their part.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            per_day: self.per_day + other.per_day,
            longest_days: self.longest_days.max(other.longest_days),
            ahead_days: self.ahead_days.max(other.ahead_days),
        }
    }

    /// (2): the pace of what comes within so many days, or for ever, when so many are known.
    #[must_use]
    pub fn pace(&self, known_days: f64, ahead_days: Option<f64>) -> f64 {
        // For ever nobody knows; it goes on as far as forecasts were held against what came.
        let distance = distance(known_days.max(0.0), ahead_days.unwrap_or(self.ahead_days).max(0.0));
        let log = self.per_day * distance.min(BEYOND * self.longest_days);
        log.clamp(-FURTHEST.ln(), FURTHEST.ln()).exp()
    }

    /// By which factor the pace changes within a year.
    #[must_use]
    pub fn yearly(&self) -> f64 {
        (self.per_day * DAYS_PER_YEAR).exp()
    }
}

/// How much a drift is to be believed when so many days are known, of 1: until a year has passed it may be a season, or what follows a shop's beginning.
#[must_use]
pub fn told_from_season(known_days: f64) -> f64 {
    ((known_days - HALF_A_YEAR) / HALF_A_YEAR).clamp(0.0, 1.0)
}

/// How much a drift counts, of 1, by what it would have gained on landmarks, (3); 0 where it does not help.
#[must_use]
pub fn weight_of_drift(landmarks: &[Vec<Gain>]) -> f64 {
    weight_of(landmarks, |gains| gains.iter().copied().fold(f64::INFINITY, f64::min))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what no rounding touches")]
mod tests {
    use super::*;
    use crate::clv::judging::gain::gained;

    /// Landmarks of a third, half and two thirds of so many days, forecast for a third of them, of a shop whose rates change by so much a day.
    fn past(days: f64, per_day: f64) -> Vec<PastError> {
        let ahead_days = days / 3.0;
        let of = |share: f64| {
            let known_days = share * days;
            PastError { known_days, ahead_days, log_error: -per_day * distance(known_days, ahead_days) }
        };
        [1.0 / 3.0, 1.0 / 2.0, 2.0 / 3.0].map(of).to_vec()
    }

    #[test]
    fn a_steady_drift_is_found_and_told_further_than_it_was_seen() {
        let drift = Drift::of(&past(480.0, 0.001)).unwrap();
        // Errors at the mean distance are all 0.2: v = 2 * 0.0225 / 4, so six sevenths are believed.
        let believed = 0.001 * 6.0 / 7.0;
        assert!((drift.per_day - believed).abs() < 1e-12, "{drift:?}");
        assert!((drift.pace(480.0, Some(240.0)) - (believed * 360.0).exp()).abs() < 1e-12);
        // 1.6 times the longest distance, 240 days, is as far as it goes, and for ever is as far as landmarks were forecast.
        assert!((drift.pace(4_800.0, Some(240.0)) - (believed * 384.0).exp()).abs() < 1e-12);
        let told = [100.0, 182.625, 273.9375, 365.25, 1_000.0].map(told_from_season);
        assert_eq!(told, [0.0, 0.0, 0.5, 1.0, 1.0]);
        assert!((drift.pace(480.0, None) - (believed * 320.0).exp()).abs() < 1e-12);
        assert!((drift.yearly() - (believed * 365.25).exp()).abs() < 1e-9);
        // No further than a factor of two.
        assert!((Drift::of(&past(480.0, 0.01)).unwrap().pace(480.0, None) - 2.0).abs() < 1e-12);
        assert!((Drift::of(&past(480.0, -0.01)).unwrap().pace(480.0, None) - 0.5).abs() < 1e-12);
        assert!((drift.counting(0.0).pace(480.0, None) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn days_that_were_off_either_way_tell_nothing() {
        let error = |log_error| PastError { known_days: 300.0, ahead_days: 100.0, log_error };
        let drift = Drift::of(&[error(0.5), error(-0.5)]).unwrap();
        assert!((drift.pace(300.0, None) - 1.0).abs() < 1e-12);
        assert_eq!(Drift::of(&[]), None);
        assert_eq!(Drift::of(&[error(f64::NAN)]), None);
        assert_eq!(Drift::of(&[PastError { known_days: 0.0, ahead_days: 0.0, log_error: 0.1 }]), None);
    }

    fn gains(landmark: u64, customers: u64, half: f64, whole: f64) -> Vec<Gain> {
        let first = 1_000 * landmark;
        (first..first + customers).map(|customer| Gain { customer, half, whole }).collect()
    }

    #[test]
    fn a_drift_counts_where_every_landmark_says_so() {
        let all = [gains(0, 900, 0.02, 0.03), gains(1, 900, 0.021, 0.031), gains(2, 900, 0.019, 0.029)];
        assert!(weight_of_drift(&all) > 0.9, "{}", weight_of_drift(&all));
        // On one of them it does harm.
        let torn = [gains(0, 900, 0.02, 0.03), gains(1, 900, 0.02, 0.03), gains(2, 900, -0.03, -0.08)];
        assert_eq!(weight_of_drift(&torn).to_bits(), 0.0_f64.to_bits());
        // Few customers are no evidence, and neither is a single day.
        let few = [gains(0, 3, 0.02, 0.03), gains(1, 3, 0.02, 0.03)];
        assert_eq!(weight_of_drift(&few).to_bits(), 0.0_f64.to_bits());
        assert_eq!(weight_of_drift(&all[..1]).to_bits(), 0.0_f64.to_bits());
        // Half of it was right.
        let half = [gains(0, 900, 0.02, 0.0), gains(1, 900, 0.02, 0.0)];
        assert!((weight_of_drift(&half) - 0.5).abs() < 0.05, "{}", weight_of_drift(&half));
    }

    #[test]
    fn a_customer_on_three_landmarks_is_one_witness() {
        let once = [gains(0, 300, 0.02, 0.0), gains(1, 300, 0.021, 0.0), gains(2, 300, 0.019, 0.0)];
        let same = once.clone().map(|landmark| {
            let who = |(customer, gain): (u64, &Gain)| Gain { customer, ..*gain };
            (0..).zip(&landmark).map(who).collect::<Vec<_>>()
        });
        let [(first, _), ..] = gained(&once)[..] else { panic!("three landmarks") };
        let [(third, _), ..] = gained(&same)[..] else { panic!("three landmarks") };
        assert!((third - first / 3.0).abs() < 1e-12);
    }
}
