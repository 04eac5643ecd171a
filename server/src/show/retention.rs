//! Who stays as a table.

use lojal_proto::v1;

use crate::show::{interval, of_whom, percent, table, value};

/// Without a series the period of a row is that of the question, and is not told.
pub(crate) fn retention(answer: &v1::GetRetentionResponse, is_series: bool) -> String {
    let numbers = ["At start", "Left", "Stayed", "95 % interval", "Came back", "New", "At end", "Headcount"];
    let mut table = table(&[""], &numbers);
    let mut row = |name: String, each: &v1::RetentionRow| {
        let stayed = each.set_retention_rate.as_ref();
        table.add_row([
            name,
            each.customers_at_start.to_string(),
            each.lost_customers.to_string(),
            percent(value(stayed)),
            interval(stayed, percent),
            each.reactivated_customers.to_string(),
            each.new_customers.to_string(),
            each.customers_at_end.to_string(),
            percent(value(each.headcount_retention_rate.as_ref())),
        ]);
    };
    if let Some(whole) = &answer.whole {
        row("all customers".to_owned(), whole);
    }
    let is_grouped = answer.rows.iter().any(|each| !each.group.is_empty());
    for each in &answer.rows {
        let period = each.period.as_ref().filter(|_| is_series);
        row(of_whom(&each.group, period, is_grouped), each);
    }
    table.to_string()
}
