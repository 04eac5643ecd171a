//! Who is how loyal?

use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_domain::{CustomerId, History, WorkspaceName};
use lojal_scoring::clv::Expected;
use lojal_scoring::loyalty::Place;
use lojal_store::Parts;

use crate::ask::facts::own_answers::Rated;
use crate::ask::ranked::{Ranked, best_of, keep};
use crate::loyalty::get_loyalty::{LoyaltyStandard, LoyaltyView};
use crate::loyalty::glances::Glance;
use crate::loyalty::judges::{Judge, Judged};
use crate::{Engine, EngineError, Provenance, Scope};

/// Scores of one message: little enough that whoever does not read on holds no memory to speak of.
const BATCH: usize = 250;

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
    judge: Arc<Judge>,
    place: Option<Place>,
    confidence: f64,
    rest: Rest,
}

enum Rest {
    /// Walking on from after this customer, with so many to go.
    Walking { after: Option<u32>, left: usize },
    /// In an order: those who are still to come.
    Sorted(std::vec::IntoIter<Ranked>),
}

/// What came of walking on.
#[derive(Default)]
struct Walked {
    batch: Vec<LoyaltyView>,
    after: Option<u32>,
}

impl LoyaltyBatches<'_> {
    /// With whom customers are compared.
    #[must_use]
    pub fn standard(&self) -> LoyaltyStandard {
        self.judge.standard()
    }

    /// Where they come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.judge.provenance()
    }

    /// The next batch; empty at the end.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn next(&mut self) -> Result<Vec<LoyaltyView>, EngineError> {
        let (judge, confidence, place) = (self.judge.clone(), self.confidence, self.place);
        match &mut self.rest {
            Rest::Walking { after, left } => {
                let wanted = BATCH.min(*left);
                if wanted == 0 {
                    return Ok(Vec::new());
                }
                let cut = judge.moment.cut();
                let visit = move |walked: &mut Walked, history: &History<'_>| {
                    walked.after = Some(history.number);
                    let judged = judge.judge(history, true).filter(|judged| judged.is_of(place));
                    walked.batch.extend(judged.map(|judged| judge.view(&judged, history, confidence)));
                    if walked.batch.len() == wanted {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                };
                let start = Walked { batch: Vec::with_capacity(wanted), after: *after };
                let walked = self.engine.walk(&self.workspace, cut, *after, start, visit).await?;
                *after = walked.after;
                *left -= walked.batch.len();
                Ok(walked.batch)
            }
            Rest::Sorted(ranked) => {
                let mut batch = Vec::with_capacity(BATCH.min(ranked.len()));
                for Ranked { customer, .. } in ranked.by_ref().take(BATCH) {
                    let Ok(customer) = CustomerId::new(&*customer) else { continue };
                    let mut look = |history: &History<'_>| {
                        let judged = judge.judge(history, true);
                        batch.extend(judged.map(|judged| judge.view(&judged, history, confidence)));
                    };
                    let cut = judge.moment.cut();
                    // Whoever was erased meanwhile is not there any more.
                    self.engine.store.history(&self.workspace, &customer, cut, &mut look).await?;
                }
                tokio::task::yield_now().await;
                Ok(batch)
            }
        }
    }
}

impl Judged {
    fn is_of(&self, place: Option<Place>) -> bool {
        place.is_none_or(|place| self.scored.place == place)
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
        let ListLoyalty { scope, place, order, limit, version, confidence } = question;
        let moment = self.moment(workspace, scope).await?;
        let judge = Arc::new(self.judge(workspace, moment, version).await?);
        let left = limit.unwrap_or(usize::MAX);
        let rest = if order == LoyaltyOrder::Recorded {
            Rest::Walking { after: None, left }
        } else {
            Rest::Sorted(self.best(workspace, &judge, place, order, left).await?.into_iter())
        };
        Ok(LoyaltyBatches { engine: self, workspace: workspace.clone(), judge, place, confidence, rest })
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
