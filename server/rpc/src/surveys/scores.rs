//! Scores of surveys, participation and comments.

use lojal_domain::{Scale, SurveyKind, SurveyMetric, limits};
use lojal_engine::{
    CommentTerm, CommentsSummary, GetResponseRate, Measured, Participation, Period, ResponseRateAnswer,
    Scope, ScoreCounts, ScoresAnswer, SummarizeComments, SurveyQuestion, SurveyRow,
};
use lojal_proto::v1;
use lojal_scoring::nps::NpsCounts;
use lojal_scoring::scores::{Distribution, MeanEstimate};

use crate::error::Refusal;
use crate::records::responses::{kind_of, metric, metric_of};
use crate::words::{
    CONFIDENCE, confidence, interval, period, provenance, scope_with, share, some, unknown, window,
};

/// Where the kind of the answers is chosen.
pub(crate) const KIND: &str = "answers.kind";

/// Terms of comments where the request names no limit.
const TERMS: i32 = 20;

/// A question about scores, and how its answer is to be told.
pub(crate) struct Asked {
    pub(crate) question: SurveyQuestion,
    pub(crate) top_box: Option<i32>,
    pub(crate) confidence: f64,
}

pub(crate) fn kind(asked: i32, field: &'static str) -> Result<Option<SurveyKind>, Refusal> {
    Ok(kind_of(asked.try_into().map_err(|_| unknown(field))?))
}

fn measure(asked: i32) -> Result<Option<SurveyMetric>, Refusal> {
    Ok(metric_of(asked.try_into().map_err(|_| unknown("metric"))?))
}

/// A question with the filter that all questions about scores share.
pub(crate) fn filtered(
    metrics: Vec<SurveyMetric>,
    filter: v1::ScoreFilter,
    kind_field: &'static str,
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
        ..question
    })
}

pub(crate) fn csat(request: v1::GetCsatRequest) -> Result<Asked, Refusal> {
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let question = filtered(
        vec![SurveyMetric::Csat],
        request.answers.unwrap_or_default(),
        KIND,
        scope,
        &request.window,
    )?;
    let (group_by, interval) = (some(request.group_by), interval(request.interval)?);
    let confidence = confidence(request.confidence)?;
    Ok(Asked {
        question: SurveyQuestion { group_by, interval, ..question },
        top_box: request.top_box,
        confidence,
    })
}

pub(crate) fn ces(request: v1::GetCesRequest) -> Result<Asked, Refusal> {
    let both = [SurveyMetric::Ces1, SurveyMetric::Ces2];
    let metrics = match measure(request.metric)? {
        None => both.to_vec(),
        Some(metric) if both.contains(&metric) => vec![metric],
        Some(_) => {
            let message = "is no version of CES; choose SURVEY_METRIC_CES1 or SURVEY_METRIC_CES2";
            return Err(Refusal::field("metric", message));
        }
    };
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let question = filtered(metrics, request.answers.unwrap_or_default(), KIND, scope, &request.window)?;
    let (group_by, interval) = (some(request.group_by), interval(request.interval)?);
    let confidence = confidence(request.confidence)?;
    Ok(Asked { question: SurveyQuestion { group_by, interval, ..question }, top_box: None, confidence })
}

pub(crate) fn any(request: v1::GetScoresRequest) -> Result<Asked, Refusal> {
    let metric = measure(request.metric)?.unwrap_or(SurveyMetric::Trust);
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let question = filtered(vec![metric], request.answers.unwrap_or_default(), KIND, scope, &request.window)?;
    let (group_by, interval) = (some(request.group_by), interval(request.interval)?);
    let confidence = confidence(request.confidence)?;
    Ok(Asked {
        question: SurveyQuestion { group_by, interval, ..question },
        top_box: request.top_box,
        confidence,
    })
}

