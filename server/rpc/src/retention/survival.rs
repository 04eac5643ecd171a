//! How long customers stay, and how long they are silent.

use lojal_domain::{Horizon, limits};
use lojal_engine::{
    ActivityWindow, ActivityWindowAnswer, CurveSteps, GetSurvival, GroupSilences, GroupSurvival,
    SuggestActivityWindow, SurvivalAnswer,
};
use lojal_proto::v1;

use super::checks::{window_or, within};
use crate::error::Refusal;
use crate::words::{confidence, estimate, provenance, scope_of_outcome, scope_with, some};

pub(crate) fn activity_window_question(
    request: v1::SuggestActivityWindowRequest,
) -> Result<SuggestActivityWindow, Refusal> {
    let confidence = confidence(request.confidence)?;
    let threshold = request.threshold.unwrap_or(SuggestActivityWindow::THRESHOLD);
    if !(threshold > 0.0 && threshold < 1.0) {
        let message = format!("is {threshold}; choose more than 0 and less than 1, such as 0.1");
        return Err(Refusal::field("threshold", message));
    }
    Ok(SuggestActivityWindow {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, SuggestActivityWindow::WINDOW)?,
        group_by: some(request.group_by),
        threshold,
        confidence,
        steps: steps(request.steps)?.unwrap_or_default(),
    })
}

pub(crate) fn activity_window_answer(answer: ActivityWindowAnswer) -> v1::SuggestActivityWindowResponse {
    let listed = if answer.groups.is_empty() { std::slice::from_ref(&answer.whole) } else { &answer.groups };
    v1::SuggestActivityWindowResponse {
        curve: listed.iter().flat_map(returns).collect(),
        whole: Some(suggestion(&answer.whole)),
        groups: answer.groups.iter().map(suggestion).collect(),
        threshold: answer.threshold,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn suggestion(group: &GroupSilences) -> v1::ActivityWindowSuggestion {
    v1::ActivityWindowSuggestion {
        group: group.group.clone(),
        days: group.days.map(|days| days as i32),
        activity_window: group.days.map(|days| format!("{days}d")).unwrap_or_default(),
        returns: group.returns as i64,
        open: group.open as i64,
        at_risk: group.at_risk as i64,
    }
}

fn returns(group: &GroupSilences) -> impl Iterator<Item = v1::ReturnRow> {
    group.curve.iter().map(|row| v1::ReturnRow {
        group: group.group.clone(),
        silence_days: row.silence_days as i32,
        at_risk: row.at_risk as i64,
        returns: row.returns as i64,
        still_silent_probability: Some(estimate(row.still_silent_probability.clone())),
        return_probability: row.return_probability,
    })
}

/// At most how many steps of a curve are listed, when a question says.
fn steps(asked: i32) -> Result<Option<CurveSteps>, Refusal> {
    match asked {
        0 => Ok(None),
        asked => {
            let steps = within("steps", asked.into(), 1..=limits::ANSWER_ROWS as i64)?;
            Ok(Some(CurveSteps::AtMost(steps as usize)))
        }
    }
}

pub(crate) fn survival_question(request: v1::GetSurvivalRequest) -> Result<GetSurvival, Refusal> {
    let confidence = confidence(request.confidence)?;
    let horizon = match request.horizon.as_str() {
        "" => None,
        text => Some(Horizon::parse(text).map_err(|problem| Refusal::field("horizon", problem.to_string()))?),
    };
    let steps = match (request.step_days, steps(request.steps)?) {
        (0, steps) => steps.unwrap_or_default(),
        (days, None) => CurveSteps::OfDays(within("step_days", days.into(), 1..=365)? as u32),
        (_, Some(_)) => {
            let message = "is set besides step_days; set one of them";
            return Err(Refusal::field("steps", message));
        }
    };
    Ok(GetSurvival {
        scope: scope_of_outcome(request.as_of, request.known_at, &request.filter, request.facts_as_of)?,
        window: window_or(&request.window, GetSurvival::WINDOW)?,
        group_by: some(request.group_by),
        activity: ActivityWindow::parse(&request.activity_window)?,
        horizon_days: horizon.map(Horizon::days),
        steps,
        confidence,
    })
}

pub(crate) fn survival_answer(answer: SurvivalAnswer) -> v1::GetSurvivalResponse {
    let listed = if answer.groups.is_empty() { std::slice::from_ref(&answer.whole) } else { &answer.groups };
    v1::GetSurvivalResponse {
        curve: listed.iter().flat_map(curve).collect(),
        whole: Some(summary(&answer.whole)),
        groups: answer.groups.iter().map(summary).collect(),
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

fn summary(group: &GroupSurvival) -> v1::SurvivalSummary {
    v1::SurvivalSummary {
        group: group.group.clone(),
        customers: group.customers as i64,
        events: group.events as i64,
        censored: (group.customers - group.events) as i64,
        median_days: Some(estimate(group.median_days.clone())),
        restricted_mean_days: Some(estimate(group.restricted_mean_days.clone())),
    }
}

fn curve(group: &GroupSurvival) -> impl Iterator<Item = v1::SurvivalRow> {
    group.curve.iter().map(|row| v1::SurvivalRow {
        group: group.group.clone(),
        days: row.days as i32,
        at_risk: row.at_risk as i64,
        events: row.events as i64,
        censored: row.censored as i64,
        survival_probability: Some(estimate(row.survival_probability.clone())),
    })
}
