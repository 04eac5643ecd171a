//! Models judged by what they tell apart, and not by how much comes altogether.
//!
//! A Christmas, a sale or a bad spring after a landmark moves what everybody buys. Thousands of customers are thousands of witnesses of who comes back and how
//! often, and of that sway they are one. Taken for thousands they would praise models for the wrong reason: after a landmark with a Christmas after it,
//! whoever believes that fewer have left is nearer. How far levels sway is seen by how they scatter from landmark to landmark. With e the
//! logarithm of what models expect together of a landmark over what came, and s its standard deviation over the landmarks,
//!
//! ```text
//! B = s^2 / (s^2 + 0.15^2),    ln told(c) = (1 - B) e                                                           (1)
//! ```
//!
//! the landmark is looked at at the pace c, at which levels say no more than they know. What several landmarks have in common is told as a drift then. Of that
//! level each model m is judged, at the pace c_m at which ln told_m(c_m) = (1 - B) e as well: which of them is nearer to it by itself is seen three times, and turns from one
//! landmark to the next. A model in which nobody leaves is judged at the pace of all: that it expects too much of whoever is gone is what tells it from others.

use lojal_scoring::clv::Judgement;
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::clv::judge_models::JudgedModels;
use crate::clv::panel::Panel;
use crate::clv::weights::{Weighted, that_speak};

/// Models are off by so much, in logarithms, for reasons of their own (see intervals.md).
const OWN: f64 = 0.15;
/// A pace and its inverse are no greater.
const FURTHEST: f64 = 10.0;
/// Steps that find a pace.
const STEPS: usize = 3;

impl JudgedModels {
    /// What models, by their places, said at the level that they expect together, as far as levels know it, and the pace of each landmark, (1); none
    /// where they expect nothing, or nobody wants it any more.
    pub(crate) fn levelled(&self, places: &[usize], wanted: &Wanted) -> Option<(Vec<Judgement>, Vec<f64>)> {
        let weighted = that_speak(places, &self.weights(places, &self.judgements_of(places))?);
        let errors: Vec<f64> =
            self.panels.iter().map(|panel| panel.error_at(1.0, &weighted)).collect::<Option<_>>()?;
        let known = 1.0 - swayed(&errors)?;
        let mut said = Vec::with_capacity(self.judgements.len());
        let mut paces = Vec::with_capacity(self.panels.len());
        for (panel, error) in self.panels.iter().zip(errors) {
            let (pace, of_models) = self.paces_at(known * error, panel, &weighted, places)?;
            said.extend(panel.judgements(&of_models, wanted)?);
            paces.push(pace);
        }
        Some((said, paces))
    }

    /// The pace at which models that count so much expect together e^level of what came, and those at which each of these, by their places, is judged
    /// of it.
    fn paces_at(
        &self,
        level: f64,
        panel: &Panel,
        weighted: &Weighted,
        places: &[usize],
    ) -> Option<(f64, Vec<(usize, f64)>)> {
        let pace = panel.pace_of(level, weighted)?;
        let of_model = |&place: &usize| match self.models[place].kind.customers_leave() {
            true => (place, panel.pace_of(level, &[(place, 1.0)]).unwrap_or(pace)),
            false => (place, pace),
        };
        Some((pace, places.iter().map(of_model).collect()))
    }
}

/// How much of the errors of levels is sway, B of (1): nothing of a single one.
fn swayed(errors: &[f64]) -> Option<f64> {
    let number = errors.len() as f64;
    if errors.len() < 2 {
        return errors.first().map(|_| 0.0);
    }
    let mean = errors.iter().sum::<f64>() / number;
    let variance = errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / (number - 1.0);
    Some(variance / (variance + OWN * OWN))
}

impl Panel {
    /// The logarithm of what models that count so much expect together at a pace over what came.
    fn error_at(&self, pace: f64, weighted: &Weighted) -> Option<f64> {
        let told = |&(place, weight): &(usize, f64)| Some(weight * self.told_over_came_at(pace, place)?);
        let told: Vec<f64> = weighted.par_iter().map(told).collect::<Option<_>>()?;
        Some(told.iter().sum::<f64>().ln()).filter(|error| error.is_finite())
    }

    /// The pace at which that is so much.
    fn pace_of(&self, error: f64, weighted: &Weighted) -> Option<f64> {
        let mut pace = 1.0_f64;
        for _ in 0..STEPS {
            pace = (pace * (error - self.error_at(pace, weighted)?).exp()).clamp(1.0 / FURTHEST, FURTHEST);
        }
        Some(pace)
    }
}

#[cfg(test)]
mod tests {
    use lojal_scoring::clv::{CustomerHistory, Nbd, ParetoNbd, PurchaseModel, PurchaseModelKind, TimeUnit};

