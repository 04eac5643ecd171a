//! What is said to whoever has used up a quota.

use std::time::Duration;

use thiserror::Error;

/// Of what there is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaUse {
    /// Calls in this second.
    Calls,
    /// Heavy calls under way.
    HeavyCalls,
    /// Rows of this day.
    Rows,
    /// Memory of the whole server.
    Memory,
}

impl QuotaUse {
    /// The limit's name, as in a quota.
    #[must_use]
    pub const fn limit(self) -> &'static str {
        match self {
            Self::Calls => "calls_per_second",
            Self::HeavyCalls => "heavy_calls",
            Self::Rows => "rows_per_day",
            Self::Memory => "memory_bytes",
        }
    }
}

/// A quota is used up.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.sentence())]
pub struct QuotaReached {
    /// Whose it is, such as `workspace "shop"`.
    pub whose: String,
    /// Of what there is no more.
    pub what: QuotaUse,
    /// How many there may be.
    pub maximum: u64,
    /// When there will be more.
    pub retry_after: Duration,
}

impl QuotaReached {
    fn sentence(&self) -> String {
        let Self { whose, maximum, .. } = self;
        match self.what {
            QuotaUse::Calls => {
                format!(
                    "{whose} may make {maximum} calls a second, and has; wait a moment, or ask for several things in one call"
                )
            }
            QuotaUse::HeavyCalls => format!(
                "{whose} may have {maximum} calls under way that look at everybody, and has; wait until one has ended"
            ),
            QuotaUse::Memory => format!(
                "{whose} may take {maximum} bytes of memory (server.memory_bytes), and has, so it takes in no rows and begins nothing that looks at everybody, such as making segments or a model; try again in a while, or give it more"
            ),
            QuotaUse::Rows => format!(
                "{whose} may record {maximum} rows a day, and these would be more; send fewer, or go on after midnight UTC"
            ),
        }
    }
}
