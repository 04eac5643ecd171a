//! Rows as a stream of Arrow's IPC format, cut into pieces.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use lojal_engine::Provenance;
use lojal_proto::v1;
use lojal_proto::v1::ExportColumnType as Type;

use super::column::Cell;
use crate::words::provenance;

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
    fields: Vec<Field>,
    /// None before anything was written, as the schema says where the table comes from.
    writer: Option<StreamWriter<Vec<u8>>>,
    schema: Arc<Schema>,
    values: Vec<Values>,
    goes_on: bool,
}

impl ArrowStream {
    /// One that begins, with the columns' descriptions in its schema, or one that goes on after a schema was read.
    pub(super) fn of(columns: &[v1::ExportColumn], goes_on: bool) -> Self {
        let field = |column: &v1::ExportColumn| {
            let described = [("description".to_owned(), column.description.clone())];
            Field::new(&column.name, data_type(column.r#type()), true).with_metadata(HashMap::from(described))
        };
        let values = columns.iter().map(|column| Values::of(column.r#type())).collect();
        let fields = columns.iter().map(field).collect();
        Self { fields, writer: None, schema: Arc::new(Schema::empty()), values, goes_on }
    }

    /// Adds to a row that is being made.
    pub(super) fn push(&mut self, column: usize, cell: &Cell<'_>) {
        if let Some(values) = self.values.get_mut(column) {
            values.push(cell);
        }
    }

    /// What writes, with the schema before anything else.
    fn writer(&mut self, from: &Provenance) -> Result<&mut StreamWriter<Vec<u8>>, ArrowError> {
        if self.writer.is_none() {
            self.schema = Arc::new(Schema::new_with_metadata(std::mem::take(&mut self.fields), origin(from)));
            let mut writer = StreamWriter::try_new(Vec::new(), &self.schema)?;
            if self.goes_on {
                writer.get_mut().clear();
            }
            self.writer = Some(writer);
        }
        self.writer.as_mut().ok_or_else(|| ArrowError::IpcError("no writer".to_owned()))
    }

    /// Writes the rows that wait, and hands over all bytes that were not handed over yet.
    pub(super) fn take(&mut self, rows: usize, from: &Provenance) -> Result<Vec<u8>, ArrowError> {
        self.writer(from)?;
        if rows > 0 {
            let arrays = self.values.iter_mut().map(Values::finish).collect();
            let batch = RecordBatch::try_new(self.schema.clone(), arrays)?;
            self.writer(from)?.write(&batch)?;
        }
        Ok(std::mem::take(self.writer(from)?.get_mut()))
    }

    /// Ends the stream, and hands over its last bytes.
    pub(super) fn finish(&mut self, from: &Provenance) -> Result<Vec<u8>, ArrowError> {
        let writer = self.writer(from)?;
        writer.finish()?;
        Ok(std::mem::take(writer.get_mut()))
    }
}

/// Where a table comes from, for whoever meets its file without its question.
fn origin(from: &Provenance) -> HashMap<String, String> {
    let from = provenance(from.clone());
    let instant =
        |time: Option<prost_types::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    let excluded = from.excluded.iter().map(|left_out| format!("{}: {}", left_out.cause, left_out.count));
    let said = [
        ("workspace", from.workspace),
        ("as_of", instant(from.as_of)),
        ("known_at", instant(from.known_at)),
        ("revision", from.revision.to_string()),
        ("definition", from.definition),
        ("window_start", instant(from.window_start)),
        ("window_end", instant(from.window_end)),
        ("time_zone", from.time_zone),
        ("currency", from.currency_code),
        ("filter", from.filter),
        ("excluded", excluded.collect::<Vec<_>>().join("\n")),
        ("warnings", from.warnings.join("\n")),
    ];
    let told = said.into_iter().filter(|(_, said)| !said.is_empty());
    told.map(|(name, said)| (format!("lojal.{name}"), said)).collect()
}
