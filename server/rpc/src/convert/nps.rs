//! Recommendation.

use lojal_domain::{Interval, SurveyKind, Window};
use lojal_engine::{GetNps, NpsAnswer, NpsRow};
use lojal_proto::v1;
use lojal_scoring::nps::NpsCounts;

use super::common::{provenance, timestamp, when, window};
use crate::error::Refusal;

const CONFIDENCE: f64 = 0.95;
const METHOD: &str = "adjusted_wald";

/// The question, and the coverage its intervals are to have.
pub(crate) fn question(request: v1::GetNpsRequest) -> Result<(GetNps, f64), Refusal> {
    let confidence = request.confidence.unwrap_or(CONFIDENCE);
    if !(confidence > 0.5 && confidence < 1.0) {
        let message = format!("is {confidence}; choose more than 0.5 and less than 1, such as 0.95");
        return Err(Refusal::field("confidence", message));
    }
    let unknown = |field: &'static str| move |_| Refusal::field(field, "is not one of the values there are");
    let interval = match request.interval.try_into().map_err(unknown("interval"))? {
        v1::Interval::Unspecified => None,
        v1::Interval::Day => Some(Interval::Day),
        v1::Interval::Week => Some(Interval::Week),
        v1::Interval::Month => Some(Interval::Month),
        v1::Interval::Quarter => Some(Interval::Quarter),
        v1::Interval::Year => Some(Interval::Year),
    };
    let kind = match request.kind.try_into().map_err(unknown("kind"))? {
        v1::SurveyKind::Unspecified => None,
        v1::SurveyKind::Relationship => Some(SurveyKind::Relationship),
        v1::SurveyKind::Transactional => Some(SurveyKind::Transactional),
    };
    let window: Window = window(&request.window)?;
    let some = |text: String| (!text.is_empty()).then_some(text);
    let question = GetNps {
        when: when(request.as_of, request.known_at)?,
        window,
        group_by: some(request.group_by),
        interval,
        kind,
        survey: some(request.survey_id),
    };
    Ok((question, confidence))
}

fn estimate(counts: NpsCounts, confidence: f64) -> v1::Estimate {
    let Some(found) = counts.adjusted_wald(confidence) else {
        return v1::Estimate { method: METHOD.to_owned(), ..v1::Estimate::default() };
    };
    v1::Estimate {
        value: Some(found.nps),
        ci_low: Some(found.ci_low),
        ci_high: Some(found.ci_high),
        confidence,
        n: found.n as i64,
        // That of the value; the interval has its own, of the adjusted proportions.
        standard_error: counts.wald(confidence).map(|plain| plain.standard_error),
        method: METHOD.to_owned(),
        warnings: Vec::new(),
    }
}

pub(crate) fn answer(answer: NpsAnswer, confidence: f64) -> v1::GetNpsResponse {
    let counts = answer.counts();
    v1::GetNpsResponse {
        nps: Some(estimate(counts, confidence)),
        promoters: counts.promoters as i64,
        passives: counts.passives as i64,
        detractors: counts.detractors as i64,
        score_counts: answer.scores.iter().map(|count| *count as i64).collect(),
        rows: answer.rows.into_iter().map(|each| row(each, confidence)).collect(),
        provenance: Some(provenance(answer.provenance)),
    }
}

fn row(row: NpsRow, confidence: f64) -> v1::NpsRow {
    let counts = row.counts();
    let period = row.period.map(|period| v1::Period {
        start: Some(timestamp(period.span.start)),
        end: Some(timestamp(period.span.end)),
        label: period.label,
    });
    v1::NpsRow {
        group: row.group,
        period,
        nps: Some(estimate(counts, confidence)),
        promoters: counts.promoters as i64,
        passives: counts.passives as i64,
        detractors: counts.detractors as i64,
    }
}
