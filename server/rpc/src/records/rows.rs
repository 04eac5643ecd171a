//! Rows of writes: each becomes a record, or a problem with one of its fields.

use std::collections::BTreeMap;

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, EventTime, Money, Record, Refund, RefundId,
    Transaction, TransactionId, TransactionIdentity, Void, check_id, limits,
};
use lojal_engine::{ACQUISITION_SOURCE, REFERRED_BY, RecordRows, WriteOutcome};
use lojal_proto::v1;
use prost_types::Timestamp;
use tonic::Code;

use super::faults::{Faults, Problem, problem};
use crate::error::{Refusal, facts, rejection};
use crate::words::{filled, micros};

/// What rows are read against.
pub(crate) struct RowContext {
    /// The server's clock.
    pub(crate) now: EventTime,
    /// The currency of amounts that name none.
    pub(crate) currency: Currency,
}

/// A message that stands for a record.
pub(crate) trait Row: Sized {
    /// The money it is about.
    fn money(&self) -> Option<&v1::Money> {
        None
    }

    /// The record, or all that is wrong with the row.
    fn into_record(self, context: &RowContext) -> Result<Record, Vec<Problem>>;
}

pub(super) fn time(
    timestamp: Option<Timestamp>,
    field: &'static str,
    now: EventTime,
) -> Result<EventTime, Problem> {
    let missing = "is missing; give an instant such as \"2026-03-01T12:00:00Z\"";
    let timestamp = timestamp.ok_or_else(|| problem(field, missing))?;
    let micros = micros(timestamp)
        .ok_or_else(|| problem(field, "is out of range; give an instant between 1900 and tomorrow"))?;
    EventTime::of_event(micros, now).map_err(|error| problem(field, error))
}

fn time_if_any(
    timestamp: Option<Timestamp>,
    field: &'static str,
    now: EventTime,
) -> Result<Option<EventTime>, Problem> {
    match filled(timestamp) {
        None => Ok(None),
        given => time(given, field, now).map(Some),
    }
}

pub(super) fn money(money: Option<v1::Money>, context: &RowContext) -> Result<Money, Problem> {
    let missing = "is missing; give an amount such as {\"amount\": \"12.50\", \"currency_code\": \"EUR\"}";
    let v1::Money { amount, currency_code } = filled(money).ok_or_else(|| problem("amount", missing))?;
    let amount = Amount::parse(&amount).map_err(|error| problem("amount.amount", error))?;
    let currency = if currency_code.is_empty() || currency_code == context.currency.code() {
        context.currency
    } else {
        Currency::parse(&currency_code).map_err(|error| problem("amount.currency_code", error))?
    };
    Ok(Money { amount, currency })
}

/// What was taken off the list price; nothing for zero. `paid` is the currency of what was paid, if that could be read.
fn discount(given: Option<v1::Money>, paid: Option<Currency>) -> Result<Option<Amount>, Problem> {
    let Some(v1::Money { amount, currency_code }) = filled(given) else { return Ok(None) };
    if let Some(paid) = paid.filter(|paid| !currency_code.is_empty() && currency_code != paid.code()) {
        let message =
            format!("is {currency_code:?}, and the amount is in {}; give both in the same", paid.code());
        return Err(problem("discount.currency_code", message));
    }
    let amount = Amount::parse(&amount).map_err(|error| problem("discount.amount", error))?;
    if amount < Amount::ZERO {
        let message = "is negative; give what was taken off the list price, or leave it out";
        return Err(problem("discount.amount", message));
    }
    Ok(Some(amount).filter(|amount| *amount > Amount::ZERO))
}

/// What an amount without a currency is in: the workspace's currency; in an empty workspace that of the first
/// transaction, which may be among the rows, else the server's default.
pub(crate) fn currency_of<R: Row>(rows: &[R], decided: Option<Currency>, default: Currency) -> Currency {
    let of_first = || {
        let first = rows.iter().find_map(Row::money)?;
        Currency::parse(&first.currency_code).ok()
    };
    decided.or_else(of_first).unwrap_or(default)
}

