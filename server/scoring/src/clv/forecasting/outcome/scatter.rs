//! How far customers together scatter around what is expected of them, each by themselves.
//!
//! Customers of a model do what they do independently of each other, given its parameters, so variances add up:
//!
//! ```text
//! Var[sum_i N_i] = sum_i sum_m w_m Var[N_i | model m]                                                          (1)
//! ```
//!
//! over the members of an ensemble. That its members differ is no scatter of single customers but uncertainty that all of them share,
//! and is no part of this.
//!
//! A customer's variance takes their whole distribution, some twenty times the work of an expectation, for each member. Of many customers
//! an even part is enough: variance and expectation of the part have the same ratio as those of all (Cochran, *Sampling Techniques*, 3rd
//! ed., 1977, section 6.1). So are some of the members for each of them, taken by weight and others for others; and of so many customers
//! scatter is the smallest part of what is uncertain.

use super::counts::PurchaseCounts;
use super::spend::Worth;
use crate::clv::learner::shift::Shift;
use crate::clv::{Ensemble, Known, Member, PurchaseModel};

/// Sums over customers of what is expected of each, and of its variance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scatter {
    purchases: Sum,
    spend: Sum,
    /// Customers whose spend is expected to be no number.
    without_spend: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sum {
    mean: f64,
    variance: f64,
}

impl Sum {
    fn add(&mut self, weight: f64, (mean, variance): (f64, f64)) {
        self.mean += weight * mean;
        self.variance += weight * variance;
    }

    /// The variance of a sum of which this is an even part.
    fn variance_of(&self, whole: f64) -> f64 {
        if self.mean > 0.0 { self.variance * (whole / self.mean) } else { 0.0 }
    }
}

/// Means of a customer's purchases and of their square, by one model, and the probability of any.
fn purchases_and_square(model: &PurchaseModel, known: &Known, horizon_days: f64) -> (f64, f64, f64) {
    let counts = PurchaseCounts::of_model(model, &known.history, horizon_days);
    if !counts.is_whole() {
        // Of a customer beyond all customers: rates that spread as a gamma distribution of what is known of them.
        let mean = model.expected_purchases(&known.history, horizon_days);
        let shape = 1.0 + f64::from(known.history.repeat_purchases);
        let returns = model.p_purchase_within(&known.history, horizon_days);
        return (mean, mean + mean * mean * (1.0 + shape.recip()), returns);
    }
    let returns = 1.0 - counts.probabilities().first().copied().unwrap_or(1.0);
    let numbered = (0_u32..).zip(counts.probabilities());
    let (mean, square) = numbered.fold((0.0, 0.0), |(first, second), (n, probability)| {
        let n = f64::from(n);
        (first + n * probability, second + n * n * probability)
    });
    (mean, square, returns)
}

impl Scatter {
    /// Of one customer, within the next `horizon_days`, by all members.
    #[must_use]
    pub fn of(models: &Ensemble, horizon_days: f64, known: &Known) -> Self {
        let all = models.members().iter().map(|member| (member.weight, member));
        Self::by(all, models.shift(known), horizon_days, known)
    }

    /// The same by `count` members that are taken by weight, evenly from `start` in [0, 1) on: with an even spread of starts, whatever
    /// is expected of many customers together is what all members expect. By all of them where `count` is not less.
    #[must_use]
    pub fn of_some(
        models: &Ensemble,
        (count, start): (usize, f64),
        horizon_days: f64,
        known: &Known,
    ) -> Self {
        if count >= models.members().len() {
            return Self::of(models, horizon_days, known);
        }
        let share = 1.0 / count.max(1) as f64;
        let mut below = 0.0;
        let mut wanted = start * share;
        let taken = models.members().iter().filter_map(|member| {
            below += member.weight;
            let mut times = 0.0;
            while wanted < below {
                (wanted, times) = (wanted + share, times + 1.0);
            }
            (times > 0.0).then_some((times * share, member))
        });
        Self::by(taken, models.shift(known), horizon_days, known)
    }

    fn by<'m>(
        members: impl Iterator<Item = (f64, &'m Member)>,
        shift: Shift,
        horizon_days: f64,
        known: &Known,
    ) -> Self {
        let mut scatter = Self::default();
        let mut has_spend = true;
        for (weight, Member { pair, .. }) in members {
            let (mean, square, returns) = purchases_and_square(&pair.purchases, known, horizon_days);
            let factor = shift.factor(returns);
            let (mean, square) = (factor * mean, factor * square);
            scatter.purchases.add(weight, (mean, (square - mean * mean).max(0.0)));
            let worth = pair.value.and_then(|value| Worth::of(&value, known));
            match worth.and_then(|worth| worth.moments(mean, square)) {
                Some(moments) => scatter.spend.add(weight, moments),
                None => has_spend = false,
            }
        }
        scatter.without_spend = u64::from(!has_spend);
        scatter
    }

    /// Adds other customers.
    pub fn merge(&mut self, other: &Self) {
        self.purchases.add(1.0, (other.purchases.mean, other.purchases.variance));
        self.spend.add(1.0, (other.spend.mean, other.spend.variance));
        self.without_spend += other.without_spend;
    }

    /// The variance of the purchases of all customers, of whom these are an even part and of whom `expected` purchases are expected.
    pub(super) fn variance_of_purchases(&self, expected: f64) -> f64 {
        self.purchases.variance_of(expected)
    }

