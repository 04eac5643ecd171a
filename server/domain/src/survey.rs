//! Surveys: what is asked, on which scale, and what becomes of asking.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{CustomerId, EventTime, ResponseId, limits};

/// What a survey measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SurveyMetric {
    /// Likelihood to recommend, 0 to 10.
    Nps,
    /// Satisfaction.
    Csat,
    /// Effort as published in 2010: 1 to 5, lower is better.
    Ces1,
    /// Ease as published in 2013: 1 to 7, higher is better.
    Ces2,
    /// Trust.
    Trust,
    /// A question of the workspace's own.
    Custom,
}

/// What a survey is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SurveyKind {
    /// The relationship as a whole.
    Relationship,
    /// One purchase, visit or contact.
    Transactional,
}

/// How far a survey came with somebody. Later ones stand for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Disposition {
    /// Asked for.
    Invited,
    /// The invitation did not arrive.
    Bounced,
    /// The invitation arrived, or the question was shown.
    Delivered,
    /// Seen and closed, or refused.
    Dismissed,
    /// Answered in part.
    Partial,
    /// Answered to the end.
    Completed,
}

impl Disposition {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Invited, Self::Bounced, Self::Delivered, Self::Dismissed, Self::Partial, Self::Completed];

    /// Whether a score may be given with it.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Partial | Self::Completed)
    }
}

/// The scores that can be given: whole numbers from the lowest to the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scale {
    min: i16,
    max: i16,
    lower_is_better: bool,
}

/// Why a scale cannot be that of a metric. The sentence is complete once the field's name stands before it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ScaleError {
    /// The metric has one scale only, or its scale has limits.
    #[error("is {found}; {metric} is asked on {allowed} only")]
    Bound {
        /// What was given.
        found: i32,
        /// The metric.
        metric: &'static str,
        /// What its scales are.
        allowed: &'static str,
        /// Whether it is the upper bound.
        upper: bool,
    },
    /// The highest score is not above the lowest.
    #[error(
        "is {high}, which is not above scale_min, {low}; give the lowest score as scale_min and the highest as scale_max"
    )]
    Reversed {
        /// The lowest that was given.
        low: i32,
        /// The highest.
        high: i32,
    },
    /// A question of one's own has no scale unless it says.
    #[error("is missing; answers to a question of your own name their scale")]
    Missing {
        /// Whether it is the upper bound.
        upper: bool,
    },
    /// The direction of the metric is known.
    #[error("is given, but the direction of {metric} is known; it is only for questions of your own")]
    Direction {
        /// The metric.
        metric: &'static str,
    },
}

impl SurveyMetric {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Nps, Self::Csat, Self::Ces1, Self::Ces2, Self::Trust, Self::Custom];

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nps => "NPS",
            Self::Csat => "CSAT",
            Self::Ces1 => "CES 1.0",
            Self::Ces2 => "CES 2.0",
            Self::Trust => "trust",
            Self::Custom => "a question of your own",
        }
    }

    /// Its scale where an answer names none; none for questions of one's own.
    const fn default_bounds(self) -> Option<(i16, i16)> {
        match self {
            Self::Nps => Some((0, 10)),
            Self::Csat | Self::Ces1 => Some((1, 5)),
            Self::Ces2 | Self::Trust => Some((1, 7)),
            Self::Custom => None,
        }
    }

    /// The bounds it allows, lowest and highest of each, in words too.
    const fn allowed(self) -> ([i32; 2], [i32; 2], &'static str) {
        let most = limits::SURVEY_SCORE as i32;
        match self {
            Self::Nps => ([0, 0], [10, 10], "the scale from 0 to 10"),
            Self::Csat => ([0, 1], [2, 10], "scales from 0 or 1 to at most 10"),
            Self::Ces1 => ([1, 1], [5, 5], "the scale from 1 to 5"),
            Self::Ces2 => ([1, 1], [7, 7], "the scale from 1 to 7"),
            Self::Trust | Self::Custom => ([-most, most], [-most, most], "scales within -1,000 and 1,000"),
        }
    }

    /// The scale of an answer.
    ///
    /// # Errors
    /// [`ScaleError`] where the metric is not asked like that.
    pub fn scale(
        self,
        min: Option<i32>,
        max: Option<i32>,
        lower_is_better: bool,
    ) -> Result<Scale, ScaleError> {
        let default = self.default_bounds();
        let of = |given: Option<i32>, default: Option<i16>, upper| {
            given.or(default.map(i32::from)).ok_or(ScaleError::Missing { upper })
        };
        let low = of(min, default.map(|(low, _)| low), false)?;
        let high = of(max, default.map(|(_, high)| high), true)?;
        let (lows, highs, allowed) = self.allowed();
        let metric = self.name();
        let refuse = |found, upper| Err(ScaleError::Bound { found, metric, allowed, upper });
        if !(lows[0]..=lows[1]).contains(&low) {
            return refuse(low, false);
        }
        if !(highs[0]..=highs[1]).contains(&high) {
            return refuse(high, true);
        }
        if high <= low {
            return Err(ScaleError::Reversed { low, high });
        }
        if lower_is_better && self != Self::Custom {
            return Err(ScaleError::Direction { metric });
        }
        let lower_is_better = lower_is_better || self == Self::Ces1;
        // Both are within a thousand.
        Ok(Scale { min: low as i16, max: high as i16, lower_is_better })
    }
}

