//! Exchange rates of a workspace: kept in the store as JSON documents, one a currency and quarter, and in memory once
//! read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use lojal_domain::{Currency, Rate, WorkspaceName};
use lojal_store::Document;
use serde::{Deserialize, Serialize};

use crate::ask::day::{date_of, day_number};
use crate::{Engine, EngineError};

/// The collection of the documents.
const COLLECTION: &str = "exchange_rates";
/// Version of the documents.
const FORMAT: u32 = 1;

/// What one unit of a currency is worth from a date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeRate {
    /// Of this currency.
    pub currency: Currency,
    /// From this date until the next one that has a rate.
    pub date: Date,
    /// In units of the reporting currency.
    pub rate: Rate,
}

/// Rates into one reporting currency, by currency and day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates(HashMap<Currency, BTreeMap<i32, Rate>>);

/// A document: the rates of a currency in a quarter, by date. A quarter of daily rates fits one, however long they are.
#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    rates: BTreeMap<String, String>,
}

/// The part of a document's key that says which rates are in it.
fn key(reporting: Currency, currency: Currency, date: Date) -> String {
    let quarter = (date.month() - 1) / 3 + 1;
    format!("{}-{}-{:04}-Q{quarter}", reporting.code(), currency.code(), date.year())
}

impl Rates {
    /// The rate that holds on a day.
    pub(crate) fn on(&self, currency: Currency, day: i32) -> Option<Rate> {
        self.0.get(&currency)?.range(..=day).next_back().map(|(_, rate)| *rate)
    }

    /// The rate given for exactly this day.
    pub(crate) fn given(&self, currency: Currency, date: Date) -> Option<Rate> {
        self.0.get(&currency)?.get(&day_number(date)).copied()
    }

    pub(crate) fn set(&mut self, one: ExchangeRate) {
        self.0.entry(one.currency).or_default().insert(day_number(one.date), one.rate);
    }

    /// All rates, by currency, then by date.
    pub(crate) fn all(&self) -> Vec<ExchangeRate> {
        let rates = self.0.iter().flat_map(|(currency, days)| {
            let one = |(day, rate): (&i32, &Rate)| ExchangeRate {
                currency: *currency,
                date: date_of(*day),
                rate: *rate,
            };
            days.iter().map(one)
        });
        let mut rates: Vec<ExchangeRate> = rates.collect();
        rates.sort_by_key(|one| (one.currency.code(), one.date));
        rates
    }

    /// The documents in which these dates are.
    pub(crate) fn documents(
        &self,
        reporting: Currency,
        changed: &[ExchangeRate],
    ) -> Result<Vec<Document>, EngineError> {
        let mut quarters: BTreeMap<String, Stored> = BTreeMap::new();
        for one in changed {
            let empty = || Stored { format: FORMAT, rates: BTreeMap::new() };
            quarters.entry(key(reporting, one.currency, one.date)).or_insert_with(empty);
        }
        for one in self.all() {
            if let Some(stored) = quarters.get_mut(&key(reporting, one.currency, one.date)) {
                stored.rates.insert(one.date.to_string(), one.rate.to_string());
            }
        }
        let document = |(key, stored): (String, Stored)| {
            let content = serde_json::to_vec(&stored);
            let content = content.map_err(|error| EngineError::Internal(error.to_string()))?;
            Ok(Document { collection: COLLECTION.to_owned(), key, content })
        };
        quarters.into_iter().map(document).collect()
    }

    /// Takes over the rates of a document, if they are into this currency.
    fn read(&mut self, reporting: Currency, document: &Document) -> Result<(), EngineError> {
        let damaged =
            |what: String| EngineError::Internal(format!("exchange rates {}: {what}", document.key));
        let mut parts = document.key.split('-');
        if parts.next() != Some(reporting.code()) {
            return Ok(());
        }
        let currency = Currency::parse(parts.next().unwrap_or_default());
        let currency = currency.map_err(|error| damaged(error.to_string()))?;
        let stored: Stored =
            serde_json::from_slice(&document.content).map_err(|error| damaged(error.to_string()))?;
        if stored.format != FORMAT {
            return Err(damaged(format!("format {}", stored.format)));
        }
        for (date, rate) in stored.rates {
            let date: Date = date.parse().map_err(|error: jiff::Error| damaged(error.to_string()))?;
            let rate = Rate::parse(&rate).map_err(|error| damaged(error.to_string()))?;
            self.set(ExchangeRate { currency, date, rate });
        }
        Ok(())
    }
}

impl Engine {
    /// A workspace's rates into its reporting currency.
    pub(crate) async fn rates(
        &self,
        workspace: &WorkspaceName,
        reporting: Currency,
    ) -> Result<Arc<Rates>, EngineError> {
        let place = (workspace.clone(), reporting);
        if let Some(rates) = self.workspace_cache.rates.lock().get(&place) {
            return Ok(rates.clone());
        }
        let epoch = self.epoch();
        let mut rates = Rates::default();
        for document in self.store.documents(workspace, COLLECTION).await? {
            rates.read(reporting, &document)?;
        }
        let rates = Arc::new(rates);
        let mut kept = self.workspace_cache.rates.lock();
        if self.epoch() == epoch {
            kept.insert(place, rates.clone());
        }
        Ok(rates)
    }
}
