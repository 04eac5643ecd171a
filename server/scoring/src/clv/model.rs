//! One type for all purchase models, spoken to in days.

use crate::clv::answers::{Answers, Observed};
use crate::clv::histories::anniversaries::Anniversaries;
use crate::clv::parameters::{DAYS_PER_YEAR, ParameterError, TimeUnit};
use crate::clv::{BgBb, BgCnbd, BgNbd, MbgCnbd, MbgNbd, Nbd, ParetoNbd, PurchaseModelKind, PurchaseSummary};
use serde::{Deserialize, Serialize};

/// What a model looks at in one customer. Times may be fractions of a day, for data that were rounded to weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CustomerHistory {
    /// x: number of repeat purchases.
    pub repeat_purchases: u32,
    /// t_x: days from the first purchase to the last; between 0 and `age_days`.
    pub recency_days: f64,
    /// T: days from the first purchase to today.
    pub age_days: f64,
    /// The day of the first purchase since 1970-01-01, from which anniversaries are counted; none where it is not known. Only [`PurchaseModelKind::BgBbDated`]
    /// looks at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<i32>,
    /// How fast what is to come comes, of the past that models were fitted to: at 1.2 a year ahead brings what 1.2 years would. Positive and finite;
    /// whatever else counts as 1. Anniversaries keep their days.
    #[serde(skip, default = "same_pace")]
    pub pace: f64,
}

const fn same_pace() -> f64 {
    1.0
}

impl From<&PurchaseSummary> for CustomerHistory {
    fn from(summary: &PurchaseSummary) -> Self {
        Self {
            repeat_purchases: summary.frequency,
            recency_days: f64::from(summary.recency_days),
            age_days: f64::from(summary.age_days),
            first_day: Some(summary.first_day),
            pace: 1.0,
        }
    }
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
    /// Chance to leave at any moment.
    ParetoNbd(ParetoNbd),
    /// Regular purchases, chance to leave after every repeat purchase.
    BgCnbd(BgCnbd),
    /// Regular purchases, chance to leave after every purchase.
    MbgCnbd(MbgCnbd),
    /// No chance to leave.
    Nbd(Nbd),
    /// Opportunities that are used or not: x, t_x and T count them, in days of as many units of time.
    BgBb(BgBb),
    /// The same of anniversaries of the first purchase, of as many units of time: x, t_x and T are of purchase days.
    BgBbDated(BgBb),
}

impl PurchaseModel {
    /// A model of this kind with these parameters, in the order of [`Self::parameter_names`]. What is missing is not a number,
    /// which [`Self::check`] tells.
    #[must_use]
    pub fn new(kind: PurchaseModelKind, parameters: impl AsRef<[f64]>, unit: TimeUnit) -> Self {
        let at = |i: usize| parameters.as_ref().get(i).copied().unwrap_or(f64::NAN);
        let [r, alpha] = [at(0), at(1)];
        match kind {
            PurchaseModelKind::BgNbd => Self::BgNbd(BgNbd { r, alpha, a: at(2), b: at(3), unit }),
            PurchaseModelKind::MbgNbd => Self::MbgNbd(MbgNbd { r, alpha, a: at(2), b: at(3), unit }),
            PurchaseModelKind::ParetoNbd => {
                Self::ParetoNbd(ParetoNbd { r, alpha, s: at(2), beta: at(3), unit })
            }
            PurchaseModelKind::BgCnbd => Self::BgCnbd(BgCnbd { k: 1, r, alpha, a: at(2), b: at(3), unit }),
            PurchaseModelKind::MbgCnbd => Self::MbgCnbd(MbgCnbd { k: 1, r, alpha, a: at(2), b: at(3), unit }),
            PurchaseModelKind::Nbd => Self::Nbd(Nbd { r, alpha, unit }),
            PurchaseModelKind::BgBb => {
                Self::BgBb(BgBb { alpha: at(0), beta: at(1), gamma: at(2), delta: at(3), unit })
            }
            PurchaseModelKind::BgBbDated => {
                Self::BgBbDated(BgBb { alpha: at(0), beta: at(1), gamma: at(2), delta: at(3), unit })
            }
        }
    }

    /// The same model with this k, for the models that have one.
    #[must_use]
    pub const fn with_regularity(mut self, regularity: u32) -> Self {
        match &mut self {
            Self::BgCnbd(m) => m.k = regularity,
            Self::MbgCnbd(m) => m.k = regularity,
            _ => {}
        }
        self
    }

