//! Periods of the calendar as instants, cut once, so that no purchase needs the rules of a time zone.

use jiff::ToSpan as _;
use jiff::civil::Date;
use lojal_domain::{EventTime, Interval, Span, Window, Zone};

use crate::EngineError;

/// A period of a series.
#[derive(Clone, Debug)]
pub struct Period {
    /// From and to.
    pub span: Span,
    /// Its name.
    pub label: String,
}

/// Neighbouring periods of the calendar.
#[derive(Clone, Debug)]
pub(crate) struct Periods {
    interval: Interval,
    days: Vec<Date>,
    /// The first instant of each, and that after the last.
    starts: Vec<i64>,
}

impl Periods {
    /// From the one `from` falls in to the one of the last instant before `to`.
    pub(crate) fn covering(interval: Interval, from: EventTime, to: EventTime, zone: &Zone) -> Self {
        let first = interval.first_day(from, zone);
        let last = interval.first_day(to.minus_micros(1).max(from), zone);
        let mut days = vec![first];
        let mut day = first;
        while day < last {
            day = interval.next(day);
            days.push(day);
        }
        let after = interval.next(day);
        let starts = days.iter().chain([&after]).map(|day| zone.start_of(*day).micros()).collect();
        Self { interval, days, starts }
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.days.len()
    }

    /// The one an instant falls in, for an instant within.
    pub(crate) fn at(&self, micros: i64) -> usize {
        self.starts.partition_point(|start| *start <= micros).saturating_sub(1)
    }

    /// Looks up ascending instants, the first of which falls in this one or a later one.
    pub(crate) fn walk(&self, at: usize) -> Walk<'_> {
        let mut walk = Walk { starts: &self.starts, at, end: i64::MIN };
        walk.end = walk.end_of(at);
        walk
    }

    /// How many have ended by an instant.
    pub(crate) fn ended(&self, time: EventTime) -> usize {
        self.starts[1..].partition_point(|end| *end <= time.micros())
    }

    /// Those in a span that ends after `first_event`, which nothing is before.
    pub(crate) fn within(
        interval: Interval,
        span: Span,
        first_event: Option<EventTime>,
        zone: &Zone,
    ) -> Self {
        let first = first_event.unwrap_or(span.end).max(span.start).min(span.end);
        Self::covering(interval, first, span.end, zone)
    }

    /// One of them.
    pub(crate) fn period(&self, at: usize) -> Period {
        let instant = |at: usize| EventTime::from_micros(self.starts[at]);
        Period {
            span: Span { start: instant(at), end: instant(at + 1) },
            label: self.interval.label(self.days[at]),
        }
    }
}

impl Periods {
    /// One of them, cut off where a span is.
    pub(crate) fn cut(&self, at: usize, span: Span) -> Period {
        let Period { span: whole, label } = self.period(at);
        Period { span: Span { start: whole.start.max(span.start), end: whole.end.min(span.end) }, label }
    }
}

/// See [`Periods::walk`].
pub(crate) struct Walk<'p> {
    starts: &'p [i64],
    at: usize,
    /// Where the period it stands in ends; the last one does not.
    end: i64,
}

impl Walk<'_> {
    fn end_of(&self, at: usize) -> i64 {
        self.starts.get(at + 1).copied().unwrap_or(i64::MAX)
    }

    /// The period an instant falls in.
    #[inline]
    pub(crate) fn to(&mut self, micros: i64) -> usize {
        while self.end <= micros && self.at + 1 < self.starts.len() {
            self.at += 1;
            self.end = self.end_of(self.at);
        }
        self.at
    }
}

/// A window that is not empty: one that begins before `as_of`.
pub(crate) fn begun(window: Window, as_of: EventTime, zone: &Zone) -> Result<Span, EngineError> {
    let span = window.resolve(as_of, zone);
    if span.start < span.end {
        return Ok(span);
    }
    let problem = format!(
        "begins at {}, not before as_of {as_of}; choose an earlier window, or a later as_of",
        span.start
    );
    Err(EngineError::field("window", problem))
}

/// The window of the same length right before one. None for "all".
pub(crate) fn before(window: Window, span: Span, zone: &Zone) -> Option<Span> {
    match window {
        Window::All => None,
        Window::Back(_) => Some(window.resolve(span.start, zone)),
        Window::Dates(first, end) => {
            let months = first.until((jiff::Unit::Month, end)).ok()?;
            // Whole months, quarters and years stay such.
            let length = if months.get_days() == 0 && first.day() == 1 {
                months
            } else {
                first.until((jiff::Unit::Day, end)).ok()?
            };
            let earlier = first.checked_sub(length).ok()?;
            Some(Span { start: zone.start_of(earlier), end: span.start })
        }
    }
}

/// A span a year earlier by the calendar.
pub(crate) fn year_before(span: Span, zone: &Zone) -> Span {
    let earlier = |time: EventTime| {
        let zoned = zone.zoned(time).checked_sub(1.year());
        zoned.map_or(EventTime::MIN, |zoned| EventTime::from_micros(zoned.timestamp().as_microsecond()))
    };
    Span { start: earlier(span.start), end: earlier(span.end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> EventTime {
        EventTime::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn periods_are_cut_at_local_midnight() {
        let zagreb = Zone::named("Europe/Zagreb").unwrap();
        let periods = Periods::covering(
            Interval::Month,
            time("2026-02-10T00:00:00Z"),
            time("2026-04-30T22:00:00Z"),
            &zagreb,
        );
        assert_eq!(periods.len(), 3);
        assert_eq!(periods.at(time("2026-02-28T22:59:59Z").micros()), 0);
        assert_eq!(periods.at(time("2026-02-28T23:00:00Z").micros()), 1);
        assert_eq!(periods.walk(1).to(time("2026-03-31T22:00:00Z").micros()), 2);
        assert_eq!(periods.ended(time("2026-03-31T22:00:00Z")), 2);
        assert_eq!(periods.ended(time("2026-03-31T21:59:59Z")), 1);
        assert_eq!(periods.period(2).label, "2026-04");
    }

    #[test]
    fn the_quarter_before_a_quarter_is_a_quarter() {
        let zone = Zone::utc();
        let prior = |text: &str| {
            let window = Window::parse(text).unwrap();
            let span = before(window, window.resolve(time("2026-08-01T00:00:00Z"), &zone), &zone).unwrap();
            (span.start.to_string(), span.end.to_string())
        };
        let s = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(prior("2026-Q2"), s("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"));
        assert_eq!(prior("2026-03"), s("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"));
        assert_eq!(prior("2026-03-05/2026-03-15"), s("2026-02-23T00:00:00Z", "2026-03-05T00:00:00Z"));
        assert_eq!(prior("1mo"), s("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"));
        assert!(before(Window::All, Span { start: EventTime::MIN, end: EventTime::MAX }, &zone).is_none());
    }

    #[test]
    fn a_window_that_has_not_begun_is_refused() {
        let error =
            begun(Window::parse("2027").unwrap(), time("2026-08-01T00:00:00Z"), &Zone::utc()).unwrap_err();
        assert!(
            error.to_string().starts_with("window begins at 2027-01-01T00:00:00Z, not before as_of"),
            "{error}"
        );
    }
}
