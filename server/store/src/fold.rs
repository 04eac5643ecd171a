//! Folding over all histories.

use std::sync::Arc;

use lojal_domain::{History, WorkspaceName};
use parking_lot::Mutex;

use crate::{Cut, Parts, Store, StoreError};

/// Something that looks at every history, a partition at a time, perhaps several at once.
pub trait Fold: Send + Sync {
    /// The parts of histories it looks at. S-33.
    fn parts(&self) -> Parts {
        Parts::ALL
    }

    /// Starts on partition `index`.
    fn partition(&self, index: usize) -> Box<dyn Visitor + '_>;
}

/// Looks at the histories of one partition.
pub trait Visitor: Send {
    /// Looks at one.
    fn visit(&mut self, history: &History<'_>);
    /// Has seen them all.
    fn finish(self: Box<Self>);
}

/// Folds the histories of each partition into an accumulator, as far as the fold looks at them, and gives the accumulators back
/// in the order of partitions, so that merging them does not depend on how many threads there were.
///
/// # Errors
/// Those of [`Store::scan`].
pub async fn fold<A, N, V>(
    store: &dyn Store,
    workspace: &WorkspaceName,
    cut: Cut,
    parts: Parts,
    new: N,
    visit: V,
) -> Result<Vec<A>, StoreError>
where
    A: Send + 'static,
    N: Fn() -> A + Send + Sync + 'static,
    V: Fn(&mut A, &History<'_>) + Send + Sync + 'static,
{
    let fold = Arc::new(Accumulate { parts, new, visit, finished: Mutex::new(Vec::new()) });
    store.scan(workspace, cut, fold.clone()).await?;
    let mut finished = std::mem::take(&mut *fold.finished.lock());
    finished.sort_by_key(|(index, _)| *index);
    Ok(finished.into_iter().map(|(_, accumulator)| accumulator).collect())
}

struct Accumulate<A, N, V> {
    parts: Parts,
    new: N,
    visit: V,
    finished: Mutex<Vec<(usize, A)>>,
}

struct Partition<'f, A, N, V> {
    fold: &'f Accumulate<A, N, V>,
    index: usize,
    accumulator: A,
}

impl<A, N, V> Fold for Accumulate<A, N, V>
where
    A: Send,
    N: Fn() -> A + Send + Sync,
    V: Fn(&mut A, &History<'_>) + Send + Sync,
{
    fn parts(&self) -> Parts {
        self.parts
    }

    fn partition(&self, index: usize) -> Box<dyn Visitor + '_> {
        Box::new(Partition { fold: self, index, accumulator: (self.new)() })
    }
}

impl<A, N, V> Visitor for Partition<'_, A, N, V>
where
    A: Send,
    N: Fn() -> A + Send + Sync,
    V: Fn(&mut A, &History<'_>) + Send + Sync,
{
    fn visit(&mut self, history: &History<'_>) {
        (self.fold.visit)(&mut self.accumulator, history);
    }

    fn finish(self: Box<Self>) {
        self.fold.finished.lock().push((self.index, self.accumulator));
    }
}
