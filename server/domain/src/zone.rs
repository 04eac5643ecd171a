//! Time zones, with the day of an instant as a table look-up.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;

use crate::{EventTime, MICROS_PER_DAY, MICROS_PER_SECOND};

/// The zone's rules are tabled up to here; later instants use the last rule. 2200-01-01T00:00:00Z.
const TABLE_END_SECONDS: i64 = 7_258_118_400;
/// 1900-01-01T00:00:00Z.
const TABLE_START_SECONDS: i64 = -2_208_988_800;

/// Why a name is not a time zone.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("is {0:?}; give an IANA time zone name, such as \"Europe/Zagreb\" or \"UTC\"")]
pub struct ZoneError(String);

/// A time zone. Cutting millions of instants into days must not search rules each time, so offsets are tabled.
#[derive(Clone, Debug)]
pub struct Zone {
    name: Arc<str>,
    rules: TimeZone,
    /// From this instant (in microseconds), this offset (in microseconds). Ascending; the first holds for all before.
    offsets: Arc<[(i64, i64)]>,
}

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".into(), rules: TimeZone::UTC, offsets: [(i64::MIN, 0)].into() }
    }

    /// The zone of an IANA name.
    ///
    /// # Errors
    /// [`ZoneError`] when the name is unknown.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        if name == "UTC" {
            return Ok(Self::utc());
        }
        let unknown = || ZoneError(name.to_owned());
        let rules = TimeZone::get(name).map_err(|_| unknown())?;
        let start = jiff::Timestamp::from_second(TABLE_START_SECONDS).map_err(|_| unknown())?;
        let micros = |seconds: i32| i64::from(seconds) * MICROS_PER_SECOND;
        let mut offsets = vec![(i64::MIN, micros(rules.to_offset(start).seconds()))];
        for change in rules.following(start) {
            if change.timestamp().as_second() > TABLE_END_SECONDS {
                break;
            }
            offsets.push((change.timestamp().as_microsecond(), micros(change.offset().seconds())));
        }
        Ok(Self { name: name.into(), rules, offsets: offsets.into() })
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The calendar day an instant falls on, as days since 1970-01-01.
    #[must_use]
    pub fn day_of(&self, time: EventTime) -> i32 {
        let micros = time.micros();
        let rule = self.offsets.partition_point(|&(from, _)| from <= micros).saturating_sub(1);
        let local = micros.saturating_add(self.offsets[rule].1);
        local.div_euclid(MICROS_PER_DAY) as i32
    }

    /// Cuts many instants into days. Neighbours mostly have the same offset, which is then not looked up again.
    #[must_use]
    pub fn days(&self) -> Days<'_> {
        // Before everything, so that the first instant is looked up.
        Days { offsets: &self.offsets, from: i64::MAX, until: i64::MIN, offset: 0 }
    }

    /// The last day that is at least partly before `cut`: the day "today" of a question as of `cut`.
    #[must_use]
    pub fn last_day_before(&self, cut: EventTime) -> i32 {
        self.day_of(cut.minus_micros(1))
    }

    /// The first instant of a calendar day.
    #[must_use]
    pub fn start_of(&self, date: Date) -> EventTime {
        // Midnight may be skipped by a clock change; the zone then says which instant the day starts with.
        date.to_zoned(self.rules.clone())
            .and_then(|zoned| zoned.start_of_day())
            .map_or(EventTime::MAX, |zoned| EventTime::from_micros(zoned.timestamp().as_microsecond()))
    }

    /// The instant in this zone.
    #[must_use]
    pub fn zoned(&self, time: EventTime) -> jiff::Zoned {
        time.timestamp().to_zoned(self.rules.clone())
    }
}

/// Days of instants; see [`Zone::days`].
#[derive(Clone, Debug)]
pub struct Days<'z> {
    offsets: &'z [(i64, i64)],
    /// The offset of the last instant, and from when until when it holds, in microseconds.
    offset: i64,
    from: i64,
    until: i64,
}

impl Days<'_> {
    /// The same as [`Zone::day_of`].
    #[inline]
    pub fn day_of(&mut self, time: EventTime) -> i32 {
        let micros = time.micros();
        if micros < self.from || self.until <= micros {
            let rule = self.offsets.partition_point(|&(from, _)| from <= micros).saturating_sub(1);
            (self.from, self.offset) = self.offsets[rule];
            self.until = self.offsets.get(rule + 1).map_or(i64::MAX, |(from, _)| *from);
        }
        micros.saturating_add(self.offset).div_euclid(MICROS_PER_DAY) as i32
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> EventTime {
        EventTime::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_day_starts_at_local_midnight() {
        let zagreb = Zone::named("Europe/Zagreb").unwrap();
        let before = zagreb.day_of(time("2026-03-28T22:59:59.999999Z"));
        let after = zagreb.day_of(time("2026-03-28T23:00:00Z"));
        assert_eq!(after, before + 1);
        // The clocks went forward that night, so the next day starts an hour earlier in UTC.
        assert_eq!(zagreb.day_of(time("2026-03-29T21:59:59Z")), after);
        assert_eq!(zagreb.day_of(time("2026-03-29T22:00:00Z")), after + 1);
        assert_eq!(zagreb.start_of(jiff::civil::date(2026, 3, 29)), time("2026-03-28T23:00:00Z"));
        assert_eq!(Zone::utc().last_day_before(time("1970-01-02T00:00:00Z")), 0);
    }

    #[test]
    fn an_unknown_zone_is_refused() {
        assert!(Zone::named("Mars/Olympus").is_err());
    }

    proptest! {
        #[test]
        fn the_table_agrees_with_the_rules(seconds in -2_208_988_800_i64..7_258_118_400, zone in prop::sample::select(vec!["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Warsaw"])) {
            let zone = Zone::named(zone).unwrap();
            let time = EventTime::from_micros(seconds * MICROS_PER_SECOND);
            let date = zone.zoned(time).date();
            let days = date.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days();
            prop_assert_eq!(zone.day_of(time), days);
            let mut cut = zone.days();
            for shift in [0, 1, -1, 200, -200, 40, 0] {
                let time = time.plus_micros(shift * MICROS_PER_DAY);
                prop_assert_eq!(cut.day_of(time), zone.day_of(time));
            }
        }
    }
}
