//! A share of all customers, spread evenly over them: for what need not be computed of everybody.

/// Multiples of it are spread evenly between whole numbers (Knuth, *The Art of Computer Programming* 3, section 6.4): 2^32 times the
/// golden ratio.
const SPREAD: u32 = 0x9E37_79B9;

/// Whoever has a number that a hash brings below a limit. So they are spread over the time in which customers came and over any group
/// that goes by numbers, they are the same however and in whatever order customers are looked at, and a lesser share is part of a
/// greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Of 2^32.
    limit: u64,
}

impl Share {
    /// Everybody.
    pub(crate) const ALL: Self = Self { limit: 1 << 32 };

    /// Everybody, halved so many times. Number 0 is always of it.
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

    /// Whether a customer is of it, by their number.
    pub(crate) fn has(self, number: u32) -> bool {
        u64::from(number.wrapping_mul(SPREAD)) < self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_group_that_goes_by_numbers_has_its_share() {
        for step in [1, 2, 3, 7, 64, 1_000] {
            for (share, part) in [
                (Share::halved(1), 0.5),
                (Share::halved(4), 0.0625),
                (Share::halved(7), 0.007_812_5),
                (Share::about(10_000, 70_000), 1.0 / 7.0),
                (Share::halved(1).of_it(1_000, 10_000), 0.05),
            ] {
                let group = (0..200_000_u32).map(|i| i * step);
                let taken = group.filter(|&number| share.has(number)).count() as f64;
                assert!((taken / (200_000.0 * part) - 1.0).abs() < 0.05, "{step} {part}: {taken}");
            }
        }
        assert!(Share::halved(32).has(0) && Share::halved(40).has(0), "somebody is always of it");
    }

    #[test]
    fn of_few_everybody_is_of_it_and_a_lesser_share_is_part_of_a_greater_one() {
        assert_eq!((Share::about(10, 10), Share::about(10, 0)), (Share::ALL, Share::ALL));
        assert!((0..1_000).chain([u32::MAX]).all(|number| Share::ALL.has(number)));
        let (lesser, greater) = (Share::about(300, 1_000), Share::about(700, 1_000));
        let within = |share: Share| (0..1_000).filter(move |&number| share.has(number));
        assert!(
            within(lesser).all(|number| greater.has(number))
                && within(lesser).count() < within(greater).count()
        );
    }
}
