//! Equal customers are counted, not repeated.
//!
//! The likelihood of a purchase model depends on a customer only through (x, t_x, T), whole days. A million
//! customers have about 585,000 distinct such patterns, CDNOW's 2,357 have 1,016. The tables are sorted, so every sum over
//! them is taken in the same order whatever the order of the customers was.

use super::anniversaries::Dated;
use super::regularity::Regularity;
use super::summary::PurchaseSummary;
use crate::clv::fitting::parallel;
use rayon::prelude::*;
use std::borrow::Borrow;
use std::ops::Range;

/// Bits for each of x, t_x and T in a sorting key.
const FIELD_BITS: u32 = 21;

/// The largest number a pattern can hold; 2,097,151 days are 5,700 years.
const FIELD_MAX: u32 = (1 << FIELD_BITS) - 1;

/// Patterns with the same x.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// x.
    pub(crate) repeat_purchases: u32,
    /// The rows of the table with this x.
    pub(crate) rows: Range<usize>,
}

/// Distinct (x, t_x, T), sorted, each with the number of customers who show it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PatternTable {
    pub(crate) groups: Vec<Group>,
    pub(crate) recency_days: Vec<u32>,
    pub(crate) age_days: Vec<u32>,
    pub(crate) weights: Vec<f64>,
    customers: u64,
    repeat_customers: u64,
    /// Empty unless given: only the models with regular purchases look at it.
    pub(crate) regularity: Regularity,
    /// What [`crate::clv::PurchaseModelKind::BgBbDated`] is fitted to; none where purchases come on no anniversaries.
    pub(crate) dated: Option<Dated>,
}

fn key(summary: &PurchaseSummary) -> u64 {
    let field = |value: u32| u64::from(value.min(FIELD_MAX));
    field(summary.frequency) << (2 * FIELD_BITS)
        | field(summary.recency_days) << FIELD_BITS
        | field(summary.age_days)
}

fn unpack(key: u64) -> (u32, u32, u32) {
    let field = |shift: u32| (key >> shift) as u32 & FIELD_MAX;
    (field(2 * FIELD_BITS), field(FIELD_BITS), field(0))
}

impl PatternTable {
    /// One customer a summary. Numbers above 2,097,151 are taken as that.
    pub fn from_summaries<I>(summaries: I) -> Self
    where
        I: IntoIterator<Item: Borrow<PurchaseSummary>>,
    {
        let mut keys: Vec<u64> = summaries.into_iter().map(|s| key(s.borrow())).collect();
        keys.par_sort_unstable();
        let mut table = Self::default();
        for run in keys.chunk_by(|a, b| a == b) {
            table.push(unpack(run[0]), run.len() as u64);
        }
        table
    }

    /// The same table with what it takes to tell how regularly its customers buy.
    #[must_use]
    pub fn with_regularity(mut self, regularity: Regularity) -> Self {
        self.regularity = regularity;
        self
    }

    /// The same table with its customers' uses of anniversaries, where purchases come on those.
    #[must_use]
    pub fn with_anniversaries(mut self, dated: Option<Dated>) -> Self {
        self.dated = dated;
        self
    }

    /// How much anniversaries count, of 1: 0 where purchases do not come on them.
    #[must_use]
    pub fn anniversaries_count(&self) -> f64 {
        self.dated.as_ref().map_or(0.0, |dated| dated.counts)
    }

    /// As many customers a summary as its weight says; the same table as from repeating the summaries.
    pub fn from_weighted_summaries<I, S>(summaries: I) -> Self
    where
        I: IntoIterator<Item = (S, u64)>,
        S: Borrow<PurchaseSummary>,
    {
        let mut keys: Vec<(u64, u64)> =
            summaries.into_iter().map(|(s, weight)| (key(s.borrow()), weight)).collect();
        keys.retain(|&(_, weight)| weight > 0);
        keys.sort_unstable();
        let mut table = Self::default();
        for run in keys.chunk_by(|a, b| a.0 == b.0) {
            table.push(unpack(run[0].0), run.iter().map(|(_, weight)| weight).sum());
        }
        table
    }

