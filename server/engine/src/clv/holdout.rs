//! History cut in two: what models may know, and what they have to forecast.

use std::collections::BTreeMap;

use jiff::civil::Date;
use lojal_domain::{History, WorkspaceName};
use lojal_scoring::clv::{
    CustomerHistory, Dated, ForecastDays, Gaps, Habits, PatternTable, PurchaseModel, PurchaseModelKind,
    PurchaseSummary, Regularity, SeasonClock, gaps, kept_days,
};
use lojal_store::Parts;
use rayon::prelude::*;

use crate::ask::day::{date_of, day_number};
use crate::ask::purchases::{Counting, purchase_days};
use crate::clv::beside_purchases::BesidePurchases;
use crate::clv::landmark::{Cut, Cuts, first_of_most, landmarks};
use crate::clv::rule_counts::{RuleCounts, RuleDays};
use crate::clv::sample::{cut_after, last_whole_day, nothing_bought};
use crate::clv::share::{Share, key_of};
use crate::{Engine, EngineError, Moment};

/// How much models are to be believed is found from so many customers who made so many repeat purchases, where there are more of both:
/// their parameters and weights are then known to less than days of another season would change them. Of a shop to whose customers
/// hardly anybody comes back more are taken, up to all, and cost little, since most of them did the same.
const ENOUGH: u64 = 100_000;

/// Micros in one unit of currency.
const MICROS: f64 = 1e6;

/// The days of a backtest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HoldoutDays {
    /// Last day the models may know; none for two thirds of the way, however early one customer came.
    pub calibration_end: Option<Date>,
    /// Last day that is forecast; none for the last whole day.
    pub holdout_end: Option<Date>,
}

/// Whose histories are cut, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whose {
    /// Those of this share.
    pub(crate) part: Share,
    /// Whether a learner is to look at their habits.
    pub(crate) habits: bool,
}

impl Whose {
    /// Everybody's, to hold forecasts against what came.
    pub(crate) const EVERYBODY: Self = Self { part: Share::ALL, habits: false };

    /// Those of a share, to judge models by and to learn from.
    pub(crate) const fn learned_from(part: Share) -> Self {
        Self { part, habits: true }
    }
}

/// Customers of some share who had bought by the end of the calibration, and what they did then.
pub(crate) struct Holdout {
    /// Of which share they are.
    pub(crate) part: Share,
    /// The keys of the customers, ascending, in the order of all that follows.
    pub(crate) keys: Vec<u64>,
    pub(crate) first_day: i32,
    pub(crate) calibration_end: i32,
    pub(crate) holdout_end: i32,
    /// What was known of each; in the time of the shop where that has a season.
    pub(crate) before: Vec<PurchaseSummary>,
    /// How fast the time of the shop goes over the days forecast.
    pub(crate) pace: f64,
    /// How regularly they had bought.
    pub(crate) gaps: Vec<Gaps>,
    /// Their habits by then; none where models count opportunities, or nobody learns from them.
    pub(crate) habits: Option<Vec<Habits>>,
    /// What rules of thumb count of each; none where models count opportunities, which are not of days.
    pub(crate) counts: Option<Vec<RuleCounts>>,
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
    /// The same in the time of the shop, which has a season.
    pub(crate) fn in_time_of(mut self, clock: &SeasonClock) -> Self {
        self.before.par_iter_mut().for_each(|before| *before = clock.summary(before));
        self.pace = clock.pace(self.calibration_end, Some(self.days()));
        self
    }

    /// What models look at of a customer, by their place.
    pub(crate) fn history(&self, place: usize) -> CustomerHistory {
        CustomerHistory::from(&self.before[place]).at_pace(self.pace)
    }

    /// Days forecast.
    pub(crate) fn days(&self) -> f64 {
        f64::from(self.holdout_end - self.calibration_end)
    }

    /// Days that models may know, and days forecast.
    pub(crate) fn forecast_days(&self) -> ForecastDays {
        ForecastDays {
            known: self.calibration_end - self.first_day + 1,
            ahead: self.holdout_end - self.calibration_end,
        }
    }

    /// Purchases that came, of all.
    pub(crate) fn came(&self) -> f64 {
        self.purchases.iter().sum()
    }

