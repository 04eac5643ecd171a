//! What models are fitted to: everybody's purchases up to the end of a day.

use lojal_domain::{EventTime, History, WorkspaceName, Zone};
use lojal_scoring::clv::{Gaps, Levels, PurchaseSummary, ValueTable};
use lojal_store::{Cut, Parts};

use crate::ask::day::date_of;
use crate::ask::purchases::{Counting, purchase_days};
use crate::clv::share::{Share, key_of};
use crate::{Engine, EngineError, Moment};

/// What is fitted to: everything before the end of a day.
pub(crate) struct Sample {
    pub(crate) summaries: InParts<PurchaseSummary>,
    pub(crate) gaps: InParts<Gaps>,
    pub(crate) first_day: i32,
}

/// As a scan found them, since to have them in one piece takes twice the memory.
pub(crate) type InParts<T> = Vec<Vec<T>>;

/// One part after the other.
pub(crate) fn all<T>(parts: &InParts<T>) -> impl Iterator<Item = &T> + Clone {
    parts.iter().flatten()
}

impl Engine {
    /// Reads everybody who is of a share up to the end of a day.
    pub(crate) async fn sample(
        &self,
        workspace: &WorkspaceName,
        last_day: i32,
        moment: &Moment,
        (part, counting): (Share, Counting),
    ) -> Result<Sample, EngineError> {
        let zone = moment.zone.clone();
        let cut = cut_after(moment, last_day);
        type Part = (Vec<PurchaseSummary>, Vec<Gaps>);
        let add = move |(summaries, gaps): &mut Part, history: &History<'_>| {
            if !part.has(key_of(history)) {
                return;
            }
            if let Some(summary) = counting.summary(history, &zone, last_day) {
                // Who bought once has no gaps.
                if summary.frequency > 0 {
                    gaps.push(lojal_scoring::clv::gaps(purchase_days(history, &zone), last_day));
                }
                summaries.push(summary);
            }
        };
        let parts = self.scan(workspace, cut, Parts::ALL, Part::default, add).await?;
        let together = move || {
            let (mut summaries, mut gaps): (InParts<_>, InParts<_>) = parts.into_iter().unzip();
            summaries.iter_mut().for_each(Vec::shrink_to_fit);
            gaps.iter_mut().for_each(Vec::shrink_to_fit);
            let first_day = first_day_of(all(&summaries), last_day)?;
            Ok(Sample { summaries, gaps, first_day })
        };
        self.aside(together).await?
    }
}

/// Days for which customers are known, in order, with how many of them are.
pub(crate) struct Ages(Vec<(u32, u64)>);

impl Ages {
    /// Of everybody.
    pub(crate) fn of<'s>(summaries: impl IntoIterator<Item = &'s PurchaseSummary>) -> Self {
        let mut ages: Vec<u32> = summaries.into_iter().map(|summary| summary.age_days).collect();
        ages.sort_unstable();
        Self(ages.chunk_by(|one, next| one == next).map(|run| (run[0], run.len() as u64)).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.0.iter().copied()
    }
}

/// Those of customers by their values of covariates.
pub(crate) type AgesByLevels = Vec<(Levels, Ages)>;

/// The day of the first purchase of all.
pub(crate) fn first_day_of<'s>(
    summaries: impl IntoIterator<Item = &'s PurchaseSummary>,
    last_day: i32,
) -> Result<i32, EngineError> {
    let first = summaries.into_iter().map(|summary| summary.first_day).min();
    first.ok_or_else(|| nothing_bought(last_day))
}

/// There is nothing to look at.
pub(crate) fn nothing_bought(last_day: i32) -> EngineError {
    EngineError::InsufficientHistory(format!(
        "there is no purchase up to {} to fit a model to; record transactions first, or ask about a later day",
        date_of(last_day)
    ))
}

/// What purchases are worth to those who are no outliers: a machine that was left out of the purchase model would decide what
/// everybody's purchases are worth.
pub(crate) fn values<'s>(
    summaries: impl IntoIterator<Item = &'s PurchaseSummary>,
    most_repeat_purchases: u32,
) -> ValueTable {
    let kept = summaries.into_iter().filter(|summary| summary.frequency <= most_repeat_purchases);
    ValueTable::from_summaries(kept)
}

/// What a moment sees of the time up to the end of a day.
pub(crate) fn cut_after(moment: &Moment, last_day: i32) -> Cut {
    Cut { as_of: start_of_day(&moment.zone, last_day + 1), revision: Some(moment.revision) }
}

fn start_of_day(zone: &Zone, day: i32) -> EventTime {
    zone.start_of(date_of(day))
}

/// The last day that is over at a moment.
pub(crate) fn last_whole_day(moment: &Moment) -> i32 {
    moment.zone.day_of(moment.as_of) - 1
}
