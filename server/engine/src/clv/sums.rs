//! What is predicted of customers together: what is expected of all, and what may come of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_domain::History;
use lojal_scoring::clv::{Known, Levels, Totals};
use lojal_store::Wanted;

use crate::clv::estimated::EstimatedTotals;
use crate::clv::even_part::{EvenPart, Predicted};
use crate::clv::forecast::Forecast;
use crate::clv::model_by_stratum::MemoriesOfScan;
use crate::clv::share::key_of;

/// Distributions computed to know how all customers scatter, about.
pub(crate) const DISTRIBUTIONS: usize = 1_024;

/// Sums by what tells models apart.
pub(crate) type OfStrata = BTreeMap<Levels, Totals>;

/// What was added up of some customers of a scan.
#[derive(Default)]
pub(crate) struct Sums {
    pub(crate) of_strata: OfStrata,
    /// An even part of them; nobody where it is not asked what may come.
    pub(crate) part: EvenPart<Predicted>,
}

/// Adds customers up.
pub(crate) struct Summing {
    forecast: Arc<Forecast>,
    memories: MemoriesOfScan,
    /// Whether it is asked what may come, and that can be told.
    with_ranges: bool,
}

impl Summing {
    pub(crate) fn new(forecast: &Arc<Forecast>, with_ranges: bool) -> Self {
        let with_ranges = with_ranges && forecast.horizon_days().is_some();
        Self { forecast: forecast.clone(), memories: MemoriesOfScan::default(), with_ranges }
    }

    /// What is known of a customer; none of one who has bought nothing.
    pub(crate) fn known(&self, history: &History<'_>) -> Option<Known> {
        self.forecast.known(history)
    }

    /// Adds a customer to sums and, where it is asked what may come, to these even parts.
    pub(crate) fn add<'p>(
        &self,
        of_strata: &mut OfStrata,
        parts: impl IntoIterator<Item = &'p mut EvenPart<Predicted>>,
        history: &History<'_>,
        known: &Known,
    ) {
        let strata = &self.forecast.strata;
        let stratum = strata.of(&strata.levels(history));
        let joint = strata.joint(&stratum);
        let new = || Totals::new(&stratum.base, joint);
        let totals = of_strata.entry(stratum.levels().clone()).or_insert_with(new);
        self.memories.lend(|memories| {
            totals.add(&stratum.base, joint, &self.forecast.ahead, known, memories.of(&stratum));
        });
        if self.with_ranges {
            parts.into_iter().for_each(|part| part.add(key_of(history), || (stratum.clone(), *known)));
        }
    }
}

/// All customers that were added up.
pub(crate) struct Together {
    totals: Totals,
    part: EvenPart<Predicted>,
}

impl Together {
    /// Nobody yet, of whom this is an even part.
    pub(crate) fn new(forecast: &Forecast, part: EvenPart<Predicted>) -> Self {
        let strata = &forecast.strata;
        Self { totals: Totals::new(strata.base_of_all(), strata.joint_of_all()), part }
    }

    /// Adds what was added up of others.
    pub(crate) fn take(&mut self, Sums { of_strata, part }: Sums) {
        of_strata.values().for_each(|of_stratum| self.totals.merge(of_stratum));
        self.part.merge(part);
    }

    /// Adds the sums of others, of whom the even part has its share already.
    pub(crate) fn take_sums(&mut self, others: &Self) {
        self.totals.merge(&others.totals);
    }

    /// As estimates.
    pub(crate) fn estimated(&self, forecast: &Forecast) -> EstimatedTotals {
        forecast.model.estimated_totals(&self.totals, forecast.strata.joint_of_all())
    }

    /// As estimates with what may come, by about so many distributions; without for ever.
    pub(crate) fn with_ranges(
        self,
        forecast: &Forecast,
        distributions: usize,
        wanted: &Wanted,
    ) -> EstimatedTotals {
        let estimated = self.estimated(forecast);
        let Some(horizon_days) = forecast.horizon_days() else { return estimated };
        let scatter = self.part.scatter(horizon_days, distributions, wanted);
        let joint = forecast.strata.joint_of_all();
        EstimatedTotals { ranges: forecast.model.total_ranges(&self.totals, joint, &scatter), ..estimated }
    }
}
