//! What is known of a customer whose purchases are forecast.

use crate::clv::{CustomerHistory, Habits};

/// What is known of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// When they bought.
    pub history: CustomerHistory,
    /// Mean value of their repeat purchases in units of currency; `None` without any.
    pub mean_value: Option<f64>,
    /// What a learner looks at; `None` where there is none to ask.
    pub habits: Option<Habits>,
}

impl Known {
    /// A customer who has just made their first purchase.
    pub const NEW: Self = Self { history: CustomerHistory::NEW, mean_value: None, habits: None };
}

/// Somebody of whom no more is known.
impl From<CustomerHistory> for Known {
    fn from(history: CustomerHistory) -> Self {
        Self { history, ..Self::NEW }
    }
}
