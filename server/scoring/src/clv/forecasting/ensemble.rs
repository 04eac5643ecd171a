//! Models that answer as one: whatever is expected is the weighted mean of what each of them expects.
//!
//! ```text
//! E[g] = sum_m w_m E[g | model m, the customer's history],    sum_m w_m = 1                                        (1)
//! ```
//!
//! For models that stand for a posterior the weights are those of the data of all customers (Hoeting, Madigan, Raftery and Volinsky,
//! "Bayesian model averaging: a tutorial", *Statistical Science* 14(4), 1999, eq. 1), so each customer's own history enters
//! every model and no weight again. A single model is an ensemble of one, and costs what it does alone.

use crate::clv::uncertainty::intervals::Pair;
use crate::clv::{CustomerHistory, GammaGamma, PurchaseModel};

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
}

impl From<Pair> for Ensemble {
    fn from(pair: Pair) -> Self {
        Self { members: vec![Member { weight: 1.0, pair }] }
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
        (sum > 0.0 && sum.is_finite()).then_some(Self { members })
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

    /// Probabilities of exactly 0, 1, 2, ... purchases in the next `horizon_days`; fills `out`. The rest to 1 is the
    /// probability of more.
    pub fn purchase_probabilities(&self, history: &CustomerHistory, horizon_days: f64, out: &mut [f64]) {
        let mut one = vec![0.0; out.len()];
        out.fill(0.0);
        for Member { weight, pair } in &self.members {
            pair.purchases.purchase_probabilities(history, horizon_days, &mut one);
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
    use crate::clv::{PurchaseModelKind, TimeUnit};

    const HISTORY: CustomerHistory =
        CustomerHistory { repeat_purchases: 2, recency_days: 90.0, age_days: 160.0 };

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
        two.purchase_probabilities(&HISTORY, 100.0, &mut probabilities);
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
}
