//! What a fit says: its progress, its result with all that decides whether to trust it, or why there is none.

use crate::clv::PurchaseModel;
use serde::{Deserialize, Serialize};

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Termination {
    /// At a maximum: the gradient vanishes and the Hessian is negative definite.
    Converged,
    /// At a maximum on the border: at least one parameter is held at the end of its range.
    ConvergedAtBound,
    /// No step improves any more although the gradient does not quite vanish.
    NoProgress,
    /// Too many iterations.
    IterationLimit,
    /// There was no search: the model was not fitted to anything.
    NotFitted,
}

impl Termination {
    pub(crate) const fn converged(self) -> bool {
        matches!(self, Self::Converged | Self::ConvergedAtBound)
    }
}

/// A parameter of a model, to name it in a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// Shape of the purchase rates.
    R,
    /// Rate parameter of the purchase rates.
    Alpha,
    /// First parameter of dropout.
    A,
    /// Second parameter of dropout.
    B,
    /// Shape of the dropout rates.
    S,
    /// Rate parameter of the dropout rates; second parameter of the use of opportunities.
    Beta,
    /// Second parameter of dropout at opportunities.
    Delta,
    /// Shape of one customer's purchase values.
    P,
    /// Shape of the values over customers.
    Q,
    /// IntervalScale of the values over customers.
    Gamma,
}

/// Fewer customers than this say nothing about four parameters.
pub const MIN_CUSTOMERS: u64 = 10;

/// Fewer repeat buyers than this make the estimate a guess, which is said.
pub(crate) const FEW_REPEAT_BUYERS: u64 = 50;

/// With fewer repeat buyers than this a maximum at infinity is as likely chance: not even how often customers buy is known to
/// better than a quarter, and nobody has to have left yet.
pub const FEWEST_AT_INFINITY: u64 = 20;

/// What to know before trusting an estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FitWarning {
    /// Nobody seems ever to leave: the chance to leave is 0 at the maximum, and a and b have no meaning of their own.
    NoDropout,
    /// Everybody seems to leave at the first chance.
    CertainDropout,
    /// A share `a / (a + b)` of the customers seems to leave at the first chance and the others never.
    AllOrNothingDropout,
    /// All customers seem to buy at the same rate: r and alpha only have a ratio.
    HomogeneousRates,
    /// All customers seem to have the same chance to leave: a and b only have a ratio.
    HomogeneousDropout,
    /// Customers seem to use every opportunity until they leave, or none at all.
    CertainUse,
    /// All customers seem to use opportunities with the same probability: alpha and beta only have a ratio.
    HomogeneousUse,
    /// A share `alpha / (alpha + beta)` of the customers seems to use every opportunity and the others none.
    AllOrNothingUse,
    /// All customers seem to have the same mean value.
    HomogeneousValues,
    /// `q` wanted to go to 1 or below, where customers have no mean value; it is held just above.
    PopulationMeanUndefined {
        /// The value it is held at.
        q: f64,
    },
    /// A parameter is held at the end of its range.
    ParameterAtBound {
        /// Which one.
        parameter: Parameter,
    },
    /// The data hardly say anything about a parameter; expectations may still be good.
    WeaklyIdentified {
        /// Which one.
        parameter: Parameter,
    },
    /// The estimate rests on few repeat buyers.
    FewRepeatBuyers {
        /// How many.
        customers: u64,
    },
    /// Customers who buy many times as often as anybody else were left out of the fit, and of that of the values beside it.
    OutliersLeftOut {
        /// How many.
        customers: u64,
        /// Their fewest repeat purchases.
        repeat_purchases_at_least: u32,
    },
    /// None of the customers with a value of an attribute came back: how rarely they do, and how readily they leave, cannot be
    /// told.
    NobodyCameBack {
        /// The attribute.
        attribute: String,
        /// The value.
        value: String,
        /// How many have it.
        customers: u64,
    },
    /// A coefficient of a covariate is held at the end of its range: its value separates customers who buy from those who do
    /// not, or those who stay from those who leave.
    CoefficientAtBound {
        /// Its name.
        coefficient: String,
    },
    /// The data hardly say anything about a coefficient of a covariate.
    CoefficientUnknown {
        /// Its name.
        coefficient: String,
    },
    /// Repeat buyers whose purchases are worth a great many times those of anybody else were left out of the fit.
    ValueOutliersLeftOut {
        /// How many.
        customers: u64,
        /// Their lowest mean value.
        mean_value_at_least: f64,
    },
    /// Values and numbers of purchases go together, and the model takes them as independent.
    ValueGoesWithFrequency {
        /// Pearson's correlation of the repeat buyers' numbers of purchases and mean values.
        correlation: f64,
        /// How many repeat buyers it is over.
        customers: u64,
    },
    /// Repeat buyers whose purchases were worth nothing were left out of the fit.
    CustomersWithoutValueLeftOut {
        /// How many.
        customers: u64,
    },
}

