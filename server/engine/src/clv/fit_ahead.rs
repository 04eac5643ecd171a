//! Default models of large workspaces, fitted before anybody asks.
//!
//! To choose and fit a model of a million customers takes seconds, and whoever asked first after a load would wait for them. So a
//! workspace that has come to rest has its default model fitted as soon as one is due. It is the model that the first question would
//! have had made, and small workspaces are left to that question, which hardly notices.

use std::collections::HashMap;

use lojal_domain::WorkspaceName;

use crate::ask::moment::LARGE;
use crate::{Engine, EngineError, Scope};

/// Looks after which a workspace that never comes to rest has its turn all the same.
const PATIENCE: u32 = 20;

/// Workspaces as they were when they were last looked at.
#[derive(Debug, Default)]
pub struct AtRest(HashMap<WorkspaceName, Look>);

#[derive(Clone, Copy, Debug)]
struct Look {
    revision: u64,
    /// Looks since something was written of which nothing was made yet; none when all was made that there is to make.
    waited: Option<u32>,
}

impl AtRest {
    /// Whether there is something new of which a model can be made: nothing more was written since the last look, or too long
    /// something was at each.
    fn is_due(&mut self, workspace: &WorkspaceName, revision: u64) -> bool {
        let Some(look) = self.0.get_mut(workspace) else {
            self.0.insert(workspace.clone(), Look { revision, waited: Some(0) });
            return false;
        };
        let rests = look.revision == revision;
        let waited = if rests { look.waited } else { Some(look.waited.map_or(0, |waited| waited + 1)) };
        let is_due = waited.is_some_and(|waited| rests || waited >= PATIENCE);
        *look = Look { revision, waited: waited.filter(|_| !is_due) };
        is_due
    }
}

impl Engine {
    /// Fits the default models that are due of workspaces with 20,000 customers or more in which nothing was written since this was
    /// last called, or always something was.
    ///
    /// # Errors
    /// [`EngineError::Store`] and [`EngineError::Internal`]; what is left is looked at with the next write.
    pub async fn fit_ahead(&self, at_rest: &mut AtRest) -> Result<(), EngineError> {
        let workspaces = self.store.workspaces().await?;
        at_rest.0.retain(|known, _| workspaces.binary_search(known).is_ok());
        for workspace in workspaces {
            let status = self.store.status(&workspace).await?;
            if status.customers >= LARGE && at_rest.is_due(&workspace, status.revision) {
                let now = self.moment(&workspace, Scope::default()).await?;
                self.model_for(&workspace, &now).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_due_once_after_writes_have_ended_or_go_on_and_on() {
        let (mut at_rest, workspace) = (AtRest::default(), WorkspaceName::default());
        let mut due = |revision| at_rest.is_due(&workspace, revision);
        assert_eq!([7, 7, 7, 8, 8, 8].map(&mut due), [false, true, false, false, true, false]);
        let places: Vec<u64> = (9..60).filter(|revision| due(*revision)).collect();
        assert_eq!(places, [29, 50]);
    }
}
