//! Metrics in long form: a row a metric, question, group and period.
//!
//! | file | does |
//! |---|---|
//! | `measured` | how a row of an answer is read |
//! | `known` | which metrics there are, by the answer that they are fields of |
//! | `wanted` | those that are asked for |
//! | `asking` | asks, and puts the answers under one another |

mod asking;
mod known;
mod measured;
mod wanted;

#[cfg(test)]
mod tests;

pub(super) use asking::ask;

use lojal_domain::EventTime;
use lojal_proto::v1::ExportColumnType::{Flag, Integer, Text, Time};

use super::column::{Cell, Column};

/// A metric of a group in a period.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    metric: &'static str,
    question: String,
    group: String,
    period: String,
    start: Option<EventTime>,
    end: Option<EventTime>,
    is_cut_off: bool,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    standard_error: Option<f64>,
    n: Option<i64>,
    unit: String,
    definition: &'static str,
}

pub(super) fn columns() -> Vec<Column<Row>> {
    vec![
        Column::new("metric", Text, "What was measured, by the name of its field.", |row: &Row| {
            Cell::text(row.metric)
        }),
        Column::new(
            "question",
            Text,
            "What answers are to: their kind, scale or survey. None where it is not about answers.",
            |row: &Row| Cell::text(&row.question),
        ),
        Column::new(
            "group",
            Text,
            "The group. None without group_by, and for those who lack it.",
            |row: &Row| Cell::text(&row.group),
        ),
        Column::new("period", Text, "What people call the period. None of a whole window.", |row: &Row| {
            Cell::text(&row.period)
        }),
        Column::new(
            "period_start",
            Time,
            "First instant of the period or window. None from the beginning on.",
            |row: &Row| Cell::time(row.start),
        ),
        Column::new("period_end", Time, "First instant after the period or window.", |row: &Row| {
            Cell::time(row.end)
        }),
        Column::new("cut_off", Flag, "Whether the period is shorter than it is called.", |row: &Row| {
            Cell::Flag(row.is_cut_off)
        }),
        Column::number("value", "The value. None where it is undefined.", |row: &Row| row.value),
        Column::number("value_ci_low", "Lower end of the interval of value.", |row: &Row| row.low),
        Column::number("value_ci_high", "Upper end of the interval of value.", |row: &Row| row.high),
        Column::number("value_standard_error", "Standard error of value.", |row: &Row| row.standard_error)
            .on_demand(),
        Column::new(
            "n",
            Integer,
            "Observations that the value rests on. None of counts and sums.",
            |row: &Row| row.n.map_or(Cell::None, Cell::Integer),
        ),
        Column::new("unit", Text, "What the value is in: share, days, a currency.", |row: &Row| {
            Cell::text(&row.unit)
        }),
        Column::new("definition", Text, "How it is defined.", |row: &Row| Cell::text(row.definition)),
    ]
}