    /// k of the models with regular purchases; 1 is purchases at random. `None` for the others.
    #[must_use]
    pub const fn regularity(&self) -> Option<u32> {
        match self {
            Self::BgCnbd(m) => Some(m.k),
            Self::MbgCnbd(m) => Some(m.k),
            _ => None,
        }
    }

    /// The same model with other parameters.
    ///
    /// # Errors
    ///
    /// Names the first one that is missing, or not positive and finite.
    pub fn with_parameters(&self, parameters: &[f64]) -> Result<Self, ParameterError> {
        let other = Self::new(self.kind(), parameters, self.unit());
        let other = other.with_regularity(self.regularity().unwrap_or(1));
        other.check().map(|()| other)
    }

    /// Which model it is.
    #[must_use]
    pub const fn kind(&self) -> PurchaseModelKind {
        match self {
            Self::BgNbd(_) => PurchaseModelKind::BgNbd,
            Self::MbgNbd(_) => PurchaseModelKind::MbgNbd,
            Self::ParetoNbd(_) => PurchaseModelKind::ParetoNbd,
            Self::BgCnbd(_) => PurchaseModelKind::BgCnbd,
            Self::MbgCnbd(_) => PurchaseModelKind::MbgCnbd,
            Self::Nbd(_) => PurchaseModelKind::Nbd,
            Self::BgBb(_) => PurchaseModelKind::BgBb,
            Self::BgBbDated(_) => PurchaseModelKind::BgBbDated,
        }
    }

    /// The unit of time of the parameters.
    #[must_use]
    pub const fn unit(&self) -> TimeUnit {
        match self {
            Self::BgNbd(m) => m.unit,
            Self::MbgNbd(m) => m.unit,
            Self::ParetoNbd(m) => m.unit,
            Self::BgCnbd(m) => m.unit,
            Self::MbgCnbd(m) => m.unit,
            Self::Nbd(m) => m.unit,
            Self::BgBb(m) | Self::BgBbDated(m) => m.unit,
        }
    }

