//! History cut in two: what models may know, and what they have to forecast.

use std::collections::BTreeMap;

use jiff::civil::Date;
use lojal_domain::{History, WorkspaceName};
use lojal_scoring::clv::{Gaps, PurchaseSummary, gaps};

use crate::day::{date_of, day_number};
use crate::fit_model::{cut_after, last_whole_day};
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
    /// Repeat purchase days by customer's birth, since only customers of the calibration count.
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
        let whole = self.sample(workspace, holdout_end, moment, Counting::Days).await?;
        let span = f64::from(holdout_end - whole.first_day);
        let calibration_end = days
            .calibration_end
            .map_or_else(|| whole.first_day + (CALIBRATION_SHARE * span) as i32, day_number);
        if calibration_end >= holdout_end {
            let problem = format!(
                "is {}, which leaves nothing to forecast up to {}; name an earlier day",
                date_of(calibration_end),
                date_of(holdout_end)
            );
            return Err(EngineError::field("calibration_end", problem));
        }
        if calibration_end < whole.first_day {
            let problem = format!(
                "is {}, before the first purchase on {}; name a later day",
                date_of(calibration_end),
                date_of(whole.first_day)
            );
            return Err(EngineError::field("calibration_end", problem));
        }
        self.split(workspace, calibration_end, holdout_end, moment, counting).await
    }

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
        let mut known = lojal_store::fold(&*self.store, workspace, cut, Vec::new, add).await?.concat();
        known.sort_unstable_by_key(|(number, ..)| *number);

        let zone = moment.zone.clone();
        let add = move |wholes: &mut Wholes, history: &History<'_>| {
            let days: Vec<_> = purchase_days(history, &zone).collect();
            let Some(summary) = counting.summary_of(&days, holdout_end) else { return };
            let Summed { frequency, net_spend_micros } = Summed::of(&summary);
            wholes.customers.push(Whole { number: history.number, frequency, net_spend_micros });
            if summary.first_day <= calibration_end {
                count_repeats(&mut wholes.repeats, &days, holdout_end);
            }
        };
        let cut = cut_after(moment, holdout_end);
        let parts = lojal_store::fold(&*self.store, workspace, cut, Wholes::default, add).await?;
        Ok(joined(calibration_end, holdout_end, known, parts))
    }
}

struct Summed {
    frequency: u32,
    net_spend_micros: i64,
}

impl Summed {
    fn of(summary: &PurchaseSummary) -> Self {
        Self { frequency: summary.frequency, net_spend_micros: summary.net_spend_micros }
    }
}

/// Counts the days on which a customer came back.
fn count_repeats(repeats: &mut BTreeMap<i32, u64>, days: &[lojal_scoring::clv::Purchase], last_day: i32) {
    let mut end = 0;
    let mut bought = 0;
    while end < days.len() && days[end].day <= last_day {
        let day = days[end].day;
        let (mut gross, mut refunded) = (0_i128, 0_i128);
        while end < days.len() && days[end].day == day {
            gross += i128::from(days[end].gross_micros);
            refunded += i128::from(days[end].refunded_micros);
            end += 1;
        }
        if refunded > 0 && gross <= refunded {
            continue;
        }
        if bought > 0 {
            *repeats.entry(day).or_default() += 1;
        }
        bought += 1;
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
