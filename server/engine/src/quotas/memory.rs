//! What the process may take of the machine's memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::quotas::reached::{QuotaReached, QuotaUse};

/// When to try again: what calls took is given back within seconds.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What there may be, and what is. Work that takes much begins only while there is some left, since a process for which there is
/// none is ended by the system, with all that it was doing.
#[derive(Debug)]
pub struct MemoryBudget {
    maximum: u64,
    used: AtomicU64,
}

impl MemoryBudget {
    /// So many bytes.
    #[must_use]
    pub const fn new(maximum: u64) -> Self {
        Self { maximum, used: AtomicU64::new(0) }
    }

    /// Remembers how many are in use, as the system says.
    pub fn tell(&self, used: u64) {
        self.used.store(used, Ordering::Relaxed);
    }

    /// Whether there is some left.
    ///
    /// # Errors
    /// [`QuotaReached`] when there is not.
    pub fn check(&self) -> Result<(), QuotaReached> {
        if self.used.load(Ordering::Relaxed) < self.maximum {
            return Ok(());
        }
        let (whose, what) = ("the server".to_owned(), QuotaUse::Memory);
        Err(QuotaReached { whose, what, maximum: self.maximum, retry_after: RETRY_AFTER })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let budget = MemoryBudget::new(100);
        assert_eq!(budget.check(), Ok(()));
        budget.tell(100);
        let reached = budget.check().unwrap_err();
        assert_eq!((reached.what.limit(), reached.maximum), ("memory_bytes", 100));
        budget.tell(99);
        assert_eq!(budget.check(), Ok(()));
    }
}
