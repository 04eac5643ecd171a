//! Whole months and years of the calendar from one day to another. Days are counted since 1970-01-01.

use crate::clv::TimeUnit;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// No month is further from the mean of months, added up, than by this many days.
pub(super) const MONTHS_VARY: f64 = 3.0;
const MONTH_DAYS: f64 = 365.2425 / 12.0;
const MONTHS_OF_A_YEAR: i32 = 12;

/// A day since 1970-01-01 as a date; `None` beyond the year 9999.
fn date_of(day: i32) -> Option<Date> {
    jiff::civil::date(1970, 1, 1).checked_add(i64::from(day).days()).ok()
}

fn months_from(first: Date, to: Date) -> i32 {
    let months = |date: Date| i32::from(date.year()) * MONTHS_OF_A_YEAR + i32::from(date.month());
    months(to) - months(first)
}

/// Whole months from one day to a later one, if it is so many to the day; from the last day of a month to that of another it is.
pub(super) fn whole_months(from: i32, to: i32) -> Option<u32> {
    // Nearly all gaps are none of months, which takes no calendar to tell.
    let months = f64::from(to - from) / MONTH_DAYS;
    if months < 0.9 || (months - months.round()).abs() * MONTH_DAYS > MONTHS_VARY {
        return None;
    }
    let (from, to) = (date_of(from)?, date_of(to)?);
    let ends = |date: Date| date.day() == date.days_in_month();
    let is_whole = to.day() == from.day().min(to.days_in_month()) || (ends(from) && ends(to));
    u32::try_from(months_from(from, to)).ok().filter(|_| is_whole)
}

/// Anniversaries of `unit` that have come from the day `first` to the end of a later day.
pub(super) fn come(first: i32, day: i32, unit: TimeUnit) -> Option<u32> {
    let (from, to) = (date_of(first)?, date_of(day)?);
    let is_short = to.day() < from.day().min(to.days_in_month());
    let months = months_from(from, to) - i32::from(is_short);
    let length = if unit == TimeUnit::Year { MONTHS_OF_A_YEAR } else { 1 };
    u32::try_from(months.div_euclid(length)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use jiff::civil::date;

    fn day(year: i16, month: i8, day: i8) -> i32 {
        let since: SignedDuration = date(year, month, day).duration_since(date(1970, 1, 1));
        (since.as_hours() / 24) as i32
    }

    #[test]
    fn months_are_whole_to_the_day() {
        let from = day(2023, 1, 31);
        for (to, months) in [
            (day(2023, 2, 28), Some(1)),
            (day(2024, 2, 29), Some(13)),
            (day(2023, 3, 30), None),
            (day(2023, 4, 30), Some(3)),
            (day(2024, 1, 31), Some(12)),
            (day(2024, 2, 28), None),
            (from, None),
        ] {
            assert_eq!(whole_months(from, to), months, "{to}");
        }
        // From one end of a month to another, and on the same day.
        assert_eq!(whole_months(day(2023, 2, 28), day(2023, 3, 31)), Some(1));
        assert_eq!(whole_months(day(2023, 2, 28), day(2023, 3, 28)), Some(1));
        // All first days of two years, and all days of one after them.
        for (first, ahead) in (day(2023, 1, 1)..day(2025, 1, 1)).flat_map(|d| (1..367).map(move |a| (d, a))) {
            let found = whole_months(first, first + ahead).is_some();
            let (from, to) = (date_of(first).unwrap(), date_of(first + ahead).unwrap());
            let ends = |date: Date| date.day() == date.days_in_month();
            assert_eq!(
                found,
                from.day().min(to.days_in_month()) == to.day() && months_from(from, to) > 0
                    || ends(from) && ends(to) && months_from(from, to) > 0,
                "{from} {to}"
            );
        }
    }
}
