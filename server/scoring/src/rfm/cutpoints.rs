//! Scores from 1 to 5 by value, not by row order: equal behaviour gets an equal score.
//!
//! A rank in the population is turned into a score by `1 + floor(5 u)`, clipped to 5, where
//!
//! ```text
//! recency, monetary   u = (#{worse} + 1/2 #{equal}) / n      mid-distribution
//! frequency           u =  #{less}                  / n      lower distribution
//! ```
//!
//! The lower distribution keeps a one-time buyer at F = 1. With mid-ranks they would be lifted to F = 2 wherever
//! most customers bought once, and the segments New, Promising and Lost would be empty.
//!
//! Because `u` only grows with the value, "score above k" is the same as "value at least a threshold", and the
//! threshold is the `ceil(n k / 5)`-th smallest value or the integer after it. All of it is integer
//! arithmetic, so ties are decided exactly and the order of the rows cannot matter.

use serde::{Deserialize, Serialize};

/// Below this number of purchasers a fifth of them is fewer than five people, and fixed thresholds say more.
pub const MIN_PURCHASERS_FOR_QUINTILES: usize = 25;

/// Values below this are counted in a histogram instead of being sorted: 4,096 days are eleven years.
const HISTOGRAM_VALUES: usize = 4096;

/// What a customer did within the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfmValues {
    /// Days since the last purchase.
    pub recency_days: i64,
    /// Number of purchases within the window; 0 for somebody who did not buy.
    pub frequency: i64,
    /// Net spend within the window, in micros of the reporting currency.
    pub monetary_micros: i64,
}

/// Scores from 1 to 5, 5 being best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RfmScores {
    /// 5 for the most recent buyers.
    pub recency: u8,
    /// 5 for the most frequent buyers.
    pub frequency: u8,
    /// 5 for the biggest spenders.
    pub monetary: u8,
}

/// Where thresholds come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CutpointBasis {
    /// The quintiles of the purchasers.
    Quintiles,
    /// Fixed thresholds, since there were fewer than [`MIN_PURCHASERS_FOR_QUINTILES`] purchasers.
    Fixed,
}

/// Thresholds that turn values into scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cutpoints {
    basis: CutpointBasis,
    purchasers: u64,
    recency_at_most: [i64; 4],
    frequency_at_least: [i64; 4],
    monetary_at_least: [i64; 4],
}

impl Cutpoints {
    /// Learns thresholds from everybody who bought within the window; rows with `frequency <= 0` are left out.
    ///
    /// With fewer than [`MIN_PURCHASERS_FOR_QUINTILES`] such rows the thresholds are fixed: recency up to 30,
    /// 90, 180, 365 days scores 5, 4, 3, 2; 1, 2, 3, 4-5, 6 and more purchases score 1 to 5; spend up to 0.5,
    /// 1, 1.5, 2 times the purchasers' median scores 1 to 4 and more scores 5 (a median below 0 counts as 0).
    #[must_use]
    pub fn from_population(population: &[RfmValues]) -> Self {
        let purchasers = population.iter().filter(|v| v.frequency > 0);
        let mut recency = Vec::with_capacity(population.len());
        let mut frequency = Vec::with_capacity(population.len());
        let mut monetary = Vec::with_capacity(population.len());
        for values in purchasers {
            recency.push(values.recency_days);
            frequency.push(values.frequency);
            monetary.push(values.monetary_micros);
        }
        let count = recency.len();
        if count < MIN_PURCHASERS_FOR_QUINTILES {
            return Self::fixed(&mut monetary);
        }
        Self {
            basis: CutpointBasis::Quintiles,
            purchasers: count as u64,
            recency_at_most: recency_thresholds(recency),
            frequency_at_least: Ranked::new(frequency).lower_distribution(),
            monetary_at_least: Ranked::new(monetary).mid_distribution(),
        }
    }

