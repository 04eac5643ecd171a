//! Requests, checked.

use jiff::civil::Date;
use lojal_domain::{AttributeName, Horizon, limits};
use lojal_engine::{
    Backtest, CompareModels, FitModel, GetTracking, HoldoutDays, IntervalMethod, Outlook, PredictCustomer,
    PredictCustomers, PredictionOrder, PurchaseModelKind, Reach, Scope, SummarizePredictions, TimeUnit,
    WhenDue, Whom,
};
use lojal_proto::v1;

use crate::error::Refusal;
use crate::words::{customer_id, filled_list, scope, scope_with, some};

const FOREVER: &str = "forever";
/// Rates above are typing errors: percents instead of ratios.
pub(crate) const YEARLY_DISCOUNT_RATE_MAX: f64 = 10.0;

pub(crate) fn fit_question(request: v1::FitModelRequest) -> Result<FitModel, Refusal> {
    let kind = kind("kind", request.kind)?;
    let unit = time_unit("time_unit", unit_of(kind, request.time_unit))?;
    let last_day = day("calibration_end", &request.calibration_end)?;
    if request.request_id.len() > limits::ID_BYTES {
        let message =
            format!("has {} bytes; at most {} are allowed", request.request_id.len(), limits::ID_BYTES);
        return Err(Refusal::field("request_id", message));
    }
    let allowed = limits::BOOTSTRAP_REPLICATES;
    let asked = request.bootstrap_replicates;
    let replicates =
        usize::try_from(asked).ok().filter(|n| *n == 0 || allowed.contains(n)).ok_or_else(|| {
            let message = format!("is {asked}; choose {} to {}, or 0", allowed.start(), allowed.end());
            Refusal::field("bootstrap_replicates", message)
        })?;
    let request_id = (!request.request_id.is_empty()).then_some(request.request_id);
    let (keep_default, covariates) = (request.keep_default, covariates(&filled_list(request.covariates))?);
    Ok(FitModel { kind, covariates, last_day, unit, replicates, keep_default, request_id })
}

fn covariates(names: &[String]) -> Result<Vec<AttributeName>, Refusal> {
    let named = names.iter().enumerate().map(|(i, name)| {
        AttributeName::new(name.as_str())
            .map_err(|problem| Refusal::field(format!("covariates[{i}]"), problem.to_string()))
    });
    named.collect()
}

/// None for the server's choice.
pub(super) fn kind(field: &str, kind: i32) -> Result<Option<PurchaseModelKind>, Refusal> {
    match kind.try_into() {
        Ok(v1::ModelKind::Unspecified) => Ok(None),
        Ok(v1::ModelKind::BgNbd) => Ok(Some(PurchaseModelKind::BgNbd)),
        Ok(v1::ModelKind::MbgNbd) => Ok(Some(PurchaseModelKind::MbgNbd)),
        Ok(v1::ModelKind::ParetoNbd) => Ok(Some(PurchaseModelKind::ParetoNbd)),
        Ok(v1::ModelKind::BgCnbdK) => Ok(Some(PurchaseModelKind::BgCnbd)),
        Ok(v1::ModelKind::MbgCnbdK) => Ok(Some(PurchaseModelKind::MbgCnbd)),
        Ok(v1::ModelKind::BgBb) => Ok(Some(PurchaseModelKind::BgBb)),
        Ok(v1::ModelKind::Nbd) => Ok(Some(PurchaseModelKind::Nbd)),
        Err(_) => {
            let message = "names no model; choose one of MODEL_KIND_BG_NBD, MODEL_KIND_MBG_NBD, MODEL_KIND_PARETO_NBD, MODEL_KIND_BG_CNBD_K, MODEL_KIND_MBG_CNBD_K, MODEL_KIND_BG_BB, MODEL_KIND_NBD";
            Err(Refusal::field(field, message))
        }
    }
}

/// The unit asked for; opportunities are years unless they are said to be something else.
fn unit_of(kind: Option<PurchaseModelKind>, unit: i32) -> i32 {
    let unsaid = unit == i32::from(v1::ModelTimeUnit::Unspecified);
    if unsaid && kind.is_some_and(PurchaseModelKind::counts_opportunities) {
        v1::ModelTimeUnit::Year.into()
    } else {
        unit
    }
}

