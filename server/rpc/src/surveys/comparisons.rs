//! Scores compared.

use lojal_domain::SurveyMetric;
use lojal_engine::{Against, Changes, Measured, NpsScores, ScoreCounts, SurveyComparison, SurveyQuestion};
use lojal_proto::v1;
use lojal_scoring::nps::NpsDifference;
use lojal_scoring::scores::{Distribution, MeanDifference};
use lojal_scoring::statistics::multiple::benjamini_hochberg;
use lojal_scoring::statistics::proportion;

use super::nps;
use super::scores::{Asked, KIND, filtered, mean, scale};
use crate::error::Refusal;
use crate::records::responses::metric_of;
use crate::words::{confidence, provenance, scope_with, some, unknown, window};

/// What is compared with what, by the two fields that decide it.
fn against(group_by: &str, baseline: &str, paired: bool) -> Result<Against, Refusal> {
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
        (false, true) => Ok(Against::Groups),
        (true, false) => {
            let baseline = window(baseline).map_err(|_| window_of("baseline_window", baseline))?;
            Ok(Against::Window { baseline, paired })
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

pub(crate) fn nps(request: v1::CompareNpsRequest) -> Result<(SurveyQuestion, Against, f64), Refusal> {
    let against = against(&request.group_by, &request.baseline_window, request.paired)?;
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let filter = v1::ScoreFilter {
        kind: request.kind,
        survey_id: request.survey_id,
        channel: request.channel,
        topic: request.topic,
    };
    let question = filtered(vec![SurveyMetric::Nps], filter, "kind", scope, &request.window)?;
    let question = SurveyQuestion { group_by: some(request.group_by), ..question };
    Ok((question, against, confidence(request.confidence)?))
}

pub(crate) fn scores(request: v1::CompareScoresRequest) -> Result<(Asked, Against), Refusal> {
    let against = against(&request.group_by, &request.baseline_window, request.paired)?;
    let metric =
        metric_of(request.metric.try_into().map_err(|_| unknown("metric"))?).unwrap_or(SurveyMetric::Csat);
    if metric == SurveyMetric::Nps {
        let message = "is SURVEY_METRIC_NPS, which NpsService.CompareNps compares; choose another metric";
        return Err(Refusal::field("metric", message));
    }
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let question = filtered(vec![metric], request.answers.unwrap_or_default(), KIND, scope, &request.window)?;
    let question = SurveyQuestion { group_by: some(request.group_by), ..question };
    let confidence = confidence(request.confidence)?;
    Ok((Asked { question, top_box: request.top_box, confidence }, against))
}

/// All pairs, in order.
fn pairs<T>(samples: &[T]) -> impl Iterator<Item = (&T, &T)> {
    let rest = |first: usize| samples.get(first + 1..).unwrap_or_default();
    samples.iter().enumerate().flat_map(move |(first, one)| rest(first).iter().map(move |two| (one, two)))
}

/// Adjusts the p-values there are.
fn adjusted(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let known: Vec<f64> = p_values.iter().flatten().copied().collect();
    let mut adjusted = benjamini_hochberg(&known).into_iter();
    p_values.iter().map(|p| p.and_then(|_| adjusted.next())).collect()
}

fn difference(value: f64, interval: (f64, f64), confidence: f64, method: &str) -> v1::Estimate {
    v1::Estimate {
        value: Some(value),
        ci_low: Some(interval.0),
        ci_high: Some(interval.1),
        confidence,
        method: method.to_owned(),
        ..v1::Estimate::default()
    }
}

/// A difference of which nobody can say how sure it is, such as that from a single answer.
fn without_interval(one: &v1::Estimate, two: &v1::Estimate, n: u64, method: &str) -> v1::Estimate {
    let value = one.value.zip(two.value).map(|(one, two)| one - two);
    let n = value.map_or(0, |_| n as i64);
    v1::Estimate { value, n, method: method.to_owned(), ..v1::Estimate::default() }
}

pub(crate) fn nps_answer(found: &SurveyComparison, confidence: f64) -> v1::CompareNpsResponse {
    let compare = |one: &NpsScores, two: &NpsScores| match &found.changes {
        Some(Changes { of_categories, .. }) => NpsDifference::paired(*of_categories, confidence),
        None if one.weighted().is_none() && two.weighted().is_none() => {
            one.counts().compare(&two.counts(), confidence)
        }
        None => one.by_weight().compare(&two.by_weight(), confidence),
    };
    let told_of = |scores: &NpsScores| match found.changes {
        // Each of those who answered twice counts once.
        Some(_) => nps::estimate(scores.counts(), confidence),
        None => nps::estimate_of(scores, confidence, None),
    };
    let mut comparisons: Vec<v1::NpsComparison> = pairs(&found.samples)
        .map(|((first, one), (second, two))| {
            let (one, two) = (NpsScores::from(one.clone()), NpsScores::from(two.clone()));
            let (first_nps, second_nps) = (told_of(&one), told_of(&two));
            let told = compare(&one, &two);
            let method = match &found.changes {
                Some(_) => "paired_normal",
                None if one.weighted().is_none() && two.weighted().is_none() => "adjusted_wald",
                None => "weighted_adjusted_wald",
            };
            let (of_one, of_two) = (one.counts().total(), two.counts().total());
            let n = if found.changes.is_some() { of_one } else { of_one + of_two };
            v1::NpsComparison {
                first: first.clone(),
                second: second.clone(),
                difference: Some(match told {
                    None => without_interval(&first_nps, &second_nps, n, method),
                    Some(told) => v1::Estimate {
                        n: n as i64,
                        standard_error: Some(told.standard_error),
                        ..difference(told.difference, (told.ci_low, told.ci_high), confidence, method)
                    },
                }),
                z: told.and_then(|told| told.z),
                p_value: told.and_then(|told| told.p_value),
                adjusted_p_value: None,
                first_nps: Some(first_nps),
                second_nps: Some(second_nps),
            }
        })
        .collect();
    let p_values: Vec<Option<f64>> = comparisons.iter().map(|each| each.p_value).collect();
    for (each, p) in comparisons.iter_mut().zip(adjusted(&p_values)) {
        each.adjusted_p_value = p;
    }
    v1::CompareNpsResponse { comparisons, provenance: Some(provenance(found.provenance.clone())) }
}

pub(crate) fn scores_answer(found: &SurveyComparison, confidence: f64) -> v1::CompareScoresResponse {
    let mut comparisons: Vec<v1::ScoreComparison> = match &found.measured {
        None => Vec::new(),
        Some(measured) => pairs(&found.samples)
            .map(|(one, two)| compared(one, two, measured, found.changes.as_ref(), confidence))
            .collect(),
    };
    let p_values: Vec<Option<f64>> = comparisons.iter().map(|each| each.p_value).collect();
    for (each, p) in comparisons.iter_mut().zip(adjusted(&p_values)) {
        each.adjusted_p_value = p;
    }
    v1::CompareScoresResponse {
        comparisons,
        scale: found.measured.as_ref().map(scale),
        provenance: Some(provenance(found.provenance.clone())),
    }
}

fn compared(
    (first, one): &(String, ScoreCounts),
    (second, two): &(String, ScoreCounts),
    measured: &Measured,
    changes: Option<&Changes>,
    confidence: f64,
) -> v1::ScoreComparison {
    let (one, two) = (one.numbers(), two.numbers());
    let min = measured.scale.lowest().into();
    let (of_one, of_two) = (Distribution { min, counts: &one }, Distribution { min, counts: &two });
    let (told, method, n) = match changes {
        None => (of_one.compare(&of_two, confidence), "welch_t", of_one.total() + of_two.total()),
        Some(changes) => {
            let reach = measured.scale.points() as i32 - 1;
            let counts: Vec<u64> =
                (-reach..=reach).map(|by| changes.of_scores.get(&by).copied().unwrap_or(0)).collect();
            (MeanDifference::paired(&counts, confidence), "paired_t", of_one.total())
        }
    };
    let (from, to) = measured.top_boxes();
    let shares = changes.is_none().then(|| {
        let hits = |of: &Distribution<'_>| (of.between(from, to), of.total());
        proportion::compare(hits(&of_one), hits(&of_two), confidence)
    });
    let shares = shares.flatten();
    let (first_mean, second_mean) =
        (mean(measured.scale, &one, confidence), mean(measured.scale, &two, confidence));
    v1::ScoreComparison {
        first: first.clone(),
        second: second.clone(),
        mean_difference: Some(match told {
            None => without_interval(&first_mean, &second_mean, n, method),
            Some(told) => v1::Estimate {
                n: n as i64,
                standard_error: Some(told.standard_error),
                ..difference(told.difference, (told.ci_low, told.ci_high), confidence, method)
            },
        }),
        first_mean: Some(first_mean),
        second_mean: Some(second_mean),
        t: told.and_then(|told| told.t),
        p_value: told.and_then(|told| told.p_value),
        adjusted_p_value: None,
        top_box_difference: shares.map(|found| v1::Estimate {
            n: n as i64,
            ..difference(found.difference, (found.ci_low, found.ci_high), confidence, "newcombe")
        }),
        top_box_p_value: shares.and_then(|found| found.p_value),
    }
}
