//! Early warnings: what is asked about them, and what is answered.

use lojal_domain::{Currency, Horizon, limits};
use lojal_engine::{
    EarlyWarning, EarlyWarningBatches, EarlyWarningKind as Kind, EarlyWarningOrder as Order,
    EarlyWarningTotals, GetWarningQuality, ListEarlyWarnings, NewWarnings, Severity, WarningKindQuality,
    WarningQuality, WatchEarlyWarnings,
};
use lojal_proto::v1;

use super::answers::amount;
use crate::error::Refusal;
use crate::words::{confidence, estimate, provenance, scope, scope_with, timestamp, unknown};

/// Warnings listed where the caller does not say.
const LISTED: usize = 100;
/// How far ahead, where the caller does not say.
const HORIZON: &str = "90d";
/// Days that horizons are within: in fewer nobody is missed, and in more a warning comes too early to act on.
const HORIZON_DAYS: std::ops::RangeInclusive<f64> = 7.0..=731.0;

const fn kind(of: Kind) -> v1::EarlyWarningKind {
    match of {
        Kind::Silence => v1::EarlyWarningKind::Silence,
        Kind::FewerOrders => v1::EarlyWarningKind::FewerOrders,
        Kind::LowerSpend => v1::EarlyWarningKind::LowerSpend,
        Kind::LowerNps => v1::EarlyWarningKind::LowerNps,
        Kind::HardService => v1::EarlyWarningKind::HardService,
        Kind::MoreRefunds => v1::EarlyWarningKind::MoreRefunds,
        Kind::Unanswered => v1::EarlyWarningKind::Unanswered,
    }
}

fn kinds(asked: &[i32]) -> Result<Vec<Kind>, Refusal> {
    let known = |asked: &i32| Kind::ALL.into_iter().find(|known| kind(*known) as i32 == *asked);
    // The unspecified one means all of them.
    let all = |asked: &i32| *asked == v1::EarlyWarningKind::Unspecified as i32;
    if asked.iter().any(all) {
        return Ok(Vec::new());
    }
    asked.iter().map(|asked| known(asked).ok_or_else(|| unknown("kinds"))).collect()
}

fn horizon(text: &str) -> Result<Horizon, Refusal> {
    let text = if text.is_empty() { HORIZON } else { text };
    let horizon = Horizon::parse(text).map_err(|problem| Refusal::field("horizon", problem.to_string()))?;
    if HORIZON_DAYS.contains(&horizon.days()) {
        Ok(horizon)
    } else {
        Err(Refusal::field("horizon", format!("is {text:?}; choose 7 days to 2 years")))
    }
}

fn least(asked: Option<f64>) -> Result<Option<f64>, Refusal> {
    match asked {
        Some(least) if !(least.is_finite() && least >= 0.0) => {
            Err(Refusal::field("min_value_at_risk", format!("is {least}; choose 0 or more")))
        }
        _ => Ok(asked),
    }
}

fn order(asked: i32) -> Result<Order, Refusal> {
    match v1::EarlyWarningOrder::try_from(asked) {
        Ok(v1::EarlyWarningOrder::Unspecified | v1::EarlyWarningOrder::ValueAtRisk) => Ok(Order::ValueAtRisk),
        Ok(v1::EarlyWarningOrder::ChurnProbability) => Ok(Order::ChurnProbability),
        Ok(v1::EarlyWarningOrder::Newest) => Ok(Order::Newest),
        Err(_) => Err(unknown("order")),
    }
}

fn limit(asked: i32) -> Result<usize, Refusal> {
    let most = limits::LISTED_IN_ORDER;
    match usize::try_from(asked) {
        Ok(0) => Ok(LISTED),
        Ok(limit) if limit <= most => Ok(limit),
        _ => Err(Refusal::field("limit", format!("is {asked}; choose 1 to {most}"))),
    }
}

pub(super) fn list(request: &v1::ListEarlyWarningsRequest) -> Result<ListEarlyWarnings, Refusal> {
    Ok(ListEarlyWarnings {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        kinds: kinds(&request.kinds)?,
        min_value_at_risk: least(request.min_value_at_risk)?,
        with_acknowledged: request.with_acknowledged,
        order: order(request.order)?,
        limit: limit(request.limit)?,
        horizon: horizon(&request.horizon)?,
        confidence: confidence(request.confidence)?,
    })
}

pub(super) fn watch(request: v1::WatchEarlyWarningsRequest) -> Result<WatchEarlyWarnings, Refusal> {
    Ok(WatchEarlyWarnings {
        filter: scope_with(None, None, &request.filter)?.filter,
        kinds: kinds(&request.kinds)?,
        min_value_at_risk: least(request.min_value_at_risk)?,
        horizon: horizon(&request.horizon)?,
        confidence: confidence(request.confidence)?,
        resume_token: request.resume_token,
    })
}

