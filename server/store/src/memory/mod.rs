//! The reference: a plain list of records, searched from the start for every question.
//!
//! It is slow on purpose. What it answers can be checked by reading it, and every other backend must answer the same.

mod judge;
mod workspace;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use lojal_domain::{CustomerId, EventTime, History, WorkspaceName};
use parking_lot::Mutex;

use self::workspace::Workspace;
use crate::{
    Appended, Batch, Counts, Cut, Document, Erased, Fold, Position, RecordKind, Recorded, Store, StoreError,
    Visit, VisitUntil, WorkspaceStatus,
};

/// A store in memory, for reference and for tests. It keeps every promise but surviving the process.
#[derive(Default)]
pub struct MemoryStore {
    workspaces: Mutex<BTreeMap<WorkspaceName, Workspace>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn read<T>(&self, workspace: &WorkspaceName, read: impl FnOnce(&Workspace) -> T) -> T {
        match self.workspaces.lock().get(workspace) {
            Some(workspace) => read(workspace),
            None => read(&Workspace::default()),
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn append(&self, workspace: &WorkspaceName, batch: Batch) -> Result<Appended, StoreError> {
        let mut workspaces = self.workspaces.lock();
        let mut after = workspaces.get(workspace).cloned().unwrap_or_default();
        let before = after.revision();
        let (recorded, outcomes) = after.append(batch);
        if !recorded {
            return Ok(Appended { revision: before, outcomes });
        }
        let revision = after.revision();
        workspaces.insert(workspace.clone(), after);
        Ok(Appended { revision, outcomes })
    }

    async fn history(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        visit: &mut Visit<'_>,
    ) -> Result<bool, StoreError> {
        Ok(self.read(workspace, |workspace| {
            let number = workspace.customers.iter().position(|known| known.as_ref() == Some(customer));
            number.is_some_and(|number| workspace.show(Some(customer), number as u32, cut, visit).is_some())
        }))
    }

    async fn scan(&self, workspace: &WorkspaceName, cut: Cut, fold: Arc<dyn Fold>) -> Result<(), StoreError> {
        self.read(workspace, |workspace| {
            let (mut visitor, parts) = (fold.partition(0), fold.parts());
            let mut visit = |history: &History<'_>| {
                let shown = parts.of(*history);
                if !shown.is_empty() {
                    visitor.visit(&shown);
                }
            };
            for (number, customer) in workspace.customers.iter().enumerate() {
                let Some(customer) = customer else { continue };
                workspace.show(Some(customer), number as u32, cut, &mut visit);
            }
            workspace.show(None, u32::MAX, cut, &mut visit);
            visitor.finish();
        });
        Ok(())
    }

    async fn walk(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        after: Option<u32>,
        mut visit: Box<VisitUntil>,
    ) -> Result<(), StoreError> {
        self.read(workspace, |workspace| {
            let first = after.map_or(0, |number| number as usize + 1);
            for (number, customer) in workspace.customers.iter().enumerate().skip(first) {
                let Some(customer) = customer else { continue };
                let shown = workspace.show(Some(customer), number as u32, cut, &mut *visit);
                if shown.is_some_and(|flow| flow.is_break()) {
                    return;
                }
            }
        });
        Ok(())
    }

    async fn timeline(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        Ok(self.read(workspace, |workspace| {
            let mut found: Vec<Recorded> = workspace
                .visible(Some(customer), cut)
                .map(|entry| {
                    let time = workspace.time_of(&entry.record).unwrap_or(entry.recorded_at);
                    let position = Position { time, record: entry.number };
                    Recorded { position, recorded_at: entry.recorded_at, record: entry.record.clone() }
                })
                .filter(|recorded| before.is_none_or(|before| recorded.position < before))
                .collect();
            found.sort_by_key(|recorded| std::cmp::Reverse(recorded.position));
            found.truncate(limit);
            found
        }))
    }

    async fn revision_at(&self, workspace: &WorkspaceName, known_at: EventTime) -> Result<u64, StoreError> {
        Ok(self.read(workspace, |workspace| {
            workspace.revisions.iter().filter(|recorded_at| **recorded_at <= known_at).count() as u64
        }))
    }

    async fn erase(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        erased_at: EventTime,
    ) -> Result<Erased, StoreError> {
        let mut workspaces = self.workspaces.lock();
        let held = workspaces.get_mut(workspace);
        Ok(held.map(|workspace| workspace.erase(customer, erased_at)).unwrap_or_default())
    }

    async fn workspaces(&self) -> Result<Vec<WorkspaceName>, StoreError> {
        Ok(self.workspaces.lock().keys().cloned().collect())
    }

    async fn delete_workspace(&self, workspace: &WorkspaceName) -> Result<bool, StoreError> {
        Ok(self.workspaces.lock().remove(workspace).is_some())
    }

    async fn put_document(&self, workspace: &WorkspaceName, document: Document) -> Result<(), StoreError> {
        Document::check(&document)?;
        let mut workspaces = self.workspaces.lock();
        let documents = &mut workspaces.entry(workspace.clone()).or_default().documents;
        documents.insert((document.collection, document.key), document.content);
        Ok(())
    }

    async fn documents(
        &self,
        workspace: &WorkspaceName,
        collection: &str,
    ) -> Result<Vec<Document>, StoreError> {
        Ok(self.read(workspace, |workspace| {
            let of_collection = workspace.documents.iter().filter(|((held, _), _)| held == collection);
            of_collection
                .map(|((collection, key), content)| Document {
                    collection: collection.clone(),
                    key: key.clone(),
                    content: content.clone(),
                })
                .collect()
        }))
    }

    async fn status(&self, workspace: &WorkspaceName) -> Result<WorkspaceStatus, StoreError> {
        Ok(self.read(workspace, |workspace| {
            let times = || workspace.entries.iter().filter_map(|entry| workspace.time_of(&entry.record));
            WorkspaceStatus {
                revision: workspace.revision(),
                customers: workspace.customers.iter().flatten().count() as u64,
                counts: Counts::of(workspace.entries.iter().map(|entry| RecordKind::of(&entry.record))),
                first_event: times().min(),
                last_event: times().max(),
                currency: workspace.currency,
                writable: true,
            }
        }))
    }

    async fn close(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::Harness;

    struct Memory(Arc<MemoryStore>);

    #[async_trait]
    impl Harness for Memory {
        fn new() -> Self {
            Self(Arc::new(MemoryStore::new()))
        }

        async fn open(&self) -> Arc<dyn Store> {
            self.0.clone()
        }
    }

    crate::store_conformance!(Memory);
}
