//! Days as numbers since 1970, and as dates.

use jiff::civil::Date;
use jiff::{ToSpan as _, Unit};

/// Days since 1970 of a date.
pub(crate) fn day_number(date: Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.until((Unit::Day, date)).map_or(0, |length| length.get_days())
}

/// The date of a day since 1970.
pub(crate) fn date_of(day: i32) -> Date {
    jiff::civil::date(1970, 1, 1).checked_add(i64::from(day).days()).unwrap_or(Date::MAX)
}
