//! Who was active at which instants.
//!
//! A customer is active at t when they bought within [t - W, t), W being the activity window. With instants
//! `t_0 < t_1 < ...` a purchase at p makes them active at every `t_j` with `t_j - W <= p < t_j`, which is a run of
//! neighbours; overlapping runs join. A run that begins at j means that in period j - 1 they were new, if their first
//! purchase lies in that period, or came back; one that ends before j, that they were lost in period j - 1.
//!
//! Instants and purchases are in microseconds here, but any unit will do.

use serde::{Deserialize, Serialize};

use super::Headcount;

/// Instants, and how far back each looks.
#[derive(Debug, Clone, Default)]
pub struct ActivitySeries {
    instants: Vec<i64>,
    since: Vec<i64>,
}

impl ActivitySeries {
    /// From pairs of an instant and the beginning of the activity window before it, both ascending.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let (instants, since) = pairs.into_iter().unzip();
        Self { instants, since }
    }

    /// How many instants there are; one more than periods between them.
    #[must_use]
    pub const fn instants(&self) -> usize {
        self.instants.len()
    }
}

/// Counts of customers by instant and period.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeriesTally {
    /// Differences of how many were active: one more from here, one less from there.
    active: Vec<i64>,
    /// By period: new, lost, reactivated. The first entry holds those active at the first instant, and is not read.
    flows: Vec<[u64; 3]>,
}

const NEW: usize = 0;
const LOST: usize = 1;
const REACTIVATED: usize = 2;

impl SeriesTally {
    /// Nobody yet.
    #[must_use]
    pub fn new(series: &ActivitySeries) -> Self {
        Self { active: vec![0; series.instants() + 1], flows: vec![[0; 3]; series.instants() + 1] }
    }

    /// Adds a customer by the times of their purchases, ascending.
    pub fn add(&mut self, series: &ActivitySeries, purchases: impl IntoIterator<Item = i64>) {
        let (mut from, mut to, mut first_period) = (0, 0, 0);
        let mut run: Option<(usize, usize)> = None;
        // The next instant and the next beginning of a window, at which something changes.
        let (mut next_instant, mut next_since) = (i64::MIN, i64::MIN);
        let at = |times: &[i64], place: usize| times.get(place).copied().unwrap_or(i64::MAX);
        for time in purchases {
            if next_instant == i64::MIN {
                from = series.instants.partition_point(|instant| *instant <= time);
                to = series.since.partition_point(|since| *since <= time);
                first_period = from;
                (next_instant, next_since) = (at(&series.instants, from), at(&series.since, to));
            }
            while next_instant <= time && from < series.instants.len() {
                from += 1;
                next_instant = at(&series.instants, from);
            }
            while next_since <= time && to < series.since.len() {
                to += 1;
                next_since = at(&series.since, to);
            }
            if from >= to {
                continue;
            }
            run = match run {
                Some((start, end)) if from <= end => Some((start, to)),
                Some(done) => {
                    self.close(done, first_period);
                    Some((from, to))
                }
                None => Some((from, to)),
            };
        }
        if let Some(done) = run {
            self.close(done, first_period);
        }
    }

    /// They were active at the instants from `start` up to but not including `end`.
    fn close(&mut self, (start, end): (usize, usize), first_period: usize) {
        self.active[start] += 1;
        self.active[end] -= 1;
        self.flows[start][if start == first_period { NEW } else { REACTIVATED }] += 1;
        // Beyond the last instant nobody knows yet; that entry is not read either.
        self.flows[end][LOST] += 1;
    }

    /// Adds other customers, counted over the same instants.
    pub fn merge(&mut self, other: &Self) {
        for (sum, part) in self.active.iter_mut().zip(&other.active) {
            *sum += part;
        }
        for (sum, part) in self.flows.iter_mut().flatten().zip(other.flows.iter().flatten()) {
            *sum += part;
        }
    }

    /// One count a period between neighbouring instants.
    #[must_use]
    pub fn headcounts(&self) -> Vec<Headcount> {
        let active = self.active.iter().scan(0, |sum, change| {
            *sum += change;
            Some(u64::try_from(*sum).unwrap_or(0))
        });
        let periods = self.flows.len().saturating_sub(2);
        let flows = self.flows.iter().skip(1).take(periods);
        flows
            .zip(active)
            .map(|(flow, start)| Headcount {
                start,
                new: flow[NEW],
                lost: flow[LOST],
                reactivated: flow[REACTIVATED],
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WINDOW: i64 = 10;

    fn series(instants: &[i64]) -> ActivitySeries {
        ActivitySeries::new(instants.iter().map(|instant| (*instant, instant - WINDOW)))
    }

    fn counted(instants: &[i64], customers: &[Vec<i64>]) -> Vec<Headcount> {
        let series = series(instants);
        let mut tally = SeriesTally::new(&series);
        for customer in customers {
            tally.add(&series, customer.iter().copied());
        }
        tally.headcounts()
    }

    #[test]
    fn each_is_what_he_is() {
        let customers = [
            vec![95, 105], // stays
            vec![95],      // lost
            vec![105],     // new
            vec![80, 105], // back
            vec![100],     // bought at the very start: not active before it, new in it
            vec![90],      // just within the window at the start; lost
            vec![89],      // just outside
            vec![110],     // after the end
        ];
        let found = counted(&[100, 110], &customers);
        assert_eq!(found, [Headcount { start: 3, new: 2, lost: 2, reactivated: 1 }]);
        assert_eq!(found[0].end(), 4);
    }

    #[test]
    fn new_is_whoever_never_bought_before() {
        // Bought long before the window and again in it: not new, however far back that was.
        let found = counted(&[100, 110], &[vec![0, 105]]);
        assert_eq!(found, [Headcount { reactivated: 1, ..Headcount::default() }]);
    }

    /// The definitions, read out literally.
    fn slowly(instants: &[i64], customers: &[Vec<i64>]) -> Vec<Headcount> {
        let active =
            |customer: &[i64], t: i64| customer.iter().any(|purchase| (t - WINDOW..t).contains(purchase));
        instants
            .windows(2)
            .map(|pair| {
                let mut count = Headcount::default();
                for customer in customers.iter().filter(|customer| !customer.is_empty()) {
                    let (before, after) = (active(customer, pair[0]), active(customer, pair[1]));
                    let is_new = (pair[0]..pair[1]).contains(&customer[0]);
                    count.start += u64::from(before);
                    count.lost += u64::from(before && !after);
                    count.new += u64::from(!before && after && is_new);
                    count.reactivated += u64::from(!before && after && !is_new);
                }
                count
            })
            .collect()
    }

    proptest! {
        #[test]
        fn runs_are_what_the_definition_says(
            mut customers in prop::collection::vec(prop::collection::vec(0_i64..120, 0..12), 0..20),
            mut instants in prop::collection::btree_set(0_i64..130, 2..12),
        ) {
            customers.iter_mut().for_each(|customer| customer.sort_unstable());
            let instants: Vec<i64> = std::mem::take(&mut instants).into_iter().collect();
            let found = counted(&instants, &customers);
            prop_assert_eq!(&found, &slowly(&instants, &customers));
            for pair in found.windows(2) {
                prop_assert_eq!(pair[0].end(), pair[1].start);
            }
        }
    }
}
