//! How long customers stay, and how long they are silent.

use lojal_domain::Horizon;
use lojal_engine::{
    ActivityWindow, ActivityWindowAnswer, GetSurvival, GroupSilences, GroupSurvival, SuggestActivityWindow,
    SurvivalAnswer,
};
use lojal_proto::v1;
use lojal_scoring::retention::SurvivalPoint;

use super::estimates::{confidence, limited, normal, plain, some, window_or, within};
use crate::error::Refusal;
use crate::words::{provenance, scope_with};

const THRESHOLD: f64 = 0.1;
const METHOD: &str = "kaplan_meier";

pub(crate) fn activity_window_question(
    request: v1::SuggestActivityWindowRequest,
) -> Result<(SuggestActivityWindow, (f64, f64)), Refusal> {
    let confidence = confidence(request.confidence)?;
    let threshold = request.threshold.unwrap_or(THRESHOLD);
    if !(threshold > 0.0 && threshold < 1.0) {
        let message = format!("is {threshold}; choose more than 0 and less than 1, such as 0.1");
        return Err(Refusal::field("threshold", message));
    }
    let question = SuggestActivityWindow {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, "all")?,
        group_by: some(request.group_by),
        threshold,
    };
    Ok((question, (confidence, threshold)))
}

pub(crate) fn activity_window_answer(
    answer: ActivityWindowAnswer,
    (confidence, threshold): (f64, f64),
) -> v1::SuggestActivityWindowResponse {
    let listed = if answer.groups.is_empty() { std::slice::from_ref(&answer.whole) } else { &answer.groups };
    v1::SuggestActivityWindowResponse {
        curve: listed.iter().flat_map(|group| returns(group, confidence)).collect(),
        whole: Some(suggestion(&answer.whole)),
        groups: answer.groups.iter().map(suggestion).collect(),
        threshold,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn suggestion(group: &GroupSilences) -> v1::ActivityWindowSuggestion {
    // A silence of days that anybody can be asked about lasts at least one.
    let days = group.days.map(|days| days.max(1));
    v1::ActivityWindowSuggestion {
        group: group.group.clone(),
        days: days.map(|days| days as i32),
        activity_window: days.map(|days| format!("{days}d")).unwrap_or_default(),
        returns: group.returns as i64,
        open: group.open as i64,
        at_risk: group.at_risk as i64,
    }
}

fn returns(group: &GroupSilences, confidence: f64) -> Vec<v1::ReturnRow> {
    let points = group.curve.points().iter().zip(group.curve.silences.points());
    points
        .map(|(point, silent)| v1::ReturnRow {
            group: group.group.clone(),
            silence_days: point.silence as i32,
            at_risk: point.at_risk as i64,
            returns: point.returns as i64,
            still_silent_probability: Some(survival(silent, group.returns + group.open, confidence)),
            return_probability: point.return_probability,
        })
        .collect()
}

fn survival(point: &SurvivalPoint, n: u64, confidence: f64) -> v1::Estimate {
    v1::Estimate {
        standard_error: point.standard_error(),
        ..limited(Some(point.survival), point.interval(confidence), n, METHOD, confidence)
    }
}

pub(crate) fn survival_question(request: v1::GetSurvivalRequest) -> Result<(GetSurvival, f64), Refusal> {
    let confidence = confidence(request.confidence)?;
    let horizon = match request.horizon.as_str() {
        "" => None,
        text => Some(Horizon::parse(text).map_err(|problem| Refusal::field("horizon", problem.to_string()))?),
    };
    let step = if request.step_days == 0 { 1 } else { i64::from(request.step_days) };
    let question = GetSurvival {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, "all")?,
        group_by: some(request.group_by),
        activity: ActivityWindow::parse(&request.activity_window)?,
        horizon_days: horizon.map(Horizon::days),
        step_days: within("step_days", step, 1..=365)? as u32,
    };
    Ok((question, confidence))
}

pub(crate) fn survival_answer(answer: SurvivalAnswer, confidence: f64) -> v1::GetSurvivalResponse {
    let listed = if answer.groups.is_empty() { std::slice::from_ref(&answer.whole) } else { &answer.groups };
    let summary = |group: &GroupSurvival| summary(group, answer.horizon_days, confidence);
    v1::GetSurvivalResponse {
        whole: Some(summary(&answer.whole)),
        groups: answer.groups.iter().map(summary).collect(),
        curve: listed.iter().flat_map(|group| curve(group, answer.step_days, confidence)).collect(),
        log_rank: answer.log_rank.map(|test| v1::LogRankTest {
            chi_square: test.chi_square,
            degrees_of_freedom: test.degrees_of_freedom as i32,
            p_value: test.p_value,
        }),
        activity_window: answer.activity_window,
        horizon_days: answer.horizon_days,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn summary(group: &GroupSurvival, horizon: Option<f64>, confidence: f64) -> v1::SurvivalSummary {
    let n = group.customers;
    let median = group.curve.quantile(0.5).map(f64::from);
    let limits = group.curve.quantile_interval(0.5, confidence);
    let mean = horizon.and_then(|horizon| group.curve.restricted_mean(horizon));
    let restricted = match mean {
        Some(found) => normal(Some(found.mean), found.standard_error, 0.0, n, METHOD, confidence),
        None => plain(None, n, METHOD),
    };
    v1::SurvivalSummary {
        group: group.group.clone(),
        customers: n as i64,
        events: group.events as i64,
        censored: (n - group.events) as i64,
        median_days: Some(limited(median, limits, n, METHOD, confidence)),
        restricted_mean_days: Some(restricted),
    }
}

/// The curve in steps of so many days: each row is the end of a step.
fn curve(group: &GroupSurvival, step: u32, confidence: f64) -> Vec<v1::SurvivalRow> {
    let steps =
        group.curve.points().chunk_by(|one, next| one.time.div_ceil(step) == next.time.div_ceil(step));
    let row = |points: &[SurvivalPoint]| {
        let (first, last) = points.first().zip(points.last())?;
        Some(v1::SurvivalRow {
            group: group.group.clone(),
            days: if step == 1 { last.time } else { last.time.div_ceil(step).saturating_mul(step) } as i32,
            at_risk: first.at_risk as i64,
            events: points.iter().map(|point| point.events).sum::<u64>() as i64,
            censored: points.iter().map(|point| point.censored).sum::<u64>() as i64,
            survival_probability: Some(survival(last, group.customers, confidence)),
        })
    };
    steps.filter_map(row).collect()
}