    fn fixed(monetary: &mut [i64]) -> Self {
        monetary.sort_unstable();
        let middle = monetary.len() / 2;
        let median = match (monetary.len() % 2, monetary.get(middle)) {
            (_, None) => 0,
            (0, Some(&upper)) => i128::midpoint(i128::from(monetary[middle - 1]), i128::from(upper)),
            (_, Some(&odd)) => i128::from(odd),
        }
        .max(0);
        // "more than h halves of the median" in whole micros.
        let above = |halves: i128| i64::try_from(median * halves / 2 + 1).unwrap_or(i64::MAX);
        Self {
            basis: CutpointBasis::Fixed,
            purchasers: monetary.len() as u64,
            recency_at_most: [365, 180, 90, 30],
            frequency_at_least: [2, 3, 4, 6],
            monetary_at_least: [above(1), above(2), above(3), above(4)],
        }
    }

    /// Scores one customer in a few nanoseconds. (The integer after `i64::MAX` does not exist, so a frequency or spend of
    /// exactly `i64::MAX` may score too high.) Who did not buy within the window is 1, 1, 1: they are behind every
    /// purchaser the thresholds were learnt from.
    #[must_use]
    pub fn score(&self, values: &RfmValues) -> RfmScores {
        if values.frequency <= 0 {
            return RfmScores { recency: 1, frequency: 1, monetary: 1 };
        }
        let at_least = |value: i64, thresholds: &[i64; 4]| {
            thresholds.iter().fold(1, |score, &threshold| score + u8::from(value >= threshold))
        };
        RfmScores {
            recency: self.recency_at_most.iter().fold(1, |s, &t| s + u8::from(values.recency_days <= t)),
            frequency: at_least(values.frequency, &self.frequency_at_least),
            monetary: at_least(values.monetary_micros, &self.monetary_at_least),
        }
    }

    /// Whether the thresholds are the population's quintiles or the fixed ones.
    #[must_use]
    pub const fn basis(&self) -> CutpointBasis {
        self.basis
    }

    /// Number of customers the thresholds were learnt from.
    #[must_use]
    pub const fn purchasers(&self) -> u64 {
        self.purchasers
    }

    /// Days since the last purchase up to which a customer scores at least 2, 3, 4, 5 (descending).
    #[must_use]
    pub const fn recency_at_most_days(&self) -> [i64; 4] {
        self.recency_at_most
    }

    /// Purchases from which on a customer scores at least 2, 3, 4, 5 (ascending).
    #[must_use]
    pub const fn frequency_at_least(&self) -> [i64; 4] {
        self.frequency_at_least
    }

    /// Net spend in micros from which on a customer scores at least 2, 3, 4, 5 (ascending).
    #[must_use]
    pub const fn monetary_at_least_micros(&self) -> [i64; 4] {
        self.monetary_at_least
    }
}

/// Few days are good, so the mid-distribution is taken of the negated days.
fn recency_thresholds(mut days: Vec<i64>) -> [i64; 4] {
    for value in &mut days {
        // `!v = -v - 1` reverses the order and cannot overflow.
        *value = !*value;
    }
    Ranked::new(days).mid_distribution().map(|threshold| !threshold)
}

/// The order statistics that quintile thresholds need: for each k in 1..=4 the `ceil(n k / 5)`-th smallest value,
/// how many values are below it and how many equal it.
struct Ranked {
    count: u64,
    at: [Rank; 4],
}

#[derive(Clone, Copy, Default)]
struct Rank {
    value: i64,
    below: u64,
    equal: u64,
}

impl Ranked {
    fn new(values: Vec<i64>) -> Self {
        let count = values.len() as u64;
        let at = Self::by_histogram(&values).unwrap_or_else(|| Self::by_selection(values));
        Self { count, at }
    }

    /// 0-based position of the `ceil(n k / 5)`-th smallest value.
    const fn position(count: u64, k: usize) -> u64 {
        (count * k as u64).div_ceil(5).saturating_sub(1)
    }