impl Row for v1::Transaction {
    fn money(&self) -> Option<&v1::Money> {
        self.amount.as_ref()
    }

    fn into_record(self, context: &RowContext) -> Result<Record, Vec<Problem>> {
        let mut faults = Faults::default();
        let customer =
            faults.part(CustomerId::new(self.customer_id).map_err(|error| problem("customer_id", error)));
        let identity = faults.part(identity(self.transaction_id, self.occurrence));
        let money = faults.part(money(self.amount, context));
        if money.is_some_and(|money| money.amount < Amount::ZERO) {
            faults.add("amount.amount", "is negative; record money given back with RecordRefunds");
        }
        let discount = faults.part(discount(self.discount, money.map(|money| money.currency)));
        let time = faults.part(time(self.time, "time", context.now));
        let record = || {
            let (customer, identity, time, money) = (customer?, identity?, time?, money?);
            Some(Record::Transaction(Transaction {
                customer,
                identity,
                time,
                money,
                converted: None,
                discount: discount?,
            }))
        };
        faults.record(record())
    }
}

fn identity(id: String, occurrence: i32) -> Result<TransactionIdentity, Problem> {
    match (id.is_empty(), occurrence) {
        (false, 0) => TransactionId::new(id)
            .map(TransactionIdentity::Given)
            .map_err(|error| problem("transaction_id", error)),
        (false, _) => {
            let message = "is given beside transaction_id; it is only for transactions without an id";
            Err(problem("occurrence", message))
        }
        (true, 0) => Ok(TransactionIdentity::Nth(1)),
        (true, occurrence) => match u32::try_from(occurrence) {
            Ok(occurrence) if occurrence <= limits::OCCURRENCE => Ok(TransactionIdentity::Nth(occurrence)),
            _ => {
                let message = format!("is {occurrence}; count from 1 to {}", limits::OCCURRENCE);
                Err(problem("occurrence", message))
            }
        },
    }
}

impl Row for v1::Refund {
    fn into_record(self, context: &RowContext) -> Result<Record, Vec<Problem>> {
        let mut faults = Faults::default();
        let id = faults.part(RefundId::new(self.refund_id).map_err(|error| problem("refund_id", error)));
        let transaction = faults.part(transaction_id(self.transaction_id));
        let money = faults.part(money(self.amount, context));
        if money.is_some_and(|money| money.amount <= Amount::ZERO) {
            faults.add("amount.amount", "is not more than zero; give what was given back");
        }
        let time = faults.part(time(self.time, "time", context.now));
        let record = || {
            Some(Record::Refund(Refund { id: id?, transaction: transaction?, time: time?, money: money? }))
        };
        faults.record(record())
    }
}

fn transaction_id(id: String) -> Result<TransactionId, Problem> {
    TransactionId::new(id).map_err(|error| problem("transaction_id", error))
}

impl Row for v1::TransactionVoid {
    fn into_record(self, context: &RowContext) -> Result<Record, Vec<Problem>> {
        let mut faults = Faults::default();
        let transaction = faults.part(transaction_id(self.transaction_id));
        let effective = faults.part(time_if_any(self.time, "time", context.now));
        let reason = faults.part(label(self.reason, "reason", limits::REASON_BYTES));
        let record =
            || Some(Record::Void(Void { transaction: transaction?, time: effective?, reason: reason? }));
        faults.record(record())
    }
}

pub(super) fn label(text: String, field: &'static str, maximum: usize) -> Result<String, Problem> {
    if text.len() > maximum {
        return Err(problem(field, format!("has {} bytes; at most {maximum} are allowed", text.len())));
    }
    Ok(text)
}