pub(super) fn time_unit(field: &str, unit: i32) -> Result<TimeUnit, Refusal> {
    match unit.try_into() {
        Ok(v1::ModelTimeUnit::Day) => Ok(TimeUnit::Day),
        Ok(v1::ModelTimeUnit::Unspecified | v1::ModelTimeUnit::Week) => Ok(TimeUnit::Week),
        Ok(v1::ModelTimeUnit::Month) => Ok(TimeUnit::Month),
        Ok(v1::ModelTimeUnit::Year) => Ok(TimeUnit::Year),
        Err(_) => {
            let message = "names no unit; choose MODEL_TIME_UNIT_DAY, MODEL_TIME_UNIT_WEEK, MODEL_TIME_UNIT_MONTH or MODEL_TIME_UNIT_YEAR";
            Err(Refusal::field(field, message))
        }
    }
}

/// None when empty.
fn day(field: &str, text: &str) -> Result<Option<Date>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = if text.len() == 10 { text.parse::<Date>().ok() } else { None };
    match parsed.filter(|date| (1900..=2200).contains(&date.year())) {
        Some(date) => Ok(Some(date)),
        None => {
            let shown: String = text.chars().take(40).collect();
            let message = format!("is {shown:?}; write a day as YYYY-MM-DD, such as \"1997-09-30\"");
            Err(Refusal::field(field, message))
        }
    }
}

/// How the caller wants to look ahead, in the words of the wire.
pub(crate) struct AskedOutlook<'r> {
    pub(crate) horizon: &'r str,
    pub(crate) scope: Scope,
    pub(crate) model_id: String,
    pub(crate) when_due: WhenDue,
    pub(crate) yearly_discount_rate: Option<f64>,
    pub(crate) interval_method: i32,
}

const fn when_due(waits: bool) -> WhenDue {
    if waits { WhenDue::Wait } else { WhenDue::GoWithout }
}

pub(crate) fn outlook(asked: AskedOutlook<'_>) -> Result<Outlook, Refusal> {
    let reach = match asked.horizon {
        FOREVER => Reach::Forever,
        "" => reach(Outlook::HORIZON)?,
        other => reach(other)?,
    };
    let yearly_discount_rate = asked.yearly_discount_rate.unwrap_or(Outlook::YEARLY_DISCOUNT_RATE);
    if !(0.0..=YEARLY_DISCOUNT_RATE_MAX).contains(&yearly_discount_rate) {
        let message = format!("is {yearly_discount_rate}; choose 0 to 10, where 0.1 is 10 % a year");
        return Err(Refusal::field("yearly_discount_rate", message));
    }
    let method = match asked.interval_method.try_into() {
        Ok(v1::IntervalMethod::Unspecified | v1::IntervalMethod::Delta) => IntervalMethod::Delta,
        Ok(v1::IntervalMethod::Bootstrap) => IntervalMethod::Bootstrap,
        Err(_) => {
            let message = "names no method; choose INTERVAL_METHOD_DELTA or INTERVAL_METHOD_BOOTSTRAP";
            return Err(Refusal::field("interval_method", message));
        }
    };
    Ok(Outlook {
        reach,
        scope: asked.scope,
        model: (!asked.model_id.is_empty()).then_some(asked.model_id),
        when_due: asked.when_due,
        yearly_discount_rate,
        intervals: Some(method),
    })
}

fn reach(horizon: &str) -> Result<Reach, Refusal> {
    Horizon::parse(horizon)
        .map(Reach::Within)
        .map_err(|problem| Refusal::field("horizon", format!("{problem}; \"forever\" has no end")))
}

pub(crate) fn prediction_question(request: v1::PredictCustomerRequest) -> Result<PredictCustomer, Refusal> {
    let whom = match (request.new_customer, request.customer_id.is_empty()) {
        (true, true) => Whom::NewCustomer,
        (true, false) => {
            let message = "is set besides new_customer; ask about the one or the other";
            return Err(Refusal::field("customer_id", message));
        }
        (false, _) => Whom::Customer(customer_id(request.customer_id)?),
    };
    let outlook = outlook(AskedOutlook {
        horizon: &request.horizon,
        scope: scope(request.as_of, request.known_at)?,
        model_id: request.model_id,
        when_due: when_due(request.wait_for_model),
        yearly_discount_rate: request.yearly_discount_rate,
        interval_method: request.interval_method,
    })?;
    let (with_distribution, with_alive_history) = (request.with_distribution, request.with_alive_history);
    Ok(PredictCustomer { whom, outlook, with_distribution, with_alive_history })
}

