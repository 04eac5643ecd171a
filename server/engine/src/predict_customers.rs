//! What will all customers be worth?

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_domain::{History, WorkspaceName};

use lojal_scoring::clv::{Levels, Totals, Uncertainty};
use lojal_store::Parts;
use rayon::prelude::*;

use crate::forecast::{Forecast, Outlook, Prediction};
use crate::models::FittedModel;
use crate::peers::Memories;
use crate::{Engine, EngineError, Provenance};

/// Predictions of one message.
const BATCH: usize = 1_000;

/// What will all customers be worth?
#[derive(Clone, Debug)]
pub struct PredictCustomers {
    /// How to look ahead.
    pub outlook: Outlook,
    /// In which order.
    pub order: PredictionOrder,
    /// At most so many; none for all.
    pub limit: Option<usize>,
    /// With the intervals of each.
    pub with_intervals: bool,
    /// Also the sums over all customers.
    pub with_totals: bool,
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
}

impl PredictionOrder {
    /// The better stands first; equal ones by customer.
    fn compare(self, a: &Prediction, b: &Prediction) -> Ordering {
        let by_number = match self {
            Self::Recorded => Ordering::Equal,
            // Without a value model the order is that of what there is to go by.
            Self::Clv => {
                let worth =
                    |p: &Prediction| p.expected.clv.or(p.expected.purchases).unwrap_or(p.expected.alive);
                worth(b).total_cmp(&worth(a))
            }
            Self::AliveProbability => a.expected.alive.total_cmp(&b.expected.alive),
        };
        by_number.then_with(|| a.customer.cmp(&b.customer))
    }
}

/// Predictions, a batch at a time.
pub struct PredictionBatches<'e> {
    engine: &'e Engine,
    workspace: WorkspaceName,
    forecast: Arc<Forecast>,
    totals: Option<Totals>,
    with_intervals: bool,
    memories: Memories,
    of_threads: Vec<Memories>,
    rest: Rest,
}

enum Rest {
    /// Walking on from after this customer, with so many to go.
    Walking { after: Option<u32>, left: usize },
    /// All are known and in order.
    Sorted(std::vec::IntoIter<Prediction>),
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
        self.forecast.provenance()
    }

    /// The sums over all customers, if asked for, with what their intervals are made of.
    #[must_use]
    pub fn totals(&self) -> Option<(&Totals, Option<&Uncertainty>)> {
        self.totals.as_ref().map(|totals| (totals, self.forecast.peers.joint_of_all()))
    }

    /// The next batch; empty at the end.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn next(&mut self) -> Result<Vec<Prediction>, EngineError> {
        let mut batch = self.points().await?;
        if self.with_intervals && !batch.is_empty() {
            let forecast = self.forecast.clone();
            let mut memories = std::mem::take(&mut self.of_threads);
            memories.resize_with(self.engine.pool.size(), Memories::default);
            let work = move || {
                // Each thread takes a part with a memory of its own, and hands it back for the next batch.
                let part = batch.len().div_ceil(memories.len()).max(1);
                batch.par_chunks_mut(part).zip(&mut memories).for_each(|(part, memories)| {
                    for prediction in part {
                        forecast.add_intervals(prediction, memories);
                    }
                });
                (batch, memories)
            };
            (batch, self.of_threads) = self.engine.pool.run(work).await?;
        }
        Ok(batch)
    }

    /// The next batch, still without intervals.
    async fn points(&mut self) -> Result<Vec<Prediction>, EngineError> {
        let (after, left) = match &mut self.rest {
            Rest::Sorted(rest) => return Ok(rest.by_ref().take(BATCH).collect()),
            Rest::Walking { after, left } => (after, left),
        };
        let wanted = BATCH.min(*left);
        let mut batch = Vec::with_capacity(wanted);
        if wanted == 0 {
            return Ok(batch);
        }
        let (forecast, memories, from) = (&self.forecast, &mut self.memories, *after);
        let mut visit = |history: &History<'_>| {
            *after = Some(history.number);
            batch.extend(forecast.predict(history, memories));
            if batch.len() == wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        self.engine.store.walk(&self.workspace, forecast.moment.cut(), from, &mut visit).await?;
        *left -= batch.len();
        Ok(batch)
    }
}

impl Engine {
    /// Answers [`PredictCustomers`].
    ///
    /// # Errors
    /// [`EngineError::InsufficientHistory`] when no model can be fitted; [`EngineError::ModelNotFound`].
    pub async fn predict_customers(
        &self,
        workspace: &WorkspaceName,
        PredictCustomers { outlook, order, limit, with_intervals, with_totals }: PredictCustomers,
    ) -> Result<PredictionBatches<'_>, EngineError> {
        let forecast = Arc::new(self.forecast(workspace, &outlook).await?);
        let totals = if with_totals { Some(self.totals(workspace, &forecast).await?) } else { None };
        let left = limit.unwrap_or(usize::MAX);
        let rest = match order {
            PredictionOrder::Recorded => Rest::Walking { after: None, left },
            order => Rest::Sorted(self.sorted(workspace, &forecast, order, left).await?.into_iter()),
        };
        Ok(PredictionBatches {
            engine: self,
            workspace: workspace.clone(),
            forecast,
            totals,
            with_intervals,
            memories: Memories::default(),
            of_threads: Vec::new(),
            rest,
        })
    }

    /// The sums over all customers.
    async fn totals(
        &self,
        workspace: &WorkspaceName,
        forecast: &Arc<Forecast>,
    ) -> Result<Totals, EngineError> {
        let with = forecast.clone();
        // By values, since what is remembered of customers who are alike holds for their peers alone.
        let add = move |totals: &mut BTreeMap<Levels, Totals>, history: &History<'_>| {
            let Some(known) = with.known(history) else { return };
            let peers = with.peers.of(&with.peers.levels(history));
            let joint = with.peers.joint(&peers);
            let of_peers = totals.entry(peers.levels().clone()).or_insert_with(|| Totals::new(joint));
            of_peers.add(&peers.pair, joint, &with.ahead, &known);
        };
        let start = Totals::new(forecast.peers.joint_of_all());
        let (cut, new) = (forecast.moment.cut(), BTreeMap::new);
        let parts = lojal_store::fold(&*self.store, workspace, cut, Parts::ALL, new, add).await?;
        Ok(parts.iter().flat_map(BTreeMap::values).fold(start, |mut sum, part| {
            sum.merge(part);
            sum
        }))
    }

    /// The first `limit` predictions in an order.
    async fn sorted(
        &self,
        workspace: &WorkspaceName,
        forecast: &Arc<Forecast>,
        order: PredictionOrder,
        limit: usize,
    ) -> Result<Vec<Prediction>, EngineError> {
        let with = forecast.clone();
        let add = move |(best, memories): &mut (BinaryHeap<Ranked>, Memories), history: &History<'_>| {
            let Some(prediction) = with.predict(history, memories) else { return };
            best.push(Ranked { prediction, order });
            if best.len() > limit {
                best.pop();
            }
        };
        let cut = forecast.moment.cut();
        let parts =
            lojal_store::fold(&*self.store, workspace, cut, Parts::ALL, Default::default, add).await?;
        let mut all: Vec<Prediction> =
            parts.into_iter().flat_map(|(best, _)| best).map(|ranked| ranked.prediction).collect();
        all.sort_unstable_by(|a, b| order.compare(a, b));
        all.truncate(limit);
        Ok(all)
    }
}

/// A prediction in a heap whose top is the one to drop first.
struct Ranked {
    prediction: Prediction,
    order: PredictionOrder,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.compare(&self.prediction, &other.prediction)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}