    /// What models of these kinds are fitted to, and the most repeat purchases of a customer who is in it.
    pub(crate) fn patterns(&self, kinds: &[PurchaseModelKind]) -> (PatternTable, u32) {
        let regularity = Regularity::from_gaps(&self.gaps);
        let dated = kinds.contains(&PurchaseModelKind::BgBbDated);
        let dated = dated.then(|| Dated::of(&self.before, &self.gaps)).flatten();
        let table =
            PatternTable::from_summaries(&self.before).with_regularity(regularity).with_anniversaries(dated);
        // Models of opportunities leave nobody out.
        let of_opportunities = kinds.iter().any(|kind| kind.counts_opportunities());
        let most = if of_opportunities { u32::MAX } else { table.most_repeat_purchases() };
        (table, most)
    }

    /// Purchases that a model expects of each customer in the time that is forecast.
    pub(crate) fn expected_by(&self, model: &PurchaseModel) -> Vec<f64> {
        let of = |place| model.expected_purchases(&self.history(place), self.days());
        (0..self.before.len()).into_par_iter().map(of).collect()
    }

    /// What a model expects of all customers together over what came; none where that is no number.
    pub(crate) fn told_over_came(&self, model: &PurchaseModel) -> Option<f64> {
        let bias = self.expected_by(model).iter().sum::<f64>() / self.came();
        (bias > 0.0 && bias.is_finite()).then_some(bias)
    }
}

/// What all customers bought.
#[derive(Default)]
struct Bought {
    /// How many customers first bought on each day.
    births: BTreeMap<i32, u64>,
    /// Days on which they came back.
    repeats: u64,
}

/// A customer by their key, and by their number, should two have the same key.
type Who = (u64, u32);

/// What was known of one customer.
#[derive(Clone)]
struct Before {
    who: Who,
    summary: PurchaseSummary,
    gaps: Gaps,
    counts: RuleCounts,
    habits: Option<Box<Habits>>,
}

/// What became of one customer.
struct Whole {
    who: Who,
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
    /// Where to cut: where the caller says or, without a word, on several days.
    pub(crate) async fn cuts(
        &self,
        workspace: &WorkspaceName,
        days: HoldoutDays,
        moment: &Moment,
    ) -> Result<Cuts, EngineError> {
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
        let Bought { births, repeats } = self.bought(workspace, holdout_end, moment).await?;
        let first_day = births.keys().next().copied().ok_or_else(|| nothing_bought(holdout_end))?;
        let from = first_of_most(&births, holdout_end);
        let (last, earlier) = match days.calibration_end.map(day_number) {
            Some(calibration_end) => (Cut { calibration_end, holdout_end }, Vec::new()),
            None => landmarks(from, holdout_end),
        };
        let part = Share::about(ENOUGH, births.values().sum::<u64>().min(repeats));
        let calibration_end = last.calibration_end;
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
        Ok(Cuts { last, earlier, first_day: from, part })
    }

