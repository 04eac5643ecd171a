//! What a file holds, before it is sent.

use std::collections::BTreeMap;

use crate::import::bad_rows::BadRows;
use crate::import::summary::Tally;
use crate::import::words::word;

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
