//! A share of all customers, spread evenly over them: for what need not be computed of everybody.

use lojal_domain::History;
use xxhash_rust::xxh3::xxh3_64;

/// A number that hangs on a customer's id alone, and is as good as drawn by chance: the same records have the same ones, however and in
/// whatever order they came.
pub(crate) fn key_of(history: &History<'_>) -> u64 {
    xxh3_64(history.customer.unwrap_or_default().as_bytes())
}

/// Whoever has a [`key_of`] below a limit. So they are spread over the time in which customers came and over any group, they are the same
/// however customers are looked at, and a lesser share is part of a greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Of 2^32.
    limit: u64,
}

impl Share {
    /// Everybody.
    pub(crate) const ALL: Self = Self { limit: 1 << 32 };

    /// Everybody, halved so many times, up to 32.
    pub(crate) const fn halved(halvings: u32) -> Self {
        Self { limit: if halvings < 32 { Self::ALL.limit >> halvings } else { 1 } }
    }

    /// About `most` of so many; all of fewer.
    pub(crate) fn about(most: u64, of: u64) -> Self {
        Self::ALL.of_it(most, of)
    }

    /// About `most` of so many who are of this share; all of fewer.
    pub(crate) fn of_it(self, most: u64, of: u64) -> Self {
        if of <= most {
            return self;
        }
        Self { limit: (self.limit as f64 * (most as f64 / of as f64)) as u64 }
    }

    /// Whether a customer is of it, by their key.
    pub(crate) fn has(self, key: u64) -> bool {
        // The upper half: the lower one is left to what takes every other of them.
        key >> 32 < self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> u64 {
        let customer = format!("customer-{number}");
        key_of(&History { customer: Some(&customer), number, ..History::default() })
    }

    #[test]
    fn any_group_has_its_share() {
        for step in [1, 2, 7, 64] {
            for (share, part) in [
                (Share::halved(1), 0.5),
                (Share::halved(4), 0.0625),
                (Share::about(10_000, 70_000), 1.0 / 7.0),
                (Share::halved(1).of_it(1_000, 10_000), 0.05),
            ] {
                let group = (0..100_000_u32).map(|i| key(i * step));
                let (mut taken, mut even) = (0.0, 0.0);
                for key in group.filter(|&key| share.has(key)) {
                    taken += 1.0;
                    even += f64::from(u8::from(key.is_multiple_of(2)));
                }
                assert!((taken / (100_000.0 * part) - 1.0_f64).abs() < 0.06, "{step} {part}: {taken}");
                assert!((even / taken - 0.5_f64).abs() < 0.03, "{step} {part}: {even} of {taken}");
            }
        }
    }

    #[test]
    fn of_few_everybody_is_of_it_and_a_lesser_share_is_part_of_a_greater_one() {
        assert_eq!((Share::about(10, 10), Share::about(10, 0)), (Share::ALL, Share::ALL));
        assert!((0..1_000).map(key).chain([0, u64::MAX]).all(|key| Share::ALL.has(key)));
        let (lesser, greater) = (Share::about(300, 1_000), Share::about(700, 1_000));
        let within = |share: Share| (0..1_000).map(key).filter(move |&key| share.has(key));
        assert!(
            within(lesser).all(|key| greater.has(key)) && within(lesser).count() < within(greater).count()
        );
    }
}
