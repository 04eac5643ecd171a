//! Everything a purchase model and a value model say of one customer together, with intervals.

use super::ensemble::Ensemble;
use super::if_alive::{IfAlive, Memory};
use super::known::Known;
use super::lifetime_value::Ahead;
use crate::clv::learner::shift::Shift;
use crate::clv::uncertainty::intervals::{ConfidenceInterval, Pair, Uncertainty};
use crate::clv::uncertainty::scale::IntervalScale;
use crate::clv::{CustomerHistory, GammaGamma, PurchaseModel};
use rayon::prelude::*;

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

impl Expected {
    /// What the customer would be worth if they certainly had not left; `None` where no value is known.
    #[must_use]
    pub fn clv_if_alive(&self) -> Option<f64> {
        let clv = self.clv?;
        (self.alive > 0.0).then(|| clv / self.alive)
    }

    /// The worth that hangs on whether they come back: what they are expected to be worth, times the probability that they buy nothing within the
    /// horizon. What is expected of those whom nobody can save is next to nothing, so they are not at the top. It goes by purchases and not by
    /// [`Self::alive`], which of one-time buyers is 1 by models in which nobody leaves before a second purchase. `None` for ever and where no
    /// value is known.
    #[must_use]
    pub fn value_at_risk(&self) -> Option<f64> {
        Some((1.0 - self.purchase_probability?) * self.clv?)
    }
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
pub(super) struct Purchasing {
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

    /// Probability of a purchase within the horizon, for ever of any.
    fn returns(&self) -> f64 {
        self.alive * self.if_alive.returns
    }

    pub(super) fn expected(self, value: Option<f64>, shift: Shift) -> Expected {
        let Self { alive, if_alive } = self;
        let returns = self.returns();
        let factor = shift.factor(returns);
        let times_alive = |answer: Option<f64>| answer.map(|answer| alive * answer * factor);
        let clv = times_alive(if_alive.discounted).zip(value).map(|(purchases, value)| purchases * value);
        Expected {
            alive: shift.of(alive),
            purchase_probability: if_alive.purchases.map(|_| (returns * factor).min(1.0)),
            purchases: times_alive(if_alive.purchases),
            value,
            clv,
        }
    }
}

/// What a purchase of a customer is worth by one pair after the other, nearly all of which have the same of values.
pub(super) struct ValueByPair<'k> {
    known: &'k Known,
    last: Option<(GammaGamma, Option<f64>)>,
}

impl<'k> ValueByPair<'k> {
    pub(super) const fn of(known: &'k Known) -> Self {
        Self { known, last: None }
    }

    pub(super) fn by(&mut self, pair: &Pair) -> Option<f64> {
        let value = pair.value?;
        if let Some((_, worth)) = self.last.filter(|(last, _)| *last == value) {
            return worth;
        }
        let worth = value.expected_next(&self.known.history, self.known.mean_value.unwrap_or(0.0));
        self.last = Some((value, worth));
        worth
    }
}

/// What is expected of a customer by one model alone.
#[must_use]
pub fn expect(pair: &Pair, ahead: &Ahead, known: &Known) -> Expected {
    Purchasing::of(&pair.purchases, ahead, &known.history, None)
        .expected(ValueByPair::of(known).by(pair), Shift::NONE)
}

/// The same of one of many customers by an ensemble, with a memory for those who are alike.
pub fn expect_remembering(base: &Ensemble, ahead: &Ahead, known: &Known, memory: &mut Memory) -> Expected {
    let members = base.members();
    if let ([only], None) = (members, base.learner()) {
        return Purchasing::of(&only.pair.purchases, ahead, &known.history, Some((memory, 0)))
            .expected(ValueByPair::of(known).by(&only.pair), Shift::NONE);
    }
    let each = (0..members.len()).map(|place| {
        let purchases = &members[place].pair.purchases;
        Purchasing::of(purchases, ahead, &known.history, Some((&mut *memory, place)))
    });
    if base.learner().is_none() {
        let (each, mut worth) = (each.zip(members), ValueByPair::of(known));
        return mean(base, each.map(|(one, member)| one.expected(worth.by(&member.pair), Shift::NONE)));
    }
    // Odds move by what all of them say, so all are asked first.
    let each: Vec<Purchasing> = each.collect();
    expected_by(base, &each, known, shift_of(base, &each, known))
}

/// How a customer's odds move, given what each member says.
pub(super) fn shift_of(base: &Ensemble, of_members: &[Purchasing], known: &Known) -> Shift {
    let each = of_members.iter().zip(base.members());
    base.shift_of(known, each.map(|(one, member)| member.weight * one.alive).sum::<f64>().min(1.0))
}

