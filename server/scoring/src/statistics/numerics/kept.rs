//! Results that are computed once and kept for whoever asks again: a bounded memory that all threads share.
//!
//! What is kept is what a pure function says of the bits of its arguments, so an answer from memory is the answer to the last
//! bit, and it never matters what is remembered. There are two generations: when the younger is full the older is forgotten,
//! so what is asked for often stays, and callers who choose ever new arguments cannot make it grow.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use foldhash::fast::FixedState;

type Generation<K, V> = HashMap<K, V, FixedState>;

/// Up to twice so many results of one function as it was made for.
pub(crate) struct Kept<K, V> {
    most: usize,
    generations: RwLock<[Generation<K, V>; 2]>,
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// With room for `most` in each of two generations.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, generations: RwLock::default() }
    }

    /// What is kept under a key, else what `make` says, which is kept if `worth_keeping`. `make` runs without a lock, so two
    /// threads that ask at once may both do the work.
    pub(crate) fn get_or(
        &self,
        key: K,
        make: impl FnOnce() -> V,
        worth_keeping: impl FnOnce(&V) -> bool,
    ) -> V {
        let held = {
            let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
            let [young, old] = &*generations;
            if let Some(value) = young.get(&key) {
                return value.clone();
            }
            old.get(&key).cloned()
        };
        let value = held.unwrap_or_else(make);
        if worth_keeping(&value) {
            let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
            if generations[0].len() >= self.most {
                generations.swap(0, 1);
                generations[0].clear();
            }
            generations[0].insert(key, value.clone());
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn what_is_asked_for_often_stays_and_the_rest_is_forgotten() {
        let (kept, made) = (Kept::<u32, u32>::new(10), Cell::new(0));
        let ask = |key: u32| {
            let make = || {
                made.set(made.get() + 1);
                key * key
            };
            assert_eq!(kept.get_or(key, make, |_| true), key * key);
        };
        for key in 0..1_000 {
            ask(key);
            ask(7_000);
        }
        // Each once, and the one that is asked for again and again never after that.
        assert_eq!(made.get(), 1_001);
        ask(3);
        assert_eq!(made.get(), 1_002);
        let generations = kept.generations.read().unwrap();
        assert!(generations.iter().map(HashMap::len).sum::<usize>() <= 20);
    }

    #[test]
    fn what_is_not_worth_keeping_is_made_again() {
        let (kept, made) = (Kept::<u32, u32>::new(10), Cell::new(0));
        for _ in 0..3 {
            let make = || {
                made.set(made.get() + 1);
                5
            };
            kept.get_or(1, make, |_| false);
        }
        assert_eq!(made.get(), 3);
    }
}
