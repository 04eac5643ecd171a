//! Days in the past after which a horizon has passed: what was to be seen on them can be held against what came.

use jiff::ToSpan as _;
use lojal_domain::{EventTime, MICROS_PER_DAY, Zone};

use crate::Moment;

/// Days in the past that are looked at, at most.
const MOST: usize = 6;
/// Days of records before one.
const FEWEST_DAYS_BEFORE: i64 = 180;
/// Mean days of a month.
const DAYS_PER_MONTH: f64 = 365.25 / 12.0;

/// A day in the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PastDate {
    /// What was before it was known.
    pub(crate) start: EventTime,
    /// Before this the horizon had passed.
    pub(crate) end: EventTime,
    /// The last day before it.
    pub(crate) today: i32,
}

/// The first days of months, so that they stay the same from one day to the next, as far apart as the horizon is long, so that what came
/// after one did not come after another. The latest first.
pub(crate) fn past_dates(moment: &Moment, horizon_days: f64) -> Vec<PastDate> {
    let Some(first_event) = moment.first_event else { return Vec::new() };
    let earliest = first_event.plus_micros(FEWEST_DAYS_BEFORE * MICROS_PER_DAY);
    let apart = (horizon_days / DAYS_PER_MONTH).round().max(1.0) as i32;
    let month = moment.zone.zoned(moment.as_of).date().first_of_month();
    let date = |months: i32| of_month(month.checked_sub(months.months()).ok()?, &moment.zone, horizon_days);
    // Of the latest month whose horizon has passed.
    let latest = (0..=apart.saturating_add(1))
        .find(|months| date(*months).is_some_and(|date: PastDate| date.end <= moment.as_of));
    let Some(latest) = latest else { return Vec::new() };
    let dates = (0..MOST as i32).map_while(|i| date(latest + i * apart));
    dates.take_while(|date| date.start >= earliest).collect()
}

fn of_month(first: jiff::civil::Date, zone: &Zone, horizon_days: f64) -> Option<PastDate> {
    let end = first.checked_add((horizon_days.round() as i64).days()).ok()?;
    let start = zone.start_of(first);
    Some(PastDate { start, end: zone.start_of(end), today: zone.last_day_before(start) })
}
