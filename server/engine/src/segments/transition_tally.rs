//! Who was in which segment, is in which, and why: counted, and told.

use std::collections::BTreeMap;

use lojal_domain::Estimate;
use lojal_scoring::rfm::{Movement, Segment};
use lojal_scoring::statistics::homogeneity::homogeneity;
use serde::{Deserialize, Serialize};

use crate::ask::estimates::share;
use crate::ask::tally::Tally;

/// Customers who were in one state and are in another.
#[derive(Clone, Debug)]
pub struct SegmentTransition {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// Where they were; none for those who had no purchase yet.
    pub from: Option<Segment>,
    /// Where they are; none for those who have kept no purchase.
    pub to: Option<Segment>,
    /// How many.
    pub customers: u64,
    /// Their share of all customers of the group.
    pub share: Estimate,
    /// Their share of those who were where they were.
    pub share_of_from: Estimate,
    /// Those of them who moved by what they did.
    pub by_behaviour: u64,
    /// Those who are elsewhere because the thresholds moved.
    pub by_thresholds: u64,
    /// Those who are there by both.
    pub by_both: u64,
}

/// Whether the mix of segments changed among customers who were in one and are in one.
#[derive(Clone, Debug)]
pub struct SegmentMixTest {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// Customers in a segment at both instants.
    pub customers: u64,
    /// Those of them who are in another one.
    pub moved: u64,
    /// The statistic of Stuart and Maxwell; none where nobody moved.
    pub chi_square: Option<f64>,
    /// Its degrees of freedom.
    pub degrees_of_freedom: Option<u32>,
    /// The probability of one as large if the mix had not changed.
    pub p_value: Option<f64>,
}

/// Segments by their place, best first, and after them no segment.
const NONE: usize = Segment::ALL.len();

/// Where a customer is, as a number: a segment's place, or the number after the last.
pub(crate) fn place_of(segment: Option<Segment>) -> u8 {
    let place = segment.and_then(|found| Segment::ALL.iter().position(|each| *each == found));
    place.unwrap_or(NONE) as u8
}

fn segment_at(place: u8) -> Option<Segment> {
    Segment::ALL.get(usize::from(place)).copied()
}

/// Customers by where they were and where they are.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct TransitionTally(BTreeMap<(u8, u8), Moves>);

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Moves {
    customers: u64,
    by_behaviour: u64,
    by_thresholds: u64,
    by_both: u64,
}

impl Tally for TransitionTally {
    fn merge(&mut self, other: Self) {
        for (pair, more) in other.0 {
            let sum = self.0.entry(pair).or_default();
            sum.customers += more.customers;
            sum.by_behaviour += more.by_behaviour;
            sum.by_thresholds += more.by_thresholds;
            sum.by_both += more.by_both;
        }
    }
}

impl TransitionTally {
    /// Counts a customer by places; `by_old_thresholds` is where they would be had nobody else changed.
    pub(crate) fn add(&mut self, from: u8, to: u8, by_old_thresholds: u8) {
        let moves = self.0.entry((from, to)).or_default();
        moves.customers += 1;
        match Movement::of(from, to, by_old_thresholds) {
            Movement::Stayed => {}
            Movement::Behaviour => moves.by_behaviour += 1,
            Movement::Thresholds => moves.by_thresholds += 1,
            Movement::Both => moves.by_both += 1,
        }
    }

    /// All customers.
    pub(crate) fn customers(&self) -> u64 {
        self.0.values().map(|moves| moves.customers).sum()
    }

    /// Each pair that anybody is in, best first, and those in no segment last.
    pub(crate) fn told(&self, group: &str, confidence: f64) -> Vec<SegmentTransition> {
        let all = self.customers();
        let were = |from: u8| {
            let pairs = self.0.iter().filter(move |((were, _), _)| *were == from);
            pairs.map(|(_, moves)| moves.customers).sum()
        };
        let told = self.0.iter().map(|((from, to), moves)| SegmentTransition {
            group: group.to_owned(),
            from: segment_at(*from),
            to: segment_at(*to),
            customers: moves.customers,
            share: share(moves.customers, all, confidence),
            share_of_from: share(moves.customers, were(*from), confidence),
            by_behaviour: moves.by_behaviour,
            by_thresholds: moves.by_thresholds,
            by_both: moves.by_both,
        });
        told.collect()
    }

    /// Whether the mix changed.
    pub(crate) fn test(&self, group: &str) -> SegmentMixTest {
        let mut table = vec![vec![0; NONE]; NONE];
        let (mut customers, mut moved) = (0, 0);
        for ((from, to), moves) in &self.0 {
            let (from, to) = (usize::from(*from), usize::from(*to));
            if from < NONE && to < NONE {
                table[from][to] = moves.customers;
                customers += moves.customers;
                moved += if from == to { 0 } else { moves.customers };
            }
        }
        let found = homogeneity(&table);
        SegmentMixTest {
            group: group.to_owned(),
            customers,
            moved,
            chi_square: found.map(|found| found.chi_square),
            degrees_of_freedom: found.map(|found| found.degrees_of_freedom),
            p_value: found.map(|found| found.p_value),
        }
    }
}
