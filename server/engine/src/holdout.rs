//! History cut in two: what models may know, and what they have to forecast.

use std::collections::BTreeMap;

use jiff::civil::Date;
use lojal_domain::{History, WorkspaceName};
use lojal_scoring::clv::{Gaps, PurchaseSummary, gaps, kept_days};
use lojal_store::Parts;

use crate::day::{date_of, day_number};
use crate::fit_model::{cut_after, last_whole_day, nothing_bought};
use crate::purchases::{Counting, purchase_days};
use crate::{Engine, EngineError, Moment};

/// Without a word from the caller, models know so much of the time between the first purchase and the last day.
const CALIBRATION_SHARE: f64 = 2.0 / 3.0;

/// Micros in one unit of currency.
const MICROS: f64 = 1e6;

/// The days of a backtest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HoldoutDays {
    /// Last day the models may know; none for two thirds of the way.
    pub calibration_end: Option<Date>,
    /// Last day that is forecast; none for the last whole day.
    pub holdout_end: Option<Date>,
}

/// Customers who had bought by the end of the calibration, and what they did then.
pub(crate) struct Holdout {
    pub(crate) first_day: i32,
    pub(crate) calibration_end: i32,
    pub(crate) holdout_end: i32,
    /// What was known of each.
    pub(crate) before: Vec<PurchaseSummary>,
    /// How regularly they had bought.
    pub(crate) gaps: Vec<Gaps>,
    /// Purchase days after that.
    pub(crate) purchases: Vec<f64>,
    /// Net spend after that, in units of currency.
    pub(crate) spend: Vec<f64>,
    /// How many first bought on each day.
    pub(crate) births: BTreeMap<i32, u64>,
    /// How many came back on each day, calibration and holdout.
    pub(crate) repeats: BTreeMap<i32, u64>,
}

impl Holdout {
    /// Days forecast.
    pub(crate) fn days(&self) -> f64 {
        f64::from(self.holdout_end - self.calibration_end)
    }

    /// Days that models may know.
    pub(crate) fn calibration_days(&self) -> f64 {
        f64::from(self.calibration_end - self.first_day + 1)
    }
}

/// What became of one customer.
struct Whole {
    number: u32,
    frequency: u32,
    net_spend_micros: i64,
}

/// Histories up to the last day.
#[derive(Default)]
struct Wholes {
    customers: Vec<Whole>,
    /// How many came back on each day, of the customers of the calibration.
    repeats: BTreeMap<i32, u64>,
}

impl Engine {
    /// Cuts the history. Refunds and voids count from their own instants, so models know what was known then.
    pub(crate) async fn holdout(
        &self,
        workspace: &WorkspaceName,
        days: HoldoutDays,
        moment: &Moment,
        counting: Counting,
    ) -> Result<Holdout, EngineError> {
        let last_whole = last_whole_day(moment);
        let holdout_end = days.holdout_end.map_or(last_whole, day_number);
        if holdout_end > last_whole {
            let problem = format!(
                "is {}, and the last day that is over is {}; name that one or an earlier day",
                date_of(holdout_end),
                date_of(last_whole)
            );
            return Err(EngineError::field("holdout_end", problem));
        }
        let first_day = self.first_day(workspace, holdout_end, moment).await?;
        let span = f64::from(holdout_end - first_day);
        let calibration_end =
            days.calibration_end.map_or_else(|| first_day + (CALIBRATION_SHARE * span) as i32, day_number);
        if calibration_end >= holdout_end {
            let problem = format!(
                "is {}, which leaves nothing to forecast up to {}; name an earlier day",
                date_of(calibration_end),
                date_of(holdout_end)
            );
            return Err(EngineError::field("calibration_end", problem));
        }
        if calibration_end < first_day {
            let problem = format!(
                "is {}, before the first purchase on {}; name a later day",
                date_of(calibration_end),
                date_of(first_day)
            );
            return Err(EngineError::field("calibration_end", problem));
        }
        self.split(workspace, calibration_end, holdout_end, moment, counting).await
    }

