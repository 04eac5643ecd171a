//! Where things are counted: a row a group, and in it a cell a period, or one cell for all of them. Numbers into vectors, so that
//! counting one more compares no names and no dates.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;
use lojal_domain::{History, limits};
use serde::{Deserialize, Serialize};

use crate::EngineError;
use crate::ask::groups::{GroupBy, note_attributes, too_long};
use crate::ask::tally::Tally;

/// What a partition counted. Groups are numbered as they are met, columns as the question numbers them: by period, or 0.
#[derive(Serialize, Deserialize)]
pub(crate) struct Grid<T> {
    names: Vec<Arc<str>>,
    rows: Vec<Series<T>>,
    /// Names of attributes met, to say which there are.
    attributes: BTreeSet<Arc<str>>,
    overflow: bool,
    #[serde(skip)]
    group_by: Arc<GroupBy>,
    /// Rows that a cell makes in the answer, at least.
    #[serde(skip)]
    height: usize,
    #[serde(skip)]
    numbers: HashMap<Arc<str>, usize>,
    /// The group asked for last, which mostly is asked for again.
    #[serde(skip)]
    last: usize,
    /// The first column with anything in it, and the one after the last.
    #[serde(skip)]
    columns: (usize, usize),
}

/// The cells of a group, from the first column with anything in it to the last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Series<T> {
    first: usize,
    cells: Vec<Option<T>>,
}

impl<T> Default for Series<T> {
    fn default() -> Self {
        Self { first: 0, cells: Vec::new() }
    }
}

/// All partitions together, by group, in the order of groups.
pub(crate) type Rows<T> = IndexMap<Arc<str>, Series<T>>;

impl<T> Grid<T> {
    /// An empty one; `height` is how many rows of the answer a cell makes, at least.
    pub(crate) fn new(group_by: Arc<GroupBy>, height: usize) -> Self {
        Self {
            names: Vec::new(),
            rows: Vec::new(),
            attributes: BTreeSet::new(),
            overflow: false,
            group_by,
            height: height.max(1),
            numbers: HashMap::new(),
            last: 0,
            columns: (usize::MAX, 0),
        }
    }

    /// Notes the attributes of a customer, where groups are of one.
    pub(crate) fn note(&mut self, history: &History<'_>) {
        if self.group_by.has_attributes() {
            note_attributes(&mut self.attributes, history);
        }
    }

    /// Notes an attribute that is named by something other than customers.
    pub(crate) fn note_named(&mut self, attribute: &str) {
        if self.group_by.attribute() == Some(attribute) && !self.attributes.contains(attribute) {
            self.attributes.insert(attribute.into());
        }
    }

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
        self.rows.push(Series::default());
        self.last = number;
        number
    }

    /// The number of the group a customer is in.
    pub(crate) fn group_of(&mut self, history: &History<'_>) -> usize {
        let name = self.group_by.customer().map_or(Cow::Borrowed(""), |key| key.group(history));
        self.group(&name)
    }

    /// The cell of a group and a column; none once there are more rows than an answer can have.
    pub(crate) fn at(&mut self, group: usize, column: usize, new: impl FnOnce() -> T) -> Option<&mut T> {
        let (first, end) = &mut self.columns;
        if column < *first || *end <= column {
            (*first, *end) = ((*first).min(column), (*end).max(column + 1));
        }
        let cells = (*end - *first).saturating_mul(self.names.len());
        if cells.saturating_mul(self.height) > limits::ANSWER_ROWS {
            self.overflow = true;
            return None;
        }
        Some(self.rows.get_mut(group)?.at(column).get_or_insert_with(new))
    }

    /// The cell of the group a customer is in, where there are no columns.
    pub(crate) fn of(&mut self, history: &History<'_>, new: impl FnOnce() -> T) -> Option<&mut T> {
        // Most questions have no groups, and then every customer but the first finds the one cell there is.
        if self.rows.len() == 1 && !self.group_by.is_some() {
            return Some(self.rows.first_mut()?.at(0).get_or_insert_with(new));
        }
        self.note(history);
        let group = self.group_of(history);
        self.at(group, 0, new)
    }
}

impl<T: Tally> Grid<T> {
    /// All parts together, in their order. Without groups there is one row, named "", even when nothing was counted.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an attribute that nobody has, [`EngineError::AnswerTooLong`].
    pub(crate) fn merge(parts: Vec<Self>, group_by: &GroupBy, height: usize) -> Result<Rows<T>, EngineError> {
        let mut rows: Rows<T> = IndexMap::new();
        let mut attributes = BTreeSet::new();
        for part in parts {
            if part.overflow {
                return Err(too_long());
            }
            attributes.extend(part.attributes);
            for (name, series) in part.names.into_iter().zip(part.rows) {
                rows.entry(name).or_default().merge(series);
            }
        }
        // Columns in between are told of too, for every group.
        let (first, end) = columns_of(&rows);
        if (end - first).saturating_mul(rows.len()).saturating_mul(height.max(1)) > limits::ANSWER_ROWS {
            return Err(too_long());
        }
        group_by.check(!rows.is_empty(), &attributes)?;
        if !group_by.is_some() {
            rows.entry("".into()).or_default();
        }
        rows.sort_by(|one, _, other, _| group_by.order(one, other));
        Ok(rows)
    }
}

