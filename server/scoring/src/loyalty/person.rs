//! What a score looks at of one customer.

use super::{Component, LoyaltyModel};

/// A question whose answers say what customers think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// CSAT.
    Satisfaction,
    /// CES, of either version.
    Ease,
    /// NPS.
    Recommendation,
    /// Trust.
    Trust,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Satisfaction, Self::Ease, Self::Recommendation, Self::Trust];

    /// Its place among all.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The component that is made of it.
    #[must_use]
    pub const fn component(self) -> Component {
        match self {
            Self::Satisfaction => Component::Satisfaction,
            Self::Ease => Component::Ease,
            Self::Recommendation => Component::Recommendation,
            Self::Trust => Component::Trust,
        }
    }
}

/// Answers older than so many half-lives are forgotten.
const HALF_LIVES: f64 = 3.0;

/// Answers of one customer to one question.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AnswerSum {
    /// What they count together, faded.
    pub weight: f64,
    /// The sum of their values, each times what it counts.
    pub value: f64,
    /// The same of squared values.
    pub square: f64,
}

impl AnswerSum {
    /// Adds an answer of so many days ago: `value` from 0, the worst there is, to 1.
    pub fn add(&mut self, value: f64, days: f64, model: &LoyaltyModel) {
        if days > HALF_LIVES * model.half_life_days {
            return;
        }
        let weight = model.fading(days.max(0.0));
        self.weight += weight;
        self.value += weight * value;
        self.square += weight * value * value;
    }
}

/// What a score looks at of one customer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Person {
    /// Their segment, by its place among all.
    pub segment: u8,
    /// Probability that they still are a customer, and its standard error where that is known.
    pub alive: f64,
    /// Standard error of that; 0 where it is not known.
    pub alive_error: f64,
    /// Orders of 365 days.
    pub orders: u32,
    /// What these came to, in millionths.
    pub spend_micros: i64,
    /// Orders of these that were at a discount.
    pub discounted: u32,
    /// Of the last 13 weeks those in which they bought, answered or came by.
    pub active_weeks: u8,
    /// Customers who came by their recommendation.
    pub referrals: u32,
    /// What they answered.
    pub answers: [AnswerSum; Metric::ALL.len()],
}
