//! Looking at everybody, when it is one's turn. Nothing here runs on the threads that serve calls, and all of it ends when
//! nobody waits for it any more.

use std::ops::ControlFlow;

use lojal_domain::{History, WorkspaceName};
use lojal_store::{Cut, Parts, Wanted, asking};

use crate::{Engine, EngineError};

impl Engine {
    /// Folds over all histories.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn scan<A, N, V>(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        parts: Parts,
        new: N,
        visit: V,
    ) -> Result<Vec<A>, EngineError>
    where
        A: Send + 'static,
        N: Fn() -> A + Send + Sync + 'static,
        V: Fn(&mut A, &History<'_>) + Send + Sync + 'static,
    {
        let _turn = self.scans.take().await?;
        Ok(lojal_store::fold(&*self.store, workspace, cut, parts, new, visit).await?)
    }

    /// Walks through histories from the one after number `after` on until `visit` breaks, and gives back what was made of
    /// them.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn walk<S, V>(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        after: Option<u32>,
        start: S,
        visit: V,
    ) -> Result<S, EngineError>
    where
        S: Default + Send + 'static,
        V: FnMut(&mut S, &History<'_>) -> ControlFlow<()> + Send + 'static,
    {
        let _turn = self.scans.take().await?;
        Ok(lojal_store::walk(&*self.store, workspace, cut, after, start, visit).await?)
    }

    /// Does what takes long with what a scan found.
    ///
    /// # Errors
    /// [`EngineError::Internal`] when it panics.
    pub(crate) async fn aside<T, W>(&self, work: W) -> Result<T, EngineError>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        self.aside_while_wanted(move |_| work()).await
    }

    /// The same for work that looks now and then whether it is still wanted.
    ///
    /// # Errors
    /// [`EngineError::Internal`] when it panics.
    pub(crate) async fn aside_while_wanted<T, W>(&self, work: W) -> Result<T, EngineError>
    where
        T: Send + 'static,
        W: FnOnce(&Wanted) -> T + Send + 'static,
    {
        let _turn = self.scans.take().await?;
        let (_asking, wanted) = asking();
        let done = tokio::task::spawn_blocking(move || work(&wanted)).await;
        done.map_err(|error| EngineError::Internal(format!("work in the background: {error}")))
    }
}
