//! Scores compared.

use lojal_domain::SurveyMetric;
use lojal_engine::{
    CompareNps, CompareScores, ComparedWith, GetScores, NpsComparison, NpsComparisons, ScoreComparison,
    ScoreComparisons, SurveyQuestion,
};
use lojal_proto::v1;

use super::scores::{FIELDS, filtered, scale};
use crate::error::Refusal;
use crate::records::responses::metric_of;
use crate::words::{confidence, estimate, provenance, scope_with, some, unknown, window};

/// What is compared with what, by the two fields that decide it.
fn compared_with(group_by: &str, baseline: &str, paired: bool) -> Result<ComparedWith, Refusal> {
    match (group_by.is_empty(), baseline.is_empty()) {
        (true, true) => Err(Refusal::field(
            "group_by",
            "is empty, and so is baseline_window; name what to compare, groups or an earlier window",
        )),
        (false, false) => Err(Refusal::field(
            "baseline_window",
            "is given beside group_by; compare either groups or windows",
        )),
        (false, true) if paired => {
            let message =
                "is only for windows: nobody is in two groups; give a baseline_window instead of group_by";
            Err(Refusal::field("paired", message))
        }
        (false, true) => Ok(ComparedWith::Groups),
        (true, false) => {
            let baseline = window(baseline).map_err(|_| window_of("baseline_window", baseline))?;
            Ok(ComparedWith::Window { baseline, paired })
        }
    }
}

/// The refusal of a window in another field than `window`.
fn window_of(field: &'static str, text: &str) -> Refusal {
    match lojal_domain::Window::parse(text) {
        Err(problem) => Refusal::field(field, problem.to_string()),
        Ok(_) => Refusal::field(field, "is no window"),
    }
}

pub(crate) fn nps(request: v1::CompareNpsRequest) -> Result<CompareNps, Refusal> {
    let with = compared_with(&request.group_by, &request.baseline_window, request.paired)?;
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let filter = v1::ScoreFilter {
        kind: request.kind,
        survey_id: request.survey_id,
        channel: request.channel,
        topic: request.topic,
        counted: request.counted,
    };
    let answers = filtered(vec![SurveyMetric::Nps], filter, ["kind", "counted"], scope, &request.window)?;
    let answers = SurveyQuestion { group_by: some(request.group_by), ..answers };
    Ok(CompareNps { answers, with, confidence: confidence(request.confidence)? })
}

pub(crate) fn scores(request: v1::CompareScoresRequest) -> Result<CompareScores, Refusal> {
    let with = compared_with(&request.group_by, &request.baseline_window, request.paired)?;
    let metric =
        metric_of(request.metric.try_into().map_err(|_| unknown("metric"))?).unwrap_or(SurveyMetric::Csat);
    if metric == SurveyMetric::Nps {
        let message = "is SURVEY_METRIC_NPS, which NpsService.CompareNps compares; choose another metric";
        return Err(Refusal::field("metric", message));
    }
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let answers =
        filtered(vec![metric], request.answers.unwrap_or_default(), FIELDS, scope, &request.window)?;
    let answers = SurveyQuestion { group_by: some(request.group_by), ..answers };
    let confidence = confidence(request.confidence)?;
    Ok(CompareScores { scores: GetScores { answers, top_box: request.top_box, confidence }, with })
}

pub(crate) fn nps_answer(found: NpsComparisons) -> v1::CompareNpsResponse {
    v1::CompareNpsResponse {
        comparisons: found.comparisons.into_iter().map(nps_comparison).collect(),
        provenance: Some(provenance(found.provenance)),
    }
}

fn nps_comparison(found: NpsComparison) -> v1::NpsComparison {
    v1::NpsComparison {
        first: found.first,
        second: found.second,
        difference: Some(estimate(found.difference)),
        z: found.z,
        p_value: found.p_value,
        adjusted_p_value: found.adjusted_p_value,
        first_nps: Some(estimate(found.first_nps)),
        second_nps: Some(estimate(found.second_nps)),
    }
}

pub(crate) fn scores_answer(found: ScoreComparisons) -> v1::CompareScoresResponse {
    v1::CompareScoresResponse {
        comparisons: found.comparisons.into_iter().map(score_comparison).collect(),
        scale: found.measured.as_ref().map(scale),
        provenance: Some(provenance(found.provenance)),
    }
}

fn score_comparison(found: ScoreComparison) -> v1::ScoreComparison {
    v1::ScoreComparison {
        first: found.first,
        second: found.second,
        mean_difference: Some(estimate(found.mean_difference)),
        first_mean: Some(estimate(found.first_mean)),
        second_mean: Some(estimate(found.second_mean)),
        t: found.t,
        p_value: found.p_value,
        adjusted_p_value: found.adjusted_p_value,
        top_box_difference: found.top_box_difference.map(estimate),
        top_box_p_value: found.top_box_p_value,
    }
}
