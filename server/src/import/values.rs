//! Values of a row: from text as people write it, or a sentence on what is wrong with it.

use std::borrow::Cow;

use anyhow::Context as _;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use lojal_domain::{Clock as _, Currency, EventTime, SystemClock, check_id};

use crate::cli::ImportArgs;

/// What exports with a row for each line of an order leave empty in all rows but the first.
pub(crate) const NO_AMOUNT: &str = "the amount is missing; leave rows without one, such as further lines of an order, out with --skip-invalid";

/// The code of ISO 4217 for no currency: of rows that name none, as long as nobody says which is meant.
pub(crate) const NO_CURRENCY: &str = "XXX";

pub(crate) const NO_DISCOUNT: &str = "give what was taken off the list price, or nothing";

/// What to write instead of a time that is not ISO 8601.
const ISO_OTHERWISE: &str =
    "write 2026-03-01, 20260301, 2026-03-01 12:00:00 or RFC 3339, or name the format with --time-format";

/// Reads values.
#[derive(Clone)]
pub(crate) struct Values {
    /// The currency of rows that name none.
    pub(crate) currency: Currency,
    time_format: Option<String>,
    zone: TimeZone,
    now: EventTime,
    /// The time read last, as it was written: neighbours are often of one day.
    last_time: (String, EventTime),
    last_currency: (String, Currency),
}

impl Values {
    pub(crate) fn new(currency: Currency, args: &ImportArgs) -> anyhow::Result<Self> {
        let zone = TimeZone::get(&args.time_zone).with_context(|| {
            format!("--time-zone is {:?}; give an IANA name such as \"Europe/Zagreb\"", args.time_zone)
        })?;
        let time_format = args.time_format.clone();
        Ok(Self::with(currency, time_format, zone, SystemClock.now()))
    }

    fn with(currency: Currency, time_format: Option<String>, zone: TimeZone, now: EventTime) -> Self {
        Self {
            currency,
            time_format,
            zone,
            now,
            last_time: (String::new(), EventTime::MIN),
            last_currency: (currency.code().to_owned(), currency),
        }
    }

    #[cfg(test)]
    pub(crate) fn for_tests(zone: &str, time_format: Option<&str>) -> Self {
        let (currency, zone) = (Currency::parse("EUR").unwrap(), TimeZone::get(zone).unwrap());
        let now = EventTime::from_micros(1_800_000_000_000_000);
        Self::with(currency, time_format.map(str::to_owned), zone, now)
    }

    pub(crate) fn customer<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        let customer = one_address(text);
        check_id(&customer).map_err(|problem| format!("the customer {problem}"))?;
        Ok(customer)
    }

    /// The id of a row, if it has one.
    pub(crate) fn id<'t>(&self, text: Option<&'t str>) -> Result<Option<&'t str>, String> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
        check_id(text).map_err(|problem| format!("the transaction's id {problem}"))?;
        Ok(Some(text))
    }

    pub(crate) fn currency_of(&mut self, code: &str) -> Result<Currency, String> {
        if self.last_currency.0 != code {
            let currency = Currency::parse(code).map_err(|problem| format!("the currency {problem}"))?;
            self.last_currency = (code.to_owned(), currency);
        }
        Ok(self.last_currency.1)
    }

    pub(crate) fn time(&mut self, text: &str) -> Result<EventTime, String> {
        if self.last_time.0 == text && !text.is_empty() {
            return Ok(self.last_time.1);
        }
        let time = self.parse_time(text)?;
        self.last_time.0.clear();
        self.last_time.0.push_str(text);
        self.last_time.1 = time;
        Ok(time)
    }

    /// An instant, if it can be that of an event.
    pub(crate) fn instant(&self, micros: i64, text: impl FnOnce() -> String) -> Result<EventTime, String> {
        EventTime::of_event(micros, self.now).map_err(|problem| format!("the time {:?} {problem}", text()))
    }

    /// Midnight of a day, or a time of day without a zone, in the zone of the file.
    pub(crate) fn local_micros(&self, micros: i64) -> Option<i64> {
        let time = jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(TimeZone::UTC).datetime();
        self.local(time)
    }

    fn parse_time(&self, text: &str) -> Result<EventTime, String> {
        let micros = match &self.time_format {
            Some(format) => self.formatted(text, format),
            None => self.guessed(text),
        };
        let micros = micros.ok_or_else(|| match &self.time_format {
            Some(format) => format!("the time is {text:?}, which is not written as {format:?}"),
            None => format!("the time is {text:?}; {ISO_OTHERWISE}"),
        })?;
        self.instant(micros, || text.to_owned())
    }

    fn formatted(&self, text: &str, format: &str) -> Option<i64> {
        let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
        if let Ok(timestamp) = parsed.to_timestamp() {
            return Some(timestamp.as_microsecond());
        }
        let time = parsed.to_datetime().or_else(|_| parsed.to_date().map(|date| date.at(0, 0, 0, 0))).ok()?;
        self.local(time)
    }

    fn guessed(&self, text: &str) -> Option<i64> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        match text.len() {
            8 if digits(text) => {
                let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
                let date = Date::new(number(0..4)?, number(4..6)? as i8, number(6..8)? as i8).ok()?;
                self.local(date.at(0, 0, 0, 0))
            }
            10 => self.local(text.parse::<Date>().ok()?.at(0, 0, 0, 0)),
            _ => match text.parse::<jiff::Timestamp>() {
                Ok(timestamp) => Some(timestamp.as_microsecond()),
                Err(_) => match text.rsplit_once(' ') {
                    // As shops and surveys export them: "2026-03-01 12:00:00 +0100", "2026-03-01 12:00:00 UTC".
                    Some((time, zone)) if zone.starts_with(['+', '-']) || zone == "UTC" => {
                        let zone = if zone == "UTC" { "Z" } else { zone };
                        Some(format!("{time}{zone}").parse::<jiff::Timestamp>().ok()?.as_microsecond())
                    }
                    _ => self.local(text.parse::<DateTime>().ok()?),
                },
            },
        }
    }

    /// Whether a time is read without being told how it is written.
    pub(crate) fn is_iso(&self, text: &str) -> bool {
        self.guessed(text).is_some()
    }

    /// The same with another zone for times that name none.
    pub(crate) fn in_zone(mut self, name: &str) -> anyhow::Result<Self> {
        self.zone = TimeZone::get(name).with_context(|| format!("there is no time zone {name:?}"))?;
        Ok(self)
    }

    /// A time of a clock on a wall as an instant, in the zone of the file.
    pub(crate) fn local(&self, time: DateTime) -> Option<i64> {
        let timestamp = self.zone.to_ambiguous_timestamp(time).compatible().ok()?;
        Some(timestamp.as_microsecond())
    }
}

