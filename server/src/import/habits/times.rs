//! How the times of a column are written, where it is not ISO 8601.
//!
//! Nothing is guessed. Whether the day or the month comes first is decided by a value that can be read one way only, such as
//! one with a 13th month; where none does, whoever loads is asked. The Python package has the same rules in
//! `loading/times.py`.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use regex::{Captures, Regex};

use crate::import::habits::pattern;
use crate::import::values::Values;

static DATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"^([0-9]{1,4})\s?([./-])\s?([0-9]{1,2})\s?([./-])\s?([0-9]{4}|[0-9]{1,2})\.?",
        r"(?:[T,\s]+([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:[.,]([0-9]{1,6})[0-9]*)?)?\s*(?:([AaPp])\.?[Mm]\.?)?)?",
        r"\s*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?$"
    ))
});
static EPOCH: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^([0-9]{9,10}|[0-9]{12,13})(?:\.0)?$"));

const ASK: &str = "say which with --time-format \"%d/%m/%Y\" or --time-format \"%m/%d/%Y\", and \" %H:%M\" where there is a time";

/// The order of what a time is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    DayFirst,
    MonthFirst,
    /// Seconds or milliseconds since 1970.
    Epoch,
    YearFirst,
    /// ISO 8601, which [`Values`] reads.
    Iso,
}

/// How times are written; none while nothing decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times(pub(crate) Option<Order>);

impl Times {
    /// An instant in microseconds; none where the time is left to [`Values`].
    pub(crate) fn read(self, text: &str, values: &Values) -> Result<Option<i64>, String> {
        if self.0 == Some(Order::Epoch) {
            return Ok(micros_since_1970(text));
        }
        let Some(found) = dated(text) else { return Ok(None) };
        let nonsense = || format!("the time {text:?} is no day or time of day that there is");
        let civil = self.civil(&found, text)?.ok_or_else(nonsense)?;
        match found.get(11).map(|zone| zone.as_str()) {
            Some(zone) => {
                let zone = offset(zone).ok_or_else(nonsense)?.to_time_zone();
                let zoned = civil.to_zoned(zone).map_err(|_| nonsense())?;
                Ok(Some(zoned.timestamp().as_microsecond()))
            }
            None => values.local(civil).ok_or_else(nonsense).map(Some),
        }
    }

    fn civil(self, found: &Captures<'_>, text: &str) -> Result<Option<DateTime>, String> {
        let part = |place: usize| found.get(place).map_or("", |part| part.as_str());
        let number = |place: usize| part(place).parse::<i16>().unwrap_or(0);
        let (year, month, day) = match self.0 {
            _ if part(1).len() == 4 => (number(1), number(3), number(5)),
            _ if part(5).len() != 4 => {
                return Err(format!(
                    "the time {text:?} has a year of two digits; say what it is with --time-format"
                ));
            }
            _ if part(2) == "." => (number(5), number(3), number(1)),
            Some(Order::DayFirst) => (number(5), number(3), number(1)),
            Some(Order::MonthFirst) => (number(5), number(1), number(3)),
            _ => return Err(format!("the time {text:?} may begin with the day or with the month; {ASK}")),
        };
        let hour = match part(10) {
            "" => number(6),
            half => number(6) % 12 + if half.eq_ignore_ascii_case("p") { 12 } else { 0 },
        };
        let micros: i32 = format!("{:0<6}", part(9)).parse().unwrap_or(0);
        let small = |number: i16| i8::try_from(number).ok();
        let made = || {
            let date = Date::new(year, small(month)?, small(day)?).ok()?;
            let time = Time::new(small(hour)?, small(number(7))?, small(number(8))?, micros * 1_000).ok()?;
            Some(date.to_datetime(time))
        };
        Ok(made())
    }
}

/// What the values of a column say of how they are written.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// For each order that a value decides on, the first such value.
    found: Vec<(Order, String)>,
}

impl Seen {
    pub(crate) fn add(&mut self, text: &str, values: &Values) {
        if let Some(order) = order(text, values)
            && !self.found.iter().any(|(known, _)| *known == order)
        {
            self.found.push((order, text.to_owned()));
        }
    }

    /// What follows from the values.
    pub(crate) fn times(&self) -> anyhow::Result<Times> {
        let of = |wanted| self.found.iter().find(|(order, _)| *order == wanted).map(|(_, text)| text);
        if let (Some(day), Some(month)) = (of(Order::DayFirst), of(Order::MonthFirst)) {
            anyhow::bail!("{day:?} begins with the day and {month:?} with the month; {ASK}");
        }
        Ok(Times(self.found.iter().map(|(order, _)| *order).min()))
    }
}