/// The name of a warning, and what is to be noted.
pub(super) fn acknowledge(request: v1::AcknowledgeWarningRequest) -> Result<(String, String), Refusal> {
    let v1::AcknowledgeWarningRequest { warning_id, note } = request;
    let within = |field: &str, text: &str, most: usize| {
        if text.len() <= most {
            return Ok(());
        }
        Err(Refusal::field(field, format!("has {} bytes; at most {most} are taken", text.len())))
    };
    if warning_id.is_empty() {
        return Err(Refusal::field("warning_id", "is empty; ListEarlyWarnings tells it"));
    }
    within("warning_id", &warning_id, limits::WARNING_ID_BYTES)?;
    within("note", &note, limits::NOTE_BYTES)?;
    Ok((warning_id, note))
}

pub(super) fn quality(request: &v1::GetWarningQualityRequest) -> Result<GetWarningQuality, Refusal> {
    Ok(GetWarningQuality {
        scope: scope(request.as_of, request.known_at)?,
        horizon: horizon(&request.horizon)?,
        confidence: confidence(request.confidence)?,
    })
}

fn warning(of: EarlyWarning) -> v1::EarlyWarning {
    let severity = match of.severity {
        Severity::Low => v1::EarlyWarningSeverity::Low,
        Severity::Medium => v1::EarlyWarningSeverity::Medium,
        Severity::High => v1::EarlyWarningSeverity::High,
    };
    let (acknowledged_at, acknowledgement_note) =
        of.acknowledgement.map(|of| (timestamp(of.time), of.note)).unzip();
    v1::EarlyWarning {
        warning_id: of.id,
        customer_id: of.customer,
        kind: kind(of.seen.kind()).into(),
        evidence: of.evidence,
        onset: Some(timestamp(of.onset)),
        raised_at: Some(timestamp(of.raised)),
        severity: severity.into(),
        churn_probability: Some(estimate(of.churn_probability)),
        model_churn_probability: of.model_churn_probability,
        clv_12mo: of.clv,
        value_at_risk: of.value_at_risk,
        p_value: of.seen.p_value(),
        measured_precision: Some(estimate(of.precision)),
        base_rate: Some(estimate(of.base_rate)),
        acknowledged_at,
        acknowledgement_note: acknowledgement_note.unwrap_or_default(),
    }
}

fn totals(of: &EarlyWarningTotals, currency: Currency) -> v1::EarlyWarningTotals {
    let counts = Kind::ALL.into_iter().zip(of.by_kind);
    v1::EarlyWarningTotals {
        warnings: of.warnings as i64,
        customers: of.customers as i64,
        value_at_risk: Some(amount(of.value_at_risk, currency)),
        by_kind: counts
            .map(|(of, warnings)| v1::EarlyWarningCount { kind: kind(of).into(), warnings: warnings as i64 })
            .collect(),
    }
}

/// The first message of a list; there is one even where there are no warnings.
pub(super) fn first(batches: &mut EarlyWarningBatches) -> v1::ListEarlyWarningsResponse {
    let from = batches.provenance();
    v1::ListEarlyWarningsResponse {
        warnings: batches.next_batch().into_iter().map(warning).collect(),
        totals: Some(totals(&batches.totals, from.currency)),
        provenance: Some(provenance(from)),
    }
}

/// The next message of a list; none at its end.
pub(super) fn next(batches: &mut EarlyWarningBatches) -> Option<v1::ListEarlyWarningsResponse> {
    let warnings: Vec<_> = batches.next_batch().into_iter().map(warning).collect();
    (!warnings.is_empty())
        .then(|| v1::ListEarlyWarningsResponse { warnings, ..v1::ListEarlyWarningsResponse::default() })
}

pub(super) fn new(of: NewWarnings) -> v1::WatchEarlyWarningsResponse {
    v1::WatchEarlyWarningsResponse {
        warnings: of.warnings.into_iter().map(warning).collect(),
        as_of: Some(timestamp(of.as_of)),
        resume_token: of.resume_token,
        provenance: Some(provenance(of.provenance)),
    }
}

fn kind_quality(of: WarningKindQuality) -> v1::EarlyWarningQuality {
    v1::EarlyWarningQuality {
        kind: kind(of.kind).into(),
        warnings: of.warned.0 as i64,
        warnings_left: of.warned.1 as i64,
        possible: of.possible.0 as i64,
        possible_left: of.possible.1 as i64,
        measured_precision: Some(estimate(of.precision)),
        base_rate: Some(estimate(of.base_rate)),
        lift: of.lift,
        recall: of.recall,
        likelihood_ratio: Some(estimate(of.likelihood_ratio)),
    }
}

pub(super) fn qualities(of: WarningQuality) -> v1::GetWarningQualityResponse {
    let calibration = of.fifths.into_iter().map(|(fifth, observed)| v1::EarlyWarningCalibration {
        customers: fifth.n as i64,
        predicted: fifth.predicted,
        observed: Some(estimate(observed)),
    });
    v1::GetWarningQualityResponse {
        kinds: of.kinds.into_iter().map(kind_quality).collect(),
        calibration: calibration.collect(),
        dates: of.dates.into_iter().map(timestamp).collect(),
        provenance: Some(provenance(of.provenance)),
    }
}