/// Why there is no estimate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// Too few customers.
    #[error(
        "a purchase model needs at least {needed} customers with a purchase, and there are {customers}; record more, or choose a later day"
    )]
    TooFewCustomers {
        /// How many there are.
        customers: u64,
        /// How many are needed.
        needed: u64,
    },
    /// Too few repeat buyers with a value.
    #[error(
        "a model of purchase values needs at least {needed} repeat buyers who paid something, and there are {customers}; record more, or choose a later day"
    )]
    TooFewRepeatBuyers {
        /// How many there are.
        customers: u64,
        /// How many are needed.
        needed: u64,
    },
    /// Nothing was bought for money.
    #[error(
        "no purchase brought in money, so nothing tells what purchases are worth; record amounts above 0, or choose a later day"
    )]
    NothingPaid,
    /// Nobody bought twice.
    #[error(
        "no customer bought on two different days, so there is no purchase rate to fit; wait for repeat purchases, or choose a later day"
    )]
    NoRepeatBuyers,
    /// Nobody has had an opportunity to buy again.
    #[error(
        "opportunities are calendar {unit}s after that of the first purchase, and no customer has had a whole one yet, so there is nothing to fit; choose a shorter time_unit, or a later day"
    )]
    NoOpportunity {
        /// What an opportunity is: "year".
        unit: &'static str,
    },
    /// Nobody used an opportunity to buy again.
    #[error(
        "no customer bought in a calendar {unit} after that of the first purchase, so there is no use of opportunities to fit; wait for repeat purchases, choose a shorter time_unit, or a later day"
    )]
    NoUse {
        /// What an opportunity is: "year".
        unit: &'static str,
    },
    /// Purchases come on any day.
    #[error(
        "purchases do not come on anniversaries of the first one, so there are no opportunities to count; use a model of purchase days"
    )]
    NoAnniversaries,
    /// The data cannot be what the model is about.
    #[error("{0}")]
    Data(String),
    /// It is not known how regularly customers buy.
    #[error(
        "the days between purchases are not known, so no regularity can be fitted; give the table its regularity, or use a model without one"
    )]
    NoGaps,
    /// No start led to a maximum.
    #[error(
        "the fit did not converge from any of {starts} starts; check the data for customers who are not people, or use another model"
    )]
    NotConverged {
        /// How many were tried.
        starts: u32,
    },
    /// The caller asked to stop.
    #[error("the fit was cancelled; start it again when there is time")]
    Cancelled,
}

/// How far a fit is; heard of at every iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitProgress {
    /// Which start, from 1; the search on the full table counts as one more.
    pub start: u32,
    /// Number of starts.
    pub starts: u32,
    /// Iterations since that start.
    pub iteration: u32,
    /// Log-likelihood there.
    pub log_likelihood: f64,
}

/// Customers by number of repeat purchases 0, 1, ..., 6, and 7 or more: actual and as the model expects them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationHistogram {
    /// Customers in the data.
    pub actual: [f64; 8],
    /// Customers expected by the model, given how old they are.
    pub expected: [f64; 8],
    /// Pearson's chi-square between the two.
    pub chi_square: f64,
    /// Its degrees of freedom: 8 bins less the parameters less 1.
    pub degrees_of_freedom: u32,
}

impl CalibrationHistogram {
    /// Bins in which nobody is expected have no part in chi-square.
    pub(crate) fn new(actual: [f64; 8], expected: [f64; 8], degrees_of_freedom: u32) -> Self {
        let bins = actual.iter().zip(&expected).filter(|&(_, &e)| e > f64::MIN_POSITIVE);
        let chi_square = bins.map(|(a, e)| (a - e) * (a - e) / e).sum();
        Self { actual, expected, chi_square, degrees_of_freedom }
    }
}

impl PurchaseFit {
    /// The most repeat purchases of customers who were not left out as outliers: models of the same people leave out the same.
    #[must_use]
    pub fn most_repeat_purchases(&self) -> u32 {
        let fewest = self.warnings.iter().find_map(|warning| match warning {
            FitWarning::OutliersLeftOut { repeat_purchases_at_least, .. } => Some(*repeat_purchases_at_least),
            _ => None,
        });
        fewest.map_or(u32::MAX, |fewest| fewest.saturating_sub(1))
    }