    /// Appends a pattern; they must come in ascending order.
    fn push(&mut self, (repeat_purchases, recency_days, age_days): (u32, u32, u32), customers: u64) {
        let row = self.weights.len();
        match self.groups.last_mut() {
            Some(group) if group.repeat_purchases == repeat_purchases => group.rows.end = row + 1,
            _ => self.groups.push(Group { repeat_purchases, rows: row..row + 1 }),
        }
        self.recency_days.push(recency_days);
        self.age_days.push(age_days);
        self.weights.push(customers as f64);
        self.customers += customers;
        self.repeat_customers += if repeat_purchases > 0 { customers } else { 0 };
    }

    /// A smaller table that is like this one: days are rounded to multiples of `step`.
    ///
    /// It serves to look for good starting values; the estimate itself is made on the full table.
    pub(crate) fn coarsened(&self, step: u32) -> Self {
        let steps = |days: u32| (days + step / 2) / step;
        let mut coarse = Self::default();
        // Rows come in the order of x, then of recency, rounded or not; so only the ages of one recency have to be sorted.
        let mut by_age = vec![0_u64; steps(self.longest_age_days()) as usize + 1];
        for group in &self.groups {
            let recencies = &self.recency_days[group.rows.clone()];
            let mut start = group.rows.start;
            for alike in recencies.chunk_by(|&a, &b| steps(a) == steps(b)) {
                let rows = start..start + alike.len();
                start = rows.end;
                for (&age, &weight) in self.age_days[rows.clone()].iter().zip(&self.weights[rows]) {
                    by_age[steps(age) as usize] += weight as u64;
                }
                for (age, customers) in (0..).zip(&mut by_age) {
                    let customers = std::mem::take(customers);
                    if customers > 0 {
                        coarse.push((group.repeat_purchases, steps(alike[0]) * step, age * step), customers);
                    }
                }
            }
        }
        coarse
    }

    /// Who buys this many times as often as the next most frequent buyer is a machine or a till ...
    const OUTLIER_FACTOR: u32 = 5;
    /// ... if the next one has at least so many repeat purchases, or is taken to have ...
    const OUTLIER_FROM: u32 = 10;
    /// ... and if at most this share of the customers are taken for one.
    pub(crate) const OUTLIER_SHARE: f64 = 1e-3;

    /// The most repeat purchases of those who are not outliers, with the number of outliers and their fewest repeat purchases;
    /// `None` when there are none. A customer with 5,000 purchases among two thousand ordinary ones is a bot, and one such row
    /// would decide r and alpha.
    pub(crate) fn outliers(&self) -> Option<(u32, u64, u32)> {
        let mut above = 0.0;
        for pair in self.groups.windows(2).rev() {
            above += self.weights[pair[1].rows.clone()].iter().sum::<f64>();
            if above > Self::OUTLIER_SHARE * self.customers as f64 {
                return None;
            }
            let (ordinary, suspect) = (pair[0].repeat_purchases, pair[1].repeat_purchases);
            if suspect > ordinary.max(Self::OUTLIER_FROM).saturating_mul(Self::OUTLIER_FACTOR) && ordinary > 0
            {
                return Some((ordinary, above as u64, suspect));
            }
        }
        None
    }

    /// The most repeat purchases of customers whom a fit does not leave out as outliers.
    #[must_use]
    pub fn most_repeat_purchases(&self) -> u32 {
        self.outliers().map_or(u32::MAX, |(ordinary, ..)| ordinary)
    }

    /// This table without the customers who have more than `most` repeat purchases.
    pub(crate) fn up_to(&self, most: u32) -> Self {
        let mut kept = Self { regularity: self.regularity.up_to(most), ..Self::default() };
        for (x, recency, age, weight) in self.rows().filter(|row| row.0 <= most) {
            kept.push((x, recency, age), weight as u64);
        }
        kept
    }

