//! The words of tests: what happened is said, asked and held against what was expected in one way.

use std::fmt::Debug;

use lojal_proto::v1;
use tonic::{Code, Status};

use crate::{Clients, Ran, at, failure, money};

/// Rows of one request.
const ROWS: usize = 5_000;

/// The instant at which a day such as "2026-03-01" begins.
#[must_use]
pub fn on(day: &str) -> Option<prost_types::Timestamp> {
    Some(at(&format!("{day}T00:00:00Z")))
}

/// The instant of a day, then at noon, or of an RFC 3339 text.
fn instant(time: &str) -> Option<prost_types::Timestamp> {
    Some(if time.contains('T') { at(time) } else { at(&format!("{time}T12:00:00Z")) })
}

/// A purchase, in euros.
#[must_use]
pub fn purchase(customer: &str, id: &str, time: &str, euros: &str) -> v1::Transaction {
    v1::Transaction {
        customer_id: customer.to_owned(),
        transaction_id: id.to_owned(),
        time: instant(time),
        amount: Some(money(euros, "EUR")),
        ..Default::default()
    }
}

/// Records purchases in one request.
pub async fn record(clients: &Clients, transactions: Vec<v1::Transaction>) -> v1::WriteResult {
    let request = v1::RecordTransactionsRequest { transactions, skip_invalid: false };
    let answer = clients.ingest.clone().record_transactions(request).await;
    answer.expect("good rows to be recorded").into_inner().result.expect("a result")
}

/// Records purchases as (customer, day, euros), each with an id of its own.
pub async fn buy<C: AsRef<str>, D: AsRef<str>, A: AsRef<str>>(
    clients: &Clients,
    rows: impl IntoIterator<Item = (C, D, A)>,
) {
    buy_in(clients, "EUR", rows).await;
}

/// The same in a currency.
pub async fn buy_in<C: AsRef<str>, D: AsRef<str>, A: AsRef<str>>(
    clients: &Clients,
    currency: &str,
    rows: impl IntoIterator<Item = (C, D, A)>,
) {
    let row = |(index, (customer, day, amount)): (usize, (C, D, A))| {
        let (customer, day) = (customer.as_ref(), day.as_ref());
        let id = format!("{customer}-{day}-{index}");
        let amount = Some(money(amount.as_ref(), currency));
        v1::Transaction { amount, ..purchase(customer, &id, day, "0") }
    };
    let transactions: Vec<v1::Transaction> = rows.into_iter().enumerate().map(row).collect();
    for rows in transactions.chunks(ROWS) {
        record(clients, rows.to_vec()).await;
    }
}

/// An answer to a survey of the first of March 2026; nobody's with an empty customer.
#[must_use]
pub fn answer(id: &str, customer: &str, metric: v1::SurveyMetric, score: i32) -> v1::SurveyResponse {
    v1::SurveyResponse {
        response_id: id.to_owned(),
        customer_id: customer.to_owned(),
        time: instant("2026-03-01"),
        score: Some(score),
        metric: metric.into(),
        ..Default::default()
    }
}

/// Records answers in one request.
pub async fn respond(clients: &Clients, survey_responses: Vec<v1::SurveyResponse>) {
    let request = v1::RecordSurveyResponsesRequest { survey_responses, skip_invalid: false };
    clients.ingest.clone().record_survey_responses(request).await.expect("good answers to be recorded");
}

/// Says of customers what is known of them.
pub async fn upsert(clients: &Clients, customers: Vec<v1::CustomerUpsert>) -> v1::WriteResult {
    let request = v1::UpsertCustomersRequest { customers, skip_invalid: false };
    let answer = clients.customers.clone().upsert_customers(request).await;
    answer.expect("good facts to be recorded").into_inner().result.expect("a result")
}

/// Attributes for all times as (customer, name, value).
pub async fn attributes(clients: &Clients, rows: impl IntoIterator<Item = (String, &str, &str)>) {
    let fact = |(customer_id, name, value): (String, &str, &str)| v1::CustomerUpsert {
        customer_id,
        attributes: [(name.to_owned(), value.to_owned())].into(),
        ..Default::default()
    };
    upsert(clients, rows.into_iter().map(fact).collect()).await;
}

/// The value of an estimate; not a number, and so nothing that was expected, without one.
#[must_use]
pub fn value(estimate: &Option<v1::Estimate>) -> f64 {
    estimate.as_ref().and_then(|estimate| estimate.value).unwrap_or(f64::NAN)
}

/// Holds a number against what was expected of it, to within an absolute error.
///
/// # Panics
/// When it is farther off, or there is none.
#[track_caller]
pub fn close(found: impl Into<Option<f64>>, expected: f64, allowed: f64) {
    let found = found.into().unwrap_or(f64::NAN);
    assert!((found - expected).abs() <= allowed, "{found} is not {expected}");
}

/// The same, to within an error relative to what was expected.
///
/// # Panics
/// When it is farther off, or there is none.
#[track_caller]
pub fn close_by(what: &str, found: impl Into<Option<f64>>, expected: f64, share: f64) {
    let found = found.into().unwrap_or(f64::NAN);
    let error = (found - expected).abs();
    let told = || format!("{what} is {found}; expected {expected}, off by {:.2e}", error / expected.abs());
    assert!(error <= share * expected.abs(), "{}", told());
}

/// The same, to as many digits after the point as it was printed with.
///
/// # Panics
/// When it is farther off, or there is none.
#[track_caller]
pub fn printed(found: impl Into<Option<f64>>, expected: f64, digits: i32) {
    let found = found.into().unwrap_or(f64::NAN);
    assert!((found - expected).abs() < 0.51 * 10.0_f64.powi(-digits), "{found} is not {expected}");
}

/// The reason of a refusal, and the field it names first, empty if it names none.
///
/// # Panics
/// When there was an answer.
#[track_caller]
pub fn refusal<T: Debug>(answer: Result<T, Status>) -> (String, String) {
    let found = failure(&answer.expect_err("what cannot be taken was taken"));
    let field = found.fields.first().map(|(field, _)| field.clone());
    (found.reason, field.unwrap_or_default())
}

/// A question was refused for a field.
///
/// # Panics
/// When it was answered, or refused for something else.
#[track_caller]
pub fn refused<T: Debug>(case: &str, answer: Result<T, Status>, field: &str) {
    let found = failure(&answer.expect_err(case));
    assert_eq!((found.code, &*found.reason), (Code::InvalidArgument, "INVALID_FIELD"), "{case}: {found:?}");
    assert_eq!(found.fields.first().map(|(field, _)| field.as_str()), Some(field), "{case}: {found:?}");
}

/// A command ended with an error that says these words, and nothing that only a programmer understands.
///
/// # Panics
/// When it did not.
#[track_caller]
pub fn refused_in_words(what: &str, ran: &Ran, words: &[&str]) {
    assert!(matches!(ran.code, Some(1 | 2)), "{what}: {ran:?}");
    assert!(ran.out.is_empty(), "{what}: {ran:?}");
    assert!(ran.err.starts_with("error: "), "{what}: {ran:?}");
    for word in words {
        assert!(ran.err.contains(word), "says nothing of {word:?}: {what}: {ran:?}");
    }
    for noise in ["panicked", "RUST_BACKTRACE", "Os {", "Err(", "unwrap"] {
        assert!(!ran.err.contains(noise), "{what}: {ran:?}");
    }
    assert!(ran.err.lines().count() <= 8, "{what}: {ran:?}");
}
