//! Who is how loyal?

use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt as _};
use lojal_domain::{CustomerId, History, WorkspaceName};
use lojal_scoring::clv::Expected;
use lojal_scoring::loyalty::Place;
use lojal_store::Parts;

use crate::ask::facts::own_answers::Rated;
use crate::ask::ranked::{Ranked, best_of, keep};
use crate::loyalty::get_loyalty::{LoyaltyStandard, LoyaltyView};
use crate::loyalty::glances::Glance;
use crate::loyalty::judges::Judge;
use crate::{Engine, EngineError, Provenance, Scope};

/// Scores of one message: little enough that whoever does not read on holds no memory to speak of.
const BATCH: usize = 250;
/// Customers looked at in one go, a few of which are under way at once.
const STRETCH: u32 = 500;

/// Who is how loyal?
#[derive(Clone, Debug)]
pub struct ListLoyalty {
    /// When, and of whom.
    pub scope: Scope,
    /// Of one place only; none for all.
    pub place: Option<Place>,
    /// In which order.
    pub order: LoyaltyOrder,
    /// At most so many; none for all.
    pub limit: Option<usize>,
    /// By which version of the workspace's model; none for the last.
    pub version: Option<u32>,
    /// Without what explains them.
    pub scores_only: bool,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoyaltyOrder {
    /// As customers were first recorded.
    Recorded,
    /// The most loyal first.
    Highest,
    /// The least loyal first.
    Lowest,
    /// Where most hangs on whether they come back.
    ValueAtRisk,
}

impl LoyaltyOrder {
    /// What somebody is ordered by, the greater first; none for whoever has it not.
    fn key(self, rated: &Rated, expected: &Expected) -> Option<f64> {
        match self {
            Self::Recorded => Some(0.0),
            Self::Highest => rated.score,
            Self::Lowest => rated.score.map(|score| -score),
            Self::ValueAtRisk => expected.value_at_risk(),
        }
    }
}

/// Scores, a batch at a time.
pub struct LoyaltyBatches<'e> {
    engine: &'e Engine,
    workspace: WorkspaceName,
    teller: Teller,
    rest: Rest<'e>,
}

enum Rest<'e> {
    /// Those who are still to come as they were recorded, with so many to go; and what was taken and not told yet.
    Recorded {
        stretches: BoxStream<'e, Result<Vec<LoyaltyView>, EngineError>>,
        left: usize,
        taken: Vec<LoyaltyView>,
    },
    /// In an order: those who are still to come.
    Sorted(std::vec::IntoIter<Ranked>),
}

/// What is told of whom.
#[derive(Clone)]
struct Teller {
    judge: Arc<Judge>,
    place: Option<Place>,
    scores_only: bool,
    confidence: f64,
}

impl Teller {
    fn tell(&self, history: &History<'_>) -> Option<LoyaltyView> {
        let judged = self.judge.judge(history, true)?;
        if self.place.is_some_and(|place| judged.scored.place != place) {
            return None;
        }
        Some(if self.scores_only {
            Judge::scores(&judged, history, self.confidence)
        } else {
            self.judge.view(&judged, history, self.confidence)
        })
    }
}

/// What came of a stretch of customers as they were recorded.
#[derive(Default)]
struct Stretch {
    views: Vec<LoyaltyView>,
    /// Whether somebody comes after it.
    goes_on: bool,
}

impl LoyaltyBatches<'_> {
    /// With whom customers are compared.
    #[must_use]
    pub fn standard(&self) -> LoyaltyStandard {
        self.teller.judge.standard()
    }

    /// Where they come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.teller.judge.provenance()
    }

    /// The next batch; empty at the end.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn next(&mut self) -> Result<Vec<LoyaltyView>, EngineError> {
        let batch = self.told().await?;
        self.engine.still_there(&self.workspace, self.teller.judge.moment.deletions).await?;
        Ok(batch)
    }

    async fn told(&mut self) -> Result<Vec<LoyaltyView>, EngineError> {
        match &mut self.rest {
            Rest::Recorded { stretches, left, taken } => {
                let mut batch = std::mem::take(taken);
                while batch.len() < BATCH.min(*left)
                    && let Some(stretch) = stretches.next().await
                {
                    batch.extend(stretch?);
                }
                *taken = batch.split_off(batch.len().min(BATCH).min(*left));
                *left -= batch.len();
                Ok(batch)
            }
            Rest::Sorted(ranked) => {
                let mut batch = Vec::with_capacity(BATCH.min(ranked.len()));
                for Ranked { customer, .. } in ranked.by_ref().take(BATCH) {
                    let Ok(customer) = CustomerId::new(&*customer) else { continue };
                    let mut look = |history: &History<'_>| batch.extend(self.teller.tell(history));
                    let cut = self.teller.judge.moment.cut();
                    // Whoever was erased meanwhile is not there any more.
                    self.engine.store.history(&self.workspace, &customer, cut, &mut look).await?;
                }
                tokio::task::yield_now().await;
                Ok(batch)
            }
        }
    }
}