/// A mean, with its numbers taken through `map`, which may turn them upside down.
fn mean_of(found: Option<MeanEstimate>, confidence: f64, (factor, shift): (f64, f64)) -> v1::Estimate {
    const METHOD: &str = "student_t";
    let Some(found) = found else {
        return v1::Estimate { method: METHOD.to_owned(), ..v1::Estimate::default() };
    };
    let map = |x: f64| factor * x + shift;
    let (low, high) = match factor < 0.0 {
        true => (found.ci_high, found.ci_low),
        false => (found.ci_low, found.ci_high),
    };
    v1::Estimate {
        value: Some(map(found.mean)),
        ci_low: low.map(map),
        ci_high: high.map(map),
        confidence: if found.ci_low.is_some() { confidence } else { 0.0 },
        n: found.n as i64,
        standard_error: found.standard_error.map(|error| error * factor.abs()),
        method: METHOD.to_owned(),
        warnings: Vec::new(),
    }
}

pub(crate) fn mean(scale: Scale, numbers: &[u64], confidence: f64) -> v1::Estimate {
    let of = Distribution { min: scale.lowest().into(), counts: numbers };
    mean_of(of.mean(confidence), confidence, (1.0, 0.0))
}

/// The row of scores on a known scale.
fn row(
    group: String,
    period_: Option<Period>,
    scores: &ScoreCounts,
    measured: Option<&Measured>,
    confidence: f64,
) -> v1::ScoreRow {
    let Some(measured) = measured else {
        return v1::ScoreRow { group, period: period_.map(period), ..v1::ScoreRow::default() };
    };
    let scale = measured.scale;
    let numbers = scores.numbers();
    let of = Distribution { min: scale.lowest().into(), counts: &numbers };
    let (low, high) = (f64::from(scale.lowest()), f64::from(scale.highest()));
    let upward = 100.0 / (high - low);
    let index = if scale.lower_is_better() { (-upward, upward * high) } else { (upward, -upward * low) };
    let (from, to) = measured.top_boxes();
    let found = of.mean(confidence);
    v1::ScoreRow {
        group,
        period: period_.map(period),
        top_box_share: Some(share(of.between(from, to), of.total(), confidence)),
        mean: Some(mean_of(found, confidence, (1.0, 0.0))),
        index: Some(mean_of(found, confidence, index)),
        net_easy: (measured.metric == SurveyMetric::Ces2).then(|| net_easy(&of, confidence)),
        score_counts: numbers.iter().map(|count| *count as i64).collect(),
    }
}

