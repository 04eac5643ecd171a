//! Which groups an answer is in.

use lojal_domain::{History, ResponseFact};

use crate::ask::grid::Grid;
use crate::ask::groups::GroupBy;

/// Places an answer of a customer in its group, or in each of its groups. The group of the customer is read once and kept in
/// `of_customer`.
pub(crate) fn groups_of<T>(
    group_by: &GroupBy,
    (history, answer): (&History<'_>, &ResponseFact),
    grid: &mut Grid<T>,
    of_customer: &mut Option<usize>,
    mut place: impl FnMut(usize),
) {
    match group_by {
        GroupBy::Survey => place(grid.group(&answer.survey)),
        GroupBy::Channel => place(grid.group(&answer.channel)),
        GroupBy::Topic => {
            let topics = answer.said.as_ref().map_or(&[][..], |said| &said.topics);
            for (number, topic) in topics.iter().enumerate() {
                // A topic given twice is one.
                if !topics[..number].contains(topic) {
                    place(grid.group(topic));
                }
            }
            if topics.is_empty() {
                place(grid.group(""));
            }
        }
        GroupBy::Nothing | GroupBy::Customer { .. } => {
            place(*of_customer.get_or_insert_with(|| grid.group_of(history)));
        }
    }
}