impl Engine {
    /// Answers [`ListLoyalty`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a version there is not, and for a filter with an attribute nobody has.
    pub async fn list_loyalty(
        &self,
        workspace: &WorkspaceName,
        question: ListLoyalty,
    ) -> Result<LoyaltyBatches<'_>, EngineError> {
        let ListLoyalty { scope, place, order, limit, version, scores_only, confidence } = question;
        let moment = self.moment(workspace, scope).await?;
        let mut judge = self.judge(workspace, moment, version).await?;
        if order == LoyaltyOrder::Recorded {
            self.remember_errors(workspace, &mut judge.forecast);
        }
        let (judge, left) = (Arc::new(judge), limit.unwrap_or(usize::MAX));
        let teller = Teller { judge, place, scores_only, confidence };
        let rest = if order == LoyaltyOrder::Recorded {
            let stretches = self.stretches(workspace.clone(), teller.clone());
            Rest::Recorded { stretches, left, taken: Vec::new() }
        } else {
            Rest::Sorted(self.best(workspace, &teller.judge, place, order, left).await?.into_iter())
        };
        Ok(LoyaltyBatches { engine: self, workspace: workspace.clone(), teller, rest })
    }

    /// Everybody as they were recorded, a few stretches at once.
    fn stretches(
        &self,
        workspace: WorkspaceName,
        teller: Teller,
    ) -> BoxStream<'_, Result<Vec<LoyaltyView>, EngineError>> {
        let ends = (1_u32..).map_while(|place| place.checked_mul(STRETCH));
        let of = move |end: u32| {
            let (workspace, teller) = (workspace.clone(), teller.clone());
            async move {
                let after = end.checked_sub(STRETCH + 1);
                let cut = teller.judge.moment.cut();
                let visit = move |stretch: &mut Stretch, history: &History<'_>| {
                    if history.number >= end {
                        stretch.goes_on = true;
                        return ControlFlow::Break(());
                    }
                    stretch.views.extend(teller.tell(history));
                    ControlFlow::Continue(())
                };
                self.walk(&workspace, cut, after, Stretch::default(), visit).await
            }
        };
        let told = stream::iter(ends).map(of).buffered(self.pool.size());
        // Customers are numbered one after another, so those after a stretch that is the last are none.
        told.scan(true, |goes_on, stretch| {
            let stretch = stretch.map(|Stretch { views, goes_on: more }| {
                let was = std::mem::replace(goes_on, more);
                was.then_some(views)
            });
            std::future::ready(stretch.transpose())
        })
        .boxed()
    }

    /// The first so many of an order, by name.
    async fn best(
        &self,
        workspace: &WorkspaceName,
        judge: &Arc<Judge>,
        place: Option<Place>,
        order: LoyaltyOrder,
        enough: usize,
    ) -> Result<Vec<Ranked>, EngineError> {
        let (cut, judge) = (judge.moment.cut(), judge.clone());
        let add = move |best: &mut BinaryHeap<Ranked>, history: &History<'_>| {
            let Some(((Glance { rated, .. }, expected), customer)) =
                judge.glance_of(history).zip(history.customer)
            else {
                return;
            };
            if place.is_some_and(|place| rated.place != place) {
                return;
            }
            let Some(key) = order.key(&rated, &expected) else { return };
            keep(best, Ranked { key, customer: customer.into() }, enough);
        };
        let parts = self.scan(workspace, cut, Parts::ALL, BinaryHeap::new, add).await?;
        self.aside(move || best_of(parts, enough)).await
    }
}