/// The customer of a mail address, which people write in capitals or not: in lower case, letter by letter. Both SDKs do
/// the same, by `tests/vectors/column_names.json`. What is no address stays as it is.
fn one_address(text: &str) -> Cow<'_, str> {
    let is_address = match text.split_once('@') {
        Some((name, host)) => !name.is_empty() && !host.is_empty() && !host.contains('@'),
        None => return Cow::Borrowed(text),
    };
    if !is_address || text.contains(char::is_whitespace) {
        return Cow::Borrowed(text);
    }
    // Letter by letter: what a letter becomes does not hang on its neighbours, as it does for a whole Greek word.
    let lower = text.chars().flat_map(char::to_lowercase);
    if lower.clone().eq(text.chars()) { Cow::Borrowed(text) } else { Cow::Owned(lower.collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_those_of_the_vectors() {
        let vectors = include_str!("../../../tests/vectors/column_names.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
        for case in vectors["customer_ids"].as_array().unwrap() {
            let (given, expected) = (case["given"].as_str().unwrap(), case["customer_id"].as_str().unwrap());
            // Readers of files take the blanks away.
            assert_eq!(one_address(given.trim()), expected, "{given:?}");
        }
    }

    #[test]
    fn times_are_those_of_the_vectors() {
        let vectors = include_str!("../../../tests/vectors/column_names.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
        for case in vectors["times"].as_array().unwrap() {
            let (given, expected) = (case["given"].as_str().unwrap(), case["instant"].as_str().unwrap());
            assert_eq!(time_of(given, "UTC", None), expected, "{given:?}");
        }
    }

    fn time_of(text: &str, zone: &str, format: Option<&str>) -> String {
        Values::for_tests(zone, format).time(text).map_or_else(|error| error, |time| time.to_string())
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for text in
            ["2026-03-01", "20260301", "2026-03-01 00:00:00", "2026-03-01T00:00", "2026-03-01T01:00:00+01:00"]
        {
            assert_eq!(time_of(text, "UTC", None), "2026-03-01T00:00:00Z", "{text}");
        }
        assert_eq!(time_of("2026-03-01", "Europe/Zagreb", None), "2026-02-28T23:00:00Z");
        assert_eq!(time_of("1.3.2026", "UTC", Some("%d.%m.%Y")), "2026-03-01T00:00:00Z");
        assert_eq!(time_of("1.3.2026 14:30", "UTC", Some("%d.%m.%Y %H:%M")), "2026-03-01T14:30:00Z");
        for nonsense in ["", "yesterday", "2026-13-01", "99991231", "1.3.2026"] {
            assert!(time_of(nonsense, "UTC", None).contains("the time"), "{nonsense}");
        }
    }
}
