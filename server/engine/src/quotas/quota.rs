//! The limits themselves.

use serde::{Deserialize, Serialize};

/// What may be used at most. 0 sets no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quota {
    /// Calls a second, in the mean; as many may come at once.
    pub calls_per_second: u32,
    /// Calls under way that look at everybody, or fit models.
    pub heavy_calls: u32,
    /// Rows sent to be recorded in a day of UTC.
    pub rows_per_day: u64,
}

impl Quota {
    /// Whether it sets no limit at all.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
