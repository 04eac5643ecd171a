//! What warnings are held against, made once for many questions: it looks at everybody on several days in the past, and has models of each.

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{EventTime, Horizon, WorkspaceName};
use parking_lot::Mutex;

use crate::warnings::dates::{PastDate, past_dates};
use crate::warnings::past::Learned;
use crate::warnings::shop::Shop;
use crate::{Engine, EngineError, Moment};

/// Standards kept. Each is some kilobytes.
const KEPT: usize = 32;

/// What warnings are held against.
pub(crate) struct Standard {
    /// What is usual now.
    pub(crate) shop: Shop,
    /// The days in the past that were looked at, the latest first.
    pub(crate) dates: Vec<PastDate>,
    /// What was learned from them.
    pub(crate) learned: Learned,
    revision: u64,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    workspace: WorkspaceName,
    /// Millionths of a day.
    horizon: u64,
    /// The day, of now in a workspace that is large; else the instant.
    at: Result<i32, EventTime>,
}

/// What was learned, and for what.
#[derive(Default)]
pub(crate) struct Standards {
    kept: Mutex<HashMap<Key, Arc<Standard>>>,
    /// One at a time: whoever waits finds it made.
    making: tokio::sync::Mutex<()>,
    /// Acknowledgements are changed one at a time.
    pub(super) acknowledging: tokio::sync::Mutex<()>,
}

impl Standards {
    /// Forgets those of a workspace.
    pub(crate) fn forget(&self, workspace: &WorkspaceName) {
        self.kept.lock().retain(|key, _| key.workspace != *workspace);
    }
}

impl Engine {
    /// What warnings of a moment are held against.
    pub(super) async fn standard(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        horizon: Horizon,
    ) -> Result<Arc<Standard>, EngineError> {
        let is_large_now = moment.is_large_now();
        let key = Key {
            workspace: workspace.clone(),
            horizon: (horizon.days() * 1e6).round() as u64,
            at: if is_large_now { Ok(moment.today()) } else { Err(moment.as_of) },
        };
        let find = || {
            let kept = self.standards.kept.lock();
            kept.get(&key).filter(|held| is_large_now || held.revision == moment.revision).cloned()
        };
        if let Some(held) = find() {
            return Ok(held);
        }
        let _one_at_a_time = self.standards.making.lock().await;
        if let Some(held) = find() {
            return Ok(held);
        }
        let dates = past_dates(moment, horizon.days());
        let instants = std::iter::once(moment.as_of).chain(dates.iter().map(|date| date.start)).collect();
        let mut shops = self.shops(workspace, moment, instants).await?;
        let then = shops.split_off(1);
        let Some(shop) = shops.pop() else {
            return Err(EngineError::Internal("nothing is usual".to_owned()));
        };
        let learned = self.learned(workspace, moment, horizon, &dates, then).await?;
        let standard = Arc::new(Standard { shop, dates, learned, revision: moment.revision });
        let mut kept = self.standards.kept.lock();
        if self.epoch() == moment.epoch {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(key, standard.clone());
        }
        Ok(standard)
    }
}
