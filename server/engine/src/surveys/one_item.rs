//! Answers that have to be to one question, for what cannot be told of several, and what is said where they are to several.

use std::collections::BTreeSet;

use lojal_domain::{Scale, SurveyKind, SurveyMetric, WarningCode};

use crate::surveys::items::{Item, in_words};
use crate::surveys::survey_scores::{ItemScores, SurveyScores};
use crate::{EngineError, Provenance};

/// Surveys listed in an error.
const LISTED: usize = 50;

/// Questions listed in a warning.
const WARNED_OF: usize = 10;

impl SurveyScores {
    /// The answers, if all are to one question; none without any.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for answers that must not be mixed: of several metrics, kinds or scales, or to several
    /// questions of one's own.
    pub(crate) fn only(&self) -> Result<Option<&ItemScores>, EngineError> {
        let items = || self.items.iter().map(|of| &of.item);
        let metrics: BTreeSet<SurveyMetric> = items().map(|item| item.metric).collect();
        if metrics.len() > 1 {
            return Err(EngineError::field(
                "metric",
                "is unset, but the window has answers to both versions of CES, which must not be mixed; choose SURVEY_METRIC_CES1 or SURVEY_METRIC_CES2",
            ));
        }
        let own: BTreeSet<&str> = items().map(|item| &*item.survey).collect();
        if own.len() > 1 {
            let names: Vec<&str> = own.into_iter().take(LISTED).collect();
            return Err(EngineError::field(
                "survey_id",
                format!(
                    "is unset, but there are several questions of your own; choose one of: {}",
                    names.join(", ")
                ),
            ));
        }
        let kinds: BTreeSet<SurveyKind> = items().map(|item| item.kind).collect();
        if kinds.len() > 1 {
            return Err(EngineError::field(
                "kind",
                "is unset, but the window has answers of both kinds, which are different metrics; choose SURVEY_KIND_RELATIONSHIP or SURVEY_KIND_TRANSACTIONAL",
            ));
        }
        if self.items.len() > 1 {
            return Err(several_scales(&items().map(|item| item.scale).collect()));
        }
        Ok(self.items.first())
    }
}

fn several_scales(scales: &BTreeSet<Scale>) -> EngineError {
    let scales: Vec<String> = scales.iter().copied().map(in_words).collect();
    EngineError::field(
        "survey_id",
        format!(
            "does not say which answers are meant: they are on several scales, {}; choose a survey asked on one",
            scales.join(", ")
        ),
    )
}

/// Refuses windows whose answers must not be compared. Within each of them that was looked at before.
///
/// # Errors
/// [`EngineError::InvalidField`] where what was asked differs.
pub(crate) fn same_question(one: Option<&Item>, two: Option<&Item>) -> Result<(), EngineError> {
    let (Some(one), Some(two)) = (one, two) else { return Ok(()) };
    if one.kind != two.kind {
        return Err(EngineError::field(
            "kind",
            "is unset, but window and baseline_window have answers of different kinds, which are different metrics; choose SURVEY_KIND_RELATIONSHIP or SURVEY_KIND_TRANSACTIONAL",
        ));
    }
    if one.survey != two.survey {
        let problem = format!(
            "is unset, but window has answers to {:?} and baseline_window to {:?}; choose one of them",
            one.survey, two.survey
        );
        return Err(EngineError::field("survey_id", problem));
    }
    if (one.metric, one.scale) != (two.metric, two.scale) {
        let problem = "has answers on another scale than window; choose a survey_id asked on one scale";
        return Err(EngineError::field("baseline_window", problem));
    }
    Ok(())
}

/// Says that answers are to several questions, with the most answered ones; nothing of a single one. `choose` is what a request
/// can choose by.
pub(crate) fn warn_of_several(items: &[ItemScores], provenance: &mut Provenance, choose: &str) {
    let [_, _, ..] = items else { return };
    let of = |of: &ItemScores| match of.whole.total() {
        1 => format!("1 answer to {}", of.item),
        answers => format!("{answers} answers to {}", of.item),
    };
    let listed: Vec<String> = items.iter().take(WARNED_OF).map(of).collect();
    let more = if items.len() > WARNED_OF { "; and more" } else { "" };
    provenance.warn(
        WarningCode::SeveralQuestions,
        format!(
            "answers are to {} questions, which are never mixed: {}{more}; the whole is of the first, and each stands by itself beside it; choose {choose} to ask about one",
            items.len(),
            listed.join("; ")
        ),
    );
}