impl Row for v1::CustomerUpsert {
    fn into_record(self, context: &RowContext) -> Result<Record, Vec<Problem>> {
        let mut faults = Faults::default();
        if !self.referred_by.is_empty() {
            if self.referred_by == self.customer_id {
                let message =
                    "is the customer's own id; name the customer who recommended us, or leave it out";
                faults.add("referred_by", message);
            }
            faults.part(check_id(&self.referred_by).map_err(|error| problem("referred_by", error)));
        }
        let customer =
            faults.part(CustomerId::new(self.customer_id).map_err(|error| problem("customer_id", error)));
        let mut given = self.attributes;
        if given.get("").is_some_and(String::is_empty) {
            given.remove("");
        }
        let says_nothing =
            given.is_empty() && self.acquisition_source.is_empty() && self.referred_by.is_empty();
        faults.part(set(&mut given, ACQUISITION_SOURCE, self.acquisition_source));
        faults.part(set(&mut given, REFERRED_BY, self.referred_by));
        if says_nothing {
            let message = "is empty; name at least one fact, such as {\"market\": \"hr\"}";
            faults.add("attributes", message);
        }
        let attributes = faults.part(attributes(given));
        let effective = faults.part(time_if_any(self.effective_time, "effective_time", context.now));
        let record = || {
            let (customer, attributes, effective) = (customer?, attributes?, effective?);
            Some(Record::CustomerUpsert(CustomerUpsert { customer, attributes, effective }))
        };
        faults.record(record())
    }
}

fn attributes(given: BTreeMap<String, String>) -> Result<BTreeMap<AttributeName, String>, Problem> {
    if given.len() > limits::ATTRIBUTES_PER_CUSTOMER {
        let maximum = limits::ATTRIBUTES_PER_CUSTOMER;
        let message = format!("has {} facts; at most {maximum} are allowed", given.len());
        return Err(problem("attributes", message));
    }
    let bytes: usize = given.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > limits::ATTRIBUTES_BYTES {
        let maximum = limits::ATTRIBUTES_BYTES;
        let message = format!("has {bytes} bytes; at most {maximum} are allowed, names and values together");
        return Err(problem("attributes", message));
    }
    let checked = given.into_iter().map(|(name, value)| {
        let name = AttributeName::new(name).map_err(|error| problem("attributes", format!("key {error}")))?;
        Ok((name, label(value, "attributes", limits::ATTRIBUTE_VALUE_BYTES)?))
    });
    checked.collect()
}

/// Adds what has a field of its own to the attributes, under the field's name.
fn set(attributes: &mut BTreeMap<String, String>, field: &'static str, value: String) -> Result<(), Problem> {
    let value = label(value, field, limits::ATTRIBUTE_VALUE_BYTES)?;
    if value.is_empty() {
        return Ok(());
    }
    match attributes.get(field) {
        Some(other) if *other != value => {
            let message = format!("is not what attributes say under that name, {other:?}; give it once");
            Err(problem(field, message))
        }
        _ => {
            attributes.insert(field.to_owned(), value);
            Ok(())
        }
    }
}

/// Rows of one request, read as far as they can be.
pub(crate) struct ReadRows {
    records: Vec<Record>,
    /// Position in the request of each record.
    positions: Vec<usize>,
    problems: Vec<(usize, Vec<Problem>)>,
    /// What the list is called in its request.
    list: &'static str,
    skip_invalid: bool,
}

/// Reads the rows of a request. `list` is the path of their field.
pub(crate) fn read<R: Row>(
    rows: Vec<R>,
    list: &'static str,
    skip_invalid: bool,
    context: &RowContext,
) -> Result<ReadRows, Refusal> {
    if rows.is_empty() {
        let message = format!("is empty; give 1 to {} rows", limits::ROWS_PER_REQUEST);
        return Err(Refusal::field(list, message));
    }
    if rows.len() > limits::ROWS_PER_REQUEST {
        let maximum = limits::ROWS_PER_REQUEST;
        let message = format!("{list} has {} rows; send at most {maximum} at a time", rows.len());
        return Err(Refusal::limit("rows_per_request", maximum as u64, message));
    }
    let mut records = Vec::with_capacity(rows.len());
    let (mut positions, mut problems) = (Vec::new(), Vec::new());
    for (position, row) in rows.into_iter().enumerate() {
        match row.into_record(context) {
            Ok(record) => {
                if !problems.is_empty() && positions.is_empty() {
                    positions.extend(0..records.len());
                }
                if !problems.is_empty() {
                    positions.push(position);
                }
                records.push(record);
            }
            Err(of_row) => problems.push((position, of_row)),
        }
    }
    let reading = ReadRows { records, positions, problems, list, skip_invalid };
    if !skip_invalid && !reading.problems.is_empty() {
        return Err(Refusal::fields(violations(list, reading.problems)));
    }
    Ok(reading)
}

