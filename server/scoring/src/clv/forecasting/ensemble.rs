//! Models that answer as one: whatever is expected is the weighted mean of what each of them expects.
//!
//! ```text
//! E[g] = sum_m w_m E[g | model m, the customer's history],    sum_m w_m = 1                                        (1)
//! ```
//!
//! For models that stand for a posterior the weights are those of the data of all customers (Hoeting, Madigan, Raftery and Volinsky,
//! "Bayesian model averaging: a tutorial", *Statistical Science* 14(4), 1999, eq. 1), so each customer's own history enters
//! every model and no weight again. A single model is an ensemble of one, and costs what it does alone.
//!
//! With a learner beside them, a customer's odds of another purchase are moved by what their habits say (see `learner`).

use super::known::Known;
use crate::clv::judging::tails::Tails;
use crate::clv::learner::shift::Shift;
use crate::clv::uncertainty::intervals::Pair;
use crate::clv::{CustomerHistory, GammaGamma, Learner, PurchaseModel};
use std::sync::Arc;

/// One of the models.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// How much it counts; the weights of an ensemble sum to 1.
    pub weight: f64,
    /// The model, with the value model beside it.
    pub pair: Pair,
}

/// Purchase models that answer as one, and the value model of all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    /// At least one.
    members: Vec<Member>,
    /// What moves the odds of customers whose habits are known.
    learner: Option<Arc<Learner>>,
    /// How far out ranges of single customers reach.
    tails: Tails,
}

impl From<Pair> for Ensemble {
    fn from(pair: Pair) -> Self {
        Self { members: vec![Member { weight: 1.0, pair }], learner: None, tails: Tails::default() }
    }
}

impl Ensemble {
    /// Purchase models by weight. `None` without any, or where the weights have no positive and finite sum; they are divided by
    /// that.
    #[must_use]
    pub fn weighted(
        models: impl IntoIterator<Item = (f64, PurchaseModel)>,
        value: Option<GammaGamma>,
    ) -> Option<Self> {
        let member = |(weight, purchases)| Member { weight, pair: Pair { purchases, value } };
        let mut members: Vec<Member> = models.into_iter().map(member).collect();
        let sum: f64 = members.iter().map(|member| member.weight).sum();
        members.iter_mut().for_each(|member| member.weight /= sum);
        (sum > 0.0 && sum.is_finite()).then_some(Self { members, learner: None, tails: Tails::default() })
    }

    /// With a learner beside its models.
    #[must_use]
    pub fn with_learner(self, learner: Option<Arc<Learner>>) -> Self {
        Self { learner, ..self }
    }

    /// With ranges of single customers that reach out so far.
    #[must_use]
    pub fn with_tails(self, tails: Tails) -> Self {
        Self { tails, ..self }
    }

    /// How far out ranges of single customers reach.
    #[must_use]
    pub const fn tails(&self) -> &Tails {
        &self.tails
    }

    /// What moves the odds of customers whose habits are known.
    #[must_use]
    pub fn learner(&self) -> Option<&Learner> {
        self.learner.as_deref()
    }

    /// How the odds of a customer move of whom its models say that they are one with probability `alive`.
    pub(super) fn shift_of(&self, known: &Known, alive: f64) -> Shift {
        let of = self.learner.as_ref().zip(known.habits.as_ref());
        of.map_or(Shift::NONE, |(learner, habits)| learner.shift(habits, alive))
    }

    /// The same without knowing that.
    pub(in crate::clv) fn shift(&self, known: &Known) -> Shift {
        if self.learner.is_none() {
            return Shift::NONE;
        }
        self.shift_of(known, self.mean_probability(|model| model.p_alive(&known.history)))
    }

    /// A customer's probability of something that hangs on whether they come back, such as to be a customer on a later day, from what each model
    /// says of it.
    pub fn probability(&self, known: &Known, mut of: impl FnMut(&PurchaseModel) -> f64) -> f64 {
        let shift = self.shift(known);
        self.mean_probability(|model| shift.of(of(model)))
    }

    /// Its models.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The value model of all of them.
    #[must_use]
    pub fn value(&self) -> Option<&GammaGamma> {
        self.members.first().and_then(|member| member.pair.value.as_ref())
    }

    /// (1) of anything that a purchase model says.
    pub fn mean(&self, mut of: impl FnMut(&PurchaseModel) -> f64) -> f64 {
        self.members.iter().map(|member| member.weight * of(&member.pair.purchases)).sum()
    }

    /// (1) of a probability: weights have the sum 1 but for rounding, and nothing is more than sure.
    pub fn mean_probability(&self, of: impl FnMut(&PurchaseModel) -> f64) -> f64 {
        self.mean(of).min(1.0)
    }

