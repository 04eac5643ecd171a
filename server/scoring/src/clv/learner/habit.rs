//! What trees look at, one thing after the other.

use serde::{Deserialize, Serialize};

/// How many habits there are.
pub(in crate::clv) const HABITS: usize = 28;

/// Habits as trees look at them; no number where somebody has none, such as a mean gap after a single purchase.
pub(in crate::clv) type Looked = [f32; HABITS];

/// Habits that trees look at, one after the other in [`Looked`]. Trees that are kept name them by their places, so new ones come last.
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
    /// Mean net spend of a purchase day, in units of currency.
    MeanSpend,
    /// Net spend of the last purchase day over the mean one.
    LastSpendOverMean,
    /// Mean net spend of the purchase days of the last 91 days over that of all.
    SpendTrend,
    /// What was taken off list prices, over these.
    DiscountShare,
    /// The same of the last purchase day.
    LastDiscountShare,
    /// What was given back of all they spent, over that.
    RefundedShare,
    /// Last answer to a CSAT question: 0 is the worst on its scale, 1 the best.
    LastCsat,
    /// Days since that.
    DaysSinceCsat,
    /// Last answer to a CES question: 0 is the worst on its scale, 1 the best.
    LastCes,
    /// Days since that.
    DaysSinceCes,
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
        Self::MeanSpend,
        Self::LastSpendOverMean,
        Self::SpendTrend,
        Self::DiscountShare,
        Self::LastDiscountShare,
        Self::RefundedShare,
        Self::LastCsat,
        Self::DaysSinceCsat,
        Self::LastCes,
        Self::DaysSinceCes,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_stand_where_they_say() {
        for (place, habit) in Habit::ALL.into_iter().enumerate() {
            assert_eq!(habit as usize, place, "{habit:?}");
        }
    }
}
