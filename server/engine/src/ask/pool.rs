//! Threads for fitting: their own, so that serving goes on meanwhile.

use std::ops::ControlFlow;
use std::sync::OnceLock;

use lojal_store::{Wanted, asking, stand_back};

use crate::{Engine, EngineError};

/// A pool of as many threads as there are cores, started when first used. The operating system shares the cores between them
/// and the threads that serve.
#[derive(Default)]
pub(crate) struct Pool {
    threads: OnceLock<Option<rayon::ThreadPool>>,
}

impl Pool {
    fn threads(&self) -> Option<&rayon::ThreadPool> {
        let build = || {
            rayon::ThreadPoolBuilder::new()
                .thread_name(|number| format!("lojal-fit-{number}"))
                .start_handler(|_| stand_back())
                .build()
                .inspect_err(|error| tracing::error!(%error, "no threads for fitting"))
                .ok()
        };
        self.threads.get_or_init(build).as_ref()
    }

    /// How many threads it has, at least one.
    pub(crate) fn size(&self) -> usize {
        self.threads().map_or(1, rayon::ThreadPool::current_num_threads)
    }

    /// Computes something there, and waits for it without holding up whoever else is served by this thread. Work that takes
    /// long looks now and then whether it is still wanted.
    pub(crate) async fn run<T, W>(&self, work: W) -> Result<T, EngineError>
    where
        T: Send + 'static,
        W: FnOnce(&Wanted) -> T + Send + 'static,
    {
        let threads =
            self.threads().ok_or_else(|| EngineError::Internal("no threads to fit on".to_owned()))?;
        let (_asking, wanted) = asking();
        let (done, result) = tokio::sync::oneshot::channel();
        threads.spawn(move || {
            if !wanted.given_up() {
                // Nobody may be waiting any more.
                let _ = done.send(work(&wanted));
            }
        });
        result.await.map_err(|_| EngineError::Internal("fitting panicked".to_owned()))
    }
}

impl Engine {
    /// Fits something, or does work of that size, when it is the caller's turn.
    pub(crate) async fn compute<T, W>(&self, work: W) -> Result<T, EngineError>
    where
        T: Send + 'static,
        W: FnOnce(&Wanted) -> T + Send + 'static,
    {
        let mut fitting = self.fit_counts.wait();
        let _turn = self.fits.take().await?;
        fitting.begin(&self.clock);
        self.pool.run(work).await
    }
}

/// Breaks when work is not wanted any more.
pub(crate) fn while_wanted(wanted: &Wanted) -> ControlFlow<()> {
    if wanted.given_up() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
