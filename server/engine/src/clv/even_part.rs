//! An even part of customers, for what is too dear to compute of all of them.

use std::sync::Arc;

use lojal_scoring::clv::{Known, Scatter};
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::clv::model_by_stratum::StratumModel;
use crate::clv::share::Share;

/// Customers of a part at most. Of so many the variance of all is known to about a tenth, its root to half of that, and by then what
/// moves all customers together is the larger part of it.
const MOST: usize = 1_024;
/// The same of a group among up to a thousand, which all share what is unsure of the shop.
const MOST_OF_GROUP: usize = 256;

/// Multiples of it are spread evenly between whole numbers (Knuth, *The Art of Computer Programming* 3, section 6.4).
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Something of some of the customers of a scan, up to [`MOST`] of them or of a group fewer: of a [`Share`], the same however the scan was cut
/// and whatever was seen first.
pub(crate) struct EvenPart<T> {
    most: usize,
    /// One in two to the power of this is of the part.
    halvings: u32,
    customers: Vec<(u64, T)>,
}

impl<T> Default for EvenPart<T> {
    fn default() -> Self {
        Self { most: MOST, halvings: 0, customers: Vec::new() }
    }
}

/// Whose model predicts for a customer, and what is known of them.
pub(crate) type Predicted = (Arc<StratumModel>, Known);

impl<T> EvenPart<T> {
    /// Of a group among many, of up to [`MOST_OF_GROUP`].
    pub(crate) fn of_group() -> Self {
        Self { most: MOST_OF_GROUP, ..Self::default() }
    }

    /// Takes what `make` says of a customer, by their key, if they are of the part.
    pub(crate) fn add(&mut self, key: u64, make: impl FnOnce() -> T) {
        if Share::halved(self.halvings).has(key) {
            self.customers.push((key, make()));
            self.thin();
        }
    }

    /// Takes those of another part of the same scan.
    pub(crate) fn merge(&mut self, other: Self) {
        self.halve_to(other.halvings);
        let share = Share::halved(self.halvings);
        self.customers.extend(other.customers.into_iter().filter(|(key, _)| share.has(*key)));
        self.thin();
    }

    fn thin(&mut self) {
        // Beyond that there is nothing to halve, should somebody have found so many ids that are alike.
        while self.customers.len() > self.most && self.halvings < u32::BITS {
            self.halve_to(self.halvings + 1);
        }
    }

    fn halve_to(&mut self, halvings: u32) {
        if halvings > self.halvings {
            self.halvings = halvings;
            let share = Share::halved(halvings);
            self.customers.retain(|(key, _)| share.has(*key));
        }
    }
}

impl EvenPart<Predicted> {
    /// How they scatter, added up in the order of their keys, on all threads of the caller's pool, by about so many distributions: of a
    /// model that is a mean over many, each customer's by so many that this is not exceeded.
    pub(crate) fn scatter(mut self, horizon_days: f64, distributions: usize, wanted: &Wanted) -> Scatter {
        self.customers.sort_unstable_by_key(|(key, _)| *key);
        let count = distributions.div_ceil(self.customers.len().max(1));
        let of = |(place, (_, (stratum, known))): (usize, &(u64, Predicted))| {
            let some = (count, (place as f64 * GOLDEN).fract());
            // Nobody looks at the sum when it is not wanted any more.
            (!wanted.given_up()).then(|| Scatter::of_some(&stratum.base, some, horizon_days, known))
        };
        let each: Vec<Option<Scatter>> = self.customers.par_iter().enumerate().map(of).collect();
        each.iter().flatten().fold(Scatter::default(), |mut sum, one| {
            sum.merge(one);
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xxhash_rust::xxh3::xxh3_64;

    #[test]
    fn a_part_is_the_same_however_the_scan_was_cut() {
        let keys = |part: &EvenPart<()>| {
            let mut keys: Vec<u64> = part.customers.iter().map(|(key, ())| *key).collect();
            keys.sort_unstable();
            keys
        };
        let key = |number: u64| xxh3_64(&number.to_le_bytes());
        let all: Vec<u64> = (0..50_000).map(key).collect();
        let mut whole = EvenPart::default();
        all.iter().for_each(|&key| whole.add(key, || ()));
        assert!(whole.customers.len() <= MOST && whole.customers.len() > MOST / 3);
        for pieces in [3, 64] {
            let mut merged = EvenPart::default();
            for piece in (0..pieces).rev() {
                let mut part = EvenPart::default();
                let of_piece = all.iter().rev().filter(|&key| key % pieces == piece);
                of_piece.for_each(|&key| part.add(key, || ()));
                merged.merge(part);
            }
            assert_eq!((merged.halvings, keys(&merged)), (whole.halvings, keys(&whole)));
        }
        let mut few = EvenPart::default();
        all[..MOST].iter().for_each(|&key| few.add(key, || ()));
        assert_eq!((few.halvings, few.customers.len()), (0, MOST), "of few everybody is of it");
    }
}