    /// The symbols of its parameters as in the papers.
    #[must_use]
    pub const fn parameter_names(&self) -> &'static [&'static str] {
        match self {
            Self::BgNbd(_) | Self::MbgNbd(_) | Self::BgCnbd(_) | Self::MbgCnbd(_) => {
                &["r", "alpha", "a", "b"]
            }
            Self::ParetoNbd(_) => &["r", "alpha", "s", "beta"],
            Self::Nbd(_) => &["r", "alpha"],
            Self::BgBb(_) | Self::BgBbDated(_) => &["alpha", "beta", "gamma", "delta"],
        }
    }

    /// Its parameters, in the order of [`Self::parameter_names`].
    #[must_use]
    pub fn parameters(&self) -> Vec<f64> {
        match self {
            Self::BgNbd(m) => vec![m.r, m.alpha, m.a, m.b],
            Self::MbgNbd(m) => vec![m.r, m.alpha, m.a, m.b],
            Self::ParetoNbd(m) => vec![m.r, m.alpha, m.s, m.beta],
            Self::BgCnbd(m) => vec![m.r, m.alpha, m.a, m.b],
            Self::MbgCnbd(m) => vec![m.r, m.alpha, m.a, m.b],
            Self::Nbd(m) => vec![m.r, m.alpha],
            Self::BgBb(m) | Self::BgBbDated(m) => m.parameters().to_vec(),
        }
    }

    /// Everything that makes it what it is: different for any two that differ.
    pub(crate) fn bits(&self) -> [u64; 5] {
        let [first, second, third, fourth] = match self {
            Self::BgNbd(m) => [m.r, m.alpha, m.a, m.b],
            Self::MbgNbd(m) => [m.r, m.alpha, m.a, m.b],
            Self::ParetoNbd(m) => [m.r, m.alpha, m.s, m.beta],
            Self::BgCnbd(m) => [m.r, m.alpha, m.a, m.b],
            Self::MbgCnbd(m) => [m.r, m.alpha, m.a, m.b],
            Self::Nbd(m) => [m.r, m.alpha, 0.0, 0.0],
            Self::BgBb(m) | Self::BgBbDated(m) => m.parameters(),
        }
        .map(f64::to_bits);
        let kind = u64::from(self.kind() as u8) << 40 | u64::from(self.unit() as u8) << 32;
        [kind | u64::from(self.regularity().unwrap_or(1)), first, second, third, fourth]
    }

    /// Whether the parameters are positive and finite; to be asked once about a model that was read from outside.
    ///
    /// # Errors
    ///
    /// Names the first parameter that is not.
    pub fn check(&self) -> Result<(), ParameterError> {
        let named = self.parameter_names().iter().zip(self.parameters());
        for (&name, value) in named {
            if !(value > 0.0 && value.is_finite()) {
                return Err(ParameterError { name, value });
            }
        }
        Ok(())
    }

    /// Asks the model, in its own unit of time.
    fn ask<R>(&self, question: impl FnOnce(&dyn Answers) -> R) -> R {
        match self {
            Self::BgNbd(m) => question(&m.family()),
            Self::MbgNbd(m) => question(&m.family()),
            Self::ParetoNbd(m) => question(&m.answers()),
            Self::BgCnbd(m) => question(&m.core()),
            Self::MbgCnbd(m) => question(&m.core()),
            Self::Nbd(m) => question(m),
            Self::BgBb(m) | Self::BgBbDated(m) => question(m),
        }
    }

    fn observed(&self, history: &CustomerHistory) -> Observed {
        let unit = self.unit().days();
        let age = non_negative(history.age_days);
        if let Some(anniversaries) = self.anniversaries(history) {
            let recency = anniversaries.within(non_negative(history.recency_days).min(age));
            return Observed { x: history.repeat_purchases, recency, age: anniversaries.so_far() };
        }
        Observed {
            x: history.repeat_purchases,
            recency: non_negative(history.recency_days).min(age) / unit,
            age: age / unit,
        }
    }

    /// Days ahead of a customer in its own unit, as many as bring what is to come; of anniversaries whole ones.
    fn time(&self, history: &CustomerHistory, days: f64) -> f64 {
        match self.anniversaries(history) {
            Some(anniversaries) => anniversaries.ahead(non_negative(days)),
            None => non_negative(days * history.pace()) / self.unit().days(),
        }
    }

    /// Where a customer stands among the anniversaries that it counts; none where it counts none.
    fn anniversaries(&self, history: &CustomerHistory) -> Option<Anniversaries> {
        let is_dated = matches!(self, Self::BgBbDated(_));
        is_dated.then(|| Anniversaries::new(self.unit(), history.first_day, non_negative(history.age_days)))
    }

    /// Logarithm of the likelihood of a history, as the literature has it: time in the model's unit, without
    /// combinatorial constants.
    #[must_use]
    pub fn log_likelihood(&self, history: &CustomerHistory) -> f64 {
        self.ask(|model| model.log_likelihood(&self.observed(history)))
    }

    /// Probability that the customer has not left by today.
    #[must_use]
    pub fn p_alive(&self, history: &CustomerHistory) -> f64 {
        self.ask(|model| model.p_alive(&self.observed(history)))
    }

    /// Probability that the customer will not have left in `days` from today, whatever they do until then.
    #[must_use]
    pub fn p_alive_after(&self, history: &CustomerHistory, days: f64) -> f64 {
        self.ask(|model| model.p_alive_after(&self.observed(history), self.time(history, days)))
    }

    /// Expected number of purchases in the next `horizon_days`.
    #[must_use]
    pub fn expected_purchases(&self, history: &CustomerHistory, horizon_days: f64) -> f64 {
        self.ask(|model| model.expected_purchases(&self.observed(history), self.time(history, horizon_days)))
    }

    /// Expected number of purchases from today to each of several days ahead, `days_ahead(0) <= days_ahead(1) <= ...`; fills
    /// `expected`. All of them cost little more than the last alone.
    pub(crate) fn expected_purchases_at(
        &self,
        history: &CustomerHistory,
        days_ahead: impl Fn(usize) -> f64,
        expected: &mut [f64],
    ) {
        self.ask(|model| {
            model.expected_purchases_at(
                &self.observed(history),
                &|i| self.time(history, days_ahead(i)),
                expected,
            );
        });
    }

    /// The same of a customer who is alive.
    pub(crate) fn expected_if_alive(
        &self,
        history: &CustomerHistory,
        days_ahead: impl Fn(usize) -> f64,
        expected: &mut [f64],
    ) {
        self.ask(|model| {
            model.expected_if_alive(
                &self.observed(history),
                &|i| self.time(history, days_ahead(i)),
                expected,
            );
        });
    }

    /// Whether what a customer does if they are alive depends on x, T and when they bought last, and not on x and T
    /// alone.
    pub(crate) fn recency_matters_if_alive(&self) -> bool {
        self.ask(|model| model.recency_matters_if_alive())
    }

    pub(crate) fn p_purchase_if_alive(&self, history: &CustomerHistory, horizon_days: f64) -> f64 {
        self.ask(|model| model.p_purchase_if_alive(&self.observed(history), self.time(history, horizon_days)))
    }

    /// [`Self::discounted_purchases`] of a customer who is alive, at a positive rate.
    pub(crate) fn discounted_if_alive(&self, history: &CustomerHistory, yearly_rate: f64) -> f64 {
        let rate = self.continuous(history, yearly_rate);
        self.sooner(history, rate)
            * self.ask(|model| model.discounted_if_alive(&self.observed(history), rate))
    }

    /// How much more is worth what comes on anniversaries than what comes a whole unit after today and so on; 1 where purchases come on any day.
    fn sooner(&self, history: &CustomerHistory, rate: f64) -> f64 {
        self.anniversaries(history).map_or(1.0, |anniversaries| {
            (rate * (1.0 - anniversaries.days_until(1.0) / self.unit().days())).exp()
        })
    }

    /// A yearly discount rate as a continuous one per unit of the model's time, which ends sooner the faster it goes.
    fn continuous(&self, history: &CustomerHistory, yearly_rate: f64) -> f64 {
        let pace = if self.anniversaries(history).is_some() { 1.0 } else { history.pace() };
        yearly_rate.ln_1p() / DAYS_PER_YEAR * self.unit().days() / pace
    }

    /// Probabilities of exactly 0, 1, 2, ... purchases in the next `horizon_days`; fills `out`. The rest to 1 is the
    /// probability of more.
    pub fn purchase_probabilities(&self, history: &CustomerHistory, horizon_days: f64, out: &mut [f64]) {
        self.ask(|model| {
            model.purchase_probabilities(&self.observed(history), self.time(history, horizon_days), out);
        });
    }

    /// Probability of at least one purchase in the next `horizon_days`; its complement is the probability of churn.
    #[must_use]
    pub fn p_purchase_within(&self, history: &CustomerHistory, horizon_days: f64) -> f64 {
        self.ask(|model| model.p_purchase_within(&self.observed(history), self.time(history, horizon_days)))
    }

    /// Days within which the next purchase comes with probability `q`, if one comes at all; 0.5 is the median.
    ///
    /// `None` if `q` is not within [0, 1) or the wait is longer than any number.
    #[must_use]
    pub fn wait_quantile_days(&self, history: &CustomerHistory, q: f64) -> Option<f64> {
        let valid = (0.0..1.0).contains(&q);
        let wait = self.ask(|model| model.wait_quantile(&self.observed(history), q));
        let wait = match self.anniversaries(history) {
            Some(anniversaries) if wait.is_finite() => anniversaries.days_until(wait),
            _ => wait * self.unit().days() / history.pace(),
        };
        (valid && wait.is_finite()).then_some(wait)
    }

    /// Expected number of all purchases ahead, each discounted from its own time at `yearly_rate` (0.1 is 10 % a year): what
    /// lifetime value for ever is made of (DERT).
    ///
    /// `None` unless the rate is positive: without a discount the sum may be infinite.
    #[must_use]
    pub fn discounted_purchases(&self, history: &CustomerHistory, yearly_rate: f64) -> Option<f64> {
        if !(yearly_rate > 0.0 && yearly_rate.is_finite()) {
            return None;
        }
        let rate = self.continuous(history, yearly_rate);
        let sum = self.ask(|model| model.discounted_purchases(&self.observed(history), rate));
        let sum = self.sooner(history, rate) * sum;
        sum.is_finite().then_some(sum)
    }
}

impl CustomerHistory {
    /// A customer who has just made their first purchase.
    pub const NEW: Self =
        Self { repeat_purchases: 0, recency_days: 0.0, age_days: 0.0, first_day: None, pace: 1.0 };

    /// The same of somebody of whom what is to come comes at this pace.
    #[must_use]
    pub const fn at_pace(self, pace: f64) -> Self {
        Self { pace, ..self }
    }

    fn pace(&self) -> f64 {
        if self.pace > 0.0 && self.pace.is_finite() { self.pace } else { 1.0 }
    }
}

/// The number, or 0 if it is negative or none; times beyond any calendar stay finite.
pub(crate) const fn non_negative(days: f64) -> f64 {
    /// Ten billion years.
    const LONGEST_DAYS: f64 = 4e12;
    // `max` gives the other operand for NaN.
    days.max(0.0).min(LONGEST_DAYS)
}
