//! Questions about one of many customers do not wait for the model that is due, and say so.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, EventTime, FixedClock, Horizon, Money,
    Record, Transaction, TransactionId, TransactionIdentity, WarningCode, WorkspaceName, Zone,
};
use lojal_engine::{
    AtRest, CustomerForecast, Engine, IntervalMethod, Outlook, PredictCustomer, Reach, RecordRows, Scope,
    Settings, Whom,
};
use lojal_store_sled::SledStore;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use tempfile::TempDir;

/// The fewest customers of a large workspace, and how many of them have bought.
const CUSTOMERS: u32 = 20_000;
const BUYERS: u32 = 2_000;

/// The last day of the purchases of [`purchases`], since the year began.
const DAYS: u32 = 360;

/// A shop whose clock stands still, and that makes no model by itself.
struct Shop {
    engine: Engine,
    workspace: WorkspaceName,
    _directory: TempDir,
}

fn start_of(day: u32) -> EventTime {
    let year: jiff::Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    EventTime::from_micros(year.as_microsecond() + i64::from(day) * 86_400_000_000)
}

fn id(who: u32) -> CustomerId {
    CustomerId::new(format!("c{who}")).unwrap()
}

fn bought(who: u32, day: u32) -> Record {
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

fn is_of_a_market(who: u32) -> Record {
    let market = AttributeName::new("market").unwrap();
    let attributes = BTreeMap::from([(market, "hr".to_owned())]);
    Record::CustomerUpsert(CustomerUpsert { customer: id(who), attributes, effective: None })
}

/// Buyers come over three hundred days and then, at a pace of their own and at random, until they leave: two in three of them soon.
fn purchases(buyers: u32) -> Vec<Record> {
    let mut chance = ChaCha8Rng::seed_from_u64(5);
    let mut all = Vec::new();
    for who in 0..buyers {
        let mut day = who * 7 % 300;
        let last = if who % 3 == 0 { DAYS } else { day + who * 13 % 60 };
        let most = 2 * (10 + who * 31 % 83);
        while day <= last.min(DAYS) {
            all.push(bought(who, day));
            day += 1 + chance.next_u32() % most;
        }
    }
    all
}

impl Shop {
    /// A shop of so many customers, of whom one in ten has bought, since models of more take long without optimisation.
    async fn of(customers: u32) -> Self {
        let directory = TempDir::new().unwrap();
        let store = Arc::new(SledStore::open(directory.path()).unwrap());
        let clock = Arc::new(FixedClock::new(start_of(DAYS + 1)));
        let settings =
            Settings { zone: Zone::named("UTC").unwrap(), currency: Currency::parse("EUR").unwrap() };
        let engine = Engine::new(store, clock, settings);
        let shop = Self { engine, workspace: WorkspaceName::default(), _directory: directory };
        shop.record(purchases(customers * BUYERS / CUSTOMERS)).await;
        shop.record((0..customers).map(is_of_a_market)).await;
        shop
    }

    async fn record(&self, records: impl IntoIterator<Item = Record>) {
        let all: Vec<Record> = records.into_iter().collect();
        for records in all.chunks(5_000) {
            let rows = RecordRows { records: records.to_vec(), skip_invalid: false };
            let recorded = self.engine.record(&self.workspace, rows).await.unwrap();
            assert!(recorded.rejections.is_empty(), "{:?}", recorded.rejections);
        }
    }

    async fn ask(&self, waits_for_model: bool, as_of: Option<EventTime>) -> CustomerForecast {
        let question = PredictCustomer {
            whom: Whom::Customer(id(9)),
            outlook: Outlook {
                reach: Reach::Within(Horizon::parse("26w").unwrap()),
                scope: Scope { as_of, ..Scope::default() },
                model: None,
                waits_for_model,
                yearly_discount_rate: 0.1,
                intervals: Some(IntervalMethod::Delta),
            },
            with_distribution: false,
            with_alive_history: false,
        };
        self.engine.predict_customer(&self.workspace, question).await.unwrap()
    }

    async fn default_model(&self) -> Option<String> {
        self.engine.default_model(&self.workspace).await.unwrap().map(|model| model.id.clone())
    }
}

/// What an answer says of itself, where it is not of the model that is due.
fn provisional(answer: &CustomerForecast) -> Option<&str> {
    let mut warnings = answer.provenance.warnings.iter();
    warnings.find(|warning| warning.code == WarningCode::ModelProvisional).map(|warning| &*warning.sentence)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_comes_from_a_part_of_the_customers_and_later_ones_from_the_model_that_was_chosen() {
    let shop = Shop::of(CUSTOMERS).await;
    let first = shop.ask(false, None).await;
    assert_eq!(first.model.id, "provisional");
    let told = provisional(&first).unwrap();
    assert!(told.contains("is being chosen") && told.contains("wait_for_model"), "{told}");
    let fitted_to = first.model.purchases.customers;
    assert!((900..1_100).contains(&fitted_to) && told.contains(&fitted_to.to_string()), "{told}");
    assert_eq!(shop.default_model().await, None, "nothing was chosen for it");
    assert!(Arc::ptr_eq(&shop.ask(false, None).await.model, &first.model), "and nothing fitted twice");

    // Whoever makes models looks for the first time, and would otherwise wait for the workspace to come to rest.
    shop.engine.model_missed().await;
    shop.engine.fit_ahead(&mut AtRest::default()).await.unwrap();
    let chosen = shop.default_model().await.expect("a model");
    let second = shop.ask(false, None).await;
    assert_eq!((&second.model.id, provisional(&second)), (&chosen, None));
    let purchases = |answer: &CustomerForecast| answer.prediction.expected.purchases.unwrap();
    let ratio = purchases(&first) / purchases(&second);
    assert!((0.8..1.25).contains(&ratio), "{} and {}", purchases(&first), purchases(&second));

    // It is that of the same records of which nobody asked before.
    let other = Shop::of(CUSTOMERS).await;
    let waited = other.ask(true, None).await;
    assert_eq!((&waited.model.id, provisional(&waited)), (&chosen, None));
    assert_eq!(waited.prediction.expected, second.prediction.expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_outgrown_answers_until_another_is_there() {
    let shop = Shop::of(CUSTOMERS).await;
    let before = shop.ask(true, None).await;
    assert_eq!(provisional(&before), None);
    shop.record((CUSTOMERS..CUSTOMERS + 1_000).map(|who| bought(who, DAYS))).await;
    let without = shop.ask(false, None).await;
    assert_eq!(without.model.id, before.model.id);
    let told = provisional(&without).unwrap();
    assert!(told.contains("data grew by"), "{told}");
    let waited = shop.ask(true, None).await;
    assert_ne!(waited.model.id, before.model.id);
    assert_eq!((provisional(&waited), provisional(&shop.ask(false, None).await)), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_workspace_and_a_question_about_an_instant_wait() {
    let small = Shop::of(CUSTOMERS / 10).await;
    let answer = small.ask(false, None).await;
    assert_eq!((provisional(&answer), Some(&answer.model.id)), (None, small.default_model().await.as_ref()));
    let large = Shop::of(CUSTOMERS).await;
    let answer = large.ask(false, Some(start_of(DAYS + 1))).await;
    assert_eq!((provisional(&answer), Some(&answer.model.id)), (None, large.default_model().await.as_ref()));
}
