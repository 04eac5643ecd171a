//! Customers of a landmark, by whom models are judged and from whom trees learn.

use lojal_scoring::clv::{CustomerHistory, Habits};

/// A customer of a landmark: what was known by then, and what came after it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Witness {
    pub(crate) key: u64,
    pub(crate) history: CustomerHistory,
    pub(crate) habits: Option<Habits>,
    pub(crate) came: usize,
    /// At which pace they come that models expect, by what is known of others on other landmarks.
    pub(crate) own_pace: f64,
}

impl Witness {
    /// Whether they have no pace of their own.
    pub(crate) fn is_as_models_say(&self) -> bool {
        self.own_pace.total_cmp(&1.0).is_eq()
    }
}
