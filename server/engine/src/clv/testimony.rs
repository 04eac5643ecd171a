//! What models said of customers on a landmark, for a learner to find what they do not see.

use lojal_scoring::clv::{CustomerHistory, Example, Habits, PurchaseModel};

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

/// What models said of one customer, and what came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Testimony {
    customer: u64,
    habits: Habits,
    /// Of each model.
    said: Vec<Said>,
    came: u32,
}

/// What one of them said.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Said {
    /// Probability that they were a customer.
    alive: f64,
    /// Probability of a purchase.
    returns: f64,
    /// Purchases.
    expected: f64,
}

impl Testimony {
    /// Of a customer who is forecast so many days at a pace beside their own; none where nobody looks at habits.
    pub(crate) fn of(witness: &Witness, pace: f64, days: f64, models: &[PurchaseModel]) -> Option<Self> {
        let (habits, history) = (witness.habits?, witness.history.at_pace(pace * witness.own_pace));
        let said = |model: &PurchaseModel| Said {
            alive: model.p_alive(&history),
            returns: model.p_purchase_within(&history, days),
            expected: model.expected_purchases(&history, days),
        };
        Some(Self {
            customer: witness.key,
            habits,
            said: models.iter().map(said).collect(),
            came: u32::try_from(witness.came).unwrap_or(u32::MAX),
        })
    }

    /// What models say together that count so much each, by their places.
    pub(crate) fn example(&self, weights: &[(usize, f64)]) -> Example {
        let mean = |of: fn(&Said) -> f64| {
            weights.iter().map(|&(place, weight)| weight * of(&self.said[place])).sum::<f64>()
        };
        Example {
            customer: self.customer,
            habits: self.habits,
            alive: mean(|said| said.alive),
            returns: mean(|said| said.returns),
            expected: mean(|said| said.expected),
            came: self.came,
        }
    }
}
