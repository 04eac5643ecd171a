//! How regularly customers buy: the days between their purchases.
//!
//! The models with regular purchases (BG/CNBD-k, MBG/CNBD-k) look at one number more than the others: the sum of the logarithms of
//! the times between successive purchase days. It decides how regular customers are, that is k, and nothing else.
//!
//! ```text
//! litt(unit) = sum over gaps of ln(days / unit) = sum of ln days - gaps ln unit                              (1)
//! ln c(k)    = (k-1) litt - gaps ln Gamma(k)                                                                 (2)
//! ```
//!
//! (2) is what an Erlang-k density of the gaps leaves besides its rate; with it the log-likelihoods of different k compare.
//! It is the convention of Platzer and Reutterer's R package BTYDplus, where `litt` has the same meaning.
//!
//! A quick look needs no model: if gaps are Erlang-k with a customer's own rate, then `M = g1/(g1+g2)` of two successive ones
//! is Beta(k, k) whatever the rate, with variance `1/(4(2k+1))` (Wheat and Morrison, "Estimating purchase regularity with two
//! interpurchase times", *Journal of Marketing Research* 27(1), 1990).

use super::calendar::whole_months;
use super::summary::{Purchase, kept_days};
use crate::clv::TimeUnit;
use crate::statistics::special::Rising;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// The days between one customer's purchases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Gaps {
    /// x: purchase days after the first one, which is the number of gaps.
    pub repeat_purchases: u32,
    /// Sum of the natural logarithms of the gaps in days.
    pub sum_ln_days: f64,
    /// The last two gaps in days, if there are two.
    pub last_two: Option<(u32, u32)>,
    /// How many are whole months of the calendar, to the day.
    #[serde(default)]
    pub whole_months: u32,
    /// How many of those are whole years.
    #[serde(default)]
    pub whole_years: u32,
}

/// The gaps between one customer's purchase days up to the end of the day `today`; purchases are sorted by day. What a purchase
/// day is says [`crate::clv::summarize`].
pub fn gaps<I>(purchases: I, today: i32) -> Gaps
where
    I: IntoIterator<Item: Borrow<Purchase>>,
{
    let mut gaps = Gaps::default();
    let (mut last_day, mut last_gap): (Option<i32>, Option<u32>) = (None, None);
    for kept in kept_days(purchases, today) {
        if let Some(before) = last_day.replace(kept.day) {
            let gap = kept.day.abs_diff(before);
            gaps.repeat_purchases += 1;
            gaps.sum_ln_days += f64::from(gap).ln();
            gaps.last_two = last_gap.replace(gap).map(|earlier| (earlier, gap));
            if let Some(months) = whole_months(before, kept.day) {
                gaps.whole_months += 1;
                gaps.whole_years += u32::from(months.is_multiple_of(12));
            }
        }
    }
    gaps
}

/// The gaps of many customers, by number of repeat purchases, so that outliers can be left out as from a
/// [`crate::clv::PatternTable`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Regularity {
    /// x, with the number of customers who have it and the sum of the logarithms of all their gaps in days.
    groups: BTreeMap<u32, (u64, Exact)>,
    /// Customers with two gaps, and their sum of `(M - 1/2)^2`.
    pairs: (u64, Exact),
}

/// A sum that is the same in whatever order numbers are added: in multiples of 2^-64.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Exact(i128);

impl Exact {
    const ONE: f64 = 18_446_744_073_709_551_616.0;

    const fn add(&mut self, number: f64, times: u64) {
        self.0 = self.0.saturating_add(((number * Self::ONE) as i128).saturating_mul(times as i128));
    }

    const fn value(self) -> f64 {
        self.0 as f64 / Self::ONE
    }
}

impl Regularity {
    /// One customer each.
    pub fn from_gaps<I>(gaps: I) -> Self
    where
        I: IntoIterator<Item: Borrow<Gaps>>,
    {
        Self::from_weighted(gaps.into_iter().map(|gaps| (*gaps.borrow(), 1)))
    }

    /// As many customers each as the weight says. The sums do not depend on the order of the customers.
    pub fn from_weighted(gaps: impl IntoIterator<Item = (Gaps, u64)>) -> Self {
        let mut regularity = Self::default();
        for (gaps, weight) in gaps.into_iter().filter(|(gaps, _)| gaps.repeat_purchases > 0) {
            let (customers, sum) = regularity.groups.entry(gaps.repeat_purchases).or_default();
            *customers += weight;
            sum.add(gaps.sum_ln_days, weight);
            if let Some((earlier, later)) = gaps.last_two {
                let off = f64::from(earlier) / (f64::from(earlier) + f64::from(later)) - 0.5;
                regularity.pairs.0 += weight;
                regularity.pairs.1.add(off * off, weight);
            }
        }
        regularity
    }

    /// The customers who have at most so many repeat purchases. The estimate of
    /// [`Regularity::wheat_morrison_k`] stays that of all: it counts every customer once, so outliers do not matter to it.
    #[must_use]
    pub fn up_to(&self, most: u32) -> Self {
        let groups = self.groups.range(..=most).map(|(&x, &group)| (x, group)).collect();
        Self { groups, pairs: self.pairs }
    }

    /// Number of gaps, the total of repeat purchases.
    #[must_use]
    pub fn gaps(&self) -> u64 {
        self.groups.iter().map(|(&x, &(customers, _))| u64::from(x) * customers).sum()
    }

