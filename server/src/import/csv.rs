//! CSV files.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use csv::ByteRecord;

use crate::cli::ImportArgs;
use crate::import::ahead::comes_back;
use crate::import::columns::{Columns, told};
use crate::import::lines::Lines;
use crate::import::source::{Row, Source};
use crate::import::values::Values;

/// A CSV file with a header line.
pub(crate) struct CsvSource {
    file: csv::Reader<Lines<File>>,
    path: PathBuf,
    bytes: u64,
    record: ByteRecord,
    columns: Columns,
    told: String,
    values: Values,
}

impl CsvSource {
    pub(crate) fn open(args: &ImportArgs, values: Values) -> anyhow::Result<Self> {
        let path = args.file.clone();
        let delimiter = match args.delimiter.as_bytes() {
            b"tab" => b'\t',
            [one] => *one,
            _ => anyhow::bail!("--delimiter is {:?}; give one character, or \"tab\"", args.delimiter),
        };
        let (mut file, bytes) = reader(&path, delimiter)?;
        let header = file.byte_headers().with_context(|| format!("cannot read {}", path.display()))?;
        // A byte order mark belongs to the file, not to the name of its first column.
        let names = header.iter().map(|name| String::from_utf8_lossy(name));
        let names: Vec<String> =
            names.map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        anyhow::ensure!(
            names.iter().any(|name| !name.is_empty()),
            "{} is empty; give a CSV file with a header line",
            path.display()
        );
        let columns = Columns::of(&names, args, |id, time| {
            let (mut ahead, _) = reader(&path, delimiter)?;
            let mut record = ByteRecord::new();
            comes_back(|| {
                let more = ahead.read_byte_record(&mut record);
                let more = more.with_context(|| format!("cannot read {}", path.display()))?;
                let text = |column| record.get(column).unwrap_or_default().trim_ascii().to_vec();
                Ok(more.then(|| (text(id), text(time))))
            })
        })?;
        let told = told(&columns, &names);
        Ok(Self { file, path, bytes, record: ByteRecord::new(), columns, told, values })
    }
}

impl Source for CsvSource {
    fn next(&mut self) -> anyhow::Result<Option<(u64, Result<Row<'_>, String>)>> {
        let Self { file, path, record, columns, values, .. } = self;
        if !file.read_byte_record(record).with_context(|| format!("cannot read {}", path.display()))? {
            return Ok(None);
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let line = file.get_mut().line_of(start);
        Ok(Some((line, row(record, *columns, values))))
    }

    fn columns(&self) -> &str {
        &self.told
    }

    fn position(&self) -> u64 {
        self.file.position().byte()
    }

    fn total(&self) -> u64 {
        self.bytes
    }
}

/// Reads a file from its beginning, which takes this many bytes.
fn reader(path: &Path, delimiter: u8) -> anyhow::Result<(csv::Reader<Lines<File>>, u64)> {
    let opened = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let bytes = opened.metadata().map_or(0, |metadata| metadata.len());
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(delimiter).flexible(true).buffer_capacity(1 << 20);
    Ok((builder.from_reader(Lines::new(opened)), bytes))
}

fn row<'r>(record: &'r ByteRecord, columns: Columns, values: &mut Values) -> Result<Row<'r>, String> {
    let Columns { customer, time, amount, discount, transaction, currency } = columns;
    let customer = values.customer(field(record, customer, "customer")?)?;
    let amount = values.amount(field(record, amount, "amount")?)?;
    let discount = discount.map(|column| field(record, column, "discount")).transpose()?.unwrap_or_default();
    let discount = values.discount(discount)?;
    let currency = match currency.map(|column| field(record, column, "currency")).transpose()? {
        None | Some("") => values.currency,
        Some(code) => values.currency_of(code)?,
    };
    let time = values.time(field(record, time, "time")?)?;
    let id = transaction.map(|column| field(record, column, "transaction's id")).transpose()?;
    Ok(Row { customer, time, amount, discount, currency, id: values.id(id)? })
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
            row(&record, columns, &mut Values::for_tests("UTC", None)).map(|_| ())
        };
        assert!(read(&[b"c1", b"2026-03-01", b" 12.50 ", b"", b""]).is_ok());
        let message = |fields: &[&[u8]]| read(fields).err().unwrap();
        assert!(message(&[b"", b"2026-03-01", b"1", b"", b""]).contains("customer is empty"));
        assert!(message(&[b"c1", b"2026-03-01", b"12,5", b"", b""]).contains("plain decimal"));
        assert!(message(&[b"c1", b"2026-03-01", b"-1", b"", b""]).contains("RecordRefunds"));
        assert!(message(&[b"c1", b"2026-03-01"]).contains("amount in column 3 is missing"));
        assert!(read(&[b"c1", b"2026-03-01", b"1", b"", b"0.5"]).is_ok());
        assert!(message(&[b"c1", b"2026-03-01", b"1", b"", b"10%"]).contains("the discount"));
        assert!(message(&[b"c1", b"2026-03-01", b"1", b"", b"-2"]).contains("taken off the list price"));
        assert!(message(&[b"\xff\xfe", b"2026-03-01", b"1", b"", b""]).contains("not UTF-8"));
    }
}
