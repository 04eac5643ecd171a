//! What follows from the rest of something that is kept, and is computed once.

use std::sync::OnceLock;

/// What follows from the rest and is computed once. It says nothing of its own, so all of them are equal.
#[derive(Clone, Debug)]
pub(crate) struct Once<T>(pub(crate) OnceLock<T>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> PartialEq for Once<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
