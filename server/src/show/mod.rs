//! Answers as tables, for `lojal demo` and `lojal ask`.

mod customers;
mod loyalty;
mod retention;
mod surveys;
mod transitions;
mod warnings;

use comfy_table::{CellAlignment, Table, presets};
use lojal_proto::v1;
use prost_types::Timestamp;

pub(crate) use customers::{facts, parameters, predictions, segments};
pub(crate) use loyalty::{explanation, places};
pub(crate) use retention::retention;
pub(crate) use surveys::{csat, nps};
pub(crate) use transitions::transitions;
pub(crate) use warnings::{warned, warning_quality, warnings};

/// The window of segments where none is asked for.
pub(crate) const USUAL_WINDOW: &str = "365 d";
/// What a line of prose may take, in letters.
const WIDTH: u16 = 140;
/// What stands for a number that is not known.
const UNKNOWN: &str = "-";

/// A table with words in the first columns and numbers in the others.
fn table(words: &[&str], numbers: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(words.iter().chain(numbers).copied());
    for column in table.column_iter_mut().skip(words.len()) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| format!("{value:.decimals$}"))
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| UNKNOWN.to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn value(estimate: Option<&v1::Estimate>) -> Option<f64> {
    estimate.and_then(|estimate| estimate.value)
}

fn amount(money: Option<&v1::Money>) -> String {
    money.map_or_else(|| UNKNOWN.to_owned(), |money| money.amount.clone())
}

/// An interval, by how its ends are told.
fn interval(estimate: Option<&v1::Estimate>, end: impl Fn(Option<f64>) -> String) -> String {
    let ends = estimate.map(|estimate| (estimate.ci_low, estimate.ci_high));
    match ends {
        // An end that is not known does not hide the other.
        Some((low, high)) if low.is_some() || high.is_some() => format!("{} to {}", end(low), end(high)),
        _ => UNKNOWN.to_owned(),
    }
}

/// What a row is about: its group, its period, or both.
fn of_whom(group: &str, period: Option<&v1::SeriesPeriod>, is_grouped: bool) -> String {
    let group = if group.is_empty() { "(none)" } else { group };
    match (is_grouped, period) {
        (true, Some(period)) => format!("{group}, {}", period.label),
        (false, Some(period)) => period.label.clone(),
        (_, None) => group.to_owned(),
    }
}

/// An instant as RFC 3339.
pub(crate) fn at(time: Option<&Timestamp>) -> String {
    let instant = time.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
    instant.map_or_else(|| UNKNOWN.to_owned(), |instant| instant.to_string())
}

/// In which currency amounts are, for a question about amounts.
pub(crate) fn in_currency(from: Option<&v1::Provenance>) -> String {
    let code = from.map(|from| from.currency_code.as_str()).filter(|code| !code.is_empty());
    code.map(|code| format!(", in {code}")).unwrap_or_default()
}

/// A question with what it is answered for: when, and of whom.
pub(crate) fn heading(question: &str, from: Option<&v1::Provenance>) -> String {
    let Some(from) = from else { return question.to_owned() };
    let mut text = format!("{question}, as of {}", at(from.as_of.as_ref()));
    if !from.filter.is_empty() {
        text.push_str(&format!(", of customers with {}", from.filter));
    }
    text
}

/// What to keep in mind of an answer, a line each.
pub(crate) fn remarks(from: Option<&v1::Provenance>) -> String {
    let Some(from) = from else { return String::new() };
    let left_out = from.excluded.iter().map(|each| format!("left out: {} {}\n", each.count, each.cause));
    let warnings = from.warnings.iter().map(|each| format!("warning: {each}\n"));
    left_out.chain(warnings).collect()
}
