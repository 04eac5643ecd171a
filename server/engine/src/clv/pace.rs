//! At which pace purchases will come, where rates drift or have a season, by what models said of past days.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use lojal_domain::{Estimate, Method, Methods};
use lojal_scoring::clv::{
    CustomerHistory, Drift, Gain, Learned, PastError, PurchaseSummary, Score, Season, SeasonClock, Tracking,
    Weeks, gain_of_drift, told_from_season, weight_of_drift,
};
use lojal_store::Wanted;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ask::day::day_number;
use crate::ask::pool::while_wanted;
use crate::clv::fitted::Once;
use crate::clv::forecast_scores::signed;
use crate::clv::holdout::Holdout;
use crate::clv::judge_models::JudgedModels;
use crate::clv::panel::{Panel, Witness};

/// A pace this close to 1 on every landmark is none: a forecast would be moved by less than one in a hundred.
const NOTHING: f64 = 0.01;

/// What all customers did, day by day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Days {
    /// How many first bought.
    births: BTreeMap<i32, u64>,
    /// How many came back.
    repeats: BTreeMap<i32, u64>,
}

impl Days {
    pub(crate) fn of(holdout: &Holdout) -> Self {
        Self { births: holdout.births.clone(), repeats: holdout.repeats.clone() }
    }
}

/// How rates drift, as it is kept with the models that it moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedDrift {
    drift: Drift,
    /// How much it counts, of 1.
    weight: f64,
    /// How much the mean log score fell with it on landmarks, and the standard error of that.
    gain: (f64, Option<f64>),
    /// Customers on landmarks who say so.
    examples: u64,
}

impl FittedDrift {
    /// By which factor rates change in a year.
    #[must_use]
    pub fn yearly_factor(&self) -> f64 {
        self.drift.yearly()
    }

    /// How much it counts, of 1.
    #[must_use]
    pub fn weight(&self) -> Estimate {
        Estimate::plain(Some(self.weight), self.examples, Methods::from(Method::MaximumAPosteriori))
    }

    /// How much the mean log score of the models falls with it on landmarks.
    #[must_use]
    pub fn gain(&self) -> Estimate {
        let (value, standard_error) = self.gain;
        signed(Score { value, standard_error }, self.examples, Method::Mean)
    }
}

/// What comes every year, as it is kept with models that were fitted in its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedSeason {
    season: Season,
    /// How much it counts, of 1.
    weight: f64,
    /// Repeat purchases that say so.
    purchases: u64,
}

impl FittedSeason {
    pub(crate) fn clock(&self) -> SeasonClock {
        SeasonClock::from(&self.season)
    }

    /// How much it counts, of 1.
    #[must_use]
    pub fn weight(&self) -> Estimate {
        Estimate::plain(Some(self.weight), self.purchases, Methods::from(Method::MaximumAPosteriori))
    }

    /// By which factor of the mean of a year customers buy in the middle of each month.
    #[must_use]
    pub fn months(&self) -> Vec<f64> {
        // Of a year in the middle of four, so that leap years do not matter.
        let day = |month| day_number(jiff::civil::date(2_022, month, 15));
        (1..=12).map(|month| self.season.on(day(month))).collect()
    }
}

/// At which pace purchases come that models expect, as it is kept with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedPace {
    /// The day from which on days are known.
    first_day: i32,
    /// How rates drift; none where they do not.
    pub drift: Option<FittedDrift>,
    /// What comes every year; none where nothing does.
    pub season: Option<FittedSeason>,
    /// The time of that, once somebody asked for it.
    #[serde(skip)]
    clock: Once<Option<SeasonClock>>,
}

impl FittedPace {
    fn clock(&self) -> Option<&SeasonClock> {
        self.clock.0.get_or_init(|| self.season.as_ref().map(FittedSeason::clock)).as_ref()
    }