/// The first column with anything in it, and the one after the last.
pub(crate) fn columns_of<T>(rows: &Rows<T>) -> (usize, usize) {
    let filled = rows.values().filter(|series| !series.cells.is_empty());
    filled
        .map(|series| (series.first, series.first + series.cells.len()))
        .reduce(|(first, end), (other, until)| (first.min(other), end.max(until)))
        .unwrap_or((0, 0))
}

impl<T> Series<T> {
    #[inline]
    fn at(&mut self, column: usize) -> &mut Option<T> {
        // Written so that the way of nearly every call is a comparison: before the first column it wraps around.
        if column.wrapping_sub(self.first) >= self.cells.len() {
            self.reach(column);
        }
        &mut self.cells[column - self.first]
    }

    /// Makes room for a column.
    #[cold]
    fn reach(&mut self, column: usize) {
        if self.cells.is_empty() {
            self.first = column;
        }
        if column < self.first {
            let missing = self.first - column;
            self.cells.splice(0..0, std::iter::repeat_with(|| None).take(missing));
            self.first = column;
        }
        let length = self.cells.len().max(column - self.first + 1);
        self.cells.resize_with(length, || None);
    }

    /// The cell of a column; none where nothing was counted.
    pub(crate) fn get(&self, column: usize) -> Option<&T> {
        self.cells.get(column.checked_sub(self.first)?)?.as_ref()
    }

    /// The cells with anything in them, by column.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        (self.first..).zip(&self.cells).filter_map(|(column, cell)| Some((column, cell.as_ref()?)))
    }

    /// The same, taken out.
    pub(crate) fn into_cells(self) -> impl Iterator<Item = (usize, T)> {
        (self.first..).zip(self.cells).filter_map(|(column, cell)| Some((column, cell?)))
    }

    /// The cell of a column, taken out; none where nothing was counted.
    pub(crate) fn take(&mut self, column: usize) -> Option<T> {
        self.cells.get_mut(column.checked_sub(self.first)?)?.take()
    }

    /// The cell of a column, made if there is none yet.
    pub(crate) fn cell(&mut self, column: usize, new: impl FnOnce() -> T) -> &mut T {
        self.at(column).get_or_insert_with(new)
    }
}

impl<T: Tally> Series<T> {
    fn merge_cell(&mut self, column: usize, cell: T) {
        match self.at(column) {
            Some(sum) => sum.merge(cell),
            empty @ None => *empty = Some(cell),
        }
    }
}

impl<T: Tally> Tally for Series<T> {
    fn merge(&mut self, other: Self) {
        for (column, cell) in other.into_cells() {
            self.merge_cell(column, cell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::tally::arrived;

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Count(u32);

    impl Tally for Count {
        fn merge(&mut self, other: Self) {
            self.0 += other.0;
        }
    }

    fn grid(height: usize) -> Grid<Count> {
        Grid::new(Arc::new(GroupBy::Channel), height)
    }

    #[test]
    fn what_was_counted_comes_out_again() {
        let count = |cells: &[(&str, usize)]| {
            let mut grid = grid(1);
            for (group, column) in cells {
                let group = grid.group(group);
                grid.at(group, *column, Count::default).unwrap().0 += 1;
            }
            arrived(grid).unwrap()
        };
        let parts =
            vec![count(&[("x", 5), ("y", 3), ("x", 2), ("x", 5)]), count(&[("y", 7), ("x", 5), ("x", 0)])];
        let rows = Grid::merge(parts, &GroupBy::Channel, 1).unwrap();
        let found: Vec<_> = rows
            .iter()
            .flat_map(|(name, series)| series.iter().map(move |(column, count)| (&**name, column, count.0)))
            .collect();
        assert_eq!(found, [("x", 0, 1), ("x", 2, 1), ("x", 5, 3), ("y", 3, 1), ("y", 7, 1)]);
        assert_eq!(columns_of(&rows), (0, 8));
        assert_eq!((rows["x"].get(5), rows["x"].get(4), rows["x"].get(99)), (Some(&Count(3)), None, None));
    }

    #[test]
    fn too_many_rows_are_not_counted() {
        let mut groups = grid(1);
        for name in 0..=limits::ANSWER_ROWS + 5 {
            let group = groups.group(&name.to_string());
            assert_eq!(groups.at(group, 0, Count::default).is_some(), name < limits::ANSWER_ROWS);
        }
        let mut periods = grid(1);
        let group = periods.group("");
        assert!(periods.at(group, 7, Count::default).is_some());
        assert!(periods.at(group, 7 + limits::ANSWER_ROWS, Count::default).is_none());
        let mut tall = grid(limits::ANSWER_ROWS);
        let first = tall.group("");
        assert!(tall.at(first, 0, Count::default).is_some());
        let second = tall.group("another");
        assert!(tall.at(second, 0, Count::default).is_none());
        for parts in [vec![groups], vec![periods], vec![tall]] {
            assert!(matches!(
                Grid::merge(parts, &GroupBy::Channel, 1),
                Err(EngineError::AnswerTooLong { .. })
            ));
        }
    }

    #[test]
    fn parts_that_fit_by_themselves_may_be_too_long_together() {
        let one = |column: usize| {
            let mut grid = grid(limits::ANSWER_ROWS);
            let group = grid.group("");
            grid.at(group, column, Count::default).unwrap().0 += 1;
            grid
        };
        let merged = Grid::merge(vec![one(0), one(1)], &GroupBy::Channel, limits::ANSWER_ROWS);
        assert!(matches!(merged, Err(EngineError::AnswerTooLong { .. })));
    }
}