    /// All rows: x, t_x, T, number of customers.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u32, u32, u32, f64)> + '_ {
        self.groups.iter().flat_map(move |group| {
            group.rows.clone().map(move |i| {
                (group.repeat_purchases, self.recency_days[i], self.age_days[i], self.weights[i])
            })
        })
    }

    /// The ages there are, ascending, each with its number of customers.
    pub(crate) fn by_age(&self) -> impl Iterator<Item = (u32, f64)> + use<> {
        let mut customers = vec![0.0; self.longest_age_days() as usize + 1];
        for (&age, &weight) in self.age_days.iter().zip(&self.weights) {
            customers[age as usize] += weight;
        }
        (0..).zip(customers).filter(|&(_, customers)| customers > 0.0)
    }

    /// The groups cut into pieces of about [`parallel::PIECE`] rows.
    pub(crate) fn pieces(&self) -> Vec<Vec<Group>> {
        pieces(&self.groups)
    }

    /// Number of customers.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// Number of customers with at least one repeat purchase.
    #[must_use]
    pub const fn repeat_customers(&self) -> u64 {
        self.repeat_customers
    }

    /// Number of distinct patterns.
    #[must_use]
    pub const fn patterns(&self) -> usize {
        self.weights.len()
    }

    /// The longest age, in days.
    #[must_use]
    pub fn longest_age_days(&self) -> u32 {
        self.age_days.iter().copied().max().unwrap_or(0)
    }
}

/// Groups cut into pieces of about [`parallel::PIECE`] rows, to be worked on by several threads: the same pieces whatever
/// their number. A large group is cut, small ones share a piece.
fn pieces(groups: &[Group]) -> Vec<Vec<Group>> {
    let mut pieces: Vec<Vec<Group>> = Vec::new();
    let mut room = 0;
    for group in groups {
        for rows in parallel::pieces(&group.rows) {
            if rows.len() > room {
                pieces.push(Vec::new());
                room = parallel::PIECE;
            }
            room -= rows.len();
            if let Some(piece) = pieces.last_mut() {
                piece.push(Group { repeat_purchases: group.repeat_purchases, rows });
            }
        }
    }
    pieces
}

/// The repeat buyers' (x, m) for the Gamma-Gamma model: distinct, sorted, each with its number of customers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValueTable {
    pub(crate) groups: Vec<Group>,
    pub(crate) mean_values: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    customers: u64,
    without_value: u64,
}

impl ValueTable {
    /// Takes the repeat buyers among the customers. Those whose repeat purchases were worth nothing in the mean (or
    /// less) are left out and counted: the model has no place for them.
    pub fn from_summaries<I>(summaries: I) -> Self
    where
        I: IntoIterator<Item: Borrow<PurchaseSummary>>,
    {
        let mut rows = Vec::new();
        let mut without_value = 0;
        for summary in summaries {
            let summary = summary.borrow();
            match summary.mean_repeat_value {
                Some(mean) if mean > 0.0 && mean.is_finite() && summary.frequency > 0 => {
                    rows.push((summary.frequency, mean));
                }
                Some(_) => without_value += 1,
                None => {}
            }
        }
        // Positive floats are in the order of their bits.
        rows.par_sort_unstable_by_key(|row| (row.0, row.1.to_bits()));
        Self { without_value, ..Self::from_sorted(&rows) }
    }

    /// The same, with so many left out because their purchases were worth nothing.
    pub(crate) fn with_worthless(self, without_value: u64) -> Self {
        Self { without_value, ..self }
    }

    /// Takes numbers of purchases, above 0 and ascending, and what one was worth in the mean, positive and finite.
    pub(crate) fn from_sorted(rows: &[(u32, f64)]) -> Self {
        let mut table = Self::default();
        for run in rows.chunk_by(|a, b| a.0 == b.0 && a.1.to_bits() == b.1.to_bits()) {
            let (repeat_purchases, mean) = run[0];
            let row = table.weights.len();
            match table.groups.last_mut() {
                Some(group) if group.repeat_purchases == repeat_purchases => {
                    group.rows.end = row + 1;
                }
                _ => table.groups.push(Group { repeat_purchases, rows: row..row + 1 }),
            }
            table.mean_values.push(mean);
            table.weights.push(run.len() as f64);
            table.customers += run.len() as u64;
        }
        table
    }

