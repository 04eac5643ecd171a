//! At which pace purchases come that models expect, as it is kept with them.

use lojal_domain::{Estimate, Method, Methods};
use lojal_scoring::clv::{CustomerHistory, Drift, PurchaseSummary, Score, Season, SeasonClock};
use serde::{Deserialize, Serialize};

use crate::ask::day::day_number;
use crate::clv::forecast_scores::signed;
use crate::clv::once::Once;

/// How rates drift, as it is kept with the models that it moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedDrift {
    pub(crate) drift: Drift,
    /// How much it counts, of 1.
    pub(crate) weight: f64,
    /// How much the mean log score fell with it on landmarks, and the standard error of that.
    pub(crate) gain: (f64, Option<f64>),
    /// Customers on landmarks who say so.
    pub(crate) examples: u64,
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
    pub(crate) season: Season,
    /// How much it counts, of 1.
    pub(crate) weight: f64,
    /// Repeat purchases that say so.
    pub(crate) purchases: u64,
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
    pub(crate) first_day: i32,
    /// How rates drift; none where they do not.
    pub drift: Option<FittedDrift>,
    /// What comes every year; none where nothing does.
    pub season: Option<FittedSeason>,
    /// The time of that, once somebody asked for it.
    #[serde(skip)]
    pub(crate) clock: Once<Option<SeasonClock>>,
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
