//! Which models may speak for a workspace together, and how much each of them counts.

use lojal_scoring::clv::{Judgement, PurchaseModelKind, Score, stack};

use crate::clv::judge_models::{JudgedModel, JudgedModels, of_models};

/// Models that count so much each, by their places.
pub(crate) type Weighted = [(usize, f64)];

/// Log scores this close are of the same forecast.
const SAME: f64 = 1e-9;

/// A model that counts less than this does not speak, and the others count this much less before they are made 1 again, so that
/// nothing jumps when one falls silent.
const SILENT: f64 = 0.03;

/// Only fitted where purchases come on anniversaries.
pub(crate) const OF_ANNIVERSARIES: PurchaseModelKind = PurchaseModelKind::BgBbDated;

impl JudgedModels {
    /// Places of those that may speak for a workspace together, identified or not: where the data do not determine one, something
    /// else speaks for it.
    pub(crate) fn mixable(&self) -> Vec<usize> {
        self.candidates(|_| true)
    }

    /// Places of those that may speak for a workspace, the simplest first: of several that say the same, such as a model of regular
    /// purchases where they are not, only that. In a shop that nobody has left yet it is no model that says nobody ever will.
    pub(crate) fn candidates(&self, may: impl Fn(&JudgedModel) -> bool) -> Vec<usize> {
        let may = |&i: &usize| self.models[i].kind.is_eligible() && may(&self.models[i]);
        let mut all: Vec<usize> = (0..self.models.len()).filter(may).collect();
        all.sort_by_key(|&i| {
            let kind = self.models[i].kind;
            (!kind.may_speak_alone(), kind.numbers_fitted())
        });
        let same = |i: usize, j: usize| {
            self.judgements.iter().all(|of| (of.log_scores[i] - of.log_scores[j]).abs() < SAME)
        };
        let mut kept: Vec<usize> = Vec::new();
        for i in all {
            if !kept.iter().any(|&j| same(i, j)) {
                kept.push(i);
            }
        }
        kept
    }

    /// Those that speak together, by what they said of customers, and how much each counts; none where nothing weighs them.
    pub(crate) fn weighted(&self) -> Option<Vec<(usize, f64)>> {
        let places = self.mixable();
        Some(that_speak(&places, &self.weights(&places, &self.judgements_of(&places))?))
    }

    /// How much each of these counts, by their places and what they said of customers, and how far that would move with other customers; none where
    /// nothing weighs them. Where only a part of all gaps says that purchases come on anniversaries, that part is weighed with the model of those, and the
    /// rest without it, so that nothing jumps where it begins to be one of them.
    pub(crate) fn weights(&self, places: &[usize], said: &[Judgement]) -> Option<Vec<Score>> {
        let all = self.weights_of(places, said)?;
        let is_of_any_day = |&column: &usize| self.models[places[column]].kind != OF_ANNIVERSARIES;
        let of_any_day: Vec<usize> = (0..places.len()).filter(is_of_any_day).collect();
        let part = self.anniversaries_count;
        if of_any_day.len() == places.len() || part >= 1.0 {
            return Some(all);
        }
        // Where there are no others the rest is left to beliefs.
        let others: Vec<usize> = of_any_day.iter().map(|&column| places[column]).collect();
        let without = self.weights_of(&others, &of_models(said, &of_any_day)).unwrap_or_default();
        let nothing = Score { value: 0.0, standard_error: Some(0.0) };
        let mean = |(column, with): (usize, Score)| {
            let place = of_any_day.iter().position(|&other| other == column);
            let without = place.and_then(|place| without.get(place)).unwrap_or(&nothing);
            let between = |with: f64, without: f64| part * with + (1.0 - part) * without;
            Score {
                value: between(with.value, without.value),
                // Both are of the same customers, so their errors add up.
                standard_error: with
                    .standard_error
                    .zip(without.standard_error)
                    .map(|(with, without)| between(with, without)),
            }
        };
        Some(all.into_iter().enumerate().map(mean).collect())
    }

    /// The same of models that are weighed together, whatever purchases come on.
    fn weights_of(&self, places: &[usize], said: &[Judgement]) -> Option<Vec<Score>> {
        let stacked = stack(said, &self.beliefs_of(places))?.weights;
        let heard = audible(stacked.iter().map(|weight| weight.value));
        Some(stacked.iter().zip(heard).map(|(weight, value)| Score { value, ..*weight }).collect())
    }
}

/// Those of these models, by their places, that speak, and how much each counts.
pub(crate) fn that_speak(places: &[usize], weights: &[Score]) -> Vec<(usize, f64)> {
    let all = places.iter().copied().zip(weights.iter().map(|weight| weight.value));
    all.filter(|(_, weight)| *weight > 0.0).collect()
}

/// Weights without those of models that say next to nothing, of the sum 1 again.
fn audible(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let heard: Vec<f64> = weights.map(|weight| (weight - SILENT).max(0.0)).collect();
    let sum: f64 = heard.iter().sum();
    heard.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::landmark::Landmark;
    use lojal_scoring::clv::Judgement;

    /// What three models said of customers, the last of them of anniversaries, which count so much: it was right of nearly all of them.
    fn judged(kinds: &[PurchaseModelKind], anniversaries_count: f64) -> JudgedModels {
        let judgement = |customer: u64| {
            let scores =
                [0.9 + 0.2 * (customer % 3) as f64, 1.0, 0.4 + 0.9 * f64::from(customer.is_multiple_of(5))];
            Judgement { customer, counts: 1.0, log_scores: scores[..kinds.len()].to_vec() }
        };
        let model = |&kind| JudgedModel { kind, is_identified: true, told_over_came: vec![Some(1.0)] };
        let last = Landmark { calibration_end: 0, holdout_end: 365, customers: 200, purchases: 300.0 };
        JudgedModels {
            models: kinds.iter().map(model).collect(),
            last,
            earlier: Vec::new(),
            judgements: (0..200).map(judgement).collect(),
            panels: Vec::new(),
            first_day: 0,
            season: None,
            anniversaries_count,
        }
    }

    #[test]
    fn a_model_of_anniversaries_begins_to_count_without_a_jump() {
        let kinds = [PurchaseModelKind::BgNbd, PurchaseModelKind::ParetoNbd, OF_ANNIVERSARIES];
        let at = |part: f64| -> Vec<f64> {
            let judged = judged(&kinds, part);
            let weights = judged.weights(&[0, 1, 2], &judged.judgements).unwrap();
            weights.iter().map(|weight| weight.value).collect()
        };
        let of_any_day = judged(&kinds[..2], 0.0);
        let without = of_any_day.weights(&[0, 1], &of_any_day.judgements).unwrap();
        let (none, half, all) = (at(0.0), at(0.5), at(1.0));
        assert!(all[2] > 0.8, "{all:?}");
        assert_eq!(none, [without[0].value, without[1].value, 0.0]);
        for m in 0..3 {
            assert!((half[m] - 0.5 * (none[m] + all[m])).abs() < 1e-15, "{half:?}");
        }
        // Alone it leaves the rest to beliefs.
        let alone = judged(&kinds, 0.25);
        let alone = alone.weights(&[2], &alone.judgements_of(&[2])).unwrap();
        assert_eq!(alone[0].value.to_bits(), 0.25_f64.to_bits());
        let (_asking, wanted) = lojal_store::asking();
        let reason = judged(&kinds, 0.5).choice(&wanted).unwrap().reason;
        let share = format!("BG/BB of purchases that come on anniversaries counts {:.0} %", 100.0 * half[2]);
        assert!(reason.contains(&share), "{reason}");
    }
}
