//! What customers cost.

use lojal_domain::{CostKind, Currency};
use lojal_engine::{CostsAnswer, CostsRow, GetCosts};
use lojal_proto::v1;

use super::checks::window_or;
use crate::error::Refusal;
use crate::records::costs::cost_kind;
use crate::words::{interval, period, provenance, rounded, scope, some};

pub(crate) fn costs_question(request: v1::GetCostsRequest) -> Result<GetCosts, Refusal> {
    Ok(GetCosts {
        scope: scope(request.as_of, request.known_at)?,
        window: window_or(&request.window, GetCosts::WINDOW)?,
        group_by: some(request.group_by),
        interval: interval(request.interval)?,
    })
}

pub(crate) fn costs_answer(answer: CostsAnswer) -> v1::GetCostsResponse {
    let currency = answer.provenance.currency;
    v1::GetCostsResponse {
        whole: Some(row(answer.whole, currency)),
        rows: answer.rows.into_iter().map(|each| row(each, currency)).collect(),
        provenance: Some(provenance(answer.provenance)),
    }
}

fn row(row: CostsRow, currency: Currency) -> v1::CostsRow {
    let (total, each) = (row.total_micros(), row.micros_per_new_customer());
    let kinds = CostKind::ALL.into_iter().zip(row.micros).filter(|(_, micros)| *micros > 0);
    v1::CostsRow {
        group: row.group,
        period: row.period.map(period),
        total: Some(rounded(total, currency)),
        kinds: kinds
            .map(|(kind, micros)| v1::CostOfKind {
                kind: cost_kind(kind).into(),
                amount: Some(rounded(micros, currency)),
            })
            .collect(),
        new_customers: row.new_customers as i64,
        acquisition_cost_per_new_customer: each.map(|micros| rounded(micros, currency)),
    }
}
