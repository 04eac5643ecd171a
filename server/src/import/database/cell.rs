//! A value of a row as text: as the database itself writes it, as far as people would have written the same.

use std::borrow::Cow;

use lojal_domain::Amount;
use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, MySql, Row as _, Type, TypeInfo as _, ValueRef as _};

/// Decimals that an amount may have.
const DECIMALS: usize = 6;

/// What a moment ends with.
pub(crate) const UTC: &str = "Z";

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number.
    Whole,
    Decimal,
    /// A number that is only the nearest that a computer has.
    Float,
    /// A date, with a time of day or without.
    Time,
    /// A moment in UTC, which the database writes without saying so.
    Moment,
    Text,
}

impl Kind {
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Decimal | Self::Float)
    }
}

/// A value that is there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cell<'r> {
    pub(crate) text: Cow<'r, str>,
    pub(crate) kind: Kind,
}

/// Why a value is none that a file could have: what it is of instead.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoText(pub(crate) String);

type Read<'r> = Result<Option<Cell<'r>>, NoText>;

/// A value of PostgreSQL, whose text protocol writes each as text.
pub(crate) fn postgres(row: &PgRow, column: usize) -> Read<'_> {
    let value = row.try_get_raw(column).map_err(|error| NoText(error.to_string()))?;
    let name = row.column(column).type_info().name();
    if name == "BYTEA" {
        return Err(bytes(name));
    }
    if value.is_null() {
        return Ok(None);
    }
    let text = value.as_str().map_err(|_| bytes(name))?;
    Ok(Some(match name {
        "BOOL" => Cell { text: if text == "t" { "true" } else { "false" }.into(), kind: Kind::Text },
        "INT2" | "INT4" | "INT8" => Cell { text: text.into(), kind: Kind::Whole },
        "NUMERIC" => Cell { text: decimal(text), kind: Kind::Decimal },
        "FLOAT4" | "FLOAT8" => return Ok(float(text)),
        "DATE" | "TIMESTAMP" | "TIMESTAMPTZ" => Cell { text: text.into(), kind: Kind::Time },
        _ => Cell { text: text.into(), kind: Kind::Text },
    }))
}

/// A value of MySQL or MariaDB, whose text protocol writes each as text.
pub(crate) fn mysql(row: &MySqlRow, column: usize) -> Read<'_> {
    let kind = row.column(column).type_info();
    let name = kind.name();
    // The name of texts whose order is that of their bytes is one of bytes, too.
    if is_bytes(name) && !<str as Type<MySql>>::compatible(kind) {
        return Err(bytes(name));
    }
    let value = row.try_get_unchecked::<Option<&[u8]>, _>(column);
    let Some(value) = value.map_err(|error| NoText(error.to_string()))? else { return Ok(None) };
    let text = std::str::from_utf8(value).map_err(|_| bytes(name))?;
    Ok(Some(match name.trim_end_matches(" UNSIGNED") {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "YEAR" => {
            Cell { text: text.into(), kind: Kind::Whole }
        }
        "DECIMAL" => Cell { text: decimal(text), kind: Kind::Decimal },
        "FLOAT" | "DOUBLE" => return Ok(float(text)),
        "DATE" | "DATETIME" => Cell { text: text.into(), kind: Kind::Time },
        // In the zone of the session, whatever that of other times is.
        "TIMESTAMP" => Cell { text: format!("{text}{UTC}").into(), kind: Kind::Moment },
        _ => Cell { text: text.into(), kind: Kind::Text },
    }))
}

/// A value of SQLite, in which each value has a type of its own.
pub(crate) fn sqlite(row: &SqliteRow, column: usize) -> Read<'_> {
    let value = row.try_get_raw(column).map_err(|error| NoText(error.to_string()))?;
    if value.is_null() {
        return Ok(None);
    }
    let kind = value.type_info().name().to_owned();
    drop(value);
    if kind == "BLOB" {
        return Err(bytes(&kind));
    }
    let text = row.try_get_unchecked::<String, _>(column).map_err(|_| bytes("TEXT"))?;
    Ok(Some(match kind.as_str() {
        "INTEGER" => Cell { text: text.into(), kind: Kind::Whole },
        "REAL" => return Ok(float(&text).map(|cell| Cell { text: cell.text.into_owned().into(), ..cell })),
        // It has no type for times.
        _ => {
            Cell { kind: if begins_with_a_date(&text) { Kind::Time } else { Kind::Text }, text: text.into() }
        }
    }))
}

fn is_bytes(name: &str) -> bool {
    matches!(
        name,
        "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" | "BIT" | "GEOMETRY"
    )
}

fn bytes(name: &str) -> NoText {
    NoText(format!("holds bytes ({})", name.to_lowercase()))
}

/// Without the zeros that a scale of more decimals than amounts have writes at the end.
fn decimal(text: &str) -> Cow<'_, str> {
    match text.split_once('.') {
        Some((whole, decimals)) if decimals.len() > DECIMALS => match decimals.trim_end_matches('0') {
            "" => whole.into(),
            some => text[..=whole.len() + some.len()].into(),
        },
        _ => text.into(),
    }
}

/// What was written as 12.1 is 12.1, to the millionth; what is no number is missing.
fn float(text: &str) -> Option<Cell<'_>> {
    let text = match text.parse::<f64>() {
        Ok(value) if value.is_nan() => return None,
        Ok(value) if value.abs() < 9_007_199_254.0 => {
            Amount::from_micros((value * 1e6).round() as i64).to_decimal(0).into()
        }
        _ => text.into(),
    };
    Some(Cell { text, kind: Kind::Float })
}

/// 2026-03-01, and whatever comes then.
fn begins_with_a_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_as_many_decimals_as_amounts_have() {
        for (text, expected) in [
            ("12.50", "12.50"),
            ("12.5000000000", "12.5"),
            ("12.0000000", "12"),
            ("7", "7"),
            ("0.1234567", "0.1234567"),
        ] {
            assert_eq!(decimal(text), expected, "{text}");
        }
        for (text, expected) in [
            ("0.30000000000000004", "0.3"),
            ("12.1", "12.1"),
            ("1e-07", "0"),
            ("-3", "-3"),
            ("1e+20", "1e+20"),
        ] {
            assert_eq!(float(text).unwrap().text, expected, "{text}");
        }
        assert_eq!(float("NaN"), None);
    }

    #[test]
    fn dates_are_told_from_other_texts() {
        assert!(begins_with_a_date("2026-03-01") && begins_with_a_date("2026-03-01T12:00:00Z"));
        assert!(
            !begins_with_a_date("2026-3-01")
                && !begins_with_a_date("c2026")
                && !begins_with_a_date("20260301xx")
        );
    }
}