fn path(list: &str, row: usize, field: &str) -> String {
    format!("{list}[{row}].{field}")
}

/// Every fault of every row, with its path.
pub(super) fn violations(list: &str, problems: Vec<(usize, Vec<Problem>)>) -> Vec<(String, String)> {
    let of_row = |(row, of_row): (usize, Vec<Problem>)| {
        of_row.into_iter().map(move |problem| (path(list, row, problem.field), problem.message))
    };
    problems.into_iter().flat_map(of_row).collect()
}

/// The faults of one row as one error.
fn row_error(list: &str, row: usize, problems: &[Problem]) -> v1::RowError {
    let fields: Vec<String> = problems.iter().map(|problem| path(list, row, problem.field)).collect();
    let sentences =
        fields.iter().zip(problems).map(|(field, problem)| format!("{field} {}", problem.message));
    v1::RowError {
        index: row as i32,
        field: fields.first().cloned().unwrap_or_default(),
        reason: v1::ErrorReason::InvalidField.into(),
        message: sentences.collect::<Vec<_>>().join("; "),
        fields,
    }
}

impl ReadRows {
    /// The rows for the engine, and what is needed to report on them.
    pub(crate) fn into_parts(self) -> (RecordRows, Report) {
        let Self { records, positions, problems, list, skip_invalid } = self;
        (RecordRows { records, skip_invalid }, Report { positions, problems, list, skip_invalid })
    }
}

/// What remains of a request to report on it.
#[derive(Debug)]
pub(crate) struct Report {
    /// Positions of the records; empty when they are their own.
    positions: Vec<usize>,
    problems: Vec<(usize, Vec<Problem>)>,
    list: &'static str,
    skip_invalid: bool,
}

impl Report {
    /// `positions` are those of the records in the request; empty when they are their own.
    pub(crate) fn new(
        positions: Vec<usize>,
        problems: Vec<(usize, Vec<Problem>)>,
        list: &'static str,
        skip_invalid: bool,
    ) -> Self {
        Self { positions, problems, list, skip_invalid }
    }

    /// The result of a write, or the refusal when a rejected row kept all out.
    pub(crate) fn result(self, outcome: WriteOutcome) -> Result<v1::WriteResult, Refusal> {
        let at = |index: usize| self.positions.get(index).copied().unwrap_or(index);
        if !self.skip_invalid && !outcome.rejections.is_empty() {
            let first = outcome.rejections.first().map(|(_, first)| rejection(first));
            let (code, reason) = first
                .map_or((Code::Internal, v1::ErrorReason::Internal), |(code, reason, ..)| (code, reason));
            let violations = outcome.rejections.iter().map(|(index, rejected)| {
                let (_, _, field, message) = rejection(rejected);
                (format!("{}[{}]{field}", self.list, at(*index)), message)
            });
            let refusal = Refusal::listing(code, reason, violations.collect());
            let facts = outcome.rejections.first().map(|(_, first)| facts(first)).unwrap_or_default();
            return Err(facts.into_iter().fold(refusal, |refusal, (key, value)| refusal.with(key, value)));
        }
        let mut row_errors: Vec<v1::RowError> = Vec::new();
        for (index, rejected) in &outcome.rejections {
            let (_, reason, field, message) = rejection(rejected);
            let field = format!("{}[{}]{field}", self.list, at(*index));
            let message = format!("{field} {message}");
            let (index, fields) = (at(*index) as i32, vec![field.clone()]);
            row_errors.push(v1::RowError { index, field, reason: reason.into(), message, fields });
        }
        row_errors.extend(self.problems.iter().map(|(row, problems)| row_error(self.list, *row, problems)));
        row_errors.sort_by_key(|error| error.index);
        Ok(v1::WriteResult {
            revision: outcome.revision as i64,
            recorded: outcome.recorded as i32,
            duplicates: outcome.duplicates as i32,
            row_errors,
        })
    }
}
