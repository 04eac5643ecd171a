//! Summaries that a caller brings, checked as far as their columns go; what they say is checked by the engine.

use lojal_domain::limits;
use lojal_engine::{BroughtModel, BroughtSummary, PredictSummaries, PurchaseModelKind, Scope};
use lojal_proto::v1;

use super::questions::{AskedOutlook, kind, outlook, time_unit};
use crate::error::Refusal;

pub(super) fn question(request: v1::PredictSummariesRequest) -> Result<PredictSummaries, Refusal> {
    let request = if is_untouched(&request) { without_columns(request) } else { request };
    let customers = request.frequency.len();
    if customers > limits::SUMMARIES_PER_CALL {
        let message = format!(
            "frequency has {customers} entries; at most {} are taken at once: record the purchases, or predict in parts with model_id",
            limits::SUMMARIES_PER_CALL
        );
        return Err(Refusal::limit("summaries_per_call", limits::SUMMARIES_PER_CALL as u64, message));
    }
    has_as_many("recency_days", request.recency_days.len(), customers)?;
    has_as_many("age_days", request.age_days.len(), customers)?;
    for (column, entries) in
        [("mean_value", request.mean_value.len()), ("customer_ids", request.customer_ids.len())]
    {
        if entries > 0 {
            has_as_many(column, entries, customers)?;
        }
    }
    if let Some(i) = request.customer_ids.iter().position(|id| id.len() > limits::ID_BYTES) {
        let message =
            format!("has {} bytes; at most {} are allowed", request.customer_ids[i].len(), limits::ID_BYTES);
        return Err(Refusal::field(format!("customer_ids[{i}]"), message));
    }
    let count = |name: &str, column: &[i32], i: usize| {
        let message = || format!("is {}; give 0 or more", column[i]);
        u32::try_from(column[i]).map_err(|_| Refusal::field(format!("{name}[{i}]"), message()))
    };
    let summary = |i: usize| {
        let frequency = count("frequency", &request.frequency, i)?;
        Ok(BroughtSummary {
            frequency,
            recency_days: count("recency_days", &request.recency_days, i)?,
            age_days: count("age_days", &request.age_days, i)?,
            // Packages write 0, or no number, where there is nothing to take a mean of.
            mean_value: request.mean_value.get(i).copied().filter(|_| frequency > 0),
        })
    };
    let summaries: Vec<BroughtSummary> = (0..customers).map(summary).collect::<Result<_, Refusal>>()?;
    let outlook = outlook(AskedOutlook {
        horizon: &request.horizon,
        scope: Scope::default(),
        model_id: String::new(),
        when_due: lojal_engine::WhenDue::default(),
        yearly_discount_rate: request.yearly_discount_rate,
        interval_method: v1::IntervalMethod::Unspecified.into(),
    })?;
    let intervals = outlook.intervals.filter(|_| !request.without_intervals);
    let outlook = lojal_engine::Outlook { intervals, ..outlook };
    let model = model(request.kind, request.time_unit, request.model_id)?;
    Ok(PredictSummaries { customers: request.customer_ids, summaries, model, outlook })
}

/// Whether the columns are those of a template that nobody filled in: one entry each, which is empty.
fn is_untouched(request: &v1::PredictSummariesRequest) -> bool {
    let v1::PredictSummariesRequest { frequency, recency_days, age_days, mean_value, customer_ids, .. } =
        request;
    [frequency, recency_days, age_days].iter().all(|column| column[..] == [0])
        && mean_value[..] == [0.0]
        && customer_ids[..] == [""]
}

fn without_columns(request: v1::PredictSummariesRequest) -> v1::PredictSummariesRequest {
    v1::PredictSummariesRequest {
        frequency: Vec::new(),
        recency_days: Vec::new(),
        age_days: Vec::new(),
        mean_value: Vec::new(),
        customer_ids: Vec::new(),
        ..request
    }
}

fn has_as_many(column: &str, entries: usize, customers: usize) -> Result<(), Refusal> {
    if entries == customers {
        return Ok(());
    }
    let message =
        format!("has {entries} entries, and frequency {customers}; give each column one entry a customer");
    Err(Refusal::field(column, message))
}

fn model(asked: i32, unit: i32, kept: String) -> Result<BroughtModel, Refusal> {
    let kind = kind("kind", asked)?;
    let unit_of = time_unit("time_unit", unit)?;
    if kept.is_empty() {
        return match kind {
            Some(
                PurchaseModelKind::BgCnbd
                | PurchaseModelKind::MbgCnbd
                | PurchaseModelKind::BgBb
                | PurchaseModelKind::BgBbDated,
            ) => {
                let message = "looks at more of each customer than a summary tells; choose MODEL_KIND_BG_NBD, MODEL_KIND_MBG_NBD, MODEL_KIND_PARETO_NBD or MODEL_KIND_NBD, or record the purchases";
                Err(Refusal::field("kind", message))
            }
            kind => Ok(BroughtModel::Fitted(kind, unit_of)),
        };
    }
    let said = [("kind", asked), ("time_unit", unit)].into_iter().find(|(_, said)| *said != 0);
    match said {
        Some((field, _)) => {
            let message =
                "is set besides model_id, and nothing is fitted then; leave out the one or the other";
            Err(Refusal::field(field, message))
        }
        None => Ok(BroughtModel::Kept(kept)),
    }
}