    /// Probabilities of exactly 0, 1, 2, ... purchases in the next `horizon_days`; fills `out`. The rest to 1 is the
    /// probability of more.
    pub fn purchase_probabilities(&self, known: &Known, horizon_days: f64, out: &mut [f64]) {
        let mut one = vec![0.0; out.len()];
        let shift = self.shift(known);
        out.fill(0.0);
        for Member { weight, pair } in &self.members {
            pair.purchases.purchase_probabilities(&known.history, horizon_days, &mut one);
            let Some((none, some)) = one.split_first_mut() else { return };
            let factor = shift.factor(1.0 - *none);
            *none = shift.of_rest(*none);
            some.iter_mut().for_each(|probability| *probability *= factor);
            for (slot, probability) in out.iter_mut().zip(&one) {
                *slot += weight * probability;
            }
        }
    }

    /// Days within which the next purchase comes with probability `q`, if one comes at all; 0.5 is the median.
    ///
    /// `None` if `q` is not within [0, 1) or the wait is longer than any number.
    #[must_use]
    pub fn wait_quantile_days(&self, history: &CustomerHistory, q: f64) -> Option<f64> {
        if let [only] = &self.members[..] {
            return only.pair.purchases.wait_quantile_days(history, q);
        }
        // That of all of them is between the least and the greatest of the single ones.
        let each = self.members.iter().map(|member| member.pair.purchases.wait_quantile_days(history, q));
        let known: Vec<f64> = each.collect::<Option<_>>()?;
        let mut low = known.iter().copied().fold(f64::INFINITY, f64::min);
        let mut high = known.iter().copied().fold(0.0, f64::max);
        // Whoever is alive buys again some day.
        let wanted = q * self.mean(|model| model.p_purchase_within(history, f64::INFINITY));
        for _ in 0..MOST_HALVINGS {
            if high - low <= PRECISION * high {
                break;
            }
            let middle = 0.5 * (low + high);
            if self.mean(|model| model.p_purchase_within(history, middle)) < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(0.5 * (low + high))
    }
}

/// A wait is told to this share of itself, ten seconds of a year.
const PRECISION: f64 = 3e-7;
/// Halvings that are enough for it, whatever the models say.
const MOST_HALVINGS: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{
        Ahead, ClvPlan, ConfidenceInterval, Contacts, Habits, Memory, Purchase, PurchaseCounts, PurchaseFit,
        PurchaseModelKind, TimeUnit, Totals, Uncertainty, expect_remembering, interval_of_probability,
        intervals, prior_purchases, summarize,
    };

    const HISTORY: CustomerHistory = CustomerHistory {
        repeat_purchases: 2,
        recency_days: 90.0,
        age_days: 160.0,
        first_day: None,
        pace: 1.0,
    };

    fn model(parameters: [f64; 4]) -> PurchaseModel {
        PurchaseModel::new(PurchaseModelKind::MbgNbd, parameters, TimeUnit::Week)
    }

    fn two() -> Ensemble {
        let models = [(3.0, model([0.8, 6.0, 0.9, 2.5])), (1.0, model([1.5, 30.0, 0.1, 3.0]))];
        Ensemble::weighted(models, None).unwrap()
    }

    #[test]
    fn answers_are_weighted_means() {
        let two = two();
        let [first, second] = [two.members()[0], two.members()[1]];
        assert_eq!((first.weight, second.weight), (0.75, 0.25));
        let alive = two.mean(|model| model.p_alive(&HISTORY));
        let each = [first, second].map(|member| member.pair.purchases.p_alive(&HISTORY));
        assert!((alive - 0.75 * each[0] - 0.25 * each[1]).abs() < 1e-15);
        let mut probabilities = [0.0; 3];
        two.purchase_probabilities(&HISTORY.into(), 100.0, &mut probabilities);
        for (i, probability) in probabilities.into_iter().enumerate() {
            let of = |member: Member| {
                let mut one = [0.0; 3];
                member.pair.purchases.purchase_probabilities(&HISTORY, 100.0, &mut one);
                member.weight * one[i]
            };
            assert!((probability - of(first) - of(second)).abs() < 1e-15);
        }
    }

    #[test]
    fn a_quantile_of_the_wait_is_where_so_many_of_those_who_come_have_come() {
        let two = two();
        let ever = two.mean(|model| model.p_purchase_within(&HISTORY, f64::INFINITY));
        for q in [0.1, 0.5, 0.9] {
            let days = two.wait_quantile_days(&HISTORY, q).unwrap();
            let come = two.mean(|model| model.p_purchase_within(&HISTORY, days)) / ever;
            assert!((come - q).abs() < 1e-6, "{q}: {days} {come}");
        }
        assert_eq!(two.wait_quantile_days(&HISTORY, 1.0), None);
    }

