//! Workspaces and exchange rates.

use jiff::civil::Date;
use lojal_domain::{Currency, Rate, WorkspaceName, Zone, limits};
use lojal_engine::{CreateWorkspace, ExchangeRate, RefitPolicy, UpdateWorkspace, WorkspaceView};
use lojal_proto::v1;

use crate::error::Refusal;
use crate::words::timestamp;

/// Years between which a rate makes sense.
const YEARS: std::ops::Range<i16> = 1900..2200;
/// A model for eleven times as many transactions as it has seen is no model of them.
const GROWTH_RATIO_MAX: f64 = 10.0;
/// Ten years.
const MODEL_AGE_DAYS_MAX: i32 = 3_650;

/// The workspace a request names, or that of its call.
pub(crate) fn named(name: &str, of_call: WorkspaceName) -> Result<WorkspaceName, Refusal> {
    if name.is_empty() { Ok(of_call) } else { workspace_name(name) }
}

fn workspace_name(name: &str) -> Result<WorkspaceName, Refusal> {
    WorkspaceName::new(name).map_err(|problem| Refusal::field("workspace", problem.to_string()))
}

/// The workspace to delete, named twice.
pub(crate) fn confirmed(request: &v1::DeleteWorkspaceRequest) -> Result<WorkspaceName, Refusal> {
    let name = workspace_name(&request.workspace)?;
    if request.confirm != request.workspace {
        let problem = format!(
            "is not \"{name}\"; write the name of the workspace here, too: everything in it is deleted, and there is no way back"
        );
        return Err(Refusal::field("confirm", problem));
    }
    Ok(name)
}

fn display_name(name: String) -> Result<String, Refusal> {
    let maximum = limits::DISPLAY_NAME_BYTES;
    if name.len() > maximum {
        let problem = format!("has {} bytes; at most {maximum} are allowed", name.len());
        return Err(Refusal::field("display_name", problem));
    }
    if name.chars().any(char::is_control) {
        let problem = "contains a control character; only printable text is allowed";
        return Err(Refusal::field("display_name", problem));
    }
    Ok(name)
}

/// A currency; none when empty.
pub(crate) fn currency(field: &str, code: &str) -> Result<Option<Currency>, Refusal> {
    if code.is_empty() {
        return Ok(None);
    }
    Currency::parse(code).map(Some).map_err(|problem| Refusal::field(field, problem.to_string()))
}

fn zone(name: &str) -> Result<Option<Zone>, Refusal> {
    if name.is_empty() {
        return Ok(None);
    }
    Zone::named(name).map(Some).map_err(|problem| Refusal::field("time_zone", problem.to_string()))
}

pub(crate) fn creation(request: v1::CreateWorkspaceRequest) -> Result<CreateWorkspace, Refusal> {
    Ok(CreateWorkspace {
        display_name: display_name(request.display_name)?,
        currency: currency("reporting_currency_code", &request.reporting_currency_code)?,
        zone: zone(&request.time_zone)?,
    })
}

pub(crate) fn update(request: v1::UpdateWorkspaceRequest) -> Result<UpdateWorkspace, Refusal> {
    // A currency or a zone can be changed, but not taken away, so an empty one is no news.
    Ok(UpdateWorkspace {
        display_name: request.display_name.map(display_name).transpose()?,
        currency: currency("reporting_currency_code", &request.reporting_currency_code.unwrap_or_default())?,
        zone: zone(&request.time_zone.unwrap_or_default())?,
        refit: request.refit_policy.map(refit_policy).transpose()?,
    })
}

fn refit_policy(policy: v1::RefitPolicy) -> Result<RefitPolicy, Refusal> {
    let default = RefitPolicy::default();
    let growth_ratio = policy.growth_ratio.unwrap_or(default.growth_ratio);
    if !(growth_ratio > 0.0 && growth_ratio <= GROWTH_RATIO_MAX) {
        let message =
            format!("is {growth_ratio}; choose more than 0, up to {GROWTH_RATIO_MAX}: 0.1 is a tenth");
        return Err(Refusal::field("refit_policy.growth_ratio", message));
    }
    let max_age_days = policy.max_age_days.unwrap_or(default.max_age_days);
    if !(1..=MODEL_AGE_DAYS_MAX).contains(&max_age_days) {
        let message = format!("is {max_age_days}; choose 1 to {MODEL_AGE_DAYS_MAX} days");
        return Err(Refusal::field("refit_policy.max_age_days", message));
    }
    Ok(RefitPolicy { growth_ratio, max_age_days, never: policy.never })
}

pub(crate) fn workspace(view: WorkspaceView) -> v1::Workspace {
    v1::Workspace {
        workspace: view.name.as_str().to_owned(),
        display_name: view.display_name,
        reporting_currency_code: view.currency.map_or("", Currency::code).to_owned(),
        time_zone: view.zone.name().to_owned(),
        create_time: view.created.map(timestamp),
        revision: view.status.revision as i64,
        customers: view.status.customers as i64,
        transactions: view.status.counts.transactions() as i64,
        refit_policy: Some(v1::RefitPolicy {
            growth_ratio: Some(view.refit.growth_ratio),
            max_age_days: Some(view.refit.max_age_days),
            never: view.refit.never,
        }),
    }
}

/// The rates of a request, or all that is wrong with them.
pub(crate) fn exchange_rates(rates: Vec<v1::ExchangeRate>) -> Result<Vec<ExchangeRate>, Refusal> {
    let maximum = limits::RATES_PER_REQUEST;
    if rates.is_empty() {
        return Err(Refusal::field("rates", format!("is empty; give 1 to {maximum} rates")));
    }
    if rates.len() > maximum {
        let message = format!("rates has {} entries; send at most {maximum} at a time", rates.len());
        return Err(Refusal::limit("rates_per_request", maximum as u64, message));
    }
    let (mut read, mut problems) = (Vec::with_capacity(rates.len()), Vec::new());
    for (index, one) in rates.iter().enumerate() {
        match read_rate(one) {
            Ok(rate) => read.push(rate),
            Err((field, problem)) => problems.push((format!("rates[{index}].{field}"), problem)),
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(Refusal::fields(problems)) }
}

fn read_rate(one: &v1::ExchangeRate) -> Result<ExchangeRate, (&'static str, String)> {
    let currency =
        Currency::parse(&one.currency_code).map_err(|problem| ("currency_code", problem.to_string()))?;
    let date = one.date.parse::<Date>().ok();
    // Other ways to write a date are not taken, so that nobody wonders what else is.
    let date = date.filter(|date| date.to_string() == one.date && YEARS.contains(&date.year()));
    let date = date.ok_or_else(|| {
        let shown: String = one.date.chars().take(32).collect();
        ("date", format!("is {shown:?}; write YYYY-MM-DD, such as \"2026-03-31\", from 1900 on"))
    })?;
    let rate = Rate::parse(&one.rate).map_err(|problem| ("rate", problem.to_string()))?;
    Ok(ExchangeRate { currency, date, rate })
}

pub(crate) fn exchange_rate(one: &ExchangeRate) -> v1::ExchangeRate {
    v1::ExchangeRate {
        currency_code: one.currency.code().to_owned(),
        date: one.date.to_string(),
        rate: one.rate.to_string(),
    }
}
