//! Customers of a landmark on whom models are judged, and what models say of them.

use std::collections::BTreeMap;

use lojal_scoring::clv::{CustomerHistory, Example, Judgement, Placed, PurchaseModel, log_score};
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::clv::fitted_holdout::FittedHoldout;
use crate::clv::holdout::Holdout;
use crate::clv::landmark::{Landmark, MOST_JUDGED};
use crate::clv::witness::Witness;

/// What all customers did, day by day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Days {
    /// How many first bought.
    pub(crate) births: BTreeMap<i32, u64>,
    /// How many came back.
    pub(crate) repeats: BTreeMap<i32, u64>,
}

impl Days {
    pub(crate) fn of(holdout: &Holdout) -> Self {
        Self { births: holdout.births.clone(), repeats: holdout.repeats.clone() }
    }
}

/// The customers of a landmark, the models that were fitted to all of it, and what these expected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Panel {
    pub(crate) landmark: Landmark,
    /// How much it counts in the weights of models, of 1.
    counts: f64,
    pub(crate) models: Vec<PurchaseModel>,
    /// An even part of the customers.
    pub(crate) witnesses: Vec<Witness>,
    /// How fast the time of the shop goes over the days forecast.
    pub(crate) pace: f64,
    /// What each model expected of all customers over what came.
    pub(crate) told_over_came: Vec<Option<f64>>,
    /// And of the customers who are judged.
    expected: Vec<f64>,
    /// What all customers did.
    pub(crate) days_of_all: Days,
}

impl Panel {
    /// Of a landmark on which so much is known of what is known on the last one, of 1.
    pub(crate) fn of(fitted: &FittedHoldout, known_share: f64) -> Self {
        let holdout = &fitted.holdout;
        let models: Vec<PurchaseModel> = fitted.fitted().map(|fit| fit.model).collect();
        let customers = holdout.before.len() as u64;
        // A lesser share is part of a greater one, so those who are judged on one day are judged on another.
        let judged = holdout.part.of_it(MOST_JUDGED, customers);
        let is_judged = |i: &usize| {
            judged.has(holdout.keys[*i]) && holdout.before[*i].frequency <= fitted.most_repeat_purchases
        };
        let witness = |i: usize| Witness {
            key: holdout.keys[i],
            history: holdout.history(i),
            habits: holdout.habits.as_ref().and_then(|habits| habits.get(i).copied()),
            came: holdout.purchases[i] as usize,
            own_pace: 1.0,
        };
        let landmark = Landmark {
            calibration_end: holdout.calibration_end,
            holdout_end: holdout.holdout_end,
            customers,
            purchases: holdout.came(),
        };
        let told_over_came = models.iter().map(|model| holdout.told_over_came(model)).collect();
        let mut panel = Self {
            landmark,
            counts: landmark.tells() * known_share,
            models,
            witnesses: (0..holdout.before.len()).filter(is_judged).map(witness).collect(),
            pace: holdout.pace,
            told_over_came,
            expected: Vec::new(),
            days_of_all: Days::of(holdout),
        };
        panel.expected =
            (0..panel.models.len()).into_par_iter().map(|model| panel.expected(model, 1.0)).collect();
        panel
    }

    /// Of customers and models that were made up for a test.
    #[cfg(test)]
    pub(crate) fn made(landmark: Landmark, models: Vec<PurchaseModel>, witnesses: Vec<Witness>) -> Self {
        let mut panel = Self {
            landmark,
            counts: 1.0,
            told_over_came: Vec::new(),
            expected: Vec::new(),
            models,
            witnesses,
            pace: 1.0,
            days_of_all: Days::default(),
        };
        panel.expected = (0..panel.models.len()).map(|model| panel.expected(model, 1.0)).collect();
        panel.told_over_came = panel.expected.iter().map(|told| Some(told / landmark.purchases)).collect();
        panel
    }

    /// Days forecast.
    pub(crate) fn days(&self) -> f64 {
        f64::from(self.landmark.holdout_end - self.landmark.calibration_end)
    }

    /// What models look at of a customer, at a pace beside that of the season and their own.
    fn history(&self, witness: &Witness, pace: f64) -> CustomerHistory {
        witness.history.at_pace(self.pace * pace * witness.own_pace)
    }

    /// The log score of a model of a customer, at a pace beside that of the season and their own.
    pub(crate) fn log_score(&self, model: usize, witness: &Witness, pace: f64) -> f64 {
        log_score(&self.models[model], &self.history(witness, pace), self.days(), witness.came)
    }

