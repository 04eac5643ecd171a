//! CSV files.

use csv::ByteRecord;

use crate::cli::ImportArgs;
use crate::import::ahead::comes_back;
use crate::import::columns::{Columns, told};
use crate::import::csv_records::CsvRecords;
use crate::import::habits::Habits;
use crate::import::source::{Row, Source, Told};
use crate::import::text::TextFile;

/// A CSV file of purchases.
pub(crate) struct CsvSource {
    file: CsvRecords,
    bytes: u64,
    record: ByteRecord,
    columns: Columns,
    told: Told,
    habits: Habits,
}

impl CsvSource {
    pub(crate) fn open(args: &ImportArgs, text: &TextFile, habits: Habits) -> anyhow::Result<Self> {
        let file = CsvRecords::open(text)?;
        let columns = Columns::of(file.names(), args, |id, time| {
            let mut ahead = CsvRecords::open(text)?;
            let mut record = ByteRecord::new();
            comes_back(|| {
                let more = ahead.next(&mut record)?;
                let text = |column| record.get(column).unwrap_or_default().trim_ascii().to_vec();
                Ok(more.map(|_| (text(id), text(time))))
            })
        })?;
        let told = told(&columns, file.names());
        Ok(Self { file, bytes: text.size(), record: ByteRecord::new(), columns, told, habits })
    }
}

impl Source for CsvSource {
    fn next(&mut self) -> anyhow::Result<Option<(u64, Result<Row<'_>, String>)>> {
        let Self { file, record, columns, habits, .. } = self;
        let Some(line) = file.next(record)? else { return Ok(None) };
        Ok(Some((line, row(record, *columns, habits))))
    }

    fn columns(&self) -> &Told {
        &self.told
    }

    fn position(&self) -> u64 {
        self.file.position()
    }

    fn total(&self) -> u64 {
        self.bytes
    }
}

fn row<'r>(record: &'r ByteRecord, columns: Columns, habits: &mut Habits) -> Result<Row<'r>, String> {
    let Columns { customer, time, amount, discount, transaction, currency } = columns;
    let fields = Fields::of(record);
    let customer = habits.values.customer(fields.get(customer, "customer")?)?;
    let amount = habits.paid(fields.get(amount, "amount")?)?;
    let discount = discount.map(|column| fields.get(column, "discount")).transpose()?.unwrap_or_default();
    let discount = habits.taken_off(discount)?;
    let currency = match currency.map(|column| fields.get(column, "currency")).transpose()? {
        None | Some("") => habits.values.currency,
        Some(code) => habits.values.currency_of(code)?,
    };
    let time = habits.bought_at(fields.get(time, "time")?)?;
    let id = transaction.map(|column| fields.get(column, "transaction's id")).transpose()?;
    Ok(Row { customer, time, amount, discount, currency, id: habits.values.id(id)? })
}

/// The fields of a record as texts.
struct Fields<'a> {
    record: &'a ByteRecord,
    /// All of them, one after the other: looked through once instead of field by field. None where some byte is wrong.
    text: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(record: &'a ByteRecord) -> Self {
        Self { record, text: std::str::from_utf8(record.as_slice()).ok() }
    }

    /// A field without the spaces around it.
    fn get(&self, column: usize, what: &str) -> Result<&'a str, String> {
        let range = self.record.range(column).ok_or_else(|| {
            format!(
                "the line has {} fields, so the {what} in column {} is missing",
                self.record.len(),
                column + 1
            )
        })?;
        // Bytes that are a text one after the other may begin in the middle of a letter.
        let text = match self.text.and_then(|text| text.get(range)) {
            Some(text) => text,
            None => std::str::from_utf8(&self.record[column])
                .map_err(|_| format!("the {what} is not UTF-8; convert the file to UTF-8"))?,
        };
        Ok(trimmed(text))
    }
}

/// Hardly any cell has spaces around it, and looking for those of all scripts takes its time.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::values::Values;

    #[test]
    fn a_bad_row_says_what_is_wrong() {
        let columns = Columns {
            customer: 0,
            time: 1,
            amount: 2,
            discount: Some(4),
            transaction: Some(3),
            currency: None,
        };
        let read = |fields: &[&[u8]]| {
            let record = ByteRecord::from(fields.to_vec());
            row(&record, columns, &mut Habits::plain(Values::for_tests("UTC", None))).map(|_| ())
        };
        assert!(read(&[b"c1", b"2026-03-01", b" 12.50 ", b"", b""]).is_ok());
        let message = |fields: &[&[u8]]| read(fields).err().unwrap();
        assert!(message(&[b"", b"2026-03-01", b"1", b"", b""]).contains("customer is empty"));
        assert!(message(&[b"c1", b"2026-03-01", b"twelve", b"", b""]).contains("plain decimal"));
        assert!(message(&[b"c1", b"2026-03-01", b"-1", b"", b""]).contains("--negative refund"));
        assert!(message(&[b"c1", b"2026-03-01"]).contains("amount in column 3 is missing"));
        assert!(read(&[b"c1", b"2026-03-01", b"1", b"", b"0.5"]).is_ok());
        assert!(message(&[b"c1", b"2026-03-01", b"1", b"", b"10%"]).contains("the discount"));
        assert!(message(&[b"c1", b"2026-03-01", b"1", b"", b"-2"]).contains("taken off the list price"));
        assert!(message(&[b"\xff\xfe", b"2026-03-01", b"1", b"", b""]).contains("not UTF-8"));
        // Halves of a letter in two fields are none in either.
        assert!(message(&[b"c\xc5", b"\xa1", b"1", b"", b""]).contains("customer is not UTF-8"));
        assert!(read(&["Žana".as_bytes(), b"\xe2\x80\x89 2026-03-01\t", b"1", b"", b""]).is_ok());
    }
}