fn order(text: &str, values: &Values) -> Option<Order> {
    if micros_since_1970(text).is_some() {
        return Some(Order::Epoch);
    }
    if values.is_iso(text) {
        return Some(Order::Iso);
    }
    let found = dated(text)?;
    let number = |place: usize| found[place].parse::<i16>().unwrap_or(0);
    if found[1].len() == 4 {
        return Some(Order::YearFirst);
    }
    if &found[2] == "." || number(1) > 12 {
        return Some(Order::DayFirst);
    }
    (number(3) > 12).then_some(Order::MonthFirst)
}

fn dated(text: &str) -> Option<Captures<'_>> {
    let found = DATED.as_ref()?.captures(text.trim())?;
    // The same mark twice, and halves of a day only with a time.
    (found[2] == found[4]).then_some(found)
}

fn micros_since_1970(text: &str) -> Option<i64> {
    let found = EPOCH.as_ref()?.captures(text.trim())?;
    let scale = if found[1].len() >= "100000000000".len() { 1_000 } else { 1_000_000 };
    found[1].parse::<i64>().ok()?.checked_mul(scale)
}

fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "UTC" | "GMT") {
        return Some(Offset::UTC);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?);
    let seconds = hours * 3_600 + minutes * 60;
    Offset::from_seconds(if text.starts_with('-') { -seconds } else { seconds }).ok()
}

/// Whether a time names no zone, so that it hangs on where its clock stood.
pub(crate) fn is_zoneless(text: &str) -> bool {
    static ZONED: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})\s*$|^\s*[0-9]{9,13}\s*$"));
    !ZONED.as_ref().is_some_and(|zoned| zoned.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(texts: &[&str]) -> anyhow::Result<Times> {
        let mut seen = Seen::default();
        texts.iter().for_each(|text| seen.add(text, &Values::for_tests("UTC", None)));
        seen.times()
    }

    #[test]
    fn a_column_decides_by_what_can_be_read_one_way() {
        for (texts, order) in [
            (&["3/4/2026", "3/13/2026"][..], Some(Order::MonthFirst)),
            (&["3/4/2026", "13/3/2026"], Some(Order::DayFirst)),
            (&["3.4.2026"], Some(Order::DayFirst)),
            (&["3/4/2026"], None),
            (&["1767261600", "1767261601"], Some(Order::Epoch)),
            (&["2026/3/4"], Some(Order::YearFirst)),
            (&["2026-03-04", "20260304"], Some(Order::Iso)),
            (&["2026-03-04", "13/3/2026"], Some(Order::DayFirst)),
        ] {
            assert_eq!(seen(texts).unwrap(), Times(order), "{texts:?}");
        }
        assert!(seen(&["3/13/2026", "13/3/2026"]).unwrap_err().to_string().contains("--time-format"));
    }

    #[test]
    fn times_are_read_as_their_column_has_them() {
        let read = |order, text| Times(order).read(text, &Values::for_tests("Europe/Zagreb", None));
        let instant = |text: &str| Ok(Some(text.parse::<jiff::Timestamp>().unwrap().as_microsecond()));
        for (order, text, expected) in [
            (Order::MonthFirst, "3/4/2026 1:05 PM", "2026-03-04T12:05:00Z"),
            (Order::MonthFirst, "3/4/2026 12:05:07 am", "2026-03-03T23:05:07Z"),
            (Order::DayFirst, "3/4/2026, 13:05", "2026-04-03T11:05:00Z"),
            (Order::DayFirst, "3. 4. 2026.", "2026-04-02T22:00:00Z"),
            (Order::YearFirst, "2026/3/4 10:00:00.25 +0200", "2026-03-04T08:00:00.25Z"),
            (Order::Epoch, "1767261600", "2026-01-01T10:00:00Z"),
            (Order::Epoch, "1767261600123.0", "2026-01-01T10:00:00.123Z"),
        ] {
            assert_eq!(read(Some(order), text), instant(expected), "{text:?}");
        }
        assert_eq!(read(Some(Order::DayFirst), "2026-03-04T10:00:00Z"), instant("2026-03-04T10:00:00Z"));
        assert_eq!(read(None, "never"), Ok(None));
        for (order, text, words) in [
            (None, "3/4/2026", "the day or with the month"),
            (Some(Order::DayFirst), "3/4/26", "two digits"),
            (Some(Order::DayFirst), "31/4/2026", "no day"),
        ] {
            assert!(read(order, text).unwrap_err().contains(words), "{text}");
        }
        assert!(
            is_zoneless("2026-03-01 10:00")
                && !is_zoneless("2026-03-01 10:00 UTC")
                && !is_zoneless("1767261600")
        );
    }
}