/// What all members expect together, given what each says.
pub(super) fn expected_by(
    base: &Ensemble,
    of_members: &[Purchasing],
    known: &Known,
    shift: Shift,
) -> Expected {
    let (each, mut worth) = (of_members.iter().zip(base.members()), ValueByPair::of(known));
    mean(base, each.map(|(one, member)| one.expected(worth.by(&member.pair), shift)))
}

/// The mean of what each member of an ensemble expects; rounding makes no probability more than sure.
fn mean(base: &Ensemble, each: impl ExactSizeIterator<Item = Expected>) -> Expected {
    let mut each = each.zip(base.members());
    let Some((first, member)) = each.next() else { return Expected::default() };
    let of = |expected: Expected, weight: f64| {
        let weigh = |answer: Option<f64>| answer.map(|answer| weight * answer);
        Expected {
            alive: weight * expected.alive,
            purchase_probability: weigh(expected.purchase_probability),
            purchases: weigh(expected.purchases),
            value: weigh(expected.value),
            clv: weigh(expected.clv),
        }
    };
    let add = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| one + other);
    let mean = each.fold(of(first, member.weight), |sum, (expected, member)| {
        let more = of(expected, member.weight);
        Expected {
            alive: sum.alive + more.alive,
            purchase_probability: add(sum.purchase_probability, more.purchase_probability),
            purchases: add(sum.purchases, more.purchases),
            value: add(sum.value, more.value),
            clv: add(sum.clv, more.clv),
        }
    });
    let purchase_probability = mean.purchase_probability.map(|probability| probability.min(1.0));
    Expected { alive: mean.alive.min(1.0), purchase_probability, ..mean }
}

/// Fills `all` with what each member of an ensemble, and then each of other pairs, says of a customer's purchases: one evaluation for
/// each model that is not a member's.
pub(super) fn purchasing_of_all(
    base: &Ensemble,
    others: &[Pair],
    ahead: &Ahead,
    history: &CustomerHistory,
    memory: &mut Memory,
    all: &mut Vec<Purchasing>,
) {
    let members = base.members();
    all.clear();
    for (place, pair) in members.iter().map(|member| &member.pair).chain(others).enumerate() {
        let known = if place < members.len() {
            None
        } else {
            members.iter().position(|member| member.pair.purchases == pair.purchases)
        };
        all.push(match known {
            Some(member) => all[member],
            None => Purchasing::of(&pair.purchases, ahead, history, Some((&mut *memory, place))),
        });
    }
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
    let base = &Ensemble::from(*pair);
    customers
        .par_iter()
        .with_min_len(piece.max(1))
        .map_init(Memory::default, |memory, known| keep(expect_remembering(base, ahead, known, memory)))
        .collect()
}

/// The intervals of what `base` expects of a customer; one more evaluation of the purchase model a pair, except where it is
/// one of `base`.
pub fn intervals(
    uncertainty: &Uncertainty,
    base: &Ensemble,
    ahead: &Ahead,
    known: &Known,
    memory: &mut Memory,
) -> Intervals {
    let pairs = uncertainty.pairs();
    let mut purchasing = Vec::with_capacity(base.members().len() + pairs.len());
    purchasing_of_all(base, pairs, ahead, &known.history, memory, &mut purchasing);
    let (of_members, of_pairs) = purchasing.split_at(base.members().len());
    let shift = shift_of(base, of_members, known);
    let center = expected_by(base, of_members, known, shift);
    let mut worth = ValueByPair::of(known);
    let values: Vec<Option<f64>> = pairs.iter().map(|pair| worth.by(pair)).collect();
    let as_if = uncertainty.layers(shift);
    let others = as_if
        .flat_map(|shift| of_pairs.iter().zip(&values).map(move |(one, value)| one.expected(*value, shift)));
    let others: Vec<Expected> = others.collect();
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

/// The interval of what `base` says of something that hangs on whether a customer comes back, such as to be one on a later day, by what a
/// model says of it.
#[must_use]
pub fn interval_of_probability(
    uncertainty: &Uncertainty,
    base: &Ensemble,
    known: &Known,
    of: impl Fn(&PurchaseModel) -> f64,
) -> Option<ConfidenceInterval> {
    let (shift, pairs) = (base.shift(known), uncertainty.pairs());
    let mut plain: Vec<f64> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        // Pairs that differ in what purchases are worth buy like the first.
        let known = plain.first().filter(|_| pair.purchases == pairs[0].purchases);
        plain.push(known.copied().unwrap_or_else(|| of(&pair.purchases)));
    }
    let layers = uncertainty.layers(shift);
    let others: Vec<f64> = layers.flat_map(|shift| plain.iter().map(move |&p| shift.of(p))).collect();
    let known_of = |model: &PurchaseModel| pairs.iter().position(|pair| pair.purchases == *model);
    let center = base
        .mean_probability(|model| shift.of(known_of(model).map_or_else(|| of(model), |place| plain[place])));
    uncertainty.interval(IntervalScale::Logit, center, &others)
}
