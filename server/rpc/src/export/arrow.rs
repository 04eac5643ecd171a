//! Rows as a stream of Arrow's IPC format, cut into pieces.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use lojal_proto::v1;
use lojal_proto::v1::ExportColumnType as Type;

use super::column::Cell;

/// The time zone of instants.
const UTC: &str = "UTC";

/// The values of a column that wait to be written.
enum Values {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Flag(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
}

impl Values {
    fn of(kind: Type) -> Self {
        match kind {
            Type::Integer => Self::Integer(Int64Builder::new()),
            Type::Number => Self::Number(Float64Builder::new()),
            Type::Flag => Self::Flag(BooleanBuilder::new()),
            Type::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone(UTC)),
            Type::Text | Type::Unspecified => Self::Text(StringBuilder::new()),
        }
    }

    /// Adds a cell; one of another kind than the column's is none.
    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Self::Text(values), Cell::Text(text)) => values.append_value(text),
            (Self::Integer(values), Cell::Integer(value)) => values.append_value(*value),
            (Self::Number(values), Cell::Number(value)) => values.append_value(*value),
            (Self::Flag(values), Cell::Flag(value)) => values.append_value(*value),
            (Self::Time(values), Cell::Time(time)) => values.append_value(time.micros()),
            (Self::Text(values), _) => values.append_null(),
            (Self::Integer(values), _) => values.append_null(),
            (Self::Number(values), _) => values.append_null(),
            (Self::Flag(values), _) => values.append_null(),
            (Self::Time(values), _) => values.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(values) => Arc::new(values.finish()),
            Self::Integer(values) => Arc::new(values.finish()),
            Self::Number(values) => Arc::new(values.finish()),
            Self::Flag(values) => Arc::new(values.finish()),
            Self::Time(values) => Arc::new(values.finish()),
        }
    }
}

fn data_type(kind: Type) -> DataType {
    match kind {
        Type::Integer => DataType::Int64,
        Type::Number => DataType::Float64,
        Type::Flag => DataType::Boolean,
        Type::Time => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
        Type::Text | Type::Unspecified => DataType::Utf8,
    }
}

/// A stream that is being written.
pub(super) struct ArrowStream {
    writer: StreamWriter<Vec<u8>>,
    schema: Arc<Schema>,
    values: Vec<Values>,
}

impl ArrowStream {
    /// Begins one, with the columns' descriptions in its schema.
    pub(super) fn begin(columns: &[v1::ExportColumn]) -> Result<Self, ArrowError> {
        let field = |column: &v1::ExportColumn| {
            let described = [("description".to_owned(), column.description.clone())];
            Field::new(&column.name, data_type(column.r#type()), true).with_metadata(HashMap::from(described))
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let writer = StreamWriter::try_new(Vec::new(), &schema)?;
        let values = columns.iter().map(|column| Values::of(column.r#type())).collect();
        Ok(Self { writer, schema, values })
    }

    /// Adds to a row that is being made.
    pub(super) fn push(&mut self, column: usize, cell: &Cell<'_>) {
        if let Some(values) = self.values.get_mut(column) {
            values.push(cell);
        }
    }

    /// Writes the rows that wait, and hands over all bytes that were not handed over yet.
    pub(super) fn take(&mut self, rows: usize) -> Result<Vec<u8>, ArrowError> {
        if rows > 0 {
            let arrays = self.values.iter_mut().map(Values::finish).collect();
            self.writer.write(&RecordBatch::try_new(self.schema.clone(), arrays)?)?;
        }
        Ok(std::mem::take(self.writer.get_mut()))
    }

    /// Ends the stream.
    pub(super) fn finish(&mut self) -> Result<(), ArrowError> {
        self.writer.finish()
    }
}
