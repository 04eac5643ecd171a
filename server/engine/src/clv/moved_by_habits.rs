//! Why a customer is more or less likely to come back than models say, and comes faster or slower than they expect.

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

/// How a customer's habits move the pace at which they come, beside what models say.
#[derive(Clone, Debug, PartialEq)]
pub struct MovedPace {
    /// The pace: 1 as models expect.
    pub pace: f64,
    /// How much what habits say counts in that, of 1.
    pub weight: f64,
    /// What is said of everybody, in the logarithm of the pace.
    pub of_everybody: f64,
    /// What each habit moves, the most first; with what is said of everybody they have the sum of all that habits say.
    pub habits: Vec<MovedBy>,
}

/// What one habit moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovedBy {
    /// Which.
    pub habit: Habit,
    /// What it is of this customer; none where they have none.
    pub value: Option<f64>,
    /// By how much it moves the log-odds of another purchase, or the logarithm of the pace.
    pub moved: f64,
}

impl MovedOdds {
    /// Of a customer by models with a learner beside them; none where that moves no odds.
    pub(crate) fn of(models: &Ensemble, known: &Known) -> Option<Self> {
        let (learner, habits) = (models.learner()?, known.habits.as_ref()?);
        if learner.weight() <= 0.0 {
            return None;
        }
        let alive_before = models.mean_probability(|model| model.p_alive(&known.history));
        let attribution = learner.attribution(habits, alive_before);
        let values = habits.values(alive_before);
        Some(Self {
            weight: learner.weight(),
            alive_before,
            of_everybody: attribution.of_everybody,
            habits: sorted(&attribution, &values),
        })
    }
}

impl MovedPace {
    /// Of a customer by models with a learner beside them; none where that tells no paces.
    pub(crate) fn of(models: &Ensemble, known: &Known) -> Option<Self> {
        let (learner, habits) = (models.learner()?, known.habits.as_ref()?);
        let own = learner.pace()?;
        let attribution = own.attribution(habits);
        Some(Self {
            pace: learner.pace_of(habits),
            weight: own.weight(),
            of_everybody: attribution.of_everybody,
            // Whether they still are a customer is not asked.
            habits: sorted(&attribution, &habits.values(f64::NAN)),
        })
    }
}

/// What moves something, the most first.
fn sorted(attribution: &Attribution, values: &[Option<f64>]) -> Vec<MovedBy> {
    let moved = Habit::ALL.into_iter().zip(attribution.of_habits).zip(values);
    let all = moved.map(|((habit, moved), &value)| MovedBy { habit, value, moved });
    let mut all: Vec<MovedBy> = all.filter(|by| by.moved.abs() > 0.0).collect();
    all.sort_by(|a, b| b.moved.abs().total_cmp(&a.moved.abs()));
    all
}
