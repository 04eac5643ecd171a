//! Ranks by value, so that equal behaviour has an equal rank.

use rayon::slice::ParallelSliceMut as _;

/// Beyond so many different values ranks are kept of so many of them, a part of 65,536 apart.
const MOST: usize = 1 << 16;

/// The mid-rank of any value among those of a population: the share below it and half the share that equals it (the mid-distribution
/// function; Parzen, *Statistical Science* 19(4), 2004).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Percentiles {
    /// Values ascending, each with the number of those below it and of those up to it.
    steps: Vec<(i64, u64, u64)>,
    number: u64,
}

impl Percentiles {
    /// Of values in any order.
    #[must_use]
    pub fn of(mut values: Vec<i64>) -> Self {
        values.par_sort_unstable();
        let number = values.len() as u64;
        let mut steps: Vec<(i64, u64, u64)> = Vec::new();
        for (i, value) in values.iter().enumerate() {
            match steps.last_mut() {
                Some((last, _, upto)) if last == value => *upto += 1,
                _ => steps.push((*value, i as u64, i as u64 + 1)),
            }
        }
        if steps.len() > MOST {
            steps = thinned(&steps, number);
        }
        steps.shrink_to_fit();
        Self { steps, number }
    }

    /// The mid-rank of a value, 0 to 1; 0.5 where there is no population.
    #[must_use]
    pub fn rank(&self, value: i64) -> f64 {
        if self.number == 0 {
            return 0.5;
        }
        let n = self.number as f64;
        match self.steps.binary_search_by(|(step, ..)| step.cmp(&value)) {
            Ok(i) => (self.steps[i].1 + self.steps[i].2) as f64 / (2.0 * n),
            // Between two values as many are below as up to the one before. Of thinned ones it is in the part of the one before.
            Err(0) => 0.0,
            Err(i) if self.is_thinned() => (self.steps[i - 1].1 + self.steps[i - 1].2) as f64 / (2.0 * n),
            Err(i) => self.steps[i - 1].2 as f64 / n,
        }
    }

    fn is_thinned(&self) -> bool {
        self.steps.len() == MOST
    }
}

/// Parts of equal numbers, each with its first value.
fn thinned(steps: &[(i64, u64, u64)], number: u64) -> Vec<(i64, u64, u64)> {
    let mut parts: Vec<(i64, u64, u64)> = Vec::with_capacity(MOST);
    for (i, (value, below, upto)) in steps.iter().enumerate() {
        let left = (steps.len() - i) as u64;
        let room = (MOST - parts.len()) as u64;
        let is_full = parts.last().is_none_or(|(_, from, to)| (to - from) * MOST as u64 >= number);
        // As many parts as there may be, whatever the values are.
        match parts.last_mut() {
            Some((_, _, to)) if room == 0 || (!is_full && left > room) => *to = *upto,
            _ => parts.push((*value, *below, *upto)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_their_mid_rank() {
        // Sixty of a hundred bought once.
        let values: Vec<i64> =
            std::iter::repeat_n(1, 60).chain(std::iter::repeat_n(2, 25)).chain([5; 15]).collect();
        let ranks = Percentiles::of(values);
        for (value, rank) in [(1, 0.3), (2, 0.725), (5, 0.925), (0, 0.0), (3, 0.85), (9, 1.0)] {
            assert!((ranks.rank(value) - rank).abs() < 1e-12, "{value}");
        }
        assert!((Percentiles::of(Vec::new()).rank(3) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn ranks_of_very_many_values_are_right_to_a_part_of_65536() {
        let number = 300_000_i64;
        let ranks = Percentiles::of((0..number).map(|i| i * 7).collect());
        assert_eq!(ranks.steps.len(), MOST);
        let mut before = 0.0;
        for i in (0..number).step_by(97) {
            let (found, exact) = (ranks.rank(i * 7), (i as f64 + 0.5) / number as f64);
            assert!((found - exact).abs() <= 1.0 / MOST as f64, "{i}: {found} for {exact}");
            assert!(found >= before);
            before = found;
        }
    }
}
