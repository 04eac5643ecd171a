//! What several kinds of record are made of.

use lojal_domain::{Amount, EventTime, MICROS_PER_SECOND};
use lojal_proto::v1;
use prost_types::Timestamp;

use crate::import::habits::Habits;
use crate::import::made::wire;
use crate::import::records::Cells;

/// An id that a record needs.
pub(crate) fn id(cells: &Cells<'_>, field: &str) -> Result<String, String> {
    let text = cells.get(field);
    if text.is_empty() {
        return Err(format!("the {} is missing", field.replace('_', " ")));
    }
    let checked = lojal_domain::check_id(text).map_err(|problem| problem.to_string());
    checked.map_err(|problem| format!("the {} {problem}", field.replace('_', " ")))?;
    Ok(text.to_owned())
}

/// Who it was; empty for nobody who is known.
pub(crate) fn customer(cells: &Cells<'_>, habits: &Habits) -> Result<String, String> {
    match cells.get("customer_id") {
        "" => Ok(String::new()),
        text => Ok(habits.values.customer(text)?.into_owned()),
    }
}

/// The same of a record that is always somebody's.
pub(crate) fn known_customer(cells: &Cells<'_>, habits: &Habits) -> Result<String, String> {
    match customer(cells, habits)? {
        nobody if nobody.is_empty() => Err("the customer is empty".to_owned()),
        customer => Ok(customer),
    }
}

pub(crate) fn time(cells: &Cells<'_>, habits: &mut Habits) -> Result<Option<Timestamp>, String> {
    Ok(Some(wire(habits.time(cells.get("time"), "time")?)))
}

/// Money of more than nothing; `otherwise` says what to give.
pub(crate) fn money(
    cells: &Cells<'_>,
    habits: &mut Habits,
    currency: &str,
    otherwise: &str,
) -> Result<Option<v1::Money>, String> {
    let text = cells.get("amount");
    if text.is_empty() {
        return Err("the amount is missing".to_owned());
    }
    let amount = habits.amount(text, "amount", "amount")?;
    if amount <= Amount::ZERO {
        return Err(format!("the amount {text:?} is not more than zero; {otherwise}"));
    }
    let currency_code = match cells.get("currency_code") {
        "" => currency.to_owned(),
        code => habits.values.currency_of(&code.to_uppercase())?.code().to_owned(),
    };
    Ok(Some(v1::Money { amount: amount.to_decimal(0), currency_code }))
}

/// What it was about: a text cut at semicolons.
pub(crate) fn topics(cells: &Cells<'_>) -> Vec<String> {
    let parts = cells.get("topics").split(';').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A word of the contract, such as `nps` for `SURVEY_METRIC_NPS`; 0 for none.
pub(crate) fn word(
    text: &str,
    what: &str,
    prefix: &str,
    words: &[&str],
    number: impl Fn(&str) -> Option<i32>,
) -> Result<i32, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let name = text.to_uppercase().replace([' ', '-'], "_");
    let name = name.strip_prefix(prefix).unwrap_or(&name);
    let known = words.iter().any(|word| word.to_uppercase() == name);
    let found = if known { number(&format!("{prefix}{name}")) } else { None };
    found.ok_or_else(|| format!("the {what} is {text:?}; give {}", words.join(", ")))
}

/// An amount of the contract in millionths.
pub(crate) fn micros_of(money: &v1::Money) -> i64 {
    Amount::parse(&money.amount).map_or(0, Amount::micros)
}

pub(crate) fn time_of(time: &Timestamp) -> EventTime {
    EventTime::from_micros(time.seconds.saturating_mul(MICROS_PER_SECOND) + i64::from(time.nanos / 1_000))
}
