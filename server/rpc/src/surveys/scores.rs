//! Scores of surveys, and participation.

use lojal_domain::{Estimate, Method, SurveyKind, SurveyMetric};
use lojal_engine::{
    CountedAnswers, GetResponseRate, GetScores, Measured, ParticipationRates, Period, ResponseRateAnswer,
    Scope, ScoresAnswer, ScoresRow, SurveyQuestion,
};
use lojal_proto::v1;

use crate::error::Refusal;
use crate::records::responses::{kind as kind_word, kind_of, metric, metric_of};
use crate::words::{confidence, estimate, interval, period, provenance, scope_with, some, unknown, window};

/// Where the kind of the answers is chosen, and which of a customer's count.
pub(crate) const FIELDS: [&str; 2] = ["answers.kind", "answers.counted"];

pub(crate) fn kind(asked: i32, field: &'static str) -> Result<Option<SurveyKind>, Refusal> {
    Ok(kind_of(asked.try_into().map_err(|_| unknown(field))?))
}

/// Which answers of a customer count.
pub(crate) fn counted(asked: i32, field: &'static str) -> Result<CountedAnswers, Refusal> {
    Ok(match asked.try_into().map_err(|_| unknown(field))? {
        v1::CountedAnswers::Unspecified | v1::CountedAnswers::All => CountedAnswers::All,
        v1::CountedAnswers::LatestPerCustomer => CountedAnswers::LatestPerCustomer,
    })
}

pub(crate) fn measure(asked: i32) -> Result<Option<SurveyMetric>, Refusal> {
    Ok(metric_of(asked.try_into().map_err(|_| unknown("metric"))?))
}

