//! Parquet files as tables: every value as the text that a CSV file would have of it.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use csv::StringRecord;
use jiff::tz::TimeZone;
use lojal_domain::Amount;
use parquet::basic::{LogicalType, TimeUnit, Type as Physical};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use crate::import::foreign;
use crate::import::table::Table;

/// A Parquet file with one table.
pub(crate) struct ParquetTable {
    rows: RowIter<'static>,
    path: PathBuf,
    names: Vec<String>,
    kinds: Vec<Kind>,
    total: u64,
    read: u64,
}

/// What the reader of rows does not tell of a column.
#[derive(Clone, Copy)]
struct Kind {
    is_number: bool,
    /// Numbers are instants in nanoseconds.
    nanos: bool,
    /// Times are those of clocks on a wall, without a zone.
    local: bool,
}

impl Kind {
    fn of(field: &Type) -> Self {
        if !field.is_primitive() {
            return Self { is_number: false, nanos: false, local: false };
        }
        let (logical, physical) = (field.get_basic_info().logical_type_ref(), field.get_physical_type());
        let (nanos, local) = match logical {
            Some(LogicalType::Timestamp(kind)) => {
                (matches!(kind.unit, TimeUnit::NANOS), !kind.is_adjusted_to_u_t_c)
            }
            _ => (false, physical == Physical::INT96),
        };
        Self { is_number: physical != Physical::BYTE_ARRAY && !nanos, nanos, local }
    }
}

impl ParquetTable {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        foreign::read(path, || {
            let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            let reader = SerializedFileReader::new(file)
                .with_context(|| format!("{} is not a whole Parquet file", path.display()))?;
            let metadata = reader.metadata().file_metadata();
            let total = u64::try_from(metadata.num_rows()).unwrap_or(0);
            let fields = metadata.schema().get_fields();
            let names = fields.iter().map(|field| field.name().to_owned()).collect();
            let kinds = fields.iter().map(|field| Kind::of(field)).collect();
            let rows = RowIter::from_file_into(Box::new(reader));
            Ok(Self { rows, path: path.to_owned(), names, kinds, total, read: 0 })
        })
    }
}

impl Table for ParquetTable {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn next(&mut self, row: &mut StringRecord) -> anyhow::Result<Option<(u64, Result<(), String>)>> {
        let Self { rows, path, .. } = self;
        let read = foreign::read(path, || {
            rows.next().transpose().with_context(|| format!("cannot read {}", path.display()))
        })?;
        let Some(read) = read else { return Ok(None) };
        self.read += 1;
        row.clear();
        for ((_, field), kind) in read.get_column_iter().zip(&self.kinds) {
            row.push_field(text_of(field, *kind).trim());
        }
        Ok(Some((self.read, Ok(()))))
    }

    fn is_exact(&self, column: usize) -> bool {
        self.kinds[column].is_number
    }

    fn position(&self) -> u64 {
        self.read
    }

    fn total(&self) -> u64 {
        self.total
    }
}

fn text_of(field: &Field, kind: Kind) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::Float(value) => number(f64::from(*value), value.to_string()),
        Field::Double(value) => number(*value, value.to_string()),
        Field::Date(days) => time(i64::from(*days).saturating_mul(86_400_000_000), true)
            .chars()
            .take("2026-03-01".len())
            .collect(),
        Field::TimestampMillis(value) => time(value.saturating_mul(1_000), kind.local),
        Field::TimestampMicros(value) => time(*value, kind.local),
        Field::Long(value) if kind.nanos => time(value.div_euclid(1_000), kind.local),
        Field::ListInternal(list) => {
            let texts: Vec<String> =
                list.elements().iter().map(|one| text_of(one, Kind { nanos: false, ..kind })).collect();
            texts.join(";")
        }
        // Whole numbers, truths and decimals.
        other => other.to_string(),
    }
}

/// What was written as 12.1 is 12.1, whatever the nearest binary number is; NaN is what data frames have for nothing.
fn number(value: f64, text: String) -> String {
    match value {
        value if value.is_nan() => String::new(),
        value if value.abs() < 9_007_199_254.0 => {
            Amount::from_micros((value * 1e6).round() as i64).to_decimal(0)
        }
        _ => text,
    }
}

fn time(micros: i64, local: bool) -> String {
    match jiff::Timestamp::from_microsecond(micros) {
        Ok(time) if local => time.to_zoned(TimeZone::UTC).datetime().to_string(),
        Ok(time) => time.to_string(),
        Err(_) => micros.to_string(),
    }
}
