//! What will all customers be worth?

use std::collections::BinaryHeap;
use std::sync::Arc;

use lojal_domain::{CustomerId, History, Warning, WarningCode, WorkspaceName};
use lojal_store::{Parts, Wanted};
use rayon::prelude::*;

use crate::ask::ranked::{Ranked, best_of, keep};
use crate::clv::estimated::EstimatedTotals;
use crate::clv::even_part::EvenPart;
use crate::clv::fitted::FittedModel;
use crate::clv::forecast::{Forecast, Outlook, Prediction};
use crate::clv::model_by_stratum::{Memories, MemoriesOfScan};
use crate::clv::sums::{DISTRIBUTIONS, Summing, Sums, Together};
use crate::clv::walk_ahead::WalkAhead;
use crate::{Engine, EngineError, Provenance};

/// Predictions of one message: little enough that whoever does not read on holds no memory to speak of.
const BATCH: usize = 1_000;
/// The same with intervals or ranges, which are most of it, or take most of the time.
const BATCH_WITH_INTERVALS: usize = 250;
/// In an order, so many customers are looked for at first, and more each time, up to the most. Finding the next ones takes
/// another look at everybody; only the names of those found are kept.
const WINDOW: usize = 4_096;
const WINDOW_GROWS: usize = 4;
const WINDOW_MOST: usize = 65_536;
/// Customers looked up one by one before others get their turn on the runtime.
const LOOKED_UP_AT_ONCE: usize = 64;

/// What will all customers be worth?
#[derive(Clone, Debug)]
pub struct PredictCustomers {
    /// How to look ahead.
    pub outlook: Outlook,
    /// In which order.
    pub order: PredictionOrder,
    /// At most so many; none for the first [`Self::LIMIT`], with the sums over all customers.
    pub limit: Option<usize>,
    /// With the intervals of each.
    pub with_intervals: bool,
    /// Also what may come of each.
    pub with_ranges: bool,
    /// Also how much of each rests on what.
    pub with_shares: bool,
    /// Also the sums over all customers.
    pub with_totals: bool,
}

impl PredictCustomers {
    /// How many customers are listed where a question does not say.
    pub const LIMIT: usize = 100;
}

/// Order of predictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PredictionOrder {
    /// As customers were first recorded.
    Recorded,
    /// Highest CLV first.
    Clv,
    /// Least likely to be alive first.
    AliveProbability,
    /// Where most hangs on whether they come back, first.
    ValueAtRisk,
}

impl PredictionOrder {
    /// What a prediction is ordered by, the greater first.
    fn rank(self, prediction: &Prediction) -> Ranked {
        let expected = &prediction.expected;
        let key = match self {
            Self::Recorded => 0.0,
            // Without a value model the order is that of what there is to go by.
            Self::Clv => expected.clv.or(expected.purchases).unwrap_or(expected.alive),
            Self::AliveProbability => -expected.alive,
            Self::ValueAtRisk => expected.value_at_risk().unwrap_or_default(),
        };
        Ranked { key, customer: prediction.customer.as_str().into() }
    }
}

/// Predictions, a batch at a time.
pub struct PredictionBatches<'e> {
    engine: &'e Engine,
    workspace: WorkspaceName,
    forecast: Arc<Forecast>,
    totals: Option<EstimatedTotals>,
    /// Said of customers who are not listed although nobody asked for fewer.
    cut: Option<Warning>,
    with_intervals: bool,
    with_ranges: bool,
    with_shares: bool,
    memories: Memories,
    of_threads: Vec<Memories>,
    batch: usize,
    rest: Rest,
}

enum Rest {
    /// In the order in which they were first recorded.
    Walking(WalkAhead),
    /// In an order: the next ones are known by name, those after them are not looked for before it is their turn.
    Sorted(Window),
}

/// A stretch of an order.
struct Window {
    order: PredictionOrder,
    /// Its customers that are still to come.
    next: std::vec::IntoIter<Ranked>,
    /// The last customer of it; none before the first stretch.
    last: Option<Ranked>,
    /// Customers to go, those of this stretch included.
    left: usize,
    /// How long the stretch after this one may be.
    longest: usize,
}

