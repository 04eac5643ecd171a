//! The export of a survey tool as rows of answers.

use std::collections::HashMap;
use std::sync::LazyLock;

use ::csv::StringRecord;
use regex::Regex;

use crate::import::columns::{ROWS_AHEAD, usual};
use crate::import::habits::pattern;
use crate::import::profiles::Recognised;
use crate::import::profiles::shape::{place, places};
use crate::import::records::Cells;
use crate::import::table::TableFile;
use crate::import::words::listed;

/// A score, alone or with what it stands for: "10 - extremely likely".
static SCORE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?s)^\s*([0-9]{1,2})(?:\.0)?\b(?:.*[^0-9\s].*)?$"));

/// Which columns of an export are what.
#[derive(Clone, Debug)]
pub(crate) struct AnswerExport {
    pub(crate) profile: &'static str,
    pub(crate) title: &'static str,
    /// Without those of customers.
    taken: Vec<(&'static str, usize)>,
    /// In each row the first that names somebody.
    customers: Vec<usize>,
    /// Values of the column of metrics, and the metrics they are; none where there is no such column.
    metrics: Option<&'static HashMap<String, String>>,
}

impl AnswerExport {
    /// How an export is read; `named` are the columns that the caller names in place of its own.
    pub(crate) fn of(
        found: Recognised,
        file: &TableFile,
        names: &[String],
        named: &[(&'static str, Option<usize>)],
    ) -> anyhow::Result<Self> {
        let says = found.shape;
        let said =
            |field: &str| named.iter().rev().find(|(name, _)| *name == field).map(|(_, column)| *column);
        let score = match said("score").flatten().or_else(|| place(&says.score, names)) {
            Some(column) => column,
            None => score(found, file, names)?,
        };
        let own = [
            ("response_id", place(&says.response_id, names)),
            ("time", place(&says.time, names)),
            ("comment", place(&says.comment, names)),
            ("channel", place(&says.channel, names)),
            ("survey_id", place(&says.survey_id, names)),
            ("score", Some(score)),
        ];
        let metric = says.metric.as_ref();
        let metric_column = metric.and_then(|metric| names.iter().position(|name| *name == metric.column));
        let mut taken: Vec<(&'static str, usize)> = own
            .into_iter()
            .chain([("metric", metric_column)])
            .filter(|(field, _)| said(field).is_none())
            .filter_map(|(field, column)| Some((field, column?)))
            .collect();
        let others = named.iter().filter(|(field, _)| *field != "customer_id");
        taken.extend(others.filter_map(|(field, column)| Some((*field, (*column)?))));
        let customers = match said("customer_id") {
            Some(column) => column.into_iter().collect(),
            None => {
                let mut columns = places(&says.customer, names);
                let has_word =
                    |name: &str| says.customer_words.iter().any(|word| name.to_lowercase().contains(word));
                let more =
                    names.iter().enumerate().filter(|(_, name)| has_word(name)).map(|(place, _)| place);
                let more: Vec<usize> = more.filter(|place| !columns.contains(place)).collect();
                columns.extend(more);
                columns
            }
        };
        let metrics = metric.filter(|_| metric_column.is_some()).map(|metric| &metric.values);
        Ok(Self { profile: found.profile, title: found.title, taken, customers, metrics })
    }

    /// The same with customers by their addresses alone.
    pub(crate) fn by_email(mut self, names: &[String]) -> Self {
        self.customers.retain(|place| usual(&names[*place]).contains("mail"));
        self
    }

    /// The columns that are read, by field.
    pub(crate) fn columns(&self) -> Vec<(&'static str, usize)> {
        let customers = self.customers.iter().map(|column| ("customer_id", *column));
        customers.chain(self.taken.iter().copied()).collect()
    }

    /// Why a row is no answer; none for one that is.
    pub(crate) fn left_out(&self, row: &StringRecord) -> Option<String> {
        let cell =
            |field: &str| self.taken.iter().find(|(name, _)| *name == field).and_then(|(_, at)| row.get(*at));
        if cell("response_id") == Some("") {
            return Some("without a response id".to_owned());
        }
        if cell("score").is_none_or(str::is_empty) {
            return Some("without a score".to_owned());
        }
        let metrics = self.metrics?;
        let kind = cell("metric")?;
        // As the Python package tells it.
        (!metrics.contains_key(&usual(kind))).then(|| format!("of the kind '{kind}', which is not read"))
    }

    /// What a row has.
    pub(crate) fn cells<'a>(&'a self, row: &'a StringRecord, constants: &'a [(String, String)]) -> Cells<'a> {
        let mut cells = Cells { constants, ..Default::default() };
        if !self.customers.is_empty() {
            let named =
                self.customers.iter().filter_map(|column| row.get(*column)).find(|text| !text.is_empty());
            cells.values.push(("customer_id", named.unwrap_or_default()));
        }
        for (field, column) in &self.taken {
            let text = row.get(*column).unwrap_or_default();
            let value = match (*field, self.metrics) {
                ("score", _) => score_of(text).unwrap_or(text),
                ("metric", Some(metrics)) => metrics.get(&usual(text)).map_or(text, String::as_str),
                _ => text,
            };
            cells.values.push((field, value));
        }
        cells
    }
}

fn score_of(text: &str) -> Option<&str> {
    Some(SCORE.as_ref()?.captures(text)?.get(1)?.as_str())
}

/// The column of the one question that asks for a recommendation and was answered by scores.
fn score(found: Recognised, file: &TableFile, names: &[String]) -> anyhow::Result<usize> {
    let asks = |name: &str| found.shape.score_words.iter().any(|word| name.to_lowercase().contains(word));
    let mut asking: Vec<usize> = (0..names.len()).filter(|place| asks(&names[*place])).collect();
    if asking.len() > 1 {
        let mut scored = Vec::new();
        for column in asking {
            if holds_scores(file, column)? {
                scored.push(column);
            }
        }
        asking = scored;
    }
    let which = match asking[..] {
        [one] => return Ok(one),
        [] => "no column asks for a recommendation".to_owned(),
        _ => format!("{} columns ask for a recommendation", asking.len()),
    };
    anyhow::bail!(
        "in this export of {} {which}; name the one with the score, with --profile {} --column score=COLUMN; the file has: {}",
        found.profile,
        found.profile,
        listed(names)
    )
}

/// Whether most of what is there is scores: the first row may be a second header.
fn holds_scores(file: &TableFile, column: usize) -> anyhow::Result<bool> {
    let mut table = file.open()?;
    let mut row = StringRecord::new();
    let (mut scores, mut values) = (0, 0);
    for _ in 0..ROWS_AHEAD {
        if table.next(&mut row)?.is_none() {
            break;
        }
        if let Some(text) = row.get(column).filter(|text| !text.is_empty()) {
            values += 1;
            scores += usize::from(score_of(text).is_some());
        }
    }
    Ok(2 * scores > values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_stand_alone_or_with_what_they_mean() {
        for (text, score) in [
            ("10 - Extremely likely", Some("10")),
            ("9", Some("9")),
            ("7.0", Some("7")),
            ("100", None),
            ("very", None),
            ("9 8", None),
        ] {
            assert_eq!(score_of(text), score, "{text:?}");
        }
    }
}
