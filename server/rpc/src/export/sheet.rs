//! Rows that wait to be sent, as Arrow or as plain values.

use std::borrow::Cow;

use lojal_engine::{EngineError, Provenance};
use lojal_proto::v1;
use prost_types::value::Kind;
use prost_types::{ListValue, Value};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::arrow::ArrowStream;
use super::column::{Cell, Column};
use crate::error::Refusal;
use crate::words::timestamp;

/// A message has about so many bytes, far below what clients take by default, which is 4 MiB.
const MESSAGE_BYTES: usize = 512 * 1024;
/// And no more rows than this.
const MESSAGE_ROWS: usize = 16_384;

/// Rows that were taken: as Arrow, as plain values, and how many.
pub(super) type Taken = (Vec<u8>, Vec<ListValue>, usize);

enum Form {
    Arrow(Box<ArrowStream>),
    Rows(Vec<ListValue>),
}

/// Rows that wait, and how they are written.
pub(super) struct Sheet<R> {
    columns: Vec<Column<R>>,
    form: Form,
    rows: usize,
    bytes: usize,
    /// A hash of all rows so far, and the bytes of one that it is made of.
    content: u64,
    row: Vec<u8>,
}

impl<R> Sheet<R> {
    /// A table that begins, or one that goes on, in which nothing is said of the columns again.
    pub(super) fn new(columns: Vec<Column<R>>, format: i32, goes_on: bool) -> Result<Self, Refusal> {
        let form = match format.try_into() {
            Ok(v1::ExportFormat::Unspecified | v1::ExportFormat::Arrow) => {
                let columns: Vec<_> = columns.iter().map(Column::to_wire).collect();
                Form::Arrow(Box::new(ArrowStream::of(&columns, goes_on)))
            }
            Ok(v1::ExportFormat::Rows) => Form::Rows(Vec::new()),
            Err(_) => {
                let message = "names no format; choose EXPORT_FORMAT_ARROW or EXPORT_FORMAT_ROWS";
                return Err(Refusal::field("format", message));
            }
        };
        Ok(Self { columns, form, rows: 0, bytes: 0, content: 0, row: Vec::new() })
    }

    pub(super) fn columns(&self) -> Vec<v1::ExportColumn> {
        self.columns.iter().map(Column::to_wire).collect()
    }

    /// Whether it has this column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// Whether a column is about how sure an estimate is.
    pub(super) fn has_intervals(&self) -> bool {
        self.columns.iter().any(|column| column.is_of_interval)
    }

    /// A hash of what is in all rows so far, those that were passed over included.
    pub(super) const fn content(&self) -> u64 {
        self.content
    }

    pub(super) fn push(&mut self, row: &R) {
        let mut values = Vec::new();
        self.row.clear();
        for (position, column) in self.columns.iter().enumerate() {
            let cell = (column.read)(row);
            cell.add_to(&mut self.row);
            match &mut self.form {
                Form::Arrow(stream) => stream.push(position, &cell),
                Form::Rows(_) => values.push(Value { kind: Some(plain(cell)) }),
            }
        }
        if let Form::Rows(rows) = &mut self.form {
            rows.push(ListValue { values });
        }
        self.content = xxh3_64_with_seed(&self.row, self.content);
        self.bytes += self.row.len();
        self.rows += 1;
    }

    /// Passes over a row that was sent before.
    pub(super) fn pass_over(&mut self, row: &R) {
        self.row.clear();
        for column in &self.columns {
            (column.read)(row).add_to(&mut self.row);
        }
        self.content = xxh3_64_with_seed(&self.row, self.content);
    }

    pub(super) const fn is_full(&self) -> bool {
        self.rows >= MESSAGE_ROWS || self.bytes >= MESSAGE_BYTES
    }

    /// Ends the table: what is taken next is the last.
    pub(super) fn finish(&mut self, from: &Provenance) -> Result<Taken, Refusal> {
        let (mut bytes, rows, count) = self.take(from)?;
        if let Form::Arrow(stream) = &mut self.form {
            bytes.extend(stream.finish(from).map_err(failed)?);
        }
        Ok((bytes, rows, count))
    }

    /// Hands over the rows that wait, in either form, and how many they are. The first of a table say where it comes from.
    pub(super) fn take(&mut self, from: &Provenance) -> Result<Taken, Refusal> {
        self.bytes = 0;
        let count = std::mem::take(&mut self.rows);
        Ok(match &mut self.form {
            Form::Arrow(stream) => (stream.take(count, from).map_err(failed)?, Vec::new(), count),
            Form::Rows(rows) => (Vec::new(), std::mem::take(rows), count),
        })
    }
}

fn plain(cell: Cell<'_>) -> Kind {
    match cell {
        Cell::None => Kind::NullValue(0),
        Cell::Text(text) => Kind::StringValue(Cow::into_owned(text)),
        Cell::Integer(value) => Kind::NumberValue(value as f64),
        Cell::Number(value) => Kind::NumberValue(value),
        Cell::Flag(value) => Kind::BoolValue(value),
        Cell::Time(time) => Kind::StringValue(timestamp(time).to_string()),
    }
}

/// What Arrow says of columns that do not fit each other, which those made here do.
fn failed(error: impl std::fmt::Display) -> Refusal {
    EngineError::Internal(format!("writing a table: {error}")).into()
}
