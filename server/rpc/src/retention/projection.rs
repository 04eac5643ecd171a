//! Retention projected.

use lojal_domain::limits;
use lojal_engine::{
    ActivityWindow, GroupProjection, Outlook, ProjectRetention, ProjectedFrom, ProjectedRow, ProjectionAnswer,
};
use lojal_proto::v1;

use super::checks::{window_or, within};
use crate::clv::questions::YEARLY_DISCOUNT_RATE_MAX;
use crate::codes;
use crate::error::Refusal;
use crate::words::{confidence, estimate, filled_list, interval, provenance, scope_of_outcome, some};

/// A model of two periods cannot tell customers apart.
const FEWEST_COUNTS: usize = 3;

pub(crate) fn projection_question(request: v1::ProjectRetentionRequest) -> Result<ProjectRetention, Refusal> {
    let confidence = confidence(request.confidence)?;
    let ahead = request.periods_ahead.map_or(i64::from(ProjectRetention::PERIODS_AHEAD), i64::from);
    let periods_ahead = within("periods_ahead", ahead, 1..=limits::RETENTION_PERIODS as i64)? as u32;
    let scope = scope_of_outcome(request.as_of, request.known_at, &request.filter, request.facts_as_of)?;
    let counts = filled_list(request.survivors);
    let from = if counts.is_empty() {
        ProjectedFrom::Customers {
            window: window_or(&request.window, ProjectRetention::WINDOW)?,
            group_by: some(request.group_by),
            interval: interval(request.interval)?.unwrap_or(ProjectRetention::INTERVAL),
            activity: ActivityWindow::parse(&request.activity_window)?,
        }
    } else {
        let set = [
            ("window", !request.window.is_empty()),
            ("group_by", !request.group_by.is_empty()),
            ("interval", request.interval != 0),
            ("activity_window", !request.activity_window.is_empty()),
            ("filter", !request.filter.is_empty()),
            ("facts_as_of", request.facts_as_of != 0),
        ];
        if let Some((field, _)) = set.into_iter().find(|(_, set)| *set) {
            return Err(Refusal::field(
                field,
                "is about customers of the workspace; leave it unset with survivors",
            ));
        }
        ProjectedFrom::Survivors(survivors(&counts)?)
    };
    let discount_rate = request.discount_rate.unwrap_or(Outlook::YEARLY_DISCOUNT_RATE);
    if !(0.0..=YEARLY_DISCOUNT_RATE_MAX).contains(&discount_rate) {
        let problem = format!("is {discount_rate}; choose 0 to 10, where 0.1 is 10 % a year");
        return Err(Refusal::field("discount_rate", problem));
    }
    Ok(ProjectRetention { scope, from, periods_ahead, discount_rate, confidence })
}

fn survivors(counts: &[i64]) -> Result<Vec<u64>, Refusal> {
    if !(FEWEST_COUNTS..=limits::RETENTION_PERIODS).contains(&counts.len()) {
        let problem = format!(
            "are {} counts; give {FEWEST_COUNTS} to {}: customers at the start, and after each period",
            counts.len(),
            limits::RETENTION_PERIODS
        );
        return Err(Refusal::field("survivors", problem));
    }
    let each = counts.iter().enumerate().map(|(index, count)| {
        u64::try_from(*count).map_err(|_| {
            Refusal::field(
                format!("survivors[{index}]"),
                format!("is {count}; a number of customers cannot be negative"),
            )
        })
    });
    each.collect()
}

pub(crate) fn projection_answer(answer: ProjectionAnswer) -> v1::ProjectRetentionResponse {
    let (mut models, mut rows) = (Vec::with_capacity(answer.groups.len()), Vec::new());
    for mut group in answer.groups {
        rows.extend(std::mem::take(&mut group.rows).into_iter().map(|of| row(&group.group, of)));
        models.push(model(group));
    }
    v1::ProjectRetentionResponse { models, rows, provenance: Some(provenance(answer.provenance)) }
}

fn model(group: GroupProjection) -> v1::RetentionModel {
    let (warnings, warning_codes) = codes::warnings(group.warnings);
    v1::RetentionModel {
        group: group.group,
        alpha: Some(estimate(group.alpha)),
        beta: Some(estimate(group.beta)),
        log_likelihood: group.log_likelihood,
        customers: group.customers as i64,
        lost_customers: group.lost_customers as i64,
        observed_periods: group.observed_periods as i32,
        warnings,
        warning_codes,
        discounted_lifetime: Some(estimate(group.discounted_lifetime)),
    }
}

fn row(group: &str, row: ProjectedRow) -> v1::ProjectedRetentionRow {
    v1::ProjectedRetentionRow {
        group: group.to_owned(),
        period: row.period as i32,
        observed_at_risk: row.observed.map(|(at_risk, _)| at_risk as i64),
        observed_stayed: row.observed.map(|(_, stayed)| stayed as i64),
        survival_probability: Some(estimate(row.survival_probability)),
        retention_rate: Some(estimate(row.retention_rate)),
        expected_customers: Some(estimate(row.expected_customers)),
        discounted_residual_lifetime: Some(estimate(row.discounted_residual_lifetime)),
    }
}