/// A question with the filter that all questions about scores share.
pub(crate) fn filtered(
    metrics: Vec<SurveyMetric>,
    filter: v1::ScoreFilter,
    [kind_field, counted_field]: [&'static str; 2],
    scope: Scope,
    window_: &str,
) -> Result<SurveyQuestion, Refusal> {
    let question = SurveyQuestion::of(SurveyMetric::Nps);
    Ok(SurveyQuestion {
        scope,
        window: window(window_)?,
        metrics,
        kind: kind(filter.kind, kind_field)?,
        survey: some(filter.survey_id),
        channel: some(filter.channel),
        topic: some(filter.topic),
        counted: counted(filter.counted, counted_field)?,
        ..question
    })
}

pub(crate) fn csat(request: v1::GetCsatRequest) -> Result<GetScores, Refusal> {
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let answers = filtered(
        vec![SurveyMetric::Csat],
        request.answers.unwrap_or_default(),
        FIELDS,
        scope,
        &request.window,
    )?;
    let (group_by, interval) = (some(request.group_by), interval(request.interval)?);
    let confidence = confidence(request.confidence)?;
    Ok(GetScores {
        answers: SurveyQuestion { group_by, interval, ..answers },
        top_box: request.top_box,
        confidence,
    })
}

pub(crate) fn ces(request: v1::GetCesRequest) -> Result<GetScores, Refusal> {
    let both = [SurveyMetric::Ces1, SurveyMetric::Ces2];
    let metrics = match measure(request.metric)? {
        None => both.to_vec(),
        Some(metric) if both.contains(&metric) => vec![metric],
        Some(_) => {
            let message = "is not a version of CES; choose SURVEY_METRIC_CES1 or SURVEY_METRIC_CES2";
            return Err(Refusal::field("metric", message));
        }
    };
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let answers = filtered(metrics, request.answers.unwrap_or_default(), FIELDS, scope, &request.window)?;
    let (group_by, interval) = (some(request.group_by), interval(request.interval)?);
    let confidence = confidence(request.confidence)?;
    Ok(GetScores { answers: SurveyQuestion { group_by, interval, ..answers }, top_box: None, confidence })
}

pub(crate) fn any(request: v1::GetScoresRequest) -> Result<GetScores, Refusal> {
    let metric = measure(request.metric)?.unwrap_or(SurveyMetric::Trust);
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let answers =
        filtered(vec![metric], request.answers.unwrap_or_default(), FIELDS, scope, &request.window)?;
    let (group_by, interval) = (some(request.group_by), interval(request.interval)?);
    let confidence = confidence(request.confidence)?;
    Ok(GetScores {
        answers: SurveyQuestion { group_by, interval, ..answers },
        top_box: request.top_box,
        confidence,
    })
}

pub(crate) fn scale(measured: &Measured) -> v1::ScoreScale {
    v1::ScoreScale {
        metric: metric(measured.metric).into(),
        min: measured.scale.lowest().into(),
        max: measured.scale.highest().into(),
        lower_is_better: measured.scale.lower_is_better(),
        top_box: measured.top_box,
    }
}

fn row(row: ScoresRow) -> v1::ScoreRow {
    let scores = row.scores;
    v1::ScoreRow {
        group: row.group,
        period: row.period.map(period),
        kind: kind_word(row.kind).into(),
        survey_id: row.survey.to_string(),
        scale: Some(scale(&row.measured)),
        top_box_share: Some(estimate(scores.top_box_share)),
        mean: Some(estimate(scores.mean)),
        index: Some(estimate(scores.index)),
        net_easy: scores.net_easy.map(estimate),
        score_counts: scores.numbers.into_iter().map(|count| count as i64).collect(),
        customers: scores.customers as i64,
    }
}

/// What every answer about scores holds; all of it is in the general one.
pub(crate) fn any_answer(answer: ScoresAnswer) -> v1::GetScoresResponse {
    v1::GetScoresResponse {
        whole: Some(answer.whole.map(row).unwrap_or_default()),
        rows: answer.rows.into_iter().map(row).collect(),
        questions: answer.questions.into_iter().map(row).collect(),
        scale: answer.measured.as_ref().map(scale),
        provenance: Some(provenance(answer.provenance)),
    }
}

pub(crate) fn csat_answer(answer: ScoresAnswer) -> v1::GetCsatResponse {
    let csat = answer.whole.as_ref().map(|whole| whole.scores.top_box_share.clone());
    let csat = csat.unwrap_or_else(|| Estimate::undefined(Method::Wilson));
    let v1::GetScoresResponse { whole, rows, scale, provenance, questions } = any_answer(answer);
    v1::GetCsatResponse { csat: Some(estimate(csat)), whole, rows, scale, provenance, questions }
}

pub(crate) fn ces_answer(answer: ScoresAnswer) -> v1::GetCesResponse {
    let ces = answer.whole.as_ref().map(|whole| whole.scores.mean.clone());
    let ces = ces.unwrap_or_else(|| Estimate::undefined(Method::StudentT));
    let v1::GetScoresResponse { whole, rows, scale, provenance, questions } = any_answer(answer);
    v1::GetCesResponse { ces: Some(estimate(ces)), whole, rows, scale, provenance, questions }
}

pub(crate) fn participation(request: v1::GetResponseRateRequest) -> Result<GetResponseRate, Refusal> {
    Ok(GetResponseRate {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: Some(window(&request.window)?),
        group_by: some(request.group_by),
        interval: interval(request.interval)?,
        metric: measure(request.metric)?,
        kind: kind(request.kind, "kind")?,
        survey: some(request.survey_id),
        channel: some(request.channel),
        confidence: confidence(request.confidence)?,
    })
}

pub(crate) fn participation_answer(answer: ResponseRateAnswer) -> v1::GetResponseRateResponse {
    let row = |group: String, period_: Option<Period>, rates: ParticipationRates| {
        let of = rates.counts;
        v1::ResponseRateRow {
            group,
            period: period_.map(period),
            invited: of.invited as i64,
            delivered: of.delivered as i64,
            bounced: of.bounced as i64,
            dismissed: of.dismissed as i64,
            partial: of.partial as i64,
            completed: of.completed as i64,
            unsolicited: of.unsolicited as i64,
            response_rate: Some(estimate(rates.response_rate)),
            completion_rate: Some(estimate(rates.completion_rate)),
            strict_response_rate: Some(estimate(rates.strict_response_rate)),
        }
    };
    v1::GetResponseRateResponse {
        whole: Some(row(String::new(), None, answer.whole)),
        rows: answer.rows.into_iter().map(|each| row(each.group, each.period, each.participation)).collect(),
        provenance: Some(provenance(answer.provenance)),
    }
}
