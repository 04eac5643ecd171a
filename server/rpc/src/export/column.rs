//! Columns: what they are called, what they say, and how they are read from a row.

use std::borrow::Cow;

use lojal_domain::{Estimate, EventTime};
use lojal_proto::v1;

/// What a row has in a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'r> {
    None,
    Text(Cow<'r, str>),
    Integer(i64),
    Number(f64),
    Flag(bool),
    Time(EventTime),
}

impl<'r> Cell<'r> {
    /// A text; none where it is empty.
    pub(super) fn text(text: &'r str) -> Self {
        if text.is_empty() { Self::None } else { Self::Text(Cow::Borrowed(text)) }
    }

    /// A number; none where it is none, as far as mathematics goes too.
    pub(super) fn number(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::None, Self::Number)
    }

    pub(super) fn time(time: Option<EventTime>) -> Self {
        time.map_or(Self::None, Self::Time)
    }

    /// Adds what tells it from any other.
    pub(super) fn add_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::None => bytes.push(0),
            Self::Text(text) => {
                bytes.push(1);
                bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
            Self::Integer(value) => {
                bytes.push(2);
                bytes.extend_from_slice(&value.to_le_bytes());
            }
            Self::Number(value) => {
                bytes.push(3);
                bytes.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            Self::Flag(value) => bytes.push(4 + u8::from(*value)),
            Self::Time(time) => {
                bytes.push(6);
                bytes.extend_from_slice(&time.micros().to_le_bytes());
            }
        }
    }

    /// Micros of a currency in units of it.
    pub(super) fn money(micros: impl Into<i128>) -> Self {
        Self::Number(micros.into() as f64 / 1e6)
    }
}

type Read<R> = Box<dyn for<'r> Fn(&'r R) -> Cell<'r> + Send + Sync>;

/// A column of a table with such rows.
pub(super) struct Column<R> {
    pub(super) name: Cow<'static, str>,
    pub(super) kind: v1::ExportColumnType,
    pub(super) description: Cow<'static, str>,
    /// Whether it is there when nobody names columns.
    pub(super) is_default: bool,
    /// Whether it is about how sure an estimate is, which takes most of the time to find out.
    pub(super) is_of_interval: bool,
    pub(super) read: Read<R>,
}

impl<R> Column<R> {
    /// One that most people need.
    pub(super) fn new(
        name: impl Into<Cow<'static, str>>,
        kind: v1::ExportColumnType,
        description: impl Into<Cow<'static, str>>,
        read: impl for<'r> Fn(&'r R) -> Cell<'r> + Send + Sync + 'static,
    ) -> Self {
        let (name, description) = (name.into(), description.into());
        Self { name, kind, description, is_default: true, is_of_interval: false, read: Box::new(read) }
    }

    /// A number that most people need.
    pub(super) fn number(
        name: impl Into<Cow<'static, str>>,
        description: impl Into<Cow<'static, str>>,
        read: impl Fn(&R) -> Option<f64> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, v1::ExportColumnType::Number, description, move |row| Cell::number(read(row)))
    }

    /// The same for those who ask for it.
    pub(super) fn on_demand(self) -> Self {
        Self { is_default: false, ..self }
    }

    fn of_interval(self) -> Self {
        Self { is_of_interval: true, ..self }
    }

    pub(super) fn to_wire(&self) -> v1::ExportColumn {
        v1::ExportColumn {
            name: self.name.to_string(),
            r#type: self.kind.into(),
            description: self.description.to_string(),
        }
    }
}

/// What an estimate takes: its value, the ends of its interval, and its standard error, which few need.
pub(super) fn estimate<R: 'static>(
    name: &'static str,
    description: &str,
    of: fn(&R) -> Option<Estimate>,
) -> [Column<R>; 4] {
    let part = |suffix: &str, description: String, part: fn(&Estimate) -> Option<f64>| {
        Column::number(format!("{name}{suffix}"), description, move |row: &R| part(&of(row)?))
    };
    [
        part("", description.to_owned(), |estimate| estimate.value),
        part("_ci_low", format!("Lower end of the interval of {name}."), |estimate| estimate.low)
            .of_interval(),
        part("_ci_high", format!("Upper end of the interval of {name}."), |estimate| estimate.high)
            .of_interval(),
        part("_standard_error", format!("Standard error of {name}."), |estimate| estimate.standard_error)
            .of_interval()
            .on_demand(),
    ]
}