impl Scale {
    /// The scale of NPS.
    pub const NPS: Self = Self { min: 0, max: 10, lower_is_better: false };

    /// A scale as a store kept it; none if it is no scale.
    #[must_use]
    pub fn kept(min: i64, max: i64, lower_is_better: bool) -> Option<Self> {
        let within = |bound: i64| i16::try_from(bound).ok().filter(|b| b.abs() <= limits::SURVEY_SCORE);
        Some(Self { min: within(min)?, max: within(max)?, lower_is_better })
            .filter(|scale| scale.min < scale.max)
    }

    /// Lowest score.
    #[must_use]
    pub const fn lowest(self) -> i16 {
        self.min
    }

    /// Highest score.
    #[must_use]
    pub const fn highest(self) -> i16 {
        self.max
    }

    /// Whether a lower score is better.
    #[must_use]
    pub const fn lower_is_better(self) -> bool {
        self.lower_is_better
    }

    /// Where a score lies between the worst there is (0) and the best (1).
    #[must_use]
    pub fn goodness(self, score: i16) -> f64 {
        let (low, high) = (f64::from(self.min), f64::from(self.max));
        let up = (f64::from(score) - low) / (high - low);
        if self.lower_is_better { 1.0 - up } else { up }
    }

    /// How many scores there are.
    #[must_use]
    pub const fn points(self) -> usize {
        (self.max - self.min) as usize + 1
    }

    /// A score, if it is on the scale.
    #[must_use]
    pub fn score(self, given: i32) -> Option<i16> {
        i16::try_from(given).ok().filter(|score| (self.min..=self.max).contains(score))
    }
}

/// Why a number cannot be a weight. The sentence is complete once the field's name stands before it.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum WeightError {
    /// It is not within the bounds, or no number.
    #[error(
        "is {found}; it must be more than 0 and at most 1,000, or left out for an answer that stands for one customer"
    )]
    Bound {
        /// What was given.
        found: f64,
    },
    /// It would be kept as 0.
    #[error(
        "is {found:e}, which is kept as 0: weights are kept to the millionth, so give 0.000001 or more, such as by multiplying all weights by the same number"
    )]
    TooSmall {
        /// What was given.
        found: f64,
    },
}

/// How many customers an answer stands for, in millionths: more than 0 and at most 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Weight(u32);

impl Weight {
    /// An answer stands for whoever gave it.
    pub const ONE: Self = Self(1_000_000);

    /// The largest weight.
    const MOST: f64 = 1_000.0;

    /// To the millionth.
    ///
    /// # Errors
    /// [`WeightError`] if it is not more than 0 and at most 1,000, or too small to be told from 0 when it is kept.
    pub fn new(weight: f64) -> Result<Self, WeightError> {
        // What is no number is not within anything.
        if !(weight > 0.0 && weight <= Self::MOST) {
            return Err(WeightError::Bound { found: weight });
        }
        let micros = (weight * 1e6).round();
        if micros < 1.0 {
            return Err(WeightError::TooSmall { found: weight });
        }
        Ok(Self(micros as u32))
    }

    /// A weight as a store kept it, in millionths.
    #[must_use]
    pub fn from_micros(micros: u64) -> Option<Self> {
        u32::try_from(micros).ok().filter(|micros| (1..=1_000_000_000).contains(micros)).map(Self)
    }

    /// In millionths.
    #[must_use]
    pub const fn micros(self) -> u32 {
        self.0
    }