    /// The same of their spend; `None` where somebody's is no number.
    pub(super) fn variance_of_spend(&self, expected: f64) -> Option<f64> {
        (self.without_spend == 0).then(|| self.spend.variance_of(expected))
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "whole numbers, and what no rounding touches")]
mod tests {
    use super::*;
    use crate::clv::{CustomerHistory, GammaGamma, Pair, PurchaseModelKind, TimeUnit};

    const KNOWN: Known = Known {
        history: CustomerHistory {
            repeat_purchases: 2,
            recency_days: 20.0,
            age_days: 38.0,
            first_day: None,
            pace: 1.0,
        },
        mean_value: Some(30.0),
        habits: None,
    };
    const VALUE: GammaGamma = GammaGamma::new(6.25, 3.74, 15.44);

    fn nbd(r: f64, alpha: f64) -> PurchaseModel {
        PurchaseModel::new(PurchaseModelKind::Nbd, [r, alpha], TimeUnit::Day)
    }

    fn near(found: f64, wanted: f64) {
        assert!((found / wanted - 1.0).abs() < 1e-4, "{found}, not {wanted}");
    }

    #[test]
    fn variances_are_those_of_the_negative_binomial_distribution() {
        let one = Ensemble::from(Pair { purchases: nbd(0.8, 12.0), value: Some(VALUE) });
        let scatter = Scatter::of(&one, 100.0, &KNOWN);
        // Shape 2.8 and 100 days at a scale of 50: mean 5.6, variance 5.6 (1 + 2).
        near(scatter.purchases.mean, 5.6);
        near(scatter.purchases.variance, 16.8);
        // Of the spend by the law of total variance: q' = 16.24, g = 75.44.
        let (worth, rest) = (6.25 * 75.44 / 15.24, 15.24 / 14.24);
        let square = worth * worth * rest * (16.8 + 5.6 * 5.6 + 5.6 / 6.25);
        near(scatter.spend.mean, worth * 5.6);
        near(scatter.spend.variance, square - (worth * 5.6).powi(2));
    }

    #[test]
    fn that_models_differ_is_no_scatter() {
        let models = [(1.0, nbd(0.8, 12.0)), (1.0, nbd(5.2, 42.0))];
        let both = Ensemble::weighted(models, Some(VALUE)).unwrap();
        let each = models.map(|(_, model)| {
            Scatter::of(&Pair { purchases: model, value: Some(VALUE) }.into(), 100.0, &KNOWN)
        });
        let scatter = Scatter::of(&both, 100.0, &KNOWN);
        near(scatter.purchases.variance, 0.5 * (each[0].purchases.variance + each[1].purchases.variance));
        near(scatter.spend.variance, 0.5 * (each[0].spend.variance + each[1].spend.variance));
    }

    #[test]
    fn some_members_for_each_of_many_customers_are_all_members_for_all() {
        let models = (0..32).map(|i| (f64::from(1 + i % 3), nbd(0.2 + 0.1 * f64::from(i), 12.0)));
        let all = Ensemble::weighted(models, Some(VALUE)).unwrap();
        let wanted = Scatter::of(&all, 100.0, &KNOWN);
        for count in [1, 3] {
            let mut mean = Scatter::default();
            let starts = 640;
            for i in 0..starts {
                let start = (f64::from(i) + 0.5) / f64::from(starts);
                mean.merge(&Scatter::of_some(&all, (count, start), 100.0, &KNOWN));
            }
            for (found, wanted) in [(mean.purchases, wanted.purchases), (mean.spend, wanted.spend)] {
                let each = |sum: f64| sum / f64::from(starts);
                assert!((each(found.mean) / wanted.mean - 1.0).abs() < 0.005, "{count}: {found:?}");
                assert!((each(found.variance) / wanted.variance - 1.0).abs() < 0.005, "{count}: {found:?}");
            }
        }
        assert_eq!(Scatter::of_some(&all, (32, 0.3), 100.0, &KNOWN), wanted);
    }

    #[test]
    fn a_part_stands_for_all_by_what_is_expected() {
        let one = Ensemble::from(Pair { purchases: nbd(0.8, 12.0), value: Some(VALUE) });
        let mut part = Scatter::default();
        assert_eq!((part.variance_of_purchases(0.0), part.variance_of_spend(0.0)), (0.0, Some(0.0)));
        for _ in 0..10 {
            part.merge(&Scatter::of(&one, 100.0, &KNOWN));
        }
        near(part.variance_of_purchases(560.0), 1_680.0);
        near(part.variance_of_spend(10.0 * part.spend.mean).unwrap(), 10.0 * part.spend.variance);
        part.merge(&Scatter::of(&Pair { purchases: nbd(0.8, 12.0), value: None }.into(), 100.0, &KNOWN));
        assert_eq!(part.variance_of_spend(1.0), None);
    }

    #[test]
    fn a_customer_beyond_all_customers_scatters_as_well() {
        let history = CustomerHistory {
            repeat_purchases: 5_000,
            recency_days: 364.0,
            age_days: 365.0,
            first_day: None,
            pace: 1.0,
        };
        let one = Ensemble::from(Pair { purchases: nbd(1.0, 1.0), value: None });
        let scatter = Scatter::of(&one, 18_250.0, &Known { history, mean_value: None, habits: None });
        let mean = 5_001.0 / 366.0 * 18_250.0;
        near(scatter.purchases.mean, mean);
        near(scatter.purchases.variance, mean + mean * mean / 5_001.0);
    }
}
