//! What the parameters of a purchase model are in, and what they cannot be.

use serde::{Deserialize, Serialize};

/// A Julian year; a month is a twelfth of it.
pub const DAYS_PER_YEAR: f64 = 365.25;

/// The unit of time a model's parameters are in. Answers do not depend on it; only `alpha` and the log-likelihood do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// One day.
    Day,
    /// Seven days, the unit of the literature.
    #[default]
    Week,
    /// A twelfth of 365.25 days.
    Month,
    /// 365.25 days.
    Year,
}

impl TimeUnit {
    /// Length in days.
    #[must_use]
    pub const fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => DAYS_PER_YEAR / 12.0,
            Self::Year => DAYS_PER_YEAR,
        }
    }
}

/// Parameters that no model can have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "parameter {name} of the purchase model is {value}; it must be positive and finite, so fit the model again"
)]
pub struct ParameterError {
    /// Name of the parameter.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
}
