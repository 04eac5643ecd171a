//! Instants, kept to the microsecond.

use std::fmt;

use thiserror::Error;

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a day of 24 hours.
pub const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// 1900-01-01T00:00:00Z.
const EARLIEST: i64 = -2_208_988_800 * MICROS_PER_SECOND;

/// Why an instant cannot be an event's.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TimeError {
    /// Before 1900.
    #[error("is before the year 1900; check its unit (seconds, not milliseconds) and its format")]
    TooEarly,
    /// More than a day ahead of the server's clock.
    #[error(
        "is more than one day in the future; check its unit (seconds, not milliseconds) and the clock that made it"
    )]
    TooLate,
}

/// An instant in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventTime(i64);

impl EventTime {
    /// Before everything.
    pub const MIN: Self = Self(i64::MIN);
    /// After everything.
    pub const MAX: Self = Self(i64::MAX);

    /// Any instant.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// An instant that an event may have: from 1900 up to one day after `now`.
    ///
    /// # Errors
    /// [`TimeError`] outside of that.
    pub fn of_event(micros: i64, now: Self) -> Result<Self, TimeError> {
        if micros < EARLIEST {
            Err(TimeError::TooEarly)
        } else if micros > now.0.saturating_add(MICROS_PER_DAY) {
            Err(TimeError::TooLate)
        } else {
            Ok(Self(micros))
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Earlier by so many microseconds, not beyond [`Self::MIN`].
    #[must_use]
    pub const fn minus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_sub(micros))
    }

    /// Later by so many microseconds, not beyond [`Self::MAX`].
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The instant as jiff's type, clamped to what that can hold.
    #[must_use]
    pub fn timestamp(self) -> jiff::Timestamp {
        let clamped = self.0.clamp(
            jiff::Timestamp::MIN.as_microsecond().saturating_add(1),
            jiff::Timestamp::MAX.as_microsecond().saturating_sub(1),
        );
        jiff::Timestamp::from_microsecond(clamped).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_lie_between_1900_and_tomorrow() {
        let now = EventTime::from_micros(0);
        assert_eq!(EventTime::of_event(EARLIEST, now), Ok(EventTime(EARLIEST)));
        assert_eq!(EventTime::of_event(EARLIEST - 1, now), Err(TimeError::TooEarly));
        assert!(EventTime::of_event(MICROS_PER_DAY, now).is_ok());
        assert_eq!(EventTime::of_event(MICROS_PER_DAY + 1, now), Err(TimeError::TooLate));
        assert_eq!(EventTime::from_micros(EARLIEST).to_string(), "1900-01-01T00:00:00Z");
    }
}
