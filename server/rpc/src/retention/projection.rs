//! Retention projected.

use lojal_domain::{Interval, limits};
use lojal_engine::{
    ActivityWindow, GroupProjection, Lifetime, ProjectRetention, ProjectedFrom, ProjectionAnswer,
};
use lojal_proto::v1;
use lojal_scoring::clv::SbgWarning;
use lojal_scoring::retention::{Limits, project};
use lojal_scoring::statistics::normal::two_sided_quantile;

use super::estimates::{confidence, interval, limited, some, window_or, within};
use crate::clv::questions::{YEARLY_DISCOUNT_RATE, YEARLY_DISCOUNT_RATE_MAX};
use crate::error::Refusal;
use crate::words::{provenance, scope_with};

const METHOD: &str = "maximum_likelihood";
const PERIODS_AHEAD: i64 = 12;
/// A model of two periods cannot tell customers apart.
const FEWEST_COUNTS: usize = 3;

pub(crate) fn projection_question(
    request: v1::ProjectRetentionRequest,
) -> Result<(ProjectRetention, f64), Refusal> {
    let confidence = confidence(request.confidence)?;
    let ahead = request.periods_ahead.map_or(PERIODS_AHEAD, i64::from);
    let periods_ahead = within("periods_ahead", ahead, 1..=limits::RETENTION_PERIODS as i64)? as u32;
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let from = if request.survivors.is_empty() {
        ProjectedFrom::Customers {
            window: window_or(&request.window, "all")?,
            group_by: some(request.group_by),
            interval: interval(request.interval)?.unwrap_or(Interval::Month),
            activity: ActivityWindow::parse(&request.activity_window)?,
        }
    } else {
        let set = [
            ("window", !request.window.is_empty()),
            ("group_by", !request.group_by.is_empty()),
            ("interval", request.interval != 0),
            ("activity_window", !request.activity_window.is_empty()),
            ("filter", !request.filter.is_empty()),
        ];
        if let Some((field, _)) = set.into_iter().find(|(_, set)| *set) {
            return Err(Refusal::field(
                field,
                "is about customers of the workspace; leave it unset with survivors",
            ));
        }
        ProjectedFrom::Survivors(survivors(&request.survivors)?)
    };
    let discount_rate = request.discount_rate.unwrap_or(YEARLY_DISCOUNT_RATE);
    if !(0.0..=YEARLY_DISCOUNT_RATE_MAX).contains(&discount_rate) {
        let problem = format!("is {discount_rate}; choose 0 to 10, where 0.1 is 10 % a year");
        return Err(Refusal::field("discount_rate", problem));
    }
    Ok((ProjectRetention { scope, from, periods_ahead, discount_rate }, confidence))
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
                format!("is {count}; customers cannot be fewer than none"),
            )
        })
    });
    each.collect()
}

pub(crate) fn projection_answer(answer: ProjectionAnswer, confidence: f64) -> v1::ProjectRetentionResponse {
    let ahead = answer.periods_ahead;
    v1::ProjectRetentionResponse {
        models: answer.groups.iter().map(|group| model(group, confidence)).collect(),
        rows: answer.groups.iter().flat_map(|group| rows(group, ahead, confidence)).collect(),
        provenance: Some(provenance(answer.provenance)),
    }
}

fn model(group: &GroupProjection, confidence: f64) -> v1::RetentionModel {
    let fit = &group.fit;
    let parameter = |value: f64, index: usize| {
        // Positive, so the interval is symmetric in the logarithm.
        let error = fit.standard_errors[index];
        let factor = error.map(|error| (two_sided_quantile(confidence) * error / value).exp());
        let limits =
            Limits { low: factor.map(|factor| value / factor), high: factor.map(|factor| value * factor) };
        let estimate = limited(Some(value), limits, fit.customers, METHOD, confidence);
        v1::Estimate { standard_error: error, ..estimate }
    };
    v1::RetentionModel {
        group: group.group.clone(),
        alpha: Some(parameter(fit.model.alpha, 0)),
        beta: Some(parameter(fit.model.beta, 1)),
        log_likelihood: fit.log_likelihood,
        customers: fit.customers as i64,
        lost_customers: fit.leavers as i64,
        observed_periods: fit.periods as i32,
        warnings: fit.warnings.iter().map(|warning| sentence(*warning).to_owned()).collect(),
        discounted_lifetime: Some(lifetime(group.lifetime, fit.customers, confidence)),
    }
}

/// No value where it is infinite.
fn lifetime(lifetime: Option<Lifetime>, customers: u64, confidence: f64) -> v1::Estimate {
    let periods = lifetime.map(|lifetime| lifetime.periods);
    let error = lifetime.and_then(|lifetime| lifetime.log_error);
    // Positive, so the interval is symmetric in the logarithm.
    let factor = error.map(|error| (two_sided_quantile(confidence) * error).exp());
    let end = |of: fn(f64, f64) -> f64| periods.zip(factor).map(|(periods, factor)| of(periods, factor));
    let limits = Limits {
        low: end(|periods, factor| periods / factor),
        high: end(|periods, factor| periods * factor),
    };
    let estimate = limited(periods, limits, customers, METHOD, confidence);
    v1::Estimate { standard_error: periods.zip(error).map(|(periods, error)| periods * error), ..estimate }
}

const fn sentence(warning: SbgWarning) -> &'static str {
    match warning {
        SbgWarning::HomogeneousChurn => {
            "all customers seem to have the same chance to leave, or retention falls with time, which this model does not know; only alpha / (alpha + beta) has a meaning"
        }
        SbgWarning::AllOrNothingChurn => {
            "a share of customers seems to leave in the first period and the others never; count shorter periods"
        }
        SbgWarning::AtBound => "a parameter is held at the end of its range; distrust the projection",
        SbgWarning::WeaklyIdentified => {
            "the counts hardly tell alpha and beta apart; a projection over a few periods may still be good"
        }
    }
}

fn rows(group: &GroupProjection, ahead: u32, confidence: f64) -> Vec<v1::ProjectedRetentionRow> {
    let fit = &group.fit;
    let customers = fit.customers as f64;
    let curve = project(fit, fit.periods as u32 + ahead, confidence);
    let row = |point: lojal_scoring::retention::ProjectedPeriod| {
        let observed = group.observed.get(point.period as usize - 1);
        let estimate =
            |value: f64, limits: Limits| limited(Some(value), limits, fit.customers, METHOD, confidence);
        let times = |limits: Limits| Limits {
            low: limits.low.map(|end| customers * end),
            high: limits.high.map(|end| customers * end),
        };
        v1::ProjectedRetentionRow {
            group: group.group.clone(),
            period: point.period as i32,
            observed_at_risk: observed.map(|(at_risk, _)| *at_risk as i64),
            observed_stayed: observed.map(|(_, stayed)| *stayed as i64),
            survival_probability: Some(estimate(point.survival, point.survival_limits)),
            retention_rate: Some(estimate(point.retention, point.retention_limits)),
            expected_customers: Some(estimate(customers * point.survival, times(point.survival_limits))),
            discounted_residual_lifetime: Some(lifetime(
                group.residual_lifetimes.get(point.period as usize - 1).copied().flatten(),
                fit.customers,
                confidence,
            )),
        }
    };
    curve.into_iter().map(row).collect()
}