    #[test]
    fn one_model_answers_as_alone() {
        let purchases = model([0.8, 6.0, 0.9, 2.5]);
        let one = Ensemble::from(Pair { purchases, value: None });
        let found = (one.mean(|model| model.p_alive(&HISTORY)), one.wait_quantile_days(&HISTORY, 0.5));
        assert_eq!(found, (purchases.p_alive(&HISTORY), purchases.wait_quantile_days(&HISTORY, 0.5)));
        assert_eq!(Ensemble::weighted([], None), None);
        assert_eq!(Ensemble::weighted([(0.0, purchases)], None), None);
    }

    /// Counts for 40 % and moves the odds of whoever came at all within the last 91 days by a factor of 3, of others by a half.
    fn learner() -> Learner {
        serde_json::from_str(
            r#"{"weight": 0.4, "trees": {"roots": [0], "habit": [10, 0, 0], "unknown_below": [true, true, true],
                "below": [1, 0, 0], "above": [2, 0, 0], "threshold": [0.5, 0.0, 0.0],
                "value": [0.0, -0.693147, 1.098612]}}"#,
        )
        .unwrap()
    }

    fn known(last_day: i32) -> Known {
        let bought = |day| Purchase { day, gross_micros: 30_000_000, refunded_micros: 0 };
        let days = [0, 50, last_day].map(bought);
        let history = CustomerHistory::from(&summarize(days, 400).unwrap());
        Known { history, mean_value: Some(30.0), habits: Habits::of(days, 400, &[], &Contacts::default()) }
    }

    #[test]
    fn a_learner_moves_the_odds_and_everything_that_hangs_on_them() {
        let value = Some(GammaGamma::new(6.25, 3.74, 15.44));
        let models = [(3.0, model([0.8, 6.0, 0.9, 2.5])), (1.0, model([0.3, 4.0, 0.5, 3.0]))];
        let plain = Ensemble::weighted(models, value).unwrap();
        let with = plain.clone().with_learner(Some(Arc::new(learner())));
        for (last_day, odds) in [(395, 3.0), (200, 0.5)] {
            let known = known(last_day);
            // By hand: each model's probability with its odds moved, counting 40 %.
            let moved = |p: f64| 0.6 * p + 0.4 * p * odds / (1.0 - p + p * odds);
            let mean = |of: &dyn Fn(&PurchaseModel) -> f64| {
                models.iter().map(|(weight, model)| weight / 4.0 * of(model)).sum::<f64>()
            };
            let within = |model: &PurchaseModel| model.p_purchase_within(&known.history, 200.0);
            let alive = mean(&|model| moved(model.p_alive(&known.history)));
            let returns = mean(&|model| moved(within(model)));
            let purchases = mean(&|model| {
                model.expected_purchases(&known.history, 200.0) * moved(within(model)) / within(model)
            });
            let near = |found: f64, wanted: f64| {
                assert!((found / wanted - 1.0).abs() < 1e-5, "{last_day}: {found}, not {wanted}");
            };
            let of = |models: &Ensemble, ahead: Ahead| {
                expect_remembering(models, &ahead, &known, &mut Memory::default())
            };
            let months = |days: f64| Ahead::Within(ClvPlan::of_months(days, 0.1).unwrap());
            let found = of(&with, months(200.0));
            near(found.alive, alive);
            near(found.purchase_probability.unwrap(), returns);
            near(found.purchases.unwrap(), purchases);
            near(with.probability(&known, |model| model.p_alive(&known.history)), alive);
            // The distribution, and the variance that follows from it, belong to that.
            let counts = PurchaseCounts::ahead(&with, &known, 200.0);
            near(1.0 - counts.probabilities()[0], returns);
            let expected = (0_u32..).zip(counts.probabilities()).map(|(n, p)| f64::from(n) * p).sum();
            near(expected, purchases);
            near(counts.probabilities().iter().sum::<f64>(), 1.0);
            // For ever as within a time that is long, but for months.
            let ratio = |ahead: &dyn Fn() -> Ahead| {
                let [moved, not] = [&with, &plain].map(|models| of(models, ahead()).clv.unwrap());
                moved / not
            };
            near(ratio(&|| Ahead::Forever { yearly_rate: 0.1 }), ratio(&|| months(36_525.0)));
        }
        // Somebody of whom no habits are known is as the models say.
        let known = Known { habits: None, ..known(395) };
        let of = |models: &Ensemble| models.probability(&known, |model| model.p_alive(&known.history));
        assert_eq!(of(&with).to_bits(), of(&plain).to_bits());
    }

    #[test]
    fn nothing_is_more_than_sure() {
        // Nobody leaves, and whoever came every other day comes again within a century.
        let sure = |alpha: f64| PurchaseModel::new(PurchaseModelKind::Nbd, [0.9, alpha], TimeUnit::Day);
        let history =
            CustomerHistory { repeat_purchases: 200, recency_days: 400.0, age_days: 400.0, ..HISTORY };
        let known = Known { history, ..known(395) };
        let ahead = Ahead::Within(ClvPlan::of_months(36_525.0, 0.1).unwrap());
        let value = Some(GammaGamma::new(6.25, 3.74, 15.44));
        let mut of_more_than_one = 0;
        for first in 1..=40 {
            let weights = [f64::from(first), 3.0, 7.0, 11.0, 0.3];
            let plain = Ensemble::weighted(weights.map(|weight| (weight, sure(weight))), value).unwrap();
            of_more_than_one += usize::from(plain.mean(|_| 1.0) > 1.0);
            let with = plain.clone().with_learner(Some(Arc::new(learner())));
            for models in [plain, with] {
                let expected = expect_remembering(&models, &ahead, &known, &mut Memory::default());
                let mut totals = Totals::new(&models, None);
                totals.add(&models, None, &ahead, &known, &mut Memory::default());
                let [alive, returns] = [expected.alive, expected.purchase_probability.unwrap()];
                let still = models.probability(&known, |model| model.p_alive_after(&history, 365.0));
                for probability in [alive, returns, still, totals.alive(None).0.unwrap()] {
                    assert!((1.0 - 1e-12..=1.0).contains(&probability), "{weights:?}: {probability}");
                }
                assert!(expected.value_at_risk().unwrap() >= 0.0);
            }
        }
        assert!(of_more_than_one > 0, "no weights have a sum that is more than 1");
    }

    #[test]
    fn intervals_and_totals_of_a_learner_are_of_what_it_expects() {
        let fit = |parameters: [f64; 4]| {
            let covariance = vec![
                vec![0.04, 0.0, 0.0, 0.0],
                vec![0.0, 0.09, 0.0, 0.0],
                vec![0.0, 0.0, 0.01, 0.0],
                vec![0.0, 0.0, 0.0, 0.04],
            ];
            PurchaseFit {
                model: model(parameters),
                covariance_of_log_params: covariance,
                ..prior_purchases()
            }
        };
        let fits = [fit([0.8, 6.0, 0.9, 2.5]), fit([0.3, 4.0, 0.5, 3.0])];
        let weighted = [(0.75, &fits[0]), (0.25, &fits[1])];
        let models = weighted.map(|(weight, fit)| (weight, fit.model));
        let plain = Ensemble::weighted(models, None).unwrap();
        let with = plain.clone().with_learner(Some(Arc::new(learner())));
        let uncertain = |weight| Uncertainty::of_parts(&weighted, &[], None, weight).unwrap();
        let (without, uncertainty) = (uncertain(0.0), uncertain(0.4));
        let ahead = Ahead::Within(ClvPlan::of_months(200.0, 0.1).unwrap());
        let mut totals = Totals::new(&with, Some(&uncertainty));
        let mut sum = 0.0;
        for last_day in [395, 200] {
            let known = known(last_day);
            let mut memory = Memory::default();
            let expected = expect_remembering(&with, &ahead, &known, &mut memory);
            let found = intervals(&uncertainty, &with, &ahead, &known, &mut memory);
            let (alive, purchases) = (found.alive.unwrap(), found.purchases.unwrap());
            assert!(alive.low < expected.alive && expected.alive < alive.high, "{alive:?}");
            let mean = expected.purchases.unwrap();
            assert!(purchases.low < mean && mean < purchases.high, "{purchases:?}");
            // That models and trees differ adds to what is uncertain, in logarithms.
            let of_models = intervals(&without, &plain, &ahead, &known, &mut memory).purchases.unwrap();
            let width = |of: &ConfidenceInterval| (of.high / of.low).ln();
            assert!(width(&purchases) > width(&of_models), "{purchases:?} {of_models:?}");
            let by_hand = interval_of_probability(&uncertainty, &with, &known, |m| m.p_alive(&known.history));
            assert!((by_hand.unwrap().high - alive.high).abs() < 1e-12);
            totals.add(&with, Some(&uncertainty), &ahead, &known, &mut memory);
            sum += mean;
        }
        let (total, interval) = totals.purchases(Some(&uncertainty));
        assert!(
            (total.unwrap() - sum).abs() < 1e-9 && interval.is_some_and(|of| of.low < sum && sum < of.high)
        );
    }
}
