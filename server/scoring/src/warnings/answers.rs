//! Do they think less of us, or have they stopped answering?

use super::{HOLDS_DAYS, ON};
use crate::nps::NpsCategory;

/// Points of NPS that a score falls by, or a category, to be a sign.
const FALL: i16 = 3;
/// Days after which whoever was asked is taken not to answer any more.
const DUE_DAYS: i32 = 14;
/// Answers before a silence is one.
const FEWEST_ANSWERS: u32 = 2;
/// How much the rate of all counts beside a customer's own, in surveys.
const PSEUDO_SURVEYS: f64 = 2.0;

/// A score that is lower than one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowerScore {
    /// When it was given.
    pub day: i32,
    /// The score that it is lower than.
    pub from: i16,
    /// The last score.
    pub to: i16,
}

/// Whether a score is of a lower category than another, or lower by 3 points.
fn is_lower(from: i16, to: i16) -> bool {
    let category = |score: i16| u8::try_from(score).ok().and_then(NpsCategory::of);
    to < from && (from - to >= FALL || category(to) != category(from))
}

/// The fall that the last of some NPS scores belongs to, each with its day, in their order. Whoever gave 9, then 3 and then 4 has fallen once,
/// on the day of the 3, and until they give a score that is no fall from 9. `None` when that was [`HOLDS_DAYS`] ago or earlier.
#[must_use]
pub fn lower_score(scores: impl IntoIterator<Item = (i32, i16)>, today: i32) -> Option<LowerScore> {
    let (mut before, mut fall) = (None, None::<LowerScore>);
    for (day, to) in scores {
        fall = match (before, fall) {
            (Some(from), held) if is_lower(from, to) => {
                Some(LowerScore { day: held.map_or(day, |held| held.day), from, to })
            }
            _ => {
                before = Some(to);
                None
            }
        };
    }
    fall.filter(|fall| today - fall.day < HOLDS_DAYS)
}

/// A survey that somebody was asked to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// When.
    pub day: i32,
    /// Whether they answered.
    pub answered: bool,
}

/// Somebody who answered and does not any more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unanswered {
    /// The day on which it became a sign.
    pub onset: i32,
    /// Surveys since the last answer.
    pub unanswered: u32,
    /// Surveys up to it that were answered.
    pub answered: u32,
    /// Surveys up to it.
    pub asked: u32,
    /// How probable so many are that are not answered.
    pub p_value: f64,
}

/// Whether somebody who used to answer has stopped, of all surveys that they were asked to answer, in their order. `rate` is the share of
/// surveys that everybody answers.
///
/// ```text
/// p ~ Beta(2 rate + answered, 2 (1 - rate) + not answered)      of the surveys up to the last answer
/// P(none of the next k) = prod over j < k of (b + j) / (a + b + j)
/// ```
///
/// The sign begins 14 days after the survey that makes that at most [`ON`], and needs two answers before. `None` without one, and when it
/// began [`HOLDS_DAYS`] ago or earlier.
#[must_use]
pub fn unanswered(surveys: &[Asked], rate: f64, today: i32) -> Option<Unanswered> {
    let last = surveys.iter().rposition(|survey| survey.answered)?;
    let answered = surveys.iter().filter(|survey| survey.answered).count() as u32;
    if answered < FEWEST_ANSWERS {
        return None;
    }
    let asked = (last + 1) as u32;
    let yes = PSEUDO_SURVEYS * rate + f64::from(answered);
    let no = PSEUDO_SURVEYS * (1.0 - rate) + f64::from(asked - answered);
    let (mut p_value, mut onset, mut unanswered) = (1.0, None, 0);
    for survey in &surveys[last + 1..] {
        let due = survey.day + DUE_DAYS;
        if due > today {
            break;
        }
        p_value *= (no + f64::from(unanswered)) / (yes + no + f64::from(unanswered));
        unanswered += 1;
        if onset.is_none() && p_value <= ON {
            onset = Some(due);
        }
    }
    let onset = onset.filter(|onset| today - onset < HOLDS_DAYS)?;
    Some(Unanswered { onset, unanswered, answered, asked, p_value })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_fall_lasts_until_the_score_is_back() {
        let fall = |scores: &[i16]| {
            let days = scores.iter().enumerate().map(|(i, score)| (10 * i as i32, *score));
            lower_score(days, 10 * scores.len() as i32).map(|fall| (fall.day, fall.from, fall.to))
        };
        assert_eq!(fall(&[9, 3, 4]), Some((10, 9, 4)));
        assert_eq!(fall(&[9, 3, 9]), None);
        assert_eq!(fall(&[9, 8]), Some((10, 9, 8)), "a promoter no more");
        assert_eq!(fall(&[10, 9]), None);
        assert_eq!(fall(&[6, 4]), None);
        assert_eq!(fall(&[6, 3]), Some((10, 6, 3)), "three points");
        assert_eq!(fall(&[9, 3, 9, 2]), Some((30, 9, 2)));
        assert_eq!(lower_score([(0, 9), (10, 3)], 10 + HOLDS_DAYS), None);
    }

    #[test]
    fn whoever_always_answered_is_missed_after_three() {
        let surveys: Vec<Asked> = (0..8).map(|i| Asked { day: 30 * i, answered: i < 5 }).collect();
        // By hand: (1.4/7) (2.4/8) (3.4/9) = .022667 with a rate of .3.
        assert_eq!(unanswered(&surveys, 0.3, 7 * 30 + DUE_DAYS - 1), None);
        let found = unanswered(&surveys, 0.3, 7 * 30 + DUE_DAYS).unwrap();
        assert_eq!((found.onset, found.unanswered, found.answered, found.asked), (224, 3, 5, 5));
        assert!((found.p_value - 0.022_666_666_7).abs() < 1e-9);
        assert_eq!(unanswered(&surveys, 0.3, 224 + HOLDS_DAYS), None);
    }

    #[test]
    fn whoever_hardly_ever_answered_is_not_missed() {
        let surveys: Vec<Asked> = (0..20).map(|i| Asked { day: 30 * i, answered: i % 7 == 0 }).collect();
        assert_eq!(unanswered(&surveys, 0.3, 1000), None);
        assert_eq!(unanswered(&[Asked { day: 0, answered: true }], 0.3, 100), None);
    }
}
