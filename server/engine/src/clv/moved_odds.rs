//! Why a customer is more or less likely to come back than models say.

use lojal_scoring::clv::{Attribution, Ensemble, Habit, Known};

/// How a customer's habits move the odds of another purchase, beside what models say.
#[derive(Clone, Debug, PartialEq)]
pub struct MovedOdds {
    /// How much that counts, of 1; what models say counts the rest.
    pub weight: f64,
    /// What models alone say: the probability that they are a customer.
    pub alive_before: f64,
    /// What is said of everybody, in log-odds.
    pub of_everybody: f64,
    /// What each habit moves, the most first; with what is said of everybody they have the sum of all that is moved.
    pub habits: Vec<MovedBy>,
}

/// What one habit moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovedBy {
    /// Which.
    pub habit: Habit,
    /// What it is of this customer; none where they have none.
    pub value: Option<f64>,
    /// By how much it moves the log-odds of another purchase.
    pub log_odds: f64,
}

impl MovedOdds {
    /// Of a customer by models with a learner beside them; none without.
    pub(crate) fn of(models: &Ensemble, known: &Known) -> Option<Self> {
        let (learner, habits) = (models.learner()?, known.habits.as_ref()?);
        if learner.weight() <= 0.0 {
            return None;
        }
        let alive_before = models.mean(|model| model.p_alive(&known.history));
        let Attribution { of_everybody, of_habits } = learner.attribution(habits, alive_before);
        let values = habits.values(alive_before);
        let moved = Habit::ALL.into_iter().zip(of_habits);
        let all = moved.map(|(habit, log_odds)| MovedBy { habit, value: values[habit as usize], log_odds });
        let mut all: Vec<MovedBy> = all.filter(|by| by.log_odds.abs() > 0.0).collect();
        all.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()));
        Some(Self { weight: learner.weight(), alive_before, of_everybody, habits: all })
    }
}