/// Share of 6 and 7 less share of 1 to 3: a trinomial, as the NPS is one.
fn net_easy(of: &Distribution<'_>, confidence: f64) -> v1::Estimate {
    const METHOD: &str = "adjusted_wald";
    let (easy, hard) = (of.between(6, 7), of.between(1, 3));
    let counts = NpsCounts { promoters: easy, passives: of.total() - easy - hard, detractors: hard };
    let Some(found) = counts.adjusted_wald(confidence) else {
        return v1::Estimate { method: METHOD.to_owned(), ..v1::Estimate::default() };
    };
    v1::Estimate {
        value: Some(found.nps / 100.0),
        ci_low: Some(found.ci_low / 100.0),
        ci_high: Some(found.ci_high / 100.0),
        confidence,
        n: found.n as i64,
        standard_error: counts.wald(confidence).map(|plain| plain.standard_error / 100.0),
        method: METHOD.to_owned(),
        warnings: Vec::new(),
    }
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

/// The whole, the rows, the scale, and where the answer comes from.
fn told(
    answer: ScoresAnswer,
    confidence: f64,
) -> (v1::ScoreRow, Vec<v1::ScoreRow>, Option<v1::ScoreScale>, v1::Provenance) {
    let measured = answer.measured.as_ref();
    let whole = row(String::new(), None, &answer.whole, measured, confidence);
    let each = |SurveyRow { group, period, scores }| row(group, period, &scores, measured, confidence);
    let rows = answer.rows.into_iter().map(each).collect();
    (whole, rows, measured.map(scale), provenance(answer.provenance))
}

pub(crate) fn csat_answer(answer: ScoresAnswer, confidence: f64) -> v1::GetCsatResponse {
    let (whole, rows, scale, provenance) = told(answer, confidence);
    let csat = whole.top_box_share.clone().or_else(|| Some(share(0, 0, confidence)));
    v1::GetCsatResponse { csat, whole: Some(whole), rows, scale, provenance: Some(provenance) }
}

pub(crate) fn ces_answer(answer: ScoresAnswer, confidence: f64) -> v1::GetCesResponse {
    let (whole, rows, scale, provenance) = told(answer, confidence);
    let ces = whole.mean.clone().or_else(|| Some(mean_of(None, confidence, (1.0, 0.0))));
    v1::GetCesResponse { ces, whole: Some(whole), rows, scale, provenance: Some(provenance) }
}

pub(crate) fn any_answer(answer: ScoresAnswer, confidence: f64) -> v1::GetScoresResponse {
    let (whole, rows, scale, provenance) = told(answer, confidence);
    v1::GetScoresResponse { whole: Some(whole), rows, scale, provenance: Some(provenance) }
}

pub(crate) fn participation(request: v1::GetResponseRateRequest) -> Result<(GetResponseRate, f64), Refusal> {
    let question = GetResponseRate {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: Some(window(&request.window)?),
        group_by: some(request.group_by),
        interval: interval(request.interval)?,
        metric: measure(request.metric)?,
        kind: kind(request.kind, "kind")?,
        survey: some(request.survey_id),
        channel: some(request.channel),
    };
    Ok((question, confidence(request.confidence)?))
}

pub(crate) fn participation_answer(
    answer: ResponseRateAnswer,
    confidence: f64,
) -> v1::GetResponseRateResponse {
    let row = |group: String, period_: Option<Period>, of: &Participation| {
        let answered = of.completed + of.partial;
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
            response_rate: Some(share(answered, of.delivered, confidence)),
            completion_rate: Some(share(of.completed, answered, confidence)),
            strict_response_rate: Some(share(of.completed_of_invited, of.invited, confidence)),
        }
    };
    v1::GetResponseRateResponse {
        whole: Some(row(String::new(), None, &answer.whole)),
        rows: answer.rows.into_iter().map(|each| row(each.group, each.period, &each.participation)).collect(),
        provenance: Some(provenance(answer.provenance)),
    }
}

pub(crate) fn comments(request: v1::SummarizeCommentsRequest) -> Result<SummarizeComments, Refusal> {
    let metric = measure(request.metric)?.unwrap_or(SurveyMetric::Nps);
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let question = filtered(vec![metric], request.answers.unwrap_or_default(), KIND, scope, &request.window)?;
    let limit = if request.limit == 0 { TERMS } else { request.limit };
    let limit = usize::try_from(limit).ok().filter(|limit| (1..=limits::PAGE_SIZE).contains(limit));
    let limit = limit.ok_or_else(|| {
        Refusal::field("limit", format!("is {}; choose 1 to {}", request.limit, limits::PAGE_SIZE))
    })?;
    Ok(SummarizeComments { question, limit })
}

pub(crate) fn comments_answer(summary: CommentsSummary) -> v1::SummarizeCommentsResponse {
    let scale = summary.scale;
    let mean = |scores: &ScoreCounts| scale.map(|scale| mean(scale, &scores.numbers(), CONFIDENCE));
    let terms = |terms: Vec<CommentTerm>, of: u64| {
        let told = terms.into_iter().map(|found| v1::CommentTerm {
            answers: found.scores.total() as i64,
            share: Some(share(found.scores.total(), of, CONFIDENCE)),
            mean_score: mean(&found.scores),
            term: found.term,
        });
        told.collect()
    };
    v1::SummarizeCommentsResponse {
        answers: summary.whole.total() as i64,
        comments: summary.comments as i64,
        mean_score: mean(&summary.whole),
        topics: terms(summary.topics, summary.with_topic),
        terms: terms(summary.terms, summary.comments),
        provenance: Some(provenance(summary.provenance)),
    }
}
