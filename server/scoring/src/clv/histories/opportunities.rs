//! Equal customers of discrete opportunities are counted, not repeated.
//!
//! The likelihood of the BG/BB model depends on a customer only through (x, t_x, n). The table is sorted, so every sum over it
//! is taken in the same order whatever the order of the customers was.

use crate::clv::models::bg_bb::model::OpportunityHistory;
use std::collections::BTreeMap;

/// The most opportunities a table may hold: 27 years of days. What a row costs grows with them.
pub const MAX_OPPORTUNITIES: u32 = 10_000;

/// Distinct (x, t_x, n), sorted, each with the number of customers who show it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpportunityTable {
    pub(crate) rows: Vec<(OpportunityHistory, f64)>,
    customers: u64,
    repeat_customers: u64,
}

/// Why a history cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpportunityError {
    /// The last use is after the last opportunity.
    #[error(
        "the last use is opportunity {last_used} of {opportunities}; count the opportunities up to the same day as the uses"
    )]
    UsedAfterTheLast {
        /// t_x.
        last_used: u32,
        /// n.
        opportunities: u32,
    },
    /// More uses than opportunities until the last use, or a last use without one.
    #[error("{used} uses cannot end with opportunity {last_used}; count each opportunity once, from 1")]
    UsesDoNotFit {
        /// x.
        used: u32,
        /// t_x.
        last_used: u32,
    },
    /// More than [`MAX_OPPORTUNITIES`].
    #[error(
        "{opportunities} opportunities are more than {MAX_OPPORTUNITIES}; use longer ones, such as weeks instead of days"
    )]
    TooMany {
        /// n.
        opportunities: u32,
    },
}

impl OpportunityHistory {
    fn check(&self) -> Result<(), OpportunityError> {
        let Self { used, last_used, opportunities } = *self;
        if opportunities > MAX_OPPORTUNITIES {
            return Err(OpportunityError::TooMany { opportunities });
        }
        if last_used > opportunities {
            return Err(OpportunityError::UsedAfterTheLast { last_used, opportunities });
        }
        if used > last_used || (used == 0 && last_used > 0) {
            return Err(OpportunityError::UsesDoNotFit { used, last_used });
        }
        Ok(())
    }

    const fn key(&self) -> (u32, u32, u32) {
        (self.used, self.last_used, self.opportunities)
    }
}

impl OpportunityTable {
    /// As many customers a history as its weight says; the same table as from repeating the histories.
    ///
    /// # Errors
    ///
    /// [`OpportunityError`] for the first history that cannot be.
    pub fn from_weighted(
        histories: impl IntoIterator<Item = (OpportunityHistory, u64)>,
    ) -> Result<Self, OpportunityError> {
        let mut counts: BTreeMap<(u32, u32, u32), (OpportunityHistory, u64)> = BTreeMap::new();
        for (history, weight) in histories {
            history.check()?;
            if weight > 0 {
                counts.entry(history.key()).or_insert((history, 0)).1 += weight;
            }
        }
        let mut table = Self::default();
        for (history, weight) in counts.into_values() {
            table.customers += weight;
            table.repeat_customers += if history.used > 0 { weight } else { 0 };
            table.rows.push((history, weight as f64));
        }
        Ok(table)
    }

    /// One customer a history.
    ///
    /// # Errors
    ///
    /// [`OpportunityError`] for the first history that cannot be.
    pub fn from_histories(
        histories: impl IntoIterator<Item = OpportunityHistory>,
    ) -> Result<Self, OpportunityError> {
        Self::from_weighted(histories.into_iter().map(|history| (history, 1)))
    }

    /// Number of customers.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// Number of customers who used an opportunity.
    #[must_use]
    pub const fn repeat_customers(&self) -> u64 {
        self.repeat_customers
    }

    /// Number of distinct patterns.
    #[must_use]
    pub const fn patterns(&self) -> usize {
        self.rows.len()
    }

    /// The most opportunities a customer had.
    #[must_use]
    pub fn most_opportunities(&self) -> u32 {
        self.rows.iter().map(|(history, _)| history.opportunities).max().unwrap_or(0)
    }
}
