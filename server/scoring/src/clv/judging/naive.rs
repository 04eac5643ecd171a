//! Rules of thumb without any model: the yardstick that a model has to beat.

use serde::{Deserialize, Serialize};

use crate::clv::CustomerHistory;

/// Silent for longer than this, a customer is taken for gone by [`NaiveRule::Hiatus`]. Ten weeks, as in the comparisons of
/// the literature on this data (Wübben and von Wangenheim, "Instant customer base analysis", *Journal of Marketing* 72,
/// 2008, let managers name it).
const HIATUS_DAYS: f64 = 70.0;

/// A rule of thumb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NaiveRule {
    /// They go on as often as so far: `x h / T`.
    SameRate,
    /// They buy as often as in as long a time of the data: `x h / length of the data`.
    SamePeriod,
    /// They go on as often as so far, unless they have been silent for more than ten weeks.
    Hiatus,
}

impl NaiveRule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SameRate, Self::SamePeriod, Self::Hiatus];

    /// Purchases in the next `horizon_days`, given how many days the data span.
    #[must_use]
    pub fn expected_purchases(self, of: &CustomerHistory, data_days: f64, horizon_days: f64) -> f64 {
        let x = f64::from(of.repeat_purchases);
        let over = |days: f64| if days > 0.0 { x / days * horizon_days } else { 0.0 };
        match self {
            Self::SameRate => over(of.age_days),
            Self::SamePeriod => over(data_days),
            Self::Hiatus if of.age_days - of.recency_days > HIATUS_DAYS => 0.0,
            Self::Hiatus => over(of.age_days),
        }
    }
}
