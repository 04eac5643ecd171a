//! Everything a purchase model and a value model say of one customer together, with intervals.

use super::if_alive::{IfAlive, Memory};
use super::lifetime_value::Ahead;
use crate::clv::uncertainty::intervals::{ConfidenceInterval, IntervalScale, Pair, Uncertainty};
use crate::clv::{CustomerHistory, PurchaseModel};
use rayon::prelude::*;

/// What is known of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// When they bought.
    pub history: CustomerHistory,
    /// Mean value of their repeat purchases in units of currency; `None` without any.
    pub mean_value: Option<f64>,
}

impl Known {
    /// A customer who has just made their first purchase.
    pub const NEW: Self = Self { history: CustomerHistory::NEW, mean_value: None };
}

/// What is expected of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Expected {
    /// Probability that they have not left.
    pub alive: f64,
    /// Probability of a purchase within the horizon; `None` for ever.
    pub purchase_probability: Option<f64>,
    /// Purchases within the horizon; `None` for ever, where they may be infinitely many.
    pub purchases: Option<f64>,
    /// Value of one; `None` without a value model, or where it has no mean.
    pub value: Option<f64>,
    /// Discounted value of all within the horizon.
    pub clv: Option<f64>,
}

/// Intervals of what is expected, each `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Intervals {
    /// Of the probability that they have not left.
    pub alive: Option<ConfidenceInterval>,
    /// Of the probability of a purchase.
    pub purchase_probability: Option<ConfidenceInterval>,
    /// Of the purchases.
    pub purchases: Option<ConfidenceInterval>,
    /// Of the value of one.
    pub value: Option<ConfidenceInterval>,
    /// Of the value of all.
    pub clv: Option<ConfidenceInterval>,
}

/// What does not depend on the value model.
#[derive(Debug, Clone, Copy)]
struct Purchasing {
    alive: f64,
    if_alive: IfAlive,
}

impl Purchasing {
    fn of(
        model: &PurchaseModel,
        ahead: &Ahead,
        history: &CustomerHistory,
        memory: Option<(&mut Memory, usize)>,
    ) -> Self {
        let if_alive = match memory {
            Some((memory, place)) => memory.if_alive(place, model, ahead, history),
            None => IfAlive::of(model, ahead, history),
        };
        Self { alive: model.p_alive(history), if_alive }
    }

    fn with_value(self, value: Option<f64>) -> Expected {
        let Self { alive, if_alive } = self;
        let times_alive = |answer: Option<f64>| answer.map(|answer| alive * answer);
        let clv = times_alive(if_alive.discounted).zip(value).map(|(purchases, value)| purchases * value);
        Expected {
            alive,
            purchase_probability: times_alive(if_alive.purchase_probability),
            purchases: times_alive(if_alive.purchases),
            value,
            clv,
        }
    }
}

fn value_of(pair: &Pair, known: &Known) -> Option<f64> {
    pair.value?.expected_value(known.history.repeat_purchases, known.mean_value.unwrap_or(0.0))
}

/// What is expected of a customer.
#[must_use]
pub fn expect(pair: &Pair, ahead: &Ahead, known: &Known) -> Expected {
    Purchasing::of(&pair.purchases, ahead, &known.history, None).with_value(value_of(pair, known))
}

/// The same of one of many customers, with a memory for those who are alike.
pub fn expect_remembering(pair: &Pair, ahead: &Ahead, known: &Known, memory: &mut Memory) -> Expected {
    Purchasing::of(&pair.purchases, ahead, &known.history, Some((memory, 0)))
        .with_value(value_of(pair, known))
}

/// What is expected of all of many customers, on all threads of the caller's pool; `keep` takes what is of interest, since
/// writing everything down takes as long as computing it.
pub fn expect_all<T: Send>(
    pair: &Pair,
    ahead: &Ahead,
    customers: &[Known],
    keep: impl Fn(Expected) -> T + Sync + Send,
) -> Vec<T> {
    // Each piece has a memory of its own, so few large ones are best; they are halves of halves. Every answer is written where
    // it stays.
    let piece = customers.len() / rayon::current_num_threads().next_power_of_two();
    customers
        .par_iter()
        .with_min_len(piece.max(1))
        .map_init(Memory::default, |memory, known| keep(expect_remembering(pair, ahead, known, memory)))
        .collect()
}