    /// The day of the first purchase of all.
    async fn first_day(
        &self,
        workspace: &WorkspaceName,
        last_day: i32,
        moment: &Moment,
    ) -> Result<i32, EngineError> {
        let zone = moment.zone.clone();
        let add = move |first: &mut Option<i32>, history: &History<'_>| {
            let days = purchase_days(history, &zone);
            let day = kept_days(days, last_day).next().map(|kept| kept.day);
            *first = first.iter().copied().chain(day).min();
        };
        let cut = cut_after(moment, last_day);
        let parts = lojal_store::fold(&*self.store, workspace, cut, Parts::ALL, || None, add).await?;
        parts.into_iter().flatten().min().ok_or_else(|| nothing_bought(last_day))
    }

    /// Cuts the history in two at the end of a day.
    pub(crate) async fn split(
        &self,
        workspace: &WorkspaceName,
        calibration_end: i32,
        holdout_end: i32,
        moment: &Moment,
        counting: Counting,
    ) -> Result<Holdout, EngineError> {
        let zone = moment.zone.clone();
        let add = move |known: &mut Vec<(u32, PurchaseSummary, Gaps)>, history: &History<'_>| {
            if let Some(summary) = counting.summary(history, &zone, calibration_end) {
                let gaps = gaps(purchase_days(history, &zone), calibration_end);
                known.push((history.number, summary, gaps));
            }
        };
        let cut = cut_after(moment, calibration_end);
        let mut known =
            lojal_store::fold(&*self.store, workspace, cut, Parts::ALL, Vec::new, add).await?.concat();
        known.sort_unstable_by_key(|(number, ..)| *number);

        let zone = moment.zone.clone();
        let add = move |wholes: &mut Wholes, history: &History<'_>| {
            let days: Vec<_> = purchase_days(history, &zone).collect();
            let Some(summary) = counting.summary_of(&days, holdout_end) else { return };
            let (frequency, net_spend_micros) = (summary.frequency, summary.net_spend_micros);
            wholes.customers.push(Whole { number: history.number, frequency, net_spend_micros });
            if summary.first_day <= calibration_end {
                for kept in kept_days(&days, holdout_end).skip(1) {
                    *wholes.repeats.entry(kept.day).or_default() += 1;
                }
            }
        };
        let cut = cut_after(moment, holdout_end);
        let parts = lojal_store::fold(&*self.store, workspace, cut, Parts::ALL, Wholes::default, add).await?;
        Ok(joined(calibration_end, holdout_end, known, parts))
    }
}

fn joined(
    calibration_end: i32,
    holdout_end: i32,
    known: Vec<(u32, PurchaseSummary, Gaps)>,
    parts: Vec<Wholes>,
) -> Holdout {
    let mut repeats = BTreeMap::new();
    let mut wholes = Vec::new();
    for part in parts {
        for (day, count) in part.repeats {
            *repeats.entry(day).or_default() += count;
        }
        wholes.extend(part.customers);
    }
    wholes.sort_unstable_by_key(|whole| whole.number);
    let mut holdout = Holdout {
        first_day: known.iter().map(|(_, summary, _)| summary.first_day).min().unwrap_or(calibration_end),
        calibration_end,
        holdout_end,
        before: Vec::with_capacity(known.len()),
        gaps: Vec::with_capacity(known.len()),
        purchases: Vec::with_capacity(known.len()),
        spend: Vec::with_capacity(known.len()),
        births: BTreeMap::new(),
        repeats,
    };
    for (number, summary, gaps) in known {
        // A customer all of whose purchases were voided since has no whole any more: he bought nothing.
        let whole = wholes.binary_search_by_key(&number, |whole| whole.number).ok().map(|i| &wholes[i]);
        let frequency = whole.map_or(0, |whole| whole.frequency);
        let net = whole.map_or(summary.net_spend_micros, |whole| whole.net_spend_micros);
        *holdout.births.entry(summary.first_day).or_default() += 1;
        holdout.purchases.push(f64::from(frequency.saturating_sub(summary.frequency)));
        holdout.spend.push((net as f64 - summary.net_spend_micros as f64) / MICROS);
        holdout.before.push(summary);
        holdout.gaps.push(gaps);
    }
    holdout
}
