//! Parquet files.

use std::fs::File;
use std::path::PathBuf;

use anyhow::Context as _;
use lojal_domain::Amount;
use parquet::basic::{LogicalType, TimeUnit, Type as Physical};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row as ParquetRow};
use parquet::schema::types::Type;

use crate::cli::ImportArgs;
use crate::import::ahead::comes_back;
use crate::import::columns::{Columns, told};
use crate::import::foreign;
use crate::import::habits::Habits;
use crate::import::source::{Row, Source, Told};

/// Amounts of floating-point columns are read to the millionth, exactly up to here: 2^53 millionths.
const FLOAT_MAX: f64 = 9_007_199_254.0;

/// Types of columns that can hold amounts.
const MONEY: &[Physical] = &[
    Physical::BYTE_ARRAY,
    Physical::INT32,
    Physical::INT64,
    Physical::FLOAT,
    Physical::DOUBLE,
    Physical::FIXED_LEN_BYTE_ARRAY,
];

/// A Parquet file with one flat table.
pub(crate) struct ParquetSource {
    rows: RowIter<'static>,
    path: PathBuf,
    total: u64,
    read: u64,
    columns: Columns,
    told: Told,
    time: TimeColumn,
    habits: Habits,
    /// The texts of the row read last.
    texts: Texts,
}

#[derive(Default)]
struct Texts {
    customer: String,
    id: String,
}

/// How a column of times is to be read.
#[derive(Clone, Copy, Debug)]
struct TimeColumn {
    /// Numbers are nanoseconds, which the reader of rows does not tell.
    nanos: bool,
    /// Times are those of clocks on a wall, without a zone.
    local: bool,
}

impl ParquetSource {
    pub(crate) fn open(args: &ImportArgs, habits: Habits) -> anyhow::Result<Self> {
        foreign::read(args.path(), || Self::open_trusting(args, habits))
    }

    fn open_trusting(args: &ImportArgs, habits: Habits) -> anyhow::Result<Self> {
        let path = args.path().to_owned();
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let reader = SerializedFileReader::new(file)
            .with_context(|| format!("{} is not a whole Parquet file", path.display()))?;
        let metadata = reader.metadata().file_metadata();
        let total = u64::try_from(metadata.num_rows()).unwrap_or(0);
        let fields = metadata.schema().get_fields();
        let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        let mut columns = Columns::of(&names, args, |id, time| {
            let ids_and_times = of_columns(metadata.schema(), &[id, time])?;
            let mut ahead = RowIter::from_file(Some(ids_and_times), &reader)?;
            comes_back(|| {
                let row = ahead.next().transpose();
                let row = row.with_context(|| format!("cannot read {}", path.display()))?;
                Ok(row.map(|row| id_and_time(&row, id < time)))
            })
        })?;
        let told = told(&columns, &names);
        check_type(
            "customer",
            &fields[columns.customer],
            &[Physical::BYTE_ARRAY, Physical::INT32, Physical::INT64, Physical::FIXED_LEN_BYTE_ARRAY],
        )?;
        check_type("amount", &fields[columns.amount], MONEY)?;
        if let Some(discount) = columns.discount {
            check_type("discount", &fields[discount], MONEY)?;
        }
        let time = time_column(&fields[columns.time])?;
        // Only these columns are read; they are asked for by their places among those that are.
        let mut needed = vec![columns.customer, columns.time, columns.amount];
        needed.extend(columns.discount);
        needed.extend(columns.transaction);
        needed.extend(columns.currency);
        needed.sort_unstable();
        needed.dedup();
        let projection = of_columns(metadata.schema(), &needed)?;
        let place = |column: usize| needed.iter().position(|&known| known == column).unwrap_or(0);
        columns = Columns {
            customer: place(columns.customer),
            time: place(columns.time),
            amount: place(columns.amount),
            discount: columns.discount.map(place),
            transaction: columns.transaction.map(place),
            currency: columns.currency.map(place),
        };
        let rows = RowIter::from_file_into(Box::new(reader)).project(Some(projection))?;
        Ok(Self { rows, path, total, read: 0, columns, told, time, habits, texts: Texts::default() })
    }
}

/// The schema with only these columns, in the order of the file.
fn of_columns(schema: &Type, columns: &[usize]) -> anyhow::Result<Type> {
    let mut columns = columns.to_vec();
    columns.sort_unstable();
    let fields = columns.iter().map(|&column| schema.get_fields()[column].clone()).collect();
    Ok(Type::group_type_builder(schema.name()).with_fields(fields).build()?)
}

/// An id and a time as they are compared, of a row that has only these, the id before or after.
fn id_and_time(row: &ParquetRow, id_first: bool) -> (Vec<u8>, Vec<u8>) {
    let texts = row.get_column_iter().map(|(_, field)| match field {
        Field::Null => Vec::new(),
        Field::Str(text) => text.trim().as_bytes().to_vec(),
        other => other.to_string().into_bytes(),
    });
    let mut texts: Vec<_> = texts.collect();
    let last = texts.pop().unwrap_or_default();
    let first = texts.pop().unwrap_or_default();
    if id_first { (first, last) } else { (last, first) }
}

fn check_type(what: &str, field: &Type, allowed: &[Physical]) -> anyhow::Result<()> {
    anyhow::ensure!(
        field.is_primitive() && allowed.contains(&field.get_physical_type()),
        "the column {:?} cannot be the {what}, as it holds {}; name another one",
        field.name(),
        kind_of(field)
    );
    Ok(())
}

fn kind_of(field: &Type) -> String {
    if !field.is_primitive() {
        return "nested values".to_owned();
    }
    match field.get_basic_info().logical_type_ref() {
        Some(logical) => format!("values of type {logical:?}"),
        None => format!("values of type {}", field.get_physical_type()),
    }
}

