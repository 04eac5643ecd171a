//! Purchases as columns: checked value by value, without an object for a row.

use lojal_domain::{Amount, Currency, EventTime, Lines, TransactionColumns, check_id, limits};
use lojal_proto::v1;

use super::faults::{Problem, problem};
use super::rows::{Report, RowContext, violations};
use crate::error::Refusal;

/// What the columns are called in their request.
const LIST: &str = "columns";

/// Columns that can be recorded, and what is needed to report on them.
#[derive(Debug)]
pub(crate) struct ReadColumns {
    pub(crate) columns: TransactionColumns,
    pub(crate) report: Report,
}

/// What the amounts are in: the currency named; without one the workspace's, and in an empty workspace the server's default.
pub(crate) fn currency_of(
    columns: &v1::TransactionColumns,
    decided: Option<Currency>,
    default: Currency,
) -> Result<Currency, Refusal> {
    if columns.currency_code.is_empty() {
        return Ok(decided.unwrap_or(default));
    }
    Currency::parse(&columns.currency_code)
        .map_err(|error| Refusal::field("columns.currency_code", error.to_string()))
}

/// Reads columns.
pub(crate) fn read(
    columns: v1::TransactionColumns,
    skip_invalid: bool,
    context: &RowContext,
) -> Result<ReadColumns, Refusal> {
    let v1::TransactionColumns {
        customer_ids, times, amounts, transaction_ids, occurrences, discounts, ..
    } = columns;
    let customers = Lines::of(customer_ids);
    // An empty last line stands for a row only here: rows without an id are empty lines.
    let ids = Lines::of_rows(transaction_ids, customers.len());
    check_lengths(
        &customers,
        &[
            ("times", times.len(), true),
            ("amounts", amounts.len(), true),
            ("transaction_ids", ids.len(), false),
            ("occurrences", occurrences.len(), false),
            ("discounts", discounts.len(), false),
        ],
    )?;
    let mut problems = Vec::new();
    for row in 0..customers.len() {
        let of_row: Vec<Problem> = [
            check_id(customers.get(row)).map_err(|error| problem("customer_id", error)),
            EventTime::of_event(times[row], context.now).map(drop).map_err(|error| problem("time", error)),
            check_amount(amounts[row]),
            check_identity(
                if ids.is_empty() { "" } else { ids.get(row) },
                occurrences.get(row).copied().unwrap_or(0),
            ),
            check_discount(discounts.get(row).copied().unwrap_or(0)),
        ]
        .into_iter()
        .filter_map(Result::err)
        .collect();
        if !of_row.is_empty() {
            problems.push((row, of_row));
        }
    }
    let columns = TransactionColumns {
        customers,
        times: times.into_iter().map(EventTime::from_micros).collect(),
        amounts: amounts.into_iter().map(Amount::from_micros).collect(),
        currency: context.currency,
        ids,
        occurrences: occurrences.iter().map(|&occurrence| occurrence.max(1) as u32).collect(),
        discounts: discounts.into_iter().map(Amount::from_micros).collect(),
    };
    if problems.is_empty() {
        let report = Report::new(Vec::new(), problems, LIST, skip_invalid);
        return Ok(ReadColumns { columns, report });
    }
    if !skip_invalid {
        return Err(Refusal::fields(violations(LIST, problems)));
    }
    let mut bad = problems.iter().map(|(row, _)| *row).peekable();
    let good: Vec<usize> = (0..columns.len()).filter(|row| bad.next_if_eq(row).is_none()).collect();
    let columns = columns.take(&good);
    Ok(ReadColumns { columns, report: Report::new(good, problems, LIST, skip_invalid) })
}

fn check_lengths(customers: &Lines, others: &[(&str, usize, bool)]) -> Result<(), Refusal> {
    let rows = customers.len();
    if rows == 0 {
        let message = format!("is empty; give 1 to {} lines, one per row", limits::ROWS_PER_COLUMNS);
        return Err(Refusal::field("columns.customer_ids", message));
    }
    if rows > limits::ROWS_PER_COLUMNS {
        let maximum = limits::ROWS_PER_COLUMNS;
        let message = format!("columns have {rows} rows; send at most {maximum} at a time");
        return Err(Refusal::limit("rows_per_columns", maximum as u64, message));
    }
    for &(name, length, needed) in others {
        if length != rows && (needed || length != 0) {
            let message =
                format!("has {length} values where customer_ids has {rows} lines; give one per row");
            return Err(Refusal::field(format!("columns.{name}"), message));
        }
    }
    Ok(())
}

fn check_amount(amount: i64) -> Result<(), Problem> {
    if amount < 0 {
        return Err(problem("amount", "is negative; record money given back with RecordRefunds"));
    }
    check_size("amount", amount)
}

/// `id` is empty for a row without one.
fn check_identity(id: &str, occurrence: i32) -> Result<(), Problem> {
    if !id.is_empty() {
        check_id(id).map_err(|error| problem("transaction_id", error))?;
        if occurrence != 0 {
            let message = "is given beside transaction_id; it is only for transactions without an id, else 0";
            return Err(problem("occurrence", message));
        }
    } else if !(0..=limits::OCCURRENCE as i32).contains(&occurrence) {
        let message = format!("is {occurrence}; count from 1 to {}", limits::OCCURRENCE);
        return Err(problem("occurrence", message));
    }
    Ok(())
}

fn check_discount(discount: i64) -> Result<(), Problem> {
    if discount < 0 {
        return Err(problem("discount", "is negative; give what was taken off the list price, or 0"));
    }
    check_size("discount", discount)
}

fn check_size(field: &'static str, micros: i64) -> Result<(), Problem> {
    if micros / 1_000_000 > limits::AMOUNT_UNITS {
        return Err(problem(field, format!("is over {} units of the currency", limits::AMOUNT_UNITS)));
    }
    Ok(())
}