    /// Where what came of a customer, by their place, lies in what models say together that count so much, at a pace beside that of the season, with
    /// what was learned beside them.
    pub(crate) fn placed(
        &self,
        place: usize,
        weighted: &[(usize, f64)],
        pace: f64,
        factor: impl Fn(f64) -> f64,
    ) -> Placed {
        let witness = &self.witnesses[place];
        let history = self.history(witness, pace);
        let mut all = vec![0.0; witness.came + 1];
        let mut one = all.clone();
        for &(model, weight) in weighted {
            self.models[model].purchase_probabilities(&history, self.days(), &mut one);
            all.iter_mut().zip(&one).for_each(|(all, one)| *all += weight * one);
        }
        let below: f64 = all[..witness.came].iter().sum();
        // With odds of another purchase moved, the rest of what is below is made smaller or greater.
        let returns = 1.0 - all[0];
        let factor = factor(returns);
        let moved = |below: f64| (1.0 - factor * (1.0 - below)).clamp(0.0, 1.0);
        Placed {
            below: if witness.came == 0 { 0.0 } else { moved(below) },
            up_to: moved(below + all[witness.came]),
        }
    }

    /// How many purchases models that count so much expect together of a customer, by their place, at a pace beside that of the season, with what was
    /// learned beside them.
    pub(crate) fn told(
        &self,
        place: usize,
        weighted: &[(usize, f64)],
        pace: f64,
        factor: impl Fn(f64) -> f64,
    ) -> f64 {
        let history = self.history(&self.witnesses[place], pace);
        let mean = |of: &dyn Fn(&PurchaseModel) -> f64| {
            weighted.iter().map(|&(model, weight)| weight * of(&self.models[model])).sum::<f64>()
        };
        let returns = mean(&|model| model.p_purchase_within(&history, self.days()));
        factor(returns) * mean(&|model| model.expected_purchases(&history, self.days()))
    }

    /// How probable a model says it is that a customer comes back, at a pace beside that of the season.
    pub(crate) fn returns(&self, model: usize, witness: &Witness, pace: f64) -> f64 {
        self.models[model].p_purchase_within(&self.history(witness, pace), self.days())
    }

    /// What models, by their places, said of each at a pace of each model; none once nobody wants it any more.
    pub(crate) fn judgements(&self, paces: &[(usize, f64)], wanted: &Wanted) -> Option<Vec<Judgement>> {
        let judge = |witness: &Witness| {
            let of = |log_scores| Judgement { customer: witness.key, counts: self.counts, log_scores };
            let scores = paces.iter().map(|&(place, pace)| self.log_score(place, witness, pace));
            (!wanted.given_up()).then(|| of(scores.collect()))
        };
        self.witnesses.par_iter().map(judge).collect()
    }

    /// What models that count so much, by their places, say together of each at a pace, and what came, for a learner; of nobody where none looks at
    /// habits.
    pub(crate) fn examples(&self, weighted: &[(usize, f64)], pace: f64) -> Vec<Example> {
        let of = |witness: &Witness| {
            let history = self.history(witness, pace);
            let mean = |of: &dyn Fn(&PurchaseModel) -> f64| {
                weighted.iter().map(|&(model, weight)| weight * of(&self.models[model])).sum::<f64>()
            };
            Some(Example {
                customer: witness.key,
                habits: witness.habits?,
                alive: mean(&|model| model.p_alive(&history)),
                returns: mean(&|model| model.p_purchase_within(&history, self.days())),
                expected: mean(&|model| model.expected_purchases(&history, self.days())),
                came: u32::try_from(witness.came).unwrap_or(u32::MAX),
            })
        };
        self.witnesses.par_iter().filter_map(of).collect()
    }

    /// [`Self::told_over_came`] of a model at a pace and those of customers, by how much more or less it expects then of the customers judged.
    pub(crate) fn told_over_came_at(&self, pace: f64, place: usize) -> Option<f64> {
        let told = self.told_over_came[place]?;
        let is_as_told = pace.total_cmp(&1.0).is_eq() && self.witnesses.iter().all(Witness::is_as_models_say);
        if is_as_told {
            return Some(told);
        }
        let told = told * self.expected(place, pace) / self.expected[place];
        (told > 0.0 && told.is_finite()).then_some(told)
    }

    fn expected(&self, place: usize, pace: f64) -> f64 {
        let model = &self.models[place];
        let of = |witness: &Witness| model.expected_purchases(&self.history(witness, pace), self.days());
        self.witnesses.iter().map(of).sum()
    }
}
