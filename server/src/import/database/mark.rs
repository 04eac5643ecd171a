//! From where on a query is asked: the greatest value of a column that was loaded.
//!
//! Only values whose order is the same here and in every database: whole numbers, dates and times. Texts are in the order of a
//! collation, which is another one there, and a row that is missed is missed for ever.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::import::database::cell::{Cell, Kind, UTC};
use crate::import::habits::pattern;

static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$",
    )
});

/// A value of such a column, as the database writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mark {
    Number(String),
    Time(String),
}

impl Mark {
    /// That of a cell; none of one that has no such order.
    pub(crate) fn of(cell: &Cell<'_>) -> Option<Self> {
        let text = cell.text.as_ref();
        let mark = match cell.kind {
            // Numbers of databases that have one kind of them for all.
            Kind::Whole | Kind::Decimal => Self::Number(text.to_owned()),
            Kind::Time => Self::Time(text.to_owned()),
            // As the database writes it.
            Kind::Moment => Self::Time(text.strip_suffix(UTC).unwrap_or(text).to_owned()),
            Kind::Float | Kind::Text => return None,
        };
        mark.is_sound().then_some(mark)
    }

    /// Whether it is what it says: one that was kept may have been changed by hand.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Self::Number(text) => text.parse::<i128>().is_ok() && !text.starts_with('+'),
            Self::Time(text) => TIME.as_ref().is_some_and(|time| time.is_match(text)),
        }
    }

    /// Whether it comes after another one of the same kind.
    pub(crate) fn cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => {
                Some(one.parse::<i128>().ok()?.cmp(&other.parse::<i128>().ok()?))
            }
            // Of one column, so in one zone and form: then the order of texts is that of times.
            (Self::Time(one), Self::Time(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }

    /// As a statement has it.
    pub(crate) fn literal(&self) -> String {
        match self {
            Self::Number(text) => text.clone(),
            Self::Time(text) => format!("'{text}'"),
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Number(text) | Self::Time(text) => text,
        }
    }
}

/// Finds the greatest value of a column.
pub(crate) struct Greatest {
    pub(crate) column: String,
    place: usize,
    mark: Option<Mark>,
}

impl Greatest {
    pub(crate) fn of(column: &str, names: &[String]) -> anyhow::Result<Self> {
        let place = names.iter().position(|name| name == column).ok_or_else(|| {
            anyhow::anyhow!(
                "--incremental names the column {column:?}, which the query lacks; it has: {}",
                crate::import::words::listed(names)
            )
        })?;
        Ok(Self { column: column.to_owned(), place, mark: None })
    }

    pub(crate) fn place(&self) -> usize {
        self.place
    }

    pub(crate) fn see(&mut self, cell: &Cell<'_>) -> anyhow::Result<()> {
        let known = |mark: &Mark| match &self.mark {
            None => Some(Ordering::Greater),
            Some(before) => mark.cmp(before),
        };
        let found = Mark::of(cell).and_then(|mark| known(&mark).map(|order| (mark, order)));
        let Some((mark, order)) = found else {
            anyhow::bail!(
                "--incremental needs a column of whole numbers, dates or times, whose order is the same everywhere, and {} has {:?}; name another column",
                self.column,
                cell.text
            );
        };
        if order == Ordering::Greater {
            self.mark = Some(mark);
        }
        Ok(())
    }

    /// The greatest of all; none of no rows.
    pub(crate) fn end(self) -> Option<Mark> {
        self.mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greatest(cells: &[(&str, Kind)]) -> Result<Option<Mark>, String> {
        let mut greatest = Greatest::of("at", &["id".to_owned(), "at".to_owned()]).unwrap();
        for (text, kind) in cells {
            greatest.see(&Cell { text: (*text).into(), kind: *kind }).map_err(|error| error.to_string())?;
        }
        Ok(greatest.end())
    }

    #[test]
    fn the_greatest_is_found_by_value() {
        let whole = |text| (text, Kind::Whole);
        assert_eq!(
            greatest(&[whole("9"), whole("10"), whole("-11")]),
            Ok(Some(Mark::Number("10".to_owned())))
        );
        let times = ["2026-03-01 12:00:00.5+00", "2026-03-01 12:00:00.51+00", "2026-03-01 12:00:00+00"];
        assert_eq!(
            greatest(&times.map(|text| (text, Kind::Time))),
            Ok(Some(Mark::Time("2026-03-01 12:00:00.51+00".to_owned())))
        );
        assert_eq!(
            greatest(&[("2026-03-01 12:00:00Z", Kind::Moment)]),
            Ok(Some(Mark::Time("2026-03-01 12:00:00".to_owned())))
        );
        assert_eq!(greatest(&[]), Ok(None));
    }

    #[test]
    fn what_has_another_order_elsewhere_is_refused() {
        for cells in [
            &[("9", Kind::Text)][..],
            &[("9.5", Kind::Decimal)],
            &[("9.5", Kind::Float)],
            &[("infinity", Kind::Time)],
            &[("9", Kind::Whole), ("2026-03-01", Kind::Time)],
        ] {
            let told = greatest(cells).unwrap_err();
            assert!(told.contains("whole numbers, dates or times"), "{told}");
        }
        assert!(!Mark::Time("2026-03-01' OR 1=1 --".to_owned()).is_sound());
        assert!(!Mark::Number("1 OR 1=1".to_owned()).is_sound());
    }
}
