//! A shop in this process, over a store on a disk, whose clock stands still and which does nothing by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, EventTime, FixedClock, Horizon, Money,
    Record, Transaction, TransactionId, TransactionIdentity, WorkspaceName, Zone,
};
use lojal_engine::{Engine, IntervalMethod, Outlook, Reach, RecordRows, Scope, Settings, WhenDue};
use lojal_store_sled::SledStore;
use tempfile::TempDir;

pub(crate) struct Shop {
    pub(crate) engine: Engine,
    pub(crate) workspace: WorkspaceName,
    _directory: TempDir,
}

/// When so many days of 2025 are over.
pub(crate) fn start_of(day: u32) -> EventTime {
    let year: jiff::Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    EventTime::from_micros(year.as_microsecond() + i64::from(day) * 86_400_000_000)
}

pub(crate) fn id(who: u32) -> CustomerId {
    CustomerId::new(format!("c{who}")).unwrap()
}

pub(crate) fn bought(who: u32, day: u32) -> Record {
    let id_of_it = TransactionId::new(format!("t{who}-{day}")).unwrap();
    let money = Money { amount: Amount::parse("10.00").unwrap(), currency: Currency::parse("EUR").unwrap() };
    Record::Transaction(Transaction {
        customer: id(who),
        identity: TransactionIdentity::Given(id_of_it),
        time: start_of(day),
        money,
        converted: None,
        discount: None,
    })
}

pub(crate) fn is_of_a_market(who: u32) -> Record {
    let market = AttributeName::new("market").unwrap();
    let attributes = BTreeMap::from([(market, "hr".to_owned())]);
    Record::CustomerUpsert(CustomerUpsert { customer: id(who), attributes, effective: None })
}

/// Half a year ahead, with the default model.
pub(crate) fn outlook(as_of: Option<EventTime>) -> Outlook {
    Outlook {
        reach: Reach::Within(Horizon::parse("26w").unwrap()),
        scope: Scope { as_of, ..Scope::default() },
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: 0.1,
        intervals: Some(IntervalMethod::Delta),
    }
}

impl Shop {
    /// An empty one at an instant.
    pub(crate) fn at(now: EventTime) -> Self {
        let directory = TempDir::new().unwrap();
        let store = Arc::new(SledStore::open(directory.path()).unwrap());
        let clock = Arc::new(FixedClock::new(now));
        let settings =
            Settings { zone: Zone::named("UTC").unwrap(), currency: Currency::parse("EUR").unwrap() };
        let engine = Engine::new(store, clock, settings);
        Self { engine, workspace: WorkspaceName::default(), _directory: directory }
    }

    pub(crate) async fn record(&self, records: impl IntoIterator<Item = Record>) {
        let all: Vec<Record> = records.into_iter().collect();
        for records in all.chunks(5_000) {
            let rows = RecordRows { records: records.to_vec(), skip_invalid: false };
            let recorded = self.engine.record(&self.workspace, rows).await.unwrap();
            assert!(recorded.rejections.is_empty(), "{:?}", recorded.rejections);
        }
    }
}
