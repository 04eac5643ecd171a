//! What a file holds, before it is sent.

use std::collections::BTreeMap;

use crate::import::bad_rows::BadRows;
use crate::import::summary::Tally;

/// What came of reading a file.
#[derive(Default)]
pub(crate) struct Looked {
    /// The export that it was recognised as, by its name and in words.
    pub(crate) profile: Option<(&'static str, &'static str)>,
    /// Which column is taken for what.
    pub(crate) taken: Vec<(&'static str, usize)>,
    pub(crate) rows: u64,
    pub(crate) tally: Tally,
    /// How many orders or answers do not count, by reason.
    pub(crate) left_out: BTreeMap<String, u64>,
    pub(crate) bad: BadRows,
    /// What to look at.
    pub(crate) notes: Vec<String>,
}

impl Looked {
    /// Which columns were taken, as a sentence.
    pub(crate) fn told(&self, names: &[String]) -> String {
        let taken =
            self.taken.iter().map(|(field, column)| format!("{} for the {}", names[*column], word(field)));
        format!("took {}", taken.collect::<Vec<_>>().join(", "))
    }
}

/// A field as people call it.
pub(crate) fn word(field: &str) -> String {
    match field {
        "customer_id" => "customer".to_owned(),
        "transaction_id" => "transaction's id".to_owned(),
        "currency_code" => "currency".to_owned(),
        other => other.replace('_', " "),
    }
}
