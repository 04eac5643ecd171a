//! How a file writes numbers and times, found out before it is read: by the habits of a country or a spreadsheet. What is written
//! in plain decimals and ISO 8601, as most files are, is read as quickly as if nothing else were known.

pub(crate) mod numbers;
pub(crate) mod times;

use std::collections::BTreeSet;

use ::csv::StringRecord;
use lojal_domain::{Amount, EventTime};
use regex::Regex;

use crate::cli::ImportArgs;
use crate::import::habits::numbers::{Numbers, code_of};
use crate::import::habits::times::{Order, Times, is_zoneless};
use crate::import::table::TableFile;
use crate::import::values::{NO_AMOUNT, NO_DISCOUNT, Values};

/// Rows that are read ahead. Only a column that they do not decide is read to its end.
const ROWS_AHEAD: usize = 1_000;

const TIMES: [&str; 3] = ["time", "end_time", "effective_time"];
const NUMBERS: [&str; 3] = ["amount", "discount", "refund_amount"];

/// A pattern of ours; none only if it were misspelt, which the tests would see.
pub(crate) fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// How a file writes what it holds.
#[derive(Clone)]
pub(crate) struct Habits {
    pub(crate) values: Values,
    numbers: Numbers,
    /// Fields whose column holds numbers, and not texts.
    exact: Vec<&'static str>,
    /// How times are written, by field, where that is not ISO 8601.
    times: Vec<(&'static str, Times)>,
    pub(crate) notes: Vec<String>,
    /// Whether a time was read that names no zone.
    pub(crate) zoneless: bool,
}

/// What is known of the amounts and times of a file beforehand.
#[derive(Default)]
pub(crate) struct Beforehand<'a> {
    /// The code of the currency that all amounts are in; empty where nothing says so, none where rows do.
    pub(crate) currency: Option<&'a str>,
    /// How times are written where the column leaves it open.
    pub(crate) order: Option<Order>,
}

