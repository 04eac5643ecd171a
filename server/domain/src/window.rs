//! Windows of time, written as text: `90d`, `12w`, `12mo`, `2y`, `2026-Q1`, `2026-03`, `2026`, `2026-01-01/2026-04-01`,
//! `all`. All are half-open, in the workspace's time zone.

use jiff::civil::{Date, date};
use jiff::{Span as Length, ToSpan as _, Unit};
use thiserror::Error;

use crate::{EventTime, Zone, limits};

const WINDOW_FORMS: &str = "\"90d\", \"12w\", \"12mo\", \"2y\", \"2026-Q1\", \"2026-03\", \"2026\", \"2026-01-01/2026-04-01\" or \"all\"";
const HORIZON_FORMS: &str = "\"90d\", \"52w\", \"12mo\" or \"2y\"";

/// Days of a month on average, 365.25 / 12: the month of a horizon, which starts nowhere in the calendar.
pub(crate) const DAYS_PER_MONTH: f64 = 365.25 / 12.0;

/// Why a text is not a window or a horizon. The sentence is complete once the field's name stands before it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WindowError {
    /// None of the forms.
    #[error("is {0:?}; write {1}")]
    Malformed(String, &'static str),
    /// The wrong way round, or empty.
    #[error(
        "is {0:?}, which ends before it starts or at once; write the earlier day first and the later one, excluded, second"
    )]
    Reversed(String),
    /// A window that reaches further back than the calendar.
    #[error("is {0:?}; reach back at most {1}, or write \"all\"")]
    TooLong(String, String),
    /// A horizon of nothing.
    #[error("is {0:?}; look at least one day ahead")]
    Zero(String),
    /// Too far ahead.
    #[error("is {0:?}; look at most 50 years ahead")]
    TooFar(String),
    /// A window that is not relative where it must end at `as_of`.
    #[error("is {0:?}; here the window ends at as_of: write \"365d\", \"52w\", \"12mo\" or \"all\"")]
    NotRelative(String),
}

/// A stretch of time from `start` up to but not including `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First instant.
    pub start: EventTime,
    /// First instant after it.
    pub end: EventTime,
}

impl Span {
    /// Whether an instant lies in it.
    #[must_use]
    pub fn contains(self, time: EventTime) -> bool {
        self.start <= time && time < self.end
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum UnitOfTime {
    Day,
    Week,
    Month,
    Year,
}

impl UnitOfTime {
    /// How many of it a window has at most, with the unit's short name: further back there is no calendar.
    const fn longest(self) -> (i32, &'static str) {
        match self {
            Self::Day => (99_999, "d"),
            Self::Week => (14_000, "w"),
            Self::Month => (3_300, "mo"),
            Self::Year => (270, "y"),
        }
    }
}

/// A window as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// Everything before `as_of`.
    All,
    /// So many days, weeks, months or years up to `as_of`.
    Back(Back),
    /// Calendar days, from the first up to but not including the second.
    Dates(Date, Date),
}

/// How far a relative window reaches back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Back {
    count: i32,
    unit: UnitOfTime,
}

impl Window {
    /// So many days up to `as_of`.
    #[must_use]
    pub const fn days(count: i32) -> Self {
        Self::Back(Back { count, unit: UnitOfTime::Day })
    }

    /// So many months of the calendar up to `as_of`.
    #[must_use]
    pub const fn months(count: i32) -> Self {
        Self::Back(Back { count, unit: UnitOfTime::Month })
    }

    /// Reads a window.
    ///
    /// # Errors
    /// [`WindowError`] when it has none of the forms, or ends before it starts.
    pub fn parse(text: &str) -> Result<Self, WindowError> {
        if text == "all" {
            return Ok(Self::All);
        }
        if let Some((count, unit)) = relative(text) {
            let (longest, unit_name) = unit.longest();
            return if count == 0 {
                Err(WindowError::Reversed(text.to_owned()))
            } else if count > longest {
                Err(WindowError::TooLong(text.to_owned(), format!("{longest}{unit_name}")))
            } else {
                Ok(Self::Back(Back { count, unit }))
            };
        }
        let (start, end) = calendar(text).ok_or_else(|| malformed(text, WINDOW_FORMS))?;
        if start >= end {
            return Err(WindowError::Reversed(text.to_owned()));
        }
        Ok(Self::Dates(start, end))
    }

    /// Reads a window that ends at `as_of`.
    ///
    /// # Errors
    /// [`WindowError`] as in [`Self::parse`], and for calendar windows.
    pub fn parse_relative(text: &str) -> Result<Self, WindowError> {
        match Self::parse(text)? {
            Self::Dates(..) => Err(WindowError::NotRelative(text.to_owned())),
            window => Ok(window),
        }
    }