    /// As a number.
    #[must_use]
    pub fn get(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

/// An answer to a survey, or another thing that became of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyResponse {
    /// Its id, which the invitation shares.
    pub id: ResponseId,
    /// Who answered; none for an anonymous answer.
    pub customer: Option<CustomerId>,
    /// When.
    pub time: EventTime,
    /// What was measured.
    pub metric: SurveyMetric,
    /// What it was about.
    pub kind: SurveyKind,
    /// How far it came.
    pub disposition: Disposition,
    /// The raw score, within the scale. Always with a completed answer, never with one that is none.
    pub score: Option<i16>,
    /// The scores that could be given.
    pub scale: Scale,
    /// The survey's name, or empty.
    pub survey: String,
    /// How it was asked, or empty.
    pub channel: String,
    /// What the customer wrote, or empty.
    pub comment: String,
    /// What it was about, at most [`limits::TOPICS`].
    pub topics: Vec<String>,
    /// How many customers it stands for.
    pub weight: Weight,
}

impl SurveyResponse {
    /// A completed answer to the question whether one would recommend us, without anything beside the score.
    #[must_use]
    pub fn nps(id: ResponseId, customer: Option<CustomerId>, time: EventTime, score: u8) -> Self {
        Self {
            id,
            customer,
            time,
            metric: SurveyMetric::Nps,
            kind: SurveyKind::Relationship,
            disposition: Disposition::Completed,
            score: Some(score.into()),
            scale: Scale::NPS,
            survey: String::new(),
            channel: String::new(),
            comment: String::new(),
            topics: Vec::new(),
            weight: Weight::ONE,
        }
    }

    /// Whether it says nothing but a completed NPS score, as most do; a store may keep those shorter.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.metric == SurveyMetric::Nps
            && self.disposition == Disposition::Completed
            && self.topics.is_empty()
            && self.weight == Weight::ONE
            && self.score.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_asked_on_its_own_scale() {
        let nps = SurveyMetric::Nps;
        assert_eq!(nps.scale(None, None, false), Ok(Scale::NPS));
        assert_eq!(nps.scale(Some(0), Some(10), false), Ok(Scale::NPS));
        // A scale from 1 to 4 would make every answer a detractor.
        assert!(matches!(
            nps.scale(Some(1), Some(4), false),
            Err(ScaleError::Bound { found: 1, upper: false, .. })
        ));
        assert!(matches!(
            nps.scale(None, Some(4), false),
            Err(ScaleError::Bound { found: 4, upper: true, .. })
        ));
        let csat = SurveyMetric::Csat.scale(None, Some(7), false).unwrap();
        assert_eq!((csat.lowest(), csat.highest(), csat.points()), (1, 7, 7));
        assert!(SurveyMetric::Ces1.scale(None, None, false).unwrap().lower_is_better());
        assert!(!SurveyMetric::Ces2.scale(None, None, false).unwrap().lower_is_better());
        assert_eq!(
            SurveyMetric::Custom.scale(None, Some(3), false),
            Err(ScaleError::Missing { upper: false })
        );
        assert!(SurveyMetric::Custom.scale(Some(-5), Some(5), true).unwrap().lower_is_better());
        assert_eq!(
            SurveyMetric::Custom.scale(Some(5), Some(5), true),
            Err(ScaleError::Reversed { low: 5, high: 5 })
        );
        assert!(matches!(SurveyMetric::Csat.scale(None, None, true), Err(ScaleError::Direction { .. })));
    }

    #[test]
    fn scores_are_on_the_scale() {
        let percent = |scale: Scale, score| (100.0 * scale.goodness(score)).round() as i32;
        assert_eq!([0, 5, 10].map(|score| percent(Scale::NPS, score)), [0, 50, 100]);
        let effort = SurveyMetric::Ces1.scale(None, None, false).unwrap();
        assert_eq!([effort.lowest(), effort.highest()].map(|score| percent(effort, score)), [100, 0]);
        assert_eq!(Scale::NPS.score(10), Some(10));
        assert_eq!(Scale::NPS.score(11), None);
        assert_eq!(Scale::NPS.score(-1), None);
        assert_eq!(Scale::NPS.score(i32::MAX), None);
        assert_eq!(Scale::kept(3, 3, false), None);
        assert_eq!(Scale::kept(-2_000, 3, false), None);
    }

    #[test]
    fn weights_are_kept_to_the_millionth() {
        assert_eq!(Weight::new(1.0), Ok(Weight::ONE));
        assert_eq!(Weight::new(0.25).map(Weight::get), Ok(0.25));
        assert_eq!(Weight::new(5e-7).map(Weight::micros), Ok(1));
        for none in [0.0, -1.0, 1_000.1, f64::NAN, f64::INFINITY] {
            assert!(matches!(Weight::new(none), Err(WeightError::Bound { .. })), "{none}");
        }
        // More than 0, so that it is no help to be told that it must be.
        let small = Weight::new(1e-7).unwrap_err();
        assert_eq!(small, WeightError::TooSmall { found: 1e-7 });
        assert!(small.to_string().starts_with("is 1e-7, which is kept as 0"), "{small}");
        assert_eq!(Weight::from_micros(0), None);
    }
}