    /// What models look at of a customer who is known by the end of a day and forecast so many days, or for ever.
    pub(crate) fn history(
        &self,
        of: &PurchaseSummary,
        today: i32,
        horizon_days: Option<f64>,
    ) -> CustomerHistory {
        let known = f64::from(today) - f64::from(self.first_day);
        let drift = self.drift.as_ref().map_or(1.0, |drift| drift.drift.pace(known, horizon_days));
        match self.clock() {
            Some(clock) => {
                let pace = drift * clock.pace(today, horizon_days);
                CustomerHistory::from(&clock.summary(of)).at_pace(pace)
            }
            None => CustomerHistory::from(of).at_pace(drift),
        }
    }

    /// In words.
    pub(crate) fn reason(&self) -> String {
        let drift = self.drift.as_ref().map(|drift| {
            let more = 100.0 * (drift.yearly_factor() - 1.0);
            format!("rates drift by {more:+.0} % a year, as forecasts of past days were off")
        });
        let season = self.season.as_ref().map(|season| {
            let months = season.months();
            let least = 100.0 * months.iter().copied().fold(f64::INFINITY, f64::min);
            let most = 100.0 * months.iter().copied().fold(0.0, f64::max);
            format!("rates have a season, from {least:.0} to {most:.0} % of the mean of a year, as in years before")
        });
        season.into_iter().chain(drift).collect::<Vec<_>>().join("; ")
    }
}

/// Models that count so much each, by their places.
type Weighted = [(usize, f64)];

impl JudgedModels {
    /// The pace of a shop whose rates do not drift; none where it has no season, either.
    pub(crate) fn steady(&self) -> Option<FittedPace> {
        self.season.is_some().then(|| self.pace(None))
    }

    fn pace(&self, drift: Option<FittedDrift>) -> FittedPace {
        FittedPace { first_day: self.first_day, drift, season: self.season.clone(), clock: Once::default() }
    }

    /// The pace of a shop whose rates drift, and what models said of past days at the paces of that; none where they do not, or it cannot be told.
    /// What was learned beside the models has its say first.
    pub(crate) fn drifting(&self, learned: Option<&Learned>, wanted: &Wanted) -> Option<(FittedPace, Self)> {
        let mut paces = vec![1.0; self.panels.len()];
        let drift = self.drift(&self.weighted()?, learned, &mut paces, wanted)?;
        Some((self.pace(Some(drift)), self.at_paces(&paces, wanted)?))
    }

    /// How much each of the models counts; none where nothing weighs them.
    fn weighted(&self) -> Option<Vec<(usize, f64)>> {
        let places = self.mixable();
        let weights = self.weights(&places)?;
        Some(places.into_iter().zip(weights.iter().map(|weight| weight.value)).collect())
    }

