//! What models said of a customer on a past day, and what came: what is learned from.

use super::habit::Looked;
use super::habits::Habits;
use super::shift::Shift;

/// Probabilities are at least this far from 0 and 1.
pub(super) const LEAST_PROBABILITY: f64 = 1e-6;

/// What models said of one customer on a landmark, and what came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// Who, by a number in which even and odd have no meaning.
    pub customer: u64,
    /// Their habits on that day.
    pub habits: Habits,
    /// How probable the models said it was that they were a customer.
    pub alive: f64,
    /// How probable the models said a purchase was.
    pub returns: f64,
    /// How many purchases they expected.
    pub expected: f64,
    /// How many came.
    pub came: u32,
}

impl Example {
    /// Whether one did.
    pub(super) const fn came_back(&self) -> bool {
        self.came > 0
    }

    pub(super) fn looked(&self) -> Looked {
        self.habits.with_alive(self.alive)
    }

    /// The probability of a purchase, of which there are odds.
    pub(super) fn returns(&self) -> f64 {
        self.returns.clamp(LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
    }

    /// How much likelier trees made what came than models did.
    pub(super) fn ratio(&self, by_trees: Shift) -> f64 {
        let p = self.returns();
        if self.came_back() { by_trees.factor(p) } else { by_trees.of_rest(1.0 - p) / (1.0 - p) }
    }
}
