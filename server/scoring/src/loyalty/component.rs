//! What a score is made of, and how much each part counts.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Number of components.
pub const COMPONENTS: usize = 9;

/// A part of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Component {
    /// What they answered about satisfaction (CSAT).
    Satisfaction,
    /// What they answered about how easy it was (CES).
    Ease,
    /// How likely they say they are to recommend (NPS).
    Recommendation,
    /// What they answered about trust.
    Trust,
    /// Share of their orders that were not at a discount.
    FullPrice,
    /// Customers whom they have brought: 1 - exp(-number).
    Referral,
    /// Probability that they still are a customer, times the rank of how often they buy.
    Repeat,
    /// Rank of what they spend.
    Value,
    /// Share of the last 13 weeks in which they bought, answered or came by.
    Engagement,
}

/// What a component is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// What they say.
    Attitude,
    /// What they do.
    Behaviour,
}

impl Component {
    /// All of them, in the order of the enumeration.
    pub const ALL: [Self; COMPONENTS] = [
        Self::Satisfaction,
        Self::Ease,
        Self::Recommendation,
        Self::Trust,
        Self::FullPrice,
        Self::Referral,
        Self::Repeat,
        Self::Value,
        Self::Engagement,
    ];

    /// Its place among all.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// What it is of. Discounts lower the bond, not the behaviour.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Satisfaction | Self::Ease | Self::Recommendation | Self::Trust | Self::FullPrice => {
                Side::Attitude
            }
            Self::Referral | Self::Repeat | Self::Value | Self::Engagement => Side::Behaviour,
        }
    }

    /// The name as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Satisfaction => "satisfaction",
            Self::Ease => "ease",
            Self::Recommendation => "recommendation",
            Self::Trust => "trust",
            Self::FullPrice => "full_price",
            Self::Referral => "referral",
            Self::Repeat => "repeat",
            Self::Value => "value",
            Self::Engagement => "engagement",
        }
    }
}

/// Where places are cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cut {
    /// At the medians of everybody's attitude and behaviour.
    #[default]
    Medians,
    /// At 50.
    Fifty,
}

/// How a score is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoyaltyModel {
    /// How much each component counts, by [`Component::index`]; not negative, of any sum above 0.
    pub weights: [f64; COMPONENTS],
    /// Days after which an answer counts half.
    pub half_life_days: f64,
    /// Answers of the mean of their segment that everybody is given beside their own.
    pub pseudo_answers: f64,
    /// Where places are cut.
    pub cut: Cut,
}

/// Why a model is none. The sentence is complete once the field's name stands before it.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ModelProblem {
    /// A weight that is none.
    #[error("has the weight {1} for {0}; weights are 0 or more and at most 1000")]
    Weight(&'static str, f64),
    /// Nothing counts.
    #[error("has weights that sum to nothing; give one component more than 0")]
    NoWeight,
    /// Answers that never fade or at once.
    #[error("has a half-life of {0} days; choose 1 to 3650")]
    HalfLife(f64),
    /// Beliefs that are none.
    #[error("has {0} pseudo-answers; choose 0.01 to 100")]
    PseudoAnswers(f64),
}

impl Default for LoyaltyModel {
    fn default() -> Self {
        Self {
            weights: [0.20, 0.10, 0.15, 0.0, 0.05, 0.10, 0.25, 0.10, 0.10],
            half_life_days: 180.0,
            pseudo_answers: 1.0,
            cut: Cut::Medians,
        }
    }
}

impl LoyaltyModel {
    /// Refuses what makes no score.
    ///
    /// # Errors
    /// [`ModelProblem`].
    pub fn check(&self) -> Result<(), ModelProblem> {
        for component in Component::ALL {
            let weight = self.weight(component);
            if !(0.0..=1_000.0).contains(&weight) {
                return Err(ModelProblem::Weight(component.name(), weight));
            }
        }
        if self.weights.iter().sum::<f64>() <= 0.0 {
            return Err(ModelProblem::NoWeight);
        }
        if !(1.0..=3_650.0).contains(&self.half_life_days) {
            return Err(ModelProblem::HalfLife(self.half_life_days));
        }
        if !(0.01..=100.0).contains(&self.pseudo_answers) {
            return Err(ModelProblem::PseudoAnswers(self.pseudo_answers));
        }
        Ok(())
    }

    /// How much a component counts.
    #[must_use]
    pub const fn weight(&self, component: Component) -> f64 {
        self.weights[component.index()]
    }

    /// How much an answer counts after so many days.
    #[must_use]
    pub fn fading(&self, days: f64) -> f64 {
        (-days / self.half_life_days).exp2()
    }
}