    /// (1): the sum of the logarithms of all gaps in this unit of time.
    #[must_use]
    pub fn sum_ln(&self, unit: TimeUnit) -> f64 {
        let days: f64 = self.groups.values().map(|(_, sum)| sum.value()).sum();
        days - self.gaps() as f64 * unit.days().ln()
    }

    /// (2).
    #[must_use]
    pub fn ln_constant(&self, k: u32, unit: TimeUnit) -> f64 {
        let factors = k.saturating_sub(1);
        f64::from(factors) * self.sum_ln(unit) - self.gaps() as f64 * Rising::ln(1.0, factors)
    }

    /// Wheat and Morrison's estimate of k: about 1 if customers buy at random, larger if they buy regularly, smaller if in
    /// bursts. `None` if nobody has two gaps, or if they are all equal.
    #[must_use]
    pub fn wheat_morrison_k(&self) -> Option<f64> {
        let (customers, sum) = self.pairs;
        let variance = sum.value() / customers as f64;
        (customers > 0 && variance > 0.0).then(|| (1.0 - 4.0 * variance) / (8.0 * variance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::oracle::cdnow::{self, CALIBRATION_END};
    use crate::clv::oracle::{Random, close};
    use crate::clv::summarize;
    use proptest::prelude::*;

    const fn bought(day: i32, units: i64, refunded: i64) -> Purchase {
        Purchase { day, gross_micros: units * 1_000_000, refunded_micros: refunded * 1_000_000 }
    }

    #[test]
    fn gaps_are_those_between_purchase_days() {
        let purchases =
            [bought(3, 10, 0), bought(3, 5, 0), bought(7, 9, 9), bought(9, 1, 0), bought(12, 1, 0)];
        let of = gaps(purchases, 20);
        assert_eq!((of.repeat_purchases, of.last_two), (2, Some((6, 3))));
        close("litt", of.sum_ln_days, 18f64.ln(), 1e-15);
        assert_eq!(gaps(purchases, 11).last_two, None);
        assert_eq!(gaps(purchases, 3), Gaps::default());
        assert_eq!(gaps(&[] as &[Purchase], 3), Gaps::default());
    }

    proptest! {
        #[test]
        fn gaps_agree_with_the_summary(
            mut purchases in prop::collection::vec((0..60_i32, 0..4_i64, 0..4_i64), 0..30), today in 0..60_i32,
        ) {
            purchases.sort_unstable();
            let purchases: Vec<_> = purchases.into_iter().map(|(day, paid, back)| bought(day, paid, back)).collect();
            let of = gaps(&purchases, today);
            let summary = summarize(&purchases, today);
            prop_assert_eq!(of.repeat_purchases, summary.map_or(0, |s| s.frequency));
            prop_assert_eq!(of.last_two.is_some(), of.repeat_purchases > 1);
            prop_assert!(of.sum_ln_days >= 0.0 && of.sum_ln_days.is_finite());
        }
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        let mut all: Vec<_> = cdnow::purchases().iter().map(|p| gaps(p, CALIBRATION_END)).collect();
        let once = Regularity::from_gaps(&all);
        assert_eq!(once.gaps(), 2457);
        let weighted = Regularity::from_weighted(all.iter().map(|of| (*of, 2)));
        close("litt", weighted.sum_ln(TimeUnit::Week), 2.0 * once.sum_ln(TimeUnit::Week), 1e-14);
        all.reverse();
        all.rotate_left(701);
        assert_eq!(Regularity::from_gaps(&all), once);
        // A change of unit shifts every logarithm.
        let shifted = once.sum_ln(TimeUnit::Day) - 2457.0 * 7f64.ln();
        close("unit", once.sum_ln(TimeUnit::Week), shifted, 1e-12);
        assert_eq!(
            once.up_to(3).gaps(),
            all.iter().map(|g| u64::from(g.repeat_purchases)).filter(|&x| x <= 3).sum::<u64>()
        );
        assert!(once.ln_constant(1, TimeUnit::Week).abs() < f64::MIN_POSITIVE);
    }

    #[test]
    fn the_quick_estimate_finds_k() {
        let mut random = Random(1990);
        for k in [1.0, 3.0] {
            let customers: Vec<_> = (0..40_000)
                .map(|_| {
                    let mut gap = || (random.gamma(k) * 1e4).round() as u32;
                    Gaps { repeat_purchases: 2, last_two: Some((gap(), gap())), ..Gaps::default() }
                })
                .collect();
            let estimate = Regularity::from_gaps(&customers).wheat_morrison_k().unwrap();
            close("k", estimate, k, 0.05);
        }
        assert_eq!(Regularity::default().wheat_morrison_k(), None);
        let same = Gaps { repeat_purchases: 2, last_two: Some((7, 7)), ..Gaps::default() };
        assert_eq!(Regularity::from_gaps([same]).wheat_morrison_k(), None);
        // CDNOW's customers buy more in bursts than at random.
        let cdnow = Regularity::from_gaps(cdnow::purchases().iter().map(|p| gaps(p, CALIBRATION_END)));
        let k = cdnow.wheat_morrison_k().unwrap();
        assert!((0.5..1.1).contains(&k), "{k}");
    }
}
