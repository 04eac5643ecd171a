//! Customers in an order, of which the first so many are kept.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A customer's place in an order. The better is less: the greater key first, equal ones by customer.
#[derive(Clone, Debug)]
pub(crate) struct Ranked {
    pub(crate) key: f64,
    pub(crate) customer: Box<str>,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.total_cmp(&self.key).then_with(|| self.customer.cmp(&other.customer))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

/// Adds one to the best so far, of which the worst is at the top; `enough` are kept.
pub(crate) fn keep<T: Ord>(best: &mut BinaryHeap<T>, one: T, enough: usize) {
    if best.len() < enough || best.peek().is_some_and(|worst| one < *worst) {
        best.push(one);
        if best.len() > enough {
            best.pop();
        }
    }
}

/// The best of all parts, in their order.
pub(crate) fn best_of<T: Ord>(parts: Vec<BinaryHeap<T>>, enough: usize) -> Vec<T> {
    let mut all: Vec<T> = parts.into_iter().flatten().collect();
    all.sort_unstable();
    all.truncate(enough);
    all.shrink_to_fit();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_are_kept_and_equal_ones_go_by_name() {
        let ranked = |key: f64, customer: &str| Ranked { key, customer: customer.into() };
        let mut parts = vec![BinaryHeap::new(), BinaryHeap::new()];
        for (i, (key, who)) in
            [(1.0, "d"), (3.0, "c"), (2.0, "b"), (3.0, "a"), (-1.0, "e"), (2.0, "f")].into_iter().enumerate()
        {
            keep(&mut parts[i % 2], ranked(key, who), 3);
        }
        let found: Vec<String> = best_of(parts, 3).into_iter().map(|one| one.customer.into()).collect();
        assert_eq!(found, ["a", "c", "b"]);
    }
}
