//! A small shop to ask about: the store that servers have, in a directory of its own, a clock that stands still, and short ways to say what happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, EventTime, FixedClock, Money, Record,
    Refund, RefundId, ResponseId, SurveyResponse, Transaction, TransactionId, TransactionIdentity, Void,
    WorkspaceName, Zone,
};
use lojal_engine::{
    CustomerView, Engine, EngineError, GetCustomer, Prediction, PredictionBatches, Provenance, RecordRows,
    Scope, Settings, WriteOutcome,
};
use lojal_store_sled::SledStore;
use tempfile::TempDir;

pub(crate) struct Shop {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<SledStore>,
    directory: Arc<TempDir>,
    settings: Settings,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) workspace: WorkspaceName,
}

pub(crate) fn at(text: &str) -> EventTime {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    EventTime::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

/// The predictions of all batches.
pub(crate) async fn all_of(batches: &mut PredictionBatches<'_>) -> Vec<Prediction> {
    let mut all = Vec::new();
    loop {
        let batch = batches.next().await.unwrap();
        if batch.is_empty() {
            return all;
        }
        all.extend(batch);
    }
}

pub(crate) fn customer(id: &str) -> CustomerId {
    CustomerId::new(id).unwrap()
}

fn euros(text: &str) -> Money {
    Money { amount: Amount::parse(text).unwrap(), currency: Currency::parse("EUR").unwrap() }
}

pub(crate) fn bought(id: &str, who: &str, time: &str, amount: &str) -> Record {
    Record::Transaction(Transaction {
        customer: customer(who),
        identity: TransactionIdentity::Given(TransactionId::new(id).unwrap()),
        time: at(time),
        money: euros(amount),
        converted: None,
        discount: None,
    })
}

pub(crate) fn refunded(id: &str, transaction: &str, time: &str, amount: &str) -> Record {
    Record::Refund(Refund {
        id: RefundId::new(id).unwrap(),
        transaction: TransactionId::new(transaction).unwrap(),
        time: at(time),
        money: euros(amount),
    })
}

pub(crate) fn voided(transaction: &str, time: Option<&str>) -> Record {
    let transaction = TransactionId::new(transaction).unwrap();
    Record::Void(Void { transaction, time: time.map(at), reason: "test".to_owned() })
}

/// The same, paid in another currency.
pub(crate) fn in_currency(code: &str, record: Record) -> Record {
    let currency = Currency::parse(code).unwrap();
    match record {
        Record::Transaction(mut transaction) => {
            transaction.money.currency = currency;
            Record::Transaction(transaction)
        }
        Record::Refund(mut refund) => {
            refund.money.currency = currency;
            Record::Refund(refund)
        }
        other => other,
    }
}

pub(crate) fn answered(id: &str, who: Option<&str>, time: &str, score: u8) -> SurveyResponse {
    SurveyResponse::nps(ResponseId::new(id).unwrap(), who.map(customer), at(time), score)
}

pub(crate) fn is(who: &str, name: &str, value: &str) -> Record {
    Record::CustomerUpsert(CustomerUpsert {
        customer: customer(who),
        attributes: BTreeMap::from([(AttributeName::new(name).unwrap(), value.to_owned())]),
        effective: None,
    })
}

impl Shop {
    pub(crate) fn new(now: &str) -> Self {
        Self::in_zone(now, "UTC")
    }

    pub(crate) fn in_zone(now: &str, zone: &str) -> Self {
        let clock = Arc::new(FixedClock::new(at(now)));
        let settings =
            Settings { zone: Zone::named(zone).unwrap(), currency: Currency::parse("USD").unwrap() };
        let directory = Arc::new(TempDir::new().unwrap());
        let store = Arc::new(SledStore::open(&directory.path().join("store")).unwrap());
        let engine = Engine::new(store.clone(), clock.clone(), settings.clone());
        Self { engine, store, directory, settings, clock, workspace: WorkspaceName::default() }
    }

    /// Another engine over the same store, which remembers nothing.
    pub(crate) fn reopened(&self) -> Self {
        Self {
            engine: Engine::new(self.store.clone(), self.clock.clone(), self.settings.clone()),
            store: self.store.clone(),
            directory: self.directory.clone(),
            settings: self.settings.clone(),
            clock: self.clock.clone(),
            workspace: self.workspace.clone(),
        }
    }

    /// What is known of a customer as of an instant, by what was known at another.
    pub(crate) async fn view(
        &self,
        who: &str,
        as_of: Option<&str>,
        known_at: Option<&str>,
    ) -> Result<(CustomerView, Provenance), EngineError> {
        let scope = Scope { as_of: as_of.map(at), known_at: known_at.map(at), ..Scope::default() };
        self.engine.get_customer(&self.workspace, GetCustomer { customer: customer(who), scope }).await
    }

    /// Records what may be rejected.
    pub(crate) async fn try_record(&self, records: impl IntoIterator<Item = Record>) -> WriteOutcome {
        let rows = RecordRows { records: records.into_iter().collect(), skip_invalid: true };
        self.engine.record(&self.workspace, rows).await.unwrap()
    }

    pub(crate) async fn record(&self, records: impl IntoIterator<Item = Record>) {
        let rows = RecordRows { records: records.into_iter().collect(), skip_invalid: false };
        let recorded = self.engine.record(&self.workspace, rows).await.unwrap();
        assert!(recorded.rejections.is_empty(), "{:?}", recorded.rejections);
    }

    /// Twenty-nine customers who bought 1 to 29 times, once a day up to the day before `now`, and one who never came
    /// back; enough for quintiles and for a fit.
    pub(crate) async fn regulars(&self, now: &str) {
        let end = self.zone_day(now);
        let mut records = Vec::new();
        for who in 1..30_i64 {
            for order in 0..who {
                let day = end - 1 - order * 5 - (30 - who);
                let date = jiff::civil::date(1970, 1, 1)
                    .checked_add(jiff::Span::new().days(day))
                    .unwrap()
                    .to_string();
                records.push(bought(&format!("t{who}-{order}"), &format!("c{who:02}"), &date, "10.00"));
            }
        }
        self.record(records).await;
    }

    fn zone_day(&self, date: &str) -> i64 {
        at(date).micros() / lojal_domain::MICROS_PER_DAY
    }
}
