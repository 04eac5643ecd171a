//! Small records for the cases.
#![allow(clippy::unwrap_used, clippy::expect_used)] // the suite is test code that other crates' tests call

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, EventTime, History, MICROS_PER_DAY, Money,
    Record, Refund, RefundId, ResponseId, SurveyKind, SurveyMetric, SurveyResponse, Transaction,
    TransactionId, TransactionIdentity, WorkspaceName,
};

use crate::{Appended, Batch, Cut, OnReject, RowOutcome, Store};

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
    })
}

pub(super) fn bought_nth(occurrence: u32, who: &str, on: i64, units: i64) -> Transaction {
    Transaction {
        customer: customer(who),
        identity: TransactionIdentity::Nth(occurrence),
        time: day(on),
        money: money(units),
    }
}

pub(super) fn refunded(id: &str, transaction: &str, on: i64, units: i64) -> Record {
    Record::Refund(Refund {
        id: RefundId::new(id).unwrap(),
        transaction: TransactionId::new(transaction).unwrap(),
        time: day(on),
        money: money(units),
    })
}

pub(super) fn answered(id: &str, who: Option<&str>, on: i64, score: u8) -> Record {
    Record::SurveyResponse(SurveyResponse {
        id: ResponseId::new(id).unwrap(),
        customer: who.map(customer),
        time: day(on),
        metric: SurveyMetric::Nps,
        kind: SurveyKind::Relationship,
        score,
        survey: "spring".to_owned(),
        channel: "email".to_owned(),
        comment: format!("comment of {id}"),
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
    Batch { records: records.into_iter().collect(), recorded_at: day(20_000), on_reject: OnReject::Skip }
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
    lines.extend(history.refunds.iter().map(|fact| format!("{fact:?}")));
    lines.extend(history.responses.iter().map(|fact| format!("{fact:?}")));
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
    let parts = crate::fold(store, workspace, cut, Vec::new, add).await.expect("can be scanned");
    let mut seen: Vec<(u32, String)> = parts.into_iter().flatten().collect();
    seen.sort();
    seen.into_iter().map(|(_, text)| text).collect()
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
