//! Customers who began together.

use lojal_domain::{Currency, SurveyKind, limits};
use lojal_engine::{Cohort, CohortAlignment, CohortMean, CohortMode, CohortRow, CohortsAnswer, GetCohorts};
use lojal_proto::v1;

use super::checks::{window_or, within};
use crate::error::Refusal;
use crate::words::{
    confidence, estimate, interval, period, provenance, scope_of_outcome, some, sum, unknown,
};

pub(crate) fn cohorts_question(request: v1::GetCohortsRequest) -> Result<GetCohorts, Refusal> {
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
    let last_age = request.last_age.map_or(GetCohorts::LAST_AGE as i64, i64::from);
    let names_nothing = request.window.is_empty()
        && request.interval == v1::CalendarInterval::Unspecified as i32
        && request.cohort_attribute.is_empty();
    let limit = match request.limit {
        0 => names_nothing.then_some(GetCohorts::LIMIT),
        asked => Some(within("limit", asked.into(), 1..=limits::ANSWER_ROWS as i64)? as usize),
    };
    Ok(GetCohorts {
        scope: scope_of_outcome(request.as_of, request.known_at, &request.filter, request.facts_as_of)?,
        window: window_or(&request.window, GetCohorts::WINDOW)?,
        group_by: some(request.group_by),
        cohort_attribute: some(request.cohort_attribute),
        interval: interval(request.interval)?.unwrap_or(GetCohorts::INTERVAL),
        mode: mode(request.mode, &request.brackets)?,
        last_age: within("last_age", last_age, 1..=limits::COHORT_AGE as i64)? as usize,
        alignment,
        nps_kind,
        confidence,
        limit,
    })
}

fn mode(mode: i32, brackets: &[v1::CohortBracket]) -> Result<CohortMode, Refusal> {
    let mode = mode.try_into().map_err(|_| unknown("mode"))?;
    // A template's one bracket is empty, and in COHORT_MODE_BRACKET it is that of age 0.
    let is_unset = matches!(brackets, [] | [v1::CohortBracket { first_age: 0, last_age: 0 }]);
    if mode != v1::CohortMode::Bracket && !is_unset {
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

pub(crate) fn cohorts_answer(answer: CohortsAnswer) -> v1::GetCohortsResponse {
    let currency = answer.provenance.currency;
    let mut rows = Vec::new();
    for Cohort { group, name, period: began, customers, rows: of_cohort } in answer.cohorts {
        rows.extend(of_cohort.into_iter().map(|row| v1::CohortRow {
            group: group.clone(),
            cohort: name.clone(),
            period: began.clone().map(period),
            customers: customers as i64,
            ..cohort_row(row, currency)
        }));
    }
    let mean =
        |group: &str, mean: CohortMean| v1::CohortMean { group: group.to_owned(), ..cohort_mean(mean) };
    let means = answer.means.into_iter();
    let means = means.flat_map(|means| means.ages.into_iter().map(move |age| mean(&means.group, age)));
    v1::GetCohortsResponse { means: means.collect(), rows, provenance: Some(provenance(answer.provenance)) }
}

fn cohort_row(row: CohortRow, currency: Currency) -> v1::CohortRow {
    let cell = row.cell;
    v1::CohortRow {
        age: cell.ages.0 as i32,
        last_age: cell.ages.1 as i32,
        active_customers: cell.active as i64,
        mature_customers: cell.mature as i64,
        retained_customers: cell.retained as i64,
        retention_rate: Some(estimate(row.retention_rate)),
        complete: cell.complete,
        orders: cell.orders as i64,
        revenue: Some(sum(cell.revenue_micros, currency)),
        cumulative_revenue_per_customer: row.cumulative_revenue_per_customer,
        nps: Some(estimate(row.nps)),
        ratio_to_previous: row.ratio_to_previous,
        ..v1::CohortRow::default()
    }
}

fn cohort_mean(mean: CohortMean) -> v1::CohortMean {
    let cell = mean.cell;
    v1::CohortMean {
        age: cell.ages.0 as i32,
        last_age: cell.ages.1 as i32,
        cohorts: mean.cohorts as i64,
        mature_customers: cell.mature as i64,
        retained_customers: cell.retained as i64,
        weighted_mean_rate: Some(estimate(mean.weighted_mean_rate)),
        simple_mean_rate: Some(estimate(mean.simple_mean_rate)),
        cumulative_revenue_per_customer: mean.cumulative_revenue_per_customer,
        ..v1::CohortMean::default()
    }
}