pub(crate) fn summary_question(
    request: v1::SummarizePredictionsRequest,
) -> Result<SummarizePredictions, Refusal> {
    let outlook = outlook(AskedOutlook {
        horizon: &request.horizon,
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        model_id: request.model_id,
        when_due: WhenDue::Wait,
        yearly_discount_rate: request.yearly_discount_rate,
        interval_method: request.interval_method,
    })?;
    Ok(SummarizePredictions { outlook, group_by: some(request.group_by), with_ranges: request.with_ranges })
}

pub(crate) fn order(value: i32) -> Result<PredictionOrder, Refusal> {
    match value.try_into() {
        Ok(v1::PredictionOrder::Unspecified) => Ok(PredictionOrder::Recorded),
        Ok(v1::PredictionOrder::Clv) => Ok(PredictionOrder::Clv),
        Ok(v1::PredictionOrder::AliveProbability) => Ok(PredictionOrder::AliveProbability),
        Ok(v1::PredictionOrder::ValueAtRisk) => Ok(PredictionOrder::ValueAtRisk),
        Err(_) => {
            let message = "names no order; choose PREDICTION_ORDER_CLV, PREDICTION_ORDER_ALIVE_PROBABILITY or PREDICTION_ORDER_VALUE_AT_RISK";
            Err(Refusal::field("order", message))
        }
    }
}

pub(crate) fn limit(limit: Option<i32>, with_totals: bool) -> Result<Option<usize>, Refusal> {
    let Some(limit) = limit else { return Ok(None) };
    match usize::try_from(limit) {
        Ok(limit) if limit > 0 || with_totals => Ok(Some(limit)),
        _ => {
            let message = format!(
                "is {limit}; choose 1 or more, such as {} for all, leave it out for the first {}, or take 0 with with_totals",
                i32::MAX,
                PredictCustomers::LIMIT
            );
            Err(Refusal::field("limit", message))
        }
    }
}

/// Predictions of customers.
pub(crate) fn predictions(request: v1::PredictCustomersRequest) -> Result<PredictCustomers, Refusal> {
    let outlook = outlook(AskedOutlook {
        horizon: &request.horizon,
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        model_id: request.model_id,
        when_due: when_due(request.wait_for_model.unwrap_or(true)),
        yearly_discount_rate: request.yearly_discount_rate,
        interval_method: request.interval_method,
    })?;
    Ok(PredictCustomers {
        outlook,
        order: order(request.order)?,
        limit: limit(request.limit, request.with_totals)?,
        with_intervals: !request.without_intervals,
        with_ranges: request.with_ranges,
        with_shares: request.with_basis_shares,
        with_totals: request.with_totals,
    })
}

fn holdout_days(calibration_end: &str, holdout_end: &str) -> Result<HoldoutDays, Refusal> {
    Ok(HoldoutDays {
        calibration_end: day("calibration_end", calibration_end)?,
        holdout_end: day("holdout_end", holdout_end)?,
    })
}

pub(crate) fn backtest_question(request: &v1::BacktestRequest) -> Result<Backtest, Refusal> {
    let kind = kind("kind", request.kind)?;
    Ok(Backtest {
        kind,
        days: holdout_days(&request.calibration_end, &request.holdout_end)?,
        unit: time_unit("time_unit", unit_of(kind, request.time_unit))?,
    })
}

pub(crate) fn comparison_question(request: &v1::CompareModelsRequest) -> Result<CompareModels, Refusal> {
    let mut kinds = Vec::new();
    for (i, asked) in filled_list(request.kinds.clone()).into_iter().enumerate() {
        let field = format!("kinds[{i}]");
        let kind = kind(&field, asked)?
            .ok_or_else(|| Refusal::field(&field, "names no model; leave kinds empty to compare all"))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(CompareModels {
        kinds,
        days: holdout_days(&request.calibration_end, &request.holdout_end)?,
        unit: time_unit("time_unit", request.time_unit)?,
    })
}

pub(crate) fn tracking_question(request: v1::GetTrackingRequest) -> Result<GetTracking, Refusal> {
    let period_days = match request.period.try_into() {
        Ok(v1::ModelTimeUnit::Unspecified | v1::ModelTimeUnit::Week) => 7,
        Ok(v1::ModelTimeUnit::Day) => 1,
        _ => {
            return Err(Refusal::field(
                "period",
                "is none of these; choose MODEL_TIME_UNIT_DAY or MODEL_TIME_UNIT_WEEK",
            ));
        }
    };
    Ok(GetTracking {
        model: (!request.model_id.is_empty()).then_some(request.model_id),
        until: day("until", &request.until)?,
        period_days,
    })
}
