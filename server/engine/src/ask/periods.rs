//! Periods of the calendar as instants, cut once, so that no purchase needs the rules of a time zone.

use jiff::ToSpan as _;
use jiff::civil::Date;
use lojal_domain::{EventTime, Interval, Span, Window, Zone};

use crate::EngineError;

/// A period of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// From and to.
    pub span: Span,
    /// Its name.
    pub label: String,
    /// Whether a window or the instant asked about cuts it off, so that it is shorter than its name says.
    pub is_cut_off: bool,
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
            is_cut_off: false,
        }
    }
}

impl Periods {
    /// One of them, cut off where a span is.
    pub(crate) fn cut(&self, at: usize, span: Span) -> Period {
        let whole = self.period(at);
        let cut = Span { start: whole.span.start.max(span.start), end: whole.span.end.min(span.end) };
        Period { span: cut, is_cut_off: cut != whole.span, ..whole }
    }

    /// All of them, cut off where a span is.
    pub(crate) fn all_cut(&self, span: Span) -> impl Iterator<Item = Period> {
        (0..self.len()).map(move |at| self.cut(at, span))
    }

    /// The same of a span in which something may lie: none where nothing ever happened before its end.
    pub(crate) fn series(&self, span: Span) -> Vec<Period> {
        self.all_cut(span).filter(|period| period.span.start < period.span.end).collect()
    }

    /// The same part of the period before one as a span has of that one.
    pub(crate) fn before_cut(&self, at: usize, span: Span, zone: &Zone) -> Period {
        let (whole, part) = (self.period(at).span, self.cut(at, span).span);
        let first = self.interval.first_day(whole.start.minus_micros(1), zone);
        let before = Span { start: zone.start_of(first), end: whole.start };
        let earlier = |time: EventTime| {
            let zoned = zone.zoned(time).checked_sub(self.interval.step());
            let time = zoned.map(|zoned| EventTime::from_micros(zoned.timestamp().as_microsecond()));
            time.unwrap_or(before.start).clamp(before.start, before.end)
        };
        let start = if part.start == whole.start { before.start } else { earlier(part.start) };
        let end = if part.end == whole.end { before.end } else { earlier(part.end) };
        let label = self.interval.label(first);
        Period { span: Span { start, end }, label, is_cut_off: before != Span { start, end } }
    }

    /// The same part of the year before as a span has of one of them: by the calendar, so that of weeks it is other days of the week.
    pub(crate) fn year_before_cut(&self, at: usize, span: Span, zone: &Zone) -> Period {
        let part = self.cut(at, span);
        let earlier = year_before(part.span, zone);
        let whole = Self::covering(self.interval, earlier.start, earlier.end, zone);
        let is_named = whole.len() == 1 && (part.is_cut_off || whole.period(0).span == earlier);
        let label = if is_named { whole.period(0).label } else { dates_of(earlier, zone) };
        Period { span: earlier, label, is_cut_off: part.is_cut_off }
    }
}

/// What people call a window: its first day and the day after its last.
pub(crate) fn dates_of(span: Span, zone: &Zone) -> String {
    let date = |time: EventTime| zone.zoned(time).date();
    format!("{}/{}", date(span.start), date(span.end))
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