    /// The instants it stands for in a question as of `as_of`. It never reaches beyond that.
    #[must_use]
    pub fn resolve(self, as_of: EventTime, zone: &Zone) -> Span {
        match self {
            Self::All => Span { start: EventTime::MIN, end: as_of },
            Self::Back(Back { count, unit }) => {
                let start =
                    zone.zoned(as_of).checked_sub(length(count, unit)).map_or(EventTime::MIN, |zoned| {
                        EventTime::from_micros(zoned.timestamp().as_microsecond())
                    });
                Span { start, end: as_of }
            }
            Self::Dates(first, end) => {
                Span { start: zone.start_of(first), end: zone.start_of(end).min(as_of) }
            }
        }
    }
}

fn length(count: i32, unit: UnitOfTime) -> Length {
    let count = i64::from(count);
    match unit {
        UnitOfTime::Day => count.days(),
        UnitOfTime::Week => count.weeks(),
        UnitOfTime::Month => count.months(),
        UnitOfTime::Year => count.years(),
    }
}

fn malformed(text: &str, forms: &'static str) -> WindowError {
    WindowError::Malformed(text.chars().take(40).collect(), forms)
}

/// `90d`, `12w`, `12mo`, `2y`: at most four digits, which keeps every sum in range.
fn relative(text: &str) -> Option<(i32, UnitOfTime)> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(split);
    if digits.is_empty() {
        return None;
    }
    let unit = match unit {
        "d" => UnitOfTime::Day,
        "w" => UnitOfTime::Week,
        "mo" => UnitOfTime::Month,
        "y" => UnitOfTime::Year,
        _ => return None,
    };
    // More digits than a number has are too many of anything.
    Some((digits.parse().unwrap_or(i32::MAX), unit))
}

fn calendar(text: &str) -> Option<(Date, Date)> {
    if let Some((first, end)) = text.split_once('/') {
        return Some((day(first)?, day(end)?));
    }
    let year = |digits: &str| -> Option<i16> {
        let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten().filter(|year| (1900..=2200).contains(year))
    };
    let Some((head, tail)) = text.split_once('-') else {
        let year = year(text)?;
        return Some((date(year, 1, 1), date(year + 1, 1, 1)));
    };
    let year = year(head)?;
    let (first_month, months) = match tail.strip_prefix('Q') {
        Some(quarter @ ("1" | "2" | "3" | "4")) => (quarter.parse::<i8>().ok()? * 3 - 2, 3),
        Some(_) => return None,
        None if tail.len() == 2 => (tail.parse().ok()?, 1),
        None => return None,
    };
    let first = Date::new(year, first_month, 1).ok()?;
    Some((first, first.checked_add(months.months()).ok()?))
}

fn day(text: &str) -> Option<Date> {
    let day: Date = if text.len() == 10 { text.parse().ok()? } else { return None };
    (1900..=2200).contains(&day.year()).then_some(day)
}

/// How far a prediction looks ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Horizon {
    days: f64,
}

impl Horizon {
    /// Reads `90d`, `52w`, `12mo` or `2y`; a month is 365.25 / 12 days.
    ///
    /// # Errors
    /// [`WindowError`] when it has none of the forms, is zero, or beyond 50 years.
    pub fn parse(text: &str) -> Result<Self, WindowError> {
        let (count, unit) = relative(text).ok_or_else(|| malformed(text, HORIZON_FORMS))?;
        let count_days = f64::from(count)
            * match unit {
                UnitOfTime::Day => 1.0,
                UnitOfTime::Week => 7.0,
                UnitOfTime::Month => DAYS_PER_MONTH,
                UnitOfTime::Year => 12.0 * DAYS_PER_MONTH,
            };
        if count == 0 {
            Err(WindowError::Zero(text.to_owned()))
        } else if count_days > limits::HORIZON_DAYS as f64 {
            Err(WindowError::TooFar(text.to_owned()))
        } else {
            Ok(Self { days: count_days })
        }
    }

    /// Its length in days.
    #[must_use]
    pub fn days(self) -> f64 {
        self.days
    }
}

/// Length of the periods of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interval {
    /// Calendar days.
    Day,
    /// ISO weeks, from Monday.
    Week,
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Calendar years.
    Year,
}

impl Interval {
    /// The first day of the period an instant falls in.
    #[must_use]
    pub fn first_day(self, time: EventTime, zone: &Zone) -> Date {
        let day = zone.zoned(time).date();
        match self {
            Self::Day => day,
            Self::Week => {
                let back = i64::from(day.weekday().to_monday_zero_offset());
                day.checked_sub(back.days()).unwrap_or(day)
            }
            Self::Month => day.first_of_month(),
            Self::Quarter => date(day.year(), (day.month() - 1) / 3 * 3 + 1, 1),
            Self::Year => date(day.year(), 1, 1),
        }
    }

    /// How long it is by the calendar.
    #[must_use]
    pub fn step(self) -> Length {
        match self {
            Self::Day => 1.days(),
            Self::Week => 1.weeks(),
            Self::Month => 1.months(),
            Self::Quarter => 3.months(),
            Self::Year => 1.years(),
        }
    }

