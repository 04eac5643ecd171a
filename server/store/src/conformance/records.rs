//! Small records for the cases.
#![allow(clippy::unwrap_used, clippy::expect_used)] // the suite is test code that other crates' tests call

use std::sync::Arc;

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, Disposition, EventTime, History,
    Interaction, InteractionId, InteractionKind, MICROS_PER_DAY, Money, Record, Refund, RefundId, ResponseId,
    SurveyKind, SurveyMetric, SurveyResponse, Transaction, TransactionId, TransactionIdentity, Void, Weight,
    WorkspaceName,
};

use super::Harness;
use crate::{Appended, Batch, Cut, Erased, OnReject, Parts, RowOutcome, Store};

pub(super) fn workspace() -> WorkspaceName {
    WorkspaceName::new("shop").unwrap()
}

pub(super) fn day(day: i64) -> EventTime {
    EventTime::from_micros(day * MICROS_PER_DAY)
}

pub(super) fn customer(id: &str) -> CustomerId {
    CustomerId::new(id).unwrap()
}

pub(super) fn money(units: i64) -> Money {
    money_in(units, "EUR")
}

pub(super) fn money_in(units: i64, currency: &str) -> Money {
    Money { amount: Amount::from_micros(units * 1_000_000), currency: Currency::parse(currency).unwrap() }
}

pub(super) fn bought(id: &str, who: &str, on: i64, units: i64) -> Record {
    Record::Transaction(Transaction {
        customer: customer(who),
        identity: TransactionIdentity::Given(TransactionId::new(id).unwrap()),
        time: day(on),
        money: money(units),
        converted: None,
        discount: None,
    })
}

pub(super) fn bought_nth(occurrence: u32, who: &str, on: i64, units: i64) -> Transaction {
    Transaction {
        customer: customer(who),
        identity: TransactionIdentity::Nth(occurrence),
        time: day(on),
        money: money(units),
        converted: None,
        discount: None,
    }
}

/// The same purchase with so many units taken off its price.
pub(super) fn off(units: i64, record: Record) -> Record {
    let Record::Transaction(transaction) = record else { unreachable!() };
    Record::Transaction(Transaction { discount: Some(Amount::from_micros(units * 1_000_000)), ..transaction })
}

pub(super) fn refunded(id: &str, transaction: &str, on: i64, units: i64) -> Record {
    Record::Refund(Refund {
        id: RefundId::new(id).unwrap(),
        transaction: TransactionId::new(transaction).unwrap(),
        time: day(on),
        money: money(units),
    })
}

pub(super) fn voided(transaction: &str, on: Option<i64>, reason: &str) -> Record {
    Record::Void(Void {
        transaction: TransactionId::new(transaction).unwrap(),
        time: on.map(day),
        reason: reason.to_owned(),
    })
}

/// A purchase in dollars that comes to so many micros of a euro.
pub(super) fn bought_abroad(id: &str, who: &str, on: i64, dollars: i64, euro_micros: i64) -> Record {
    let Record::Transaction(transaction) = bought(id, who, on, dollars) else { unreachable!() };
    let money = money_in(dollars, "USD");
    Record::Transaction(Transaction {
        money,
        converted: Some(Amount::from_micros(euro_micros)),
        ..transaction
    })
}

pub(super) fn bought_in_dollars(id: &str, who: &str) -> Record {
    let Record::Transaction(transaction) = bought(id, who, 1, 1) else { unreachable!() };
    Record::Transaction(Transaction { money: money_in(1, "USD"), ..transaction })
}

pub(super) fn refunded_abroad(id: &str, transaction: &str, on: i64, dollars: i64) -> Record {
    let Record::Refund(refund) = refunded(id, transaction, on, dollars) else { unreachable!() };
    Record::Refund(Refund { money: money_in(dollars, "USD"), ..refund })
}

pub(super) fn answered(id: &str, who: Option<&str>, on: i64, score: u8) -> Record {
    let id_ = ResponseId::new(id).unwrap();
    Record::SurveyResponse(SurveyResponse {
        survey: "spring".to_owned(),
        channel: "email".to_owned(),
        comment: format!("comment of {id}"),
        ..SurveyResponse::nps(id_, who.map(customer), day(on), score)
    })
}

/// A stage of the survey of that id which is no answer.
pub(super) fn asked(id: &str, who: Option<&str>, on: i64, disposition: Disposition) -> Record {
    let Record::SurveyResponse(answer) = answered(id, who, on, 0) else { unreachable!() };
    let comment = String::new();
    Record::SurveyResponse(SurveyResponse { disposition, score: None, comment, ..answer })
}

/// Part of an answer about satisfaction, with everything an answer can have.
pub(super) fn rated(id: &str, who: Option<&str>, on: i64, score: i16) -> Record {
    let Record::SurveyResponse(answer) = answered(id, who, on, 0) else { unreachable!() };
    Record::SurveyResponse(SurveyResponse {
        metric: SurveyMetric::Csat,
        kind: SurveyKind::Transactional,
        disposition: Disposition::Partial,
        score: Some(score),
        scale: SurveyMetric::Csat.scale(None, Some(7), false).unwrap(),
        topics: vec!["delivery".to_owned(), "price".to_owned()],
        weight: Weight::new(2.5).unwrap(),
        ..answer
    })
}

pub(super) fn contacted(id: &str, who: &str, on: i64, status: &str) -> Record {
    in_case(id, who, on, status, "")
}

