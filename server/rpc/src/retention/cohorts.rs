//! Customers who began together.

use lojal_domain::{Currency, Interval, SurveyKind, limits};
use lojal_engine::{Cohort, CohortAlignment, CohortMeans, CohortsAnswer, GetCohorts};
use lojal_proto::v1;
use lojal_scoring::nps::NpsCounts;
use lojal_scoring::retention::{CohortCell, CohortMode, spread};

use super::estimates::{
    confidence, interval, normal, period, plain, share, some, unknown, window_or, within,
};
use crate::error::Refusal;
use crate::words::{provenance, scope_with, sum};

const LAST_AGE: i64 = 12;

pub(crate) fn cohorts_question(request: v1::GetCohortsRequest) -> Result<(GetCohorts, f64), Refusal> {
    let confidence = confidence(request.confidence)?;
    let alignment = match request.alignment.try_into().map_err(|_| unknown("alignment"))? {
        v1::CohortAlignment::Unspecified | v1::CohortAlignment::Calendar => CohortAlignment::Calendar,
        v1::CohortAlignment::Rolling => CohortAlignment::Rolling,
    };
    let nps_kind = match request.nps_kind.try_into().map_err(|_| unknown("nps_kind"))? {
        v1::SurveyKind::Unspecified => None,
        v1::SurveyKind::Relationship => Some(SurveyKind::Relationship),
        v1::SurveyKind::Transactional => Some(SurveyKind::Transactional),
    };
    if request.last_age.is_some() && request.mode == v1::CohortMode::Bracket as i32 {
        let message = "is only for columns of single ages; the brackets name theirs, so leave it unset";
        return Err(Refusal::field("last_age", message));
    }
    let last_age = request.last_age.map_or(LAST_AGE, i64::from);
    let question = GetCohorts {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, "all")?,
        group_by: some(request.group_by),
        cohort_attribute: some(request.cohort_attribute),
        interval: interval(request.interval)?.unwrap_or(Interval::Month),
        mode: mode(request.mode, &request.brackets)?,
        last_age: within("last_age", last_age, 1..=limits::COHORT_AGE as i64)? as usize,
        alignment,
        nps_kind,
    };
    Ok((question, confidence))
}

fn mode(mode: i32, brackets: &[v1::CohortBracket]) -> Result<CohortMode, Refusal> {
    let mode = mode.try_into().map_err(|_| unknown("mode"))?;
    if mode != v1::CohortMode::Bracket && !brackets.is_empty() {
        return Err(Refusal::field(
            "brackets",
            "are set, but mode is not COHORT_MODE_BRACKET; set one or unset the other",
        ));
    }
    Ok(match mode {
        v1::CohortMode::Unspecified | v1::CohortMode::On => CohortMode::On,
        v1::CohortMode::OnOrAfter => CohortMode::OnOrAfter,
        v1::CohortMode::OnOrBefore => CohortMode::OnOrBefore,
        v1::CohortMode::Streak => CohortMode::Streak,
        v1::CohortMode::Bracket => CohortMode::Brackets(ages(brackets)?),
    })
}

fn ages(brackets: &[v1::CohortBracket]) -> Result<Vec<(usize, usize)>, Refusal> {
    if brackets.is_empty() {
        return Err(Refusal::field(
            "brackets",
            "are missing; give at least one, such as {\"first_age\": 1, \"last_age\": 3}",
        ));
    }
    if brackets.len() > limits::COHORT_BRACKETS {
        let problem = format!("are {}; at most {} are allowed", brackets.len(), limits::COHORT_BRACKETS);
        return Err(Refusal::field("brackets", problem));
    }
    let each = brackets.iter().enumerate().map(|(index, bracket)| {
        let (first, last) = (i64::from(bracket.first_age), i64::from(bracket.last_age));
        if (0..=last).contains(&first) && last <= limits::COHORT_AGE as i64 {
            if brackets[..index].contains(bracket) {
                let problem = "is given before; name each bracket once".to_owned();
                return Err(Refusal::field(format!("brackets[{index}]"), problem));
            }
            return Ok((first as usize, last as usize));
        }
        let problem = format!(
            "is {first} to {last}; choose 0 to {}, and a last_age not less than first_age",
            limits::COHORT_AGE
        );
        Err(Refusal::field(format!("brackets[{index}]"), problem))
    });
    each.collect()
}

