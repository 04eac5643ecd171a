//! What the default model said may come, against what came: of each customer, of groups, and of all of them.

use lojal_proto::v1;

use super::groups::Group;

/// Ranges of one life of a data set, as the default gave them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges {
    /// Of the purchases of each customer known at the cut, in their order; none where there was none.
    pub(crate) customers: Vec<Option<v1::OutcomeRange>>,
    /// Of the purchases of all of them.
    pub(crate) total: Option<v1::OutcomeRange>,
    /// Ends of the interval of what is expected of all of them, which says less.
    pub(crate) interval: Option<(f64, f64)>,
    /// Of the purchases of groups.
    pub(crate) groups: Vec<Group>,
}

/// How many customers, and how many lives, were within.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Held {
    /// Customers with a range.
    pub(crate) customers: usize,
    /// Of them within their range of 80 %, and of 95 %.
    pub(crate) customers_in: [usize; 2],
    /// As many should be, by the probability of each range: ends are whole numbers, so that is more than 80 and 95 %.
    pub(crate) customers_due: [f64; 2],
    /// Groups with a range, and those within it, and as many as should be.
    pub(crate) groups: usize,
    pub(crate) groups_in: [usize; 2],
    pub(crate) groups_due: [f64; 2],
    /// Lives whose total has a range.
    pub(crate) totals: usize,
    /// Of them within the range of 80 %, and of 95 %.
    pub(crate) totals_in: [usize; 2],
    /// Of them within the interval of what was expected.
    pub(crate) totals_in_interval: usize,
}

impl Held {
    /// Holds the ranges of one life against what its customers did.
    pub(crate) fn add(&mut self, ranges: &Ranges, came: &[f64]) {
        for (range, came) in ranges.customers.iter().zip(came) {
            let Some(range) = range else { continue };
            self.customers += 1;
            count(&mut self.customers_in, range, *came);
            self.customers_due[0] += range.probability_80;
            self.customers_due[1] += range.probability_95;
        }
        for Group { range, came } in &ranges.groups {
            self.groups += 1;
            count(&mut self.groups_in, range, *came);
            self.groups_due[0] += range.probability_80;
            self.groups_due[1] += range.probability_95;
        }
        let all: f64 = came.iter().sum();
        if let Some(range) = &ranges.total {
            self.totals += 1;
            count(&mut self.totals_in, range, all);
            let within = |(low, high): (f64, f64)| (low..=high).contains(&all);
            self.totals_in_interval += usize::from(ranges.interval.is_some_and(within));
        }
    }

    /// Adds what was held of other sets.
    pub(crate) fn merge(&mut self, other: Self) {
        self.customers += other.customers;
        self.groups += other.groups;
        self.totals += other.totals;
        self.totals_in_interval += other.totals_in_interval;
        for i in 0..2 {
            self.customers_in[i] += other.customers_in[i];
            self.customers_due[i] += other.customers_due[i];
            self.groups_in[i] += other.groups_in[i];
            self.groups_due[i] += other.groups_due[i];
            self.totals_in[i] += other.totals_in[i];
        }
    }
}

fn count(within: &mut [usize; 2], range: &v1::OutcomeRange, came: f64) {
    for (count, (low, high)) in
        within.iter_mut().zip([(range.low_80, range.high_80), (range.low_95, range.high_95)])
    {
        *count += usize::from((low..=high).contains(&came));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_within_a_range_is_counted() {
        let range = v1::OutcomeRange {
            median: 1.0,
            low_80: 1.0,
            high_80: 2.0,
            low_95: 0.0,
            high_95: 3.0,
            probability_80: 0.875,
            probability_95: 0.96875,
        };
        let ranges = Ranges {
            customers: vec![Some(range), Some(range), None, Some(range)],
            total: Some(v1::OutcomeRange { high_80: 5.0, high_95: 9.0, ..range }),
            interval: Some((1.0, 2.0)),
            groups: vec![Group { range, came: 0.0 }],
        };
        let mut held = Held::default();
        held.add(&ranges, &[1.0, 3.0, 0.0, 4.0]);
        let wanted = Held {
            customers: 3,
            customers_in: [1, 2],
            customers_due: [2.625, 2.90625],
            groups: 1,
            groups_in: [0, 1],
            groups_due: [0.875, 0.96875],
            totals: 1,
            totals_in: [0, 1],
            totals_in_interval: 0,
        };
        assert_eq!(held, wanted);
        let mut twice = held;
        twice.merge(held);
        assert_eq!((twice.customers, twice.customers_in, twice.totals_in), (6, [2, 4], [0, 2]));
    }
}
