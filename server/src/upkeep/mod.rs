//! Looking after data: copying it and putting it back.

pub(crate) mod backup;
pub(crate) mod restore;

use jiff::Timestamp;
use lojal_domain::EventTime;

/// An instant for people.
fn instant(time: EventTime) -> String {
    Timestamp::from_microsecond(time.micros())
        .map_or_else(|_| "an unknown instant".to_owned(), |at| at.strftime("%F %T UTC").to_string())
}
