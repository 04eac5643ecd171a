//! One type for either purchase model, spoken to in days.

use super::answers::Observed;
use super::family::Family;
use super::{BgNbd, MbgNbd, PurchaseSummary};
use serde::{Deserialize, Serialize};

/// The unit of time a model's `alpha` is in. Answers do not depend on it; only `alpha` and the log-likelihood do.
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
}

impl TimeUnit {
    /// Length in days.
    #[must_use]
    pub const fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 365.25 / 12.0,
        }
    }
}

/// Which of the models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseModelKind {
    /// [`BgNbd`].
    BgNbd,
    /// [`MbgNbd`].
    MbgNbd,
}

impl PurchaseModelKind {
    pub(crate) const fn first_chances(self) -> u32 {
        match self {
            Self::BgNbd => BgNbd::FIRST_CHANCES,
            Self::MbgNbd => MbgNbd::FIRST_CHANCES,
        }
    }
}

/// What a model looks at in one customer. Times may be fractions of a day, for data that were rounded to weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CustomerHistory {
    /// x: number of repeat purchases.
    pub repeat_purchases: u32,
    /// t_x: days from the first purchase to the last; between 0 and `age_days`.
    pub recency_days: f64,
    /// T: days from the first purchase to today.
    pub age_days: f64,
}

impl From<&PurchaseSummary> for CustomerHistory {
    fn from(summary: &PurchaseSummary) -> Self {
        Self {
            repeat_purchases: summary.frequency,
            recency_days: f64::from(summary.recency_days),
            age_days: f64::from(summary.age_days),
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

/// A purchase model with its parameters.
///
/// The answers are finite, probabilities are within [0, 1] and expectations not negative for every history with
/// `0 <= recency_days <= age_days` and parameters that pass [`PurchaseModel::check`]; times outside that are brought
/// into it. A horizon that is negative or not a number counts as 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PurchaseModel {
    /// Chance to leave after every repeat purchase.
    BgNbd(BgNbd),
    /// Chance to leave after every purchase.
    MbgNbd(MbgNbd),
}

impl PurchaseModel {
    /// A model of this kind with the parameters r, alpha, a, b.
    #[must_use]
    pub const fn new(kind: PurchaseModelKind, [r, alpha, a, b]: [f64; 4], unit: TimeUnit) -> Self {
        match kind {
            PurchaseModelKind::BgNbd => Self::BgNbd(BgNbd { r, alpha, a, b, unit }),
            PurchaseModelKind::MbgNbd => Self::MbgNbd(MbgNbd { r, alpha, a, b, unit }),
        }
    }

    /// Which model it is.
    #[must_use]
    pub const fn kind(&self) -> PurchaseModelKind {
        match self {
            Self::BgNbd(_) => PurchaseModelKind::BgNbd,
            Self::MbgNbd(_) => PurchaseModelKind::MbgNbd,
        }
    }

    /// The unit of time of `alpha`.
    #[must_use]
    pub const fn unit(&self) -> TimeUnit {
        match self {
            Self::BgNbd(m) => m.unit,
            Self::MbgNbd(m) => m.unit,
        }
    }

    /// r, alpha, a, b.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 4] {
        let family = self.family();
        [family.r, family.alpha, family.a, family.b]
    }

    /// Whether the parameters are positive and finite; to be asked once about a model that was read from outside.
    ///
    /// # Errors
    ///
    /// Names the first parameter that is not.
    pub fn check(&self) -> Result<(), ParameterError> {
        for (name, value) in ["r", "alpha", "a", "b"].into_iter().zip(self.parameters()) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(ParameterError { name, value });
            }
        }
        Ok(())
    }

    const fn family(&self) -> Family {
        match self {
            Self::BgNbd(m) => m.family(),
            Self::MbgNbd(m) => m.family(),
        }
    }

    fn observed(&self, history: &CustomerHistory) -> Observed {
        let unit = self.unit().days();
        let age = non_negative(history.age_days);
        Observed {
            x: history.repeat_purchases,
            recency: non_negative(history.recency_days).min(age) / unit,
            age: age / unit,
        }
    }

    fn time(&self, days: f64) -> f64 {
        non_negative(days) / self.unit().days()
    }

    /// Logarithm of the likelihood of a history, as the literature has it: time in the model's unit, without
    /// combinatorial constants.
    #[must_use]
    pub fn log_likelihood(&self, history: &CustomerHistory) -> f64 {
        self.family().log_likelihood(&self.observed(history))
    }

    /// Probability that the customer has not left by today.
    #[must_use]
    pub fn p_alive(&self, history: &CustomerHistory) -> f64 {
        self.family().p_alive(&self.observed(history))
    }

    /// Expected number of purchases in the next `horizon_days`.
    #[must_use]
    pub fn expected_purchases(&self, history: &CustomerHistory, horizon_days: f64) -> f64 {
        self.family().expected_purchases(&self.observed(history), self.time(horizon_days))
    }

    /// Expected number of purchases from today to each of several days ahead, `days_ahead(0) <= days_ahead(1) <= ...`; fills
    /// `expected`. All of them cost little more than the last alone.
    pub(crate) fn expected_purchases_at(
        &self,
        history: &CustomerHistory,
        days_ahead: impl Fn(usize) -> f64,
        expected: &mut [f64],
    ) {
        self.family().expected_purchases_at(&self.observed(history), |i| self.time(days_ahead(i)), expected);
    }

    /// Expected number of repeat purchases in the `horizon_days` after a first purchase.
    #[must_use]
    pub fn expected_purchases_of_new_customer(&self, horizon_days: f64) -> f64 {
        let new = CustomerHistory { repeat_purchases: 0, recency_days: 0.0, age_days: 0.0 };
        self.expected_purchases(&new, horizon_days)
    }

    /// Probability of at least one purchase in the next `horizon_days`; its complement is the probability of churn.
    #[must_use]
    pub fn p_purchase_within(&self, history: &CustomerHistory, horizon_days: f64) -> f64 {
        let observed = self.observed(history);
        let silence = self.family().p_silence_if_alive(&observed, self.time(horizon_days));
        self.family().p_alive(&observed) * (1.0 - silence)
    }

    /// Days within which the next purchase comes with probability `q`, if the customer is alive; 0.5 is the median.
    ///
    /// `None` if `q` is not within [0, 1) or the wait is longer than any number.
    #[must_use]
    pub fn wait_quantile_days(&self, history: &CustomerHistory, q: f64) -> Option<f64> {
        let valid = (0.0..1.0).contains(&q);
        let wait = self.family().wait_quantile(&self.observed(history), q) * self.unit().days();
        (valid && wait.is_finite()).then_some(wait)
    }

    /// Probabilities that a customer has made 0, 1, 2, ... repeat purchases `age_days` after the first; fills `out`.
    pub fn purchase_distribution(&self, age_days: f64, out: &mut [f64]) {
        self.family().purchase_distribution(self.time(age_days), out);
    }
}

/// The number, or 0 if it is negative or none; times beyond any calendar stay finite.
const fn non_negative(days: f64) -> f64 {
    /// Ten billion years.
    const LONGEST_DAYS: f64 = 4e12;
    // `max` gives the other operand for NaN.
    days.max(0.0).min(LONGEST_DAYS)
}