    /// What all customers bought up to a day.
    async fn bought(
        &self,
        workspace: &WorkspaceName,
        last_day: i32,
        moment: &Moment,
    ) -> Result<Bought, EngineError> {
        let zone = moment.zone.clone();
        let add = move |bought: &mut Bought, history: &History<'_>| {
            let mut days = kept_days(purchase_days(history, &zone), last_day);
            if let Some(first) = days.next() {
                *bought.births.entry(first.day).or_default() += 1;
                bought.repeats += days.count() as u64;
            }
        };
        let cut = cut_after(moment, last_day);
        let parts = self.scan(workspace, cut, Parts::ALL, Bought::default, add).await?;
        Ok(parts.into_iter().fold(Bought::default(), |mut all, part| {
            for (day, customers) in part.births {
                *all.births.entry(day).or_default() += customers;
            }
            all.repeats += part.repeats;
            all
        }))
    }

    /// Cuts the histories of some customers in two at the end of a day. Refunds and voids count from their own instants, so models know
    /// what was known then.
    pub(crate) async fn split(
        &self,
        workspace: &WorkspaceName,
        Cut { calibration_end, holdout_end }: Cut,
        Whose { part, habits }: Whose,
        moment: &Moment,
        counting: Counting,
    ) -> Result<Holdout, EngineError> {
        let zone = moment.zone.clone();
        let rule_days = RuleDays::of(calibration_end, holdout_end);
        let looks_at_habits = habits && counting == Counting::Days;
        let add = move |known: &mut Vec<Before>, history: &History<'_>| {
            let who = (key_of(history), history.number);
            if !part.has(who.0) {
                return;
            }
            let days: Vec<_> = purchase_days(history, &zone).collect();
            if let Some(summary) = counting.summary_of(&days, calibration_end) {
                let habits = || BesidePurchases::of(history, &zone).habits(&days, calibration_end);
                let habits = looks_at_habits.then(habits).flatten();
                // A pointer for each of a million customers from whom nobody learns.
                let habits = habits.map(Box::new);
                known.push(Before {
                    who,
                    summary,
                    gaps: gaps(&days, calibration_end),
                    counts: rule_days.counts(&days),
                    habits,
                });
            }
        };
        let cut = cut_after(moment, calibration_end);
        let known = self.scan(workspace, cut, Parts::ALL, Vec::new, add).await?;

        let zone = moment.zone.clone();
        let add = move |wholes: &mut Wholes, history: &History<'_>| {
            let who = (key_of(history), history.number);
            if !part.has(who.0) {
                return;
            }
            let days: Vec<_> = purchase_days(history, &zone).collect();
            let Some(summary) = counting.summary_of(&days, holdout_end) else { return };
            let (frequency, net_spend_micros) = (summary.frequency, summary.net_spend_micros);
            wholes.customers.push(Whole { who, frequency, net_spend_micros });
            if summary.first_day <= calibration_end {
                for kept in kept_days(&days, holdout_end).skip(1) {
                    *wholes.repeats.entry(kept.day).or_default() += 1;
                }
            }
        };
        let cut = cut_after(moment, holdout_end);
        let parts = self.scan(workspace, cut, Parts::ALL, Wholes::default, add).await?;
        let days = Cut { calibration_end, holdout_end };
        self.aside(move || joined(days, part, counting, known, parts)).await
    }
}

fn joined(
    Cut { calibration_end, holdout_end }: Cut,
    part: Share,
    counting: Counting,
    known: Vec<Vec<Before>>,
    parts: Vec<Wholes>,
) -> Holdout {
    let mut known = known.concat();
    known.sort_unstable_by_key(|before| before.who);
    let mut repeats = BTreeMap::new();
    let mut wholes = Vec::new();
    for part in parts {
        for (day, count) in part.repeats {
            *repeats.entry(day).or_default() += count;
        }
        wholes.extend(part.customers);
    }
    wholes.sort_unstable_by_key(|whole| whole.who);
    let mut holdout = Holdout {
        part,
        keys: Vec::with_capacity(known.len()),
        first_day: known.iter().map(|before| before.summary.first_day).min().unwrap_or(calibration_end),
        calibration_end,
        holdout_end,
        before: Vec::with_capacity(known.len()),
        pace: 1.0,
        gaps: Vec::with_capacity(known.len()),
        habits: known.iter().map(|before| before.habits.as_deref().copied()).collect(),
        counts: (counting == Counting::Days).then(|| Vec::with_capacity(known.len())),
        purchases: Vec::with_capacity(known.len()),
        spend: Vec::with_capacity(known.len()),
        births: BTreeMap::new(),
        repeats,
    };
    for Before { who, summary, gaps, counts, .. } in known {
        // A customer all of whose purchases were voided since has no whole any more: they bought nothing.
        let whole = wholes.binary_search_by_key(&who, |whole| whole.who).ok().map(|i| &wholes[i]);
        let frequency = whole.map_or(0, |whole| whole.frequency);
        let net = whole.map_or(summary.net_spend_micros, |whole| whole.net_spend_micros);
        *holdout.births.entry(summary.first_day).or_default() += 1;
        holdout.purchases.push(f64::from(frequency.saturating_sub(summary.frequency)));
        holdout.spend.push((net as f64 - summary.net_spend_micros as f64) / MICROS);
        holdout.keys.push(who.0);
        holdout.before.push(summary);
        holdout.gaps.push(gaps);
        holdout.counts.iter_mut().for_each(|all| all.push(counts));
    }
    holdout
}
