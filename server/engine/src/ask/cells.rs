//! Things counted by measure, group and period: numbers into vectors, so that counting one more compares no names and no dates.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lojal_domain::limits;

/// What a partition counted. Groups are numbered as they are met, periods as in [`Periods`](crate::ask::periods::Periods).
pub(crate) struct Cells<M, T> {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, usize>,
    /// The group asked for last, which mostly is asked for again.
    last: usize,
    /// By measure, of which there are hardly ever two: the series of each group.
    measures: Vec<(M, Vec<Series<T>>)>,
    /// The first period with anything in it, and the one after the last.
    first: usize,
    end: usize,
    overflow: bool,
}

/// Neighbouring periods from the first with anything in it to the last.
struct Series<T> {
    first: usize,
    cells: Vec<T>,
}

/// All partitions together, by measure, group and period. Periods in between may be empty.
pub(crate) type Counted<M, T> = BTreeMap<(M, Arc<str>, usize), T>;

impl<M, T> Default for Cells<M, T> {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            numbers: HashMap::new(),
            last: 0,
            measures: Vec::new(),
            first: usize::MAX,
            end: 0,
            overflow: false,
        }
    }
}

impl<M: PartialEq, T: Default> Cells<M, T> {
    /// The number of a group.
    pub(crate) fn group(&mut self, name: &str) -> usize {
        if self.names.get(self.last).is_some_and(|last| **last == *name) {
            return self.last;
        }
        if let Some(number) = self.numbers.get(name) {
            self.last = *number;
            return *number;
        }
        let number = self.names.len();
        // Beyond the limit nothing is counted any more, so one name stands for all that are too many.
        if number > limits::ANSWER_ROWS {
            return number - 1;
        }
        let name: Arc<str> = name.into();
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// The cell of a measure, a group and a period; none once there are more rows than an answer can have.
    pub(crate) fn at(&mut self, measure: M, group: usize, period: usize) -> Option<&mut T> {
        if period < self.first || self.end <= period {
            (self.first, self.end) = (self.first.min(period), self.end.max(period + 1));
        }
        if (self.end - self.first).saturating_mul(self.names.len()) > limits::ANSWER_ROWS {
            self.overflow = true;
            return None;
        }
        let place = self.measures.iter().position(|(known, _)| *known == measure).unwrap_or_else(|| {
            self.measures.push((measure, Vec::new()));
            self.measures.len() - 1
        });
        let (_, groups) = &mut self.measures[place];
        if groups.len() <= group {
            groups.resize_with(group + 1, || Series { first: period, cells: Vec::new() });
        }
        Some(groups[group].at(period))
    }

    /// Adds up the parts, in their order; none if there are more rows than an answer can have.
    pub(crate) fn merge(parts: Vec<Self>, add: impl Fn(&mut T, T)) -> Option<Counted<M, T>>
    where
        M: Ord + Clone,
    {
        let mut all: Counted<M, T> = BTreeMap::new();
        for part in parts {
            if part.overflow {
                return None;
            }
            for (measure, groups) in part.measures {
                for (series, name) in groups.into_iter().zip(&part.names) {
                    for (period, cell) in (series.first..).zip(series.cells) {
                        add(all.entry((measure.clone(), name.clone(), period)).or_default(), cell);
                    }
                }
            }
        }
        Some(all)
    }
}

impl<T: Default> Series<T> {
    fn at(&mut self, period: usize) -> &mut T {
        if self.cells.is_empty() {
            self.first = period;
        }
        if period < self.first {
            let missing = self.first - period;
            self.cells.splice(0..0, std::iter::repeat_with(T::default).take(missing));
            self.first = period;
        }
        let place = period - self.first;
        if self.cells.len() <= place {
            self.cells.resize_with(place + 1, T::default);
        }
        &mut self.cells[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_comes_out_again() {
        let count = |rows: &[(char, &str, usize)]| {
            let mut cells: Cells<char, u32> = Cells::default();
            for (measure, group, period) in rows {
                let group = cells.group(group);
                *cells.at(*measure, group, *period).unwrap() += 1;
            }
            cells
        };
        let parts = vec![
            count(&[('a', "x", 5), ('a', "y", 3), ('a', "x", 2), ('a', "x", 5)]),
            count(&[('b', "y", 7), ('a', "x", 5)]),
        ];
        let all = Cells::merge(parts, |sum, part| *sum += part).unwrap();
        let found: Vec<_> = all.iter().filter(|(_, count)| **count > 0).collect();
        let cell = |measure: char, group: &str, period: usize| (measure, Arc::from(group), period);
        assert_eq!(
            found,
            [
                (&cell('a', "x", 2), &1),
                (&cell('a', "x", 5), &3),
                (&cell('a', "y", 3), &1),
                (&cell('b', "y", 7), &1)
            ]
        );
    }

    #[test]
    fn too_many_rows_are_not_counted() {
        let mut groups: Cells<(), u32> = Cells::default();
        for name in 0..=limits::ANSWER_ROWS + 5 {
            let group = groups.group(&name.to_string());
            assert_eq!(groups.at((), group, 0).is_some(), name < limits::ANSWER_ROWS);
        }
        let mut periods: Cells<(), u32> = Cells::default();
        let group = periods.group("");
        assert!(periods.at((), group, 7).is_some());
        assert!(periods.at((), group, 7 + limits::ANSWER_ROWS).is_none());
        assert!(Cells::merge(vec![groups, periods], |sum, part| *sum += part).is_none());
    }
}
