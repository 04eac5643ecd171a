//! What was measured, on which scale, and which scores are good.

use lojal_domain::{Scale, SurveyMetric};

use crate::EngineError;
use crate::surveys::items::Item;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// The metric.
    pub metric: SurveyMetric,
    /// The scores that could be given.
    pub scale: Scale,
    /// Scores from this one on are in the top boxes; up to this one where lower is better.
    pub top_box: i32,
}

impl Measured {
    /// The lowest and the highest score of the top boxes.
    #[must_use]
    pub fn top_boxes(&self) -> (i32, i32) {
        if self.scale.lower_is_better() {
            (self.scale.lowest().into(), self.top_box)
        } else {
            (self.top_box, self.scale.highest().into())
        }
    }
}

/// The top boxes of a scale: those asked for, if it has them, or by the metric's custom (4 of 1 to 5, 6 of 1 to 7, 9 of 1 to 10;
/// for ease, 5 of 1 to 7), else the two best.
pub(crate) fn measured((metric, scale): (SurveyMetric, Scale), asked: Option<i32>) -> Measured {
    let (min, max) = (i32::from(scale.lowest()), i32::from(scale.highest()));
    let custom = match (metric, scale.lower_is_better()) {
        (SurveyMetric::Ces2, _) => 5,
        (_, true) => min + 1,
        (_, false) => max - 1,
    };
    // A scale of two scores has one good one.
    let custom = if max - min == 1 { if scale.lower_is_better() { min } else { max } } else { custom };
    let top_box = asked.filter(|asked| (min..=max).contains(asked)).unwrap_or(custom);
    Measured { metric, scale, top_box }
}

/// The same for a question that is told of as a whole.
///
/// # Errors
/// [`EngineError::InvalidField`] for a top box that is not on its scale.
pub(crate) fn checked(item: &Item, asked: Option<i32>) -> Result<Measured, EngineError> {
    let measured = measured((item.metric, item.scale), asked);
    if let Some(top_box) = asked.filter(|asked| *asked != measured.top_box) {
        let (min, max) = (item.scale.lowest(), item.scale.highest());
        let problem = format!(
            "is {top_box}; the answers are on the scale from {min} to {max}, so choose a score within"
        );
        return Err(EngineError::field("top_box", problem));
    }
    Ok(measured)
}

/// The definition of a metric's scores.
pub(crate) const fn definition(metrics: &[SurveyMetric]) -> &'static str {
    match metrics.first() {
        Some(SurveyMetric::Nps) => "nps@2",
        Some(SurveyMetric::Csat) => "csat@2",
        Some(SurveyMetric::Ces1 | SurveyMetric::Ces2) => "ces@2",
        _ => "scores@2",
    }
}