impl Habits {
    /// Finds out how the columns of a file are written. `columns` says which column is taken for which field.
    pub(crate) fn of(
        file: &TableFile,
        args: &ImportArgs,
        values: Values,
        columns: &[(&'static str, usize)],
        before: &Beforehand<'_>,
    ) -> anyhow::Result<Self> {
        let mut habits = Self::plain(values);
        let table = file.open()?;
        habits.exact =
            columns.iter().filter(|(_, at)| table.is_exact(*at)).map(|(field, _)| *field).collect();
        habits.settle_numbers(file, args, columns, before)?;
        if args.time_format.is_some() {
            return Ok(habits);
        }
        for (field, column) in columns.iter().filter(|(field, _)| TIMES.contains(field)) {
            let times = habits.times_of(file, *column)?;
            if times != Times(Some(Order::Iso)) {
                habits.times.push((field, Times(times.0.or(before.order))));
            }
        }
        Ok(habits)
    }

    /// Those of a file of which nothing is known but how values are read.
    pub(crate) fn plain(values: Values) -> Self {
        let (numbers, exact, times, notes) = (Numbers::default(), Vec::new(), Vec::new(), Vec::new());
        Self { values, numbers, exact, times, notes, zoneless: false }
    }

    /// An amount, a discount or the like.
    pub(crate) fn amount(&self, text: &str, field: &str, what: &str) -> Result<Amount, String> {
        let plain = match self.exact.contains(&field) {
            true => text.to_owned(),
            false => self.numbers.plain(text, what)?,
        };
        Amount::parse(&plain).map_err(|problem| format!("the {what} {problem}"))
    }

    /// What was paid.
    pub(crate) fn paid(&self, text: &str) -> Result<Amount, String> {
        if text.is_empty() {
            return Err(NO_AMOUNT.to_owned());
        }
        let amount = self.number(text, "amount")?;
        if amount < Amount::ZERO {
            return Err(format!(
                "the amount is {text}; import purchases only, and record refunds with --records refunds, or take what is less than zero for refunds with --negative refund"
            ));
        }
        Ok(amount)
    }

    /// What was taken off the list price; nothing for an empty text.
    pub(crate) fn taken_off(&self, text: &str) -> Result<Amount, String> {
        if text.is_empty() {
            return Ok(Amount::ZERO);
        }
        let discount = self.number(text, "discount")?;
        if discount < Amount::ZERO {
            return Err(format!("the discount is {text}; {NO_DISCOUNT}"));
        }
        Ok(discount)
    }

    /// When it was bought. Without a word on how times are written they are read at once, and neighbours of one time once.
    pub(crate) fn bought_at(&mut self, text: &str) -> Result<EventTime, String> {
        match self.times.is_empty() {
            true => self.values.time(text),
            false => self.time(text, "time"),
        }
    }

    /// A number, at once where it can be read one way only.
    fn number(&self, text: &str, field: &str) -> Result<Amount, String> {
        let is_plain = match self.numbers.decimal {
            Some('.') => true,
            Some(_) => !text.contains(['.', ',']),
            None => !text.contains('.'),
        };
        match if is_plain { Amount::parse(text).ok() } else { None } {
            Some(amount) => Ok(amount),
            None => self.amount(text, field, field),
        }
    }

    /// What was found out that is not how most files are written, for people.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told = self.notes.clone();
        if self.numbers.decimal == Some(',') {
            told.push("amounts were read with the comma as the decimal mark".to_owned());
        }
        let how = self.times.iter().find(|(field, _)| *field == "time").and_then(|(_, times)| times.0);
        let how = how.and_then(|order| match order {
            Order::DayFirst => Some("with the day first, then the month"),
            Order::MonthFirst => Some("with the month first, then the day"),
            Order::Epoch => Some("as seconds or milliseconds since 1970"),
            Order::YearFirst | Order::Iso => None,
        });
        told.extend(how.map(|how| format!("times were read {how}")));
        told
    }

    /// The instant of a row.
    pub(crate) fn time(&mut self, text: &str, field: &str) -> Result<EventTime, String> {
        if text.is_empty() {
            return Err(format!("the {} is missing", field.replace('_', " ")));
        }
        self.zoneless |= field == "time" && is_zoneless(text);
        // A refund's is written as its order's.
        let written = if field == "refund_time" { "time" } else { field };
        let times = self.times.iter().find(|(known, _)| *known == written).map(|(_, times)| *times);
        match times.map(|times| times.read(text, &self.values)).transpose()?.flatten() {
            Some(micros) => self.values.instant(micros, || text.to_owned()),
            None => self.values.time(text),
        }
    }

    fn settle_numbers(
        &mut self,
        file: &TableFile,
        args: &ImportArgs,
        columns: &[(&'static str, usize)],
        before: &Beforehand<'_>,
    ) -> anyhow::Result<()> {
        let places: Vec<usize> = columns
            .iter()
            .filter(|(field, _)| NUMBERS.contains(field) && !self.exact.contains(field))
            .map(|(_, place)| *place)
            .collect();
        if places.is_empty() {
            return Ok(());
        }
        let said = args.decimal.as_ref().and_then(|mark| mark.chars().next());
        let mut seen = numbers::Seen::default();
        let rows = each(file, &places, ROWS_AHEAD, |text| seen.add(text))?;
        self.numbers = seen.numbers(said)?;
        if seen.is_marked && self.numbers.decimal.is_none() && rows >= ROWS_AHEAD {
            seen = numbers::Seen::default();
            each(file, &places, usize::MAX, |text| seen.add(text))?;
            self.numbers = seen.numbers(said)?;
        }
        match before.currency {
            Some(currency) => self.compare(&seen.units, currency),
            None => Ok(()),
        }
    }

    /// Refuses signs of other currencies than amounts are said to be in, and tells of signs that are not read.
    fn compare(&mut self, units: &BTreeSet<String>, currency: &str) -> anyhow::Result<()> {
        let list = units.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let is_other = units.iter().any(|unit| code_of(unit).is_some_and(|code| code != currency));
        anyhow::ensure!(
            currency.is_empty() || !is_other,
            "amounts are in {list}, and not in {currency}; name their currency in a column"
        );
        if currency.is_empty() && !units.is_empty() {
            anyhow::ensure!(units.len() == 1, "amounts are in {list}; give them a column of currency codes");
            self.notes.push(format!(
                "amounts are in {list}, which is not read; give --currency-code, or name it in a column"
            ));
        }
        Ok(())
    }

    fn times_of(&self, file: &TableFile, column: usize) -> anyhow::Result<Times> {
        let mut seen = times::Seen::default();
        let rows = each(file, &[column], ROWS_AHEAD, |text| seen.add(text, &self.values))?;
        let times = seen.times()?;
        if times.0.is_some() || rows < ROWS_AHEAD {
            return Ok(times);
        }
        let mut seen = times::Seen::default();
        each(file, &[column], usize::MAX, |text| seen.add(text, &self.values))?;
        seen.times()
    }
}

/// Tells the cells of some columns in the first rows of a file that are not empty, and returns how many rows these are.
fn each(
    file: &TableFile,
    columns: &[usize],
    rows: usize,
    mut tell: impl FnMut(&str),
) -> anyhow::Result<usize> {
    let mut table = file.open()?;
    let mut row = StringRecord::new();
    let mut read = 0;
    while read < rows && table.next(&mut row)?.is_some() {
        read += 1;
        columns
            .iter()
            .filter_map(|column| row.get(*column))
            .filter(|text| !text.is_empty())
            .for_each(&mut tell);
    }
    Ok(read)
}
