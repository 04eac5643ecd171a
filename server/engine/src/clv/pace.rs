//! At which pace purchases will come, where rates drift or have a season, by what models said of past days.

use std::ops::ControlFlow;

use lojal_scoring::clv::{Gain, Learned, Placed, Tracking, Weeks};
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::ask::pool::while_wanted;
use crate::clv::fitted_pace::{FittedDrift, FittedPace, FittedSeason};
use crate::clv::fitted_tails::FittedTails;
use crate::clv::judge_models::JudgedModels;
use crate::clv::once::Once;
use crate::clv::panel::Panel;
use crate::clv::weights::Weighted;
use crate::clv::witness::Witness;

/// A season needs a year of weeks that say what three blocks of four others should look like; of fewer days nothing has to be summed up.
const LEAST_DAYS: i32 = 7 * (53 + 3 * 4);

impl JudgedModels {
    /// The pace of a shop whose rates drift so; none where they do not and it has no season, either.
    pub(crate) fn pace(&self, drift: Option<FittedDrift>) -> Option<FittedPace> {
        let season = self.season.clone();
        let (first_day, clock) = (self.first_day, Once::default());
        (drift.is_some() || season.is_some()).then_some(FittedPace { first_day, drift, season, clock })
    }

    /// What a model, by its place, expected of landmarks over what came, at a pace of each of them and those of customers.
    pub(crate) fn told_over_came(&self, place: usize, paces: Option<&[f64]>) -> Vec<Option<f64>> {
        let pace = |landmark: usize| paces.map_or(1.0, |paces| paces[landmark]);
        let of = |(landmark, panel): (usize, &Panel)| panel.told_over_came_at(pace(landmark), place);
        self.panels.iter().enumerate().map(of).collect()
    }

    /// What comes every year; none where nothing does, or purchases come on anniversaries.
    pub(crate) fn season(&self, wanted: &Wanted) -> Option<FittedSeason> {
        let last = self.panels.first().filter(|_| self.anniversaries_count <= 0.0)?;
        if last.landmark.holdout_end - self.first_day < LEAST_DAYS {
            return None;
        }
        let weighted = self.weighted()?;
        let (place, _) = *weighted.iter().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let days = (self.first_day, last.landmark.holdout_end);
        let (births, repeats) = (&last.days_of_all.births, &last.days_of_all.repeats);
        let mut go_on = || while_wanted(wanted);
        let tracking = Tracking::of(&last.models[place], births, repeats, days, 7, &mut go_on);
        let ControlFlow::Continue(tracking) = tracking else { return None };
        let (season, weight) = Weeks::of(&tracking).season()?;
        Some(FittedSeason { season, weight, purchases: repeats.values().sum() })
    }

    /// How far out ranges of single customers have to reach, by what models that count so much would have told of past days at a pace of each; none
    /// where nothing has to be moved, or nobody wants it any more.
    pub(crate) fn tails(
        &self,
        weighted: &Weighted,
        learned: Option<&Learned>,
        paces: Option<&[f64]>,
        wanted: &Wanted,
    ) -> Option<FittedTails> {
        let landmarks: Vec<Vec<Placed>> =
            self.of_each((learned, paces), wanted, |panel, place, pace, factor| {
                panel.placed(place, weighted, pace, factor)
            })?;
        FittedTails::of(&landmarks)
    }

    /// What `of` says of each customer of each landmark, by their place, at its pace and with the factor of what was learned; none once nobody
    /// wants it any more.
    pub(crate) fn of_each<T: Send>(
        &self,
        (learned, paces): (Option<&Learned>, Option<&[f64]>),
        wanted: &Wanted,
        of: impl Fn(&Panel, usize, f64, &dyn Fn(f64) -> f64) -> T + Sync,
    ) -> Option<Vec<Vec<T>>> {
        let of_landmark = |(landmark, panel): (usize, &Panel)| {
            let pace = paces.map_or(1.0, |paces| paces[landmark]);
            let of_witness = |place: usize| {
                let factor =
                    |returns| learned.map_or(1.0, |learned| learned.factor((landmark, place), returns));
                (!wanted.given_up()).then(|| of(panel, place, pace, &factor))
            };
            (0..panel.witnesses.len()).into_par_iter().map(of_witness).collect()
        };
        self.panels.iter().enumerate().map(of_landmark).collect()
    }
}

/// A landmark whose customers are scored by models that count so much, and what was learned beside them.
pub(crate) struct Scored<'a> {
    pub(crate) landmark: usize,
    pub(crate) panel: &'a Panel,
    pub(crate) weighted: &'a Weighted,
    pub(crate) learned: Option<&'a Learned>,
}

impl Scored<'_> {
    /// What each of them gains at a pace; none once nobody wants it any more.
    pub(crate) fn gains(&self, pace: f64, wanted: &Wanted) -> Option<Vec<Gain>> {
        self.gains_at(|_| [1.0, pace.sqrt(), pace], wanted)
    }

    /// The same at a pace of each customer, by their place: without it, with half of it and with all of it.
    pub(crate) fn gains_at(
        &self,
        paces: impl Fn(usize) -> [f64; 3] + Sync,
        wanted: &Wanted,
    ) -> Option<Vec<Gain>> {
        let gain = |(place, witness): (usize, &Witness)| {
            let mut last: Option<(f64, f64)> = None;
            let [none, half, whole] = paces(place).map(|pace| {
                // Hardly anybody's pace is moved where there is little to learn.
                let score = match last {
                    Some((of, score)) if of.total_cmp(&pace).is_eq() => score,
                    _ => self.score(place, witness, pace),
                };
                last = Some((pace, score));
                score
            });
            let gain = Gain { customer: witness.key, half: none - half, whole: none - whole };
            (!wanted.given_up()).then_some(gain)
        };
        self.panel.witnesses.par_iter().enumerate().map(gain).collect()
    }

    fn score(&self, place: usize, witness: &Witness, pace: f64) -> f64 {
        let score = |&(model, weight): &(usize, f64)| (self.panel.log_score(model, witness, pace), weight);
        let scores: Vec<(f64, f64)> = self.weighted.iter().map(score).collect();
        let least = scores.iter().map(|(score, _)| *score).fold(f64::INFINITY, f64::min);
        let likelihood: f64 = scores.iter().map(|(score, weight)| weight * (least - score).exp()).sum();
        let score = least - likelihood.ln();
        let Some(learned) = self.learned.filter(|learned| learned.learner.is_some()) else { return score };
        let returns =
            self.weighted.iter().map(|&(place, weight)| weight * self.panel.returns(place, witness, pace));
        learned.log_score((self.landmark, place), score, returns.sum(), witness.came > 0)
    }
}
