//! Which workspaces were deleted lately, for answers that take long: what is made piece by piece must not take a workspace that is gone for one
//! that is over, nor another one of the same name for the same.

use std::collections::{BTreeMap, BTreeSet};

use lojal_domain::WorkspaceName;
use parking_lot::Mutex;

use crate::{Engine, EngineError};

/// How many are remembered. Whoever began before those that are not is told that theirs may be gone.
const REMEMBERED: usize = 10_000;

/// Deletions since the server was started.
#[derive(Default)]
pub(crate) struct Deletions(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    /// How many there were.
    count: u64,
    /// The last one of each name, by how many there were then.
    last: BTreeMap<WorkspaceName, u64>,
    /// Those up to this one are forgotten.
    forgotten: u64,
    /// Those that are being deleted.
    under_way: BTreeSet<WorkspaceName>,
}

/// One that is under way, until this is dropped.
pub(crate) struct Deletion<'a> {
    of: &'a Deletions,
    workspace: &'a WorkspaceName,
}

impl Drop for Deletion<'_> {
    fn drop(&mut self) {
        self.of.note(self.workspace);
        self.of.0.lock().under_way.remove(self.workspace);
    }
}

impl Deletions {
    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.0.lock().count
    }

    /// Notes one that begins: from now on nobody knows what is left.
    pub(crate) fn begin<'a>(&'a self, workspace: &'a WorkspaceName) -> Deletion<'a> {
        self.0.lock().under_way.insert(workspace.clone());
        self.note(workspace);
        Deletion { of: self, workspace }
    }

    fn note(&self, workspace: &WorkspaceName) {
        let mut noted = self.0.lock();
        noted.count += 1;
        let count = noted.count;
        if noted.last.len() >= REMEMBERED {
            noted.last.clear();
            noted.forgotten = count - 1;
        }
        noted.last.insert(workspace.clone(), count);
    }

    /// Whether this one was deleted after there were so many, as far as that is remembered.
    fn has_since(&self, workspace: &WorkspaceName, count: u64) -> bool {
        let noted = self.0.lock();
        noted.under_way.contains(workspace)
            || count < noted.forgotten
            || noted.last.get(workspace).is_some_and(|last| *last > count)
    }
}

impl Engine {
    /// Workspaces that were deleted so far, for [`Self::still_there`].
    #[must_use]
    pub fn deletions(&self) -> u64 {
        self.workspace_cache.deletions.count()
    }

    /// Ends an answer whose workspace was deleted while it was made, after there were so many deletions.
    ///
    /// # Errors
    /// [`EngineError::WorkspaceNotFound`] when it was.
    pub async fn still_there(&self, workspace: &WorkspaceName, deletions: u64) -> Result<(), EngineError> {
        if self.workspace_cache.deletions.has_since(workspace, deletions) {
            return Err(self.no_workspace(workspace).await);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_is_known_to_whoever_began_before_it() {
        let named = |number: usize| WorkspaceName::new(format!("w{number}")).unwrap();
        let deletions = Deletions::default();
        let first = named(0);
        let under_way = deletions.begin(&first);
        assert!(deletions.has_since(&named(0), deletions.count()));
        drop(under_way);
        let began = deletions.count();
        assert!(deletions.has_since(&named(0), 0));
        assert!(!deletions.has_since(&named(0), began));
        assert!(!deletions.has_since(&named(1), 0));
        (1..=REMEMBERED).for_each(|number| deletions.note(&named(number)));
        // Nobody knows any more which these were.
        assert!(deletions.has_since(&named(0), 0) && deletions.has_since(&named(REMEMBERED + 1), 0));
        assert!(!deletions.has_since(&named(0), deletions.count()));
    }
}