/// A step of a case.
pub(super) fn in_case(id: &str, who: &str, on: i64, status: &str, case_id: &str) -> Record {
    Record::Interaction(Interaction {
        id: InteractionId::new(id).unwrap(),
        customer: customer(who),
        time: day(on),
        kind: InteractionKind::SupportCase,
        name: "repair".to_owned(),
        channel: "phone".to_owned(),
        status: status.to_owned(),
        topics: vec!["quality".to_owned()],
        case_id: case_id.to_owned(),
    })
}

pub(super) fn upserted(who: &str, name: &str, value: &str, from: Option<i64>) -> Record {
    Record::CustomerUpsert(CustomerUpsert {
        customer: customer(who),
        attributes: [(AttributeName::new(name).unwrap(), value.to_owned())].into(),
        effective: from.map(day),
    })
}

pub(super) fn batch(records: impl IntoIterator<Item = Record>) -> Batch {
    let records = records.into_iter().collect();
    Batch { records, recorded_at: day(20_000), on_reject: OnReject::Skip, reporting: None }
}

pub(super) async fn append(store: &dyn Store, records: impl IntoIterator<Item = Record>) -> Appended {
    store.append(&workspace(), batch(records)).await.expect("the batch is taken")
}

/// Appends one record and tells what became of it.
pub(super) async fn outcome(store: &dyn Store, record: Record) -> RowOutcome {
    append(store, [record]).await.outcomes.remove(0)
}

/// Everything so far.
pub(super) fn all() -> Cut {
    Cut::as_of(EventTime::MAX)
}

/// A history as owned text, so that histories can be compared.
pub(super) fn told(history: &History<'_>) -> String {
    let mut lines = vec![format!("{:?} #{}", history.customer, history.number)];
    lines.extend(history.transactions.iter().map(|fact| format!("{fact:?}")));
    lines.extend(history.discounts.iter().map(|fact| format!("{fact:?}")));
    lines.extend(history.refunds.iter().map(|fact| format!("{fact:?}")));
    lines.extend(history.responses.iter().map(|fact| format!("{fact:?}")));
    lines.extend(history.interactions.iter().map(|fact| format!("{fact:?}")));
    lines.extend(history.costs.iter().map(|fact| format!("{fact:?}")));
    lines.extend(history.attributes.iter().map(|fact| format!("{fact:?}")));
    lines.join("\n")
}

/// One customer's history as text; none when not found.
pub(super) async fn history(store: &dyn Store, who: &str, cut: Cut) -> Option<String> {
    let mut text = String::new();
    let mut visit = |history: &History<'_>| text = told(history);
    let found = store.history(&workspace(), &customer(who), cut, &mut visit).await.expect("can be read");
    assert_eq!(found, !text.is_empty());
    found.then_some(text)
}

/// All histories as text, in the order of customers' numbers.
pub(super) async fn everything(store: &dyn Store, workspace: &WorkspaceName, cut: Cut) -> Vec<String> {
    let add = |seen: &mut Vec<(u32, String)>, history: &History<'_>| {
        seen.push((history.number, told(history)));
    };
    let parts = crate::fold(store, workspace, cut, Parts::ALL, Vec::new, add).await.expect("can be scanned");
    let mut seen: Vec<(u32, String)> = parts.into_iter().flatten().collect();
    seen.sort();
    seen.into_iter().map(|(_, text)| text).collect()
}

/// Appends records as of an instant of recording.
pub(super) async fn append_at(
    store: &dyn Store,
    at: i64,
    records: impl IntoIterator<Item = Record>,
) -> Appended {
    let batch = Batch { recorded_at: day(at), ..batch(records) };
    store.append(&workspace(), batch).await.expect("the batch is taken")
}

/// What one customer paid and was given back in a cut, in micros.
pub(super) async fn paid(store: &dyn Store, who: &str, cut: Cut) -> (Vec<i64>, Vec<i64>) {
    let (mut paid, mut back) = (Vec::new(), Vec::new());
    let mut visit = |history: &History<'_>| {
        paid.extend(history.transactions.iter().map(|fact| fact.amount.micros()));
        back.extend(history.refunds.iter().map(|fact| fact.amount.micros()));
    };
    store.history(&workspace(), &customer(who), cut, &mut visit).await.expect("can be read");
    (paid, back)
}

/// A customer's whole timeline, newest first.
pub(super) async fn timeline(store: &dyn Store, who: &str, cut: Cut) -> Vec<Record> {
    let recorded = store.timeline(&workspace(), &customer(who), cut, None, 1_000).await.expect("can be read");
    recorded.into_iter().map(|recorded| recorded.record).collect()
}

/// A bit of everything: four customers, one of whom never bought, and an anonymous answer.
pub(super) fn sample() -> Vec<Record> {
    vec![
        bought("t1", "ann", 10, 30),
        bought("t2", "bob", 11, 20),
        answered("a1", Some("cleo"), 12, 9),
        bought("t3", "ann", 9, 5),
        upserted("dan", "market", "hr", None),
        refunded("r1", "t1", 15, 10),
        answered("a2", None, 13, 3),
        upserted("ann", "plan", "gold", Some(12)),
        Record::Transaction(bought_nth(1, "bob", 14, 7)),
        answered("a3", Some("ann"), 14, 10),
    ]
}

pub(super) async fn erase(store: &dyn Store, who: &str) -> Erased {
    store.erase(&workspace(), &customer(who), day(20_001)).await.expect("can be erased")
}

pub(super) async fn reopened(harness: &dyn Harness, store: Arc<dyn Store>) -> Arc<dyn Store> {
    store.close().await;
    drop(store);
    harness.open().await
}
