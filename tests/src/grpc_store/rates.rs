//! Records bring what their money comes to; the API converts by rates. So the rate that comes to that is set first.

use lojal_domain::{Record, WorkspaceName};
use lojal_proto::v1;
use lojal_store::{Batch, StoreError};

use super::{GrpcStore, refused};

/// Digits after the point of a rate.
const DECIMALS: u32 = 12;

impl GrpcStore {
    /// Makes the server's settings those that a batch brings with it: the currency it names, and a rate for each
    /// converted amount. Rates stay, so a batch that brings none for the same date is converted all the same.
    pub(super) async fn settle(&self, workspace: &WorkspaceName, batch: &Batch) -> Result<(), StoreError> {
        let mut workspaces = self.in_workspace(workspace).workspaces;
        if let Some(currency) = batch.reporting {
            let reporting_currency_code = currency.code().to_owned();
            let request = v1::CreateWorkspaceRequest { reporting_currency_code, ..Default::default() };
            workspaces.create_workspace(request).await.map_err(|status| refused(&status))?;
        }
        let rates: Vec<v1::ExchangeRate> = batch.records.iter().cloned().filter_map(rate).collect();
        if !rates.is_empty() {
            let request = v1::SetExchangeRatesRequest { workspace: String::new(), rates };
            workspaces.set_exchange_rates(request).await.map_err(|status| refused(&status))?;
        }
        Ok(())
    }
}

/// The rate by which a transaction or a cost comes to what it says: to as many digits as there are, which is near enough for
/// amounts of the suite to come out to the millionth.
fn rate(mut record: Record) -> Option<v1::ExchangeRate> {
    let priced = record.priced_mut()?;
    let worth = u128::try_from((*priced.converted)?.micros()).expect("an amount of zero or more");
    let paid = u128::try_from(priced.money.amount.micros()).expect("an amount of zero or more");
    let one = 10_u128.pow(DECIMALS);
    let scaled = (2 * worth * one + paid) / (2 * paid);
    let rate = format!("{}.{:012}", scaled / one, scaled % one);
    let currency_code = priced.money.currency.code().to_owned();
    let date = priced.time.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    Some(v1::ExchangeRate { currency_code, date, rate })
}
