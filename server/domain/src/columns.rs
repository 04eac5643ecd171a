//! Purchases as columns: how bulk loads travel, without an object for each row.

use crate::ids::{IdError, check};
use crate::{
    Amount, Currency, CustomerId, EventTime, Money, Transaction, TransactionId, TransactionIdentity, limits,
};

/// Texts one after another, each ended by a line break: one allocation for many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    text: String,
    /// Where each line ends, without its line break.
    ends: Vec<u32>,
}

impl Lines {
    /// Cuts a text into lines. A line break at the very end is one more than needed and is passed over; an empty text
    /// has no lines.
    #[must_use]
    pub fn of(text: String) -> Self {
        let mut ends = Vec::new();
        ends.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32));
        if !text.is_empty() && !text.ends_with('\n') {
            ends.push(text.len() as u32);
        }
        Self { text, ends }
    }

    /// Cuts a text into lines of which there should be so many: an empty line at the end counts when one is missing.
    #[must_use]
    pub fn of_rows(text: String, rows: usize) -> Self {
        let mut lines = Self::of(text);
        if lines.ends.len() + 1 == rows && lines.text.ends_with('\n') {
            lines.ends.push(lines.text.len() as u32);
        }
        lines
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a line.
    pub fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.ends.push(self.text.len() as u32);
        self.text.push('\n');
    }

    /// The line at a position.
    ///
    /// # Panics
    /// Beyond the last.
    #[must_use]
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize + 1 };
        &self.text[start..self.ends[index] as usize]
    }

    /// All lines in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// Purchases of one currency, a value a row in each column.
///
/// All columns have the same length. Customers and ids are those that [`CustomerId`] and [`TransactionId`] take, and
/// amounts are zero or more; whoever builds one sees to that.
#[derive(Clone, Debug)]
pub struct TransactionColumns {
    /// Who bought.
    pub customers: Lines,
    /// When.
    pub times: Vec<EventTime>,
    /// What was paid.
    pub amounts: Vec<Amount>,
    /// In what.
    pub currency: Currency,
    /// Ids of their own; an empty line for a row that has none. No lines at all when no row has one.
    pub ids: Lines,
    /// Which one of its equals each row without an id is, from 1. Empty when all are the first.
    pub occurrences: Vec<u32>,
    /// What was taken off the list price of each; zero for nothing. Empty when none has a discount.
    pub discounts: Vec<Amount>,
}

impl TransactionColumns {
    /// No rows, of a currency.
    #[must_use]
    pub fn empty(currency: Currency) -> Self {
        Self {
            customers: Lines::default(),
            times: Vec::new(),
            amounts: Vec::new(),
            currency,
            ids: Lines::default(),
            occurrences: Vec::new(),
            discounts: Vec::new(),
        }
    }

    /// Adds a row; `id` is empty for one that has none, and then it is the `occurrence`-th of its kind.
    pub fn push(&mut self, customer: &str, time: EventTime, amount: Amount, id: &str, occurrence: u32) {
        let before = self.len();
        // Columns that say nothing are left out.
        if !id.is_empty() && self.ids.is_empty() {
            (0..before).for_each(|_| self.ids.push(""));
        }
        if !id.is_empty() || !self.ids.is_empty() {
            self.ids.push(id);
        }
        if occurrence != 1 && self.occurrences.is_empty() {
            self.occurrences.resize(before, 1);
        }
        if occurrence != 1 || !self.occurrences.is_empty() {
            self.occurrences.push(occurrence);
        }
        self.customers.push(customer);
        self.times.push(time);
        self.amounts.push(amount);
        if !self.discounts.is_empty() {
            self.discounts.push(Amount::ZERO);
        }
    }

    /// Says what was taken off the list price of the row added last.
    pub fn discount_last(&mut self, discount: Amount) {
        self.discounts.resize(self.len(), Amount::ZERO);
        if let Some(last) = self.discounts.last_mut() {
            *last = discount;
        }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The id of a row, if it has one of its own.
    #[must_use]
    pub fn id(&self, row: usize) -> Option<&str> {
        (!self.ids.is_empty()).then(|| self.ids.get(row)).filter(|id| !id.is_empty())
    }

    /// The occurrence of a row; 0 with an id of its own.
    #[must_use]
    pub fn occurrence(&self, row: usize) -> u32 {
        match self.id(row) {
            Some(_) => 0,
            None => self.occurrences.get(row).copied().unwrap_or(1),
        }
    }

    /// What was taken off the list price of a row, if anything.
    #[must_use]
    pub fn discount(&self, row: usize) -> Option<Amount> {
        self.discounts.get(row).copied().filter(|discount| *discount > Amount::ZERO)
    }

    /// Some of the rows.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        let lines = |lines: &Lines| {
            let mut text = String::new();
            if !lines.is_empty() {
                for &row in rows {
                    text.push_str(lines.get(row));
                    text.push('\n');
                }
            }
            Lines::of(text)
        };
        Self {
            customers: lines(&self.customers),
            times: rows.iter().map(|&row| self.times[row]).collect(),
            amounts: rows.iter().map(|&row| self.amounts[row]).collect(),
            currency: self.currency,
            ids: lines(&self.ids),
            occurrences: match self.occurrences.is_empty() {
                true => Vec::new(),
                false => rows.iter().map(|&row| self.occurrences[row]).collect(),
            },
            discounts: match self.discounts.is_empty() {
                true => Vec::new(),
                false => rows.iter().map(|&row| self.discounts[row]).collect(),
            },
        }
    }

    /// One row as a record.
    ///
    /// # Errors
    /// [`IdError`] for a customer or an id that breaks the rules.
    pub fn row(&self, row: usize) -> Result<Transaction, IdError> {
        Ok(Transaction {
            customer: CustomerId::new(self.customers.get(row))?,
            identity: match self.id(row) {
                Some(id) => TransactionIdentity::Given(TransactionId::new(id)?),
                None => TransactionIdentity::Nth(self.occurrence(row)),
            },
            time: self.times[row],
            money: Money { amount: self.amounts[row], currency: self.currency },
            converted: None,
            discount: self.discount(row),
        })
    }
}

/// Whether a text is an id, without keeping it.
///
/// # Errors
/// [`IdError`] when empty, over 128 bytes, or with control characters.
pub fn check_id(text: &str) -> Result<(), IdError> {
    check(text, limits::ID_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_stands_between_line_breaks() {
        let lines = |text: &str| Lines::of(text.to_owned()).iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines("a\nbc\nd"), ["a", "bc", "d"]);
        assert_eq!(lines("a\nbc\n"), ["a", "bc"]);
        assert_eq!(lines("\n\nx"), ["", "", "x"]);
        assert_eq!(lines("\n"), [""]);
        assert!(Lines::of(String::new()).is_empty());
    }
}
