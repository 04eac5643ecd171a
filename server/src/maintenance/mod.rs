//! Looking after data: copying it, putting it back, looking whether it is well, and tidying it up.

pub(crate) mod backup;
pub(crate) mod compact;
pub(crate) mod doctor;
pub(crate) mod health;
pub(crate) mod restore;

use std::path::Path;

use jiff::Timestamp;
use lojal_domain::EventTime;
use lojal_store::StoreError;

/// An instant for people.
pub(crate) fn instant(time: EventTime) -> String {
    Timestamp::from_microsecond(time.micros())
        .map_or_else(|_| "an unknown instant".to_owned(), |at| at.strftime("%F %T UTC").to_string())
}

/// Why a data directory could not be worked on, with its name where the reason does not say it.
pub(crate) fn explain(directory: &Path, error: StoreError) -> anyhow::Error {
    let shown = directory.display();
    match error {
        StoreError::InUse => {
            anyhow::anyhow!("the data directory {shown} is in use by another lojal; stop that one first")
        }
        StoreError::NotEmpty => {
            anyhow::anyhow!("{shown} is not a data directory of Lojal's; check --data-dir")
        }
        error @ StoreError::UnknownFormat { .. } => anyhow::anyhow!("{error} (it is {shown})"),
        error => anyhow::Error::new(error).context(format!("cannot open the data directory {shown}")),
    }
}
