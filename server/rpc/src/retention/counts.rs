//! Customers counted at two instants, and from period to period.

use lojal_domain::Interval;
use lojal_engine::{
    ActivityWindow, GetLifecycle, GetRetention, LifecycleAnswer, RetentionAnswer, RetentionRow,
};
use lojal_proto::v1;

use super::estimates::{confidence, interval, period, plain, share, some, window_or};
use crate::error::Refusal;
use crate::words::{provenance, scope_with};

pub(crate) fn retention_question(request: v1::GetRetentionRequest) -> Result<(GetRetention, f64), Refusal> {
    let confidence = confidence(request.confidence)?;
    let question = GetRetention {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, "90d")?,
        group_by: some(request.group_by),
        activity: ActivityWindow::parse(&request.activity_window)?,
        interval: interval(request.interval)?,
    };
    Ok((question, confidence))
}

pub(crate) fn retention_answer(answer: RetentionAnswer, confidence: f64) -> v1::GetRetentionResponse {
    v1::GetRetentionResponse {
        whole: Some(retention_row(answer.whole, confidence)),
        rows: answer.rows.into_iter().map(|row| retention_row(row, confidence)).collect(),
        activity_window: answer.activity_window,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn retention_row(row: RetentionRow, confidence: f64) -> v1::RetentionRow {
    const RATIO: &str = "ratio";
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
        headcount_retention_rate: Some(plain(count.headcount_retention(), count.start, RATIO)),
        set_retention_rate: Some(share(count.retained(), count.start, confidence)),
        reactivation_rate: Some(plain(count.reactivation(), count.start, RATIO)),
        churn_rate: Some(share(count.lost, count.start, confidence)),
        insufficient_history: row.insufficient_history,
    }
}

pub(crate) fn lifecycle_question(request: v1::GetLifecycleRequest) -> Result<(GetLifecycle, f64), Refusal> {
    let confidence = confidence(request.confidence)?;
    let question = GetLifecycle {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, "12mo")?,
        group_by: some(request.group_by),
        interval: interval(request.interval)?.unwrap_or(Interval::Month),
    };
    Ok((question, confidence))
}

pub(crate) fn lifecycle_answer(answer: LifecycleAnswer, _: f64) -> v1::GetLifecycleResponse {
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
