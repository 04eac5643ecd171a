//! What a customer does if they are alive, and a memory of it: nearly all the work of a prediction.
//!
//! For nearly every model it depends on x and T alone, and a million customers have some ten thousand different ones. An answer
//! is computed once for all who are alike, and an interval needs it of five models.

use super::lifetime_value::{Ahead, purchases_if_alive};
use crate::clv::{CustomerHistory, PurchaseModel, PurchaseModelKind};
use crate::statistics::numerics::kept::Kept;
use std::hash::BuildHasher as _;
use std::sync::LazyLock;

/// What a customer does if they are alive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct IfAlive {
    /// Of a purchase within the horizon, for ever of any.
    pub(super) returns: f64,
    pub(super) purchases: Option<f64>,
    pub(super) discounted: Option<f64>,
}

impl IfAlive {
    pub(super) fn of(model: &PurchaseModel, ahead: &Ahead, history: &CustomerHistory) -> Self {
        match ahead {
            Ahead::Within(plan) => {
                let within = purchases_if_alive(model, plan, history);
                Self {
                    returns: model.p_purchase_if_alive(history, plan.horizon_days()),
                    purchases: Some(within.expected),
                    discounted: Some(within.discounted),
                }
            }
            Ahead::Forever { yearly_rate } => Self {
                returns: model.p_purchase_if_alive(history, f64::INFINITY),
                purchases: None,
                discounted: Some(model.discounted_if_alive(history, *yearly_rate)).filter(|d| d.is_finite()),
            },
        }
    }
}

/// What matters of a history: repeat purchases, and the bits of its age, of its pace and, for some models, of its recency or its first day.
type Alike = (u32, u64, u64, u64);

fn alike(model: &PurchaseModel, history: &CustomerHistory) -> Alike {
    let bits = match history.first_day {
        // Anniversaries come on days of their own.
        Some(first) if model.kind() == PurchaseModelKind::BgBbDated => 1 + u64::from(first.cast_unsigned()),
        _ if model.recency_matters_if_alive() => history.recency_days.to_bits(),
        _ => 0.0_f64.to_bits(),
    };
    (history.repeat_purchases, history.age_days.to_bits(), history.pace.to_bits(), bits)
}

/// What was computed for customers who are alike. It never changes an answer, only when it comes.
#[derive(Debug)]
pub enum Memory {
    /// For one walk over many customers: good for one [`Ahead`] and the models it is used with, in one order.
    Own(OwnMemory),
    /// For single questions: one memory of bounded size that all of them share, whatever the model and the horizon.
    Shared,
}

impl Default for Memory {
    fn default() -> Self {
        Self::Own(OwnMemory::default())
    }
}

/// Places for customers who are alike, of each model: first, and at most, which is 3 MB. Where more are unlike each other, as at paces of their own, a larger
/// memory is slower than computing.
const FIRST_OWN: usize = 1 << 8;
const MOST_OWN: usize = 1 << 15;

/// In two generations 16 MB.
const MOST_SHARED: usize = 1 << 15;

/// The bits of the model and of how far ahead it looks, and what matters of the history.
type Question = ([u64; 5], [u64; 3], Alike);

static SHARED: LazyLock<Kept<Question, IfAlive>> = LazyLock::new(|| Kept::new(MOST_SHARED));

impl Memory {
    /// `place` says which of the models it is, in the order of the caller.
    pub(super) fn if_alive(
        &mut self,
        place: usize,
        model: &PurchaseModel,
        ahead: &Ahead,
        history: &CustomerHistory,
    ) -> IfAlive {
        let (alike, make) = (alike(model, history), || IfAlive::of(model, ahead, history));
        match self {
            Self::Own(memory) => memory.of_model(place).get_or(alike, make),
            Self::Shared => SHARED.get_or((model.bits(), ahead.bits(), alike), make, |_| true),
        }
    }
}

/// See [`Memory::Own`].
#[derive(Debug, Default)]
pub struct OwnMemory(Vec<Remembered>);

impl OwnMemory {
    fn of_model(&mut self, place: usize) -> &mut Remembered {
        if self.0.len() <= place {
            self.0.resize_with(place + 1, Remembered::default);
        }
        &mut self.0[place]
    }
}

