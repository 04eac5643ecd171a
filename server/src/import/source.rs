//! Where rows come from, whatever format the file has.

use std::borrow::Cow;

use lojal_domain::{Amount, Currency, EventTime};

/// A purchase as a file has it.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// A mail address is in lower case.
    pub(crate) customer: Cow<'a, str>,
    pub(crate) time: EventTime,
    pub(crate) amount: Amount,
    /// What was taken off the list price, zero for nothing.
    pub(crate) discount: Amount,
    pub(crate) currency: Currency,
    /// Its id, if it has one.
    pub(crate) id: Option<&'a str>,
}

/// Which columns were taken for what: in words, and by the places of the columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) text: String,
    pub(crate) taken: Vec<(&'static str, usize)>,
}

/// What is wrong with a row.
#[derive(Clone, Debug)]
pub(crate) struct RowError {
    /// The line of a text file, or the row of a table, from 1.
    pub(crate) line: u64,
    pub(crate) message: String,
}

/// A file that is read row by row.
pub(crate) trait Source: Send {
    /// The next row with its line; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn next(&mut self) -> anyhow::Result<Option<(u64, Result<Row<'_>, String>)>>;

    /// Which columns were taken for what.
    fn columns(&self) -> &Told;

    /// How much is read, of [`Self::total`].
    fn position(&self) -> u64;

    /// How much there is: bytes or rows.
    fn total(&self) -> u64;
}
