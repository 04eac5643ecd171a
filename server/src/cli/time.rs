//! Instants as people type them.

use prost_types::Timestamp;

/// A date, which is its midnight in UTC, or an instant with its zone.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let midnight = || -> Result<jiff::Timestamp, jiff::Error> {
        let date = jiff::fmt::strtime::parse("%Y-%m-%d", text)?.to_date()?;
        Ok(date.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
    };
    let instant = text.parse::<jiff::Timestamp>().or_else(|_| midnight());
    let instant = instant.map_err(|_| {
        "give a date such as 2026-01-01, or an instant with its zone such as 2026-01-01T12:00:00Z".to_owned()
    })?;
    let (mut seconds, mut nanos) = (instant.as_second(), instant.subsec_nanosecond());
    if nanos < 0 {
        // Fractions of a timestamp count forward, before 1970 too.
        (seconds, nanos) = (seconds - 1, nanos + 1_000_000_000);
    }
    Ok(Timestamp { seconds, nanos })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_dates_or_have_a_zone() {
        let at = |seconds, nanos| Ok(Timestamp { seconds, nanos });
        assert_eq!(instant("1970-01-02"), at(86_400, 0));
        assert_eq!(instant("1970-01-01T01:00:00.5+01:00"), at(0, 500_000_000));
        assert_eq!(instant("1969-12-31T23:59:59.75Z"), at(-1, 750_000_000));
        for bad in ["", "yesterday", "2026-02-30", "2026-01-01T12:00:00", "2026-01", "20260101x"] {
            assert!(instant(bad).is_err(), "{bad}");
        }
    }
}