/// Answers, each in the place that its question has: whoever comes later to the same place takes it.
#[derive(Debug, Default)]
struct Remembered {
    /// None at all, or a power of two.
    places: Vec<Option<(Alike, IfAlive)>>,
    taken: usize,
}

impl Remembered {
    fn place_of(&self, alike: &Alike) -> usize {
        foldhash::fast::FixedState::default().hash_one(alike) as usize & (self.places.len() - 1)
    }

    fn get_or(&mut self, alike: Alike, make: impl FnOnce() -> IfAlive) -> IfAlive {
        // Half of them empty, until there are as many as there may be.
        if 2 * self.taken >= self.places.len() && self.places.len() < MOST_OWN {
            self.grow();
        }
        let place = self.place_of(&alike);
        match self.places[place] {
            Some((known, answer)) if known == alike => answer,
            other => {
                let answer = make();
                self.taken += usize::from(other.is_none());
                self.places[place] = Some((alike, answer));
                answer
            }
        }
    }

    fn grow(&mut self) {
        let more = (2 * self.places.len()).max(FIRST_OWN);
        let known = std::mem::replace(&mut self.places, vec![None; more]);
        self.taken = 0;
        for (alike, answer) in known.into_iter().flatten() {
            let place = self.place_of(&alike);
            self.taken += usize::from(self.places[place].is_none());
            self.places[place] = Some((alike, answer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{ClvPlan, TimeUnit};

    #[test]
    fn a_memory_is_as_large_as_it_may_be_and_forgets_the_rest() {
        let (mut memory, mut made) = (Remembered::default(), 0);
        let mut ask = |memory: &mut Remembered, n: u32| {
            let make = || {
                made += 1;
                IfAlive { returns: f64::from(n), purchases: None, discounted: None }
            };
            assert!((memory.get_or((n, 0, 0, 0), make).returns - f64::from(n)).abs() < 1e-12, "{n}");
            made
        };
        assert_eq!((ask(&mut memory, 7), ask(&mut memory, 7)), (1, 1));
        assert_eq!(memory.places.len(), FIRST_OWN);
        for n in 0..3 * MOST_OWN as u32 {
            ask(&mut memory, n);
        }
        assert_eq!(memory.places.len(), MOST_OWN);
        assert!(memory.taken <= MOST_OWN && 10 * memory.taken > 9 * MOST_OWN, "{}", memory.taken);
        let last = 3 * MOST_OWN as u32 - 1;
        let before = ask(&mut memory, last);
        assert_eq!(ask(&mut memory, last), before);
    }

    #[test]
    fn what_is_remembered_is_what_is_found_anew_whatever_was_asked_before() {
        let kinds = PurchaseModelKind::OF_PURCHASE_DAYS.map(|kind| {
            [TimeUnit::Week, TimeUnit::Day].map(|unit| PurchaseModel::new(kind, [0.8, 9.0, 0.7, 2.4], unit))
        });
        let regular = kinds.as_flattened().iter().map(|model| model.with_regularity(2));
        let models: Vec<PurchaseModel> = kinds.as_flattened().iter().copied().chain(regular).collect();
        let aheads = [
            Ahead::Within(ClvPlan::of_months(365.0, 0.1).unwrap()),
            Ahead::Within(ClvPlan::of_months(365.0, 0.0).unwrap()),
            Ahead::Within(ClvPlan::of_steps(365.0, 1, 0.1).unwrap()),
            Ahead::Within(ClvPlan::of_steps(1.0, 365, 0.1).unwrap()),
            Ahead::Forever { yearly_rate: 0.1 },
        ];
        let histories = [(0, 0.0, 30.0), (0, 0.0, 31.0), (3, 20.0, 30.0), (3, 29.0, 30.0)];
        for _ in 0..2 {
            for (place, model) in models.iter().enumerate() {
                for ahead in &aheads {
                    let mut own = Memory::default();
                    for (repeat_purchases, recency_days, age_days) in histories {
                        let history = CustomerHistory {
                            repeat_purchases,
                            recency_days,
                            age_days,
                            first_day: None,
                            pace: 1.0,
                        };
                        let anew = IfAlive::of(model, ahead, &history);
                        assert_eq!(Memory::Shared.if_alive(place, model, ahead, &history), anew);
                        assert_eq!(own.if_alive(place, model, ahead, &history), anew);
                    }
                }
            }
        }
    }
}
