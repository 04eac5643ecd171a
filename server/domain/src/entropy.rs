//! Randomness as an argument: whoever makes secrets is handed where they come from.

use thiserror::Error;

/// Gives bytes that nobody can guess.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// [`EntropyError`] when there are none to be had.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

/// The system gives no random bytes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the system gives no random bytes")]
pub struct EntropyError;

/// The system's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(bytes).map_err(|_| EntropyError)
    }
}