/// The intervals of what `base` expects of a customer; one more evaluation of the purchase model a pair, except where it is
/// that of `base`.
pub fn intervals(
    uncertainty: &Uncertainty,
    base: &Pair,
    ahead: &Ahead,
    known: &Known,
    memory: &mut Memory,
) -> Intervals {
    let purchasing = Purchasing::of(&base.purchases, ahead, &known.history, Some((memory, 0)));
    let center = purchasing.with_value(value_of(base, known));
    let others: Vec<Expected> = (1..)
        .zip(uncertainty.pairs())
        .map(|(place, pair)| {
            let purchasing = if pair.purchases == base.purchases {
                purchasing
            } else {
                Purchasing::of(&pair.purchases, ahead, &known.history, Some((&mut *memory, place)))
            };
            purchasing.with_value(value_of(pair, known))
        })
        .collect();
    let mut answers = Vec::with_capacity(others.len());
    let mut interval = |scale, of: &dyn Fn(&Expected) -> Option<f64>| {
        answers.clear();
        for other in &others {
            answers.push(of(other)?);
        }
        uncertainty.interval(scale, of(&center)?, &answers)
    };
    Intervals {
        alive: interval(IntervalScale::Logit, &|e| Some(e.alive)),
        purchase_probability: interval(IntervalScale::Logit, &|e| e.purchase_probability),
        purchases: interval(IntervalScale::Log, &|e| e.purchases),
        value: interval(IntervalScale::Log, &|e| e.value),
        clv: interval(IntervalScale::Log, &|e| e.clv),
    }
}

/// Sums over customers, as each of several pairs of models expects them: the first is the fitted one, the others those of
/// an [`Uncertainty`].
#[derive(Debug)]
pub struct Totals {
    sums: Vec<Sum>,
    customers: u64,
    memory: Memory,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sum {
    alive: f64,
    purchases: f64,
    clv: f64,
    /// Whether every customer had purchases, and every one a value.
    whole: (bool, bool),
}

impl Totals {
    /// Nobody yet.
    #[must_use]
    pub fn new(uncertainty: Option<&Uncertainty>) -> Self {
        let pairs = 1 + uncertainty.map_or(0, |u| u.pairs().len());
        Self {
            sums: vec![Sum { whole: (true, true), ..Sum::default() }; pairs],
            customers: 0,
            memory: Memory::default(),
        }
    }

    /// Adds a customer.
    pub fn add(&mut self, base: &Pair, uncertainty: Option<&Uncertainty>, ahead: &Ahead, known: &Known) {
        let memory = &mut self.memory;
        let purchasing = Purchasing::of(&base.purchases, ahead, &known.history, Some((memory, 0)));
        let others = uncertainty.map_or(&[][..], Uncertainty::pairs);
        for (place, (sum, pair)) in self.sums.iter_mut().zip(std::iter::once(base).chain(others)).enumerate()
        {
            let purchasing = if pair.purchases == base.purchases {
                purchasing
            } else {
                Purchasing::of(&pair.purchases, ahead, &known.history, Some((&mut *memory, place)))
            };
            let expected = purchasing.with_value(value_of(pair, known));
            sum.alive += expected.alive;
            sum.purchases += expected.purchases.unwrap_or(0.0);
            sum.clv += expected.clv.unwrap_or(0.0);
            sum.whole.0 &= expected.purchases.is_some();
            sum.whole.1 &= expected.clv.is_some();
        }
        self.customers += 1;
    }

    /// Adds the sums over other customers.
    pub fn merge(&mut self, other: &Self) {
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            sum.alive += more.alive;
            sum.purchases += more.purchases;
            sum.clv += more.clv;
            sum.whole = (sum.whole.0 && more.whole.0, sum.whole.1 && more.whole.1);
        }
        self.customers += other.customers;
    }

    /// Customers added.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// Expected customers who have not left, with its interval.
    #[must_use]
    pub fn alive(&self, uncertainty: Option<&Uncertainty>) -> (Option<f64>, Option<ConfidenceInterval>) {
        self.answer(uncertainty, IntervalScale::Among(self.customers), |sum| Some(sum.alive))
    }

    /// Expected purchases, with their interval.
    #[must_use]
    pub fn purchases(&self, uncertainty: Option<&Uncertainty>) -> (Option<f64>, Option<ConfidenceInterval>) {
        self.answer(uncertainty, IntervalScale::Log, |sum| sum.whole.0.then_some(sum.purchases))
    }

    /// Value, with its interval.
    #[must_use]
    pub fn clv(&self, uncertainty: Option<&Uncertainty>) -> (Option<f64>, Option<ConfidenceInterval>) {
        self.answer(uncertainty, IntervalScale::Log, |sum| sum.whole.1.then_some(sum.clv))
    }

    fn answer(
        &self,
        uncertainty: Option<&Uncertainty>,
        scale: IntervalScale,
        of: impl Fn(&Sum) -> Option<f64>,
    ) -> (Option<f64>, Option<ConfidenceInterval>) {
        let Some(center) = self.sums.first().and_then(&of) else { return (None, None) };
        let others: Option<Vec<f64>> = self.sums[1..].iter().map(&of).collect();
        let interval = uncertainty.zip(others).and_then(|(u, others)| u.interval(scale, center, &others));
        (Some(center), interval)
    }
}
