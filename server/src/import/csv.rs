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
    let customer = habits.values.customer(field(record, customer, "customer")?)?;
    let amount = habits.paid(field(record, amount, "amount")?)?;
    let discount = discount.map(|column| field(record, column, "discount")).transpose()?.unwrap_or_default();
    let discount = habits.taken_off(discount)?;
    let currency = match currency.map(|column| field(record, column, "currency")).transpose()? {
        None | Some("") => habits.values.currency,
        Some(code) => habits.values.currency_of(code)?,
    };
    let time = habits.bought_at(field(record, time, "time")?)?;
    let id = transaction.map(|column| field(record, column, "transaction's id")).transpose()?;
    Ok(Row { customer, time, amount, discount, currency, id: habits.values.id(id)? })
}

/// A field as text, without the spaces around it.
fn field<'a>(record: &'a ByteRecord, column: usize, what: &str) -> Result<&'a str, String> {
    let bytes = record.get(column).ok_or_else(|| {
        format!("the line has {} fields, so the {what} in column {} is missing", record.len(), column + 1)
    })?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| format!("the {what} is not UTF-8; convert the file to UTF-8"))?;
    Ok(text.trim())
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
    }
}
