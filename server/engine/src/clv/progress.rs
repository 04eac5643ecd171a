//! How far a fit is, for whoever waits for it and may stop it.

use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_scoring::clv::FitProgress;
use lojal_store::Wanted;

use crate::ask::pool::while_wanted;

/// How far a fit is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FitStage {
    /// Histories are being read.
    Reading,
    /// Models are being compared by backtest.
    Comparing,
    /// A model is being fitted.
    Fitting {
        /// Which.
        model: &'static str,
        /// Newton steps so far.
        iterations: u32,
        /// What they reached.
        log_likelihood: f64,
    },
    /// Replicates are being made.
    Bootstrapping {
        /// So many are done.
        done: usize,
    },
}

/// Hears how far a fit is, and may stop it.
pub(crate) type Listener = Arc<dyn Fn(FitStage) -> ControlFlow<()> + Send + Sync>;

/// For fits that nobody waits to hear of.
pub(crate) fn silent() -> Listener {
    Arc::new(|_| ControlFlow::Continue(()))
}

/// Stops a fit that is not wanted any more, whatever the listener says.
pub(crate) fn heard_while(wanted: &Wanted, listen: Listener) -> Listener {
    let wanted = wanted.clone();
    Arc::new(move |stage| {
        while_wanted(&wanted)?;
        listen(stage)
    })
}

/// Passes on how far the fit of a model is.
pub(crate) fn hearing(
    listen: &Listener,
    model: &'static str,
) -> impl FnMut(FitProgress) -> ControlFlow<()> + use<> {
    let listen = listen.clone();
    move |progress: FitProgress| {
        let (iterations, log_likelihood) = (progress.iteration, progress.log_likelihood);
        listen(FitStage::Fitting { model, iterations, log_likelihood })
    }
}
