//! Walking through histories.

use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_domain::{History, WorkspaceName};
use parking_lot::Mutex;

use crate::{Cut, Store, StoreError};

/// Walks through histories from the one after number `after` on until `visit` breaks, and gives back what was made of them.
///
/// # Errors
/// Those of [`Store::walk`].
pub async fn walk<S, V>(
    store: &dyn Store,
    workspace: &WorkspaceName,
    cut: Cut,
    after: Option<u32>,
    start: S,
    mut visit: V,
) -> Result<S, StoreError>
where
    S: Default + Send + 'static,
    V: FnMut(&mut S, &History<'_>) -> ControlFlow<()> + Send + 'static,
{
    let seen = Arc::new(Mutex::new(start));
    // One thread walks, so nobody ever waits for this lock.
    let made = seen.clone();
    let visit = move |history: &History<'_>| visit(&mut made.lock(), history);
    store.walk(workspace, cut, after, Box::new(visit)).await?;
    Ok(std::mem::take(&mut *seen.lock()))
}
