//! Past days on which models are judged, and how much each has to say.

use std::collections::BTreeMap;

use crate::clv::share::Share;

/// Without a word from the caller, models know so much of the time between the first purchase and the last day.
const CALIBRATION_SHARE: f64 = 2.0 / 3.0;

/// At most this share of the customers, or one, are too early to count for that.
const EARLY_SHARE: f64 = 1e-3;

/// Past days that models are judged on beside that: so many shares of the way from the first purchase to the last day, each with as
/// long a time after it.
const EARLIER_SHARES: [f64; 2] = [1.0 / 3.0, 1.0 / 2.0];

/// Where a history is cut, and how far it is forecast from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Last day that models know.
    pub(crate) calibration_end: i32,
    /// Last day that they forecast.
    pub(crate) holdout_end: i32,
}

/// Where a history is cut for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cuts {
    /// Where the caller says, or at [`CALIBRATION_SHARE`].
    pub(crate) last: Cut,
    /// The other landmarks, earliest first; none where the caller says.
    pub(crate) earlier: Vec<Cut>,
    /// The day from which on days are known, but for a few customers who came long before all others.
    pub(crate) first_day: i32,
    /// Whose histories say how much models are to be believed.
    pub(crate) part: Share,
}

impl Cuts {
    /// The share of days that are known at a cut, of those that are known at the last one.
    pub(crate) fn known_share(&self, cut: Cut) -> f64 {
        let days = |cut: Cut| f64::from(cut.calibration_end - self.first_day).max(1.0);
        (days(cut) / days(self.last)).min(1.0)
    }
}

/// Of more customers than this an even part is judged on each day: their mean is known to a hundredth of its spread.
pub(crate) const MOST_JUDGED: u64 = 10_000;

/// Fewer purchases than this after a day cannot tell models apart.
pub(crate) const FEWEST_PURCHASES: f64 = 50.0;

/// And from so many on they tell all that there is to tell.
const ENOUGH_PURCHASES: f64 = 200.0;

/// How much a day counts on which models were judged by so many purchases, of 1. Beliefs about shops in general count the rest of the last
/// one. It grows with the logarithm, from next to nothing where they begin to be compared, so that a purchase more is never another model.
fn told_by(purchases: f64) -> f64 {
    let too_few = FEWEST_PURCHASES - 1.0;
    ((purchases / too_few).ln() / (ENOUGH_PURCHASES / too_few).ln()).clamp(0.0, 1.0)
}

/// A past day on which models were judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landmark {
    /// Last day they knew.
    pub calibration_end: i32,
    /// Last day that they forecast.
    pub holdout_end: i32,
    /// Customers who had bought by then, to whom models were fitted; of many an even part.
    pub customers: u64,
    /// Repeat purchases of theirs that came in the time forecast.
    pub purchases: f64,
}

impl Landmark {
    /// How much it tells, [`told_by`] what came after it.
    pub(crate) fn tells(&self) -> f64 {
        told_by(self.purchases)
    }
}

/// The day on which the first came. A few customers who came so long before all others that most of the way to the last day was theirs alone
/// do not count: a single one, with a date that was mistyped perhaps, would leave models to know hardly anybody else.
pub(crate) fn first_of_most(births: &BTreeMap<i32, u64>, last_day: i32) -> i32 {
    let few = (EARLY_SHARE * births.values().sum::<u64>() as f64).max(1.0);
    let mut first = births.keys().next().copied().unwrap_or(last_day);
    let mut early = 0.0;
    for ((&day, &customers), &next) in births.iter().zip(births.keys().skip(1)) {
        early += customers as f64;
        if early > few {
            break;
        }
        if next - day > last_day - next {
            first = next;
        }
    }
    first
}

/// The last cut and those of [`EARLIER_SHARES`], each once.
pub(crate) fn landmarks(first: i32, last_day: i32) -> (Cut, Vec<Cut>) {
    let after = |share: f64| first + (share * f64::from(last_day - first)) as i32;
    let last = Cut { calibration_end: after(CALIBRATION_SHARE), holdout_end: last_day };
    let ahead = last_day - last.calibration_end;
    let cut = |share| Cut { calibration_end: after(share), holdout_end: after(share) + ahead };
    let mut earlier: Vec<Cut> = EARLIER_SHARES.into_iter().map(cut).filter(|cut| *cut != last).collect();
    earlier.dedup();
    (last, earlier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_long_before_all_others_does_not_move_the_cut() {
        let cut_at = |births: &BTreeMap<i32, u64>, last_day| {
            landmarks(first_of_most(births, last_day), last_day).0.calibration_end
        };
        // Customers of days 5000 to 5059, seen to day 5364: two thirds of 364 days are 242.
        let mut births: BTreeMap<i32, u64> = (5000..5060).map(|day| (day, 10)).collect();
        assert_eq!(cut_at(&births, 5364), 5242);
        births.insert(20, 1);
        assert_eq!(cut_at(&births, 5364), 5242);
        // Two of six hundred are too many to be mistakes, and who came a month before the others is none.
        births.insert(21, 1);
        assert_eq!(cut_at(&births, 5364), 20 + 3562);
        births.remove(&20);
        births.remove(&21);
        births.insert(4970, 1);
        assert_eq!(cut_at(&births, 5364), 4970 + 262);
        // The only customer is not early.
        assert_eq!(cut_at(&BTreeMap::from([(100, 1)]), 400), 300);
    }

    #[test]
    fn a_landmark_counts_by_the_days_known_on_it() {
        let (last, earlier) = landmarks(100, 400);
        let cuts = Cuts { last, earlier, first_day: 100, part: Share::ALL };
        let known: Vec<f64> =
            cuts.earlier.iter().chain([&cuts.last]).map(|&cut| cuts.known_share(cut)).collect();
        assert_eq!(known, [0.5, 0.75, 1.0]);
        // Of a shop of a day everything is known on it.
        let day = Cut { calibration_end: 100, holdout_end: 101 };
        let cuts = Cuts { last: day, earlier: Vec::new(), first_day: 100, part: Share::ALL };
        assert_eq!(cuts.known_share(day).to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn models_are_judged_on_three_days_with_as_long_a_time_after_each() {
        let days = |last_day| -> Vec<(i32, i32)> {
            let (last, earlier) = landmarks(100, last_day);
            let all = earlier.into_iter().chain([last]);
            all.map(|cut| (cut.calibration_end, cut.holdout_end)).collect()
        };
        assert_eq!(days(400), [(200, 300), (250, 350), (300, 400)]);
        assert_eq!(days(461), [(220, 341), (280, 401), (340, 461)]);
        // A day is a landmark once, and the last one ends on the last day.
        assert_eq!(days(101), [(100, 101)]);
        assert_eq!(days(100), [(100, 100)]);
    }
}