    /// Days and purchase counts are small whole numbers close together: one counting pass, no sorting.
    fn by_histogram(values: &[i64]) -> Option<[Rank; 4]> {
        let lowest = *values.iter().min()?;
        let mut histogram = [0_u64; HISTOGRAM_VALUES];
        for &value in values {
            let offset = usize::try_from(i128::from(value) - i128::from(lowest)).ok()?;
            *histogram.get_mut(offset)? += 1;
        }
        let mut at = [Rank::default(); 4];
        let (mut below, mut k) = (0, 0);
        for (offset, &equal) in histogram.iter().enumerate() {
            while k < 4 && Self::position(values.len() as u64, k + 1) < below + equal {
                at[k] = Rank { value: lowest + offset as i64, below, equal };
                k += 1;
            }
            below += equal;
        }
        Some(at)
    }

    /// Selects from the top quintile down, so that each selection works on what the previous one left below it.
    fn by_selection(mut values: Vec<i64>) -> [Rank; 4] {
        let count = values.len();
        let mut at = [Rank::default(); 4];
        let mut end = count;
        for k in (0..4).rev() {
            let position = Self::position(count as u64, k + 1) as usize;
            let (_, &mut value, _) = values[..end].select_nth_unstable(position);
            at[k].value = value;
            end = (position + 1).min(end);
        }
        for value in values {
            for rank in &mut at {
                rank.below += u64::from(value < rank.value);
                rank.equal += u64::from(value == rank.value);
            }
        }
        at
    }

    /// Smallest value with `5 (2 #{less} + #{equal}) >= 2 n k`: the order statistic itself, or the integer after it.
    fn mid_distribution(&self) -> [i64; 4] {
        self.each(|k, rank| {
            let reached = 5 * (2 * rank.below + rank.equal) >= 2 * self.count * k;
            if reached { rank.value } else { rank.value.saturating_add(1) }
        })
    }

    /// Smallest value with `5 #{less} >= n k`: always the integer after the order statistic.
    fn lower_distribution(&self) -> [i64; 4] {
        self.each(|_, rank| rank.value.saturating_add(1))
    }