    /// Whether the maximum is at infinity for some parameter ("nobody ever leaves") and rests on so few repeat buyers that
    /// chance puts it there.
    #[must_use]
    pub fn is_border_of_few(&self) -> bool {
        self.repeat_customers < FEWEST_AT_INFINITY && self.standard_errors.iter().any(Option::is_none)
    }

    /// Whether predictions may rest on the model without anybody's asking: the data determine it, or what they leave open is
    /// settled by beliefs about shops in general.
    #[must_use]
    pub fn may_be_default(&self) -> bool {
        match self.estimation {
            Estimation::MaximumLikelihood => self.is_identified(),
            Estimation::MaximumAPosteriori { .. } => true,
            Estimation::Assumed => false,
        }
    }

    /// Whether the data alone determine the model: no parameter is left to chance or stopped by the end of its range. A solution at
    /// infinity that is recognised ("nobody ever leaves") is determined, since its predictions are, if it rests on
    /// [`FEWEST_AT_INFINITY`] or more: one to nine of two hundred customers who came back say that all are alive and alike.
    #[must_use]
    pub fn is_identified(&self) -> bool {
        self.estimation.is_maximum_likelihood()
            && !self.is_border_of_few()
            && !self.warnings.iter().any(|warning| {
                matches!(
                    warning,
                    FitWarning::WeaklyIdentified { .. }
                        | FitWarning::ParameterAtBound { .. }
                        | FitWarning::NobodyCameBack { .. }
                        | FitWarning::CoefficientAtBound { .. }
                        | FitWarning::CoefficientUnknown { .. }
                )
            })
    }
}

/// What an estimate maximises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Estimation {
    /// The likelihood of the data alone.
    #[default]
    MaximumLikelihood,
    /// The likelihood times weak beliefs about shops in general, for data that determine no model.
    MaximumAPosteriori {
        /// How much of what is known about a new customer's purchases within a year is belief: the variance of their logarithm
        /// that is left over that of the beliefs alone, 0 to 1.
        prior_share: f64,
    },
    /// Nothing: the parameters are assumed.
    Assumed,
}

impl Estimation {
    /// Whether it is the likelihood alone; fits of before there was anything else are.
    #[must_use]
    pub const fn is_maximum_likelihood(&self) -> bool {
        matches!(self, Self::MaximumLikelihood)
    }

    /// How much of what is known about a new customer's purchases is belief about shops in general and not data, in [0, 1].
    #[must_use]
    pub const fn belief_share(&self) -> f64 {
        match *self {
            Self::MaximumLikelihood => 0.0,
            Self::MaximumAPosteriori { prior_share } => prior_share,
            Self::Assumed => 1.0,
        }
    }
}

/// The estimate and what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PurchaseFit {
    /// The model at the maximum.
    pub model: PurchaseModel,
    /// Of what.
    #[serde(default, skip_serializing_if = "Estimation::is_maximum_likelihood")]
    pub estimation: Estimation,
    /// Its log-likelihood in the literature's convention (time in the model's unit, no combinatorial constants).
    pub log_likelihood: f64,
    /// Standard errors of the parameters (delta method); `None` for one that is held or not identified.
    pub standard_errors: Vec<Option<f64>>,
    /// Covariance of the parameters' logarithms; zero for what is held.
    pub covariance_of_log_params: Vec<Vec<f64>>,
    /// Iterations of the search that found it.
    pub iterations: u32,
    /// Why the search ended.
    pub termination: Termination,
    /// What to know before trusting the estimate.
    pub warnings: Vec<FitWarning>,
    /// Customers it rests on.
    pub customers: u64,
    /// Distinct patterns among them.
    pub patterns: u64,
    /// Customers among them with a repeat purchase.
    pub repeat_customers: u64,
    /// How well the model reproduces the data it was fitted to.
    pub calibration: CalibrationHistogram,
}

/// Whether there is anything to estimate from.
///
/// # Errors
///
/// [`FitError`] with fewer than [`MIN_CUSTOMERS`] customers or without a repeat buyer.
pub(crate) fn check_enough(customers: u64, repeat_customers: u64) -> Result<(), FitError> {
    let needed = MIN_CUSTOMERS;
    if customers < needed {
        return Err(FitError::TooFewCustomers { customers, needed });
    }
    if repeat_customers == 0 {
        return Err(FitError::NoRepeatBuyers);
    }
    Ok(())
}
