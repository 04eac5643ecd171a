//! What is expected of many customers together, with intervals.

use super::ensemble::Ensemble;
use super::forecast::{Purchasing, ValueByPair, expected_by, purchasing_of_all, shift_of};
use super::if_alive::Memory;
use super::known::Known;
use super::lifetime_value::Ahead;
use crate::clv::uncertainty::intervals::{ConfidenceInterval, Uncertainty};
use crate::clv::uncertainty::scale::IntervalScale;

/// Sums over customers, as each of several pairs of models expects them: first the members of an ensemble, then those of
/// an [`Uncertainty`], with a learner once without it and once as if nothing else counted.
#[derive(Debug)]
pub struct Totals {
    /// Of the members.
    weights: Vec<f64>,
    sums: Vec<Sum>,
    /// Value at risk of each by what all members expect together, which is no mean of what each of them says.
    at_risk: f64,
    customers: u64,
    /// Of the customer being added; kept for its room.
    purchasing: Vec<Purchasing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sum {
    alive: f64,
    purchases: f64,
    spend: f64,
    clv: f64,
    at_risk: f64,
    /// Whether every customer had purchases, and every one a value.
    whole: (bool, bool),
}

impl Totals {
    /// Nobody yet.
    #[must_use]
    pub fn new(base: &Ensemble, uncertainty: Option<&Uncertainty>) -> Self {
        let weights: Vec<f64> = base.members().iter().map(|member| member.weight).collect();
        let pairs = weights.len() + uncertainty.map_or(0, Uncertainty::answers);
        Self {
            weights,
            sums: vec![Sum { whole: (true, true), ..Sum::default() }; pairs],
            at_risk: 0.0,
            customers: 0,
            purchasing: Vec::new(),
        }
    }

    /// Adds a customer, expected by models that are as many as those of the beginning, with a memory for those who are alike.
    pub fn add(
        &mut self,
        base: &Ensemble,
        uncertainty: Option<&Uncertainty>,
        ahead: &Ahead,
        known: &Known,
        memory: &mut Memory,
    ) {
        let others = uncertainty.map_or(&[][..], Uncertainty::pairs);
        purchasing_of_all(base, others, ahead, &known.history, memory, &mut self.purchasing);
        let (of_members, of_pairs) = self.purchasing.split_at(base.members().len());
        let shift = shift_of(base, of_members, known);
        let members = of_members.iter().zip(base.members().iter().map(|member| &member.pair));
        let members = members.map(|(one, pair)| (one, pair, shift));
        let as_if = uncertainty.into_iter().flat_map(|uncertainty| uncertainty.layers(shift));
        let layers =
            as_if.flat_map(|shift| of_pairs.iter().zip(others).map(move |(one, pair)| (one, pair, shift)));
        let together = expected_by(base, of_members, known, shift);
        self.at_risk += together.value_at_risk().unwrap_or(0.0);
        let mut worth = ValueByPair::of(known);
        for (sum, (one, pair, shift)) in self.sums.iter_mut().zip(members.chain(layers)) {
            let expected = one.expected(worth.by(pair), shift);
            sum.at_risk += expected.value_at_risk().unwrap_or(0.0);
            sum.alive += expected.alive;
            sum.purchases += expected.purchases.unwrap_or(0.0);
            sum.spend += expected.purchases.zip(expected.value).map_or(0.0, |(n, value)| n * value);
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
            sum.spend += more.spend;
            sum.clv += more.clv;
            sum.at_risk += more.at_risk;
            sum.whole = (sum.whole.0 && more.whole.0, sum.whole.1 && more.whole.1);
        }
        self.at_risk += other.at_risk;
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
        let all = self.customers as f64;
        let (alive, interval) =
            self.answer(uncertainty, IntervalScale::Among(self.customers), |sum| Some(sum.alive));
        (alive.map(|alive| alive.min(all)), interval)
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

    /// Value that hangs on whether customers come back (see [`Expected::value_at_risk`](crate::clv::Expected::value_at_risk)), with its interval; `None` for ever.
    #[must_use]
    pub fn value_at_risk(
        &self,
        uncertainty: Option<&Uncertainty>,
    ) -> (Option<f64>, Option<ConfidenceInterval>) {
        let whole = |sum: &Sum| (sum.whole.0 && sum.whole.1).then_some(sum.at_risk);
        let (of_members, of_pairs) = self.sums.split_at(self.weights.len().min(self.sums.len()));
        if of_members.iter().any(|sum| whole(sum).is_none()) {
            return (None, None);
        }
        let others: Option<Vec<f64>> = of_pairs.iter().map(whole).collect();
        let interval = uncertainty
            .zip(others)
            .and_then(|(u, others)| u.interval(IntervalScale::Log, self.at_risk, &others));
        (Some(self.at_risk), interval)
    }

    /// Spend within the horizon, undiscounted, with its interval.
    #[must_use]
    pub fn spend(&self, uncertainty: Option<&Uncertainty>) -> (Option<f64>, Option<ConfidenceInterval>) {
        let whole = |sum: &Sum| (sum.whole.0 && sum.whole.1).then_some(sum.spend);
        self.answer(uncertainty, IntervalScale::Log, whole)
    }

    fn answer(
        &self,
        uncertainty: Option<&Uncertainty>,
        scale: IntervalScale,
        of: impl Fn(&Sum) -> Option<f64>,
    ) -> (Option<f64>, Option<ConfidenceInterval>) {
        let (of_members, of_pairs) = self.sums.split_at(self.weights.len().min(self.sums.len()));
        let weighed = of_members.iter().zip(&self.weights).map(|(sum, weight)| Some(weight * of(sum)?));
        let Some(center) = weighed.sum::<Option<f64>>() else { return (None, None) };
        let others: Option<Vec<f64>> = of_pairs.iter().map(&of).collect();
        let interval = uncertainty.zip(others).and_then(|(u, others)| u.interval(scale, center, &others));
        (Some(center), interval)
    }
}
