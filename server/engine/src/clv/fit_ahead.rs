//! Default models of large workspaces, fitted before anybody asks, and what they expect of everybody.
//!
//! To choose and fit a model of a million customers takes seconds, and to say what it expects of each another; whoever asked first after a
//! load, or in the morning, would wait for them, or go without (`at_hand`). So a workspace that has come to rest has both made as soon as they
//! are due, and one that somebody went without at once. They are what the first question would have had made, and small workspaces are
//! left to that question, which hardly notices.

use std::cell::RefCell;
use std::collections::HashMap;

use lojal_domain::{History, WorkspaceName};
use lojal_store::Parts;
use thread_local::ThreadLocal;

use crate::ask::moment::LARGE;
use crate::clv::forecast::Outlook;
use crate::clv::model_by_stratum::Memories;
use crate::loyalty::judges::outlook;
use crate::{Engine, EngineError, Moment, Scope};

/// Looks after which a workspace that never comes to rest has its turn all the same.
const PATIENCE: u32 = 20;

/// Workspaces as they were when they were last looked at.
#[derive(Debug, Default)]
pub struct AtRest(HashMap<WorkspaceName, Look>);

#[derive(Clone, Copy, Debug)]
struct Look {
    revision: u64,
    /// Of the workspace's calendar: each day has expectations of its own.
    today: i32,
    /// Looks since something was written of which nothing was made yet; none when all was made that there is to make.
    waited: Option<u32>,
}

impl AtRest {
    /// Whether there is something new of which a model can be made: nothing more was written since the last look, or too long
    /// something was at each; or a new day has begun.
    fn is_due(&mut self, workspace: &WorkspaceName, revision: u64, today: i32) -> bool {
        let Some(look) = self.0.get_mut(workspace) else {
            self.0.insert(workspace.clone(), Look { revision, today, waited: Some(0) });
            return false;
        };
        let rests = look.revision == revision;
        let waited = match look.waited {
            None if rests && look.today == today => None,
            None => Some(0),
            Some(waited) => Some(if rests { waited } else { waited + 1 }),
        };
        let is_due = waited.is_some_and(|waited| rests || waited >= PATIENCE);
        *look = Look { revision, today, waited: waited.filter(|_| !is_due) };
        is_due
    }

    /// Has a workspace be due again with the next look, as its turn came to nothing: there was no memory left, or no answer of the disk.
    fn put_off(&mut self, workspace: &WorkspaceName) {
        if let Some(look) = self.0.get_mut(workspace) {
            look.waited = Some(0);
        }
    }
}

impl Engine {
    /// Fits the default models that are due of workspaces with 20,000 customers or more that somebody went without, or in which nothing was
    /// written since this was last called, or always something was, and makes what they expect of everybody, which facts, scores and forecasts
    /// remember.
    ///
    /// # Errors
    /// [`EngineError::Store`] and [`EngineError::Internal`]; what is left is looked at with the next write.
    pub async fn fit_ahead(&self, at_rest: &mut AtRest) -> Result<(), EngineError> {
        let workspaces = self.store.workspaces().await?;
        at_rest.0.retain(|known, _| workspaces.binary_search(known).is_ok());
        for workspace in workspaces {
            let status = self.store.status(&workspace).await?;
            if status.customers < LARGE {
                continue;
            }
            let now = self.bare_moment(&workspace, Scope::default()).await?;
            let is_due = at_rest.is_due(&workspace, status.revision, now.today());
            if self.models.missed.take(&workspace) || is_due {
                let expected = self.expect_of_everybody(&workspace, now).await;
                expected.inspect_err(|_| at_rest.put_off(&workspace))?;
            }
        }
        Ok(())
    }

    /// Done when somebody went without the default model that is due, which [`Engine::fit_ahead`] then makes.
    pub async fn model_missed(&self) {
        self.models.missed.noted().await;
    }

    async fn expect_of_everybody(&self, workspace: &WorkspaceName, now: Moment) -> Result<(), EngineError> {
        let (cut, today) = (now.cut(), now.today());
        let outlook = Outlook { intervals: None, ..outlook()? };
        let forecast = self.forecast_at(workspace, now, &outlook).await?;
        let forecast = self.remembering(workspace, forecast, &outlook);
        let memories: ThreadLocal<RefCell<Memories>> = ThreadLocal::new();
        let expect = move |(): &mut (), history: &History<'_>| {
            forecast.expected(history, today, &mut memories.get_or_default().borrow_mut());
        };
        self.scan(workspace, cut, Parts::ALL, || (), expect).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_due_once_after_writes_have_ended_or_go_on_and_on_and_every_day() {
        let (mut at_rest, workspace) = (AtRest::default(), WorkspaceName::default());
        let mut due = |revision, today| at_rest.is_due(&workspace, revision, today);
        assert_eq!(
            [7, 7, 7, 8, 8, 8].map(|revision| due(revision, 1)),
            [false, true, false, false, true, false]
        );
        let places: Vec<u64> = (9..60).filter(|revision| due(*revision, 1)).collect();
        assert_eq!(places, [29, 50]);
        assert_eq!([1, 1, 2, 2, 3].map(|today| due(59, today)), [true, false, true, false, true]);
    }

    #[test]
    fn a_turn_that_came_to_nothing_comes_again() {
        let (mut at_rest, workspace) = (AtRest::default(), WorkspaceName::default());
        assert_eq!([7, 7].map(|revision| at_rest.is_due(&workspace, revision, 1)), [false, true]);
        at_rest.put_off(&workspace);
        assert_eq!([7, 7].map(|revision| at_rest.is_due(&workspace, revision, 1)), [true, false]);
    }
}
