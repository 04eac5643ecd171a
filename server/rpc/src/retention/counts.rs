//! Customers counted at two instants, and from period to period.

use lojal_engine::{
    ActivityWindow, GetLifecycle, GetRetention, LifecycleAnswer, RetentionAnswer, RetentionRow,
};
use lojal_proto::v1;

use super::checks::window_or;
use crate::error::Refusal;
use crate::words::{confidence, estimate, interval, period, provenance, scope_of_outcome, scope_with, some};

pub(crate) fn retention_question(request: v1::GetRetentionRequest) -> Result<GetRetention, Refusal> {
    let confidence = confidence(request.confidence)?;
    Ok(GetRetention {
        scope: scope_of_outcome(request.as_of, request.known_at, &request.filter, request.facts_as_of)?,
        window: window_or(&request.window, GetRetention::WINDOW)?,
        group_by: some(request.group_by),
        activity: ActivityWindow::parse(&request.activity_window)?,
        interval: interval(request.interval)?,
        confidence,
    })
}

pub(crate) fn retention_answer(answer: RetentionAnswer) -> v1::GetRetentionResponse {
    v1::GetRetentionResponse {
        whole: Some(retention_row(answer.whole)),
        rows: answer.rows.into_iter().map(retention_row).collect(),
        activity_window: answer.activity_window,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn retention_row(row: RetentionRow) -> v1::RetentionRow {
    let count = row.count;
    v1::RetentionRow {
        group: row.group,
        period: Some(period(row.period)),
        customers_at_start: count.start as i64,
        customers_at_end: count.end() as i64,
        new_customers: count.new as i64,
        lost_customers: count.lost as i64,
        reactivated_customers: count.reactivated as i64,
        retained_customers: count.retained() as i64,
        headcount_retention_rate: Some(estimate(row.headcount_retention_rate)),
        set_retention_rate: Some(estimate(row.set_retention_rate)),
        reactivation_rate: Some(estimate(row.reactivation_rate)),
        churn_rate: Some(estimate(row.churn_rate)),
        insufficient_history: row.insufficient_history,
    }
}

pub(crate) fn lifecycle_question(request: v1::GetLifecycleRequest) -> Result<GetLifecycle, Refusal> {
    // There is no interval in the answer, and a coverage that none can have is refused all the same.
    confidence(request.confidence)?;
    Ok(GetLifecycle {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, GetLifecycle::WINDOW)?,
        group_by: some(request.group_by),
        interval: interval(request.interval)?.unwrap_or(GetLifecycle::INTERVAL),
    })
}

pub(crate) fn lifecycle_answer(answer: LifecycleAnswer) -> v1::GetLifecycleResponse {
    let row = |row: lojal_engine::LifecycleRow| v1::LifecycleRow {
        group: row.group,
        period: Some(period(row.period)),
        new_customers: row.counts.new as i64,
        returning_customers: row.counts.returning as i64,
        resurrected_customers: row.counts.resurrected as i64,
        dormant_customers: row.counts.dormant as i64,
        active_customers: row.counts.active() as i64,
        quick_ratio: row.counts.quick_ratio(),
        complete: row.complete,
    };
    v1::GetLifecycleResponse {
        rows: answer.rows.into_iter().map(row).collect(),
        provenance: Some(provenance(answer.provenance)),
    }
}