impl PredictionBatches<'_> {
    /// The model they are made with.
    #[must_use]
    pub fn model(&self) -> &Arc<FittedModel> {
        &self.forecast.model
    }

    /// Where they come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        let mut provenance = self.forecast.provenance();
        provenance.warnings.extend(self.cut.clone());
        provenance
    }

    /// The sums over all customers, if asked for.
    #[must_use]
    pub fn totals(&self) -> Option<EstimatedTotals> {
        self.totals.clone()
    }

    /// The next batch; empty at the end.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn next(&mut self) -> Result<Vec<Prediction>, EngineError> {
        let mut batch = self.points().await?;
        self.engine.still_there(&self.workspace, self.forecast.moment.deletions).await?;
        if self.with_shares {
            batch.iter_mut().for_each(|prediction| self.forecast.add_shares(prediction));
        }
        let (with_intervals, with_ranges) = (self.with_intervals, self.with_ranges);
        if (with_intervals || with_ranges) && !batch.is_empty() {
            let forecast = self.forecast.clone();
            let mut memories = std::mem::take(&mut self.of_threads);
            memories.resize_with(self.engine.pool.size(), Memories::default);
            let work = move |wanted: &Wanted| {
                // Each thread takes a part with a memory of its own, and hands it back for the next batch.
                let part = batch.len().div_ceil(memories.len()).max(1);
                batch.par_chunks_mut(part).zip(&mut memories).for_each(|(part, memories)| {
                    for prediction in part.iter_mut().take_while(|_| !wanted.given_up()) {
                        if with_intervals {
                            forecast.add_intervals(prediction, memories);
                        }
                        if with_ranges {
                            forecast.add_ranges(prediction);
                        }
                    }
                });
                (batch, memories)
            };
            let _turn = self.engine.scans.take().await?;
            (batch, self.of_threads) = self.engine.pool.run(work).await?;
        }
        Ok(batch)
    }

    /// The next batch, still without intervals and ranges.
    async fn points(&mut self) -> Result<Vec<Prediction>, EngineError> {
        let wanted = self.batch;
        match &mut self.rest {
            Rest::Walking(walk) => walk.batch(self.engine).await,
            Rest::Sorted(window) => {
                let (engine, workspace, forecast) = (self.engine, &self.workspace, &self.forecast);
                let mut batch = Vec::with_capacity(wanted);
                while batch.len() < wanted && engine.fill(workspace, forecast, window).await? {
                    let names: Vec<Ranked> = window.next.by_ref().take(LOOKED_UP_AT_ONCE).collect();
                    window.left -= names.len();
                    for Ranked { customer, .. } in names {
                        batch.extend(
                            engine.predict_named(workspace, forecast, &customer, &mut self.memories).await?,
                        );
                    }
                    tokio::task::yield_now().await;
                }
                Ok(batch)
            }
        }
    }
}

/// What is said of so many customers where only the first are listed.
fn cut(customers: u64) -> Option<Warning> {
    let listed = PredictCustomers::LIMIT;
    (customers > listed as u64).then(|| {
        let sentence = format!(
            "the first {listed} of {customers} customers are listed, and all are in the totals; set limit to list more, up to {} for everybody",
            i32::MAX
        );
        Warning::new(WarningCode::ListCut, sentence)
    })
}