    fn each(&self, threshold: impl Fn(u64, Rank) -> i64) -> [i64; 4] {
        std::array::from_fn(|k| threshold(k as u64 + 1, self.at[k]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(recency_days: i64, frequency: i64, monetary_micros: i64) -> RfmValues {
        RfmValues { recency_days, frequency, monetary_micros }
    }

    /// The definition itself, quadratic and without thresholds.
    fn by_definition(population: &[RfmValues], one: &RfmValues) -> RfmScores {
        let bought: Vec<_> = population.iter().filter(|v| v.frequency > 0).collect();
        let n = bought.len();
        let count = |test: &dyn Fn(&RfmValues) -> bool| bought.iter().filter(|v| test(v)).count();
        let score = |twice_rank: usize| (1 + 5 * twice_rank / (2 * n)).min(5) as u8;
        RfmScores {
            recency: score(
                2 * count(&|v| v.recency_days > one.recency_days)
                    + count(&|v| v.recency_days == one.recency_days),
            ),
            frequency: score(2 * count(&|v| v.frequency < one.frequency)),
            monetary: score(
                2 * count(&|v| v.monetary_micros < one.monetary_micros)
                    + count(&|v| v.monetary_micros == one.monetary_micros),
            ),
        }
    }

    #[test]
    fn a_one_time_buyer_keeps_frequency_one() {
        let mut population = Vec::new();
        for (orders, customers) in [(1, 60), (2, 25), (3, 10), (7, 5)] {
            population.extend(std::iter::repeat_n(values(1, orders, 1), customers));
        }
        let cutpoints = Cutpoints::from_population(&population);
        let scores = [1, 2, 3, 7].map(|f| cutpoints.score(&values(1, f, 1)).frequency);
        assert_eq!(scores, [1, 4, 5, 5]);
        assert_eq!(cutpoints.basis(), CutpointBasis::Quintiles);
        assert_eq!(cutpoints.purchasers(), 100);
    }

    #[test]
    fn few_purchasers_get_fixed_thresholds() {
        let population: Vec<_> = (0..24).map(|i| values(i, 1, 10)).collect();
        let cutpoints = Cutpoints::from_population(&population);
        assert_eq!(cutpoints.basis(), CutpointBasis::Fixed);
        let recency = [30, 31, 90, 91, 180, 181, 365, 366].map(|d| cutpoints.score(&values(d, 1, 1)).recency);
        assert_eq!(recency, [5, 4, 4, 3, 3, 2, 2, 1]);
        let frequency = [1, 2, 3, 4, 5, 6].map(|f| cutpoints.score(&values(1, f, 1)).frequency);
        assert_eq!(frequency, [1, 2, 3, 4, 4, 5]);
        let monetary = [5, 6, 10, 11, 15, 16, 20, 21].map(|m| cutpoints.score(&values(1, 1, m)).monetary);
        assert_eq!(monetary, [1, 2, 2, 3, 3, 4, 4, 5]);
    }

    #[test]
    fn nobody_and_extremes_do_not_break_anything() {
        let empty = Cutpoints::from_population(&[]);
        assert_eq!(empty.basis(), CutpointBasis::Fixed);
        let extreme: Vec<_> = (0..30).map(|_| values(i64::MAX, i64::MAX - 1, i64::MAX - 1)).collect();
        let cutpoints = Cutpoints::from_population(&extreme);
        assert_eq!(cutpoints.score(&extreme[0]), by_definition(&extreme, &extreme[0]));
        let spread: Vec<_> = (0..30).map(|i| values(i64::MIN + i, 1 + i, i64::MIN + i)).collect();
        let cutpoints = Cutpoints::from_population(&spread);
        assert_eq!(cutpoints.score(&spread[7]), by_definition(&spread, &spread[7]));
    }

    #[test]
    fn who_did_not_buy_is_last_in_everything() {
        let population: Vec<_> = (0..50).map(|i| values(i, 1 + i % 3, -5 + i)).collect();
        let scores = Cutpoints::from_population(&population).score(&values(3, 0, 0));
        assert_eq!(scores, RfmScores { recency: 1, frequency: 1, monetary: 1 });
    }

    fn row() -> impl Strategy<Value = RfmValues> {
        // Wide spends go through selection, narrow ones through the histogram; both have many ties.
        (0..400_i64, 0..6_i64, prop_oneof![0..20_i64, (0..9_i64).prop_map(|m| m * 1_000_000_007)])
            .prop_map(|(r, f, m)| values(r, f, m))
    }

    proptest! {
        #[test]
        fn thresholds_say_what_the_definition_says(
            population in prop::collection::vec(row(), 60..200),
            others in prop::collection::vec(row(), 1..20),
        ) {
            let cutpoints = Cutpoints::from_population(&population);
            prop_assume!(cutpoints.basis() == CutpointBasis::Quintiles);
            for one in population.iter().chain(&others).filter(|v| v.frequency > 0) {
                prop_assert_eq!(cutpoints.score(one), by_definition(&population, one));
            }
        }

        #[test]
        fn the_order_of_rows_does_not_matter(mut population in prop::collection::vec(row(), 1..200)) {
            let before = Cutpoints::from_population(&population);
            population.reverse();
            let half = population.len() / 2;
            population.rotate_left(half);
            prop_assert_eq!(before, Cutpoints::from_population(&population));
        }

        #[test]
        fn better_behaviour_never_scores_lower(population in prop::collection::vec(row(), 1..200), one in row()) {
            prop_assume!(one.frequency > 0);
            let cutpoints = Cutpoints::from_population(&population);
            let scores = cutpoints.score(&one);
            let better = cutpoints.score(&values(one.recency_days - 1, one.frequency + 1, one.monetary_micros + 1));
            prop_assert!(better.recency >= scores.recency);
            prop_assert!(better.frequency >= scores.frequency);
            prop_assert!(better.monetary >= scores.monetary);
        }
    }
}