    /// What comes every year; none where nothing does, or purchases come on anniversaries.
    pub(crate) fn season(&self, wanted: &Wanted) -> Option<FittedSeason> {
        let last = self.panels.first().filter(|_| self.anniversaries_count <= 0.0)?;
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

    /// How rates drift. Paces of landmarks become those of it.
    fn drift(
        &self,
        weighted: &Weighted,
        learned: Option<&Learned>,
        paces: &mut [f64],
        wanted: &Wanted,
    ) -> Option<FittedDrift> {
        if self.panels.len() < 2 {
            return None;
        }
        let moved =
            |landmark: usize| learned.and_then(|learned| learned.moved.get(landmark)).map_or(1.0, |of| *of);
        let error = |(landmark, panel)| self.past_error(panel, weighted, moved(landmark));
        let errors: Vec<PastError> = self.panels.iter().enumerate().map(error).collect::<Option<_>>()?;
        // Each landmark at the pace that the others tell.
        let by_others = |asked: usize| {
            let others = errors.iter().enumerate().filter(|(other, _)| *other != asked);
            let drift = Drift::of(&others.map(|(_, error)| *error).collect::<Vec<_>>())?;
            Some(drift.pace(errors[asked].known_days, Some(errors[asked].ahead_days)))
        };
        let told: Vec<f64> = (0..errors.len()).map(by_others).collect::<Option<_>>()?;
        if told.iter().all(|pace| pace.ln().abs() < NOTHING) {
            return None;
        }
        let of_landmark = |(landmark, &pace): (usize, &f64)| {
            let scored = Scored { landmark, panel: &self.panels[landmark], weighted, learned };
            scored.gains(pace, wanted)
        };
        let gains: Vec<Vec<Gain>> = told.iter().enumerate().map(of_landmark).collect::<Option<_>>()?;
        let known = self.panels.first()?.landmark.holdout_end - self.first_day;
        let weight = told_from_season(f64::from(known)) * weight_of_drift(&gains);
        let gain = gain_of_drift(&gains, weight).filter(|_| weight > 0.0)?;
        paces.iter_mut().zip(&told).for_each(|(pace, told)| *pace = told.powf(weight));
        Some(FittedDrift {
            drift: Drift::of(&errors)?.counting(weight),
            weight,
            gain: (gain.value, gain.standard_error),
            examples: gains.iter().map(|of| of.len() as u64).sum(),
        })
    }

    /// How far off models together were that count so much, and of which a learner made so much more.
    fn past_error(&self, panel: &Panel, weighted: &Weighted, moved: f64) -> Option<PastError> {
        let told = weighted.iter().map(|&(place, weight)| Some(weight * panel.told_over_came[place]?));
        Some(PastError {
            known_days: f64::from(panel.landmark.calibration_end - self.first_day),
            ahead_days: panel.days(),
            log_error: (moved * told.sum::<Option<f64>>()?).ln(),
        })
    }

    /// The same models, judged at a pace of each landmark; none once nobody wants it any more.
    fn at_paces(&self, paces: &[f64], wanted: &Wanted) -> Option<Self> {
        let mut judged = Self {
            models: self.models.clone(),
            last: self.last,
            earlier: self.earlier.clone(),
            judgements: Vec::with_capacity(self.judgements.len()),
            testimonies: Vec::new(),
            panels: Vec::new(),
            first_day: self.first_day,
            season: self.season.clone(),
            anniversaries_count: self.anniversaries_count,
        };
        judged.models.iter_mut().for_each(|model| model.told_over_came.clear());
        for (panel, &pace) in self.panels.iter().zip(paces) {
            judged.judgements.extend(panel.judgements(pace, wanted)?);
            judged.testimonies.push(panel.testimonies(pace));
            for (model, told) in judged.models.iter_mut().zip(panel.told_over_came_at(pace)) {
                model.told_over_came.push(told);
            }
        }
        Some(judged)
    }
}

/// A landmark whose customers are scored by models that count so much, and what was learned beside them.
struct Scored<'a> {
    landmark: usize,
    panel: &'a Panel,
    weighted: &'a Weighted,
    learned: Option<&'a Learned>,
}

impl Scored<'_> {
    /// What each of them gains at a pace; none once nobody wants it any more.
    fn gains(&self, pace: f64, wanted: &Wanted) -> Option<Vec<Gain>> {
        let gain = |(place, witness): (usize, &Witness)| {
            let [none, half, whole] = [1.0, pace.sqrt(), pace].map(|pace| self.score(place, witness, pace));
            let gain = Gain { customer: witness.key, half: none - half, whole: none - whole };
            (!wanted.given_up()).then_some(gain)
        };
        self.panel.witnesses.par_iter().enumerate().map(gain).collect()
    }

    fn score(&self, place: usize, witness: &Witness, pace: f64) -> f64 {
        let scores = self.panel.log_scores(witness, pace);
        let of = || self.weighted.iter().map(|&(place, weight)| (scores[place], weight));
        let least = of().map(|(score, _)| score).fold(f64::INFINITY, f64::min);
        let score = least - of().map(|(score, weight)| weight * (least - score).exp()).sum::<f64>().ln();
        let Some(learned) = self.learned else { return score };
        let returns =
            self.weighted.iter().map(|&(place, weight)| weight * self.panel.returns(place, witness, pace));
        learned.log_score((self.landmark, place), score, returns.sum(), witness.came > 0)
    }
}