    use super::*;
    use crate::clv::judge_models::JudgedModel;
    use crate::clv::landmark::Landmark;
    use crate::clv::witness::Witness;

    #[test]
    fn levels_count_as_far_as_they_are_steady() {
        let at = |told: &[f64]| swayed(&told.iter().map(|told| told.ln()).collect::<Vec<_>>());
        assert_eq!(at(&[]), None);
        assert!(at(&[1.3]).is_some_and(|swayed| swayed <= 0.0));
        assert!(at(&[1.3, 1.3, 1.3]).is_some_and(|swayed| swayed < 1e-12));
        // A Christmas after two of three landmarks.
        assert!(at(&[0.61, 0.64, 1.07]).is_some_and(|swayed| (0.75..0.85).contains(&swayed)));
        assert!(at(&[1.07, 1.08, 1.05]).is_some_and(|swayed| swayed < 0.02));
    }

    /// The places of all of them.
    const ALL: [usize; 3] = [0, 1, 2];

    /// Two models of which the second expects more of everybody, and one in which nobody leaves, judged on a landmark.
    fn judged() -> JudgedModels {
        let unit = TimeUnit::Day;
        let pareto =
            |alpha: f64| PurchaseModel::ParetoNbd(ParetoNbd { r: 0.9, alpha, s: 0.7, beta: 60.0, unit });
        let models = vec![pareto(50.0), pareto(25.0), PurchaseModel::Nbd(Nbd { r: 0.9, alpha: 50.0, unit })];
        let witness = |key: u64| {
            let repeat_purchases = (key % 4) as u32;
            let history = CustomerHistory {
                repeat_purchases,
                recency_days: f64::from(repeat_purchases) * (20 + key % 50) as f64,
                age_days: 210.0,
                first_day: None,
                pace: 1.0,
            };
            let came = usize::try_from((key * key) % 7 * (key % 4) / 6).unwrap();
            Witness { key, history, habits: None, came, own_pace: 1.0 }
        };
        let witnesses: Vec<Witness> = (0..400).map(witness).collect();
        let purchases = witnesses.iter().map(|witness| witness.came as f64).sum();
        let landmark = Landmark { calibration_end: 210, holdout_end: 310, customers: 400, purchases };
        let kinds = [PurchaseModelKind::ParetoNbd, PurchaseModelKind::BgNbd, PurchaseModelKind::Nbd];
        let panel = Panel::made(landmark, models, witnesses);
        let (_asking, wanted) = lojal_store::asking();
        let model = |kind| JudgedModel { kind, is_identified: true, told_over_came: vec![Some(1.0)] };
        JudgedModels {
            models: kinds.map(model).into(),
            last: landmark,
            earlier: Vec::new(),
            judgements: panel.judgements(&ALL.map(|place| (place, 1.0)), &wanted).unwrap(),
            panels: vec![panel],
            first_day: 0,
            season: None,
            anniversaries_count: 0.0,
        }
    }

    #[test]
    fn each_model_is_judged_at_the_level_that_all_expect_together() {
        let judged = judged();
        let (panel, weighted) = (&judged.panels[0], judged.weighted().unwrap());
        let (pace, of_models) = judged.paces_at(0.1, panel, &weighted, &ALL).unwrap();
        let level = |pace: f64, weighted: &[(usize, f64)]| panel.error_at(pace, weighted).unwrap();
        // As near as a few steps come.
        let is_there = |level: f64| (level - 0.1).abs() < 2e-3;
        assert!(is_there(level(pace, &weighted)), "{}", level(pace, &weighted));
        for model in [0, 1] {
            assert!((level(1.0, &[(model, 1.0)]) - 0.1).abs() > 0.01, "its own is another");
            let level = level(of_models[model].1, &[(model, 1.0)]);
            assert!(is_there(level), "{level}");
        }
        // That nobody leaves is held against NBD.
        assert_eq!(of_models[2].1.to_bits(), pace.to_bits());
        // A single landmark says of no level that it sways, so all are judged at the one that they expect together.
        let (_asking, wanted) = lojal_store::asking();
        let (said, paces) = judged.levelled(&ALL, &wanted).unwrap();
        let (_, of_models) = judged.paces_at(level(1.0, &weighted), panel, &weighted, &ALL).unwrap();
        assert!((paces[0] - 1.0).abs() < 1e-6, "{paces:?}");
        for (model, pace) in of_models {
            let log_score = panel.log_score(model, &panel.witnesses[7], pace);
            assert_eq!(said[7].log_scores[model].to_bits(), log_score.to_bits(), "{model}");
        }
        // Those that are not asked need no pace.
        let (of_some, _) = judged.levelled(&[0, 2], &wanted).unwrap();
        assert!(of_some.iter().all(|said| said.log_scores.len() == 2));
    }
}
