//! What is wrong with a row: all of it, so that whoever corrects it does so once.

use lojal_domain::Record;

/// A fault of a row: which of its fields, and how.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) field: &'static str,
    pub(crate) message: String,
}

pub(crate) fn problem(field: &'static str, message: impl ToString) -> Problem {
    Problem { field, message: message.to_string() }
}

/// The faults of a row so far, in the order of looking.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Problem>);

impl Faults {
    /// A part of the row; none where it has a fault, which is kept.
    pub(crate) fn part<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        match read {
            Ok(part) => Some(part),
            Err(problem) => {
                self.0.push(problem);
                None
            }
        }
    }

    /// A fault more.
    pub(crate) fn add(&mut self, field: &'static str, message: impl ToString) {
        self.0.push(problem(field, message));
    }

    /// The record, if all its parts are there and nothing is wrong with them; else the faults, of which there is one at least.
    pub(crate) fn record(self, record: Option<Record>) -> Result<Record, Vec<Problem>> {
        match record.filter(|_| self.0.is_empty()) {
            Some(record) => Ok(record),
            None => Err(self.0),
        }
    }
}
