//! Learners beside models, and how they move a customer's odds and their pace.

use lojal_engine::{FittedLearner, Habit, LearnerScore, MovedBy, MovedOdds, MovedPace, OwnPaceScore};
use lojal_proto::v1;

use crate::words::estimate;

const fn habit(habit: Habit) -> v1::Habit {
    match habit {
        Habit::RepeatPurchases => v1::Habit::RepeatPurchases,
        Habit::DaysFirstToLast => v1::Habit::DaysFirstToLast,
        Habit::DaysFollowed => v1::Habit::DaysFollowed,
        Habit::DaysSilent => v1::Habit::DaysSilent,
        Habit::MeanGap => v1::Habit::MeanGapDays,
        Habit::SilenceOverMeanGap => v1::Habit::SilenceOverMeanGap,
        Habit::LastGapOverMeanGap => v1::Habit::LastGapOverMeanGap,
        Habit::SilenceOverLongestGap => v1::Habit::SilenceOverLongestGap,
        Habit::GapVariation => v1::Habit::GapVariation,
        Habit::LastFourWeeks => v1::Habit::PurchasesLast28Days,
        Habit::LastQuarter => v1::Habit::PurchasesLast91Days,
        Habit::LastHalfYear => v1::Habit::PurchasesLast182Days,
        Habit::SameSeasonLastYear => v1::Habit::PurchasesSameSeasonLastYear,
        Habit::Trend => v1::Habit::PurchasesTrend,
        Habit::LastNps => v1::Habit::LastNpsScore,
        Habit::DaysSinceNps => v1::Habit::DaysSinceNpsAnswer,
        Habit::CasesLastQuarter => v1::Habit::CasesLast91Days,
        Habit::AliveProbability => v1::Habit::AliveProbability,
        Habit::MeanSpend => v1::Habit::MeanSpend,
        Habit::LastSpendOverMean => v1::Habit::LastSpendOverMean,
        Habit::SpendTrend => v1::Habit::SpendTrend,
        Habit::DiscountShare => v1::Habit::DiscountShare,
        Habit::LastDiscountShare => v1::Habit::LastDiscountShare,
        Habit::RefundedShare => v1::Habit::RefundedShare,
        Habit::LastCsat => v1::Habit::LastCsat,
        Habit::DaysSinceCsat => v1::Habit::DaysSinceCsatAnswer,
        Habit::LastCes => v1::Habit::LastCes,
        Habit::DaysSinceCes => v1::Habit::DaysSinceCesAnswer,
    }
}

/// What moves odds; none where that does not count.
pub(super) fn learner(learner: &FittedLearner) -> Option<v1::Learner> {
    let importance =
        |&(of, mean_log_odds): &(Habit, f64)| v1::HabitImportance { habit: habit(of).into(), mean_log_odds };
    let LearnerScore { weight, gain, .. } = learner.score();
    learner.moves_odds().then(|| v1::Learner {
        weight: Some(estimate(weight)),
        log_score_gain: Some(estimate(gain)),
        habits: learner.importance.iter().map(importance).collect(),
    })
}

/// What moves paces; none where that does not count.
pub(super) fn own_pace(learner: &FittedLearner) -> Option<v1::OwnPace> {
    let importance =
        |&(of, mean_log_pace): &(Habit, f64)| v1::PaceImportance { habit: habit(of).into(), mean_log_pace };
    let OwnPaceScore { weight, gain } = learner.score().own_pace?;
    Some(v1::OwnPace {
        weight: Some(estimate(weight)),
        log_score_gain: Some(estimate(gain)),
        habits: learner.own_pace.as_ref()?.importance.iter().map(importance).collect(),
    })
}

pub(super) fn moved_odds(moved: MovedOdds) -> v1::MovedOdds {
    let effect =
        |by: MovedBy| v1::HabitEffect { habit: habit(by.habit).into(), value: by.value, log_odds: by.moved };
    v1::MovedOdds {
        weight: moved.weight,
        alive_probability_by_models: moved.alive_before,
        log_odds_of_everybody: moved.of_everybody,
        habits: moved.habits.into_iter().map(effect).collect(),
    }
}

pub(super) fn moved_pace(moved: MovedPace) -> v1::MovedPace {
    let effect =
        |by: MovedBy| v1::PaceEffect { habit: habit(by.habit).into(), value: by.value, log_pace: by.moved };
    v1::MovedPace {
        pace: moved.pace,
        weight: moved.weight,
        log_pace_of_everybody: moved.of_everybody,
        habits: moved.habits.into_iter().map(effect).collect(),
    }
}

/// How a learner did, and the paces that it tells; none of either where nothing was learned.
pub(super) fn standings(
    score: Option<LearnerScore>,
) -> (Option<v1::LearnerStanding>, Option<v1::LearnerStanding>) {
    let standing = |weight, gain| v1::LearnerStanding {
        weight: Some(estimate(weight)),
        log_score_gain: Some(estimate(gain)),
    };
    let Some(LearnerScore { weight, gain, own_pace }) = score else { return (None, None) };
    let own_pace = own_pace.map(|OwnPaceScore { weight, gain }| standing(weight, gain));
    (Some(standing(weight, gain)), own_pace)
}
