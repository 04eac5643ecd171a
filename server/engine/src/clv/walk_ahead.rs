//! Predictions of everybody, in the order in which customers were first recorded, made ahead of whoever reads them.
//!
//! Customers have numbers in that order, so stretches of numbers can be walked through at the same time, on threads that have nothing else to
//! do, while what was made before is written down and sent. What comes, and in what order, is as if one had been walked after the other.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_domain::{History, WorkspaceName};
use lojal_store::StoreError;
use tokio_util::task::AbortOnDropHandle;

use crate::ask::turns::Turn;
use crate::clv::forecast::{Forecast, Prediction};
use crate::clv::model_by_stratum::Memories;
use crate::{Engine, EngineError};

/// Stretches under way at most, however many cores there are: whoever does not read on holds little.
const MOST_UNDER_WAY: usize = 4;

/// What came of a stretch.
#[derive(Default)]
struct Walked {
    predictions: Vec<Prediction>,
    /// The first customer after it; none where there is nobody any more, or enough are predicted.
    next: Option<u32>,
    memories: Memories,
}

/// A stretch that is being walked through, up to but without this number.
struct UnderWay {
    end: u32,
    walk: AbortOnDropHandle<Result<Walked, StoreError>>,
}

/// Predictions of everybody, a batch at a time.
pub(crate) struct WalkAhead {
    workspace: WorkspaceName,
    forecast: Arc<Forecast>,
    /// Numbers to a stretch.
    stretch: usize,
    /// Predictions still to be handed out.
    left: usize,
    /// The number that the next stretch begins with; none after the last one.
    next: Option<u32>,
    under_way: VecDeque<UnderWay>,
    /// Those that no stretch has.
    memories: Vec<Memories>,
    /// What was made and not handed out yet.
    made: Vec<Prediction>,
}

impl WalkAhead {
    /// The first `left` predictions, in batches of so many.
    pub(crate) fn new(
        workspace: &WorkspaceName,
        forecast: &Arc<Forecast>,
        batch: usize,
        left: usize,
    ) -> Self {
        Self {
            workspace: workspace.clone(),
            forecast: forecast.clone(),
            stretch: batch,
            left,
            next: Some(0),
            under_way: VecDeque::new(),
            memories: Vec::new(),
            made: Vec::new(),
        }
    }

    /// The next batch; empty at the end.
    pub(crate) async fn batch(&mut self, engine: &Engine) -> Result<Vec<Prediction>, EngineError> {
        let wanted = self.stretch.min(self.left);
        while self.made.len() < wanted && (self.next.is_some() || !self.under_way.is_empty()) {
            if self.under_way.is_empty() {
                let turn = engine.scans.take().await?;
                self.begin(engine, turn);
            }
            self.begin_ahead(engine);
            let Some(first) = self.under_way.pop_front() else { break };
            let walked = first.walk.await;
            let walked = walked
                .map_err(|error| EngineError::Internal(format!("a walk over customers: {error}")))??;
            self.keep(walked);
        }
        self.begin_ahead(engine);
        self.left -= wanted.min(self.made.len());
        if self.made.len() <= wanted {
            return Ok(std::mem::take(&mut self.made));
        }
        let rest = self.made.split_off(wanted);
        Ok(std::mem::replace(&mut self.made, rest))
    }

    fn keep(&mut self, walked: Walked) {
        let Walked { predictions, next, memories } = walked;
        self.memories.push(memories);
        if self.made.is_empty() {
            self.made = predictions;
        } else {
            self.made.extend(predictions);
        }
        match next {
            // Nobody is in between, so those that end before it find nobody.
            Some(next) => {
                self.under_way.retain(|stretch| stretch.end > next);
                self.next = self.next.map(|begins| begins.max(next));
            }
            None => {
                self.under_way.clear();
                self.next = None;
            }
        }
    }

    /// Begins stretches that will be wanted on cores that nobody waits for.
    fn begin_ahead(&mut self, engine: &Engine) {
        let most = engine.pool.size().min(MOST_UNDER_WAY);
        // What is under way finds as many as it has numbers, at most.
        while self.under_way.len() < most
            && self.next.is_some()
            && self.made.len() + self.under_way.len() * self.stretch < self.left
        {
            let Some(turn) = engine.scans.take_free() else { return };
            self.begin(engine, turn);
        }
    }

    /// Begins the next stretch, in this turn, which ends with it, whether somebody waits for it or not.
    fn begin(&mut self, engine: &Engine, turn: Turn) {
        let Some(first) = self.next else { return };
        let end = u32::try_from(self.stretch).ok().and_then(|stretch| first.checked_add(stretch));
        let (end, most, with) = (end.unwrap_or(u32::MAX), self.left, self.forecast.clone());
        self.next = (end < u32::MAX).then_some(end);
        let memories = self.memories.pop().unwrap_or_default();
        let start = Walked { predictions: Vec::with_capacity(self.stretch.min(most)), next: None, memories };
        let visit = move |walked: &mut Walked, history: &History<'_>| {
            if history.number >= end {
                walked.next = Some(history.number);
                return ControlFlow::Break(());
            }
            walked.predictions.extend(with.predict(history, &mut walked.memories));
            if walked.predictions.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let (store, workspace, cut) =
            (engine.store.clone(), self.workspace.clone(), self.forecast.moment.cut());
        let walk = async move {
            let walked =
                lojal_store::walk(&*store, &workspace, cut, first.checked_sub(1), start, visit).await;
            drop(turn);
            walked
        };
        self.under_way.push_back(UnderWay { end, walk: AbortOnDropHandle::new(tokio::spawn(walk)) });
    }
}
