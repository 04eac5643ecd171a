//! Learners beside models, and how they move a customer's odds.

use lojal_engine::{FittedLearner, Habit, LearnerScore, MovedBy, MovedOdds};
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

pub(super) fn learner(learner: &FittedLearner) -> v1::Learner {
    let importance =
        |&(of, mean_log_odds): &(Habit, f64)| v1::HabitImportance { habit: habit(of).into(), mean_log_odds };
    let LearnerScore { weight, gain } = learner.score();
    v1::Learner {
        weight: Some(estimate(weight)),
        log_score_gain: Some(estimate(gain)),
        habits: learner.importance.iter().map(importance).collect(),
    }
}

pub(super) fn moved_odds(moved: MovedOdds) -> v1::MovedOdds {
    let effect = |by: MovedBy| v1::HabitEffect {
        habit: habit(by.habit).into(),
        value: by.value,
        log_odds: by.log_odds,
    };
    v1::MovedOdds {
        weight: moved.weight,
        alive_probability_by_models: moved.alive_before,
        log_odds_of_everybody: moved.of_everybody,
        habits: moved.habits.into_iter().map(effect).collect(),
    }
}

pub(super) fn standing(score: LearnerScore) -> v1::LearnerStanding {
    v1::LearnerStanding { weight: Some(estimate(score.weight)), log_score_gain: Some(estimate(score.gain)) }
}
