//! Workspaces whose default model somebody went without.

use std::collections::HashSet;

use lojal_domain::WorkspaceName;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Which, and that there is another.
#[derive(Default)]
pub(crate) struct Missed {
    workspaces: Mutex<HashSet<WorkspaceName>>,
    came: Notify,
}

impl Missed {
    pub(crate) fn note(&self, workspace: &WorkspaceName) {
        self.workspaces.lock().insert(workspace.clone());
        self.came.notify_one();
    }

    /// Whether somebody went without since this was last asked.
    pub(crate) fn take(&self, workspace: &WorkspaceName) -> bool {
        self.workspaces.lock().remove(workspace)
    }

    /// Done when somebody went without since this was last done.
    pub(crate) async fn noted(&self) {
        self.came.notified().await;
    }
}