    /// What all repeat purchases are worth together, and how many there are.
    pub(crate) fn paid(&self) -> (f64, f64) {
        let rows = self.groups.iter().flat_map(|group| {
            group
                .rows
                .clone()
                .map(|i| (f64::from(group.repeat_purchases) * self.weights[i], self.mean_values[i]))
        });
        rows.fold((0.0, 0.0), |(paid, n), (purchases, mean)| (paid + purchases * mean, n + purchases))
    }

    /// Pearson's correlation of the customers' numbers of repeat purchases and mean values; `None` where either does not vary.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        let rows = || {
            let of = |group: &'_ Group| f64::from(group.repeat_purchases);
            self.groups.iter().flat_map(move |group| group.rows.clone().map(move |i| (of(group), i)))
        };
        let mean = |of: &dyn Fn((f64, usize)) -> f64| {
            rows().map(|row| self.weights[row.1] * of(row)).sum::<f64>() / self.customers as f64
        };
        let (mean_x, mean_m) = (mean(&|(x, _)| x), mean(&|(_, i)| self.mean_values[i]));
        let moment =
            |of: &dyn Fn(f64, f64) -> f64| mean(&|(x, i)| of(x - mean_x, self.mean_values[i] - mean_m));
        let spread = (moment(&|x, _| x * x) * moment(&|_, m| m * m)).sqrt();
        let correlation = moment(&|x, m| x * m) / spread;
        correlation.is_finite().then(|| correlation.clamp(-1.0, 1.0))
    }

    /// Without the customers whose purchases are worth `factor` times those of anybody else, and who are at most `share` of
    /// all, or one: how many they are and their lowest mean value. `None` when there are none.
    pub(crate) fn without_far_values(&self, factor: f64, share: f64) -> Option<(Self, u64, f64)> {
        let most = (share * self.customers as f64).floor().max(1.0);
        // Only the highest matter: as many as may be left out, and the one below.
        let mut highest: Vec<usize> = (0..self.mean_values.len()).collect();
        let descending = |a: &usize, b: &usize| self.mean_values[*b].total_cmp(&self.mean_values[*a]);
        let looked_at = most as usize + 1;
        if looked_at < highest.len() {
            highest.select_nth_unstable_by(looked_at - 1, descending);
            highest.truncate(looked_at);
        }
        highest.sort_unstable_by(descending);
        let mut above = 0.0;
        let mut found = None;
        for pair in highest.windows(2) {
            above += self.weights[pair[0]];
            if above > most {
                break;
            }
            let (suspect, ordinary) = (self.mean_values[pair[0]], self.mean_values[pair[1]]);
            if suspect > factor * ordinary {
                found = Some((above as u64, suspect));
            }
        }
        let (customers, from) = found?;
        let kept = self.keeping(|_, row| self.mean_values[row] < from);
        Some((kept, customers, from))
    }

    /// The rows that are wanted, each told by its place in its group and in the table.
    fn keeping(&self, wanted: impl Fn(usize, usize) -> bool) -> Self {
        let mut kept = Self { without_value: self.without_value, ..Self::default() };
        for group in &self.groups {
            let first = kept.weights.len();
            for (_, row) in group.rows.clone().enumerate().filter(|&(place, row)| wanted(place, row)) {
                kept.mean_values.push(self.mean_values[row]);
                kept.weights.push(self.weights[row]);
                kept.customers += self.weights[row] as u64;
            }
            if kept.weights.len() > first {
                let rows = first..kept.weights.len();
                kept.groups.push(Group { repeat_purchases: group.repeat_purchases, rows });
            }
        }
        kept
    }

    /// The groups cut into pieces of about [`parallel::PIECE`] rows.
    pub(crate) fn pieces(&self) -> Vec<Vec<Group>> {
        pieces(&self.groups)
    }

    /// Every `step`-th row of each group: a smaller table that is like this one, to look for good starting values in.
    pub(crate) fn thinned(&self, step: usize) -> Self {
        self.keeping(|place, _| place % step == 0)
    }

    /// Number of repeat buyers whose purchases were worth something.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// Number of repeat buyers left out because their purchases were worth nothing.
    #[must_use]
    pub const fn customers_without_value(&self) -> u64 {
        self.without_value
    }
}