impl Engine {
    /// Answers [`PredictCustomers`].
    ///
    /// # Errors
    /// [`EngineError::InsufficientHistory`] when no model can be fitted; [`EngineError::ModelNotFound`].
    pub async fn predict_customers(
        &self,
        workspace: &WorkspaceName,
        question: PredictCustomers,
    ) -> Result<PredictionBatches<'_>, EngineError> {
        let PredictCustomers { outlook, order, limit, with_intervals, with_ranges, with_shares, with_totals } =
            question;
        let forecast = self.forecast(workspace, &outlook).await?;
        let forecast = Arc::new(self.recalling(workspace, forecast, &outlook));
        let with_totals = with_totals || limit.is_none();
        let totals = if with_totals { Some(self.totals(workspace, &forecast).await?) } else { None };
        let customers = totals.as_ref().map(|totals| totals.customers).filter(|_| limit.is_none());
        let left = limit.unwrap_or(PredictCustomers::LIMIT);
        let batch = if with_intervals || with_ranges { BATCH_WITH_INTERVALS } else { BATCH };
        let rest = match order {
            PredictionOrder::Recorded => Rest::Walking(WalkAhead::new(workspace, &forecast, batch, left)),
            order => Rest::Sorted(Window {
                order,
                next: Vec::new().into_iter(),
                last: None,
                left,
                longest: WINDOW,
            }),
        };
        Ok(PredictionBatches {
            engine: self,
            workspace: workspace.clone(),
            forecast,
            totals,
            cut: customers.and_then(cut),
            with_intervals,
            with_ranges,
            with_shares,
            memories: Memories::default(),
            of_threads: Vec::new(),
            batch,
            rest,
        })
    }

    /// The sums over all customers.
    async fn totals(
        &self,
        workspace: &WorkspaceName,
        forecast: &Arc<Forecast>,
    ) -> Result<EstimatedTotals, EngineError> {
        let summing = Summing::new(forecast, true);
        let add = move |Sums { of_strata, part }: &mut Sums, history: &History<'_>| {
            if let Some(known) = summing.known(history) {
                summing.add(of_strata, [part], history, &known);
            }
        };
        let parts = self.scan(workspace, forecast.moment.cut(), Parts::ALL, Sums::default, add).await?;
        let mut together = Together::new(forecast, EvenPart::default());
        parts.into_iter().for_each(|part| together.take(part));
        let with = forecast.clone();
        let work = move |wanted: &Wanted| together.with_ranges(&with, DISTRIBUTIONS, wanted);
        let _turn = self.scans.take().await?;
        self.pool.run(work).await
    }

    /// Looks for the next stretch of an order when the one before is over; false at the end.
    async fn fill(
        &self,
        workspace: &WorkspaceName,
        forecast: &Arc<Forecast>,
        window: &mut Window,
    ) -> Result<bool, EngineError> {
        if window.next.len() > 0 {
            return Ok(true);
        }
        let enough = window.longest.min(window.left);
        if enough == 0 {
            return Ok(false);
        }
        let (with, order, last) = (forecast.clone(), window.order, window.last.clone());
        let memories = MemoriesOfScan::default();
        let add = move |best: &mut BinaryHeap<Ranked>, history: &History<'_>| {
            let prediction = memories.lend(|memories| with.predict(history, memories));
            let Some(prediction) = prediction else { return };
            let ranked = order.rank(&prediction);
            let is_next = last.as_ref().is_none_or(|last| ranked > *last);
            if is_next {
                keep(best, ranked, enough);
            }
        };
        let parts = self.scan(workspace, forecast.moment.cut(), Parts::ALL, Default::default, add).await?;
        let next = self.aside(move || best_of(parts, enough)).await?;
        if next.len() < enough {
            // There is nobody after these.
            window.left = next.len();
        }
        window.last = next.last().cloned();
        window.next = next.into_iter();
        window.longest = (window.longest * WINDOW_GROWS).min(WINDOW_MOST);
        Ok(window.next.len() > 0)
    }

    /// The prediction for one customer; none for one who was erased meanwhile.
    async fn predict_named(
        &self,
        workspace: &WorkspaceName,
        forecast: &Forecast,
        customer: &str,
        memories: &mut Memories,
    ) -> Result<Option<Prediction>, EngineError> {
        let Ok(customer) = CustomerId::new(customer) else { return Ok(None) };
        let mut prediction = None;
        let mut look = |history: &History<'_>| prediction = forecast.predict(history, memories);
        self.store.history(workspace, &customer, forecast.moment.cut(), &mut look).await?;
        Ok(prediction)
    }
}