    /// The first day of the next period.
    #[must_use]
    pub fn next(self, first: Date) -> Date {
        first.checked_add(self.step()).unwrap_or(Date::MAX)
    }

    /// How people call the period that starts on `first`: `2026-03`, `2026-Q1`, `2026-W07`.
    #[must_use]
    pub fn label(self, first: Date) -> String {
        match self {
            Self::Day => first.to_string(),
            Self::Week => {
                let week = first.iso_week_date();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{}-{:02}", first.year(), first.month()),
            Self::Quarter => format!("{}-Q{}", first.year(), (first.month() + 2) / 3),
            Self::Year => first.year().to_string(),
        }
    }

    /// How many periods lie between two first days, both included; at least 1.
    #[must_use]
    pub fn count(self, first: Date, last: Date) -> usize {
        let days = first.until((Unit::Day, last)).map_or(0, |length| length.get_days());
        let per = match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 28,
            Self::Quarter => 90,
            Self::Year => 365,
        };
        // An upper bound is all that a limit needs.
        usize::try_from(days / per).unwrap_or(0) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> EventTime {
        EventTime::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn resolved(window: &str, zone: &str) -> (String, String) {
        let zone = Zone::named(zone).unwrap();
        let span = Window::parse(window).unwrap().resolve(time("2026-07-01T12:00:00Z"), &zone);
        (span.start.to_string(), span.end.to_string())
    }

    #[test]
    fn windows_are_half_open_and_local() {
        let s = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(resolved("90d", "UTC"), s("2026-04-02T12:00:00Z", "2026-07-01T12:00:00Z"));
        assert_eq!(resolved("1mo", "UTC"), s("2026-06-01T12:00:00Z", "2026-07-01T12:00:00Z"));
        assert_eq!(resolved("2026-Q1", "Europe/Zagreb"), s("2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z"));
        assert_eq!(resolved("2024-02", "UTC"), s("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"));
        assert_eq!(resolved("2025", "UTC"), s("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"));
        // Never beyond as_of.
        assert_eq!(
            resolved("2026-01-01/2027-01-01", "UTC"),
            s("2026-01-01T00:00:00Z", "2026-07-01T12:00:00Z")
        );
    }

    #[test]
    fn nonsense_is_refused_with_the_forms() {
        for text in ["", "90", "d", "-1d", "2026-Q5", "2026-13", "2026-1", "2026-01-01", "1 d", "forever"] {
            assert!(matches!(Window::parse(text), Err(WindowError::Malformed(..))), "{text}");
        }
        for (text, longest) in [
            ("123456d", "99999d"),
            ("99999999999999999999w", "14000w"),
            ("3301mo", "3300mo"),
            ("271y", "270y"),
        ] {
            let refused = Window::parse(text).unwrap_err().to_string();
            assert_eq!(refused, format!("is {text:?}; reach back at most {longest}, or write \"all\""));
        }
        for text in ["0d", "2026-02-01/2026-01-01", "2026-02-01/2026-02-01"] {
            assert!(matches!(Window::parse(text), Err(WindowError::Reversed(_))), "{text}");
        }
        assert!(matches!(Window::parse_relative("2026-Q1"), Err(WindowError::NotRelative(_))));
    }

    #[test]
    fn horizons_have_a_length_and_an_end() {
        assert!((Horizon::parse("12mo").unwrap().days() - 365.25).abs() < 1e-9);
        assert!((Horizon::parse("52w").unwrap().days() - 364.0).abs() < 1e-9);
        assert!(matches!(Horizon::parse("0d"), Err(WindowError::Zero(_))));
        for text in ["51y", "900y", "99999999999999999999d"] {
            assert!(matches!(Horizon::parse(text), Err(WindowError::TooFar(_))), "{text}");
        }
        assert!(Horizon::parse("50y").is_ok());
        assert!(Horizon::parse("2026-Q1").is_err());
    }

    #[test]
    fn periods_have_names() {
        let zone = Zone::utc();
        let instant = time("2026-02-11T10:00:00Z");
        let label = |interval: Interval| interval.label(interval.first_day(instant, &zone));
        assert_eq!(label(Interval::Day), "2026-02-11");
        assert_eq!(label(Interval::Week), "2026-W07");
        assert_eq!(label(Interval::Month), "2026-02");
        assert_eq!(label(Interval::Quarter), "2026-Q1");
        assert_eq!(label(Interval::Year), "2026");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,24}") {
            let _ = Window::parse(&text);
            let _ = Horizon::parse(&text);
        }

        #[test]
        fn any_relative_window_ends_at_as_of(count in 1_i32..99_999, unit in prop::sample::select(vec!["d", "w", "mo", "y"])) {
            if let Ok(window) = Window::parse(&format!("{count}{unit}")) {
                let as_of = time("2026-07-01T12:00:00Z");
                let span = window.resolve(as_of, &Zone::utc());
                prop_assert!(span.start < as_of && span.end == as_of);
            }
        }
    }
}
