//! One form that the export of a system comes in, as the table says it.

use std::collections::HashMap;

use serde::Deserialize;

/// What a shape says. Where it lists columns, the first that is there is taken.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Shape {
    #[serde(rename = "about")]
    _about: String,
    requires: Vec<String>,
    one_of: Vec<String>,
    /// Who it was, in each row the first that names somebody.
    pub(crate) customer: Vec<String>,
    pub(crate) time: Vec<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) time_order: Option<TimeOrder>,

    // Of orders.
    pub(crate) order: Vec<String>,
    pub(crate) lines: Lines,
    pub(crate) amount: Vec<String>,
    pub(crate) pieces: Vec<String>,
    pub(crate) minor_units: bool,
    pub(crate) currency: Vec<String>,
    pub(crate) currency_code: String,
    pub(crate) discount: Vec<String>,
    pub(crate) nobody: Vec<String>,
    pub(crate) float_ids: bool,
    pub(crate) status: Option<Status>,
    pub(crate) cancelled: Vec<String>,
    pub(crate) captured: Vec<String>,
    pub(crate) refund_amount: Vec<String>,
    pub(crate) refund_time: Vec<String>,
    pub(crate) negative: Option<Negative>,

    // Of answers.
    pub(crate) response_id: Vec<String>,
    pub(crate) score: Vec<String>,
    pub(crate) score_words: Vec<String>,
    pub(crate) customer_words: Vec<String>,
    pub(crate) metric: Option<Metric>,
    pub(crate) comment: Vec<String>,
    pub(crate) channel: Vec<String>,
    pub(crate) survey_id: Vec<String>,
}

/// What the rows of one order are.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lines {
    /// An order is a row.
    #[default]
    None,
    /// The first row says all.
    Once,
    /// Rows are added up.
    Sum,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TimeOrder {
    Mdy,
    Dmy,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Negative {
    /// Of the customer's latest purchases.
    Refund,
}

/// What the status of an order means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Status {
    pub(crate) column: String,
    pub(crate) counts: Vec<String>,
    pub(crate) refunded: Vec<String>,
    pub(crate) left_out: Vec<String>,
    #[serde(default)]
    pub(crate) prefix: String,
}

/// What was asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metric {
    pub(crate) column: String,
    pub(crate) values: HashMap<String, String>,
}

impl Shape {
    /// How many columns a header needs to be of this shape.
    pub(crate) fn required(&self) -> usize {
        self.requires.len() + usize::from(!self.one_of.is_empty())
    }

    /// What a header lacks to be of it.
    pub(crate) fn missing(&self, names: &[String]) -> Vec<String> {
        let lacks = self.requires.iter().filter(|name| !names.contains(name));
        let mut missing: Vec<String> = lacks.map(|name| format!("{name:?}")).collect();
        if !self.one_of.is_empty() && !self.one_of.iter().any(|name| names.contains(name)) {
            let others: Vec<String> = self.one_of.iter().map(|name| format!("{name:?}")).collect();
            missing.push(others.join(" or "));
        }
        missing
    }
}

/// The places of those columns that are there, the likeliest first.
pub(crate) fn places(wanted: &[String], names: &[String]) -> Vec<usize> {
    wanted.iter().filter_map(|wanted| names.iter().position(|name| name == wanted)).collect()
}

/// The place of the likeliest that is there.
pub(crate) fn place(wanted: &[String], names: &[String]) -> Option<usize> {
    places(wanted, names).first().copied()
}