fn time_column(field: &Type) -> anyhow::Result<TimeColumn> {
    let logical = if field.is_primitive() { field.get_basic_info().logical_type_ref() } else { None };
    match (logical, field.is_primitive().then(|| field.get_physical_type())) {
        (Some(LogicalType::Timestamp(kind)), _) => {
            Ok(TimeColumn { nanos: matches!(kind.unit, TimeUnit::NANOS), local: !kind.is_adjusted_to_u_t_c })
        }
        (Some(LogicalType::Date), _) | (_, Some(Physical::INT96)) => {
            Ok(TimeColumn { nanos: false, local: true })
        }
        (Some(LogicalType::String) | None, Some(Physical::BYTE_ARRAY)) => {
            Ok(TimeColumn { nanos: false, local: false })
        }
        _ => anyhow::bail!(
            "the column {:?} cannot be the time, as it holds {}; name a column of dates, timestamps or texts with --time",
            field.name(),
            kind_of(field)
        ),
    }
}

impl Source for ParquetSource {
    fn next(&mut self) -> anyhow::Result<Option<(u64, Result<Row<'_>, String>)>> {
        let Self { rows, path, .. } = self;
        let row = foreign::read(path, || {
            rows.next().transpose().with_context(|| format!("cannot read {}", path.display()))
        })?;
        let Some(row) = row else { return Ok(None) };
        self.read += 1;
        let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
        let Self { columns, time, habits, texts, .. } = self;
        Ok(Some((self.read, read(&fields, *columns, *time, habits, texts))))
    }

    fn columns(&self) -> &Told {
        &self.told
    }

    fn position(&self) -> u64 {
        self.read
    }

    fn total(&self) -> u64 {
        self.total
    }
}

fn read<'t>(
    fields: &[&Field],
    columns: Columns,
    time: TimeColumn,
    habits: &mut Habits,
    texts: &'t mut Texts,
) -> Result<Row<'t>, String> {
    put_text(fields[columns.customer], "customer", &mut texts.customer)?;
    texts.id.clear();
    if let Some(column) = columns.transaction {
        put_text(fields[column], "transaction's id", &mut texts.id)?;
    }
    let currency = match columns.currency.map(|column| fields[column]) {
        None | Some(Field::Null) => habits.values.currency,
        Some(Field::Str(code)) if code.trim().is_empty() => habits.values.currency,
        Some(Field::Str(code)) => habits.values.currency_of(code.trim())?,
        Some(_) => return Err("the currency is not a text".to_owned()),
    };
    let amount = decimal(fields[columns.amount], "amount")?.unwrap_or_default();
    let amount = habits.paid(&amount)?;
    let discount = columns.discount.map(|column| decimal(fields[column], "discount")).transpose()?.flatten();
    let discount = habits.taken_off(&discount.unwrap_or_default())?;
    let time = instant(fields[columns.time], time, habits)?;
    let customer = habits.values.customer(&texts.customer)?;
    Ok(Row { customer, time, amount, discount, currency, id: habits.values.id(Some(&texts.id))? })
}

fn put_text(field: &Field, what: &str, text: &mut String) -> Result<(), String> {
    use std::fmt::Write as _;
    text.clear();
    let written = match field {
        Field::Null => Ok(()),
        Field::Str(value) => text.write_str(value.trim()),
        Field::Byte(value) => write!(text, "{value}"),
        Field::Short(value) => write!(text, "{value}"),
        Field::Int(value) => write!(text, "{value}"),
        Field::Long(value) => write!(text, "{value}"),
        Field::UByte(value) => write!(text, "{value}"),
        Field::UShort(value) => write!(text, "{value}"),
        Field::UInt(value) => write!(text, "{value}"),
        Field::ULong(value) => write!(text, "{value}"),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(value) => text.write_str(value.trim()),
            Err(_) => return Err(format!("the {what} is not UTF-8")),
        },
        _ => return Err(format!("the {what} is neither a text nor a whole number")),
    };
    written.map_err(|_| format!("the {what} cannot be read"))
}

/// An amount as a decimal; none for a missing one.
fn decimal(field: &Field, what: &str) -> Result<Option<String>, String> {
    Ok(Some(match field {
        Field::Null => return Ok(None),
        Field::Float(value) => value.to_string(),
        Field::Double(value) if value.abs() < FLOAT_MAX => {
            // What was written as 12.1 is read as 12.1, whatever the nearest binary number is.
            let micros = (value * 1e6).round() as i64;
            Amount::from_micros(micros).to_decimal(0)
        }
        Field::Double(value) => {
            return Err(format!("the {what} is {value}; give a number below {FLOAT_MAX}"));
        }
        Field::Str(value) => value.trim().to_owned(),
        // Decimals, and whole numbers of any width.
        other => other.to_string(),
    }))
}

fn instant(
    field: &Field,
    column: TimeColumn,
    habits: &mut Habits,
) -> Result<lojal_domain::EventTime, String> {
    let micros = match field {
        Field::Null => return Err("the time is missing".to_owned()),
        Field::Str(value) => return habits.bought_at(value.trim()),
        Field::Date(days) => i64::from(*days).checked_mul(86_400_000_000),
        Field::TimestampMillis(value) => value.checked_mul(1_000),
        Field::TimestampMicros(value) => Some(*value),
        Field::Long(value) if column.nanos => Some(value.div_euclid(1_000)),
        _ => return Err("the time is neither a date, a timestamp nor a text".to_owned()),
    };
    let values = &habits.values;
    let micros = if column.local { micros.and_then(|micros| values.local_micros(micros)) } else { micros };
    let micros = micros.ok_or_else(|| "the time is out of range".to_owned())?;
    values.instant(micros, || field.to_string())
}