pub(crate) fn cohorts_answer(answer: CohortsAnswer, confidence: f64) -> v1::GetCohortsResponse {
    let currency = answer.provenance.currency;
    let mut rows = Vec::new();
    for cohort in &answer.cohorts {
        let mut before = None;
        rows.extend(cohort.cells.iter().map(|cell| {
            let row = cohort_row(cohort, cell, answer.answers(cell), currency, confidence);
            v1::CohortRow { ratio_to_previous: ratio(cell, before.replace(cell)), ..row }
        }));
    }
    let means = answer.means.iter().flat_map(|group| means_of(group, confidence)).collect();
    v1::GetCohortsResponse { rows, means, provenance: Some(provenance(answer.provenance)) }
}

/// What each mature customer has paid to date.
fn paid_per_customer(cell: &CohortCell) -> Option<f64> {
    (cell.mature > 0).then(|| cell.cumulative_micros as f64 / 1e6 / cell.mature as f64)
}

fn cohort_row(
    cohort: &Cohort,
    cell: &CohortCell,
    answers: NpsCounts,
    currency: Currency,
    confidence: f64,
) -> v1::CohortRow {
    v1::CohortRow {
        group: cohort.group.clone(),
        cohort: cohort.name.clone(),
        period: cohort.period.clone().map(period),
        customers: cohort.customers as i64,
        age: cell.ages.0 as i32,
        last_age: cell.ages.1 as i32,
        active_customers: cell.active as i64,
        mature_customers: cell.mature as i64,
        retained_customers: cell.retained as i64,
        retention_rate: Some(share(cell.retained, cell.mature, confidence)),
        complete: cell.complete,
        orders: cell.orders as i64,
        revenue: Some(sum(cell.revenue_micros, currency)),
        cumulative_revenue_per_customer: paid_per_customer(cell),
        nps: Some(nps(answers, confidence)),
        ratio_to_previous: None,
    }
}

/// Those retained over those of the column before; none unless both are of the same customers.
fn ratio(cell: &CohortCell, before: Option<&CohortCell>) -> Option<f64> {
    let before = before.filter(|before| before.mature == cell.mature && before.retained > 0)?;
    Some(cell.retained as f64 / before.retained as f64)
}

fn nps(answers: NpsCounts, confidence: f64) -> v1::Estimate {
    const METHOD: &str = "adjusted_wald";
    let Some(found) = answers.adjusted_wald(confidence) else { return plain(None, 0, METHOD) };
    v1::Estimate {
        value: Some(found.nps),
        ci_low: Some(found.ci_low),
        ci_high: Some(found.ci_high),
        confidence,
        standard_error: answers.wald(confidence).map(|raw| raw.standard_error),
        ..plain(None, found.n, METHOD)
    }
}

fn means_of(group: &CohortMeans, confidence: f64) -> Vec<v1::CohortMean> {
    let mean = |(cell, rates): &(CohortCell, Vec<f64>)| {
        let n = rates.len();
        let simple = (n > 0).then(|| rates.iter().sum::<f64>() / n as f64);
        let error = spread(rates).map(|spread| spread / (n as f64).sqrt());
        let mut simple = normal(simple, error, 0.0, n as u64, "mean_of_rates", confidence);
        simple.ci_high = simple.ci_high.map(|high| high.min(1.0));
        v1::CohortMean {
            group: group.group.clone(),
            age: cell.ages.0 as i32,
            last_age: cell.ages.1 as i32,
            cohorts: n as i64,
            mature_customers: cell.mature as i64,
            retained_customers: cell.retained as i64,
            weighted_mean_rate: Some(share(cell.retained, cell.mature, confidence)),
            simple_mean_rate: Some(simple),
            cumulative_revenue_per_customer: paid_per_customer(cell),
        }
    };
    group.ages.iter().map(mean).collect()
}
