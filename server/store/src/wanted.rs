//! Whether anybody still waits for an answer.
//!
//! Work that looks at everybody runs on threads of its own, where letting go of the future that waits for it changes
//! nothing by itself. So the future holds an [`Asking`], and the work looks at the [`Wanted`] that came with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Held by whoever waits. Dropping it tells the work that nobody does any more.
#[derive(Debug)]
pub struct Asking(Arc<AtomicBool>);

/// Asked by the work, often: a look costs less than a nanosecond.
#[derive(Clone, Debug)]
pub struct Wanted(Arc<AtomicBool>);

/// A pair for one answer.
#[must_use]
pub fn asking() -> (Asking, Wanted) {
    let given_up = Arc::new(AtomicBool::new(false));
    (Asking(given_up.clone()), Wanted(given_up))
}

impl Drop for Asking {
    fn drop(&mut self) {
        // Nothing else is handed over with it: all there is to see is that it is true.
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Wanted {
    /// Whether nobody waits any more, so that going on would be in vain.
    #[must_use]
    pub fn given_up(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::asking;

    #[test]
    fn work_is_wanted_for_as_long_as_somebody_waits() {
        let (asks, wanted) = asking();
        assert!(!wanted.given_up());
        drop(asks);
        assert!(wanted.given_up());
    }
}
