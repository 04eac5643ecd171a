//! Eleven named segments on a 5 by 5 grid.
//!
//! The ranges that are copied across the web overlap, so that some segments can never occur. This is the widely
//! used ten-segment grid with every cell named exactly once, and its worst cell called Lost:
//!
//! | R\F | 1 | 2 | 3 | 4 | 5 |
//! |---|---|---|---|---|---|
//! | 5 | New | Potential Loyalist | Potential Loyalist | Champions | Champions |
//! | 4 | Promising | Potential Loyalist | Potential Loyalist | Loyal | Loyal |
//! | 3 | About to Sleep | About to Sleep | Need Attention | Loyal | Loyal |
//! | 2 | Hibernating | Hibernating | At Risk | At Risk | Can't Lose Them |
//! | 1 | Lost | Hibernating | At Risk | At Risk | Can't Lose Them |

use super::RfmScores;
use serde::{Deserialize, Serialize};

/// What a customer is to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Segment {
    /// Bought just now and buys often.
    Champions,
    /// Buys often and not long ago.
    Loyal,
    /// Recent, more than once, not yet often.
    PotentialLoyalist,
    /// Bought just now, for the first time.
    New,
    /// Bought recently, once.
    Promising,
    /// Middling in everything, and slipping.
    NeedAttention,
    /// Bought little, some time ago.
    AboutToSleep,
    /// Bought often, long ago.
    AtRisk,
    /// Was among the best, and has been silent for long.
    CantLoseThem,
    /// Bought little, long ago.
    Hibernating,
    /// Bought least, longest ago.
    Lost,
}

impl Segment {
    /// All segments, in the order of the enumeration.
    pub const ALL: [Self; 11] = [
        Self::Champions,
        Self::Loyal,
        Self::PotentialLoyalist,
        Self::New,
        Self::Promising,
        Self::NeedAttention,
        Self::AboutToSleep,
        Self::AtRisk,
        Self::CantLoseThem,
        Self::Hibernating,
        Self::Lost,
    ];

    /// The name to show.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Champions => "Champions",
            Self::Loyal => "Loyal",
            Self::PotentialLoyalist => "Potential Loyalist",
            Self::New => "New",
            Self::Promising => "Promising",
            Self::NeedAttention => "Need Attention",
            Self::AboutToSleep => "About to Sleep",
            Self::AtRisk => "At Risk",
            Self::CantLoseThem => "Can't Lose Them",
            Self::Hibernating => "Hibernating",
            Self::Lost => "Lost",
        }
    }

    /// The name as filters and groups write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Champions => "champions",
            Self::Loyal => "loyal",
            Self::PotentialLoyalist => "potential_loyalist",
            Self::New => "new",
            Self::Promising => "promising",
            Self::NeedAttention => "need_attention",
            Self::AboutToSleep => "about_to_sleep",
            Self::AtRisk => "at_risk",
            Self::CantLoseThem => "cant_lose_them",
            Self::Hibernating => "hibernating",
            Self::Lost => "lost",
        }
    }

    /// One sentence on who is in it.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Champions => "bought very recently and buy often",
            Self::Loyal => "buy often and bought not long ago",
            Self::PotentialLoyalist => "bought recently and more than once, and may become loyal",
            Self::New => "bought very recently, for the first time or nearly so",
            Self::Promising => "bought recently, but only once or nearly so",
            Self::NeedAttention => "average in recency and frequency, and about to slip",
            Self::AboutToSleep => "bought rarely and some time ago",
            Self::AtRisk => "bought often, but long ago",
            Self::CantLoseThem => "were among the most frequent buyers and have been silent for long",
            Self::Hibernating => "bought rarely and long ago",
            Self::Lost => "bought least and longest ago",
        }
    }
}

/// What stands beside recency on the grid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SecondAxis {
    /// The frequency score.
    #[default]
    Frequency,
    /// The mean of the frequency and monetary scores, halves rounded up: `floor((F + M + 1) / 2)`.
    FmMean,
}

/// The segment of a cell. Scores outside 1..=5 are taken as the nearest score.
#[must_use]
pub const fn segment(scores: RfmScores, second_axis: SecondAxis) -> Segment {
    let second = match second_axis {
        SecondAxis::Frequency => scores.frequency,
        SecondAxis::FmMean => scores.frequency.saturating_add(scores.monetary).saturating_add(1) / 2,
    };
    match (scores.recency, second) {
        (5.., 4..) => Segment::Champions,
        (3 | 4, 4..) => Segment::Loyal,
        (4.., 2 | 3) => Segment::PotentialLoyalist,
        (5.., _) => Segment::New,
        (4, _) => Segment::Promising,
        (3, 3) => Segment::NeedAttention,
        (3, _) => Segment::AboutToSleep,
        (_, 5..) => Segment::CantLoseThem,
        (_, 3 | 4) => Segment::AtRisk,
        (2, _) | (_, 2) => Segment::Hibernating,
        _ => Segment::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn at(recency: u8, frequency: u8, monetary: u8, axis: SecondAxis) -> Segment {
        segment(RfmScores { recency, frequency, monetary }, axis)
    }

    #[test]
    fn the_grid_is_the_documented_one() {
        use Segment::{
            AboutToSleep as Sleep, AtRisk as Risk, CantLoseThem as Cant, Champions as Champ,
            Hibernating as Hib, Lost, Loyal, NeedAttention as Need, New, PotentialLoyalist as Pot,
            Promising as Prom,
        };
        let grid = [
            [Lost, Hib, Risk, Risk, Cant],
            [Hib, Hib, Risk, Risk, Cant],
            [Sleep, Sleep, Need, Loyal, Loyal],
            [Prom, Pot, Pot, Loyal, Loyal],
            [New, Pot, Pot, Champ, Champ],
        ];
        for (r, row) in (1..).zip(grid) {
            for (f, expected) in (1..).zip(row) {
                assert_eq!(at(r, f, 3, SecondAxis::Frequency), expected, "R{r} F{f}");
            }
        }
    }

    #[test]
    fn every_segment_can_be_reached_on_either_axis() {
        for axis in [SecondAxis::Frequency, SecondAxis::FmMean] {
            let mut seen = BTreeSet::new();
            for r in 1..=5 {
                for f in 1..=5 {
                    for m in 1..=5 {
                        seen.insert(at(r, f, m, axis));
                    }
                }
            }
            assert_eq!(seen, BTreeSet::from(Segment::ALL));
        }
    }

    #[test]
    fn the_mean_of_frequency_and_spend_rounds_up() {
        assert_eq!(at(5, 1, 2, SecondAxis::FmMean), Segment::PotentialLoyalist);
        assert_eq!(at(5, 1, 1, SecondAxis::FmMean), Segment::New);
        assert_eq!(at(1, 5, 4, SecondAxis::FmMean), Segment::CantLoseThem);
    }

    #[test]
    fn names_are_distinct_and_described() {
        let names: BTreeSet<_> = Segment::ALL.iter().map(|s| s.name()).collect();
        assert_eq!(names.len(), Segment::ALL.len());
        assert!(Segment::ALL.iter().all(|s| !s.description().is_empty()));
    }
}
