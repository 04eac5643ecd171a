//! What customers write.

use lojal_domain::{SurveyMetric, limits};
use lojal_engine::{
    CommentTerm, CommentedResponse, CommentsSummary, ListResponses, Page, Period, Provenance,
    SummarizeComments, SurveyQuestion,
};
use lojal_proto::v1;

use super::scores::{FIELDS, filtered, measure};
use crate::error::Refusal;
use crate::records::responses::{disposition, kind, metric};
use crate::words::{estimate, interval, page, period, provenance, scope_with, some, timestamp};

/// Terms of comments where the request names no limit.
const TERMS: i32 = 20;

/// Bytes of a word or pair of words that is looked for.
const TERM_BYTES: usize = 256;

pub(crate) fn comments(request: v1::SummarizeCommentsRequest) -> Result<SummarizeComments, Refusal> {
    let metric = measure(request.metric)?.unwrap_or(SurveyMetric::Nps);
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let answers =
        filtered(vec![metric], request.answers.unwrap_or_default(), FIELDS, scope, &request.window)?;
    let (group_by, interval) = (some(request.group_by), interval(request.interval)?);
    let question = SurveyQuestion { group_by, interval, ..answers };
    let limit = if request.limit == 0 { TERMS } else { request.limit };
    let limit = usize::try_from(limit).ok().filter(|limit| (1..=limits::PAGE_SIZE).contains(limit));
    let limit = limit.ok_or_else(|| {
        Refusal::field("limit", format!("is {}; choose 1 to {}", request.limit, limits::PAGE_SIZE))
    })?;
    Ok(SummarizeComments { question, limit })
}

fn term(found: CommentTerm, group: &str, of: Option<&Period>) -> v1::CommentTerm {
    v1::CommentTerm {
        term: found.term,
        answers: found.answers as i64,
        share: Some(estimate(found.share)),
        mean_score: found.mean_score.map(estimate),
        group: group.to_owned(),
        period: of.cloned().map(period),
    }
}

pub(crate) fn comments_answer(summary: CommentsSummary) -> v1::SummarizeCommentsResponse {
    let (mut rows, mut row_topics, mut row_terms) = (Vec::new(), Vec::new(), Vec::new());
    for row in summary.rows {
        let told = |found| term(found, &row.group, row.period.as_ref());
        row_topics.extend(row.topics.into_iter().map(told));
        row_terms.extend(row.terms.into_iter().map(told));
        rows.push(v1::CommentRow {
            group: row.group,
            period: row.period.map(period),
            answers: row.answers as i64,
            comments: row.comments as i64,
            comments_without_score: row.comments_without_score as i64,
            mean_score: row.mean_score.map(estimate),
        });
    }
    let told = |found| term(found, "", None);
    v1::SummarizeCommentsResponse {
        answers: summary.answers as i64,
        comments: summary.comments as i64,
        comments_without_score: summary.comments_without_score as i64,
        mean_score: summary.mean_score.map(estimate),
        topics: summary.topics.into_iter().map(told).collect(),
        terms: summary.terms.into_iter().map(told).collect(),
        provenance: Some(provenance(summary.provenance)),
        rows,
        row_topics,
        row_terms,
    }
}

pub(crate) fn listed(request: v1::ListResponsesRequest) -> Result<ListResponses, Refusal> {
    let metrics = match measure(request.metric)? {
        Some(metric) => vec![metric],
        None => SurveyMetric::ALL.to_vec(),
    };
    if request.term.len() > TERM_BYTES {
        let message = format!("is {} bytes long; give a word or two, up to {TERM_BYTES}", request.term.len());
        return Err(Refusal::field("term", message));
    }
    if let (Some(min), Some(max)) = (request.min_score, request.max_score)
        && min > max
    {
        let message =
            format!("is {min}, which is more than max_score, {max}; give the lower one as min_score");
        return Err(Refusal::field("min_score", message));
    }
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    Ok(ListResponses {
        question: filtered(metrics, request.answers.unwrap_or_default(), FIELDS, scope, &request.window)?,
        term: some(request.term),
        min_score: request.min_score,
        max_score: request.max_score,
        page: page(request.page_size, request.page_token),
    })
}

fn response(found: CommentedResponse) -> v1::CommentedResponse {
    let item = found.item;
    v1::CommentedResponse {
        customer_id: found.customer.map(|customer| customer.as_str().to_owned()).unwrap_or_default(),
        time: Some(timestamp(found.time)),
        metric: metric(item.metric).into(),
        kind: kind(item.kind).into(),
        disposition: disposition(found.disposition).into(),
        survey_id: found.survey.to_string(),
        channel: found.channel.to_string(),
        score: found.score.map(i32::from),
        scale_min: item.scale.lowest().into(),
        scale_max: item.scale.highest().into(),
        topics: found.topics.iter().map(ToString::to_string).collect(),
        comment: found.comment,
    }
}

pub(crate) fn listed_answer(
    (page, from): (Page<CommentedResponse>, Provenance),
) -> v1::ListResponsesResponse {
    v1::ListResponsesResponse {
        responses: page.entries.into_iter().map(response).collect(),
        next_page_token: page.next_token,
        provenance: Some(provenance(from)),
    }
}
